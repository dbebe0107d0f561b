"""Detached CMS signatures with timestamps (CAdES-T), made through pyHanko by a key with a certificate.

Files are hashed in a stream, and only their digest is signed.  Each signature is proved, as a recipient would, in a
confined process before it is handed over, with the chain, lists, answers and timestamps that will be kept beside it.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Final

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11.exceptions import PKCS11Error
from pyhanko.sign.general import SigningError

from gate.errors import KeyProblem, SigningFailure
from gate.filelist import hash_descriptor
from gate.models import ServiceFact
from gate.paths import printable
from gate.signing.certificate_files import read_certificates, read_file
from gate.signing.stamping import get_stamp, get_state, ocsp_url, services_of
from gate.signing.usable import asn1, path_upwards, require_fit, require_fresh
from gate.x509.checker import MAX_MATERIAL, Checker, Revocation, TrustedSigner
from gate.x509.form import with_timestamp
from gate.x509.names import signer_text, spki_sha256
from gate.x509.response import wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyhanko.sign.signers.pdf_cms import Signer as LibrarySigner

    from gate.signing.certificate_keys import CertificateKey
    from gate.x509.checker import MaterialKind, Profile
    from gate.x509.outcomes import Outcome

_DIGEST: Final = "sha256"
_OWN_FAULTS: Final[frozenset[Outcome]] = frozenset({
    "certificate-usage", "certificate-profile", "certificate-weak", "certificate-expired", "certificate-untrusted",
    "certificate-chain", "certificate-revoked",
})  # fmt: skip
"""What is wrong with the supplier's own certificate, not with a service."""


@dataclass(frozen=True, slots=True)
class CmsOptions:
    """How to sign: the key, the time-stamping authority's address, and what is kept for those who verify.

    ``chain`` are files of the certificates above the signer's and the authority's, ``crls`` files of revocation lists;
    ``ocsp`` says whether the state of certificates is asked for at the address that they name.
    """

    key: CertificateKey
    tsa: str
    chain: tuple[Path, ...] = ()
    crls: tuple[Path, ...] = ()
    ocsp: bool = False
    profile: Profile = "plain"


MAX_LISTS: Final = MAX_MATERIAL - (2 << 20)
"""Bytes that revocation lists may have together, so that a recipient takes them with all else that is kept."""


