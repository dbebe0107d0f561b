"""What Chromium's net log says that a page asked for: URLs, names to resolve, connections made ahead.

The log has one event a line, so that one of a browser that was killed can be read up to where it ends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

LOG_BYTES: Final = 256 << 20
_SCHEMES: Final = frozenset({"http", "https", "ws", "wss", "ftp"})
_NAMES: Final = frozenset({"HOST_RESOLVER_MANAGER_REQUEST", "HOST_RESOLVER_MANAGER_JOB"})
_REQUEST: Final = "URL_REQUEST_START_JOB"
_STREAM: Final = "HTTP_STREAM_JOB_CONTROLLER"
_OWN_SERVICES: Final = (
    "update.googleapis.com",
    "clients2.google.com",
    "redirector.gvt1.com",
    "optimizationguide-pa.googleapis.com",
    "accounts.google.com",
    "mtalk.google.com",
    "android.clients.google.com",
    "safebrowsing.googleapis.com",
)
"""Servers of the browser's maker that the browser itself asks for updates and the time, whatever page is open."""


@dataclass
class Asked:
    """What was asked for, in order: URLs, and hosts to resolve, in the form of a URL; and the browser's version."""

    urls: dict[str, None] = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)
    version: str = ""
    complete: bool = False


def read_net_log(file: Path, origin: str) -> Asked:
    """Read a log; what went to ``origin``, and what the browser asked for on its own behalf, is left out.

    An incomplete log, or one larger than ``LOG_BYTES``, is read as far as it goes and is not ``complete``.
    """
    asked, names = Asked(), {}
    read = 0
    with file.open("rb") as stream:
        for line in stream:
            read += len(line)
            if read > LOG_BYTES:
                return asked
            record = _record(line)
            if "constants" in record:
                constants = record["constants"]
                asked.version = str(constants["clientInfo"]["version"])
                names = {number: name for name, number in constants["logEventTypes"].items()}
            elif "type" in record:
                name = names.get(record["type"], "")
                url = _of_event(name, record.get("params", {}))
                if _is_contact(url, origin):
                    (asked.hosts if name in _NAMES else asked.urls)[url] = None
            asked.complete = line.strip() == b"}"  # the end of the whole, on a line of its own
    return asked


def _record(line: bytes) -> dict[str, Any]:
    """Return what a line says: the constants, an event, or nothing of interest."""
    text = line[: line.rfind(b"}") + 1]  # the last event has the end of the list behind it
    if text.startswith(b'{"constants"'):
        text += b"}"
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _of_event(name: str, parameters: dict[str, Any]) -> str:
    """Return the URL that an event is about, or nothing; a host stands as a URL with an empty path."""
    if name == _REQUEST:
        url = str(parameters.get("url", ""))
        return "" if _is_own(url, str(parameters.get("network_isolation_key", ""))) else url
    if name == _STREAM and parameters.get("is_preconnect"):
        return str(parameters.get("url", ""))
    if name in _NAMES and "host" in parameters:
        host = str(parameters["host"])
        url = host if "//" in host else f"https://{host}"
        return "" if _is_own(url, str(parameters.get("network_anonymization_key", ""))) else url
    return ""


def _is_own(url: str, key: str) -> bool:
    """Say whether the browser itself asked: for no page, and at a server of its maker."""
    return key.startswith("null") and _host(url) in _OWN_SERVICES


def _is_contact(url: str, origin: str) -> bool:
    if url.partition(":")[0] not in _SCHEMES:
        return False
    return _authority(url) != _authority(origin)


def _authority(url: str) -> str:
    return url.partition("//")[2].partition("/")[0]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
