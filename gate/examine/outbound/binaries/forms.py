"""Which form of program, or of other bytes, an item has, by its first bytes."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["pe", "elf", "mach-o", "java-class", "dex", "wasm", "pyc"]

_MAGIC: dict[bytes, Form] = {
    b"MZ": "pe",
    b"\x7fELF": "elf",
    b"\xfe\xed\xfa\xce": "mach-o",
    b"\xce\xfa\xed\xfe": "mach-o",
    b"\xfe\xed\xfa\xcf": "mach-o",
    b"\xcf\xfa\xed\xfe": "mach-o",
    b"\xca\xfe\xba\xbf": "mach-o",
    b"dex\n": "dex",
    b"\0asm": "wasm",
}
_FAT_OR_CLASS = b"\xca\xfe\xba\xbe"
_FIRST_JAVA = 45
"""Major version of the oldest class file; a fat Mach-O has the number of its architectures in that place."""
_PYC_MAGIC = re.compile(rb"[\s\S]{2}\r\n(?:[\0-\3]\0\0\0[\s\S]{8}|[\s\S]{8}|[\s\S]{4})[\x63\xe3]")
"""CPython: a magic number that ends in CR LF, flags and a stamp (PEP 552; shorter before it), and a code object."""
_PICTURES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"\0\0\1\0",
    b"\0\1\0\0\0",
    b"OTTO",
    b"true\0",
    b"ttcf",
    b"wOFF",
    b"wOF2",
    b"8BPS",
    b"\x80\1",
    b"%!PS-AdobeFont",
    b"%!FontType1",
)
"""Pictures and fonts: what shows them follows no URL inside of them."""


def program_form(head: bytes) -> Form | None:
    """Return the form of program that ``head``, the start of an item, begins; None where it is no program."""
    if head.startswith(_FAT_OR_CLASS):
        return "java-class" if int.from_bytes(head[6:8], "big") >= _FIRST_JAVA else "mach-o"
    for magic, form in _MAGIC.items():
        if head.startswith(magic):
            return form
    return "pyc" if _PYC_MAGIC.match(head) else None


def is_picture(head: bytes) -> bool:
    """Say whether ``head`` begins a picture or a font."""
    return head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP") or _is_bitmap(head)


def _is_bitmap(head: bytes) -> bool:
    return head.startswith(b"BM") and head[6:10] == b"\0\0\0\0"
