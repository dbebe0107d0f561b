"""How InstallShield makes bytes unreadable: no encryption, as everything needed to undo it stands in the file.

Known from the free programs that read these files, ISx (setup streams) and unshield (cabinets).
"""

from __future__ import annotations

from collections.abc import Iterator

_SEED = b"\x13\x35\x86\x07"
_SWAPPED = bytes(0xFF ^ ((byte << 4 | byte >> 4) & 0xFF) for byte in range(256))
_BLOCK = 1024
_PERIOD = 0x47
_STEPS = tuple(
    bytes((((byte ^ 0xD5) >> 2 | (byte ^ 0xD5) << 6) - step) & 0xFF for byte in range(256)) for step in range(_PERIOD)
)


def shown_by_name(blocks: Iterator[bytes], name: bytes, *, restart: bool) -> Iterator[bytes]:
    """Yield the bytes of a file of a setup stream, whose key is its name; ``restart`` where each KiB begins it anew.

    ``name`` must not be empty.
    """
    key = bytes(byte ^ _SEED[place % len(_SEED)] for place, byte in enumerate(name))
    if restart:
        key = (key * (_BLOCK // len(key) + 1))[:_BLOCK]
    position = 0
    for block in blocks:
        place = position % len(key)
        stream = (key * ((place + len(block)) // len(key) + 1))[place : place + len(block)]
        mixed = int.from_bytes(block.translate(_SWAPPED), "little") ^ int.from_bytes(stream, "little")
        yield mixed.to_bytes(len(block), "little")
        position += len(block)


def shown_by_place(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a file of a cabinet, each of which is changed by its place alone."""
    position = 0
    for block in blocks:
        shown = bytearray(block)
        for first in range(min(_PERIOD, len(block))):
            step = _STEPS[(position + first) % _PERIOD]
            shown[first::_PERIOD] = shown[first::_PERIOD].translate(step)
        yield bytes(shown)
        position += len(block)
