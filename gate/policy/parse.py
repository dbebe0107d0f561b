"""From the bytes of a ``gate.toml`` to a :class:`Policy`, or to all that is wrong with them.  Pure."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from gate.paths import printable
from gate.policy.checks import Data, Found, refused_bases, repeated_ids, take_unavailable
from gate.policy.model import Policy
from gate.policy.places import Places
from gate.policy.problems import Problem, UnusablePolicyError
from gate.policy.section import Section
from gate.policy.source_section import COMMIT_PATTERN
from gate.policy.values import FORMAT_PATTERN, IDENTIFIER_PATTERN, SHA256_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic_core import ErrorDetails

    from gate.policy.places import KeyPath

_AT_LINE: Final = re.compile(r" \(at (?:line (?P<line>[0-9]+), column [0-9]+|end of document)\)$")
_MEANT_AS_DAY: Final = re.compile(r"^[^#=]*=\s*[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}\s*(?:#.*)?$")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SHOWN: Final = 80
"""Characters of a value that a message shows."""

_CODES: Final[Mapping[str, str]] = {
    "missing": "policy.missing-key",
    "string_type": "policy.not-text",
    "int_type": "policy.not-number",
    "date_type": "policy.not-date",
    "tuple_type": "policy.not-list",
    "model_type": "policy.not-table",
    "dict_type": "policy.not-table",
    "bool_type": "policy.not-true-or-false",
    "literal_error": "policy.not-one-of",
    "greater_than_equal": "policy.too-small",
    "less_than_equal": "policy.number-too-large",
    "too_short": "policy.empty-list",
}
_SYNTAX_CODES: Final[Mapping[str, str]] = {
    "Expected newline or end of document": "policy.syntax-line",
    "Invalid value": "policy.syntax-value",
    "Unterminated string": "policy.syntax-text",
    "Illegal character '\\n'": "policy.syntax-text",
    "Unescaped '\\' in a string": "policy.syntax-backslash",
    "Invalid hex value": "policy.syntax-backslash",
    "Escaped character is not": "policy.syntax-backslash",
    "Unclosed array": "policy.syntax-list",
    "Unclosed inline table": "policy.syntax-inline",
    "Expected '=' after a key": "policy.syntax-equals",
    "Invalid initial character for a key": "policy.syntax-key",
    "Invalid statement": "policy.syntax-key",
    "Expected ']": "policy.syntax-heading",
    "Cannot overwrite a value": "policy.syntax-twice",
    "Cannot declare": "policy.syntax-twice",
    "Cannot mutate immutable": "policy.syntax-twice",
    "Duplicate inline table key": "policy.syntax-twice",
    "Invalid date or datetime": "policy.syntax-day",
}
"""What Python's reader of TOML says most, by how it begins; other complaints are shown in its own words."""
_PATTERN_CODES: Final[Mapping[str, str]] = {
    SHA256_PATTERN: "policy.sha256",
    IDENTIFIER_PATTERN: "policy.id",
    FORMAT_PATTERN: "policy.format",
    COMMIT_PATTERN: "policy.commit",
}


@dataclass(frozen=True, slots=True)
class ParsedPolicy:
    """A policy, where its keys stand in the text, and the digest that an agreement is made on.

    ``agreement_sha256`` is over the content without ``[agreement]`` (which names it): keys sorted, as compact JSON in
    UTF-8, days as ISO 8601.  Comments and layout do not change it.
    """

    policy: Policy
    places: Places
    name: str
    agreement_sha256: str

    def refuse(self, found: Iterable[Found]) -> UnusablePolicyError:
        """Return the exception that tells what was found, each at its place."""
        return _problems(self.name, self.places, found)


