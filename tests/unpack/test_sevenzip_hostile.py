"""Hostile containers of the formats that 7-Zip opens: each is told for what it is, in bounded time and memory."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import time
import zlib
from pathlib import Path

import pytest

from gate.errors import WorkerDied
from gate.intake import program
from gate.intake.readers import sevenzip, sevenzip_cab, sevenzip_run
from gate.intake.readers.interface import Options, Source
from gate.intake.readers.registry import modules_of
from gate.intake.readers.sevenzip_list import PROMPT, blocks, lines, overview
from gate.isolation import Confinement, PrivateFolder, Worker
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.reader_kit import read_bytes
from tests.unpack.sevenzip_kit import (
    NOISE,
    TEXT,
    fat,
    fresh,
    gpt,
    lzh,
    made,
    nsis,
    ntfs,
    run,
    tree,
)
from tests.unpack.test_readers_in_a_worker import OPTIONS, events_of

UNSAFE = {
    "traversal": (b"up/../../evil", "parent folder"),
    "line feed": (b"two\nlines", "line feed"),
    "line feed in a folder": (b"two\nlines/file", "line feed"),
    "carriage return": (b"over\rwritten", "control character"),
    "escape": (b"colour\x1b[31m", "control character"),
    "right to left": ("txt\u202eexe.a".encode(), "bidi"),
    "backslash": (b"up\\evil", "backslash"),
    "drive": (b"c:evil", "drive"),
    "stream": (b"file:stream", "stream"),
    "trailing dot": (b"evil.", "trailing dot"),
    "device": (b"sub/con.txt", "reserved"),
}
HONEST = ("納入物.txt", "a_b", "under_score/_", "spaces in it", "colons::doubled")


def written(folder: Path, names: list[bytes]) -> Path:
    """Write files whose names no archive should have."""
    root = folder / "root"
    root.mkdir()
    for name in names:
        place = os.path.join(os.fsencode(root), name)  # noqa: PTH118  # names in bytes
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120  # names in bytes
        with open(place, "wb") as stream:  # noqa: PTH123  # names in bytes
            stream.write(TEXT)
    return root


def seven(folder: Path, names: list[bytes], *switches: str) -> bytes:
    run("7zz", "a", *switches, folder / "out.7z", ".", folder=written(folder, names))
    return (folder / "out.7z").read_bytes()


def renamed(data: bytes, old: str, new: str) -> bytes:
    """Return a 7z archive with a plain header in which a name is another one of the same length."""
    offset, size = struct.unpack_from("<QQ", data, 12)
    header = data[32 + offset : 32 + offset + size].replace(old.encode("utf-16-le"), new.encode("utf-16-le"))
    start = struct.pack("<QQL", offset, size, zlib.crc32(header))
    return data[:8] + struct.pack("<L", zlib.crc32(start)) + start + data[32 : 32 + offset] + header


# --- names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", sorted(set(UNSAFE) - {"traversal"}))
def test_unsafe_names_of_7z(what: str) -> None:
    name, word = UNSAFE[what]
    reading = read_bytes(fresh(seven, [name]), "7z")
    assert any(word in detail for detail in reading.details), reading.details
    assert "unsafe-name" in reading.gives


@pytest.mark.parametrize("new", ["../../evil-name", "/absolute/evil/", "/absolute/evil1"])
def test_names_that_leave(new: str) -> None:
    plain = fresh(seven, [b"fifteen-letters"], "-mhc=off")
    assert read_bytes(plain, "7z").all_troubles == []
    reading = read_bytes(renamed(plain, "fifteen-letters", new), "7z")
    assert "unsafe-name" in reading.gives


SYSTEMS = ("squashfs", "iso", "ext", "cramfs", "xar")
IN_SYSTEMS = [
    (what, form)
    for what in ("line feed", "escape", "right to left", "backslash")
    for form in SYSTEMS
    if (what, form) != ("escape", "xar")  # XML cannot hold this character, and the writer refuses it
]


@pytest.mark.parametrize(("what", "form"), IN_SYSTEMS)
def test_unsafe_names_of_file_systems(what: str, form: str) -> None:
    name, word = UNSAFE[what]

    def maker(folder: Path) -> bytes:
        root = written(folder, [name])
        out = folder / "out"
        if form == "ext":
            out.write_bytes(bytes(1 << 20))
        commands: dict[str, list[str | Path]] = {
            "squashfs": ["mksquashfs", root, out, "-quiet", "-no-progress"],
            "iso": ["genisoimage", "-quiet", "-R", "-o", out, root],
            "ext": ["mkfs.ext4", "-q", "-O", "^has_journal", "-d", root, out],
            "cramfs": ["mkfs.cramfs", root, out],
            "xar": ["bsdtar", "--format", "xar", "-C", root, "-cf", out, "."],
        }
        run(*commands[form], folder=folder)
        return out.read_bytes()

    reading = read_bytes(fresh(maker), form)
    assert any(word in detail for detail in reading.details), reading.details


@pytest.mark.parametrize("name", HONEST)
def test_honest_names(name: str) -> None:
    reading = read_bytes(fresh(seven, [name.encode()]), "7z")
    assert reading.all_troubles == []
    assert name.encode() in reading.files


def test_raw_bytes_of_names_are_kept() -> None:
    name = "仕様書ソ.txt".encode("cp932")
    assert name in read_bytes(fresh(seven, [name]), "7z").files


def test_duplicate_names() -> None:
    plain = fresh(seven, [b"same-1", b"same-2"], "-mhc=off")
    assert read_bytes(plain, "7z").all_troubles == []
    reading = read_bytes(renamed(plain, "same-2", "same-1"), "7z")
    assert "duplicate name" in reading.details
    assert [seen.member.name for seen in reading.seen if seen.size] == [b"same-1", b"same-1"]
    assert "same name but for case or form" in read_bytes(renamed(plain, "same-2", "SAME-1"), "7z").details


def test_a_file_below_a_file() -> None:
    plain = fresh(seven, [b"fol", b"other-8"], "-mhc=off")
    reading = read_bytes(renamed(plain, "other-8", "fol/evi"), "7z")
    assert "members below a member that is no folder" in reading.details


def test_separators_of_lzh() -> None:
    reading = read_bytes(lzh((b"..\\..\\evil", TEXT), (b"c:\\evil", TEXT)), "lzh")
    assert [seen.member.name for seen in reading.seen] == [b"../../evil", b"c:/evil"]
    assert all(trouble.issue == "unsafe-name" for trouble in reading.all_troubles)
    assert len(reading.all_troubles) == 2


# --- kinds of members -----------------------------------------------------------------------------------------


def _devices(folder: Path) -> bytes:
    definitions = ["mem c 666 0 0 1 1", "disk b 660 0 0 8 0", "pipe i 666 0 0 f"]
    pairs = [word for line in definitions for word in ("-p", line)]
    run("mksquashfs", tree(folder), folder / "out", "-quiet", "-no-progress", *pairs, folder=folder)
    return (folder / "out").read_bytes()


def test_devices_and_pipes() -> None:
    kinds = {seen.member.name: seen.member.kind for seen in read_bytes(fresh(_devices), "squashfs").seen}
    assert {kinds[name] for name in (b"mem", b"disk", b"pipe")} == {"special"}
    assert kinds[b"a.txt"] == "file"


def _with_link(folder: Path, target: str, form: str) -> bytes:
    root = tree(folder, links=False)
    (root / "out").symlink_to(target)
    if form == "7z":
        run("7zz", "a", "-snl", folder / "result", ".", folder=root)
        return (folder / "result.7z").read_bytes()
    if form == "wim":
        run("wimlib-imagex", "capture", root, folder / "result", folder=folder)
    else:
        run("mksquashfs", root, folder / "result", "-quiet", "-no-progress", folder=folder)
    return (folder / "result").read_bytes()


@pytest.mark.parametrize("form", ["7z", "wim", "squashfs"])
def test_targets_of_links(form: str) -> None:
    link = read_bytes(fresh(_with_link, "../../etc/passwd", form), form).named(b"out")
    assert (link.member.kind, link.member.target) == ("symbolic-link", b"../../etc/passwd")


def test_set_user_id() -> None:
    def maker(folder: Path) -> bytes:
        root = tree(folder)
        (root / "a.txt").chmod(0o4755)
        run("mksquashfs", root, folder / "out", "-quiet", "-no-progress", folder=folder)
        return (folder / "out").read_bytes()

    seen = read_bytes(fresh(maker), "squashfs").named(b"a.txt")
    assert seen.member.mode == 0o4755
    assert [trouble.issue for trouble in seen.troubles] == ["special-file"]


def test_alternate_streams() -> None:
    reading = read_bytes(fresh(ntfs, stream=PAYLOAD), "ntfs")
    (hidden,) = (seen for seen in reading.seen if seen.troubles)
    assert bytes(hidden.content) == PAYLOAD
    assert hidden.troubles[0].issue == "hidden-data"


def test_data_between_partitions() -> None:
    reading = read_bytes(fresh(gpt, PAYLOAD), "gpt")
    assert any(PAYLOAD in bytes(seen.content) for seen in reading.seen if seen.member.made_up)


# --- lists that lie -------------------------------------------------------------------------------------------


def test_a_link_that_writes_a_member_into_the_list() -> None:
    target = "x\nNT Security = \n\nPath = evil\nFolder = -\nSize = 4"
    reading = read_bytes(fresh(_with_link, target, "wim"), "wim")
    assert reading.gives == {"corrupt"}
    assert reading.seen == []


def test_a_list_that_is_consistent_and_still_one_too_long() -> None:
    keys = [line.partition(b" =")[0].decode() for line in _raw_block("wim")]
    place = keys.index("Link")
    tail = "".join(f"{key} = \n" for key in keys[place + 1 :])
    head = "".join(f"{key} = {'evil' if key == 'Path' else ''}\n" for key in keys[:place])
    reading = read_bytes(fresh(_with_link, f"x\n{tail}\n{head}Link = y", "wim"), "wim")
    assert "7zz: two lists of the members differ" in reading.details
    assert reading.seen == []


def _raw_block(label: str) -> list[bytes]:
    with PrivateFolder("test") as folder:
        path = folder.path / "archive"
        path.write_bytes(made(label))
        done = subprocess.run(
            ["7zz", "l", "-ba", "-slt", f"-t{sevenzip_run.TYPES[label]}", path], capture_output=True, check=True
        )
    return done.stdout.partition(b"\n\n")[0].split(b"\n")


def test_forms_of_lists() -> None:
    assert [dict(block) for block in blocks([b"Path = a", b"Size = ", b"", b"Path = b = c", b"Size = 1", b""])] == [
        {b"Path": b"a", b"Size": b""},
        {b"Path": b"b = c", b"Size": b"1"},
    ]
    for bad in ([b"Path = a", b"Path = b"], [b"Path = a", b"", b"Size = 1"], [b"no property"]):
        with pytest.raises(Exception, match="not consistent"):
            list(blocks(bad))
    assert list(lines([b"a\nb", b"c\n\nd"])) == [b"a", b"bc", b"", b"d"]
    with pytest.raises(Exception, match="too long"):
        list(lines([b"x" * (1 << 20)] * 3))


RULE = b"------------------- ----- ------------ ------------  ------------------------"


def test_the_overview_ends_before_text_of_the_archive() -> None:
    head = [b"", b"--", b"Path = x", b"Type = 7z", b"WARNINGS:", b"odd words", b"Physical Size = 10", b"Comment = "]
    comment = [b"{", b"Tail Size = 9", b"ERROR = no", RULE, b"2020 evil", RULE, b"}"]
    rows = [RULE, b"2020 a", b"2020 b", RULE, b"2020 2 files"]
    found = overview([b"\n".join([*head, *comment, *rows])])
    assert (found.opened, found.physical, found.tail, found.problems) == (True, 10, 0, [b"odd words"])
    assert found.members == 2


# --- encryption -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("switches", [["-mhe=off"], ["-mhe=on"], ["-mhe=off", "-ms=off"], ["-mhe=off", "-mx0"]])
def test_encrypted(switches: list[str]) -> None:
    data = fresh(seven, [b"a.txt", b"b_c"], "-psecret-word", *switches)
    without = read_bytes(data, "7z")
    assert without.gives == {"encrypted"}
    assert not any(seen.size for seen in without.seen)
    wrong = read_bytes(data, "7z", Options(password=b"another"))
    assert "encrypted" in wrong.gives
    opened = read_bytes(data, "7z", Options(password=b"secret-word"))
    assert opened.all_troubles == []
    assert bytes(opened.named(b"a.txt").content) == TEXT


def test_encrypted_beside_plain() -> None:
    def maker(folder: Path) -> bytes:
        root = tree(folder)
        run("7zz", "a", folder / "out.7z", "a.txt", folder=root)
        run("7zz", "a", "-psecret", folder / "out.7z", "sub/b.bin", folder=root)
        return (folder / "out.7z").read_bytes()

    data = fresh(maker)
    reading = read_bytes(data, "7z")
    assert bytes(reading.named(b"a.txt").content) == TEXT
    assert [trouble.reason for trouble in reading.named(b"sub/b.bin").troubles] == ["encrypted"]
    opened = read_bytes(data, "7z", Options(password=b"secret"))
    assert opened.all_troubles == []
    assert bytes(opened.named(b"sub/b.bin").content) == NOISE


def test_passwords_never_stand_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[object]] = []
    true = program.ChildProgram

    def noted(argv: list[object], **more: object) -> program.ChildProgram:
        started.append(list(argv))
        return true(argv, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(sevenzip_run, "ChildProgram", noted)
    data = fresh(seven, [b"a.txt"], "-psecret-word", "-mhe=on")
    assert read_bytes(data, "7z", Options(password=b"secret-word")).all_troubles == []
    assert len(started) >= 3
    assert not any("secret-word" in str(argument) for argv in started for argument in argv)


def test_passwords_that_cannot_be_given() -> None:
    for password in (b"two\nlines", b"x" * 2000):
        assert read_bytes(made("7z"), "7z", Options(password=password)).gives == {"encrypted"}


def test_an_encrypted_arj() -> None:
    def maker(folder: Path) -> bytes:
        run("arj", "a", "-y", "-gsecret", folder / "out.arj", "a.txt", folder=tree(folder, links=False))
        return (folder / "out.arj").read_bytes()

    assert "encrypted" in read_bytes(fresh(maker), "arj").gives


# --- sets, sizes, limits --------------------------------------------------------------------------------------


def test_one_volume_of_several() -> None:
    def split(folder: Path) -> bytes:
        run("7zz", "a", "-mx0", "-v10k", folder / "out.7z", ".", folder=tree(folder))
        return (folder / "out.7z.001").read_bytes()

    def wim(folder: Path) -> bytes:
        run("wimlib-imagex", "capture", "--compress=none", tree(folder), folder / "out.wim", folder=folder)
        for number in range(2):
            (folder / "tree" / f"more-{number}").write_bytes(random.Random(number).randbytes(3_000_000))
        run("wimlib-imagex", "capture", "--compress=none", folder / "tree", folder / "big.wim", folder=folder)
        run("wimlib-imagex", "split", folder / "big.wim", folder / "out.swm", "1", folder=folder)
        return (folder / "out.swm").read_bytes()

    assert "corrupt" in read_bytes(fresh(split), "7z").gives
    assert any("several volumes" in detail for detail in read_bytes(fresh(wim), "wim").details)
    chained = bytearray(made("cab"))
    chained[30] |= 2
    assert any("several volumes" in detail for detail in read_bytes(bytes(chained), "cab").details)


@pytest.mark.parametrize(
    ("label", "data"),
    [
        ("cab", b"ISc(" + bytes(60)),
        ("fat", b"\xeb\x76\x90EXFAT   " + bytes(600)),
        ("szdd", b"KWAJ\x88\xf0\x27\xd1" + bytes(20)),
    ],
)
def test_forms_that_are_not_opened(label: str, data: bytes) -> None:
    assert read_bytes(data, label).gives == {"unsupported"}


def test_gaps_in_a_cabinet() -> None:
    plain = made("cab")
    place = int.from_bytes(plain[36:40], "little")
    gapped = bytearray(plain[:place] + PAYLOAD + plain[place:])
    gapped[8:12] = len(gapped).to_bytes(4, "little")
    gapped[36:40] = (place + len(PAYLOAD)).to_bytes(4, "little")
    reading = read_bytes(bytes(gapped), "cab")
    assert bytes(reading.named(b"gap-1").content) == PAYLOAD
    assert "hidden-data" in reading.gives


def _signed(plain: bytes, signature: bytes) -> bytes:
    """Return a cabinet with the reserve in which Authenticode tells where its signature lies."""
    shift = 24
    grown = bytearray(plain)
    for place, width in ((8, 4), (16, 4), (36, 4)):
        grown[place : place + width] = (int.from_bytes(plain[place : place + width], "little") + shift).to_bytes(
            4, "little"
        )
    grown[30] |= 4
    end = len(plain) + shift
    reserve = struct.pack("<HBB", 20, 0, 0) + struct.pack("<4xLL8x", end, len(signature))
    return bytes(grown[:36]) + reserve + bytes(grown[36:]) + signature


def test_a_signed_cabinet() -> None:
    reading = read_bytes(_signed(made("cab"), b"signature" * 40), "cab")
    assert reading.all_troubles == []
    assert bytes(reading.named(b"signature").content) == b"signature" * 40
    assert bytes(reading.named(b"a.txt").content) == TEXT
    behind = read_bytes(_signed(made("cab"), b"signature" * 40) + PAYLOAD, "cab")
    assert bytes(behind.named(b"trailing").content) == PAYLOAD
    assert behind.gives == {"hidden-data"}


def test_folders_of_a_cabinet_that_share_blocks_are_not_walked_again_and_again() -> None:
    descriptor = os.memfd_create("cabinet")
    folder = struct.pack("<LHH", 36, 0xFFFF, 0)
    os.write(
        descriptor, b"MSCF" + struct.pack("<4xL4xL4xBBHHHHH", 1 << 20, 44, 3, 1, 60_000, 0, 0, 1, 0) + folder * 60_000
    )
    try:
        started = time.monotonic()
        with pytest.raises(Exception, match="cab"):
            list(sevenzip_cab.gaps(Source(descriptor), 0))
        assert time.monotonic() - started < 10
    finally:
        os.close(descriptor)


def test_bytes_between_the_streams_of_7z() -> None:
    plain = fresh(seven, [b"a.txt"], "-mhc=off")
    offset, size = struct.unpack_from("<QQ", plain, 12)
    header = plain[32 + offset :]
    start = struct.pack("<QQL", offset + len(PAYLOAD), size, zlib.crc32(header))
    gapped = plain[:8] + struct.pack("<L", zlib.crc32(start)) + start + plain[32 : 32 + offset] + PAYLOAD + header
    assert read_bytes(plain, "7z").all_troubles == []
    assert "hidden-data" in read_bytes(gapped, "7z").gives


def test_wrong_checksums() -> None:
    data = fresh(seven, [b"a.txt", b"b.txt"], "-mx0", "-mhc=off")
    place = data.index(TEXT)
    reading = read_bytes(data[:place] + b"X" + data[place + 1 :], "7z")
    assert "corrupt" in reading.gives
    assert "crc mismatch" in reading.details


def test_a_huge_dictionary() -> None:
    """A dictionary of 1.5 GB is told as too large, by the limit of the worker's memory, and not tried."""
    plain = fresh(seven, [b"a.txt"], "-m0=lzma", "-mx1", "-mhc=off")
    method = bytes((0x23, 3, 1, 1, 5, 0x5D))
    offset, size = struct.unpack_from("<QQ", plain, 12)
    header = bytearray(plain[32 + offset : 32 + offset + size])
    place = header.index(method) + len(method)
    header[place : place + 4] = (1536 << 20).to_bytes(4, "little")
    start = struct.pack("<QQL", offset, size, zlib.crc32(header))
    huge = plain[:8] + struct.pack("<L", zlib.crc32(start)) + start + plain[32 : 32 + offset] + header
    worker = Worker(
        "gate.intake.unpacker:serve",
        OPTIONS,
        confinement=Confinement(memory_bytes=1 << 30, file_bytes=0),
        preload=modules_of("program"),
    )
    try:
        events = events_of(worker, "7z", huge)
    except WorkerDied:
        pytest.fail("the worker itself must survive what its program cannot do")
    finally:
        worker.close()
    assert any(getattr(event, "reason", None) == "too-large" for event in events)


