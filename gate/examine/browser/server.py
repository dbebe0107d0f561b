"""The server of a packed site, on loopback inside of the enclosure."""

from __future__ import annotations

import json
import mimetypes
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from posixpath import dirname
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

_INDEXES: Final = ("index.html", "index.htm", "index.xhtml")
_CHUNK: Final = 1 << 20
_FORMS: Final = mimetypes.MimeTypes()
for _ending, _form in (
    (".mjs", "text/javascript"),
    (".js", "text/javascript"),
    (".webmanifest", "application/manifest+json"),
    (".wasm", "application/wasm"),
    (".xhtml", "application/xhtml+xml"),
    (".xht", "application/xhtml+xml"),
    (".woff2", "font/woff2"),
):
    _FORMS.add_type(_form, _ending)


class SiteServer:
    """Hands out the files of one site under a host name of its own; ``page`` is the one that will be opened.

    Sites often lie below the root from which they will be served, so that what a page asks for from the root of its
    server is looked for in the folders above that page as well, the nearest first.
    """

    HOST: Final = "delivery.localhost"

    def __init__(self, descriptor: int, index: dict[str, int], page: str) -> None:
        raw = os.pread(descriptor, index["size"], index["start"])
        self._files: dict[str, list[int]] = json.loads(raw)
        self._descriptor = descriptor
        self._page = page
        self.served: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 30

            def do_GET(self) -> None:
                outer.answer(self)

            do_HEAD = do_GET  # noqa: N815  # the name that the base class looks for

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        """Scheme, host and port under which the site is."""
        return f"http://{self.HOST}:{self._server.server_port}"

    @property
    def address(self) -> str:
        """The URL of the page."""
        return f"{self.origin}/{quote_from_bytes(self._page.encode('latin-1'))}"

    @property
    def page_served(self) -> bool:
        """Whether the page was asked for and handed out."""
        return self._page in self.served

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        asked = unquote_to_bytes(urlsplit(request.path).path).decode("latin-1").lstrip("/")
        found = self._find(asked)
        if found is None:
            request.send_error(404)
            return
        if found.endswith("/"):
            request.send_response(301)
            request.send_header("Location", f"/{quote_from_bytes(found.encode('latin-1'))}")
            request.end_headers()
            return
        offset, size = self._files[found]
        request.send_response(200)
        request.send_header("Content-Type", _FORMS.guess_type(found, strict=False)[0] or "application/octet-stream")
        request.send_header("Content-Length", str(size))
        request.end_headers()
        self.served.add(found)
        end = offset + size
        while request.command != "HEAD" and offset < end:
            offset += request.wfile.write(os.pread(self._descriptor, min(_CHUNK, end - offset), offset))

    def _find(self, asked: str) -> str | None:
        """Return the file for a path, a folder with a ``/`` at its end, or None."""
        folder = dirname(self._page)
        for above in ("", *_upwards(folder)):
            path = f"{above}{asked}"
            if path in self._files:
                return path
            below = f"{path}/" if path and not path.endswith("/") else path
            index = next((f"{below}{name}" for name in _INDEXES if f"{below}{name}" in self._files), None)
            if index is not None:
                return index if below == path else below
        return None


def _upwards(folder: str) -> list[str]:
    """Return a folder and those above it, each with a ``/`` at its end, the nearest first."""
    steps = folder.split("/") if folder else []
    return ["/".join(steps[:count]) + "/" for count in range(len(steps), 0, -1)]
