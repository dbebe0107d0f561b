"""The archive of a release beside its folder: zip or tar, the same bytes for the same release, all or nothing with it.

One folder at the top with the name of the release; entries in byte order of their names; one time for all; modes 644
and 755, no owners.  A zip file is stored, not compressed: what compresses differs from system to system.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tarfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, Protocol, Self, TypeAlias, cast

from gate.errors import ArtifactChanged, UsageError
from gate.filelist import hash_descriptor
from gate.folders import FolderChangedError, cursor_in, walk
from gate.intake.readers.interface import Options
from gate.intake.readers.names import NameRegister, unsafe
from gate.paths import printable
from gate.record import layout
from gate.staging import reading, rename_without_replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate.folders import Cursor, Visit

ArchiveForm: TypeAlias = Literal["zip", "tar"]
FORMS: Final[tuple[ArchiveForm, ...]] = ("zip", "tar")
_BUFFER: Final = 1 << 20
_FIRST_OF_ZIP: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""The earliest time that a zip file can say (APPNOTE 4.4.6)."""
_LAST_OF_ZIP: Final = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)
_BY_UNIX: Final = 3
_DOS_FOLDER: Final = 0x10


@dataclass(frozen=True, slots=True)
class Written:
    """An archive that is there: where, and what was written; ``size`` in bytes."""

    path: Path
    sha256: str
    size: int


