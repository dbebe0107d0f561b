"""Places in scripts where something is decoded and run.

``DIRECT`` are expressions in which what runs is applied to what decodes.  ``DECODERS`` and ``RUNNERS`` are looked for
on both sides of a blob, by language.  Everything is bounded in length, so that hostile text costs no more than other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_FLAGS = re.IGNORECASE
_INSIDE = rb"[^;){}\n]{0,160}?"
_DECODE_PYTHON = (
    rb"(?:\bb(?:16|32|64|85)decode|\ba85decode|\bunhexlify|\bfromhex|\bdecompress|\bdecodebytes|\bcodecs\.decode)\b"
)
_DECODE_JAVASCRIPT = (
    rb"(?:\batob\s*\(|\bbuffer\.from\s*\([^)]{0,400}?['\"](?:base64|hex)['\"]|\bunescape\s*\(|\bfromcharcode\b)"
)
_RUN_JAVASCRIPT = (
    rb"(?:(?<![\w.$])(?:eval|function|execscript|settimeout)|\.runin\w{0,8}context|\._compile"
    rb"|\bconstructor['\"]?\s?\]?|\[\s?['\"]\w{0,16}['\"]\s?\+[^\]\n]{1,60}\])"
)
"""Also by a name that is put together, and by what every function was made with."""
_DECODE_POWERSHELL = rb"(?:frombase64string|gzipstream|deflatestream|-bxor\b|\[char\[?\]?\]|-split\s*'[^']{1,4}'\s*\|)"
_DECODE_PHP = (
    rb"\b(?:base64_decode|gzinflate|gzuncompress|gzdecode|str_rot13|hex2bin|convert_uudecode|strrev|urldecode)\s*\("
)
_DECODE_SHELL = (
    rb"(?:\bbase64\s+(?:-d|-D|--decode)\b|\bopenssl\s+(?:enc|base64)\s[^|\n]{0,80}?-d\b|\bxxd\s+-(?:r|p\s+-r|r\s+-p)\b)"
)
_SHELLS = rb"(?:sudo\s+)?(?:/\S{0,20}/)?(?:ba|z|k|da|a)?sh\b|(?:/\S{0,20}/)?(?:python[\d.]*|perl|ruby|node)\b"
_EXECUTE = rb"(?:\biex\b|\binvoke-expression\b|\[scriptblock\]::create|assembly\]::load\b|\.invoke(?:script)?\s*\()"


class Language(NamedTuple):
    """What decodes and what runs in one language; ``words`` in lower case, one of which every decoder holds."""

    name: str
    words: tuple[bytes, ...]
    direct: tuple[re.Pattern[bytes], ...]
    decoder: re.Pattern[bytes]
    runner: re.Pattern[bytes]


def _compiled(*patterns: bytes) -> tuple[re.Pattern[bytes], ...]:
    return tuple(re.compile(pattern, _FLAGS) for pattern in patterns)


LANGUAGES = (
    Language(
        "python",
        (b"decode", b"unhexlify", b"fromhex", b"decompress", b"bytes([", b"bytes ([", b"map(chr", b"marshal.loads"),
        _compiled(
            rb"\b(?:exec|eval|os\.system|os\.popen)\s*\([^;\n]{0,160}?"
            rb"(?:" + _DECODE_PYTHON + rb"|\bbytes\s*\(\s*\[|\bmap\(chr\b|\bmarshal\.loads\b)"
        ),
        re.compile(_DECODE_PYTHON),
        re.compile(rb"(?<![\w.])(?:exec|eval)\s*\(|\bos\.(?:system|popen)\s*\(|\bmarshal\.loads\b"),
    ),
    Language(
        "javascript",
        (b"atob", b"base64", b"'hex'", b'"hex"', b"unescape", b"fromcharcode"),
        _compiled(_RUN_JAVASCRIPT + rb"\s*\)?\s*\(" + _INSIDE + _DECODE_JAVASCRIPT),
        re.compile(_DECODE_JAVASCRIPT, _FLAGS),
        re.compile(
            rb"(?<![\w.$])eval\s*\(|\bnew\s+Function\s*\(|(?<![\w.$])Function\s*\((?!\s*['\"]return this)"
            rb"|\bvm\.runIn|\bexecSync\s*\("
        ),
    ),
    Language(
        "powershell",
        (b"frombase64string", b"gzipstream", b"deflatestream", b"-bxor", b"[char", b"-split"),
        _compiled(
            _EXECUTE + rb"[^\n]{0,300}?" + _DECODE_POWERSHELL,
            rb"frombase64string[^\n]{0,400}?\|\s*(?:iex\b|invoke-expression\b|&)",
            rb"[&.]\s*\(\s*\[scriptblock\][^\n]{0,200}?" + _DECODE_POWERSHELL,
        ),
        re.compile(_DECODE_POWERSHELL, _FLAGS),
        re.compile(_EXECUTE, _FLAGS),
    ),
    Language(
        "php",
        (
            b"_decode",
            b"gzinflate",
            b"gzuncompress",
            b"gzdecode",
            b"str_rot13",
            b"hex2bin",
            b"strrev",
            b"urldecode",
            b"uudecode",
        ),
        _compiled(
            rb"\b(?:eval|assert|create_function|system|shell_exec|passthru|proc_open|popen)\s*\([^;\n]{0,160}?"
            + _DECODE_PHP
        ),
        re.compile(_DECODE_PHP, _FLAGS),
        re.compile(rb"\b(?:eval|assert|create_function|shell_exec|passthru)\s*\(", _FLAGS),
    ),
    Language(
        "shell",
        (b"base64", b"openssl", b"xxd"),
        _compiled(
            _DECODE_SHELL + rb"[^\n;]{0,120}?\|\s*(?:" + _SHELLS + rb")",
            rb"\b(?:eval|(?:ba|z|k|da)?sh\s+-c|python[\d.]*\s+-c|exec)\s+[\"']?\s*(?:\$\(|`)[^\n]{0,400}?"
            + _DECODE_SHELL,
        ),
        re.compile(_DECODE_SHELL),
        re.compile(rb"\|\s*(?:" + _SHELLS + rb")|^\s*eval\s", re.MULTILINE),
    ),
    Language(
        "visual-basic",
        (b"strreverse", b"nodetypedvalue", b"base64", b"unescape", b"chr(", b"chrw(", b"chr (", b"chrw ("),
        _compiled(
            rb"\bexecute(?:global)?\b[ (][^\n]{0,160}?(?:\bstrreverse|nodetypedvalue|base64|\bunescape|\bchrw?\s*\()"
        ),
        re.compile(rb"\bchrw?\s*\(|\bstrreverse\s*\(|nodetypedvalue|bin\.base64", _FLAGS),
        re.compile(rb"\bexecute(?:global)?\b[ (]|\.run[ (]|\bshellexecute\b", _FLAGS),
    ),
    Language(
        "perl",
        (b"pack", b"decode_base64", b"uncompress"),
        _compiled(rb"\beval\s*[({]?\s*(?:\w+::)?(?:unpack|pack|decode_base64|uncompress)\b"),
        re.compile(rb"\b(?:unpack|pack|decode_base64)\s*[( ]"),
        re.compile(rb"\beval\b\s*[({$]"),
    ),
    Language(
        "ruby",
        (b"decode64", b"zlib::", b"unpack"),
        _compiled(
            rb"\b(?:instance_)?eval\s*\(?\s*(?:base64\.(?:strict_)?decode64|zlib::|[^\n]{0,80}?\.unpack1?\(\s*['\"]m)"
        ),
        re.compile(rb"\bdecode64\b|\.unpack1?\(\s*['\"]m"),
        re.compile(rb"\b(?:instance_)?eval\b\s*[( ]"),
    ),
)
ENCODED_COMMAND = re.compile(
    rb"\b(?:powershell|pwsh)(?:\.exe)?[\"']?\s[^\n]{0,200}?(?:[-/]|\xe2\x80[\x93-\x95])e(?:c|n\w{0,12})?\s+[\"']?(?P<blob>[A-Za-z0-9+/]{40,}+={0,2})",
    _FLAGS,
)
"""A command for PowerShell in base64 (``-EncodedCommand`` and what it may be shortened to).

