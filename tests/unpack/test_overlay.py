"""Data behind programs comes out in parts; programs without any are left alone."""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

import pytest

from gate.intake.identify import HEAD_BYTES
from gate.intake.readers.interface import Options
from gate.intake.readers.overlay import PAGE, overlay_start
from gate.structure.programs import behind
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.reader_kit import labels_of, read_bytes
from tests.unpack.sevenzip_kit import fresh, installer, made
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

SAMPLES = Path("/usr/share/clamav-testfiles")


def pe(*, certificate: bytes = b"", symbols: bytes = b"", wide: bool = False, between: bytes = b"") -> bytes:
    """Return a PE file with one section, and behind it symbols, ``between`` and a signature where they are given."""
    raw, size = 512, 512
    optional_size = 240 if wide else 224
    symbols_at = raw + size if symbols else 0
    coff = struct.pack(
        "<4sHHLLLHH", b"PE\0\0", 0x8664 if wide else 0x14C, 1, 0, symbols_at, 0 if not symbols else 1, optional_size, 2
    )
    optional = bytearray(optional_size)
    struct.pack_into("<H", optional, 0, 0x20B if wide else 0x10B)
    struct.pack_into("<L", optional, 60, raw)
    if certificate:
        place = raw + size + len(symbols) + len(between)
        struct.pack_into("<LL", optional, (112 if wide else 96) + 32, place, len(certificate))
    section = struct.pack("<8sLLLL16x", b".text", size, 0x1000, size, raw)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<L", 64) + coff + optional + section
    return head.ljust(raw, b"\0") + b"\xcc" * size + symbols + between + certificate


def elf(*, wide: bool = True, order: str = "<", sections: bool = True) -> bytes:
    """Return an ELF file with a segment and, at its end, a table of two sections."""
    ident = b"\x7fELF" + bytes((2 if wide else 1, 1 if order == "<" else 2, 1)) + bytes(9)
    header, entry, section = (64, 56, 64) if wide else (52, 32, 40)
    body = b"code" * 16
    start = header + entry
    table = start + len(body) if sections else 0
    fields = (2, 62, 1, 0, header, table, 0, header, entry, 1, section, 2 if sections else 0, 0)
    form = f"{order}HHLQQQLHHHHHH" if wide else f"{order}HHLLLLLHHHHHH"
    segment = (
        struct.pack(f"{order}LLQQQQQQ", 1, 5, start, 0, 0, len(body), len(body), 1)
        if wide
        else struct.pack(f"{order}LLLLLLLL", 1, start, 0, 0, len(body), len(body), 5, 1)
    )
    rows = (
        struct.pack(f"{order}LLQQQQLLQQ", 0, 1, 0, 0, start, len(body), 0, 0, 1, 0)
        if wide
        else struct.pack(f"{order}LLLLLLLLLL", 0, 1, 0, 0, start, len(body), 0, 0, 1, 0)
    )
    return ident + struct.pack(form, *fields) + segment + body + (bytes(section) + rows if sections else b"")


def mach(*, wide: bool = True, order: str = "<") -> bytes:
    """Return a Mach-O file with one segment."""
    magic = {
        (True, "<"): b"\xcf\xfa\xed\xfe",
        (True, ">"): b"\xfe\xed\xfa\xcf",
        (False, "<"): b"\xce\xfa\xed\xfe",
        (False, ">"): b"\xfe\xed\xfa\xce",
    }[wide, order]
    length, total = (72, 1024) if wide else (56, 1024)
    form = f"{order}LL16sQQQQLLLL" if wide else f"{order}LL16sLLLLLLLL"
    command = struct.pack(form, 0x19 if wide else 1, length, b"__TEXT", 0, total, 0, total, 7, 5, 0, 0)
    head = magic + struct.pack(f"{order}LLLLLL", 7, 3, 2, 1, len(command), 0) + (bytes(4) if wide else b"")
    return (head + command).ljust(total, b"\x90")


