"""What changes after it was looked at, and before the verification ends, is noticed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from gate.errors import VerificationError
from gate.folders import Cursor, Visit, walk
from gate.openpgp import Checked, Checker
from gate.verification import seen
from tests.unit.release_kit import Keys, World, make_world

LAST = "gate/SHA256SUMS"
"""The file that is looked at last: when its signature is checked, all else has been."""


@pytest.fixture(scope="module")
def original(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("original"), keys)


@pytest.fixture
def world(original: World, tmp_path: Path) -> World:
    shutil.copytree(original.out, tmp_path / "out", symlinks=True)
    return World(tmp_path / "out", original.trust_file)


def meanwhile(world: World, monkeypatch: pytest.MonkeyPatch, do: Callable[[Path], object]) -> None:
    """Let something happen to the release while the last signature is checked."""
    real, last = Checker.check, (world.out / LAST).stat().st_ino

    def check(self: Checker, descriptor: int, signature: bytes) -> Checked:
        if os.fstat(descriptor).st_ino == last:
            do(world.out)
        return real(self, descriptor, signature)

    monkeypatch.setattr(Checker, "check", check)


def rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"X")


def replace(path: Path) -> None:
    """Put another file of the same name, size and bytes in its place: it was not looked at."""
    shutil.copy2(path, path.with_name("new"))
    path.with_name("new").rename(path)


def relink(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


def exchange(path: Path) -> None:
    """Put a copy of a folder in its place."""
    moved = path.rename(path.parents[3] / "moved")
    shutil.copytree(moved, path, symlinks=True)


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "an artifact written to": (lambda out: rewrite(out / "payload/app.bin"), "payload/app.bin"),
    "an artifact replaced": (lambda out: replace(out / "payload/app.bin"), "payload/app.bin"),
    "a file of a folder written to": (lambda out: rewrite(out / "payload/site/run.sh"), "payload/site/run.sh"),
    "a link of a folder": (lambda out: relink(out / "payload/site/latest"), "payload/site/latest"),
    "a file of a folder removed": (lambda out: (out / "payload/site/index.html").unlink(), "payload/site/index.html"),
    "a file added to a folder": (lambda out: (out / "payload/site/new").touch(), "payload/site/new"),
    "an empty folder added": (lambda out: (out / "payload/site/new").mkdir(), "payload/site/new"),
    "an empty folder removed": (lambda out: (out / "payload/site/empty").rmdir(), "payload/site/empty"),
    "a folder exchanged": (lambda out: exchange(out / "payload/site/css"), "payload/site/css/a b.css"),
    "an artifact added": (lambda out: (out / "payload/new").touch(), "payload/new"),
    "a file added beside": (lambda out: (out / "new").touch(), "new"),
    "the record": (lambda out: rewrite(out / "gate/record.intoto.json"), "gate/record.intoto.json"),
    "the record's signature": (
        lambda out: replace(out / "gate/record.intoto.json.asc"), "gate/record.intoto.json.asc",
    ),
    "a bound file": (lambda out: rewrite(out / "gate/facts.json"), "gate/facts.json"),
    "the file that is looked at": (lambda out: replace(out / LAST), LAST),
    "a run bit": (lambda out: (out / "payload/app.bin").chmod(0o4755), "payload/app.bin"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_before_the_end_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    do, path = CHANGES[name]
    meanwhile(world, monkeypatch, do)
    assert world.reason() == ("changed-while-read", path)


@pytest.mark.parametrize(
    "do",
    [
        lambda out: (out / "payload/app.bin").read_bytes(),
        lambda out: list(out.rglob("*")),
        lambda out: os.utime(out, (1, 1)),
    ],
)
def test_who_only_reads_disturbs_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, do: Callable[[Path], object]
) -> None:
    meanwhile(world, monkeypatch, do)
    assert world.verify().verified


@pytest.mark.parametrize("name", ["payload/site/css", "payload/site", "gate"])
def test_a_folder_taken_away_under_the_last_look(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def taking(cursor: Cursor) -> Iterator[Visit]:
        for visit in walk(cursor):
            if visit.path == os.fsencode(name):
                (world.out / name).rename(world.out.parent / "moved")
            yield visit

    monkeypatch.setattr(seen, "walk", taking)
    assert world.reason()[0] == "changed-while-read"


@pytest.mark.parametrize("kept", [True, False])
def test_run_bits_that_a_system_makes_up_from_names_are_no_change(
    monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    """As Windows does: a file called ``x.exe`` may be run, and the same file, once it is open, may not."""

    def status(mode: int) -> os.stat_result:
        made = SimpleNamespace(st_dev=1, st_ino=2, st_mode=mode, st_size=3, st_mtime_ns=4, st_ctime_ns=5)
        return cast("os.stat_result", made)

    monkeypatch.setattr(seen, "_MODES_ARE_KEPT", kept)
    noticed = seen.Seen()
    noticed.notice(b"x.exe", status(0o100777))
    if kept:
        with pytest.raises(VerificationError):
            noticed.notice(b"x.exe", status(0o100666))
    else:
        noticed.notice(b"x.exe", status(0o100666))
        with pytest.raises(VerificationError):
            noticed.notice(b"x.exe", status(0o120777))
