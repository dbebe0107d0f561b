"""What a certificate and its algorithms must be to sign a delivery, by profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from asn1crypto import algos, keys, x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

if TYPE_CHECKING:
    from pyhanko_certvalidator.sig_validate import SignatureValidationContext

Profile: TypeAlias = Literal["plain", "gpki-official", "shogyo-toki"]

SOUND_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
_SOUND_SIGNATURES: Final = frozenset({"rsassa_pkcs1v15", "rsassa_pss", "ecdsa", "ed25519", "ed448"})
_SOUND_CURVES: Final = frozenset({"secp256r1", "secp384r1", "secp521r1"})
_FEWEST_RSA_BITS: Final = 2048
_SIGNING_PURPOSES: Final = frozenset({
    "any_extended_key_usage",
    "email_protection",
    "code_signing",
    "1.3.6.1.5.5.7.3.36",  # document signing, RFC 9336
    "1.3.6.1.4.1.311.10.3.12",  # document signing of Microsoft
    "microsoft_document_signing",
    "adobe_authentic_documents_trust",
})  # fmt: skip
"""Purposes under which a certificate may sign what is delivered; one for servers or clients alone may not."""


class SoundAlgorithms(AlgorithmUsagePolicy):
    """Allows what is named here, whatever the time: a signature from before its algorithm fell proves nothing now."""

    def digest_algorithm_allowed(self, algo: algos.DigestAlgorithm, moment: object) -> AlgorithmUsageConstraint:
        """See the base class."""
        del moment
        return AlgorithmUsageConstraint(algo["algorithm"].native in SOUND_DIGESTS)

    def signature_algorithm_allowed(
        self, algo: algos.SignedDigestAlgorithm, moment: object, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        """See the base class."""
        del moment
        sound = is_sound_signature(algo) and (public_key is None or is_sound_key(public_key))
        return AlgorithmUsageConstraint(sound)


class SoundSignatures(DefaultSignatureValidator):
    """Verifies by sound algorithms and keys alone: pyHanko asks its policy of certificates, not of lists and answers.

    Raises ``InvalidSignature`` for whatever is not a good signature.
    """

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext | None = None,
    ) -> None:
        """See the base class."""
        if not is_sound_signature(signature_algorithm) or not is_sound_key(public_key_info):
            raise InvalidSignature
        more = {} if context is None else {"context": context}
        try:
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, **more)
        except (AssertionError, ValueError, TypeError) as error:  # a key of another kind than the algorithm
            raise InvalidSignature from error


def is_sound_signature(algorithm: algos.SignedDigestAlgorithm) -> bool:
    """Say whether a signature algorithm is sound, with the digest that it names where it names one."""
    try:
        kind = algorithm.signature_algo
        digest = algorithm.hash_algo
    except ValueError:  # a plain "RSA" names no digest, others are unknown
        return algorithm["algorithm"].native in {"rsassa_pkcs1v15", "ed25519", "ed448"}
    return kind in _SOUND_SIGNATURES and (digest in SOUND_DIGESTS or kind in {"ed25519", "ed448"})


def is_sound_key(key: keys.PublicKeyInfo) -> bool:
    """Say whether a public key is of a sound kind and size."""
    if key.algorithm in {"rsa", "rsassa_pss"}:
        return bool(key.bit_size >= _FEWEST_RSA_BITS)
    if key.algorithm == "ec":
        form, curve = key.curve
        return form == "named" and curve in _SOUND_CURVES
    return key.algorithm in {"ed25519", "ed448"}


def has_signing_usage(certificate: x509.Certificate, profile: Profile) -> bool:
    """Say whether a certificate may sign documents: its key usage, extended key usage, and that it is no authority.

    Absent key usage is accepted under ``shogyo-toki`` alone; ``gpki-official`` demands digitalSignature and
    nonRepudiation both.
    """
    constraints = certificate.basic_constraints_value
    if constraints is not None and constraints["ca"].native:
        return False
    purposes = certificate.extended_key_usage_value
    if purposes is not None and not _SIGNING_PURPOSES & set(purposes.native):
        return False
    if certificate.key_usage_value is None:
        return profile == "shogyo-toki"
    usages = certificate.key_usage_value.native & {"digital_signature", "non_repudiation"}
    return len(usages) == 2 if profile == "gpki-official" else bool(usages)  # noqa: PLR2004  # both of them


def fits_profile(certificate: x509.Certificate, profile: Profile) -> bool:
    """Say whether a certificate is of the kind that a profile is for: the government's name critical policies."""
    return profile != "gpki-official" or "certificate_policies" in certificate.critical_extensions


def likely_profile(certificate: x509.Certificate) -> Profile:
    """Return the profile that a certificate looks made for; the plain one where nothing speaks for another."""
    if fits_profile(certificate, "gpki-official") and has_signing_usage(certificate, "gpki-official"):
        return "gpki-official"
    return "plain" if certificate.key_usage_value is not None else "shogyo-toki"


def has_stamping_usage(certificate: x509.Certificate) -> bool:
    """Say whether a certificate is for timestamps and nothing else (RFC 3161, 2.3): one purpose, critical."""
    purposes = certificate.extended_key_usage_value
    only = purposes is not None and purposes.native == ["time_stamping"]
    usage = certificate.key_usage_value
    signs = usage is None or bool(usage.native & {"digital_signature", "non_repudiation"})
    return only and signs and "extended_key_usage" in certificate.critical_extensions
