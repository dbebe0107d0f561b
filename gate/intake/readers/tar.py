"""A strict reader of tar files: ustar, pax and GNU (POSIX.1-2017, pax; GNU tar manual).

Readers of tar differ in which headers they know, in whether links and folders may have data, and in where they stop.
Where they would, the file is ambiguous; what no reader shows becomes a made-up member.
"""

from __future__ import annotations

import stat
from collections.abc import Generator, Iterator
from itertools import chain
from typing import Literal

from gate.intake.readers import tar_sparse
from gate.intake.readers.byte_stream import ByteStream, FileStream
from gate.intake.readers.interface import Data, Event, Member, Options, Source, Stored, Trouble
from gate.intake.readers.made_up import MadeUpNames, hidden
from gate.intake.readers.names import NameRegister, unsafe
from gate.intake.readers.tar_extended import (
    MOST_BYTES,
    Extension,
    Records,
    carries_data,
    deciding,
    explained,
    read_records,
)
from gate.intake.readers.tar_header import (
    BLOCK,
    FOLDER,
    GNU_SPARSE,
    HARD_LINK,
    LONG_LINK,
    LONG_NAME,
    PAX,
    PAX_GLOBAL,
    REGULAR,
    SPECIAL,
    SYMBOLIC_LINK,
    ZEROS,
    BadHeader,
    Header,
    has_checksum,
    read_header,
)
from gate.models import GapReason
from gate.paths import printable

_EXTENDED = frozenset({PAX, PAX_GLOBAL, LONG_NAME, LONG_LINK})
_EXTENDED_BYTES = 256 << 20
"""Most bytes of all extended headers together: they are read without any event that a budget could count."""
_END_BYTES = 1 << 20
"""Most zeros behind the end that pass for the filling of a tape record."""

