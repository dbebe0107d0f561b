"""Where the parsers of signatures run: behind a confined worker, or in this process where there is no confinement.

Parsers are imported only where they run: neither side of this needs them to be asked.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


def confinable() -> bool:
    """Say whether this system has the confinement of ``gate.isolation``: the Linux kernel's."""
    return sys.platform == "linux"


class Backend(Protocol):
    """What answers requests about signatures."""

    def ask(self, request: dict[str, Any], descriptors: Sequence[int], *, seconds: float) -> Iterator[Any]:
        """Yield the answers to one request, which comes with open files and has to be done within ``seconds``."""

    def close(self) -> None:
        """End it; may be called more than once."""


class Confined:
    """The parsers behind a worker of ``gate.isolation``; ``target`` is its ``module:function``."""

    def __init__(self, target: str, options: dict[str, Any]) -> None:
        from gate.isolation import Worker  # noqa: PLC0415  # there on Linux alone

        self._worker = Worker(target, options)

    def ask(self, request: dict[str, Any], descriptors: Sequence[int], *, seconds: float) -> Iterator[Any]:
        """Yield the worker's answers; raises as ``Worker.request``."""
        return self._worker.request(request, descriptors, seconds=seconds)

    def close(self) -> None:
        """Kill the worker."""
        self._worker.kill()


class Unconfined:
    """The parsers in this very process, where the system has no confinement (Windows, macOS)."""

    def __init__(self, target: str, options: dict[str, Any]) -> None:
        module, _, name = target.partition(":")
        serve = getattr(importlib.import_module(module), name)
        self._handle: Callable[[Mapping[str, Any], Sequence[int]], Iterator[Any]] = serve(options)

    def ask(self, request: dict[str, Any], descriptors: Sequence[int], *, seconds: float) -> Iterator[Any]:
        """Yield the answers; nothing here can be stopped half-way."""
        del seconds
        return self._handle(request, descriptors)

    def close(self) -> None:
        """Do nothing: nothing was started."""
