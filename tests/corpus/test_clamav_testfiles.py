"""Debian's ``clamav-testfiles``: one small program in 44 forms; none may hide it in silence.

The table of what each gives is written to ``benchmarks/results/clamav-testfiles.md``.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gate.data_files import data_folder
from gate.examine.interface import Examiner
from gate.examine.registry import EngineSettings, build_examiners
from gate.models import ContainerFact, DetectionFact, ItemFact
from tests.unpack.hostile.whole import a_file
from tests.unpack.intake_kit import Bench, Outcome, Surroundings, built

pytestmark = pytest.mark.corpus

FILES = sorted(Path("/usr/share/clamav-testfiles").glob("clam*"))
INNER = Path("/usr/share/clamav-testfiles/clam.exe")
TABLE = Path(__file__).parents[2] / "benchmarks" / "results" / "clamav-testfiles.md"
LEAST_REACHED = 34
HEAD = """# The inner program of Debian's clamav-testfiles

Each of the {count} files holds the same program of {size} bytes ({sha256}…). "Reached" gives the item that is the
program, byte for byte; where it is not reached, the table says what stands in its place: a gap, a finding about the
container, or the detection of the whole file by ClamAV with one hash of the inner program. Written by `make corpus`
({test}). Reached: {reached} of {count}.

| file | read as | reached | in its place |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """What one file gave."""

    name: str
    labels: str
    reached: str
    instead: tuple[str, ...]

    def line(self) -> str:
        instead = "" if self.reached else "; ".join(self.instead)
        return f"| {self.name} | {self.labels} | {f'`{self.reached}`' if self.reached else ''} | {instead} |"


@pytest.fixture(scope="module")
def engine_database() -> Iterator[Path]:
    """A database of one hash, in a folder that the engine's user can read."""
    with tempfile.TemporaryDirectory(prefix="clam-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        content = INNER.read_bytes()
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        (path / "clam.hdb").write_text(f"{digest}:{len(content)}:Clam.Test\n")
        (path / "clam.hdb").chmod(0o644)
        yield path


def examiners(database: Path) -> list[Examiner]:
    """Return all of them, as they are; without rules, so that only what is reached and ClamAV count."""
    settings = EngineSettings("auto", False, database, data_folder("signatures"), (), 1, 60.0)
    return list(build_examiners(settings))


def row_of(name: str, outcome: Outcome, inner: str) -> Row:
    places = [path for path, digest in outcome.items.items() if digest == inner]
    facts = outcome.examination.facts
    (whole,) = [fact for fact in facts if isinstance(fact, ItemFact) and fact.path == name]
    instead = [f"gap: {gap.reason} ({gap.detail})" for gap in outcome.examination.gaps if gap.examiner == "intake"]
    instead += [f"container/{fact.issue}" for fact in facts if isinstance(fact, ContainerFact)]
    instead += [f"detected: {fact.name}" for fact in facts if isinstance(fact, DetectionFact) and fact.path == name]
    return Row(name, ", ".join(whole.labels), min(places, key=len, default=""), tuple(dict.fromkeys(instead)))


@pytest.fixture(scope="module")
def rows(engine_database: Path) -> list[Row]:
    inner = hashlib.sha256(INNER.read_bytes()).hexdigest()
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        surroundings = Surroundings(Path(folder))
        bench = Bench(surroundings.scratch)
        try:
            found = []
            for path in FILES:
                copied = built(surroundings.inputs, path.name, a_file(path.read_bytes))
                found.append(row_of(path.name, bench.run(copied, examiners=examiners(engine_database)), inner))
        finally:
            bench.close()
    return found


def test_no_file_hides_the_program_in_silence(rows: list[Row]) -> None:
    assert len(rows) == 44
    reached = [row for row in rows if row.reached]
    head = HEAD.format(
        count=len(rows),
        size=INNER.stat().st_size,
        sha256=hashlib.sha256(INNER.read_bytes()).hexdigest()[:16],
        test=f"tests/corpus/{Path(__file__).name}",
        reached=len(reached),
    )
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(head + "\n".join(row.line() for row in rows) + "\n")
    assert [row.name for row in rows if not row.reached and not row.instead] == []
    assert len(reached) >= LEAST_REACHED, [row.name for row in rows if not row.reached]
