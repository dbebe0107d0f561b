"""Whether JavaScript is meant for a server: it loads what only Node.js has, and nothing of a page.

Bundles for browsers often load Node's modules where they find themselves in Node; they look at the page or at its
window as well, and so are told apart.
"""

from __future__ import annotations

import re

from gate.examine.executable.content import Content, Named

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


def with_runtime(named: Named, content: Content) -> Named:
    """Return what an item was named, with the word that says so where it is JavaScript that is not for browsers."""
    if named.format != "javascript":
        return named
    if content.size > LARGEST:
        return named._replace(detail=(*named.detail, "runtime=unknown"))
    data = content.everything()
    if not _loads_modules(data) or _OF_A_PAGE.search(data):
        return named
    return named._replace(detail=(*named.detail, "runtime=node"))


def _loads_modules(data: bytes) -> bool:
    """Say whether a script loads what only Node.js has; words are looked for first, which is five times as fast."""
    for word in _WORDS:
        place = data.find(word)
        while place >= 0:
            if _LOADS.match(data, place):
                return True
            place = data.find(word, place + len(word))
    return False
