"""From ``[signing]`` of a policy to signers."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import UsageError
from gate.policy.load import load_policy
from gate.signers import signers_for
from gate.signing.keyless import KeylessSigner
from gate.signing.openpgp import OpenPgpSigner

OPENPGP = f"[signing.openpgp]\nfingerprint = '{'A' * 40}'\nhome = 'keys'\n"
KEYLESS = "[signing.keyless]\ntrust_config = 'config.json'\ntoken_file = 'token'\n"


def test_in_the_order_asked_for(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(f"[signing]\nuse = ['keyless', 'openpgp']\n{OPENPGP}{KEYLESS}")
    loaded = load_policy(tmp_path / "gate.toml")
    assert [type(signer) for signer in signers_for(loaded, [])] == [KeylessSigner, OpenPgpSigner]
    (signer,) = signers_for(loaded, ["keyless", "keyless"], each=True)
    assert isinstance(signer, KeylessSigner)
    assert signer.signs_artifacts
    assert signer._options.trust_config == tmp_path / "config.json"
    assert signer._options.token.file == tmp_path / "token"
    assert tmp_path / "token" in loaded.folders
    assert tmp_path / "config.json" in loaded.folders


def test_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text("")
    loaded = load_policy(tmp_path / "gate.toml")
    for chosen, code in (([], "cli.no-signer"), (["keyless", "openpgp"], "cli.no-signing-section")):
        with pytest.raises(UsageError) as caught:
            signers_for(loaded, chosen)
        assert caught.value.code == code
    assert isinstance(signers_for(loaded, ["keyless"])[0], KeylessSigner), "the public instance needs no section"
