"""An enclosure for one confined process: processes, mounts and a network of its own, in which only loopback is there.

For programs that need a network to talk to themselves and write where they like (a browser).  What the system does
not grant of it is an error: whoever asks for an enclosure relies on it.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
from pathlib import Path
from typing import Final

_NEW_MOUNTS: Final = 0x00020000
_NEW_IPC: Final = 0x08000000
_NEW_USER: Final = 0x10000000
_NEW_PROCESSES: Final = 0x20000000
_NEW_NETWORK: Final = 0x40000000
_MS_NOSUID_NODEV_NOEXEC: Final = 2 | 4 | 8
_MS_RECURSIVE_PRIVATE: Final = 0x4000 | 0x40000
_PR_SET_PDEATHSIG: Final = 1
_SIOCGIFFLAGS: Final = 0x8913
_SIOCSIFFLAGS: Final = 0x8914
_IFF_UP: Final = 1
_HIDDEN: Final = ("/home", "/root", "/tmp", "/var/tmp", "/run/user", "/media", "/mnt", "/srv")  # noqa: S108  # they are covered
"""Where people and programs keep files: empty inside of the enclosure."""
SCRATCH_BYTES: Final = 1 << 30
"""What may be written in the enclosure's folder, which lies in memory."""


def enclose(library: ctypes.CDLL, folder: str, user: int, parent: int) -> None:
    """Enclose the calling process, which must be single-threaded; it goes on as a child of what it was.

    ``folder`` is there inside, empty, in memory and ``user``'s own; ``parent`` is the gate's process id, or 0.  The
    process that waits outside ends with the status of the one inside, and the kernel ends everything inside with
    either of them.  Raises ``OSError`` where the system refuses a part of it.
    """
    as_root, mine, group = os.geteuid() == 0, os.geteuid(), os.getegid()
    flags = _NEW_MOUNTS | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK | (0 if as_root else _NEW_USER)
    _call(library.unshare(flags), "unshare")
    if not as_root:  # ids stay what they are: nothing here becomes anybody else
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"{mine} {mine} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
    _raise_loopback()
    alive, held = os.pipe()
    child = os.fork()
    if child:
        os.close(alive)
        _wait(library, child, user if as_root else mine, parent)
    os.close(held)
    _call(library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    if select.select([alive], [], [], 0)[0]:
        os._exit(1)  # who waited outside has gone before the kernel's promise was made
    _call(library.mount(b"none", b"/", None, _MS_RECURSIVE_PRIVATE, None), "private mounts")
    _call(library.mount(b"proc", b"/proc", b"proc", _MS_NOSUID_NODEV_NOEXEC, None), "mount of /proc")
    for place in _HIDDEN:
        if Path(place).is_dir() and not Path(place).is_symlink():
            _cover(library, place, "size=64k,mode=755")
    owner, owning = (user, user) if as_root else (mine, group)
    Path(folder).mkdir(parents=True, exist_ok=True)
    _cover(library, folder, f"size={SCRATCH_BYTES},mode=700,uid={owner},gid={owning}")


def _cover(library: ctypes.CDLL, place: str, options: str) -> None:
    done = library.mount(b"tmpfs", os.fsencode(place), b"tmpfs", 2 | 4, options.encode())
    _call(done, f"mount over {place}")


def _raise_loopback() -> None:
    """Bring the loopback interface up (netdevice(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0))
        flags = struct.unpack("16sh22x", answer)[1] | _IFF_UP
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags))


def _wait(library: ctypes.CDLL, child: int, user: int, parent: int) -> None:
    """Wait for the process inside, unprivileged, and end as it did."""
    with contextlib.suppress(OSError):
        os.setgroups([])
    if os.geteuid() != user:
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent and os.getppid() != parent:
        os._exit(1)  # the gate died before the promise was made
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _call(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
