"""The reader of compound files, against a writer of its own and, for the benign ones, against olefile."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Callable

import olefile
import pytest

from gate.intake.identify import identify
from gate.intake.readers.interface import Options
from tests.unpack.document_kit import (
    PROGRAM,
    contents,
    every_cut,
    peak_memory,
    read_confined,
    read_in_time,
    silent_mutations,
)
from tests.unpack.ole_writer import CUTOFF, INSTALLER, NONE, Writer, compound, package, tree
from tests.unpack.reader_kit import read_bytes

LARGE = bytes(range(256)) * 40
STREAMS = {
    "\x01CompObj": b"c" * 100,
    "WordDocument": b"\xec\xa5" + bytes(10) + LARGE,
    "Macros/VBA/dir": b"d" * 70,
    "Macros/VBA/Module1": LARGE[:CUTOFF],
    "empty": b"",
    "日本語": b"j" * (CUTOFF - 1),
}


def test_streams_come_out_as_olefile_reads_them() -> None:
    data = compound(STREAMS)
    assert identify(data, data, len(data)) == ("ole",)
    reading = read_bytes(data, "ole")
    assert reading.all_troubles == []
    with olefile.OleFileIO(io.BytesIO(data)) as other:
        theirs = {"/".join(path).encode(): other.openstream(path).read() for path in other.listdir()}
    assert contents(reading) == theirs == {name.encode(): content for name, content in STREAMS.items()}


def test_larger_files_come_out_whole() -> None:
    large = bytes(range(251)) * 40_000
    data = compound({"a": large, "b": b"x" * 100})
    reading = read_bytes(data, "ole")
    assert reading.all_troubles == []
    assert contents(reading)[b"a"][: 4 << 20] == large[: 4 << 20]
    assert reading.named(b"a").size == len(large)


def test_packages_come_out_as_their_file() -> None:
    data = compound({"ObjectPool/_1/\x01Ole10Native": package("表.exe".encode("cp932"), PROGRAM)})
    reading = read_bytes(data, "ole")
    assert reading.all_troubles == []
    assert contents(reading)["表.exe".encode("cp932")] == PROGRAM
    other = compound({"\x01Ole10Native": struct.pack("<L", len(PROGRAM)) + PROGRAM})
    assert contents(read_bytes(other, "ole"))[b"native-data-1"] == PROGRAM


def record(version: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<HHL", version, kind, len(data)) + data


def test_objects_of_presentations_come_out() -> None:
    inner = compound({"\x01Ole10Native": package(b"a.exe", PROGRAM)})
    coded = record(0x10, 0x1011, struct.pack("<L", len(inner)) + zlib.compress(inner))
    document = record(0xF, 0x3E8, record(0, 1, b"x" * 40) + coded + record(0, 0x1011, inner))
    reading = read_bytes(compound({"PowerPoint Document": document}), "ole")
    assert reading.all_troubles == []
    assert contents(reading)[b"object-1"] == contents(reading)[b"object-2"] == inner


def packed(name: str) -> str:
    """Return a name in the packed form of Windows Installer."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
    pairs = [name[at : at + 2] for at in range(0, len(name), 2)]
    codes = [
        0x3800 + letters.index(p[0]) + 64 * letters.index(p[1]) if len(p) == 2 else 0x4800 + letters.index(p)
        for p in pairs
    ]
    return "".join(map(chr, codes))


def test_names_of_installers_are_unpacked() -> None:
    data = compound({"\u4840" + packed("_Tables"): b"t", packed("Binary.tool"): PROGRAM}, INSTALLER)
    reading = read_bytes(data, "ole")
    assert reading.all_troubles == []
    assert contents(reading) == {b"!_Tables": b"t", b"Binary.tool": PROGRAM}


def changed(change: Callable[[Writer], None], streams: dict[str, bytes] | None = None) -> bytes:
    """Return a file whose writer was tampered with before the end."""
    writer = Writer(tree(streams or {"a": LARGE, "b": LARGE, "c": b"small", "d": b"tiny"}))
    change(writer)
    return writer.finish()


def loop(writer: Writer) -> None:
    writer.fat[5] = 3


