"""A reader of mail (RFC 5322, MIME of RFC 2045 to 2049): every part of any depth, decoded.

Programs differ in how they read damaged mail, and payloads hide there.  The mail is read as most programs would, and
all at which they would part is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gate.intake.readers.checks import Members, bounded, load, pieces
from gate.intake.readers.encoded import TEXT_BYTES, uu_body, uuencoded_files
from gate.intake.readers.interface import CHUNK, Event, Options, Source, Trouble
from gate.intake.readers.made_up import hidden, is_note
from gate.intake.readers.mime_decode import base64_chunks, quoted_chunks
from gate.intake.readers.mime_header import Fields, Value, encoded_words, extension, read_fields, structured
from gate.intake.readers.mime_split import Layout, split
from gate.intake.readers.names import NameRegister
from gate.intake.text_formats import has_uuencoded, plain_text, text_labels, uuencode_head

DEPTH = 32
"""Most multiparts within each other; mail programs stop at a few more."""
_HEAD = 40_960
_IDENTITY = frozenset({b"", b"7bit", b"8bit", b"binary"})
_UUENCODE = frozenset({b"x-uuencode", b"uuencode", b"x-uue", b"x-uu", b"uue"})
_SINGLE_FIELDS = (
    b"content-type",
    b"content-transfer-encoding",
    b"content-disposition",
    b"mime-version",
    b"content-description",
)
_PGP_MESSAGE = b"-----BEGIN PGP MESSAGE-----"
_ENVELOPED_OIDS = (b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17")
"""enveloped-data and authenticated-enveloped-data of CMS (RFC 5652, RFC 5083)."""
_SMIME = frozenset({b"application/pkcs7-mime", b"application/x-pkcs7-mime"})


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the parts of a mail and all that is wrong with it."""
    yield from bounded(_read(source, options), options)


def _read(source: Source, options: Options) -> Iterator[Event]:
    text = plain_text(load(source, TEXT_BYTES))
    yield from _Mail(text, options).events()


@dataclass(frozen=True, slots=True)
class _Part:
    """An entity of the mail: where its header begins and its body ends, and how deep it is."""

    start: int
    stop: int
    depth: int
    default: bytes = b"text/plain"


