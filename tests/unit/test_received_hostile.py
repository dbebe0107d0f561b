"""Every hostile archive of the tests of the readers, given to ``gate verify``: a refusal, and nothing left behind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.errors import UsageError, VerificationError
from gate.received import archive as archive_module
from gate.received.archive import READABLE, unpacked
from tests.conftest import tarred, zipped
from tests.unpack.hostile.case import Case
from tests.unpack.intake_kit import reader_cases

CASES = [case for case in reader_cases() if case.label in READABLE and case.entries >= 100_000]
EXPECTED = {"verify.archive", "verify.archive-content", "verify.not-a-target"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Readers in this process, and a folder for temporary files in which nothing may be left."""
    monkeypatch.setattr(archive_module, "_confinable", lambda: False)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    yield tmp_path
    assert list(folder.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} <= {"temporary", "archive"}


def told(target: Path) -> str:
    """Return the code of the refusal; empty where it is taken for the archive of a release."""
    try:
        with unpacked(target) as folder:
            assert folder.is_dir()
    except (UsageError, VerificationError) as error:
        return error.code
    return ""


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 200


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.label}: {case.name}")
def test_no_hostile_archive_is_taken(place: Path, case: Case) -> None:
    (place / "archive").write_bytes(case.data)
    assert told(place / "archive") in EXPECTED


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_mutated_archives(place: Path, kind: str) -> None:
    """Whatever is made of a good archive ends in an answer."""
    members = {f"release/{folder}/{name}": name.encode() * 50 for folder in ("gate", "payload") for name in "abc"}
    whole = zipped(members) if kind == "zip" else tarred(members, "gz" if kind == "tar.gz" else "")
    (place / "archive").write_bytes(whole)
    assert told(place / "archive") == ""
    chance = random.Random(kind)  # a test's seed
    for _ in range(80):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (place / "archive").write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
        assert told(place / "archive") in {"", *EXPECTED}
