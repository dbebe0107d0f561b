"""Which files in a package are what its packer wrote, and nothing else: each by a rule that its content has to pass.

No file is waved through by its name: the name only chooses the rule.  What could change what is installed or run
(dependencies, entry points, a main class) has to be found in the commit's own build files or among the members.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic import TypeAdapter, ValidationError

from gate.models import Traced

Pairs: TypeAlias = list[tuple[str, str]]
_PAIRS: TypeAdapter[Pairs] = TypeAdapter(Pairs)
_ROWS: TypeAdapter[list[tuple[str, str, str, str]]] = TypeAdapter(list[tuple[str, str, str, str]])
_TEXTS: TypeAdapter[list[str]] = TypeAdapter(list[str])

CORE_METADATA: Final = frozenset(
    """metadata-version name version dynamic platform supported-platform summary description
    description-content-type keywords home-page download-url author author-email maintainer
    maintainer-email license license-expression license-file classifier requires-dist requires-python
    requires-external project-url provides-extra provides-dist obsoletes-dist requires provides
    obsoletes import-name import-namespace""".split()  # noqa: SIM905  # a table of words
)
"""PyPA, "Core metadata specifications", all versions."""
WHEEL: Final = frozenset({"wheel-version", "generator", "root-is-purelib", "tag", "build"})
"""PyPA, "Binary distribution format"."""
MANIFEST: Final = frozenset(
    """manifest-version created-by built-by build-jdk build-jdk-spec multi-release automatic-module-name
    main-class implementation-title implementation-version implementation-vendor
    implementation-vendor-id specification-title specification-version specification-vendor
    archiver-version""".split()  # noqa: SIM905  # a table of words
)
"""JAR File Specification, main attributes that load nothing beside the main class."""
POM_PROPERTIES: Final = frozenset({"groupid", "artifactid", "version", "m2e.projectlocation", "m2e.projectname"})
_UNLISTED: Final = ("RECORD", "RECORD.jws", "RECORD.p7s")
"""Files of a wheel that its list of files does not hold the digest of."""
SETUP_CFG: Final = "[egg_info]\ntag_build = \ntag_date = 0\n"
"""What setuptools adds to an sdist whose project has no ``setup.cfg``."""
_REQUIREMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WORDS: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ADDRESS: Final = re.compile(r"@\s*([^\s;]+)")
"""Where a requirement says from which place its project comes (PEP 508)."""


@dataclass(frozen=True, slots=True)
class Package:
    """What a packer's file is held against.

    ``members`` are the files of the package with SHA-256 and size; ``build_files`` is the text of the commit's own
    files that tell packers what to do; ``blobs`` says whether the commit has a blob.
    """

    members: Mapping[str, tuple[str, int]]
    build_files: str
    has_blob: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one file of a packer is read (``op`` of ``packers_inside``) and judged."""

    op: str
    holds: Callable[[Mapping[str, Any], Package, str], bool]
    traced: Traced = "packer-metadata"

    def explains(self, answer: Mapping[str, Any], package: Package, name: str) -> bool:
        """Say whether a file, as it was read, is what the packer writes; an answer of another form is no."""
        try:
            return answer.get("form") is True and self.holds(answer, package, name)
        except ValidationError:
            return False


def rule_for(name: str) -> Rule | None:
    """Return the rule for a file of a package by its path in it, or None where packers write none of this name."""
    return next((rule for pattern, rule in _RULES if pattern.fullmatch(name)), None)


