"""The Authenticode signature of a program for Windows: whether it still fits the bytes, and what lies around it.

No certificate is judged: who signed is for the recipient's system to say.  (Microsoft, "Windows Authenticode Portable
Executable Signature Format".)
"""

from __future__ import annotations

from collections.abc import Iterator

import lief

from gate.examine.heuristics.pe import DIRECTORY, Program
from gate.examine.heuristics.reasons import Seen

_HEADER = 8
_PADDING = 8
_FLAGS = lief.PE.Signature.VERIFICATION_FLAGS
_CHECKS = lief.PE.Signature.VERIFICATION_CHECKS
_TAMPERED = {
    "digest": _FLAGS.BAD_DIGEST,
    "signature": _FLAGS.BAD_SIGNATURE,
    "attributes": _FLAGS.CORRUPTED_AUTH_DATA,
}
"""Outcomes of the verification that say that signed bytes are not those that were signed."""
_SEQUENCE = 0x30
_LONG_FORM = 0x80


def signature_signs(program: Program) -> Iterator[Seen]:
    """Yield what is wrong with the certificate table and the signatures in it; nothing where there is none."""
    offset, size = program.directory(DIRECTORY.CERTIFICATE_TABLE)  # this directory alone holds an offset in the file
    if not offset and not size:
        return
    end = offset + size
    if end > len(program.data) or offset < program.headers or size < _HEADER:
        yield Seen("pe-signature-beyond", f"{offset:#x}+{size:#x}")
        return
    if len(program.binary.signatures) == 0:
        yield Seen("pe-signature-unreadable", f"{offset:#x}")
    for signature in program.binary.signatures:
        yield from _mismatch(program, signature)
    if any(program.data[end:]):
        yield Seen("pe-signature-trailing", f"{len(program.data) - end}_bytes")
    stuffed = _stuffed(program.data[offset:end])
    if stuffed:
        yield Seen("pe-signature-stuffed", f"{stuffed}_bytes")


def _mismatch(program: Program, signature: lief.PE.Signature) -> Iterator[Seen]:
    if bytes(signature.content_info.digest) != bytes(program.binary.authentihash(signature.digest_algorithm)):
        yield Seen("pe-signature-mismatch", "digest")
        return
    flags = signature.check(_CHECKS.SKIP_CERT_TIME)
    for word, flag in _TAMPERED.items():
        if flags & flag:
            yield Seen("pe-signature-mismatch", word)
            return


def _stuffed(table: bytes) -> int:
    """Return how many bytes of the first entry lie behind its signature, where they hold anything."""
    length = int.from_bytes(table[:4], "little")
    end = _HEADER + _der_length(table[_HEADER : _HEADER + 6])
    rest = table[end : min(length, len(table))]
    return len(rest) if len(rest) >= _PADDING and any(rest) else 0


def _der_length(head: bytes) -> int:
    """Return the length of a DER sequence with its header (X.690, 8.1.3), or a number past any table."""
    beyond = 1 << 40
    if len(head) < 6 or head[0] != _SEQUENCE:  # noqa: PLR2004  # tag, form, and four bytes of length at most
        return beyond
    if head[1] < _LONG_FORM:
        return 2 + head[1]
    count = head[1] - _LONG_FORM
    return 2 + count + int.from_bytes(head[2 : 2 + count], "big") if 0 < count <= len(head) - 2 else beyond
