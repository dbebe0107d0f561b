"""The inside of the confined process that reads CMS signatures, certificates, lists and answers.

It is given plain bytes and open files, and answers in plain values.  Everything here may be hostile: whatever a parser
throws is a refusal.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import crl, ocsp, pem, tsp, x509
from cryptography.hazmat.backends.openssl import backend
from pyhanko.sign.general import check_ess_certid

from gate.x509.chain import TOLERANCE, pairs_of, prove_unrevoked, upwards
from gate.x509.form import Refusal, Signed, read_signature, require_der
from gate.x509.names import read_name, same_name, signer_text, spki_sha256, write_name
from gate.x509.profiles import fits_profile, has_signing_usage, is_sound_key, likely_profile
from gate.x509.revocation import Material, is_revoked, known_until, singles
from gate.x509.stamp import Stamp, is_good, prove_stamp, read_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from asn1crypto import cms

    from gate.x509.chain import Revocation
    from gate.x509.outcomes import Outcome
    from gate.x509.profiles import Profile

_BACKEND: Final = backend
"""The library imports it at the first signature that it checks, which a confined process may not be able to do."""
_BUFFER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of trust, parsed."""

    roots: tuple[x509.Certificate, ...]
    subject: x509.Name | None
    spki_sha256: str | None
    profile: Profile
    stamp_roots: tuple[x509.Certificate, ...]
    revocation: Revocation
    crls: tuple[crl.CertificateList, ...]
    most_days: int | None

    def names(self, certificate: x509.Certificate) -> bool:
        """Say whether this is the certificate, by its subject or its key, that the entry is about."""
        if self.spki_sha256 is not None and spki_sha256(certificate) != self.spki_sha256:
            return False
        return self.subject is None or same_name(certificate.subject, self.subject)


def serve(options: Mapping[str, Any]) -> Callable[[Mapping[str, Any], Sequence[int]], Iterator[dict[str, Any]]]:
    """Return the handler of a checker; ``options``: entries of trust, and the time to judge at (seconds)."""
    entries: list[_Entry] = []
    kept = Material()
    faults = []
    for number, raw in enumerate(options["entries"]):
        fault = _fault(raw, entries)
        if fault:
            faults.append([number, fault])

    def handle(request: Mapping[str, Any], descriptors: Sequence[int]) -> Iterator[dict[str, Any]]:
        nonlocal kept
        if request["do"] == "faults":
            yield {"faults": faults}
        elif request["do"] == "material":
            kept, unread = _material(request["files"])
            yield {"unread": unread}
        elif request["do"] == "stamp":
            yield _answer(lambda: _of_response(request["response"], request))
        elif request["do"] == "signer":
            yield _answer(lambda: _of_signer(request["signature"], request["subject"]))
        else:
            now = datetime.fromtimestamp(options["now"] if options["now"] is not None else request["now"], UTC)
            yield _checked(entries, request["signature"], descriptors[0], kept, now)

    return handle


def _fault(raw: Mapping[str, Any], entries: list[_Entry]) -> str:
    """Parse one entry and keep it; returns what of it cannot be read, or an empty text."""
    parsed: dict[str, Any] = {}
    readers: dict[str, Callable[[], Any]] = {
        "roots": lambda: _some([read_certificate(each) for each in raw["roots"]]),
        "tsa-roots": lambda: _some([read_certificate(each) for each in raw["tsa_roots"]]),
        "crls": lambda: [read_list(each) for each in raw["crls"]],
        "subject": lambda: None if raw["subject"] is None else read_name(raw["subject"]),
    }
    for name, read in readers.items():
        try:
            parsed[name] = read()
        except Exception:  # noqa: BLE001  # whatever a parser throws at what is none
            return name
    entries.append(
        _Entry(
            tuple(parsed["roots"]),
            parsed["subject"],
            raw["spki_sha256"],
            raw["profile"],
            tuple(parsed["tsa-roots"]),
            raw["revocation"],
            tuple(parsed["crls"]),
            raw["most_days"],
        )
    )
    return ""


def _some(found: list[x509.Certificate]) -> list[x509.Certificate]:
    if not found:
        raise ValueError("nothing")
    return found