def test_a_bomb_stays_small_in_memory_and_stops_when_told() -> None:
    def bomb(folder: Path) -> bytes:
        with (folder / "zeros").open("wb") as stream:
            stream.truncate(256 << 20)
        run("7zz", "a", "-mx1", folder / "out.7z", "zeros", folder=folder)
        return (folder / "out.7z").read_bytes()

    data = fresh(bomb)
    assert len(data) < 1 << 20
    started = time.monotonic()
    reading = read_bytes(data, "7z", most=64 << 20)
    assert reading.seen[0].size > 64 << 20
    assert time.monotonic() - started < 20


def test_many_entries() -> None:
    names = [b"n/%06d" % number for number in range(3_000)]
    data = fresh(seven, names)
    reading = read_bytes(data, "7z")
    assert reading.all_troubles == []
    assert len(reading.seen) == len(names) + 2 or len(reading.seen) == len(names) + 1
    shortened = fresh(seven, names[:200], "-mx0", "-ms=off")
    assert read_bytes(shortened, "7z", Options(entries=100)).gives == {"too-many"}
    short = read_bytes(data, "7z", Options(entries=100))
    assert short.gives == {"too-many"}
    assert len(short.seen) == 100


def test_no_members_at_all() -> None:
    empty = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(bytes(20))) + bytes(20)
    assert read_bytes(empty, "7z").all_troubles == []

    def void(folder: Path) -> bytes:
        (folder / "fat").write_bytes(bytes(1 << 20))
        run("mkfs.fat", folder / "fat", folder=folder)
        return (folder / "fat").read_bytes()

    assert "corrupt" in read_bytes(fresh(void), "fat").gives
    assert read_bytes(fresh(fat), "fat").all_troubles == []


