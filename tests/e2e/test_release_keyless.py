"""Sigstore signatures as two parties make and check them: real engines, a simulated instance, no network to verify."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Gate, Key, clean_environment, policy_text, trust_text, zipped
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack

TOKEN = "RELEASE_TOKEN"
BUNDLES = [
    "gate/SHA256SUMS.sigstore.json",
    "gate/provenance.intoto.json.sigstore.json",
    "gate/record.intoto.json.sigstore.json",
    "gate/signatures/app.zip.sigstore.json",
    "gate/vsa.intoto.json.sigstore.json",
]


@pytest.fixture
def stack(tmp_path: Path, key: Key) -> Iterator[Stack]:
    """An instance, and a supplier's folder that uses it beside an OpenPGP key."""
    with Stack() as running:
        running.issuer.person = WORKFLOW
        running.write(tmp_path / "instance")
        signing = (
            f'[signing]\nuse = ["openpgp", "keyless"]\n[signing.openpgp]\nfingerprint = "{key.fingerprint}"\n'
            f'home = "{key.home}"\n[signing.keyless]\ntrust_config = "instance/trust_config.v1.json"\n'
            f'token_env = "{TOKEN}"\nidentity = "{WORKFLOW_IDENTITY}"\nissuer = "{WORKFLOW["iss"]}"\n'
        )
        (tmp_path / "gate.toml").write_text(policy_text(signing, require='"26-3 3(3)", "26-3 3(4)"'))
        (tmp_path / "app.zip").write_bytes(zipped({"readme.txt": b"text"}))
        yield running


def recipient(stack: Stack, key: Key, folder: Path) -> Path:
    trust = trust_text(key, folder)
    (folder / "root.json").write_text(json.dumps(stack.trusted_root()))
    entry = (
        f'\n[[keyless]]\nidentity = "{WORKFLOW_IDENTITY}"\nissuer = "{WORKFLOW["iss"]}"\ntrusted_root = "root.json"\n'
    )
    trust.write_text(trust.read_text().replace('"any"', '"all"') + entry)
    return trust


def test_released_by_two_ways_and_verified_without_network(gate: Gate, tmp_path: Path, stack: Stack, key: Key) -> None:
    token = stack.issuer.mint()
    ran = gate("release", "--sign-each", "--out", "out", "app.zip", **{TOKEN: token})
    assert ran.status == 0, ran.stdout + ran.stderr
    out = tmp_path / "out"
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.sigstore.json")) == BUNDLES
    record = json.loads((out / "gate/record.intoto.json").read_bytes())["predicate"]
    assert [service["name"].split()[0] for service in record["external_services"]] == ["Fulcio", "Rekor", "TSA"]
    assert {promise["signer"] for promise in record["promised_signatures"] if promise["backend"] == "keyless"} == {
        WORKFLOW_IDENTITY
    }
    assert not any(token.encode() in path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert token not in ran.stdout + ran.stderr
    asked = len(stack.asked)
    verified = offline("verify", "--trust", recipient(stack, key, tmp_path / "recipient"), "--format", "json", out)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    document = json.loads(verified.stdout)
    assert {(each["backend"], each["time_source"]) for each in document["signatures"]} == {
        ("openpgp", "signer"), ("keyless", "timestamp"),
    }  # fmt: skip
    assert len(stack.asked) == asked


def offline(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the gate in a network namespace without interfaces, and without the packages of engines."""
    blocked = (
        "import sys\n"
        "for name in ('yara', 'lief', 'clamd', 'pikepdf', 'tree_sitter', 'selectolax', 'libarchive', 'gate.examine'):\n"
        "    sys.modules[name] = None\n"
        f"from gate.cli.main import run\nsys.exit(run({[str(each) for each in arguments]!r}))\n"
    )
    namespace = ["unshare", "--net"] if can_unshare() else ["unshare", "--user", "--net", "--map-root-user"]
    return subprocess.run(
        [*namespace, sys.executable, "-c", blocked], capture_output=True, text=True, check=False, timeout=120,
        env=clean_environment(),
    )  # fmt: skip


def can_unshare() -> bool:
    return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0


def test_where_a_service_is_down_nothing_is_left(gate: Gate, tmp_path: Path, stack: Stack) -> None:
    """The last one that is asked; the tests of the signer ask the others."""
    stack.faults["rekor"] = "down"
    before = sorted(tmp_path.iterdir())
    ran = gate("release", "--lang", "ja", "--out", "out", "app.zip", **{TOKEN: stack.issuer.mint()})
    assert ran.status == 3, ran.stdout + ran.stderr
    assert "必要な応答が得られませんでした" in ran.stderr
    assert sorted(tmp_path.iterdir()) == before
    assert len(stack.rekor) == 0


def test_without_a_token_nothing_is_examined(gate: Gate, tmp_path: Path, stack: Stack) -> None:
    ran = gate("release", "--out", "out", "app.zip")
    assert ran.status == 2, ran.stdout + ran.stderr
    assert TOKEN in ran.stderr
    assert stack.asked == []
    assert not (tmp_path / "out").exists()


def test_a_trust_configuration_inside_an_artifact(gate: Gate, tmp_path: Path, stack: Stack) -> None:
    shutil.move(tmp_path / "instance", tmp_path / "site")
    text = (tmp_path / "gate.toml").read_text()
    (tmp_path / "gate.toml").write_text(text.replace("instance/", "site/"))
    ran = gate("release", "--out", "out", "site", **{TOKEN: stack.issuer.mint()})
    assert ran.status == 2, ran.stdout + ran.stderr
    assert stack.asked == []
