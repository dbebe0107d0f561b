"""Signing with certificates for real: files and tokens as keys, timestamps by OpenSSL, and whatever fails."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate.errors import GateError, KeyProblem, SigningFailure
from gate.signing import cms as cms_module
from gate.signing import stamping
from gate.signing.certificate_keys import PemKey, Pkcs12Key, TokenKey
from gate.signing.interface import KeepsMaterial, Signer
from gate.signing.secrets import secret_from
from gate.x509 import checker as checker_module
from tests.simulators.pki import DAY, SERVER_AUTH, Wish, ec_key, rsa_key
from tests.simulators.softhsm import module
from tests.unit.signing.cms_kit import SECRET, Supplier, served, supplier, token

if TYPE_CHECKING:
    from tests.simulators.softhsm import SoftToken

__all__ = ["served", "supplier", "token"]
ROOT = Path(__file__).parents[3]
CONTENT = b"delivered" * 5000


@pytest.fixture(autouse=True)
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting confined processes takes longer than all else here; one test below goes that way."""
    monkeypatch.setattr(checker_module, "_confinable", lambda: False)


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    path = tmp_path / "artifact"
    path.write_bytes(CONTENT)
    return path


def sign(signer: Signer, path: Path) -> bytes:
    signer.ready()
    signer.begin()
    with path.open("rb") as file:
        file.seek(3)  # wherever the caller left it
        return signer.sign(file)


def problem(supplier: Supplier, artifact: Path, **options: Any) -> tuple[str, int]:
    """Return code and exit status of the error; its texts can be rendered in both languages."""
    with pytest.raises((KeyProblem, SigningFailure)) as caught, supplier.signer(**options) as signer:
        sign(signer, artifact)
    return shown(caught.value)


def shown(error: GateError) -> tuple[str, int]:
    for language in ("en", "ja"):
        assert error.message(language)
        assert error.advice(language)
    assert SECRET not in f"{error} {error.arguments}"
    return error.code, error.exit_code


# --- what is signed -------------------------------------------------------------------------------------------


def openssl_verifies(supplier: Supplier, artifact: Path, signature: bytes) -> bool:
    """Ask OpenSSL, which knows nothing of the gate: roots and lists from outside of the signature."""
    p7s = supplier.write("it.p7s", signature)
    country = supplier.country
    roots = supplier.write("root.pem", country.root.pem)
    lists = b"".join(x509.load_der_x509_crl(path.read_bytes()).public_bytes(Encoding.PEM) for path in supplier.lists())
    ca = supplier.write("ca.pem", roots.read_bytes() + lists)
    done = subprocess.run(
        ["openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", p7s, "-content", artifact,
         "-CAfile", ca, "-crl_check_all", "-purpose", "any", "-out", "/dev/null"], capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def openssl_stamps(supplier: Supplier, signature: bytes, response: bytes) -> bool:
    """Ask OpenSSL whether the answer beside a signature is a timestamp over the signature's value."""
    value = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]["signature"].native
    data, tsr = supplier.write("value", value), supplier.write("it.tsr", response)
    root = supplier.write("tsa-root.pem", supplier.country.tsa_root.pem)
    done = subprocess.run(["openssl", "ts", "-verify", "-in", tsr, "-data", data, "-CAfile", root], capture_output=True,
                          check=False)  # fmt: skip
    return done.returncode == 0


def test_it_is_a_signer_that_keeps_material(supplier: Supplier) -> None:
    with supplier.signer() as signer:
        assert isinstance(signer, Signer)
        assert isinstance(signer, KeepsMaterial)
        assert (signer.backend, signer.suffix, signer.irrevocable) == ("x509", ".p7s", False)