def _record(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    """Every line has to name a member with its very digest and size, and every member has to stand in a line."""
    folder = name.rpartition("/")[0]
    unlisted = {f"{folder}/{each}" for each in _UNLISTED}
    listed = set()
    for path, algorithm, digest, size in _ROWS.validate_python(answer["rows"]):
        if path in listed:
            return False
        listed.add(path)
        if path in unlisted:
            continue
        member = package.members.get(path)
        if member is None or algorithm != "sha256" or (digest, size) != (member[0], str(member[1])):
            return False
    return listed | unlisted >= package.members.keys()


def _core_metadata(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    """Only known fields; the description is a file of the commit, and each dependency stands in its build files."""
    del name
    fields = _PAIRS.validate_python(answer["fields"])
    bodies = _TEXTS.validate_python(answer["bodies"])
    if not all(field.lower() in CORE_METADATA and field.lower() != "description" for field, _ in fields):
        return False
    needed = [value for field, value in fields if field.lower() in {"requires-dist", "requires"}]
    return _all_required(needed, package) and (not bodies or any(map(package.has_blob, bodies)))


def _all_required(requirements: list[str], package: Package) -> bool:
    """Say whether each project stands in the build files as a whole word, and each address as it is."""
    known = set(_WORDS.findall(_plain(package.build_files)))
    names = [_REQUIREMENT.match(requirement.strip()) for requirement in requirements]
    addresses = [each for requirement in requirements for each in _ADDRESS.findall(requirement)]
    return all(name is not None and _plain(name[0]) in known for name in names) and all(
        _has_whole(package.build_files, address) for address in addresses
    )


def _has_whole(text: str, part: str) -> bool:
    """Say whether a part stands in a text, and not as a piece of something longer."""
    return re.search(rf"(?<![\w.:/@-]){re.escape(part)}(?![\w.:/@-])", text) is not None


def _plain(text: str) -> str:
    """Return text in which project names are spelt one way (PyPA, "Names and normalization")."""
    return re.sub(r"[-_.]+", "-", text).lower()


def _wheel(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    del package, name
    return _known(answer, WHEEL) and not answer["bodies"]


def _known(answer: Mapping[str, Any], names: frozenset[str]) -> bool:
    return all(field.lower() in names for field, _ in _PAIRS.validate_python(answer["fields"]))


def _manifest(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    """Only attributes that load nothing, and a main class that the package has."""
    del name
    if not _known(answer, MANIFEST) or answer["bodies"]:
        return False
    mains = [value for field, value in _PAIRS.validate_python(answer["fields"]) if field.lower() == "main-class"]
    return all(f"{main.replace('.', '/')}.class" in package.members for main in mains)


def _pom_properties(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    del package, name
    return all(key.lower() in POM_PROPERTIES for key, _ in _PAIRS.validate_python(answer["pairs"]))


def _entry_points(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    """Each name and what it leads to stand in the commit's build files."""
    del name
    entries = _PAIRS.validate_python(answer["entries"])
    return all(_has_whole(package.build_files, each) for entry in entries for each in entry)


def _top_level(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    del name
    steps = {step.removesuffix(".py") for member in package.members for step in member.split("/")}
    return all(line in steps for line in _TEXTS.validate_python(answer["lines"]))


def _sources(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    """Each line is a member, below the folder that an sdist has around it."""
    top = name.partition("/")[0]
    return all(f"{top}/{line}" in package.members for line in _TEXTS.validate_python(answer["lines"]))


def _nothing(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    del package, name
    return not _TEXTS.validate_python(answer["lines"])


def _requires(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    del name
    lines = _TEXTS.validate_python(answer["lines"])
    return _all_required([line for line in lines if not line.startswith("[")], package)


def _setup_cfg(answer: Mapping[str, Any], package: Package, name: str) -> bool:
    del package, name
    return _TEXTS.validate_python(answer["lines"]) == SETUP_CFG.rstrip("\n").split("\n")


_INFO: Final = r"[^/]+\.dist-info/"
_EGG: Final = r"(?:[^/]+/){1,3}[^/]+\.egg-info/"
_RULES: Final = tuple(
    (re.compile(pattern, re.DOTALL), rule)
    for pattern, rule in (
        (_INFO + "RECORD", Rule("record", _record, "file-list")),
        (_INFO + "METADATA", Rule("fields", _core_metadata)),
        (rf"[^/]+/PKG-INFO|{_EGG}PKG-INFO", Rule("fields", _core_metadata)),
        (_INFO + "WHEEL", Rule("fields", _wheel)),
        (rf"(?:{_INFO}|{_EGG})entry_points\.txt", Rule("entry-points", _entry_points)),
        (rf"(?:{_INFO}|{_EGG})top_level\.txt", Rule("lines", _top_level)),
        (_EGG + r"SOURCES\.txt", Rule("lines", _sources)),
        (rf"(?:{_INFO}|{_EGG})(?:dependency_links\.txt|zip-safe|not-zip-safe)", Rule("lines", _nothing)),
        (_EGG + r"requires\.txt", Rule("lines", _requires)),
        (r"[^/]+/setup\.cfg", Rule("lines", _setup_cfg)),
        (r"META-INF/MANIFEST\.MF", Rule("fields", _manifest)),
        (r"META-INF/maven/[^/]+/[^/]+/pom\.properties", Rule("properties", _pom_properties)),
    )
)
