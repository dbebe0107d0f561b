"""Run the gate as on Windows or macOS: what its modules see of the standard library is what that system has.

``python other_system.py win32|darwin ARGUMENTS…`` runs ``gate ARGUMENTS…``.  Only modules of the gate see the other
system: the standard library and other packages choose what fits the system that they really run on.  Nobody sees
packages that are not in the bundle for recipients.
"""

from __future__ import annotations

import builtins
import importlib.abc
import os
import re
import select
import signal
import socket
import sys
import time
import types
import warnings
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[2] / "tools" / "release" / "verify-requirements.txt"

POSIX_MODULES = frozenset(
    {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "crypt", "spwd", "nis", "syslog", "readline",
     "curses", "_posixsubprocess", "multiprocessing.popen_fork"}
)  # fmt: skip
"""Modules that "Availability: Unix" stands by in Python's documentation, or that serve these."""
_OS_ON_WINDOWS = """
    DirEntry F_OK O_APPEND O_CREAT O_EXCL O_RDONLY O_RDWR O_TRUNC O_WRONLY P_NOWAIT P_NOWAITO P_WAIT PathLike R_OK
    SEEK_CUR SEEK_END SEEK_SET W_OK X_OK abc abort access altsep chdir chmod close closerange cpu_count curdir
    defpath device_encoding devnull dup dup2 environ error execl execle execlp execlpe execv execve execvp execvpe
    extsep fdopen fsdecode fsencode fspath fstat fsync ftruncate get_exec_path get_inheritable get_terminal_size
    getcwd getcwdb getenv getlogin getpid getppid isatty kill linesep link listdir lseek lstat makedirs mkdir name
    open pardir path pathsep pipe popen putenv read readlink remove removedirs rename renames replace rmdir scandir
    sep set_inheritable spawnl spawnle spawnv spawnve stat stat_result strerror supports_bytes_environ
    supports_dir_fd supports_effective_ids supports_fd supports_follow_symlinks symlink sys system terminal_size
    times times_result truncate umask uname_result unlink unsetenv urandom utime waitpid waitstatus_to_exitcode walk
    write
"""
"""What of ``os`` there is on Windows (Python 3.11, "Availability" in the documentation of ``os``)."""
LINUX_ALONE = frozenset(
    """
    eventfd getrandom getresgid getresuid getxattr listxattr memfd_create pidfd_open posix_fadvise posix_fallocate
    removexattr sched_getaffinity sched_setaffinity setresgid setresuid setns setxattr splice unshare O_DIRECT
    O_LARGEFILE O_NOATIME O_PATH O_RSYNC O_TMPFILE
    """.split()  # noqa: SIM905  # a list of one name a line would hide that it is one
)
"""What of ``os`` macOS has not ("Availability" in the documentation of ``os``)."""
CONFINEMENT = ("gate.isolation", "gate._confine", "gate._enclose", "gate._template", "gate._worker")
"""Parts of the gate that stand on the Linux kernel."""
SIGNALS = frozenset({"SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM", "SIG_DFL", "SIG_IGN"})
NOT_OF_SOCKET = frozenset(
    {"AF_UNIX", "AF_NETLINK", "AF_PACKET", "CMSG_LEN", "CMSG_SPACE", "SCM_RIGHTS", "send_fds", "recv_fds"}
)
NOT_OF_SELECT = frozenset({"poll", "epoll", "kqueue"})
NOT_OF_TIME = frozenset({"tzset", "clock_gettime", "clock_settime", "pthread_getcpuclockid"})


class Seen(types.ModuleType):
    """A module of the standard library as modules of the gate see it."""

    def __init__(self, real: types.ModuleType, lacks: frozenset[str], instead: Mapping[str, object]) -> None:
        super().__init__(real.__name__)
        self.__dict__.update({name: value for name, value in vars(real).items() if name not in lacks})
        self.__dict__.update(instead)


def _seen_on_macos() -> dict[str, types.ModuleType]:
    """Return what stands in the place of each module there."""
    return {
        "os": Seen(os, LINUX_ALONE, {}),
        "sys": Seen(sys, frozenset(), {"platform": "darwin"}),
        "signal": Seen(signal, frozenset({"pidfd_send_signal"}), {}),
        "select": Seen(select, frozenset({"epoll"}), {}),
    }


def _seen_on_windows() -> dict[str, types.ModuleType]:
    """Return what stands in the place of each module there."""
    lacks = frozenset(name for name in vars(os) if not name.startswith("__"))
    lacks -= set(_OS_ON_WINDOWS.split())
    signals = frozenset(name for name in vars(signal) if name.startswith("SIG") or "fd" in name) - SIGNALS
    return {
        "os": Seen(os, lacks, {"name": "nt", "supports_dir_fd": set(), "supports_fd": set()}),
        "sys": Seen(sys, frozenset(), {"platform": "win32"}),
        "signal": Seen(signal, signals, {}),
        "socket": Seen(socket, NOT_OF_SOCKET, {}),
        "select": Seen(select, NOT_OF_SELECT, {}),
        "time": Seen(time, NOT_OF_TIME, {}),
    }


def pretend(system: str) -> None:
    """Let modules of the gate that are imported from now on see the other system."""
    real, seen = builtins.__import__, _seen_on_macos() if system == "darwin" else _seen_on_windows()
    absent = {*CONFINEMENT, *(() if system == "darwin" else POSIX_MODULES)}

    def importing(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002  # the name of the parameter in ``__import__``
        locals: Mapping[str, object] | None = None,  # noqa: A002  # as above
        fromlist: Any = (),
        level: int = 0,
    ) -> types.ModuleType:
        importer = str((globals or {}).get("__name__", ""))
        if importer.partition(".")[0] == "gate" and not level:
            if name in absent:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            if name in seen or (not fromlist and name.partition(".")[0] in seen):
                return seen[name.partition(".")[0]]
        return real(name, globals, locals, fromlist, level)

    builtins.__import__ = importing


class Bundled(importlib.abc.MetaPathFinder):
    """Finds no package but those that the bundle for recipients holds."""

    def __init__(self) -> None:
        lines = LOCK.read_text("utf-8").splitlines()
        held = {line.split("==")[0] for line in lines if "==" in line} | {"release-gate"}
        self._absent = {
            package
            for package, distributions in metadata.packages_distributions().items()
            if held.isdisjoint(re.sub(r"[-_.]+", "-", each).lower() for each in distributions)
        }

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Say of a package that is not in the bundle that there is none (the signature is importlib's)."""
        del path, target
        if fullname.partition(".")[0] in self._absent:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def main() -> int:
    """Run one command."""
    system, *arguments = sys.argv[1:]
    sys.meta_path.insert(0, Bundled())
    # A text file that is opened without an encoding is read otherwise on a Japanese Windows.
    warnings.filterwarnings("error", category=EncodingWarning, module=r"gate(\.|$)")
    pretend(system)
    from gate import folders
    from gate.cli.main import run

    if system == "win32":
        # The prefix of long paths means something to Windows alone.
        folders._long_path = lambda folder: str(folder.absolute())
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
