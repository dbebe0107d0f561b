"""Debian's ``clamav-testfiles`` to the ClamAV examiner alone: with one line that names the inner program, none is OK.

What each file gives is written to ``benchmarks/results/clamav-testfiles-engine.md``.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.examine.antivirus.examiner import ClamAVExaminer
from gate.examine.interface import Observation
from gate.models import DetectionFact, Gap
from tests.examine.clamav.antivirus_kit import examined, folder_with

pytestmark = pytest.mark.corpus

FILES = sorted(Path("/usr/share/clamav-testfiles").glob("clam*"))
INNER = Path("/usr/share/clamav-testfiles/clam.exe")
TABLE = Path(__file__).parents[2] / "benchmarks" / "results" / "clamav-testfiles-engine.md"
NAME = "Clam.Test.UNOFFICIAL"
HEAD = """# ClamAV on Debian's clamav-testfiles

Each of the {count} files holds the same harmless program of {size} bytes. The database is one line with its MD5
(`clam.hdb`), the daemon and its settings are the gate's own. Detected: {detected}; gaps: {gapped}; neither: {neither}.
Written by `make corpus` ({test}), ClamAV {version}.

| file | bytes | answer |
|---|---|---|
"""


@pytest.fixture(scope="module")
def examiner() -> Iterator[ClamAVExaminer]:
    content = INNER.read_bytes()
    line = f"{hashlib.md5(content, usedforsecurity=False).hexdigest()}:{len(content)}:Clam.Test\n"
    with tempfile.TemporaryDirectory(prefix="clam-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        engine = ClamAVExaminer(database=folder_with(folder / "database", {"clam.hdb": line}), scratch=folder)
        try:
            engine.start()
            yield engine
            engine.finish()
        finally:
            engine.close()


def said(observations: list[Observation]) -> list[str]:
    """Return what was observed in words for the table."""
    words = [f"detected: {each.name}" for each in observations if isinstance(each, DetectionFact)]
    return words + [f"gap: {each.reason} ({each.detail})" for each in observations if isinstance(each, Gap)]


def test_every_file_is_detected_or_a_gap(examiner: ClamAVExaminer) -> None:
    answers = {path: examined(examiner, path.read_bytes()) for path in FILES}
    kinds = Counter(
        next((word.partition(":")[0] for word in said(observations)), "neither") for observations in answers.values()
    )
    info = examiner.finish()
    head = HEAD.format(
        count=len(FILES),
        size=INNER.stat().st_size,
        detected=kinds["detected"],
        gapped=kinds["gap"],
        neither=kinds["neither"],
        test=f"tests/corpus/{Path(__file__).name}",
        version=info.version,
    )
    rows = [f"| {path.name} | {path.stat().st_size} | {'; '.join(said(got))} |" for path, got in answers.items()]
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(head + "\n".join(rows) + "\n")
    assert len(FILES) == 44
    assert [path.name for path, observations in answers.items() if not said(observations)] == []


def test_the_same_files_of_another_program_are_no_detections(examiner: ClamAVExaminer) -> None:
    """The line names one program and no other: the twin differs from it in one byte."""
    twin = bytearray(INNER.read_bytes())
    twin[-1] ^= 1
    assert examined(examiner, INNER.read_bytes()) == [DetectionFact("clamav", NAME, "known")]
    assert not [each for each in examined(examiner, bytes(twin)) if isinstance(each, DetectionFact)]