def parse_policy(raw: bytes, name: str) -> ParsedPolicy:
    """Return the policy in ``raw``; ``name`` is what messages call the file.

    Raises :class:`UnusablePolicyError` with everything that is wrong: not UTF-8, not TOML, keys that are unknown or not
    judged by this version, values that are missing or do not hold.
    """
    text = _decoded(raw, name)
    try:
        data = tomllib.loads(text)
        places = Places(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text, name) from error
    except RecursionError as error:
        raise _at_line(name, 1, "policy.too-nested") from error
    remaining, found = take_unavailable(data)
    found += [*repeated_ids(remaining), *refused_bases(remaining)]
    policy: Policy | None = None
    try:
        policy = Policy.model_validate(remaining)
    except ValidationError as error:
        found += [_found(details) for details in error.errors(include_url=False) if not _follows(details)]
    if policy is None or found:
        raise _problems(name, places, found)
    return ParsedPolicy(policy, places, name, _agreement_digest(data))


def _decoded(raw: bytes, name: str) -> str:
    if raw.startswith(_BYTE_ORDER_MARK):
        raise _at_line(name, 1, "policy.byte-order-mark")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _at_line(name, line, "policy.not-utf-8", byte=f"{raw[error.start]:02X}") from error


def _syntax_error(message: str, text: str, name: str) -> UnusablePolicyError:
    match = _AT_LINE.search(message)
    line = match and match["line"]
    place = int(line) if line else text.count("\n") + 1
    code = next((code for begin, code in _SYNTAX_CODES.items() if message.startswith(begin)), None)
    if code == "policy.syntax-line" and _MEANT_AS_DAY.match(text.split("\n")[place - 1]):
        code = "policy.syntax-day"
    if code is not None:
        return _at_line(name, place, code)
    return _at_line(name, place, "policy.syntax", detail=printable(message[: match.start()] if match else message))


def _at_line(name: str, line: int, code: str, **arguments: str | int) -> UnusablePolicyError:
    return UnusablePolicyError(name, [Problem(code, line, "", arguments)])


def _problems(name: str, places: Places, found: Iterable[Found]) -> UnusablePolicyError:
    return UnusablePolicyError(
        name, [Problem(each.code, places.line(each.path), key_text(each.path), dict(each.arguments)) for each in found]
    )


def key_text(path: KeyPath) -> str:
    """Return a key path as messages show it: ``executable[2].class``, entries counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{printable(part)}"
    return text.removeprefix(".")


def _follows(error: ErrorDetails) -> bool:
    """Say whether an error only follows from others: a list is "too short" once its elements have been refused."""
    return error["type"] == "too_short" and bool(error["input"])


def _found(error: ErrorDetails) -> Found:
    """Return what one error of pydantic means in our words."""
    path = tuple(error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    given = _as_written(error["input"])
    if kind.startswith("policy."):
        return Found(kind, path, {"given": given, **context})
    if kind == "string_pattern_mismatch":
        return Found(_PATTERN_CODES[context["pattern"]], path, {"given": given})
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), sorted(_known_keys(Section)), n=1)
        return (
            Found("policy.unknown-key-near", path, {"near": near[0]}) if near else Found("policy.unknown-key", path, {})
        )
    arguments: dict[str, str | int] = {"given": given, "detail": error["msg"]}
    if kind == "literal_error":
        arguments["expected"] = context["expected"].replace(" or ", ", ").replace("'", '"')
    if kind == "greater_than_equal":
        arguments["least"] = context["ge"]
    if kind == "less_than_equal":
        arguments["most"] = context["le"]
    return Found(_CODES.get(kind, "policy.not-valid"), path, arguments)


def _as_written(value: object) -> str:
    """Return the beginning of a value, much as it is written in the file."""
    text = str(value).lower() if isinstance(value, bool) else '""' if value == "" else str(value)
    return printable(text)[:_SHOWN]


def _known_keys(section: type[Section]) -> Iterator[str]:
    for inner in section.__subclasses__():
        yield from (field.alias or name for name, field in inner.model_fields.items())
        yield from _known_keys(inner)


def _agreement_digest(data: Data) -> str:
    content = {key: value for key, value in data.items() if key != "agreement"}
    rendered = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(rendered.encode()).hexdigest()
