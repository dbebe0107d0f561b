"""Whether JavaScript is meant for something else than a page: a server, the Windows script host, macOS.

Bundles for browsers often load Node's modules where they find themselves in Node; they look at the page or at its
window as well, and so are told apart.  Some objects and modules no bundle for a page has: these decide alone.  Code
that puts the names of what it uses together shows nothing here; the heuristics look at that.
"""

from __future__ import annotations

import codecs
import re

from gate.examine.executable.content import Content, Named, text_of

LARGEST = 64 << 20
"""Longest script, in bytes, that is searched; what a longer one is for is not known."""
_MODULES = (
    "fs|fs/promises|net|tls|dgram|dns|http|https|http2|child_process|cluster|worker_threads|readline|repl|vm|os|"
    "process|express|koa|fastify|@hapi/hapi|@nestjs/core|restify|connect|mysql2?|pg|mongodb|mongoose|ioredis"
)
_LOADS = re.compile(
    rb"(?:\brequire\s{0,8}\(\s{0,8}|\bfrom\s{0,8}|\bimport\s{0,8}\(?\s{0,8})"
    rb"[\"'](?:node:[\w/]{1,40}|" + _MODULES.encode() + rb")[\"']"
)
_WORDS = (b"require", b"from", b"import")
"""With one of these begins whatever fits the pattern."""
_OF_A_PAGE = re.compile(
    rb"\bwindow\b\s{0,8}[.\[,)?]|\btypeof\s{1,8}(?:window|document|navigator|self|importScripts)\b"
    rb"|\bdocument\s{0,8}\.\s{0,8}(?:getElement|querySelector|createElement|currentScript|body|head|cookie|location"
    rb"|documentElement|addEventListener|write|title|ready)"
    rb"|\bnavigator\s{0,8}\.|\bimportScripts\b|\bXMLHttpRequest\b|\bglobalThis\b|\bdefine\s{0,8}\.\s{0,8}amd\b"
)
_HOSTS: tuple[tuple[str, tuple[bytes, ...], re.Pattern[bytes]], ...] = (
    (
        "windows",
        (b"WScript", b"GetObject", b"ActiveXObject", b"Enumerator", b"@if"),
        re.compile(
            rb"(?m:^)@if\s{0,8}\(@\w{1,40}\)\s{0,8}==|\bWScript(?:[\"']\s{0,8}\])?\s{0,8}[.\[]|\bGetObject\s{0,8}\(|\bnew\s{1,8}Enumerator\s{0,8}\("
            rb"|\bActiveXObject\s{0,8}\(\s{0,8}[\"']"
            rb"(?!(?i:Microsoft\.XML|MSXML|ShockwaveFlash|htmlfile|Acro|PDF\.|QuickTime|WMPlayer|MediaPlayer|AgControl|rmocx"
            rb"|Real|TDCCtl))"
        ),
    ),
    ("node", (b"process",), re.compile(rb"\bprocess\s{0,8}\.\s{0,8}(?:binding|mainModule|dlopen)\b")),
    (
        "node",
        (b"child_process", b"cluster", b"express", b"koa", b"fastify", b"hapi", b"nestjs", b"restify"),
        re.compile(
            rb"(?:\brequire\s{0,8}\(\s{0,8}|\bfrom\s{0,8}|\bimport\s{0,8}\(?\s{0,8})[\"'](?:node:)?"
            rb"(?:child_process|cluster|express|koa|fastify|@hapi/hapi|@nestjs/core|restify)[\"']"
        ),
    ),
    ("deno", (b"Deno",), re.compile(rb"\bDeno\s{0,8}\.\s{0,8}(?:run|Command|serve|listen|dlopen)\b")),
    ("bun", (b"Bun",), re.compile(rb"\bBun\s{0,8}\.\s{0,8}(?:spawn|spawnSync|serve|\$)(?![\w$])")),
    (
        "macos",
        (b"ObjC", b"currentApplication"),
        re.compile(rb"\bObjC\s{0,8}\.\s{0,8}import\b|\bApplication\s{0,8}\.\s{0,8}currentApplication\b"),
    ),
)
"""Whose objects or modules, a word that every match has, and the pattern."""
_ESCAPE = re.compile(rb"\\(?:u00([0-7][\dA-Fa-f])|u\{0{0,8}([0-7][\dA-Fa-f])\}|x([0-7][\dA-Fa-f]))")
_ANY_OBJECT = re.compile(rb"\bActiveXObject\s{0,8}\(\s{0,8}[^\s\"')]")


def with_runtime(named: Named, content: Content) -> Named:
    """Return what an item was named, with the word that says so where it is JavaScript that is not for browsers."""
    if named.format != "javascript":
        return named
    if content.size > LARGEST:
        return named._replace(detail=(*named.detail, "runtime=unknown"))
    runtime = _runtime(_plain(content.everything()))
    return named._replace(detail=(*named.detail, f"runtime={runtime}")) if runtime else named


def _plain(data: bytes) -> bytes:
    """Return a script as UTF-8, with letters for the escapes that stand for some (ECMA-262, UnicodeEscapeSequence)."""
    if b"\0" in data[:4] or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = text_of(data).encode("utf-8", "replace")
    return _ESCAPE.sub(_letter, data) if b"\\u" in data or b"\\x" in data else data


def _letter(escape: re.Match[bytes]) -> bytes:
    letter = bytes([int(escape[1] or escape[2] or escape[3], 16)])
    return letter if letter.isalnum() or letter == b"_" else escape[0]


def _runtime(data: bytes) -> str:
    """Return what the script is for, or nothing where it may be for a page."""
    for name, words, pattern in _HOSTS:
        if any(word in data for word in words) and pattern.search(data):
            return name
    if _OF_A_PAGE.search(data):
        return ""
    if b"ActiveXObject" in data and _ANY_OBJECT.search(data):
        return "windows"
    return "node" if _loads_modules(data) else ""


def _loads_modules(data: bytes) -> bool:
    """Say whether a script loads what only Node.js has; words are looked for first, which is five times as fast."""
    for word in _WORDS:
        place = data.find(word)
        while place >= 0:
            if _LOADS.match(data, place):
                return True
            place = data.find(word, place + len(word))
    return False
