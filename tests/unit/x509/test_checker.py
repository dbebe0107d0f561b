"""CMS signatures: what is accepted, and every way in which one is not, each with its own outcome."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from gate.x509 import checker as checker_module
from gate.x509.checker import MAX_SIGNATURE, Checked, Checker, MaterialKind, TrustedSigner, TrustEntryError
from gate.x509.outcomes import Outcome
from tests.simulators.cms_signer import Faults, Stamper, sign, sign_with_pyhanko
from tests.simulators.pki import (
    CERTIFIES,
    DAY,
    NO_USAGE,
    SERVER_AUTH,
    SIGNS,
    Authority,
    Country,
    Holder,
    Wish,
    ec_key,
    name_of,
    rsa_key,
    tsa_wish,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTENT = b"delivered " * 1000
NAME = "CN=納入 太郎,O=株式会社サンプル,C=JP"


@dataclass
class Case:
    """A signature with what it is judged by; tests change one thing of a good one."""

    country: Country
    signature: bytes = b""
    signer: Holder | None = None
    stamper: Stamper | None = None
    faults: Faults | None = None
    chain: tuple[Holder, ...] = ()
    crls: list[bytes] | None = None
    ocsps: list[bytes] = field(default_factory=list)
    trust: dict[str, Any] = field(default_factory=dict)
    content: bytes = CONTENT
    now: timedelta = timedelta()

    def entry(self) -> TrustedSigner:
        roots, stamp_roots = (self.country.root.pem,), (self.country.tsa_root.der,)
        return TrustedSigner(**{"roots": roots, "tsa_roots": stamp_roots, "subject": NAME, **self.trust})

    def check(self) -> Checked:
        stamper = self.stamper or Stamper(self.country.tsa)
        signature = self.signature or sign(
            CONTENT, self.signer or self.country.supplier, stamper, chain=self.chain or (self.country.issuing,),
            faults=self.faults,
        )  # fmt: skip
        crls = self.country.crls() if self.crls is None else self.crls
        kinds: list[tuple[MaterialKind, bytes]] = [("crl", each) for each in crls]
        kinds += [("ocsp", each) for each in self.ocsps]
        now = int((datetime.now(UTC) + self.now).timestamp())
        with Checker([self.entry()], now=now) as checker, tempfile.TemporaryFile() as file:
            file.write(self.content)
            file.flush()
            assert checker.keep(kinds) == []
            return checker.check(file.fileno(), signature)


@pytest.fixture(scope="module")
def country() -> Country:
    return Country()


@pytest.fixture(autouse=True)
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a confined process takes longer than all that is shown here; the confined way has tests of its own."""
    monkeypatch.setattr(checker_module, "_confinable", lambda: False)


def outcome(country: Country, **changes: Any) -> Outcome:
    return Case(country, **changes).check().outcome


# --- what is accepted -----------------------------------------------------------------------------------------


def test_a_good_signature_says_who_and_when(country: Country) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    checked = Case(country, stamper=Stamper(country.tsa, at=at)).check()
    assert checked.outcome == "valid"
    assert checked.signer.startswith(f"{NAME} (SPKI SHA-256 ")
    assert checked.time == int(at.timestamp())
    assert checked.size == len(CONTENT)
    assert cms.ContentInfo.load(checked.token)["content_type"].native == "signed_data"


def test_a_pinned_key_is_enough_and_both_must_fit(country: Country) -> None:
    spki = Case(country).check().signer[-65:-1]
    assert outcome(country, trust={"subject": None, "spki_sha256": spki}) == "valid"
    assert outcome(country, trust={"spki_sha256": spki}) == "valid"
    assert outcome(country, trust={"spki_sha256": "0" * 64}) == "unknown-signer"
    assert outcome(country, trust={"subject": "CN=Else", "spki_sha256": spki}) == "unknown-signer"


@pytest.mark.parametrize("key", [rsa_key, ec_key], ids=["rsa", "ec"])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_sound_keys_and_digests(country: Country, key: Callable[[], Any], digest: str) -> None:
    signer = country.issuing.issue("納入 太郎", key=key())
    assert outcome(country, signer=signer, faults=Faults(digest=digest)) == "valid"


