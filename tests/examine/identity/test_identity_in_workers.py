"""The examiner in its confined workers: it needs no file, survives hostile items, and a killed worker is a gap."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from gate.errors import EngineFailure, WorkerDied, WorkerTimeout
from gate.examine.identity import is_unnamed
from gate.examine.interface import View
from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.models import Aspect, Gap
from tests.conftest import Gate, policy_text, zipped
from tests.examine.identity.identity_samples import NOISE, SAMPLES, TEXT, TWINS

FACTORY = "gate.examine.identity.examiner:IdentityExaminer"
CONTENT: frozenset[Aspect] = frozenset({"content"})


@contextmanager
def item(data: bytes) -> Iterator[View]:
    descriptor = os.memfd_create("item")
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(data)
        yield View(descriptor, len(data), "", name=None, mode=None, labels=(), depends_on=CONTENT)
    finally:
        os.close(descriptor)


def confined(seconds: float = 60) -> IsolatedExaminer:
    hosted = Hosted("identity", FACTORY, {}, CONTENT, is_unnamed)
    return IsolatedExaminer(Host([hosted], workers=1, item_seconds=seconds), hosted)


@pytest.fixture
def examiner() -> Iterator[IsolatedExaminer]:
    examiner = confined()
    yield examiner
    examiner.close()


def reasons(examiner: IsolatedExaminer, data: bytes) -> list[str]:
    with item(data) as view:
        return [each.reason for each in examiner.examine(view) if isinstance(each, Gap)]


def workers() -> list[psutil.Process]:
    """Return the processes below this one that serve examinations and can still be stopped: forks of a template."""
    return [
        process
        for template in psutil.Process().children()
        if "gate.examine.worker:serve" in template.cmdline()
        for process in template.children()
        if process.status() != psutil.STATUS_ZOMBIE
    ]


def test_it_works_confined(examiner: IsolatedExaminer) -> None:
    info = examiner.start()
    assert info.canary == "passed"
    assert reasons(examiner, SAMPLES["image of a disk"]) == ["unsupported"]
    assert reasons(examiner, SAMPLES["encrypted data"]) == ["encrypted"]
    assert reasons(examiner, TWINS["image of a disk"]) == []
    assert reasons(examiner, TEXT.decode().encode("utf-16")) == []
    assert reasons(examiner, SAMPLES["image of a disk"] + bytes(2 << 20)) == ["unsupported"]
    assert examiner.finish() == info


def test_a_worker_killed_in_the_middle_is_told_and_replaced(examiner: IsolatedExaminer) -> None:
    examiner.start()
    [worker] = workers()
    worker.suspend()  # so that it has the request and cannot answer before it dies
    death = threading.Timer(4.0, os.kill, (worker.pid, signal.SIGKILL))
    death.start()
    with item(NOISE) as view, pytest.raises(WorkerDied):
        list(examiner.examine(view))
    death.join()
    assert reasons(examiner, SAMPLES["archive"]) == ["unsupported"]
    assert examiner.finish().canary == "passed"


def test_a_worker_that_does_not_answer_is_not_waited_for() -> None:
    examiner = confined(seconds=0.5)
    try:
        examiner.start()
        [worker] = workers()
        worker.suspend()
        with item(NOISE) as view, pytest.raises(WorkerTimeout):
            list(examiner.examine(view))
        assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
        assert reasons(examiner, SAMPLES["archive"]) == ["unsupported"]
    finally:
        examiner.close()


def test_a_factory_that_cannot_be_had_is_an_engine_failure() -> None:
    hosted = Hosted("identity", "gate.examine.identity.nothing:Here", {}, CONTENT, is_unnamed)
    examiner = IsolatedExaminer(Host([hosted], workers=1, item_seconds=5), hosted)
    try:
        with pytest.raises(EngineFailure):
            examiner.start()
    finally:
        examiner.close()


@pytest.mark.parametrize("seed", range(3))
def test_mutations_end_in_an_answer(examiner: IsolatedExaminer, seed: int) -> None:
    dice = random.Random(seed)
    known = {"unsupported", "encrypted", "engine-limit"}
    for sample in SAMPLES.values():
        for _ in range(12):
            data = bytearray(sample)
            for _ in range(dice.randrange(1, 12)):
                data[dice.randrange(min(len(data), 2048))] = dice.randrange(256)
            assert set(reasons(examiner, bytes(data[: dice.randrange(1, len(data) + 1)]))) <= known


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * (2 << 20),
        b"(" * (1 << 20),
        b"PK\3\4" * (1 << 18),
        b"# shell archive\n" + b"char *" * (1 << 17),
        b"# shell archive\n" + b"\\input{" * (1 << 17),
        b"# shell archive\n" + b"\n\t " * (1 << 18),
        b"%PDF-" * (1 << 17),
        (b"\x1f\x8b\x08" + b"\0" * 7) * (1 << 16),
        b"MZ" * (1 << 19),
        b"\x7fELF" * (1 << 18),
        (b"# shell archive\n" + b"<html " * (1 << 17)).decode().encode("utf-16"),
    ],
    ids=lambda data: repr(data[:16]),
)
def test_a_megabyte_of_the_same_ends_soon(data: bytes) -> None:
    examiner = confined(seconds=10)
    try:
        examiner.start()
        reasons(examiner, data)  # raises WorkerTimeout past the deadline
    finally:
        examiner.close()


# --- in a run -----------------------------------------------------------------------------------------------------


def test_what_intake_cannot_open_keeps_the_clauses_open(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    members = {
        "readme.txt": TEXT,
        "data/disk.bin": SAMPLES["image of a disk"],
        "data/secret.bin": SAMPLES["encrypted data"],
    }
    (tmp_path / "app.zip").write_bytes(zipped(members))
    ran = gate("check", "--format", "json", tmp_path / "app.zip")
    assert {
        ("gap/identity-unsupported", "app.zip!/data/disk.bin"),
        ("gap/identity-encrypted", "app.zip!/data/secret.bin"),
    } <= ran.findings()
    assert ran.document["verdict"] != "approved"
    [row] = [row for row in ran.document["coverage"] if row["examiner"] == "identity"]
    assert row == {"examiner": "identity", "examined": 1, "not_applicable": 1, "gaps": 2}
    [engine] = [engine for engine in ran.document["engines"] if engine["name"] == "identity"]
    assert engine["canary"] == "passed"


def test_the_benign_twins_leave_no_gap(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    (tmp_path / "app.zip").write_bytes(zipped({f"{number}.bin": data for number, data in enumerate(TWINS.values())}))
    ran = gate("check", "--format", "json", tmp_path / "app.zip")
    assert [gap for gap in ran.document["gaps"] if gap["examiner"] == "identity"] == []
