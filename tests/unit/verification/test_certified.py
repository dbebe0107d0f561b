"""Releases signed with certificates: what a recipient learns, and every attack with its own refusal."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate.errors import EngineFailure, TrustError, VerificationError
from gate.record import layout
from gate.record.documents import schema
from gate.reports.verification import render_verification
from gate.verification import load_trust, verification_document
from gate.verification import validation as validation_module
from gate.verification.x509 import REFUSALS
from gate.x509 import checker as checker_module
from gate.x509.checker import Checked, Checker
from tests.simulators.cms_signer import Faults, Stamper
from tests.simulators.pki import DAY, SERVER_AUTH, Country, Wish, ec_key, name_of, rsa_key, tsa_wish
from tests.unit.signing.cms_kit import Supplier, served
from tests.unit.verification.x509_kit import CertifiedWorld, copied, make_certified

if TYPE_CHECKING:
    from tests.unit.release_kit import Keys

__all__ = ["served"]
ROOT = Path(__file__).parents[3]
SIGNATURE = f"{layout.RECORD}.p7s"


@pytest.fixture(autouse=True)
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting confined processes takes longer than what is shown; ``test_in_a_confined_process`` goes that way."""
    monkeypatch.setattr(checker_module, "_confinable", lambda: False)


@pytest.fixture(scope="module")
def original(keys: Keys, served: Supplier, tmp_path_factory: pytest.TempPathFactory) -> CertifiedWorld:
    folder = tmp_path_factory.mktemp("certified")
    (folder / "supplier").mkdir()
    supplier = Supplier(folder / "supplier", served.country, served.services)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checker_module, "_confinable", lambda: False)
        return make_certified(folder, keys, supplier)


@pytest.fixture
def world(original: CertifiedWorld, tmp_path: Path) -> CertifiedWorld:
    return copied(original, tmp_path)


# --- what is proved -------------------------------------------------------------------------------------------


def test_who_when_and_how(world: CertifiedWorld) -> None:
    verification = world.verify()
    (record,) = (each for each in verification.signatures if each.signs == layout.RECORD)
    assert (record.backend, record.file, record.time_source) == ("x509", SIGNATURE, "timestamp")
    assert record.signer.startswith("CN=納入 太郎,O=株式会社サンプル,C=JP (SPKI SHA-256 ")
    assert datetime.now(UTC) - datetime.fromisoformat(record.time) < timedelta(hours=1)
    assert len(verification.signatures) == 6
    assert {each.backend for each in verification.unchecked} == {"openpgp"}
    document = json.loads(verification_document(verification))
    jsonschema.validate(document, schema("verification"), cls=jsonschema.Draft202012Validator)


def test_a_list_from_before_the_signature_is_told(world: CertifiedWorld) -> None:
    """The lists in the release are of an hour before it: what happened in that hour is not known."""
    told = "Revocation was not known when it was signed"
    assert told in render_verification(world.verify(), language="en", colour=False)
    assert "失効の有無は未確認" in render_verification(world.verify(), language="ja", colour=False)
    world.trusts(crls=world.lists([world.made.root.crl(issued=DAY), world.made.issuing.crl(issued=DAY)]))
    assert told not in render_verification(world.verify(), language="en", colour=False)


def test_in_a_confined_process(world: CertifiedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker_module, "_confinable", lambda: True)
    assert world.verify().verified
    (world.out / layout.RECORD).write_bytes(b"{}")
    assert world.reason() == ("signature-bad", SIGNATURE)


def test_both_back_ends_any_all_and_a_number(world: CertifiedWorld) -> None:
    for require in ('"any"', '"all"', "1", "2"):
        world.trusts(openpgp=True, require=require)
        verification = world.verify()
        assert {each.backend for each in verification.signatures} == {"openpgp", "x509"}
        assert verification.unchecked == ()
    (world.out / SIGNATURE).unlink()
    assert world.reason() == ("require", layout.RECORD)
    world.trusts(openpgp=True, require='"any"')
    assert world.reason() == ("signature-missing", SIGNATURE)
    (world.out / f"{layout.RECORD}.asc").unlink()
    assert world.reason()[0] == "record-unsigned"