@pytest.mark.parametrize(
    "subject",
    [
        "cn=納入  太郎,o=株式会社サンプル,c=jp",  # case, runs of spaces
        "CN=納入 太郎,O=株式会社サンプル,2.5.4.6=JP",
        "CN=\\e7\\b4\\8d入 太郎,O=株式会社サンプル,C=JP",
    ],
)
def test_names_are_compared_as_rfc_5280_says(country: Country, subject: str) -> None:
    assert outcome(country, trust={"subject": subject}) == "valid"


def test_string_types_do_not_matter(country: Country) -> None:
    kind = x509.name._ASN1Type
    name = x509.Name([
        x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "ACME Corp", kind.PrintableString),
        x509.NameAttribute(x509.NameOID.COMMON_NAME, "Signer", kind.BMPString),
    ])  # fmt: skip
    signer = country.issuing.issue(name)
    assert outcome(country, signer=signer, trust={"subject": "CN=SIGNER,O=acme  corp,C=JP"}) == "valid"


@pytest.mark.parametrize(
    "subject",
    [
        "CN=納入 太郞,O=株式会社サンプル,C=JP",  # another character that looks alike
        "CN=納入 太郎,C=JP",
        "O=株式会社サンプル,CN=納入 太郎,C=JP",
        "CN=納入 太郎,O=株式会社サンプル,C=JP,DC=x",
        "CN=納入太郎,O=株式会社サンプル,C=JP",
        "CN=納入 太郎\\,O\\=株式会社サンプル,C=JP",
    ],
)
def test_names_that_look_alike(country: Country, subject: str) -> None:
    assert outcome(country, trust={"subject": subject}) == "unknown-signer"


def test_letters_of_other_alphabets_are_others(country: Country) -> None:
    signer = country.issuing.issue(name_of("Аcme"))  # a Cyrillic A
    assert outcome(country, signer=signer, trust={"subject": "CN=Acme,O=株式会社サンプル,C=JP"}) == "unknown-signer"


@pytest.mark.parametrize("mark", ["\0", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2060", "\U000e0061"])
def test_characters_that_nobody_sees_make_another_name(country: Country, mark: str) -> None:
    """RFC 4518, 2.2 compares names without them; not every authority does when it issues."""
    signer = country.issuing.issue(f"Ac{mark}me")
    assert outcome(country, signer=signer, trust={"subject": "CN=Acme,O=株式会社サンプル,C=JP"}) == "unknown-signer"


def test_a_name_with_such_a_character_is_itself(country: Country) -> None:
    signer = country.issuing.issue("Ac\u200dme")
    assert outcome(country, signer=signer, trust={"subject": "CN=ac\u200dme,O=株式会社サンプル,C=JP"}) == "valid"


def test_the_wide_space_of_japanese_names_is_a_space(country: Country) -> None:
    signer = country.issuing.issue("納入\u3000太郎")
    assert outcome(country, signer=signer) == "valid"


def test_five_years_on(country: Country) -> None:
    """The certificate has ended; timestamp and lists were kept."""
    assert outcome(country, now=5 * 365 * DAY) == "valid"


def test_another_tools_signature_has_no_timestamp(country: Country) -> None:
    made = sign_with_pyhanko(CONTENT, country.supplier, [country.issuing])
    assert outcome(country, signature=made) == "timestamp-missing"


# --- the bytes ------------------------------------------------------------------------------------------------


def test_other_bytes(country: Country) -> None:
    for content in (CONTENT[:-1], CONTENT + b"\n", b""):
        assert outcome(country, content=content) == "bad"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: b"\x30\x80" + raw[4:] + b"\0\0",
        lambda raw: b"\x30\x84\0\0" + raw[2:],
        lambda _: b"\x30\x82\xff\xff" * 60_000,
        lambda _: b"\x30\x80" * 100_000,
        lambda _: nested(2000),
        lambda raw: b"-----BEGIN CMS-----\n" + raw,
        lambda raw: cms.ContentInfo.load(raw)["content"].dump(),
    ],
)
def test_what_is_no_signature(country: Country, spoil: Callable[[bytes], bytes]) -> None:
    good = sign(CONTENT, country.supplier, Stamper(country.tsa), chain=[country.issuing])
    spoiled = spoil(good)
    checked = Case(country, signature=spoiled or b"\0").check()
    assert checked.outcome == "malformed"
    assert Case(country, signature=good).check().outcome == "valid"


