"""Programs packed by UPX, by the program itself and by hand: they unpack, and those that do not are gaps."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Trouble
from gate.intake.readers.upx import is_packed
from gate.intake.readers.upx_filter import restore_jumps
from gate.intake.readers.upx_nrv import unpacked
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.reader_kit import labels_of, read_bytes
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

SAMPLE = Path("/usr/share/clamav-testfiles/clam-upx.exe")
PROGRAM = Path("/bin/ls")
CODE = b"\x90" * 11 + b"\xe8\x04\0\0\x40" + b"\x0f\x84\x04\0\0\x60" + b"\xe8\1\2\3\4" + b"\xcc" * 9
"""Code with two filtered targets: a call and a condition; the second call has another mark."""


def by_upx(tmp_path: Path, *switches: str, program: Path = PROGRAM) -> bytes:
    """Return a program of this system packed by UPX."""
    target = tmp_path / "packed"
    if shutil.which("upx") is None:
        pytest.skip("needs the program upx, which not every Debian release has")
    subprocess.run(["upx", "-qqq", "-1", *switches, "-o", target, program.resolve()], check=True, capture_output=True)
    return target.read_bytes()


class Nrv2b:
    """Writes a stream of NRV2B with words of 32 bits: bytes as they are, matches, and the end."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._word = 0
        self._left = 0

    def bit(self, value: int) -> None:
        if not self._left:
            self._word, self._left = len(self._data), 32
            self._data += bytes(4)
        self._left -= 1
        whole = int.from_bytes(self._data[self._word : self._word + 4], "little") | value << self._left
        self._data[self._word : self._word + 4] = whole.to_bytes(4, "little")

    def plain(self, content: bytes) -> None:
        for byte in content:
            self.bit(1)
            self._data.append(byte)

    def match(self, distance: int, length: int) -> None:
        """Write a match of two to four bytes."""
        self._offset(distance - 1)
        self.bit((length - 1) >> 1)
        self.bit((length - 1) & 1)

    def done(self) -> bytes:
        self._offset(0xFFFFFFFF)
        return bytes(self._data)

    def _offset(self, offset: int) -> None:
        self.bit(0)
        digits = f"{(offset >> 8) + 3:b}"[1:]
        for place, digit in enumerate(digits, start=1):
            self.bit(int(digit))
            self.bit(place == len(digits))
        self._data.append(offset & 0xFF)


def nrv2b(content: bytes) -> bytes:
    stream = Nrv2b()
    stream.plain(content)
    return stream.done()


def pack_header(
    packed: bytes, image: bytes, method: int, kind: int, *, form: int = 9, size: int | None = None
) -> bytes:
    sums = zlib.adler32(image), zlib.adler32(packed)
    sizes = len(image) if size is None else size, len(packed), 9999
    head = b"UPX!" + struct.pack("<BBBBLLLLLBBB", 13, form, method, 8, *sums, *sizes, kind, 4, 0)
    return head + bytes([sum(head[4:]) % 251])


def windows(image: bytes, method: int = 2, kind: int = 0, *, form: int = 9, behind: bytes = b"", **more: int) -> bytes:
    """Return a Windows program that holds ``image`` packed."""
    packed = nrv2b(image) if method == 2 else zlib.compress(image, wbits=-15)
    body = pack_header(packed, image, method, kind, form=form, **more) + packed
    coff = struct.pack("<4sHHLLLHH", b"PE\0\0", 0x14C, 1, 0, 0, 0, 224, 2)
    optional = bytearray(224)
    struct.pack_into("<H", optional, 0, 0x10B)
    struct.pack_into("<L", optional, 60, 512)
    section = struct.pack("<8sLLLL16x", b"UPX0", len(body), 0x1000, len(body), 512)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<L", 64) + coff + optional + section
    return head.ljust(512, b"\0") + body + behind


def image_with_headers(code: bytes) -> bytes:
    """Return an image whose code stands 0x1000 behind its start, with the original headers at its end."""
    image = b"image".ljust(0x1000, b"\0") + code
    headers = b"PE\0\0".ljust(28, b"\0") + struct.pack("<L12xL", len(code), 0x2000)
    return image + headers + struct.pack("<L", len(image))


@pytest.mark.parametrize("switch", ["--nrv2b", "--nrv2d", "--nrv2e", "--lzma"])
def test_elf_programs_come_out_byte_for_byte(switch: str, tmp_path: Path) -> None:
    data = by_upx(tmp_path, switch)
    assert labels_of(data) == ("upx",)
    reading = read_bytes(data, "upx")
    assert reading.all_troubles == []
    assert bytes(reading.named(b"unpacked").content) == PROGRAM.read_bytes()


def test_data_behind_an_elf_program_comes_out(tmp_path: Path) -> None:
    reading = read_bytes(by_upx(tmp_path) + PAYLOAD, "upx")
    assert reading.gives == {"hidden-data"}
    assert bytes(reading.named(b"trailing").content) == PAYLOAD


@pytest.mark.parametrize("method", [2, 15])
@pytest.mark.parametrize("form", [9, 36])
def test_windows_programs(form: int, method: int) -> None:
    data = windows(image := image_with_headers(CODE), method, form=form, behind=PAYLOAD)
    assert labels_of(data) == ("upx",)
    reading = read_bytes(data, "upx")
    assert reading.all_troubles == []
    assert bytes(reading.named(b"unpacked").content) == image
    assert bytes(reading.named(b"overlay-1").content) == PAYLOAD


