"""One run over a set of artifacts: intake, examiners, facts.  Never prints; says how far it is through a Protocol."""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Protocol

from gate.errors import ArtifactChanged, EngineFailure, GateError, WorkerTimeout
from gate.examine.interface import Examiner, Member, Observation, Together, View, Warmable
from gate.intake.blobs import BlobStore
from gate.intake.intake import InputArtifact, Intake
from gate.intake.listening import NAME as INTAKE
from gate.intake.listening import Entry
from gate.intake.passwords import Passwords
from gate.intake.unpackers import Unpackers
from gate.limits import Limits
from gate.models import (
    ENGINE_NOT_STARTED,
    Artifact,
    Coverage,
    Derived,
    EngineInfo,
    EngineProblem,
    Examination,
    Fact,
    Gap,
    Item,
)
from gate.paths import printable
from gate.tasks import Countdown, Key, Memo, Tasks


class Progress(Protocol):
    """Who is told how far a run is.  Called from the thread that runs the pipeline and from its helpers."""

    def stage(self, name: str) -> None:
        """Take note that a stage begins: ``engines``, ``intake``, ``examine``, ``together``, ``source``, ``finish``."""

    def engine(self, name: str) -> None:
        """Take note of which engine is about to prove itself."""

    def found(self, size: int) -> None:
        """Intake found an item of ``size`` bytes."""

    def examined(self, size: int) -> None:
        """Take note that an item of ``size`` bytes has been seen by all examiners."""

    def counted(self, done: int, total: int) -> None:
        """Take note of so many items of so many in a stage that is not told by sizes."""


class Silence:
    """Progress that nobody looks at."""

    def stage(self, name: str) -> None:
        """Say nothing."""

    def engine(self, name: str) -> None:
        """Say nothing."""

    def found(self, size: int) -> None:
        """Say nothing."""

    def examined(self, size: int) -> None:
        """Say nothing."""

    def counted(self, done: int, total: int) -> None:
        """Say nothing."""


Clock = Callable[[], datetime]
SOURCE = "source"
"""The name of the one who traces files to their source, which people wait for as a stage of its own."""
_LARGE_BYTES = 1 << 20
"""From this size on the examiners of an item look at it at the same time; smaller ones are many anyway."""
_WAVES = 12
"""How often derived items may bring forth derived items."""


def examine(
    artifacts: Sequence[InputArtifact],
    examiners: Sequence[Examiner],
    limits: Limits,
    *,
    clock: Clock,
    jobs: int = 2,
    progress: Progress | None = None,
    passwords: Passwords | None = None,
    together: Sequence[Together] = (),
) -> Examination:
    """Examine every file of the artifacts with every examiner and return all facts and gaps.

    ``together`` look at items among their siblings, after all others.  ``passwords`` open encrypted
    containers.  Engines that fail are in ``problems``; their items have gaps.  Raises ``UsageError`` where an artifact
    cannot be read at all.  All examiners are closed when it returns or raises.
    """
    run = _Run(
        examiners, together, limits, jobs=jobs, progress=progress or Silence(), passwords=passwords or Passwords()
    )
    try:
        return run.over(artifacts, clock)
    finally:
        run.close()


