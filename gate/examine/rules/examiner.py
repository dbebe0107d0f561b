"""The ``yara`` examiner: every item against every rule, by content, and by name where rules ask for it."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from gate.errors import EngineFailure
from gate.examine.interface import Observation, View
from gate.examine.rules import canary
from gate.examine.rules.compilation import BrokenRule
from gate.examine.rules.engine import Engine, RuleMatch, RuleSetInfo
from gate.examine.rules.readings import other_readings
from gate.examine.rules.sources import RuleSource, rule_set, unpack
from gate.models import Aspect, Certainty, DatabaseInfo, DatabaseKind, DetectionFact, EngineInfo, Gap, Item
from gate.paths import printable

DESCRIPTION_LENGTH = 300
"""Longest description of a rule, in characters, that a detection carries."""
FILES_NAMED = 10
"""How many rule files a gap or the engine's description names, of those that were left out."""
OnBroken: TypeAlias = Literal["fail", "gap"]


class RulesExaminer:
    """Matches items against YARA rules.

    ``sources`` are pairs of name and text as in ``RuleSources.sources``, or what ``sources.pack`` makes of them;
    ``kind`` says whose rules they are, ``seconds`` is the time limit for one item.  The rules are compiled by
    :meth:`start`, in the confined worker.

    A rule file that does not compile fails the engine where ``broken`` is ``fail``; where it is ``gap``, the others are
    used and every item has a gap that names it, as no item was examined by it.  Files named in ``ignore`` (by their
    names in the set) are left out without a gap where they do not compile; the engine's description names them.

    With ``by_name`` the external variables ``filename`` and ``extension`` have the item's name, and the examiner
    depends on names; ``sources.aspects`` says when rules need it.
    """

    name = "yara"

    def __init__(
        self,
        sources: Sequence[Sequence[str]] | bytes,
        *,
        kind: DatabaseKind = "bundled",
        seconds: int = 60,
        broken: OnBroken = "fail",
        ignore: Sequence[str] = (),
        by_name: bool = False,
    ) -> None:
        pairs = unpack(sources) if isinstance(sources, bytes) else [(name, text) for name, text in sources]
        self._set = rule_set(RuleSource(name, text) for name, text in pairs)
        self._kind = kind
        self._seconds = seconds
        self._on_broken = broken
        self._ignore = frozenset(ignore)
        self._by_name = by_name
        self._engine: Engine | None = None
        self._lacking: tuple[BrokenRule, ...] = ()
        self.depends_on: frozenset[Aspect] = frozenset({"content", "name"} if by_name else {"content"})

    def applies(self, item: Item) -> bool:  # noqa: ARG002  # any content can be malicious
        """Say yes: no item is beyond suspicion."""
        return True

    def start(self) -> EngineInfo:
        """Compile the rules and prove them; raises ``EngineFailure`` where one does not compile and must."""
        engine = Engine(self._set.sources)
        self._lacking = tuple(each for each in engine.broken if each.file not in self._ignore)
        if self._lacking and self._on_broken == "fail":
            first = self._lacking[0]
            raise EngineFailure("examine.yara-rule-broken", file=first.file, line=first.line, problem=first.problem)
        self._engine = engine
        return self._proven()

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield a detection for each rule that matches, and a gap for what was not or not wholly matched."""
        if self._lacking:
            yield Gap("unsupported", _lacking(self._lacking))
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
            yield from self._matched(content, self._externals(view))

    def finish(self) -> EngineInfo:
        """Prove the engine once more."""
        return self._proven()

    def close(self) -> None:
        """Let go of the compiled rules."""
        self._engine = None

    def _matched(self, content: mmap.mmap, externals: Mapping[str, str]) -> Iterator[Observation]:
        """Yield what the rules say of the content as it is, and what they say besides of other readings of it."""
        engine = self._running()
        matches, gaps = engine.match(content, self._seconds, externals)
        yield from (_detection(match) for match in matches)
        yield from gaps
        known = {(match.source, match.rule) for match in matches}
        for reading in other_readings(content):
            matches, more = engine.match(reading.data, self._seconds, externals)
            yield from (_detection(each, reading.how) for each in matches if (each.source, each.rule) not in known)
            yield from (gap for gap in more if gap not in gaps)
            known |= {(match.source, match.rule) for match in matches}

    def _externals(self, view: View) -> dict[str, str]:
        if not self._by_name:
            return {}
        name = view.name.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        _, dot, extension = name.rpartition(".")
        return {"filename": name, "extension": dot + extension.lower() if dot else ""}

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
        return EngineInfo(self.name, engine.version, database, "passed", self._described(info, engine))

    def _described(self, info: RuleSetInfo, engine: Engine) -> str:
        words = [f"files={len(self._set.sources)}"]
        if info.warnings:
            words.append(f"compiler-warnings={info.warnings}")
        if engine.broken:
            names = ", ".join(each.file for each in engine.broken[:FILES_NAMED])
            words.append(f"left-out={len(engine.broken)} ({names})")
        return " ".join(words)


def _lacking(broken: Sequence[BrokenRule]) -> str:
    shown = "; ".join(f"{each.file}, line {each.line}: {each.problem}" for each in broken[:FILES_NAMED])
    more = f"; and {len(broken) - FILES_NAMED} more" if len(broken) > FILES_NAMED else ""
    return f"rule files that do not compile were not used: {shown}{more}"


def _detection(match: RuleMatch, how: str = "") -> DetectionFact:
    """Return the fact for a match; a rule that does not say how certain it is is only suspicious.

    ``how`` says in which reading of the item it matched, where that is not the item as it is.
    """
    certainty: Certainty = "known" if match.meta.get("certainty") == "known" else "suspected"
    description = str(match.meta.get("description") or "")[:DESCRIPTION_LENGTH]
    places = ", ".join(f"{identifier} at byte {offset}" for identifier, offset in match.places)
    places = f"{places} ({how})".lstrip() if how else places
    name = printable(str(match.meta.get("id") or match.rule))
    parts = (printable(description), f"rule {match.rule} in {match.source}", places)
    return DetectionFact("yara", name, certainty, "; ".join(part for part in parts if part))
