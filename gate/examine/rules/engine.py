"""The YARA engine: rules compiled from their sources, and matched against bytes with nothing lost in silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import yara

from gate.errors import EngineFailure
from gate.examine.rules import canary
from gate.examine.rules.sources import RuleSource
from gate.models import Gap
from gate.paths import printable

EXTERNALS = dict.fromkeys(("filename", "filepath", "extension", "filetype", "owner"), "")
"""External variables that public rule sets expect.

They are defined, as empty strings, so that such rules compile; a rule that depends on them alone never matches,
because an item's result must not depend on more than its content.
"""
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
    """What a compiled set holds: how many rules, and the newest ``date`` that their metadata name."""

    rules: int
    newest: str


class Engine:
    """Rules compiled from ``sources``, with the canary rule beside them.

    Raises ``EngineFailure`` naming file and line where a source does not compile.
    """

    version: str = yara.YARA_VERSION

    def __init__(self, sources: Sequence[RuleSource]) -> None:
        texts = {canary.NAMESPACE: canary.canary_source()} | {source.name: source.text for source in sources}
        try:
            self._rules = _compiled(texts)
        except yara.Error as error:
            raise _culprit(sources, error) from error

    def info(self) -> RuleSetInfo:
        """Return what the set holds, without the canary rule."""
        rules = [rule for rule in self._rules if rule.identifier != canary.RULE]
        dates = (str(rule.meta.get("date", "")) for rule in rules)
        return RuleSetInfo(len(rules), max((date for date in dates if _DATE.fullmatch(date)), default=""))

    def match(self, data: Any, seconds: int) -> tuple[list[RuleMatch], list[Gap]]:  # noqa: ANN401  # any buffer
        """Return the rules that match ``data`` (bytes or a memory map), and what the engine could not do.

        ``seconds`` bounds the time; a scan that runs out of it, or out of another limit, makes a gap.  The engine looks
        at the clock between blocks of the data alone, which an expensive expression can keep apart for minutes: the
        hard limit is the deadline of the worker.
        """
        gaps: dict[str, Gap] = {}

        def warned(_kind: int, message: object) -> int:
            # The engine gives up counting a string's matches here, and a rule that needed more of them is lost.
            rule = printable(str(getattr(message, "rule", message)))
            gaps[rule] = Gap("engine-limit", f"too many matches for rule {rule}")
            return int(yara.CALLBACK_CONTINUE)

        try:
            found = self._rules.match(data=data, timeout=seconds, warnings_callback=warned)
        except yara.TimeoutError:
            return [], [Gap("timeout", f"no result within {seconds} s")]
        except yara.Error as error:
            return [], [Gap("engine-error", printable(str(error)))]
        return [_rule_match(match) for match in found], list(gaps.values())

    def detects(self, data: bytes) -> bool:
        """Say whether the canary rule matches ``data``."""
        found, gaps = self.match(data, 10)
        return not gaps and any((match.source, match.rule) == (canary.NAMESPACE, canary.RULE) for match in found)


def _compiled(texts: dict[str, str]) -> Any:  # noqa: ANN401  # yara publishes no types
    return yara.compile(sources=texts, externals=EXTERNALS, includes=False)


def _culprit(sources: Sequence[RuleSource], error: Exception) -> EngineFailure:
    """Return the failure for the first source that does not compile alone; yara's own message names no file."""
    for source in sources:
        try:
            _compiled({source.name: source.text})
        except yara.Error as own:
            line, _, problem = str(own).removeprefix("line ").partition(": ")
            return EngineFailure("examine.yara-rule-broken", file=source.name, line=line, problem=printable(problem))
    return EngineFailure("examine.yara-rule-broken", file="?", line="?", problem=printable(str(error)))


def _rule_match(match: Any) -> RuleMatch:  # noqa: ANN401  # yara publishes no types
    return RuleMatch(match.rule, match.namespace, dict(match.meta), tuple(_first_places(match.strings)))


def _first_places(strings: Iterable[Any]) -> list[tuple[str, int]]:
    return [(string.identifier, string.instances[0].offset) for string in strings if string.instances][:MATCHES_SHOWN]
