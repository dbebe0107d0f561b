"""A reader of PDF (ISO 32000): embedded files wherever a file specification names one, also in earlier revisions.

Objects are read by qpdf; the data of streams is decoded here, in bounded steps.  Then the file is read once more as it
lies, for streams that its tables do not name and for bytes that belong to nothing.  Object streams and tables are
expanded by qpdf itself, at once: within its limits, and the worker's on memory.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator

from gate.intake.readers.checks import Members, bounded, pieces
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Event, Options, Source, Trouble
from gate.intake.readers.made_up import carry, hidden
from gate.intake.readers.pdf_filters import decoded
from gate.intake.readers.pdf_objects import Objects, digest
from gate.intake.readers.pdf_scan import Gap, RawStream, filters_of, scan

_HEADER_WITHIN = 1024
_FILLING = b"\0\t\n\f\r \xef\xbb\xbf"
_GAPS = 100
"""How many places of hidden bytes come out; more of them are told as one gap."""


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the files in a PDF and all that is wrong with it."""
    yield from bounded(_read(source, options), options)


def _read(source: Source, options: Options) -> Iterator[Event]:
    if not source.size:
        raise Damaged("empty file")
    members = Members(options)
    objects = Objects(options, members)
    yield from objects.events(source)
    with mmap.mmap(source.descriptor, 0, access=mmap.ACCESS_READ) as data:
        yield from _Layout(source, data, members, objects).events()


class _Layout:
    """The file as it lies, held against the objects that its tables name."""

    def __init__(self, source: Source, data: mmap.mmap, members: Members, objects: Objects) -> None:
        self._source = source
        self._data = data
        self._members = members
        self._objects = objects
        self._gaps = 0
        self._met: set[int] = set()

    def events(self) -> Iterator[Event]:
        """Yield what the tables do not name, and bytes that belong to nothing."""
        start = max(0, self._data.find(b"%PDF-", 0, _HEADER_WITHIN))
        if self._data[:start].strip(_FILLING):
            yield from carry(self._source, 0, start, b"prefix", hidden("data before the header"))
        for found in scan(self._data, start):
            if self._gaps > _GAPS:
                # What is no PDF at all is not read to its end: each gap costs a search.
                yield Trouble(f"more than {_GAPS} places of hidden data", reason="too-many")
                break
            if isinstance(found, Gap):
                yield from self._gap(found)
            elif not (found.says(b"XRef") or self._explained(found)):
                yield from self._unnamed(found)

    def _gap(self, gap: Gap) -> Iterator[Event]:
        self._gaps += 1
        yield from self._members.carried("gap", self._data[gap.start : gap.stop])
        yield hidden("data between objects or behind the end")

    def _explained(self, found: RawStream) -> bool:
        """Say whether a stream is the one that the tables name under its number.

        In an encrypted file the first with its number is taken for that, as the stored bytes cannot be compared.
        """
        known = self._objects.known.get(found.number)
        if known is None:
            return False
        if self._objects.encrypted:
            first = found.number not in self._met
            self._met.add(found.number)
            return first
        size = int.from_bytes(known[-8:], "big")
        return digest(self._data[found.start : found.start + size]) == known

    def _unnamed(self, found: RawStream) -> Iterator[Event]:
        """Yield a stream of an earlier revision or of none: any change of a file leaves some behind."""
        yield from self._members.nameless("unnamed-stream")
        stored = self._data[found.start : found.stop]
        embedded = found.says(b"EmbeddedFile")
        if self._objects.encrypted:
            yield from pieces(stored)
        else:
            try:
                for chunk in decoded(stored, filters_of(found.dictionary), {}):
                    yield from pieces(chunk)
            except Damaged as damage:
                if damage.reason == "unsupported":
                    yield from pieces(stored)  # a picture, most often: as it is stored it says as much
                elif embedded:
                    yield Trouble(damage.detail, reason=damage.reason, in_member=True)
        if embedded:
            yield hidden("embedded file that the file's tables do not name")
