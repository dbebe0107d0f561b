"""The setting ``clamd``: ``auto``, ``unix:/path`` or ``tcp://host:port``."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from gate.errors import UsageError
from gate.examine.antivirus.client import Endpoint, NetworkEndpoint, UnixEndpoint
from gate.paths import printable


def parse_address(address: str) -> Endpoint | None:
    """Return where a clamd listens, or None for ``auto``.  Raises ``UsageError`` for anything else."""
    if address == "auto":
        return None
    if address.startswith("unix:/"):
        return UnixEndpoint(address.removeprefix("unix:"))
    if address.startswith("tcp://"):
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise _unusable(address) from error
        if host and port and address in {f"tcp://{parts.netloc}", f"tcp://{parts.netloc}/"} and not parts.username:
            return NetworkEndpoint(host, port)
    raise _unusable(address)


def _unusable(address: str) -> UsageError:
    return UsageError("malware.clamd-address", address=printable(address))


def is_remote(endpoint: Endpoint) -> bool:
    """Say whether an address may lead to another machine: any TCP address but a loopback one."""
    if isinstance(endpoint, UnixEndpoint):
        return False
    if endpoint.host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(endpoint.host).is_loopback
    except ValueError:
        return True
