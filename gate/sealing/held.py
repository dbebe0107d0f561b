"""Signatures that are made and not yet in the release: held in a file without a name until all of them are there.

So nothing of them is left, wherever it ends, unless all are; and should it end between the first that is put in place
and the last, that is taken back.  Killed just there it leaves some of them, each whole, in a folder that ``verify``
refuses: the record's own signatures are put in place last.  ``gate sign`` says then how to go on.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING, Final, Self, cast

from gate.errors import GateError, UsageError, VerificationError
from gate.paths import printable
from gate.placing import WholeFile
from gate.record import layout
from gate.sealing.unsigned import adding, as_examined, nameless_file
from gate.staging import flush_file_system
from gate.verification.folder import ReleaseFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gate.folders import Cursor, DescriptorCursor

_FOLDER_MODE: Final = 0o755


class HeldSignatures:
    """Files for a release folder that do not lie in it yet; use it as a context manager.

    It goes into the folder by a way of its own: a look that ended early stands wherever it ended.  Raises
    ``UsageError`` where nothing can be written, ``ArtifactChanged`` where another folder lies there by now.
    """

    def __init__(self, release: ReleaseFolder) -> None:
        self._places: list[tuple[str, int, int]] = []
        with contextlib.ExitStack() as closing:
            with as_examined():
                self._release = closing.enter_context(ReleaseFolder(release.path))
                with release.inside(b"") as seen, self._release.inside(b"") as own:
                    if not os.path.sameopenfile(_descriptor(seen), _descriptor(own)):
                        raise VerificationError("changed", printable(os.fsencode(release.path)))
                self._require_writable()
            with self._whole(b""):  # one that never appears
                pass
            with adding():
                self._file = closing.enter_context(nameless_file())
            self._closing = closing.pop_all()

    def _require_writable(self) -> None:
        """Raise before anything is signed where nothing could be added: what a public log has stays there."""
        with self._release.inside(layout.GATE.encode()) as cursor:
            if not os.access(".", os.W_OK | os.X_OK, dir_fd=_descriptor(cursor)):
                raise UsageError("sealing.cannot-write", error=os.strerror(errno.EACCES))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def hold(self, path: str, data: bytes) -> None:
        """Hold the bytes of the file that is to lie at ``path``."""
        with adding():
            start = self._file.seek(0, os.SEEK_END)
            self._file.write(data)
        self._places.append((path, start, len(data)))

    def put_in_place(self, look: Callable[[list[str]], object]) -> None:
        """Write all that is held into the folder, onto no name that is taken; or nothing, where that fails.

        ``look`` is given the paths when they are there; all is taken back where it raises.  Raises ``ArtifactChanged``
        where the folders that it goes into are no longer there.
        """
        made: list[bytes] = []
        try:
            for path, start, size in sorted(self._places, key=_of_the_record):
                with adding():
                    self._file.seek(start)
                    data = self._file.read(size)
                self._write(layout.on_disk(path), data, made)
            with adding():
                flush_file_system(self._release.path)
            look([path for path, *_ in self._places])
        except BaseException:
            self._take_back(made)
            raise

    def _write(self, path: bytes, data: bytes, made: list[bytes]) -> None:
        """Write a new file, and the folder that it lies in where there is none; ``made`` is told before they are."""
        above = path.rpartition(b"/")[0]
        if above not in made and not self._has_folder(above):
            with self._making(above, made) as (folder, name):
                os.mkdir(name, _FOLDER_MODE, dir_fd=folder)
                os.chmod(name, _FOLDER_MODE, dir_fd=folder)  # whatever the umask is
        with self._whole(data) as file, self._making(path, made) as (folder, name):
            file.appear(folder, name)

    def _whole(self, data: bytes) -> WholeFile:
        with as_examined(), self._release.inside(layout.GATE.encode()) as cursor, adding():
            return WholeFile(data, _descriptor(cursor))

    def _has_folder(self, path: bytes) -> bool:
        with as_examined():
            return self._release.has_folder(path)

    @contextlib.contextmanager
    def _making(self, path: bytes, made: list[bytes]) -> Iterator[tuple[int, bytes]]:
        """Yield where something new is to be made: the descriptor of the folder above, and the name in it."""
        above, _, name = path.rpartition(b"/")
        with as_examined(), self._release.inside(above) as cursor:
            made.append(path)
            with adding():
                try:
                    yield _descriptor(cursor), name
                except FileExistsError:  # it is somebody else's
                    made.remove(path)
                    raise

    def _take_back(self, made: Sequence[bytes]) -> None:
        for path in reversed(made):
            above, _, name = path.rpartition(b"/")
            with contextlib.suppress(GateError, OSError), self._release.inside(above) as cursor:
                folder = _descriptor(cursor)
                try:
                    os.unlink(name, dir_fd=folder)
                except IsADirectoryError:
                    os.rmdir(name, dir_fd=folder)


def _descriptor(cursor: Cursor) -> int:
    return cast("DescriptorCursor", cursor).descriptor  # whoever signs has a system with descriptors


def _of_the_record(place: tuple[str, int, int]) -> int:
    """Rank what comes last: the signatures of the record, after all that belongs to them."""
    path = place[0]
    if not path.startswith(layout.RECORD):
        return 0
    return 1 if path.endswith(layout.STAMP_SUFFIX) else 2
