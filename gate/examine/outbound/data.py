"""Reads JSON and its relatives: every string and key that is a URL.

Strings are taken as tokens, not as a tree: nothing can be nested too deep, comments and trailing commas do not matter,
and what is not well-formed is read as far as anybody could.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.escapes import character
from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.hosts import is_host_name
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import urls_in
from gate.examine.outbound.prose import TRAILING, URL
from gate.examine.outbound.sources.commands import command_references
from gate.models import Reach
from gate.paths import printable

_STRING = re.compile(
    r"(?=[\"'/])(?:\"((?>(?:[^\"\\]++|\\(?:.|\Z))*))(?:\"|\Z)"
    r"|'((?>(?:[^'\\\n]++|\\(?:.|\Z))*))'?|//[^\n]*+|/\*.*?(?:\*/|\Z))"
    r"(\s*+:)?",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WHOLE = re.compile(r"\s*+(?:[a-z][a-z0-9+.\-]{0,20}:)?[/\\]{2}[^/\\\s]", re.IGNORECASE)
"""A value that is a URL with a host."""
_SCHEMELESS_HOST = re.compile(r"\s*+//(?>(?:[\w\-]++\.)+)[A-Za-z][\w\-]*+(?:[/:?#]|\Z)")
_KEY_SHOWN = 40
_FETCHES = re.compile(r"\s*+(?:sudo )?(?:curl|wget)\s")
"""A command that fetches something, whose address may have no scheme."""
_KEY_GROUP = 3
"""The group of the colon behind a key."""
_IN_MARKUP = re.compile(r"=\s*+[\"']?(//(?>(?:[\w\-]++\.)+)[A-Za-z][\w\-]*+(?=[/:?#\"'\s>])[^\s\"'>]*+)")
"""An address without scheme in an attribute."""
_OF_THE_WEB = re.compile(r"(?:https?|wss?|ftps?|file|smb):", re.IGNORECASE)
_HOST_KEYS = "host hostname hostName server serverName endpoint proxy broker upstream apiHost api_host"
_HOSTS_OF = frozenset(_HOST_KEYS.split())
"""Keys whose value is a host without a scheme."""

_IDENTIFIER_KEYS = "$schema $id id @id @context @type @vocab xmlns namespace mappings sourcescontent sources doi orcid"
_IDENTIFIERS = frozenset(_IDENTIFIER_KEYS.split())
_LINK_KEYS = (
    "homepage bugs repository funding license licenses author authors contributors maintainers docs documentation "
    "website support readme"
)
_LINKS = frozenset(_LINK_KEYS.split())
"""Keys of package metadata whose URLs are for people."""
_OF_MANIFESTS: dict[str, tuple[Reach, str]] = {
    "src": ("conditional", "installed as an application"),
    "start_url": ("link", ""),
    "scope": ("identifier", ""),
    "url": ("link", ""),
    "action": ("interaction", ""),
    "update_url": ("conditional", "installed as an extension"),
    "homepage_url": ("link", ""),
    "icon_url": ("conditional", "installed as an application"),
    "launch_path": ("link", ""),
}
"""Keys of manifests of web applications (W3C Web Application Manifest) and browser extensions."""


def read_json(
    text: str, base: str | None, lines: Lines, condition: str = "", via: str = "", strings: Reach = "string"
) -> Iterator[Found]:
    """Yield the URLs of the strings of JSON, with reach ``strings`` where their key does not say otherwise.

    ``via`` is the construct that holds the text, empty for a file of its own.
    """
    if strings == "automatic" and _waits(text):
        strings, condition = "conditional", condition or "eagerness"
    for key, value, place in _strings(text):
        reach = strings
        if strings == "string":
            reach = "identifier" if key.lower() in _IDENTIFIERS else "link" if key.lower() in _LINKS else "string"
        yield from _urls(value, Reference("", reach, via or _via(key), lines.at(place), condition, base))
        if strings == "string" and "//" not in value and _FETCHES.match(value):
            said = command_references(value, via or _via(key), lines.at(place))
            yield from (each for each in said if each.reach != "opaque")  # a sentence may begin so, too


def read_manifest(text: str, base: str | None, lines: Lines) -> Iterator[Found]:
    """Yield the URLs of a manifest, by what a browser does with their keys."""
    for key, value, place in _strings(text):
        reach, condition = _OF_MANIFESTS.get(key, ("string", ""))
        yield from _urls(value, Reference("", reach, _via(key), lines.at(place), condition, base))


def read_source_map(text: str, base: str | None, lines: Lines) -> Iterator[Found]:
    """Yield the URLs of a source map: they name sources, and nothing loads them for a reader of the page."""
    for key, value, place in _strings(text):
        yield from _urls(value, Reference("", "identifier", _via(key), lines.at(place), "", base))


def _waits(text: str) -> bool:
    """Say whether speculation rules wait for what a person does (HTML, "speculation rule eagerness")."""
    return bool(re.search(r"\"eagerness\"\s*:\s*\"(?:moderate|conservative)\"", text))


def _strings(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the key before it, the value and the place of each string that may hold a URL; keys as well."""
    key = ""
    for found in _STRING.finditer(text):
        group = found.lastindex
        value = found[1] if found[1] is not None else found[2]
        if value is None:
            continue
        if "\\" in value:
            value = _ESCAPE.sub(_escaped, value)
        if group == _KEY_GROUP:
            key = value
        if (
            "//" in value
            or "\\\\" in value
            or _FETCHES.match(value)
            or (group != _KEY_GROUP and key in _HOSTS_OF and is_host_name(value))
        ):
            yield key, value, found.start()


def _urls(value: str, like: Reference) -> Iterator[Reference]:
    """Yield the URL that a string is, or those that it mentions; in markup they are meant for a browser."""
    if "//" not in value and "\\\\" not in value:
        if like.reach == "string" and is_host_name(value):
            yield like._replace(raw=f"tcp://{value}")
        return
    if _WHOLE.match(value) and ("://" in value or _SCHEMELESS_HOST.match(value)) and not _has_blank(value):
        yield like._replace(raw=value)
        return
    reach = like.reach
    if reach != "identifier" and "<" not in value and not value.lstrip().lower().startswith(("http:", "https:")):
        reach = "text"
    for url in URL.finditer(value):
        yield like._replace(raw=url[0].rstrip(TRAILING), reach=reach)
    for address in _IN_MARKUP.finditer(value) if "<" in value else ():
        yield like._replace(raw=address[1])
    if reach != "identifier":
        for _, other in urls_in(value):
            if not _OF_THE_WEB.match(other):
                yield like._replace(raw=other)


def _has_blank(value: str) -> bool:
    return len(value.split(None, 2)) > 1


def _escaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    return character(int(digits, 16)) if digits else _SINGLE.get(found[3], found[3])


def _via(key: str) -> str:
    return f"json {printable(key[:_KEY_SHOWN])}" if key else "json"
