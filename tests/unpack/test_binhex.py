"""The reader of BinHex 4.0, against a writer of its own (RFC 1741, appendix A)."""

from __future__ import annotations

import binascii
import os
import time

import pytest

from gate.intake.readers.interface import Options
from gate.intake.text_formats import text_labels
from tests.unpack.document_kit import PROGRAM, contents, every_cut, read_confined, read_in_time, silent_mutations
from tests.unpack.reader_kit import read_bytes

BANNER = b"(This file must be converted with BinHex 4.0)\n\n"
LETTERS = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"


def with_checksum(data: bytes) -> bytes:
    return data + binascii.crc_hqx(data, 0).to_bytes(2, "big")


def run_lengths(data: bytes) -> bytes:
    """Return ``data`` with runs of four and more shortened, and the mark itself escaped."""
    output = bytearray()
    position = 0
    while position < len(data):
        byte = data[position : position + 1]
        run = 1
        while run < 255 and data[position + run : position + run + 1] == byte:
            run += 1
        output += b"\x90\0" if byte == b"\x90" else byte
        if run > 3:
            output += b"\x90" + bytes([run])
            position += run
        else:
            position += 1
    return bytes(output)


def lettered(data: bytes) -> bytes:
    """Return bytes in letters of six bits each, in lines of 64."""
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 6)
    letters = bytes(LETTERS[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))
    text = b":" + letters + b":"
    return b"\n".join(text[at : at + 64] for at in range(0, len(text), 64)) + b"\n"


def forks(name: bytes, data: bytes, resource: bytes = b"") -> bytes:
    head = (
        bytes([len(name)]) + name + b"\0APPLpdos\0\0" + len(data).to_bytes(4, "big") + len(resource).to_bytes(4, "big")
    )
    return with_checksum(head) + with_checksum(data) + with_checksum(resource)


def binhex(name: bytes, data: bytes, resource: bytes = b"", *, behind: bytes = b"") -> bytes:
    return BANNER + lettered(run_lengths(forks(name, data, resource) + behind))


RUNS = b"a" * 1000 + b"\x90" * 700 + b"bbbb\x90c" + bytes(5000)

BENIGN: dict[str, tuple[bytes, dict[bytes, bytes]]] = {
    "program": (binhex(b"a.exe", PROGRAM), {b"a.exe": PROGRAM}),
    "both forks": (binhex(b"a", PROGRAM, b"resource"), {b"a": PROGRAM, b"resource-fork-1": b"resource"}),
    "runs": (binhex(b"a", RUNS), {b"a": RUNS}),
    "empty": (binhex(b"a", b""), {b"a": b""}),
    "crlf and text before": (b"see:\r\n" + binhex(b"a", PROGRAM).replace(b"\n", b"\r\n"), {b"a": PROGRAM}),
    "two": (binhex(b"a", b"1") + b"\n" + binhex(b"b", b"2"), {b"a": b"1", b"b": b"2"}),
}


@pytest.mark.parametrize("name", BENIGN)
def test_benign(name: str) -> None:
    data, files = BENIGN[name]
    assert text_labels(data) == ("binhex",)
    reading = read_bytes(data, "binhex")
    assert reading.all_troubles == []
    assert contents(reading) == files


SOUND = forks(b"a.exe", PROGRAM)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "bad header checksum": (BANNER + lettered(run_lengths(SOUND.replace(b"pdos", b"pdot"))), "corrupt"),
    "bad data checksum": (BANNER + lettered(run_lengths(SOUND.replace(b"MZ", b"MX"))), "corrupt"),
    "bad checksum of an empty fork": (BANNER + lettered(run_lengths(SOUND[:-1] + b"x")), "corrupt"),
    "other characters": (binhex(b"a", PROGRAM).replace(b"!", b"~", 1), "corrupt"),
    "no end": (binhex(b"a", PROGRAM).rstrip(b":\n"), "corrupt"),
    "no data": (BANNER + b"::\n", "corrupt"),
    "nothing behind the banner": (BANNER + b"text\n", "corrupt"),
    "cut": (BANNER + lettered(run_lengths(SOUND[:500])), "corrupt"),
    "cut amid a run": (BANNER + lettered(run_lengths(SOUND) + b"\x90"), "corrupt"),
    "behind the forks": (binhex(b"a", b"x", behind=PROGRAM), "hidden-data"),
    "zeros behind the forks": (binhex(b"a", b"x", behind=bytes(500)), "corrupt"),
    "lied size": (BANNER + lettered(run_lengths(with_checksum(b"\1a\0APPLpdos\0\0\xff\xff\xff\xff\0\0\0\0") + PROGRAM)), "corrupt"),
    "traversal": (binhex(b"../a", b"x"), "unsafe-name"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    data, word = HOSTILE[name]
    assert word in read_in_time(data, "binhex").gives


def test_large_files_and_bombs() -> None:
    payload = os.urandom(200_000)
    assert contents(read_in_time(binhex(b"a", payload), "binhex", 20))[b"a"] == payload
    bomb = bytes(60 << 20)
    reading = read_in_time(
        BANNER
        + lettered(
            with_checksum(b"\1a\0APPLpdos\0\0" + len(bomb).to_bytes(4, "big") + bytes(4))
            + b"\0"
            + b"\x90\xff" * (len(bomb) // 254)
        ),
        "binhex",
        20,
    )
    assert reading.seen[0].size > 50 << 20
    assert reading.gives == {"corrupt"}, "the checksum is missing, the bytes came out in bounded steps"


def test_many_files_end_at_the_limit_in_linear_time() -> None:
    data = binhex(b"a", b"1") * 5_000
    assert len(read_in_time(data, "binhex", 20).seen) == 5_000
    assert read_bytes(data, "binhex", Options(entries=3)).gives == {"too-many"}
    read_in_time(BANNER * 100_000, "binhex", 10)
    read_in_time((BANNER + b":") * 50_000, "binhex", 20)


def test_damage_is_told() -> None:
    started = time.process_time()
    data = binhex(b"a.exe", PROGRAM)
    assert silent_mutations(data, "binhex", 300) < 100
    assert time.process_time() - started < 20
    assert [length for length in every_cut(data, "binhex", 7) if length > len(BANNER)] == []


def test_in_a_worker() -> None:
    assert read_confined(binhex(b"a.exe", PROGRAM), "binhex") == ({b"a.exe": PROGRAM}, [])
