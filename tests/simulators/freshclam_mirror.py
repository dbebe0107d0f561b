"""A mirror of malware databases on loopback that serves well or badly, and ClamAV's own signed test databases.

The mirror is also a proxy: a tunnel to anywhere ends at itself, and is noted like every request.
"""

from __future__ import annotations

import contextlib
import http.server
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

Behaviour = Callable[["Handler", bytes], None]
"""Answers a request for a file with this content."""


@dataclass
class Asked:
    """One request: the target as it was sent, and its header fields in lower case."""

    target: str
    headers: dict[str, str]


@dataclass
class Mirror:
    """A server of ``files`` at ``url``; ``behaviour`` (default: serve well) answers for those that are there."""

    files: dict[str, bytes]
    behaviour: Behaviour | None = None
    asked: list[Asked] = field(default_factory=list)
    _server: http.server.ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        mirror = self

        class Bound(Handler):
            def __init__(self, *arguments: Any) -> None:
                self.mirror = mirror
                super().__init__(*arguments)

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        assert self._server
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers GET for the mirror that it is bound to, with ranges as freshclam asks for headers."""

    mirror: Mirror
    timeout = 30

    def do_GET(self) -> None:  # the base class names it
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.mirror.asked.append(Asked(self.path, headers))
        content = self.mirror.files.get(self.path.rpartition("/")[2])
        with contextlib.suppress(ConnectionError):
            if content is None:
                self.send_error(404)
            else:
                (self.mirror.behaviour or serve)(self, content)

    def do_CONNECT(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.mirror.asked.append(Asked(f"CONNECT {self.path}", headers))
        self.send_response(200)
        self.end_headers()
        self.close_connection = False

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as in the base class
        """Print nothing."""


def serve(handler: Handler, content: bytes) -> None:
    """Send the whole content, or the first part of it where that is asked for."""
    wanted = handler.headers.get("Range", "")
    part = content[: int(wanted.partition("-")[2]) + 1] if wanted.startswith("bytes=0-") else content
    handler.send_response(206 if part is not content else 200)
    handler.send_header("Content-Length", str(len(part)))
    handler.end_headers()
    handler.wfile.write(part)


def cut_off(handler: Handler, content: bytes) -> None:
    """Announce the whole content, send half of it, and hang up; headers come whole."""
    if handler.headers.get("Range"):
        serve(handler, content)
        return
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])


def shortened(handler: Handler, content: bytes) -> None:
    """Send half of the content as if it were all; headers come whole."""
    serve(handler, content if handler.headers.get("Range") else content[: len(content) // 2])


def garbled(handler: Handler, content: bytes) -> None:
    """Send content with one byte changed after the header."""
    serve(handler, content[:600] + bytes([content[600] ^ 1]) + content[601:])


def garbage(handler: Handler, content: bytes) -> None:
    """Send something else of the same length."""
    serve(handler, (b"<html>not what you want</html>" * (len(content) // 30 + 1))[: len(content)])


def failing(status: int) -> Behaviour:
    """Return the behaviour of refusing everything with a status."""
    return lambda handler, _content: handler.send_error(status)


def hanging(released: threading.Event) -> Behaviour:
    """Return the behaviour of sending half of the content and then nothing more until the event is set."""

    def behave(handler: Handler, content: bytes) -> None:
        if handler.headers.get("Range"):
            serve(handler, content)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        released.wait(60)

    return behave


@contextlib.contextmanager
def unused_port() -> Iterator[int]:
    """Give a loopback port at which nobody listens."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        yield port


def signed_databases(folder: Path) -> dict[str, bytes]:
    """Fetch ClamAV's signed test databases and differences (``test-1.cvd``, ``test-2.cdiff``, …) into ``folder``.

    They are in the source package of ClamAV, which Debian's archive has; ``folder`` takes apt's lists and the package.
    """
    for name in ("lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "sources.list").write_text("deb-src http://deb.debian.org/debian bookworm main\n")
    options = [
        f"-oDir::Etc::sourcelist={folder}/sources.list",
        "-oDir::Etc::sourceparts=/dev/null",
        f"-oDir::State::lists={folder}/lists",
        f"-oDir::Cache::archives={folder}/archives",
        "-oAPT::Sandbox::User=root",
    ]
    for command in (["update"], ["source", "--download-only", "clamav"]):
        subprocess.run(["apt-get", "-qq", *options, *command], cwd=folder, check=True, capture_output=True)
    found: dict[str, bytes] = {}
    with tarfile.open(next(folder.glob("clamav_*.orig.tar.*"))) as archive:
        for entry in archive:
            name = Path(entry.name).name
            if "/freshclam_testfiles/" in entry.name and name.startswith("test-"):
                stream = archive.extractfile(entry)
                assert stream is not None
                found[name] = stream.read()
    return found
