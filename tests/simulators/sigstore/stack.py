"""All services of a sigstore instance on one loopback port, with faults on demand."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.simulators.sigstore.faults import Fault, Service
from tests.simulators.sigstore.fulcio import Fulcio
from tests.simulators.sigstore.issuer import Issuer
from tests.simulators.sigstore.rekor import Rekor
from tests.simulators.sigstore.trust import trust_config, trusted_root
from tests.simulators.sigstore.tsa import TimeStampAuthority

_JSON, _REPLY = "application/json", "application/timestamp-reply"
_PATIENCE = 30.0
"""Seconds for which a slow service keeps a client waiting, should the test forget to end."""


@dataclass(frozen=True)
class Asked:
    """One request that arrived: method, path without its query, and header fields in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass
class Stack:
    """A running instance; use it as a context manager.

    ``faults`` says which service is spoilt in which way, and may be changed at any time.
    """

    faults: dict[Service, Fault] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    issuer: Issuer = field(default_factory=Issuer)
    fulcio: Fulcio = field(init=False)
    rekor: Rekor = field(init=False)
    tsa: TimeStampAuthority = field(default_factory=TimeStampAuthority)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        stack = self

        class Bound(_Handler):
            def __init__(self, *arguments: Any) -> None:
                self.stack = stack
                super().__init__(*arguments)

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}"
        self.issuer.url = f"{self.url}/oidc"
        self.fulcio = Fulcio(self.issuer)
        self.rekor = Rekor(self.host)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def trusted_root(self) -> dict[str, Any]:
        """Return the trusted root of this instance."""
        return trusted_root(self.url, self.fulcio, self.rekor, self.tsa)

    def trust_config(self, rekor: int = 1, *, timestamps: bool = True) -> dict[str, Any]:
        """Return the trust configuration of this instance, with one of the two logs."""
        return trust_config(self.url, self.issuer.url, self.trusted_root(), rekor=rekor, timestamps=timestamps)

    def write(self, folder: Path) -> None:
        """Write ``trusted_root.json`` and ``trust_config.v1.json`` and ``.v2.json``."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "trusted_root.json").write_text(json.dumps(self.trusted_root()))
        for version in (1, 2):
            (folder / f"trust_config.v{version}.json").write_text(json.dumps(self.trust_config(version)))


class _Handler(http.server.BaseHTTPRequestHandler):
    """Hands requests to the services of the stack that it is bound to."""

    stack: Stack
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_POST(self) -> None:  # the base class names it
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault, path = self._fault(), urlsplit(self.path).path
        rekor, bearer = self.stack.rekor, self.headers.get("Authorization", "")
        answers: dict[str, Callable[[], Any]] = {
            "/api/v2/signingCert": lambda: self.stack.fulcio.certify(bearer, json.loads(body), fault),
            "/api/v1/log/entries": lambda: rekor.add_v1(json.loads(body), fault),
            "/api/v2/log/entries": lambda: rekor.add_v2(json.loads(body), fault),
            "/api/v1/timestamp": lambda: self.stack.tsa.stamp(body, fault),
            "/oidc/token": lambda: self.stack.issuer.exchange(body.decode()),
        }
        self._serve(answers.get(path), fault, 201)

    def do_GET(self) -> None:
        issuer, target = self.stack.issuer, urlsplit(self.path)
        fault = self._fault()
        if target.path == "/oidc/auth" and fault is None:
            self._redirect(issuer.authorize(target.query))
            return
        answers: dict[str, Callable[[], Any]] = {
            "/oidc/.well-known/openid-configuration": issuer.configuration,
            "/oidc/keys": issuer.keys,
            "/oidc/actions": issuer.for_workflow,
        }
        self._serve(answers.get(target.path), fault, 200)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as in the base class
        """Print nothing."""

    def _fault(self) -> Fault | None:
        """Note the request and return the fault of the service that it is for."""
        path = urlsplit(self.path).path
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.stack.asked.append(Asked(self.command, path, headers))
        return self.stack.faults.get(_service(path))

    def _serve(self, answer: Callable[[], Any] | None, fault: Fault | None, status: int) -> None:
        with contextlib.suppress(ConnectionError):
            if fault in _TRANSPORT:
                _TRANSPORT[fault](self)
            elif answer is None:
                self._send(404, {"message": "no such place"})
            else:
                self._answer(answer, status)

    def _answer(self, answer: Callable[[], Any], status: int) -> None:
        try:
            with self.stack.lock:
                value = answer()
        except Exception as error:  # noqa: BLE001  # whatever a client sends is answered as a service would
            self._send(400, {"message": f"{type(error).__name__}: {error}"})
        else:
            self._send(status, value)

    def _send(self, status: int, value: Any) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", _REPLY if isinstance(value, bytes) else _JSON)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    # --- faults of any service -----------------------------------------------------------------------------------

    def _hang_up(self) -> None:
        self.close_connection = True

    def _wait(self) -> None:
        self.stack.released.wait(_PATIENCE)
        self.close_connection = True

    def _drip(self) -> None:
        """Send the head of an answer, a byte at a time, so that no single read ever waits for long."""
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Wait: yes\r\n" * 100_000:
            if self.stack.released.wait(0.05):
                break
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
        self.close_connection = True

    def _garble(self) -> None:
        self._send(200, b"\x00\xff<html>not what you asked for</html>")

    def _pour(self) -> None:
        """Never stop sending."""
        self.send_response(200)
        self.send_header("Content-Type", _JSON)
        self.end_headers()
        while not self.stack.released.is_set():
            self.wfile.write(b" " * 65536)
        self.close_connection = True


_TRANSPORT: dict[Fault | None, Callable[[_Handler], None]] = {
    "down": _Handler._hang_up,
    "slow": _Handler._wait,
    "dripping": _Handler._drip,
    "garbage": _Handler._garble,
    "endless": _Handler._pour,
    "error": lambda handler: handler._send(500, {"message": "out of order"}),
    "refused": lambda handler: handler._send(403, {"message": "not for you"}),
    "busy": lambda handler: handler._send(429, {"message": "later"}),
    "moved": lambda handler: handler._redirect("http://127.0.0.1:9/elsewhere"),
}


def _service(path: str) -> Service:
    if path.endswith("signingCert"):
        return "fulcio"
    if path.endswith("timestamp"):
        return "tsa"
    return "issuer" if path.startswith("/oidc") else "rekor"
