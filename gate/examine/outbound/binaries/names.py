"""Finds names of hosts and addresses that are texts of their own in the bytes of a program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.hosts import is_host_name

_TOP_LEVEL = (
    "com net org info biz edu gov mil int cloud online site club xyz top live shop dev app io ai co me tv jp cn ru kr "
    "tw hk us uk de fr eu in br au ca ch nl se it es pl ua ir onion example"
)
"""Ends of names that are looked for; which of the texts are names the list of public suffixes tells."""
_NARROW_END = re.compile(rb"\.(?:%b)(?::[0-9]{1,5})?\0" % b"|".join(_TOP_LEVEL.encode().split()), re.IGNORECASE)
_WIDE_END = re.compile(
    rb"\.\0(?:%b)(?::\0(?:[0-9]\0){1,5})?\0\0" % b"|".join(name.encode("utf-16-le") for name in _TOP_LEVEL.split()),
    re.IGNORECASE,
)
_NARROW_START = re.compile(rb"[A-Za-z0-9_.\-]{1,253}\Z")
_WIDE_START = re.compile(rb"(?:[A-Za-z0-9_.\-]\0){1,253}\Z")
_BEFORE_NAMES = b"\0@\"' ="
_ADDRESS_END = re.compile(rb"\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?::[0-9]{1,5})?\0")
_ADDRESS_START = re.compile(rb"\0([0-9]{1,3})\Z")
"""The end comes first, as it begins with a character that few places have."""
_NARROW_SHARE = re.compile(rb"\\\\([A-Za-z0-9][A-Za-z0-9.\-]{2,252})\\[A-Za-z0-9$_]")
_WIDE_SHARE = re.compile(rb"\\\0\\\0((?:[A-Za-z0-9.\-]\0){3,253})\\\0[A-Za-z0-9$_]\0")
_LONGEST = 253


def names_in(data: bytes, start: int, stop: int) -> Iterator[tuple[int, str, str]]:
    """Yield place, text and encoding of the names whose ends stand between ``start`` and ``stop``."""
    for found in _NARROW_END.finditer(data, start, stop):
        head = _NARROW_START.search(data, max(0, found.start() - _LONGEST), found.start())
        if head and (not head.start() or data[head.start() - 1] in _BEFORE_NAMES):
            yield from _name(data[head.start() : found.end() - 1], head.start(), "ascii")
    for found in _WIDE_END.finditer(data, start, stop):
        head = _WIDE_START.search(data, max(0, found.start() - 2 * _LONGEST), found.start())
        if head:
            yield from _name(data[head.start() : found.end() - 2 : 2], head.start(), "utf-16")
    for found in _ADDRESS_END.finditer(data, start, stop):
        head = _ADDRESS_START.search(data, max(0, found.start() - 4), found.start())
        if head:
            yield from _name(data[head.end() - len(head[1]) : found.end() - 1], head.end() - len(head[1]), "ascii")


def shares_in_bytes(data: bytes, start: int, stop: int) -> Iterator[tuple[int, str, str]]:
    """Yield place, host and encoding of paths on other machines (UNC names)."""
    for pattern, step, encoding in ((_NARROW_SHARE, 1, "ascii"), (_WIDE_SHARE, 2, "utf-16")):
        for found in pattern.finditer(data, start, stop):
            yield from _name(found[1][::step], found.start(), encoding)


def _name(text: bytes, place: int, encoding: str) -> Iterator[tuple[int, str, str]]:
    name = text.decode("ascii")
    if is_host_name(name.partition(":")[0]):
        yield place, name, encoding
