"""The inside of a template: ``python -I -m gate._template SOCKET PARENT TARGET PRELOAD…``.

It imports what workers of ``TARGET`` need and then forks one for each request ``{"fork": confinement}`` that comes
with a socket, and answers with its process id.  ``{"collect": pid}`` waits for the end of one and answers with its
status: so long its process id belongs to no other.  It holds no secret, reads nothing hostile, and ends with the gate.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import socket
import sys
from typing import Any

from gate import _worker
from gate._frames import FrameError, FrameSocket

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Fork until the gate closes the socket."""
    number, parent, target, *preload = sys.argv[1:]
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) or os.getppid() != int(
        parent
    ):
        sys.exit("the gate has gone")
    factory = _worker.prepare(target, preload)
    # What is there now is never collected: a collection would write to the memory that forks share.
    gc.collect()
    gc.freeze()
    channel = FrameSocket(socket.socket(fileno=int(number)))
    try:
        while (message := channel.receive_or_end()) is not None:
            channel.send(_answer(message[0], message[1], channel, factory))
    except (FrameError, BrokenPipeError, ConnectionResetError):
        return  # the gate has gone


def _answer(request: dict[str, Any], descriptors: list[int], channel: FrameSocket, factory: Any) -> dict[str, int]:  # noqa: ANN401  # the target is duck-typed
    if "collect" in request:
        _, status = os.waitpid(request["collect"], 0)
        return {"status": os.waitstatus_to_exitcode(status)}
    pid = os.fork()
    if pid == 0:
        _become_worker(request["fork"], descriptors[0], channel, factory)
    os.close(descriptors[0])
    return {"pid": pid}


def _become_worker(specification: str, descriptor: int, channel: FrameSocket, factory: Any) -> None:  # noqa: ANN401  # as above
    """Serve as a worker and end the process, whatever happens."""
    status = 1
    try:
        channel.close()
        os.setsid()
        _worker.serve(factory, descriptor, specification)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
