"""What 7-Zip does not show of some formats, looked at beside it: sets of volumes, headers, names as they are stored."""

from __future__ import annotations

import base64
import binascii
import re
import stat
import zlib
from collections.abc import Iterator
from dataclasses import replace

from gate.intake.readers import sevenzip_cab, sevenzip_disk, sevenzip_iso, sevenzip_lzh
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Event, Member, Options, Source, Trouble
from gate.intake.readers.made_up import MadeUpNames, carry, hidden, is_note
from gate.intake.readers.names import unsafe
from gate.intake.readers.sevenzip_list import Overview
from gate.intake.readers.sevenzip_members import Entry, Kind
from gate.intake.readers.sevenzip_stream import BOOT_PARAMETERS

_XAR_HEADER = 28
_XAR_LEFT_OVER = 20
_XAR_CONTENTS_BYTES = 64 << 20
_XAR_ENCODED = re.compile(rb"<name\s+enctype\s*=\s*[\"']base64[\"']\s*>\s*([A-Za-z0-9+/=\s]{1,8192}?)\s*</name>")
_UNSUPPORTED = (
    ("cab", 0, b"ISc(", "a cabinet of InstallShield"),
    ("fat", 3, b"EXFAT   ", "an exFAT file system"),
    ("szdd", 0, b"SZ \x88", "the SZ form of Microsoft's compression"),
    ("szdd", 0, b"KWAJ", "the KWAJ form of Microsoft's compression"),
)
_RPM_MAGIC = b"\xed\xab\xee\xdb"
_SEGMENT_BYTES = 2048
_ARJ_VOLUME = 4
_UNIX_KINDS: dict[int, Kind] = {
    stat.S_IFLNK: "symbolic-link",
    stat.S_IFCHR: "special",
    stat.S_IFBLK: "special",
    stat.S_IFIFO: "special",
    stat.S_IFSOCK: "special",
}


def refuse_what_it_cannot(source: Source, label: str) -> None:
    """Raise :class:`Damaged` for forms of a format that 7-Zip does not open."""
    for form, offset, magic, words in _UNSUPPORTED:
        if form == label and source.read_at(offset, len(magic)) == magic:
            raise Damaged(f"7zz does not open {words}", "unsupported")


def is_one_of_several(source: Source, label: str) -> bool:
    """Say whether the container at the start of a file is one volume of a set."""
    head = source.read_at(0, 48)
    if label == "cab" and head.startswith(b"MSCF"):
        return sevenzip_cab.is_part_of_a_set(head)
    if label == "wim" and head.startswith((b"MSWIM", b"WLPWM")):
        return int.from_bytes(head[42:44], "little") > 1
    return label == "arj" and head.startswith(b"\x60\xea") and bool(head[8:9]) and bool(head[8] & _ARJ_VOLUME)