def test_who_trusts_only_openpgp_verifies_too(world: CertifiedWorld) -> None:
    world.trusts(openpgp=True, roots=None, tsa_roots=None, subject=None)
    verification = world.verify()
    assert {each.backend for each in verification.unchecked} == {"x509"}
    (world.out / "gate" / "validation" / f"{'0' * 64}.cer").write_bytes(b"added")
    assert world.reason()[0] == "validation-changed"


def test_five_years_on(world: CertifiedWorld) -> None:
    """The certificate has ended; timestamp and lists were kept."""
    assert world.verify(now=datetime.now(UTC) + 5 * 365 * DAY).verified
    revoked = world.made.issuing.crl({world.made.supplier: -DAY}, issued=4 * 365 * DAY)
    world.trusts(crls=world.lists([world.made.root.crl(issued=4 * 365 * DAY), revoked]))
    assert world.reason(now=datetime.now(UTC) + 5 * 365 * DAY) == ("certificate-revoked", SIGNATURE)
    later = world.made.issuing.crl({world.made.supplier: 200 * DAY}, issued=300 * DAY)
    world.trusts(crls=world.lists([world.made.root.crl(issued=300 * DAY), later]))
    assert world.verify(now=datetime.now(UTC) + 5 * 365 * DAY).verified
    world.trusts(
        crls=world.lists([world.made.root.crl(issued=4 * 365 * DAY), world.made.issuing.crl(issued=4 * 365 * DAY)])
    )
    assert world.reason(now=datetime.now(UTC) + 5 * 365 * DAY) == ("revocation-unknown", SIGNATURE), "after its end"


