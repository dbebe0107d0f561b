"""Breaking prose into lines, Japanese as well, which has no spaces to break at.

Between two wide characters a line may end, but none begins with a closing bracket, a stop, a small kana or a long mark,
and none ends with an opening bracket (JIS X 4051, "line-start and line-end prohibition").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from rich.cells import cell_len

_WIDE: Final = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
_OPENING: Final = "「『（［｛〈《【〔"
_CLOSING: Final = "」』）］｝〉》】〕、。，．・：；？！ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝヽ〜…"
_ASCII_CLOSING: Final = r"""\])}>,.:;!?%"'"""
_COUNTED: Final = "件個行桁項回秒"
"""What is counted stays with its number: a line that begins with 件 is hard to read."""
_ASCII_OPENING: Final = r"""[(\[{<"']{0,3}"""
_BEFORE_WIDE: Final = rf"(?=[(\[{{<]{{0,3}}[{_WIDE}])"
_NUMBER: Final = "第[0-9]+(?:条の[0-9]+|[条項版号])"
"""The number of an article, a paragraph or an edition (第26条の3, 第3項, 第2版) is one word."""
_UNIT: Final = re.compile(
    f" +|[{_OPENING}]*(?:{_NUMBER}|{_ASCII_OPENING}[{_WIDE}][{_ASCII_CLOSING}]*"
    f"|[^ {_WIDE}]+?{_BEFORE_WIDE}|[^ {_WIDE}]+(?:(?<=[0-9]) [{_COUNTED}])?)[{_CLOSING}]*"
)


def units(text: str) -> Iterator[str]:
    """Yield the pieces of a text between which a line may end; blanks are pieces of their own."""
    return (match[0] for match in _UNIT.finditer(text))


def wrapped(
    text: str, width: float, *, whole: bool = False, measure: Callable[[str], float] = cell_len
) -> Iterator[str]:
    """Yield the lines of a text of one line, each at most ``width`` wide where a character fits at all.

    ``measure`` says how wide a text is: columns of a terminal, or points of a font.  ``whole`` leaves what has no
    place to break at (paths, digests, commands) in one piece, for a terminal to wrap.
    """
    line, used = "", 0.0
    for piece in units(text):
        unit, size = piece, measure(piece)
        if used + size > width:
            if unit.isspace():
                size, unit = 0.0, ""
            if line:
                yield line.rstrip(" ")
            line, used = "", 0.0
            while size > width and not whole:
                head = _fitting(unit, width, measure)
                yield head
                unit = unit[len(head) :]
                size = measure(unit)
        if line or not unit.isspace():
            line += unit
            used += size
    if line:
        yield line.rstrip(" ")


def _fitting(unit: str, width: float, measure: Callable[[str], float]) -> str:
    """Return the beginning of a unit that fits, at least one character of it."""
    used = 0.0
    for index, character in enumerate(unit):
        used += measure(character)
        if used > width:
            return unit[: max(index, 1)]
    return unit
