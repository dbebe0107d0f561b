"""The ``components`` examiner: which packages a delivery holds, by the metadata that lies beside them.

It finds what names itself.  Code that was copied, compiled or bundled without its metadata is not found, so that a
list of components is never said to be complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Final

from gate.errors import EngineFailure
from gate.examine.components import NAME, may_be_an_image, may_name_a_component
from gate.examine.components.found import NotReadable, unreadable
from gate.examine.components.images import LARGEST_BYTES as LARGEST_MANIFEST_BYTES
from gate.examine.components.images import base_images
from gate.examine.components.rpm import RPM, rpm_package
from gate.examine.components.stanzas import BUNDLE, DPKG, MAVEN, PYTHON, bundle, debian_packages, maven, python_package
from gate.examine.components.structured import (
    CARGO,
    GEM,
    GEM_STUB,
    NPM,
    NPM_LOCK,
    NUGET,
    cargo_package,
    gem_metadata,
    gem_stub,
    npm_lock,
    npm_package,
    nuget_package,
)
from gate.examine.interface import Observation, View
from gate.models import Aspect, ComponentFact, EngineInfo, Gap, Item

LARGEST_BYTES: Final = 32 << 20
"""Largest metadata that is read."""
MOST: Final = 20_000
"""Most components of one item that are reported."""
_VERSION: Final = f"packageurl {version('packageurl-python')}"
_CANARY: Final = b"Metadata-Version: 2.1\nName: Canary_Package\nVersion: 1.0\n\nName: text\n"
_READS: Final = "reads=python,npm,maven,osgi,dpkg,rpm,gem,cargo,nuget,oci"
_DATABASES: Final = frozenset({b"rpmdb.sqlite", b"packages.db"})
_SQLITE: Final = b"SQLite format 3\0"


class ComponentsExaminer:
    """Reads metadata of packages (Python, npm, Maven, OSGi, dpkg, RPM, RubyGems, Cargo, NuGet) and of OCI images."""

    name = NAME
    depends_on: frozenset[Aspect] = frozenset({"content", "name"})

    def applies(self, item: Item) -> bool:
        """Say whether an item bears the name of such metadata."""
        return may_name_a_component(item)

    def start(self) -> EngineInfo:
        """Prove that a package is found in metadata, and none in text that looks like it."""
        return self._proven()

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield a fact for each component; what looks like metadata and cannot be read is an incomplete one."""
        name = view.name.rpartition(b"/")[2].lower()
        if may_be_an_image(name):
            if view.size <= LARGEST_MANIFEST_BYTES:  # a greater one is a layer, which is opened and not read
                yield from base_images(view.read())
        elif "rpm" in view.labels:
            yield from _bounded(_read(RPM, lambda: rpm_package(view.read)))
        elif view.size > LARGEST_BYTES:
            yield Gap("too-large", f"more than {LARGEST_BYTES} bytes")
        else:
            yield from _bounded(components_in(name, view.read()))

    def finish(self) -> EngineInfo:
        """Prove it once more."""
        return self._proven()

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _proven(self) -> EngineInfo:
        found = [fact.purl for fact in components_in(b"metadata", _CANARY)]
        if found != ["pkg:pypi/canary-package@1.0"]:
            raise EngineFailure("examine.canary-missed", engine=self.name)
        if list(components_in(b"metadata", _CANARY.partition(b"\n")[2])):
            raise EngineFailure("examine.canary-false", engine=self.name)
        return EngineInfo(
            self.name, _VERSION, None, "passed", "reads=python,npm,maven,osgi,dpkg,rpm,gem,cargo,nuget,oci"
        )


def _bounded(facts: Iterator[ComponentFact]) -> Iterator[Observation]:
    for count, fact in enumerate(facts):
        if count >= MOST:
            yield Gap("too-many", f"more than {MOST} components")
            return
        yield fact


def _read(found_by: str, reader: Callable[[], Iterator[ComponentFact]]) -> Iterator[ComponentFact]:
    """Yield what a reader finds; where it gives up, an incomplete component that says why."""
    try:
        yield from reader()
    except NotReadable as error:
        yield unreadable(found_by, str(error))


_TEXTS: Final[dict[bytes, tuple[str, Callable[[str], Iterator[ComponentFact]]]]] = {
    b"pom.properties": (MAVEN, maven),
    b"manifest.mf": (BUNDLE, bundle),
    b"status": (DPKG, debian_packages),
    b"control": (DPKG, debian_packages),
    b"cargo.toml": (CARGO, cargo_package),
}
_BYTES: Final[dict[bytes, tuple[str, Callable[[bytes], Iterator[ComponentFact]]]]] = {
    b"package.json": (NPM, npm_package),
    b"package-lock.json": (NPM_LOCK, npm_lock),
    b"npm-shrinkwrap.json": (NPM_LOCK, npm_lock),
}
_TEXT_ENDINGS: Final = {b".gemspec": (GEM_STUB, gem_stub)}
_BYTES_ENDINGS: Final = {b".nuspec": (NUGET, nuget_package)}


def components_in(name: bytes, raw: bytes) -> Iterator[ComponentFact]:
    """Yield the components that an item of a lower-case name and these bytes names."""
    text = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    ending = name[name.rfind(b".") :] if b"." in name else b""
    if name in _DATABASES:
        if raw.startswith(_SQLITE):
            yield unreadable("rpm-database", "databases of RPM are not read")
    elif name in {b"metadata", b"pkg-info"}:
        yield from _read(PYTHON, lambda: python_package(text))
        yield from _read(GEM, lambda: gem_metadata(text))
    elif name in _TEXTS or ending in _TEXT_ENDINGS:
        found_by, of_text = _TEXTS.get(name) or _TEXT_ENDINGS[ending]
        yield from _read(found_by, lambda: of_text(text))
    elif name in _BYTES or ending in _BYTES_ENDINGS:
        found_by, of_bytes = _BYTES.get(name) or _BYTES_ENDINGS[ending]
        yield from _read(found_by, lambda: of_bytes(raw))
