"""The examiner in its confined worker: what breaks the parser costs a gap and not the run."""

from __future__ import annotations

import base64
import itertools
import os
import random
import site
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate.errors import EngineFailure
from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.intake.intake import InputArtifact
from gate.limits import Limits
from gate.models import DetectionFact, Examination
from gate.pipeline import examine
from tests.examine.heuristics import heuristics_samples as kit
from tests.fuzz.fuzz_lief_worker import fuzz, mutations, seeds

TARGET = Path(__file__).parent / "hostile_target.py"
MODULE = f"gate_heuristics_target_{os.getpid()}"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def factory() -> Iterator[str]:
    """Put the breakable examiner where an isolated interpreter finds it, for this module."""
    place = Path(site.getsitepackages()[0]) / f"{MODULE}.py"
    place.write_text(TARGET.read_text())
    yield f"{MODULE}:HostileExaminer"
    place.unlink()


def run(folder: Path, factory: str, *, seconds: float = 2) -> Examination:
    hosted = Hosted("heuristics", factory, {}, frozenset({"content", "name"}), lambda _item: True)
    host = Host([hosted], workers=2, item_seconds=seconds)
    artifact = InputArtifact(folder, folder.name)
    return examine([artifact], [IsolatedExaminer(host, hosted)], Limits(), clock=lambda: NOW)


def test_workers_that_warmed_up_serve_all_examiners_of_their_host(factory: str) -> None:
    """One worker comes up, however many examiners live in it; what cannot come up is told when an engine starts."""
    hosted = [Hosted(name, factory, {}, frozenset({"content", "name"}), lambda _item: True) for name in ("a", "b")]
    host = Host(hosted, workers=2, item_seconds=2)
    examiners = [IsolatedExaminer(host, each) for each in hosted]
    for examiner in examiners:
        examiner.warm()
    assert len(host._pool._all) == 1  # only there to be seen
    assert [examiner.start().canary for examiner in examiners] == ["passed", "passed"]
    assert len(host._pool._all) == 1  # as above
    host.close()
    lost = Hosted("lost", "gate_no_such_module:Examiner", {}, frozenset({"content"}), lambda _item: True)
    broken = IsolatedExaminer(Host([lost], workers=1, item_seconds=2), lost)
    broken.warm()
    with pytest.raises(EngineFailure):
        broken.start()
    broken.close()


def test_broken_parser_costs_a_gap_and_not_the_run(factory: str, tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    for name, data in {
        "a": b"hang!!",
        "b": b"crash!",
        "c": b"memory",
        "d": kit.made(kit.BAD["pe-packer-shape"]).data,
    }.items():
        (folder / name).write_bytes(data)
    done = run(folder, factory)
    assert done.problems == ()
    assert [engine.canary for engine in done.engines] == ["passed"]
    reasons = {gap.path.rpartition("/")[2]: gap.reason for gap in done.gaps}
    assert reasons == {"a": "timeout", "b": "engine-error", "c": "engine-error"}
    [fact] = [fact for fact in done.facts if isinstance(fact, DetectionFact)]
    assert fact.path.endswith("/d")
    assert fact.score >= 60
    assert fact.sha256


def test_uncovered_program_becomes_an_item_that_is_examined(tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    inner = kit.made(kit.BAD["pe-writable-executable"]).data
    (folder / "setup.py").write_bytes(b"x = '" + base64.b64encode(base64.b64encode(inner)) + b"'\n")
    done = run(folder, "gate.examine.heuristics.examiner:HeuristicsExaminer", seconds=20)
    assert done.gaps == ()
    scores = {fact.path: fact.name for fact in done.facts if isinstance(fact, DetectionFact)}
    assert scores == {
        "delivery/setup.py": "Gate.Heuristics.HiddenProgram",
        "delivery/setup.py!/!decoded-base64-base64-1": "Gate.Heuristics.WritableCode",
    }


def test_damaged_programs_break_nothing() -> None:
    report = fuzz(itertools.islice(mutations(seeds(), random.Random(20261124)), 400))
    assert report.broken == []
    assert report.outcomes.total() == 400
    assert report.outcomes["suspected"] > 20
    assert report.outcomes["gap"] > 20


PROGRAM = """
import os
import sys

from gate.examine.heuristics.examiner import HeuristicsExaminer
from gate.examine.interface import View

examiner = HeuristicsExaminer()
loaded = set(sys.modules)

from tests.examine.heuristics.heuristics_samples import BAD, CAN_SIGN, ENCODINGS, NEEDS_SIGNER, TWINS, made

samples = [made(table[code]) for table in (BAD, TWINS) for code in table if CAN_SIGN or code not in NEEDS_SIGNER]
items = [(each.data, each.name) for each in samples]
items += [(encode("exec(1)"), chr(0x5831).encode("cp932")) for encode in ENCODINGS.values()]
views = []
for data, name in items:
    descriptor = os.memfd_create("item")
    os.write(descriptor, data)
    views.append((descriptor, len(data), name))
for module in set(sys.modules) - loaded:
    if not module.startswith(("gate", "tests")):
        del sys.modules[module]  # what only the samples needed must not be there to help


def hook(event, arguments):
    if event in ("open", "import", "os.listdir", "os.scandir", "subprocess.Popen", "socket.connect"):
        os.write(2, f"{event} {arguments}".encode())
        os._exit(3)


sys.addaudithook(hook)
found = 0
examiner.start()
for descriptor, size, name in views:
    view = View(descriptor, size, "", name=name, mode=None, labels=(), depends_on=examiner.depends_on)
    found += len(list(examiner.examine(view)))
examiner.finish()
examiner.close()
os.write(1, str(found).encode())
os._exit(0)
"""


def test_nothing_is_opened_or_imported_after_construction() -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 70
