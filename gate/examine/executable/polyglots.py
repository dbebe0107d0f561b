"""Scripts that stand in pictures and sounds: files that show something and run as something else.

A browser or an interpreter is handed such a file by another name or another header.  JavaScript begins in the fields of
the picture's own header, which then read as the start of a comment or of an assignment; interpreters that look for
their own marks (PHP, ASP, the host of HTML applications) find them anywhere, and shells run each line that they
understand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.executable.content import Content, Family, Named

_WINDOW = 1 << 20
_REACH = 512
"""Bytes of the longest mark, at most."""
_COMMENTED = 1 << 20
"""Bytes from the start in which the comment ends that the header of a picture began."""
_PICTURE = re.compile(
    rb"GIF8[79]a|\x89PNG\r\n\x1a\n|\xff\xd8\xff|BM.{4}|RIFF.{4}(?:WEBP|WAVE|AVI )|RIFF/\*|II\*\0|MM\0\*|ID3|OggS|fLaC"
    rb"|\0\0\x01\0|8BPS",
    re.DOTALL,
)
_DOCUMENT = b"%PDF-"
"""A document may quote all marks but commands: its text stands in brackets."""
_COMMENT = re.compile(rb"(?:GIF8[79]a|BM|RIFF|\xff\xd8\xff\xe0)/\*")
_COMMENT_END = re.compile(rb"\*/[\s\0]*+[=;]")
_ASSIGNMENT = re.compile(rb"(?:GIF8[79]a|BM)\s*+=\s*+[\w\"'(\[{/]")
_LATE_DOCUMENT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:/\*|//|<!--|[\"'`;(!]|(?:var|let|const)\s|[\w$.]{1,60}\s*+[=(])[^\0]{0,900}?%PDF-\d",
    re.DOTALL,
)
"""A script in whose comment or text a document begins: readers look for its mark in the first 1,024 bytes."""
_MARKS: dict[str, re.Pattern[bytes]] = {
    "php": re.compile(rb"<\?php[\s/#;]"),
    "asp": re.compile(rb"<%\s?(?:eval|execute|@\s?page|@\s?language)\b"),
    "hta": re.compile(rb"<hta:application\b|<script[^<>]{1,80}(?:vbscript|jscript)"),
}
_COMMANDS: dict[str, re.Pattern[bytes]] = {
    "batch": re.compile(
        rb"[\r\n]@?(?:echo off\b|start[ \t]+(?:/b[ \t]+)?\"?[\w:\\.%-]{1,60}\.(?:exe|bat|cmd|vbs|js|lnk|ps1|hta)\b"
        rb"|(?:cmd|powershell|pwsh|mshta|rundll32|regsvr32|[wc]script|certutil|bitsadmin|msiexec)(?:\.exe)?[ \t]+"
        rb"(?:[-/\"]|https?:|[a-z]:\\))"
    ),
    "shell": re.compile(
        rb"\n(?:#![ \t]?/(?:usr/)?(?:local/)?bin/|(?:curl|wget)[ \t][^\r\n]{1,300}\|[ \t]*(?:ba|da|k|z)?sh\b)"
    ),
}
"""Lines of commands: their interpreters report the lines of the picture before and go on.

All that is looked for is in lower case."""


def script_before_document(content: Content) -> Named | None:
    """Name JavaScript that a PDF document begins inside of."""
    if not _LATE_DOCUMENT.match(content.head[:1024]):
        return None
    return Named("javascript", "", ("embedded=1", "at=0"))


def script_in_picture(content: Content) -> Iterator[Named]:
    """Name each kind of script that stands in a picture or sound, and where."""
    picture = _PICTURE.match(content.head)
    if not picture and not content.head.startswith(_DOCUMENT):
        return
    data = content.at(0, _COMMENTED) if picture else b""
    if _ASSIGNMENT.match(data) or (_COMMENT.match(data) and _COMMENT_END.search(data)):
        yield Named("javascript", "", ("embedded=1", "at=0"))
    marks = {**_MARKS, **_COMMANDS} if picture else dict(_COMMANDS)
    for begin in range(0, content.size, _WINDOW):
        window = content.at(begin, _WINDOW + _REACH).lower()
        for name, mark in list(marks.items()):
            found = mark.search(window)
            if found:
                del marks[name]
                yield Named(name, "", ("embedded=1", f"at={begin + found.start()}"))


FAMILIES = (
    Family("script", ("javascript",), script_before_document),
    Family("script", ("javascript", *_MARKS, *_COMMANDS), script_in_picture, b"G\x89\xffBRIMOf\x008%"),
)
