"""Countersigning: only what was verified, by others than its signers, all or nothing, and nothing else is touched."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from gate.countersigning import Countersigned, countersign
from gate.errors import GateError, SigningFailure, UsageError, VerificationError
from gate.record import layout
from gate.signing.interface import Signer
from gate.verification.countersignatures import MOST
from gate.verification.verify import verify_release
from tests.unit.countersigners import Fake, certified
from tests.unit.killed_child import refuse_nameless
from tests.unit.release_kit import Keys, World, make_world, signer_of


@pytest.fixture(scope="module")
def original(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("original"), keys)


@pytest.fixture
def world(original: World, tmp_path: Path) -> World:
    shutil.copytree(original.out, tmp_path / "out", symlinks=True)
    return World(tmp_path / "out", original.trust_file)


def state_of(folder: Path) -> dict[str, object]:
    """Return what lies in a folder: modes, and bytes of files."""
    return {
        path.relative_to(folder).as_posix(): (
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() and not path.is_symlink() else b"",
        )
        for path in folder.rglob("*")
    }


def run(world: World, *signers: Signer, **more: str) -> Countersigned:
    return countersign(world.out, world.trust, signers, now=datetime.now(UTC), **more)


def refusal(world: World, *signers: Signer, **more: str) -> str:
    """Return the code of the refusal, which has left the folder as it was."""
    before = state_of(world.out)
    with pytest.raises(GateError) as caught:
        run(world, *signers, **more)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    assert state_of(world.out) == before
    return caught.value.code


def test_added_and_nothing_else_touched(world: World, keys: Keys) -> None:
    before = state_of(world.out)
    old = os.umask(0o077)
    try:
        with signer_of(keys.home, keys.other) as signer:
            done = run(world, signer)
    finally:
        os.umask(old)
    after = state_of(world.out)
    (added,) = done.added
    assert added.path == layout.countersignature_path(keys.other, ".asc")
    assert after.keys() - before.keys() == {layout.COUNTERSIGNATURES, added.path}
    assert {name: after[name] for name in before} == before
    assert (world.out / added.path).stat().st_mode & 0o777 == 0o644
    assert (world.out / layout.COUNTERSIGNATURES).stat().st_mode & 0o777 == 0o755
    assert done.record_sha256 == hashlib.sha256((world.out / layout.RECORD).read_bytes()).hexdigest()
    (told,) = world.verify().countersignatures
    assert (told.file, told.status) == (added.path, "unchecked")


def test_several_persons_one_after_the_other(world: World, keys: Keys) -> None:
    with signer_of(keys.home, keys.other) as signer:
        run(world, signer)
    first = state_of(world.out)
    run(world, certified("B"), Fake("C"))
    run(world, certified("D"))
    after = state_of(world.out)
    assert {name: after[name] for name in first} == first
    assert len(world.verify().countersignatures) == 4
    assert len(list((world.out / layout.COUNTERSIGNERS_VALIDATION).iterdir())) == 1


def test_nobody_twice(world: World, keys: Keys) -> None:
    with signer_of(keys.home, keys.other) as signer:
        run(world, signer)
    with signer_of(keys.home, keys.other) as signer:
        assert refusal(world, certified("B"), signer) == "countersign.exists"


def test_not_the_supplier(world: World, keys: Keys) -> None:
    with signer_of(keys.home, keys.supplier) as signer:
        assert refusal(world, signer) == "countersign.own"


def test_nothing_that_is_not_verified(world: World) -> None:
    """No secret is asked for, and no service hears of it."""
    (world.out / "payload" / "app.bin").write_bytes(b"changed")
    signer = Fake("B")
    assert refusal(world, signer) == "verify.changed"
    assert signer.asked == ["ready", "close"]


def test_the_record_that_was_told_by_another_way(world: World) -> None:
    signer = Fake("B")
    assert refusal(world, signer, record_sha256="0" * 64) == "verify.other-record"
    assert signer.asked == ["ready", "close"]
    digest = hashlib.sha256((world.out / layout.RECORD).read_bytes()).hexdigest()
    assert run(world, Fake("B"), record_sha256=digest.upper()).record_sha256 == digest


def test_another_version(world: World) -> None:
    assert refusal(world, Fake("B"), expect_version="9") == "verify.version"


def test_what_cannot_be_taken_back_comes_last(world: World) -> None:
    order: list[str] = []

    @dataclass
    class Noting(Fake):
        def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
            order.append(self.backend)
            return super().sign(file, statement=statement)

    run(world, Noting("log"), Noting("key", "openpgp", ".asc", irrevocable=False))
    assert order == ["openpgp", "keyless"]


@pytest.mark.parametrize("fault", [SigningFailure("signing.no-gpg"), KeyboardInterrupt()])
def test_all_or_nothing_where_one_does_not_sign(world: World, fault: BaseException) -> None:
    before = state_of(world.out)
    first, second = certified("A"), Fake("B", fault=fault)
    with pytest.raises(type(fault)):
        run(world, first, second)
    assert state_of(world.out) == before
    assert first.asked[-1] == second.asked[-1] == "close"


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("number", [0, 2])
@pytest.mark.parametrize("there", [False, True])
def test_all_or_nothing_where_one_cannot_be_written(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: BaseException, number: int, there: bool
) -> None:
    if there:
        run(world, Fake("A"))
    before = state_of(world.out)
    flush, left = os.fsync, [number]

    def failing(descriptor: int) -> None:
        if left[0] == 0:
            raise fault
        left[0] -= 1
        flush(descriptor)

    monkeypatch.setattr("os.fsync", failing)
    with pytest.raises((UsageError, KeyboardInterrupt)):
        run(world, certified("B"), Fake("C"))
    assert state_of(world.out) == before


def test_one_that_was_put_there_meanwhile_stays(world: World) -> None:
    place = world.out / layout.countersignature_path("B", ".sigstore.json")

    class Slow(Fake):
        def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
            place.parent.mkdir()
            place.write_bytes(b"faster")
            return super().sign(file, statement=statement)

    with pytest.raises(UsageError) as caught:
        run(world, certified("A"), Slow("B"))
    assert caught.value.code == "deliver.cannot-write"
    assert [path.read_bytes() for path in place.parent.iterdir()] == [b"faster"]


def test_what_would_not_verify_is_not_left(world: World) -> None:
    class Huge(Fake):
        def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
            return super().sign(file, statement=statement) * 10_000

    assert refusal(world, Huge("B")) == "verify.too-large"


def test_no_more_than_verify_takes(world: World) -> None:
    for number in range(MOST - 1):
        run_one = world.out / layout.countersignature_path(str(number), ".asc")
        run_one.parent.mkdir(exist_ok=True)
        run_one.write_bytes(b"x")
    signers = [certified("B"), Fake("C")]
    assert refusal(world, *signers) == "countersign.too-many"
    assert all("begin" not in signer.asked for signer in signers)
    run(world, Fake("C"))


def test_where_nothing_can_be_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write everywhere but on what is mounted for reading: the system's answer stands in for that."""
    access = os.access
    monkeypatch.setattr("os.access", lambda path, mode: path != world.out / layout.GATE and access(path, mode))
    signer = Fake("C")
    assert refusal(world, signer) == "countersign.not-writable"
    assert "begin" not in signer.asked