def test_stock_tools_are_enough(world: CertifiedWorld, tmp_path: Path) -> None:
    """A recipient with OpenSSL alone: roots and lists come from outside of the release."""
    country = world.made
    lists = [x509.load_der_x509_crl(each).public_bytes(Encoding.PEM) for each in country.crls()]
    ca, stamps = tmp_path / "ca.pem", tmp_path / "tsa.pem"
    ca.write_bytes(country.root.pem + b"".join(lists))
    stamps.write_bytes(country.tsa_root.pem)
    for signed, signature in (
        (layout.RECORD, SIGNATURE), ("payload/app.bin", "gate/signatures/app.bin.p7s"),
        ("gate/files/site.list", "gate/signatures/site.p7s"), (layout.SUMS, f"{layout.SUMS}.p7s"),
    ):  # fmt: skip
        command = ["openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-crl_check_all", "-out",
                   "/dev/null", "-CAfile", str(ca), "-in", str(world.out / signature), "-content",
                   str(world.out / signed)]  # fmt: skip
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        raw = (world.out / signature).read_bytes()
        value = tmp_path / "value"
        value.write_bytes(cms.ContentInfo.load(raw)["content"]["signer_infos"][0]["signature"].native)
        stamped = ["openssl", "ts", "-verify", "-in", str(world.out / f"{signature}.tsr"), "-data", str(value),
                   "-CAfile", str(stamps)]  # fmt: skip
        done = subprocess.run(stamped, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


# --- attacks --------------------------------------------------------------------------------------------------


Attack = Callable[[CertifiedWorld], object]


def again(holder: Callable[[CertifiedWorld], Any] = lambda world: world.made.supplier, **options: Any) -> Attack:
    """Return an attack that signs the record anew by another holder, stamper or with faults."""

    def do(world: CertifiedWorld) -> None:
        values = {name: value(world) if callable(value) else value for name, value in options.items()}
        stamper = values.pop("stamper", world.stamper)
        chain = values.pop("chain", [world.made.issuing])
        world.sign_again(holder(world), stamper, chain=chain, **values)

    return do


def issued(wish: Wish | None = None, **options: Any) -> Callable[[CertifiedWorld], Any]:
    return lambda world: world.made.issuing.issue("納入 太郎", wish, **options)


def stamped(wish: Wish) -> Callable[[CertifiedWorld], Any]:
    return lambda world: Stamper(world.made.tsa_root.issue("時刻認証局", wish))


OTHERS = Country()
TABLE: list[tuple[str, Attack, str, str]] = [
    ("stripped", lambda world: (world.out / SIGNATURE).unlink(), "record-unsigned", SIGNATURE),
    ("another file's signature", lambda world: (world.out / SIGNATURE).write_bytes(
        (world.out / f"{layout.SUMS}.p7s").read_bytes()), "signature-bad", SIGNATURE),
    ("an artifact's stripped", lambda world: (world.out / "gate/signatures/app.bin.p7s").unlink(),
     "signature-missing", "gate/signatures/app.bin.p7s"),
    ("an artifact's swapped", lambda world: (world.out / "gate/signatures/app.bin.p7s").write_bytes(
        (world.out / "gate/signatures/site.p7s").read_bytes()), "signature-bad", "gate/signatures/app.bin.p7s"),
    ("an empty signature", lambda world: (world.out / SIGNATURE).write_bytes(b""), "cms-malformed", SIGNATURE),
    ("text around it", lambda world: (world.out / SIGNATURE).write_bytes(
        b"\n" + (world.out / SIGNATURE).read_bytes()), "cms-malformed", SIGNATURE),
    ("too large", lambda world: (world.out / SIGNATURE).write_bytes(b"0" * (1 << 19)), "too-large", SIGNATURE),
    ("the record changed", lambda world: (world.out / layout.RECORD).write_bytes(b"{}"), "signature-bad", SIGNATURE),
    ("another key below the same authority", again(lambda world: world.made.issuing.issue("別人")), "signer-unknown",
     SIGNATURE),
    ("a name that looks alike", again(lambda world: world.made.issuing.issue("納入 太郞")), "signer-unknown",
     SIGNATURE),
    ("the name in another organisation", again(lambda world: world.made.issuing.issue(name_of("納入 太郎", "偽"))),
     "signer-unknown", SIGNATURE),
    ("the same name below another root", again(lambda _: OTHERS.supplier, chain=[OTHERS.issuing]),
     "certificate-untrusted", SIGNATURE),
    ("the same name and another key", again(issued()), "signer-differs", SIGNATURE),
    ("expired, with a timestamp", again(issued(Wish(starts=-90 * DAY, ends=-DAY))), "certificate-expired", SIGNATURE),
    ("expired, without", again(issued(Wish(starts=-90 * DAY, ends=-DAY)), stamper=None), "timestamp-missing",
     SIGNATURE),
    ("not begun", again(issued(Wish(starts=DAY))), "certificate-expired", SIGNATURE),
    ("no timestamp", again(stamper=None), "timestamp-missing", SIGNATURE),
    ("a foreign authority's timestamp", again(stamper=lambda _: Stamper(OTHERS.tsa)), "timestamp-untrusted", SIGNATURE),
    ("a timestamp over other bytes", again(stamper=lambda world: Stamper(world.made.tsa, imprint=b"x")),
     "timestamp-bad", SIGNATURE),
    ("a timestamp by a server's certificate", again(stamper=stamped(tsa_wish(extended=(SERVER_AUTH,)))),
     "timestamp-usage", SIGNATURE),
    ("a timestamp whose purpose is not critical", again(stamper=stamped(tsa_wish(extended_critical=False))),
     "timestamp-usage", SIGNATURE),
    ("a timestamp dated back by an ended authority", again(
        stamper=lambda world: Stamper(world.made.tsa_root.issue("T", tsa_wish(starts=-90 * DAY, ends=-DAY)),
                                      at=datetime.now(UTC) - 9 * DAY)), "timestamp-expired", SIGNATURE),
    ("a timestamp of SHA-1", again(stamper=lambda world: Stamper(world.made.tsa, faults=Faults(digest="sha1"))),
     "timestamp-weak", SIGNATURE),
    ("a timestamp that names nobody", again(stamper=lambda world: Stamper(
        world.made.tsa, faults=Faults(without=frozenset({"signing_certificate_v2"})))), "timestamp-malformed",
     SIGNATURE),
    ("a timestamp of tomorrow", again(stamper=lambda world: Stamper(world.made.tsa, at=datetime.now(UTC) + DAY)),
     "signature-in-future", SIGNATURE),
    ("a digest of SHA-1", again(faults=Faults(digest="sha1")), "signature-weak", SIGNATURE),
    ("a certificate of SHA-1", again(issued(Wish(sha1=True))), "certificate-weak", SIGNATURE),
    ("a key of 1024 bits", again(lambda world: world.made.issuing.issue("納入 太郎", key=rsa_key(1024))),
     "certificate-weak", SIGNATURE),
    ("a server's certificate", again(issued(Wish(extended=(SERVER_AUTH,)))), "certificate-usage", SIGNATURE),
    ("no key usage", again(issued(Wish(usage=None))), "certificate-usage", SIGNATURE),
    ("an unknown critical extension", again(issued(Wish(extra=(
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), True),)))), "certificate-chain",
     SIGNATURE),
    ("attributes of another certificate", again(faults=lambda world: Faults(ess=world.made.issuing)),
     "cms-attributes", SIGNATURE),
    ("no signing-certificate", again(faults=Faults(without=frozenset({"signing_certificate_v2"}))), "cms-attributes",
     SIGNATURE),
    ("another content type", again(faults=Faults(content_type="tst_info")), "cms-attributes", SIGNATURE),
    ("the answer beside swapped", lambda world: (world.out / f"{SIGNATURE}.tsr").write_bytes(
        (world.out / f"{layout.SUMS}.p7s.tsr").read_bytes()), "timestamp-differs", f"{SIGNATURE}.tsr"),
    ("the answer beside stripped", lambda world: (world.out / f"{SIGNATURE}.tsr").unlink(), "missing",
     f"{SIGNATURE}.tsr"),
    ("an answer beside too much", lambda world: (world.out / f"{layout.RECORD}.asc.tsr").write_bytes(b"x"),
     "unexpected", f"{layout.RECORD}.asc.tsr"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(TABLE)), ids=[entry[0] for entry in TABLE])