def fat_mach() -> bytes:
    """Return a Mach-O file for one processor in the form for several."""
    inner = mach()
    return (b"\xca\xfe\xba\xbe" + struct.pack(">LLLLLL", 1, 7, 3, 4096, len(inner), 12)).ljust(4096, b"\0") + inner


def dos() -> bytes:
    """Return a program of DOS of 700 bytes."""
    return (b"MZ" + struct.pack("<HHHH", 700 - 512, 2, 0, 4)).ljust(64, b"\0").ljust(700, b"\x90")


PROGRAMS = {
    "pe": pe(),
    "pe-64": pe(wide=True),
    "pe-signed": pe(certificate=b"signature" * 16),
    "pe-with-symbols": pe(symbols=bytes(18) + struct.pack("<L", 24) + b"a name of a symbol\0\0"),
    "elf": elf(),
    "elf-32": elf(wide=False),
    "elf-big": elf(order=">"),
    "elf-bare": elf(sections=False),
    "mach": mach(),
    "mach-32-big": mach(wide=False, order=">"),
    "mach-fat": fat_mach(),
    "dos": dos(),
}
NO_PROGRAMS = {
    "text": b"just a text\n" * 100,
    "empty": b"",
    "mz-alone": b"MZ",
    "java": b"\xca\xfe\xba\xbe" + struct.pack(">HH", 0, 61) + bytes(100),
    "zip": b"PK\3\4" + bytes(100),
}


def start_of(data: bytes) -> int | None:
    return overlay_start(data[:HEAD_BYTES], len(data))


def parts_of(data: bytes) -> list[bytes]:
    reading = read_bytes(data, "overlay")
    assert reading.all_troubles == []
    assert all(seen.member.made_up for seen in reading.seen)
    return [bytes(seen.content) for seen in reading.seen]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_alone(name: str) -> None:
    assert start_of(PROGRAMS[name]) is None
    assert parts_of(PROGRAMS[name]) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_data_behind_a_program(name: str) -> None:
    data = PROGRAMS[name] + PAYLOAD
    assert start_of(data) == len(PROGRAMS[name])
    assert parts_of(data) == [PAYLOAD]


@pytest.mark.parametrize("name", NO_PROGRAMS)
def test_what_is_no_program(name: str) -> None:
    assert start_of(NO_PROGRAMS[name] + PAYLOAD) is None
    assert parts_of(NO_PROGRAMS[name] + PAYLOAD) == []


def test_data_before_and_behind_a_signature() -> None:
    data = pe(certificate=b"signature" * 16, between=PAYLOAD)
    assert parts_of(data) == [PAYLOAD]
    assert parts_of(data + PAYLOAD[::-1]) == [PAYLOAD, PAYLOAD[::-1]]


def test_zeros_of_a_page_are_filling() -> None:
    assert parts_of(pe() + bytes(PAGE)) == []
    assert parts_of(pe() + bytes(PAGE + 1)) == [bytes(PAGE + 1)]
    assert parts_of(pe() + bytes(PAGE - len(PAYLOAD)) + PAYLOAD)[0].endswith(PAYLOAD)


def test_containers_begin_parts_of_their_own() -> None:
    note = b';!@Install@!UTF-8!\nTitle="x"\n;!@InstallEnd@!'
    assert parts_of(pe() + note + made("7z")) == [note, made("7z")]
    assert parts_of(pe() + note + made("cab") + made("7z") + PAYLOAD) == [note, made("cab"), made("7z"), PAYLOAD]
    assert parts_of(pe() + note + b"Rar!\x1a\x07\1\0" + PAYLOAD) == [note, b"Rar!\x1a\x07\1\0" + PAYLOAD]


def test_signs_alone_begin_nothing() -> None:
    for sign in (b"7z\xbc\xaf\x27\x1c" + bytes(40), b"MSCF\0\0\0\0" + b"\xff" * 40, b"MSCF\0\0\0\0"):
        assert parts_of(pe() + PAYLOAD + sign + PAYLOAD) == [PAYLOAD + sign + PAYLOAD]


