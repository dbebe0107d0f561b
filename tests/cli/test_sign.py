"""The command that signs in another job, and what the one before it needs: every refusal, in both languages."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from gate.cli.main import run
from gate.record.documents import schema
from gate.signing.interface import PromisedSigner
from tests.unit.release_kit import POLICY, Keys, inputs_in, keys
from tests.unit.sealing.sealing_kit import Job, make_unsigned, tree

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["keys"]
RECORD = "gate/record.intoto.json"


@pytest.fixture
def job(tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> Job:
    """An unsigned release ``out``, and the policy of a job that has the key, in the current folder."""
    return made_job(tmp_path, keys, monkeypatch)


def made_job(tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> Job:
    promise = PromisedSigner("openpgp", keys.supplier, ".asc", signs_artifacts=True, irrevocable=False)
    job = make_unsigned(tmp_path, (promise,))
    signing = f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{keys.supplier}"\n'
    (tmp_path / "gate.toml").write_text(f'{POLICY}{signing}home = "{keys.home.folder}"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return job


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return exit code and message of a run that answers nothing."""
    status = run(["--lang", "en", *arguments])
    told = capsys.readouterr()
    assert told.out == ""
    assert run(["--lang", "ja", *arguments]) == status
    assert "。" in capsys.readouterr().err
    return status, told.err


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--record-sha256", "0" * 64], 3, "0" * 64),
        (["--record-sha256", "sha256:{sha256}"], 2, "64 hexadecimal digits"),
        (["--record-sha256", "{sha256}", "--sign", "x509"], 2, "x509"),
        (["--record-sha256", "{sha256}", "-c", "out/gate/gate.toml"], 2, "lies inside"),
        (["--record-sha256", "{sha256}", "--signing-config", "out/gate/gate.toml"], 2, "deliverable"),
        (["--record-sha256", "{sha256}", "--signing-config", "gate.toml"], 2, "openpgp"),
        (["--record-sha256", "{sha256}", "--archive", "zip"], 2, "payload/site"),
    ],
)
def test_wrong_usage(job: Job, capsys: pytest.CaptureFixture[str], options: list[str], status: int, words: str) -> None:
    before = tree(job.folder)
    given = [option.format(sha256=job.sha256) for option in options]
    found, told = refused(capsys, "sign", "out", *given)
    assert (found, words in told) == (status, True), told
    assert tree(job.folder) == before


