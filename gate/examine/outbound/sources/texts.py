"""The reader of a text in each language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.binaries.identifiers import identifier_rule
from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.sources.code import read_code
from gate.examine.outbound.sources.grammars import GRAMMARS
from gate.examine.outbound.sources.languages import describes_package
from gate.examine.outbound.sources.prose import read_prose
from gate.examine.outbound.sources.python import NotParsed, read_python
from gate.examine.outbound.sources.settings import read_settings
from gate.examine.outbound.sources.shell import read_shell

_OUTSIDE_OF_PHP = re.compile(r"(?:\A|\?>)(?>(?:(?!<\?(?:php\b|=)).)*)(?:<\?(?:php|=)|\Z)", re.DOTALL | re.IGNORECASE)
_NO_LINE_END = re.compile(r"[^\n]")


def read_source(text: str, language: str, name: bytes, lines: Lines) -> Iterator[Found]:
    """Yield what a text in a language of ``languages`` contacts or names; an unknown language is read like settings."""
    for found in _read(text, language, name, lines):
        rule = identifier_rule(found.raw) if isinstance(found, Reference) and found.reach == "string" else ""
        yield found._replace(reach="identifier", condition=rule) if rule and isinstance(found, Reference) else found


def _read(text: str, language: str, name: bytes, lines: Lines) -> Iterator[Found]:
    if language == "python":
        try:
            return read_python(text, lines)
        except NotParsed:
            return read_code(text, language, lines)
    if language == "php":
        text = _OUTSIDE_OF_PHP.sub(lambda outside: _NO_LINE_END.sub(" ", outside[0]), text)
    if language in GRAMMARS:
        return read_code(text, language, lines)
    if language in ("shell", "powershell", "batch", "docker"):
        return read_shell(text, lines, docker=language == "docker", batch=language == "batch")
    if language == "prose":
        return read_prose(text, lines)
    return read_settings(text, lines, links=describes_package(name))