def test_a_sign_across_the_border_of_two_windows() -> None:
    for short in range(8):
        filling = b"x" * ((1 << 18) - short)
        assert parts_of(pe() + filling + made("7z")) == [filling, made("7z")]


def test_many_containers_cost_no_more_than_their_bytes() -> None:
    data = made("7z")
    assert len(data) < 30_000
    header = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(bytes(20))) + bytes(20)
    assert len(parts_of(pe() + header * 5_000)) == 1001


def test_files_in_a_row() -> None:
    row = b"a.exe\0Disk1\\a.exe\x001.0.0.0\x004\0MZxxb.txt\0b.txt\x001.0\x003\0abc"
    reading = read_bytes(pe() + row + b"the end of it", "overlay")
    assert [(seen.member.name, bytes(seen.content)) for seen in reading.seen] == [
        (b"Disk1/a.exe", b"MZxx"),
        (b"b.txt", b"abc"),
        (b"overlay-1", b"the end of it"),
    ]
    unsafe = read_bytes(pe() + b"a\0..\\..\\a\x001.0\x004\0MZxx", "overlay")
    assert unsafe.gives == {"unsafe-name"}
    for broken in (b"a\0b\x001.0\x001\0xx", b"a\0a\x001.0\x00999\0x", b"a\0a\0v1\x001\0xx", b"a\0a\x001.0\0-1\0xx"):
        assert parts_of(pe() + broken) == [broken]


def test_too_many_parts() -> None:
    row = b"".join(b"f%d\0f%d\x001.0\x001\0x" % (number, number) for number in range(20))
    assert read_bytes(pe() + row, "overlay", Options(entries=10)).gives == {"too-many"}


def test_an_installer_from_the_program_to_its_files() -> None:
    whole = fresh(installer)
    (data,) = parts_of(whole)
    assert whole.endswith(data)
    assert read_bytes(data, "nsis").all_troubles == []


def test_known_samples() -> None:
    goal = (SAMPLES / "clam.exe").read_bytes()
    (data,) = parts_of((SAMPLES / "clam-nsis.exe").read_bytes())
    assert goal in {bytes(seen.content) for seen in read_bytes(data, "nsis").seen}
    outside = read_bytes((SAMPLES / "clam_IScab_ext.exe").read_bytes(), "overlay")
    assert bytes(outside.named(b"Disk1/clam.exe").content) == goal
    inside = read_bytes((SAMPLES / "clam_IScab_int.exe").read_bytes(), "overlay")
    cabinet = bytes(inside.named(b"Disk1/data1.cab").content)
    assert labels_of(cabinet) == ("installshield",)
    for name, sign in (
        ("clam_ISmsi_ext.exe", b"InstallShield\0"),
        ("clam.ea05.exe", b"\xa3HK\xbe\x98lJ\xa9"),
        ("clam.ea06.exe", b"\xa3HK\xbe\x98lJ\xa9"),
    ):
        (data,) = parts_of((SAMPLES / name).read_bytes())
        assert data.startswith(sign)


def test_programs_of_this_system() -> None:
    for path in (Path(sys.executable).resolve(), Path("/bin/sh").resolve(), Path("/usr/bin/7zz")):
        assert parts_of(path.read_bytes()) == [], path


@pytest.mark.parametrize("name", PROGRAMS)
def test_damaged_headers(name: str) -> None:
    data = PROGRAMS[name] + PAYLOAD
    for place in range(min(len(data), 640)):
        for value in (0, 0x7F, 0xFF):
            changed = data[:place] + bytes((value,)) + data[place + 1 :]
            regions = behind(lambda at, length, changed=changed: changed[at : at + length], len(changed))  # type: ignore[misc]  # bound at once
            assert all(0 <= start < stop <= len(changed) for start, stop in regions)


def test_in_a_worker() -> None:
    worker = worker_for("overlay")
    try:
        events = events_of(worker, "overlay", pe() + PAYLOAD)
    finally:
        worker.close()
    assert [getattr(event, "name", getattr(event, "chunk", b"")) for event in events] == [b"overlay-1", PAYLOAD]
