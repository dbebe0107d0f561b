"""The inside of a confined Python worker: ``python -I -m gate._worker SOCKET SPEC TARGET PRELOAD…``.

It imports what it will need while it still can (``PRELOAD`` modules and the module of ``TARGET``), confines itself,
and then serves requests on the socket whose descriptor number is ``SOCKET`` until the other side closes it.
``TARGET`` is ``module:function``; the function takes the options sent in the first frame and returns a handler that
takes a request and the descriptors that came with it, and yields reply frames.
"""

from __future__ import annotations

import encodings.cp437
import encodings.cp932
import encodings.euc_jp
import encodings.idna
import encodings.latin_1
import encodings.utf_16
import encodings.utf_32
import importlib
import json
import os
import resource
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from gate import _confine
from gate._frames import FrameError, FrameSocket

# Codecs are imported by Python at first use, which an unprivileged worker may not be able to do any more.
_CODECS = (
    encodings.cp437,
    encodings.cp932,
    encodings.euc_jp,
    encodings.idna,
    encodings.latin_1,
    encodings.utf_16,
    encodings.utf_32,
)


Factory: TypeAlias = Callable[[dict[str, Any]], Any]
"""Makes the handler of requests out of the options."""


def main() -> None:
    """Serve until the gate closes the socket."""
    number, specification, target, *preload = sys.argv[1:]
    serve(prepare(target, preload), int(number), specification)


def prepare(target: str, preload: Sequence[str]) -> Factory:
    """Import what a worker of ``target`` needs and return the target; nothing of it may have started threads."""
    for module in preload:
        importlib.import_module(module)
    module_name, _, function_name = target.partition(":")
    factory: Factory = getattr(importlib.import_module(module_name), function_name)
    refuse_threads()
    return factory


def serve(factory: Factory, descriptor: int, specification: str) -> None:
    """Confine this process and serve requests on a socket until the other side closes it."""
    channel = FrameSocket(socket.socket(fileno=descriptor))
    applied = _confine.apply(_confine.Confinement(**json.loads(specification)))
    try:
        options, _ = channel.receive()
        handler = factory(options)
        channel.send({"ready": True, "unprivileged": applied.unprivileged, "no_network": applied.no_network})
        while _serve_one(channel, handler):
            pass
    except (FrameError, BrokenPipeError, ConnectionResetError):
        return  # the gate has gone, or stopped listening: nothing is left to say to anyone


def refuse_threads() -> None:
    """End the process where something that was imported has started threads: they would escape the confinement."""
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        sys.exit(f"{threads} threads before confinement")


def _serve_one(channel: FrameSocket, handler: Any) -> bool:  # noqa: ANN401  # the target's handler is duck-typed
    message = channel.receive_or_end()
    if message is None:
        return False
    request, descriptors = message
    try:
        _give_time(request.pop("cpu_seconds"))
        for frame in handler(request, descriptors):
            channel.send({"frame": frame})
        channel.send({"end": True})
    except (FrameError, BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever a parser throws is reported as the request's failure
        channel.send({"error": type(error).__name__, "text": str(error)[:500]})
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    return True


def _give_time(seconds: int) -> None:
    """Allow ``seconds`` of processor time from now on (the soft limit; the hard one is the confinement's)."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    limit = int(usage.ru_utime + usage.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


if __name__ == "__main__":
    main()