class _Run:
    """The state of one run.  Intake works in the calling thread, examiners in a pool of threads."""

    def __init__(
        self,
        examiners: Sequence[Examiner],
        together: Sequence[Together],
        limits: Limits,
        *,
        jobs: int,
        progress: Progress,
        passwords: Passwords,
    ) -> None:
        self._examiners = examiners
        self._together = together
        self._all: tuple[Examiner | Together, ...] = (*examiners, *together)
        self._kept: list[Entry] = []
        self._limits = limits
        self._progress = progress
        self._passwords = passwords
        self._store = BlobStore()
        self._unpackers = Unpackers(limits)
        # Twice the jobs: while one item waits for an engine another one can be handed to the next.
        self._threads = ThreadPoolExecutor(max_workers=2 * jobs, thread_name_prefix="examine")
        self._ledger = _Ledger()
        self._memo: dict[str, Memo] = {examiner.name: Memo() for examiner in examiners}
        self._tasks = Tasks(self._threads)
        self._engines: dict[str, EngineInfo] = {}
        self._failed: dict[str, EngineProblem] = {}
        self._derived: list[tuple[Item, Derived]] = []

    def over(self, artifacts: Sequence[InputArtifact], clock: Clock) -> Examination:
        """Run everything over the artifacts."""
        started = clock()
        self._unpackers.warm()
        for examiner in self._all:
            if isinstance(examiner, Warmable):
                examiner.warm()
        self._progress.stage("engines")
        for examiner in self._all:
            self._prove(examiner, examiner.start)
        self._progress.stage("intake")
        intake = Intake(self._limits, self._store, self._unpackers, self, self._passwords)
        summaries = [intake.take(artifact) for artifact in artifacts]
        self._progress.stage("examine")
        self._tasks.drain()
        self._examine_derived(intake)
        for group in self._together:
            self._progress.stage("source" if group.name == SOURCE else "together")
            self._examine_together(group)
        self._progress.stage("finish")
        for examiner in self._all:
            if examiner.name not in self._failed:
                self._prove(examiner, examiner.finish)
        for change in intake.changed():
            self._ledger.gap(change)
        return self._ledger.examination(
            summaries,
            tuple(self._engines.values()),
            tuple(self._failed.values()),
            [INTAKE, *(examiner.name for examiner in self._all)],
            started=rfc3339(started),
            finished=rfc3339(clock()),
        )

    def _prove(self, examiner: Examiner | Together, step: Callable[[], EngineInfo]) -> None:
        self._progress.engine(examiner.name)
        try:
            self._engines[examiner.name] = step()
        except EngineFailure as failure:
            arguments = {
                key: value if isinstance(value, int) else printable(value) for key, value in failure.arguments.items()
            }
            self._failed[examiner.name] = EngineProblem(examiner.name, failure.code, arguments, str(failure))
            known = self._engines.get(examiner.name) or EngineInfo(examiner.name, "")
            self._engines[examiner.name] = dataclasses.replace(known, canary="failed")

    # --- what intake tells -------------------------------------------------------------------------------------

    def entry(self, entry: Entry) -> None:
        """Hand an item to every examiner that applies."""
        self._progress.found(entry.item.size)
        self._ledger.count_item()
        if self._together:
            self._kept.append(Entry(entry.item, entry.blob.hold()))
        chosen = []
        for examiner in self._examiners:
            if not examiner.applies(entry.item):
                self._ledger.count(examiner.name, "not_applicable")
            elif examiner.name in self._failed:
                self._ledger.observe(examiner.name, entry.item, (Gap("engine-error", ENGINE_NOT_STARTED),))
            else:
                chosen.append(examiner)
        groups = [[examiner] for examiner in chosen] if entry.item.size >= _LARGE_BYTES else [chosen]
        finish = Countdown(len(groups), lambda: self._done(entry))
        for group in groups:
            self._tasks.start(self._examine_by, group, entry, finish)

    def fact(self, fact: Fact) -> None:
        """Keep a fact of intake."""
        self._ledger.fact(fact)

    def gap(self, gap: Gap) -> None:
        """Keep a gap of intake."""
        self._ledger.gap(gap)

    # --- examining ---------------------------------------------------------------------------------------------

    def _examine_by(self, examiners: Sequence[Examiner], entry: Entry, finish: Countdown) -> None:
        try:
            for examiner in examiners:
                observations = self._shared(examiner, entry)
                derived = self._ledger.observe(examiner.name, entry.item, observations)
                self._derived.extend((entry.item, each) for each in derived)
        finally:
            finish.step()

    def _shared(self, examiner: Examiner, entry: Entry) -> tuple[Observation, ...]:
        """Return the examiner's observations, made once for all items that are equal in what it depends on."""
        item, aspects = entry.item, examiner.depends_on
        key: Key = item.sha256
        if "name" in aspects or "mode" in aspects:
            key = (item.sha256, item.name if "name" in aspects else None, item.mode if "mode" in aspects else None)
        return self._memo[examiner.name].get(key, lambda: _observe(examiner, entry))

    def _done(self, entry: Entry) -> None:
        entry.blob.release()
        self._progress.examined(entry.item.size)

    def _examine_derived(self, intake: Intake) -> None:
        """Take in what examiners uncovered, wave by wave, in an order that timing does not change."""
        for _ in range(_WAVES):
            wave, self._derived = self._derived, []
            for item, derived in sorted(wave, key=lambda each: (each[0].path, each[1].name, each[1].data)):
                intake.derived(item, derived.name, derived.data)
            self._tasks.drain()
        for item, derived in self._derived:
            self._ledger.gap(
                Gap("too-deep", f"{printable(derived.name)}: derived too often", INTAKE, item.path, item.sha256)
            )

    def _examine_together(self, examiner: Together) -> None:
        """Let items be looked at among their siblings; one that applies and is not answered for is a gap."""
        waiting = {entry.item.path: entry.item for entry in self._kept if examiner.applies(entry.item)}
        applying = len(waiting)
        for _ in range(len(self._kept) - len(waiting)):
            self._ledger.count(examiner.name, "not_applicable")
        gap = Gap("engine-error", ENGINE_NOT_STARTED)
        if examiner.name not in self._failed:
            gap = Gap("engine-error", "no answer")
            members = [Member(entry.item, entry.blob.descriptor) for entry in self._kept]
            try:
                for item, observations in examiner.examine(members):
                    self._ledger.observe(examiner.name, waiting.pop(item.path), observations)
                    self._progress.counted(applying - len(waiting), applying)
            except Exception as error:  # noqa: BLE001  # as in `_observe`
                gap = Gap("engine-error", printable(f"{type(error).__name__}: {error}")[:500])
        for item in waiting.values():
            self._ledger.observe(examiner.name, item, (gap,))

    def close(self) -> None:
        """End all engines, workers and threads and remove all blobs, whatever state the run is in."""
        for examiner in self._all:
            examiner.close()
        self._unpackers.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._store.close()


