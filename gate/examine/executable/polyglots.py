"""Scripts that stand in pictures and sounds: files that show something and run as something else.

A browser or an interpreter is handed such a file by another name or another header.  JavaScript begins in the fields of
the picture's own header, which then read as the start of a comment or of an assignment; interpreters that look for
their own marks (PHP, ASP, the host of HTML applications) find them anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.executable.content import Content, Family, Named

_WINDOW = 1 << 20
_REACH = 256
"""Bytes of the longest mark, at most."""
_COMMENTED = 1 << 20
"""Bytes from the start in which the comment ends that the header of a picture began."""
_PICTURE = re.compile(
    rb"GIF8[79]a|\x89PNG\r\n\x1a\n|\xff\xd8\xff|BM.{4}|RIFF.{4}(?:WEBP|WAVE|AVI )|RIFF/\*|II\*\0|MM\0\*|ID3|OggS|fLaC"
    rb"|\0\0\x01\0|8BPS",
    re.DOTALL,
)
_COMMENT = re.compile(rb"(?:GIF8[79]a|BM|RIFF|\xff\xd8\xff\xe0)/\*")
_COMMENT_END = re.compile(rb"\*/[\s\0]*+[=;]")
_ASSIGNMENT = re.compile(rb"(?:GIF8[79]a|BM)\s*+=\s*+[\w\"'(\[{/]")
_MARKS: dict[str, re.Pattern[bytes]] = {
    "php": re.compile(rb"<\?php[\s/#;]"),
    "asp": re.compile(rb"<%\s?(?:eval|execute|@\s?page|@\s?language)\b"),
    "hta": re.compile(rb"<hta:application\b|<script[^<>]{1,80}(?:vbscript|jscript)"),
}
"""What is looked for, in lower case."""


def script_in_picture(content: Content) -> Iterator[Named]:
    """Name each kind of script that stands in a picture or sound, and where."""
    if not _PICTURE.match(content.head):
        return
    data = content.at(0, _COMMENTED)
    if _ASSIGNMENT.match(data) or (_COMMENT.match(data) and _COMMENT_END.search(data)):
        yield Named("javascript", "", ("embedded=1", "at=0"))
    marks = dict(_MARKS)
    for begin in range(0, content.size, _WINDOW):
        window = content.at(begin, _WINDOW + _REACH).lower()
        for name, mark in list(marks.items()):
            found = mark.search(window)
            if found:
                del marks[name]
                yield Named(name, "", ("embedded=1", f"at={begin + found.start()}"))


FAMILIES = (Family("script", ("javascript", *_MARKS), script_in_picture, b"G\x89\xffBRIMOf\x008"),)
