"""Turn artifacts into items: every file at any depth, or a gap that says why not.

Containers are read by confined workers; their members stream back, are counted against the budget and become
content-addressed blobs.  Names from containers become item paths and nothing else.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from gate.errors import ArtifactChanged, UsageError, WorkerDied, WorkerTimeout
from gate.filelist import FileEntry, list_digest
from gate.folders import FolderChangedError, Visit, cursor_in, walk
from gate.intake.blobs import Blob, BlobStore, BlobWriter, FileBlob, hash_file
from gate.intake.budget import Budget, ContainerBudget, LimitReached
from gate.intake.identify import HEAD_BYTES, TAIL_BYTES, identify
from gate.intake.name_text import NameText, read_name
from gate.intake.passwords import Passwords
from gate.intake.readers.interface import CHUNK, Data, Decrypted, Member, Stored, Trouble
from gate.intake.readers.registry import READERS, modules_of
from gate.intake.unpacker import event_of
from gate.isolation import Confinement, WorkerFailed, WorkerPool
from gate.limits import Limits
from gate.models import (
    Artifact,
    ContainerFact,
    ContainerIssue,
    Fact,
    Gap,
    GapReason,
    Item,
    ItemFact,
    LinkFact,
    OpenedFact,
)
from gate.paths import PathRegister, escape_name, member_path

NAME = "intake"
"""The examiner name under which intake reports its gaps and coverage."""
MEMORY_BYTES = 1 << 30
"""Address space of a worker that unpacks, and of each program that it starts."""
_BYTES_PER_SECOND = 2_000_000
"""Unpacking slower than this is not waited for, beyond the limit of seconds per item."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item with its bytes; whoever takes it calls ``blob.release()`` when done."""

    item: Item
    blob: Blob


@dataclass(frozen=True, slots=True)
class InputArtifact:
    """An artifact as given: where it lies, and the item path that it gets."""

    path: Path
    name: str


class Listener(Protocol):
    """Who takes what intake finds, in the order in which it is found."""

    def entry(self, entry: Entry) -> None:
        """Take an item."""

    def fact(self, fact: Fact) -> None:
        """Take a fact about a container or link."""

    def gap(self, gap: Gap) -> None:
        """Take a gap of intake."""


class Unpackers:
    """The confined workers that read containers: a pool for each group of readers, started when first needed."""

    def __init__(self, limits: Limits, size: int = 1) -> None:
        options = {"name_bytes": limits.name_bytes, "name_depth": limits.name_depth, "entries": limits.entries}
        self._pools = {
            group: WorkerPool(
                size,
                "gate.intake.unpacker:serve",
                options,
                confinement=Confinement(memory_bytes=MEMORY_BYTES, cpu_seconds=None, file_bytes=0),
                preload=modules_of(group),
            )
            for group in {place.group for place in READERS.values()}
        }

    def warm(self) -> None:
        """Let a worker of our own readers come up, as nearly every run needs one."""
        self._pools["own"].warm()

    def read(self, label: str, descriptor: int, *, password: bytes | None, seconds: float) -> Iterator[Any]:
        """Yield the frames of the container in ``descriptor``; raises as ``WorkerPool.request``."""
        request = {"label": label, "password": password}
        return self._pools[READERS[label].group].request(request, [descriptor], seconds=seconds)

    def close(self) -> None:
        """Kill all workers."""
        for pool in self._pools.values():
            pool.close()