def read_certificate(raw: bytes) -> x509.Certificate:
    """Return the one certificate in a PEM or DER file, all of it looked at.  Raises ``ValueError`` and the like."""
    certificate = x509.Certificate.load(_der(raw), strict=True)
    _ = certificate.native
    return certificate


def read_list(raw: bytes) -> crl.CertificateList:
    """Return the one revocation list in a PEM or DER file.  Raises as :func:`read_certificate`."""
    listed = crl.CertificateList.load(_der(raw), strict=True)
    _ = listed["tbs_cert_list"]["this_update"].native, listed["tbs_cert_list"]["next_update"].native
    return listed


def read_answer(raw: bytes) -> ocsp.OCSPResponse:
    """Return an OCSP answer in DER.  Raises as :func:`read_certificate`."""
    require_der(raw)
    answer = ocsp.OCSPResponse.load(raw, strict=True)
    _ = answer.basic_ocsp_response["tbs_response_data"].native
    return answer


def _der(raw: bytes) -> bytes:
    if pem.detect(raw):
        blocks = list(pem.unarmor(raw, multiple=True))
        if len(blocks) != 1:
            raise ValueError("not one block")
        raw = blocks[0][2]
    require_der(raw)
    return raw


# --- one signature --------------------------------------------------------------------------------------------


def _answer(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"outcome": "valid", **check()}
    except Refusal as refusal:
        return {"outcome": refusal.outcome}
    except ImportError:
        return {"outcome": "failed"}  # of ours, which says nothing of the signature
    except Exception:  # noqa: BLE001  # whatever a parser throws at what is not a signature
        return {"outcome": "malformed"}


def _checked(
    entries: Sequence[_Entry], signature: bytes, descriptor: int, material: Material, now: datetime
) -> dict[str, Any]:
    """Hash the file whatever the signature is: the caller compares what was read with what it knows of it."""
    digests: dict[str, Any] = {}

    def check() -> dict[str, Any]:
        signed, token = read_signature(signature)
        digests.update(_hash(descriptor, {"sha256", signed.digest}))
        return _judge(entries, signed, token, digests[signed.digest].digest(), material, now)

    answer = _answer(check)
    digests = digests or _hash(descriptor, {"sha256"})
    return {**answer, "sha256": digests["sha256"].hexdigest(), "size": digests["size"]}


def _hash(descriptor: int, names: set[str]) -> dict[str, Any]:
    os.lseek(descriptor, 0, os.SEEK_SET)
    digests = {name: hashlib.new(name) for name in names}
    size = 0
    while chunk := os.read(descriptor, _BUFFER):
        for digest in digests.values():
            digest.update(chunk)
        size += len(chunk)
    return {**digests, "size": size}


def _judge(
    entries: Sequence[_Entry],
    signed: Signed,
    token: cms.ContentInfo,
    digest: bytes,
    material: Material,
    now: datetime,  # asn1crypto has no type information
) -> dict[str, Any]:
    """Find the entry that accepts a signature; where none does, the first that names its signer says why."""
    named = [entry for entry in entries if entry.names(signed.signer)]
    if not named:
        raise Refusal("unknown-signer")
    if not is_sound_key(signed.signer.public_key):
        raise Refusal("certificate-weak")
    if not is_good(signed, "data", digest=digest):
        raise Refusal(_why_not_good(signed, digest))
    stamp = read_stamp(token, signed.info["signature"].native)
    refusals = []
    for entry in named:
        try:
            return _accepted(entry, signed, stamp, material, now) | {"token": token.dump()}
        except Refusal as refusal:
            refusals.append(refusal)
    raise refusals[0]


def _why_not_good(signed: Signed, digest: bytes) -> Outcome:
    """Tell attributes that do not fit from bytes that are not those signed."""
    if signed.attributes["message_digest"].native != digest:
        return "bad"
    identifier = signed.attributes["signing_certificate_v2"]["certs"][0]
    same = check_ess_certid(signed.signer, identifier) and signed.attributes["content_type"].native == "data"
    return "bad" if same else "attributes"