def test_where_a_whole_file_cannot_be_made_nothing_is_signed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither without a name nor beside the release: told before any log has heard of it."""
    monkeypatch.setattr(os, "open", os.open)  # given back at the end
    refuse_nameless(beside=False)
    signer = Fake("C")
    assert refusal(world, signer) == "deliver.nothing-beside"
    assert "begin" not in signer.asked


def test_a_record_that_changes_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:

    def changing(*arguments: object, **more: object) -> object:
        proved = verify_release(*arguments, **more)  # type: ignore[arg-type]  # handed on as they are
        record = world.out / layout.RECORD
        record.write_bytes(record.read_bytes() + b" ")
        return proved

    monkeypatch.setattr("gate.countersigning.verify_release", changing)
    signer = Fake("B")
    with pytest.raises(VerificationError) as caught:
        run(world, signer)
    assert caught.value.reason == "changed-while-read"
    assert "begin" not in signer.asked


def test_a_link_in_the_place_of_the_folder_is_not_followed(world: World, tmp_path: Path) -> None:
    """Made after the folder was verified: nothing is written to where it leads."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    class Linking(Fake):
        def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
            (world.out / layout.COUNTERSIGNATURES).symlink_to(elsewhere)
            return super().sign(file, statement=statement)

    with pytest.raises(UsageError):
        run(world, Linking("B"))
    assert list(elsewhere.iterdir()) == []


