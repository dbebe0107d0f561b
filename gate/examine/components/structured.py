"""Metadata in JSON, TOML, XML and Ruby's own forms: npm, Cargo, NuGet and gems."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final
from xml.parsers import expat

from gate.examine.components.found import NotReadable, component, unreadable
from gate.examine.json_values import Malformed, Table, parse, table
from gate.models import ComponentFact

NPM: Final = "package.json"
NPM_LOCK: Final = "package-lock.json"
CARGO: Final = "cargo.toml"
NUGET: Final = "nuspec"
GEM: Final = "gem-metadata"
GEM_STUB: Final = "gemspec"
_MODULES: Final = "node_modules/"
_DEPTH: Final = 64
_GEM_NAME: Final = re.compile(r"^name: (?:\"([^\"\n]+)\"|'([^'\n]+)'|(\S+))[ \t]*$", re.MULTILINE)
_GEM_VERSION: Final = re.compile(
    r"^version: !ruby/object:Gem::Version\n  version: (?:\"([^\"\n]+)\"|'([^'\n]+)'|(\S+))[ \t]*$", re.MULTILINE
)
_GEM_LICENCE: Final = re.compile(r"^licenses:\n((?:- [^\n]*\n)+)", re.MULTILINE)
_STUB: Final = re.compile(r"^# stub: (\S+) (\S+) (\S+) ", re.MULTILINE)
_STUB_WITHIN: Final = 2000
_GEM_MARK: Final = "--- !ruby/object:Gem::Specification"


def npm_package(raw: bytes) -> Iterator[ComponentFact]:
    """Yield the package of a ``package.json`` (npm docs, "package.json"); one without a name is of no package."""
    try:
        document = parse(raw)
    except Malformed as error:
        raise NotReadable(str(error)) from error
    if "name" in document:
        yield _npm(document, document["name"], document.get("version"))


def _npm(document: Table, name: object, version: object) -> ComponentFact:
    if not isinstance(name, str) or not isinstance(version, str | None):
        return unreadable(NPM, "its name or version is no text")
    scope, _, rest = name.rpartition("/")
    return component("npm", rest, version or "", NPM, namespace=scope, licence=_npm_licence(document))


def _npm_licence(document: Table) -> str:
    """Return the licence: a text, or in old packages an object or a list of objects."""
    given: Any = document.get("license", document.get("licenses", ""))
    listed = given if isinstance(given, list) else [given]
    words = [each.get("type", "") if isinstance(each, dict) else each for each in listed[:10]]
    return ", ".join(word for word in words if isinstance(word, str))


def npm_lock(raw: bytes) -> Iterator[ComponentFact]:
    """Yield the packages that a lock file asks for (npm docs, "package-lock.json", versions 1 to 3)."""
    try:
        document = parse(raw)
        packages = table(document, "packages", "lock")
        for place in packages:
            entry = table(packages, place, "packages")
            if place and not entry.get("link"):
                name = entry.get("name") or place.rpartition(_MODULES)[2]
                yield _asked_for(name, entry.get("version"))
        if not packages:
            yield from _old_lock(table(document, "dependencies", "lock"))
    except Malformed as error:
        raise NotReadable(str(error)) from error


def _old_lock(dependencies: Table) -> Iterator[ComponentFact]:
    waiting = [(dependencies, 0)]
    while waiting:
        level, depth = waiting.pop()
        for name in level:
            entry = table(level, name, "dependencies")
            yield _asked_for(name, entry.get("version"))
            if depth < _DEPTH:
                waiting.append((table(entry, "dependencies", "dependencies"), depth + 1))


def _asked_for(name: object, version: object) -> ComponentFact:
    if not isinstance(name, str) or not isinstance(version, str | None):
        raise NotReadable("a name or version is no text")
    scope, _, rest = name.rpartition("/")
    return component("npm", rest, version or "", NPM_LOCK, namespace=scope, delivered=False)


def cargo_package(text: str) -> Iterator[ComponentFact]:
    """Yield the crate of a ``Cargo.toml`` (The Cargo Book, "The Manifest Format"); a workspace alone is none."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise NotReadable(f"not TOML: {error}") from error
    package = document.get("package")
    if not isinstance(package, dict):
        return
    name, version, licence = (package.get(key, "") for key in ("name", "version", "license"))
    if not isinstance(name, str) or not isinstance(version, str):
        yield unreadable(CARGO, "its name or version is taken from elsewhere")
        return
    yield component("cargo", name, version, CARGO, licence=licence if isinstance(licence, str) else "")


def nuget_package(raw: bytes) -> Iterator[ComponentFact]:
    """Yield the package of a ``.nuspec`` (NuGet docs, ".nuspec reference")."""
    fields = _nuspec_fields(raw)
    yield component("nuget", fields.get("id", ""), fields.get("version", ""), NUGET, licence=fields.get("license", ""))


def _nuspec_fields(raw: bytes) -> dict[str, str]:
    """Return the texts of the elements of ``package/metadata``; a document type is refused, and entities with it."""
    parser = expat.ParserCreate(namespace_separator=" ")
    way: list[str] = []
    fields: dict[str, str] = {}

    def start(name: str, _attributes: dict[str, str]) -> None:
        way.append(name.rpartition(" ")[2])

    def end(_name: str) -> None:
        way.pop()

    def characters(data: str) -> None:
        if len(way) == 3 and way[:2] == ["package", "metadata"]:  # noqa: PLR2004  # package/metadata/<field>
            fields[way[2]] = (fields.get(way[2], "") + data)[:1000]

    def refuse(*_: object) -> None:
        raise NotReadable("a document type is not read")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, refuse
    try:
        parser.Parse(raw, True)  # the last bytes
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: an encoding that nobody knows
        raise NotReadable(f"not XML: {error}") from error
    return fields


def gem_metadata(text: str) -> Iterator[ComponentFact]:
    """Yield the gem of a ``metadata`` file, as RubyGems writes it into every gem: YAML of one shape."""
    if not text.startswith(_GEM_MARK):
        return
    name, version, licence = _GEM_NAME.search(text), _GEM_VERSION.search(text), _GEM_LICENCE.search(text)
    licences = ", ".join(line[2:].strip(" '\"") for line in licence[1].splitlines()) if licence else ""
    yield component("gem", _first(name), _first(version), GEM, licence=licences)


def _first(found: re.Match[str] | None) -> str:
    return next((group for group in found.groups() if group), "") if found else ""


def gem_stub(text: str) -> Iterator[ComponentFact]:
    """Yield the gem of an installed specification, which RubyGems begins with a line about it.

    Any other specification is a program, of which nothing is known before it runs.
    """
    stub = _STUB.search(text[:_STUB_WITHIN])
    if stub is None:
        yield unreadable(GEM_STUB, "a specification without a stub line is a program")
    else:
        yield component("gem", stub[1], stub[2], GEM_STUB)
