"""Turn artifacts into items: every file at any depth, or a gap that says why not.

Containers are read by confined workers; their members stream back, are counted against the budget and become
content-addressed blobs.  Names from containers become item paths and nothing else.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from gate.errors import ArtifactChanged, UsageError, WorkerDied, WorkerTimeout
from gate.filelist import FileEntry, list_digest
from gate.folders import FolderChangedError, Visit, cursor_in, walk
from gate.intake.blobs import Blob, BlobStore
from gate.intake.budget import Budget, ContainerBudget, LimitReached
from gate.intake.files import FileBlob, Hashing, hash_file
from gate.intake.identify import HEAD_BYTES, TAIL_BYTES, identify
from gate.intake.links import tell_link
from gate.intake.listening import NAME, Entry, Listener, Origin
from gate.intake.name_text import NameText, read_name
from gate.intake.passwords import Passwords
from gate.intake.readers.interface import Options
from gate.intake.readers.names import NameRegister, unsafe
from gate.intake.readers.registry import READERS
from gate.intake.reading import Reading, Waiting
from gate.intake.settling import UNKNOWN, Settling
from gate.intake.unpackers import Unpackers, readable
from gate.isolation import WorkerFailed
from gate.limits import Limits
from gate.models import Artifact, ContainerFact, Gap, GapReason, Item, ItemFact, OpenedFact
from gate.paths import PathRegister, escape_name

_BYTES_PER_SECOND = 2_000_000
"""Unpacking slower than this is not waited for, beyond the limit of seconds per item."""
_FILE_SYSTEMS = frozenset({"ext", "squashfs", "cramfs", "apfs", "hfs", "iso", "udf"})
"""Images with a root of their own, from which absolute links in them are meant."""
_HASHED_MEANWHILE = 4 << 20
"""From this size on an artifact is opened while it is still being hashed."""


@dataclass(frozen=True, slots=True)
class InputArtifact:
    """An artifact as given: where it lies, and the item path that it gets."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class _Late:
    """An artifact that is read before its digest is known."""

    item: Item
    hashing: Hashing


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
        self._listener = Settling(listener)
        self._passwords = passwords or Passwords()
        self._budget = Budget(limits)
        self._paths = PathRegister()
        self._items = 0
        self._files: list[tuple[str, FileBlob]] = []
        self._late: _Late | None = None

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
            with contextlib.closing(Hashing(artifact.path, self._store)) as hashing:
                item = self._take_hashing(artifact, hashing)
        except FolderChangedError as error:
            raise ArtifactChanged("intake.changed", path=artifact.name) from error
        except OSError as error:
            raise UsageError("intake.unreadable", path=artifact.name, error=error.strerror or str(error)) from error
        return Artifact(artifact.name, "file", item.sha256, item.size, self._items - before)

    def _take_hashing(self, artifact: InputArtifact, hashing: Hashing) -> Item:
        """Take in a file that is being hashed; a large container is read meanwhile."""
        blob = hashing.blob
        self._remember(artifact.name, blob)
        if blob.size < _HASHED_MEANWHILE:
            hashing.end()
        name = os.fsencode(artifact.path.name)
        item = Item(artifact.name, blob.sha256 or UNKNOWN, blob.size, name, blob.mode, _labels_of(blob))
        self._listener.begin()
        self._late = _Late(item, hashing)
        try:
            self._settle(wait=not item.labels)
            if item.labels:
                self._open_container(Waiting(item, blob, rooted=False))
            self._settle(wait=True)
            return dataclasses.replace(item, sha256=blob.sha256)
        finally:
            self._late = None

    def _settle(self, *, wait: bool) -> None:
        """Announce the artifact that is being hashed, where its digest is known or is to be waited for."""
        late = self._late
        if late is None or not (wait or late.hashing.done):
            return
        late.hashing.end()
        self._late = None
        digest = late.hashing.blob.sha256
        self._tell(dataclasses.replace(late.item, sha256=digest), late.hashing.blob)
        self._listener.settle(digest)

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
        self._remember(item_path, blob)
        return blob

    def _remember(self, item_path: str, blob: FileBlob) -> None:
        self._budget.add_input(blob.size)
        self._files.append((item_path, blob))

    def derived(self, parent: Item, name: str, data: bytes) -> None:
        """Take in bytes that an examiner uncovered in ``parent``, under the same budget."""
        path = self._paths.made_up(parent.path, name)
        try:
            counter = ContainerBudget(self._budget, parent.size)
            counter.begin_member(path)
            counter.take(len(data))
        except LimitReached as reached:
            self._gap(path, "", reached.reason, reached.detail)
            return
        self._take_item(path, name.encode(), self._store.of(data), mode=None, depth=parent.depth + 1, origin="derived")

    def _take_folder(self, artifact: InputArtifact) -> list[FileEntry]:
        """Take in everything below a folder and return the lines of its file list."""
        entries = []
        several: dict[tuple[int, int], bytes] = {}
        names = _FolderNames(self._limits, self._listener)
        with cursor_in(artifact.path) as cursor:
            for visit in walk(cursor):
                path = f"{artifact.name}/{escape_name(visit.path)}"
                if visit.event == "file":
                    self._other_name(path, visit, several)
                    blob = self._take_file(artifact, path, visit)
                    names.look_at(path, visit, blob.sha256)
                    entries.append(FileEntry.of_file(visit.path, visit.status.st_mode, blob.size, blob.sha256))
                elif visit.event == "link":
                    target = cursor.link_target(visit.name)
                    entries.append(FileEntry.of_link(visit.path, target))
                    tell_link(self._listener, path, "symbolic", target, below=visit.path)
                    names.look_at(path, visit)
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
            tell_link(self._listener, path, "hard", first, below=visit.path)

    def _take_file(self, artifact: InputArtifact, path: str, visit: Visit) -> FileBlob:
        blob = self._hashed(artifact.path / os.fsdecode(visit.path), path)
        try:
            self._budget.take_entry()
        except LimitReached as reached:
            self._gap(path, blob.sha256, reached.reason, reached.detail)
        else:
            self._take_item(path, visit.name, blob, mode=visit.status.st_mode & 0o7777, depth=0, origin="file")
        return blob

    def _take_item(
        self,
        path: str,
        name: bytes,
        blob: Blob,
        *,
        mode: int | None,
        depth: int,
        origin: Origin,
    ) -> Item:
        """Announce an item and, where it is a container, everything in it."""
        container = self._announce(path, name, blob, mode=mode, depth=depth, origin=origin)
        if container.labels:
            try:
                self._open_container(Waiting(container, blob, rooted=False))
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
        origin: Origin,
        text: NameText | None = None,
    ) -> Item:
        """Tell the listener of an item; a container's blob is held once more, for who opens it."""
        item = Item(path, blob.sha256, blob.size, name, mode, _labels_of(blob), depth, origin)
        self._tell(item, blob, text)
        return item

    def _tell(self, item: Item, blob: Blob, text: NameText | None = None) -> None:
        self._items += 1
        text = read_name(item.name) if text is None else text
        self._listener.fact(
            ItemFact(item.size, item.mode, item.labels, text.text, text.encoding, path=item.path, sha256=item.sha256)
        )
        if item.labels:
            blob.hold()
        self._listener.entry(Entry(item, blob))

    def _open_container(self, waiting: Waiting) -> None:
        item = waiting.item
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
            self._open_all(self._read_members(waiting, label))

    def _open_all(self, containers: list[Waiting]) -> None:
        """Open containers found inside another one, after that one has been read to its end."""
        left = deque(containers)
        while left:
            waiting = left.popleft()
            try:
                self._open_container(waiting)
            except BaseException:
                for other in left:
                    other.blob.release()
                raise
            finally:
                waiting.blob.release()

    def _read_members(self, waiting: Waiting, label: str) -> list[Waiting]:
        """Stream the members of one container into items and return those that are containers themselves."""
        item = waiting.item
        reading = Reading(
            item,
            self._store,
            ContainerBudget(self._budget, item.size),
            self._paths,
            self._listener,
            announce=self._announce,
            rooted=waiting.rooted or label in _FILE_SYSTEMS,
        )
        started = time.monotonic()
        try:
            self._budget.check()
            self._stream(reading, waiting, label)
        except LimitReached as reached:
            reading.stop(reached.reason, reached.detail)
        except WorkerTimeout:
            reading.stop("timeout", f"{label} reader: no end after {self._seconds_for(item):.0f} s")
        except WorkerFailed as error:
            reading.stop("corrupt", f"{label} reader: {escape_name(error.kind.encode())}")
        except WorkerDied as error:
            reading.stop("corrupt", f"{label} reader died: {error.arguments['how']}")
        except ArtifactChanged:
            reading.stop("unreadable", "changed while it was examined")
        except ValueError:
            reading.stop("corrupt", f"{label} reader: malformed answer")
        self._budget.spend_seconds(time.monotonic() - started)
        return reading.containers

    def _seconds_for(self, item: Item) -> float:
        return self._limits.item_seconds + item.size / _BYTES_PER_SECOND

    def _stream(self, reading: Reading, waiting: Waiting, label: str) -> None:
        item = waiting.item
        password = self._passwords.of(item.path)
        with readable(waiting.blob, label) as descriptor:
            frames = self._workers.read(
                label, descriptor, password=password.value if password else None, seconds=self._seconds_for(item)
            )
            for frame in frames:
                reading.take(frame, descriptor)
                self._settle(wait=False)
        reading.end_member()
        if password is not None and reading.decrypted:
            self._listener.fact(OpenedFact(password.entry, path=item.path, sha256=item.sha256))

    def _gap(self, path: str, sha256: str, reason: GapReason, detail: str) -> None:
        self._listener.gap(Gap(reason, detail, NAME, path, sha256))


class _FolderNames:
    """Holds the names in a folder to what holds for those in a container: some system reads them as others."""

    def __init__(self, limits: Limits, listener: Listener) -> None:
        self._options = Options(limits.name_bytes, limits.name_depth)
        self._register = NameRegister(self._options)
        self._listener = listener

    def look_at(self, path: str, visit: Visit, sha256: str = "") -> None:
        """Tell what is unsafe about the name of an entry, and which other one some system takes for it."""
        problem = unsafe(visit.path, self._options)
        if problem:
            self._listener.fact(ContainerFact("unsafe-name", problem, path=path, sha256=sha256))
        clash = self._register.add(visit.path, folder=False)
        if clash:
            self._listener.fact(ContainerFact("ambiguous", clash, path=path, sha256=sha256))


def _labels_of(blob: Blob) -> tuple[str, ...]:
    head, tail = blob.ends(HEAD_BYTES, TAIL_BYTES)
    return identify(head, tail, blob.size)
