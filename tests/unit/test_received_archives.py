"""``gate verify`` of archives: what stock tools write verifies, and nothing that readers could take in two ways."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from gate.errors import EngineFailure, GateError, TrustError, UsageError, VerificationError, WorkerDied
from gate.limits import Limits
from gate.policy import load_policy
from gate.received import archive as archive_module
from gate.received.archive import READABLE, unpacked
from gate.received.inside import READERS
from gate.received.target import verify_target
from gate.verification import Verification, load_trust
from tests.conftest import clean_environment, zipped
from tests.unit.received_kit import add_to_tar, tar_of, zip_of
from tests.unit.release_kit import Keys, World, make_release, policy_in, signer_of, write_trust


@pytest.fixture(scope="module")
def made(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A release with a program, a folder with a run bit, an empty file, and a name that is not ASCII."""
    folder = tmp_path_factory.mktemp("archives")
    site = folder / "in" / "site"
    (site / "css").mkdir(parents=True)
    (site / "index.html").write_text("<p>こんにちは</p>", encoding="utf-8")
    (site / "css" / "案内.css").write_text("p { color: red }")
    (site / "empty.txt").touch()
    (site / "run.sh").write_text("#!/bin/sh\n")
    (site / "run.sh").chmod(0o755)
    (folder / "in" / "app.bin").write_bytes(random.Random(7).randbytes(300_000))  # a test's seed
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(folder / "out", [folder / "in" / "app.bin", site], [signer], policy_in(folder))
    return World(folder / "out", write_trust(folder / "recipient", keys.home, keys.supplier))


