"""The members of a container with a list of files: each is counted, its name checked and held against the others."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from gate.intake.readers.checks import TooManyMembers
from gate.intake.readers.interface import Event, Member, Options, Source, Stored, Trouble
from gate.intake.readers.made_up import MadeUpNames
from gate.intake.readers.names import NameRegister, unsafe


class Entries:
    """Begins the members of one container."""

    def __init__(self, source: Source, options: Options) -> None:
        self._source = source
        self._options = options
        self._begun = 0
        self._names = NameRegister(options)
        self._made_up = MadeUpNames()

    def begin(self, member: Member, *, same_names: bool = False) -> Iterator[Event]:
        """Begin a member whose name the container gives, and tell what is wrong with it.

        ``same_names`` says that readers tell members of exactly one name apart by their places.
        Raises :class:`TooManyMembers`.
        """
        self._count()
        yield member
        problem = unsafe(member.name, self._options)
        if problem:
            yield Trouble(problem, issue="unsafe-name", in_member=True)
        clash = self._names.add(member.name, folder=member.kind == "folder")
        if clash and not (same_names and clash == "duplicate name"):
            yield Trouble(clash, issue="ambiguous", in_member=True)
        if member.kind == "file" and member.mode is not None and member.mode & (stat.S_ISUID | stat.S_ISGID):
            yield Trouble("set-user-id or set-group-id", issue="special-file", in_member=True)

    def content(self, start: int, stop: int) -> Iterator[Event]:
        """Yield the bytes of the member begun last, and trouble where the container ends before them."""
        present = min(stop, self._source.size)
        if start < present:
            yield Stored(start, present - start)
        if stop > self._source.size:
            yield Trouble("truncated", reason="corrupt", in_member=True)

    def carry(self, purpose: str, start: int, stop: int, trouble: Trouble | None = None) -> Iterator[Event]:
        """Yield a member with a made-up name, then what is wrong with it; nothing where there are no bytes.

        The name gets a number unless there can be but one of the kind (``trailing``).  Raises :class:`TooManyMembers`.
        """
        if start >= stop:
            return
        self._count()
        name = purpose.encode("ascii") if purpose == "trailing" else self._made_up.next(purpose)
        yield Member(name, size=stop - start, made_up=True)
        yield from self.content(start, stop)
        if trouble is not None:
            yield trouble

    def end(self) -> Iterator[Trouble]:
        """Tell what is wrong with all the names together."""
        if self._names.shadowed():
            yield Trouble("members below a member that is no folder", issue="ambiguous")

    def _count(self) -> None:
        if self._begun == self._options.entries:
            raise TooManyMembers
        self._begun += 1