def _observe(examiner: Examiner, entry: Entry) -> tuple[Observation, ...]:
    """Return what an examiner sees in an item; whatever it throws is a gap, and what it saw until then stays."""
    observations: list[Observation] = []
    try:
        with entry.blob.descriptor() as descriptor:
            observations.extend(examiner.examine(View.of(entry.item, descriptor, examiner.depends_on)))
    except WorkerTimeout:
        observations.append(Gap("timeout", "no answer within the limit of time"))
    except ArtifactChanged:
        observations.append(Gap("unreadable", "changed while it was examined"))
    except GateError as error:
        observations.append(Gap("engine-error", str(error)[:500]))
    except Exception as error:  # noqa: BLE001  # the boundary: whatever an examiner throws is a gap, never silence
        observations.append(Gap("engine-error", printable(f"{type(error).__name__}: {error}")[:500]))
    return tuple(observations)


class _Ledger:
    """All that was seen, from any thread; sorted when it is read, so that timing leaves no trace."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: list[Fact] = []
        self._gaps: list[Gap] = []
        self._counts: Counter[tuple[str, str]] = Counter()

    def fact(self, fact: Fact) -> None:
        with self._lock:
            self._facts.append(fact)

    def gap(self, gap: Gap) -> None:
        with self._lock:
            self._gaps.append(gap)
            self._counts[INTAKE, "gaps"] += 1

    def count_item(self) -> None:
        with self._lock:
            self._counts[INTAKE, "examined"] += 1

    def count(self, examiner: str, what: str) -> None:
        with self._lock:
            self._counts[examiner, what] += 1

    def observe(self, examiner: str, item: Item, observations: Iterable[Observation]) -> list[Derived]:
        """Place observations at the item, count the examination, and return what was derived."""
        facts, gaps, derived = [], [], []
        for observation in observations:
            if isinstance(observation, Derived):
                derived.append(observation)
            elif isinstance(observation, Gap):
                gaps.append(dataclasses.replace(observation, examiner=examiner, path=item.path, sha256=item.sha256))
            else:
                facts.append(dataclasses.replace(observation, path=item.path, sha256=item.sha256))
        with self._lock:
            self._facts += facts
            self._gaps += gaps
            self._counts[examiner, "gaps" if gaps else "examined"] += 1
        return derived

    def examination(
        self,
        artifacts: Sequence[Artifact],
        engines: tuple[EngineInfo, ...],
        problems: tuple[EngineProblem, ...],
        examiners: Sequence[str],
        *,
        started: str,
        finished: str,
    ) -> Examination:
        """Return everything in one order, whatever the order in which it came."""
        coverage = tuple(
            Coverage(
                name, self._counts[name, "examined"], self._counts[name, "not_applicable"], self._counts[name, "gaps"]
            )
            for name in examiners
        )
        return Examination(
            tuple(artifacts),
            tuple(sorted(set(self._facts), key=_fact_order)),
            tuple(sorted(set(self._gaps), key=_gap_order)),
            engines,
            problems,
            coverage,
            started,
            finished,
        )


def _fact_order(fact: Fact) -> tuple[str, str, str]:
    return fact.path, fact.kind, repr(fact)


def _gap_order(gap: Gap) -> tuple[str, str, str, str]:
    return gap.path, gap.examiner, gap.reason, gap.detail


def with_facts(examination: Examination, facts: Iterable[Fact]) -> Examination:
    """Return the examination with facts of the whole run added to it (what lies around a delivery), in its order."""
    together = {*examination.facts, *facts}
    return dataclasses.replace(examination, facts=tuple(sorted(together, key=_fact_order)))


def rfc3339(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
