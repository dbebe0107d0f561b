"""What can be told of compiled Python without loading it: ``marshal`` is not safe on bytes of others.

Only the heads of texts are looked at (``Python/marshal.c``): a type, and a length of one or four bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.hosts import is_host_name

_SHORT = b"zZ\xfa\xda"
_LONG = b"aAuts\xe1\xc1\xf5\xf4\xf3"
_FAR = 5
_MODULES = (
    "urllib", "requests", "httpx", "aiohttp", "socket", "urllib3", "ftplib", "smtplib", "websockets", "paramiko",
    "boto3", "grpc", "urlopen",
)  # fmt: skip  # one name a line would be half a page
_HOST = re.compile(rb"[zZ\xfa\xda]([\x04-\xfd])([A-Za-z0-9][A-Za-z0-9.\-]{3,252})")


def text_length(before: bytes) -> int:
    """Return how long a text is whose head ends ``before``, the bytes in front of it; 0 where no head stands there."""
    if len(before) > 1 and before[-2] in _SHORT:
        return before[-1]
    if len(before) >= _FAR and before[-_FAR] in _LONG:
        return int.from_bytes(before[-4:], "little")
    return 0


def modules_named(data: bytes) -> tuple[str, ...]:
    """Return the network modules whose names are texts of their own in a compiled module."""
    named = (name for name in _MODULES if data.find(bytes([len(name)]) + name.encode()) >= 0)
    return tuple(named)


def hosts_named(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield place and text of each short text that is the name of a host."""
    for found in _HOST.finditer(data):
        length = found[1][0]
        text = found[2][:length]
        if len(text) == length and b"." in text and is_host_name(text.decode("ascii")):
            yield found.start(2), text.decode("ascii")
