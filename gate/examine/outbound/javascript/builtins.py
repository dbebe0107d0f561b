"""What the functions of the language make of constant text, as far as URLs are put together by them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import unquote

from ada_url import join_url

from gate.examine.outbound.unknown import UNKNOWN

Arguments = Sequence[str | None]
"""Constant text, or None for what is not text or not constant."""

_LEGACY_ESCAPE = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_PLAIN_PATTERN = re.compile(r"(?:[^\\\[\](){}.*+?|^$]|\\[^A-Za-z0-9])+")
_ESCAPED_MARK = re.compile(r"\\(.)")
_SET_OF_LETTERS = re.compile(r"\[([^\\\]^\-]{1,20})\]\+?")
_NUMBER = re.compile(r"-?[0-9]{1,9}")


def number(text: str | None) -> int | None:
    """Return the integer that a text writes, or None."""
    return int(text) if text is not None and _NUMBER.fullmatch(text) else None


def from_base64(text: str) -> str | None:
    """Return what ``atob`` makes of a text (WHATWG Infra, "forgiving-base64 decode"), or None where it throws."""
    compact = "".join(text.split()).rstrip("=")
    if _NOT_BASE64.search(compact):
        return None
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4)).decode("latin-1")
    except binascii.Error:
        return None


def _legacy_unescape(text: str) -> str:
    return _LEGACY_ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)


FUNCTIONS: Mapping[str, Callable[[str], str | None]] = {
    "atob": from_base64,
    "decodeURIComponent": unquote,
    "decodeURI": unquote,
    "unescape": _legacy_unescape,
    "encodeURI": lambda text: text,
    "String": lambda text: text,
}
"""Functions of one text, known by their name alone."""


def _slice(text: str, start: str | None, end: str | None) -> str | None:
    first, last = number(start), number(end)
    return None if first is None or (end is not None and last is None) else text[first:last]


def _substring(text: str, start: str | None, end: str | None) -> str | None:
    first, last = number(start), number(end)
    if first is None or (end is not None and last is None):
        return None
    bounds = sorted(min(max(each, 0), len(text)) for each in (first, len(text) if last is None else last))
    return text[bounds[0] : bounds[1]]


def _substr(text: str, start: str | None, length: str | None) -> str | None:
    first, count = number(start), number(length)
    if first is None or (length is not None and count is None):
        return None
    begin = first if first >= 0 else max(0, len(text) + first)
    return text[begin:] if count is None else text[begin : begin + max(0, count)]


def method(name: str, text: str, arguments: Arguments) -> str | None:  # noqa: C901, PLR0911, PLR0912  # one table
    """Return what calling a method of a constant text gives, or None where that is not known."""
    first = arguments[0] if arguments else None
    second = arguments[1] if len(arguments) > 1 else None
    match name:
        case "toLowerCase" | "toLocaleLowerCase":
            return text.lower()
        case "toUpperCase" | "toLocaleUpperCase":
            return text.upper()
        case "trim" | "trimStart" | "trimEnd" | "trimLeft" | "trimRight":
            return text.strip()
        case "toString" | "valueOf" | "normalize":
            return text if first is None else None
        case "concat":
            return text + "".join(UNKNOWN if each is None else each for each in arguments)
        case "slice":
            return _slice(text, first, second)
        case "substring":
            return _substring(text, first, second)
        case "substr":
            return _substr(text, first, second)
        case "charAt" | "at":
            place = number(first or "0")
            return text[place : place + 1 or None] if place is not None else None
        case "replace" if first is not None and second is not None:
            return text.replace(first, second, 1)
        case "replaceAll" if first is not None and second is not None:
            return text.replace(first, second) if first else None
        case "repeat":
            count = number(first)
            return text * count if count is not None and 0 <= count * len(text) <= 1 << 12 else None
        case _:
            return None


def replaced_by_pattern(text: str, pattern: str, flags: str, replacement: str) -> str | None:
    """Return a text with the matches of a regular expression replaced, for expressions that are plain text.

    Others are not run: their cost and their dialect are not ours to vouch for.
    """
    if "$" in replacement:
        return None
    count = 0 if "g" in flags else 1
    letters = _SET_OF_LETTERS.fullmatch(pattern)
    if letters:
        return re.sub(f"[{re.escape(letters[1])}]", lambda _: replacement, text, count=count)
    if not _PLAIN_PATTERN.fullmatch(pattern):
        return None
    return re.sub(re.escape(_ESCAPED_MARK.sub(r"\1", pattern)), lambda _: replacement, text, count=count)


def from_codes(codes: Arguments) -> str | None:
    """Return the text of ``String.fromCharCode``, or None where a code is not constant."""
    numbers = [number(each) for each in codes]
    letters = [chr(each & 0xFFFF) for each in numbers if each is not None and each >= 0]
    return "".join(letters) if letters and len(letters) == len(numbers) else None


def joined_url(url: str, base: str) -> str | None:
    """Return the URL that ``new URL(url, base)`` is; what is not constant in it is kept as it stands."""
    if UNKNOWN in base or UNKNOWN in url:
        return url if UNKNOWN not in url[:1] else (base.rstrip("/") + "/" + url if UNKNOWN not in base else None)
    try:
        return join_url(base, url)
    except ValueError:
        return None