class Intake:
    """Takes artifacts one after the other and tells the listener of every item in them.

    One instance serves one run: the budget and the register of paths are the run's.  ``passwords`` open encrypted
    containers.
    """

    def __init__(
        self,
        limits: Limits,
        store: BlobStore,
        workers: Unpackers,
        listener: Listener,
        passwords: Passwords | None = None,
    ) -> None:
        self._limits = limits
        self._store = store
        self._workers = workers
        self._listener = listener
        self._passwords = passwords or Passwords()
        self._budget = Budget(limits)
        self._paths = PathRegister()
        self._items = 0
        self._files: list[tuple[str, FileBlob]] = []

    def take(self, artifact: InputArtifact) -> Artifact:
        """Take in one artifact, file or folder, and say what it is: its digest, size and number of items.

        Raises ``UsageError`` where it cannot be read at all and ``ArtifactChanged`` where it changes meanwhile.
        """
        before = self._items
        try:
            if artifact.path.is_dir():
                entries = self._take_folder(artifact)
                size = sum(entry.size for entry in entries if entry.kind == "file")
                return Artifact(artifact.name, "folder", list_digest(entries), size, self._items - before)
            blob = self._hashed(artifact.path, artifact.name)
            mode = artifact.path.stat().st_mode & 0o7777
        except FolderChangedError as error:
            raise ArtifactChanged("intake.changed", path=artifact.name) from error
        except OSError as error:
            raise UsageError("intake.unreadable", path=artifact.name, error=error.strerror or str(error)) from error
        self._take_item(artifact.name, os.fsencode(artifact.path.name), blob, mode=mode, depth=0, origin="file")
        return Artifact(artifact.name, "file", blob.sha256, blob.size, self._items - before)

    def changed(self) -> list[Gap]:
        """Return a gap for every artifact file that is no longer what was examined."""
        gaps = []
        for path, blob in self._files:
            try:
                blob.check_unchanged()
            except (OSError, ArtifactChanged):
                gaps.append(Gap("unreadable", "changed while it was examined", NAME, path, blob.sha256))
        return gaps

    def _hashed(self, path: Path, item_path: str) -> FileBlob:
        blob = hash_file(path, self._store)
        self._files.append((item_path, blob))
        return blob

    def derived(self, parent: Item, name: str, data: bytes) -> None:
        """Take in bytes that an examiner uncovered in ``parent``, under the same budget."""
        path = self._paths.made_up(parent.path, name)
        try:
            counter = ContainerBudget(self._budget, parent.size)
            counter.begin_member()
            counter.take(len(data))
        except LimitReached as reached:
            self._gap(path, "", reached.reason, reached.detail)
            return
        self._take_item(path, name.encode(), self._store.of(data), mode=None, depth=parent.depth + 1, origin="derived")

    def _take_folder(self, artifact: InputArtifact) -> list[FileEntry]:
        """Take in everything below a folder and return the lines of its file list."""
        entries = []
        several: dict[tuple[int, int], bytes] = {}
        with cursor_in(artifact.path) as cursor:
            for visit in walk(cursor):
                path = f"{artifact.name}/{escape_name(visit.path)}"
                if visit.event == "file":
                    self._other_name(path, visit, several)
                    blob = self._take_file(artifact, path, visit)
                    entries.append(FileEntry.of_file(visit.path, visit.status.st_mode, blob.size, blob.sha256))
                elif visit.event == "link":
                    target = cursor.link_target(visit.name)
                    entries.append(FileEntry.of_link(visit.path, target))
                    self._link(path, "symbolic", target, below=visit.path)
                elif visit.event == "special":
                    self._listener.fact(ContainerFact("special-file", "device, pipe or socket", path=path))
                elif visit.empty:
                    entries.append(FileEntry.of_empty_folder(visit.path))
        return entries

    def _other_name(self, path: str, visit: Visit, several: dict[tuple[int, int], bytes]) -> None:
        """Record a hard link: a further name of a file that the folder held before; it is examined like any."""
        if visit.status.st_nlink == 1:
            return
        first = several.setdefault((visit.status.st_dev, visit.status.st_ino), visit.path)
        if first != visit.path:
            self._link(path, "hard", first, below=visit.path)

    def _take_file(self, artifact: InputArtifact, path: str, visit: Visit) -> FileBlob:
        blob = self._hashed(artifact.path / os.fsdecode(visit.path), path)
        try:
            self._budget.take_entry()
        except LimitReached as reached:
            self._gap(path, blob.sha256, reached.reason, reached.detail)
        else:
            self._take_item(path, visit.name, blob, mode=visit.status.st_mode & 0o7777, depth=0, origin="file")
        return blob

    def _link(self, path: str, kind: str, target: bytes, *, below: bytes) -> None:
        """Record a link; one that leaves the artifact or container is an issue."""
        escaped = escape_name(target)
        self._listener.fact(LinkFact("symbolic" if kind == "symbolic" else "hard", escaped, path=path))
        base = below.rpartition(b"/")[0] if kind == "symbolic" else b""
        if _leaves(base, target):
            self._listener.fact(ContainerFact("unsafe-link", f"leads outside: {escaped}", path=path))

    def _take_item(
        self,
        path: str,
        name: bytes,
        blob: Blob,
        *,
        mode: int | None,
        depth: int,
        origin: Literal["file", "member", "derived"],
    ) -> Item:
        """Announce an item and, where it is a container, everything in it."""
        container = self._announce(path, name, blob, mode=mode, depth=depth, origin=origin)
        if container.labels:
            try:
                self._open_container(container, blob)
            finally:
                blob.release()
        return container

    def _announce(
        self,
        path: str,
        name: bytes,
        blob: Blob,
        *,
        mode: int | None,
        depth: int,
        origin: Literal["file", "member", "derived"],
        text: NameText | None = None,
    ) -> Item:
        """Tell the listener of an item; a container's blob is held once more, for who opens it."""
        self._items += 1
        labels = _labels_of(blob)
        item = Item(path, blob.sha256, blob.size, name, mode, labels, depth, origin)
        text = read_name(name) if text is None else text
        self._listener.fact(ItemFact(blob.size, mode, labels, text.text, text.encoding, path=path, sha256=blob.sha256))
        if labels:
            blob.hold()
        self._listener.entry(Entry(item, blob))
        return item

    def _open_container(self, item: Item, blob: Blob) -> None:
        readable = [label for label in item.labels if label in READERS]
        for label in item.labels:
            if label not in READERS:
                self._gap(item.path, item.sha256, "unsupported", f"no reader for {label}")
        if len(item.labels) > 1:
            self._listener.fact(
                ContainerFact("ambiguous", "reads as " + ", ".join(item.labels), path=item.path, sha256=item.sha256)
            )
        if readable and item.depth >= self._limits.depth:
            self._gap(item.path, item.sha256, "too-deep", f"more than {self._limits.depth} levels")
            return
        for label in readable:
            self._open_all(self._read_members(item, blob, label))

    def _open_all(self, containers: list[tuple[Item, Blob]]) -> None:
        """Open containers found inside another one, after that one has been read to its end."""
        while containers:
            item, blob = containers.pop(0)
            try:
                self._open_container(item, blob)
            except BaseException:
                for _, waiting in containers:
                    waiting.release()
                raise
            finally:
                blob.release()

    def _read_members(self, item: Item, blob: Blob, label: str) -> list[tuple[Item, Blob]]:
        """Stream the members of one container into items and return those that are containers themselves."""
        reading = _Reading(
            item,
            self._store,
            ContainerBudget(self._budget, item.size),
            self._paths,
            self._listener,
            link=self._link,
            announce=self._announce,
        )
        password = self._passwords.of(item.path)
        seconds = self._limits.item_seconds + item.size / _BYTES_PER_SECOND
        try:
            with _readable(blob, label) as descriptor:
                for frame in self._workers.read(
                    label, descriptor, password=password.value if password else None, seconds=seconds
                ):
                    reading.take(frame, descriptor)
            reading.end_member()
        except LimitReached as reached:
            reading.stop(reached.reason, reached.detail)
        except WorkerTimeout:
            reading.stop("timeout", f"{label} reader: no end after {seconds:.0f} s")
        except WorkerFailed as error:
            reading.stop("corrupt", f"{label} reader: {escape_name(error.kind.encode())}")
        except WorkerDied as error:
            reading.stop("corrupt", f"{label} reader died: {error.arguments['how']}")
        except ArtifactChanged:
            reading.stop("unreadable", "changed while it was examined")
        except ValueError:
            reading.stop("corrupt", f"{label} reader: malformed answer")
        if password is not None and reading.decrypted:
            self._listener.fact(OpenedFact(password.entry, path=item.path, sha256=item.sha256))
        return reading.containers

    def _gap(self, path: str, sha256: str, reason: GapReason, detail: str) -> None:
        self._listener.gap(Gap(reason, detail, NAME, path, sha256))


