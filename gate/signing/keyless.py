"""Signatures by sigstore: a key for this release alone, certified for an identity, with a timestamp and a log entry.

Traps of sigstore-python 4.5.1 that this module steps around (each has a test): without a time-stamping authority
signing only warns, so that the log would hold an entry that nobody can date; requests to authority and log have no
end; a bundle that was just made is not looked at again.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, Final

import requests
from sigstore._internal.fulcio.client import FulcioClientError
from sigstore._internal.rekor import RekorClientError
from sigstore.dsse import Statement
from sigstore.hashes import Hashed
from sigstore.sign import Signer as LibrarySigner
from sigstore_models.common.v1 import HashAlgorithm

from gate.errors import GateError, KeyProblem, SigningFailure
from gate.filelist import hash_descriptor
from gate.keyless.checker import MOST_BUNDLE, Checker, RootError, TrustedInstance
from gate.keyless.identities import WILDCARD, Accepted, fits
from gate.keyless.subject import identity_of, issuer_of
from gate.paths import printable
from gate.signing.deadlines import Result, TooLateError, within
from gate.signing.instance import load_instance
from gate.signing.tokens import TokenSource
from gate.signing.visibility import says_public, token_says_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.x509 import Certificate
    from sigstore.models import Bundle
    from sigstore.oidc import IdentityToken

    from gate.keyless.outcomes import Form
    from gate.models import ServiceFact
    from gate.signing.instance import Instance

STEP_SECONDS: Final = 120.0
"""How long a certificate, or one signature with its timestamp and log entry, may take."""
MOST_STATEMENT: Final = MOST_BUNDLE * 2 // 3
"""Bytes of a statement: in base64 it fits into a bundle."""
_SPARE = timedelta(minutes=1)
"""How long a certificate has still to be valid for another signature to be made with it."""
_REFUSALS: Final = frozenset({400, 401, 403})
"""Statuses by which an authority says that it does not take this token (RFC 9110); any other is its own trouble."""


@dataclass(frozen=True, slots=True)
class KeylessOptions:
    """How to sign.

    ``trust_config`` describes a private instance, None means the public one.  ``identity`` (which may end in ``*``) and
    ``issuer`` are who has to come out, None for anybody.  ``public_log`` says that name and repository may become
    public though nothing says that they are.
    """

    trust_config: Path | None = None
    token: TokenSource = field(default_factory=TokenSource)
    identity: str | None = None
    issuer: str | None = None
    public_log: bool = False
    each: bool = False
    """Whether each artifact is signed alone as well."""


class KeylessSigner:
    """Signs with one certificate of a sigstore instance, and renews it where it ends meanwhile."""

    backend = "keyless"
    suffix = ".sigstore.json"
    irrevocable = True

    def __init__(self, options: KeylessOptions) -> None:
        self.signer = ""
        self.services: tuple[ServiceFact, ...] = ()
        self.signs_artifacts = options.each
        self._options = options
        self._loaded: Instance | None = None
        self._signing: LibrarySigner | None = None
        self._ends = datetime.min.replace(tzinfo=UTC)
        self._issuer = ""
        self._checker: Checker | None = None

    # --- before the verdict -----------------------------------------------------------------------------------

    def ready(self) -> None:
        """See :class:`gate.signing.interface.Signer`."""
        may_be_told = self._options.public_log or says_public(os.environ)
        # Without a configuration it is the public instance: it is not even asked for its own before it may be used.
        if not may_be_told and (self._options.trust_config is None or self._instance().public):
            raise KeyProblem("keyless.public-log")
        instance = self._instance()
        self._options.token.require()
        issuer = instance.issuer
        self.services = instance.services(*self._options.token.contacted(issuer.url, issuer.operator))

    def _instance(self) -> Instance:
        if self._loaded is None:
            self._loaded = load_instance(self._options.trust_config)
        return self._loaded

    # --- after it ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Get a token and a certificate.  See :class:`gate.signing.interface.Signer`."""
        instance = self._instance()
        token = self._options.token.get(instance.issuer.url)
        self._require_public(instance, token)
        service = f"Fulcio {instance.authority.url}"
        signing, certificate = _asked(service, lambda: _certified(token, instance))
        identity, issuer = self._accepted(certificate, service)
        if self.signer and (identity, issuer) != (self.signer, self._issuer):
            raise SigningFailure("keyless.changed-identity", identity=printable(identity))
        self.signer, self._issuer = identity, issuer
        self._signing, self._ends = signing, certificate.not_valid_after_utc

    def _require_public(self, instance: Instance, token: IdentityToken) -> None:
        claims = token._unverified_claims  # noqa: SLF001  # the library shows only who and by whom
        if instance.public and not self._options.public_log and token_says_private(claims):
            raise KeyProblem("keyless.public-log")

    def _accepted(self, certificate: Certificate, service: str) -> tuple[str, str]:
        """Return who signs and who says so.  Raises ``KeyProblem`` where the policy names somebody else."""
        try:
            identity, issuer = identity_of(certificate), issuer_of(certificate)
        except ValueError as error:
            raise SigningFailure("keyless.service", service=printable(service), detail="certificate") from error
        if identity is None or issuer is None:
            raise SigningFailure("keyless.service", service=printable(service), detail="certificate")
        wanted = (self._options.identity or identity, self._options.issuer or issuer)
        if not fits(wanted[0], identity) or wanted[1] != issuer:
            raise KeyProblem("keyless.other-identity", identity=printable(identity), issuer=printable(issuer))
        return identity, issuer

    def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
        """See :class:`gate.signing.interface.Signer`."""
        if self._signing is None or datetime.now(UTC) + _SPARE > self._ends:
            self.begin()
        service = f"Rekor {self._instance().log.url}"
        bundle = _asked(service, self._bundle_of(file, statement=statement))
        raw = bundle.to_json().encode()
        self._prove(file, raw, "statement" if statement else "file")
        return raw

    def _bundle_of(self, file: BinaryIO, *, statement: bool) -> Callable[[], Bundle]:
        signing = self._signing
        assert signing is not None  # noqa: S101  # begun before
        if statement:
            file.seek(0)
            content = file.read(MOST_STATEMENT + 1)
            if len(content) > MOST_STATEMENT:
                raise SigningFailure("keyless.too-large", limit=MOST_STATEMENT)
            parsed = Statement(content)
            return lambda: signing.sign_dsse(parsed)
        digest, _ = hash_descriptor(file.fileno())
        hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(digest))
        return lambda: signing.sign_artifact(hashed)

    def _prove(self, file: BinaryIO, bundle: bytes, form: Form) -> None:
        """Verify a bundle as a recipient would who trusts this instance and this identity, over the whole file."""
        if self._checker is None:
            accepted = Accepted(self.signer, self._issuer, WILDCARD)
            trusted = TrustedInstance(self._instance().root, (accepted,))
            try:
                self._checker = Checker([trusted])
            except RootError as error:
                raise SigningFailure("keyless.not-proved", outcome="trusted root") from error
        with tempfile.TemporaryFile() as copy:
            copy.write(bundle)
            copy.flush()
            checked = self._checker.check(copy.fileno(), file.fileno(), form)
        if checked.outcome != "valid":
            raise SigningFailure("keyless.not-proved", outcome=checked.outcome)
        if checked.time_source != "timestamp" or (checked.sha256, checked.size) != hash_descriptor(file.fileno()):
            raise SigningFailure("keyless.not-proved", outcome=checked.time_source)

    def close(self) -> None:
        """See :class:`gate.signing.interface.Signer`."""
        if self._checker is not None:
            self._checker.close()
        self._checker = self._signing = None