class CmsSigner:
    """Signs by a key with a certificate, each signature with a timestamp.

    ``signer`` is the subject and the digest of the key, known once it has begun.
    """

    backend = "x509"
    suffix = ".p7s"
    signs_artifacts = True
    irrevocable = False

    def __init__(self, options: CmsOptions) -> None:
        self.signer = ""
        self.services: tuple[ServiceFact, ...] = ()
        self._options = options
        self._pool: list[x509.Certificate] = []
        self._lists: list[x509.CertificateRevocationList] = []
        self._states: list[bytes] = []
        self._library: LibrarySigner | None = None
        self._certificate: x509.Certificate | None = None
        self._reader: Checker | None = None
        self._prover: Checker | None = None
        self._stamp_roots: set[bytes] = set()
        self._kept: dict[str, bytes] = {}
        self._tokens: dict[bytes, bytes] = {}

    # --- before the verdict -----------------------------------------------------------------------------------

    def ready(self) -> None:
        """See :class:`gate.signing.interface.Signer`."""
        self._pool = [each for path in self._options.chain for each in read_certificates(path)]
        self._lists = [_read_list(path) for path in self._options.crls]
        if sum(len(each.public_bytes(Encoding.DER)) for each in self._lists) > MAX_LISTS:
            raise KeyProblem("x509.lists-too-large", most=MAX_LISTS >> 20)
        certificate = self._options.key.visible()
        if certificate is not None:
            require_fit(certificate, self._pool, self._options.profile)
        self.services = services_of(self._options.tsa, certificate if self._options.ocsp else None, self._pool)

    # --- after it ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """See :class:`gate.signing.interface.Signer`."""
        if self._library is not None:
            return
        library, certificate, more = self._options.key.open(self._pool)
        self._pool += [each for each in more if each not in self._pool]
        require_fit(certificate, self._pool, self._options.profile)
        above = path_upwards(certificate, self._pool)
        if self._options.ocsp:
            # Authorities whose list is at hand need no answer.
            listed = {each.issuer for each in self._lists}
            for below, issuer in zip([certificate, *above[:-1]], above, strict=True):
                place = ocsp_url(below)
                if place is not None and (below is certificate or below.issuer not in listed):
                    self._states.append(get_state(place, below, issuer))
        self._library, self._certificate = library, certificate
        self.signer = signer_text(asn1(certificate))
        now = int(datetime.now(UTC).timestamp())
        self._reader = Checker([], now=now)
        for certificate_above in above:
            self._keep("cer", certificate_above.public_bytes(Encoding.DER))
        for each in self._lists:
            self._keep("crl", each.public_bytes(Encoding.DER))
        for state in self._states:
            self._keep("ocsp", state)

    def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
        """See :class:`gate.signing.interface.Signer`."""
        del statement  # CMS signs all files alike
        self.begin()
        file.seek(0)
        raw = self._signed(file)
        value = cms.ContentInfo.load(raw)["content"]["signer_infos"][0]["signature"].native
        if self._reader is None:  # it is there since begin(): this tells the type checker
            raise SigningFailure("x509.failed", key=self._options.key.shown, detail="closed")
        pool = [each.public_bytes(Encoding.DER) for each in self._pool]
        stamp = get_stamp(self._options.tsa, value, self._reader, pool)
        signature = with_timestamp(raw, stamp.token)
        self._keep_stamp(stamp.chain)
        self._prove(file, signature)
        self._tokens[hashlib.sha256(signature).digest()] = stamp.token
        return signature

    def _signed(self, file: BinaryIO) -> bytes:
        """Return a CAdES signature without timestamp over all bytes of a file, which is read in a stream."""
        if self._library is None:
            raise SigningFailure("x509.failed", key=self._options.key.shown, detail="closed")
        try:
            made = asyncio.run(self._library.async_sign_general_data(file, _DIGEST, detached=True, use_cades=True))
        except (PKCS11Error, SigningError, ValueError) as error:
            detail = type(error).__name__
            raise SigningFailure("x509.failed", key=self._options.key.shown, detail=detail) from error
        return bytes(made.dump())

    def _keep_stamp(self, chain: Sequence[bytes]) -> None:
        """Keep the authority's chain; where it ends in another root than before, the prover has to be told."""
        if not chain:
            raise SigningFailure("x509.stamp-chain", url=printable(self._options.tsa))
        for raw in chain:
            self._keep("cer", raw)
        if chain[-1] not in self._stamp_roots:
            self._stamp_roots.add(chain[-1])
            if self._prover is not None:
                self._prover.close()
                self._prover = None

    def _prove(self, file: BinaryIO, signature: bytes) -> None:
        """Verify a signature as a recipient who pins this key, its root and the authority's root."""
        if self._prover is None:
            self._prover = self._open_prover()
        checked = self._prover.check(file.fileno(), signature)
        if checked.outcome in _OWN_FAULTS:
            raise KeyProblem(f"x509.{checked.outcome}", key=self._options.key.shown)
        if checked.outcome in {"revocation-unknown", "revocation-stale"}:
            raise SigningFailure("x509.revocation-unknown", key=self._options.key.shown)
        if checked.outcome != "valid" or (checked.sha256, checked.size) != hash_descriptor(file.fileno()):
            raise SigningFailure("x509.not-proved", outcome=checked.outcome)

    def _open_prover(self) -> Checker:
        if self._certificate is None:
            raise SigningFailure("x509.failed", key=self._options.key.shown, detail="closed")
        root = path_upwards(self._certificate, self._pool)[-1].public_bytes(Encoding.DER)
        trusted = TrustedSigner(
            roots=(root,),
            tsa_roots=tuple(self._stamp_roots),
            spki_sha256=spki_sha256(asn1(self._certificate)),
            profile=self._options.profile,
            revocation=self._revocation(),
        )
        prover = Checker([trusted], now=int(datetime.now(UTC).timestamp()))
        kinds: list[tuple[MaterialKind, bytes]] = [(_kind(name), raw) for name, raw in self._kept.items()]
        if prover.keep(kinds):
            prover.close()
            raise SigningFailure("x509.revocation-unknown", key=self._options.key.shown)
        return prover

    def _revocation(self) -> Revocation:
        if not self._options.ocsp:
            return "crl"
        return "either" if self._lists and self._options.profile == "plain" else "ocsp"

    def _keep(self, kind: MaterialKind, raw: bytes) -> None:
        self._kept[f"{hashlib.sha256(raw).hexdigest()}.{kind}"] = raw

    # --- what lies beside -------------------------------------------------------------------------------------

    def beside(self, signature: bytes) -> Mapping[str, bytes]:
        """Return the timestamp of a signature as an authority's answer, for ``openssl ts`` and other stock tools."""
        return {".tsr": wrapped(self._tokens[hashlib.sha256(signature).digest()])}

    def material(self) -> Mapping[str, bytes]:
        """Return certificates, lists and answers that let the signatures be verified years later, by file name."""
        return dict(self._kept)

    def close(self) -> None:
        """See :class:`gate.signing.interface.Signer`."""
        for checker in (self._reader, self._prover):
            if checker is not None:
                checker.close()
        self._options.key.close()
        self._reader = self._prover = self._library = None


def _kind(name: str) -> MaterialKind:
    kinds: dict[str, MaterialKind] = {"cer": "cer", "crl": "crl", "ocsp": "ocsp"}
    return kinds[name.rpartition(".")[2]]


def _read_list(path: Path) -> x509.CertificateRevocationList:
    raw, shown = read_file(path), printable(str(path))
    try:
        load = x509.load_pem_x509_crl if b"-----BEGIN" in raw else x509.load_der_x509_crl
        listed = load(raw)
    except ValueError as error:
        raise KeyProblem("x509.not-a-list", path=shown) from error
    require_fresh(listed, shown)
    return listed