def nested(depth: int) -> bytes:
    """Return sequences in sequences, each with its right length."""
    raw = b""
    for _ in range(depth):
        length = len(raw)
        head = (
            bytes([length])
            if length < 128
            else b"\x82" + length.to_bytes(2, "big")
            if length > 255
            else bytes([129, length])
        )
        raw = b"\x30" + head + raw
    return raw


def test_a_signature_beyond_its_size_is_not_read(country: Country) -> None:
    assert outcome(country, signature=b"\x30" * (MAX_SIGNATURE + 1)) == "malformed"


def edited(country: Country, change: Callable[[Any], object]) -> bytes:
    """Return a good signature with one change in what no signature covers."""
    info = cms.ContentInfo.load(sign(CONTENT, country.supplier, Stamper(country.tsa), chain=[country.issuing]))
    change(info["content"])
    return bytes(info.dump())


def renamed(data: Any, serial: int) -> None:
    """Let a signature name the certificate with another serial number."""
    info = data["signer_infos"][0]
    value = {"issuer": info["sid"].chosen["issuer"], "serial_number": serial}
    info["sid"] = cms.SignerIdentifier("issuer_and_serial_number", cms.IssuerAndSerialNumber(value))


def twice(data: Any) -> None:
    data["signer_infos"].append(data["signer_infos"][0].copy())


def enclosed(data: Any) -> None:
    data["encap_content_info"] = {"content_type": "data", "content": CONTENT}


def with_list(country: Country) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data["crls"] = [cms.RevocationInfoChoice("certificate_list", cms.CertificateList.load(country.root.crl()))]

    return change


def test_forms_beside_the_one(country: Country) -> None:
    signer = country.supplier
    for change in (
        twice,
        enclosed,
        lambda data: data["digest_algorithms"].append({"algorithm": "sha512"}),
        lambda data: data.__setitem__("digest_algorithms", []),
        lambda data: data["signer_infos"][0]["unsigned_attrs"].append(data["signer_infos"][0]["unsigned_attrs"][0]),
        lambda data: renamed(data, 7),
    ):
        assert outcome(country, signature=edited(country, change)) == "malformed"
    assert outcome(country, signer=signer) == "valid"


def test_the_digest_named_beside_the_signature_is_the_one_signed(country: Country) -> None:
    def change(data: Any) -> None:
        data["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha512"}
        data["digest_algorithms"] = [{"algorithm": "sha512"}]

    assert outcome(country, signature=edited(country, change)) == "bad"


@pytest.mark.parametrize("count", [200, pytest.param(2000, marks=pytest.mark.full)])
def test_no_byte_of_what_is_signed_can_be_changed(country: Country, count: int) -> None:
    """A seeded sample of bits of attributes and value, then of all: never a failure of the checker."""
    good = sign(CONTENT, country.supplier, Stamper(country.tsa), chain=[country.issuing])
    info = cms.ContentInfo.load(good)["content"]["signer_infos"][0]
    chance = random.Random(7)
    with Checker([Case(country).entry()], now=int(datetime.now(UTC).timestamp())) as checker, \
            tempfile.TemporaryFile() as file:  # fmt: skip
        file.write(CONTENT)
        file.flush()
        checker.keep([("crl", each) for each in country.crls()])
        for part in (info["signed_attrs"].dump()[4:], info["signature"].native):
            start = good.index(part)
            for _ in range(40):
                raw = bytearray(good)
                raw[start + chance.randrange(len(part))] ^= 1 << chance.randrange(8)
                assert checker.check(file.fileno(), bytes(raw)).outcome not in {"valid", "failed"}
        seen = set()
        for _ in range(count):
            raw = bytearray(good)
            for _ in range(chance.choice((1, 1, 3))):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            checked = checker.check(file.fileno(), bytes(raw))
            seen.add(checked.outcome)
            assert checked.outcome != "failed"
        assert len(seen) > 4
        assert checker.check(file.fileno(), good).outcome == "valid"