def _certified(token: IdentityToken, instance: Instance) -> tuple[LibrarySigner, Certificate]:
    signing = LibrarySigner(token, instance.context())
    certificate = signing._signing_cert()  # noqa: SLF001  # which it has got when it was made
    instance.require_own(certificate)
    return signing, certificate


def _asked(service: str, step: Callable[[], Result]) -> Result:
    """Return what a step with a service returns; whatever goes wrong is the service's failure, or a refusal by it."""
    shown = printable(service)
    try:
        return within(STEP_SECONDS, step)
    except GateError:
        raise
    except TooLateError as error:
        raise SigningFailure("keyless.service", service=shown, detail="timeout") from error
    except (FulcioClientError, RekorClientError) as error:
        status = _status(error)
        if isinstance(error, FulcioClientError) and status in _REFUSALS:
            raise KeyProblem("keyless.refused", service=shown, status=status) from error
        raise SigningFailure("keyless.service", service=shown, detail=f"status {status}") from error
    except Exception as error:
        # Whatever the library throws at an answer that is none; its text may quote the answer.
        raise SigningFailure("keyless.service", service=shown, detail=type(error).__name__) from error


def _status(error: Exception) -> int:
    for cause in (error.__cause__, error.__context__):
        if isinstance(cause, requests.HTTPError) and cause.response is not None:
            return cause.response.status_code
    return 0
