"""Intake and runner over real containers, with small examiners that show what the runner does with any examiner."""

from __future__ import annotations

import dataclasses
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate.errors import EngineFailure, UsageError
from gate.examine.interface import AspectNotDeclared, Examiner, Member, Observation, Together, View, Warmable
from gate.filelist import list_digest, list_folder
from gate.intake.intake import InputArtifact
from gate.limits import Limits
from gate.models import (
    Aspect,
    ContainerFact,
    Derived,
    DetectionFact,
    EngineInfo,
    Examination,
    Gap,
    Item,
    ItemFact,
    LinkFact,
    SeenFact,
)
from gate.pipeline import examine
from tests.conftest import tarred, zipped

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Looking:
    """An examiner made of one function."""

    name = "looking"

    def __init__(
        self, look: Callable[[View], Iterator[Observation]], *, depends_on: frozenset[Aspect] = frozenset({"content"})
    ) -> None:
        self._look = look
        self.depends_on = depends_on
        self.calls = 0
        self.closed = 0

    def applies(self, item: Item) -> bool:
        return not item.name.startswith(b"skip")

    def start(self) -> EngineInfo:
        return EngineInfo(self.name, "1", canary="passed")

    def examine(self, view: View) -> Iterator[Observation]:
        self.calls += 1
        return self._look(view)

    def finish(self) -> EngineInfo:
        return self.start()

    def close(self) -> None:
        self.closed += 1


def run(path: Path, *examiners: Examiner, **limits: int) -> Examination:
    return examine([InputArtifact(path.resolve(), path.name)], examiners, Limits(**limits), clock=lambda: NOON)


def paths(examination: Examination) -> list[str]:
    return [fact.path for fact in examination.facts if isinstance(fact, ItemFact)]


def gaps(examination: Examination) -> list[tuple[str, str, str]]:
    return [(gap.examiner, gap.reason, gap.path) for gap in examination.gaps]


def test_every_file_at_any_depth(tmp_path: Path) -> None:
    inner = zipped({"c.txt": b"c"})
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "a.tar.xz").write_bytes(tarred({"d/b.zip": inner}, "xz"))
    (folder / "plain.txt").write_bytes(b"p")
    seen = run(folder)
    assert paths(seen) == [
        "release/a.tar.xz",
        "release/a.tar.xz!/d/b.zip",
        "release/a.tar.xz!/d/b.zip!/c.txt",
        "release/plain.txt",
    ]
    assert seen.gaps == ()
    assert seen.artifacts[0].sha256 == list_digest(list_folder(folder))
    assert (seen.artifacts[0].items, seen.started) == (4, "2026-01-01T12:00:00Z")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"depth": 1}, "too-deep"),
        ({"entries": 2}, "too-many"),
        ({"entries_total": 3}, "too-many"),
        ({"member_bytes": 1000}, "too-large"),
        ({"total_bytes": 2000}, "too-large"),
        ({"ratio_from_bytes": 1000, "ratio": 2}, "ratio"),
    ],
)
def test_limits_leave_gaps(tmp_path: Path, limits: dict[str, int], reason: str) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"b.zip": zipped({"x": b"x" * 3000, "y": b"y", "z": b"z"})}))
    assert run(tmp_path / "a.zip").gaps == ()
    limited = run(tmp_path / "a.zip", **limits)
    assert reason in {gap.reason for gap in limited.gaps}
    assert {gap.examiner for gap in limited.gaps} == {"intake"}


def test_nested_bombs_add_up(tmp_path: Path) -> None:
    bomb = zipped({"zeros": bytes(3_000_000)})
    (tmp_path / "a.zip").write_bytes(zipped({f"{number}.zip": bomb + b"" for number in range(5)}))
    assert "too-large" in {gap.reason for gap in run(tmp_path / "a.zip", total_bytes=10_000_000).gaps}


def test_container_that_nobody_can_open_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "a.zpaq").write_bytes(b"7kSt\xa0" + bytes(100))
    assert gaps(run(tmp_path / "a.zpaq")) == [("intake", "unsupported", "a.zpaq")]