class _Mail:
    """One mail while it is read."""

    def __init__(self, text: bytes, options: Options) -> None:
        self._text = text
        self._members = Members(options)
        self._options = options
        self._boundaries: set[bytes] = set()
        self._odd_lines: set[bytes] = set()

    def events(self) -> Iterator[Event]:
        """Yield everything of the mail."""
        start = len(self._text) - len(self._text.lstrip(b" \t\r\n\0\xef\xbb\xbf"))
        yield from self._entity(_Part(start, len(self._text), 0))
        if self._odd_lines - self._boundaries:
            yield Trouble("line that is nearly a boundary", issue="ambiguous")

    def _entity(self, part: _Part) -> Iterator[Event]:
        fields = read_fields(self._text, part.start, part.stop)
        if fields.problems and b"content-" in self._text[part.start : part.stop].lower():
            # Without any field of MIME it is a plain text, wherever its header ends.
            for problem in fields.problems:
                yield Trouble(problem, issue="ambiguous")
        for name in _SINGLE_FIELDS:
            if fields.differing(name):
                yield Trouble(f"two fields {name.decode()}", issue="ambiguous")
        kind = structured(fields.first(b"content-type"))
        for conflict in kind.conflicts:
            yield Trouble(f"content-type: {conflict}", issue="ambiguous")
        if b"/" not in kind.value:
            kind.value = part.default
        if kind.value.startswith(b"multipart/"):
            yield from self._multipart(part, fields, kind)
        else:
            yield from self._leaf(part, fields, kind)

    # --- multiparts -------------------------------------------------------------------------------------------

    def _multipart(self, part: _Part, fields: Fields, kind: Value) -> Iterator[Event]:
        if kind.value == b"multipart/encrypted":
            yield Trouble("encrypted mail", reason="encrypted")
        if _encoding(fields) not in _IDENTITY:
            yield Trouble("multipart with a transfer encoding", issue="ambiguous")
            yield from self._decoded_body(part, fields)
        boundary = kind.parameters.get(b"boundary", b"").rstrip(b" \t")
        if not boundary:
            yield Trouble("multipart without a boundary", reason="corrupt")
            yield from self._members.carried("body", self._text[fields.stop : part.stop])
            return
        if boundary in self._boundaries:
            yield Trouble("one boundary for two multiparts", issue="ambiguous")
        if part.depth >= DEPTH:
            yield Trouble(f"more than {DEPTH} multiparts within each other", reason="too-deep")
            yield from self._members.carried("body", self._text[fields.stop : part.stop])
            return
        self._boundaries.add(boundary)
        layout = split(self._text, fields.stop, part.stop, boundary)
        self._odd_lines |= layout.odd_lines
        yield from self._around(layout)
        default = b"message/rfc822" if kind.value == b"multipart/digest" else b"text/plain"
        for start, stop in layout.parts():
            yield from self._entity(_Part(start, stop, part.depth + 1, default))

    def _around(self, layout: Layout) -> Iterator[Event]:
        """Yield what is between the boundaries and yet in no part, and what is wrong with the boundaries."""
        if not layout.delimiters:
            yield Trouble("multipart without any part", reason="corrupt")
        elif not layout.closed:
            yield Trouble("multipart without its end", reason="corrupt")
        if layout.reopened:
            yield Trouble("parts behind the end of a multipart", issue="ambiguous")
        for purpose, start, stop in layout.gaps:
            content = self._text[start:stop]
            if content.strip(b" \t\r\n\0"):
                note = is_note(content) and not _shows_structure(content)
                yield from self._members.carried(purpose, content, None if note else hidden(f"data in the {purpose}"))

    # --- leaves -----------------------------------------------------------------------------------------------

    def _leaf(self, part: _Part, fields: Fields, kind: Value) -> Iterator[Event]:
        if kind.value == b"message/partial":
            yield Trouble("one piece of a mail in several", reason="unsupported")
        elif kind.value == b"message/external-body":
            yield Trouble("refers to a body elsewhere", reason="unsupported")
        size = part.stop - fields.stop
        name, problem = _file_name(fields, kind)
        if name:
            yield from self._members.named(name)
            if b"/" in name:
                yield Trouble("folder in a file name", issue="unsafe-name", in_member=True)
        else:
            yield from self._members.nameless(_purpose(kind, whole=part.depth == 0))
        if problem:
            yield Trouble(problem, issue="ambiguous", in_member=True)
        yield from self._content(part, fields)
        yield from self._about(part, fields, kind, size)

    def _content(self, part: _Part, fields: Fields) -> Iterator[Event]:
        """Yield the bytes of the member just begun, decoded."""
        encoding = _encoding(fields)
        problems: dict[str, None] = {}
        start, stop = fields.stop, part.stop
        if encoding == b"base64":
            chunks = base64_chunks(self._text, start, stop, problems)
        elif encoding == b"quoted-printable":
            chunks = quoted_chunks(self._text, start, stop, problems)
        elif encoding in _UUENCODE:
            yield from self._uu_content(start, stop)
            return
        else:
            chunks = (self._text[at : min(at + CHUNK, stop)] for at in range(start, stop, CHUNK))
            if encoding not in _IDENTITY:
                yield Trouble("unknown transfer encoding", reason="unsupported", in_member=True)
        for chunk in chunks:
            yield from pieces(chunk)
        for problem in problems:
            yield Trouble(problem, issue="ambiguous", in_member=True)

    def _uu_content(self, start: int, stop: int) -> Iterator[Event]:
        position = self._text.find(b"begin", start, stop)
        while position > start and self._text[position - 1] not in b"\r\n":
            position = self._text.find(b"begin", position + 1, stop)
        found = uuencode_head(self._text, position) if position >= 0 else None
        if found is None or found[1]:
            yield from pieces(self._text[start:stop])
            yield Trouble("no uuencoded file where one is said to be", reason="corrupt", in_member=True)
            return
        behind = yield from uu_body(self._text, found[2], stop)
        if self._text[start:position].strip() or self._text[behind:stop].strip():
            yield from self._members.carried("around", self._text[start:position] + self._text[behind:stop])
            yield hidden("data beside a uuencoded file")

    def _about(self, part: _Part, fields: Fields, kind: Value, size: int) -> Iterator[Event]:
        """Yield what else is to say of a leaf, and the uuencoded files in a text."""
        start, stop = fields.stop, part.stop
        plain = _encoding(fields) in _IDENTITY
        head = self._text[start : min(start + _HEAD, stop)]
        if kind.value in _SMIME:
            yield from self._smime(part, fields, kind)
        elif kind.value == b"application/pgp-encrypted" or (plain and _line_begins(self._text, start, stop)):
            yield Trouble("encrypted with OpenPGP", reason="encrypted", in_member=True)
        if kind.value == b"message/rfc822" and size:
            decoded = head if plain else b"".join(_first(self._decoded(part, fields)))
            known = {"mail", "mbox"} & set(text_labels(decoded[:_HEAD]))
            if not known and b"content-" in decoded[:_HEAD].lower():
                yield Trouble("mail that only some readers take for one", issue="ambiguous", in_member=True)
        if plain and not text_labels(head) and has_uuencoded(self._text[start:stop]):
            yield from uuencoded_files(self._text, start, stop, self._members, NameRegister(self._options))

    def _smime(self, part: _Part, fields: Fields, kind: Value) -> Iterator[Event]:
        """Say what an S/MIME part (RFC 8551) hides: readers of mail show its content, which is not read here."""
        named = kind.parameters.get(b"smime-type", b"").lower()
        head = b"".join(_first(self._decoded(part, fields)))[:64]
        if b"enveloped" in named.lower() or any(oid in head for oid in _ENVELOPED_OIDS):
            yield Trouble("encrypted with S/MIME", reason="encrypted", in_member=True)
        elif named != b"certs-only":
            yield Trouble("content within an S/MIME signature", reason="unsupported", in_member=True)

    def _decoded(self, part: _Part, fields: Fields) -> Iterator[bytes]:
        encoding, start, stop = _encoding(fields), fields.stop, part.stop
        if encoding == b"base64":
            return base64_chunks(self._text, start, stop, {})
        if encoding == b"quoted-printable":
            return quoted_chunks(self._text, start, stop, {})
        return iter((self._text[start:stop],))

    def _decoded_body(self, part: _Part, fields: Fields) -> Iterator[Event]:
        yield from self._members.nameless("body")
        for chunk in self._decoded(part, fields):
            yield from pieces(chunk)


def _first(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the first chunk that holds anything."""
    for chunk in chunks:
        if chunk:
            yield chunk
            return


def _encoding(fields: Fields) -> bytes:
    return structured(fields.first(b"content-transfer-encoding")).value


def _purpose(kind: Value, *, whole: bool) -> str:
    if kind.value == b"message/rfc822":
        return "message"
    return "body" if whole else "part"


def _file_name(fields: Fields, kind: Value) -> tuple[bytes, str]:
    """Return the name of an attachment as mail programs show it, and what is wrong with it."""
    disposition = structured(fields.first(b"content-disposition"))
    first = encoded_words(disposition.parameters.get(b"filename", b""))
    second = encoded_words(kind.parameters.get(b"name", b""))
    problem = next(iter(disposition.conflicts), "")
    if first and second and first != second and extension(first) != extension(second):
        problem = "two file names"
    return first or second, problem


def _shows_structure(content: bytes) -> bool:
    """Say whether a text between parts is more than a note: something that a reader could take for a part."""
    return b"content-" in content.lower() or has_uuencoded(content)


def _line_begins(text: bytes, start: int, stop: int) -> bool:
    position = text.find(_PGP_MESSAGE, start, stop)
    return position == start or (position > start and text[position - 1] in b"\r\n")
