"""The archive of a release, unpacked into a private folder to be verified there like any other.

It is read by the same strict readers that examine deliveries, in a confined process where the system has one.  Whatever
readers could take in several ways is a refusal: nobody knows which of them the recipient will open it with.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate.errors import EngineFailure, UsageError, VerificationError, WorkerDied, WorkerTimeout
from gate.limits import Limits
from gate.parsing import Backend, Confined, Unconfined
from gate.parsing import confinable as _confinable
from gate.paths import printable
from gate.received.unpacking import Unpacking
from gate.record import layout
from gate.verification.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_INSIDE: Final = "gate.received.inside:serve"
_READ: Final = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_BYTES_PER_SECOND: Final = 2_000_000
"""Unpacking slower than this is not waited for, beyond the limit of seconds for one item."""
RELEASE_LIMITS: Final = Limits(
    entries=400_000, entries_total=800_000, member_bytes=64 << 30, total_bytes=128 << 30, paths_total=256 << 20
)
"""A release holds at most what intake takes, and its papers; files of any size that a disk holds are delivered.  What
keeps a bomb small is the ratio."""
READABLE: Final = frozenset({"zip", "tar", "gzip", "bzip2", "xz", "zstd"})
"""The forms that are taken, by what the content is; as in :mod:`gate.received.inside`, which only the worker loads."""


@contextlib.contextmanager
def unpacked(archive: Path, limits: Limits = RELEASE_LIMITS) -> Iterator[Path]:
    """Unpack an archive for the length of a ``with`` block; yields the release folder in it.

    At its end the archive has to be what it was: what a person unpacks afterwards is not the private folder.  Raises
    ``UsageError`` where it is no file, or no archive of a form that is taken, ``VerificationError`` with
    ``verify/archive`` where anything about it is not as it must be, or with ``verify/changed-while-read``,
    ``EngineFailure`` or ``IsolationError`` where it cannot be told.
    """
    with _opened(archive) as descriptor, _unchanged(archive, descriptor), _private_folder() as folder:
        unpacking = Unpacking(folder, printable(os.fsencode(archive.name)), descriptor, limits)
        with contextlib.closing(_events(archive, descriptor, limits)) as frames:  # ends the reader, whatever happens
            unpacking.take_all(frames)
        yield _release_in(folder, archive)


@contextlib.contextmanager
def _opened(archive: Path) -> Iterator[int]:
    shown = printable(os.fsencode(archive))
    try:
        descriptor = os.open(archive, _READ)
    except FileNotFoundError as error:
        raise UsageError("verify.no-target", path=shown) from error
    except OSError as error:
        raise EngineFailure("verify.unreadable", path=shown, error=error.strerror or str(error)) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError("verify.not-a-target", path=shown)
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _unchanged(archive: Path, descriptor: int) -> Iterator[None]:
    """Raise at the end of a ``with`` block where the name does not lead any more to what was opened, as it was."""
    name, seen = os.fsencode(archive.name), Seen()
    seen.notice(name, os.fstat(descriptor))
    yield
    try:
        seen.notice(name, archive.stat())
    except OSError as error:
        raise VerificationError("changed-while-read", printable(name)) from error


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    """Yield a new folder that only this user can enter; it is gone afterwards, whatever happened."""
    try:
        # Python's own choice would pass over a folder named by TMPDIR that cannot be used; who names one means it.
        folder = Path(tempfile.mkdtemp(prefix="gate-verify-", dir=os.environ.get("TMPDIR")))
    except OSError as error:
        raise EngineFailure("verify.no-room", error=error.strerror or str(error)) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _events(archive: Path, descriptor: int, limits: Limits) -> Generator[object]:
    """Yield the frames of the archive's events, after what it is has been looked at."""
    name = printable(os.fsencode(archive.name))
    options = {"name_bytes": limits.name_bytes, "name_depth": limits.name_depth, "entries": limits.entries}
    back_end: Backend = Confined(_INSIDE, options) if _confinable() else Unconfined(_INSIDE, options)
    try:
        seconds = limits.item_seconds + os.fstat(descriptor).st_size / _BYTES_PER_SECOND
        answers = _guarded(back_end.ask({}, [descriptor], seconds=seconds), name)
        _require_archive(next(answers, None), archive)
        for batch in answers:
            if not isinstance(batch, list):
                raise VerificationError("archive", name, detail="malformed answer")
            yield from batch
    finally:
        back_end.close()


def _guarded(answers: Iterator[object], name: str) -> Iterator[object]:
    """Yield answers; a reader that fails has met something that it does not know, which is a refusal."""
    while True:
        try:
            answer = next(answers)
        except StopIteration:
            return
        except (WorkerTimeout, WorkerDied):
            raise
        except Exception as error:  # the boundary of the readers, which this process may have to run itself
            raise VerificationError("archive", name, detail="it cannot be read") from error
        yield answer


def _require_archive(labels: object, archive: Path) -> None:
    found = [label for label in labels if isinstance(label, str)] if isinstance(labels, list) else []
    if READABLE.isdisjoint(found):
        raise UsageError("verify.not-a-target", path=printable(os.fsencode(archive)))
    if len(found) > 1:
        detail = f"reads as {', '.join(map(printable, found))}"
        raise VerificationError("archive", printable(os.fsencode(archive.name)), detail=detail)


def _release_in(folder: Path, archive: Path) -> Path:
    """Return where the release lies: in the archive itself, or in the one folder that it holds."""
    names = {entry.name: entry for entry in folder.iterdir()}
    if {layout.GATE, layout.PAYLOAD} <= names.keys():
        return folder
    if len(names) == 1 and (only := next(iter(names.values()))).is_dir() and not only.is_symlink():
        return only
    raise VerificationError("archive-content", printable(os.fsencode(archive.name)))
