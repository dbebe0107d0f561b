"""The bytes of all members as one stream, cut where the list says that one member ends and the next begins."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.interface import CHUNK, Data, Event, Member, Options, Trouble
from gate.intake.readers.made_up import MadeUpNames, hidden
from gate.intake.readers.names import NameRegister, unsafe
from gate.intake.readers.sevenzip_members import Entry

LINK_BYTES = 4096
BOOT_PARAMETERS = 84
"""How many bytes of an NTFS image say what it is; the code that starts a system from it stands behind them."""
_BOOT_FILE = b"[SYSTEM]/$Boot"
_BOOT_FILE_BYTES = 8192
"""Size of the file of an NTFS image in which its own first sectors lie; no file system finds room in it."""
_SET_ID = 0o6000


class Members:
    """Yields the members of one archive, each from its place in the stream."""

    def __init__(
        self, options: Options, entries: list[Entry], line_feeds: set[bytes], boot_parameters: bytes = b""
    ) -> None:
        self._options = options
        self._names = NameRegister(options)
        self._made_up = MadeUpNames()
        self._line_feeds = line_feeds
        self._boot_parameters = boot_parameters
        self._nodes = {entry.node: entry.name for entry in entries if entry.node and entry.kind == "file"}
        self.single = options.label in SINGLE

    def shadowed(self) -> Iterator[Trouble]:
        """Yield what is only known of all names together."""
        if self._names.shadowed():
            yield Trouble("members below a member that is no folder", issue="ambiguous")

    def cut(self, entry: Entry, stream: ByteStream, after: int = 0) -> Iterator[Event]:
        """Yield a member with its bytes, the next ones of ``stream``.

        Where its size is not known it goes on until the last ``after`` bytes of the stream.
        """
        if entry.kind == "symbolic-link" and (entry.size or 0) <= LINK_BYTES:
            content = stream.read(entry.size or 0)
            # A WIM image stores a link as a structure of Windows; the list has the target that it tells.
            target = entry.target if self._options.label == "wim" or not content else content
            yield Member(entry.name, "symbolic-link", entry.mode, target)
            yield from self._about(entry)
            if len(content) < (entry.size or 0):
                yield Trouble("ends early", reason="corrupt", in_member=True)
            return
        if self._is_own_start(entry, stream):
            # With the first bytes of the image it would be taken for one more image.
            stream.read(BOOT_PARAMETERS)
            rest = replace(entry, size=(entry.size or 0) - BOOT_PARAMETERS)
            yield Member(b"boot-code", size=rest.size, made_up=True)
            yield from self._bytes(rest, stream, after)
            return
        yield from self._head(entry)
        if entry.kind in {"folder", "hard-link", "special"}:
            # A device or a pipe has no bytes; where the list gives it some they are read, but belong to nothing.
            if entry.size:
                yield Trouble(f"{entry.kind} with data", issue="ambiguous", in_member=True)
                yield Member(self._made_up.next("data"), size=entry.size, made_up=True)
                yield from self._bytes(entry, stream, after)
            return
        yield from self._bytes(entry, stream, after)

    def _is_own_start(self, entry: Entry, stream: ByteStream) -> bool:
        if not self._boot_parameters or entry.name != _BOOT_FILE or entry.kind != "file" or entry.stream:
            return False
        sized = BOOT_PARAMETERS < (entry.size or 0) <= _BOOT_FILE_BYTES
        return sized and stream.peek(BOOT_PARAMETERS) == self._boot_parameters

    def unread(self, entry: Entry, trouble: Trouble) -> Iterator[Event]:
        """Yield a member whose bytes cannot be had, and why."""
        yield from self._head(entry)
        yield trouble

    def _head(self, entry: Entry) -> Iterator[Event]:
        if self.single:
            yield Member(b"content", size=entry.size, made_up=True)
            return
        if entry.stream:
            yield Member(self._made_up.next("stream"), size=entry.size, made_up=True)
            if entry.size and not entry.name.startswith(b"[SYSTEM]/"):
                yield hidden("alternate stream of a file")
            return
        kind = "file" if entry.kind == "symbolic-link" else entry.kind
        target = self._nodes.get(entry.node, b"") if kind == "hard-link" else b""
        yield Member(entry.name, kind, entry.mode, target, entry.size)
        yield from self._about(entry)
        if entry.kind == "symbolic-link":
            yield Trouble("link with a long target", issue="ambiguous", in_member=True)

    def _about(self, entry: Entry) -> Iterator[Trouble]:
        problems = [unsafe(entry.name, self._options)]
        if entry.name in self._line_feeds:
            problems.append("line feed, shown as an underscore")
        for problem in filter(None, problems):
            yield Trouble(problem, issue="unsafe-name", in_member=True)
        clash = self._names.add(entry.name, folder=entry.kind == "folder")
        if clash:
            yield Trouble(clash, issue="ambiguous", in_member=True)
        if entry.kind == "file" and (entry.mode or 0) & _SET_ID:
            yield Trouble("set-user-id or set-group-id", issue="special-file", in_member=True)
        if entry.remark:
            yield Trouble(entry.remark, reason="unsupported", in_member=True)

    def _bytes(self, entry: Entry, stream: ByteStream, after: int) -> Iterator[Event]:
        size = checksum = 0
        for piece in stream.pieces(entry.size) if entry.size is not None else _all_but(stream, after):
            size += len(piece)
            if entry.checksum is not None:
                checksum = zlib.crc32(piece, checksum)
            yield Data(piece)
        if entry.size is not None and size < entry.size:
            yield Trouble("ends early", reason="corrupt", in_member=True)
        elif entry.checksum is not None and checksum != entry.checksum:
            yield Trouble("crc mismatch", reason="corrupt", in_member=True)


SINGLE = frozenset({"compress", "szdd", "vhd", "vhdx", "vmdk", "vdi", "qcow"})
"""Formats that hold one thing without a name: 7-Zip makes one up from the name of the file."""


def _all_but(stream: ByteStream, after: int) -> Iterator[bytes]:
    for _ in repeat(None):
        piece = stream.peek(CHUNK + after)
        if len(piece) <= after:
            return
        yield stream.read(min(CHUNK, len(piece) - after))