# --- members whose size is not known --------------------------------------------------------------------------


@pytest.mark.parametrize("compressor", ["lzma", "/SOLID lzma", "zlib", "/SOLID bzip2"])
def test_installers(compressor: str) -> None:
    reading = read_bytes(fresh(nsis, compressor), "nsis")
    assert reading.all_troubles == []
    assert {TEXT, NOISE} <= {bytes(seen.content) for seen in reading.seen}


def _compressible(folder: Path) -> bytes:
    """Return the data of an installer in which the sizes of several members are only known when they are expanded."""
    for number in range(4):
        (folder / f"f{number}.txt").write_bytes(b"%d" % number * 5_000)
    lines_of = "".join(f"File {folder}/f{number}.txt\n" for number in range(4))
    (folder / "out.nsi").write_text(
        f'SetCompressor zlib\nOutFile "{folder}/out.exe"\nInstallDir "$TEMP"\nSection "a"\nSetOutPath "$INSTDIR"\n{lines_of}SectionEnd\n'
    )
    run("makensis", "-V1", folder / "out.nsi", folder=folder)
    whole = (folder / "out.exe").read_bytes()
    return whole[whole.index(b"\xef\xbe\xad\xdeNullsoftInst") - 4 :]


def test_several_members_of_unknown_size() -> None:
    reading = read_bytes(fresh(_compressible), "nsis")
    assert reading.all_troubles == []
    assert {bytes(seen.content) for seen in reading.seen} == {b"%d" % number * 5_000 for number in range(4)}


def test_more_members_of_unknown_size_than_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sevenzip, "_RUNS", 2)
    reading = read_bytes(fresh(_compressible), "nsis")
    assert reading.gives == {"unsupported"}
    assert len([seen for seen in reading.seen if seen.size]) == 2


# --- the program ----------------------------------------------------------------------------------------------


def test_without_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sevenzip_run, "find_program", lambda _: None)
    reading = read_bytes(made("7z"), "7z")
    assert reading.gives == {"unsupported"}
    assert "Debian package 7zip" in reading.details[0]


def test_the_prompt_is_no_part_of_a_list() -> None:
    assert b"".join(sevenzip_run._without_prompt(iter([PROMPT[:5], PROMPT[5:] + b"Path", b" = a"]))) == b"Path = a"
    assert b"".join(sevenzip_run._without_prompt(iter([b"Path = a"]))) == b"Path = a"