# --- attributes and algorithms --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["content_type", "message_digest", "signing_certificate_v2"])
def test_signed_attributes_are_demanded(country: Country, name: str) -> None:
    assert outcome(country, faults=Faults(without=frozenset({name}))) == "attributes"
    assert outcome(country, faults=Faults(repeated=name)) == "malformed"


def test_attributes_name_this_signer_and_content(country: Country) -> None:
    other = country.issuing.issue("納入 太郎")
    assert outcome(country, faults=Faults(ess=other)) == "attributes"
    assert outcome(country, faults=Faults(content_type="tst_info")) == "attributes"
    assert outcome(country, faults=Faults(old_ess=True)) == "attributes"
    assert outcome(country, faults=Faults(message=b"0" * 32)) == "bad"


def test_a_certificate_of_the_same_name_put_in_its_place(country: Country) -> None:
    """Another key under the same name, even the same serial number, is not the signer."""
    other = country.issuing.issue("納入 太郎")

    def change(data: Any) -> None:
        data["certificates"][0] = cms.CertificateChoices("certificate", cms.Certificate.load(other.der))
        renamed(data, other.certificate.serial_number)

    assert outcome(country, signature=edited(country, change)) == "attributes"


def test_weak_signatures(country: Country) -> None:
    assert outcome(country, faults=Faults(digest="sha1")) == "weak"
    assert outcome(country, signer=country.issuing.issue("納入 太郎", key=rsa_key(1024))) == "certificate-weak"
    assert outcome(country, signer=country.issuing.issue("納入 太郎", Wish(sha1=True))) == "certificate-weak"


def test_weak_authorities(country: Country) -> None:
    weak = country.root.authority("見本認証局 弱", key=rsa_key(1024))
    assert outcome(country, signer=weak.issue("納入 太郎"), chain=(weak,),
                   crls=[country.root.crl(), weak.crl()]) == "certificate-weak"  # fmt: skip


# --- whose signature ------------------------------------------------------------------------------------------


def test_another_root_with_the_same_names(country: Country) -> None:
    other = Country()
    assert outcome(country, signer=other.supplier, chain=(other.issuing,),
                   crls=[*country.crls(), *other.crls()]) == "certificate-untrusted"  # fmt: skip


def test_a_chain_that_lacks_a_link(country: Country) -> None:
    assert outcome(country, chain=(country.root,)) == "certificate-untrusted"


def test_an_authority_that_is_none(country: Country) -> None:
    fake = country.issuing.issue("見本認証局 偽", Wish(usage=CERTIFIES, authority=False))
    signer = Authority(fake.certificate, fake.key).issue("納入 太郎")
    crls = [*country.crls(), Authority(fake.certificate, fake.key).crl()]
    assert outcome(country, signer=signer, chain=(fake, country.issuing), crls=crls) == "certificate-chain"


def test_a_root_does_not_sign_deliveries(country: Country) -> None:
    root = country.root
    own = Holder(root.certificate, root.key)
    assert outcome(country, signer=own, trust={"subject": root.subject}) == "certificate-usage"
    self_signed = Authority.root("単独", key=ec_key())
    alone = Authority(self_signed.certificate, self_signed.key).issue(
        self_signed.certificate.subject, key=self_signed.key
    )
    assert outcome(country, signer=alone, trust={"subject": alone.subject, "roots": (alone.pem,)},
                   chain=(country.issuing,)) == "certificate-untrusted"  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(usage=None), "certificate-usage"),
        (Wish(usage=frozenset({"key_encipherment"})), "certificate-usage"),
        (Wish(extended=(SERVER_AUTH,)), "certificate-usage"),
        (Wish(usage=SIGNS | CERTIFIES, authority=True), "certificate-usage"),
        (Wish(extended=(ExtendedKeyUsageOID.CODE_SIGNING,)), "valid"),
        (Wish(extended=(ExtendedKeyUsageOID.EMAIL_PROTECTION, SERVER_AUTH)), "valid"),
        (Wish(usage=frozenset({"content_commitment"})), "valid"),
        (Wish(extra=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True),)),
         "certificate-chain"),
        (Wish(extra=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), False),)), "valid"),
    ],
)  # fmt: skip
def test_what_a_certificate_is_for(country: Country, wish: Wish, expected: str) -> None:
    assert outcome(country, signer=country.issuing.issue("納入 太郎", wish)) == expected


