"""Signing with real GnuPG: the right key, all of the file, and secrets only when they are needed."""

from __future__ import annotations

import hashlib
import os
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from gate._armor import form_of
from gate.errors import KeyProblem, SigningFailure
from gate.openpgp import Checked, KeyFileError
from gate.signing import openpgp
from gate.signing.interface import Signer
from gate.signing.openpgp import OpenPgpSigner
from tests.unit.release_kit import Home, Keys, gnupg_home, signer_of

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "ぱすふれーず with spaces"


@pytest.fixture(scope="module")
def locked() -> Iterator[tuple[Home, str]]:
    with gnupg_home() as home:
        fingerprint = home.make("Locked <l@example.org>", passphrase=SECRET)
        home.stop_agent()
        yield home, fingerprint


def sign(signer: OpenPgpSigner, path: Path) -> bytes:
    with path.open("rb") as file:
        return signer.sign(file)


def verified_by_gpgv(home: Home, fingerprint: str, signature: bytes, path: Path, folder: Path) -> bool:
    """Ask GnuPG's own verifier for scripts, with a keyring of one key."""
    ring, detached = folder / "ring.gpg", folder / "it.asc"
    ring.write_bytes(home.gpg("--export", fingerprint))
    detached.write_bytes(signature)
    done = subprocess.run(["gpgv", "--keyring", ring, detached, path], capture_output=True, check=False)
    return done.returncode == 0


def problem(signer: OpenPgpSigner, path: Path | None = None) -> str:
    """Return the code of the error; its texts can be rendered."""
    with pytest.raises((KeyProblem, SigningFailure)) as caught:
        signer.ready() if path is None else sign(signer, path)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value.code


def test_it_is_a_signer(keys: Keys) -> None:
    signer = OpenPgpSigner(keys.supplier.lower())
    assert isinstance(signer, Signer)
    assert (signer.backend, signer.signer, signer.suffix) == ("openpgp", keys.supplier, ".asc")


def test_what_is_signed_verifies_elsewhere(keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    with signer_of(keys.home, keys.supplier) as signer:
        signer.ready()
        signature = sign(signer, path)
        assert sign(signer, path)
    assert form_of(signature) == "good"
    assert verified_by_gpgv(keys.home, keys.supplier, signature, path, tmp_path)
    path.write_bytes(b"contents")
    assert not verified_by_gpgv(keys.home, keys.supplier, signature, path, tmp_path)


def test_all_of_a_large_file_is_signed(keys: Keys, tmp_path: Path) -> None:
    """python-gnupg given a path signs a prefix of a file like this and reports success."""
    path = tmp_path / "a"
    path.write_bytes(os.urandom(1 << 16) * 400 + b"the end")
    with signer_of(keys.home, keys.supplier) as signer, path.open("rb") as file:
        file.seek(1000)  # wherever the caller left it
        signature = signer.sign(file)
    assert verified_by_gpgv(keys.home, keys.supplier, signature, path, tmp_path)
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"X")
    assert not verified_by_gpgv(keys.home, keys.supplier, signature, path, tmp_path)


