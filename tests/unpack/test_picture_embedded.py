"""Archives in files of other kinds are found by headers that hold together, and never by a sign alone."""

from __future__ import annotations

import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.structure.embedded import Embedded, embedded_containers
from tests.unpack.hostile import made_with
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.hostile.containers import noise
from tests.unpack.hostile.nested import zipped
from tests.unpack.hostile.rar_writer import MAGIC4, MAGIC5, archive4, archive5, file4, file5
from tests.unpack.test_overlay import elf

PAGE = b"<!DOCTYPE html><html><body>hello</body></html>\n"
SIGNS = {
    "7z": b"7z\xbc\xaf\x27\x1c",
    "cab": b"MSCF\0\0\0\0",
    "rar5": b"Rar!\x1a\x07\x01\x00",
    "rar4": b"Rar!\x1a\x07\x00",
    "xz": b"\xfd7zXZ\0\0\4\xe6\xd6\xb4F",
    "zip": b"PK\5\6",
    "zip-local": b"PK\3\4",
}


def xz(data: bytes = PAYLOAD) -> bytes:
    return made_with.with_program(data, "xz", "-k", f"in/{made_with.NAME}", made=f"in/{made_with.NAME}.xz")


def found(data: bytes) -> list[Embedded]:
    return list(embedded_containers(lambda offset, count: data[offset : offset + count], len(data)))


ARCHIVES: dict[str, tuple[str, bool, Callable[[], bytes]]] = {
    "7z": ("7z", True, lambda: made_with.sevenzip(PAYLOAD)),
    "cab": ("cab", True, lambda: made_with.cab(PAYLOAD)),
    "rar5": ("rar", False, lambda: archive5([file5(b"a", PAYLOAD)])),
    "rar5-encrypted": ("rar", False, made_with.rar_encrypted),
    "rar4": ("rar", False, lambda: archive4([file4(b"a", PAYLOAD)])),
    "xz": ("xz", False, xz),
    "zip": ("zip", True, lambda: zipped({"a": PAYLOAD})),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_in_a_page(name: str) -> None:
    label, ended, make = ARCHIVES[name]
    archive = make()
    data = PAGE + archive + PAGE
    assert found(data) == [Embedded(len(PAGE), label, len(PAGE) + len(archive) if ended else None)]


@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.parametrize("short", range(0, 16, 3))
def test_a_sign_across_the_border_of_two_windows(name: str, short: int) -> None:
    filling = b"x" * ((1 << 20) - short)
    assert [(each.offset, each.label) for each in found(filling + ARCHIVES[name][2]())] == [
        (len(filling), ARCHIVES[name][0])
    ]


@pytest.mark.parametrize("name", SIGNS)
def test_a_sign_alone_begins_nothing(name: str) -> None:
    for rest in (b"", bytes(60), b"\xff" * 60, b" is how such a file begins, as every tool of the trade knows" * 4):
        assert found(PAGE + SIGNS[name] + rest) == []


@pytest.mark.parametrize("name", ["7z", "rar5", "rar4", "xz"])
def test_a_header_with_a_wrong_checksum_begins_nothing(name: str) -> None:
    archive = bytearray(ARCHIVES[name][2]())
    archive[len(SIGNS[name]) + 2] ^= 1
    assert found(PAGE + archive) == []


def test_an_archive_that_was_not_closed(tmp_path: Path) -> None:
    archive = made_with.sevenzip(PAYLOAD)
    unclosed = archive[:8] + bytes(24) + archive[32:]
    assert found(PAGE + unclosed) == [Embedded(len(PAGE), "7z", None)]
    path = tmp_path / "unclosed"
    path.write_bytes(unclosed)
    listed = subprocess.run(["7zz", "l", "-ba", path], check=False, capture_output=True).stdout
    assert made_with.NAME.encode() in listed  # the program opens it


def test_an_archive_within_another_one_is_its_reader_s() -> None:
    inner = made_with.sevenzip(PAYLOAD)
    outer = made_with.cab(inner)
    assert [each.label for each in found(PAGE + outer + inner)] == ["cab", "7z"]


def test_cabinets_that_do_not_fit() -> None:
    cabinet = made_with.cab(PAYLOAD)
    assert found(PAGE + cabinet[:-1]) == []
    assert found(PAGE + cabinet[:25] + b"\4" + cabinet[26:]) == []


def test_long_headers_cost_no_more_than_their_bytes() -> None:
    body = b"\1\0\0".ljust(1 << 16, b"x")
    long = MAGIC5 + struct.pack("<L", 0) + b"\x80\x80\x04" + body
    assert [each.label for each in found(PAGE + long)] == ["rar"]
    data = (MAGIC5 + struct.pack("<L", 0) + b"\xff\x1f\1" + MAGIC4 + struct.pack("<HBHH", 0, 0x73, 0, 4000)) * 60_000
    started = time.process_time()
    assert len(found(data)) >= 0
    assert time.process_time() - started < 10


def test_zip_files_with_large_directories() -> None:
    plain = zipped({"a": PAYLOAD})
    place = plain.index(b"PK\5\6")
    directory, offset = struct.unpack_from("<LL", plain, place + 12)
    record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, directory, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, place, 1)
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    whole = plain[:place] + record + locator + end
    assert found(PAGE + whole + PAGE) == [Embedded(len(PAGE), "zip", len(PAGE) + len(whole))]
    assert found(PAGE + whole[len(plain) // 2 :]) == []


def test_names_of_functions_in_a_program_end_with_their_section(tmp_path: Path) -> None:
    stream = xz()
    (tmp_path / "names").write_bytes(stream)
    (tmp_path / "a.c").write_text("int answer(void) { return 42; }\n")
    subprocess.run(["cc", "-c", "a.c", "-o", "a.o"], cwd=tmp_path, check=True)
    command = ["objcopy", "--add-section", ".gnu_debugdata=names", "a.o", "b.o"]
    subprocess.run(command, cwd=tmp_path, check=True)
    program = (tmp_path / "b.o").read_bytes()
    assert found(program) == [Embedded(program.index(stream), "xz", program.index(stream) + len(stream))]
    moved = elf() + stream
    assert found(moved) == [Embedded(len(elf()), "xz", None)]


def test_damaged_archives_and_programs_are_no_trouble() -> None:
    behind = xz()
    for data in [ARCHIVES[name][2]()[:300] for name in ARCHIVES] + [elf()]:
        for place in range(min(len(data), 120)):
            for value in (0, 0x7F, 0xFF):
                changed = data[:place] + bytes((value,)) + data[place + 1 :]
                for each in found(changed + behind):
                    assert 0 <= each.offset < len(changed) + 400
                    assert each.end is None or each.offset < each.end


def test_programs_that_open_archives_hold_none() -> None:
    for path in ("/usr/bin/7zz", "/usr/bin/unzip", "/usr/bin/xz", "/usr/lib/file/magic.mgc"):
        assert found(Path(path).read_bytes()) == [], path


def test_noise_holds_nothing() -> None:
    assert found(noise(3 << 20)) == []
