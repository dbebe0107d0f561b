"""A time-stamping authority by ``openssl ts`` and an OCSP responder, over loopback HTTP, with faults on demand."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import tsp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.simulators.pki import Holder

CONFIG = """\
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/chain.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 0.2.440.200000.1.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
Answer = tuple[int, bytes]


@dataclass
class Services:
    """Answers at ``url``: ``/tsa`` stamps, ``/ocsp`` answers with ``state()``, other paths are faults."""

    folder: Path
    holder: Holder
    chain: Sequence[Holder] = ()
    state: Callable[[], bytes] = bytes
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "tsa") -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def prepare(self) -> None:
        (self.folder / "tsa.pem").write_bytes(self.holder.pem)
        (self.folder / "tsa.key").write_bytes(self.holder.key_pem())
        (self.folder / "chain.pem").write_bytes(b"".join(each.pem for each in self.chain) or self.holder.pem)
        (self.folder / "serial").write_text("01\n")
        (self.folder / "ts.cnf").write_text(CONFIG.format(folder=self.folder))

    def answer(self, path: str, body: bytes) -> Answer:
        self.asked.append(path)
        ways: dict[str, Callable[[], Answer]] = {
            "/tsa": lambda: (200, self.stamped(body)),
            "/ocsp": lambda: (200, self.state()),
            "/replayed": lambda: (200, self.stamped(self.with_nonce(body, 7))),
            "/others": lambda: (200, self.stamped(self.over_else(body))),
            "/rejected": lambda: (200, bytes.fromhex("30053003020102")),
            "/garbage": lambda: (200, b"<html>please log in</html>"),
            "/empty": lambda: (200, b""),
            "/endless": lambda: (200, b"\0" * (5 << 20)),
            "/broken": lambda: (500, b"sorry"),
        }
        if path == "/slow":
            time.sleep(1.5)
            return 200, b""
        return ways[path]()

    def stamped(self, request: bytes) -> bytes:
        query = self.folder / f"{threading.get_ident()}.tsq"
        query.write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", str(self.folder / "ts.cnf"), "-section", "one", "-queryfile"]
        return subprocess.run([*command, str(query)], check=True, capture_output=True).stdout

    @staticmethod
    def with_nonce(body: bytes, nonce: int) -> bytes:
        request = tsp.TimeStampReq.load(body)
        request["nonce"] = nonce
        return bytes(request.dump())

    @staticmethod
    def over_else(body: bytes) -> bytes:
        request = tsp.TimeStampReq.load(body)
        request["message_imprint"] = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": b"\1" * 32}
        return bytes(request.dump())


@contextlib.contextmanager
def serving(services: Services) -> Iterator[Services]:
    """Serve on a free port for the length of a ``with`` block."""
    services.prepare()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, data = services.answer(self.path, body)
            with contextlib.suppress(OSError):  # whoever asked has gone
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        services.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield services
        finally:
            server.shutdown()
            thread.join()
