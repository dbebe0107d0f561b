from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import clamd
import pytest

from gate.errors import UsageError
from gate.examine.antivirus.address import is_remote, parse_address
from gate.examine.antivirus.client import (
    CHUNK_BYTES,
    ExchangeFailed,
    ExchangeTimeout,
    NetworkEndpoint,
    UnixEndpoint,
    reopen,
)
from tests.examine.clamav.antivirus_kit import Liar, answering, take, viewed

if TYPE_CHECKING:
    from pathlib import Path

Serve = Callable[[Callable[[socket.socket], None]], UnixEndpoint]


@pytest.fixture
def serve(scratch: Path) -> Iterator[Serve]:
    running: list[Liar] = []

    def start(behaviour: Callable[[socket.socket], None]) -> UnixEndpoint:
        path = f"{scratch}/liar-{len(running)}"
        running.append(Liar(path, behaviour))
        return UnixEndpoint(path)

    yield start
    for liar in running:
        liar.close()


def sent_as_file(endpoint: UnixEndpoint, content: bytes = b"content", seconds: float = 5.0) -> str:
    with viewed(content) as view:
        return endpoint.client().file(view.descriptor(), seconds=seconds).kind


def sent_as_stream(endpoint: UnixEndpoint, content: bytes = b"content", seconds: float = 5.0) -> str:
    with viewed(content) as view:
        return endpoint.client().stream(view.read, view.size, seconds=seconds).kind


def test_an_honest_answer_is_understood(serve: Serve) -> None:
    assert sent_as_file(serve(answering(b"fd[9]: OK\0"))) == "clean"
    assert sent_as_file(serve(answering(b"fd[9]: ", b"OK", b"\0"))) == "clean"
    assert sent_as_file(serve(answering(b"fd[9]: Evil FOUND\0"))) == "found"


@pytest.mark.parametrize(
    "replies",
    [
        pytest.param((b"\x00\xff" * 50,), id="garbage"),
        pytest.param((b"fd[9]: OK",), id="truncated"),
        pytest.param((b"fd[9]: O",), id="truncated-earlier"),
        pytest.param((b"fd[9]: OK\0", b"fd[9]: OK\0"), id="two-replies"),
        pytest.param((b"fd[9]: Evil FOUND\0fd[9]: OK\0",), id="found-and-ok"),
        pytest.param((b"Error writing to temporary file ERROR\0fd[9]: OK\0",), id="error-and-ok"),
        pytest.param((), id="nothing"),
    ],
)
def test_a_lying_server_is_never_believed(serve: Serve, replies: tuple[bytes, ...]) -> None:
    assert sent_as_file(serve(answering(*replies))) == "refused"


def test_a_late_answer_is_none(serve: Serve) -> None:
    with pytest.raises(ExchangeTimeout):
        sent_as_file(serve(answering(b"fd[9]: OK\0", pause=1.0)), seconds=0.2)


