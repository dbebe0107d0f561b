"""Rich Text Format with objects or DDE fields (RTF 1.9.1, "Objects", "Fields")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.executable.content import Answer, Content, Named, families_of
from gate.models import Gap

_LARGEST = 128 << 20
_WORD = rb"(?:^|[^\\])(?>(?:\\\\)*)\\"
_OBJECT = re.compile(_WORD + rb"obj(?:data|update|ocx|html|link|autlink)(?![a-z])")
_UPDATE = re.compile(_WORD + rb"obj(?:update|autlink)(?![a-z])")
_FIELD = re.compile(_WORD + rb"fldinst(?![a-z])")
_EQUATION = re.compile(
    rb"(?i)Equation\.[23]"
    rb"|4\s{0,4}5\s{0,4}7\s{0,4}1\s{0,4}7\s{0,4}5\s{0,4}6\s{0,4}1\s{0,4}7\s{0,4}4|02ce020000000000c000000000000046"
)
_FIELD_BYTES = 4096
_MOST_FIELDS = 20_000
_CONTROL = re.compile(rb"\\'[0-9a-fA-F]{2}|\\[a-zA-Z]{1,32}-?\d{0,10} ?|\\\*|[{}\r\n]")
_DDE = re.compile(rb"^\s*+DDE(?:AUTO)?(?![A-Za-z])", re.IGNORECASE)


def rich_text(content: Content) -> Iterator[Answer]:
    """Yield the objects and DDE fields of an RTF document; Word reads whatever begins with four characters as one."""
    if not content.head.startswith(b"{\\rt"):
        return
    if content.size > _LARGEST:
        yield Gap("too-large", f"RTF of more than {_LARGEST} bytes: its objects are not looked for")
        return
    data = content.everything()
    if b"\\obj" in data and _OBJECT.search(data):
        words = (("update=yes",) if _UPDATE.search(data) else ()) + (
            ("equation=yes",) if _EQUATION.search(data) else ()
        )
        yield Named("rtf-object", "", words)
    for count, field in enumerate(_FIELD.finditer(data)):
        if count >= _MOST_FIELDS:
            yield Gap("too-many", f"RTF with more than {_MOST_FIELDS} fields")
            return
        if _DDE.search(_CONTROL.sub(b"", data[field.end() : field.end() + _FIELD_BYTES])):
            yield Named("dde")
            return


FAMILIES = families_of(rich_text, {"active-document": ("rtf-object",), "macro": ("dde",)}, b"{")
