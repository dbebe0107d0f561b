"""The inside of the browser run: serves a site on loopback, opens one page, and says what it asked for.

It runs in an enclosure (``gate._enclose``): no network but loopback, no process but its own, no file but its folder.
The page gets a window taller than pages are, so that all of it is seen without scrolling, time that runs ahead of the
clock while nothing is under way (``--virtual-time-budget``), and is left at the end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gate.examine.browser.net_log import Asked, read_net_log
from gate.examine.browser.server import SiteServer
from gate.examine.outbound.urls import resolve
from gate.isolation import environment

FLAGS: Final = (
    "--headless",
    "--dump-dom",
    "--virtual-time-budget=8000",
    "--window-size=1280,16000",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-features=NetworkTimeServiceQuerying,AutofillServerCommunication",
)
FILES: Final = 10_000
"""Most files of the site that are named as read by one page."""
_READ: Final = 1 << 16


@dataclass(frozen=True)
class _Opening:
    """How opening the page went: characters of the page as it was at the end, and whether it came to its end."""

    written: int
    status: int | None


def serve(options: Mapping[str, Any]) -> Callable[[dict[str, Any], Sequence[int]], Iterator[object]]:
    """Return the handler for one page: ``program`` is the browser, ``folder`` where it may write."""
    program, folder = str(options["program"]), Path(options["folder"])
    flags = [*FLAGS, *(() if options["sandbox"] else ("--no-sandbox",))]

    def handle(request: dict[str, Any], descriptors: Sequence[int]) -> Iterator[object]:
        site = SiteServer(descriptors[0], request["index"], request["page"])
        log = folder / "net.json"
        command = [program, *flags, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", site.address]
        opening = _open(command, folder, request["seconds"])
        asked = read_net_log(log, site.origin) if log.is_file() else Asked()
        yield from _contacts(asked)
        yield {"files": sorted(site.served)[:FILES]}
        yield {"page": {"problem": _problem(opening, asked, site), "version": asked.version}}

    return handle


def _open(command: Sequence[str], folder: Path, seconds: float) -> _Opening:
    """Run the browser to its end, or until its time is over."""
    process = subprocess.Popen(  # in an enclosure already, by `gate.isolation`, which cannot be asked from in here
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(folder),
        cwd=folder,
    )
    ended = threading.Timer(seconds, _end_all)
    ended.start()
    started = time.monotonic()
    written = 0
    if process.stdout is not None:
        while chunk := process.stdout.read(_READ):
            written += len(chunk.strip())
    process.wait()
    ended.cancel()
    return _Opening(written, None if time.monotonic() - started >= seconds else process.returncode)


def _end_all() -> None:
    """End everything in the enclosure but this process, the first in it."""
    if os.getpid() == 1:
        os.kill(-1, signal.SIGKILL)


def _contacts(asked: Asked) -> Iterator[object]:
    """Yield each contact once, with its URL as the other readers show it; a host where no URL of it is known."""
    targets = dict.fromkeys(target for url in asked.urls if (target := resolve(url, None)) is not None)
    hosts = dict.fromkeys(target for host in asked.hosts if (target := resolve(host, None)) is not None)
    known = {target.host for target in targets}
    for target in (*targets, *(each for each in hosts if each.host not in known)):
        yield {"contact": [target.url, target.host, target.local]}


def _problem(opening: _Opening, asked: Asked, site: SiteServer) -> str:
    """Return why the page counts as not examined, or nothing."""
    if opening.status is None:
        return "timeout"
    if opening.status != 0:
        return f"the browser ended with status {opening.status}"
    if not site.page_served:
        return "the browser did not ask for the page"
    if not opening.written:
        return "the page crashed or showed nothing"
    return "" if asked.complete else "the browser's log is incomplete"