def _accepted(entry: _Entry, signed: Signed, stamp: Stamp, material: Material, now: datetime) -> dict[str, Any]:
    """Prove a signature under one entry: first its timestamp, then the chain at that time.  Raises ``Refusal``."""
    known = Material(material.certificates, (*entry.crls, *material.crls), material.ocsps)
    prove_stamp(stamp, entry.stamp_roots, known, now=now)
    signer = signed.signer
    if not has_signing_usage(signer, entry.profile):
        raise Refusal("certificate-usage")
    if not fits_profile(signer, entry.profile):
        raise Refusal("certificate-profile")
    certificates = (*material.certificates, *signed.certificates)
    # The recipient's own lists stand in the place of what came with the release.
    lists, answers = (entry.crls, ()) if entry.crls else (material.crls, material.ocsps)
    if entry.revocation == "ocsp":
        answers = material.ocsps
    pool = Material(certificates, lists, answers)
    fresh = _recent(pool, stamp.time, entry.most_days)
    try:
        path = prove_unrevoked(signer, entry.roots, fresh, moment=stamp.time, revocation=entry.revocation)
    except Refusal as refusal:
        if refusal.outcome == "revocation-unknown" and fresh != pool:
            raise Refusal("revocation-stale") from refusal
        raise
    # Whatever is asked for, and however old it is: an answer that revokes is believed.
    if is_revoked(pairs_of(path), Material(certificates, lists, material.ocsps), stamp.time):
        raise Refusal("certificate-revoked")
    until = known_until(pairs_of(path), fresh)
    return {
        "signer": signer_text(signer),
        "time": int(stamp.time.timestamp()),
        "known": int(until.timestamp()) if until else 0,
    }


def _recent(material: Material, moment: datetime, most_days: int | None) -> Material:
    """Return the material without lists and answers that were older than the recipient allows at the signature."""
    if most_days is None:
        return material
    oldest = moment - timedelta(days=most_days) - TOLERANCE
    return Material(
        material.certificates,
        tuple(each for each in material.crls if each["tbs_cert_list"]["this_update"].native >= oldest),
        tuple(
            each for each in material.ocsps if all(single["this_update"].native >= oldest for single in singles(each))
        ),
    )


def _material(files: Sequence[Sequence[Any]]) -> tuple[Material, list[int]]:
    """Return what lies in files, each given by its kind and bytes, and the numbers of those that are not of it."""
    readers: dict[str, Callable[[bytes], Any]] = {"cer": read_certificate, "crl": read_list, "ocsp": read_answer}
    found: dict[str, list[Any]] = {kind: [] for kind in readers}
    unread = []
    for number, (kind, raw) in enumerate(files):
        try:
            found[kind].append(readers[kind](raw))
        except Exception:  # noqa: BLE001  # whatever a parser throws at what is none
            unread.append(number)
    return Material(tuple(found["cer"]), tuple(found["crl"]), tuple(found["ocsp"])), unread


def _of_signer(raw: bytes, subject: str) -> dict[str, Any]:
    """Return what the certificate says that a signature names as its signer's; nothing of it is proved."""
    certificate = read_signature(raw)[0].signer
    try:
        same = same_name(certificate.subject, read_name(subject))
    except ValueError:
        same = False
    return {
        "subject": write_name(certificate.subject),
        "sha256": hashlib.sha256(certificate.dump()).hexdigest(),
        "spki_sha256": spki_sha256(certificate),
        "same_subject": same,
        "profile": likely_profile(certificate),
    }


# --- answers of a time-stamping authority ---------------------------------------------------------------------


def _of_response(raw: bytes, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return token, time and the authority's chain of a response to our own request (RFC 3161, 2.4.2)."""
    require_der(raw)
    response = tsp.TimeStampResp.load(raw, strict=True)
    pool = map(read_certificate, request["pool"])
    if response["status"]["status"].native not in {"granted", "granted_with_mods"}:
        raise Refusal("timestamp-missing")
    token = response["time_stamp_token"]
    stamp = read_stamp(token, request["stamped"])
    if stamp.nonce != request["nonce"]:
        raise Refusal("timestamp-bad")
    return {
        "token": token.dump(),
        "time": int(stamp.time.timestamp()),
        "chain": [each.dump() for each in upwards(stamp.signer, [*stamp.certificates, *pool])],
    }
