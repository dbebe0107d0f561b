"""From ``[signing]`` of a policy to signers: which, in which order, and that no secret is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import UsageError
from gate.policy import LoadedPolicy, load_policy
from gate.signers import signers_for
from gate.signing.cms import CmsSigner

OPENPGP = f'[signing.openpgp]\nfingerprint = "{"AB" * 20}"\n'
X509 = """
[signing.x509]
pkcs12 = "key.p12"
passphrase = "env:NOT_SET_HERE"
tsa = "http://tsa.example.invalid"
chain = ["root.pem"]
ocsp = true
"""


def loaded(folder: Path, text: str) -> LoadedPolicy:
    path = folder / "gate.toml"
    path.write_text(text)
    return load_policy(path)


def test_several_in_one_run_in_the_order_named(tmp_path: Path) -> None:
    policy = loaded(tmp_path, '[signing]\nuse = ["x509", "openpgp"]\n' + OPENPGP + X509)
    assert [signer.backend for signer in signers_for(policy, [])] == ["x509", "openpgp"]
    assert [signer.backend for signer in signers_for(policy, ["openpgp", "x509", "openpgp"])] == ["openpgp", "x509"]
    assert [signer.backend for signer in signers_for(policy, ["x509"])] == ["x509"]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("", "", "Pkcs12Key"),
        ('pkcs12 = "key.p12"', 'key = "k.pem"\ncertificate = "c.pem"', "PemKey"),
        ('pkcs12 = "key.p12"', 'pkcs11 = {module = "/m.so", token = "t", label = "l"}', "TokenKey"),
    ],
)
def test_keys_of_all_kinds(tmp_path: Path, old: str, new: str, kind: str) -> None:
    (signer,) = signers_for(loaded(tmp_path, X509.replace(old, new) if old else X509), ["x509"])
    assert isinstance(signer, CmsSigner)
    assert type(signer._options.key).__name__ == kind
    assert signer._options.chain == (tmp_path / "root.pem",)


def test_nobody_or_somebody_without_a_section(tmp_path: Path) -> None:
    for text, chosen, code in (("", [], "cli.no-signer"), (OPENPGP, ["x509"], "cli.no-signing-section"),
                               (X509, ["openpgp"], "cli.no-signing-section"),
                               (X509, ["x509", "openpgp"], "cli.no-signing-section")):  # fmt: skip
        with pytest.raises(UsageError) as caught:
            signers_for(loaded(tmp_path, text), chosen)
        assert caught.value.code == code
