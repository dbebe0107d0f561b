"""``gate release`` by two back ends and ``gate verify`` as two parties run them, and what fails in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Gate, Key, Ran, policy_text, zipped
from tests.unit.signing.cms_kit import SECRET, Supplier, served

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["served"]
SECTION = """
[signing.x509]
pkcs12 = "supplier/key.p12"
passphrase = "env:GATE_P12"
tsa = "{tsa}"
chain = ["supplier/chain.pem", "supplier/tsa.der"]
crls = ["supplier/0.crl", "supplier/1.crl"]
gpki = "unavailable"
"""
TRUST = """
require = "all"
[[openpgp]]
fingerprint = "{fingerprint}"
key = "supplier.asc"
[[x509]]
roots = ["root.pem"]
tsa_roots = ["tsa.pem"]
subject = "CN=納入 太郎,O=株式会社サンプル,C=JP"
"""


@dataclass
class Parties:
    """A supplier's folder with artifact and policy, and a recipient's with a trust file."""

    gate: Gate
    folder: Path
    supplier: Supplier

    def release(self, *options: str, tsa: str = "tsa", secret: str = SECRET) -> Ran:
        policy = (self.folder / "gate.toml").read_text(encoding="utf-8")
        place = self.supplier.services.url
        (self.folder / "gate.toml").write_text(policy.replace(place(), place(tsa)), encoding="utf-8")
        return self.gate("release", "--out", "out", *options, "app.zip", GATE_P12=secret, NO_PROXY="*")


@pytest.fixture
def parties(gate: Gate, tmp_path: Path, key: Key, served: Supplier) -> Parties:
    folder = tmp_path / "supplier"
    folder.mkdir()
    supplier = Supplier(folder, served.country, served.services)
    supplier.pkcs12()
    supplier.chain()
    supplier.lists()
    section = SECTION.format(tsa=supplier.services.url())
    policy = policy_text(key.policy(), section, require='"26-3 3(3)", "26-3 3(4)"')
    (tmp_path / "gate.toml").write_text(policy, encoding="utf-8")
    (tmp_path / "app.zip").write_bytes(zipped({"readme.txt": b"text"}))
    recipient = tmp_path / "recipient"
    recipient.mkdir()
    (recipient / "supplier.asc").write_bytes(key.public())
    (recipient / "root.pem").write_bytes(served.country.root.pem)
    (recipient / "tsa.pem").write_bytes(served.country.tsa_root.pem)
    (recipient / "trust.toml").write_text(TRUST.format(fingerprint=key.fingerprint), encoding="utf-8")
    return Parties(gate, tmp_path, supplier)


def test_released_by_two_back_ends_and_verified(parties: Parties) -> None:
    ran = parties.release("--sign", "openpgp", "--sign", "x509", "--format", "json")
    assert ran.status == 0, ran.stdout + ran.stderr
    assert SECRET not in ran.stdout + ran.stderr
    (clause,) = (clause for clause in ran.document["clauses"] if clause["id"] == "26-3 3(4)")
    assert {"signing:openpgp", "signing:x509", "gpki:unavailable"} <= set(clause["evidence"])
    assert any("RFC 3161" in service["name"] for service in ran.document["external_services"])
    good = parties.gate("verify", "--trust", "recipient/trust.toml", "--format", "json", "out")
    assert good.status == 0, good.stdout + good.stderr
    signatures = good.document["signatures"]
    assert {(each["backend"], each["time_source"]) for each in signatures} == {
        ("openpgp", "signer"), ("x509", "timestamp"),
    }  # fmt: skip
    (parties.folder / "out" / "gate" / "record.intoto.json.p7s").unlink()
    bad = parties.gate("verify", "--trust", "recipient/trust.toml", "--format", "json", "out")
    assert (bad.status, [reason["id"] for reason in bad.document["reasons"]]) == (1, ["verify/require"])


@pytest.mark.parametrize(
    ("tsa", "secret", "status", "words"),
    [
        ("garbage", SECRET, 3, "no timestamp"),
        pytest.param("broken", SECRET, 3, "cannot be reached", marks=pytest.mark.full),
        pytest.param("tsa", "else", 2, "wrong", marks=pytest.mark.full),
    ],
)
def test_what_fails_leaves_nothing(parties: Parties, tsa: str, secret: str, status: int, words: str) -> None:
    ran = parties.release("--sign", "openpgp", "--sign", "x509", tsa=tsa, secret=secret)
    assert ran.status == status, ran.stdout + ran.stderr
    assert words in ran.stderr
    assert secret not in ran.stderr
    left = {path.name for path in parties.folder.iterdir()}
    assert left == {"supplier", "recipient", "app.zip", "gate.toml"}
