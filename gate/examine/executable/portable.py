"""Bytecode, installers and serialized code, by their magic numbers and a look behind them."""

from __future__ import annotations

import pickletools
from collections.abc import Iterator

from gate.examine.executable.named import Content, Named, word

_MAGIC: tuple[tuple[bytes, Named], ...] = (
    (b"\0asm", Named("bytecode", "wasm")),
    (b"dex\n0", Named("bytecode", "dex")),
    (b"dey\n0", Named("bytecode", "odex")),
    (b"vdex", Named("bytecode", "vdex")),
    (b"\x1bLua", Named("bytecode", "lua")),
    (b"\x1bLJ", Named("bytecode", "luajit")),
    (b"BC\xc0\xde", Named("bytecode", "llvm-bitcode")),
    (b"\xde\xc0\x17\x0b", Named("bytecode", "llvm-bitcode")),
    (b";ELC", Named("bytecode", "emacs-lisp")),
    (bytes.fromhex("c61fbc03c103191f"), Named("bytecode", "hermes")),
    (bytes.fromhex("edabeedb"), Named("installer", "rpm")),
    (b"xar!", Named("installer", "xar")),
    (b"!<arch>\ndebian-binary", Named("installer", "deb")),
)
_MSI_CLASS = bytes.fromhex("84100c0000000000c000000000000046")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_JAVA = b"\xca\xfe\xba\xbe"
_LEAST_JAVA_VERSION = 45
_FLASH_VERSIONS = range(1, 51)
_FLASH_LARGEST = 1 << 28
_PYC_HEADER = 16
_PICKLE_BYTES = 4 << 20
"""How far opcodes are followed; a longer pickle counts by what it called until there."""


def portable_formats(content: Content) -> Iterator[Named]:
    """Yield the formats that depend on no processor, and installers."""
    head = content.head
    yield from (named for magic, named in _MAGIC if head.startswith(magic))
    if head[:4] == _JAVA and word(head, 6, 2, big=True) >= _LEAST_JAVA_VERSION:
        yield Named("bytecode", "java-class", detail=f"version={word(head, 6, 2, big=True)}")
    if head[:4] == b"FOR1" and head[8:12] == b"BEAM":
        yield Named("bytecode", "beam")
    if _is_flash(content):
        yield Named("bytecode", "swf")
    if _is_python_bytecode(head):
        yield Named("bytecode", "pyc")
    if content.tail[-512:-508] == b"koly":
        yield Named("installer", "dmg")
    if head.startswith(_OLE) and _is_installer_database(content):
        yield Named("installer", "msi")


def _is_flash(content: Content) -> bool:
    """Signature, a version, and a length that the file has (uncompressed) or can become (SWF file format, header)."""
    head, length = content.head, word(content.head, 4, 4)
    if head[:3] not in {b"FWS", b"CWS", b"ZWS"} or not head[3:4] or head[3] not in _FLASH_VERSIONS:
        return False
    return length == content.size if head[:1] == b"F" else content.size - 8 <= length < _FLASH_LARGEST


def _is_python_bytecode(head: bytes) -> bool:
    """Magic number ending in CR LF, then flags, and a marshalled code object (CPython, importlib)."""
    return head[2:4] == b"\r\n" and len(head) > _PYC_HEADER and head[_PYC_HEADER] & 0x7F == ord("c")


def _is_installer_database(content: Content) -> bool:
    """Look at the class id of the root entry of an OLE file (MS-CFB 2.6.1)."""
    sector_size = 1 << min(word(content.head, 0x1E, 2), 20)
    root = content.read(128, sector_size * (word(content.head, 0x30, 4) + 1))
    return root[0x50:0x60] == _MSI_CLASS


def is_code_in_pickle(content: Content) -> bool:
    """Say whether the content is a pickle that calls something when loaded: it stops, and names a global on the way.

    Only protocols 2 to 5 are looked at, which begin with their number; what breaks off before it stops cannot be
    loaded and is none.
    """
    if content.head[:1] != b"\x80" or content.head[1:2] not in {b"\x02", b"\x03", b"\x04", b"\x05"}:
        return False
    data = content.read(_PICKLE_BYTES, 0)
    calls = False
    try:
        for opcode, _, _ in pickletools.genops(data):
            calls = calls or opcode.name in {"GLOBAL", "STACK_GLOBAL", "REDUCE", "INST", "OBJ", "NEWOBJ", "BUILD"}
            if opcode.name == "STOP":
                return calls
    except (ValueError, IndexError, UnicodeDecodeError, OverflowError):
        return calls and content.size > _PICKLE_BYTES
    return False
