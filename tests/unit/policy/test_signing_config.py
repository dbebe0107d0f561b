"""``[signing]`` in a file of its own: joined with the policy's, never instead of it, and never inside an artifact."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.operations import CheckRequest, policy_for
from gate.policy import load_policy, with_signing_config
from gate.policy.problems import UnusablePolicyError
from gate.signers import signers_for
from gate.signing.keyless import KeylessSigner
from gate.signing.openpgp import OpenPgpSigner

OPENPGP = f"[signing.openpgp]\nfingerprint = '{'A' * 40}'\nhome = 'keys'\n"
KEYLESS = "[signing.keyless]\ntrust_config = 'config.json'\ntoken_file = 'token'\n"


def write(tmp_path: Path, policy: str, signing: str) -> tuple[Path, Path]:
    (tmp_path / "private").mkdir()
    files = tmp_path / "gate.toml", tmp_path / "private" / "signing.toml"
    for file, text in zip(files, (policy, signing), strict=True):
        file.write_text(text, encoding="utf-8")
    return files


def problems(tmp_path: Path, policy: str, signing: str) -> list[tuple[str, int]]:
    gate, own = write(tmp_path, policy, signing)
    loaded = load_policy(gate)
    with pytest.raises(UnusablePolicyError) as caught:
        with_signing_config(loaded, own)
    for language in ("en", "ja"):
        for problem in caught.value.problems:
            assert problem.code not in caught.value.message(language) + caught.value.advice(language)
    assert caught.value.exit_code == 2
    return [(problem.code, problem.line) for problem in caught.value.problems]


def test_tables_of_both_files_each_with_its_own_folder(tmp_path: Path) -> None:
    gate, own = write(tmp_path, f"[signing]\nuse = ['keyless', 'openpgp']\n{OPENPGP}", KEYLESS)
    before = load_policy(gate)
    loaded = with_signing_config(before, own)
    keyless, openpgp = signers_for(loaded, [])
    assert isinstance(keyless, KeylessSigner)
    assert isinstance(openpgp, OpenPgpSigner)
    assert keyless._options.trust_config == own.parent / "config.json"
    assert openpgp._home == tmp_path / "keys"
    assert {own, own.parent / "token", own.parent / "config.json", tmp_path / "keys"} <= set(loaded.folders)
    same = ("sha256", "raw", "files", "agreement_sha256", "path", "source")
    assert all(getattr(loaded, name) == getattr(before, name) for name in same), "the record's policy is gate.toml"


def test_all_of_it_beside_a_policy_or_none(tmp_path: Path) -> None:
    _, own = write(tmp_path, "", f"[signing]\nuse = ['openpgp']\n{OPENPGP}")
    for policy in (tmp_path / "gate.toml", None):
        (signer,) = signers_for(with_signing_config(load_policy(policy), own), [])
        assert isinstance(signer, OpenPgpSigner)
        assert signer._home == own.parent / "keys"


@pytest.mark.parametrize(
    ("policy", "signing", "expected"),
    [
        (OPENPGP, OPENPGP, [("policy.signing-twice", 1)]),
        ("[signing]\nuse = ['openpgp']", f"\n[signing]\nuse = ['openpgp']\n{OPENPGP}", [("policy.signing-twice", 3)]),
        ("", f"{OPENPGP}[gate]\nrequire = []\n", [("policy.only-signing", 4)]),
        ("", "[gate]\nrequire = []\n[malware]\ndatabase = 'bundled'\n",
         [("policy.only-signing", 1), ("policy.only-signing", 3)]),
        ("", "[signing.openpgp]\nfingerprint = 7\n", [("policy.not-text", 2)]),
        ("", "[signing]\npin = '1234'\n", [("policy.unknown-key", 2)]),
        ("", "[signing", [("policy.syntax-heading", 1)]),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, policy: str, signing: str, expected: list[tuple[str, int]]) -> None:
    assert problems(tmp_path, policy, signing) == expected


def test_where_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        with_signing_config(load_policy(None), tmp_path / "none.toml")
    assert caught.value.code == "policy.unreadable"


def test_inside_an_artifact(tmp_path: Path) -> None:
    gate, own = write(tmp_path, "", OPENPGP)
    other = tmp_path / "site"
    other.mkdir()
    request = CheckRequest((other,), policy=gate, signing_config=own)
    assert policy_for(request).policy.signing.openpgp is not None
    (other / "signing.toml").symlink_to(own)
    for inputs, config in (((own.parent,), own), ((other,), other / "signing.toml"), ((own,), own)):
        with pytest.raises(PolicyError) as caught:
            policy_for(CheckRequest(inputs, policy=gate, signing_config=config))
        assert caught.value.code == "policy.inside"