class Archive:
    """The archive of the release that lies, or will lie, at ``folder``; a context manager that leaves none by itself.

    What was published is taken back where the block ends before :meth:`keep` was reached.  Raises ``UsageError`` where
    something has its name already, or the folder's name is no name for an archive's top.
    """

    def __init__(self, folder: Path, form: ArchiveForm) -> None:
        self._top = os.fsencode(folder.name)
        self._form: ArchiveForm = form
        self.path = folder.with_name(f"{folder.name}.{form}")
        self._partial = folder.with_name(layout.partial_name(self.path.name))
        self._published = self._kept = False
        self._written: Written | None = None
        if problem := unsafe(self._top, Options()) or self._no_text(self._top):
            raise UsageError("archive.name", path=printable(self._top), detail=problem)
        if os.path.lexists(self.path):
            raise UsageError("archive.exists", path=printable(os.fsencode(self.path)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._partial.unlink(missing_ok=True)
            if self._published and not self._kept:
                self.path.unlink()

    def require_fit(self, tree: Path) -> None:
        """Raise ``UsageError`` where below a folder is what not every reader of this form reads as the same.

        Those are names that ``gate verify`` refuses in archives as well; in a zip file also links, and names that are
        not UTF-8.
        """
        options = Options()
        register = NameRegister(options)
        with reading(tree), cursor_in(tree) as cursor:
            for visit in walk(cursor):
                if visit.event == "leave":
                    continue
                name = self._top + b"/" + visit.path
                known = unsafe(name, options) or register.add(name, folder=visit.event == "enter")
                if problem := known or self._no_text(visit.name):
                    raise UsageError("archive.name", path=printable(visit.path), detail=problem)
                if self._form == "zip" and visit.event == "link":
                    raise UsageError("archive.zip-link", path=printable(visit.path))

    def _no_text(self, name: bytes) -> str:
        """Return what is wrong with a name that a zip file would have to hold as text, empty where nothing is."""
        return "not UTF-8" if self._form == "zip" and not _is_text(name) else ""

    def write(self, tree: Path, *, created: datetime) -> None:
        """Write all that lies below a folder, under a name that is no archive's yet; ``created`` is the time in it.

        Raises ``UsageError`` where it cannot be read or written, ``ArtifactChanged`` where it changes meanwhile.
        """
        self.require_fit(tree)
        with _writing():
            descriptor = os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w+b") as stream:
            with _writing(), _opened(self._form, stream, created) as writer, cursor_in(tree) as cursor:
                writer.folder(self._top)
                for visit in _visits(tree, cursor):
                    _add(writer, cursor, visit, self._top + b"/" + visit.path)
            with _writing():
                stream.flush()
                self._written = Written(self.path, *hash_descriptor(descriptor))
                os.fchmod(descriptor, 0o644)  # whatever the umask is
                os.fsync(descriptor)

    def publish(self) -> None:
        """Give the archive its name, which must still be free; raises ``UsageError`` where it is not."""
        with _writing():
            rename_without_replacing(self._partial, self.path)
            self._published = True

    def keep(self) -> Written | None:
        """Let it stay, as all else of the release is there; return what was written, None where nothing was."""
        self._kept = True
        return self._written


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError("archive.cannot-write", error=error.strerror or str(error)) from error


def _visits(tree: Path, cursor: Cursor) -> Iterator[Visit]:
    """Yield what a walk yields, and tell what goes wrong with reading from what goes wrong with writing."""
    steps = walk(cursor)
    while True:
        with reading(tree):
            visit = next(steps, None)
        if visit is None:
            return
        yield visit


def _is_text(name: bytes) -> bool:
    try:
        return bool(name.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _add(writer: _Writer, cursor: Cursor, visit: Visit, name: bytes) -> None:
    if visit.event == "enter":
        writer.folder(name)
    elif visit.event == "link":
        writer.link(name, cursor.link_target(visit.name))
    elif visit.event == "special":
        raise UsageError("deliver.special-file", path=printable(visit.path))
    elif visit.event == "file":
        with _reading_file(cursor, visit) as file:
            status = os.fstat(file.fileno())
            reader = _Exactly(file, status.st_size, printable(visit.path))
            writer.file(name, 0o755 if status.st_mode & stat.S_IXUSR else 0o644, status.st_size, reader)
            reader.require_end()


@contextlib.contextmanager
def _reading_file(cursor: Cursor, visit: Visit) -> Iterator[BinaryIO]:
    with contextlib.ExitStack() as closing:
        try:
            file = closing.enter_context(open(cursor.open_file(visit.name), "rb"))  # noqa: PTH123  # a descriptor
        except (FolderChangedError, FileNotFoundError) as error:
            raise ArtifactChanged("deliver.changed-while-read", path=printable(visit.path)) from error
        yield file


class _Exactly:
    """An open file that has just the size that it had, or has changed."""

    def __init__(self, file: BinaryIO, size: int, shown: str) -> None:
        self._file, self._left, self._shown = file, size, shown

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes more.  Raises ``ArtifactChanged`` where the file is shorter than it was."""
        wanted = min(size, self._left)
        chunk = self._file.read(wanted)
        self._left -= len(chunk)
        if len(chunk) < wanted:
            raise ArtifactChanged("deliver.changed-while-read", path=self._shown)
        return chunk

    def require_end(self) -> None:
        """Raise ``ArtifactChanged`` where the file is longer than it was."""
        if self._file.read(1):
            raise ArtifactChanged("deliver.changed-while-read", path=self._shown)


# --- forms ----------------------------------------------------------------------------------------------------


class _Writer(Protocol):
    """Adds entries to one archive; names are raw, modes permission bits."""

    def folder(self, name: bytes) -> None: ...

    def link(self, name: bytes, target: bytes) -> None: ...

    def file(self, name: bytes, mode: int, size: int, reader: _Exactly) -> None: ...


@contextlib.contextmanager
def _opened(form: ArchiveForm, stream: BinaryIO, created: datetime) -> Iterator[_Writer]:
    if form == "tar":
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
            yield _Tar(tar, int(created.timestamp()))
    else:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            yield _Zip(archive, created)


class _Tar:
    """POSIX.1-2001 (pax): any size and length of names."""

    def __init__(self, archive: tarfile.TarFile, time: int) -> None:
        self._archive, self._time = archive, time

    def _add(self, name: bytes, kind: bytes, mode: int, **more: object) -> tarfile.TarInfo:
        entry = tarfile.TarInfo(os.fsdecode(name))
        entry.type, entry.mode, entry.mtime = kind, mode, self._time
        for key, value in more.items():
            setattr(entry, key, value)
        return entry

    def folder(self, name: bytes) -> None:
        self._archive.addfile(self._add(name, tarfile.DIRTYPE, 0o755))
        self._forget()

    def link(self, name: bytes, target: bytes) -> None:
        self._archive.addfile(self._add(name, tarfile.SYMTYPE, 0o777, linkname=os.fsdecode(target)))
        self._forget()

    def file(self, name: bytes, mode: int, size: int, reader: _Exactly) -> None:
        self._archive.addfile(self._add(name, tarfile.REGTYPE, mode, size=size), cast("BinaryIO", reader))
        self._forget()

    def _forget(self) -> None:
        """Let go of what was written: the library keeps every entry for nothing."""
        self._archive.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out


class _Zip:
    """APPNOTE 6.3, with the extension for large files where one needs it."""

    def __init__(self, archive: zipfile.ZipFile, created: datetime) -> None:
        self._archive = archive
        moment = min(max(created.astimezone(UTC), _FIRST_OF_ZIP), _LAST_OF_ZIP)
        self._time = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)

    def _entry(self, name: bytes, kind: int, mode: int, size: int) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name.decode("utf-8"), self._time)
        entry.create_system, entry.external_attr, entry.file_size = _BY_UNIX, (kind | mode) << 16, size
        return entry

    def folder(self, name: bytes) -> None:
        entry = self._entry(name + b"/", stat.S_IFDIR, 0o755, 0)
        entry.external_attr |= _DOS_FOLDER
        self._archive.writestr(entry, b"")

    def link(self, name: bytes, target: bytes) -> None:
        del target  # links are looked for before; one that has appeared since is no release's
        raise ArtifactChanged("deliver.changed-while-read", path=printable(name))

    def file(self, name: bytes, mode: int, size: int, reader: _Exactly) -> None:
        with self._archive.open(self._entry(name, stat.S_IFREG, mode, size), "w") as target:
            while chunk := reader.read(_BUFFER):
                target.write(chunk)
