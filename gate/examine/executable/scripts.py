"""Scripts and shortcuts that are text: by the marker at their start, in any encoding that Windows or Unix would run."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from gate.examine.executable.named import Content, Named

_SHEBANG = re.compile(r"#![ \t]*(/[^\s\0]+)(?:[ \t]+([^\s\0]+))?")
_MARKERS: tuple[tuple[re.Pattern[str], Named], ...] = (
    (re.compile(r"@(?:echo|%)\s*off\b|@if\b|@rem\b", re.IGNORECASE), Named("script", "batch")),
    (re.compile(r"<\?php\b", re.IGNORECASE), Named("script", "php")),
    (re.compile(r"#@~\^"), Named("script", "encoded-script")),
    (re.compile(r"(?:<\?xml[^>]*>\s*)?<(?:package|job|component|scriptlet)\b[^>]*>.*?<(?:script|registration)\b",
                re.IGNORECASE | re.DOTALL), Named("script", "windows-script")),
    (re.compile(r"<(?:!doctype[^>]*>\s*<)?html\b.{0,2048}?<hta:application\b", re.IGNORECASE | re.DOTALL),
     Named("script", "hta")),
    (re.compile(r"\[InternetShortcut\]", re.IGNORECASE), Named("shortcut", "url")),
    (re.compile(r"\[Desktop Entry\](?=.*^Exec\s*=)", re.DOTALL | re.MULTILINE), Named("shortcut", "desktop")),
    (re.compile(r"(?:Windows Registry Editor Version 5\.00|REGEDIT4)\s*[\r\n]"), Named("shortcut", "reg")),
)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def script_formats(content: Content) -> Iterator[Named]:
    """Yield the script and shortcut formats whose marker the content begins with, after white space."""
    text = start_as_text(content.head)
    shebang = _SHEBANG.match(text)
    if shebang:
        interpreter = shebang[1].rpartition("/")[2]
        if interpreter == "env" and shebang[2]:
            interpreter = shebang[2].rpartition("/")[2]
        yield Named("script", "shebang", detail=f"interpreter={_plain(interpreter)}")
    trimmed = text.lstrip()
    yield from (named for marker, named in _MARKERS if marker.match(trimmed))


def start_as_text(head: bytes) -> str:
    """Decode the start of an item as text: by its byte order mark, as UTF-16 without one where every other byte of
    the first letters is zero, else byte by byte, which leaves ASCII as it is."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    if head[:1] in {b"#", b"@", b"<", b"["} and head[1:2] == b"\0":
        return head.decode("utf-16-le", "replace")
    if head[:1] == b"\0" and head[1:2] in {b"#", b"@", b"<", b"["}:
        return head.decode("utf-16-be", "replace")
    return head.decode("latin-1")


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.+-]", "_", name)[:40]
