"""Magika as an optional opinion: in a confined worker, on texts without mark alone, and never in silence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate import _worker
from gate.errors import EngineFailure
from gate.examine.interface import View
from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.examine.registry import EngineSettings, build_examiners
from gate.examine.script_model import is_unnamed
from gate.isolation import Confinement, WorkerPool
from gate.models import Aspect, ExecutableFact

SCRIPT = b"""for user in $(cut -d: -f1 /etc/passwd); do
    last=$(lastlog -u $user | tail -1)
    echo "$user $last" | mail -s report root
done
while read -r line; do
    printf '%s\\n' "${line%%#*}"
done < /etc/hosts
"""
LETTER = b"""Dear members of the committee,

the next meeting takes place on Monday. For each item of the agenda there is a paper; do read it before.
We are done by noon.
"""
FACTORY = "gate.examine.script_model.examiner:ScriptModelExaminer"
ASPECTS: frozenset[Aspect] = frozenset({"content", "name", "mode"})


@pytest.fixture(scope="module")
def examiner() -> Iterator[IsolatedExaminer]:
    hosted = Hosted("magika", FACTORY, {}, ASPECTS, is_unnamed)
    made = IsolatedExaminer(Host([hosted], workers=1, item_seconds=60), hosted)
    yield made
    made.close()


def facts(examiner: IsolatedExaminer, data: bytes, name: bytes, tmp_path: Path) -> list[ExecutableFact]:
    path = tmp_path / "item"
    path.write_bytes(data)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        view = View(descriptor, len(data), "", name=name, mode=0o644, labels=(), depends_on=ASPECTS)
        return [each for each in examiner.examine(view) if isinstance(each, ExecutableFact)]
    finally:
        os.close(descriptor)


def test_the_model_proves_itself_in_a_confined_worker(examiner: IsolatedExaminer) -> None:
    for info in (examiner.start(), examiner.finish()):
        assert (info.name, info.canary) == ("magika", "passed")
        assert info.version.startswith("magika 1.")


def test_a_script_without_a_mark_is_named(examiner: IsolatedExaminer, tmp_path: Path) -> None:
    text = b"\n".join(b"%% note %d" % number for number in range(3)) + b"\n" + SCRIPT
    [fact] = facts(examiner, text, b"job", tmp_path)
    assert (fact.class_, fact.format, fact.detail) == ("script", "unlisted", "magika=shell")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (LETTER, b"letter"),
        (SCRIPT, b"guide.md"),
        (b"#!/bin/sh\n" + SCRIPT, b"job"),
        (SCRIPT, b"job.sh"),
        (b"\0" + SCRIPT, b"job"),
        (b"echo hello", b"job"),
    ],
)
def test_texts_and_what_the_table_knows_are_left_alone(
    examiner: IsolatedExaminer, data: bytes, name: bytes, tmp_path: Path
) -> None:
    assert facts(examiner, data, name, tmp_path) == []


def test_a_long_text_is_told_by_its_ends(examiner: IsolatedExaminer, tmp_path: Path) -> None:
    assert facts(examiner, LETTER * 5000, b"letter", tmp_path) == []


def test_without_the_package_the_engine_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    from gate.examine.script_model import examiner, model  # changes its process: only where needed

    monkeypatch.setattr(model, "LOADED", None)
    with pytest.raises(EngineFailure) as raised:
        examiner.ScriptModelExaminer().start()
    assert raised.value.code == "examine.script-model-missing"


def test_it_runs_only_where_the_policy_asks_for_it(tmp_path: Path) -> None:
    for wanted in (False, True):
        settings = EngineSettings("auto", False, None, tmp_path, (), 1, 60.0, script_model=wanted)
        assert ("magika" in [each.name for each in build_examiners(settings)]) is wanted


# --- threads before confinement -----------------------------------------------------------------------------------


def test_a_worker_that_has_threads_does_not_start() -> None:
    pool = WorkerPool(1, "tests.examine.executable.threaded_worker:serve", {}, confinement=Confinement())
    try:
        with pytest.raises(Exception, match=r"worker"):
            list(pool.request({}, seconds=20))
    finally:
        pool.close()


def test_threads_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "iterdir", lambda _path: iter([Path("1"), Path("2")]))
    with pytest.raises(SystemExit, match="2 threads"):
        _worker.refuse_threads()
