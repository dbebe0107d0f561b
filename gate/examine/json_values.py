"""JSON of strangers, strictly: what readers could disagree about is refused, and every value is what it has to be."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from datetime import datetime
from typing import Any, Final, TypeAlias

from gate.paths import printable

Table: TypeAlias = dict[str, Any]
TEXT_LENGTH: Final = 300
"""Characters of a text that are kept."""
_NAME_LENGTH: Final = 200
_USER: Final = re.compile(r"://[^\s/?#]*@")
_QUERY: Final = re.compile(r"(://[^\s?#]*\?)[^\s#]+")
"""User information and query of a URL in a text (RFC 3986 section 3): both may hold passwords and tokens."""
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
"""Years of times: at the ends of the calendar there is no other time zone."""
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_SHA256_NAMES: Final = frozenset({"sha-256", "sha256"})


class Malformed(Exception):
    """The bytes are not in the form; the argument says in English what is wrong, safe to show."""


def parse(raw: bytes) -> Table:
    """Return the object of a JSON text (RFC 8259): UTF-8, with or without a byte order mark, no key twice.

    Raises :class:`Malformed` for anything else, for numbers that JSON does not know, and for nesting that is too deep.
    """
    try:
        value = json.loads(
            raw.removeprefix(BOM_UTF8).decode("utf-8"), object_pairs_hook=_distinct, parse_constant=_refuse
        )
    except RecursionError as error:
        raise Malformed("nested too deeply") from error
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    except ValueError as error:
        raise Malformed(f"not JSON: {printable(str(error))[:TEXT_LENGTH]}") from error
    return as_table(value, "document")


def _distinct(pairs: list[tuple[str, Any]]) -> Table:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Malformed("a key stands twice in one object")
    return value


def _refuse(name: str) -> None:
    raise Malformed(f"{name} is not JSON")


def as_table(value: object, place: str) -> Table:
    """Return a value that has to be an object."""
    if not isinstance(value, dict):
        raise Malformed(f"{place}: not an object")
    return value


def table(holder: Table, key: str, place: str) -> Table:
    """Return the object at a key, empty where there is none."""
    value = holder.get(key)
    return {} if value is None else as_table(value, f"{place}.{key}")


def rows(holder: Table, key: str, place: str) -> list[Table]:
    """Return the objects of the array at a key, none where there is none."""
    return [as_table(each, f"{place}.{key}[{number}]") for number, each in enumerate(values(holder, key, place))]


def values(holder: Table, key: str, place: str) -> list[Any]:
    """Return the array at a key, empty where there is none."""
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(f"{place}.{key}: not an array")
    return value


def text(holder: Table, key: str, place: str) -> str:
    """Return the text at a key as the file has it, empty where there is none."""
    value = holder.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{place}.{key}: not a text")
    return value


def word(holder: Table, key: str, place: str, allowed: frozenset[str], default: str) -> str:
    """Return one of the words that the form knows at a key."""
    value = text(holder, key, place) or default
    if value not in allowed:
        raise Malformed(f"{place}.{key}: {shown(value)} is no word of this form")
    return value


def number(holder: Table, key: str, place: str) -> float | None:
    """Return the number at a key, also one that is written as a text (as the security severity of SARIF is)."""
    value = holder.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Malformed(f"{place}.{key}: not a number")
    try:
        return float(value)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{place}.{key}: not a number") from error


def moment(holder: Table, key: str, place: str) -> datetime | None:
    """Return the time at a key; one without an offset is none (RFC 3339)."""
    stated = text(holder, key, place)
    if not stated:
        return None
    try:
        found = datetime.fromisoformat(stated)
    except ValueError as error:
        raise Malformed(f"{place}.{key}: not a time") from error
    if found.tzinfo is None:
        raise Malformed(f"{place}.{key}: a time without an offset")
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Malformed(f"{place}.{key}: no time of our days")
    return found


def shown(value: str, length: int = TEXT_LENGTH) -> str:
    """Return a text as a fact keeps it: in one line, safe to show, not long, without what URLs may keep secret."""
    line = " ".join(value[: 4 * length].split())
    kept = printable(_QUERY.sub(r"\1…", _USER.sub("://…@", line)))
    return kept if len(kept) <= length else f"{kept[:length]}…"


def named(name: str, version: str = "") -> str:
    """Return the name of a tool with its version."""
    return shown(f"{name} {version}".strip(), _NAME_LENGTH)


def sha256_of(algorithm: str, value: str) -> str | None:
    """Return ``sha256:<digest>`` for a SHA-256, None for any other digest."""
    if algorithm.lower() not in _SHA256_NAMES or not _SHA256.fullmatch(value):
        return None
    return f"sha256:{value.lower()}"