def test_another_policy_than_that_of_the_job(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(job.folder)
    own = Path("gate.toml").read_text()
    Path("gate.toml").write_text(own.replace('version = "1.4.0"', 'version = "1.5.0"'))
    status, told = refused(capsys, "sign", "out", "--record-sha256", job.sha256)
    assert (status, "another delivery" in told) == (2, True), told
    assert tree(job.folder) == before


def test_without_a_digest_nothing_is_signed(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sign", "out"]) == 2
    assert "--record-sha256" in capsys.readouterr().err
    assert not list(job.folder.rglob("*.asc"))


CHANGES: list[tuple[Callable[[Path], object], int, str]] = [
    (lambda out: (out / "payload/site/index.html").write_text("<p>else</p>"), 3, "payload/site/index.html"),
    (lambda out: (out / "gate/report.ja.html").unlink(), 3, "gate/report.ja.html"),
    (lambda out: (out / "gate/more.html").write_text(""), 3, "gate/more.html"),
    (lambda out: (out / RECORD).write_bytes(b"{}"), 3, "SHA-256"),
    (shutil.rmtree, 2, "out"),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_folder_that_changed_between_the_jobs(job: Job, capsys: pytest.CaptureFixture[str], number: int) -> None:
    change, status, words = CHANGES[number]
    change(job.folder)
    found, told = refused(capsys, "sign", "out", "--record-sha256", job.sha256)
    assert (found, words in told) == (status, True), told
    assert not list(job.folder.rglob("*.asc"))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_signed_once_and_said_so(job: Job, keys: Keys, capsys: pytest.CaptureFixture[str], language: str) -> None:
    assert run(["--lang", language, "sign", "out", "--record-sha256", job.sha256.upper()]) == 0
    told = capsys.readouterr()
    for words in (job.sha256, keys.supplier, "2026-11-01T00:00:00Z", "見本アプリ"):
        assert words in told.out
    assert told.err == ""
    found, message = refused(capsys, "sign", "out", "--record-sha256", job.sha256)
    assert (found, "this release is signed." in message) == (2, True)


def test_quiet_where_it_is_asked_to_be(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-q", "sign", "out", "--record-sha256", job.sha256]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")


def document(raw: str) -> dict[str, Any]:
    """Return the one JSON document, which is just what its schema says."""
    found: dict[str, Any] = json.loads(raw)
    jsonschema.Draft202012Validator(schema("sealed")).validate(found)
    return found


@pytest.mark.parametrize("to_file", [False, True])
def test_one_document_for_programs(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], to_file: bool
) -> None:
    _, site = inputs_in(tmp_path / "in")
    (odd,) = site.glob("odd*")
    odd.unlink()  # no archive holds it
    job = made_job(tmp_path, keys, monkeypatch)
    options = ["--format", "json", "--archive", "tar", *(["-o", "signed.json"] if to_file else [])]
    assert run(["-q", "sign", "out", "--record-sha256", "0" * 64, *options]) == 3
    assert (capsys.readouterr().out, Path("signed.json").exists()) == ("", False)
    assert run(["-q", "sign", "out", "--record-sha256", job.sha256, *options]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert not (to_file and told.out)
    found = document(Path("signed.json").read_text() if to_file else told.out)
    assert (found["schema"], found["folder"], found["record_sha256"]) == ("release-gate/sealed/v1", "out", job.sha256)
    assert (found["deliverable"]["version"], found["created"]) == ("1.4.0", "2026-11-01T00:00:00Z")
    assert {(each["backend"], each["signer"]) for each in found["signatures"]} == {("openpgp", keys.supplier)}
    assert {each["file"] for each in found["signatures"]} == {
        path.relative_to(job.folder).as_posix() for path in job.folder.rglob("*.asc")
    }
    assert {each["signs"] for each in found["signatures"]} >= {RECORD, "gate/SHA256SUMS", "payload/app.bin"}
    archive = Path("out.tar").read_bytes()
    assert found["archive"] == {
        "path": str(tmp_path / "out.tar"), "sha256": sha256(archive).hexdigest(), "size": len(archive)
    }  # fmt: skip
    assert found["external_services"] == []


def test_the_answer_has_no_business_in_the_release(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(job.folder)
    for file in ("out/signed.json", "out/gate/record.intoto.json", "gate.toml", "out.tar", "no/such/folder"):
        options = ("--record-sha256", job.sha256, "--archive", "tar", "--format", "json", "-o", file)
        assert refused(capsys, "sign", "out", *options)[0] == 2
        assert tree(job.folder) == before


X509 = """
[signing]
use = ["x509"]
[signing.x509]
pkcs12 = "key.p12"
tsa = "https://tsa.example"
chain = ["chain.pem"]
ocsp = true
"""


@pytest.mark.parametrize(
    ("policy", "options", "words"),
    [
        ("", [], "--sign"),
        (X509, [], "[signing.x509]"),
        ("", ["--sign", "keyless"], "[signing.keyless]"),
        ("", ["--sign", "openpgp"], "openpgp"),
        ("", ["--archive", "tar"], "gate sign"),
    ],
)
def test_who_will_sign_is_asked_before_anything_is_examined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    policy: str, options: list[str], words: str,
) -> None:  # fmt: skip
    inputs_in(tmp_path / "in")
    (tmp_path / "gate.toml").write_text(f"{POLICY}{policy}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    status, told = refused(capsys, "release", "--unsigned", "--out", "out", *options, "in/app.bin")
    assert (status, words in told) == (2, True), told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.toml", "in"]
