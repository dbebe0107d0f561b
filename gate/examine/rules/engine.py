"""The YARA engine: rules compiled from their sources, and matched against bytes with nothing lost in silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yara

from gate.examine.rules import canary
from gate.examine.rules.compilation import BrokenRule, compiled
from gate.examine.rules.sources import RuleSource
from gate.models import Gap
from gate.paths import printable

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MATCHES_SHOWN = 3
"""How many places of a match stand in the detail of a detection."""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """One rule that matched: its identifier, the source that it stands in, its metadata, and the first places."""

    rule: str
    source: str
    meta: dict[str, str | int | bool]
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class RuleSetInfo:
    """What a compiled set holds: how many rules, and the newest ``date`` that their metadata name.

    ``warnings`` counts what the compiler found slow or outdated: such rules are matched like all others.
    """

    rules: int
    newest: str
    warnings: int


class Engine:
    """Rules compiled from ``sources``, with the canary rule beside them; ``broken`` are the files left out."""

    version: str = yara.YARA_VERSION

    def __init__(self, sources: Sequence[RuleSource]) -> None:
        made = compiled(sources)
        self._rules = made.rules
        self._warnings = made.warnings
        self.broken: tuple[BrokenRule, ...] = made.broken

    def info(self) -> RuleSetInfo:
        """Return what the set holds, without the canary rule."""
        rules = [rule for rule in self._rules if rule.identifier != canary.RULE]
        dates = (str(rule.meta.get("date", "")) for rule in rules)
        newest = max((date for date in dates if _DATE.fullmatch(date)), default="")
        return RuleSetInfo(len(rules), newest, self._warnings)

    def match(
        self,
        data: Any,  # noqa: ANN401  # any buffer
        seconds: int,
        externals: Mapping[str, str] | None = None,
    ) -> tuple[list[RuleMatch], list[Gap]]:
        """Return the rules that match ``data`` (bytes or a memory map), and what the engine could not do.

        ``seconds`` bounds the time; a scan that runs out of it, or out of another limit, makes a gap.  The engine looks
        at the clock between blocks of the data alone, which an expensive expression can keep apart for minutes: the
        hard limit is the deadline of the worker.  ``externals`` are values of external variables.
        """
        gaps: dict[str, Gap] = {}

        def warned(kind: int, message: object) -> int:
            # The engine gives up counting a string's matches here, and a rule that needed more of them is lost.
            rule = printable(str(getattr(message, "rule", message)))
            what = "too many matches" if kind == yara.CALLBACK_TOO_MANY_MATCHES else "the engine warns of limits"
            gaps[rule] = Gap("engine-limit", f"{what} for rule {rule}")
            return int(yara.CALLBACK_CONTINUE)

        try:
            found = self._rules.match(
                data=data,
                timeout=seconds,
                externals=dict(externals or {}),
                warnings_callback=warned,
                console_callback=_said_nothing,
            )
        except yara.TimeoutError:
            return [], [Gap("timeout", f"no result within {seconds} s")]
        except yara.Error as error:
            return [], [Gap("engine-error", printable(str(error)))]
        return [_rule_match(match) for match in found], list(gaps.values())

    def detects(self, data: bytes) -> bool:
        """Say whether the canary rule matches ``data``."""
        found, gaps = self.match(data, 10)
        return not gaps and any((match.source, match.rule) == (canary.NAMESPACE, canary.RULE) for match in found)


def _said_nothing(_message: str) -> None:
    """Swallow what a rule writes to its console, which would otherwise go to the standard output."""


def _rule_match(match: Any) -> RuleMatch:  # noqa: ANN401  # yara publishes no types
    return RuleMatch(match.rule, match.namespace, dict(match.meta), tuple(_first_places(match.strings)))


def _first_places(strings: Iterable[Any]) -> list[tuple[str, int]]:
    return [(string.identifier, string.instances[0].offset) for string in strings if string.instances][:MATCHES_SHOWN]
