"""Where clamd says OK without having scanned what it was handed: in no case is anything approved."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.errors import EngineFailure
from gate.examine.antivirus import configuration, samples
from gate.examine.antivirus.client import UnixEndpoint, reopen
from gate.examine.antivirus.examiner import ClamAVExaminer
from gate.examine.antivirus.external import ExternalEngine
from gate.examine.interface import View
from gate.models import DetectionFact, Gap
from tests.examine.clamav.antivirus_kit import (
    EICAR_LINE,
    clamd_with,
    engine_of,
    examined,
    folder_with,
    viewed,
)
from tests.examine.clamav.faults_kit import Spoiled, Turncoat, alone, run_of, settings
from tests.examine.clamav.whole_kit import judged

BENIGN = {"benign.txt": samples.BENIGN}

EICAR_MD5 = hashlib.md5(samples.eicar(), usedforsecurity=False).hexdigest()
EICAR_SHA256 = hashlib.sha256(samples.eicar()).hexdigest()


# --- what is handed over ------------------------------------------------------------------------------------------


def test_a_descriptor_that_cannot_be_read(scratch: Path) -> None:
    """clamd answers OK to a descriptor that is open for writing only; it never gets one."""
    path = scratch / "item"
    path.write_bytes(samples.eicar())
    path.chmod(0o644)
    writable = os.open(path, os.O_WRONLY)
    examiner = ClamAVExaminer(scratch=scratch)
    try:
        examiner.start()
        assert engine_of(examiner).scanner.endpoint.client().file(writable, seconds=10).kind == "clean"
        view = View(writable, 68, EICAR_SHA256, name=None, mode=None, labels=(), depends_on=frozenset())
        assert list(examiner.examine(view)) == [DetectionFact("clamav", "Gate.Canary.EICAR.UNOFFICIAL", "known")]
        with contextlib.closing(os.fdopen(reopen(writable), "rb")) as readable:
            assert not readable.writable()
    finally:
        examiner.close()
        os.close(writable)


@pytest.mark.parametrize("change", [lambda path: os.truncate(path, 0), lambda path: path.write_bytes(b"other")])
def test_a_file_that_changes_while_it_is_examined(scratch: Path, change: Callable[[Path], None]) -> None:
    path = scratch / "artifact.bin"
    path.write_bytes(bytes(4 << 20) + samples.eicar())
    path.chmod(0o644)
    examiner = Spoiled(scratch=scratch)
    examiner.spoil = lambda: change(path)
    verdicts = judged({"artifact.bin": path}, alone(examiner))
    assert verdicts.judgement.verdict == "incomplete"
    assert {"gap/clamav-unreadable", "gap/intake-unreadable"} & verdicts.ids


def test_no_command_that_names_a_path_is_ever_sent(scratch: Path) -> None:
    """A path leads clamd past links, depths, pipes and unreadable children, which it all answers with OK."""
    with clamd_with(scratch, settings()) as good:
        turncoat = Turncoat(f"{scratch}/t", good)
        try:
            run_of(ClamAVExaminer(f"unix:{scratch}/t"), BENIGN)
        finally:
            turncoat.close()
    assert turncoat.commands == {b"zPING", b"zVERSION", b"zINSTREAM"}


def test_links_pipes_sockets_and_depth_in_a_folder(scratch: Path) -> None:
    folders = {name: scratch / name for name in ("deep", "link", "pipe", "socket", "sound")}
    for folder in folders.values():
        folder.mkdir()
        (folder / "benign.txt").write_bytes(samples.BENIGN)
    deep = folders["deep"].joinpath(*["d"] * 40)
    deep.mkdir(parents=True)
    (deep / "eicar.com").write_bytes(samples.eicar())
    (scratch / "outside.com").write_bytes(samples.eicar())
    (folders["link"] / "link").symlink_to(scratch / "outside.com")
    os.mkfifo(folders["pipe"] / "pipe")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bound:
        bound.bind(f"{folders['socket']}/socket")
        verdicts = judged(folders, alone(ClamAVExaminer(scratch=scratch)))
    assert verdicts.detected("deep") == [f"deep/{'d/' * 40}eicar.com"]
    assert {name for name in folders if verdicts.standing(name)} == {"deep", "link", "pipe", "socket"}


# --- the cache of clean files -------------------------------------------------------------------------------------

# The first published collision of MD5: two messages of two blocks, which differ in one bit of six bytes.  X. Wang,
# D. Feng, X. Lai, H. Yu, "Collisions for Hash Functions MD4, MD5, HAVAL-128 and RIPEMD", 2004.
HARMLESS_TWIN = bytes.fromhex(
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89"
    "55ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b"
    "d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"
)
DIFFERENT_AT = (19, 45, 59, 83, 109, 123)
BAD_TWIN = bytes(byte ^ (0x80 if at in DIFFERENT_AT else 0) for at, byte in enumerate(HARMLESS_TWIN))
TWIN_LINE = f"Test.Twin:0:*:{BAD_TWIN[83:99].hex()}\n"


def test_the_pair_is_one() -> None:
    digests = {hashlib.md5(twin, usedforsecurity=False).hexdigest() for twin in (HARMLESS_TWIN, BAD_TWIN)}
    assert digests == {"79054025255fb1a26e4bc422aef54eb4"}
    assert HARMLESS_TWIN != BAD_TWIN
    assert len(HARMLESS_TWIN) == len(BAD_TWIN) == 128


@pytest.fixture
def twin_database(scratch: Path) -> Path:
    return folder_with(scratch / "twins", {"twin.ndb": TWIN_LINE, "eicar.ndb": EICAR_LINE})


def asked(path: str, *contents: bytes) -> list[str]:
    kinds: list[str] = []
    for content in contents:
        with viewed(content) as view:
            kinds.append(UnixEndpoint(path).client().stream(view.read, view.size, seconds=10).kind)
    return kinds


@pytest.mark.parametrize("wrap", [bytes, samples.zipped], ids=["plain", "zip"])
def test_twins_and_the_cache(scratch: Path, twin_database: Path, wrap: Callable[[bytes], bytes]) -> None:
    """With clamd's cache the second of a pair is answered for the first; the gate's own has none."""
    (scratch / "c").mkdir()
    with clamd_with(scratch / "c", settings(twin_database, DisableCache="no")) as path:
        assert asked(path, BAD_TWIN, HARMLESS_TWIN) == ["found", "clean"]
        assert asked(path, BAD_TWIN) == ["clean"]
    examiner = ClamAVExaminer(scratch=scratch, database=twin_database)
    try:
        examiner.start()
        assert examined(examiner, wrap(HARMLESS_TWIN)) == []
        assert examined(examiner, wrap(BAD_TWIN)) == [DetectionFact("clamav", "Test.Twin.UNOFFICIAL", "known")]
    finally:
        examiner.close()


def test_twins_and_somebody_elses_cache(scratch: Path, twin_database: Path) -> None:
    """Whether an existing daemon keeps a cache cannot be asked: of a pair only the first is believed."""
    with clamd_with(scratch, settings(twin_database, DisableCache="no")) as path:
        engine = ExternalEngine(UnixEndpoint(path), "unix:x", remote=False)
        said = []
        for content in (HARMLESS_TWIN, HARMLESS_TWIN, BAD_TWIN):
            with viewed(content) as view:
                said.append(engine.scan(view))
    assert said[:2] == [(), ()]
    assert [each.reason for each in said[2] if isinstance(each, Gap)] == ["engine-error"]


# --- what looks like a page ---------------------------------------------------------------------------------------


def test_without_its_local_settings_pages_are_not_read_raw(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "LOCAL_SETTINGS", b"# nothing\n")
    with pytest.raises(EngineFailure) as caught:
        ClamAVExaminer(scratch=scratch).start()
    assert (caught.value.code, caught.value.arguments["canary"]) == ("malware.canary-missed", "token-in-page")
