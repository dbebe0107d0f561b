"""Checks of the parsed TOML that the model cannot make: what this version does not judge, and what contradicts.

A section or key that the policy format knows and no examiner of this version judges is refused, never accepted and
ignored: a policy that reads as if something were checked must not pass where it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

from gate.policy.content import DeliverableKind, bases_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.policy.places import KeyPath

Data: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Something wrong at a key path: a catalogue code and its arguments."""

    code: str
    path: KeyPath
    arguments: Mapping[str, str | int]


_UNAVAILABLE: Final[Mapping[str, str]] = MappingProxyType({"vulnerabilities": "policy.unavailable-vulnerabilities"})
"""Sections that the format knows, and what is said of each."""
_NAMED_BY_PLACE: Final = ("reviewed", "suppress")


def take_unavailable(data: Data) -> tuple[Data, list[Found]]:
    """Return the data without what this version does not judge, and one problem for each such thing."""
    found = [Found(code, (section,), {"section": section}) for section, code in _UNAVAILABLE.items() if section in data]
    return {section: value for section, value in data.items() if section not in _UNAVAILABLE}, found


def _table(data: Data, path: tuple[str, ...]) -> Data:
    for key in path:
        inner = data.get(key)
        if not isinstance(inner, dict):
            return {}
        data = inner
    return data


def repeated_ids(data: Data) -> list[Found]:
    """Return a problem for each id of a justification that an earlier one has."""
    found: list[Found] = []
    seen: set[str] = set()
    tables = [("executable",), ("outbound", "destination"), ("outbound", "reviewed"), ("suppress",)]
    for path in tables:
        for number, entry in _entries(_table(data, path[:-1]), path[-1]):
            name = entry.get("id", f"{path[-1]}-{number + 1}" if path[-1] in _NAMED_BY_PLACE else None)
            if not isinstance(name, str):
                continue
            if name in seen:
                found.append(Found("policy.id-repeated", (*path, number, "id"), {"id": name}))
            seen.add(name)
    return found


def refused_bases(data: Data) -> list[Found]:
    """Return a problem for each ``[[executable]]`` whose basis cannot justify anything in such a deliverable."""
    kind = _table(data, ("deliverable",)).get("kind")
    if kind is not None and kind not in get_args(DeliverableKind):
        return []  # the model refuses it
    allowed = bases_for(kind)
    code = "policy.basis-without-kind" if kind is None else "policy.basis-of-content"
    return [
        Found(code, ("executable", number, "basis"), {})
        for number, entry in _entries(data, "executable")
        if entry.get("basis") == "specified-program" and "specified-program" not in allowed
    ]


def _entries(holder: Data, key: str) -> Iterator[tuple[int, Data]]:
    """Yield the tables of an array of tables with their numbers; anything else is for the model to refuse."""
    entries = holder.get(key)
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
        yield from enumerate(entries)
