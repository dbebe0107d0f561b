"""Undoing the filters of UPX that make code pack better: the targets of calls and jumps are stored as absolute ones."""

from __future__ import annotations

import re

_CALLS, _CALLS_AND_CONDITIONS = 0x26, 0x49
_TARGET = 5


def restore_jumps(code: bytearray, begin: int, stop: int, kind: int, mark: int) -> bool:
    """Change the targets from ``begin`` to ``stop`` back, in place; say whether the filter ``kind`` is known.

    Only targets whose first byte is ``mark`` have been changed; places count from the start of ``code``.
    """
    if kind not in {_CALLS, _CALLS_AND_CONDITIONS}:
        return False
    first = re.escape(bytes([mark]))
    conditions = rb"|(?<=\x0f)[\x80-\x8f]" + first if kind == _CALLS_AND_CONDITIONS else b""
    pattern = re.compile(rb"[\xe8\xe9]" + first + conditions, re.DOTALL)
    position = last = begin
    while found := pattern.search(code, position, stop):
        place = found.start()
        if place >= stop - _TARGET:
            break
        if code[place] < 0xE0 and place == last:  # noqa: PLR2004  # a condition: its first byte is in the target before
            position = place + 1
            continue
        target = int.from_bytes(code[place + 1 : place + _TARGET], "big") - (mark << 24)
        code[place + 1 : place + _TARGET] = ((target - place - 1) & 0xFFFFFFFF).to_bytes(4, "little")
        position = last = place + _TARGET
    return True
