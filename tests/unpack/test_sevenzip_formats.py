"""Containers that 7-Zip opens read whole and without a word, in this process and in a confined worker; and what stands
before, behind or instead of their bytes never passes in silence."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gate.intake.identify import HEAD_BYTES
from gate.intake.readers.interface import Data, Member, Trouble
from gate.intake.readers.registry import READERS
from gate.intake.readers.sevenzip_run import TYPES
from gate.intake.unpacker import event_of
from gate.isolation import Worker
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.reader_kit import Reading, labels_of, read_bytes
from tests.unpack.sevenzip_kit import FILES, MAKERS, TEXT, fresh, image, lzh, made, run
from tests.unpack.test_readers_in_a_worker import frames_of, worker_for

WITHOUT_A_WRITER = {"apfs"}
WITH_THE_TREE = ("7z", "iso", "udf", "squashfs", "cramfs", "xar", "ext", "wim", "lzh", "arj", "fat", "hfs")
WITH_MODES = ("7z", "iso", "squashfs", "cramfs", "xar", "ext", "hfs")
WITH_LINKS = ("7z", "iso", "squashfs", "cramfs", "xar", "ext", "wim")
WITH_ONE_THING = ("vhd", "vhdx", "vmdk", "vdi", "qcow", "szdd", "compress")
FOUND_BY_OTHER_MEANS = {"nsis", "mbr", "udf"}
"""Labels that identification gives by rules of its own, or of which another one comes first."""


def reaches(reading: Reading, content: bytes) -> bool:
    return any(content in bytes(seen.content) for seen in reading.seen)


def kept_text(label: str) -> bytes:
    """Return bytes that the container of the sample tree holds somewhere in a member."""
    if label == "rpm":
        return b"this-runs-at-installation"
    return b"MZP" if label == "chm" else TEXT


def test_every_label_of_the_reader_is_tried() -> None:
    labels = {label for label, place in READERS.items() if place.module == "sevenzip"}
    assert labels == set(TYPES) == set(MAKERS) | WITHOUT_A_WRITER


@pytest.mark.parametrize("label", MAKERS)
def test_honest_container(label: str) -> None:
    data = made(label)
    if label not in FOUND_BY_OTHER_MEANS:
        assert labels_of(data) == (label,)
    reading = read_bytes(data, label)
    assert reading.all_troubles == []
    assert reaches(reading, kept_text(label))


@pytest.mark.parametrize("label", WITH_THE_TREE)
def test_members_are_those_of_the_tree(label: str) -> None:
    root = b"ISOIMAGE/" if label == "hfs" else b""
    contents = {
        seen.member.name.removeprefix(root).removeprefix(b"./"): bytes(seen.content)
        for seen in read_bytes(made(label), label).seen
        if seen.member.kind == "file"
    }
    assert {name: contents[name] for name in FILES} == FILES


@pytest.mark.parametrize("label", WITH_MODES)
def test_modes_are_those_of_the_tree(label: str) -> None:
    modes = {seen.member.name.rpartition(b"/")[2]: seen.member.mode for seen in read_bytes(made(label), label).seen}
    assert modes[b"a.txt"] == 0o644
    assert modes[b"b.bin"] == 0o755


@pytest.mark.parametrize("label", WITH_LINKS)
def test_links_are_links(label: str) -> None:
    (link,) = (seen for seen in read_bytes(made(label), label).seen if seen.member.name == b"link")
    assert (link.member.kind, link.member.target, link.size) == ("symbolic-link", b"a.txt", 0)


@pytest.mark.parametrize("label", WITH_ONE_THING)
def test_what_has_no_name_gets_none_of_a_file(label: str) -> None:
    (seen,) = read_bytes(made(label), label).seen
    assert (seen.member.name, seen.member.made_up) == (b"content", True)


@pytest.mark.parametrize("label", MAKERS)
def test_in_a_worker(label: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The program opens the file once more by the name of its descriptor, as a user of its own."""
    path = tmp_path_factory.mktemp("open") / "container"
    path.write_bytes(made(label))
    path.chmod(0o644)
    for folder in (path.parent, path.parent.parent):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    worker = worker_for(label)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        heads, contents, troubles = _gathered(worker, label, descriptor)
    finally:
        os.close(descriptor)
        worker.close()
    reading = read_bytes(made(label), label)
    assert troubles == []
    assert heads == [seen.member.name for seen in reading.seen]
    assert kept_text(label) in contents


def _gathered(worker: Worker, label: str, descriptor: int) -> tuple[list[bytes], bytes, list[Trouble]]:
    heads: list[bytes] = []
    parts: list[bytes] = []
    troubles: list[Trouble] = []
    for frame in frames_of(worker, label, descriptor):
        match event_of(frame):
            case Member() as member:
                heads.append(member.name)
            case Data(chunk):
                parts.append(chunk)
            case Trouble() as trouble:
                troubles.append(trouble)
    return heads, b"".join(parts), troubles


# --- what stands around ---------------------------------------------------------------------------------------

NO_END = {"compress", "mbr", "vhd", "dmg", "szdd"}
"""Formats whose end is that of the file: more bytes belong to them, move what marks them, or are told as damage."""


@pytest.mark.parametrize("label", sorted(set(MAKERS) - NO_END))
def test_data_behind_is_brought_to_light(label: str) -> None:
    reading = read_bytes(made(label) + PAYLOAD, label)
    trailing = reading.named(b"trailing")
    assert bytes(trailing.content).endswith(PAYLOAD)
    assert [trouble.issue for trouble in trailing.troubles] == ["hidden-data"]


