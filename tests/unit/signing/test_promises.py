"""Who will sign in another job is told without a key, a secret or the network, as that job's signers tell it."""

from __future__ import annotations

import json
import socket
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.errors import GateError, KeyProblem, UsageError
from gate.policy import load_policy
from gate.signers import promised_signers_for, signers_for
from gate.signing import instance as instance_module
from gate.signing.promises import keyless_promise
from gate.signing.tokens import TokenSource
from gate.x509 import checker as checker_module
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.unit.keyless.keyless_kit import TOKEN, running_stack
from tests.unit.signing.cms_kit import SECRET, Supplier, served, supplier

if TYPE_CHECKING:
    from gate.signing.interface import PromisedSigner, Signer

__all__ = ["served", "supplier"]
X509 = """
[signing.x509]
pkcs12 = "key.p12"
passphrase = "env:GATE_P12"
certificate = "own.pem"
tsa = "{tsa}"
chain = ["chain.pem", "tsa.der"]
ocsp = true
"""


def promised(folder: Path, text: str, *chosen: str, each: bool = False) -> PromisedSigner:
    (folder / "gate.toml").write_text(text, encoding="utf-8")
    (promise,) = promised_signers_for(load_policy(folder / "gate.toml"), chosen, each=each)
    return promise


def problem(folder: Path, text: str, *chosen: str) -> tuple[str, int]:
    with pytest.raises(GateError) as caught:
        promised(folder, text, *chosen)
    for language in ("en", "ja"):
        assert caught.value.code not in caught.value.message(language) + caught.value.advice(language)
    return caught.value.code, caught.value.exit_code


def as_signer_says(promise: PromisedSigner, signer: Signer) -> None:
    for name in ("backend", "signer", "suffix", "signs_artifacts", "irrevocable", "services"):
        assert getattr(promise, name) == getattr(signer, name), name


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("offline")
def test_openpgp_needs_the_fingerprint_alone(tmp_path: Path) -> None:
    section = f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{"ab" * 20}"\nhome = "not-here"\n'
    promise = promised(tmp_path, section)
    assert promise.signer == "AB" * 20
    as_signer_says(promise, signers_for(load_policy(tmp_path / "gate.toml"), [])[0])


def test_x509_needs_a_copy_of_the_certificate(
    supplier: Supplier, monkeypatch: pytest.MonkeyPatch, offline: None
) -> None:
    del offline
    holder = supplier.with_ocsp()
    supplier.chain()
    text = X509.format(tsa=supplier.services.url())
    assert problem(supplier.folder, text.replace('certificate = "own.pem"\n', ""), "x509") == ("x509.no-copy", 2)
    token = 'pkcs11 = {module = "/m.so", token = "t", label = "l"}'
    lacking = text.replace('certificate = "own.pem"\n', "").replace('pkcs12 = "key.p12"', token)
    assert problem(supplier.folder, lacking, "x509") == ("x509.no-copy", 2)
    assert problem(supplier.folder, text, "x509") == ("x509.unreadable", 2)
    supplier.write("own.pem", b"no certificate")
    assert problem(supplier.folder, text, "x509") == ("x509.not-a-certificate", 2)
    supplier.write("own.pem", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
    assert problem(supplier.folder, text, "x509") == ("x509.not-a-certificate", 2)
    supplier.write("own.pem", holder.pem)
    assert problem(supplier.folder, text.replace('"chain.pem", ', ""), "x509") == ("x509.no-chain", 2)
    promise = promised(supplier.folder, text, "x509")
    assert not (supplier.folder / "key.p12").exists()
    assert [service.name.split()[0] for service in promise.services] == ["RFC", "OCSP"]
    assert promised(supplier.folder, text.replace('pkcs12 = "key.p12"', token), "x509") == promise
    promised(supplier.folder, text, "x509")
    monkeypatch.undo()
    monkeypatch.setattr(checker_module, "_confinable", lambda: False)
    monkeypatch.setenv("GATE_P12", SECRET)
    supplier.pkcs12(holder)
    (signer,) = signers_for(load_policy(supplier.folder / "gate.toml"), ["x509"])
    try:
        signer.ready()
        signer.begin()
        as_signer_says(promise, signer)
    finally:
        signer.close()


def test_keyless_needs_the_whole_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_stack() as stack:
        stack.issuer.person = WORKFLOW
        stack.write(tmp_path / "instance")
        section = (
            f'[signing.keyless]\ntrust_config = "instance/trust_config.v1.json"\ntoken_env = "{TOKEN}"\n'
            f'issuer = "{WORKFLOW["iss"]}"\n'
        )
        assert problem(tmp_path, section, "keyless") == ("keyless.no-promise", 2)
        broad = f'identity = "{WORKFLOW_IDENTITY.rpartition("/")[0]}/*"\n'
        assert problem(tmp_path, section + broad, "keyless") == ("keyless.no-promise", 2)
        whole = f'{section}identity = "{WORKFLOW_IDENTITY}"\n'
        asked = len(stack.asked)
        promise = promised(tmp_path, whole, "keyless", each=True)
        assert len(stack.asked) == asked
        assert not promised(tmp_path, whole, "keyless").signs_artifacts
        monkeypatch.setenv(TOKEN, stack.issuer.mint())
        (signer,) = signers_for(load_policy(tmp_path / "gate.toml"), ["keyless"], each=True)
        try:
            signer.ready()
            signer.begin()
            as_signer_says(promise, signer)
        finally:
            signer.close()


@pytest.mark.usefixtures("offline")
def test_the_public_instance_is_known_without_asking_it() -> None:
    promise = keyless_promise("https://ci.example/a", trust_config=None, token=TokenSource(variable="T"), each=False)
    assert [service.name.split()[0] for service in promise.services] == ["Fulcio", "Rekor", "TSA", "TUF"]
    assert {service.operator for service in promise.services} == {"sigstore.dev"}


def test_a_package_whose_services_have_all_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = tmp_path / "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
    stored.mkdir()
    real = resources.files("sigstore._store").joinpath(stored.name)
    (stored / "trusted_root.json").write_bytes(real.joinpath("trusted_root.json").read_bytes())
    config = json.loads(real.joinpath("signing_config.v0.2.json").read_bytes())
    for service in config["rekorTlogUrls"]:
        service["validFor"]["end"] = "2025-01-01T00:00:00Z"
    (stored / "signing_config.v0.2.json").write_text(json.dumps(config))
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    with pytest.raises(KeyProblem) as caught:
        instance_module.packaged_instance()
    assert caught.value.code == "keyless.no-config"


def test_nobody_or_somebody_without_a_section(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text("")
    for chosen, code in (([], "cli.no-signer"), (["openpgp"], "cli.no-signing-section")):
        with pytest.raises(UsageError) as caught:
            promised_signers_for(load_policy(tmp_path / "gate.toml"), chosen)
        assert caught.value.code == code
