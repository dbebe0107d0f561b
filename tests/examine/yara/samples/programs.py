"""Samples that are not texts: programs, images, shortcuts, machine code, keys; and harmless twins.

``¦`` marks cuts.  The programs are headers without code that could run.
"""

from __future__ import annotations

import base64
import struct

from gate.examine.executable.samples import tiny_elf, tiny_pe
from gate.examine.rules import CANARY
from tests.examine.yara.samples.support import TEXT, joined

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64) + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(64) + b"\xff\xd9"
BITMAP = b"BM" + bytes(64)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
MESSAGE = joined("This prog¦ram cannot be ru¦n in DOS mo¦de.\r\r\n$")


def windows_program() -> bytes:
    """Return a PE whose DOS part holds the message that linkers put there."""
    dos = b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0".ljust(0x3C, b"\0") + struct.pack("<I", 0x80)
    return (dos + MESSAGE).ljust(0x80, b"\0") + tiny_pe()[0x40:]


def with_section(name: str) -> bytes:
    """Return a PE with one section of that name."""
    return windows_program() + joined(name).ljust(8, b"\0") + bytes(64)


def upx_program(magic: str) -> bytes:
    return with_section("UP¦X0") + joined("UP¦X1").ljust(8, b"\0") + bytes(32) + joined(magic) + bytes(32)


def pem(kind: str) -> bytes:
    body = "\n".join(TEXT[start : start + 64] for start in range(0, 640, 64))
    return joined(f"-----BE¦GIN {kind}-----\n{body}\n-----E¦ND {kind}-----\n")


def eicar() -> bytes:
    return joined("X5O!P%@AP¦[4\\PZX54(P^)¦7CC)7}$EICAR¦-STANDARD-ANTI¦VIRUS-TEST-FILE¦!$H+H*")


def shortcut(arguments: str, size: int = 0) -> bytes:
    """Return the header of a Windows shortcut and a text behind it, filled up to ``size`` bytes."""
    header = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F".ljust(76, b"\0")
    return (header + joined(arguments).decode().encode("utf-16-le")).ljust(size, b"\0")


def escaped(data: bytes, form: str) -> bytes:
    """Return bytes as a text: ``form`` is a ``%`` format for each."""
    return "".join(form % byte for byte in data).encode()


LOADER_32 = bytes.fromhex("fce8" + "82000000" + "6089e531" + "c0648b50308b")
LOADER_64 = bytes.fromhex("fc4883e4" + "f0e8c0000000" + "4151415052" + "51564831d265" + "488b5260")
AUTOMATION = bytes.fromhex("a3484bbe" + "986c4aa9994c530a86d6487d")