def test_truncated_container_is_a_gap_and_what_was_read_is_examined(tmp_path: Path) -> None:
    whole = tarred({"first.txt": b"first", "second.bin": random.Random(1).randbytes(200_000)}, "gz")
    (tmp_path / "a.tar.gz").write_bytes(whole[:-50_000])
    seen = run(tmp_path / "a.tar.gz")
    assert "a.tar.gz!/first.txt" in paths(seen)
    assert ("intake", "corrupt") in {(gap.examiner, gap.reason) for gap in seen.gaps}


def test_links_are_recorded_and_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    (folder / "d").mkdir(parents=True)
    (folder / "file").write_bytes(b"f")
    (folder / "d" / "in").symlink_to("../file")
    (folder / "d" / "out").symlink_to("../../secret")
    (folder / "loop").symlink_to(".")
    seen = run(folder)
    assert paths(seen) == ["release/file"]
    assert [fact.path for fact in seen.facts if fact.kind == "link"] == [
        "release/d/in",
        "release/d/out",
        "release/loop",
    ]
    issues = [(fact.issue, fact.path) for fact in seen.facts if isinstance(fact, ContainerFact)]
    assert issues == [("unsafe-link", "release/d/out")]


def test_special_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    seen = run(folder)
    assert [(fact.issue, fact.path) for fact in seen.facts if isinstance(fact, ContainerFact)] == [
        ("special-file", "release/pipe")
    ]


def test_stray_exception_is_a_gap_and_the_rest_goes_on(tmp_path: Path) -> None:
    def look(view: View) -> Iterator[Observation]:
        if view.read().startswith(b"bad"):
            yield DetectionFact("yara", "before", "known")
            raise RuntimeError("stray\x1b[31m")
        yield DetectionFact("yara", "seen", "known")

    (tmp_path / "a.zip").write_bytes(zipped({"bad.txt": b"bad", "good.txt": b"good"}))
    seen = run(tmp_path / "a.zip", Looking(look))
    assert gaps(seen) == [("looking", "engine-error", "a.zip!/bad.txt")]
    assert "\x1b" not in seen.gaps[0].detail
    names = {(fact.path, fact.name) for fact in seen.facts if isinstance(fact, DetectionFact)}
    assert {("a.zip!/bad.txt", "before"), ("a.zip!/good.txt", "seen")} <= names
    assert {(each.examiner, each.examined, each.gaps) for each in seen.coverage} == {
        ("intake", 3, 0),
        ("looking", 2, 1),
    }


@pytest.mark.parametrize(("aspects", "calls"), [(frozenset({"content"}), 2), (frozenset({"content", "name"}), 4)])
def test_results_are_shared_between_items_that_are_equal(
    tmp_path: Path, aspects: frozenset[Aspect], calls: int
) -> None:
    def look(view: View) -> Iterator[Observation]:
        yield DetectionFact("yara", "seen", "known", detail=str(view.size))

    (tmp_path / "a.zip").write_bytes(zipped({"x": b"same", "y": b"same", "d/z": b"same"}))
    examiner = Looking(look, depends_on=aspects)
    seen = run(tmp_path / "a.zip", examiner)
    assert examiner.calls == calls
    assert len([fact for fact in seen.facts if isinstance(fact, DetectionFact)]) == 4
    assert examiner.closed == 1


def test_an_aspect_that_is_not_declared_cannot_be_looked_at(tmp_path: Path) -> None:
    def look(view: View) -> Iterator[Observation]:
        with pytest.raises(AspectNotDeclared):
            _ = view.name
        with pytest.raises(AspectNotDeclared):
            _ = view.mode
        yield DetectionFact("yara", "refused", "known")

    (tmp_path / "a").write_bytes(b"a")
    assert len([fact for fact in run(tmp_path / "a", Looking(look)).facts if isinstance(fact, DetectionFact)]) == 1


def test_derived_items_go_back_through_intake_under_the_same_budget(tmp_path: Path) -> None:
    def look(view: View) -> Iterator[Observation]:
        data = view.read()
        if data.startswith(b"outer"):
            yield Derived("decoded", zipped({"inner.txt": b"inner"}))
        elif data == b"inner":
            yield DetectionFact("yara", "inner", "known")
        elif data.startswith(b"endless"):
            yield Derived("again", data + b"x")

    (tmp_path / "a").write_bytes(b"outer")
    seen = run(tmp_path / "a", Looking(look))
    assert paths(seen) == ["a", "a!/!decoded", "a!/!decoded!/inner.txt"]
    assert [fact.path for fact in seen.facts if isinstance(fact, DetectionFact)] == ["a!/!decoded!/inner.txt"]
    (tmp_path / "b").write_bytes(b"endless")
    assert {gap.reason for gap in run(tmp_path / "b", Looking(look)).gaps} == {"too-deep"}
    assert {gap.reason for gap in run(tmp_path / "a", Looking(look), total_bytes=10).gaps} == {"too-large"}