# --- time -----------------------------------------------------------------------------------------------------


def test_expired_and_too_early(country: Country) -> None:
    ended = country.issuing.issue("納入 太郎", Wish(starts=-60 * DAY, ends=-30 * DAY))
    assert outcome(country, signer=ended) == "certificate-expired"
    within = Stamper(country.tsa_root.issue("T", tsa_wish(starts=-100 * DAY)), at=datetime.now(UTC) - 40 * DAY)
    lists = [country.root.crl(issued=-41 * DAY), country.issuing.crl(issued=-41 * DAY)]
    assert outcome(country, signer=ended, stamper=within, crls=lists) == "valid"
    later = country.issuing.issue("納入 太郎", Wish(starts=2 * DAY))
    assert outcome(country, signer=later) == "certificate-expired"


def test_timestamps_of_others(country: Country) -> None:
    other = Country()
    assert outcome(country, stamper=Stamper(other.tsa)) == "timestamp-untrusted"
    assert outcome(country, stamper=Stamper(country.issuing.issue("T", tsa_wish()))) == "timestamp-untrusted"


def test_a_timestamp_over_other_bytes(country: Country) -> None:
    assert outcome(country, stamper=Stamper(country.tsa, imprint=b"else")) == "timestamp-bad"


def test_a_timestamp_taken_from_another_signature(country: Country) -> None:
    taken = Stamper(country.tsa)(b"another signature's value")
    signature = sign(CONTENT, country.supplier, lambda _: taken, chain=[country.issuing])
    assert outcome(country, signature=signature) == "timestamp-bad"


@pytest.mark.parametrize(
    "wish",
    [
        tsa_wish(extended_critical=False),
        tsa_wish(extended=()),
        tsa_wish(extended=(ExtendedKeyUsageOID.TIME_STAMPING, SERVER_AUTH)),
        tsa_wish(usage=frozenset({"key_encipherment"})),
    ],
)
def test_authorities_that_may_not_stamp(country: Country, wish: Wish) -> None:
    assert outcome(country, stamper=Stamper(country.tsa_root.issue("T", wish))) == "timestamp-usage"


def test_timestamps_that_are_weak_or_wrong(country: Country) -> None:
    tsa = country.tsa
    assert outcome(country, stamper=Stamper(tsa, faults=Faults(digest="sha1"))) == "timestamp-weak"
    weak = country.tsa_root.issue("T", tsa_wish(), key=rsa_key(1024))
    assert outcome(country, stamper=Stamper(weak)) == "timestamp-weak"
    assert outcome(country, stamper=Stamper(country.tsa_root.issue("T", tsa_wish(sha1=True)))) == "timestamp-weak"
    nameless = Faults(without=frozenset({"signing_certificate_v2"}))
    assert outcome(country, stamper=Stamper(tsa, faults=nameless)) == "timestamp-malformed"
    assert outcome(country, stamper=Stamper(tsa, faults=Faults(ess=country.supplier))) == "timestamp-bad"
    assert outcome(country, stamper=Stamper(tsa, faults=Faults(message=b"0" * 32))) == "timestamp-bad"
    assert outcome(country, stamper=Stamper(tsa, faults=Faults(old_ess=True))) == "valid"


