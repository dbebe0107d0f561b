"""The only way to run a parser or an external program on hostile bytes.

A :class:`Worker` is a Python process of our own that serves one function; :func:`run_program` runs an external
program to its end, :func:`start_program` starts one that stays.  All of them get: an environment from an allow-list
(no token, PIN or GNUPGHOME), resource limits, a deadline, a process group of their own that is killed as a whole, an
unprivileged user id when the gate is root, no new privileges, no network where the kernel allows, and the kernel's
promise to kill them when the gate dies.

Hostile bytes reach a worker as open files or as bytes in a message; a worker never learns a path of the gate.
Answers are MessagePack, bounded, and checked by whoever asked (see ``_frames``).
"""

from __future__ import annotations

from gate._confine import Confinement
from gate.isolation.pools import WorkerPool
from gate.isolation.programs import Completed, Program, run_program, start_program
from gate.isolation.surroundings import SEARCH_PATH, PrivateFolder, environment, find_program, temporary_base
from gate.isolation.workers import Worker, WorkerFailed

__all__ = [
    "SEARCH_PATH",
    "Completed",
    "Confinement",
    "PrivateFolder",
    "Program",
    "Worker",
    "WorkerFailed",
    "WorkerPool",
    "environment",
    "find_program",
    "run_program",
    "start_program",
    "temporary_base",
]
