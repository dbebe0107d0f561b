"""Metadata in lines of ``Field: value``: Python packages, Debian packages, OSGi bundles; and ``pom.properties``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gate.examine.components.found import component, unreadable
from gate.models import ComponentFact

_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*)")
_MOST_FIELDS: Final = 10_000
_SYMBOLIC_NAME: Final = re.compile(r"\s*([A-Za-z0-9_.-]+)")
_PROPERTY: Final = re.compile(r"\s*([A-Za-z.]+)\s*[=:]\s*(.*)")
PYTHON: Final = "python-metadata"
DPKG: Final = "dpkg"
BUNDLE: Final = "bundle-manifest"
MAVEN: Final = "pom.properties"


def _stanza(lines: list[str], *, joiner: str) -> dict[str, str]:
    """Return the fields of a stanza by their lower-case names; a line that begins with a blank continues the last.

    Of a field that stands twice the first counts, as in the readers of these formats.
    """
    fields: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines[:_MOST_FIELDS]:
        if line[:1] in {" ", "\t"}:
            current.append(line[1:].strip() if joiner else line[1:])
            continue
        found = _FIELD.fullmatch(line)
        current = [found[2]] if found else []
        if found:
            fields.setdefault(found[1].lower(), current)
    return {name: joiner.join(parts).strip() for name, parts in fields.items()}


def python_package(text: str) -> Iterator[ComponentFact]:
    """Yield the package of a METADATA or PKG-INFO file (PyPA "Core metadata specifications")."""
    lines = text.replace("\r", "").split("\n\n", 1)[0].split("\n")
    fields = _stanza(lines, joiner=" ")
    if "metadata-version" not in fields:
        return
    licence = fields.get("license-expression") or fields.get("license", "")
    yield component("pypi", fields.get("name", ""), fields.get("version", ""), PYTHON, licence=licence)


def debian_packages(text: str) -> Iterator[ComponentFact]:
    """Yield the packages of a dpkg status file or of the control file of a package (deb822(5), deb-control(5)).

    In a status file those count that are installed.  The control file of a source, which has no version, names none.
    """
    for stanza in _stanzas(text):
        fields = _stanza(stanza, joiner=" ")
        if "package" not in fields or ("source" in fields and "version" not in fields):
            continue
        status = fields.get("status", "install ok installed").split()
        if status[-1:] == ["installed"] and ("version" in fields or "architecture" in fields):
            yield component("deb", fields["package"], fields.get("version", ""), DPKG)


def _stanzas(text: str) -> Iterator[list[str]]:
    stanza: list[str] = []
    for line in text.replace("\r", "").split("\n"):
        if line.strip():
            stanza.append(line)
        elif stanza:
            yield stanza
            stanza = []
    if stanza:
        yield stanza


def bundle(text: str) -> Iterator[ComponentFact]:
    """Yield the OSGi bundle of a manifest (OSGi Core 3.2.1); its names are no package-url type of their own.

    A version that is left out is 0.0.0, says that specification.
    """
    main = re.split(r"\r?\n\r?\n|\r\r", text, maxsplit=1)[0]
    fields = _stanza(re.split(r"\r\n|\n|\r", main), joiner="")
    name = _SYMBOLIC_NAME.match(fields.get("bundle-symbolicname", ""))
    if name:
        version = fields.get("bundle-version", "0.0.0")
        yield component("generic", name[1], version, BUNDLE, licence=fields.get("bundle-license", ""))
    elif "bundle-symbolicname" in fields:
        yield unreadable(BUNDLE, "its symbolic name cannot be read")


def maven(text: str) -> Iterator[ComponentFact]:
    """Yield the artifact that the ``pom.properties`` of a jar names (Maven Archiver)."""
    fields: dict[str, str] = {}
    for line in text.replace("\r", "").split("\n")[:_MOST_FIELDS]:
        found = _PROPERTY.fullmatch(line)
        if found:
            fields[found[1]] = found[2].strip()
    name, group = fields.get("artifactId", ""), fields.get("groupId", "")
    version = fields.get("version", "")
    if name and not group:
        yield unreadable(MAVEN, f"{name} {version}: no groupId")
    else:
        yield component("maven", name, version, MAVEN, namespace=group)