def test_order_of_results_does_not_depend_on_timing(tmp_path: Path) -> None:
    chance = random.Random(7)

    def look(view: View) -> Iterator[Observation]:
        time.sleep(chance.random() / 100)
        yield DetectionFact("yara", view.sha256, "known")
        yield Gap("corrupt", view.sha256)

    (tmp_path / "a.zip").write_bytes(zipped({f"{number}.txt": str(number).encode() for number in range(40)}))
    first, second = (run(tmp_path / "a.zip", Looking(look)) for _ in range(2))
    assert dataclasses.asdict(first) == dataclasses.asdict(second)


class Failing(Looking):
    name = "failing"

    def start(self) -> EngineInfo:
        raise EngineFailure("isolation.engine-worker", engine="failing", cause="test")


class Dying(Looking):
    name = "dying"

    def finish(self) -> EngineInfo:
        raise EngineFailure("isolation.engine-worker", engine="dying", cause="test")


@pytest.mark.parametrize("kind", [Failing, Dying])
def test_engine_that_fails_is_a_problem_and_its_items_are_gaps(tmp_path: Path, kind: type[Looking]) -> None:
    def look(_view: View) -> Iterator[Observation]:
        yield from ()

    (tmp_path / "a.zip").write_bytes(zipped({"x": b"x"}))
    examiner = kind(look)
    seen = run(tmp_path / "a.zip", examiner)
    assert [problem.engine for problem in seen.problems] == [examiner.name]
    assert [engine.canary for engine in seen.engines] == ["failed"]
    if kind is Failing:
        assert [(gap.examiner, gap.reason) for gap in seen.gaps] == [("failing", "engine-error")] * 2
    assert examiner.closed == 1


def test_engines_come_up_side_by_side(tmp_path: Path) -> None:
    """What takes long to come up begins before the first engine is waited for."""
    order: list[str] = []

    class Slow(Looking):
        def warm(self) -> None:
            order.append(f"{self.name} warms up")

        def start(self) -> EngineInfo:
            order.append(f"{self.name} starts")
            return EngineInfo(self.name, "1", canary="passed")

    class Plain(Looking):
        name = "plain"

        def start(self) -> EngineInfo:
            order.append("plain starts")
            return EngineInfo(self.name, "1", canary="passed")

    (tmp_path / "a").write_bytes(b"a")
    assert isinstance(Slow(lambda _view: iter(())), Warmable)
    assert not isinstance(Plain(lambda _view: iter(())), Warmable)
    run(tmp_path / "a", Plain(lambda _view: iter(())), Slow(lambda _view: iter(())))
    assert order[:3] == ["looking warms up", "plain starts", "looking starts"]


def test_what_does_not_apply_is_counted(tmp_path: Path) -> None:
    def look(_view: View) -> Iterator[Observation]:
        yield from ()

    (tmp_path / "skip.zip").write_bytes(zipped({"x": b"x"}))
    [_, coverage] = run(tmp_path / "skip.zip", Looking(look)).coverage
    assert (coverage.examined, coverage.not_applicable, coverage.gaps) == (1, 1, 0)


def test_file_that_changes_while_it_is_examined(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"before")

    def look(view: View) -> Iterator[Observation]:
        view.read()
        file.write_bytes(b"after!")
        yield from ()

    assert {gap.reason for gap in run(file, Looking(look)).gaps} == {"unreadable"}


def test_missing_artifact_is_an_error_and_engines_are_closed(tmp_path: Path) -> None:
    examiner = Looking(lambda _view: iter(()))
    with pytest.raises(UsageError):
        run(tmp_path / "missing", examiner)
    assert examiner.closed == 1


