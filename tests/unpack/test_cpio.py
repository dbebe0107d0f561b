"""cpio archives: what is hostile about them is told, what is honest reads without a word."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import subprocess
from pathlib import Path

import pytest

from gate.intake.readers.interface import Stored, Trouble
from tests.unpack.case_kit import hold
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.cpio_writer import FOLDER, FORMS, LINK, Form, archive, entry
from tests.unpack.hostile.cpios import CASES
from tests.unpack.reader_kit import labels_of, read_bytes, read_file
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

TEXT = b"an honest text\n" * 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile(case: Case) -> None:
    hold(case)


@pytest.mark.parametrize("form", FORMS)
def test_honest(form: Form) -> None:
    entries = [
        entry(b".", form=form, mode=FOLDER),
        entry(b"a.txt", TEXT, form, mode=0o100755),
        entry(b"odd", b"abc", form),
        entry(b"empty", b"", form),
        entry(b"link", b"a.txt", form, mode=LINK),
    ]
    data = archive(entries, form)
    assert labels_of(data) == ("cpio",)
    reading = read_bytes(data, "cpio")
    assert reading.all_troubles == []
    heads = {seen.member.name: seen.member for seen in reading.seen}
    assert heads[b"."].kind == "folder"
    assert (heads[b"a.txt"].mode, heads[b"a.txt"].size) == (0o755, len(TEXT))
    assert (heads[b"link"].kind, heads[b"link"].target) == ("symbolic-link", b"a.txt")
    assert bytes(reading.named(b"a.txt").content) == TEXT
    assert bytes(reading.named(b"odd").content) == b"abc"


def test_the_last_of_several_names_has_the_data() -> None:
    names = [entry(b"one", links=3, inode=7), entry(b"two", links=3, inode=7), entry(b"three", TEXT, links=3, inode=7)]
    reading = read_bytes(archive(names), "cpio")
    assert reading.all_troubles == []
    heads = {seen.member.name: seen.member for seen in reading.seen}
    assert (heads[b"one"].kind, heads[b"one"].target) == ("hard-link", b"three")
    assert heads[b"two"].kind == "hard-link"
    assert bytes(reading.named(b"three").content) == TEXT
    other = read_bytes(archive([entry(b"one", links=2, inode=7), entry(b"two", TEXT, links=2, inode=8)]), "cpio")
    assert other.named(b"one").member.kind == "file", "an empty file whose other names are elsewhere"


def test_an_initramfs_is_opened_to_its_end() -> None:
    """Microcode first, the compressed rest behind it: hidden from cpio itself, and so told, but not from the gate."""
    early = archive([entry(b"kernel/x86/microcode/GenuineIntel.bin", TEXT)])
    main = gzip.compress(archive([entry(b"init", PAYLOAD)]))
    reading = read_bytes(early + bytes(512) + main, "cpio")
    assert reading.gives == {"hidden-data"}
    trailing = bytes(reading.named(b"trailing").content)
    assert labels_of(trailing) == ("gzip",)
    inner = bytes(read_bytes(trailing, "gzip").named(b"content").content)
    assert bytes(read_bytes(inner, "cpio").named(b"init").content) == PAYLOAD


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    (root / "docs/deep").mkdir(parents=True)
    (root / "readme.txt").write_bytes(TEXT)
    (root / "docs/random.bin").write_bytes(random.Random(1).randbytes(300_001))  # a fixed seed, no secret
    (root / "docs/deep/empty").write_bytes(b"")
    (root / "docs/deep/仕様書.txt").write_bytes(TEXT)
    os.link(root / "readme.txt", root / "docs/second-name")
    (root / "docs/link").symlink_to("../readme.txt")
    return root


GNU = ["bin", "odc", "newc", "crc"]
LIBARCHIVE = ["newc", "odc", "bin"]


@pytest.mark.parametrize("writer", [*(f"cpio-{form}" for form in GNU), *(f"bsdcpio-{form}" for form in LIBARCHIVE)])
def test_writers(writer: str, tree: Path) -> None:
    program, form = writer.split("-")
    names = b"".join(os.fsencode(path.relative_to(tree)) + b"\0" for path in sorted(tree.rglob("*")))
    argv = [program, "-o", "-0" if program == "cpio" else "--null", "-H", form]
    data = subprocess.run(argv, cwd=tree, input=names, check=True, capture_output=True).stdout
    assert labels_of(data) == ("cpio",)
    reading = read_bytes(data, "cpio")
    assert reading.all_troubles == []
    expected = {
        os.fsencode(path.relative_to(tree)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in tree.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    links = {seen.member.name: seen.member.target for seen in reading.seen if seen.member.kind == "hard-link"}
    assert links.keys() <= {b"readme.txt", b"docs/second-name"}
    assert {**reading.files, **{name: reading.files[target] for name, target in links.items()}} == expected
    assert reading.named(b"docs/link").member.target == b"../readme.txt"


@pytest.mark.parametrize("name", ["clam.newc.cpio", "clam.odc.cpio", "clam.bin-le.cpio", "clam.bin-be.cpio"])
def test_archives_of_others(name: str) -> None:
    path = Path("/usr/share/clamav-testfiles") / name
    assert labels_of(path.read_bytes()) == ("cpio",)
    reading = read_file(path, "cpio")
    assert [seen.member.name for seen in reading.seen] == [b"clam.exe"]
    assert reading.all_troubles == []


def test_in_a_worker() -> None:
    worker = worker_for("cpio")
    try:
        assert any(isinstance(event, Stored) for event in events_of(worker, "cpio", archive([entry(b"a", TEXT)])))
        for case in CASES:
            events = events_of(worker, "cpio", case.data)
            assert any(isinstance(event, Trouble) for event in events) or case.name in {"cpio-device", "cpio-many"}
    finally:
        worker.close()