class Extras:
    """The second look at one container, by its label."""

    def __init__(self, source: Source, options: Options, found: Overview) -> None:
        self._source = source
        self._options = options
        self._label = options.label
        self._start = max(0, found.offset)
        self._found = found
        self._packed: int | None = None
        self._lzh_end = 0
        self._image: sevenzip_iso.Image | None = None
        self._matched: set[bytes] = set()

    @property
    def is_udf_too(self) -> bool:
        """Whether an ISO image is a UDF image as well, whose tree has to be compared."""
        return self._image is not None and self._image.udf

    @property
    def boot_parameters(self) -> bytes:
        """The first bytes of an NTFS image, which the image shows once more as a part of a file; else nothing."""
        return self._source.read_at(self._start, BOOT_PARAMETERS) if self._label == "ntfs" else b""

    def corrected(self, entries: list[Entry], *, complete: bool) -> list[Entry]:
        """Return the members with what the container itself says of them and 7-Zip does not.  Raises ``Damaged``."""
        self._packed = sum(entry.packed for entry in entries) if complete else None
        if self._label == "lzh" and complete:
            return list(self._lzh_names(entries))
        if self._label == "chm":
            parents = {entry.name.rpartition(b"/")[0] for entry in entries}
            return [
                replace(entry, kind="folder") if entry.name in parents and not entry.size else entry
                for entry in entries
            ]
        if self._label == "xar":
            encoded = self._xar_encoded()
            return [replace(entry, name=_decoded(entry.name, encoded)) for entry in entries] if encoded else entries
        if self._label == "iso":
            self._image = sevenzip_iso.look(self._source, self._start, self._options.entries)
            return [self._with_unix(entry) for entry in entries]
        return entries

    def end(self) -> int:
        """Return where the container ends in its file; the file's end where nothing tells it."""
        if self._found.physical is None:
            return self._source.size
        end = self._start + self._found.physical
        if self._label == "xar":
            return _behind_left_over(self._source, self._start, end)
        if self._label == "lzh" and self._lzh_end:
            return self._lzh_end  # 7-Zip takes what follows for the start of one more header
        return sevenzip_cab.signature_end(self._source, end) if self._label == "cab" and not self._start else end

    def beside(self) -> Iterator[Event]:
        """Yield what belongs to no member.  Raises :class:`Damaged`."""
        if self._label == "rpm" and self._found.headers:
            # Scripts that run at installation stand in the header, not in the payload.
            # Without its magic, as it would be taken for a package once more.
            begin = self._start + len(_RPM_MAGIC)
            yield from carry(self._source, begin, self._start + self._found.headers, b"header", None)
        elif self._label == "cab":
            yield from sevenzip_cab.gaps(self._source, self._start)
            if self.end() > self._start + (self._found.physical or 0):
                yield from carry(
                    self._source, self._start + (self._found.physical or 0), self.end(), b"signature", None
                )
        elif self._label in {"gpt", "mbr"}:
            names = MadeUpNames()
            spans = sevenzip_disk.partitions(self._source, self._label)
            spans += sevenzip_disk.tables(self._source) if self._label == "gpt" else []
            for start, stop in sevenzip_disk.outside(self._source, spans):
                yield from carry(self._source, start, stop, names.next("outside"), None)
        elif self._label == "7z":
            yield from self._between_streams()
        elif self._image is not None:
            yield from self._other_trees(self._image)

    # --- one format each --------------------------------------------------------------------------------------

    def _lzh_names(self, entries: list[Entry]) -> Iterator[Entry]:
        stored, end = sevenzip_lzh.stored_members(self._source, self._start, len(entries) + 1)
        if len(stored) != len(entries):
            raise Damaged("lzh: 7-Zip sees other members than the headers tell")
        for entry, member in zip(entries, stored, strict=True):
            if entry.size != member.size and entry.kind == "file":
                raise Damaged("lzh: 7-Zip sees other members than the headers tell")
            yield replace(entry, name=member.name or entry.name)
        self._lzh_end = end

    def _xar_encoded(self) -> set[bytes]:
        """Return the names that the table of contents stores in base64, which 7-Zip shows as they stand there."""
        head = self._source.read_at(self._start, _XAR_HEADER)
        begin, length = int.from_bytes(head[4:6], "big"), int.from_bytes(head[8:16], "big")
        if length > _XAR_CONTENTS_BYTES:
            raise Damaged("xar: the table of contents is too large", "too-large")
        try:
            inflater = zlib.decompressobj()
            contents = inflater.decompress(self._source.read_at(self._start + begin, length), _XAR_CONTENTS_BYTES)
        except zlib.error as error:
            raise Damaged("xar: damaged table of contents") from error
        return {b"".join(found[1].split()) for found in _XAR_ENCODED.finditer(contents)}

    def _between_streams(self) -> Iterator[Event]:
        found = self._found
        if self._packed is None or found.physical is None or found.headers is None:
            return
        if found.headers + self._packed < found.physical:
            yield Trouble("bytes between the streams and the header", issue="hidden-data")

    def _with_unix(self, entry: Entry) -> Entry:
        """Return a member with what Rock Ridge says of it, where 7-Zip shows the Joliet tree."""
        image = self._image
        if image is None or not image.shown.joliet:
            return entry
        for tree in image.trees:
            unix = tree.unix.get(entry.name)
            if unix is not None and entry.kind in {"file", "folder"}:
                self._matched.add(entry.name)
                kind = _UNIX_KINDS.get(stat.S_IFMT(unix.mode), entry.kind)
                return replace(entry, kind=kind, mode=stat.S_IMODE(unix.mode), target=unix.target)
        return entry

    def _other_trees(self, image: sevenzip_iso.Image) -> Iterator[Event]:
        source, names = self._source, MadeUpNames()
        shown = image.shown
        yield from self._links_beside(image)
        known = set(shown.files)
        for tree in image.trees:
            for start, stop in sorted(tree.files - known):
                yield from carry(source, start, min(stop, source.size), names.next("other"), _OTHER_TREE)
            known |= tree.files
        tables = sevenzip_disk.tables(source, self._start)
        spans = [*image.spans, *tables, *((start, start + -(-(stop - start) // 2048) * 2048) for start, stop in known)]
        yield from self._system_area(image)
        hybrid = sevenzip_disk.is_mbr(source.read_at(self._start, 512), source.size) or image.udf
        for start, stop in sevenzip_disk.outside(source, [(0, self._start), *spans, (self.end(), source.size)]):
            if stop - start <= _SEGMENT_BYTES and is_note(source.read_at(start, stop - start).rstrip(b"\0")):
                continue
            trouble = None if hybrid else hidden("data that no folder of the image names")
            yield from carry(source, start, stop, names.next("gap"), trouble)

    def _system_area(self, image: sevenzip_iso.Image) -> Iterator[Event]:
        start, stop = image.spans[0]
        tables = sevenzip_disk.tables(self._source, start)
        around = [(0, start), *tables, (stop, self._source.size)]
        parts = list(sevenzip_disk.outside(self._source, around))
        if not tables and parts:
            yield from carry(self._source, start, stop, b"system-area", None)
            return
        names = MadeUpNames()
        for begin, end in parts:
            yield from carry(self._source, begin, end, names.next("system-area"), None)

    def _links_beside(self, image: sevenzip_iso.Image) -> Iterator[Event]:
        """Yield the links of the primary tree whose names the shown tree has changed, so that no member was found."""
        if not image.shown.joliet:
            return
        for tree in image.trees:
            for name, unix in tree.unix.items():
                if stat.S_ISLNK(unix.mode) and name not in self._matched:
                    yield Member(name, "symbolic-link", stat.S_IMODE(unix.mode), unix.target)
                    problem = unsafe(name, self._options)
                    if problem:
                        yield Trouble(problem, issue="unsafe-name", in_member=True)


def _behind_left_over(source: Source, start: int, end: int) -> int:
    """Return the end of a xar archive, behind the first bytes of its table of contents where they are there once more.

    libarchive writes as many of them as the checksum is long, instead of nothing.
    """
    begin = int.from_bytes(source.read_at(start + 4, 2), "big")
    again = source.read_at(end, _XAR_LEFT_OVER) == source.read_at(start + begin, _XAR_LEFT_OVER)
    return end + _XAR_LEFT_OVER if again else end


_OTHER_TREE = Trouble("a file that another tree of the image shows", issue="ambiguous", in_member=True)


def _decoded(name: bytes, encoded: set[bytes]) -> bytes:
    """Return a path with those components decoded that are stored in base64, whose alphabet has a slash."""
    parts = name.split(b"/")
    most = 1 + max(text.count(b"/") for text in encoded)
    plain = []
    while parts:
        for count in range(min(most, len(parts)), 0, -1):
            text = b"/".join(parts[:count])
            if text in encoded or count == 1:
                plain.append(_plain(text) if text in encoded else text)
                del parts[:count]
                break
    return b"/".join(plain)


def _plain(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Damaged("xar: a damaged name in base64") from error
