"""For each reason a sample that shows it, and a benign twin that is much like it and does not.

None of them does anything: the programs return at once, and the scripts print a word.
"""

from __future__ import annotations

import base64
import codecs
import importlib.util
import random
import shutil
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gate.examine.heuristics.xor import uncovered
from tests.examine.heuristics import build_elf, build_macho
from tests.examine.heuristics.build_elf import Elf
from tests.examine.heuristics.build_macho import MachO
from tests.examine.heuristics.build_pe import CODE, DATA, READ, RETURN, WRITABLE_CODE, Pe, Section

RANDOM = random.Random(1).randbytes(1 << 16)
PLAIN = b"The quick brown fox jumps over the lazy dog. " * 1500
TEXT = Section(b".text", RETURN)
PROGRAM = Pe().build()
ORDINARY = {"KERNEL32.dll": [f"Function{number}" for number in range(30)]}
SIGNERS = ("osslsigncode", "openssl")
CAN_SIGN = all(shutil.which(program) for program in SIGNERS)


@dataclass(frozen=True)
class Sample:
    data: bytes
    name: bytes = b"item"


Maker = Callable[[], Sample | bytes]


def joined(*parts: str) -> bytes:
    """Put a script together here, so that no scanner stops at this file."""
    return "".join(parts).encode()


@cache
def signed() -> bytes:
    """A program signed with a certificate made for it (``osslsigncode``)."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "plain.exe").write_bytes(Pe(sections=[TEXT, Section(b".data", PLAIN[:5000], DATA)]).build())
        make = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=sample"
        sign = "osslsigncode sign -certs cert.pem -key key.pem -h sha256 -in plain.exe -out signed.exe"
        for command in (make, sign):
            subprocess.run(command.split(), cwd=place, check=True, capture_output=True, timeout=60)
        return (place / "signed.exe").read_bytes()


def certificates(program: bytes) -> tuple[int, int, int]:
    """Place of the directory entry of a program's certificate table, its offset and its size."""
    entry = struct.unpack_from("<I", program, 0x3C)[0] + 24 + 112 + 8 * 4
    return entry, *struct.unpack_from("<II", program, entry)


def tampered() -> bytes:
    program = bytearray(signed())
    program[0x400] ^= 1
    return bytes(program)


def stuffed() -> bytes:
    """A signed program with text behind its signature, inside of the table, as download sites add it."""
    entry, offset, size = certificates(signed())
    program = bytearray(signed()) + b"campaign=1234567"
    struct.pack_into("<II", program, entry, offset, size + 16)
    struct.pack_into("<I", program, offset, size + 16)
    return bytes(program)


def unreadable_signature(*, table: bytes = bytes(64)) -> bytes:
    plain = Pe().build()
    header = struct.pack("<IHH", 8 + len(table), 0x200, 2)
    return Pe(certificates=(len(plain), 8 + len(table)), overlay=header + table).build()


def packed_sections(first: bytes, second: bytes) -> list[Section]:
    return [Section(first, b"", CODE, 0x8000), Section(second, RETURN + RANDOM[:20_000], CODE)]


def pe(**changes: object) -> Callable[[], bytes]:
    return lambda: Pe(**changes).build()  # type: ignore[arg-type]  # fields by name


def elf(**changes: object) -> Callable[[], bytes]:
    return lambda: Elf(**changes).build()  # type: ignore[arg-type]  # fields by name


def mac(**changes: object) -> Callable[[], bytes]:
    return lambda: MachO(**changes).build()  # type: ignore[arg-type]  # fields by name


def writable(**changes: object) -> Callable[[], bytes]:
    """A program with a sign, beside which support counts."""
    return lambda: Pe(sections=[Section(b".text", RETURN, WRITABLE_CODE)], **changes).build()  # type: ignore[arg-type]  # by name


def dated(stamp: int) -> Callable[[], bytes]:
    return writable(stamp=stamp)


def hashed(rotation: bytes) -> bytes:
    block = bytes.fromhex("65488b0425") + bytes.fromhex("60000000")
    return Pe(sections=[Section(b".text", b"\xc3" * 16 + block + rotation + b"\xc3" * 40)]).build()


def imports(*names: str, more: int = 30) -> Callable[[], bytes]:
    table: dict[str, list[str | int]] = {"KERNEL32.dll": [*names, *(f"Function{number}" for number in range(more))]}
    return lambda: Pe(imports=table).build()


