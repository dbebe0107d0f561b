"""A folder of official databases on disk: who may write to it, what may lie in it, and how it is exchanged.

New databases come to lie in a folder beside the old one, and the two change places in one step, so that whoever
reads sees the old set or the new one and never a mixture cut off in the middle.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors import EngineFailure, UsageError
from gate.examine.antivirus.files import copy_file
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.examine.antivirus.files import DatabaseFile

COMPANION_BYTES = 1 << 20
"""Most bytes of a file that freshclam keeps beside the databases."""
_COMPANION = re.compile(r"freshclam\.dat|[a-z]{1,20}-[0-9]{1,9}\.(cvd|cld|cdiff)\.sign")
"""freshclam's memory of the mirror (identity, and how long to leave it alone), and detached signatures."""
_AT_FDCWD = -100
_RENAME_NOREPLACE, _RENAME_EXCHANGE = 1, 2
_NOT_OFFERED = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP})


class DatabasePlace:
    """One folder that holds nothing but official databases named in ``names``, and its neighbours on the same disk.

    Without ``follow``, links in it are passed over.
    """

    def __init__(self, folder: Path, names: Iterable[str], *, follow: bool = True) -> None:
        self.folder = folder.resolve()
        self._follow = follow
        self._databases = frozenset(f"{name}{suffix}" for name in names for suffix in (".cvd", ".cld"))

    # --- what lies there ----------------------------------------------------------------------------------------

    def databases(self) -> list[Path]:
        """Return the databases that lie there, sorted by name; none where the folder does not exist."""
        return [self.folder / name for name in self._listing() if name in self._databases and self._may_read(name)]

    def companions(self) -> list[Path]:
        """Return what freshclam keeps beside them: plain files up to ``COMPANION_BYTES``."""
        paths = [self.folder / name for name in self._listing() if _COMPANION.fullmatch(name)]
        return [path for path in paths if _is_small_file(path)]

    def _may_read(self, name: str) -> bool:
        return self._follow or stat.S_ISREG((self.folder / name).lstat().st_mode)

    def require_own(self) -> None:
        """Raise ``UsageError`` where the folder is none or holds anything that an exchange would do away with."""
        for name in self._listing():
            if name not in self._databases and not _COMPANION.fullmatch(name):
                raise UsageError("malware.db-folder-foreign", folder=self._shown, name=printable(name))

    def _listing(self) -> list[str]:
        try:
            return sorted(entry.name for entry in self.folder.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(
                "malware.db-folder-unusable", folder=self._shown, error=error.strerror or str(error)
            ) from error

    @property
    def _shown(self) -> str:
        return printable(str(self.folder))

    # --- who may write ------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the only right to exchange the folder; remains of exchanges that were cut off are removed.

        Raises ``EngineFailure`` where another process holds it, or nothing can be written beside the folder.
        """
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._beside(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._lock(descriptor)
            for remains in self.folder.parent.glob(f".{_literally(self.folder.name)}.new-*"):
                shutil.rmtree(remains, ignore_errors=True)
            yield
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EngineFailure("malware.db-busy", folder=self._shown) from error
        except OSError as error:
            raise self._unwritable(error) from error

    def _beside(self, ending: str) -> Path:
        return self.folder.with_name(f".{self.folder.name}{ending}")

    def _unwritable(self, error: OSError) -> EngineFailure:
        return EngineFailure("malware.db-folder-unwritable", folder=self._shown, error=error.strerror or str(error))

    # --- the exchange -------------------------------------------------------------------------------------------

    def exchange(self, files: Iterable[tuple[Path, DatabaseFile | None]]) -> None:
        """Put these files in the place of all that lies there: whole, on the disk, in one step.

        A file that comes with a description must still be what that says.  The old folder stays where anything goes
        wrong.  Raises ``EngineFailure``.
        """
        try:
            fresh = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.new-", dir=self.folder.parent))
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            for source, described in files:
                self._bring(source, described, fresh)
            fresh.chmod(0o755)
            _flush(fresh)
            self._swap(fresh)
            _flush(self.folder.parent)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)  # by now the old folder where all went well

    def _bring(self, source: Path, described: DatabaseFile | None, fresh: Path) -> None:
        copied = copy_file(source, fresh / source.name)
        if described is not None and copied != described:
            raise EngineFailure("malware.db-changed", file=printable(source.name))
        _flush(fresh / source.name)

    def _swap(self, fresh: Path) -> None:
        """Let the folders change places; where the file system cannot do that at once, in two steps."""
        there = self.folder.exists()
        try:
            _rename(fresh, self.folder, _RENAME_EXCHANGE if there else _RENAME_NOREPLACE)
        except OSError as error:
            if error.errno not in _NOT_OFFERED:
                raise
            self._swap_in_two_steps(fresh, there=there)

    def _swap_in_two_steps(self, fresh: Path, *, there: bool) -> None:
        """For file systems without an exchange: for a moment there is no database, but never half of one."""
        if not there:
            fresh.rename(self.folder)
            return
        aside = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.new-", dir=self.folder.parent)) / "old"
        self.folder.rename(aside)
        try:
            fresh.rename(self.folder)
        except BaseException:
            aside.rename(self.folder)
            raise
        finally:
            shutil.rmtree(aside.parent, ignore_errors=True)


def _is_small_file(path: Path) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_size <= COMPANION_BYTES


def _literally(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


def _rename(source: Path, target: Path, flags: int) -> None:
    """Rename as renameat2(2) does; raises ``OSError``, with ``ENOSYS`` where the C library has no such call."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if rename(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), flags):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