def test_an_empty_file_can_be_signed(keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    with signer_of(keys.home, keys.supplier) as signer:
        assert verified_by_gpgv(keys.home, keys.supplier, sign(signer, path), path, tmp_path)


def test_the_key_asked_for_signs_and_no_other(keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    (keys.home.folder / "gpg.conf").write_text(f"default-key {keys.supplier}\nlocal-user {keys.supplier}\ntextmode\n")
    try:
        with signer_of(keys.home, keys.other) as signer:
            signature = sign(signer, path)
    finally:
        (keys.home.folder / "gpg.conf").unlink()
    assert verified_by_gpgv(keys.home, keys.other, signature, path, tmp_path)
    assert not verified_by_gpgv(keys.home, keys.supplier, signature, path, tmp_path)


def test_a_signing_subkey_signs_for_its_primary_key(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    with gnupg_home() as home:
        primary = home.make("Sub <s@example.org>", usage="cert")
        with signer_of(home, primary) as signer:
            assert problem(signer) == "signing.no-signing-key"
        home.gpg("--passphrase", "", "--quick-add-key", primary, "ed25519", "sign", "never")
        subkey = home.fingerprints(primary)[1]
        with signer_of(home, primary) as signer:
            signature = sign(signer, path)
        assert verified_by_gpgv(home, primary, signature, path, tmp_path)
        with signer_of(home, subkey) as signer:
            assert problem(signer) == "signing.subkey-fingerprint"
        # The usual way in companies: the primary key's secret part lies in a safe.
        part = home.gpg("--passphrase", "", "--export-secret-subkeys", primary)
        with gnupg_home() as other:
            other.gpg("--import", data=part)
            with signer_of(other, primary) as signer:
                assert verified_by_gpgv(other, primary, sign(signer, path), path, tmp_path)


def test_keys_that_must_not_sign(tmp_path: Path, keys: Keys) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    with gnupg_home() as home:
        expired = home.make("Expired <e@example.org>", expire="1d", when="20260101T000000")
        revoked = home.make("Revoked <r@example.org>")
        home.revoke(revoked)
        weak = home.make("Weak <w@example.org>", algorithm="rsa1024")
        disabled = home.make("Disabled <d@example.org>")
        home.gpg("--command-fd", "0", "--edit-key", disabled, data=b"disable\nsave\n")
        home.gpg("--import", data=keys.home.export(keys.supplier))
        codes = {}
        for name, fingerprint in (("expired", expired), ("revoked", revoked), ("disabled", disabled),
                                  ("key-weak", weak), ("no-secret", keys.supplier), ("no-key", "0" * 40)):  # fmt: skip
            with signer_of(home, fingerprint) as signer:
                codes[name] = problem(signer)
                assert problem(signer, path) == codes[name]
    assert codes == {name: f"signing.{name}" for name in codes}


@pytest.mark.parametrize("fingerprint", ["", "ABCD", "release@example.org", "0x" + "A" * 38, "A" * 39])
def test_what_is_no_fingerprint_is_refused(fingerprint: str) -> None:
    with pytest.raises(KeyProblem) as caught:
        OpenPgpSigner(fingerprint)
    assert caught.value.code == "signing.fingerprint"


def test_a_passphrase_is_asked_for_once_and_not_before_signing(locked: tuple[Home, str], tmp_path: Path) -> None:
    home, fingerprint = locked
    path = tmp_path / "a"
    path.write_bytes(b"first line\nsecond line\n")
    asked = []

    def ask() -> str:
        asked.append(1)
        return SECRET

    with signer_of(home, fingerprint, passphrase=ask) as signer:
        signer.ready()
        assert asked == []
        signature = sign(signer, path)
        sign(signer, path)
        assert asked == [1]
    assert verified_by_gpgv(home, fingerprint, signature, path, tmp_path)
    home.wait_for_no_agent()  # which would know the passphrase


def test_wrong_and_impossible_passphrases(locked: tuple[Home, str], tmp_path: Path) -> None:
    home, fingerprint = locked
    path = tmp_path / "a"
    path.write_bytes(b"content")
    expected = {"wrong": "bad-passphrase", "": "passphrase-form", "a\nb": "passphrase-form", "a\0": "passphrase-form"}
    for secret, code in expected.items():
        home.wait_for_no_agent()
        with signer_of(home, fingerprint, passphrase=lambda secret=secret: secret) as signer:
            assert problem(signer, path) == f"signing.{code}"


def test_a_locked_key_without_passphrase_fails_at_once(locked: tuple[Home, str], tmp_path: Path) -> None:
    home, fingerprint = locked
    path = tmp_path / "a"
    path.write_bytes(b"content")
    home.wait_for_no_agent()
    with signer_of(home, fingerprint) as signer:
        signer.ready()
        assert problem(signer, path) == "signing.locked"


def test_an_agent_that_was_there_before_stays(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    with gnupg_home() as home:
        fingerprint = home.make("Agent <a@example.org>")  # its making started an agent
        with signer_of(home, fingerprint) as signer:
            sign(signer, path)
        assert home.agent_runs()
        home.stop_agent()
        with signer_of(home, fingerprint) as signer:
            sign(signer, path)
            assert home.agent_runs()
        home.wait_for_no_agent()


def test_the_users_own_home_is_used_where_none_is_named(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    monkeypatch.setenv("GNUPGHOME", str(keys.home.folder))
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    signer = OpenPgpSigner(keys.supplier)
    try:
        assert "GITHUB_TOKEN" not in signer._environment
        assert verified_by_gpgv(keys.home, keys.supplier, sign(signer, path), path, tmp_path)
    finally:
        signer.close()
        signer.close()


def test_homes_that_cannot_be_used(keys: Keys, tmp_path: Path) -> None:
    with signer_of(Home(tmp_path / "absent"), keys.supplier) as signer:
        assert problem(signer) == "signing.no-home"
    deep = tmp_path / ("d" * 100)
    deep.mkdir(mode=0o700)
    with signer_of(Home(deep), keys.supplier) as signer:
        assert problem(signer) == "signing.home-too-long"


@pytest.mark.parametrize("missing", ["gpg", "gpgconf"])
def test_without_gnupg(keys: Keys, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    name = "find_gpg" if missing == "gpg" else "find_program"
    monkeypatch.setattr(openpgp, name, lambda *_: None)
    with signer_of(keys.home, keys.supplier) as signer:
        assert problem(signer) == "signing.no-gpg"


def test_a_gnupg_that_does_not_run(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpgp, "find_gpg", lambda: "/bin/false")
    with signer_of(keys.home, keys.supplier) as signer:
        assert problem(signer) == "signing.failed"
    monkeypatch.setattr(openpgp, "find_program", lambda _: "/bin/false")
    with signer_of(keys.home, keys.supplier) as signer:
        assert problem(signer) == "signing.gpgconf"


# --- what python-gnupg, or GnuPG, might say wrongly -----------------------------------------------------------


def made(**changes: Any) -> SimpleNamespace:  # fields of gnupg.Sign
    values = {"returncode": 0, "status": "signature created", "fingerprint": "", "stderr": "", "data": b""}
    return SimpleNamespace(**{**values, **changes})


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (made(fingerprint="0" * 40), "signing.other-key"),
        (made(fingerprint=None), "signing.other-key"),
        (made(returncode=2), "signing.failed"),
        (made(status="key expired"), "signing.failed"),
        (made(returncode=2, stderr="[GNUPG:] FAILURE sign 67108881\n"), "signing.no-secret"),
        (made(returncode=2, stderr="[GNUPG:] FAILURE sign 83918950\n"), "signing.locked"),
        (made(returncode=2, stderr="[GNUPG:] FAILURE sign 100663383\n"), "signing.bad-passphrase"),
        (made(returncode=2, stderr="[GNUPG:] FAILURE sign 1\n"), "signing.failed"),
    ],
)
def test_results_that_are_no_signature(keys: Keys, result: SimpleNamespace, code: str) -> None:
    signer = OpenPgpSigner(keys.supplier)
    signer._signing_keys = frozenset({keys.supplier})
    with pytest.raises((KeyProblem, SigningFailure)) as caught:
        signer._require_made(result)
    assert caught.value.code == code


class Library:
    """python-gnupg as it would be if it did what it is known to do at worst."""

    def __init__(self, real: Any, result: SimpleNamespace) -> None:  # gnupg.GPG has no types
        self._real = real
        self._result = result

    def sign_file(self, _reader: io.BufferedReader, **_options: object) -> SimpleNamespace:
        return self._result

    def export_keys(self, *arguments: object, **options: object) -> object:
        return self._real.export_keys(*arguments, **options)


def test_a_signature_over_a_prefix_is_noticed(keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content, all of it")
    partial = keys.home.sign(keys.supplier, b"content")
    for data, code in ((partial, "signing.not-proved"), (b"nothing", "signing.no-signature")):
        with signer_of(keys.home, keys.supplier) as signer:
            signer.ready()
            signer._tool = Library(signer._tool, made(fingerprint=keys.supplier, data=data))
            assert problem(signer, path) == code


def test_a_file_that_changes_while_it_is_signed_is_noticed(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    with signer_of(keys.home, keys.supplier) as signer:
        sign(signer, path)
        good = Checked("valid", keys.supplier, 1, hashlib.sha256(b"other").hexdigest(), 5)
        monkeypatch.setattr(signer._checker, "check", lambda *_: good)
        assert problem(signer, path) == "signing.not-proved"


def test_a_key_that_cannot_be_exported_proves_nothing(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")

    def refuse(*_: object, **__: object) -> None:
        raise KeyFileError(keys.supplier, "no-key")

    monkeypatch.setattr(openpgp, "Checker", refuse)
    with signer_of(keys.home, keys.supplier) as signer:
        assert problem(signer, path) == "signing.no-export"