def test_attacks(world: CertifiedWorld, number: int) -> None:
    _, do, reason, path = TABLE[number]
    do(world)
    assert world.reason() == (reason, path)


def kept(world: CertifiedWorld, suffix: str) -> list[Path]:
    return sorted((world.out / "gate" / "validation").glob(f"*.{suffix}"))


def keep(world: CertifiedWorld, raw: bytes, suffix: str) -> None:
    (world.out / "gate" / "validation" / f"{hashlib.sha256(raw).hexdigest()}.{suffix}").write_bytes(raw)


def relist(world: CertifiedWorld, raw: list[bytes]) -> None:
    """Put other revocation lists into the release."""
    for path in kept(world, "crl"):
        path.unlink()
    for each in raw:
        keep(world, each, "crl")


def test_attacks_on_what_is_kept_beside(world: CertifiedWorld) -> None:
    country = world.made
    relist(world, [country.root.crl()])
    assert world.reason() == ("revocation-unknown", SIGNATURE)
    relist(world, [country.root.crl(), country.issuing.crl(key=ec_key())])
    assert world.reason() == ("revocation-unknown", SIGNATURE)
    relist(world, [country.root.crl(), country.issuing.crl(issued=-30 * DAY)])
    assert world.reason() == ("revocation-unknown", SIGNATURE)
    relist(world, [country.root.crl(), country.issuing.crl({country.supplier: -DAY})])
    assert world.reason() == ("certificate-revoked", SIGNATURE)
    relist(world, [*country.crls(), country.tsa_root.crl({country.tsa: -DAY})])
    assert world.reason() == ("timestamp-revoked", SIGNATURE)
    relist(world, [country.root.crl(issued=-3 * DAY), country.issuing.crl(issued=-3 * DAY)])
    assert world.verify().verified
    world.trusts(max_crl_age_days=2)
    assert world.reason() == ("revocation-stale", SIGNATURE)


