"""Parts of programs that the samples do not reach: universal files, broken signatures, hidden strings."""

from __future__ import annotations

import base64
import gzip
import struct
from collections.abc import Callable

import pytest

from gate.examine.heuristics.entropy import SAMPLE_BYTES, entropy
from gate.examine.heuristics.examiner import HeuristicsExaminer
from gate.examine.heuristics.packers import PACKER_OF_SECTION, packer_of_section
from gate.examine.heuristics.pe_overlay import known_container
from gate.examine.heuristics.places import anyone_writes
from gate.examine.heuristics.reasons import codes_of
from gate.models import Derived, DetectionFact, Gap
from tests.examine.heuristics import heuristics_samples as kit
from tests.examine.heuristics.build_elf import Elf
from tests.examine.heuristics.build_macho import ARM64, LIBRARY, X86_64, MachO
from tests.examine.heuristics.build_pe import DATA, RETURN, Pe, Section
from tests.examine.viewing import examined


def codes(data: bytes) -> list[str]:
    observations = examined(HeuristicsExaminer(), data)
    assert not [each for each in observations if isinstance(each, Gap)]
    return [code for each in observations if isinstance(each, DetectionFact) for code in codes_of(each.detail)]


def derived(data: bytes) -> list[bytes]:
    return [each.data for each in examined(HeuristicsExaminer(), data) if isinstance(each, Derived)]


# --- Mach-O ---------------------------------------------------------------------------------------------------


