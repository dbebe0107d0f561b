"""The reading of one container: from the events of a reader to items, facts and gaps."""

from __future__ import annotations

import os
from typing import NamedTuple, Protocol

from gate.intake.blobs import Blob, BlobStore, BlobWriter
from gate.intake.budget import ContainerBudget
from gate.intake.links import LinkKind, tell_link
from gate.intake.listening import NAME, Listener, Origin
from gate.intake.name_text import NameText, read_name
from gate.intake.readers.interface import CHUNK, Data, Decrypted, Member, Stored, Trouble
from gate.intake.unpacker import event_of
from gate.models import ContainerFact, ContainerIssue, Gap, GapReason, Item
from gate.paths import PathRegister, member_path

_TREES = frozenset({"deb", "rpm"})
"""Packages whose content is a file tree with a root of its own."""


class Waiting(NamedTuple):
    """A container found inside another one, with its bytes; ``rooted`` where its content is a tree with a root."""

    item: Item
    blob: Blob
    rooted: bool


class Announce(Protocol):
    """Tells of an item; where it is a container, its blob is held once more for who opens it."""

    def __call__(
        self,
        path: str,
        name: bytes,
        blob: Blob,
        *,
        mode: int | None,
        depth: int,
        origin: Origin,
        text: NameText | None = None,
    ) -> Item:
        """Return the item."""


class Reading:
    """The state of reading one container: which member is being written, and where its trouble belongs."""

    def __init__(
        self,
        item: Item,
        store: BlobStore,
        budget: ContainerBudget,
        paths: PathRegister,
        listener: Listener,
        *,
        announce: Announce,
        rooted: bool,
    ) -> None:
        self._item = item
        self._store = store
        self._budget = budget
        self._paths = paths
        self._listener = listener
        self._announce = announce
        self._rooted = rooted
        self._member: Member | None = None
        self._path = item.path
        self._writer: BlobWriter | None = None
        self._unread = False
        self.containers: list[Waiting] = []
        self.decrypted = False

    def take(self, frame: object, container: int) -> None:
        """Take one event of the reader of the file in the descriptor ``container``.

        Raises ``ValueError`` for what is none, and ``LimitReached`` where it goes beyond the budget.
        """
        match event_of(frame):
            case Data(chunk):
                self._write(chunk, len(chunk))
            case Stored(offset, size):
                for place in range(offset, offset + size, CHUNK):
                    wanted = min(CHUNK, offset + size - place)
                    self._write(os.pread(container, wanted, place), wanted)
            case Member() as member:
                self._begin(member)
            case Trouble() as trouble:
                self._trouble(trouble)
            case Decrypted():
                self.decrypted = True

    def _write(self, chunk: bytes, wanted: int) -> None:
        if self._writer is None or len(chunk) != wanted:
            raise ValueError("data outside of a member, or of the container")
        self._budget.take(len(chunk))
        self._writer.write(chunk)

    def _begin(self, member: Member) -> None:
        self.end_member()
        if member.made_up:
            self._path = self._paths.made_up(self._item.path, member.name.decode("ascii"))
        elif member.kind == "folder":
            self._path = member_path(self._item.path, member.name)
        else:
            self._path, _ = self._paths.member(self._item.path, member.name)
        self._budget.begin_member(self._path)
        self._member = member
        if member.kind == "file":
            self._writer = self._store.writer()
        elif member.kind == "special":
            self._listener.fact(
                ContainerFact("special-file", "device, pipe or socket", path=self._path, sha256=self._item.sha256)
            )
        elif member.kind != "folder":
            kind: LinkKind = "symbolic" if member.kind == "symbolic-link" else "hard"
            tell_link(self._listener, self._path, kind, member.target, below=member.name, rooted=self._rooted)

    def end_member(self) -> None:
        """Announce the member that was being written as an item.

        A member of which nothing could be read is no item: its gap stands at its path.
        """
        member, writer, unread = self._member, self._writer, self._unread
        self._member = self._writer = None
        self._unread = False
        if member is None or writer is None:
            return
        if unread and writer.size == 0:
            writer.discard()
            return
        blob = writer.finish()
        item = self._announce(
            self._path,
            member.name.rpartition(b"/")[2],
            blob,
            mode=member.mode,
            depth=self._item.depth + 1,
            origin="member",
            text=read_name(member.name, declared_old=member.utf8 is False),
        )
        if item.labels:
            of_a_tree = self._rooted if member.made_up else not _TREES.isdisjoint(self._item.labels)
            self.containers.append(Waiting(item, blob, rooted=of_a_tree))

    def _trouble(self, trouble: Trouble) -> None:
        path = self._path if trouble.in_member and self._member else self._item.path
        if trouble.reason is not None:
            self._unread = self._unread or trouble.in_member
            self._listener.gap(Gap(trouble.reason, trouble.detail[:500], NAME, path, self._item.sha256))
        else:
            issue: ContainerIssue = trouble.issue or "ambiguous"
            self._listener.fact(ContainerFact(issue, trouble.detail[:500], path=path, sha256=self._item.sha256))

    def stop(self, reason: GapReason, detail: str) -> None:
        """End the reading early: what was read stays to be examined, the member in hand as far as it came."""
        self.end_member()
        self._listener.gap(Gap(reason, detail, NAME, self._item.path, self._item.sha256))
