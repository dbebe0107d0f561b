"""Files that appear in a release whole or not at all, whatever ends the process that adds them.

All bytes of a file are on the disk before anything below the release leads to it.  Until then it has no name at all
(open(2), ``O_TMPFILE``); where the file system knows no such files, a name beside the release folder, of which a killed
run leaves no more than an unfinished file that nobody reads.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import Final, Self

from gate.errors import UsageError
from gate.record import layout
from gate.staging import renamed_without_replacing

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_MODE: Final = 0o644
_NOT_OFFERED: Final = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS})
"""What ``O_TMPFILE`` gives where a file system, or a kernel before 3.11, does not know it."""


class WholeFile:
    """A file that is written and lies nowhere yet; use it as a context manager.

    ``inside`` is the descriptor of the release's folder ``gate``.  Raises ``OSError`` where the file cannot be written,
    and ``UsageError`` where that could only be done beside the release, and cannot.
    """

    def __init__(self, data: bytes, inside: int) -> None:
        self._aside: int | None = None
        self._name = layout.partial_name(layout.GATE)
        with contextlib.ExitStack() as closing:
            nameless = self._nameless(inside, closing)
            self._descriptor = self._beside(inside, closing) if nameless is None else nameless
            with open(self._descriptor, "wb", closefd=False) as stream:
                stream.write(data)
            os.fchmod(self._descriptor, _MODE)  # whatever the umask is
            os.fsync(self._descriptor)
            self._closing = closing.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _nameless(self, inside: int, closing: contextlib.ExitStack) -> int | None:
        """Return a file without a name, None where there can be none or nothing would ever give it one."""
        try:
            descriptor = os.open(".", os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=inside)
        except OSError as error:
            if error.errno not in _NOT_OFFERED:
                raise
            return None
        closing.callback(os.close, descriptor)
        return descriptor if os.path.exists(_link_of(descriptor)) else None  # noqa: PTH110  # of the kernel, no file

    def _beside(self, inside: int, closing: contextlib.ExitStack) -> int:
        try:
            self._aside = os.open("../..", _FOLDER, dir_fd=inside)
            closing.callback(os.close, self._aside)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(self._name, flags, 0o600, dir_fd=self._aside)
        except OSError as error:
            raise UsageError("deliver.nothing-beside", error=error.strerror or str(error)) from error
        closing.callback(self._forget, self._aside)
        closing.callback(os.close, descriptor)
        return descriptor

    def _forget(self, aside: int) -> None:
        with contextlib.suppress(OSError):  # it has its name below the release by now
            os.unlink(self._name, dir_fd=aside)

    def appear(self, folder: int, name: bytes) -> None:
        """Give the file its name in an open folder.  Raises ``OSError``, ``FileExistsError`` where that is taken."""
        if self._aside is None:
            os.link(_link_of(self._descriptor), name, dst_dir_fd=folder, follow_symlinks=True)
        elif not renamed_without_replacing(os.fsencode(self._name), name, self._aside, folder):
            os.link(os.fsencode(self._name), name, src_dir_fd=self._aside, dst_dir_fd=folder, follow_symlinks=False)


def _link_of(descriptor: int) -> bytes:
    """Return the path by which linkat(2) names an open file without privileges."""
    return b"/proc/self/fd/%d" % descriptor
