"""The private folder beside the target in which a release is made: the copy that is examined, judged and signed.

Artifacts are copied byte for byte while they are hashed; links are kept as links and never followed.  The folder is
removed on any error or interrupt.  What a killed run leaves behind has a name that ``verify`` refuses, and signatures
come into it last.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from gate.errors import ArtifactChanged, UsageError
from gate.filelist import FileEntry, entries_below, hash_descriptor, list_digest
from gate.folders import Cursor, DescriptorCursor, FolderChangedError, Visit, remove_tree, walk
from gate.paths import artifact_names, printable, unescape_component
from gate.record import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gate.intake.intake import InputArtifact

_BUFFER = 1 << 20
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_FOLDER_MODE = 0o755
_NOT_OFFERED = frozenset({errno.ENOSYS, errno.EINVAL})
"""What ``renameat2`` says where the kernel or the file system does not know "do not replace"."""


@dataclass(frozen=True, slots=True)
class StagedArtifact:
    """An artifact as it lies in the staging folder.

    ``name`` is its item path; ``sha256`` is that of the file, or of the list of ``entries`` where it is a folder.
    """

    path: Path
    name: str
    kind: Literal["file", "folder"]
    sha256: str
    size: int
    entries: tuple[FileEntry, ...]


class Staging:
    """The folder that becomes the release; a context manager that removes it unless :meth:`publish` was reached.

    Entering it copies ``inputs``.  Raises ``UsageError`` where ``out`` exists, lies inside an input or holds one,
    where an input is neither file nor folder or cannot be read, and where nothing can be written beside ``out``;
    ``ArtifactChanged`` where an input changes while it is copied.  ``out`` is where the release will lie.
    """

    def __init__(self, out: Path, inputs: Sequence[Path]) -> None:
        self._inputs = [_resolved(path) for path in inputs]
        self.out = _target(out)
        for path, given in zip(self._inputs, inputs, strict=True):
            _refuse_overlap(self.out, path, given)
        if os.path.lexists(self.out):
            raise UsageError("deliver.out-exists", out=printable(str(out)))
        self.folder = self.out.parent / layout.partial_name(self.out.name)
        self.staged: tuple[StagedArtifact, ...] = ()
        self._published = False

    @property
    def artifacts(self) -> list[InputArtifact]:
        """The staged copies, in the order of the inputs, for examination."""
        from gate.intake.intake import InputArtifact  # noqa: PLC0415  # copying and delivering need none of intake

        return [InputArtifact(artifact.path, artifact.name) for artifact in self.staged]

    def __enter__(self) -> Self:
        try:
            with writing():
                self.folder.mkdir(mode=0o700)
                (self.folder / layout.PAYLOAD).mkdir()
                (self.folder / layout.PAYLOAD).chmod(_FOLDER_MODE)
            self.staged = tuple(self._copy_inputs())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder where it has not become the release; may be called more than once."""
        if not self._published:
            remove_tree(self.folder)

    def _copy_inputs(self) -> Iterator[StagedArtifact]:
        names = artifact_names(os.fsencode(path.name) for path in self._inputs)
        for source, name in zip(self._inputs, names, strict=True):
            target = self.folder / layout.PAYLOAD / os.fsdecode(unescape_component(name))
            yield _copy_folder(source, target, name) if source.is_dir() else _copy_file(source, target, name)

    def confirm(self) -> None:
        """Hash the staged copies once more.

        Raises ``ArtifactChanged`` where one is no longer what was copied in, examined and judged.
        """
        for artifact in self.staged:
            with reading(artifact.path):
                if _digest_now(artifact) != (artifact.sha256, artifact.entries):
                    raise ArtifactChanged("deliver.changed", path=artifact.name)

    def publish(self) -> Path:
        """Give the folder its final name, which must not exist; from then on it is the release.

        Everything is on the disk before the name is, and the name before this returns.
        """
        with writing():
            self.folder.chmod(_FOLDER_MODE)
            flush_file_system(self.folder)
            rename_without_replacing(self.folder, self.out)
            self._published = True
        # Some file systems cannot flush a folder; the release is there all the same.
        with contextlib.suppress(OSError):
            _flush(self.out.parent)
        return self.out


