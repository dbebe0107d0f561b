"""What ``gate sign`` and ``gate countersign`` answer: as text for a person, or as one JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.cli.output import write_answer
from gate.models import ExternalService
from gate.paths import printable
from gate.record import layout
from gate.record.identity import gate_identity
from gate.record.signed import ArchiveFile, CountersignedDocument, MadeSignature, SealedDocument, signed_document
from gate.record.types import COUNTERSIGNED, SEALED
from gate.reports.escaping import json_inert_in_logs, terminal, terminal_lines
from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from gate.cli.settings import Settings
    from gate.countersigning import Countersigned
    from gate.models import ServiceFact
    from gate.record.statement import RecordDeliverable
    from gate.sealing import Sealed
    from gate.text import Language


def write_sealed(done: Sealed, folder: Path, values: dict[str, Any], settings: Settings) -> None:
    """Answer for ``gate sign``, in the form and to the place that ``values`` say.

    Raises ``UsageError`` where the answer cannot be written; the release is signed then all the same.
    """
    _write(lambda: _sealed(done, folder), lambda: _sealed_text(done, folder, settings.language), values, settings)


def write_countersigned(done: Countersigned, folder: Path, values: dict[str, Any], settings: Settings) -> None:
    """Answer for ``gate countersign``, as :func:`write_sealed`."""
    _write(lambda: _countersigned(done, folder), lambda: _countersigned_text(done, settings.language), values, settings)


def _write(
    document: Callable[[], SealedDocument | CountersignedDocument],
    text: Callable[[], str],
    values: dict[str, Any],
    settings: Settings,
) -> None:
    file = values["output"]
    if values["form"] == "json":
        raw = signed_document(document())
        write_answer(json_inert_in_logs(raw.decode()).encode() if file is None else raw, file)
    elif file is not None or not settings.quiet:
        write_answer(text().encode(), file)


def _services(used: Iterable[ServiceFact]) -> tuple[ExternalService, ...]:
    return tuple(dict.fromkeys(ExternalService(each.name, each.operator, each.sent) for each in used))


def _sealed(done: Sealed, folder: Path) -> SealedDocument:
    archive = done.archive
    return SealedDocument(
        schema_=SEALED,
        gate=gate_identity(),
        folder=printable(str(folder)),
        deliverable=done.deliverable,
        created=done.created,
        record_sha256=done.record_sha256,
        signatures=tuple(MadeSignature(each.backend, each.signer, each.name, each.signs) for each in done.signatures),
        archive=ArchiveFile(printable(str(archive.path)), archive.sha256, archive.size) if archive else None,
        external_services=_services(done.services),
    )


def _sealed_text(done: Sealed, folder: Path, language: Language) -> str:
    about: dict[str, str | int] = {
        "folder": printable(str(folder)),
        "deliverable": _named(done.deliverable) or "–",
        "sha256": done.record_sha256,
        "created": done.created,
        "signers": "; ".join(dict.fromkeys(f"{each.backend} {each.signer}" for each in done.signatures)),
    }
    lines = [render("cli.sealed", language, about)]
    if done.archive:
        lines.append(render("cli.archived", language, {"path": printable(str(done.archive.path))}))
    return "".join(f"{terminal_lines(line)}\n" for line in lines)


def _named(given: RecordDeliverable | None) -> str:
    return printable(f"{given.name} {given.version}") if given else ""


def _countersigned(done: Countersigned, folder: Path) -> CountersignedDocument:
    verified = done.verification
    return CountersignedDocument(
        schema_=COUNTERSIGNED,
        gate=gate_identity(),
        folder=printable(str(folder)),
        deliverable=verified.deliverable,
        created=verified.created,
        record_sha256=done.record_sha256,
        verified_signatures=tuple(
            MadeSignature(each.backend, each.signer, each.file, each.signs) for each in verified.signatures
        ),
        signatures=tuple(MadeSignature(each.backend, each.signer, each.path, layout.RECORD) for each in done.added),
        external_services=_services(done.services),
    )


def _countersigned_text(done: Countersigned, language: Language) -> str:
    given = done.verification.deliverable
    about: dict[str, str | int] = {
        "name": given.name if given else "-",
        "version": given.version if given else "-",
        "sha256": done.record_sha256,
    }
    lines = [render("countersign.done", language, about)]
    lines += [f"  {added.path}: {added.backend}, {added.signer}" for added in done.added]
    for service in done.services:
        sent: dict[str, str | int] = {"name": service.name, "sent": service.sent}
        lines.append("  " + render("countersign.sent", language, sent))
    lines.append(render("countersign.next", language))
    return "".join(f"{terminal(line)}\n" for line in lines)
