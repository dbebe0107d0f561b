"""What a CVD or CLD holds, read in a confined worker: member names, and the first line of the inner ``.info``.

Target of ``gate.isolation.Worker``.
"""

from __future__ import annotations

import io
import os
import tarfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADER_BYTES = 512
MEMBERS = 500
INFO_BYTES = 1 << 16


class _Body(io.RawIOBase):
    """The bytes after the header, as a stream that only goes forward."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._offset = HEADER_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed names the parameter differently
        data = os.pread(self._descriptor, len(buffer), self._offset)
        buffer[: len(data)] = data
        self._offset += len(data)
        return len(data)


def _list(descriptor: int) -> dict[str, Any]:
    names: list[str] = []
    info = ""
    with tarfile.open(fileobj=io.BufferedReader(_Body(descriptor), 1 << 18), mode="r|*") as archive:
        for member in archive:
            if len(names) >= MEMBERS:
                raise ValueError("too many members")
            names.append(member.name)
            if member.isfile() and member.name.endswith(".info"):
                stream = archive.extractfile(member)
                text = stream.read(INFO_BYTES) if stream else b""
                info = text.partition(b"\n")[0].decode("latin-1")
    return {"members": names, "info": info}


def serve(_options: dict[str, Any]) -> Callable[[dict[str, Any], list[int]], Iterator[dict[str, Any]]]:
    """Return the handler: each request comes with one open file and is answered with one frame."""

    def handle(_request: dict[str, Any], descriptors: list[int]) -> Iterator[dict[str, Any]]:
        yield _list(descriptors[0])

    return handle
