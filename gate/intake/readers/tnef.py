"""A reader of TNEF ([MS-OXTNEF]), the form in which Outlook sends attachments: ``winmail.dat``.

Attachments, messages within, and the bodies come out; so do large binary properties, as bytes can hide there too.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from gate.intake.readers.checks import Members, bounded, load, pieces
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.encoded import TEXT_BYTES
from gate.intake.readers.interface import Event, Options, Source, Trouble
from gate.intake.readers.rtf_compressed import decompress
from gate.intake.readers.tnef_properties import (
    ATTACHED_DATA,
    BODY,
    COMPRESSED_RTF,
    HTML,
    LONG_NAME,
    SHORT_NAME,
    BadProperties,
    Property,
    read_properties,
)

SIGNATURE = b"\x78\x9f\x3e\x22"
_HEADER = 6
_LEVELS = frozenset({1, 2})
_RENDER_DATA, _TITLE, _ATTACHED, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_MESSAGE_PROPERTIES, _BODY_TEXT, _METAFILE = 0x9003, 0x800C, 0x8011
_LARGE = 256
"""Binary properties of no known meaning come out from this size on; identifiers are smaller."""
_PADDING = 16
"""Most zeros and line ends behind the last attribute that pass for what transports add."""
_OBJECT_ID = 16
"""Bytes of the interface identifier before an embedded object."""


@dataclass
class _Attachment:
    """What has been read of one attachment."""

    title: bytes = b""
    data: list[memoryview] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    metafile: list[memoryview] = field(default_factory=list)


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield what a TNEF stream carries and all that is wrong with it."""
    yield from bounded(_read(source, options), options)


def _read(source: Source, options: Options) -> Iterator[Event]:
    yield from _Stream(source, options).events()


class _Stream:
    """One TNEF stream while it is read."""

    def __init__(self, source: Source, options: Options) -> None:
        self._data = memoryview(load(source, TEXT_BYTES))
        self._members = Members(options)
        self._attachment: _Attachment | None = None
        self._position = _HEADER
        self._mismatch = False

    def events(self) -> Iterator[Event]:
        """Yield everything of the stream."""
        if self._data[:4] != SIGNATURE or len(self._data) < _HEADER:
            raise Damaged("no TNEF signature")
        while self._position < len(self._data):
            attribute = self._next()
            if attribute is None:
                yield from self._finish()
                rest = self._data[self._position :]
                if bytes(rest[:_PADDING]).strip(b"\0\r\n\x1a") or len(rest) > _PADDING:
                    yield from self._members.carried("trailing", rest)
                    yield Trouble("bytes that are no attribute", reason="corrupt", in_member=True)
                break
            yield from self._take(*attribute)
        yield from self._finish()
        if self._mismatch:
            yield Trouble("checksum mismatch", reason="corrupt")

    def _next(self) -> tuple[int, memoryview] | None:
        """Return the identifier and the bytes of the next attribute, or None where none begins."""
        head = self._data[self._position : self._position + 9]
        if len(head) < 9 or head[0] not in _LEVELS:  # noqa: PLR2004  # level, identifier, length
            return None
        length = int.from_bytes(head[5:9], "little")
        start = self._position + 9
        data = self._data[start : start + length]
        checksum = self._data[start + length : start + length + 2]
        if len(checksum) < 2:  # noqa: PLR2004  # bytes of a checksum
            return None
        self._position = start + length + 2
        self._mismatch = self._mismatch or sum(data) & 0xFFFF != int.from_bytes(checksum, "little")
        return int.from_bytes(head[1:3], "little"), data

    def _take(self, identifier: int, data: memoryview) -> Iterator[Event]:
        if identifier == _RENDER_DATA:
            yield from self._finish()
            self._attachment = _Attachment()
        elif identifier in {_TITLE, _ATTACHED, _METAFILE, _PROPERTIES}:
            attachment = self._attachment = self._attachment or _Attachment()
            if identifier == _TITLE:
                attachment.title = attachment.title or bytes(data[:1024])
            elif identifier == _ATTACHED:
                attachment.data.append(data)
            elif identifier == _METAFILE:
                attachment.metafile.append(data)
            else:
                yield from self._properties(data, attachment.properties)
        elif identifier == _MESSAGE_PROPERTIES:
            found: list[Property] = []
            yield from self._properties(data, found)
            yield from self._bodies(found)
        elif identifier == _BODY_TEXT:
            yield from self._members.carried("body", data)
        elif len(data) > _LARGE:
            yield from self._members.carried("attribute", data)

    def _properties(self, data: memoryview, found: list[Property]) -> Generator[Event, None, None]:
        try:
            found.extend(read_properties(data))
        except BadProperties as problem:
            yield from self._members.carried("properties", data)
            yield Trouble(str(problem), reason="corrupt", in_member=True)

    def _bodies(self, found: list[Property]) -> Iterator[Event]:
        for item in found:
            if item.tag == COMPRESSED_RTF:
                yield from self._members.nameless("body")
                try:
                    yield from pieces(decompress(item.data))
                except Damaged as damage:
                    yield from pieces(item.data)
                    yield Trouble(damage.detail, reason=damage.reason, in_member=True)
            elif item.tag in {BODY, HTML}:
                yield from self._members.carried("body", item.data)
            else:
                yield from self._large(item)

    def _finish(self) -> Iterator[Event]:
        """Yield the attachment that was being read."""
        attachment, self._attachment = self._attachment, None
        if attachment is None:
            return
        names = {item.tag: item for item in attachment.properties if item.tag in {LONG_NAME, SHORT_NAME}}
        stored = names.get(LONG_NAME) or names.get(SHORT_NAME)
        name = (stored.text() if stored else attachment.title).split(b"\0", 1)[0]
        contents = list(attachment.data)
        for item in attachment.properties:
            if item.tag == ATTACHED_DATA:
                contents.append(item.data[_OBJECT_ID:] if item.is_object else item.data)
            else:
                yield from self._large(item)
        for metafile in attachment.metafile:
            yield from self._members.carried("metafile", metafile)
        if not contents and (name or attachment.properties):
            yield Trouble("attachment without data", reason="corrupt")
        for content in contents:
            if name:
                yield from self._members.named(name, len(content))
            else:
                yield from self._members.nameless("attachment", len(content))
            yield from pieces(content)
        if len({bytes(content) for content in contents}) > 1:
            yield Trouble("attachment with two contents", issue="ambiguous", in_member=True)

    def _large(self, item: Property) -> Iterator[Event]:
        if item.binary and len(item.data) > _LARGE:
            yield from self._members.carried("property", item.data)
