"""Reads settings and data that are lines of text: YAML, TOML, INI, properties and everything like them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.hosts import is_host_name
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import network_path, urls_in
from gate.examine.outbound.sources.commands import command_references
from gate.examine.outbound.unknown import UNKNOWN, settled
from gate.models import Reach

_LINE = re.compile(r"[^\n]++")
_KEY = re.compile(r"\s*+(?:-\s++)?[\"']?(?P<key>[A-Za-z_][\w.\-/ ]{0,80}?)[\"']?\s*+[:=]\s*+(?P<value>\S[^\n]*+)?")
_COMMENT = re.compile(r"(?:^|\s)(?:#|;|//|!)(?=\s|$|[^\s/!])")
_HOLE = re.compile(r"\$\{[^}]{0,200}\}|\{\{[^}]{0,200}\}\}|%\([^)]{0,100}\)s|\$[A-Za-z_]\w*|<[a-z_ ]{1,40}>")
HOST_KEYS = re.compile(
    r"(?i)(?:^|[._\- ])(?:host(?:s|name|names)?|server(?:s|name)?|address|endpoint|broker|proxy|upstream|domain"
    r"|registry|remote|nameserver|dns|smtp|relay|peer|seed|url|uri)$"
)
_LINK_KEYS = re.compile(
    r"(?i)^(?:project[ _\-]?)?(?:home[ _\-]?page|documentation|docs?|repository|source(?:[ _\-]?code)?"
    r"|bug[ _\-]?tracker|issues?|issue[ _\-]tracker|changelog|changes|license|funding|tracker|website|bugs?"
    r"|release[ _\-]notes|vcs-(?:browser|git)|author|support|donate|download[ _\-]url|url)$"
)
_VALUE_HOST = re.compile(r"[\"']?([A-Za-z0-9.\-]{3,253})(?::[0-9]{1,5})?[\"',]?\s*$")
_ITEM = re.compile(r"\s{0,80}-\s{1,8}[\"']?([A-Za-z0-9.\-]{3,253})(?::[0-9]{1,5})?[\"']?\s*")
_COMMAND_KEYS = re.compile(r"(?i)^(?:run|(?:before_|after_)?script|command|cmd|entrypoint|exec\w*|args|test|hook\w*)$")
_WITHOUT_SCHEME = re.compile(
    r"(?:[\"'<(=]|[:=,]\s{1,8}|\S\s{1,8}(?=//[^\s/]++/))(?P<url>//(?P<host>(?>(?:[\w\-]{1,63}\.)+)[A-Za-z][\w\-]{1,62})(?=[:/?#>\"'\s)]|\Z)[^\s\"'<>)]*+)"
)
"""An address that begins with its host: quoted, bracketed or as a value; alone on a line it is a comment."""
_MARKED = re.compile(r"(?:^|\s)[#;!](?=\s)")
_FORMULA = re.compile(r"(?i)(?:^|[,;\t])[\"']?[=+@\-][^\n]{0,200}?\b(WEBSERVICE|IMAGE|IMPORT(?:DATA|XML|HTML|FEED))\(")
"""A cell of a table that fetches something when a spreadsheet program shows it."""
_FETCHED_BY_KEY = re.compile(r"[\w.\-]{1,80}\s{0,8}[:=]\s{0,8}[\"']?(?:curl|wget)\s")
"""A key whose value is a command that fetches something, whatever the key is called."""
_LONG_LINE = 1 << 16


def read_settings(text: str, lines: Lines, *, links: bool = False) -> Iterator[Found]:
    """Yield the URLs of settings as strings with their keys, hosts that keys announce, and commands.

    ``links`` says that the file describes a package: its home page and the like are places for people.
    """
    for line in _LINE.finditer(text):
        content = line[0].replace("\\:", ":") if "\\:" in line[0] else line[0]
        if not ("//" in content or "." in content or "\\\\" in content):
            continue
        yield from _line(content, line.start(), lines, links=links)


def _line(content: str, start: int, lines: Lines, *, links: bool) -> Iterator[Reference]:
    comment = _comment_start(content)
    code = content[:comment]
    key = _KEY.match(code)
    name = key["key"].strip() if key else ""
    via = f"key {name}" if name else "text"
    reach: Reach = "link" if links and _LINK_KEYS.match(name) else "string"
    found = False
    for place, url in urls_in(content):
        raw, unknown = settled(_HOLE.sub(UNKNOWN, url))
        if not unknown:
            found = found or place < comment
            number = lines.at(start + place)
            yield Reference(raw, reach if place < comment else "text", via if place < comment else "comment", number)
    if not found and (without := _WITHOUT_SCHEME.search(content)) and is_host_name(without["host"]):
        found = True
        said = _MARKED.search(content, 0, without.start("url")) is not None
        yield Reference(without["url"], "text" if said else reach, "comment" if said else via, lines.at(start))
    if not found and "(" in code and (call := _FORMULA.search(code)):
        yield Reference(f"{call[1]}(…)", "opaque", f"formula {call[1].upper()}", lines.at(start))
    if len(code) < _LONG_LINE:
        yield from _commands(code, name, lines.at(start))
        item = _ITEM.fullmatch(code)
        if item and not found and is_host_name(item[1]):
            yield Reference(f"tcp://{item[1]}", "string", "item of a list", lines.at(start))
        if key and key["value"] and not found and HOST_KEYS.search(name):
            yield from _host(key["value"], via, lines.at(start))


def _comment_start(content: str) -> int:
    quotes = [0, 0]
    place = 0
    for found in _COMMENT.finditer(content[:_LONG_LINE]):
        for number, quote in enumerate("\"'"):
            quotes[number] += content.count(quote, place, found.start())
        place = found.start()
        if not (quotes[0] % 2 or quotes[1] % 2):
            return place
    return len(content)


def _commands(code: str, name: str, line: int) -> Iterator[Reference]:
    bare = code.lstrip(" -\t")
    runs = bool(_COMMAND_KEYS.match(name)) or name.startswith("Exec")
    if not runs and _FETCHED_BY_KEY.match(bare):
        said = command_references(_HOLE.sub(UNKNOWN, re.split("[:=]", bare, maxsplit=1)[-1]), "command", line)
        yield from (each for each in said if each.reach != "opaque")  # a sentence may begin so, too
    if runs or bare.startswith(("curl ", "wget ")):
        command = re.split("[:=]", bare, maxsplit=1)[-1] if runs else bare
        yield from command_references(_HOLE.sub(UNKNOWN, command), f"command of {name}" if runs else "command", line)


def _host(value: str, via: str, line: int) -> Iterator[Reference]:
    host = _VALUE_HOST.match(value)
    if host and is_host_name(host[1]):
        yield Reference(f"tcp://{host[1]}", "string", via, line)
    elif path := network_path(value.strip("\"' ")):
        yield Reference(path, "string", via, line)