def test_stock_tools_verify_signature_and_timestamp(supplier: Supplier, artifact: Path) -> None:
    with supplier.signer() as signer:
        signature = sign(signer, artifact)
        response = signer.beside(signature)[".tsr"]
        kept = signer.material()
        assert signer.signer.startswith("CN=納入 太郎,O=株式会社サンプル,C=JP (SPKI SHA-256 ")
        assert [service.sent for service in signer.services] == ["the SHA-256 of each signature"]
    assert openssl_verifies(supplier, artifact, signature)
    assert openssl_stamps(supplier, signature, response)
    for name, raw in kept.items():
        assert name.partition(".")[0] == hashlib.sha256(raw).hexdigest()
    country = supplier.country
    for certificate in (country.root, country.issuing, country.tsa_root):
        assert certificate.der in kept.values()
    assert sorted(name.partition(".")[2] for name in kept) == ["cer", "cer", "cer", "crl", "crl"]
    artifact.write_bytes(CONTENT + b"x")
    assert not openssl_verifies(supplier, artifact, signature)
    assert not openssl_stamps(supplier, signature, signature)


def test_proved_in_a_confined_process(supplier: Supplier, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker_module, "_confinable", lambda: True)
    with supplier.signer() as signer:
        assert openssl_verifies(supplier, artifact, sign(signer, artifact))


@pytest.mark.parametrize("old", [False, True])
def test_pkcs12_of_today_and_of_old(supplier: Supplier, artifact: Path, old: bool) -> None:
    key = Pkcs12Key(supplier.pkcs12(old=old), lambda: SECRET)
    with supplier.signer(key) as signer:
        assert openssl_verifies(supplier, artifact, sign(signer, artifact))


@pytest.mark.parametrize("passphrase", ["", SECRET])
def test_a_key_beside_its_certificate(supplier: Supplier, artifact: Path, passphrase: str) -> None:
    holder = supplier.country.supplier
    asked: list[str] = []

    def ask() -> str:
        asked.append("")
        return SECRET

    key = PemKey(supplier.write("k.pem", holder.key_pem(passphrase)), supplier.write("c.pem", holder.pem), ask)
    with supplier.signer(key) as signer:
        assert openssl_verifies(supplier, artifact, sign(signer, artifact))
    assert len(asked) == bool(passphrase)


@pytest.mark.parametrize("make", [ec_key, rsa_key])
def test_a_key_on_a_token(supplier: Supplier, artifact: Path, token: SoftToken, make: Any) -> None:
    label = f"納入鍵 {make.__name__}"
    holder = supplier.country.issuing.issue("納入 太郎", key=make())
    token.hold(holder, label)
    key = TokenKey(module(), token.label, label, lambda: token.pin)
    with supplier.signer(key) as signer:
        signature = sign(signer, artifact)
        assert openssl_verifies(supplier, artifact, signature)
        assert signer.services


def test_a_token_without_the_certificate(supplier: Supplier, artifact: Path, token: SoftToken) -> None:
    holder = supplier.country.issuing.issue("納入 太郎")
    token.hold(holder, "bare", certificate=False)
    bare = TokenKey(module(), token.label, "bare", lambda: token.pin)
    assert problem(supplier, artifact, key=bare) == ("x509.not-on-token", 2)
    beside = TokenKey(module(), token.label, "bare", lambda: token.pin, supplier.write("c.pem", holder.pem))
    with supplier.signer(beside) as signer:
        assert openssl_verifies(supplier, artifact, sign(signer, artifact))


def test_states_from_a_responder(supplier: Supplier, artifact: Path) -> None:
    holder = supplier.with_ocsp()
    with supplier.signer(supplier.key(holder), ocsp=True) as signer:
        sign(signer, artifact)
        assert any(name.endswith(".ocsp") for name in signer.material())
    # Where the certificate can be seen before, the responder stands among the services.
    seen = PemKey(supplier.write("k.pem", holder.key_pem()), supplier.write("c.pem", holder.pem), lambda: "")
    with supplier.signer(seen, ocsp=True) as signer:
        signer.ready()
        assert [service.name.split()[0] for service in signer.services] == ["RFC", "OCSP"]


