"""Who will sign, as far as it is known where no secret is: for a release whose signatures are made in another job.

What is promised here has to be what the signer is called there, to the letter; ``gate sign`` holds them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import KeyProblem
from gate.keyless.identities import WILDCARD
from gate.signing.certificate_files import read_certificates
from gate.signing.cms import CmsSigner
from gate.signing.instance import load_instance, packaged_instance
from gate.signing.interface import PromisedSigner
from gate.signing.keyless import KeylessSigner
from gate.signing.openpgp import OpenPgpSigner
from gate.signing.stamping import services_of
from gate.signing.usable import asn1, require_fit
from gate.x509.names import signer_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.signing.tokens import TokenSource
    from gate.x509.checker import Profile


def openpgp_promise(fingerprint: str) -> PromisedSigner:
    """Return the promise of a key by its fingerprint.  Raises ``KeyProblem`` where that is none."""
    signer = OpenPgpSigner(fingerprint)
    return PromisedSigner(signer.backend, signer.signer, signer.suffix, signer.signs_artifacts, signer.irrevocable)


def x509_promise(
    certificate: Path | None, *, tsa: str, chain: Sequence[Path], ocsp: bool, profile: Profile
) -> PromisedSigner:
    """Return the promise of the holder of a certificate, read from a copy of it that is no secret.

    Raises ``KeyProblem`` where there is no copy, it cannot sign, or the chain does not lead up from it.
    """
    if certificate is None:
        raise KeyProblem("x509.no-copy")
    own = read_certificates(certificate)[0]
    pool = [each for path in chain for each in read_certificates(path)]
    require_fit(own, pool, profile)
    services = services_of(tsa, own if ocsp else None, pool)
    return PromisedSigner(
        CmsSigner.backend,
        signer_text(asn1(own)),
        CmsSigner.suffix,
        CmsSigner.signs_artifacts,
        CmsSigner.irrevocable,
        services,
    )


def keyless_promise(
    identity: str | None, *, trust_config: Path | None, token: TokenSource, each: bool
) -> PromisedSigner:
    """Return the promise of the holder of an identity, which has to be given whole; nobody is asked for anything.

    Raises ``KeyProblem`` where it is not, or the trust configuration cannot be read.
    """
    if identity is None or identity.endswith(WILDCARD):
        raise KeyProblem("keyless.no-promise")
    instance = packaged_instance() if trust_config is None else load_instance(trust_config)
    services = instance.services(*token.contacted(instance.issuer.url, instance.issuer.operator))
    return PromisedSigner(
        KeylessSigner.backend, identity, KeylessSigner.suffix, each, KeylessSigner.irrevocable, services
    )