def test_an_authority_that_has_ended(country: Country) -> None:
    """Whoever holds an ended authority's key could date anything back: its timestamps prove nothing any more."""
    short = country.tsa_root.issue("T", tsa_wish(ends=10 * DAY))
    assert outcome(country, stamper=Stamper(short)) == "valid"
    assert outcome(country, stamper=Stamper(short), now=11 * DAY) == "timestamp-expired"
    ended = country.tsa_root.issue("T", tsa_wish(starts=-20 * DAY, ends=-10 * DAY))
    assert outcome(country, stamper=Stamper(ended)) == "timestamp-expired"
    assert outcome(country, stamper=Stamper(ended, at=datetime.now(UTC) - 15 * DAY)) == "timestamp-expired"


def test_an_authority_that_was_revoked(country: Country) -> None:
    def with_list(**options: Any) -> Outcome:
        lists = [*country.crls(), country.tsa_root.crl({country.tsa: options.pop("since", -DAY)}, **options)]
        return outcome(country, crls=lists)

    later = DAY
    assert with_list() == "timestamp-revoked"
    assert with_list(since=later) == "timestamp-revoked"  # no reason: every timestamp falls
    assert with_list(since=later, reason=x509.ReasonFlags.key_compromise) == "timestamp-revoked"
    assert with_list(since=later, reason=x509.ReasonFlags.superseded) == "valid"
    assert with_list(reason=x509.ReasonFlags.superseded) == "timestamp-revoked"
    assert with_list(key=ec_key()) == "valid"  # nobody's list


# --- revocation -----------------------------------------------------------------------------------------------


def test_revoked_before_and_after(country: Country) -> None:
    supplier = country.supplier
    for since in (-DAY, -timedelta(minutes=1), timedelta()):
        at = datetime.now(UTC).replace(microsecond=0)
        assert outcome(country, crls=country.crls(revoked={supplier: since}), stamper=Stamper(country.tsa, at=at)) == \
            "certificate-revoked"  # fmt: skip
    assert outcome(country, crls=country.crls(revoked={supplier: DAY}, issued=2 * DAY)) == "valid"


def test_invalid_since_before_it_was_revoked(country: Country) -> None:
    lists = country.crls(revoked={country.supplier: DAY}, issued=2 * DAY, invalid_since=-DAY,
                         reason=x509.ReasonFlags.key_compromise)  # fmt: skip
    assert outcome(country, crls=lists) == "certificate-revoked"


def test_a_revoked_authority(country: Country) -> None:
    lists = [country.root.crl({country.issuing: -DAY}), country.issuing.crl()]
    assert outcome(country, crls=lists) == "certificate-revoked"


def test_of_two_lists_the_one_that_revokes_counts(country: Country) -> None:
    old, new = country.issuing.crl(issued=-2 * DAY), country.issuing.crl({country.supplier: -DAY})
    for order in ([old, new], [new, old]):
        assert outcome(country, crls=[country.root.crl(), *order]) == "certificate-revoked"


def test_nothing_known_of_revocation(country: Country) -> None:
    root, issuing = country.root.crl(), country.issuing.crl()
    assert outcome(country, crls=[]) == "revocation-unknown"
    assert outcome(country, crls=[root]) == "revocation-unknown"
    assert outcome(country, crls=[issuing]) == "revocation-unknown"
    assert outcome(country, crls=[root, country.issuing.crl(key=ec_key())]) == "revocation-unknown"
    assert outcome(country, crls=[root, Country().issuing.crl()]) == "revocation-unknown"
    # Lists that had ended when the signature was made.
    assert outcome(country, crls=country.crls(issued=-8 * DAY)) == "revocation-unknown"


def test_how_old_a_list_may_be(country: Country) -> None:
    lists = [country.root.crl(issued=-3 * DAY), country.issuing.crl(issued=-3 * DAY)]
    assert outcome(country, crls=lists) == "valid"
    assert outcome(country, crls=lists, trust={"most_days": 3}) == "valid"
    assert outcome(country, crls=lists, trust={"most_days": 2}) == "revocation-stale"
    assert outcome(country, crls=[], trust={"most_days": 2}) == "revocation-unknown"