@pytest.fixture(autouse=True)
def private(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files in which nothing may be left."""
    folder = Path(tempfile.mkdtemp(prefix="gk-", dir="/tmp"))  # GnuPG's paths are short
    folder.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield folder
    assert [path.name for path in folder.iterdir()] == []
    folder.rmdir()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read archives in this process, as systems without confinement do: a worker takes half a second to start."""
    monkeypatch.setattr(archive_module, "_confinable", lambda: False)
    monkeypatch.setattr("gate.openpgp._confinable", lambda: False)


def verify(world: World, target: Path) -> Verification:
    return verify_target(target, load_trust(world.trust_file), now=datetime.now(UTC))


def refusal(world: World, target: Path) -> VerificationError:
    with pytest.raises(VerificationError) as caught:
        verify(world, target)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value


# --- what is taken --------------------------------------------------------------------------------------------


def test_the_forms_are_those_of_the_worker() -> None:
    assert READERS.keys() == READABLE


@pytest.mark.parametrize("top", ["", "release/", "./", "納品 1.0/"])
def test_a_zip_file(made: World, tmp_path: Path, top: str) -> None:
    assert verify(made, zip_of(made.out, tmp_path / "r.zip", top=top)).verified


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.usefixtures("here")
def test_a_tar_file(made: World, tmp_path: Path, mode: str) -> None:
    assert verify(made, tar_of(made.out, tmp_path / "r.tar", mode=mode)).verified


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.usefixtures("here")
def test_forms_of_tar(made: World, tmp_path: Path, form: int) -> None:
    assert verify(made, tar_of(made.out, tmp_path / "r.tar", form=form, top="")).verified


STOCK = {
    "tar": (["tar", "-cf"], ["."]),
    "tar of the folder": (["tar", "-czf"], []),
    "tar with zstd": (["tar", "--zstd", "-cf"], []),
    "bsdtar": (["bsdtar", "-cf"], []),
    "zip": (["zip", "-qr"], []),
    "7zz": (["7zz", "a", "-tzip", "-bso0"], []),
}


@pytest.mark.parametrize("name", STOCK)
@pytest.mark.usefixtures("here")
def test_what_stock_tools_write(made: World, tmp_path: Path, name: str) -> None:
    command, inside = STOCK[name]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    cwd = made.out if inside else made.out.parent
    target = tmp_path / f"r{'.zip' if 'z' in command[0] else '.tar'}"
    subprocess.run([*command, target, *(inside or [made.out.name])], cwd=cwd, check=True)
    assert verify(made, target).verified


@pytest.mark.usefixtures("here")
def test_links_in_tar_files_are_links(keys: Keys, tmp_path: Path) -> None:
    site = tmp_path / "in" / "site"
    site.mkdir(parents=True)
    (site / "index.html").write_text("x")
    (site / "latest").symlink_to("index.html")
    (site / "empty").mkdir()
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(tmp_path / "out", [site], [signer], policy_in(tmp_path))
    world = World(tmp_path / "out", write_trust(tmp_path / "r", keys.home, keys.supplier))
    assert verify(world, tar_of(world.out, tmp_path / "r.tar")).verified
    (world.out / "payload" / "site" / "latest").unlink()
    (world.out / "payload" / "site" / "latest").symlink_to("/etc/passwd")
    found = refusal(world, tar_of(world.out, tmp_path / "r2.tar"))
    assert (found.reason, found.path) == ("changed", "payload/site/latest")


class OldName(zipfile.ZipInfo):
    """An entry whose name is written as it is, in whatever encoding, without the mark of UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  # the library's name
        return self.filename.encode("latin-1"), self.flag_bits & ~0x800


@pytest.mark.usefixtures("here")
def test_old_names_of_zip_files_are_read_as_japanese(made: World, tmp_path: Path) -> None:
    """As the file manager of a Japanese Windows writes them: CP932."""
    with (
        zipfile.ZipFile(zip_of(made.out, tmp_path / "r.zip")) as new,
        zipfile.ZipFile(tmp_path / "old.zip", "w") as old,
    ):
        for info in new.infolist():
            entry = OldName(info.filename.encode("cp932").decode("latin-1"))
            entry.external_attr, entry.create_system = info.external_attr, 3
            old.writestr(entry, new.read(info))
    assert "案内.css".encode("cp932") in (tmp_path / "old.zip").read_bytes()
    assert verify(made, tmp_path / "old.zip").verified


@pytest.mark.usefixtures("here")
def test_a_zip_file_without_modes_says_what_is_lost(made: World, tmp_path: Path) -> None:
    found = refusal(made, zip_of(made.out, tmp_path / "r.zip", modes=False))
    assert (found.reason, found.path) == ("mode-changed", "payload/site/run.sh")


@pytest.mark.usefixtures("here")
def test_the_recipients_policy_judges_what_is_in_an_archive(made: World, tmp_path: Path) -> None:
    """Nothing but one engine has examined this release, which no policy takes for an examination."""
    target = zip_of(made.out, tmp_path / "r.zip")
    now, policy = datetime.now(UTC), load_policy(None)
    verification = verify_target(target, load_trust(made.trust_file), now=now, policy=policy)
    assert verification.rejudged is not None
    assert verification.rejudged.policy.sha256 == policy.sha256
    assert (verification.verified, verification.exit_code) == (False, 3)


# --- what is refused ------------------------------------------------------------------------------------------


def in_zip(name: str, data: bytes = b"x", **changes: object) -> Callable[[zipfile.ZipFile], None]:
    def spoil(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo(name)
        info.external_attr, info.create_system = 0o100644 << 16, 3
        for key, value in changes.items():
            setattr(info, key, value)
        archive.writestr(info, data)

    return spoil


def comment(archive: zipfile.ZipFile) -> None:
    archive.comment = b"hello"


ZIPS = {
    "a name twice": in_zip("release/gate/SHA256SUMS"),
    "a name in other letters": in_zip("release/gate/sha256sums"),
    "a way out": in_zip("release/../../evil"),
    "from the root": in_zip("/etc/evil"),
    "a drive": in_zip("C:evil"),
    "backslashes": in_zip("release\\gate\\evil"),
    "a control character": in_zip("release/payload/a\x1b[31m"),
    "a link": in_zip("release/payload/link", b"/etc/passwd", external_attr=0o120777 << 16),
    "a device": in_zip("release/payload/device", external_attr=0o020666 << 16),
    "a set-id bit": in_zip("release/payload/tool", external_attr=0o104755 << 16),
    "a file below a file": in_zip("release/gate/SHA256SUMS/evil"),
}


@pytest.mark.parametrize("name", ZIPS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.usefixtures("here")
def test_hostile_zip_files(made: World, tmp_path: Path, name: str) -> None:
    target = zip_of(made.out, tmp_path / "r.zip", spoil=ZIPS[name])
    found = refusal(made, target)
    assert found.reason == "archive"
    assert "\x1b" not in found.message("en")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.zip"]


TARS = {
    "a name twice": add_to_tar("release/gate/SHA256SUMS"),
    "a way out": add_to_tar("release/../../evil"),
    "from the root": add_to_tar("/etc/evil"),
    "a hard link": add_to_tar("release/payload/hard", type=tarfile.LNKTYPE, linkname="release/gate/SHA256SUMS"),
    "a file through a link": lambda archive: (
        add_to_tar("release/payload/out", type=tarfile.SYMTYPE, linkname="/etc")(archive),
        add_to_tar("release/payload/out/evil", b"x")(archive),
    ),
    "a link in the place of a folder": add_to_tar("release/payload", type=tarfile.SYMTYPE, linkname="/etc"),
    "a pipe": add_to_tar("release/payload/pipe", type=tarfile.FIFOTYPE),
    "a device": add_to_tar("release/payload/device", type=tarfile.CHRTYPE),
    "a set-id bit": add_to_tar("release/payload/tool", mode=0o4755),
    "data in a header": add_to_tar("release/payload/x", pax_headers={"vendor.data": "MZ\x01\x02" * 5000}),
    "capabilities": add_to_tar("release/payload/x", pax_headers={"SCHILY.xattr.security.capability": "x" * 20}),
    "no name": add_to_tar("./", b"x"),
}


@pytest.mark.parametrize("name", TARS)
@pytest.mark.usefixtures("here")
def test_hostile_tar_files(made: World, tmp_path: Path, name: str) -> None:
    target = tar_of(made.out, tmp_path / "r.tar", spoil=TARS[name])  # type: ignore[arg-type]  # what spoilers return is nothing
    assert refusal(made, target).reason == "archive"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.tar"]


def sfx(raw: bytes) -> bytes:
    return b"MZ" + bytes(200) + raw


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "data before it": lambda raw: raw.replace(b"PK\x03\x04", b"PK\x03\x04", 1) and b"hello" + raw,
    "data behind it": lambda raw: raw + b"hello",
    "a whole zip file behind it": lambda raw: raw + zipped({"x": b"y"}),
    "cut off": lambda raw: raw[:-30],
    "half of it": lambda raw: raw[: len(raw) // 2],
    "a changed byte of a member": lambda raw: raw[:2000] + bytes([raw[2000] ^ 1]) + raw[2001:],
    "only its beginning": lambda raw: raw[:4],
}


@pytest.mark.parametrize("name", BYTES)
@pytest.mark.usefixtures("here")
def test_damaged_archives(made: World, tmp_path: Path, name: str) -> None:
    raw = zip_of(made.out, tmp_path / "whole.zip").read_bytes()
    (tmp_path / "r.zip").write_bytes(BYTES[name](raw))
    with pytest.raises(GateError) as caught:
        verify(made, tmp_path / "r.zip")
    assert caught.value.code in {"verify.archive", "verify.not-a-target"}


@pytest.mark.usefixtures("here")
def test_an_encrypted_archive(made: World, tmp_path: Path) -> None:
    if shutil.which("7zz") is None:
        pytest.skip("7zz is not installed")
    target = tmp_path / "r.zip"
    subprocess.run(["7zz", "a", "-tzip", "-bso0", "-psecret", target, made.out.name], cwd=made.out.parent, check=True)
    found = refusal(made, target)
    assert found.reason == "archive"


def test_a_hostile_archive_is_refused_in_a_worker_too(made: World, tmp_path: Path) -> None:
    assert refusal(made, zip_of(made.out, tmp_path / "r.zip", spoil=in_zip("../evil"))).reason == "archive"


@pytest.mark.usefixtures("here")
def test_limits(made: World, tmp_path: Path) -> None:
    target = zip_of(made.out, tmp_path / "r.zip")
    for limits in (Limits(entries=5), Limits(entries_total=5), Limits(member_bytes=1000), Limits(total_bytes=1000),
                   Limits(name_bytes=12), Limits(name_depth=1), Limits(paths_total=50)):  # fmt: skip
        with pytest.raises(VerificationError) as caught, unpacked(target, limits):
            pass
        assert caught.value.reason == "archive"
    with unpacked(target) as folder:
        assert (folder / "gate").is_dir()
    assert not folder.exists()


@pytest.mark.usefixtures("here")
def test_a_bomb(made: World, tmp_path: Path) -> None:
    target = zip_of(made.out, tmp_path / "r.zip", spoil=in_zip("release/payload/zeros", bytes(64 << 20)))
    raw = target.read_bytes()
    assert len(raw) > 64 << 20
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("release/payload/zeros", bytes(64 << 20))
    assert "more than" in refusal(made, target).message("en")


@pytest.mark.parametrize("names", [("app.bin",), ("gate/x",), ("a/gate/x", "b/payload/x"), ("payload/x", "other")])
@pytest.mark.usefixtures("here")
def test_an_archive_of_something_else(made: World, tmp_path: Path, names: tuple[str, ...]) -> None:
    (tmp_path / "r.zip").write_bytes(zipped(dict.fromkeys(names, b"x")))
    assert refusal(made, tmp_path / "r.zip").reason in {"archive-content", "record-unsigned", "missing"}


@pytest.mark.usefixtures("here")
def test_what_is_in_it_is_verified(made: World, keys: Keys, tmp_path: Path) -> None:
    shutil.copytree(made.out, tmp_path / "out")
    (tmp_path / "out" / "payload" / "app.bin").write_bytes(b"other")
    assert refusal(made, zip_of(tmp_path / "out", tmp_path / "r.zip")).reason == "changed"
    mine = World(made.out, write_trust(tmp_path / "r", keys.home, keys.other))
    assert refusal(mine, zip_of(made.out, tmp_path / "r2.zip")).reason == "signer-unknown"


# --- what is no archive, and what fails -----------------------------------------------------------------------


def test_other_targets(made: World, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100))
    (tmp_path / "nothing").touch()
    os.mkfifo(tmp_path / "pipe")
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    codes = {"text": "not-a-target", "7z": "not-a-target", "nothing": "not-a-target", "pipe": "not-a-target",
             "none": "no-target", "loop": "no-target", "x" * 300: "no-target"}  # fmt: skip
    for name, code in codes.items():
        with pytest.raises(UsageError) as caught:
            verify(made, tmp_path / name)
        assert caught.value.code == f"verify.{code}", name


def test_an_artifact_inside_a_release_is_verified_with_it(made: World) -> None:
    for name in ("app.bin", "site/css/案内.css"):
        with pytest.raises(UsageError) as caught:
            verify(made, made.out / "payload" / name)
        assert caught.value.code == "verify.in-release"
        assert caught.value.arguments["release"] == str(made.out)


def test_trust_inside_the_archive_is_none(made: World, tmp_path: Path) -> None:
    target = zip_of(made.out, tmp_path / "r.zip")
    with pytest.raises(TrustError):
        load_trust(target / "trust.toml")


@pytest.mark.usefixtures("here")
def test_nowhere_to_write(made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = zip_of(made.out, tmp_path / "r.zip")
    with monkeypatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path / "none"))
        with pytest.raises(EngineFailure) as caught:
            verify(made, target)
        assert caught.value.code == "verify.no-room"

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.write", full)
        with pytest.raises(EngineFailure) as caught:
            verify(made, target)
    assert "No space left" in caught.value.message("en")


@pytest.mark.usefixtures("here")
def test_a_reader_that_answers_nonsense(made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = zip_of(made.out, tmp_path / "r.zip")
    answers: list[object] = []

    class Odd:
        def __init__(self, *_: object) -> None:
            pass

        def ask(self, *_: object, **__: object) -> Iterator[object]:
            for answer in answers:
                if isinstance(answer, Exception):
                    raise answer
                yield answer

        def close(self) -> None:
            pass

    monkeypatch.setattr(archive_module, "Unconfined", Odd)
    for nonsense in ([["zip"], {}], [["zip"], [["d", b"x"]]], [["zip"], [["z"]]], [["zip"], RuntimeError("x")],
                     [["zip", "tar"]], [["zip"], [["k"]]],
                     [["zip"], [["m", b"a\0b", "file", None, b"", 1, False, None]]],
                     [["zip"], [["m", b"../a", "file", None, b"", 1, False, None]]],
                     [["zip"], [["m", b"a" * 300, "file", None, b"", 1, False, None]]],
                     [["zip"], [["m", b"a", "file", None, b"", 1, False, None], ["x", 1 << 40, 5]]]):  # fmt: skip
        answers[:] = nonsense
        assert refusal(made, target).reason == "archive", nonsense
    empty: tuple[list[object], ...] = ([], [{}], [[1]])
    for nothing in empty:
        answers[:] = nothing
        with pytest.raises(UsageError):
            verify(made, target)
    answers[:] = [["zip"], WorkerDied("isolation.worker-died", target="x", how="y")]
    with pytest.raises(WorkerDied):
        verify(made, target)


def test_an_interrupt_leaves_nothing(made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        verify(made, zip_of(made.out, tmp_path / "r.zip"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_interrupted_leaves_nothing(
    made: World, tmp_path: Path, private: Path, number: signal.Signals
) -> None:
    """As Ctrl-C does it, and a pipeline that ends its jobs, in the middle of a file of a gigabyte (of holes)."""
    entry = tarfile.TarInfo("release/payload/large.bin")
    entry.size = 1 << 30
    with (tmp_path / "r.tar").open("wb") as file:
        file.write(entry.tobuf())
        file.truncate(entry.size + (1 << 20))
    command: list[str | Path] = [sys.executable, "-m", "gate", "verify", "--trust", made.trust_file, tmp_path / "r.tar"]
    environment = {**clean_environment(), "TMPDIR": str(private)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2]) as running:
        deadline = time.monotonic() + 60
        while not any(path.is_file() for path in private.rglob("*")):
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.01)
        children = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(number)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert b"Traceback" not in told
    assert list(private.iterdir()) == []
    assert psutil.wait_procs(children, timeout=10)[1] == []


def rewritten(path: Path) -> None:
    """Write the same byte in its place again: nothing but the times of the file tells."""
    with path.open("r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(first)


def exchanged(path: Path) -> None:
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


@pytest.mark.parametrize("change", [rewritten, exchanged, Path.unlink])
def test_an_archive_that_is_another_one_at_the_end(
    made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(archive_module, "_confinable", lambda: False)
    target = zip_of(made.out, tmp_path / "release.zip")
    with unpacked(target):
        target.read_bytes()  # whoever only reads changes nothing
    with pytest.raises(VerificationError) as caught, unpacked(target):
        change(target)
    assert (caught.value.reason, caught.value.path) == ("changed-while-read", "release.zip")
