"""The systems that the bundle for recipients is made for, and whether a folder of wheels is complete for one."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.parser import Parser
from itertools import product
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename

PYTHONS = ("3.11", "3.12", "3.13")
MANYLINUX = (
    "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_12_x86_64",
    "manylinux2010_x86_64", "manylinux_2_5_x86_64", "manylinux1_x86_64",
)  # fmt: skip
"""glibc 2.28 and newer: Debian 10, RHEL 8, Ubuntu 18.10."""


@dataclass(frozen=True, slots=True)
class Target:
    """A CPython version on a system; ``platforms`` are the platform tags of wheels that run there."""

    python: str
    system: str
    platforms: tuple[str, ...]
    markers: tuple[tuple[str, str], ...]
    """What of the environment of markers (PEP 508) the system decides."""

    @property
    def name(self) -> str:
        """Its name on the command line."""
        return f"{self.system}-cp{self.python.replace('.', '')}"

    def pip_options(self) -> Iterator[str]:
        """Yield the options by which pip chooses wheels for it."""
        yield from ("--implementation", "cp", "--python-version", self.python)
        for abi in (f"cp{self.python.replace('.', '')}", "abi3", "none"):
            yield from ("--abi", abi)
        for platform in self.platforms:
            yield from ("--platform", platform)

    def environment(self) -> dict[str, str]:
        """Return what markers are judged by there."""
        environment = {name: str(value) for name, value in default_environment().items()}
        version = {"python_version": self.python, "python_full_version": f"{self.python}.0", "extra": ""}
        fixed = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
        return {**environment, **version, **fixed, "implementation_version": f"{self.python}.0", **dict(self.markers)}

    def wants(self, requirement: Requirement) -> bool:
        """Say whether a requirement is one there."""
        return requirement.marker is None or requirement.marker.evaluate(self.environment())

    def tags(self) -> frozenset[Tag]:
        """Return the tags of wheels that install there."""
        version = tuple(int(part) for part in self.python.split("."))
        interpreter = f"cp{self.python.replace('.', '')}"
        return frozenset(
            [
                *cpython_tags(version, platforms=self.platforms),
                *compatible_tags(version, interpreter=interpreter, platforms=self.platforms),
            ]
        )


_SYSTEMS = (
    ("windows-x86_64", ("win_amd64",), {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows",
                                        "platform_machine": "AMD64"}),
    ("linux-x86_64", MANYLINUX, {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux",
                                 "platform_machine": "x86_64"}),
    ("macos-arm64", tuple(mac_platforms((14, 0), "arm64")), {"os_name": "posix", "sys_platform": "darwin",
                                                             "platform_system": "Darwin", "platform_machine": "arm64"}),
)  # fmt: skip
TARGETS = tuple(
    Target(python, system, platforms, tuple(markers.items()))
    for (system, platforms, markers), python in product(_SYSTEMS, PYTHONS)
)


def chosen(names: Sequence[str] | None) -> tuple[Target, ...]:
    """Return the targets of some names, all where none are given."""
    return tuple(target for target in TARGETS if not names or target.name in names)


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel of a folder: its canonical name and version, and its requirements."""

    name: str
    version: str
    requirements: tuple[Requirement, ...]


def installable(target: Target, wheels: Path) -> Iterator[Wheel]:
    """Yield the wheels of a folder that install on a target, by their tags and the Python that they ask for."""
    tags = target.tags()
    for path in sorted(wheels.glob("*.whl")):
        name, version, _, wheel_tags = parse_wheel_filename(path.name)
        if tags & wheel_tags:
            yield Wheel(name, str(version), tuple(_requirements(path)))


def _requirements(path: Path) -> Iterator[Requirement]:
    with zipfile.ZipFile(path) as archive:
        (metadata,) = (
            name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")
        )
        for line in Parser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist", []):
            yield Requirement(line)


def incomplete(target: Target, wanted: Iterable[Requirement], wheels: Path, own: str = "release-gate") -> Iterator[str]:
    """Yield what a target lacks: a wheel for a requirement, or something that one of its wheels requires.

    What the gate's own wheel requires is not asked: engines are left out.
    """
    there = {wheel.name: wheel for wheel in installable(target, wheels)}
    for requirement in wanted:
        wheel = there.get(canonicalize_name(requirement.name))
        if wheel is None or not requirement.specifier.contains(wheel.version, prereleases=True):
            yield f"{target.name}: no wheel for {requirement.name}{requirement.specifier}"
    if own not in there:
        yield f"{target.name}: no wheel for {own}"
    for wheel in there.values():
        for requirement in wheel.requirements if wheel.name != own else ():
            found = there.get(canonicalize_name(requirement.name))
            met = found is not None and requirement.specifier.contains(found.version, prereleases=True)
            if target.wants(requirement) and not met:
                yield f"{target.name}: {wheel.name} needs {requirement.name}{requirement.specifier}"