def test_names_and_bytes_of_what_is_kept(world: CertifiedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(world, "crl")[0]
    good = path.read_bytes()
    path.write_bytes(good[:-1])
    assert world.reason() == ("validation-changed", f"gate/validation/{path.name}")
    path.write_bytes(good)
    added = world.out / "gate" / "validation" / "x.pem"
    added.write_bytes(world.made.root.pem)
    assert world.reason() == ("unexpected", "gate/validation/x.pem")
    added.unlink()
    keep(world, b"no certificate", "cer")
    assert world.reason()[0] == "validation-malformed"
    (world.out / "gate" / "validation" / f"{hashlib.sha256(b'no certificate').hexdigest()}.cer").unlink()
    assert world.verify().verified
    monkeypatch.setattr(validation_module, "MOST_FILES", 3)
    assert world.reason() == ("validation-too-much", "gate/validation")


def test_certificates_of_strangers_kept_beside_prove_nothing(world: CertifiedWorld) -> None:
    """Roots in the release are material, never authority."""
    for each in (OTHERS.root, OTHERS.issuing, OTHERS.tsa_root):
        keep(world, each.der, "cer")
    for raw in OTHERS.crls():
        keep(world, raw, "crl")
    assert world.verify().verified
    world.sign_again(OTHERS.supplier, Stamper(OTHERS.tsa), chain=[OTHERS.issuing])
    assert world.reason() == ("timestamp-untrusted", SIGNATURE)
    world.sign_again(OTHERS.supplier, world.stamper, chain=[OTHERS.issuing])
    assert world.reason() == ("certificate-untrusted", SIGNATURE)


def test_the_governments_profile_at_the_recipient(world: CertifiedWorld) -> None:
    world.trusts(profile="gpki-official")
    assert world.reason() == ("certificate-profile", SIGNATURE)


def test_material_without_a_certificates_signature(world: CertifiedWorld, keys: Keys, tmp_path: Path) -> None:
    """A release by OpenPGP alone has no folder of validation material."""
    from tests.unit.release_kit import make_world

    (tmp_path / "plain").mkdir()
    plain = make_world(tmp_path / "plain", keys)
    (plain.out / "gate" / "validation").mkdir()
    keep(CertifiedWorld(plain.out, plain.trust_file), world.made.root.der, "cer")
    assert plain.reason()[0] == "unexpected"


def test_changed_between_hash_and_signature(world: CertifiedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Checker.check

    def check(self: Checker, descriptor: int, signature: bytes) -> Checked:
        good = real(self, descriptor, signature)
        return Checked(good.outcome, good.signer, good.time, good.known, good.token, "0" * 64, good.size)

    monkeypatch.setattr(Checker, "check", check)
    assert world.reason() == ("changed-while-read", layout.RECORD)


def test_a_checker_that_fails_says_nothing(world: CertifiedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Checker, "check", lambda *_: Checked("failed", "", 0, 0, b"", "", 0))
    with pytest.raises(EngineFailure) as caught:
        world.verify()
    assert (caught.value.code, caught.value.exit_code) == ("verify.cms-failed", 3)
    assert caught.value.message("ja") != caught.value.message("en")


def test_every_refusal_has_its_own_id_and_texts() -> None:
    reasons = [*REFUSALS.values()]
    assert len(set(reasons)) == len(reasons)
    for reason in reasons:
        error = VerificationError(reason, SIGNATURE)
        assert error.message("en") != error.message("ja")
        assert error.advice("en") != error.advice("ja")


# --- the trust file -------------------------------------------------------------------------------------------


def refusal(world: CertifiedWorld) -> tuple[str, int]:
    with pytest.raises(TrustError) as caught:
        world.verify()
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value.code, caught.value.exit_code


def test_keys_and_roots_inside_the_release_prove_nothing(world: CertifiedWorld, original: CertifiedWorld) -> None:
    for name in ("root.pem", "tsa.pem", "own-0.crl"):
        world.trusts(crls=world.lists([original.made.root.crl(), original.made.issuing.crl()]))
        outside = world.trust_file.parent / name
        inside = world.out / "gate" / name
        inside.write_bytes(outside.read_bytes())
        outside.unlink()
        outside.symlink_to(inside)
        assert refusal(world) == ("trust.inside-release", 2)
        inside.rename(inside.with_name("moved"))
        outside.unlink()
        inside.with_name("moved").rename(outside)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": None}, "x509-nobody"),
        ({"unconfirmed": True}, "unconfirmed"),
        ({"profile": "gpki-official", "revocation": "either"}, "x509-gpki"),
        ({"roots": ["absent.pem"]}, "unreadable"),
        ({"roots": ["trust.toml"]}, "x509-roots"),
        ({"tsa_roots": ["trust.toml"]}, "x509-tsa-roots"),
        ({"crls": ["root.pem"]}, "x509-crls"),
        ({"subject": "nobody at all"}, "x509-subject"),
        ({"roots": []}, "bad-value"),
        ({"tsa_roots": None}, "missing-key"),
        ({"spki_sha256": "abc"}, "bad-value"),
        ({"profile": "else"}, "bad-value"),
        ({"colour": "red"}, "unknown-key"),
    ],
)
def test_entries_that_cannot_be_used(world: CertifiedWorld, changes: dict[str, Any], code: str) -> None:
    world.trusts(**changes)
    assert refusal(world) == (f"trust.{code}", 2)


