"""``gate release`` and ``gate verify`` as two parties run them: real engines, a real key."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from gate.record.documents import schema
from tests.conftest import Gate, Key, eicar, policy_text, trust_text, zipped


@pytest.fixture
def trust(tmp_path: Path, key: Key) -> Path:
    (tmp_path / "gate.toml").write_text(policy_text(key.policy(), require='"26-3 3(3)", "26-3 3(4)"'))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<!doctype html><title>t</title><p>text</p>")
    (tmp_path / "app.zip").write_bytes(zipped({"readme.txt": b"text"}))
    return trust_text(key, tmp_path / "recipient")


def test_released_verified_and_refused_when_changed(gate: Gate, tmp_path: Path, trust: Path) -> None:
    ran = gate("release", "--format", "json", "--out", "out", "--archive", "tar", "site", "app.zip")
    assert ran.status == 0, ran.stdout + ran.stderr
    assert "out.tar" in ran.stderr
    subprocess.run(["tar", "-xpf", "../out.tar"], cwd=trust.parent, check=True)
    assert gate("verify", "--trust", trust, trust.parent / "out").status == 0
    jsonschema.validate(ran.document, schema("result"), cls=jsonschema.Draft202012Validator)
    good = gate("verify", "--trust", trust, "--format", "json", "out")
    assert (good.status, good.document["verified"]) == (0, True)
    jsonschema.validate(good.document, schema("verification"), cls=jsonschema.Draft202012Validator)
    page = tmp_path / "out" / "payload" / "site" / "index.html"
    page.write_text(page.read_text().replace("text", "tExt"))
    bad = gate("verify", "--trust", trust, "--format", "json", "out")
    assert (bad.status, bad.document["verified"]) == (1, False)
    assert [(reason["id"], reason["path"]) for reason in bad.document["reasons"]] == [
        ("verify/changed", "payload/site/index.html")
    ]
    japanese = gate("verify", "--lang", "ja", "--trust", trust, "out")
    assert (japanese.status, japanese.stdout.startswith("検証失敗")) == (1, True)


def test_rejected_release_leaves_nothing(gate: Gate, tmp_path: Path, trust: Path) -> None:
    (tmp_path / "app.zip").write_bytes(zipped({"x.com": eicar()}))
    before = sorted(tmp_path.iterdir())
    ran = gate("release", "--out", "out", "site", "app.zip")
    assert ran.status == 1, ran.stdout
    assert sorted(tmp_path.iterdir()) == before
    assert trust.exists()


def test_output_that_exists_or_lies_inside_an_input(gate: Gate, tmp_path: Path, trust: Path) -> None:
    (tmp_path / "out").mkdir()
    assert gate("release", "--out", "out", "app.zip").status == 2
    assert gate("release", "--out", "site/out", "site").status == 2
    assert trust.exists()


def test_a_report_onto_the_archive(gate: Gate, tmp_path: Path, trust: Path) -> None:
    before = sorted(tmp_path.iterdir())
    for option in ("-o", "--report"):
        file = "out.tar" if option == "-o" else "json=./out.tar"
        ran = gate("release", "--out", "out", "--archive", "tar", option, file, "app.zip")
        assert (ran.status, "out.tar" in ran.stderr) == (2, True), ran.stderr
    assert sorted(tmp_path.iterdir()) == before
    assert trust.exists()


def test_missing_key_or_signer(gate: Gate, tmp_path: Path, trust: Path, key: Key) -> None:
    text = (tmp_path / "gate.toml").read_text()
    (tmp_path / "gate.toml").write_text(text.replace(key.fingerprint, "0" * 40))
    assert gate("release", "--out", "out", "app.zip").status == 2
    (tmp_path / "gate.toml").write_text(policy_text())
    assert gate("release", "--out", "out", "app.zip").status == 2
    assert not (tmp_path / "out").exists()
    assert trust.exists()


def test_verify_without_trust_or_release(gate: Gate, tmp_path: Path, trust: Path) -> None:
    assert gate("verify", "out").status == 2
    ran = gate("verify", "--trust", trust, "--format", "json", "out")
    assert ran.status in {1, 2}
    if ran.stdout:
        assert json.loads(ran.stdout)["verified"] is False
    assert tmp_path.exists()