def test_the_profile_of_the_registry_of_companies(supplier: Supplier, artifact: Path) -> None:
    holder = supplier.with_ocsp(usage=None)
    lists = supplier.lists()[:1]
    with supplier.signer(supplier.key(holder), ocsp=True, crls=lists, profile="shogyo-toki") as signer:
        sign(signer, artifact)
    assert problem(supplier, artifact, key=supplier.key(holder), ocsp=True) == ("x509.usage", 2)


def test_the_governments_profile(supplier: Supplier, artifact: Path) -> None:
    issue = supplier.country.issuing.issue
    official = issue("納入 太郎", Wish(policies_critical=True, directory_point=True))
    with supplier.signer(supplier.key(official), profile="gpki-official") as signer:
        sign(signer, artifact)
    assert problem(supplier, artifact, profile="gpki-official") == ("x509.usage", 2)


# --- nothing secret is read too early -------------------------------------------------------------------------


def test_no_secret_before_the_verdict(supplier: Supplier, token: SoftToken) -> None:
    def never() -> str:
        raise AssertionError("asked before the verdict")

    holder = supplier.country.issuing.issue("納入 太郎")
    token.hold(holder, "early")
    copy = supplier.write("c.pem", holder.pem)
    pem = PemKey(supplier.write("k.pem", holder.key_pem(SECRET)), copy, never)
    for key in (Pkcs12Key(supplier.pkcs12(), never), Pkcs12Key(supplier.pkcs12(), never, copy), pem,
                TokenKey(module(), token.label, "early", never)):  # fmt: skip
        with supplier.signer(key) as signer:
            signer.ready()


def test_where_secrets_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pin").write_text("一二三四\n", encoding="utf-8")
    (tmp_path / "none").write_text("\n")
    monkeypatch.setenv("GATE_TEST_PIN", SECRET)
    assert secret_from("env:GATE_TEST_PIN", tmp_path, of="k")() == SECRET
    assert secret_from("file:pin", tmp_path, of="k")() == "一二三四"
    monkeypatch.delenv("GATE_TEST_PIN")
    for source, code in (("env:GATE_TEST_PIN", "no-variable"), ("file:none", "no-secret-file"),
                         ("file:absent", "no-secret-file"), ("prompt", "no-prompt")):  # fmt: skip
        monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
        with pytest.raises(KeyProblem) as caught:
            secret_from(source, tmp_path, of="k")()
        assert shown(caught.value) == (f"x509.{code}", 2)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _: SECRET)
    assert secret_from("prompt", tmp_path, of="k")() == SECRET


# --- keys that cannot sign: exit 2 ----------------------------------------------------------------------------


def test_wrong_secrets(supplier: Supplier, artifact: Path, token: SoftToken) -> None:
    holder = supplier.country.issuing.issue("納入 太郎")
    token.hold(holder, "wrong")
    pem = PemKey(supplier.write("k.pem", holder.key_pem(SECRET)), supplier.write("c.pem", holder.pem), lambda: "else")
    for key in (Pkcs12Key(supplier.pkcs12(), lambda: "else"), pem,
                TokenKey(module(), token.label, "wrong", lambda: "0000"),
                TokenKey(module(), token.label, "wrong", lambda: "1")):  # fmt: skip
        assert problem(supplier, artifact, key=key) == ("x509.wrong-secret", 2)


