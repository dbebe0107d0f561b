"""Thousands of real files with labels from independent sources: what is named, beside what other identifiers name.

The results, with every difference, are written to ``benchmarks/results/executable-formats.md``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.executable_files import Corpus, Member
from tests.corpus.executable_labels import labelled
from tests.corpus.executable_readers import opinions_of
from tests.corpus.executable_report import Measured, explained, written
from tests.corpus.executable_rivals import asked
from tests.corpus.executable_sources import fetched
from tests.examine.executable.malformed_pe import malformed_programs

pytestmark = pytest.mark.corpus

TABLE = Path(__file__).parents[2] / "benchmarks" / "results" / "executable-formats.md"
LEAST_FILES = 10_000
LEAST_BINARY = 2_000
LEAST_SCRIPTS = 2_000
MOST_UNDECIDED = 0.15
BINARY_RECALL = 1.0
MOST_FALSE_BINARY = 0.001
SCRIPT_RECALL = 0.9
MOST_FALSE_SCRIPTS = 0.02


def malformed(folder: Path) -> list[Member]:
    """Write the malformed programs for Windows as files of a corpus of their own."""
    members = []
    for number, (name, data) in enumerate(malformed_programs().items()):
        path = folder / f"malformed-{number}"
        path.write_bytes(data)
        members.append(Member(path, name, "", "malformed", None, len(data)))
    return members


@pytest.fixture(scope="module")
def measured() -> Iterator[Measured]:
    with fetched() as (sources, packages), tempfile.TemporaryDirectory(prefix="executables-") as folder:
        corpus = Corpus(Path(folder))
        corpus.take(packages, sources)
        files = labelled(corpus.members, opinions_of(corpus.members))
        result = Measured(files, asked(corpus.members), asked(malformed(Path(folder))))
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(written(result), encoding="utf-8")
        yield result


def test_corpus_is_large_and_mixed(measured: Measured) -> None:
    assert len(measured.files) >= LEAST_FILES
    assert len(measured.of("binary")) >= LEAST_BINARY
    assert len(measured.of("script")) >= LEAST_SCRIPTS
    assert len(measured.of("undecided")) <= MOST_UNDECIDED * len(measured.files)


def test_every_binary_program_is_named(measured: Measured) -> None:
    missed = measured.missed_binary(measured.gate)
    assert [(each.member.title, each.format) for each in missed] == []


def test_binary_programs_are_not_seen_where_there_are_none(measured: Measured) -> None:
    assert measured.false_binary_rate(measured.gate) <= MOST_FALSE_BINARY


def test_scripts_are_named(measured: Measured) -> None:
    assert measured.script_recall(measured.gate) >= SCRIPT_RECALL


def test_scripts_are_not_seen_where_there_are_none(measured: Measured) -> None:
    assert measured.false_script_rate(measured.gate) < MOST_FALSE_SCRIPTS


def test_every_false_binary_program_is_explained(measured: Measured) -> None:
    assert [each.member.title for each in measured.false_binary(measured.gate) if not explained(each)] == []


def test_every_malformed_program_is_named(measured: Measured) -> None:
    assert [answers.name for answers in measured.malformed[:2] if not all(answers.binary())] == []


def test_no_other_identifier_does_better(measured: Measured) -> None:
    """Neither names more of the binary programs, nor more of the scripts at as few false alarms."""
    gate = measured.gate
    for rival in measured.rivals:
        assert measured.binary_recall(rival) <= measured.binary_recall(measured.bytes_alone)
        if measured.script_recall(rival) > measured.script_recall(gate):
            assert measured.false_script_rate(rival) > measured.false_script_rate(gate)


def test_real_files_leave_few_gaps(measured: Measured) -> None:
    gaps = [each.member.title for each in measured.files if "gap:" in measured.gate.of(each.member).words]
    assert len(gaps) <= MOST_FALSE_BINARY * len(measured.files), gaps