# --- where from and where to ----------------------------------------------------------------------------------


def _resolved(path: Path) -> Path:
    try:
        resolved = path.resolve(strict=True)
        mode = resolved.stat().st_mode
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise UsageError("deliver.no-input", path=printable(str(path))) from error
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UsageError("deliver.special-file", path=printable(str(path)))
    if not resolved.name:
        raise UsageError("deliver.no-name", path=printable(str(path)))
    return resolved


def _target(out: Path) -> Path:
    try:
        target = out.parent.resolve(strict=True) / out.name
    except (OSError, RuntimeError) as error:
        raise UsageError("deliver.no-parent", out=printable(str(out))) from error
    if out.name in {"", ".."} or not target.parent.is_dir():
        raise UsageError("deliver.no-parent", out=printable(str(out)))
    return target


def _refuse_overlap(out: Path, source: Path, given: Path) -> None:
    """Refuse a target inside an input or around it; folders are compared by identity, whatever they are called."""
    shown = {"out": printable(str(out)), "path": printable(str(given))}
    if any(folder.samefile(source) for folder in out.parents) or out == source:
        raise UsageError("deliver.out-inside", **shown)
    if out in source.parents:
        raise UsageError("deliver.out-around", **shown)


# --- copying --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Turn what the system says while the release is written into a ``UsageError``."""
    try:
        yield
    except OSError as error:
        raise UsageError("deliver.cannot-write", error=error.strerror or str(error)) from error


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system says while something is read to be delivered into an error of the gate."""
    shown = printable(os.fsencode(path))
    try:
        yield
    except (FolderChangedError, FileNotFoundError, NotADirectoryError) as error:
        raise ArtifactChanged("deliver.changed-while-read", path=shown) from error
    except OSError as error:
        raise UsageError("deliver.unreadable", path=shown, error=error.strerror or str(error)) from error


def _copy_file(source: Path, target: Path, name: str) -> StagedArtifact:
    with reading(source):
        cursor = DescriptorCursor(source.parent)
        try:
            descriptor = cursor.open_file(os.fsencode(source.name))
        finally:
            cursor.close()
    try:
        with writing():
            folder = DescriptorCursor(target.parent)
        try:
            sha256, size = _copy_bytes(descriptor, folder.descriptor, os.fsencode(target.name), name)
        finally:
            folder.close()
    finally:
        os.close(descriptor)
    return StagedArtifact(target, name, "file", sha256, size, ())


def _copy_bytes(source: int, folder: int, name: bytes, shown: str) -> tuple[str, int]:
    """Copy an open file to a new one in ``folder`` and return SHA-256 and size of the bytes written.

    Holes stay holes: a sparse image must not fill the disk.
    """
    digest, size, status = hashlib.sha256(), 0, os.fstat(source)
    mode = 0o755 if status.st_mode & stat.S_IXUSR else 0o644
    sparse = status.st_blocks * 512 < status.st_size
    with writing():
        target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode, dir_fd=folder)
    try:
        while chunk := _read(source, shown):
            digest.update(chunk)
            size += len(chunk)
            with writing():
                if sparse and chunk.count(0) == len(chunk):
                    os.lseek(target, len(chunk), os.SEEK_CUR)
                else:
                    _write_all(target, chunk)
        with writing():
            os.ftruncate(target, size)
            os.fchmod(target, mode)  # whatever the umask is
    finally:
        os.close(target)
    return digest.hexdigest(), size


def _read(descriptor: int, shown: str) -> bytes:
    try:
        return os.read(descriptor, _BUFFER)
    except OSError as error:
        raise UsageError("deliver.unreadable", path=shown, error=error.strerror or str(error)) from error


def _write_all(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _copy_folder(source: Path, target: Path, name: str) -> StagedArtifact:
    with writing():
        target.mkdir()
        target.chmod(_FOLDER_MODE)
    entries: list[FileEntry] = []
    with reading(source):
        here = DescriptorCursor(source)
        there = DescriptorCursor(target)
        try:
            for visit in walk(here):
                entries.extend(_copy_entry(here, there, visit))
        finally:
            here.close()
            there.close()
    size = sum(entry.size for entry in entries if entry.kind == "file")
    return StagedArtifact(target, name, "folder", list_digest(entries), size, _sorted(entries))


def _copy_entry(here: Cursor, there: DescriptorCursor, visit: Visit) -> Iterator[FileEntry]:
    """Copy one entry to where the second cursor stands and yield its entry of the file list, if it has one."""
    if visit.event == "leave":
        there.leave()
    elif visit.event == "enter":
        with writing():
            os.mkdir(visit.name, _FOLDER_MODE, dir_fd=there.descriptor)
            there.enter(visit.name)
            os.fchmod(there.descriptor, _FOLDER_MODE)
        if visit.empty:
            yield FileEntry.of_empty_folder(visit.path)
    elif visit.event == "link":
        link = here.link_target(visit.name)
        with writing():
            os.symlink(link, visit.name, dir_fd=there.descriptor)
        yield FileEntry.of_link(visit.path, link)
    elif visit.event == "file":
        descriptor = here.open_file(visit.name)
        try:
            mode = os.fstat(descriptor).st_mode
            sha256, size = _copy_bytes(descriptor, there.descriptor, visit.name, printable(visit.path))
        finally:
            os.close(descriptor)
        yield FileEntry.of_file(visit.path, mode, size, sha256)
    else:
        raise UsageError("deliver.special-file", path=printable(visit.path))


def _sorted(entries: Sequence[FileEntry]) -> tuple[FileEntry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.path.encode()))


def _digest_now(artifact: StagedArtifact) -> tuple[str, tuple[FileEntry, ...]]:
    cursor = DescriptorCursor(artifact.path if artifact.kind == "folder" else artifact.path.parent)
    try:
        if artifact.kind == "folder":
            entries = _sorted(list(entries_below(cursor)))
            return list_digest(entries), entries
        descriptor = cursor.open_file(os.fsencode(artifact.path.name))
        try:
            return hash_descriptor(descriptor)[0], ()
        finally:
            os.close(descriptor)
    finally:
        cursor.close()


# --- onto the disk --------------------------------------------------------------------------------------------


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_file_system(folder: Path) -> None:
    """Bring all that was written below ``folder`` to the disk in one call, whatever the number of files."""
    synchronise = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if synchronise is None:
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if synchronise(descriptor):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(descriptor)


def rename_without_replacing(source: Path, target: Path) -> None:
    """Rename a folder or file where nothing has the new name; raises ``OSError`` where something has it by now."""
    if renamed_without_replacing(os.fsencode(source), os.fsencode(target)):
        return
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    # Should something take the name right now: a folder replaces at most an empty one (rename(2)), so nothing is lost.
    source.rename(target)


def renamed_without_replacing(
    source: bytes, target: bytes, source_folder: int = _AT_FDCWD, target_folder: int = _AT_FDCWD
) -> bool:
    """As :func:`rename_without_replacing`, in open folders; False where kernel or file system cannot do just that."""
    library = ctypes.CDLL(None, use_errno=True)
    rename = getattr(library, "renameat2", None)
    if rename is None:
        return False
    if rename(source_folder, source, target_folder, target, _RENAME_NOREPLACE) == 0:
        return True
    error = ctypes.get_errno()
    if error not in _NOT_OFFERED:
        raise OSError(error, os.strerror(error))
    return False
