"""The examiner in a run over real folders and containers: items by all their names, and what comes out of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate.examine.executable.examiner import ExecutableExaminer
from gate.intake.intake import InputArtifact
from gate.limits import Limits
from gate.models import ExecutableFact
from gate.pipeline import examine
from tests.conftest import zipped
from tests.examine.executable.native_samples import pe
from tests.examine.executable.test_polyglots import JAR, POLYGLOTS, pdf, png
from tests.examine.executable.zip_samples import zip_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CODE = b"\x31\xc0\x50\x68\x2f\x2f\x73\x68\xcd\x80\0" + bytes(20)


def named(folder: Path) -> set[tuple[str, str]]:
    seen = examine([InputArtifact(folder, folder.name)], [ExecutableExaminer()], Limits(), clock=lambda: NOON)
    assert not [gap for gap in seen.gaps if gap.reason == "engine-error"]
    return {(fact.path.partition("/")[2], fact.format) for fact in seen.facts if isinstance(fact, ExecutableFact)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "release"
    made.mkdir()
    return made


def test_same_bytes_are_what_their_names_and_modes_make_of_them(folder: Path) -> None:
    for name, mode in (("table.dat", 0o644), ("run", 0o755), ("RUN.COM", 0o644)):
        (folder / name).write_bytes(CODE)
        (folder / name).chmod(mode)
    assert named(folder) == {("run", "raw-code"), ("RUN.COM", "dos-com")}


def test_programs_behind_and_in_other_things_are_named_twice(folder: Path) -> None:
    (folder / "picture.png").write_bytes(png() + pe())
    (folder / "data.bin").write_bytes(bytes(100) + pe())
    (folder / "paper.pdf").write_bytes(pdf() + JAR)
    found = named(folder)
    assert {
        ("picture.png", "pe"),
        ("data.bin", "pe"),
        ("data.bin!/!embedded-pe-1", "pe"),
        ("paper.pdf", "jar"),
    } <= found
    assert any(path.startswith("picture.png!/") for path, name in found if name == "pe")


def test_members_of_containers_are_named_and_their_containers_are_not(folder: Path) -> None:
    (folder / "data.zip").write_bytes(zipped({"a/tool.exe": pe(), "readme.txt": b"text"}))
    (folder / "app.jar").write_bytes(zip_of("A.class"))
    assert named(folder) == {("data.zip!/a/tool.exe", "pe"), ("app.jar", "jar")}


def test_every_polyglot_is_named_at_the_file_itself(folder: Path) -> None:
    for number, (data, _) in enumerate(POLYGLOTS.values()):
        (folder / f"{number}.dat").write_bytes(data)
    found = named(folder)
    for number, (_, formats) in enumerate(POLYGLOTS.values()):
        assert {(f"{number}.dat", name) for name in formats} <= found
