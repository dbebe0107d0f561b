"""「署名鍵・証明書指紋通知書」: what signatures are compared with, handed in by another way than the release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from gate.reports.escaping import toml
from gate.reports.papers.blocks import Block, Cell, Codes, Fields, Heading, Notice, Paper, Stamps, Words
from gate.reports.papers.wording import Speaker, code, contract_fields, deliverable_field, name_of, one

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from gate.policy import Policy
    from gate.text import Language

_GROUP: Final = 4
_MOST_SCANNED: Final = 250


@dataclass(frozen=True, slots=True)
class KeyNotice:
    """An OpenPGP key by its primary fingerprint (40 hex digits)."""

    fingerprint: str


@dataclass(frozen=True, slots=True)
class RootNotice:
    """A root certificate: its subject (RFC 4514) and its SHA-256."""

    subject: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CertificateNotice:
    """A signer's certificate: names in RFC 4514, serial number in hex digits, digests of it and of its key.

    ``root`` is what its chain ends in, as far as that is known; ``stamp_roots`` are the other roots of the chain, one
    of which is the time-stamping authority's.
    """

    subject: str
    issuer: str
    serial: str
    begins: datetime
    ends: datetime
    sha256: str
    spki_sha256: str
    root: RootNotice | None
    tsa: str
    stamp_roots: tuple[RootNotice, ...]
    profile: str


@dataclass(frozen=True, slots=True)
class IdentityNotice:
    """A signer with sigstore; ``private`` says that the instance is the supplier's own."""

    identity: str
    issuer: str
    private: bool


SignerNotice: TypeAlias = KeyNotice | CertificateNotice | IdentityNotice


def compose_notice(signers: Sequence[SignerNotice], policy: Policy, language: Language, *, created: datetime) -> Paper:
    """Return the notice as a paper in one language; ``created`` is an aware moment."""
    say = Speaker.of(language, policy.gate.timezone, policy.gate.article_map, policy.parties)
    deliverable = policy.deliverable
    return Paper(
        language=language,
        title=say("notice.title"),
        subtitle=say("notice.subtitle"),
        author=name_of(deliverable.supplier if deliverable else None) or say("not-filled-in"),
        footer=say("notice.footer"),
        page_label=say("page", page="{page}", pages="{pages}"),
        mark="",
        cover=(),
        body=tuple(_body(signers, policy, say, created)),
    )


def _body(signers: Sequence[SignerNotice], policy: Policy, say: Speaker, created: datetime) -> Iterator[Block]:
    given = policy.deliverable
    made = (say("field.created"), one(say.moment(created)))
    yield Fields((*contract_fields(given, say), deliverable_field(given, say), made))
    for signer in signers:
        yield Heading(say(f"notice.{_kind(signer)}"), 3)
        yield Fields(tuple(_rows(signer, say)))
    codes = tuple((say(f"notice.{_kind(signer)}"), text) for signer in signers if (text := scanned(signer)))
    if codes:
        yield Codes(codes)
    ways = ("separately", "compare", "doubt")
    yield Notice(say("notice.how"), tuple(say.words(f"notice.how.{way}") for way in ways))
    yield Notice(
        say("notice.trust"), tuple(Words(line, form="code") for signer in signers for line in trust_lines(signer))
    )
    places = (
        (say("notice.stamps.supplier", supplier=say.supplier), name_of(given.responsible if given else None)),
        (say("notice.stamps.recipient", recipient=say.recipient), ""),
    )
    yield Stamps(say("notice.stamps"), places, say("stamps.date"), say("stamps.mark"))


def _kind(signer: SignerNotice) -> str:
    match signer:
        case KeyNotice():
            return "openpgp"
        case CertificateNotice():
            return "x509"
        case IdentityNotice():
            return "keyless"


def _rows(signer: SignerNotice, say: Speaker) -> Iterator[tuple[str, Cell]]:
    match signer:
        case KeyNotice():
            yield say("notice.fingerprint"), (Words(grouped(signer.fingerprint), form="code"),)
        case CertificateNotice():
            yield from _certificate(signer, say)
        case IdentityNotice():
            yield say("notice.identity"), (code(signer.identity),)
            yield say("notice.issuer-url"), (code(signer.issuer),)
            yield say("notice.instance"), say.cell(f"notice.instance.{'private' if signer.private else 'public'}")


def _certificate(signer: CertificateNotice, say: Speaker) -> Iterator[tuple[str, Cell]]:
    yield say("notice.subject"), (code(signer.subject),)
    yield say("notice.issuer"), (code(signer.issuer),)
    yield say("notice.serial"), (code(signer.serial),)
    until = say("notice.validity.text", begins=say.moment(signer.begins), ends=say.moment(signer.ends))
    yield say("notice.validity"), one(until)
    yield say("notice.sha256"), (code(grouped(signer.sha256)),)
    yield say("notice.spki-sha256"), (code(grouped(signer.spki_sha256)),)
    yield say("notice.root"), _roots((signer.root,) if signer.root else (), say)
    yield say("notice.tsa"), (code(signer.tsa),)
    yield say("notice.tsa-root"), _roots(signer.stamp_roots, say)


def _roots(roots: Sequence[RootNotice], say: Speaker) -> Cell:
    if not roots:
        return say.cell("notice.root-unknown", "doubt")
    return tuple(words for root in roots for words in (code(root.subject), code(grouped(root.sha256))))


def grouped(digits: str) -> str:
    """Return hex digits in upper-case groups of four, as people read them to each other."""
    upper = digits.upper()
    return " ".join(upper[at : at + _GROUP] for at in range(0, len(upper), _GROUP))


def scanned(signer: SignerNotice) -> str:
    """Return what a camera reads in the place of typing, as ``gate trust init`` takes it; empty where it is too long.

    For OpenPGP it is the URI by which other programs take a fingerprint as well.
    """
    match signer:
        case KeyNotice():
            return f"OPENPGP4FPR:{signer.fingerprint}"
        case CertificateNotice():
            return signer.spki_sha256
        case IdentityNotice():
            return signer.identity if signer.identity.isascii() and len(signer.identity) <= _MOST_SCANNED else ""


def trust_lines(signer: SignerNotice) -> list[str]:
    """Return the table that a recipient writes into ``trust.toml``; names of files are the recipient's own."""
    match signer:
        case KeyNotice():
            return ["[[openpgp]]", f"fingerprint = {toml(grouped(signer.fingerprint))}", 'key = "supplier.asc"']
        case CertificateNotice():
            return [
                "[[x509]]",
                'roots = ["root.pem"]',
                'tsa_roots = ["tsa-root.pem"]',
                f"subject = {toml(signer.subject)}",
                f"spki_sha256 = {toml(signer.spki_sha256)}",
                f"profile = {toml(signer.profile)}",
            ]
        case IdentityNotice():
            root = ['trusted_root = "trusted_root.json"'] if signer.private else []
            return ["[[keyless]]", f"identity = {toml(signer.identity)}", f"issuer = {toml(signer.issuer)}", *root]
