"""What the tests of updates and imports share: databases that nobody signed, and a watch on what must not change."""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.errors import EngineFailure, GateError
from gate.examine.antivirus.freshclam import Source
from gate.examine.antivirus.official import OfficialDatabase
from gate.examine.antivirus.update import Exchanged, import_files, update
from gate.text import LANGUAGES
from tests.examine.clamav.antivirus_kit import EICAR_LINE, folder_with, packed
from tests.simulators import freshclam_mirror
from tests.simulators.freshclam_mirror import Mirror

TABLE = {"test": OfficialDatabase(floor=1, required=True)}
OFFICIAL_NAMES = {
    "main": OfficialDatabase(floor=1, required=True),
    "daily": OfficialDatabase(floor=1, required=True),
    "bytecode": OfficialDatabase(floor=1, required=False, other_members=r"COPYING|[0-9]+\.cbc"),
}
EICAR = EICAR_LINE.encode()


def unsigned(name: str, version: int, signatures: int = 1) -> bytes:
    return packed(name, {f"{name}.ndb": EICAR * signatures}, version=version)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def neighbours(folder: Path) -> set[str]:
    """Return what lies beside a folder but for its lock and what the tests give to import."""
    given = {"a", "b", "given"}
    return {path.name for path in folder.parent.iterdir()} - {folder.name, f".{folder.name}.lock"} - given


@contextlib.contextmanager
def untouched(folder: Path, scratch: Path) -> Iterator[None]:
    """Assert that a folder is the same afterwards, and that nothing is left beside it or in the temporary folder."""
    before, beside = contents(folder), neighbours(folder)
    yield
    assert contents(folder) == before
    assert neighbours(folder) == beside
    assert list(scratch.glob("gate-*")) == []


@contextlib.contextmanager
def refused(code: str, kind: type[GateError] = EngineFailure) -> Iterator[None]:
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.code == code, caught.value.message("en")
    for language in LANGUAGES:
        assert caught.value.message(language)
        assert caught.value.advice(language)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # made one line before
    assert again.message("ja") == caught.value.message("ja")


def from_mirror(folder: Path, mirror: Mirror, scratch: Path, seconds: float = 60) -> Exchanged:
    return update(folder, Source(mirror.url, attempts=1), table=TABLE, scratch=scratch, seconds=seconds)


def given(folder: Path, *databases: tuple[str, int]) -> list[Path]:
    files = {f"{name}.cvd": unsigned(name, version) for name, version in databases}
    return [folder_with(folder, files) / name for name in files]


def imported(place: Path, files: list[Path], scratch: Path, *, allow_older: bool = False) -> Exchanged:
    return import_files(place, files, allow_older=allow_older, table=OFFICIAL_NAMES, scratch=scratch)


BEHAVIOURS = {
    "cut-off": freshclam_mirror.cut_off,
    "shortened": freshclam_mirror.shortened,
    "garbled": freshclam_mirror.garbled,
    "garbage": freshclam_mirror.garbage,
    "404": freshclam_mirror.failing(404),
    "403": freshclam_mirror.failing(403),
    "429": freshclam_mirror.failing(429),
    "500": freshclam_mirror.failing(500),
}
