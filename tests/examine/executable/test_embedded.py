"""Programs inside other things: at the item itself and as items of their own, and nothing that only speaks of them."""

from __future__ import annotations

import os
import struct
import sys
import time
from pathlib import Path

import pytest

from gate.examine.executable import headers
from gate.examine.executable.content import Content, Memory
from gate.examine.executable.embedded import KINDS, MOST_PLACES, Inside, programs_inside
from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.interface import View
from gate.models import Derived, ExecutableFact, Gap
from tests.examine.executable.native_samples import mach_o, pe
from tests.examine.viewing import examined, view_of

NOISE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 17
"""Something longer than what is read of an item at once."""


def elf(kind: int = 3, machine: int = 62) -> bytes:
    identification = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    return identification + struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0)


def mach_o_with_command() -> bytes:
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 2, 1, 24, 0, 0)
    return header + struct.pack("<II16s", 0x1B, 24, bytes(16))


def universal_with_slice() -> bytes:
    return struct.pack(">IIIIIII", 0xCAFEBABE, 1, 0x0100000C, 0, 48, 56, 3) + bytes(20) + mach_o_with_command()


def java_class() -> bytes:
    return struct.pack(">IHHH", 0xCAFEBABE, 0, 52, 4) + b"\7\0\2\1\0\1A\7\0\2" + bytes(12)


def dex() -> bytes:
    header = b"dex\n035\0" + bytes(24) + struct.pack("<III", 0x70, 0x70, 0x12345678)
    return header.ljust(0x70, b"\0")


def wasm() -> bytes:
    return b"\0asm\1\0\0\0" + b"\1\4\1\x60\0\0\3\2\1\0"


PROGRAMS = {
    "pe": pe(),
    "elf": elf(),
    "mach-o": mach_o_with_command(),
    "java-class": java_class(),
    "dex": dex(),
    "wasm": wasm(),
}
TWINS = {
    "pe": pe().replace(b"MZ", b"MX"),
    "elf": elf(machine=9999),
    "mach-o": mach_o(),
    "java-class": java_class()[:10] + b"\2" + bytes(20),
    "dex": dex()[:36] + bytes(80),
    "wasm": b"\0asm\1\0\0\0" + b"\1\4\1\x60\0\0\x80\1\0",
}


def found_in(data: bytes) -> list[tuple[int, str]]:
    inside = programs_inside(Content(Memory(data)))
    return [(each.place, each.named.format) for each in inside if isinstance(each, Inside)]


def test_every_kind_has_a_program_and_a_twin() -> None:
    assert set(PROGRAMS) == set(TWINS) == set(KINDS)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("before", [1, 7, 4000, (1 << 20) - 3, (1 << 20) + 1])
def test_program_is_found_wherever_it_stands(name: str, before: int) -> None:
    data = bytes([0x20]) * before + PROGRAMS[name] + NOISE
    assert found_in(data) == [(before, name)]


@pytest.mark.parametrize("name", TWINS)
def test_what_only_begins_like_one_is_not(name: str) -> None:
    assert found_in(NOISE + TWINS[name] + NOISE) == []


def test_universal_program_is_found_with_its_slice() -> None:
    assert found_in(NOISE + universal_with_slice()) == [(len(NOISE), "mach-o"), (len(NOISE) + 48, "mach-o")]
    assert found_in(NOISE + universal_with_slice()[:60]) == []


def test_first_byte_is_the_tables_business() -> None:
    for program in PROGRAMS.values():
        assert found_in(program) == []


def test_cut_headers_never_raise() -> None:
    for program in (*PROGRAMS.values(), universal_with_slice()):
        for length in range(len(program)):
            found_in(b"\0" + program[:length])


def test_item_and_program_are_both_named() -> None:
    found = examined(ExecutableExaminer(), NOISE + pe(machine=0xAA64))
    [fact] = [each for each in found if isinstance(each, ExecutableFact)]
    assert (fact.class_, fact.format, fact.architecture) == ("native", "pe", "aarch64")
    assert {"embedded=1", f"at={len(NOISE)}", "kind=program"} <= set(fact.detail.split())
    assert [each for each in found if isinstance(each, Derived)] == [Derived("embedded-pe-1", pe(machine=0xAA64))]


def test_program_in_a_program_is_counted_beside_it() -> None:
    found = examined(ExecutableExaminer(), pe() + bytes(100) + elf() + elf())
    facts = {each.format: each.detail.split() for each in found if isinstance(each, ExecutableFact)}
    assert set(facts) == {"pe", "elf"}
    assert "embedded=2" in facts["elf"]
    assert not any(word.startswith("embedded") for word in facts["pe"])
    both = examined(ExecutableExaminer(), pe() + bytes(8) + pe())
    [fact] = [each for each in both if isinstance(each, ExecutableFact)]
    assert "holds=1" in fact.detail.split()
    assert "embedded" not in fact.detail