def test_a_reply_counts_only_at_the_end_of_the_connection(serve: Serve) -> None:
    def keep_open(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        connection.sendall(b"fd[9]: OK\0")
        time.sleep(1.0)

    with pytest.raises(ExchangeTimeout):
        sent_as_file(serve(keep_open), seconds=0.3)


def test_a_trickle_does_not_extend_the_deadline(serve: Serve) -> None:
    started = time.monotonic()
    with pytest.raises(ExchangeTimeout):
        sent_as_file(serve(answering(*[b"x"] * 40, pause=0.05)), seconds=0.3)
    assert time.monotonic() - started < 1.5


def test_an_endless_reply_is_cut_off(serve: Serve) -> None:
    with pytest.raises(ExchangeFailed, match="endless"):
        sent_as_file(serve(answering(*[b"x" * 65_536] * 4)))


def test_content_that_is_not_taken_within_the_deadline(serve: Serve) -> None:
    with pytest.raises(ExchangeTimeout):
        sent_as_stream(serve(lambda _: time.sleep(1.5)), bytes(4 << 20), seconds=0.3)


@pytest.mark.parametrize("reply", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK\0", b""])
def test_a_connection_that_ends_while_content_is_sent(serve: Serve, reply: bytes) -> None:
    def leave(connection: socket.socket) -> None:
        connection.recv(10)
        if reply:
            connection.sendall(reply)

    with pytest.raises(ExchangeFailed):
        sent_as_stream(serve(leave), bytes(4 << 20))


def test_the_stream_is_exactly_the_content(serve: Serve) -> None:
    content = os.urandom(3 * CHUNK_BYTES + 17)
    received = bytearray()

    def collect(connection: socket.socket) -> None:
        received.extend(take(connection, lambda data: data.endswith(bytes(4)) and len(data) > len(content)))
        connection.sendall(b"stream: OK\0")

    assert sent_as_stream(serve(collect), content) == "clean"
    assert received.startswith(b"zINSTREAM\0")
    body, rest = b"", bytes(received[len(b"zINSTREAM\0") :])
    while (size := struct.unpack("!L", rest[:4])[0]) > 0:
        body, rest = body + rest[4 : 4 + size], rest[4 + size :]
    assert body == content


def test_content_that_got_shorter_is_not_reported_as_whole(serve: Serve) -> None:
    with pytest.raises(ExchangeFailed, match="shorter"):
        serve(answering(b"stream: OK\0")).client().stream(lambda _size, _offset: b"", 10, seconds=5)


def test_nobody_there(scratch: Path) -> None:
    with pytest.raises(ExchangeFailed):
        UnixEndpoint(f"{scratch}/nobody").client().command("PING", seconds=1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(clamd.ConnectionError):
        NetworkEndpoint("127.0.0.1", port).client().command("PING", seconds=1)


def test_a_reopened_file_has_an_offset_of_its_own_and_cannot_be_written() -> None:
    with viewed(b"0123456789") as view:
        os.lseek(view.descriptor(), 5, os.SEEK_SET)
        again = reopen(view.descriptor())
        try:
            assert os.read(again, 3) == b"012"
            assert os.lseek(view.descriptor(), 0, os.SEEK_CUR) == 5
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.write(again, b"x")
        finally:
            os.close(again)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("auto", None),
        ("unix:/run/clamav/clamd.ctl", UnixEndpoint("/run/clamav/clamd.ctl")),
        ("tcp://127.0.0.1:3310", NetworkEndpoint("127.0.0.1", 3310)),
        ("tcp://[::1]:3310", NetworkEndpoint("::1", 3310)),
        ("tcp://scanner.example:3310/", NetworkEndpoint("scanner.example", 3310)),
    ],
)
def test_addresses(address: str, expected: object) -> None:
    assert parse_address(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "AUTO",
        "unix:relative",
        "unix:",
        "/run/clamd.ctl",
        "tcp://host",
        "tcp://host:0",
        "tcp://host:99999",
        "tcp://host:x",
        "tcp://:3310",
        "tcp://user@host:3310",
        "tcp://host:3310/path",
        "tcp://host:3310?q",
        "http://host:1",
        "tcp://[::1:3310",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(address)
    assert caught.value.code == "malware.clamd-address"


@pytest.mark.parametrize(
    ("endpoint", "remote"),
    [
        (UnixEndpoint("/x"), False),
        (NetworkEndpoint("127.0.0.1", 1), False),
        (NetworkEndpoint("127.8.0.1", 1), False),
        (NetworkEndpoint("::1", 1), False),
        (NetworkEndpoint("localhost", 1), False),
        (NetworkEndpoint("10.0.0.1", 1), True),
        (NetworkEndpoint("localhost.example", 1), True),
        (NetworkEndpoint("192.0.2.1", 1), True),
        (NetworkEndpoint("::ffff:10.0.0.1", 1), True),
    ],
)
def test_which_addresses_lead_elsewhere(endpoint: UnixEndpoint | NetworkEndpoint, remote: bool) -> None:
    assert is_remote(endpoint) is remote
