"""Messages between the gate and its confined workers: length, MessagePack, and open files beside them.

A worker reads hostile bytes and may have been taken over by them, so nothing that executes on arrival (pickle) is
used, lengths are bounded, and whatever is not a well-formed message is an error.
"""

from __future__ import annotations

import array
import os
import select
import socket
import struct
import time
from typing import Any

import msgpack

MAX_FRAME = 16 << 20
"""Largest message in bytes, either way."""
_MAX_DESCRIPTORS = 4
_HEADER = struct.Struct("!I")


class FrameError(Exception):
    """The other side closed the channel in the middle of a message, or sent something that is none."""


class FrameTimeout(FrameError):
    """The other side did not send or take a whole message in time."""


class FrameSocket:
    """A message channel over a connected stream socket of the local machine."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = bytearray()
        self._start = 0
        """Where in the buffer the next message begins: what was read is cut off now and then, not for each message."""
        self._descriptors: list[int] = []

    def send(self, message: object, descriptors: tuple[int, ...] = (), *, deadline: float | None = None) -> None:
        """Send one message with open files; raises :class:`FrameTimeout` past ``deadline`` (``time.monotonic``)."""
        payload = msgpack.packb(message, use_bin_type=True)
        if len(payload) > MAX_FRAME:
            raise FrameError("too large")
        data = memoryview(_HEADER.pack(len(payload)) + payload)
        self._limit(deadline)
        try:
            sent = socket.send_fds(self._socket, [data], list(descriptors)) if descriptors else 0
            while sent < len(data):
                self._limit(deadline)
                sent += self._socket.send(data[sent:])
        except TimeoutError as error:
            raise FrameTimeout from error

    def receive(self, *, deadline: float | None = None) -> tuple[Any, list[int]]:
        """Return the next message and the files that came with it; raises :class:`FrameError` where none comes."""
        message = self.receive_or_end(deadline=deadline)
        if message is None:
            raise FrameError("closed")
        return message

    def receive_or_end(self, *, deadline: float | None = None) -> tuple[Any, list[int]] | None:
        """Return the next message, or None where the other side closed the channel between two messages."""
        if not self._fill(_HEADER.size, deadline):
            return None
        (length,) = _HEADER.unpack_from(self._buffer, self._start)
        if length > MAX_FRAME:
            raise FrameError("too large")
        self._fill(_HEADER.size + length, deadline)
        begin = self._start + _HEADER.size
        self._start = begin + length
        descriptors, self._descriptors = self._descriptors, []
        try:
            with memoryview(self._buffer) as view, view[begin : self._start] as payload:
                return msgpack.unpackb(payload, raw=False, strict_map_key=True), descriptors
        except (ValueError, msgpack.UnpackException, RecursionError) as error:
            for descriptor in descriptors:
                os.close(descriptor)
            raise FrameError("malformed") from error

    def _fill(self, size: int, deadline: float | None) -> bool:
        """Read until ``size`` bytes are there; return False where the channel ends before the first of them."""
        if len(self._buffer) - self._start < size:
            del self._buffer[: self._start]
            self._start = 0
        while len(self._buffer) - self._start < size:
            self._limit(deadline)
            try:
                room = socket.CMSG_LEN(_MAX_DESCRIPTORS * array.array("i").itemsize)
                data, ancillary, _, _ = self._socket.recvmsg(1 << 18, room)
            except TimeoutError as error:
                raise FrameTimeout from error
            for level, kind, payload in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    numbers = array.array("i")
                    numbers.frombytes(payload[: len(payload) - len(payload) % numbers.itemsize])
                    self._descriptors.extend(numbers)
            if not data:
                if self._buffer:
                    raise FrameError("closed in the middle of a message")
                return False
            self._buffer += data
        return True

    def readable(self, seconds: float) -> bool:
        """Say whether there is something to receive, waiting for it for at most ``seconds``."""
        waiting = len(self._buffer) - self._start
        return waiting > 0 or bool(select.select([self._socket], [], [], seconds)[0])

    def _limit(self, deadline: float | None) -> None:
        if deadline is None:
            self._socket.settimeout(None)
            return
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise FrameTimeout
        self._socket.settimeout(remaining)

    def close(self) -> None:
        """Close the channel and any file received but not taken."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []
        self._socket.close()