def universal(*programs: MachO) -> bytes:
    """A file of several programs, each on a page of its own."""
    table, body = b"", b""
    for program in programs:
        data = program.build()
        table += struct.pack(">IIIII", program.cpu, 0, 0x4000 + len(body), len(data), 14)
        body += data.ljust(-(-len(data) // 0x4000) * 0x4000, b"\0")
    return (struct.pack(">II", 0xCAFEBABE, len(programs)) + table).ljust(0x4000, b"\0") + body


def test_every_program_of_a_universal_file_is_examined() -> None:
    sound = MachO(cpu=X86_64)
    assert codes(universal(sound, MachO())) == []
    assert codes(universal(sound, MachO(protection=7))) == ["macho-writable-executable"]
    assert codes(universal(MachO(tampered=True), sound)) == ["macho-signature-mismatch"]


def test_java_class_is_no_universal_file() -> None:
    assert codes(b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(200)) == []


def place_of_signature(program: bytes) -> int:
    return program.index(bytes.fromhex("fade0cc0"))


BROKEN_SIGNATURES: dict[str, Callable[[bytearray, int], None]] = {
    "no super blob": lambda data, place: struct.pack_into(">I", data, place, 0),
    "no directory": lambda data, place: struct.pack_into(">I", data, place + 20, 0),
    "index beyond": lambda data, place: struct.pack_into(">I", data, place + 16, 0x7FFFFFFF),
    "no entries": lambda data, place: struct.pack_into(">I", data, place + 8, 0),
    "unknown hash": lambda data, place: struct.pack_into("B", data, place + 20 + 37, 9),
    "limit beyond": lambda data, place: struct.pack_into(">I", data, place + 20 + 32, 0x7FFFFFFF),
    "hashes beyond": lambda data, place: struct.pack_into(">I", data, place + 20 + 16, 0x7FFFFFFF),
}


@pytest.mark.parametrize("how", BROKEN_SIGNATURES)
def test_broken_signature_of_macos_is_a_mismatch(how: str) -> None:
    program = bytearray(MachO().build())
    BROKEN_SIGNATURES[how](program, place_of_signature(bytes(program)))
    assert "macho-signature-mismatch" in codes(bytes(program))


def test_signature_that_is_cut_off_is_a_mismatch() -> None:
    program = MachO(kind=LIBRARY).build()
    assert "macho-signature-mismatch" in codes(program[: place_of_signature(program) + 8])


def test_object_file_is_not_held_to_the_rules_of_programs() -> None:
    assert codes(MachO(kind=1, protection=7, signed=False, cpu=ARM64).build()) == []


# --- PE -------------------------------------------------------------------------------------------------------


def test_symbols_of_a_linker_are_no_overlay() -> None:
    plain = Pe().build()
    strings = kit.RANDOM[:30_000]
    program = bytearray(plain + bytes(18) + struct.pack("<I", 4 + len(strings)) + strings)
    assert codes(bytes(program)) == ["pe-overlay-entropy"]
    struct.pack_into("<II", program, 0x80 + 12, len(plain), 1)
    assert codes(bytes(program)) == []
    assert codes(bytes(program) + kit.RANDOM[30_000:60_000]) == ["pe-overlay-entropy"]


@pytest.mark.skipif(not kit.CAN_SIGN, reason="osslsigncode is not installed")
def test_overlay_beside_the_certificates_is_seen() -> None:
    found = codes(kit.signed() + kit.RANDOM[:40_000])
    assert {"pe-overlay-entropy", "pe-signature-trailing"} <= set(found)


OVERLAYS = {
    "zip": (b"PK\3\4", b""),
    "nsis": (bytes(4) + b"\xef\xbe\xad\xdeNullsoftInst", b""),
    "inno-setup": (b"zlb\x1a", b""),
    "pyinstaller": (b"x\x9c", b"MEI\x0c\x0b\x0a\x0b\x0e" + bytes(80)),
    "7z": (b";!@Install@!UTF-8!\n7z\xbc\xaf\x27\x1c", b""),
    "": (b"\x01\x02", b"\x03"),
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_overlays_of_installers_are_known(name: str) -> None:
    assert known_container(*OVERLAYS[name]) == name


def test_section_without_stored_size_has_its_size_in_memory() -> None:
    assert codes(Pe(sections=[Section(b".text", RETURN), Section(b".bss", b"", DATA, 0x9000)]).build()) == []


def test_import_set_counts_whatever_the_variant_of_a_name() -> None:
    names: list[str | int] = ["CreateProcess" + "A", "ZwUnmapView" + "OfSection", "NtWriteVirtual" + "Memory"]
    program = Pe(imports={"ntdll.dll": [*names, "ZwSetContext" + "Thread", *(f"F{number}" for number in range(20))]})
    assert codes(program.build()) == ["pe-imports-hollowing"]


@pytest.mark.parametrize("name", sorted(PACKER_OF_SECTION))
def test_names_of_packers_are_known_in_any_case(name: str) -> None:
    assert packer_of_section(name.upper()) == packer_of_section(name + "\0") == PACKER_OF_SECTION[name]


# --- what a program holds in encoded form ---------------------------------------------------------------------

INNER = base64.b64encode(kit.PROGRAM)
STORED: dict[str, bytes] = {
    "base64": INNER,
    "wide": INNER.decode().encode("utf-16-le"),
    "hex": kit.PROGRAM.hex().encode(),
    "hex upper": kit.PROGRAM.hex().upper().encode(),
    "elf": base64.b64encode(Elf().build()),
}


@pytest.mark.parametrize("how", STORED)
@pytest.mark.parametrize("outer", [Pe, Elf])
def test_program_in_a_program_is_uncovered(how: str, outer: type[Pe | Elf]) -> None:
    filler = b"\xc3" * 64 + b"\0" + STORED[how] + b"\0"
    program = Pe(sections=[Section(b".text", filler)]) if outer is Pe else Elf(text=filler)
    assert "binary-hidden-program" in codes(program.build())
    [found] = derived(program.build())
    assert found.startswith((b"MZ", b"\x7fELF"))


def test_archive_in_a_program_is_uncovered_without_suspicion() -> None:
    packed = gzip.compress(bytes(kit.RANDOM[:400]), mtime=0)
    program = Pe(sections=[Section(b".text", RETURN + b"\0" + base64.b64encode(packed) + b"\0")]).build()
    assert (codes(program), derived(program)) == ([], [packed])


@pytest.mark.parametrize("magic", ["feedface", "feedfacf", "cefaedfe", "cffaedfe"])
def test_magic_words_in_test_data_are_no_program(magic: str) -> None:
    vector = f"plain = '{magic}deadbeeffeedfacedeadbeef{'abaddad2' * 12}'\n"
    assert (codes(vector.encode()), derived(vector.encode())) == ([], [])


# --- small parts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "writable"),
    [("/tmp", True), ("/tmp/x", True), ("//tmp/./x", True), ("/dev/shm/a", True), ("/tmpfs", False), ("tmp/x", False)],  # noqa: S108  # names
)
def test_folders_that_anyone_writes_to(path: str, *, writable: bool) -> None:
    assert anyone_writes(path) is writable


def test_entropy_of_the_extremes() -> None:
    assert entropy(b"") == entropy(bytes(1000)) == 0.0
    assert entropy(bytes(range(256)) * 4) == 8.0
    assert entropy(kit.RANDOM * 4) > 7.9
    assert entropy(bytes(SAMPLE_BYTES) + kit.RANDOM) < 7.0
