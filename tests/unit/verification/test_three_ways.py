"""One release signed in three ways: the gate demands all of them, and stock tools of each kind verify it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate.x509 import checker as x509_checker
from tests.simulators.sigstore.issuer import WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.release_kit import Keys, World
from tests.unit.signing.cms_kit import Supplier, served
from tests.unit.verification.keyless_world import ISSUER, RECORD, SUMS, in_this_process
from tests.unit.verification.three_ways import released_in_three_ways

__all__ = ["served"]
SUFFIXES = {"openpgp": ".asc", "x509": ".p7s", "keyless": ".sigstore.json"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="module")
def original(keys: Keys, served: Supplier, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("three")
    (folder / "supplier").mkdir()
    supplier = Supplier(folder / "supplier", served.country, served.services)
    return released_in_three_ways(folder, keys, supplier, stack)


@pytest.fixture
def world(original: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    in_this_process(monkeypatch)
    monkeypatch.setattr(x509_checker, "_confinable", lambda: False)
    shutil.copytree(original.out, tmp_path / "out", symlinks=True)
    return World(tmp_path / "out", original.trust_file)


def test_all_are_demanded_and_there(original: World) -> None:
    """In confined processes, as recipients run it."""
    verification = original.verify()
    assert verification.unchecked == ()
    by_kind = {kind: {each.signs for each in verification.signatures if each.backend == kind} for kind in SUFFIXES}
    everything = {
        "payload/app.bin", "gate/files/site.list", SUMS, "gate/provenance.intoto.json", "gate/vsa.intoto.json", RECORD,
    }  # fmt: skip
    assert by_kind == dict.fromkeys(SUFFIXES, everything)


@pytest.mark.parametrize("kind", SUFFIXES)
def test_none_may_be_missing_changed_or_of_another_file(world: World, kind: str) -> None:
    record, sums = (world.out / f"{signed}{SUFFIXES[kind]}" for signed in (RECORD, SUMS))
    whole = record.read_bytes()
    for raw in (b"", whole[:-100], whole.swapcase(), sums.read_bytes()):
        record.write_bytes(raw)
        assert world.reason()[1] == f"{RECORD}{SUFFIXES[kind]}"
    record.unlink()
    assert world.reason() == ("require", RECORD)
    record.write_bytes(whole)
    sums.unlink()
    assert world.reason() == ("signature-missing", f"{SUMS}{SUFFIXES[kind]}")


def run(command: Sequence[str | Path], cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def test_stock_tools(original: World, served: Supplier, keys: Keys, tmp_path: Path) -> None:
    """Each kind of signature of the sums by a tool that knows nothing of the gate, and the files by the sums."""
    out = original.out
    (tmp_path / "keys.gpg").write_bytes(keys.home.gpg("--export", keys.supplier))
    run(["gpgv", "--keyring", tmp_path / "keys.gpg", f"{SUMS}.asc", SUMS], out)
    lists = [x509.load_der_x509_crl(each).public_bytes(Encoding.PEM) for each in served.country.crls()]
    (tmp_path / "ca.pem").write_bytes(served.country.root.pem + b"".join(lists))
    (tmp_path / "tsa.pem").write_bytes(served.country.tsa_root.pem)
    run(
        ["openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-crl_check_all", "-out", "/dev/null",
         "-CAfile", tmp_path / "ca.pem", "-in", f"{SUMS}.p7s", "-content", SUMS], out,
    )  # fmt: skip
    signer = cms.ContentInfo.load((out / f"{SUMS}.p7s").read_bytes())["content"]["signer_infos"][0]
    (tmp_path / "value").write_bytes(signer["signature"].native)
    run(
        ["openssl", "ts", "-verify", "-in", f"{SUMS}.p7s.tsr", "-data", tmp_path / "value",
         "-CAfile", tmp_path / "tsa.pem"], out,
    )  # fmt: skip
    run(
        [sys.executable, "-m", "sigstore", "--trust-config", out.parent / "instance" / "trust_config.v1.json", "verify",
         "identity", "--bundle", f"{SUMS}.sigstore.json", "--cert-identity", WORKFLOW_IDENTITY, "--cert-oidc-issuer",
         ISSUER, SUMS], out,
    )  # fmt: skip
    run(["sha256sum", "--check", "--strict", "--quiet", SUMS], out)
