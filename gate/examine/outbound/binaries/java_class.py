"""Reads the constant pool of a Java class file (Java Virtual Machine Specification 4.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from gate.examine.outbound.binaries.groups import Groups
from gate.examine.outbound.binaries.identifiers import identifier_rule
from gate.examine.outbound.found import Found
from gate.examine.outbound.hosts import is_host_name
from gate.examine.outbound.literals import urls_in
from gate.models import Reach

_UTF8, _CLASS, _STRING = 1, 7, 8
_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
"""Bytes of each kind of constant behind its tag; those of text tell their own length."""
_TWO_PLACES = frozenset({5, 6})
_NETWORK = (
    b"java/net/URL",
    b"java/net/URI",
    b"java/net/http/",
    b"java/net/Socket",
    b"java/net/DatagramSocket",
    b"java/net/InetAddress",
    b"java/net/InetSocketAddress",
    b"java/net/HttpURLConnection",
    b"java/nio/channels/SocketChannel",
    b"javax/net/",
    b"javax/naming/",
    b"java/sql/DriverManager",
    b"okhttp3/",
    b"retrofit2/",
    b"org/apache/http/",
    b"org/apache/hc/",
    b"io/netty/",
    b"org/springframework/web/client/",
    b"android/webkit/WebView",
    b"com/squareup/okhttp/",
)
_SHOWN = 4
_PLACEHOLDER = "\x01"
"""Stands in a recipe of ``makeConcatWithConstants`` for a value that is not constant."""


class NotAClass(ValueError):
    """The bytes do not hold the constant pool that they announce."""


def read_class(data: bytes) -> Iterator[Found]:
    """Yield the URLs in a class file's constants, with their numbers.  Raises :class:`NotAClass`."""
    texts, classes, strings = _pool(data)
    calls = sorted({texts[name] for name in classes if texts.get(name, b"").startswith(_NETWORK)})
    shown = ", ".join(name.decode("ascii", "replace").replace("/", ".") for name in calls[:_SHOWN])
    groups = Groups()
    for number, raw in texts.items():
        if b"." not in raw and b":" not in raw:
            continue
        text = raw.decode("utf-8", "replace").replace(_PLACEHOLDER, "{}")
        kind = "String" if number in strings else "Utf8"
        via = f"class constant #{number} ({kind})"
        for _, url in urls_in(text):
            rule = identifier_rule(url)
            reach: Reach = "identifier" if rule else "string"
            groups.add(url, reach, via, rule)
        if calls and number in strings and is_host_name(text):
            groups.add(f"//{text}", "string", via)
    yield from groups.found(f"the class refers to {shown}" if calls else "")


def _pool(data: bytes) -> tuple[dict[int, bytes], set[int], set[int]]:
    """Return the texts by number, and the numbers of those that name classes and that are string constants."""
    if len(data) < 10:  # noqa: PLR2004  # magic, version and count
        raise NotAClass("shorter than its header")
    count = int.from_bytes(data[8:10], "big")
    texts: dict[int, bytes] = {}
    classes: set[int] = set()
    strings: set[int] = set()
    place, number = 10, 1
    while number < count:
        if place + 3 > len(data):
            raise NotAClass("constant pool cut short")
        tag = data[place]
        (value,) = struct.unpack_from(">H", data, place + 1)
        if tag == _UTF8:
            texts[number] = data[place + 3 : place + 3 + value]
            place += 3 + value
        elif tag in _SIZES:
            if tag in (_CLASS, _STRING):
                (classes if tag == _CLASS else strings).add(value)
            place += 1 + _SIZES[tag]
        else:
            raise NotAClass(f"constant of unknown kind {tag}")
        number += 2 if tag in _TWO_PLACES else 1
    return texts, classes, strings
