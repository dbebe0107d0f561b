"""Content beyond a limit, on which clamd says OK unless told otherwise."""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from gate.examine.antivirus import configuration, samples
from gate.examine.antivirus.client import UnixEndpoint
from gate.examine.antivirus.examiner import ClamAVExaminer
from gate.examine.antivirus.external import ExternalEngine
from gate.models import DetectionFact, Gap
from tests.examine.clamav.antivirus_kit import (
    clamd_with,
    examined,
    folder_with,
    viewed,
)
from tests.examine.clamav.containers_kit import tarred
from tests.examine.clamav.faults_kit import alone, run_of, settings
from tests.examine.clamav.whole_kit import judged

BENIGN = {"benign.txt": samples.BENIGN}


def in_zip(*contents: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"member-{number}", content)
    return buffer.getvalue()


# --- limits ------------------------------------------------------------------------------------------------------

NOISE = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(100_000))
LIMITS: dict[str, tuple[dict[str, str], bytes, str]] = {
    "MaxFileSize": ({"MaxFileSize": "1M", "MaxScanSize": "900K"}, NOISE + samples.TOKEN, "MaxFileSize"),
    "MaxScanSize": ({"MaxScanSize": "1M"}, in_zip(NOISE, NOISE[::-1], samples.eicar()), "MaxScanSize"),
    "MaxFiles": ({"MaxFiles": "3"}, in_zip(*[b"%d" % number for number in range(9)], samples.eicar()), "MaxFiles"),
    "MaxRecursion": ({"MaxRecursion": "3"}, samples.nested(samples.eicar(), 9), "MaxRecursion"),
    "MaxScanTime": ({"MaxScanTime": "1"}, in_zip(*[NOISE] * 20, samples.eicar()), "MaxScanTime"),
}
"""Settings that are too low, content that goes beyond them and holds something bad, and the limit that is named."""


def answered(folder: Path, content: bytes, **changed: str) -> tuple[object, ...]:
    folder.mkdir()
    with clamd_with(folder, settings(**changed)) as path, viewed(content) as view:
        return ExternalEngine(UnixEndpoint(path), "unix:x", remote=False).scan(view)


@pytest.mark.parametrize("name", LIMITS)
def test_beyond_a_limit(scratch: Path, name: str) -> None:
    changed, content, limit = LIMITS[name]
    assert answered(scratch / "silent", content, **changed, AlertExceedsMax="no") == ()
    (gap,) = answered(scratch / "alerting", content, **changed)
    assert isinstance(gap, Gap)
    assert gap.reason == "engine-limit"
    assert limit in gap.detail


@pytest.mark.parametrize("name", LIMITS)
def test_a_daemon_with_low_limits_and_no_alert_is_refused(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("gate.examine.antivirus.canary.LARGE_MEMBER_BYTES", 4 << 20)
    with clamd_with(scratch, settings(**LIMITS[name][0], AlertExceedsMax="no")) as path:
        verdicts = run_of(ClamAVExaminer(f"unix:{path}"), BENIGN)
    assert verdicts.judgement.verdict == "incomplete"
    (problem,) = verdicts.examination.problems
    assert problem.code in {"malware.external-weak", "malware.canary-missed"}


REGULAR_EXPRESSION = "Test.Regex;Engine:81-255,Target:0;0&1;72656c656173652d67617465;0/release-gate canary/\n"


def test_regular_expressions_in_large_files(scratch: Path) -> None:
    """clamd leaves them out above PCREMaxFileSize and never says so; the gate's own has no such size."""
    database = folder_with(scratch / "database", {"regex.ldb": REGULAR_EXPRESSION})
    large = bytes(3 << 20) + samples.TOKEN[:19] + bytes(16)
    (scratch / "c").mkdir()
    with clamd_with(scratch / "c", settings(database, PCREMaxFileSize="1M")) as path, viewed(large) as view:
        assert ExternalEngine(UnixEndpoint(path), "unix:x", remote=False).scan(view) == ()
    examiner = ClamAVExaminer(scratch=scratch, database=database)
    try:
        examiner.start()
        assert examined(examiner, large) == [DetectionFact("clamav", "Test.Regex.UNOFFICIAL", "known")]
        assert examined(examiner, large.replace(b"canary", b"canarY")) == []
    finally:
        examiner.close()


def test_a_file_above_the_hard_limit(scratch: Path) -> None:
    """2^31-3 bytes are all that libclamav looks at; a sparse file of more goes through the gate."""
    large = scratch / "large.bin"
    with large.open("wb") as stream:
        stream.truncate(configuration.LARGEST_FILE + 1)
    antivirus = ClamAVExaminer(scratch=scratch)
    verdicts = judged({"large.bin": large}, alone(antivirus))
    assert verdicts.judgement.verdict == "incomplete"
    assert verdicts.ids == {"gap/clamav-too-large"}


def test_a_container_above_the_hard_limit_is_examined_through_its_members(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate.examine.antivirus.examiner.LARGEST_FILE", 100_000)
    contents = {
        "bad": tarred(bytes(60_000) + samples.TOKEN) + b"",
        "sound": tarred(bytes(60_000)),
        "other": bytes(120_000),
        "cut": tarred(bytes(150_000))[:120_000],
    }
    contents["bad"], contents["sound"] = (data + bytes(60_000) for data in (contents["bad"], contents["sound"]))
    verdicts = run_of(ClamAVExaminer(scratch=scratch), contents)
    assert verdicts.detected("bad") == ["bad!/payload.bin"]
    assert verdicts.standing("sound") == []
    assert [finding.id for finding in verdicts.standing("other")] == ["gap/clamav-too-large"]
    assert "gap/intake-corrupt" in {finding.id for finding in verdicts.standing("cut")}
