"""VERIFY.ja.md and VERIFY.en.md: their commands, run as they stand in them by a recipient who has nothing of ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate.policy.parse import parse_policy
from gate.record.statement import PromisedSignature
from gate.reports.guide import render_guide
from gate.text import Language
from tests.conftest import Gate, Key, clean_environment, policy_text
from tests.unit.signing.cms_kit import Supplier, served, supplier

__all__ = ["served", "supplier"]
HOSTILE = (
    "it's; touch pwned.txt", "$(touch pwned)`touch pwned`", "new\nline", "納入物.txt", "# heading ``` x",
    "VERIFY.ja.md", "SHA256SUMS",
)  # fmt: skip


def commands(guide: str, **placeholders: str) -> list[str]:
    """Return the commands of all blocks for a POSIX shell, with what the recipient puts in."""
    found = [line for block in re.findall(r"^```sh\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
             for line in block.splitlines()]  # fmt: skip
    for name, value in placeholders.items():
        found = [line.replace(name, value) for line in found]
    return [line for line in found if not line.startswith("cosign ")]


def failing(folder: Path, lines: list[str], **environment: str) -> list[str]:
    """Run the commands in the release folder and return those that do not end with success."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    settings = {**clean_environment(), "PATH": path, "HOME": str(folder.parent), **environment}
    return [
        line
        for line in lines
        if subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], cwd=folder, env=settings, capture_output=True, check=False
        ).returncode
    ]


@pytest.mark.parametrize("language", ["en", pytest.param("ja", marks=pytest.mark.full)])
def test_openpgp(gate: Gate, tmp_path: Path, key: Key, language: Language) -> None:
    for number, name in enumerate(HOSTILE):
        (tmp_path / name).write_text(f"content {number}\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.txt").write_text("a\n")
    (tmp_path / "gate.toml").write_text(policy_text(key.policy()))
    ran = gate("release", "--out", "release", *HOSTILE, "site")
    assert ran.status == 0, ran.stdout + ran.stderr
    (tmp_path / "supplier.asc").write_bytes(key.public())
    (tmp_path / "trust.toml").write_text(f'[[openpgp]]\nfingerprint = "{key.fingerprint}"\nkey = "supplier.asc"\n')
    folder = tmp_path / "release"
    guide = (folder / f"VERIFY.{language}.md").read_text("utf-8")
    assert key.fingerprint not in guide
    lines = commands(guide, **{"TRUST.toml": "../trust.toml", "SUPPLIER_KEY.asc": "../supplier.asc"})
    assert failing(folder, lines) == []
    assert not [*tmp_path.rglob("pwned*")]
    signed = [line for line in lines if " --verify " in line]
    assert len(signed) == 4 + len(HOSTILE) + 1

    (folder / "payload" / "site" / "a.txt").write_text("other\n")
    (folder / "payload" / "site" / "b.txt").write_text("added\n")
    again = [line for line in lines if not line.startswith("mkdir ")]
    tampered = failing(folder, again)
    assert [line.split()[0] for line in tampered] == ["gate", "sha256sum", "test"]
    (tmp_path / "supplier.asc").write_bytes(key.revoked())
    assert [line for line in failing(folder, again) if line in signed] == signed


@pytest.mark.parametrize("language", ["en", "ja"])
def test_x509(supplier: Supplier, tmp_path: Path, language: Language) -> None:
    folder = tmp_path / "release"
    (folder / "gate").mkdir(parents=True)
    sums = folder / "gate" / "SHA256SUMS"
    sums.write_bytes(b"")
    (folder / "payload").mkdir()
    with supplier.signer() as signer, sums.open("rb") as file:
        signer.ready()
        signer.begin()
        signature = signer.sign(file)
        (folder / "gate" / "SHA256SUMS.p7s").write_bytes(signature)
        (folder / "gate" / "SHA256SUMS.p7s.tsr").write_bytes(signer.beside(signature)[".tsr"])
        promised = [PromisedSignature("gate/SHA256SUMS.p7s", "x509", signer.signer, "gate/SHA256SUMS")]
    lists = [x509.load_der_x509_crl(path.read_bytes()).public_bytes(Encoding.PEM) for path in supplier.lists()]
    (tmp_path / "roots.pem").write_bytes(supplier.country.root.pem + b"".join(lists))
    (tmp_path / "tsa.pem").write_bytes(supplier.country.tsa_root.pem)
    guide = render_guide(parse_policy(b"", "gate.toml").policy, promised, language)
    places = {"ROOTS_AND_CRLS.pem": "../roots.pem", "TSA_ROOT.pem": "../tsa.pem"}
    lines = [line for line in commands(guide, **places) if not line.startswith(("gate ", "sha256sum ", "test "))]
    assert [line.split()[1] for line in lines if line.startswith("openssl")] == ["cms", "x509", "asn1parse", "ts", "ts"]
    assert failing(folder, lines) == []
    sums.write_bytes(b"other\n")
    assert [line.split()[1] for line in failing(folder, lines)] == ["cms"]


POSIX_ONLY = re.compile(r" < |/dev/null|\| (?:grep|sed|awk|head|tail)\b|^(?:mkdir|sha256sum|test) ", re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_windows_has_commands_of_its_own(language: Language) -> None:
    """A recipient with PowerShell alone is told digests, the signature over them, the record's digest, what to do."""
    policy = parse_policy(b"", "gate.toml").policy
    promised = [
        PromisedSignature("gate/signatures/app.zip.asc", "openpgp", "A" * 40, "payload/app.zip"),
        PromisedSignature("gate/SHA256SUMS.asc", "openpgp", "A" * 40, "gate/SHA256SUMS"),
    ]
    guide = render_guide(policy, promised, language)
    blocks = re.findall(r"^```powershell\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    assert [re.findall(POSIX_ONLY, block) for block in blocks] == [[], [], []]
    assert POSIX_ONLY.search("\n".join(commands(guide)))
    digests, signature, record = blocks
    assert "gate/SHA256SUMS" in digests
    assert " --verify gate/SHA256SUMS.asc gate/SHA256SUMS | Select-String" in signature
    assert "GOODSIG" in signature
    assert "app.zip" not in signature
    assert "gate/record.intoto.json" in record
    assert ("## 検証できない場合" if language == "ja" else "## Where it is not verified") in guide


def test_only_what_was_signed_is_spoken_of() -> None:
    policy = parse_policy(b"", "gate.toml").policy
    promised = [PromisedSignature("gate/record.intoto.json.sigstore.json", "keyless", "a", "gate/record.intoto.json")]
    guide = render_guide(policy, promised, "en")
    assert "cosign" in guide
    assert "gpgv" not in guide
    assert "openssl" not in guide
    assert "--expect-version" not in guide