@pytest.mark.parametrize(("kind", "condition"), [(0x26, b"\x04\0\0\x60"), (0x49, b"\x4e\xf0\xff\xff")])
def test_targets_of_jumps_are_restored(kind: int, condition: bytes) -> None:
    reading = read_bytes(windows(image_with_headers(CODE), kind=kind), "upx")
    assert reading.all_troubles == []
    code = bytes(reading.named(b"unpacked").content)[0x1000 : 0x1000 + len(CODE)]
    assert code[11:16] == b"\xe8" + struct.pack("<l", 0x40 - 0x100B - 1)
    assert code[16:18] == CODE[16:18]
    assert code[18:22] == condition
    assert code[22:] == CODE[22:]


@pytest.mark.parametrize(
    ("data", "gives", "detail"),
    [
        (windows(image_with_headers(CODE), kind=0x16), "unsupported", "not restored"),
        (windows(CODE, kind=0x26), "unsupported", "not restored"),
        (windows(image_with_headers(CODE), form=3), "unsupported", "no form of packing"),
        (windows(CODE, size=len(CODE) + 1), "corrupt", "another size"),
        (windows(CODE, size=len(CODE) - 1), "corrupt", "packed data"),
        (windows(CODE, size=1 << 31), "too-large", "MiB"),
        (windows(CODE)[:-1], "corrupt", "checksum"),
        (windows(CODE)[:-1] + b"?", "corrupt", "checksum"),
    ],
    ids=["filter", "headers", "form", "longer", "shorter", "large", "cut", "changed"],
)
def test_what_does_not_unpack_is_a_gap(data: bytes, gives: str, detail: str) -> None:
    assert "upx" in labels_of(data)
    reading = read_bytes(data, "upx")
    assert reading.gives == {gives}
    assert any(detail in told for told in reading.details), reading.details


def test_a_wrong_image_is_told() -> None:
    packed = nrv2b(CODE)
    header = bytearray(pack_header(packed, CODE, 2, 0))
    header[8] ^= 1
    header[31] = sum(header[4:31]) % 251
    data = windows(CODE).replace(pack_header(packed, CODE, 2, 0), bytes(header))
    assert read_bytes(data, "upx").gives == {"corrupt"}


def test_other_programs_are_not_packed() -> None:
    for data in (PROGRAM.read_bytes(), Path(sys.executable).read_bytes(), windows(CODE).replace(b"UPX!", b"UPX?")):
        assert not is_packed(data)
        assert "upx" not in labels_of(data)
    mentioned = windows(CODE).replace(b"UPX!\r", b"UPX!\r"[:4] + b"\xff")
    assert not is_packed(mentioned)
    assert not is_packed(b"a text about UPX! and more")
    assert not is_packed(b"\x7fELF")


def test_matches_of_nrv2b() -> None:
    stream = Nrv2b()
    stream.plain(b"ab")
    stream.match(2, 4)
    stream.match(1, 3)
    stream.match(6, 2)
    data = stream.done()
    assert unpacked(data, 11, 2) == b"abababbbbba"
    with pytest.raises(Damaged):
        unpacked(data, 10, 2)
    with pytest.raises(Damaged):
        unpacked(data + b"tail", 11, 2)


@pytest.mark.parametrize(
    ("data", "method"),
    [(b"", 2), (b"", 14), (b"\x1a\0\0" + b"\xff" * 30, 14), (b"\x1b\3", 14), (b"\xff", 15), (b"", 99)],
)
def test_bad_streams(data: bytes, method: int) -> None:
    with pytest.raises(Damaged):
        unpacked(data, 5, method)


def test_a_match_from_before_the_start() -> None:
    stream = Nrv2b()
    stream.plain(b"a")
    stream.match(2, 2)
    with pytest.raises(Damaged):
        unpacked(stream.done(), 3, 2)


def test_an_unknown_filter_changes_nothing() -> None:
    code = bytearray(CODE)
    assert not restore_jumps(code, 0, len(code), 0x15, 4)
    assert code == CODE


def test_damaged_programs_never_crash(tmp_path: Path) -> None:
    bases = [by_upx(tmp_path / str(place), switch) for place, switch in enumerate(_made(tmp_path, 3))]
    bases += [windows(image_with_headers(CODE), kind=0x49), windows(image_with_headers(CODE), 15)]
    for number in range(300):
        dice = random.Random(number)  # a fixed seed, no secret
        broken = bytearray(bases[number % len(bases)])
        for _ in range(dice.randint(1, 5)):
            near = dice.random() < 0.7
            place = dice.randrange(400 if near else len(broken))
            broken[place] = dice.choice([0, 1, 255, dice.randrange(256)])
        cut = bytes(broken if dice.random() < 0.8 else broken[: dice.randrange(len(broken))])
        started = time.monotonic()
        reading = read_bytes(cut, "upx", most=1 << 27)
        assert time.monotonic() - started < 30  # a hang, not a speed
        found = [bytes(seen.content) for seen in reading.seen if seen.member.name == b"unpacked"]
        assert found or reading.gives


def _made(tmp_path: Path, count: int) -> list[str]:
    for place in range(count):
        (tmp_path / str(place)).mkdir()
    return ["--nrv2b", "--nrv2e", "--lzma"][:count]


def test_the_sample_of_clamav() -> None:
    if not SAMPLE.is_file():
        pytest.skip("needs the Debian package clamav-testfiles")
    reading = read_bytes(SAMPLE.read_bytes(), "upx")
    assert reading.all_troubles == []
    assert reading.named(b"unpacked").size == 16906


def test_in_a_worker(tmp_path: Path) -> None:
    data = by_upx(tmp_path, "--lzma")
    worker = worker_for("upx")
    try:
        events = events_of(worker, "upx", data)
    finally:
        worker.close()
    assert [event for event in events if isinstance(event, Trouble)] == []
    assert b"".join(getattr(event, "chunk", b"") for event in events) == PROGRAM.read_bytes()
