"""A clamd that somebody else runs."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.errors import EngineFailure, UsageError
from gate.examine.antivirus import configuration, samples
from gate.examine.antivirus.canary import Canary, holds
from gate.examine.antivirus.client import UnixEndpoint
from gate.examine.antivirus.examiner import ClamAVExaminer
from gate.examine.antivirus.external import ExternalEngine
from gate.examine.antivirus.replies import Answer
from gate.models import DetectionFact, ExecutableFact, Gap
from tests.examine.clamav.antivirus_kit import SIGNATURES, Liar, answering, clamd_with, examined, take, viewed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEBIAN = f"""
DatabaseDirectory {SIGNATURES}
MaxScanSize 100M
MaxFileSize 25M
MaxRecursion 16
MaxFiles 10000
MaxScanTime 120000
PCREMaxFileSize 25M
StreamMaxLength 25M
ArchiveBlockEncrypted false
ExtendedDetectionInfo true
"""
"""What Debian's package writes, as far as it concerns limits and alerts."""
NOT_OURS = {"Foreground", "LocalSocket", "LocalSocketMode", "LogFile", "LogFileMaxSize"}


def good() -> str:
    ours = configuration._COMMON | configuration._ALERTS["scan"] | {"AlertOLE2Macros": "yes"}
    lines = [f"{key} {value}" for key, value in ours.items() if key not in NOT_OURS]
    return "\n".join([*lines, f"DatabaseDirectory {SIGNATURES}"])


@pytest.fixture(scope="module")
def tcp_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def well_configured(tmp_path_factory: pytest.TempPathFactory, tcp_port: int) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("c")
    folder.chmod(0o700)
    with clamd_with(folder, f"{good()}\nTCPSocket {tcp_port}\nTCPAddr 127.0.0.1\n") as path:
        yield path


@pytest.fixture(scope="module")
def external(well_configured: str) -> Iterator[ClamAVExaminer]:
    examiner = ClamAVExaminer(f"unix:{well_configured}")
    info = examiner.start()
    assert info.canary == "passed"
    assert info.external == ""
    assert info.database is not None
    assert (info.database.kind, info.database.sha256) == ("unverified", "")
    yield examiner
    assert examiner.finish() == info
    examiner.close()


def test_detection_gap_and_twin(external: ClamAVExaminer) -> None:
    found = [DetectionFact("clamav", "Gate.Canary.EICAR.UNOFFICIAL", "known")]
    assert examined(external, samples.eicar()) == found
    assert examined(external, samples.nested(samples.eicar(), 5)) == found
    assert examined(external, samples.nested(samples.BENIGN, 5)) == []
    assert examined(external, b"") == []
    assert examined(external, samples.encrypted_zip()) == [Gap("encrypted", "Heuristics.Encrypted.Zip")]


def test_macros_are_a_fact_and_a_gap(external: ClamAVExaminer) -> None:
    fact, gap = examined(external, samples.macro_document())
    assert isinstance(fact, ExecutableFact)
    assert isinstance(gap, Gap)
    assert gap.reason == "engine-limit"


def test_over_tcp_on_this_machine(well_configured: str, tcp_port: int) -> None:
    assert Path(well_configured).exists()
    with viewed(samples.eicar()) as view:
        (fact,) = ClamAVExaminer(f"tcp://127.0.0.1:{tcp_port}").examine(view)
    assert isinstance(fact, DetectionFact)


def test_a_weak_daemon_is_refused_with_the_lines_to_change(scratch: Path) -> None:
    with clamd_with(scratch, DEBIAN) as path, pytest.raises(EngineFailure) as caught:
        ClamAVExaminer(f"unix:{path}").start()
    assert caught.value.code == "malware.external-weak"
    lines = str(caught.value.arguments["lines"]).split(", ")
    assert lines == [
        "AlertEncrypted yes",
        "AlertEncryptedArchive yes",
        "AlertEncryptedDoc yes",
        "AlertBrokenExecutables yes",
        "AlertBrokenMedia yes",
        "AlertExceedsMax yes",
        "AlertOLE2Macros yes",
        "MaxFileSize 2147483645",
        "MaxScanSize 2000M",
        "StreamMaxLength 2147483645",
    ]
    assert "clamd.conf" in caught.value.advice("ja")


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("AlertBrokenExecutables", "no", "AlertBrokenExecutables yes"),
        ("MaxRecursion", "8", "MaxRecursion 30"),
        ("AlertOLE2Macros", "no", "AlertOLE2Macros yes"),
    ],
)
def test_a_daemon_that_lacks_one_setting(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str, named: str
) -> None:
    monkeypatch.setattr("gate.examine.antivirus.canary.LARGE_MEMBER_BYTES", 1 << 20)
    settings = "\n".join(f"{key} {value}" if line.startswith(f"{key} ") else line for line in good().splitlines())
    with clamd_with(scratch, settings) as path, pytest.raises(EngineFailure) as caught:
        ClamAVExaminer(f"unix:{path}").start()
    assert named in str(caught.value.arguments["lines"]).split(", ")


def test_a_daemon_without_signatures(scratch: Path) -> None:
    (scratch / "database").mkdir()
    (scratch / "database" / "a.ndb").write_text("Some.Name:0:*:aabbccddeeff\n")
    settings = good().replace(f"DatabaseDirectory {SIGNATURES}", f"DatabaseDirectory {scratch}/database")
    with clamd_with(scratch, settings) as path, pytest.raises(EngineFailure) as caught:
        ClamAVExaminer(f"unix:{path}").start()
    assert (caught.value.code, caught.value.arguments["canary"]) == ("malware.canary-missed", "eicar")