PowerShell takes the dashes of typography for hyphens (U+2013 to U+2015).
"""
PACKED = re.compile(rb"eval\s*\(\s*function\s*\(\s*p\s*,\s*a\s*,\s*c\s*,\s*k\s*,\s*e\s*,")
"""A script that a well-known packer wrote: it puts itself together and runs."""
REACH = 600
"""How far from a blob, in characters, what decodes and runs it is looked for."""


class Place(NamedTuple):
    """Where something is decoded and run."""

    language: str
    start: int
    end: int


def direct_places(text: bytes) -> list[Place]:
    """Return the places where what runs is applied to what decodes.

    Only the surroundings of words that decode are looked at: in most text there are none.
    """
    lowered = text.lower()
    places: list[Place] = []
    for language in LANGUAGES:
        for start, end in _surroundings(lowered, language.words):
            window = text[start:end]
            for pattern in language.direct:
                places += [
                    Place(language.name, start + found.start(), start + found.end())
                    for found in pattern.finditer(window)
                ]
    return places


def _surroundings(lowered: bytes, words: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text that lie within ``REACH`` of a word, where they touch as one."""
    hits: list[int] = []
    for word in words:
        place = lowered.find(word)
        while place >= 0:
            hits.append(place)
            place = lowered.find(word, place + REACH // 4)
    spans: list[tuple[int, int]] = []
    for place in sorted(hits):
        start, end = max(0, place - REACH), place + REACH
        if spans and start <= spans[-1][1]:
            start, _ = spans.pop()
        spans.append((start, end))
    yield from spans


def commands(text: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the encoded commands for PowerShell."""
    lowered = text.lower()
    if b"powershell" in lowered or b"pwsh" in lowered:
        yield from ENCODED_COMMAND.finditer(text)


def language_around(text: bytes, start: int, end: int) -> str:
    """Return the language in which the blob from ``start`` to ``end`` is decoded and run nearby; empty where none."""
    before, after = text[max(0, start - REACH) : start], text[end : end + REACH]
    for language in LANGUAGES:
        if any(map(language.decoder.search, (before, after))) and any(map(language.runner.search, (before, after))):
            return language.name
    return ""