def test_keys_that_are_not_there(supplier: Supplier, artifact: Path, token: SoftToken, tmp_path: Path) -> None:
    holder, other = supplier.country.supplier, supplier.country.issuing.issue("納入 太郎")
    certificate = supplier.write("c.pem", holder.pem)
    absent = tmp_path / "absent"
    for key, code in (
        (Pkcs12Key(absent, lambda: ""), "unreadable"),
        (Pkcs12Key(supplier.write("x.p12", b"none"), lambda: ""), "not-a-key"),
        (PemKey(absent, certificate, lambda: ""), "unreadable"),
        (PemKey(supplier.write("x.pem", b"none"), certificate, lambda: ""), "not-a-key"),
        (PemKey(supplier.write("o.pem", other.key_pem()), certificate, lambda: ""), "other-key"),
        (PemKey(supplier.write("k.pem", holder.key_pem()), supplier.write("n.pem", b""), lambda: ""),
         "not-a-certificate"),
        (TokenKey(absent, "gate", "x", lambda: ""), "no-module"),
        (TokenKey(supplier.write("m.so", b"none"), "gate", "x", lambda: ""), "no-module"),
        (TokenKey(module(), "another", "x", lambda: ""), "no-token"),
        (TokenKey(module(), token.label, "absent", lambda: token.pin), "not-on-token"),
    ):  # fmt: skip
        assert problem(supplier, artifact, key=key) == (f"x509.{code}", 2)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish(starts=-9 * DAY, ends=-DAY), "ended"),
        (Wish(starts=DAY), "not-begun"),
        (Wish(usage=None), "usage"),
        (Wish(usage=frozenset({"key_encipherment"})), "usage"),
        (Wish(extended=(SERVER_AUTH,)), "usage"),
        (Wish(sha1=True), "weak"),
    ],
)
def test_certificates_that_may_not_sign(supplier: Supplier, artifact: Path, wish: Wish, code: str) -> None:
    holder = supplier.country.issuing.issue("納入 太郎", wish)
    seen = PemKey(supplier.write("k.pem", holder.key_pem()), supplier.write("c.pem", holder.pem), lambda: "")
    with pytest.raises(KeyProblem) as caught, supplier.signer(seen) as signer:
        signer.ready()
    assert shown(caught.value) == (f"x509.{code}", 2)
    assert problem(supplier, artifact, key=supplier.key(holder)) == (f"x509.{code}", 2)


def test_a_weak_key(supplier: Supplier, artifact: Path) -> None:
    holder = supplier.country.issuing.issue("納入 太郎", key=rsa_key(1024))
    assert problem(supplier, artifact, key=supplier.key(holder)) == ("x509.weak", 2)


def test_chains_and_lists_that_do_not_serve(
    supplier: Supplier, artifact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tsa_only = (supplier.write("tsa.pem", supplier.country.tsa_root.pem),)
    key = PemKey(supplier.write("k.pem", supplier.country.supplier.key_pem()),
                 supplier.write("c.pem", supplier.country.supplier.pem), lambda: "")  # fmt: skip
    assert problem(supplier, artifact, key=key, chain=tsa_only) == ("x509.no-chain", 2)
    assert problem(supplier, artifact, crls=(supplier.write("x.crl", b"none"),)) == ("x509.not-a-list", 2)
    assert problem(supplier, artifact, crls=supplier.lists(issued=-9 * DAY)) == ("x509.list-ended", 2)
    monkeypatch.setattr(cms_module, "MAX_LISTS", 100)
    assert problem(supplier, artifact) == ("x509.lists-too-large", 2)
    monkeypatch.undo()
    monkeypatch.setattr(checker_module, "_confinable", lambda: False)
    revoked = supplier.lists(revoked={supplier.country.supplier: -DAY})
    assert problem(supplier, artifact, crls=revoked) == ("x509.certificate-revoked", 2)
    assert problem(supplier, artifact, crls=supplier.lists()[:1]) == ("x509.revocation-unknown", 3)


# --- services that fail: exit 3 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("garbage", "bad-answer"),
        ("empty", "bad-answer"),
        ("rejected", "bad-answer"),
        ("replayed", "bad-answer"),
        ("others", "bad-answer"),
        ("endless", "unreachable"),
        ("broken", "unreachable"),
        ("absent", "unreachable"),
    ],
)
def test_authorities_that_do_not_stamp(supplier: Supplier, artifact: Path, path: str, code: str) -> None:
    assert problem(supplier, artifact, path=path) == (f"x509.{code}", 3)


