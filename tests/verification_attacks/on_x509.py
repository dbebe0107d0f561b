"""Attacks on signatures with certificates: the CMS, its timestamp, the chain, and what says that it was not revoked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from asn1crypto import cms, core
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.simulators.cms_signer import Faults, Stamper
from tests.simulators.pki import (
    CERTIFIES,
    DAY,
    SERVER_AUTH,
    Authority,
    Holder,
    Wish,
    ec_key,
    name_of,
    rsa_key,
    tsa_wish,
)
from tests.verification_attacks.attack import Attack, Power, Trusts
from tests.verification_attacks.scene import P7S, RECORD, SIGNED, SUMS, TSR, Scene

if TYPE_CHECKING:
    from tests.simulators.pki import Country

X509 = Trusts(ways=("x509",))
NAME = "納入 太郎"
RESPONDER = "http://ocsp.example.invalid/"
Do = Callable[[Scene], object]


def country(scene: Scene) -> Country:
    return scene.arena.country


def again(holder: Callable[[Scene], Holder] | None = None, stamper: Callable[[Scene], Any] | None = None,
          **options: Any) -> Do:  # fmt: skip
    """Sign the record again, with one thing other than it must be; by default nothing is."""

    def do(scene: Scene) -> None:
        given = {name: value(scene) if callable(value) else value for name, value in options.items()}
        scene.sign_cms(holder(scene) if holder else None, stamper(scene) if stamper else None, **given)

    return do


def issued(wish: Wish | None = None, subject: Any = NAME, **options: Any) -> Callable[[Scene], Holder]:
    """Let the accepted authority issue a certificate."""
    return lambda scene: country(scene).issuing.issue(subject, wish, **options)


def as_promised(scene: Scene) -> None:
    """Sign with the very certificate that the record promises."""
    scene.sign_cms()


def stamped(wish: Wish | None = None, at: timedelta | None = None, **options: Any) -> Callable[[Scene], Stamper]:
    """Let an authority below the accepted root stamp."""

    def make(scene: Scene) -> Stamper:
        holder = country(scene).tsa_root.issue("T", wish) if wish else country(scene).tsa
        return Stamper(holder, at=None if at is None else datetime.now(UTC) + at, **options)

    return make


def extended(*, critical: bool) -> dict[str, Any]:
    """Return an extension of what a timestamp says that nobody knows."""
    return {"extensions": [{"extn_id": "1.2.3", "critical": critical, "extn_value": core.OctetString(b"\5\0")}]}


def below_false_authority(scene: Scene) -> None:
    """Sign below a certificate of the accepted authority that may not issue any."""
    issuing = country(scene).issuing
    false = issuing.issue("見本認証局 偽", Wish(usage=CERTIFIES, authority=False))
    authority = Authority(false.certificate, false.key)
    scene.relist(*country(scene).crls(), authority.crl())
    scene.sign_cms(authority.issue(NAME), chain=[false, issuing])


def foreign_root(scene: Scene) -> None:
    """Bring everything that is needed to trust another root, but the trust."""
    strangers = scene.arena.strangers
    for each in (strangers.root, strangers.issuing):
        scene.keep(each.der, "cer")
    for raw in strangers.crls():
        scene.keep(raw, "crl")
    scene.sign_cms(strangers.supplier, chain=[strangers.issuing, strangers.root])


def swapped(scene: Scene) -> None:
    shutil.copyfile(scene.path(f"{SUMS}.p7s"), scene.path(P7S))


def borrowed_stamp(scene: Scene) -> None:
    """Put the good timestamp of another signature into this one."""
    other = cms.ContentInfo.load(scene.read(f"{SUMS}.p7s"))["content"]["signer_infos"][0]["unsigned_attrs"]
    token = other[0]["values"][0]
    scene.sign_cms(stamper=lambda _: token)


def edit(change: Callable[[Any], object]) -> Do:
    return lambda scene: scene.edit_cms(change)


def two_signers(data: Any) -> None:
    data["signer_infos"].append(data["signer_infos"][0].copy())


def with_content(data: Any) -> None:
    data["encap_content_info"] = {"content_type": "data", "content": b"something else"}


def more_attributes(data: Any) -> None:
    value = cms.CMSAttribute({"type": "1.2.3.4", "values": [cms.CMSAttributeType("content_type")]})
    data["signer_infos"][0]["unsigned_attrs"].append(value)


def indefinite(scene: Scene) -> None:
    """Encode the outermost value with an indefinite length, which no signature covers (X.690, 8.1.3.6)."""
    raw = scene.read(P7S)
    assert raw[:2] == b"\x30\x82"
    scene.write(P7S, b"\x30\x80" + raw[4:] + b"\0\0")


_CMS = [
    Attack("cms-cut", Power.DISK, ("a CMS signature cut in half", "CMS 署名の切捨て"),
           lambda scene: scene.write(P7S, scene.read(P7S)[:2000]), "verify/cms-malformed", P7S, X509),
    Attack("cms-encoding", Power.DISK, ("another encoding of the same signature", "同じ署名の別の符号化"), indefinite,
           "verify/cms-malformed", P7S, X509),
    Attack("cms-two-signers", Power.DISK, ("two signers in one signature", "一つの署名に二人の署名者"),
           edit(two_signers), "verify/cms-malformed", P7S, X509, twin=as_promised),
    Attack("cms-content", Power.DISK, ("a signature that brings its own content", "内容を伴う署名"), edit(with_content),
           "verify/cms-malformed", P7S, X509),
    Attack("cms-more-attributes", Power.DISK, ("an attribute beside the timestamp", "タイムスタンプ以外の属性の追加"),
           edit(more_attributes), "verify/cms-malformed", P7S, X509),
    Attack("cms-no-certificate-attribute", Power.SUPPLIER, ("signed attributes that name no certificate",
           "証明書を示す署名属性がない"), again(faults=Faults(without=frozenset({"signing_certificate_v2"}))),
           "verify/cms-attributes", P7S, X509, twin=again()),
    Attack("cms-other-certificate-attribute", Power.CERTIFICATE, ("signed attributes of another certificate",
           "別の証明書を示す署名属性"), again(faults=lambda scene: Faults(ess=country(scene).issuing)),
           "verify/cms-attributes", P7S, X509),
    Attack("cms-content-type", Power.CERTIFICATE, ("a signature over another type of content", "別の種類の内容の署名"),
           again(faults=Faults(content_type="tst_info")), "verify/cms-attributes", P7S, X509),
    Attack("cms-swapped", Power.DISK, ("the signature of another file", "他のファイルの署名の流用"), swapped,
           "verify/signature-bad", P7S, X509),
    Attack("cms-replayed", Power.ARCHIVE, ("the signature of an earlier record", "以前の記録の署名の流用"),
           lambda scene: scene.write(P7S, (scene.arena.earlier / P7S).read_bytes()), "verify/signature-bad", P7S, X509),
    Attack("cms-digest-weak", Power.SUPPLIER, ("a signature with SHA-1", "SHA-1 による署名"),
           again(faults=Faults(digest="sha1")), "verify/signature-weak", P7S, X509,
           twin=again(faults=Faults(digest="sha512"))),
]  # fmt: skip

_WHO = [
    Attack("cert-somebody", Power.CERTIFICATE, ("somebody else below the same authority", "同じ認証局の別人の証明書"),
           again(issued(subject="別人")), "verify/signer-unknown", P7S, X509),
    Attack("cert-look-alike", Power.CERTIFICATE, ("a name with a character that looks alike",
           "似た文字を用いた名義の証明書"), again(issued(subject="納入 太郞")), "verify/signer-unknown", P7S, X509),
    Attack("cert-invisible", Power.CERTIFICATE, ("a name with a character that nobody sees",
           "見えない文字を含む名義の証明書"), again(issued(subject="納入 太\u200b郎")), "verify/signer-unknown", P7S,
           X509),
    Attack("cert-organization", Power.CERTIFICATE, ("the name in another organisation", "別の組織の同名の証明書"),
           again(issued(subject=name_of(NAME, "偽"))), "verify/signer-unknown", P7S, X509),
    Attack("cert-namesake", Power.CERTIFICATE, ("the same name and another key", "同名の別の鍵の証明書"),
           again(issued()), "verify/signer-differs", P7S, X509, twin=again()),
    Attack("cert-pinned", Power.CERTIFICATE, ("the same name and another key, where the recipient names the key",
           "鍵を指定した受領者に対する同名の別の鍵の証明書"), again(issued()), "verify/signer-unknown", P7S,
           Trusts(ways=("x509",), x509='spki_sha256 = "{spki}"'), twin=again()),
    Attack("cert-foreign-root", Power.AUTHORITY, ("the same names below another root, all of it in the folder",
           "同名の別のルートとその資料一式"), foreign_root, "verify/certificate-untrusted", P7S, X509),
    Attack("cert-false-authority", Power.CERTIFICATE, ("a certificate below one that may not issue any",
           "発行権限のない証明書による発行"), below_false_authority, "verify/certificate-chain", P7S, X509),
    Attack("cert-server", Power.CERTIFICATE, ("a server's certificate", "サーバ証明書"),
           again(issued(Wish(extended=(SERVER_AUTH,)))), "verify/certificate-usage", P7S, X509),
    Attack("cert-no-usage", Power.CERTIFICATE, ("a certificate that does not say what it is for",
           "用途の記載のない証明書"), again(issued(Wish(usage=None))), "verify/certificate-usage", P7S, X509),
    Attack("cert-authority", Power.AUTHORITY, ("an authority's own certificate", "認証局の証明書による署名"),
           again(issued(Wish(usage=CERTIFIES | {"digital_signature"}, authority=True))), "verify/certificate-usage",
           P7S, X509),
    Attack("cert-critical", Power.CERTIFICATE, ("a critical extension that nobody knows", "未知の重要な拡張"),
           again(issued(Wish(extra=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), True),)))),
           "verify/certificate-chain", P7S, X509),
    Attack("cert-short-key", Power.CERTIFICATE, ("an RSA key of 1024 bits", "1024ビットの RSA 鍵"),
           again(lambda scene: country(scene).issuing.issue(NAME, key=rsa_key(1024))), "verify/certificate-weak", P7S,
           X509),
    Attack("cert-sha1", Power.CERTIFICATE, ("a certificate signed with SHA-1", "SHA-1 で署名された証明書"),
           again(issued(Wish(sha1=True))), "verify/certificate-weak", P7S, X509),
    Attack("cert-expired", Power.STOLEN, ("a certificate that had ended, with a timestamp",
           "終了した証明書（タイムスタンプあり）"), again(issued(Wish(starts=-90 * DAY, ends=-DAY))),
           "verify/certificate-expired", P7S, X509),
    Attack("cert-expired-undated", Power.STOLEN, ("a certificate that had ended, without one",
           "終了した証明書（タイムスタンプなし）"), again(issued(Wish(starts=-90 * DAY, ends=-DAY)), undated=True),
           "verify/timestamp-missing", P7S, X509),
    Attack("cert-not-begun", Power.CERTIFICATE, ("a certificate that has not begun", "開始前の証明書"),
           again(issued(Wish(starts=DAY))), "verify/certificate-expired", P7S, X509),
    Attack("cert-profile", Power.CERTIFICATE, ("a certificate not of the profile agreed", "取り決めた種別でない証明書"),
           lambda scene: scene.trust(x509='profile = "gpki-official"'), "verify/certificate-profile", P7S, X509),
]  # fmt: skip

_STAMPS = [
    Attack("stamp-stripped", Power.DISK, ("the timestamp taken out", "タイムスタンプの除去"), again(undated=True),
           "verify/timestamp-missing", P7S, X509, twin=again()),
    Attack("stamp-borrowed", Power.ARCHIVE, ("the timestamp of another signature", "他の署名のタイムスタンプの流用"),
           borrowed_stamp, "verify/timestamp-bad", P7S, X509),
    Attack("stamp-other-bytes", Power.STAMPS, ("a timestamp over other bytes", "別の内容のタイムスタンプ"),
           again(stamper=stamped(imprint=b"x")), "verify/timestamp-bad", P7S, X509),
    Attack("stamp-foreign", Power.STAMPS, ("a timestamp of a foreign authority", "信頼しない局のタイムスタンプ"),
           again(stamper=lambda scene: Stamper(scene.arena.strangers.tsa)), "verify/timestamp-untrusted", P7S, X509),
    Attack("stamp-no-usage", Power.STAMPS, ("a timestamp by a certificate that is for nothing",
           "用途の記載のない局の証明書"), again(stamper=stamped(tsa_wish(extended=()))), "verify/timestamp-usage", P7S,
           X509),
    Attack("stamp-server", Power.STAMPS, ("a timestamp by a server's certificate",
           "サーバ証明書によるタイムスタンプ"), again(stamper=stamped(tsa_wish(extended=(SERVER_AUTH, )))),
           "verify/timestamp-usage", P7S, X509),
    Attack("stamp-two-usages", Power.STAMPS, ("a timestamp by a certificate with two purposes", "複数用途の局の証明書"),
           again(stamper=stamped(tsa_wish(extended=(ExtendedKeyUsageOID.TIME_STAMPING, SERVER_AUTH)))),
           "verify/timestamp-usage", P7S, X509),
    Attack("stamp-backdated", Power.STAMPS, ("a timestamp dated back by an ended authority",
           "終了した局による日時の遡及"), again(stamper=stamped(tsa_wish(starts=-90 * DAY, ends=-DAY), at=-9 * DAY)),
           "verify/timestamp-expired", P7S, X509),
    Attack("stamp-before", Power.STAMPS, ("a timestamp from before the certificate", "証明書の開始前のタイムスタンプ"),
           again(stamper=stamped(tsa_wish(starts=-90 * DAY), at=-40 * DAY)), "verify/certificate-expired", P7S, X509),
    Attack("stamp-tomorrow", Power.STAMPS, ("a timestamp of tomorrow", "未来の日時のタイムスタンプ"),
           again(stamper=stamped(at=DAY)), "verify/signature-in-future", P7S, X509),
    Attack("stamp-weak", Power.STAMPS, ("a timestamp with SHA-1", "SHA-1 によるタイムスタンプ"),
           again(stamper=stamped(faults=Faults(digest="sha1"))), "verify/timestamp-weak", P7S, X509),
    Attack("stamp-nameless", Power.STAMPS, ("a timestamp that names no certificate", "証明書を示さないタイムスタンプ"),
           again(stamper=stamped(faults=Faults(without=frozenset({"signing_certificate_v2"})))),
           "verify/timestamp-malformed", P7S, X509),
    Attack("stamp-version", Power.STAMPS, ("a timestamp of a version that nobody knows", "未知の版のタイムスタンプ"),
           again(stamper=stamped(says={"version": 2})), "verify/timestamp-malformed", P7S, X509),
    Attack("stamp-critical", Power.STAMPS, ("a timestamp with a critical extension that nobody knows",
           "未知の重要な拡張を持つタイムスタンプ"), again(stamper=stamped(says=extended(critical=True))),
           "verify/timestamp-malformed", P7S, X509, twin=again(stamper=stamped(says=extended(critical=False)))),
    Attack("stamp-inaccurate", Power.STAMPS, ("a timestamp that may be of ten days later",
           "10日の誤差があり得るタイムスタンプ"), again(stamper=stamped(says={"accuracy": {"seconds": 864_000}})),
           "verify/revocation-unknown", P7S, X509,
           twin=again(stamper=stamped(says={"accuracy": {"seconds": 1, "millis": 1, "micros": 1}}))),
    Attack("stamp-revoked", Power.STAMPS, ("a timestamp of a revoked authority", "失効した局のタイムスタンプ"),
           lambda scene: scene.keep(country(scene).tsa_root.crl({country(scene).tsa: -DAY}), "crl"),
           "verify/timestamp-revoked", P7S, X509,
           twin=lambda scene: scene.keep(country(scene).tsa_root.crl({country(scene).tsa: -DAY}, key=ec_key()), "crl")),
    Attack("stamp-revoked-answer", Power.STAMPS, ("a timestamp of an authority that an OCSP answer revokes",
           "OCSP 応答が失効を示す局のタイムスタンプ"),
           lambda scene: scene.keep(country(scene).tsa_root.ocsp(country(scene).tsa, revoked=-DAY), "ocsp"),
           "verify/timestamp-revoked", P7S, X509,
           twin=lambda scene: scene.keep(country(scene).tsa_root.ocsp(country(scene).tsa), "ocsp")),
    Attack("answer-swapped", Power.DISK, ("the timestamp beside a signature exchanged",
           "隣のタイムスタンプ応答の入替え"), lambda scene: shutil.copyfile(scene.path(f"{SUMS}.p7s.tsr"),
           scene.path(TSR)), "verify/timestamp-differs", TSR, X509),
    Attack("answer-removed", Power.DISK, ("the timestamp beside a signature removed", "隣のタイムスタンプ応答の削除"),
           lambda scene: scene.path(TSR).unlink(), "verify/missing", TSR, X509),
    Attack("answer-added", Power.DISK, ("a timestamp beside a signature that has none",
           "無関係なタイムスタンプ応答の追加"), lambda scene: scene.write(f"{RECORD}.asc.tsr", b"x"),
           "verify/unexpected", f"{RECORD}.asc.tsr", X509),
]  # fmt: skip


def lists(make: Callable[[Country], list[bytes]]) -> Do:
    return lambda scene: scene.relist(*make(country(scene)))


def own_lists(make: Callable[[Country], list[bytes]]) -> Do:
    """Let the recipient know of later lists."""
    return lambda scene: scene.trust(x509=scene.own_lists(*make(country(scene))))


def answered(**options: Any) -> Do:
    """Let all be signed under a certificate that names a responder, whose answer is spoilt as ``options`` say."""

    def do(scene: Scene) -> None:
        at, given = country(scene), dict(options)
        signer = at.issuing.issue(NAME, Wish(ocsp_url=RESPONDER), key=at.supplier.key)
        by = given.pop("by", None)
        about = at.issuing.issue(NAME) if given.pop("other", False) else signer
        scene.sign_cms(signer, names=[f"{name}.p7s" for name in SIGNED])
        scene.relist(at.root.crl())
        scene.keep(at.issuing.ocsp(about, responder=at.issuing.issue("OCSP", by) if by else None, **given), "ocsp")
        scene.trust(x509='revocation = "ocsp"')

    return do


def ended(says: Callable[[Scene, Holder], object], **wish: Any) -> Do:
    """Let all be signed under a certificate that ends a day later; what says that it held comes from ``says``."""

    def do(scene: Scene) -> None:
        at = country(scene)
        signer = at.issuing.issue(NAME, Wish(ends=DAY, **wish), key=at.supplier.key)
        scene.sign_cms(signer, names=[f"{name}.p7s" for name in SIGNED])
        says(scene, signer)
        scene.now = datetime.now(UTC) + 9 * DAY

    return do


def listed(**options: Any) -> Callable[[Scene, Holder], object]:
    return lambda scene, _: scene.relist(country(scene).root.crl(), country(scene).issuing.crl(**options))


def said(**options: Any) -> Callable[[Scene, Holder], object]:
    """Let the authority answer, and the recipient ask for an answer."""

    def do(scene: Scene, signer: Holder) -> None:
        scene.relist(country(scene).root.crl())
        scene.keep(country(scene).issuing.ocsp(signer, **options), "ocsp")
        scene.trust(x509='revocation = "ocsp"')

    return do


def only(**scope: bool) -> x509.IssuingDistributionPoint:
    """Return the extension of a list that is about some certificates alone (RFC 5280, 5.2.5)."""
    said: dict[str, Any] = {"only_contains_user_certs": False, "only_contains_ca_certs": False,
                            "only_contains_attribute_certs": False, "indirect_crl": False}  # fmt: skip
    reasons = frozenset({x509.ReasonFlags.ca_compromise}) if scope.pop("reasons", False) else None
    return x509.IssuingDistributionPoint(None, None, only_some_reasons=reasons, **{**said, **scope})


def too_much(scene: Scene) -> None:
    for number in range(100):
        scene.keep(b"%d" % number, "cer")


_UNKNOWN = "verify/revocation-unknown"
_REVOCATION = [
    Attack("lists-stripped", Power.DISK, ("all revocation lists removed", "失効リストの全ての削除"),
           lists(lambda _: []), _UNKNOWN, P7S, X509, twin=lists(lambda at: at.crls())),
    Attack("list-stripped", Power.DISK, ("the list about the signer removed", "署名者に関する失効リストの削除"),
           lists(lambda at: [at.root.crl()]), _UNKNOWN, P7S, X509),
    Attack("list-forged", Power.AUTHORITY, ("a list signed by another key", "別の鍵で署名された失効リスト"),
           lists(lambda at: [at.root.crl(), at.issuing.crl(key=ec_key())]), _UNKNOWN, P7S, X509),
    Attack("list-foreign", Power.AUTHORITY, ("a list of another authority with the same name",
           "同名の別の認証局の失効リスト"), lambda scene: scene.relist(country(scene).root.crl(),
           scene.arena.strangers.issuing.crl()), _UNKNOWN, P7S, X509),
    Attack("list-ended", Power.ARCHIVE, ("a list that had ended before the signature", "署名前に終了した失効リスト"),
           lists(lambda at: [at.root.crl(), at.issuing.crl(issued=-30 * DAY)]), _UNKNOWN, P7S, X509),
    Attack("list-stale", Power.ARCHIVE, ("a list older than the recipient allows", "受領者の許容より古い失効リスト"),
           lists(lambda at: [at.root.crl(issued=-3 * DAY), at.issuing.crl(issued=-3 * DAY)]), "verify/revocation-stale",
           P7S, Trusts(ways=("x509",), x509="max_crl_age_days = 2"),
           twin=lists(lambda at: [at.root.crl(issued=-DAY), at.issuing.crl(issued=-DAY)])),
    Attack("list-delta", Power.ARCHIVE, ("changes since a list, and not the list", "差分の失効リストのみ"),
           lists(lambda at: [at.root.crl(), at.issuing.crl(extra=[x509.DeltaCRLIndicator(1)])]), _UNKNOWN, P7S, X509),
    Attack("list-authorities", Power.ARCHIVE, ("a list of authorities alone", "認証局のみに関する失効リスト"),
           lists(lambda at: [at.root.crl(), at.issuing.crl(extra=[only(only_contains_ca_certs=True)])]), _UNKNOWN, P7S,
           X509, twin=lists(lambda at: [at.root.crl(), at.issuing.crl(extra=[only(only_contains_user_certs=True)])])),
    Attack("list-reasons", Power.ARCHIVE, ("a list of some reasons alone", "一部の理由のみに関する失効リスト"),
           lists(lambda at: [at.root.crl(), at.issuing.crl(extra=[only(reasons=True)])]), _UNKNOWN, P7S, X509),
    Attack("list-critical", Power.ARCHIVE, ("a list with a critical extension that nobody knows",
           "未知の重要な拡張を持つ失効リスト"), lists(lambda at: [at.root.crl(),
           at.issuing.crl(extra=[x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0")])]), _UNKNOWN, P7S,
           X509),
    Attack("revoked", Power.STOLEN, ("a certificate revoked before the signature", "署名前に失効した証明書"),
           lists(lambda at: [at.root.crl(), at.issuing.crl({at.supplier: -DAY})]), "verify/certificate-revoked", P7S,
           X509, twin=lists(lambda at: [at.root.crl(), at.issuing.crl({at.supplier: DAY}, issued=2 * DAY)])),
    Attack("revoked-since", Power.STOLEN, ("one revoked later, but invalid since before",
           "署名前に遡って無効となった証明書"), lists(lambda at: [at.root.crl(), at.issuing.crl({at.supplier: DAY},
           issued=2 * DAY, invalid_since=-DAY)]), "verify/certificate-revoked", P7S, X509),
    Attack("revoked-authority", Power.STOLEN, ("the authority above revoked", "上位の認証局の失効"),
           lists(lambda at: [at.root.crl({at.issuing: -DAY}), at.issuing.crl()]), "verify/certificate-revoked", P7S,
           X509),
    Attack("revoked-own-list", Power.STOLEN, ("revoked by the recipient's list, not by those kept",
           "受領者の失効リストでのみ失効"), own_lists(lambda at: [at.root.crl(), at.issuing.crl({at.supplier: -DAY})]),
           "verify/certificate-revoked", P7S, X509, twin=own_lists(lambda at: at.crls())),
    Attack("answer-revoked", Power.STOLEN, ("an OCSP answer that revokes", "失効を示す OCSP 応答"),
           answered(revoked=-DAY), "verify/certificate-revoked", P7S, X509, twin=answered()),
    Attack("answer-stranger", Power.CERTIFICATE, ("an OCSP answer by whom nobody appointed",
           "権限のない者の OCSP 応答"), answered(by=Wish(extra=((x509.OCSPNoCheck(), False), ))), _UNKNOWN, P7S, X509,
           twin=answered(by=Wish(extended=(ExtendedKeyUsageOID.OCSP_SIGNING, ), extra=((x509.OCSPNoCheck(), False),
           )))),
    Attack("answer-other", Power.ARCHIVE, ("an OCSP answer about another certificate", "別の証明書の OCSP 応答"),
           answered(other=True), _UNKNOWN, P7S, X509),
    Attack("answer-unknown", Power.ARCHIVE, ("an OCSP answer that knows nothing", "不明と答える OCSP 応答"),
           answered(unknown=True), _UNKNOWN, P7S, X509),
    Attack("revoked-answer", Power.STOLEN, ("revoked by an OCSP answer, where lists are asked for",
           "失効リストを求める場合の、失効を示す OCSP 応答"),
           lambda scene: scene.keep(country(scene).issuing.ocsp(country(scene).supplier, revoked=-DAY), "ocsp"),
           "verify/certificate-revoked", P7S, Trusts(ways=("x509",), x509='revocation = "crl"'),
           twin=lambda scene: scene.keep(country(scene).issuing.ocsp(country(scene).supplier, revoked=DAY), "ocsp")),
    Attack("list-late", Power.STOLEN, ("a list from after the certificate's end, which tells of it no more",
           "証明書の終了後に発行され、失効を載せなくなった失効リスト"), ended(listed(issued=5 * DAY)), _UNKNOWN, P7S,
           X509, twin=ended(listed())),
    Attack("answer-late", Power.STOLEN, ("an OCSP answer from after the certificate's end",
           "証明書の終了後の OCSP 応答"), ended(said(issued=5 * DAY), ocsp_url=RESPONDER), _UNKNOWN, P7S, X509,
           twin=ended(said(), ocsp_url=RESPONDER)),
    Attack("answer-ended", Power.ARCHIVE, ("an OCSP answer that had ended", "終了した OCSP 応答"),
           answered(issued=-9 * DAY), _UNKNOWN, P7S, X509),
]  # fmt: skip

_BESIDE = [
    Attack("kept-changed", Power.DISK, ("one bit of a list that was kept", "保存された失効リストの1ビットの変更"),
           lambda scene: scene.kept("crl")[0].write_bytes(scene.kept("crl")[0].read_bytes()[:-1] + b"\0"),
           "verify/validation-changed", "{crl}", X509),
    Attack("kept-no-certificate", Power.DISK, ("something else among what was kept", "資料への無関係なファイルの追加"),
           lambda scene: scene.keep(b"MZ", "cer"), "verify/validation-malformed",
           "gate/validation/9b8db510ef42b8ed54a3712636fda55a4f8cfcd5493e20b74ab00cd4f3979f2d.cer", X509),
    Attack("kept-name", Power.DISK, ("a name among what was kept that is no digest", "資料への別名のファイルの追加"),
           lambda scene: scene.write("gate/validation/root.pem", country(scene).root.pem), "verify/unexpected",
           "gate/validation/root.pem", X509),
    Attack("kept-too-much", Power.DISK, ("a hundred files more among what was kept", "資料への多数のファイルの追加"),
           too_much, "verify/validation-too-much", "gate/validation", X509),
]  # fmt: skip
ATTACKS = [*_CMS, *_WHO, *_STAMPS, *_REVOCATION, *_BESIDE]