def test_examiner_protocol_is_met() -> None:
    examiners: Sequence[object] = [Looking(lambda _view: iter(()))]
    assert all(isinstance(examiner, Examiner) for examiner in examiners)


def test_hard_links_of_a_folder_are_recorded_and_examined(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"a")
    (folder / "sub" / "b.txt").hardlink_to(folder / "a.txt")
    seen = run(folder)
    assert paths(seen) == ["release/a.txt", "release/sub/b.txt"]
    assert [(fact.path, fact.link, fact.target) for fact in seen.facts if isinstance(fact, LinkFact)] == [
        ("release/sub/b.txt", "hard", "a.txt")
    ]


def test_names_of_old_japanese_archives_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(tarred({"仕様書.txt".encode("cp932").decode("utf-8", "surrogateescape"): b"x"}))
    (fact,) = [fact for fact in run(tmp_path / "a.tar").facts if isinstance(fact, ItemFact) and fact.path != "a.tar"]
    assert (fact.decoded, fact.encoding) == ("仕様書.txt", "cp932")
    assert "%" in fact.path


class Siblings:
    """Looks at pages among all items: says what each reads from the others, as the test tells it."""

    name = "siblings"

    def __init__(self, *, starts: bool = True, answers: int = 100, breaks: bool = False) -> None:
        self._starts = starts
        self._answers = answers
        self._breaks = breaks
        self.closed = 0

    def applies(self, item: Item) -> bool:
        return item.name.endswith(b".html")

    def start(self) -> EngineInfo:
        if not self._starts:
            raise EngineFailure("examine.browser-missing", engine=self.name)
        return EngineInfo(self.name, "1", canary="passed")

    def examine(self, members: Sequence[Member]) -> Iterator[tuple[Item, Sequence[SeenFact | Gap]]]:
        pages = [each for each in members if self.applies(each.item)]
        for page in pages[: self._answers]:
            sizes = []
            for member in members:
                with member.opened() as descriptor:
                    sizes.append(len(os.pread(descriptor, 10_000_000, 0)))
            yield page.item, (DetectionFact("heuristics", f"{sorted(sizes)}", "suspected"),)
        if self._breaks:
            raise RuntimeError("broken")

    def finish(self) -> EngineInfo:
        return self.start()

    def close(self) -> None:
        self.closed += 1


def run_together(path: Path, together: Together) -> Examination:
    artifact = InputArtifact(path.resolve(), path.name)
    return examine([artifact], [], Limits(), clock=lambda: NOON, together=[together])


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    large = b"x" * 2_000_000
    (tmp_path / "site.zip").write_bytes(zipped({"a.html": b"a", "b.html": b"bb", "c.css": b"ccc", "d.bin": large}))
    return tmp_path / "site.zip"


def test_items_are_looked_at_among_their_siblings_when_all_are_there(pages: Path) -> None:
    together = Siblings()
    seen = run_together(pages, together)
    archive = pages.stat().st_size
    facts = [(fact.path, fact.name) for fact in seen.facts if isinstance(fact, DetectionFact)]
    told = f"{sorted([1, 2, 3, 2_000_000, archive])}"
    assert facts == [("site.zip!/a.html", told), ("site.zip!/b.html", told)]
    rows = {row.examiner: (row.examined, row.not_applicable, row.gaps) for row in seen.coverage}
    assert rows == {"intake": (5, 0, 0), "siblings": (2, 3, 0)}
    assert [engine.name for engine in seen.engines] == ["siblings"]
    assert together.closed == 1


@pytest.mark.parametrize(
    ("together", "unanswered", "detail"),
    [
        (Siblings(starts=False), 2, "the engine did not start"),
        (Siblings(answers=1), 1, "no answer"),
        (Siblings(answers=1, breaks=True), 1, "RuntimeError: broken"),
    ],
)
def test_what_is_not_answered_for_among_siblings_is_a_gap(
    pages: Path, together: Siblings, unanswered: int, detail: str
) -> None:
    seen = run_together(pages, together)
    assert [(gap.examiner, gap.reason, gap.detail) for gap in seen.gaps] == (
        [("siblings", "engine-error", detail)] * unanswered
    )
    assert {row.examiner: row.gaps for row in seen.coverage}["siblings"] == unanswered
    assert bool(seen.problems) == (unanswered == 2)
