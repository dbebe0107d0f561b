"""The ``yara`` examiner: every item against every rule, by content alone."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence

from gate.errors import EngineFailure
from gate.examine.interface import Observation, View
from gate.examine.rules import canary
from gate.examine.rules.engine import Engine, RuleMatch
from gate.examine.rules.sources import RuleSource, rule_set
from gate.models import Aspect, Certainty, DatabaseInfo, DatabaseKind, DetectionFact, EngineInfo, Gap, Item
from gate.paths import printable

DESCRIPTION_LENGTH = 300
"""Longest description of a rule, in characters, that a detection carries."""


class RulesExaminer:
    """Matches items against YARA rules.

    ``sources`` are pairs of name and text as in ``RuleSources.sources``, ``kind`` says whose rules they are,
    ``seconds`` is the time limit for one item.  The rules are compiled by :meth:`start`, in the confined worker.
    """

    name = "yara"
    depends_on: frozenset[Aspect] = frozenset({"content"})

    def __init__(self, sources: Sequence[Sequence[str]], *, kind: DatabaseKind = "bundled", seconds: int = 60) -> None:
        self._set = rule_set(RuleSource(name, text) for name, text in sources)
        self._kind = kind
        self._seconds = seconds
        self._engine: Engine | None = None

    def applies(self, item: Item) -> bool:  # noqa: ARG002  # any content can be malicious
        """Say yes: no item is beyond suspicion."""
        return True

    def start(self) -> EngineInfo:
        """Compile the rules and prove them; raises ``EngineFailure`` where one does not compile."""
        self._engine = Engine(self._set.sources)
        return self._proven()

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield a detection for each rule that matches, and a gap where the engine reached a limit."""
        if view.size == 0:
            return
        try:
            content = mmap.mmap(view.descriptor(), view.size, prot=mmap.PROT_READ)
        except ValueError:
            yield Gap("unreadable", f"fewer than {view.size} bytes are there")
            return
        except OSError as error:
            yield Gap("too-large", f"{view.size} bytes cannot be mapped: {error.strerror}")
            return
        with content:
            matches, gaps = self._running().match(content, self._seconds)
        yield from (_detection(match) for match in matches)
        yield from gaps

    def finish(self) -> EngineInfo:
        """Prove the engine once more."""
        return self._proven()

    def close(self) -> None:
        """Let go of the compiled rules."""
        self._engine = None

    def _running(self) -> Engine:
        if self._engine is None:
            raise EngineFailure("examine.not-started", engine=self.name)
        return self._engine

    def _proven(self) -> EngineInfo:
        engine = self._running()
        if not engine.detects(canary.CANARY):
            raise EngineFailure("examine.canary-missed", engine=self.name)
        if engine.detects(canary.BENIGN):
            raise EngineFailure("examine.canary-false", engine=self.name)
        info = engine.info()
        database = DatabaseInfo(self._kind, info.newest, info.newest, info.rules, self._set.sha256)
        return EngineInfo(self.name, engine.version, database, "passed", f"files={len(self._set.sources)}")


def _detection(match: RuleMatch) -> DetectionFact:
    """Return the fact for a match; a rule that does not say how certain it is is only suspicious."""
    certainty: Certainty = "known" if match.meta.get("certainty") == "known" else "suspected"
    description = str(match.meta.get("description_en") or match.meta.get("description") or "")[:DESCRIPTION_LENGTH]
    places = ", ".join(f"{identifier} at byte {offset}" for identifier, offset in match.places)
    name = printable(str(match.meta.get("id") or match.rule))
    parts = (printable(description), f"rule {match.rule} in {match.source}", places)
    return DetectionFact("yara", name, certainty, "; ".join(part for part in parts if part))
