"""The members of an archive written out, by one object that every write goes through.

Files are made new and never through a link: links are remembered, and made when everything else is there.  Names become
places below one private folder or a refusal; modes are reduced to what a file list holds.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Final, NoReturn

from gate.errors import EngineFailure, VerificationError
from gate.intake.budget import Budget, ContainerBudget, LimitReached
from gate.intake.readers.interface import CHUNK, Data, Decrypted, Member, Options, Source, Stored, Trouble
from gate.intake.readers.names import decode, unsafe
from gate.intake.unpacker import event_of
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gate.limits import Limits

_NEW: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY"))
)
_IN_THE_WAY: Final = frozenset({errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP})
_NO_SUCH_NAME: Final = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})


class Unpacking:
    """Writes the members of one archive, called ``name`` in messages, below ``folder``; ``archive`` is its descriptor.

    Everything is counted against ``limits`` as it is written.
    """

    def __init__(self, folder: Path, name: str, archive: int, limits: Limits) -> None:
        self._folder = os.fsencode(folder)
        self._name = name
        self._source = Source(archive)
        self._options = Options(limits.name_bytes, limits.name_depth)
        self._run = Budget(limits)
        self._run.add_input(self._source.size)
        self._budget = ContainerBudget(self._run, self._source.size)
        self._made: set[bytes] = {self._folder}
        self._links: list[tuple[bytes, bytes, str]] = []
        self._path = name
        self._writing = -1

    def take_all(self, frames: Iterable[object]) -> None:
        """Write everything that a reader tells.

        Raises ``VerificationError`` at the first thing that is not as it must be, ``EngineFailure`` where the system
        does not let it be written.
        """
        try:
            for frame in frames:
                self._take(event_of(frame))
            self._end_member()
            for path, target, shown in self._links:
                self._path = shown
                os.symlink(target, path)  # noqa: PTH211  # names are raw bytes
        except LimitReached as reached:
            raise VerificationError("archive", self._path, detail=reached.detail) from reached
        except ValueError as error:  # what a worker sent is no event, or data where none can be
            raise VerificationError("archive", self._path, detail="malformed answer") from error
        except OSError as error:
            self._refuse_or_fail(error)
        finally:
            self._end_member()

    def _take(self, event: Data | Stored | Member | Trouble | Decrypted) -> None:
        match event:
            case Data(chunk):
                self._write(chunk)
            case Stored(offset, size):
                for place in range(offset, offset + size, CHUNK):
                    wanted = min(CHUNK, offset + size - place)
                    chunk = self._source.read_at(place, wanted)
                    if len(chunk) != wanted:
                        self._refuse("changed while it was read")
                    self._write(chunk)
            case Member() as member:
                self._begin(member)
            case Trouble() as trouble:
                self._refuse(printable(trouble.detail))
            case Decrypted():
                self._refuse("encrypted")

    def _refuse(self, detail: str) -> NoReturn:
        raise VerificationError("archive", self._path, detail=detail)

    def _refuse_or_fail(self, error: OSError) -> NoReturn:
        """Tell a name that leads to what is there already, or to nothing that a file can have, from a full disk."""
        if error.errno in _IN_THE_WAY:
            raise VerificationError("archive", self._path, detail="two members in one place") from error
        if error.errno in _NO_SUCH_NAME:
            raise VerificationError("archive", self._path, detail="a name that this system cannot have") from error
        raise EngineFailure("verify.no-room", error=error.strerror or str(error)) from error

    # --- members ----------------------------------------------------------------------------------------------

    def _begin(self, member: Member) -> None:
        self._end_member()
        # Old code pages of zip files become what the reader took them for when it judged the name.
        name = decode(member.name).encode("utf-8", "surrogateescape") if member.utf8 is False else member.name
        self._path = printable(name)
        self._budget.begin_member(self._path)
        if member.made_up:
            self._refuse("data beside its members")
        # The reader tells this as well, but only after the member, whose folders would have been made by then.
        if problem := unsafe(member.name, self._options):
            self._refuse(problem)
        steps = [step for step in name.split(b"/") if step not in {b"", b"."}]
        if any(step == b".." or b"\0" in step for step in steps):
            self._refuse("a name that leads elsewhere")
        if member.kind == "folder":
            self._make_folders(steps)
        elif not steps:
            self._refuse("a member without a name")
        else:
            self._begin_entry(member, self._place(steps))

    def _begin_entry(self, member: Member, path: bytes) -> None:
        if member.kind == "file":
            runs = member.mode is not None and member.mode & stat.S_IXUSR
            self._writing = os.open(path, _NEW, 0o700 if runs else 0o600)
            if hasattr(os, "fchmod"):
                os.fchmod(self._writing, 0o755 if runs else 0o644)  # whatever the umask is
        elif member.kind == "symbolic-link" and member.utf8 is None:  # in tar files; those of zip state an encoding
            self._links.append((path, member.target, self._path))
        elif member.kind == "symbolic-link":
            self._refuse("a link in a zip file, which some readers write as a file")
        else:
            self._refuse(f"a {member.kind} member")

    def _place(self, steps: list[bytes]) -> bytes:
        """Return the path of an entry, after making the folders that it lies in."""
        return self._make_folders(steps[:-1]) + os.fsencode(os.sep) + steps[-1]

    def _make_folders(self, steps: list[bytes]) -> bytes:
        """Make a folder with all above it and return its path; each counts as an entry, named in the archive or not."""
        path = self._folder
        for step in steps:
            path += os.fsencode(os.sep) + step
            if path not in self._made:
                self._run.take_entry()
                os.mkdir(path, 0o700)  # noqa: PTH102  # names are raw bytes
                self._made.add(path)
        return path

    def _write(self, chunk: bytes) -> None:
        if self._writing < 0:
            raise ValueError("data outside of a file")
        self._budget.take(len(chunk))
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(self._writing, rest) :]

    def _end_member(self) -> None:
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1