BAD: dict[str, list[bytes]] = {
    "gate-canary": [CANARY, b"before " + CANARY + b" after"],
    "RG-TEST-0001": [eicar()],
    "RG-WEB-0005": [
        b"GIF89a" + bytes(20) + joined("<?p¦hp sys¦tem($_G¦ET['c']); ?>"),
        JPEG + joined("<?p¦hp include $_G¦ET['f']; ?>"),
    ],
    "RG-OBF-0022": [b"\xff\xfe" + joined("&c¦ls\r\necho hello\r\n")],
    "RG-EMB-0001": [PNG + windows_program(), JPEG + windows_program(), BITMAP + tiny_pe()],
    "RG-EMB-0002": [PNG + tiny_elf(), b"GIF89a" + bytes(100) + tiny_elf()],
    "RG-EMB-0003": [b"$x = '" + base64.b64encode(windows_program()) + b"'"],
    "RG-EMB-0004": [PDF + windows_program(), PDF + tiny_elf()],
    "RG-EMB-0005": [
        PNG + joined("#!/bin/¦sh\nba¦se64 x\n"),
        JPEG + joined("<scr¦ipt>ev¦al(x)</script>"),
        BITMAP + joined("power¦shell -e¦nc AAAA"),
    ],
    "RG-EMB-0006": [
        b"data = '" + windows_program().hex().encode() + b"'",
        escaped(windows_program(), "0x%02x, "),
        escaped(windows_program(), "\\x%02x"),
    ],
    "RG-EMB-0007": [
        base64.b64encode(windows_program())[::-1],
        windows_program().hex().encode()[::-1],
    ],
    "RG-EMB-0008": [b"blob = '" + base64.b64encode(tiny_elf() + bytes(200)) + b"'"],
    "RG-EMB-0010": [joined("[Byte[]] $p = 0x4¦d,0x5¦a,0x9¦0,0x00"), joined("[byte[]]$p = (77,9¦0,14¦4,0)")],
    "RG-EMB-0011": [bytes(40) + LOADER_32 + bytes(40), bytes(40) + LOADER_64 + bytes(40)],
    "RG-EMB-0012": [
        escaped(LOADER_32, "\\x%02x"),
        escaped(LOADER_64, "\\x%02x"),
        escaped(LOADER_32, "0x%02x, "),
        escaped(LOADER_64, "0x%x,"),
        base64.b64encode(LOADER_64),
    ],
    "RG-PAC-0001": [upx_program("UP¦X!")],
    "RG-PAC-0002": [with_section(".vm¦p0"), with_section(".asp¦ack"), with_section(".MPR¦ESS1")],
    "RG-PAC-0003": [upx_program("none")],
    "RG-PAC-0004": [windows_program() + joined("Confu¦sedByAttribute"), windows_program() + joined("Confu¦serEx v1.0")],
    "RG-PAC-0005": [windows_program() + AUTOMATION + joined("AU3!¦EA06")],
    "RG-PAC-0006": [tiny_elf() + joined("neither ar¦gv[0] nor $_ works.")],
    "RG-PAC-0007": [
        joined("__pyar¦mor__(__name__, __file__, b'AAAA')"),
        joined("from pyar¦mor_runtime_000000 import __pyar¦mor__\n"),
    ],
    "RG-PAC-0008": [joined("<?p¦hp //0046a\nif(!exten¦sion_loaded('ionC¦ube Loader')){exit;}")],
    "RG-LNK-0001": [
        shortcut("C:\\Windows\\System32\\cmd.e¦xe /c power¦shell -w hid¦den -e¦nc AAAA"),
        shortcut("msh¦ta.exe http¦s://x.invalid/a"),
    ],
    "RG-LNK-0002": [shortcut("§s200§/c start x"), shortcut("\n" * 40 + "/c start x")],
    "RG-LNK-0003": [shortcut("notepad.exe", 600_000)],
    "RG-SEC-0001": [
        pem("PRIV¦ATE KEY"),
        pem("RSA PRIV¦ATE KEY"),
        pem("OPENSSH PRIV¦ATE KEY"),
        pem("PGP PRIV¦ATE KEY BLOCK"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "gate-canary": [CANARY[:-1], CANARY[1:]],
    "RG-TEST-0001": [b"The EICAR test file has 68 characters.", eicar()[:-2]],
    "RG-WEB-0005": [PNG, JPEG + b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>"],
    "RG-OBF-0022": [b"\xff\xfe" + "&cls\r\necho hello\r\n".encode("utf-16-le"), b"cls\r\necho hello\r\n"],
    "RG-EMB-0001": [PNG + b"MZ" + bytes(200), windows_program(), PNG + windows_program()[:0x80]],
    "RG-EMB-0002": [PNG + b"\x7fELF is a magic", tiny_elf()],
    "RG-EMB-0003": [f"x = '{TEXT}'".encode(), b"TVqQ is how a program begins in base64"],
    "RG-EMB-0004": [PDF + b"MZ" + bytes(200), PDF + b"\x7fELF is a magic"],
    "RG-EMB-0005": [PNG + b"#!/bin/sh", JPEG + b"<script>var x = 1;</script>", joined("#!/bin/¦sh\nba¦se64 x\n")],
    "RG-EMB-0006": [b"54686973", windows_program(), escaped(b"This progress", "0x%02x, ")],
    "RG-EMB-0007": [base64.b64encode(windows_program()), TEXT.encode()[::-1]],
    "RG-EMB-0008": [b"f0VMRg== is the magic of ELF", tiny_elf()],
    "RG-EMB-0010": [b"[byte[]] $bom = 0xEF,0xBB,0xBF", b"magic = [0x4d, 0x5a]"],
    "RG-EMB-0011": [LOADER_32[:8], LOADER_64[:12], bytes(64)],
    "RG-EMB-0012": [escaped(LOADER_32[:6], "\\x%02x"), escaped(bytes(range(32)), "0x%02x, ")],
    "RG-PAC-0001": [with_section(".text"), joined("UP¦X! is a packer; UP¦X0 and UP¦X1 are its sections")],
    "RG-PAC-0002": [with_section(".text"), windows_program() + bytes(2000) + joined(".vm¦p0").ljust(8, b"\0")],
    "RG-PAC-0003": [upx_program("UP¦X!"), with_section("UP¦X0")],
    "RG-PAC-0004": [joined("Confu¦sedByAttribute"), windows_program() + b"ObfuscationAttribute"],
    "RG-PAC-0005": [joined("AU3!¦EA06"), windows_program() + joined("AU3!¦EA06")],
    "RG-PAC-0006": [joined("neither ar¦gv[0] nor $_ works."), tiny_elf() + b"no argv[0]"],
    "RG-PAC-0007": [b"pip install pyarmor\n", b"from pyarmor import cli\n"],
    "RG-PAC-0008": [b"<?php if (!extension_loaded('mbstring')) { exit; }"],
    "RG-LNK-0001": [shortcut("notepad.exe readme.txt"), joined("power¦shell -w hid¦den").decode().encode("utf-16-le")],
    "RG-LNK-0002": [shortcut("notepad.exe    readme.txt"), ("x" + " " * 200).encode("utf-16-le")],
    "RG-LNK-0003": [shortcut("notepad.exe", 4000), b"L\0\0\0" + bytes(600_000)],
    "RG-SEC-0001": [
        pem("PUB¦LIC KEY"),
        pem("ENCRYPTED PRIV¦ATE KEY"),
        joined("A key file begins with -----BE¦GIN PRIV¦ATE KEY----- and ends with a similar line.\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
