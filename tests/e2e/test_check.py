"""``gate check`` as a person runs it: real engines, real artifacts."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import jsonschema
import pytest

from gate.record.documents import schema
from tests.conftest import Gate, eicar, policy_text, tarred, zipped


@pytest.fixture(autouse=True)
def _policy(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())


def test_test_string_in_a_zip_in_a_tar_gz(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(tarred({"b.zip": zipped({"eicar.com": eicar(), "note.txt": b"hello"})}, "gz"))
    ran = gate("check", "--format", "json", "a.tar.gz")
    assert ran.status == 1
    assert ("malware/known", "a.tar.gz!/b.zip!/eicar.com") in ran.findings()
    named = {
        detection["engine"]
        for detection in ran.document["detections"]
        if detection["path"] == "a.tar.gz!/b.zip!/eicar.com"
    }
    assert named == {"clamav", "yara"}


def test_the_same_archive_without_it(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(tarred({"b.zip": zipped({"note.txt": b"hello"})}, "gz"))
    ran = gate("check", "--format", "json", "a.tar.gz")
    assert ran.status == 0, ran.stdout
    assert ran.document["verdict"] == "approved"
    assert ran.document["detections"] == []
    assert [finding for finding in ran.findings() if finding[0].startswith("malware/known")] == []


@pytest.mark.parametrize("last", [eicar(), b"harmless"], ids=["bad", "benign"])
def test_last_member_of_an_archive_that_is_opened_while_it_is_hashed(
    gate_here: Gate, tmp_path: Path, last: bytes
) -> None:
    filling = random.Random(4).randbytes(6 << 20)  # beyond the size up to which digests are waited for
    archive = tarred({"filling.dat": filling, "last.com": last}, "")
    (tmp_path / "large.tar").write_bytes(archive)
    ran = gate_here("check", "--format", "json", "large.tar")
    found = ("malware/known", "large.tar!/last.com") in ran.findings()
    assert (ran.status, found) == ((1, True) if last != b"harmless" else (0, False)), ran.stdout
    assert [artifact["sha256"] for artifact in ran.document["artifacts"]] == [hashlib.sha256(archive).hexdigest()]


def cases() -> list[tuple[str, bytes, int]]:
    truncated = zipped({"a.txt": b"text" * 1000})[:-30]
    return [("approved", b"plain text\n", 0), ("rejected", eicar(), 1), ("incomplete", truncated, 3)]


@pytest.mark.parametrize(("verdict", "content", "status"), cases(), ids=[case[0] for case in cases()])
def test_json_is_one_valid_document_for_every_verdict(
    gate: Gate, tmp_path: Path, verdict: str, content: bytes, status: int
) -> None:
    (tmp_path / "artifact.bin").write_bytes(content)
    ran = gate("check", "--format", "json", "artifact.bin")
    assert ran.status == status, ran.stdout + ran.stderr
    document = json.loads(ran.stdout)
    jsonschema.validate(document, schema("result"), cls=jsonschema.Draft202012Validator)
    assert document["verdict"] == verdict
    assert ran.stdout.endswith("}\n")


@pytest.mark.parametrize("verdict", ["approved", "rejected", "incomplete"])
def test_text_says_the_verdict_first_in_both_languages(gate: Gate, tmp_path: Path, verdict: str) -> None:
    content, status = {case[0]: case[1:] for case in cases()}[verdict]
    (tmp_path / "artifact.bin").write_bytes(content)
    english, japanese = gate("check", "artifact.bin"), gate("check", "--lang", "ja", "artifact.bin")
    assert (english.status, japanese.status) == (status, status)
    assert english.stdout.startswith(verdict.upper())
    labels = {"approved": "出荷可", "rejected": "出荷不可", "incomplete": "判定不能"}
    assert japanese.stdout.startswith(labels[verdict])


def test_executable_without_justification_is_rejected_and_with_one_approved(gate_here: Gate, tmp_path: Path) -> None:
    (tmp_path / "tool.zip").write_bytes(zipped({"bin/run": b"#!/bin/sh\necho hello\n"}))
    ran = gate_here("check", "--format", "json", "tool.zip")
    assert (ran.status, ("executable/unjustified", "tool.zip!/bin/run") in ran.findings()) == (1, True)
    (tmp_path / "gate.toml").write_text(
        policy_text("""
[[executable]]
id = "run"
path = "tool.zip!/bin/run"
class = ["script"]
basis = "specified-program"
spec_ref = "4.2"
reason = "The starter that the specification orders."
approved_by = "A"
role = "QA"
party = "乙"
approved_on = 2026-01-01
expires = 2099-12-31
""")
    )
    ran = gate_here("check", "--format", "json", "tool.zip")
    assert ran.status == 0, ran.stdout
    assert [each["justified_by"] for each in ran.document["executables"]] == ["run"]


def test_names_cannot_take_the_path_of_another_item(gate_here: Gate, tmp_path: Path) -> None:
    artifact = tmp_path / "release"
    (artifact / "payload.whl!").mkdir(parents=True)
    (artifact / "payload.whl!" / "x.txt").write_bytes(b"folder that looks like a container")
    (artifact / "payload.whl").write_bytes(zipped({"x.txt": b"member", "[trailing]": b"t", "!trailing": b"u"}))
    ran = gate_here("check", "--format", "json", "--report", f"json={tmp_path / 'again.json'}", artifact)
    assert ran.status == 0, ran.stdout
    from gate.paths import escape_component

    assert escape_component(b"payload.whl!") == "payload.whl%21"
    assert escape_component(b"!trailing") == "%21trailing"
    assert ran.document["artifacts"][0]["items"] == 5


def test_policy_inside_an_artifact(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "gate.toml").write_text(policy_text())
    ran = gate("check", "-c", "site/gate.toml", "site")
    assert (ran.status, ran.stdout) == (2, "")
    assert "gate.toml" in ran.stderr
    assert gate("check", ".").status == 2


def test_section_that_nobody_judges(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text("[vulnerabilities]\nreject_at = 'low'\n"))
    (tmp_path / "a.txt").write_text("text")
    ran = gate("check", "a.txt")
    assert (ran.status, ran.stdout) == (2, "")
    assert "not available in this version" in ran.stderr
    assert "[[evidence]]" in ran.stderr
    assert "vulnerabilities" in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "missing.zip"),
        ("check", "--format", "xml", "a"),
        ("nonsense",),
        ("check", "-c", "missing.toml", "gate.toml"),
        ("check", "/dev/null"),
        ("--lang", "fr", "check", "x"),
    ],
)
def test_wrong_usage(gate: Gate, arguments: tuple[str, ...]) -> None:
    ran = gate(*arguments)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") >= 1


def test_a_fixed_clock_does_not_revive_what_has_expired(gate_here: Gate, tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_bytes(b"#!/bin/sh\necho hello\n")
    (tmp_path / "gate.toml").write_text(
        policy_text("""
[[executable]]
id = "run"
path = "run.sh"
class = ["script"]
basis = "specified-program"
spec_ref = "4.2"
reason = "The starter that the specification orders."
approved_by = "A"
role = "QA"
party = "乙"
approved_on = 2020-01-01
expires = 2020-12-31
""")
    )
    ran = gate_here("check", "--format", "json", "run.sh", SOURCE_DATE_EPOCH="1590000000")
    assert ran.document["started"] == "2020-05-20T18:40:00Z"
    assert (ran.status, ("executable/expired", "run.sh") in ran.findings()) == (1, True)