def test_a_stream_longer_than_the_daemon_takes_is_a_gap(scratch: Path) -> None:
    settings = good().replace("StreamMaxLength 2147483645", "StreamMaxLength 1M")
    with clamd_with(scratch, settings) as path, viewed(bytes(8 << 20)) as view:
        (gap,) = ExternalEngine(UnixEndpoint(path), "unix:x", remote=False).scan(view)
    assert isinstance(gap, Gap)
    assert gap.reason == "engine-error"


@pytest.mark.parametrize(("scan_size", "seen"), [("1900K", True), ("8M", False)], ids=["below", "above"])
def test_a_member_larger_than_the_limits(scratch: Path, scan_size: str, seen: bool) -> None:
    """Why MaxScanSize is configured below MaxFileSize: only then is it said that a member was cut off."""
    settings = (
        good()
        .replace("MaxFileSize 2147483645", "MaxFileSize 2M")
        .replace("MaxScanSize 2000M", f"MaxScanSize {scan_size}")
    )
    with clamd_with(scratch, settings) as path, viewed(samples.zipped(bytes(4 << 20) + samples.TOKEN)) as view:
        said = ExternalEngine(UnixEndpoint(path), "unix:x", remote=False).scan(view)
    assert bool(said) is seen
    if seen:
        (gap,) = said
        assert isinstance(gap, Gap)
        assert gap.reason == "engine-limit"


# --- where it is -----------------------------------------------------------------------------------------------


def test_another_machine_must_be_asked_for() -> None:
    with pytest.raises(UsageError) as caught:
        ClamAVExaminer("tcp://192.0.2.1:3310")
    assert caught.value.code == "malware.remote-clamd"
    assert "clamd_remote" in caught.value.advice()
    ClamAVExaminer("tcp://192.0.2.1:3310", remote_allowed=True).close()


def test_a_service_on_another_machine_is_recorded(well_configured: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.examine.antivirus.canary.LARGE", ())
    info = ExternalEngine(UnixEndpoint(well_configured), "tcp://scanner.example:3310", remote=True).start()
    assert info.external == "tcp://scanner.example:3310"


def test_nobody_there(scratch: Path) -> None:
    with pytest.raises(EngineFailure) as caught:
        ClamAVExaminer(f"unix:{scratch}/nobody").start()
    assert caught.value.code == "malware.external-unreachable"


# --- servers that lie ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (answering(b"\xff\x00garbage"), "engine-error"),
        (answering(b"stream: OK"), "engine-error"),
        (answering(b"stream: OK\0stream: OK\0"), "engine-error"),
        (answering(b"stream: OK\0", b"stream: OK\0", pause=0.05), "engine-error"),
        (answering(b"fd[9]: OK\0"), "engine-error"),
        (answering(), "engine-error"),
        (lambda _: None, "engine-error"),
        (answering(b"stream: OK\0", pause=1.0), "timeout"),
    ],
    ids=["garbage", "truncated", "two-replies", "two-replies-apart", "other-verb", "nothing", "hangs-up", "late"],
)
def test_lies_are_gaps_and_no_start(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, behaviour: Callable[[socket.socket], None], reason: str
) -> None:
    monkeypatch.setattr("gate.examine.antivirus.engine.BASE_SECONDS", 0.4)
    liar = Liar(f"{scratch}/liar", behaviour)
    try:
        examiner = ClamAVExaminer(f"unix:{scratch}/liar")
        (gap,) = examined(examiner, b"content")
        assert isinstance(gap, Gap)
        assert gap.reason == reason
        with pytest.raises(EngineFailure):
            examiner.start()
    finally:
        liar.close()


def test_a_server_that_says_ok_to_everything_does_not_pass(scratch: Path) -> None:
    def always_ok(connection: socket.socket) -> None:
        received = connection.recv(1 << 16)
        if received.startswith(b"zVERSION"):
            connection.sendall(b"ClamAV 1.4.6\0")
        elif received.startswith(b"zPING"):
            connection.sendall(b"PONG\0")
        else:
            if not received.endswith(bytes(4)):
                take(connection, lambda data: data.endswith(bytes(4)))
            connection.sendall(b"stream: OK\0")

    liar = Liar(f"{scratch}/liar", always_ok)
    try:
        started = time.monotonic()
        with pytest.raises(EngineFailure) as caught:
            ClamAVExaminer(f"unix:{scratch}/liar").start()
        assert caught.value.code == "malware.canary-missed"
        assert time.monotonic() - started < 10
    finally:
        liar.close()


@pytest.mark.parametrize(
    ("expected", "limit", "answer", "held"),
    [
        (None, False, Answer("clean"), True),
        (None, False, Answer("found", "X"), False),
        (None, False, Answer("refused"), False),
        ("", False, Answer("clean"), False),
        ("", False, Answer("found", "Eicar-Signature"), True),
        ("", False, Answer("refused", "Eicar FOUND"), False),
        ("", False, Answer("found", "Heuristics.Limits.Exceeded.MaxRecursion"), False),
        ("", True, Answer("found", "Heuristics.Limits.Exceeded.MaxScanSize"), True),
        ("", True, Answer("found", "Heuristics.Encrypted.Zip"), False),
        ("Heuristics.Encrypted.Zip", False, Answer("found", "Heuristics.Encrypted.Zip"), True),
        ("Heuristics.Encrypted.Zip", False, Answer("found", "Eicar-Signature"), False),
    ],
)
def test_what_holds_for_a_canary(expected: str | None, limit: bool, answer: Answer, held: bool) -> None:
    assert holds(Canary("x", lambda: b"", expected, limit_will_do=limit), answer) is held
