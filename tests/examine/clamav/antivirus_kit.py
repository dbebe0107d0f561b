"""What the tests of the ClamAV examiner share: views of bytes, databases, a clamd with any configuration, a liar."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import socket
import subprocess
import tarfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from gate.data_files import data_folder
from gate.examine.antivirus import samples
from gate.examine.antivirus.private import PrivateEngine
from gate.examine.interface import Observation, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gate.examine.antivirus.examiner import ClamAVExaminer

SIGNATURES = data_folder("signatures")
SIGNATURE_COUNT = sum(len(file.read_text().splitlines()) for file in SIGNATURES.glob("*.?[ds]b"))
"""How many signatures the gate brings along."""
EICAR_LINE = f"Test.Eicar:0:*:{samples.eicar().hex()}\n"


@contextlib.contextmanager
def viewed(content: bytes) -> Iterator[View]:
    """Give the view of an item with this content, as the runner does."""
    descriptor = os.memfd_create("item", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, content)
        yield View(
            descriptor,
            len(content),
            hashlib.sha256(content).hexdigest(),
            name=None,
            mode=None,
            labels=(),
            depends_on=frozenset({"content"}),
        )
    finally:
        os.close(descriptor)


def examined(examiner: ClamAVExaminer, content: bytes) -> list[Observation]:
    """Return what the examiner says of this content."""
    with viewed(content) as view:
        return list(examiner.examine(view))


def engine_of(examiner: ClamAVExaminer) -> PrivateEngine:
    """Return the private engine behind an examiner."""
    assert isinstance(examiner.engine, PrivateEngine)
    return examiner.engine


def folder_with(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """Make ``folder`` with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def packed(
    stem: str,
    members: Mapping[str, bytes],
    *,
    version: int = 1,
    built: int = 1_577_836_800,
    signatures: int | None = None,
) -> bytes:
    """Return an unsigned packed database as ClamAV lays it out: 512 bytes of header, then a compressed tar."""
    count = sum(content.count(b"\n") for content in members.values()) if signatures is None else signatures
    line = f"ClamAV-VDB:01 Jan 2020 00-00 +0000:{version}:{count}:81:X:X:tests:{built}"
    info = (
        line
        + "\n"
        + "".join(f"{name}:{len(content)}:{hashlib.sha256(content).hexdigest()}\n" for name, content in members.items())
    )
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in {"COPYING": b"none\n", f"{stem}.info": info.encode(), **members}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return line.encode().ljust(512) + gzip.compress(buffer.getvalue(), mtime=0)


@contextlib.contextmanager
def clamd_with(folder: Path, settings: str) -> Iterator[str]:
    """Run the system's clamd with these settings and give the path of its socket."""
    path = f"{folder}/s"
    (folder / "temporary").mkdir()
    (folder / "clamd.conf").write_text(
        f"Foreground yes\nLocalSocket {path}\nTemporaryDirectory {folder}/temporary\n{settings}"
    )
    process = subprocess.Popen(
        ["/usr/sbin/clamd", "-c", folder / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(500):
            assert process.poll() is None
            if _listens(path):
                break
            time.sleep(0.02)
        yield path
    finally:
        process.kill()
        process.wait()


def _listens(path: str) -> bool:
    """Say whether somebody accepts connections at a socket; its file is there a moment earlier."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        return connection.connect_ex(path) == 0


class Liar:
    """A server at a Unix socket that behaves as told, whatever it is sent."""

    def __init__(self, path: str, behaviour: Callable[[socket.socket], None]) -> None:
        self._behaviour = behaviour
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(path)
        self._socket.listen(8)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self._behaviour(connection)

    def close(self) -> None:
        # A blocked accept is woken only by a shutdown.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


def take(connection: socket.socket, is_whole: Callable[[bytes], bool]) -> bytes:
    """Return what was sent, up to where it is whole or the sender hangs up."""
    received = b""
    while not is_whole(received):
        more = connection.recv(1 << 16)
        if not more:
            break
        received += more
    return received


def _is_whole(received: bytes) -> bool:
    if received.startswith(b"zINSTREAM\0"):
        return received.endswith(bytes(4))
    return received == b"zFILDES\0\0" or (received.endswith(b"\0") and received != b"zFILDES\0")


def answering(*replies: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """Return the behaviour of taking one whole command and then sending these replies, with a pause before each."""

    def behave(connection: socket.socket) -> None:
        take(connection, _is_whole)
        for reply in replies:
            time.sleep(pause)
            connection.sendall(reply)

    return behave


def left_behind(pids: tuple[int, ...], scratch: Path) -> list[Any]:
    """Return the processes and files that outlived an examiner."""
    return [pid for pid in pids if psutil.pid_exists(pid)] + list(scratch.glob("gate-*"))
