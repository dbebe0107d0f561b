"""A release is whole, signed and approved, or it is not there."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest

from gate.archiving import FORMS, Archive, ArchiveForm
from gate.deliver import deliver
from gate.errors import ArtifactChanged, GateError, KeyProblem, SigningFailure, UsageError, VerificationError
from gate.filelist import list_digest, list_folder
from gate.policy.load import load_policy
from gate.received.archive import unpacked
from gate.record import layout
from gate.signatures import MOST_STATEMENT_BYTES
from gate.staging import Staging
from gate.verification import attestations, load_trust, statement, verify_release
from tests.unit.release_kit import (
    POLICY,
    Keys,
    examination_of,
    inputs_in,
    judgement,
    make_release,
    make_world,
    policy_in,
    reports,
    signer_of,
    write_trust,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.models import Verdict

ROOT = Path(__file__).parents[3]
CHILD = Path(__file__).parent / "release_child.py"
EVIDENCE = """
[[evidence]]
clause = "26-3 3(1)②"
file = "{file}"
kind = "code-review"
date = 2026-11-20
by = "鈴木"
"""


class FakeSigner:
    """A signer that only writes down what it was given, to look at what is signed and when."""

    def __init__(self, backend: str = "openpgp", suffix: str = ".asc", *, fails_at: int = 0,
                 error: BaseException | None = None, does: Callable[[Path], object] | None = None) -> None:  # fmt: skip
        self.backend, self.suffix, self.signer = backend, suffix, "F" * 40
        self.signs_artifacts, self.irrevocable, self.services = True, False, ()
        self.began_at = 0
        self.signed: list[str] = []
        self.statements: list[str] = []
        self.log: list[str] = []
        self._fails_at, self._error, self._does = fails_at, error, does

    def ready(self) -> None:
        """Be ready."""

    def begin(self) -> None:
        self.began_at = time.monotonic_ns()

    def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
        path = Path(file.name)
        folder = next(parent for parent in path.parents if ".partial-" in parent.name)
        self.signed.append(path.relative_to(folder).as_posix())
        self.statements += self.signed[-1:] if statement else []
        self.log.append(f"{self.backend} {self.signed[-1]}")
        if self._does:
            self._does(folder)
        if self._error and len(self.signed) == self._fails_at:
            raise self._error
        return b"signature\n"

    def close(self) -> None:
        """Have nothing to close."""


def now() -> datetime:
    return datetime.now(UTC)


def left(folder: Path) -> list[str]:
    """Return what lies beside the inputs and the policy, hidden names included."""
    return sorted(path.name for path in folder.iterdir() if path.name not in {"in", "gate.toml", "recipient"})


def test_what_lies_in_a_release(tmp_path: Path, keys: Keys) -> None:
    world = make_world(tmp_path, keys)
    files = sorted(path.relative_to(world.out).as_posix() for path in world.out.rglob("*")
                   if not path.is_dir() and "site" not in path.relative_to(world.out).parts)  # fmt: skip
    assert files == [
        "gate/SHA256SUMS", "gate/SHA256SUMS.asc", "gate/facts.json", "gate/files/site.list", "gate/gate.toml",
        "gate/provenance.intoto.json", "gate/provenance.intoto.json.asc", "gate/record.intoto.json",
        "gate/record.intoto.json.asc", "gate/report.ja.html", "gate/result.json", "gate/sbom.cdx.json",
        "gate/signatures/app.bin.asc",
        "gate/signatures/site.asc", "gate/vsa.intoto.json", "gate/vsa.intoto.json.asc", "payload/app.bin",
    ]  # fmt: skip
    assert list_folder(world.out / "payload" / "site") == list_folder(world.inputs[1])
    assert (world.out / "payload" / "app.bin").read_bytes() == world.inputs[0].read_bytes()
    assert (world.out / "gate" / "gate.toml").read_bytes() == (tmp_path / "gate.toml").read_bytes()
    assert stat.S_IMODE((world.out / "gate").stat().st_mode) == 0o755
    assert stat.S_IMODE((world.out / "gate" / "facts.json").stat().st_mode) == 0o644
    done = subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "gate/SHA256SUMS"], cwd=world.out, check=False)
    assert done.returncode == 0
    assert left(tmp_path) == ["out"]


def test_what_is_said_of_it(tmp_path: Path) -> None:
    signer = FakeSigner()
    now = datetime(2026, 12, 1, tzinfo=UTC)
    delivered = make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], policy_in(tmp_path),
                             clock=lambda: now)  # fmt: skip
    record = json.loads((delivered.folder / "gate" / "record.intoto.json").read_bytes())
    assert delivered.folder == tmp_path / "out"
    assert record["predicate"]["created"] == "2026-12-01T00:00:00Z"
    assert record["subject"][1]["digest"]["sha256"] == list_digest(list_folder(tmp_path / "in" / "site"))
    assert [promise["name"] for promise in record["predicate"]["promised_signatures"]] == [
        promise.name for promise in delivered.signatures
    ]
    # The record's signature is the last thing that is made.
    assert signer.signed == [
        "payload/app.bin", "gate/files/site.list", "gate/SHA256SUMS", "gate/provenance.intoto.json",
        "gate/vsa.intoto.json", "gate/record.intoto.json",
    ]  # fmt: skip
    assert signer.statements == [
        "gate/provenance.intoto.json", "gate/vsa.intoto.json", "gate/record.intoto.json",
    ]  # fmt: skip


def test_reports_bear_the_record_number_and_are_bound(tmp_path: Path) -> None:
    delivered = make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [FakeSigner()], policy_in(tmp_path),
                             clock=lambda: datetime(2026, 12, 1, tzinfo=UTC))  # fmt: skip
    gate = delivered.folder / "gate"
    result = hashlib.sha256((gate / "result.json").read_bytes()).hexdigest()
    report = (gate / "report.ja.html").read_bytes()
    promised = len(delivered.signatures)
    assert f"RG-20260110-{result[:16]} 2026-12-01T00:00:00+00:00 {promised}".encode() in report
    digest = hashlib.sha256(report).hexdigest()
    assert json.loads((gate / "record.intoto.json").read_bytes())["predicate"]["files"]["gate/report.ja.html"] == digest
    assert f"{digest}  gate/report.ja.html" in (gate / "SHA256SUMS").read_text()


def test_same_inputs_and_clock_make_the_same_record(tmp_path: Path) -> None:
    inputs, loaded = inputs_in(tmp_path / "in"), policy_in(tmp_path)
    now = datetime(2026, 12, 1, tzinfo=UTC)
    made = [make_release(tmp_path / name, inputs, [FakeSigner()], loaded, clock=lambda: now) for name in ("1", "2")]
    assert made[0].record_sha256 == made[1].record_sha256


@pytest.mark.parametrize("verdict", ["rejected", "incomplete"])
def test_nothing_but_approved_is_signed(tmp_path: Path, verdict: Verdict) -> None:
    signer = FakeSigner()
    with pytest.raises(SigningFailure) as caught:
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], policy_in(tmp_path),
                     judged=judgement(verdict))  # fmt: skip
    assert caught.value.code == "deliver.not-approved"
    assert signer.signed == []
    assert left(tmp_path) == []


def refused(tmp_path: Path, signers: list[Any], **changes: Any) -> str:  # handed on to the release
    with pytest.raises(GateError) as caught:
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), signers, policy_in(tmp_path), **changes)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    assert left(tmp_path) == []
    assert [signed for signer in signers for signed in signer.signed] == []
    return caught.value.code


def test_somebody_has_to_sign(tmp_path: Path) -> None:
    assert refused(tmp_path, []) == "deliver.no-signer"


def test_two_signers_must_not_write_the_same_file(tmp_path: Path) -> None:
    assert refused(tmp_path, [FakeSigner(), FakeSigner("other")]) == "deliver.same-suffix"


def test_something_else_was_examined(tmp_path: Path) -> None:
    assert refused(tmp_path, [FakeSigner()], artifacts=()) == "deliver.changed"


def test_nothing_was_examined(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        make_release(tmp_path / "out", [], [FakeSigner()], policy_in(tmp_path))
    assert caught.value.code == "deliver.nothing"


@pytest.mark.parametrize("artifact", ["app.bin", "site/index.html"])
def test_a_copy_changed_after_it_was_examined(tmp_path: Path, artifact: str) -> None:
    signer = FakeSigner()
    loaded = policy_in(tmp_path)
    with Staging(tmp_path / "out", inputs_in(tmp_path / "in")) as staging:
        examination = examination_of(staging)
        (staging.folder / "payload" / artifact).write_bytes(b"other bytes")
        with pytest.raises(ArtifactChanged) as caught:
            deliver(
                staging, examination, judgement(), loaded, [signer], clock=lambda: datetime.now(UTC), reports=reports
            )
    assert caught.value.code == "deliver.changed"
    assert signer.signed == []
    assert left(tmp_path) == []


def test_a_copy_changed_before_it_was_examined(tmp_path: Path) -> None:
    """What the engines saw is not what was copied in."""
    signer = FakeSigner()
    loaded = policy_in(tmp_path)
    with Staging(tmp_path / "out", inputs_in(tmp_path / "in")) as staging:
        first, second = examination_of(staging).artifacts
        other = examination_of(staging, artifacts=(replace(first, sha256="0" * 64), second))
        with pytest.raises(ArtifactChanged):
            deliver(staging, other, judgement(), loaded, [signer], clock=now, reports=reports)
    assert signer.signed == []
    assert left(tmp_path) == []


def test_a_copy_changed_while_it_is_signed(tmp_path: Path) -> None:
    signer = FakeSigner(does=lambda folder: (folder / "payload" / "app.bin").write_bytes(b"other"))
    with pytest.raises(ArtifactChanged):
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], policy_in(tmp_path))
    assert left(tmp_path) == []


def test_an_original_changed_after_it_was_copied_does_not_matter(tmp_path: Path, keys: Keys) -> None:
    inputs, loaded = inputs_in(tmp_path / "in"), policy_in(tmp_path)
    original = inputs[0].read_bytes()
    with signer_of(keys.home, keys.supplier) as signer, Staging(tmp_path / "out", inputs) as staging:
        examination = examination_of(staging)
        inputs[0].write_bytes(b"changed behind the scan")
        deliver(staging, examination, judgement(), loaded, [signer], clock=now, reports=reports)
    assert (tmp_path / "out" / "payload" / "app.bin").read_bytes() == original


@pytest.mark.parametrize("fails_at", [1, 2, 5, 6])
@pytest.mark.parametrize("error", [KeyProblem("signing.no-gpg"), SigningFailure("signing.no-gpg"), KeyboardInterrupt()])
def test_a_signature_that_fails_leaves_nothing(tmp_path: Path, fails_at: int, error: BaseException) -> None:
    signer = FakeSigner(fails_at=fails_at, error=error)
    with pytest.raises(type(error)):
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], policy_in(tmp_path))
    assert len(signer.signed) == fails_at
    assert left(tmp_path) == []


def test_papers_come_along(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / name).mkdir()
        (tmp_path / "in" / name / "記録.txt").write_text(name)
    (tmp_path / "in" / "spec.pdf").write_bytes(b"spec")
    text = (POLICY + '[specification]\ntitle = "仕様"\nversion = "1"\nfile = "in/spec.pdf"\n'
            + EVIDENCE.format(file="in/a/記録.txt") + EVIDENCE.format(file="in/b/記録.txt")
            + EVIDENCE.format(file="in/a/記録.txt"))  # fmt: skip
    loaded = policy_in(tmp_path, text)
    (tmp_path / "x").mkdir()
    inputs = inputs_in(tmp_path / "x")
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(tmp_path / "out", inputs, [signer], loaded)
    folder = tmp_path / "out" / "gate" / "evidence"
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "記録.txt": "a", "記録.txt-2": "b", "spec.pdf": "spec",
    }  # fmt: skip
    predicate = json.loads((tmp_path / "out" / "gate" / "record.intoto.json").read_bytes())["predicate"]
    assert [paper["file"] for paper in predicate["evidence"]] == [
        "gate/evidence/記録.txt", "gate/evidence/記録.txt-2", "gate/evidence/記録.txt",
    ]  # fmt: skip
    trust = load_trust(write_trust(tmp_path / "recipient", keys.home, keys.supplier))
    assert verify_release(tmp_path / "out", trust, now=datetime.now(UTC)).verified


@pytest.mark.parametrize(("what", "code"), [("change", "deliver.paper-changed"), ("remove", "deliver.unreadable")])
def test_a_paper_that_changed_since_the_policy_was_read(tmp_path: Path, what: str, code: str) -> None:
    paper = tmp_path / "in" / "review.txt"
    paper.parent.mkdir()
    paper.write_text("as agreed")
    loaded = policy_in(tmp_path, POLICY + EVIDENCE.format(file="in/review.txt"))
    paper.write_text("otherwise") if what == "change" else paper.unlink()
    signer = FakeSigner()
    with pytest.raises(GateError) as caught:
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], loaded)
    assert caught.value.code == code
    assert signer.signed == []
    assert left(tmp_path) == []


def test_the_built_in_policy_is_delivered_too(tmp_path: Path, keys: Keys) -> None:
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], load_policy(None))
    assert (tmp_path / "out" / "gate" / "gate.toml").read_bytes() == load_policy(None).raw


def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full)
    inputs = inputs_in(tmp_path / "in")
    with pytest.raises(UsageError) as caught:
        make_release(tmp_path / "out", inputs, [FakeSigner()], policy_in(tmp_path))
    assert caught.value.code == "deliver.cannot-write"
    assert left(tmp_path) == []


# --- killed at any moment -------------------------------------------------------------------------------------


def child(folder: Path, keys: Keys, kill_at: int) -> list[str]:
    inputs = [folder / "in" / "app.bin", folder / "in" / "site"]
    return [sys.executable, str(CHILD), str(folder / "out"), str(folder / "gate.toml"), str(keys.home.folder),
            keys.supplier, str(kill_at), *map(str, inputs)]  # fmt: skip


def prepared(folder: Path, keys: Keys) -> Path:
    inputs_in(folder / "in")
    policy_in(folder)
    return write_trust(folder / "recipient", keys.home, keys.supplier)


def look_at_what_is_left(folder: Path, trust_file: Path) -> tuple[bool, int]:
    """Return whether the release is there, and how many unfinished folders; nothing unfinished verifies."""
    trust, now = load_trust(trust_file), datetime.now(UTC)
    unfinished = [path for path in folder.iterdir() if path.name.startswith(".out.partial-")]
    for path in unfinished:
        with pytest.raises(VerificationError):
            verify_release(path, trust, now=now)
        shutil.rmtree(path)
    assert left(folder) in ([], ["out"])
    whole = (folder / "out").exists()
    if whole:
        assert verify_release(folder / "out", trust, now=now).verified
        shutil.rmtree(folder / "out")
    return whole, len(unfinished)


def run_child(command: list[str], *, seconds: float | None = None) -> subprocess.CompletedProcess[bytes]:
    with tempfile.TemporaryDirectory(prefix="gate-killed-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # confined processes have to pass through
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "TMPDIR": folder},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if seconds is not None:
            time.sleep(seconds)
            process.kill()
        output, errors = process.communicate(timeout=120)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def test_killed_at_each_step(tmp_path: Path, keys: Keys) -> None:
    """A seeded sample of the steps, and all of those around the end."""
    trust = prepared(tmp_path, keys)
    done = run_child(child(tmp_path, keys, 0))
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout)
    assert look_at_what_is_left(tmp_path, trust) == (True, 0)
    sample = {*random.Random(7).sample(range(1, steps - 8), 5), *range(steps - 8, steps + 1)}  # a test's seed
    outcomes = []
    for kill_at in sorted(sample):
        done = run_child(child(tmp_path, keys, kill_at))
        assert done.returncode == -signal.SIGKILL, (kill_at, done.stderr)
        outcomes.append(look_at_what_is_left(tmp_path, trust))
    assert {(False, 1), (True, 0)} <= set(outcomes)


@pytest.mark.full
def test_killed_at_every_step_and_at_random_moments(tmp_path: Path, keys: Keys) -> None:
    trust = prepared(tmp_path, keys)
    steps = int(run_child(child(tmp_path, keys, 0)).stdout)
    began = time.monotonic()
    assert look_at_what_is_left(tmp_path, trust) == (True, 0)
    assert run_child(child(tmp_path, keys, 0)).returncode == 0
    length = time.monotonic() - began
    look_at_what_is_left(tmp_path, trust)
    for kill_at in range(1, steps + 1):
        assert run_child(child(tmp_path, keys, kill_at)).returncode == -signal.SIGKILL
        look_at_what_is_left(tmp_path, trust)
    delays = random.Random(11)  # a test's seed
    for _ in range(40):
        run_child(child(tmp_path, keys, 0), seconds=delays.uniform(0, length))
        look_at_what_is_left(tmp_path, trust)


def test_an_unfinished_release_is_refused_by_its_name_alone(tmp_path: Path, keys: Keys) -> None:
    """Killed after the last signature and before the name: all is there, and it is no release yet."""
    world = make_world(tmp_path, keys)
    world.verify()
    world.out = world.out.rename(tmp_path / ".out.partial-0011223344556677")
    assert world.reason()[0] == "unfinished"


def test_who_cannot_be_undone_signs_last_and_only_what_it_is_for(tmp_path: Path) -> None:
    public, private = FakeSigner("keyless", ".sigstore.json"), FakeSigner()
    public.irrevocable, public.signs_artifacts = True, False
    public.log = private.log
    make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [public, private], policy_in(tmp_path))
    assert private.log == [
        "openpgp payload/app.bin", "openpgp gate/files/site.list",
        *(f"openpgp {path}" for path in layout.SIGNED), *(f"keyless {path}" for path in layout.SIGNED),
    ]  # fmt: skip


def test_where_another_fails_nothing_enters_a_log(tmp_path: Path) -> None:
    public = FakeSigner("keyless", ".sigstore.json")
    public.irrevocable = True
    private = FakeSigner(fails_at=6, error=SigningFailure("signing.gpgconf", detail="x"))
    with pytest.raises(SigningFailure):
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [public, private], policy_in(tmp_path))
    assert public.signed == []
    assert left(tmp_path) == []


def test_signers_begin_after_the_verdict_and_before_the_record_names_them(tmp_path: Path) -> None:
    class Unknown(FakeSigner):
        def begin(self) -> None:
            super().begin()
            self.signer = "found out"

    signer = Unknown()
    signer.signer = ""
    with pytest.raises(SigningFailure):
        make_release(tmp_path / "no", inputs_in(tmp_path / "in"), [signer], policy_in(tmp_path),
                     judged=judgement("rejected"))  # fmt: skip
    assert signer.began_at == 0
    delivered = make_release(tmp_path / "out", [tmp_path / "in" / "app.bin"], [signer], policy_in(tmp_path))
    assert {promised.signer for promised in delivered.signatures} == {"found out"}


def test_what_a_signer_keeps_lies_beside_its_signatures(tmp_path: Path) -> None:
    class Keeping(FakeSigner):
        def beside(self, signature: bytes) -> dict[str, bytes]:
            return {".tsr": b"stamp of " + signature}

        def material(self) -> dict[str, bytes]:
            assert self.signed[-1] == layout.RECORD  # all signatures are made
            return {"root.cer": b"root"}

    signers = [Keeping("x509", ".p7s"), FakeSigner()]
    inputs = [inputs_in(tmp_path / "in")[0]]
    delivered = make_release(tmp_path / "out", inputs, signers, policy_in(tmp_path))
    gate = delivered.folder / "gate"
    assert (gate / "record.intoto.json.p7s.tsr").read_bytes() == b"stamp of signature\n"
    assert (gate / "signatures" / "app.bin.p7s.tsr").exists()
    assert (gate / "validation" / "root.cer").read_bytes() == b"root"
    assert not list(gate.rglob("*.asc.tsr"))
    assert not any(promise.name.endswith(".tsr") for promise in delivered.signatures)


# --- what could pass for a document of a release ---------------------------------------------------------------

_RECORD = b'{"_type":"https://in-toto.io/Statement/v1","predicateType":"urn:x-release-gate:record:v1"}'


@pytest.mark.parametrize(
    "raw",
    [
        _RECORD,
        b" \t\r\n" + _RECORD,
        _RECORD.replace(b"_type", b"\\u005ftype").replace(b"/", b"\\/").replace(b"-", b"\\u002d"),
        _RECORD.replace(b"/v1", b"/v0.1"),
        b"# sums\n" + b"0" * 64 + b"  gate/facts.json\n" + b"A" * 64 + b"  payload/app.bin\n",
        b"\\" + b"0" * 64 + b" *./PAYLOAD/a\\nb\n",
        b"SHA256 (payload/app.bin) = " + b"0" * 64 + b"\n",
    ],
    ids=["plain", "indented", "escaped", "older", "sums", "sums-binary", "sums-bsd"],
)
def test_an_artifact_that_could_pass_for_a_record_is_not_signed(tmp_path: Path, raw: bytes) -> None:
    """Its signature, put beside it under another name, would prove a release that was never examined."""
    (tmp_path / "notes.txt").write_bytes(raw)
    signer = FakeSigner()
    with pytest.raises(UsageError) as caught:
        make_release(tmp_path / "out", [tmp_path / "notes.txt"], [signer], policy_in(tmp_path))
    assert caught.value.code == "deliver.statement"
    assert signer.signed == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "raw",
    [
        b'{"about":"in-toto.io"}',
        b'{"_type":"https://in-toto.io/Statement/v1"',
        b'{"_type":"https://in-toto.io/Statement/v1","_type":"x"}',
        b'[{"_type":"https://in-toto.io/Statement/v1"}]',
        b'{"plain":"value"}',
        b"0" * 64 + b"  app.bin\n",
    ],
    ids=["other", "cut-off", "twice", "list", "plain", "sums"],
)
def test_others_are_delivered(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "data.json").write_bytes(raw)
    signer = FakeSigner()
    make_release(tmp_path / "out", [tmp_path / "data.json"], [signer], policy_in(tmp_path))
    assert "payload/data.json" in signer.signed


def test_a_statement_in_a_folder_is_delivered_and_only_the_list_signed(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "record.intoto.json").write_bytes(_RECORD)
    signer = FakeSigner()
    make_release(tmp_path / "out", [tmp_path / "papers"], [signer], policy_in(tmp_path))
    assert [path for path in signer.signed if path not in layout.SIGNED] == ["gate/files/papers.list"]


def test_no_document_is_verified_that_is_too_large_to_be_looked_for() -> None:
    assert max(statement.MOST_BYTES, attestations.MOST_BYTES) <= MOST_STATEMENT_BYTES


def test_a_name_that_leaves_no_room_for_that_of_a_signature(tmp_path: Path) -> None:
    """It is told before anything is signed: what a public log has cannot be taken back."""
    for length, fits in ((247, True), (248, False)):
        artifact = tmp_path / ("x" * length)
        artifact.write_bytes(b"x")
        signer = FakeSigner()
        if fits:
            make_release(tmp_path / "fits", [artifact], [signer], policy_in(tmp_path))
            continue
        with pytest.raises(UsageError) as caught:
            make_release(tmp_path / "out", [artifact], [signer], policy_in(tmp_path))
        assert (caught.value.code, signer.signed) == ("deliver.long-name", [])
        assert "xxx" in caught.value.message("ja")
        assert not (tmp_path / "out").exists()


def test_a_document_that_nobody_would_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").write_bytes(b"x")
    monkeypatch.setattr(layout, "MOST_DOCUMENT_BYTES", 100)
    signer = FakeSigner()
    with pytest.raises(UsageError) as caught:
        make_release(tmp_path / "out", [tmp_path / "notes.txt"], [signer], policy_in(tmp_path))
    assert (caught.value.code, caught.value.arguments["path"], signer.signed) == ("deliver.too-large", layout.FACTS, [])
    assert "gate/facts.json" in caught.value.message("ja")


# --- an archive beside the folder ---------------------------------------------------------------------------------


def plain_inputs(folder: Path) -> list[Path]:
    """Return artifacts without links and odd names, which any archive can hold."""
    binary, site = inputs_in(folder)
    for path in site.iterdir():
        if path.is_symlink() or path.name.startswith("odd"):
            path.unlink()
    return [binary, site]


@pytest.mark.parametrize("form", FORMS)
def test_an_archive_of_the_release_is_the_release(tmp_path: Path, form: ArchiveForm) -> None:
    delivered = make_release(tmp_path / "out", plain_inputs(tmp_path / "in"), [FakeSigner()], policy_in(tmp_path),
                             archive=form)  # fmt: skip
    assert left(tmp_path) == ["out", f"out.{form}"]
    with unpacked(tmp_path / f"out.{form}") as got:
        assert got.name == "out"
        assert list_folder(got) == list_folder(delivered.folder)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("step", ["gate.archiving.rename_without_replacing", "gate.staging.rename_without_replacing"])
def test_folder_and_archive_are_both_there_or_neither(
    tmp_path: Path, form: ArchiveForm, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, loaded = plain_inputs(tmp_path / "in"), policy_in(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(UsageError):
        make_release(tmp_path / "out", inputs, [FakeSigner()], loaded, archive=form)
    assert left(tmp_path) == []


def test_what_changes_while_the_archive_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, loaded = plain_inputs(tmp_path / "in"), policy_in(tmp_path)
    real = Archive.write

    def write(archive: Archive, tree: Path, *, created: datetime) -> None:
        (tree / "payload" / "app.bin").write_bytes(b"else")
        real(archive, tree, created=created)

    monkeypatch.setattr(Archive, "write", write)
    with pytest.raises(ArtifactChanged):
        make_release(tmp_path / "out", inputs, [FakeSigner()], loaded, archive="tar")
    assert left(tmp_path) == []
