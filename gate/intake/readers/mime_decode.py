"""Transfer encodings of mail (RFC 2045, section 6), decoded in bounded steps, with all at which decoders differ."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from gate.intake.readers.interface import CHUNK

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BLANKS = b" \t\r\n\f\v"
_SEGMENT = re.compile(rb"([^=]*)(=*)")
_QUANTUM = 4
_BAD_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
_ESCAPE = 3


class Base64:
    """Base64 (RFC 4648, section 4) with line ends and blanks; ``problems`` tells of anything else."""

    def __init__(self) -> None:
        self.problems: dict[str, None] = {}
        self._held = b""
        self._padded = False

    def feed(self, block: bytes) -> bytes:
        """Return what more bytes decode to; other characters are left out, as most decoders do."""
        clean = block.translate(None, _BLANKS)
        letters = clean.translate(None, _ALPHABET + b"=")
        if letters:
            self.problems["characters outside of base64"] = None
            clean = clean.translate(None, bytes(set(letters)))
        clean = self._held + clean
        self._held = b""
        if b"=" not in clean:
            if clean and self._padded:
                self._behind_padding()
            whole = len(clean) // _QUANTUM * _QUANTUM
            self._held = clean[whole:]
            return binascii.a2b_base64(clean[:whole])
        return b"".join(self._segments(clean))

    def close(self) -> bytes:
        """Return what the end of the data decodes to."""
        held, self._held = self._held, b""
        if held:
            self.problems["base64 ends amid four characters"] = None
        return _padded(held)

    def _segments(self, clean: bytes) -> Iterator[bytes]:
        """Decode each run of letters up to its padding for itself; one that is not padded yet is held back."""
        for match in _SEGMENT.finditer(clean):
            letters, padding = match.groups()
            if letters and self._padded:
                self._behind_padding()
            if not padding and letters:
                whole = len(letters) // _QUANTUM * _QUANTUM
                self._held = letters[whole:]
                yield binascii.a2b_base64(letters[:whole])
            # Padding that is cut in two by the end of a block is judged as a whole: its second half has no letters.
            elif letters:
                self._padded = True
                if (len(letters) + len(padding)) % _QUANTUM and match.end() < len(clean):
                    self.problems["wrong padding"] = None
                yield _padded(letters)
            elif padding and not self._padded:
                self.problems["wrong padding"] = None

    def _behind_padding(self) -> None:
        self.problems["base64 behind its padding"] = None


def _padded(letters: bytes) -> bytes:
    """Decode letters that lack their padding; a single one left over is none."""
    if len(letters) % _QUANTUM == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % _QUANTUM))


def base64_chunks(text: bytes, start: int, stop: int, problems: dict[str, None]) -> Iterator[bytes]:
    """Yield what the base64 between two places of ``text`` decodes to; notes problems."""
    decoder = Base64()
    for position in range(start, stop, CHUNK):
        yield decoder.feed(text[position : min(position + CHUNK, stop)])
    yield decoder.close()
    problems.update(decoder.problems)


def quoted_chunks(text: bytes, start: int, stop: int, problems: dict[str, None]) -> Iterator[bytes]:
    """Yield what the quoted-printable text between two places of ``text`` decodes to; notes problems."""
    while start < stop:
        cut = _quoted_cut(text, start, stop)
        block = text[start:cut]
        if _BAD_ESCAPE.search(block):
            problems["escapes outside of quoted-printable"] = None
        yield binascii.a2b_qp(block)
        start = cut


def _quoted_cut(text: bytes, start: int, stop: int) -> int:
    """Return where a chunk can end: behind a line, or else amid one where no escape is cut in two."""
    if stop - start <= CHUNK:
        return stop
    line = text.rfind(b"\n", start, start + CHUNK)
    if line >= 0:
        return line + 1
    cut = start + CHUNK
    escape = text.rfind(b"=", cut - _ESCAPE, cut)
    return escape if escape > start else cut
