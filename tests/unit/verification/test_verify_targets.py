"""``gate verify`` of all that it takes: without any network, where nothing can be written, and while things change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate.errors import GateError
from gate.received.target import verify_target
from gate.verification import Verification, load_trust
from tests.conftest import clean_environment
from tests.unit.received_kit import tar_of, zip_of
from tests.unit.release_kit import Keys, World, make_release, policy_in, signer_of, write_trust

WHOLE = b"what was approved" * 5000
RECORD = "gate/record.intoto.json"


@pytest.fixture(scope="module")
def made(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("targets")
    site = folder / "in" / "site"
    site.mkdir(parents=True)
    (site / "index.html").write_text("<p>こんにちは</p>", encoding="utf-8")
    (folder / "in" / "app.bin").write_bytes(WHOLE)
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(folder / "out", [folder / "in" / "app.bin", site], [signer], policy_in(folder))
    zip_of(folder / "out", folder / "out.zip")
    tar_of(folder / "out", folder / "out.tar.gz", mode="w:gz")
    return World(folder / "out", write_trust(folder / "recipient", keys.home, keys.supplier))


# --- without network, on a read-only medium -------------------------------------------------------------------

ALONE = """
set -e
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
! touch "$1/out/gate/new" 2>/dev/null
! tail -n +3 /proc/net/dev | grep -qv '^ *lo:'
cd / && shift && exec "$@"
"""


def alone(made: World, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the gate in namespaces of its own: no network interface that is up, and the folder mounted read-only."""
    gate = [sys.executable, "-m", "gate", "verify", "--trust", made.trust_file, *arguments]
    command = ["unshare", "-nm", "sh", "-c", ALONE, "sh", made.out.parent, *gate]
    environment = {**clean_environment(), "PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def permitted(made: World) -> None:
    probe: list[str | Path] = ["unshare", "-nm", "sh", "-c", ALONE, "sh", made.out.parent, "true"]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("namespaces and mounts are not permitted here")


@pytest.mark.usefixtures("permitted")
@pytest.mark.parametrize(
    "arguments",
    [
        ("out",),
        ("out.zip",),
        pytest.param(("out.tar.gz",), marks=pytest.mark.full),
        ("out/payload/app.bin", "--signature", f"out/{RECORD}.asc"),
        pytest.param(("out/payload/site", "--signature", f"out/{RECORD}.asc"), marks=pytest.mark.full),
    ],
    ids=["folder", "zip", "tar.gz", "file", "artifact folder"],
)
def test_without_network_on_a_read_only_medium(made: World, arguments: tuple[str, ...]) -> None:
    full = [made.out.parent / each if each.startswith("out") else each for each in arguments]
    before = sorted(path.name for path in made.out.parent.iterdir())
    ran = alone(made, *full)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith("VERIFIED\n")
    assert sorted(path.name for path in made.out.parent.iterdir()) == before


# --- while somebody exchanges it ------------------------------------------------------------------------------


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without confined processes, which take half a second each to start: more rounds for the one who changes."""
    monkeypatch.setattr("gate.openpgp._confinable", lambda: False)
    monkeypatch.setattr("gate.received.archive._confinable", lambda: False)


@pytest.fixture
def exchanging() -> Iterator[Callable[[Path, Path], None]]:
    """Exchange two paths for each other, over and over, in another thread."""
    over, threads = threading.Event(), []

    def exchange(one: Path, other: Path) -> None:
        aside = one.with_name("aside")
        while not over.is_set():
            os.rename(one, aside)  # noqa: PTH104  # as quickly as it goes
            os.rename(other, one)  # noqa: PTH104  # as above
            os.rename(aside, other)  # noqa: PTH104  # as above

    def start(one: Path, other: Path) -> None:
        threads.append(threading.Thread(target=exchange, args=(one, other)))
        threads[-1].start()

    yield start
    over.set()
    for thread in threads:
        thread.join()


def rounds(verify: Callable[[], Verification]) -> list[Verification | str]:
    """Verify some times and return what was proved, and the codes of what was not; any other exception is a failure."""
    told: list[Verification | str] = []
    for _ in range(8):
        try:
            told.append(verify())
        except GateError as error:
            told.append(error.code)
    return told


def require_right(told: list[Verification | str], made: World) -> None:
    """Whatever was verified is what was signed."""
    expected = {artifact.name: artifact.sha256 for artifact in made.verify().artifacts}
    for each in told:
        if not isinstance(each, str):
            assert {artifact.name: artifact.sha256 for artifact in each.artifacts}.items() <= expected.items()
        else:
            assert each.startswith("verify."), each


@pytest.mark.usefixtures("here")
def test_a_release_whose_artifact_is_exchanged(
    made: World, tmp_path: Path, exchanging: Callable[[Path, Path], None]
) -> None:
    shutil.copytree(made.out, tmp_path / "out")
    (tmp_path / "evil.bin").write_bytes(WHOLE[::-1])
    exchanging(tmp_path / "out" / "payload" / "app.bin", tmp_path / "evil.bin")
    now = datetime.now(UTC)
    require_right(rounds(lambda: verify_target(tmp_path / "out", load_trust(made.trust_file), now=now)), made)


@pytest.mark.usefixtures("here")
def test_an_artifact_that_is_exchanged(made: World, tmp_path: Path, exchanging: Callable[[Path, Path], None]) -> None:
    shutil.copy(made.out / "payload" / "app.bin", tmp_path / "app.bin")
    (tmp_path / "evil.bin").write_bytes(WHOLE[::-1])
    exchanging(tmp_path / "app.bin", tmp_path / "evil.bin")
    now, files = datetime.now(UTC), [made.out / f"{RECORD}.asc"]
    trust = load_trust(made.trust_file)
    require_right(rounds(lambda: verify_target(tmp_path / "app.bin", trust, now=now, signatures=files)), made)


@pytest.mark.usefixtures("here")
def test_an_archive_that_is_exchanged(made: World, tmp_path: Path, exchanging: Callable[[Path, Path], None]) -> None:
    shutil.copytree(made.out, tmp_path / "out")
    (tmp_path / "out" / "payload" / "app.bin").write_bytes(WHOLE[::-1])
    zip_of(tmp_path / "out", tmp_path / "evil.zip")
    shutil.copy(made.out.parent / "out.zip", tmp_path / "r.zip")
    exchanging(tmp_path / "r.zip", tmp_path / "evil.zip")
    trust, now = load_trust(made.trust_file), datetime.now(UTC)
    told = rounds(lambda: verify_target(tmp_path / "r.zip", trust, now=now))
    require_right(told, made)


@pytest.mark.usefixtures("here")
def test_an_archive_that_is_written_to(made: World, tmp_path: Path) -> None:
    """The bytes of a member change in place, back and forth: what is verified is a private copy of the right ones."""
    target = zip_of(made.out, tmp_path / "r.zip")
    raw, over = target.read_bytes(), threading.Event()
    place = raw.index(b"payload/app.bin") + 100

    def spoil() -> None:
        with target.open("r+b", buffering=0) as file:
            while not over.is_set():
                for byte in (raw[place] ^ 0xFF, raw[place]):
                    file.seek(place)
                    file.write(bytes([byte]))

    thread = threading.Thread(target=spoil)
    thread.start()
    try:
        trust, now = load_trust(made.trust_file), datetime.now(UTC)
        require_right(rounds(lambda: verify_target(target, trust, now=now)), made)
    finally:
        over.set()
        thread.join()