INJECT = ("VirtualAlloc" + "Ex", "WriteProcess" + "Memory", "CreateRemote" + "Thread")
HOLLOW = ("CreateProcessW", "NtUnmapView" + "OfSection", "WriteProcess" + "Memory", "SetThread" + "Context")
KEYS = ("SetWindowsHook" + "ExW", "GetAsyncKey" + "State", "GetForegroundWindow", "InternetOpenA")
DEBUGGER = ("IsDebuggerPresent", "CheckRemoteDebuggerPresent", "OutputDebugStringA")

HOOKS = [(name, 2, True, build_elf.TEXT) for name in ("readdir", "open", "stat", "unlink")]
NEXT = ("dlsym", 2, False, 0)
RESOLVER = ("checksum", 10, True, build_elf.TEXT)
MEDDLING = [("mprotect", 2, False, 0), ("dl_iterate_phdr", 2, False, 0)]
OUTSIDE = 0x9000
ADDED = [(1, 5, 0x800000, b"\xc3" * 64)]
UPX = b"UP" + b"X!"

# --- scripts --------------------------------------------------------------------------------------------------

HELLO = b"print('hello from an inner script')\n" * 4
HELLO64 = base64.b64encode(HELLO).decode()
PROGRAM64 = base64.b64encode(PROGRAM).decode()
INNER = b"import os\nprint('an inner script that only prints')\n" * 3
IMAGE64 = base64.b64encode(b"\x89PNG\r\n\x1a\n" + RANDOM[:600]).decode()
COMMAND64 = base64.b64encode("Write-Output 'hello, hello, hello'".encode("utf-16-le")).decode()


def near(run: str) -> bytes:
    lines = ("import base64\n", "data = '", HELLO64 * 2, "'\n", "code = base64.b64" + "decode(data)\n", run, "\n")
    return joined(*lines)


def compiled(constants: bytes = b"", *, flags: int = 0) -> bytes:
    return importlib.util.MAGIC_NUMBER + struct.pack("<I", flags) + bytes(8) + b"\xe3" + bytes(30) + constants


def v8_cache(length: int = 200) -> bytes:
    return struct.pack("<6I", 0xC0DE05CC, 1, 2, 3, length, 0) + bytes(200)


_DECODES = b"\xda\x09b64" + b"decode"

