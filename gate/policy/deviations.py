"""標準設定・合意内容からの変更点: the settings of a policy that are not those of the gate.  Pure.

Settings are what changes how the gate works and judges.  What names things of this delivery (``[deliverable]``,
``[specification]``), persons' decisions and who signs are told elsewhere, each in full.  What the other party agreed to
is known by its digest alone (``[agreement]``): whether this is that policy, ``LoadedPolicy.agreed`` says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate.policy.model import Policy
from gate.policy.section import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS: Final = ("parties", "gate", "malware", "outbound", "limits")
"""The tables of ``gate.toml`` that hold settings."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A setting by its key in ``gate.toml``, with default and value as JSON texts (empty: there is none)."""

    key: str
    default: str
    value: str


def deviations(policy: Policy) -> tuple[Deviation, ...]:
    """Return the settings that differ from the defaults, in the order of the policy file's description."""
    standard = Policy()
    return tuple(
        deviation
        for table in SETTINGS
        for deviation in _in_table(table, getattr(standard, table), getattr(policy, table))
    )


def _in_table(table: str, standard: Section, given: Section) -> Iterator[Deviation]:
    for name, field in type(standard).model_fields.items():
        default, value = getattr(standard, name), getattr(given, name)
        if value != default and not _holds_entries(value):
            yield Deviation(f"{table}.{field.alias or name}", _text(default), _text(value))


def _holds_entries(value: object) -> bool:
    """Say whether a value is an array of tables: persons' decisions, which are no settings."""
    return isinstance(value, tuple) and any(isinstance(each, Section) for each in value)


def _text(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
