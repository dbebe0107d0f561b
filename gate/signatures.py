"""The signatures of a release: which there are to be, in which order they are made, and the files that each gives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.errors import UsageError
from gate.record import layout
from gate.record.canonical import DocumentError, parse_strictly
from gate.record.statement import PromisedSignature
from gate.record.types import STATEMENT
from gate.signing.interface import KeepsMaterial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from gate.signing.interface import Signatory, Signer

MOST_STATEMENT_BYTES: Final = 64 << 20
"""No record, provenance or summary beyond this is read by those who verify."""
_MOST_NAME_BYTES: Final = 255
"""No file system in use has longer names of files."""
_SUMS_OF_PAYLOAD: Final = re.compile(rb"^\\?(?:[0-9a-f]{64}[ \t].*|SHA256 ?\(.*)payload", re.IGNORECASE | re.MULTILINE)
"""A line of either form that sha256sum(1) checks, over a file where a release has its payload."""


def require_signers(signers: Sequence[Signatory]) -> None:
    """Raise ``UsageError`` where nobody signs, or two would write their signatures into the same files."""
    if not signers:
        raise UsageError("deliver.no-signer")
    suffixes = [signer.suffix for signer in signers]
    if len(set(suffixes)) != len(suffixes):
        raise UsageError("deliver.same-suffix", suffix=max(suffixes, key=suffixes.count))


def promises_of(signed_alone: Sequence[str], signers: Sequence[Signatory]) -> tuple[PromisedSignature, ...]:
    """Return the signatures to make in their order: by signers that can be undone first, the record's last by each.

    ``signed_alone`` are the files whose signature proves one artifact.  Raises ``UsageError`` where the name of one is
    so long that its signature's would be none: after the signature it would be too late to find that out.
    """
    promised = tuple(
        PromisedSignature(layout.signature_path(path, signer.suffix), signer.backend, signer.signer, path)
        for signer in sorted(signers, key=lambda signer: signer.irrevocable)
        for path in (*(signed_alone if signer.signs_artifacts else ()), *layout.SIGNED)
    )
    _require_short_names(promised)
    return promised


def _require_short_names(promised: Sequence[PromisedSignature]) -> None:
    for promise in promised:
        name = layout.on_disk(promise.name + layout.STAMP_SUFFIX).rpartition(b"/")[2]
        if len(name) > _MOST_NAME_BYTES:
            raise UsageError("deliver.long-name", path=promise.signs)


def make_signatures(
    promised: Sequence[PromisedSignature],
    signers: Sequence[Signer],
    opened: Callable[[str], AbstractContextManager[BinaryIO]],
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and bytes of each signature, and of what lies beside them, as it is made.

    ``opened`` opens a file of the release by its path.  Raises as ``Signer.sign`` and :func:`promises_of`.
    """
    _require_short_names(promised)
    by_name = {(signer.backend, signer.signer): signer for signer in signers}
    for promise in promised:
        signer = by_name[promise.backend, promise.signer]
        with opened(promise.signs) as file:
            signature = signer.sign(file, statement=promise.signs in layout.STATEMENTS)
        yield promise.name, signature
        if isinstance(signer, KeepsMaterial):
            for suffix, data in signer.beside(signature).items():
                yield promise.name + suffix, data
    for signer in signers:
        if isinstance(signer, KeepsMaterial):
            for name, data in signer.material().items():
                yield layout.validation_path(name), data


def require_no_document(raw: bytes, artifact: str) -> None:
    """Raise ``UsageError`` where these bytes of an artifact are an in-toto statement, or list digests of a payload.

    A signature over a file does not say what the file is for: that of an artifact would make a record, provenance,
    summary or list of digests of it, by which somebody could deliver what was never examined.
    """
    if _SUMS_OF_PAYLOAD.search(raw) or _is_statement(raw):
        raise UsageError("deliver.statement", path=artifact)


def _is_statement(raw: bytes) -> bool:
    # Only what may be one is read as JSON; in JSON a name without backslash stands as it is.
    if not raw.lstrip(b" \t\r\n").startswith(b"{") or not (b"in-toto.io" in raw or b"\\" in raw):
        return False
    try:
        value = parse_strictly(raw)
    except DocumentError:
        return False  # and no record to anybody who verifies
    return str(value.get("_type")).startswith(STATEMENT.rpartition("/")[0])