BAD: dict[str, Maker] = {
    "pe-signature-mismatch": tampered,
    "pe-signature-beyond": pe(certificates=(0x400, 0x100000)),
    "pe-signature-unreadable": unreadable_signature,
    "pe-signature-trailing": lambda: signed() + b"appended after signing",
    "pe-signature-stuffed": stuffed,
    "pe-writable-executable": writable(),
    "pe-entry-writable": writable(),
    "pe-entry-outside": pe(entry=0x900000),
    "pe-entry-header": pe(entry=0x80),
    "pe-entry-not-code": pe(sections=[TEXT, Section(b".rdata", RETURN, READ)], entry=0x2000),
    "pe-entry-last-section": pe(
        sections=[TEXT, Section(b".data", PLAIN[:99], DATA), Section(b".added", RETURN)], entry=0x3000
    ),
    "pe-header-far": pe(header=0x1080),
    "pe-packer-name": lambda: Pe(sections=packed_sections(b"UP" + b"X0", b"UP" + b"X1"), entry=0x9000).build(),
    "pe-packer-shape": lambda: Pe(sections=packed_sections(b".one", b".two"), entry=0x9000).build(),
    "pe-code-entropy": pe(sections=[Section(b".text", RETURN + RANDOM[:20_000])]),
    "pe-overlay-entropy": pe(overlay=RANDOM[:40_000]),
    "pe-overlay-script-engine": pe(overlay=bytes.fromhex("a3484bbe986c4aa9994c530a86d6487d") + b"AU3!EA06" + bytes(40)),
    "pe-overlay-container": writable(overlay=b"PK\3\4" + RANDOM[:40_000]),
    "pe-imports-injection": imports(*INJECT),
    "pe-imports-hollowing": imports(*HOLLOW),
    "pe-imports-keylogging": imports(*KEYS),
    "pe-imports-few": pe(
        sections=[TEXT, Section(b".data", RANDOM[:30_000], DATA)],
        imports={"KERNEL32.dll": ["LoadLibraryA", "GetProcAddress"]},
    ),
    "pe-imports-hashed": lambda: hashed(b"\xc1\xc8\x0d"),
    "pe-imports-ordinal": pe(imports={"KERNEL32.dll": [10, 11, 12, 13, 14, 15]}),
    "pe-imports-debugger": writable(imports={"KERNEL32.dll": list(DEBUGGER)}),
    "pe-tls-callbacks": writable(callbacks=2),
    "pe-checksum-mismatch": writable(checksum=0x1234),
    "pe-timestamp-impossible": dated(0x1000),
    "pe-section-name-odd": pe(sections=[Section(b"\x01\x02\x03", RETURN, WRITABLE_CODE)]),
    "elf-writable-executable": elf(text_flags=7),
    "elf-stack-executable": elf(text_flags=7, segments=[(0x6474E551, 7, 0, b"")]),
    "elf-entry-outside": elf(entry=OUTSIDE),
    "elf-entry-writable": elf(text_flags=7),
    "elf-entry-not-text": elf(entry=0x200),
    "elf-packer-upx": lambda: (
        Elf(with_sections=False, text=RANDOM[:9000]).build().replace(bytes(20), UPX + bytes(16), 1)
    ),
    "elf-sections-missing-entropy": elf(with_sections=False, text=RANDOM),
    "elf-code-entropy": elf(text=RANDOM),
    "elf-constructor-outside": elf(constructors=[OUTSIDE], relocated=True),
    "elf-interpreter-writable": elf(interpreter="/tmp/ld-linux.so.2"),  # noqa: S108  # what the sample shows
    "elf-interpreter-unknown": elf(interpreter="/opt/x/loader"),
    "elf-search-path-writable": elf(names=[(29, "/usr/lib:/var/tmp/lib")]),
    "elf-search-path-relative": elf(names=[(15, "lib")]),
    "elf-needed-writable": elf(needed=["/dev/shm/libc.so.6"]),  # noqa: S108  # what the sample shows
    "elf-needed-path": elf(needed=["/opt/x/libx.so.1"]),
    "elf-audit-library": elf(names=[(0x6FFFFEFC, "libaudit-all.so")]),
    "elf-hooks-library-calls": elf(symbols=[*HOOKS, NEXT]),
    "elf-ifunc-outside": elf(symbols=[("checksum", 10, True, OUTSIDE)]),
    "elf-ifunc-hooks": elf(symbols=[RESOLVER, *MEDDLING]),
    "elf-segment-added": elf(segments=ADDED),
    "elf-note-segment-missing": elf(note_section=True, segments=ADDED),
    "macho-signature-mismatch": mac(tampered=True),
    "macho-signature-missing": mac(signed=False),
    "macho-writable-executable": mac(protection=7),
    "macho-entry-outside": mac(entry=0x40),
    "macho-encrypted": mac(encryption=1),
    "macho-packer-name": mac(text_name=b"upxTE" + b"XT", entry=0x1000),
    "macho-code-entropy": mac(text=RANDOM),
    "macho-library-writable": mac(libraries=["/private/tmp/libx.dylib"]),
    "macho-search-path-writable": mac(rpaths=["/tmp/lib"]),  # noqa: S108  # what the sample shows
    "macho-library-relative": mac(libraries=["libx.dylib"]),
    "script-decode-run": lambda: joined("import base64\nex", "ec(base64.b64", "decode('", HELLO64, "'))\n"),
    "script-decode-run-near": lambda: near("ex" + "ec(code)"),
    "script-decode-run-variable": lambda: joined("function run(x) { return ev", "al(at", "ob(x)); }\n"),
    "script-encoded-command": lambda: joined("power", "shell.exe -nop -e", "nc ", COMMAND64, "\r\n"),
    "script-packed": lambda: joined("ev", "al(function(p,a,c,k,e,d){return p}('0',1,1,'x'.split('|'),0,{}))\n"),
    "text-hidden-program": lambda: joined("data = '", PROGRAM64, "'\n"),
    "text-hidden-script": lambda: joined("data = '", base64.b64encode(INNER).decode(), "'\n"),
    "text-nested-encoding": lambda: joined("data = '", base64.b64encode(zlib.compress(PROGRAM)).decode(), "'\n"),
    "text-mostly-encoded": lambda: joined(PROGRAM64 * 4, "\n"),
    "binary-hidden-program": pe(sections=[TEXT, Section(b".data", b"\0" + PROGRAM64.encode() + b"\0", DATA)]),
    "xor-hidden-program": lambda: bytes(4096) + uncovered(PROGRAM, 0x5A),
    "bytecode-python": lambda: Sample(compiled(), b"module.cpython-311.pyc"),
    "bytecode-python-sourceless": lambda: Sample(compiled(), b"module.pyc"),
    "bytecode-python-unchecked": lambda: Sample(compiled(flags=1), b"module.cpython-311.pyc"),
    "bytecode-python-decode-run": lambda: Sample(compiled(_DECODES + b"\xda\x04ex" + b"ec"), b"module.cpython-311.pyc"),
    "bytecode-javascript": v8_cache,
    "name-disguised": lambda: Sample(PROGRAM, b"report.pdf"),
    "name-double-extension": lambda: Sample(PROGRAM, b"report.pdf.exe"),
    "name-direction": lambda: Sample(PROGRAM, "report\u202efdp.exe".encode()),
    "name-padded": lambda: Sample(PROGRAM, b"report.pdf                    .exe"),
}
"""A sample of each reason."""

