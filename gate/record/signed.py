"""What signing did: ``release-gate/sealed/v1`` by ``gate sign``, ``…/countersigned/v1`` by ``gate countersign``.

Both are canonical JSON, and written only where everything that they name is in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import TypeAdapter

from gate.models import ExternalService  # pydantic reads the annotations of documents when the module is loaded
from gate.record.canonical import canonical
from gate.record.identity import DOCUMENT, GateIdentity
from gate.record.statement import RecordDeliverable  # as above
from gate.record.types import CountersignedSchema, SealedSchema


@dataclass(frozen=True, slots=True)
class MadeSignature:
    """A signature that now lies in the release: ``file`` is where, ``signs`` the file that it is over."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    backend: str
    signer: str
    file: str
    signs: str


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """The archive of the signed release, beside its folder: ``path`` as the folder's was given, ``size`` in bytes."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """``release-gate/sealed/v1``: a release that another job examined, and that is signed now.

    ``deliverable`` is null where the policy names none, ``archive`` where none was asked for; ``created`` is when the
    record was written (RFC 3339, UTC); ``external_services`` are those that signing used.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    schema_: SealedSchema
    gate: GateIdentity
    folder: str
    deliverable: RecordDeliverable | None
    created: str
    record_sha256: str
    signatures: tuple[MadeSignature, ...]
    archive: ArchiveFile | None
    external_services: tuple[ExternalService, ...]


@dataclass(frozen=True, slots=True)
class CountersignedDocument:
    """``release-gate/countersigned/v1``: a release that was verified, and the signatures of its record added to it.

    ``verified_signatures`` are those of the release by which it was verified; the other fields are as in
    :class:`SealedDocument`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    schema_: CountersignedSchema
    gate: GateIdentity
    folder: str
    deliverable: RecordDeliverable | None
    created: str | None
    record_sha256: str
    verified_signatures: tuple[MadeSignature, ...]
    signatures: tuple[MadeSignature, ...]
    external_services: tuple[ExternalService, ...]


_SEALED = TypeAdapter(SealedDocument)
_COUNTERSIGNED = TypeAdapter(CountersignedDocument)


def signed_document(document: SealedDocument | CountersignedDocument) -> bytes:
    """Return the bytes of either document."""
    if isinstance(document, SealedDocument):
        return canonical(_SEALED.dump_python(document, mode="json", by_alias=True))
    return canonical(_COUNTERSIGNED.dump_python(document, mode="json", by_alias=True))
