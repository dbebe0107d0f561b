"""The signatures of a release: which there are to be, in which order they are made, and the files that each gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import UsageError
from gate.record import layout
from gate.record.statement import PromisedSignature
from gate.signing.interface import KeepsMaterial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from gate.signing.interface import Signatory, Signer


def require_signers(signers: Sequence[Signatory]) -> None:
    """Raise ``UsageError`` where nobody signs, or two would write their signatures into the same files."""
    if not signers:
        raise UsageError("deliver.no-signer")
    suffixes = [signer.suffix for signer in signers]
    if len(set(suffixes)) != len(suffixes):
        raise UsageError("deliver.same-suffix", suffix=max(suffixes, key=suffixes.count))


def promises_of(signed_alone: Sequence[str], signers: Sequence[Signatory]) -> tuple[PromisedSignature, ...]:
    """Return the signatures to make in their order: by signers that can be undone first, the record's last by each.

    ``signed_alone`` are the files whose signature proves one artifact.
    """
    return tuple(
        PromisedSignature(layout.signature_path(path, signer.suffix), signer.backend, signer.signer, path)
        for signer in sorted(signers, key=lambda signer: signer.irrevocable)
        for path in (*(signed_alone if signer.signs_artifacts else ()), *layout.SIGNED)
    )


def make_signatures(
    promised: Sequence[PromisedSignature],
    signers: Sequence[Signer],
    opened: Callable[[str], AbstractContextManager[BinaryIO]],
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and bytes of each signature, and of what lies beside them, as it is made.

    ``opened`` opens a file of the release by its path.  Raises as ``Signer.sign``.
    """
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