class _Reading:
    """The state of reading one container: which member is being written, and where its trouble belongs."""

    def __init__(
        self,
        item: Item,
        store: BlobStore,
        budget: ContainerBudget,
        paths: PathRegister,
        listener: Listener,
        *,
        link: Callable[..., None],
        announce: Callable[..., Item],
    ) -> None:
        self._item = item
        self._store = store
        self._budget = budget
        self._paths = paths
        self._listener = listener
        self._link = link
        self._announce = announce
        self._member: Member | None = None
        self._path = item.path
        self._writer: BlobWriter | None = None
        self._unread = False
        self.containers: list[tuple[Item, Blob]] = []
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
        self._budget.begin_member()
        if member.made_up:
            self._path = self._paths.made_up(self._item.path, member.name.decode("ascii"))
        elif member.kind == "folder":
            self._path = member_path(self._item.path, member.name)
        else:
            self._path, _ = self._paths.member(self._item.path, member.name)
        self._member = member
        if member.kind == "file":
            self._writer = self._store.writer()
        elif member.kind == "special":
            self._listener.fact(
                ContainerFact("special-file", "device, pipe or socket", path=self._path, sha256=self._item.sha256)
            )
        elif member.kind != "folder":
            kind = "symbolic" if member.kind == "symbolic-link" else "hard"
            self._link(self._path, kind, member.target, below=member.name)

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
            self.containers.append((item, blob))

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


@contextlib.contextmanager
def _readable(blob: Blob, label: str) -> Iterator[int]:
    """Give a descriptor that the worker of a reader can use."""
    held = blob.for_others() if READERS[label].group == "program" else blob.hold()
    try:
        with held.descriptor() as descriptor:
            yield descriptor
    finally:
        held.release()


def _labels_of(blob: Blob) -> tuple[str, ...]:
    head, tail = blob.ends(HEAD_BYTES, TAIL_BYTES)
    return identify(head, tail, blob.size)


def _leaves(folder: bytes, target: bytes) -> bool:
    """Say whether a link target leads out of the root that ``folder`` is relative to."""
    if target.startswith(b"/") or b"\\" in target or target[1:2] == b":" or not target:
        return True
    depth = len([part for part in folder.split(b"/") if part not in (b"", b".")])
    for part in target.split(b"/"):
        if part == b"..":
            depth -= 1
            if depth < 0:
                return True
        elif part not in (b"", b"."):
            depth += 1
    return False
