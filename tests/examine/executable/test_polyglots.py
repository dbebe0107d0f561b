"""Files that are two things at once are named as the program that they are, whatever else they are."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pikepdf
import pytest

from gate.examine.executable.examiner import ExecutableExaminer
from gate.models import ExecutableFact
from tests.examine.executable.native_samples import boot_sector, pe
from tests.examine.executable.setup_samples import SCRIPT_WITH_ARCHIVE, bootable_disc
from tests.examine.executable.zip_samples import zip_of
from tests.examine.viewing import examined


def named(data: bytes) -> set[str]:
    return {each.format for each in examined(ExecutableExaminer(), data) if isinstance(each, ExecutableFact)}


def png(*chunks: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0))
    texts = b"".join(chunk(b"tEXt", b"Comment\0" + text) for text in chunks)
    return b"\x89PNG\r\n\x1a\n" + header + texts + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def bmp() -> bytes:
    return struct.pack("<2sLHHLLLLHHLLLLLL", b"BM", 58, 0, 0, 54, 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0) + bytes(4)


def jpeg(comment: bytes = b"") -> bytes:
    application = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    return b"\xff\xd8" + application + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + b"\xff\xd9"


def gif(width: bytes = b"\1\0", rest: bytes = b"\1\0\0\0\0;") -> bytes:
    return b"GIF89a" + width + rest


def pdf() -> bytes:
    stream = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(stream)
    return stream.getvalue()


JAR = zip_of("META-INF/MANIFEST.MF", "A.class")
POLYGLOTS = {
    "PE and ZIP": (pe() + zip_of("a.txt"), {"pe", "sfx"}),
    "PE and jar": (pe() + JAR, {"pe", "jar"}),
    "PE behind PNG": (png() + pe(), {"pe"}),
    "PE behind JPEG": (jpeg() + pe(), {"pe"}),
    "PE behind BMP": (bmp() + pe(), {"pe"}),
    "PE behind PDF": (pdf() + pe(), {"pe"}),
    "shell and zip": (b"#!/bin/sh\nunzip $0\nexit\n" + zip_of("a.txt"), {"shebang", "sfx"}),
    "shell and tar": (SCRIPT_WITH_ARCHIVE, {"shebang", "sfx"}),
    "Python and zip": (b"#!/usr/bin/env python3\n" + zip_of("__main__.py"), {"shebang", "pyz"}),
    "PDF and jar": (pdf() + JAR, {"jar"}),
    "PDF and Python zip": (pdf() + zip_of("__main__.py"), {"pyz"}),
    "GIF and JavaScript, comment": (gif(b"/*", b"\0\0\0\0;*/=1;alert(1)"), {"javascript"}),
    "GIF and JavaScript, assignment": (gif(b"=1", b";alert(1)"), {"javascript"}),
    "BMP and JavaScript": (b"BM/*" + bytes(60) + b"*/=1;alert(1)", {"javascript"}),
    "JPEG and JavaScript": (b"\xff\xd8\xff\xe0/*JFIF\0" + bytes(60) + b"*/=1;alert(1)//", {"javascript"}),
    "PNG and PHP": (png(b"<?php system($_G\x45T[0]); ?>"), {"php"}),
    "JPEG and PHP": (jpeg(b"<?PHP eval($x);"), {"php"}),
    "GIF and ASP": (gif() + b'<%ev\x61l request("x")%>', {"asp"}),
    "PNG and HTML application": (png(b'<script language="VBScript">x</script>'), {"hta"}),
    "ISO with boot code": (bootable_disc(), {"el-torito"}),
    "ISO for sticks": (boot_sector(b"\x33\xc0\x8e") + bootable_disc()[512:], {"el-torito", "boot-sector"}),
}
BENIGN = {
    "PNG": png(b"Made with <love> and <?xml version='1.0'?>"),
    "JPEG": jpeg(b"*/ = 1; a comment that quotes code"),
    "GIF": gif(),
    "GIF of that width": gif(b"/*", b"\0\0\0\0;no end of a comment"),
    "BMP": bmp(),
    "PDF": pdf(),
    "PDF and zip of texts": pdf() + zip_of("a.txt"),
    "PNG that speaks of PE": png(b"MZ and PE\0\0 are marks"),
    "text with PHP": b"To begin, write <?php and so on.\n",
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_polyglot_is_named(name: str) -> None:
    data, formats = POLYGLOTS[name]
    assert named(data) == formats


@pytest.mark.parametrize("name", BENIGN)
def test_what_is_only_one_thing_is_not(name: str) -> None:
    assert named(BENIGN[name]) == set()


def test_mark_at_the_end_of_a_long_picture_is_found() -> None:
    long = png() + bytes(40 << 20)
    assert named(long + b"<?php x") == {"php"}
    assert named(long) == set()


def test_hostile_pictures_end_soon() -> None:
    started = time.process_time()
    for filling in (b"<script ", b"*/\0\0\0\0", b"<%", b"*/" + b" " * 100):
        named(gif(b"/*") + filling * ((4 << 20) // len(filling)))
    assert time.process_time() - started < 30  # a hang, not a speed: a machine may be slow