def test_an_entry_twice(world: CertifiedWorld) -> None:
    world.trusts()
    text = world.trust_file.read_text()
    world.trust_file.write_text(text + text.partition("\n")[2])
    assert refusal(world) == ("trust.repeated", 2)


@pytest.mark.parametrize(
    ("profile", "given", "expected"),
    [("plain", None, "either"), ("gpki-official", None, "crl"), ("shogyo-toki", None, "ocsp"), ("plain", "crl", "crl")],
)
def test_how_revocation_is_known(world: CertifiedWorld, profile: str, given: str | None, expected: str) -> None:
    world.trusts(profile=profile, revocation=given)
    assert load_trust(world.trust_file).x509[0].revocation == expected


def test_of_several_entries_one_has_to_fit(world: CertifiedWorld) -> None:
    spki = world.verify().signatures[0].signer[-65:-1]
    world.trusts(subject="CN=別人")
    other = world.trust_file.read_text()
    world.trusts(subject=None, spki_sha256=spki)
    world.trust_file.write_text(world.trust_file.read_text() + other.partition("\n")[2])
    assert world.verify().verified


SCRIPT = """
import pathlib, sys
from datetime import UTC, datetime
from gate.verification import load_trust, verify_release
out, trust = map(pathlib.Path, sys.argv[1:])
assert verify_release(out, load_trust(trust), now=datetime.now(UTC)).verified
print(*sys.modules)
"""


def test_parsers_of_certificates_are_not_loaded_beside_the_worker(world: CertifiedWorld) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, world.out, world.trust_file], capture_output=True, text=True,
                          check=True, cwd=ROOT)  # fmt: skip
    loaded = set(done.stdout.split())
    assert "gate.verification.x509" in loaded
    assert not loaded & {"pyhanko", "asn1crypto", "pkcs11", "yara", "lief", "gate.signing", "gate.examine"}
