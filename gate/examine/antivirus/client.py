"""Talking to clamd in a way that cannot be misread.

The classes of the ``clamd`` package are the base: they connect, and name the errors.  What is added: one connection
for each exchange, commands with the ``z`` prefix, a deadline over the whole of it, content handed over as an open
file or in large chunks, and replies that count only when the connection has ended after them.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import clamd

from gate.examine.antivirus.replies import Answer, Verb, read

CHUNK_BYTES = 1 << 17
"""Bytes of one INSTREAM chunk: between 64 and 256 KiB the speed no longer depends on it."""
REPLY_BYTES = 1 << 16
"""Most bytes of a reply: more than this is no answer."""
_AFTER_FAILED_SEND_SECONDS = 2.0
Read = Callable[[int, int], bytes]
"""Returns up to so many bytes at an offset, and nothing only at the end."""


class ExchangeFailed(clamd.ConnectionError):  # type: ignore[misc]  # the package publishes no types
    """The connection could not be had, broke, or ended in something that is no answer."""


class ExchangeTimeout(ExchangeFailed):
    """The whole answer did not come within the deadline."""


class _Exchange:
    """One exchange over one connection; the mixin of both kinds of address."""

    clamd_socket: socket.socket
    _init_socket: Callable[[], None]
    """Opens the connection: the library's class that this is mixed into, or ours, has it."""
    _close_socket: Callable[[], None]
    """Ends it, likewise."""
    _ends: float

    def _remaining(self) -> float:
        remaining = self._ends - time.monotonic()
        if remaining <= 0:
            raise ExchangeTimeout("no answer within the deadline")
        return remaining

    def _begin(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        try:
            self._init_socket()
        except TimeoutError as error:
            raise ExchangeTimeout("no connection within the deadline") from error
        except OSError as error:
            raise ExchangeFailed(f"no connection: {error.strerror or error}") from error

    def _send(self, data: bytes) -> None:
        self.clamd_socket.settimeout(self._remaining())
        self.clamd_socket.sendall(data)

    def _reply(self) -> bytes:
        """Return all that comes before the other side ends the connection."""
        reply = b""
        while True:
            self.clamd_socket.settimeout(self._remaining())
            received = self.clamd_socket.recv(REPLY_BYTES)
            if not received:
                return reply
            reply += received
            if len(reply) > REPLY_BYTES:
                raise ExchangeFailed("an endless reply")

    def _run(self, seconds: float, send: Callable[[], None]) -> bytes:
        self._begin(seconds)
        try:
            try:
                send()
            except OSError as error:
                raise self._failed_send(error) from error
            return self._reply()
        except TimeoutError as error:
            raise ExchangeTimeout(f"no answer within {seconds:.0f} s") from error
        except OSError as error:
            raise ExchangeFailed(f"the connection broke: {error.strerror or error}") from error
        finally:
            self._close_socket()

    def _failed_send(self, error: OSError) -> ExchangeFailed:
        """Return the error for content that did not get across; whatever is then answered is quoted, not believed."""
        if isinstance(error, TimeoutError):
            return ExchangeTimeout("the content was not taken within the deadline")
        try:
            self._ends = time.monotonic() + _AFTER_FAILED_SEND_SECONDS
            said = self._reply()
        except (OSError, ExchangeFailed):
            said = b""
        quoted = read(said, "INSTREAM").text if said else ""
        return ExchangeFailed(
            f"the content was not taken: {error.strerror or error}" + (f" ({quoted})" if quoted else "")
        )

    def command(self, name: str, *, seconds: float) -> bytes:
        """Return the whole reply to a command without arguments, such as ``PING``.

        Raises :class:`ExchangeTimeout` or :class:`ExchangeFailed`.
        """
        return self._run(seconds, lambda: self._send(f"z{name}\0".encode("ascii")))

    def stream(self, content: Read, size: int, *, seconds: float) -> Answer:
        """Send ``size`` bytes of content in chunks and return what was answered.

        Raises :class:`ExchangeTimeout` or :class:`ExchangeFailed`, also where ``content`` ends early.
        """

        def send() -> None:
            self._send(b"zINSTREAM\0")
            offset = 0
            while offset < size:
                chunk = content(min(CHUNK_BYTES, size - offset), offset)
                if not chunk:
                    raise ExchangeFailed("the content is shorter than it was")
                self._send(struct.pack("!L", len(chunk)) + chunk)
                offset += len(chunk)
            self._send(struct.pack("!L", 0))

        return read(self._run(seconds, send), "INSTREAM")


class UnixClient(_Exchange, clamd.ClamdUnixSocket):  # type: ignore[misc]  # the package publishes no types
    """One exchange with a clamd at a Unix socket."""

    def _init_socket(self) -> None:
        self.clamd_socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.clamd_socket.settimeout(self._remaining())
            self.clamd_socket.connect(self.unix_socket)
        except BaseException:
            self.clamd_socket.close()
            raise

    def _close_socket(self) -> None:
        self.clamd_socket.close()

    def file(self, descriptor: int, *, seconds: float) -> Answer:
        """Hand over an open file and return what was answered.

        The other process shares the file's offset, so it must be no one else's.
        Raises :class:`ExchangeTimeout` or :class:`ExchangeFailed`.
        """

        def send() -> None:
            self._send(b"zFILDES\0")
            self.clamd_socket.settimeout(self._remaining())
            socket.send_fds(self.clamd_socket, [b"\0"], [descriptor])

        return read(self._run(seconds, send), "FILDES")


class NetworkClient(_Exchange, clamd.ClamdNetworkSocket):  # type: ignore[misc]  # the package publishes no types
    """One exchange with a clamd at a TCP port (IPv4 or IPv6)."""

    def _init_socket(self) -> None:
        self.clamd_socket = socket.create_connection((self.host, self.port), timeout=self._remaining())

    def _close_socket(self) -> None:
        self.clamd_socket.close()


class Client(Protocol):
    """What both kinds of client can do; good for one exchange."""

    def command(self, name: str, *, seconds: float) -> bytes:
        """Return the whole reply to a command without arguments."""

    def stream(self, content: Read, size: int, *, seconds: float) -> Answer:
        """Send content in chunks and return what was answered."""


@dataclass(frozen=True, slots=True)
class UnixEndpoint:
    """A clamd at a Unix socket."""

    path: str

    def client(self) -> UnixClient:
        """Return a client for one exchange."""
        return UnixClient(self.path)


@dataclass(frozen=True, slots=True)
class NetworkEndpoint:
    """A clamd at a TCP port."""

    host: str
    port: int

    def client(self) -> NetworkClient:
        """Return a client for one exchange."""
        return NetworkClient(self.host, self.port)


Endpoint = UnixEndpoint | NetworkEndpoint


def reopen(descriptor: int) -> int:
    """Return a new read-only descriptor of an open file, with an offset of its own; the caller closes it.

    A duplicate would share the offset, which another reader could move during a scan, and the right to write.
    Raises ``OSError``.
    """
    return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY)


__all__ = [
    "CHUNK_BYTES",
    "Client",
    "Endpoint",
    "ExchangeFailed",
    "ExchangeTimeout",
    "NetworkClient",
    "NetworkEndpoint",
    "Read",
    "UnixClient",
    "UnixEndpoint",
    "Verb",
    "reopen",
]
