"""Hostile and awkward files: nothing executable stays unnamed, nothing raises or takes long, and twins are left."""

from __future__ import annotations

import contextlib
import time

import pytest

from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.interface import Observation
from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.models import DisguiseFact, ExecutableFact, Gap
from tests.examine.executable.executable_samples import SAMPLES
from tests.examine.executable.hostile_formats import HOSTILE, PE, TWINS
from tests.examine.executable.malformed_pe import malformed_programs
from tests.examine.executable.rarer_samples import A_OUT, A_OUT_TWINS
from tests.examine.executable.sample import File
from tests.examine.viewing import examined

LEAST = 60
LEAST_PROGRAMS = 200
HANG = 20
"""Seconds of processor time: a hang, not a speed."""
PROGRAMS = malformed_programs()
SUBJECT = ExecutableExaminer()


def _said(file: File) -> list[Observation]:
    """Return all that is said; an exception, within a test too, and a long time are failures."""
    started = time.process_time()
    said = examined(SUBJECT, file.data, file.name, mode=file.mode)
    assert time.process_time() - started < HANG
    assert not [each for each in said if isinstance(each, Gap) and each.reason == "engine-error"]
    return said


def _formats(file: File) -> set[str]:
    return {each.format for each in _said(file) if isinstance(each, ExecutableFact)}


def test_there_are_enough() -> None:
    assert len(HOSTILE) >= LEAST
    assert len(PROGRAMS) >= LEAST_PROGRAMS


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_named(name: str) -> None:
    hostile = HOSTILE[name]
    found = _formats(hostile.file)
    assert [each for each in hostile.formats if found.isdisjoint(each.split("|"))] == [], found


def test_hostile_files_are_named_in_a_confined_worker_too() -> None:
    """A worker can import nothing later, has little memory and no files: what is said there is what counts."""
    factory = "gate.examine.executable.examiner:ExecutableExaminer"
    hosted = Hosted("executable", factory, {}, ExecutableExaminer.depends_on, lambda _item: True)
    examiner = IsolatedExaminer(Host([hosted], workers=1, item_seconds=60), hosted)
    with contextlib.closing(examiner):
        examiner.start()
        for name, hostile in HOSTILE.items():
            file = hostile.file
            said = examined(examiner, file.data, file.name, mode=file.mode)
            assert {each.format for each in said if isinstance(each, ExecutableFact)} == _formats(file), name
        examiner.finish()


@pytest.mark.parametrize("name", TWINS)
def test_of_a_twin_nothing_is_said(name: str) -> None:
    file = TWINS[name]
    said = _said(file)
    if file.mode == 0o755:
        said = [each for each in said if not (isinstance(each, DisguiseFact) and each.disguise == "mode")]
    assert said == []


@pytest.mark.parametrize(
    ("name", "disguise"),
    [
        ("invoice.pdf.exe", "double-extension"),
        ("invoice.pdf" + " " * 80 + ".exe", "double-extension"),
        ("\u202efdp.exe", "direction"),
        ("report\u2066fdp\u2069.exe", "direction"),
        ("\u0456nvoice.exe", "look-alike"),  # a Cyrillic letter
        ("setup\uff0eexe", "look-alike"),  # a full stop of full width
        ("setup.\uff45\uff58\uff45", "look-alike"),
        ("setup.e\u200bxe", "look-alike"),  # a space of no width
        ("setup.\u0435x\u0435", "look-alike"),
        ("holiday.jpg", "extension"),
        ("holiday.JPG .", "extension"),
        ("notes.t\u0445t", "extension"),
    ],
)
def test_program_under_a_name_that_lies_is_disguised(name: str, disguise: str) -> None:
    said = _said(File(PE, name.encode()))
    assert disguise in {each.disguise for each in said if isinstance(each, DisguiseFact)}
    assert "pe" in {each.format for each in said if isinstance(each, ExecutableFact)}


@pytest.mark.parametrize("name", ["setup.exe", "setup-1.2.exe", "\u8acb\u6c42\u66f8.exe", "libx.so.1.2", "setup"])
def test_program_under_its_own_name_is_not_disguised(name: str) -> None:
    assert not [each for each in _said(File(PE, name.encode())) if isinstance(each, DisguiseFact)]


@pytest.mark.parametrize("name", A_OUT)
def test_a_out_of_every_system_is_named(name: str) -> None:
    assert _formats(File(A_OUT[name])) == {"a.out"}


@pytest.mark.parametrize("name", A_OUT_TWINS)
def test_numbers_are_no_a_out(name: str) -> None:
    assert _formats(File(A_OUT_TWINS[name])) == set()


def test_every_malformed_program_is_named() -> None:
    assert [name for name, data in PROGRAMS.items() if "pe" not in _formats(File(data))] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_cut_and_damaged_samples_never_raise(name: str) -> None:
    """Whatever a sample breaks off at, or is filled with, there is an answer."""
    sample = SAMPLES[name]
    size = len(sample.data)
    for end in {*range(min(size, 64)), *range(64, size, max(1, size // 32))}:
        _formats(sample._replace(data=sample.data[:end]))
        _formats(sample._replace(data=sample.data[:end] + b"\xff" * 64))


@pytest.mark.parametrize(
    ("sample", "kept"),
    [
        ("elf", 4),
        ("mach-o", 4),
        ("java-class", 8),
        ("wasm", 4),
        ("dex", 8),
        ("beam", 12),
        ("swf", 8),
        ("rpm", 4),
        ("lnk", 20),
    ],
)
def test_program_that_breaks_off_behind_its_magic_is_named(sample: str, kept: int) -> None:
    for end in range(kept, len(SAMPLES[sample].data)):
        assert sample in _formats(File(SAMPLES[sample].data[:end])), end
