"""A private key in the payload appears in no output: no document, report, log or folder holds a piece of it."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from gate.cli.options import FORMATS
from tests.conftest import Gate, Key, policy_text, tarred, zipped
from tests.examine.secrets.secret_samples import drawn, literal, pem, with_checksum

PIECE = 12
"""Characters of a secret that must stand nowhere."""


def pieces(secret: bytes) -> set[str]:
    letters = b"".join(line for line in secret.splitlines() if not line.startswith(b"-----"))
    return {letters[start : start + PIECE].decode() for start in range(len(letters) - PIECE + 1)}


def leaked(secret: bytes, outputs: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, piece) for name, text in outputs.items() for piece in pieces(secret) if piece in text]


@pytest.fixture
def payload(tmp_path: Path) -> tuple[bytes, bytes, Path]:
    """Return a key, a token, and a folder in which both stand in places that facts are made of."""
    key, token = pem(), with_checksum(b"ghp_")
    hook = b"https://hooks.slack.com/services/T0A1B2C3D/B9Z8Y7X6W/" + drawn(24)
    folder = tmp_path / "site"
    folder.mkdir()
    account = {"private_key": key.decode(), "token_uri": "https://oauth2.example.org/token"}
    files = {
        "key.pem": key,
        "account.json": json.dumps(account).encode(),
        "app.js": literal(key) + b"fetch('https://api.example.org/', {headers: {a: '" + token + b"'}});\n",
        "url.js": b"fetch('https://" + token + b"@api.example.org/?t=" + token + b"'); fetch('" + hook + b"');\n",
        "path.js": b"fetch('https://api.example.org/x/" + token + b"/y');\n",
        "page.html": b"<!doctype html><!-- " + key + b" --><img src='//cdn.example.org/" + token + b".png'>",
        "run.sh": b"#!/bin/sh\neval $(echo " + base64.b64encode(key) + b" | base64 -d)\n# " + token + b"\n",
        "in.zip": zipped({"deep/key.pem": key, "b.tgz": tarred({"id": key}, "gz")}),
        "key.conf": b"secret = '" + key.replace(b"\n", b"\\n") + b"'; url = http://log.example.org/\n",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return key, token, folder


def test_a_private_key_appears_in_no_output(gate: Gate, tmp_path: Path, payload: tuple[bytes, bytes, Path]) -> None:
    key, token, folder = payload
    (tmp_path / "gate.toml").write_text(policy_text())
    outputs: dict[str, str] = {}
    reports = [f"--report={form}={tmp_path / form}" for form in FORMATS]
    ran = gate("check", "-v", "--format", "json", *reports, folder)
    outputs |= {"json": ran.stdout, "log": ran.stderr}
    outputs |= {form: (tmp_path / form).read_text() for form in FORMATS}
    for command in (("outbound", "-v"), ("outbound", "--write")):
        shown = gate(*command, folder)
        outputs[" ".join(command)] = shown.stdout + shown.stderr
    found = {path for finding, path in ran.findings() if finding == "source/secret"}
    assert found >= {
        "site/key.pem", "site/account.json", "site/app.js", "site/page.html", "site/run.sh", "site/key.conf",
        "site/in.zip!/deep/key.pem", "site/in.zip!/b.tgz!/id",
    }  # fmt: skip
    assert leaked(key, outputs) == []
    assert leaked(base64.b64encode(key), outputs) == []
    assert leaked(token, outputs) == []


@pytest.mark.full
def test_a_release_that_a_key_was_set_aside_in_tells_nothing_of_it_either(gate: Gate, tmp_path: Path, key: Key) -> None:
    """The twin: what passes and is delivered holds the key in its payload, and in nothing else."""
    secret = pem()
    (tmp_path / "test.pem").write_bytes(secret)
    digest = hashlib.sha256(secret).hexdigest()
    aside = "".join(
        f'\n[[suppress]]\nfinding = "{finding}"\npath = "test.pem"\nsha256 = ["{digest}"]\nreason = "public test key"\n'
        'approved_by = "Yamada"\nrole = "lead"\nparty = "乙"\napproved_on = 2026-01-01\nexpires = 2036-01-01\n'
        for finding in ("source/secret", "malware/suspected")
    )
    (tmp_path / "gate.toml").write_text(policy_text(key.policy()) + aside)
    ran = gate("release", "--format", "json", "--out", "release", "test.pem")
    assert ran.status == 0, ran.stdout + ran.stderr
    (finding,) = [each for each in ran.document["findings"] if each["id"] == "source/secret"]
    assert finding["suppressed_by"] == "suppress-1"
    outputs = {"json": ran.stdout, "log": ran.stderr}
    written = [path for path in (tmp_path / "release").rglob("*") if path.is_file()]
    outputs |= {path.name: path.read_text("latin-1") for path in written if "payload" not in path.parts}
    text = subprocess.run(
        ["pdftotext", tmp_path / "release" / "gate" / "report.ja.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    assert "test.pem" in text
    assert {"record.intoto.json", "facts.json", "report.ja.html", "sbom.cdx.json", "VERIFY.ja.md"} <= outputs.keys()
    assert leaked(secret, {**outputs, "text of the PDF": text}) == []
