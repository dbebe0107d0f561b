"""Builds Mach-O files of one architecture (Apple, ``mach-o/loader.h``).  Their code returns at once."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field

ARM64, X86_64 = 0x0100000C, 0x01000007
EXECUTE, LIBRARY = 2, 6
TEXT = 0x1000
RETURN = bytes.fromhex("c0035fd6") * 16


@dataclass
class MachO:
    cpu: int = ARM64
    kind: int = EXECUTE
    text: bytes = RETURN
    text_name: bytes = b"__text"
    protection: int = 5
    segment_flags: int = 0
    entry: int = TEXT
    libraries: list[str] = field(default_factory=lambda: ["/usr/lib/libSystem.B.dylib"])
    rpaths: list[str] = field(default_factory=list)
    encryption: int = 0
    signed: bool = True
    tampered: bool = False

    def build(self) -> bytes:
        end = TEXT + len(self.text)
        signature_size = self._signature_size(end)
        linkedit = signature_size if self.signed else 16
        section = struct.pack(
            "<16s16sQQIIIIIIII", self.text_name, b"__TEXT", TEXT, len(self.text), TEXT, 2, 0, 0, 0, 0, 0, 0
        )
        commands = [
            _segment(b"__TEXT", 0, end, 0, end, self.protection, section, self.segment_flags),
            _segment(b"__LINKEDIT", end, linkedit, end, linkedit, 1, b"", 0),
        ]
        if self.kind == EXECUTE:
            commands.append(struct.pack("<IIQQ", 0x80000028, 24, self.entry, 0))
        commands += [_text_command(0xC, struct.pack("<IIII", 24, 0, 0, 0), each) for each in self.libraries]
        commands += [_text_command(0x8000001C, struct.pack("<I", 12), each) for each in self.rpaths]
        if self.encryption:
            commands.append(struct.pack("<IIIIII", 0x2C, 24, TEXT, len(self.text), self.encryption, 0))
        if self.signed:
            commands.append(struct.pack("<IIII", 0x1D, 16, end, signature_size))
        body = b"".join(commands)
        header = struct.pack("<IIIIIIII", 0xFEEDFACF, self.cpu, 0, self.kind, len(commands), len(body), 0x85, 0)
        program = (header + body).ljust(TEXT, b"\0") + self.text
        signature = _signature(program) if self.signed else bytes(16)
        if self.tampered:
            program = program[:-1] + bytes([program[-1] ^ 1])
        return program + signature

    def _signature_size(self, end: int) -> int:
        return len(_signature(bytes(end)))


def _segment(
    name: bytes, address: int, memory: int, offset: int, stored: int, protection: int, sections: bytes, flags: int
) -> bytes:
    head = struct.pack(
        "<16sQQQQIIII", name, address, memory, offset, stored, protection, protection, len(sections) // 80, flags
    )
    return struct.pack("<II", 0x19, 8 + len(head) + len(sections)) + head + sections


def _text_command(kind: int, fields: bytes, text: str) -> bytes:
    body = fields + text.encode() + b"\0"
    body += bytes(-len(body) % 8)
    return struct.pack("<II", kind, 8 + len(body)) + body


def _signature(program: bytes) -> bytes:
    """An ad-hoc signature as linkers make it: a code directory with the hash of every page."""
    pages = [program[place : place + 4096] for place in range(0, len(program), 4096)]
    identity = b"sample\0"
    hashes_at = 44 + len(identity)
    lengths = (hashes_at, 44, 0, len(pages), len(program))
    size = hashes_at + 32 * len(pages)
    directory = struct.pack(">IIIIIIIIIBBBBI", 0xFADE0C02, size, 0x20001, 2, *lengths, 32, 2, 0, 12, 0)
    directory += identity + b"".join(hashlib.sha256(page).digest() for page in pages)
    return struct.pack(">IIIII", 0xFADE0CC0, 20 + len(directory), 1, 0, 20) + directory
