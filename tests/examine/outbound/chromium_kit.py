"""Opens pages in a real Chromium that has no network, and tells which hosts each would have contacted.

The browser runs with loopback alone in a network namespace of its own and writes its net log: every name that it
wanted to resolve and every URL that it wanted to load stands there, whether or not anybody answered.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-component-update "
    "--disable-sync --disable-default-apps --remote-debugging-port=0 --window-size=1200,800"
)
_SETTLE_SECONDS = 4.0
"""How long pages have after the last one has been opened."""
_VISIBLE_SECONDS = 0.1
"""How long each page is on top: media wait for that."""
_START_SECONDS = 60


def contacted(sites: Mapping[str, Mapping[str, bytes]], page: str) -> set[str]:
    """Return the hosts that Chromium wanted to contact when it opened ``page`` of each site (name -> files)."""
    with tempfile.TemporaryDirectory() as folder:
        for site, files in sites.items():
            for name, content in files.items():
                path = Path(folder, "sites", site, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        Path(folder, "pages").write_text("\n".join(f"{site}/{page}" for site in sites))
        command = ["unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
        subprocess.run([*command, sys.executable, __file__, folder], check=True, timeout=240, capture_output=True)
        return hosts_of(Path(folder, "net.json"))


def hosts_of(log: Path) -> set[str]:
    """Return the hosts of a net log; the log's last line may be missing where the browser was ended."""
    text = log.read_text()
    try:
        read = json.loads(text)
    except ValueError:
        read = json.loads(text.rstrip().rstrip(",") + "]}")
    names = {number: name for name, number in read["constants"]["logEventTypes"].items()}
    hosts: set[str] = set()
    for event in read["events"]:
        parameters = event.get("params", {})
        match names.get(event["type"]):
            case "URL_REQUEST_START_JOB":
                hosts.add(urlsplit(parameters.get("url", "")).hostname or "")
            case "HOST_RESOLVER_MANAGER_REQUEST" | "HOST_RESOLVER_MANAGER_JOB":
                host = parameters.get("host", "")
                hosts.add(urlsplit(host if "//" in host else f"//{host}").hostname or "")
    return hosts


class _Sites(BaseHTTPRequestHandler):
    """Serves the files of the sites."""

    root: Path

    def do_GET(self) -> None:
        path = self.root.joinpath(urlsplit(self.path).path.lstrip("/"))
        if not path.is_file():
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", _TYPES.get(path.suffix, "application/octet-stream"))
        self.end_headers()
        self.wfile.write(path.read_bytes())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that the base class gives
        """Say nothing."""


def _run(folder: Path) -> None:
    """Serve the sites of ``folder`` and open their pages; runs as a process of its own inside the namespace."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Sites", (_Sites,), {"root": folder / "sites"}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    profile = folder / "profile"
    command = ["chromium", *_FLAGS.split(), f"--user-data-dir={profile}", f"--log-net-log={folder / 'net.json'}"]
    browser = subprocess.Popen([*command, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    control = _control_port(profile / "DevToolsActivePort")
    for page in (folder / "pages").read_text().splitlines():
        address = f"http://127.0.0.1:{control}/json/new?http://localhost:{server.server_port}/{page}"
        with urlopen(Request(address, method="PUT"), timeout=30) as answer:  # loopback
            tab = json.load(answer)["id"]
        with urlopen(f"http://127.0.0.1:{control}/json/activate/{tab}", timeout=30) as answer:
            answer.read()
        time.sleep(_VISIBLE_SECONDS)
    time.sleep(_SETTLE_SECONDS)
    browser.terminate()
    browser.wait(30)


def _control_port(file: Path) -> str:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends:
        if file.is_file() and (lines := file.read_text().split()):
            return lines[0]
        time.sleep(0.05)
    raise TimeoutError("Chromium did not start")


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