def test_how_old_an_answer_may_be(country: Country) -> None:
    signer = country.issuing.issue("納入 太郎", Wish(ocsp_url="http://ocsp.example.invalid/"))
    for issued, expected in ((-3 * DAY, "revocation-stale"), (-DAY, "valid")):
        answer = country.issuing.ocsp(signer, issued=issued)
        trust = {"revocation": "ocsp", "most_days": 2}
        assert outcome(country, signer=signer, crls=[country.root.crl()], ocsps=[answer], trust=trust) == expected


def test_until_when_revocation_is_known(country: Country) -> None:
    """A list or answer of nobody's, dated later, does not count."""
    signer = country.issuing.issue("納入 太郎", Wish(ocsp_url="http://ocsp.example.invalid/"))
    stranger = country.issuing.issue("誰か")
    lists, now = country.crls(issued=-2 * DAY), datetime.now(UTC)

    def known(*more: bytes, ocsps: Sequence[bytes] = ()) -> float:
        checked = Case(country, signer=signer, crls=[*lists, *more], ocsps=list(ocsps)).check()
        assert checked.outcome == "valid"
        return round((datetime.fromtimestamp(checked.known, UTC) - now) / DAY, 1)

    assert known() == -2
    assert known(country.issuing.crl(issued=DAY)) == 1
    assert known(country.issuing.crl(issued=DAY, key=ec_key())) == -2
    assert known(country.root.crl(issued=DAY)) == -2
    assert known(ocsps=[country.issuing.ocsp(signer, issued=-DAY)]) == -1
    assert known(ocsps=[country.issuing.ocsp(stranger, issued=-DAY)]) == -2
    assert known(ocsps=[country.issuing.ocsp(signer, issued=-DAY, responder=stranger)]) == -2


def test_the_recipients_own_lists_win(country: Country) -> None:
    good, bad = country.crls(), country.crls(revoked={country.supplier: -DAY})
    assert outcome(country, crls=good, trust={"crls": tuple(bad)}) == "certificate-revoked"
    assert outcome(country, crls=bad, trust={"crls": tuple(good)}) == "valid"
    assert outcome(country, crls=good, trust={"crls": tuple(good[:1])}) == "revocation-unknown"


def test_answers_in_the_place_of_lists(country: Country) -> None:
    signer = country.issuing.issue("納入 太郎", Wish(ocsp_url="http://ocsp.example.invalid/"))
    answer = country.issuing.ocsp(signer)
    root = country.root.crl()

    def with_answers(*answers: bytes, revocation: str = "ocsp", crls: Sequence[bytes] = (root,)) -> Outcome:
        return outcome(country, signer=signer, crls=list(crls), ocsps=list(answers), trust={"revocation": revocation})

    assert with_answers(answer) == "valid"
    assert with_answers(answer, revocation="either") == "valid"
    assert with_answers(answer, revocation="crl") == "revocation-unknown"
    assert with_answers(crls=country.crls()) == "revocation-unknown"
    assert with_answers(country.issuing.ocsp(signer, revoked=-DAY)) == "certificate-revoked"
    assert with_answers(country.issuing.ocsp(signer, revoked=DAY, issued=2 * DAY)) == "revocation-unknown"
    assert with_answers(country.issuing.ocsp(signer, issued=-9 * DAY)) == "revocation-unknown"
    assert with_answers(country.issuing.ocsp(country.supplier)) == "revocation-unknown"
    delegate = country.issuing.issue("OCSP", Wish(extended=(ExtendedKeyUsageOID.OCSP_SIGNING,),
                                                  extra=((x509.OCSPNoCheck(), False),)))  # fmt: skip
    assert with_answers(country.issuing.ocsp(signer, responder=delegate)) == "valid"
    stranger = country.issuing.issue("OCSP", Wish(extra=((x509.OCSPNoCheck(), False),)))
    assert with_answers(country.issuing.ocsp(signer, responder=stranger)) == "revocation-unknown"


# --- profiles -------------------------------------------------------------------------------------------------


