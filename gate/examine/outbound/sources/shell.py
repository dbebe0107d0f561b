"""Reads scripts of command interpreters, build files and Dockerfiles: logical lines of commands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.hosts import is_host_name
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import urls_in
from gate.examine.outbound.sources.commands import command_references
from gate.examine.outbound.unknown import UNKNOWN, settled

_LINE = re.compile(r"(?>(?:[^\\\n`^]++|[\\`^]\n|[\\`^])*)\n?")
"""A logical line: a backslash, a grave accent (PowerShell) or a caret (batch) at its end goes on with the next."""
_GIVEN = re.compile(
    r"(?:^|[;&|\s])(?:export\s+|set\s+/?[ap]?\s*\"?|local\s+|readonly\s+|ENV\s+|ARG\s+|\$(?:env:|script:|global:)?)?"
    r"(?P<name>[A-Za-z_]\w{0,63})\s?(?::|\?|\+)?=\s?(?P<value>\"[^\"\n]{0,2000}\"?|'[^'\n]{0,2000}'?|[^\s;&|]{1,2000})"
)
_DOCKER_GIVEN = re.compile(r"^\s*(?:ENV|ARG)\s+(?P<name>[A-Za-z_]\w{0,63})[ =](?P<value>[^\n]{1,2000})", re.IGNORECASE)
_HOLE = re.compile(
    r"\$\{(?:env:)?(?P<braced>\w{1,64})(?::?-(?P<default>[^}]{0,500}))?[^}]{0,100}\}|\$\((?P<made>[A-Za-z_]\w*)\)"
    r"|\$(?:env:|script:|global:)?(?P<plain>[A-Za-z_]\w*|[0-9@*?])|%(?P<percent>[A-Za-z_]\w*)%|!(?P<late>[A-Za-z_]\w*)!"
    r"|\$\([^)]{0,500}\)|%[0-9*]"
)
_DOCKER = re.compile(r"^\s*(?P<word>FROM|ADD|COPY)\s+(?:--\S+\s+)*(?P<rest>[^\n]+)", re.IGNORECASE)
_REMARK = re.compile(r"^\s*(?:@?rem\b|::)", re.IGNORECASE)
_HASH = re.compile(r"(?:^|\s)#")
_INNER_MARKS = re.compile(r"(?<=[\w:/.\-])[\"'^`\\]{1,8}(?=[\w:/.\-])")
_UNNAMED = "the registry that is used without a name"
_VALUES = 3
_LOGICAL_LINE = 16_384


def read_shell(text: str, lines: Lines, *, docker: bool = False, batch: bool = False) -> Iterator[Found]:
    """Yield what the commands of a script contact, the other URLs in it, and those of its comments."""
    variables: dict[str, list[str]] = defaultdict(list)
    for start, line in _logical_lines(text):
        number = lines.at(start + len(line) - len(line.lstrip()))
        code, comment = _split(line, batch=batch)
        for _, url in urls_in(comment):
            yield Reference(url, "text", "comment", number)
        joined = re.sub(r"[\\`^]\n", " ", code)
        told = set()
        for filled in _filled(joined, variables):
            for reference in [*command_references(filled, "", number), *_docker(filled, number, docker=docker)]:
                told.add(reference.raw)
                yield reference
        plain = _INNER_MARKS.sub("", joined)
        if plain != joined:
            # Quotes, carets and the like inside of words hide them from the eye and mean nothing to the interpreter.
            for reference in _unmarked(plain, number, variables):
                if reference.raw not in told:
                    told.add(reference.raw)
                    yield reference
        for place, url in urls_in(joined):
            raw, unknown = settled(_hide(url))
            if raw not in told and not unknown and url not in told:
                yield Reference(raw, "string", "string", lines.at(start + place) if joined == code else number)
        _remember(joined, variables, docker=docker)


def _unmarked(plain: str, number: int, variables: dict[str, list[str]]) -> Iterator[Reference]:
    for filled in _filled(plain, variables):
        yield from command_references(filled, "", number)
    for _, url in urls_in(plain):
        raw, unknown = settled(_hide(url))
        if not unknown:
            yield Reference(raw, "string", "string", number)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    for found in _LINE.finditer(text):
        if found[0].strip():
            yield found.start(), found[0]


def _split(line: str, *, batch: bool) -> tuple[str, str]:
    """Return the code of a logical line and its comment; a hash within a word or a quoted text begins none."""
    if batch:
        return ("", line) if _REMARK.match(line) else (line, "")
    quotes = [0, 0]
    place = 0
    for found in _HASH.finditer(line):
        for number, quote in enumerate("\"'"):
            quotes[number] += line.count(quote, place, found.start())
        place = found.start()
        if not (quotes[0] % 2 or quotes[1] % 2):
            return line[:place], line[place:]
    return line, ""


def _filled(line: str, variables: dict[str, list[str]]) -> list[str]:
    """Return a line with its variables filled in: once for each value of the first of them that has several."""
    line = line[:_LOGICAL_LINE]
    names = [_name_of(found) for found in _HOLE.finditer(line)]
    several = next((name for name in names if len(variables.get(name, ())) > 1), "")
    filled: dict[str, None] = {}
    for number in range(len(variables[several]) if several else 1):
        value = partial(_value_of, variables=variables, several=several, number=number)
        filled[_HOLE.sub(value, line)[:_LOGICAL_LINE]] = None
    return list(filled)


def _name_of(found: re.Match[str]) -> str:
    return next((found[key] for key in ("braced", "made", "plain", "percent", "late") if found[key]), "").lower()


def _value_of(found: re.Match[str], variables: dict[str, list[str]], several: str, number: int) -> str:
    name = _name_of(found)
    values = variables.get(name)
    if values:
        return values[number if name == several else 0]
    return found["default"] or UNKNOWN


def _hide(text: str) -> str:
    return _HOLE.sub(UNKNOWN, text)


def _remember(line: str, variables: dict[str, list[str]], *, docker: bool) -> None:
    found = list(_GIVEN.finditer(line))
    if docker:
        found += list(_DOCKER_GIVEN.finditer(line))
    for each in found:
        values = variables[each["name"].lower()]
        value = _filled(each["value"].strip().strip("\"'"), variables)[0]
        if value not in values and len(values) < _VALUES and len(variables) < 1 << 14:
            values.append(value[:2000])


def _docker(line: str, number: int, *, docker: bool) -> Iterator[Reference]:
    """Yield the registry of a base image, and what ``ADD`` fetches (Dockerfile reference)."""
    found = _DOCKER.match(line) if docker else None
    if not found:
        return
    word = found["word"].upper()
    first = found["rest"].split()[0]
    if word == "ADD":
        for _, url in urls_in(found["rest"]):
            yield Reference(url, "code", "ADD", number)
    elif word == "FROM":
        host, slash, _ = first.partition("/")
        registry = host if slash and ("." in host or ":" in host) else ""
        if UNKNOWN in first:
            yield Reference(first.replace(UNKNOWN, "*"), "opaque", "FROM", number)
        elif is_host_name(registry.partition(":")[0]):
            yield Reference(f"https://{first}", "code", "FROM", number)
        elif first.lower() != "scratch" and (slash or ":" in first or "." not in first) and not registry:
            yield Reference(f"https://docker.io/{first}", "code", "FROM", number, _UNNAMED)
