"""Serialized objects that call code when they are read."""

from __future__ import annotations

import contextlib
import io
import pickletools
import re

from gate.examine.executable.content import Content, Family, Named

_PICKLE_BYTES = 4 << 20
_PICKLE_OPCODES = 4
_CALLING = frozenset(
    {"GLOBAL", "STACK_GLOBAL", "REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD", "EXT1", "EXT2", "EXT4"}
)
_OBJECT_DTYPE = re.compile(rb"'descr':[^}]{0,400}?\|?'?\|O")


def pickle(content: Content) -> Named | None:
    """Name a Python pickle of protocol 2 or later that calls something when it is loaded; one of plain data is data.

    Its opcodes are walked and none is run.  One that breaks off has made its calls by then.
    """
    if content.number(0, 1) != 0x80 or content.number(1, 1) not in range(2, 6):  # noqa: PLR2004  # PROTO
        return None
    names: set[str] = set()
    count = 0
    with contextlib.suppress(ValueError, IndexError, UnicodeError, OverflowError):
        for opcode, _argument, _place in pickletools.genops(io.BytesIO(content.at(0, _PICKLE_BYTES))):
            names.add(opcode.name)
            count += 1
    whole = "STOP" in names
    if not names & _CALLING or not (whole or count >= _PICKLE_OPCODES):
        return None
    return Named("pickle", "", () if whole else ("broken=opcode",))


def numpy_objects(content: Content) -> Named | None:
    """Name a NumPy array of objects, which holds a pickle; arrays of numbers are data."""
    head = content.head
    return Named("npy-objects") if head.startswith(b"\x93NUMPY") and _OBJECT_DTYPE.search(head[:1024]) else None


FAMILIES = (
    Family("serialized-code", ("pickle",), pickle, b"\x80"),
    Family("serialized-code", ("npy-objects",), numpy_objects, b"\x93"),
)