Kind = Literal["file", "folder", "symbolic-link", "hard-link", "special"]
_KINDS: dict[bytes, Kind] = {
    HARD_LINK: "hard-link",
    SYMBOLIC_LINK: "symbolic-link",
    FOLDER: "folder",
    **dict.fromkeys(SPECIAL, "special"),
}


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the members of a tar file and all that is wrong with it."""
    yield from read_stream(FileStream(source), options)


def read_stream(stream: ByteStream, options: Options) -> Iterator[Event]:
    """Yield the members of a tar file that comes as a stream, and read the stream to its end.

    Raises ``Damaged`` where the stream itself is damaged.
    """
    yield from _Archive(stream, options).events()


class _Archive:
    """One tar file while it is read."""

    def __init__(self, stream: ByteStream, options: Options) -> None:
        self._stream = stream
        self._options = options
        self._names = NameRegister(options)
        self._made_up = MadeUpNames()
        self._global: Records = {}
        self._extension = Extension()
        self._extended_bytes = 0
        self._finished = False

    def events(self) -> Iterator[Event]:
        """Yield everything of the file."""
        members = 0
        while not self._finished:
            header = yield from self._header()
            if header is None:
                break
            if header.kind in _EXTENDED:
                yield from self._extended(header)
                continue
            if members == self._options.entries:
                yield Trouble(f"more than {self._options.entries} entries", reason="too-many")
                return
            members += 1
            try:
                yield from self._member(header)
            except BadHeader as damage:
                yield from self._give_up(damage.detail, damage.reason)
        if self._extension.headers:
            yield Trouble("extended header without a member", reason="corrupt")
        if self._names.shadowed():
            yield Trouble("members below a member that is no folder", issue="ambiguous")

    # --- headers ----------------------------------------------------------------------------------------------

    def _header(self) -> Generator[Event, None, Header | None]:
        """Return the next header; yield what the end or a damaged header is."""
        block = self._stream.peek(BLOCK)
        if not block:
            self._stream.read(BLOCK)  # raises where the stream did not end but broke
            yield Trouble("no end marker", reason="corrupt")
        elif block == ZEROS:
            yield from self._end()
        elif not has_checksum(block):
            yield from self._give_up("truncated header" if len(block) < BLOCK else "bad header checksum")
        else:
            try:
                header = read_header(block)
            except BadHeader as damage:
                yield from self._give_up(damage.detail, damage.reason)
            else:
                self._stream.read(BLOCK)
                return header
        return None

    def _extended(self, header: Header) -> Iterator[Event]:
        self._extended_bytes += header.size + 2 * BLOCK
        if header.size > MOST_BYTES or self._extended_bytes > _EXTENDED_BYTES:
            yield from self._give_up("extended header too large", "too-large")
            return
        data = self._stream.read(header.size)
        if len(data) < header.size:
            yield from self._give_up("truncated extended header")
            return
        yield from self._padding(header.size)
        if header.kind == LONG_NAME:
            self._extension.add_name(data)
        elif header.kind == LONG_LINK:
            self._extension.add_target(data)
        else:
            yield from self._pax(data, for_all=header.kind == PAX_GLOBAL)

    def _pax(self, data: bytes, *, for_all: bool) -> Iterator[Event]:
        try:
            records = read_records(data)
        except BadHeader as damage:
            yield Trouble(damage.detail, reason=damage.reason)
            yield from self._carry("pax", data, None)
            return
        if not for_all:
            self._extension.add_records(records)
        else:
            decisions = deciding(records)
            self._global.update(decisions)
            if decisions:
                yield Trouble("global header decides over names or sizes", issue="ambiguous")
        if not explained(records):
            yield from self._carry("pax", data, hidden("data in a pax header"))
        elif carries_data(records):
            yield from self._carry("pax", data, None)

    # --- members ----------------------------------------------------------------------------------------------

    def _member(self, header: Header) -> Iterator[Event]:
        extension, self._extension = self._extension, Extension()
        extension.records = {**self._global, **extension.records}
        name = extension.resolved(b"path", extension.name, header.name)
        target = extension.resolved(b"linkpath", extension.target, header.target)
        kind = _KINDS.get(header.kind, "file")
        stored = extension.size(header.size)
        plan = self._sparse(header, extension, stored) if kind == "file" else None
        if plan is not None:
            name = extension.records.get(b"GNU.sparse.name") or name
        if name.endswith(b"/") and kind == "file":
            if plan is None and header.kind in REGULAR:
                kind = "folder"  # as the oldest writers marked them
            else:
                extension.problems.append("file named as a folder")
        link = kind in {"symbolic-link", "hard-link"}
        size = plan.real if plan is not None else stored
        yield Member(name, kind, stat.S_IMODE(header.mode), target if link else b"", size)
        yield from self._about(header, extension, name, kind)
        if plan is not None:
            yield from map(Data, plan.pieces(self._stream))
            yield from self._padding(plan.stored)
        elif kind == "file":
            yield from self._payload(stored)
        elif stored:
            yield from self._unexpected(header, kind, stored)

    def _sparse(self, header: Header, extension: Extension, stored: int) -> tar_sparse.Plan | None:
        if header.kind == GNU_SPARSE:
            return tar_sparse.old_plan(header.block, stored, self._stream)
        if tar_sparse.has_pax_form(extension):
            return tar_sparse.pax_plan(extension, stored, self._stream)
        return None

    def _about(self, header: Header, extension: Extension, name: bytes, kind: Kind) -> Iterator[Trouble]:
        problem = unsafe(name, self._options)
        if problem:
            yield Trouble(problem, issue="unsafe-name", in_member=True)
        problems = [*extension.problems, self._names.add(name, folder=kind == "folder")]
        if header.stray_prefix:
            problems.append("data in the place of a prefix")
        for problem in filter(None, problems):
            yield Trouble(problem, issue="ambiguous", in_member=True)
        if kind == "file" and header.mode & (stat.S_ISUID | stat.S_ISGID):
            yield Trouble("set-user-id or set-group-id", issue="special-file", in_member=True)
        if extension.capability:
            yield Trouble("file capabilities", issue="special-file", in_member=True)
        if kind == "file" and header.kind not in REGULAR | {GNU_SPARSE}:
            shown = printable(header.kind)
            yield Trouble(f"unknown type {shown}", reason="unsupported", in_member=True)

    def _payload(self, size: int) -> Iterator[Event]:
        missing = size
        for event in self._stream.content(size):
            missing -= event.size if isinstance(event, Stored) else len(event.chunk)
            yield event
        if missing:
            yield Trouble("truncated member", reason="corrupt", in_member=True)
            self._finished = True
        else:
            yield from self._padding(size)

    def _unexpected(self, header: Header, kind: Kind, size: int) -> Iterator[Event]:
        """Read the data of a member that should have none.

        Some readers take the size of a link or folder for that of data and some do not: where a header follows at
        once, there is none.  Either way all the bytes come out.
        """
        yield Trouble(f"{kind} with data", issue="ambiguous", in_member=True)
        following = self._stream.peek(BLOCK)
        if header.kind not in REGULAR and (following == ZEROS or has_checksum(following)):
            return
        yield Member(self._made_up.next("data"), size=size, made_up=True)
        yield from self._payload(size)

    # --- what is between and behind ---------------------------------------------------------------------------

    def _padding(self, size: int) -> Iterator[Event]:
        wanted = -size % BLOCK
        if not wanted:
            return
        padding = self._stream.read(wanted)
        if padding != ZEROS[: len(padding)]:
            yield from self._carry("padding", padding, hidden("data behind a member"))
        if len(padding) < wanted:
            yield Trouble("truncated padding", reason="corrupt")
            self._finished = True

    def _carry(self, purpose: str, data: bytes, trouble: Trouble | None) -> Iterator[Event]:
        yield Member(self._made_up.next(purpose), size=len(data), made_up=True)
        yield Data(data)
        if trouble is not None:
            yield trouble

    def _give_up(self, detail: str, reason: GapReason = "corrupt") -> Iterator[Event]:
        yield Trouble(detail, reason=reason)
        yield from self._rest(iter(()), "data behind a damaged header")

    def _end(self) -> Iterator[Event]:
        """Read from the first block of zeros to the end of the stream; all of it should be zeros.

        Some readers stop at the first such block, some at the second.
        """
        self._stream.read(BLOCK)
        second = self._stream.peek(BLOCK)
        if second and second != ZEROS[: len(second)]:
            yield Trouble("lone block of zeros", issue="ambiguous")
        zeros = 0
        for piece in self._stream.rest():
            behind = piece.lstrip(b"\0")
            zeros += len(piece) - len(behind)
            if behind:
                yield from self._rest(iter((behind,)), "data behind the end")
            elif zeros > _END_BYTES:
                yield from self._rest(iter((piece,)), "many zeros behind the end")

    def _rest(self, first: Iterator[bytes], detail: str) -> Iterator[Event]:
        """Yield all that is left as one made-up member."""
        self._finished = True
        begun = False
        for piece in chain(first, self._stream.rest()):
            if not begun:
                begun = True
                yield Member(b"trailing", made_up=True)
            yield Data(piece)
        if begun:
            yield hidden(detail)