def mini_loop(writer: Writer) -> None:
    writer.mini_fat[0] = 0
    writer.entries[3][7] = 1000


def shared(writer: Writer) -> None:
    writer.entries[2][6] = writer.entries[1][6]


def shared_mini(writer: Writer) -> None:
    writer.entries[4][6] = writer.entries[3][6]


def outside(writer: Writer) -> None:
    writer.fat[5] = 0x00FFFFFF


def tail_of_chain(writer: Writer) -> None:
    writer.entries[1][7] = 5000


def tree_loop(writer: Writer) -> None:
    writer.entries[2][3] = 1


def tree_outside(writer: Writer) -> None:
    writer.entries[2][3] = 5000


def orphan(writer: Writer) -> None:
    writer.entries[1][3] = NONE


def lied_size(writer: Writer) -> None:
    writer.entries[1][7] = 1 << 31


def lost_sectors(writer: Writer) -> None:
    writer.fat[writer.chain(PROGRAM)] = 0xFFFFFFFF


def lost_minis(writer: Writer) -> None:
    writer.mini += b"lost" * 16
    writer.mini_fat.append(0xFFFFFFFF)


def odd_kind(writer: Writer) -> None:
    writer.entries[2][1] = 7


def second_root(writer: Writer) -> None:
    writer.entries[2][1] = 5


def slashed(writer: Writer) -> None:
    writer.entries[1][0] = "../a".encode("utf-16-le")


def same_names(writer: Writer) -> None:
    writer.entries[2][0] = "A".encode("utf-16-le")


def no_root(writer: Writer) -> None:
    writer.entries[0][1] = 1


