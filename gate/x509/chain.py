"""A certificate's chain to pinned roots at one moment, and that it is known not to have been revoked then.

pyHanko's validator does the work, offline.  Its traps: only a policy that requires revocation information for every
certificate refuses a revoked signer whose certificate names no list; and it takes the word of lists and answers from
after a certificate's end.  What else it does not look at is in :mod:`gate.x509.revocation`.
"""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from gate.x509.form import Refusal
from gate.x509.profiles import SoundAlgorithms, SoundSignatures
from gate.x509.revocation import is_issued_by, without_late

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyhanko_certvalidator.path import ValidationPath

    from gate.x509.outcomes import Outcome
    from gate.x509.revocation import Material, Pairs

Revocation: TypeAlias = Literal["crl", "ocsp", "either"]
_T = TypeVar("_T")

TOLERANCE: Final = timedelta(minutes=5)
"""How far the clocks of signer, authority and time-stamping authority may be apart."""
_RULES: Final = {
    "crl": RevocationCheckingRule.CRL_REQUIRED,
    "ocsp": RevocationCheckingRule.OCSP_REQUIRED,
    "either": RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
}


def prove_unrevoked(
    certificate: x509.Certificate,
    roots: Sequence[x509.Certificate],
    material: Material,
    *,
    moment: datetime,
    revocation: Revocation,
) -> ValidationPath:
    """Return the chain of a certificate that held at ``moment``, as :func:`prove_chain`, by what can know of it.

    What was said after a certificate had ended proves nothing of it, and is left out wherever it is in the chain.
    """
    while True:
        path = prove_chain(certificate, roots, material, moment=moment, revocation=revocation)
        knowing = without_late(material, pairs_of(path))
        if len(knowing.crls) == len(material.crls) and len(knowing.ocsps) == len(material.ocsps):
            return path
        material = knowing


def prove_chain(
    certificate: x509.Certificate,
    roots: Sequence[x509.Certificate],
    material: Material,
    *,
    moment: datetime,
    revocation: Revocation | None,
) -> ValidationPath:
    """Return the chain of a certificate that held at ``moment``.

    ``revocation`` says by what each certificate must be known not to have been revoked then; None asks for nothing.
    Raises :class:`Refusal` with an outcome of ``certificate-…`` or ``revocation-unknown``.
    """
    rules = NO_REVOCATION
    if revocation is not None:
        # An authority is asked for its own certificates by list or answer, whichever it has.
        above = "crl" if revocation == "crl" else "either"
        rules = RevocationCheckingPolicy(_RULES[revocation], _RULES[above])
    context = ValidationContext(
        trust_roots=list(roots),
        other_certs=list(material.certificates),
        crls=list(material.crls),
        ocsps=list(material.ocsps) if revocation != "crl" else [],
        allow_fetching=False,
        moment=moment,
        time_tolerance=TOLERANCE,
        # What an authority says later of an earlier time is the better evidence.
        revinfo_policy=CertRevTrustPolicy(rules, retroactive_revinfo=True),
        algorithm_usage_policy=SoundAlgorithms(),
        signature_validator=SoundSignatures(),
    )
    try:
        path = run(CertificateValidator(certificate, validation_context=context).async_validate_path())
    except (PathError, ValidationError) as error:
        raise Refusal(_outcome(error)) from error
    if path.pkix_len == 0:
        raise Refusal("certificate-untrusted")  # a root that signs deliveries itself cannot be revoked by anyone
    return path


_OUTCOMES: Final[tuple[tuple[type[Exception], Outcome], ...]] = (
    (RevokedError, "certificate-revoked"),
    (ExpiredError, "certificate-expired"),
    (NotYetValidError, "certificate-expired"),
    (DisallowedAlgorithmError, "certificate-weak"),
    (InsufficientRevinfoError, "revocation-unknown"),
    (PathBuildingError, "certificate-untrusted"),
)


def _outcome(error: Exception) -> Outcome:
    return next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), "certificate-chain")


def pairs_of(path: ValidationPath) -> Pairs:
    """Return each certificate of a chain with the one that issued it, the last one's at the end."""
    certificates = list(path.iter_certs(include_root=True))
    return list(zip(certificates[1:], certificates[:-1], strict=True))


def upwards(certificate: x509.Certificate, pool: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return the certificates above one, as far as ``pool`` has them: by name and signature, at most once each."""
    found: list[x509.Certificate] = []
    below = certificate
    while below.issuer != below.subject:
        above = next((each for each in pool if each not in found and is_issued_by(below, each)), None)
        if above is None:
            break
        found.append(above)
        below = above
    return found


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine of pyHanko that waits for nothing, without an event loop.

    Raises ``RuntimeError`` where it does wait: then it would have used the network.
    """
    try:
        work.send(None)
    except StopIteration as stop:
        value: _T = stop.value
        return value
    work.close()
    raise RuntimeError("a check that waits")