# --- ended in the midst ---------------------------------------------------------------------------------------

CHILD = Path(__file__).with_name("killed_child.py")
ROOT = CHILD.parent.parent.parent
STAMP = layout.countersignature_path("A", ".p7s") + layout.STAMP_SUFFIX


def added_to(folder: Path) -> list[str]:
    """Return what lies among the countersignatures: whole files that are read by all, in folders that are too."""
    place = folder / layout.COUNTERSIGNATURES
    found = sorted(place.rglob("*"))
    for path in found:
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
        assert path.is_dir() or path.stat().st_size > 0
    return [path.relative_to(folder).as_posix() for path in (place, *found) if path.exists()]


@pytest.mark.parametrize("how", ["nameless", pytest.param("beside", marks=pytest.mark.full)])
def test_killed_at_each_step_it_verifies_as_before(original: World, tmp_path: Path, how: str) -> None:
    command = [sys.executable, str(CHILD), how, *map(str, (original.out, tmp_path, original.trust_file))]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT), "PATH": os.defpath}, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    states: dict[tuple[str, ...], Path] = {}
    for number in range(1, len(list(tmp_path.iterdir())) + 1):
        copy = tmp_path / str(number)
        states.setdefault(tuple(added_to(copy / "out")), copy)
        beside = [path.name for path in copy.iterdir() if path.name != "out"]
        assert all(map(layout.is_partial, beside))
        assert how == "beside" or not beside
    assert len(states) == 7
    assert sorted(map(len, states)) == [0, 1, 2, 3, 4, 5, 6], "one more after the other"
    for state, copy in states.items():
        left = World(copy / "out", original.trust_file)
        told = {each.file: each.status for each in left.verify().countersignatures}
        assert set(told.values()) <= {"unchecked"}
        if len(state) in {3, 4, 5}:  # all but the first timestamp and signature, with the one, and with both
            go_on(left)


def go_on(world: World) -> None:
    """Countersign once more what a killed run has left, as its messages say."""
    there = set(added_to(world.out))
    if (signature := STAMP.removesuffix(layout.STAMP_SUFFIX)) in there:
        assert refusal(world, certified("A")) == "countersign.exists"
    elif STAMP in there:
        assert [each.file for each in world.verify().countersignatures] == [STAMP]
        assert refusal(world, certified("A")) == "countersign.stamp-alone"
        (world.out / STAMP).unlink()
    if signature not in there:
        run(world, certified("A"))
    assert {signature, STAMP} <= set(added_to(world.out))
    assert world.verify().verified


@pytest.mark.parametrize("how", ["nameless", "beside"])
def test_where_no_byte_can_be_written(world: World, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """By the system's own limit; nothing had been put in place before."""
    if how == "beside":
        monkeypatch.setattr(os, "open", os.open)  # given back at the end
        refuse_nameless()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before, beside = state_of(world.out), sorted(world.out.parent.iterdir())

    class Filling(Fake):
        def close(self) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

        def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
            signature = super().sign(file, statement=statement)
            resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
            return signature

    with pytest.raises(UsageError) as caught:
        run(world, certified("A"), Filling("B"))
    assert caught.value.code == "deliver.cannot-write"
    assert (state_of(world.out), sorted(world.out.parent.iterdir())) == (before, beside)
    run(world, certified("A"), Fake("B"))
    assert sorted(world.out.parent.iterdir()) == beside