SOUND = compound({"a": LARGE, "c": b"small"})
HOSTILE: dict[str, tuple[bytes, str]] = {
    "chain in a circle": (changed(loop), "corrupt"),
    "small chain in a circle": (changed(mini_loop), "corrupt"),
    "one chain for two": (changed(shared), "corrupt"),
    "one small chain for two": (changed(shared_mini), "corrupt"),
    "sector outside": (changed(outside), "corrupt"),
    "chain longer than the stream": (changed(tail_of_chain), "ambiguous"),
    "tree in a circle": (changed(tree_loop), "corrupt"),
    "entry outside": (changed(tree_outside), "corrupt"),
    "stream outside of the tree": (changed(orphan), "hidden-data"),
    "lied size": (changed(lied_size), "corrupt"),
    "sectors of no stream": (changed(lost_sectors), "hidden-data"),
    "small sectors of no stream": (changed(lost_minis), "hidden-data"),
    "odd kind": (changed(odd_kind), "corrupt"),
    "second root": (changed(second_root), "corrupt"),
    "traversal": (changed(slashed), "unsafe-name"),
    "names that differ in case": (changed(same_names), "ambiguous"),
    "no root": (changed(no_root), "corrupt"),
    "behind the end": (SOUND + PROGRAM, "hidden-data"),
    "header only": (SOUND[:512], "corrupt"),
    "half a header": (SOUND[:100], "corrupt"),
    "odd sector size": (SOUND[:30] + b"\x0b\0" + SOUND[32:], "unsupported"),
    "odd version": (SOUND[:26] + b"\x07\0" + SOUND[28:], "corrupt"),
    "DIFAT in a circle": (SOUND[:68] + struct.pack("<L", 3) + SOUND[72:], "corrupt"),
    "cut package": (compound({"\x01Ole10Native": package(b"a.exe", PROGRAM)[:-10]}), "corrupt"),
    "lied package": (compound({"\x01Ole10Native": package(b"a.exe", PROGRAM).replace(struct.pack("<L", len(PROGRAM)), b"\xff\xff\xff\x7f")}), "corrupt"),
    "cut record": (compound({"PowerPoint Document": record(0, 1, b"xx")[:-1]}), "corrupt"),
    "bad object": (compound({"PowerPoint Document": record(0x10, 0x1011, b"abcdefgh")}), "corrupt"),
    "encrypted package": (compound({"EncryptedPackage": LARGE, "EncryptionInfo": b"x"}), "encrypted"),
    "encrypted Word": (compound({"WordDocument": b"\xec\xa5" + bytes(8) + b"\0\1" + LARGE}), "encrypted"),
    "encrypted Excel": (compound({"Workbook": struct.pack("<HHH", 0x809, 2, 0) + struct.pack("<HHH", 0x2F, 2, 0)}), "encrypted"),
    "encrypted PowerPoint": (compound({"Current User": bytes(12) + b"\xdf\xc4\xd1\xf3"}), "encrypted"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    data, word = HOSTILE[name]
    assert word in read_in_time(data, "ole").gives


def test_hidden_bytes_come_out() -> None:
    assert PROGRAM in b"".join(contents(read_bytes(HOSTILE["sectors of no stream"][0], "ole")).values())
    assert b"lost" * 16 in contents(read_bytes(HOSTILE["small sectors of no stream"][0], "ole"))[b"unused-1"]
    assert contents(read_bytes(HOSTILE["stream outside of the tree"][0], "ole"))[b"orphan-1"] == LARGE
    slack = changed(
        lambda writer: writer.sectors.__setitem__(19, writer.sectors[19][:-100] + b"s" * 100), {"a": LARGE[:-200]}
    )
    reading = read_bytes(slack, "ole")
    assert b"s" * 100 in contents(reading)[b"slack-1"]
    assert reading.all_troubles == [], "what writers leave at the ends of sectors is examined, and no sign of anything"


def test_a_presentation_whose_sectors_end_early_is_told() -> None:
    def shorten(writer: Writer) -> None:
        writer.entries[1][7] = 200_000

    data = changed(shorten, {"PowerPoint Document": record(0, 1, bytes(6000))})
    assert "corrupt" in read_in_time(data, "ole").gives
    for length in range(len(data) - 2000, len(data), 3):
        assert read_in_time(data[:length], "ole").gives


def test_documents_that_are_not_encrypted() -> None:
    for streams in (
        {"WordDocument": b"\xec\xa5" + bytes(20)},
        {"Workbook": struct.pack("<HHH", 0x809, 2, 0) + struct.pack("<HH", 0x0A, 0)},
        {"Current User": bytes(12) + b"\x5f\xc0\x91\xe3"},
        {"folder/EncryptedPackage": b"x"},
    ):
        assert read_bytes(compound(streams), "ole").all_troubles == []


def test_trees_of_any_shape_take_linear_time() -> None:
    wide = compound({f"s{number}": b"x" for number in range(50_000)})
    assert len(read_in_time(wide, "ole", 20).seen) == 50_000
    assert read_bytes(wide, "ole", Options(entries=10)).gives == {"too-many"}
    deep = compound({"/".join("d" * 500): b"x"})
    assert "too-deep" in read_in_time(deep, "ole").gives


def test_streams_that_share_one_long_chain_take_linear_time() -> None:
    def all_shared(writer: Writer) -> None:
        for entry in writer.entries[2:]:
            entry[6], entry[7] = writer.entries[1][6], writer.entries[1][7]

    data = changed(all_shared, {"a": bytes(8 << 20)} | {f"s{number}": b"" for number in range(10_000)})
    reading = read_in_time(data, "ole", 20)
    assert "corrupt" in reading.gives
    assert sum(seen.size for seen in reading.seen) < 2 * len(data)


def test_an_object_bomb_comes_out_in_bounded_steps() -> None:
    bomb = record(0x10, 0x1011, bytes(4) + zlib.compress(bytes(40 << 20)))
    data = compound({"PowerPoint Document": bomb})
    assert peak_memory(lambda: read_bytes(data, "ole")) < 16 << 20


def test_damage_is_told_or_within_a_stream() -> None:
    started = time.process_time()
    silent_mutations(compound(STREAMS), "ole", 400)
    assert time.process_time() - started < 30
    assert every_cut(SOUND, "ole", 97) == []


def test_in_a_worker() -> None:
    members, troubles = read_confined(compound(STREAMS | {"\x01Ole10Native": package(b"a.exe", PROGRAM)}), "ole")
    assert troubles == []
    assert members[b"a.exe"] == PROGRAM
    assert members["日本語".encode()] == STREAMS["日本語"]