def test_each_is_taken_out_with_what_follows_and_not_with_the_next() -> None:
    found = examined(ExecutableExaminer(), NOISE + elf() + b"config" + pe() + b"rest")
    taken = [each for each in found if isinstance(each, Derived)]
    assert taken == [Derived("embedded-elf-1", elf() + b"config"), Derived("embedded-pe-2", pe() + b"rest")]


def test_part_of_a_program_is_left_to_it() -> None:
    outer = bytearray(Path(sys.executable).resolve().read_bytes()[: 1 << 16])
    outer[1 << 14 : (1 << 14) + len(pe())] = pe()
    found = examined(ExecutableExaminer(), NOISE + bytes(outer))
    assert [each.name for each in found if isinstance(each, Derived)] == ["embedded-elf-1"]
    assert [each.name for each in examined(ExecutableExaminer(), bytes(outer)) if isinstance(each, Derived)] == [
        "embedded-pe-1"
    ]


def test_of_containers_the_members_are_items() -> None:
    subject = ExecutableExaminer()
    for labels, count, taken in (
        ((), 1, 1),
        (("pdf",), 1, 0),
        (("picture",), 1, 0),
        (("zip",), 0, 0),
        (("tar",), 0, 0),
    ):
        with view_of(NOISE + pe(), subject) as view:
            labelled = View(
                view.descriptor(), view.size, "", name=b"x", mode=None, labels=labels, depends_on=subject.depends_on
            )
            found = list(subject.examine(labelled))
        assert len([each for each in found if isinstance(each, ExecutableFact)]) == count
        assert len([each for each in found if isinstance(each, Derived)]) == taken


def test_more_programs_than_are_taken_out_are_a_gap() -> None:
    found = examined(ExecutableExaminer(), b"x" + pe() * 40)
    assert [each.reason for each in found if isinstance(each, Gap)] == ["too-many"]
    [fact] = [each for each in found if isinstance(each, ExecutableFact)]
    assert "embedded=40" in fact.detail.split()


@pytest.mark.parametrize(
    "data",
    [
        bytes(1 << 20) + b"PE\0\0\x64\x86" * 1000,
        b"\0" + (pe() * (MOST_PLACES + 1)),
        b"\0" + (b"MZ" * 20_000 + b"PE\0\0\x64\x86" + bytes(16) + b"\x0b\x02") * 40,
        b"\0" + b"\x7fELF\x02\x01\x01" * (MOST_PLACES * 40),
        b"\0" + b"\xca\xfe\xba\xbe\0\0\0\x1f" * (MOST_PLACES * 40),
        b"\0" + b"\xca\xfe\xba\xbe\0\0\0\x34\xff\xff" * (MOST_PLACES * 10),
    ],
    ids=["signatures", "programs", "beginnings", "elf", "universal", "classes"],
)
def test_bytes_that_keep_looking_like_headers_are_a_gap_soon(data: bytes) -> None:
    started = time.process_time()
    found = examined(ExecutableExaminer(), data)
    assert "too-many" in [each.reason for each in found if isinstance(each, Gap)]
    assert time.process_time() - started < 20  # a hang, not a speed: a machine may be slow


def test_texts_and_noise_hold_none() -> None:
    assert found_in(b"MZ and PE and \x7fELF and dex are words of a text.\n" * 400) == []
    assert found_in(os.urandom(1 << 20)) == []
    assert found_in(wasm() + b"\0asm\1\0\0\0") == []
    assert found_in(b"\0" + b"".join(bytes(pattern[:4]) for pattern in (b"\xca\xfe\xba\xbe", b"\0asm")) * 3) == []


def test_far_header_is_found() -> None:
    far = bytearray(b"MZ".ljust(headers.PE_REACH - 8, b"\0") + pe()[64:])
    struct.pack_into("<I", far, 0x3C, headers.PE_REACH - 8)
    assert found_in(b"\0" + bytes(far)) == [(1, "pe")]


def test_programs_with_long_tables_end_soon() -> None:
    """Each of these says that it has thousands of sections and segments, all of them in the item."""
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 64, 0, 64, 56, 4096, 64, 4096, 0)
    started = time.process_time()
    found = examined(ExecutableExaminer(), b"\0" + header * 9_000 + bytes(1 << 20))
    [fact] = [each for each in found if isinstance(each, ExecutableFact)]
    assert "embedded=9000" in fact.detail.split()
    assert time.process_time() - started < 20  # a hang, not a speed: a machine may be slow
