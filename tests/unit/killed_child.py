"""Signatures added by processes that kill themselves (SIGKILL) before a step that changes the disk.

``killed_child.py HOW ORIGINAL COPIES TRUST`` countersigns, ``killed_child.py HOW ORIGINAL COPIES POLICY SHA256`` signs.
The n-th copy is that of a process that died before its n-th step; the last is of one that came to its end.  HOW is
``beside`` where the file system is to know no files without a name.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gate import countersigning, placing
from gate.record.layout import is_partial
from gate.verification import load_trust, verify_release
from tests.unit.countersigners import Fake, certified
from tests.unit.sealing.sealing_kit import X509, Job, Keeping

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = ((os, "mkdir"), (os, "link"), (os, "fsync"), (placing, "renamed_without_replacing"))


def refuse_nameless(*, beside: bool = True) -> None:
    """Answer as a file system does that has no files without a name, nor lets one be made ``beside`` the release."""
    opened = os.open

    def refusing(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:  # as os.open
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        if not beside and flags & os.O_CREAT and is_partial(os.fsdecode(path).rpartition("/")[2]):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(path, flags, mode, dir_fd=dir_fd)

    os.supports_dir_fd.add(refusing)
    os.open = refusing


def die_before(step: int) -> None:
    """Let this process kill itself before its so many-th step."""
    left = step

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:  # as the call's
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return counted

    for place, name in STEPS:
        setattr(place, name, watched(getattr(place, name)))


def at_each_step(original: Path, copies: Path, act: Callable[[Path], object]) -> None:
    """Let a process act on a copy of its own and die before its first step, another before its second, to the end."""
    for step in range(1, 100):
        copy = copies / str(step) / "out"
        shutil.copytree(original, copy, symlinks=True)
        if (child := os.fork()) == 0:
            try:
                die_before(step)
                act(copy)
                os._exit(0)
            except BaseException:  # noqa: BLE001  # whatever it is, no second process runs on from here
                traceback.print_exc()
                os._exit(1)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            sys.exit(os.WEXITSTATUS(status))
        if os.WTERMSIG(status) != signal.SIGKILL:
            sys.exit(f"ended by another signal: {status}")
    sys.exit("never came to its end")


def countersign(copy: Path, trust: Path) -> None:
    """Countersign by two, one of whom keeps material and has a timestamp."""
    signers = (certified("A"), Fake("B"))
    countersigning.countersign(copy, load_trust(trust), signers, now=datetime.now(UTC))


def main() -> None:
    """Act as the arguments say."""
    how, original, copies, judged_by, *sha256 = sys.argv[1:]
    if how == "beside":
        refuse_nameless()
    if sha256:

        def sign(copy: Path) -> None:
            Job(copy, sha256[0], Path(judged_by)).sign(Keeping(X509))

        at_each_step(Path(original), Path(copies), sign)
    # Verified once: what is watched are the steps after that, and every copy has the same bytes.
    proved = verify_release(Path(original), load_trust(Path(judged_by)), now=datetime.now(UTC))
    setattr(countersigning, "verify_release", lambda *_, **__: proved)  # noqa: B010  # no module gives it on
    at_each_step(Path(original), Path(copies), lambda copy: countersign(copy, Path(judged_by)))


if __name__ == "__main__":
    main()
