"""A sigstore instance as the library knows it: where its services are, whose they are, and clients that end in time."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from rfc3161_client import TimeStampResponse
from sigstore._internal.fulcio import FulcioClient
from sigstore._internal.rekor.client import RekorClient
from sigstore._internal.rekor.client_v2 import RekorV2Client
from sigstore._internal.timestamp import (
    TimestampAuthorityClient,
    TimestampError,
    TimestampSource,
    TimestampVerificationResult,
)
from sigstore.errors import Error as SigstoreError
from sigstore.models import ClientTrustConfig
from sigstore.sign import SigningContext
from sigstore.verify import Verifier

from gate.errors import KeyProblem, SigningFailure
from gate.models import ServiceFact
from gate.paths import printable
from gate.signing.deadlines import TooLateError, bound, within

if TYPE_CHECKING:
    from pathlib import Path

    import requests
    from cryptography.x509 import Certificate

_MOST_BYTES: Final = 4 << 20
_UPDATE_SECONDS: Final = 90.0
_PUBLIC_HOSTS: Final = (".sigstore.dev", ".sigstage.dev")
_REPOSITORY: Final = "https://tuf-repo-cdn.sigstore.dev"

# The library warns where the gate raises, and writes answers of services into its log.
logging.getLogger("sigstore").addHandler(logging.NullHandler())
logging.getLogger("sigstore").propagate = False


@dataclass(frozen=True, slots=True)
class Place:
    """One service: where, and by whom it is operated."""

    url: str
    operator: str


class _FirstLog(RekorClient):
    """Its sessions (one for each thread) end in time."""

    @property
    def _session(self) -> requests.Session:
        return bound(super()._session)


class _SecondLog(RekorV2Client):
    """As above, for the second version of the log."""

    @property
    def _session(self) -> requests.Session:
        return bound(super()._session)


_LOG_CLIENTS: Final[dict[int, type[_FirstLog | _SecondLog]]] = {1: _FirstLog, 2: _SecondLog}


class _DemandedTimestamp(TimestampAuthorityClient):
    """Raises where the library's own client only warns, and takes no timestamp of an authority that is not trusted.

    The log is written to after this: an entry without a good timestamp is never made.
    """

    def __init__(self, url: str, verifier: Verifier) -> None:
        super().__init__(url)
        self._verifier = verifier

    @property
    def _session(self) -> requests.Session:
        return bound(super()._session)

    def request_timestamp(self, signature: bytes) -> TimeStampResponse:
        """Return a timestamp over a signature.  Raises ``SigningFailure``."""
        service = printable(f"TSA {self.url}")
        try:
            response = super().request_timestamp(signature)
        except TimestampError as error:
            raise SigningFailure("keyless.service", service=service, detail=_cause(error)) from error
        except Exception as error:
            raise SigningFailure("keyless.service", service=service, detail=type(error).__name__) from error
        if self._verifier._verify_signed_timestamp(response, signature) is None:  # noqa: SLF001  # not to be had otherwise
            raise SigningFailure("keyless.foreign-timestamp", service=service)
        return response


def _cause(error: BaseException) -> str:
    return type(error.__context__ or error).__name__


class Instance:
    """What is needed of one instance to sign with it.

    Raises ``KeyProblem`` where its trust configuration names no service that timestamps.
    """

    def __init__(self, config: ClientTrustConfig) -> None:
        signing = config.signing_config
        # The library keeps to itself which of the services that a configuration lists it has chosen.
        self.authority = Place(signing._fulcios[0].url, signing._fulcios[0].operator)  # noqa: SLF001
        self._log_client = _LOG_CLIENTS[signing._tlogs[0].major_api_version]  # noqa: SLF001
        self.log = Place(signing._tlogs[0].url, signing._tlogs[0].operator)  # noqa: SLF001
        self.stampers = tuple(Place(each.url, each.operator) for each in signing._tsas)  # noqa: SLF001
        self.issuers = tuple(Place(each.url, each.operator) for each in signing._oidcs)  # noqa: SLF001
        self.root = config.trusted_root._inner.to_json().encode()  # noqa: SLF001  # it has no other way out
        self._config = config
        if not self.stampers:
            raise KeyProblem("keyless.no-tsa")

    @property
    def public(self) -> bool:
        """Whether one of its services is of the public instance, whose logs everybody reads."""
        places = (self.authority, self.log, *self.stampers, *self.issuers)
        hosts = [f".{urlsplit(each.url).hostname or ''}" for each in places]
        return any(host.endswith(_PUBLIC_HOSTS) for host in hosts)

    @property
    def issuer(self) -> Place:
        """Where persons log in; empty where the instance names nothing."""
        return self.issuers[0] if self.issuers else Place("", "")

    def context(self) -> SigningContext:
        """Return what the library signs with."""
        root, authority = self._config.trusted_root, FulcioClient(self.authority.url)
        bound(authority.session)
        verifier = Verifier(trusted_root=root)
        return SigningContext(
            fulcio=authority,
            rekor=self._log_client(self.log.url),
            trusted_root=root,
            tsa_clients=[_DemandedTimestamp(each.url, verifier) for each in self.stampers],
        )

    def require_own(self, certificate: Certificate) -> None:
        """Raise the library's ``VerificationError`` where a certificate is not of this instance, or not valid now.

        Without this, only a bundle whose entry stands in the log already would show it.
        """
        now = TimestampVerificationResult(TimestampSource.TRANSPARENCY_SERVICE, datetime.now(UTC))
        Verifier(trusted_root=self._config.trusted_root)._verify_chain_at_time(certificate, now)  # noqa: SLF001  # as above

    def services(self, contacted: str, operator: str) -> tuple[ServiceFact, ...]:
        """Return the services that signing uses, in the words of the record; ``contacted`` gives out tokens, if any."""
        facts = [
            ServiceFact(
                printable(f"Fulcio {self.authority.url}"),
                printable(self.authority.operator),
                "the identity token (who signs, and for a build system the repository, revision and workflow), "
                "a public key; the certificate enters a log that can be read by whoever reads the instance",
            ),
            ServiceFact(
                printable(f"Rekor {self.log.url}"),
                printable(self.log.operator),
                "digests and signatures of what is signed, the certificate with the identity; they enter a log that "
                "forgets nothing (its first version is sent the record itself, and keeps its digest)",
            ),
            *(
                ServiceFact(
                    printable(f"TSA {each.url}"), printable(each.operator), "the digest of each signature (RFC 3161)"
                )
                for each in self.stampers
            ),
        ]
        if contacted:
            asked = "a login, or a request for a token"
            facts.append(ServiceFact(printable(contacted), printable(operator), asked))
        if self.public:
            facts.append(ServiceFact(f"TUF repository {_REPOSITORY}", "sigstore.dev", "requests for its files"))
        return tuple(facts)


def packaged_instance() -> Instance:
    """Return the public instance as the installed package knows it, without asking anybody.

    Raises ``KeyProblem`` where none of the services that it names is in use today.
    """
    stored = resources.files("sigstore._store").joinpath("https%3A%2F%2Ftuf-repo-cdn.sigstore.dev")
    config = {
        "mediaType": ClientTrustConfig.ClientTrustConfigType.CONFIG_0_1.value,
        "trustedRoot": json.loads(stored.joinpath("trusted_root.json").read_bytes()),
        "signingConfig": json.loads(stored.joinpath("signing_config.v0.2.json").read_bytes()),
    }
    try:
        return Instance(ClientTrustConfig.from_json(json.dumps(config)))
    except SigstoreError as error:
        raise KeyProblem("keyless.no-config", path="sigstore", detail=type(error).__name__) from error


def load_instance(path: Path | None) -> Instance:
    """Return the instance of a trust configuration (protobuf-specs, ClientTrustConfig), or for None the public one.

    The public one is asked for by TUF, beginning with the root inside the installed package.  Raises ``KeyProblem``
    where a file is not such a configuration, ``SigningFailure`` where the repository cannot be had.
    """
    if path is None:
        try:
            return Instance(within(_UPDATE_SECONDS, ClientTrustConfig.production))
        except KeyProblem:
            raise
        except Exception as error:
            detail = "timeout" if isinstance(error, TooLateError) else _cause(error)
            raise SigningFailure("keyless.service", service=f"TUF repository {_REPOSITORY}", detail=detail) from error
    shown = printable(str(path))
    try:
        with path.open("rb") as stream:
            text = stream.read(_MOST_BYTES).decode("utf-8")
        return Instance(ClientTrustConfig.from_json(text))
    except KeyProblem:
        raise
    except OSError as error:
        raise KeyProblem("keyless.no-config", path=shown, detail=error.strerror or type(error).__name__) from error
    except Exception as error:
        # Whatever the library and its models throw at what is no configuration, or one without services of today.
        raise KeyProblem("keyless.no-config", path=shown, detail=type(error).__name__) from error