@pytest.mark.parametrize("label", sorted(NO_END - {"mbr"}))
def test_data_behind_is_at_least_a_gap(label: str) -> None:
    assert read_bytes(made(label) + PAYLOAD * 100, label).gives & {"corrupt", "hidden-data"}


def test_data_behind_a_disk_comes_out() -> None:
    assert reaches(read_bytes(made("mbr") + PAYLOAD, "mbr"), PAYLOAD)


@pytest.mark.parametrize("label", sorted(set(MAKERS)))
def test_zeros_behind_are_filling(label: str) -> None:
    if label in {"vhd", "dmg", "compress", "szdd"}:
        assert read_bytes(made(label) + bytes(2048), label).gives <= {"corrupt"}
    else:
        assert read_bytes(made(label) + bytes(2048), label).all_troubles == []


@pytest.mark.parametrize("label", sorted(set(MAKERS) - {"compress", "mbr", "szdd"}))
def test_data_before_is_brought_to_light(label: str) -> None:
    reading = read_bytes(PAYLOAD * 16 + made(label), label)
    assert reading.gives & {"hidden-data", "corrupt"}
    if "corrupt" not in reading.gives:
        assert bytes(reading.named(b"prefix").content) == PAYLOAD * 16


@pytest.mark.parametrize("label", sorted(set(MAKERS) - {"compress", "mbr"}))
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_truncated(label: str, share: float) -> None:
    data = made(label)
    reading = read_bytes(data[: int(len(data) * share)], label)
    assert reading.gives & {"corrupt", "unsupported", "hidden-data"}


@pytest.mark.parametrize("label", sorted(set(MAKERS) - {"compress"}))  # which may end anywhere
def test_nothing_behind_the_magic(label: str) -> None:
    head = made(label)[:24]
    assert read_bytes(head, label).gives & {"corrupt", "unsupported", "hidden-data"}
    assert len(head) < HEAD_BYTES


# --- what 7-Zip does not show ---------------------------------------------------------------------------------


def test_scripts_of_a_package_are_looked_at() -> None:
    header = read_bytes(made("rpm"), "rpm").named(b"header")
    assert header.member.made_up
    assert b"this-runs-at-installation" in bytes(header.content)


def test_links_and_modes_of_the_tree_that_is_not_shown() -> None:
    reading = read_bytes(fresh(image, "-R", "-J"), "iso")
    assert reading.all_troubles == []
    heads = {seen.member.name: seen.member for seen in reading.seen}
    assert (heads[b"link"].kind, heads[b"link"].target) == ("symbolic-link", b"a.txt")
    assert heads[b"sub/b.bin"].mode == 0o755


@pytest.mark.parametrize(
    "switches",
    [("-R", "-J", "-udf"), ("-udf",), ("-J",), ("-b", "sub/b.bin", "-no-emul-boot"), ("-R", "-J", "-joliet-long")],
)
def test_images_of_several_forms(switches: tuple[str, ...]) -> None:
    reading = read_bytes(fresh(image, *switches, links=False), "iso")
    assert reading.all_troubles == []
    assert {TEXT, FILES[b"sub/b.bin"]} <= {bytes(seen.content) for seen in reading.seen}


def test_a_file_of_one_tree_only() -> None:
    reading = read_bytes(fresh(image, "-R", "-J", "-hide-joliet", "b.bin"), "iso")
    other = reading.named(b"other-1")
    assert bytes(other.content) == FILES[b"sub/b.bin"]
    assert [trouble.issue for trouble in other.troubles] == ["ambiguous"]


def test_a_file_of_the_udf_tree_only() -> None:
    whole = bytearray(fresh(image, "-udf", links=False))
    text, noise = (whole.index(name) - 33 for name in (b"A.TXT;1", b"B.BIN;1"))
    whole[noise + 2 : noise + 18] = whole[text + 2 : text + 18]  # place and size
    reading = read_bytes(bytes(whole), "iso")
    other = reading.named(b"udf-1")
    assert bytes(other.content) == FILES[b"sub/b.bin"]
    assert [trouble.issue for trouble in other.troubles] == ["ambiguous"]


def test_data_between_the_files_of_an_image() -> None:
    whole = bytearray(fresh(image, "-R"))
    place = whole.index(TEXT) + 2048 - len(PAYLOAD)
    assert not any(whole[place : place + len(PAYLOAD)])
    end = len(whole) - 2048
    assert not any(whole[end:])
    whole[end : end + len(PAYLOAD)] = PAYLOAD
    reading = read_bytes(bytes(whole), "iso")
    assert "hidden-data" in reading.gives
    assert reaches(reading, PAYLOAD)


def test_code_in_the_first_sectors_of_an_image() -> None:
    whole = PAYLOAD + made("iso")[len(PAYLOAD) :]
    reading = read_bytes(whole, "iso")
    assert bytes(reading.named(b"system-area").content).startswith(PAYLOAD)


@pytest.mark.parametrize("level", [0, 2])
def test_japanese_names_of_lzh(level: int) -> None:
    name = "仕様書ソ.txt".encode("cp932")
    reading = read_bytes(lzh((name, TEXT), ("予定\\表".encode("cp932"), TEXT), level=level), "lzh")
    assert reading.all_troubles == []
    assert [seen.member.name for seen in reading.seen] == [name, "予定/表".encode("cp932")]


def _named_in_base64(folder: Path) -> bytes:
    (folder / "納入物.txt").write_bytes(TEXT)
    run("bsdtar", "--format", "xar", "-cf", folder / "out", "納入物.txt", folder=folder)
    return (folder / "out").read_bytes()


def test_names_of_a_xar_in_base64() -> None:
    reading = read_bytes(fresh(_named_in_base64), "xar")
    assert reading.all_troubles == []
    assert bytes(reading.named("納入物.txt".encode()).content) == TEXT