TWINS: dict[str, Maker] = {
    "pe-signature-mismatch": signed,
    "pe-signature-beyond": pe(),
    "pe-signature-unreadable": pe(),
    "pe-signature-trailing": signed,
    "pe-signature-stuffed": signed,
    "pe-writable-executable": pe(sections=[TEXT, Section(b".data", RETURN, DATA)]),
    "pe-entry-writable": pe(),
    "pe-entry-outside": pe(),
    "pe-entry-header": pe(),
    "pe-entry-not-code": pe(sections=[TEXT, Section(b".rdata", RETURN, READ)]),
    "pe-entry-last-section": pe(sections=[Section(b".data", PLAIN[:99], DATA), TEXT], entry=0x2000),
    "pe-header-far": pe(header=0x400),
    "pe-packer-name": pe(sections=[Section(b"UP" + b"XX", RETURN)]),
    "pe-packer-shape": lambda: Pe(sections=[Section(b".bss", b"", DATA, 0x8000), TEXT], entry=0x9000).build(),
    "pe-code-entropy": pe(sections=[TEXT, Section(b".rsrc", RANDOM[:20_000], READ)]),
    "pe-overlay-entropy": pe(overlay=PLAIN),
    "pe-overlay-script-engine": pe(overlay=b"AutoIt is a language " * 20),
    "pe-overlay-container": pe(overlay=b"PK\3\4" + RANDOM[:40_000]),
    "pe-imports-injection": imports("VirtualAlloc" + "Ex", "WriteProcess" + "Memory"),
    "pe-imports-hollowing": imports("CreateProcessW", "WriteProcess" + "Memory", "ResumeThread"),
    "pe-imports-keylogging": imports("SetWindowsHook" + "ExW", "GetKeyState", "GetForegroundWindow"),
    "pe-imports-few": pe(
        sections=[TEXT, Section(b".data", PLAIN[:30_000], DATA)],
        imports={"KERNEL32.dll": ["LoadLibraryA", "GetProcAddress"]},
    ),
    "pe-imports-hashed": lambda: hashed(b"\xc1\xe0\x02"),
    "pe-imports-ordinal": pe(imports={"WS2_32.dll": [1, 2, 3, 4, 5, 6]}),
    "pe-imports-debugger": imports("IsDebuggerPresent", "OutputDebugStringA"),
    "pe-tls-callbacks": pe(callbacks=2),
    "pe-checksum-mismatch": pe(checksum=None),
    "pe-timestamp-impossible": pe(stamp=0x65000000),
    "pe-section-name-odd": pe(sections=[Section(b".text$mn", RETURN)]),
    "elf-writable-executable": elf(),
    "elf-stack-executable": elf(segments=[(0x6474E551, 7, 0, b"")]),
    "elf-entry-outside": elf(),
    "elf-entry-writable": elf(),
    "elf-entry-not-text": elf(text_name=b".text.startup"),
    "elf-packer-upx": elf(with_sections=False),
    "elf-sections-missing-entropy": elf(with_sections=False, text=b"\x55\x48\x89\xe5\xc3" * 4000),
    "elf-code-entropy": elf(text=b"\x55\x48\x89\xe5\xc3" * 4000),
    "elf-constructor-outside": elf(constructors=[build_elf.TEXT], relocated=True),
    "elf-interpreter-writable": elf(interpreter="/lib64/ld-linux-x86-64.so.2"),
    "elf-interpreter-unknown": elf(interpreter="/lib/ld-musl-x86_64.so.1"),
    "elf-search-path-writable": elf(names=[(29, "$ORIGIN/../lib:/usr/lib/tmp")]),
    "elf-search-path-relative": elf(names=[(15, "${ORIGIN}/lib")]),
    "elf-needed-writable": elf(needed=["libtmp.so.1"]),
    "elf-needed-path": elf(needed=["$ORIGIN/libx.so.1"]),
    "elf-audit-library": elf(names=[(14, "libaudit.so.1")]),
    "elf-hooks-library-calls": elf(symbols=HOOKS),
    "elf-ifunc-outside": elf(symbols=[RESOLVER]),
    "elf-ifunc-hooks": elf(symbols=[RESOLVER, MEDDLING[0]]),
    "elf-segment-added": elf(segments=[(1, 4, 0x800000, b"\0" * 64)]),
    "elf-note-segment-missing": elf(note_section=True, segments=[(4, 4, 0x2000, b"\0" * 32)]),
    "macho-signature-mismatch": mac(),
    "macho-signature-missing": mac(signed=False, cpu=build_macho.X86_64),
    "macho-writable-executable": mac(protection=5),
    "macho-entry-outside": mac(kind=build_macho.LIBRARY),
    "macho-encrypted": mac(),
    "macho-packer-name": mac(),
    "macho-code-entropy": mac(text=build_macho.RETURN * 200),
    "macho-library-writable": mac(libraries=["@rpath/libtmp.dylib"]),
    "macho-search-path-writable": mac(rpaths=["@loader_path/tmp"]),
    "macho-library-relative": mac(libraries=["@loader_path/libx.dylib"]),
    "script-decode-run": lambda: joined("import base64\nprint(base64.b64", "decode('", HELLO64, "'))\n"),
    "script-decode-run-near": lambda: near("print(code)"),
    "script-decode-run-variable": lambda: joined("function read(x) { return JSON.parse(at", "ob(x)); }\n"),
    "script-encoded-command": lambda: joined("power", "shell.exe -ExecutionPolicy Bypass -File ", "x" * 60, ".ps1\r\n"),
    "script-packed": lambda: joined("const f = function(p, a, c, k) { return p + a; };\n"),
    "text-hidden-program": lambda: joined("img = 'data:image/png;base64,", IMAGE64, "'\n"),
    "text-hidden-script": lambda: joined(
        "data = '", base64.b64encode(b"Dear reader, all is well. " * 9).decode(), "'\n"
    ),
    "text-nested-encoding": lambda: joined("data = '", base64.b64encode(zlib.compress(PLAIN[:900])).decode(), "'\n"),
    "text-mostly-encoded": lambda: joined("data = '", base64.b64encode(PLAIN).decode(), "'\n"),
    "binary-hidden-program": pe(sections=[TEXT, Section(b".data", b"\0" + IMAGE64.encode() + b"\0", DATA)]),
    "xor-hidden-program": lambda: bytes(4096) + uncovered(PLAIN, 0x5A),
    "bytecode-python": lambda: Sample(b"print('source')\n", b"module.cpython-311.pyc"),
    "bytecode-python-sourceless": lambda: Sample(compiled(), b"module.cpython-311.pyc"),
    "bytecode-python-unchecked": lambda: Sample(compiled(flags=3), b"module.cpython-311.pyc"),
    "bytecode-python-decode-run": lambda: Sample(compiled(_DECODES + b"\xda\x05exect"), b"module.cpython-311.pyc"),
    "bytecode-javascript": lambda: v8_cache(100),
    "name-disguised": lambda: Sample(PROGRAM, b"report.exe"),
    "name-double-extension": lambda: Sample(PROGRAM, b"report.v2.exe"),
    "name-direction": lambda: Sample("مستند".encode(), "مستند\u200f.txt".encode()),
    "name-padded": lambda: Sample(PROGRAM, b"annual report 2026.exe"),
}
"""For each reason something harmless that is like its sample."""

NEEDS_SIGNER = frozenset({"pe-signature-mismatch", "pe-signature-trailing", "pe-signature-stuffed"})
"""Reasons whose samples are signed with programs that may not be installed."""

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-16": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16 big": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-16 without mark": lambda text: text.encode("utf-16-le"),
    "cp932": lambda text: ("# 日本語の注釈です。\n" + text).encode("cp932"),
}
"""How a script can be written."""


def made(maker: Maker) -> Sample:
    """Return what a maker makes, with a name of no interest where it gives none."""
    sample = maker()
    return sample if isinstance(sample, Sample) else Sample(sample)
