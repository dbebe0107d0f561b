"""What a signing back end is.

A back end signs files one by one with one key, and proves each signature before it hands it over.  Secrets
(passphrases, PINs) are read when the first file is signed, which is after the verdict, and never before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol, runtime_checkable

from gate.models import ServiceFact


class Signatory(Protocol):
    """Who signs, in which way, and what that touches: all that a release says of its signers."""

    @property
    def backend(self) -> str:
        """Short lower-case name of the back end, as it stands in records: ``openpgp``."""

    @property
    def signer(self) -> str:
        """Who signs, in the form that the back end's verifiers pin: for OpenPGP the primary key's fingerprint."""

    @property
    def suffix(self) -> str:
        """What the name of a signature adds to the name of the file signed: ``.asc``."""

    @property
    def signs_artifacts(self) -> bool:
        """Whether it signs each artifact alone as well, not only the record and the sums."""

    @property
    def irrevocable(self) -> bool:
        """Whether its signatures enter a log that forgets nothing: then it signs when all others have signed."""

    @property
    def services(self) -> tuple[ServiceFact, ...]:
        """The services outside of this machine that it uses; known once it is ready."""


@dataclass(frozen=True, slots=True)
class PromisedSigner:
    """A :class:`Signatory` who signs in a step of its own, as far as it is known without any secret."""

    backend: str
    signer: str
    suffix: str
    signs_artifacts: bool
    irrevocable: bool
    services: tuple[ServiceFact, ...] = ()


@runtime_checkable
class Signer(Signatory, Protocol):
    """One way of signing, with one key.

    A release calls :meth:`ready` before anything is examined, :meth:`begin` after the verdict, :meth:`sign` for each
    file then, and whoever made the signer calls :meth:`close` whatever happened.
    """

    def ready(self) -> None:
        """Make sure that the key is there and may sign, without reading any secret.

        Raises ``KeyProblem`` where it is missing, expired, revoked or without its secret part, and ``SigningFailure``
        where the tool or service cannot be had.
        """

    def begin(self) -> None:
        """Get what it needs to know who signs: called after the verdict and before the record, which names that.

        Secrets may be read.  Raises as :meth:`sign`.
        """

    def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
        """Return the detached signature over all bytes of an open regular file.

        ``statement`` says that they are an in-toto statement, which some formats hold in a form of its own.
        The signature has been verified independently.  Raises ``KeyProblem`` where the key cannot be used (wrong
        passphrase or PIN), and ``SigningFailure`` where no good signature came about.
        """

    def close(self) -> None:
        """End what the back end started; may be called more than once."""


@runtime_checkable
class KeepsMaterial(Protocol):
    """What a signer has beside whose signatures need more than themselves to be verified years later."""

    def beside(self, signature: bytes) -> Mapping[str, bytes]:
        """Return files that lie beside a signature that it made, by what their names add to the signature's."""

    def material(self) -> Mapping[str, bytes]:
        """Return files for the folder of validation material, by name, once all signatures are made.

        They are not bound by the record: each is signed by whoever issued it.
        """