def test_an_authority_that_is_down_or_slow(supplier: Supplier, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamping, "SECONDS", 0.3)
    begun = time.monotonic()
    assert problem(supplier, artifact, path="slow") == ("x509.too-late", 3)
    assert time.monotonic() - begun < 60
    supplier.services.port, port = 1, supplier.services.port
    try:
        assert problem(supplier, artifact)[1] == 3
    finally:
        supplier.services.port = port


def test_an_authority_without_a_chain(supplier: Supplier, artifact: Path) -> None:
    only = (supplier.write("chain.pem", supplier.country.issuing.pem + supplier.country.root.pem),)
    assert problem(supplier, artifact, chain=only) == ("x509.stamp-chain", 3)


def test_responders_that_do_not_serve(supplier: Supplier, artifact: Path) -> None:
    holder = supplier.with_ocsp()
    country = supplier.country
    key, root = supplier.key(holder), supplier.lists()[:1]
    supplier.services.state = lambda: b"garbage"
    assert problem(supplier, artifact, key=key, ocsp=True, crls=root) == ("x509.revocation-unknown", 3)
    supplier.services.state = lambda: country.issuing.ocsp(country.supplier)
    assert problem(supplier, artifact, key=key, ocsp=True, crls=root) == ("x509.revocation-unknown", 3)
    supplier.services.state = lambda: country.issuing.ocsp(holder, revoked=-DAY)
    assert problem(supplier, artifact, key=key, ocsp=True, crls=root) == ("x509.certificate-revoked", 2)


def test_a_file_that_changes_under_the_signature(
    supplier: Supplier, artifact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with supplier.signer() as signer:
        real = signer._signed

        def changing(file: Any) -> bytes:
            raw = real(file)
            artifact.write_bytes(b"else")
            return raw

        monkeypatch.setattr(signer, "_signed", changing)
        with pytest.raises(SigningFailure) as caught:
            sign(signer, artifact)
    assert shown(caught.value) == ("x509.not-proved", 3)


SCRIPT = """
import pathlib, resource, sys
from gate.signing.certificate_keys import Pkcs12Key
from gate.signing.cms import CmsOptions, CmsSigner
tsa, key, chain, stamps, root, issuing, artifact, out = sys.argv[1:]
paths = [pathlib.Path(each) for each in (chain, stamps)], [pathlib.Path(each) for each in (root, issuing)]
signer = CmsSigner(CmsOptions(Pkcs12Key(pathlib.Path(key), lambda: sys.stdin.read()), tsa, *map(tuple, paths)))
signer.ready()
signer.begin()
with open(artifact, "rb") as file:
    pathlib.Path(out).write_bytes(signer.sign(file))
signer.close()
# Not ru_maxrss of the process itself: that counts whoever started it as well (getrusage(2)).
(peak,) = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(max(peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""


@pytest.mark.parametrize("megabytes", [64, pytest.param(1900, marks=pytest.mark.full)])
def test_large_files_are_signed_in_a_stream(supplier: Supplier, tmp_path: Path, megabytes: int) -> None:
    """Memory stays below 200 MB whatever the size, and the signature is over the last byte too."""
    artifact, out = tmp_path / "large", tmp_path / "large.p7s"
    with artifact.open("wb") as file:
        file.truncate((megabytes << 20) - 1)
        file.seek(0, 2)
        file.write(b"!")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, supplier.services.url(), supplier.pkcs12(), *supplier.chain(), *supplier.lists(),
         artifact, out], input=SECRET.encode(), capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert int(done.stdout) < 200 << 10
    assert openssl_verifies(supplier, artifact, out.read_bytes())
    with artifact.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"?")
    assert not openssl_verifies(supplier, artifact, out.read_bytes())
