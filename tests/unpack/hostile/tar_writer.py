"""Writes tar files block by block (POSIX.1-2017, pax), so that each field can be wrong on purpose."""

from __future__ import annotations

USTAR, GNU, OLD = b"ustar\x0000", b"ustar  \0", bytes(8)
END = bytes(1024)


def octal(value: int, width: int) -> bytes:
    """Return a number as a field of octal digits."""
    return b"%0*o\0" % (width - 1, value)


def padded(data: bytes, filling: bytes = b"\0") -> bytes:
    """Return data filled up to whole blocks."""
    return data + filling * (-len(data) % 512)


def header(
    name: bytes = b"a.txt",
    size: int = 0,
    kind: bytes = b"0",
    *,
    mode: int = 0o644,
    target: bytes = b"",
    magic: bytes = USTAR,
    prefix: bytes = b"",
    tail: bytes = b"",
    size_field: bytes | None = None,
    mode_field: bytes | None = None,
    signed: bool = False,
) -> bytes:
    """Return a header block with a right checksum; ``tail`` stands where the prefix does."""
    sizes = octal(size, 12) if size_field is None else size_field
    modes = octal(mode, 8) if mode_field is None else mode_field
    head = b"".join((name[:100].ljust(100, b"\0"), modes, octal(0, 8), octal(0, 8), sizes, octal(0, 12)))
    rest = b"".join((kind, target[:100].ljust(100, b"\0"), magic, bytes(80), tail or prefix)).ljust(356, b"\0")
    counted = head + b" " * 8 + rest
    total = sum(byte - 256 if signed and byte > 127 else byte for byte in counted)
    return head + b"%06o\0 " % total + rest


def member(name: bytes, content: bytes = b"harmless\n", kind: bytes = b"0", **more: object) -> bytes:
    """Return header and data of a member in which everything is right but for ``more``."""
    return header(name, len(content), kind, **more) + padded(content)  # type: ignore[arg-type]  # checked by header


def record(key: bytes, value: bytes) -> bytes:
    """Return a pax record, whose length counts itself."""
    length = len(key) + len(value) + 3
    while len(b"%d" % (length + len(b"%d" % length))) != len(b"%d" % length) and length < 10:
        length += 1
    total = length + len(b"%d" % length)
    total = length + len(b"%d" % total)
    return b"%d %s=%s\n" % (total, key, value)


def pax(records: list[tuple[bytes, bytes]], kind: bytes = b"x") -> bytes:
    """Return a pax header with these records."""
    return member(b"PaxHeader", b"".join(record(key, value) for key, value in records), kind)


def long_name(name: bytes, kind: bytes = b"L") -> bytes:
    """Return a GNU header with a long name, or with ``K`` a long target."""
    return member(b"././@LongLink", name + b"\0", kind, magic=GNU)
