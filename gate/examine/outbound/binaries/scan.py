"""Finds URLs and host names in any bytes: one linear search for what all URLs have in them.

Texts are looked for in ASCII and in UTF-16 of either order.  Where nothing stands between texts, as in programs made
by Go and Rust compilers, a URL ends where its grammar (RFC 3986) or the public suffix list ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gate.examine.interface import View
from gate.examine.outbound.binaries.names import names_in, shares_in_bytes
from gate.examine.outbound.hosts import host_of_run, known_suffix

PIECE_BYTES = 8 << 20
"""How much is held at a time."""
LONGEST = 2048
"""Most bytes of a URL that are looked at; the host stands in the first of them."""
_BEFORE = 24

_SCHEME = re.compile(
    rb"(?:https?|wss?|ftps?|sftp|tftp|ldaps?|mqtts?|amqps?|coaps?|tcp|udp|tls|ssl|ssh|git|svn|rtmps?|rtsp|smb|socks[45]?h?"
    rb"|stratum\+(?:tcp|ssl)|mongodb(?:\+srv)?|postgres(?:ql)?|mysql|mariadb|sqlserver|redis|rediss|nats|kafka|ircs?"
    rb"|gopher|telnet|smtps?|imaps?|pop3s?|stuns?|turns?|grpcs?|s3|gs|nfs|afp|rsync|dict)\Z",
    re.IGNORECASE,
)
_NARROW = re.compile(rb"[!#$%&()*+,\-./0-9:;=?@A-Z\[\\\]^_a-z{|}~\x80-\xff]{1,2048}")
_WIDE_LITTLE = re.compile(rb"(?:[!#$%&()*+,\-./0-9:;=?@A-Z\[\\\]^_a-z{|}~]\0){1,1024}")
_WIDE_BIG = re.compile(
    rb"[!#$%&()*+,\-./0-9:;=?@A-Z\[\\\]^_a-z{|}~](?:\0[!#$%&()*+,\-./0-9:;=?@A-Z\[\\\]^_a-z{|}~]){0,1023}"
)
_MARKS = (b"://", b":\\/\\/", b":\0/\0/\0")
_INNER = re.compile(r"(?i)(?:https?|wss?|ftp)://")
_AUTHORITY = re.compile(r"((?:[^/?#\[\]@\\]{0,200}@)?)(\[[0-9A-Fa-f:.]{2,45}\]|[\w\-.]+)((?::[0-9]{1,5})?)")
_MEANT = re.compile(r"(?i).*[.:].*|localhost|[0-9]+|0x[0-9a-f]+")
"""Names without a dot and a port are no hosts of other networks: more often another text begins behind ``https://``."""
_NUMBERS = re.compile(r"\[.*|[0-9.]+|localhost|0x[0-9A-Fa-f]+")
_TRAILING = ".,;:!?)]}*|\\"
_FAIRLY_WHOLE = re.compile(r"[/?#:]|\Z")
_SENTENCE = re.compile(rb"[A-Za-z]{2,} [^\0]{0,40}\Z")


class Hit(NamedTuple):
    """A URL, or the name of a host as ``//host``, with its place in the item.

    ``encoding`` is ``ascii`` or ``utf-16``; ``in_text`` says that words stand before it in the same text; ``measured``
    is the number of bytes that the byte before it says it has, in the form of a DER value, or 0.
    """

    offset: int
    url: str
    encoding: str
    in_text: bool = False
    measured: int = 0


def scan(view: View, *, names: bool = False) -> Iterator[Hit]:
    """Yield the URLs in an item in order of their places in each piece of it, and bare names of hosts if asked to."""
    for offset in range(0, view.size, PIECE_BYTES):
        start = max(0, offset - _BEFORE)
        data = view.read(PIECE_BYTES + LONGEST + offset - start, start)
        for hit in scan_bytes(data, offset - start, PIECE_BYTES + offset - start, names=names):
            yield hit._replace(offset=hit.offset + start)


def scan_bytes(data: bytes, start: int = 0, stop: int | None = None, *, names: bool = False) -> Iterator[Hit]:
    """Yield the URLs whose ``://`` stands between ``start`` and ``stop``."""
    stop = len(data) if stop is None else stop
    for mark in _MARKS:
        place = data.find(mark, start)
        while 0 <= place < stop:
            hit = _wide(data, place) if mark[1] == 0 else _narrow(data, place, len(mark))
            if hit:
                yield hit
            place = data.find(mark, place + 1)
    for place, name, encoding in shares_in_bytes(data, start, stop):
        yield Hit(place, f"smb://{name}/", encoding)
    if names:
        yield from (Hit(place, f"//{name}", encoding) for place, name, encoding in names_in(data, start, stop))


def _narrow(data: bytes, place: int, width: int) -> Hit | None:
    scheme = _SCHEME.search(data, max(0, place - _BEFORE), place)
    rest = _NARROW.match(data, place + width) if scheme else None
    if not scheme or not rest:
        return None
    url = whole_url(scheme[0].decode("ascii"), _characters(rest[0]))
    if not url:
        return None
    begin = scheme.start()
    measured = data[begin - 1] if begin > 1 and data[begin - 2] == 0x86 else 0  # noqa: PLR2004  # RFC 5280: [6] IA5String
    return Hit(begin, url, "ascii", bool(_SENTENCE.search(data, max(0, begin - 60), begin)), measured)


def _characters(data: bytes) -> str:
    """Return a text in UTF-8 up to the first byte that is none; names of hosts may have other letters than ASCII."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data[: error.start].decode("utf-8")


def _wide(data: bytes, place: int) -> Hit | None:
    begin = max(place % 2, place - 2 * _BEFORE)
    scheme = _SCHEME.search(data[begin:place:2])
    if not scheme or any(data[begin + 2 * scheme.start() + 1 : place : 2]):
        return None
    rests = (pattern.match(data, place + 6) for pattern in (_WIDE_LITTLE, _WIDE_BIG))
    rest = max((found[0][::2] for found in rests if found), key=len, default=b"")
    url = whole_url(scheme[0].decode("ascii"), rest.decode("ascii"))
    return Hit(begin + 2 * scheme.start(), url, "utf-16") if url else None


def whole_url(scheme: str, rest: str) -> str:
    """Return the URL that begins with ``scheme://rest``, cut where it ends; empty where no host can stand there.

    A name that ends in no public suffix and that nothing follows is another text behind ``https://``, not a host.
    """
    rest = rest.replace("\\/", "/").lstrip("/")
    inner = _INNER.search(rest)
    if inner and inner.start():
        before = rest[inner.start() - 1]
        rest = rest if before in "=?&/#,;" else rest[: inner.start()]
    authority = _AUTHORITY.match(rest)
    if not authority:
        # Not a name: a place that the program fills in, or bytes that mean nothing.
        return f"{scheme}://{rest.rstrip(_TRAILING)}" if rest.startswith(("%s", "{", "$", "%1", "%@", "<")) else ""
    user, host, port = authority.groups()
    if not (port or _MEANT.fullmatch(host)):
        return ""
    cut = host if host.startswith("[") else host_of_run(host)
    if cut != host:
        return f"{scheme}://{user}{cut}"
    after = rest[authority.end() :]
    if not (after or port or known_suffix(host.lower()) or _NUMBERS.fullmatch(host)):
        return ""
    if after and not _FAIRLY_WHOLE.match(after) and after[0] in "%{$":
        return f"{scheme}://{rest.rstrip(_TRAILING)}"
    path = after if after.startswith(("/", "?", "#")) else ""
    return f"{scheme}://{user}{host}{port}{path}".rstrip(_TRAILING)
