"""The one step that all decoders with a sliding dictionary have in common."""

from __future__ import annotations


def copy_back(output: bytearray, distance: int, length: int) -> None:
    """Add ``length`` bytes that stand ``distance`` back; where the two overlap, what is added repeats itself.

    ``distance`` is at least one and at most what ``output`` has.
    """
    start = len(output) - distance
    piece = output[start : start + length]
    while len(piece) < length:
        piece += piece[: length - len(piece)]
    output += piece