def test_the_governments_profile(country: Country) -> None:
    def official(**changes: Any) -> Outcome:
        wish = Wish(policies_critical=True, directory_point=True)
        signer = country.issuing.issue("納入 太郎", replace(wish, **changes))
        trust = {"profile": "gpki-official", "revocation": "crl"}
        return outcome(country, signer=signer, trust=trust, crls=country.crls(), **more)

    more: dict[str, Any] = {}
    assert official() == "valid"
    assert official(policies_critical=False) == "certificate-profile"
    assert official(policies_critical=None) == "certificate-profile"
    assert official(usage=frozenset({"digital_signature"})) == "certificate-usage"
    assert official(usage=None) == "certificate-usage"


def test_critical_policies_and_directory_points_under_plain_too(country: Country) -> None:
    signer = country.issuing.issue("納入 太郎", Wish(policies_critical=True, directory_point=True))
    assert outcome(country, signer=signer) == "valid"


def test_the_profile_of_the_registry_of_companies(country: Country) -> None:
    """Certificates without key usage, whose state only OCSP tells."""
    signer = country.issuing.issue("納入 太郎", Wish(usage=None, ocsp_url="http://ocsp.example.invalid/"))
    answer, lists = country.issuing.ocsp(signer), [country.root.crl()]
    trust = {"profile": "shogyo-toki", "revocation": "ocsp"}
    assert outcome(country, signer=signer, ocsps=[answer], crls=lists, trust=trust) == "valid"
    assert outcome(country, signer=signer, ocsps=[answer], crls=lists) == "certificate-usage"
    assert outcome(country, signer=signer, crls=country.crls(), trust=trust) == "revocation-unknown"
    unfit = country.issuing.issue("納入 太郎", Wish(usage=NO_USAGE | {"key_agreement"}))
    assert outcome(country, signer=unfit, trust=trust) == "certificate-usage"


# --- what cannot be read --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trust", "fault"),
    [
        ({"roots": ()}, "roots"),
        ({"roots": (b"x",)}, "roots"),
        ({"tsa_roots": (b"",)}, "tsa-roots"),
        ({"crls": (b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",)}, "crls"),
        ({"subject": "no name"}, "subject"),
        ({"subject": ""}, "subject"),
    ],
)
def test_entries_that_cannot_be_read(country: Country, trust: dict[str, Any], fault: str) -> None:
    with pytest.raises(TrustEntryError) as caught:
        Checker([Case(country).entry(), Case(country, trust=trust).entry()], now=0)
    assert (caught.value.number, caught.value.fault) == (1, fault)


def test_more_than_can_be_handed_over() -> None:
    large = TrustedSigner((b"0" * (7 << 20),), (b"0",), subject=NAME)
    with pytest.raises(TrustEntryError) as caught:
        Checker([large, large], now=0)
    assert (caught.value.number, caught.value.fault) == (1, "crls")


def test_several_certificates_in_one_file(country: Country) -> None:
    with pytest.raises(TrustEntryError):
        Checker([Case(country, trust={"roots": (country.root.pem + country.tsa_root.pem,)}).entry()], now=0)


def test_material_that_is_none_is_named(country: Country) -> None:
    with Checker([Case(country).entry()], now=0) as checker:
        assert checker.keep([("crl", country.root.crl()), ("crl", country.root.der), ("ocsp", b"0\0"), ("cer", b""),
                             ("cer", country.root.der)]) == [1, 2, 3]  # fmt: skip


def test_in_a_confined_process(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker_module, "_confinable", lambda: True)
    good = sign(CONTENT, country.supplier, Stamper(country.tsa), chain=[country.issuing])
    entry = Case(country).entry()
    with Checker([entry], now=int(datetime.now(UTC).timestamp())) as checker, tempfile.TemporaryFile() as file:
        file.write(CONTENT)
        file.flush()
        assert checker.keep([("crl", each) for each in country.crls()]) == []
        assert checker.check(file.fileno(), good).outcome == "valid"
        assert checker.check(file.fileno(), nested(2000)).outcome == "malformed"
        file.write(b"more")
        file.flush()
        assert checker.check(file.fileno(), good).outcome == "bad"


def test_the_gates_side_imports_no_parser() -> None:
    text = Path("gate/x509/checker.py").read_text()
    assert "asn1crypto" not in text
    assert "pyhanko" not in text
