"""Containers of many formats around one file: made by the programs that people use, or by hand where none is free."""

from __future__ import annotations

import functools
import io
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pikepdf

from tests.unpack import ole_writer

NAME = "payload.bin"


def with_program(data: bytes, *command: str, made: str = "made") -> bytes:
    """Return the file ``made`` that a command makes of a folder ``in`` with the file :data:`NAME` in it."""
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "in"
        inside.mkdir()
        (inside / NAME).write_bytes(data)
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return (Path(folder) / made).read_bytes()


def sevenzip(data: bytes, *options: str, kind: str = "7z") -> bytes:
    """Return an archive by 7-Zip."""
    return with_program(data, "7zz", "a", f"-t{kind}", *options, f"made.{kind}", f"./in/{NAME}", made=f"made.{kind}")


def libarchive(data: bytes, kind: str) -> bytes:
    """Return an archive by libarchive."""
    return with_program(data, "bsdtar", "-c", f"--format={kind}", "-f", "made", "-C", "in", NAME)


def squashfs(data: bytes) -> bytes:
    """Return a squashfs image."""
    return with_program(data, "mksquashfs", "in", "made", "-no-progress", "-quiet")


def zstandard(data: bytes) -> bytes:
    """Return a zstd stream."""
    return with_program(data, "zstd", "-q", "-o", "made", f"in/{NAME}")


def lz4(data: bytes) -> bytes:
    """Return an lz4 stream."""
    return with_program(data, "lz4", "-q", f"in/{NAME}", "made")


# --- rar, version 5 (RARLAB, "RAR 5.0 archive format") ---------------------------------------------------------


def _vint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _rar_header(kind: int, flags: int, fields: bytes, data: bytes = b"") -> bytes:
    size = _vint(len(data)) if flags & 2 else b""
    body = _vint(kind) + _vint(flags) + size + fields
    counted = _vint(len(body)) + body
    return struct.pack("<L", zlib.crc32(counted)) + counted + data


RAR = b"Rar!\x1a\x07\x01\x00"


def rar(data: bytes, name: bytes = NAME.encode()) -> bytes:
    """Return a RAR archive with one stored file."""
    fields = _vint(4) + _vint(len(data)) + _vint(0o100644) + struct.pack("<L", zlib.crc32(data))
    fields += _vint(0) + _vint(1) + _vint(len(name)) + name
    return RAR + _rar_header(1, 0, _vint(0)) + _rar_header(2, 2, fields, data) + _rar_header(5, 0, _vint(0))


def rar_encrypted() -> bytes:
    """Return a RAR archive whose headers are encrypted: nothing in it can be listed."""
    salt = bytes(range(16))
    return RAR + _rar_header(4, 0, _vint(0) + _vint(0) + bytes([15]) + salt) + bytes(range(256)) * 2


# --- cab, stored (Microsoft, MS-CAB) ---------------------------------------------------------------------------


def cab(data: bytes, *, flags: int = 0) -> bytes:
    """Return a cabinet with one stored file."""
    name = NAME.encode() + b"\0"
    first_file = 36 + 8
    start = first_file + 16 + len(name)
    block = struct.pack("<LHH", 0, len(data), len(data)) + data
    folder = struct.pack("<LHH", start, 1, 0)
    entry = struct.pack("<LLHHHH", len(data), 0, 0, 0x5A21, 0, 0x20) + name
    size = start + len(block)
    head = struct.pack("<4sLLLLLBBHHHHH", b"MSCF", 0, size, 0, first_file, 0, 3, 1, 1, 1, flags, 1, 0)
    return head + folder + entry + block


# --- pdf -------------------------------------------------------------------------------------------------------


def pdf(data: bytes, password: str = "") -> bytes:
    """Return a document with an attachment, encrypted where there is a password."""
    document = pikepdf.new()
    document.add_blank_page()
    document.attachments[NAME] = data
    buffer = io.BytesIO()
    if password:
        document.save(buffer, encryption=pikepdf.Encryption(user=password, owner=password), deterministic_id=False)
    else:
        document.save(buffer, deterministic_id=True)
    return buffer.getvalue()


# --- ar --------------------------------------------------------------------------------------------------------


def ar(data: bytes) -> bytes:
    """Return an ar archive with one file."""
    head = f"{NAME + '/':<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode()
    return b"!<arch>\n" + head + data + b"\n" * (len(data) % 2)


# --- documents and mail ----------------------------------------------------------------------------------------


def ole(data: bytes) -> bytes:
    """Return a compound file with one stream."""
    return ole_writer.compound({NAME: data})


def mail(data: bytes) -> bytes:
    """Return a message with an attachment."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "delivery"
    message.set_content("The delivery is attached.\n")
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename=NAME)
    return message.as_bytes()


def deb(data: bytes) -> bytes:
    """Return a Debian package that installs one file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        (folder / "DEBIAN").mkdir(parents=True)
        folder.chmod(0o755)
        control = "Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: sample\n"
        (folder / "DEBIAN" / "control").write_text(control)
        (folder / NAME).write_bytes(data)
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-b", "in", "made.deb"], cwd=name, check=True, capture_output=True
        )
        return (Path(name) / "made.deb").read_bytes()


KINDS: dict[str, Callable[[bytes], bytes]] = {
    "7z": sevenzip,
    "ar": ar,
    "cab": cab,
    "cpio": functools.partial(libarchive, kind="newc"),
    "deb": deb,
    "iso": functools.partial(libarchive, kind="iso9660"),
    "lz4": lz4,
    "mail": mail,
    "ole": ole,
    "pdf": pdf,
    "rar": rar,
    "squashfs": squashfs,
    "wim": functools.partial(sevenzip, kind="wim"),
    "xar": functools.partial(libarchive, kind="xar"),
    "zstd": zstandard,
}
"""What makes a container of each format around the bytes of a file named :data:`NAME`."""
