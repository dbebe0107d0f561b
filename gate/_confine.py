"""Confinement of one process, applied by the process to itself.

This file uses only the standard library and can be run as a script without site-packages::

    python -I -S _confine.py SPEC -- PROGRAM ARGUMENTS…

where SPEC is the JSON form of a :class:`Confinement`; it confines itself and then becomes PROGRAM.  It is kept apart
from ``isolation`` so that starting a program costs one small interpreter and no import of the gate.
"""

from __future__ import annotations

import ctypes
import dataclasses
import json
import os
import resource
import signal
import sys

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
UNPRIVILEGED_IDS = range(61184, 65520)
"""The range that systemd reserves for dynamic users: no account lives there (systemd, "Users, Groups, UIDs and
GIDs"), so each confined process gets an id that owns nothing and cannot signal or trace another one."""
NOBODY = 65534


@dataclasses.dataclass(frozen=True)
class Confinement:
    """Limits of a confined process; ``None`` leaves a limit as it is.

    ``memory_bytes`` bounds the address space, ``data_bytes`` what of it is a process's own and can be written to
    (setrlimit(2), RLIMIT_DATA), ``cpu_seconds`` the processor time, ``file_bytes`` each file that it
    writes, ``processes`` how many processes and threads its user may have (only where it runs under an id of its
    own), ``descriptors`` its open files.  ``user`` is the id to change to when started by root.
    """

    memory_bytes: int | None = 4 << 30
    data_bytes: int | None = None
    cpu_seconds: int | None = 600
    file_bytes: int | None = 4 << 30
    processes: int | None = 64
    descriptors: int | None = 256
    user: int = NOBODY
    network: bool = False
    enclosed: str = ""
    """A folder: the process gets an enclosure (see ``_enclose``) in which that folder is empty and its own."""
    parent: int = 0
    """Process id of the gate, set by ``isolation``: whoever finds that it has gone already ends at once."""


@dataclasses.dataclass(frozen=True)
class Applied:
    """What of a confinement the system granted: reported by ``gate doctor``."""

    unprivileged: bool
    no_network: bool


def apply(confinement: Confinement) -> Applied:
    """Confine the calling process: no new privileges, limits, no network, an unprivileged user when root.

    It must be single-threaded.  Raises ``OSError`` where a limit, the change of user or an enclosure that was asked
    for is refused; a kernel that otherwise grants no network namespace is reported, not an error, because nothing that
    runs confined is trusted with anything that a network could carry away but the artifact itself.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if confinement.parent and os.getppid() != confinement.parent:
        os._exit(1)  # the gate has gone already
    root = os.geteuid() == 0
    if confinement.enclosed:
        from gate import _enclose  # noqa: PLC0415  # programs are confined by this file alone, without the package

        _enclose.enclose(library, confinement.enclosed, confinement.user, confinement.parent)
        no_network = True
    else:
        no_network = confinement.network is False and _leave_network(library)
    _set_limits(confinement, own_user=root)
    if root:
        _become(confinement.user)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
    # Set after the change of user, which clears it: no confined process outlives the gate, whatever kills it.
    if library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_PDEATHSIG")
    if confinement.parent and not confinement.enclosed and os.getppid() != confinement.parent:
        os._exit(1)  # the gate died before the promise was made; nobody is left to answer to
    return Applied(unprivileged=os.geteuid() != 0, no_network=no_network)


def _leave_network(library: ctypes.CDLL) -> bool:
    if os.geteuid() == 0:
        return bool(library.unshare(_CLONE_NEWNET) == 0)
    return bool(library.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _set_limits(confinement: Confinement, *, own_user: bool) -> None:
    wanted = [
        (resource.RLIMIT_AS, confinement.memory_bytes),
        (resource.RLIMIT_DATA, confinement.data_bytes),
        (resource.RLIMIT_CPU, confinement.cpu_seconds),
        (resource.RLIMIT_FSIZE, confinement.file_bytes),
        (resource.RLIMIT_NOFILE, confinement.descriptors),
        (resource.RLIMIT_CORE, 0),
        # The count is per user: where the id is shared with the person who runs the gate it would count their
        # programs too.
        (resource.RLIMIT_NPROC, confinement.processes if own_user else None),
    ]
    for kind, value in wanted:
        if value is None:
            continue
        hard = resource.getrlimit(kind)[1]
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (limit, limit))


def _become(user: int) -> None:
    """Change to an unprivileged id for good; containers may map only a few ids, then it is nobody's."""
    os.setgroups([])
    try:
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def main() -> None:
    """Confine this process by the specification in the first argument and become the program after ``--``."""
    specification, separator, *command = sys.argv[1:]
    if separator != "--" or not command:
        sys.exit("usage: _confine.py SPEC -- PROGRAM ARGUMENTS…")
    apply(Confinement(**json.loads(specification)))
    os.execv(command[0], command)  # noqa: S606  # becoming the program without a shell is this file's purpose


if __name__ == "__main__":
    main()
