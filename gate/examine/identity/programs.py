"""Which of the names that libmagic gives say that a file is a program, and is one by the gate's own table.

Where libmagic knows a program and the table does not, the item is named all the same: nobody has to trust the table
alone.  Names that rest on two bytes which begin one random file in some hundred say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gate.examine.executable import binaries
from gate.examine.executable.content import Content
from gate.examine.executable.table import Table
from gate.models import ExecutableClass, ExecutableFact
from gate.paths import printable

FORMAT = "unlisted"
"""The format of a program that libmagic names and the table does not."""
_SHOWN = 80
_LOOKED_AT = 160
_BY_CHANCE = re.compile(r"(?:DR-)?DOS executable \(COM|COM executable|.*\bXCOFF\b|8086 relocatable")
_NOT_PROGRAMS = re.compile(r".*(?:\bscript\b|non-executable|font program|\bcore file|libtool|source text)")
_BYTECODE = re.compile(
    r".*\b(?:byte-?codes?|byte-compiled|bitcode|Java class|Dalvik|WebAssembly|Flash data|OpenFirmware FORTH)\b"
)
_NATIVE = re.compile(
    r".*(?:\bexecutable\b|\bobject (?:file|code|module)|\brelocatable\b|\b(?:shared|dynamic|load) library\b"
    r"|\bPE32|\bELF\b|\bMach-O\b|\bCOFF\b|\bLinux kernel\b|\bkernel image\b|\bbootimg\b|\bROM image\b|\buImage\b"
    r"|\bfirmware (?:update|image)|\bProgram Information File\b|\bboot ?loader\b|\bloadseg\(\)ble\b)"
)
_TABLE = Table(binaries.FAMILIES)


def disagreement(descriptions: Iterable[str], content: Content) -> ExecutableFact | None:
    """Return the fact that libmagic calls the content a program and the table does not; None where they agree."""
    for description in descriptions:
        class_ = class_of(description)
        if class_ is not None:
            if _TABLE.by_content(content).named:
                return None
            words = printable(description[:_SHOWN]).split()
            return ExecutableFact(class_, FORMAT, "", "libmagic=" + "-".join(words))
    return None


def class_of(description: str) -> ExecutableClass | None:
    """Return the class of program that a description of libmagic's speaks of, or None."""
    start = description[:_LOOKED_AT]
    if _BY_CHANCE.match(start) or _NOT_PROGRAMS.match(start):
        return None
    if _BYTECODE.match(start):
        return "bytecode"
    return "native" if _NATIVE.match(start) else None
