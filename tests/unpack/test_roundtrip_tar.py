"""Trees made by hypothesis come out of real tar writers' archives as they went in: names, bytes, holes and links."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.intake.readers.interface import Options
from gate.intake.readers.names import comparison_key, unsafe
from tests.unpack.reader_kit import Reading, labels_of, read_bytes

WRITERS: dict[str, Sequence[str]] = {
    "gnu": ("tar", "--format=gnu", "-cf", "-"),
    "gnu-sparse": ("tar", "--format=gnu", "-S", "-cf", "-"),
    "pax": ("tar", "--format=pax", "-cf", "-"),
    "pax-sparse-0.0": ("tar", "--format=pax", "-S", "--sparse-version=0.0", "-cf", "-"),
    "pax-sparse-0.1": ("tar", "--format=pax", "-S", "--sparse-version=0.1", "-cf", "-"),
    "pax-sparse-1.0": ("tar", "--format=pax", "-S", "--sparse-version=1.0", "-cf", "-"),
    "bsdtar-pax": ("bsdtar", "--format=pax", "-cf", "-"),
    "bsdtar-gnu": ("bsdtar", "--format=gnutar", "-cf", "-"),
}
DATA = "sparse"
"""The file whose holes and data hypothesis chooses."""
BLOCK = 4096


@dataclass(frozen=True)
class Tree:
    """What is packed: files by name, and one file of pieces of data between holes (offset and bytes)."""

    files: Mapping[bytes, bytes]
    pieces: Sequence[tuple[int, bytes]]
    size: int


def _names() -> st.SearchStrategy[bytes]:
    part = st.one_of(
        st.text("abcXYZ0_", min_size=1, max_size=12),
        st.text("あ納入物書ソ表", min_size=1, max_size=30),
        st.integers(90, 240).map(lambda length: "n" * length),
    ).map(str.encode)
    return st.lists(part, min_size=1, max_size=4).map(b"/".join).filter(_is_safe)


def _is_safe(name: bytes) -> bool:
    return not unsafe(name, Options())


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    names = draw(st.lists(_names(), min_size=1, max_size=6, unique_by=comparison_key))
    apart: list[bytes] = []
    for name in names:
        parts = {comparison_key(other): other for other in [*apart, DATA.encode()]}
        if not any(_meet(comparison_key(name), other) for other in parts):
            apart.append(name)
    files = {name: draw(st.binary(max_size=2000)) for name in apart}
    pieces = [
        (block * BLOCK, draw(st.binary(min_size=1, max_size=3 * BLOCK)))
        for block in sorted(draw(st.sets(st.integers(0, 200), max_size=30)))
    ]
    return Tree(files, pieces, 201 * BLOCK + draw(st.integers(0, 5000)) + 3 * BLOCK)


def _meet(one: object, other: object) -> bool:
    """Say whether one name is the other or would lie below it."""
    first, second = str(one), str(other)
    return first == second or first.startswith(second + "/") or second.startswith(first + "/")


@contextmanager
def written(tree: Tree) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in tree.files.items():
            path = folder / os.fsdecode(file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with (folder / DATA).open("wb") as stream:
            for offset, piece in tree.pieces:
                stream.seek(offset)
                stream.write(piece)
            stream.truncate(tree.size)
        yield folder


def packed(folder: Path, writer: str) -> bytes:
    names = sorted(path.name for path in folder.iterdir())
    command = [*WRITERS[writer], *names]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment).stdout


def expected(folder: Path) -> dict[bytes, str]:
    return {
        os.fsencode(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def independent(data: bytes) -> dict[bytes, str]:
    """Return the digests as the standard library reads them."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {
            os.fsencode(member.name): hashlib.sha256(stream.read()).hexdigest()
            for member in archive
            if member.isreg() and (stream := archive.extractfile(member)) is not None
        }


@pytest.mark.parametrize("writer", WRITERS)
def test_trees_come_out_as_they_went_in(writer: str) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(trees())
    def check(tree: Tree) -> None:
        with written(tree) as folder:
            data = packed(folder, writer)
            reading = read_bytes(data, "tar")
            assert labels_of(data) == ("tar",)
            assert reading.all_troubles == []
            assert reading.files == expected(folder) == independent(data)

    check()


def of(command: Sequence[str], folder: Path) -> Reading:
    made = subprocess.run(command, cwd=folder, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    data = made.stdout or (folder.parent / "made.tar").read_bytes()
    assert labels_of(data) == ("tar",)
    return read_bytes(data, "tar")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.txt").write_bytes(b"text\n" * 300)
    (folder / "b.txt").write_bytes(b"other\n")
    os.link(folder / "b.txt", folder / "hard")
    (folder / "soft").symlink_to("sub/" + "x" * 150)
    return folder


HONEST: dict[str, Sequence[str]] = {
    "huge-user": ("tar", "--format=gnu", "--owner=big:4294967294", "--group=big:4294967294", "-cf", "-", "."),
    "huge-user-pax": ("tar", "--format=pax", "--owner=big:4294967294", "-cf", "-", "."),
    "before-1970": ("tar", "--format=gnu", "--mtime=1960-01-01", "-cf", "-", "."),
    "global-options": ("tar", "--format=pax", "--pax-option=globexthdr.name=g,comment=build", "-cf", "-", "."),
    "records-of-one-block": ("tar", "-b", "1", "-cf", "-", "."),
    "records-of-64-kib": ("tar", "-b", "128", "-cf", "-", "."),
    "absolute-made-relative": ("tar", "-cf", "-", "--transform=s,^\\./,,", "."),
    "7zz": ("7zz", "a", "-ttar", "-snl", "-bso0", "../made.tar", "."),
    "7zz-pax": ("7zz", "a", "-ttar", "-mm=pax", "-snl", "-bso0", "../made.tar", "."),
    "bsdtar-from-zip": ("sh", "-c", "bsdtar --format=zip -cf - . | bsdtar --format=pax -cf - @-"),
}
"""Forms that honest writers give an archive."""


@pytest.mark.parametrize("form", HONEST)
def test_forms_of_honest_writers(form: str, folder: Path) -> None:
    reading = of(HONEST[form], folder)
    assert reading.all_troubles == []
    files = {name.removeprefix(b"./"): digest for name, digest in reading.files.items()}
    assert files[b"sub/a.txt"] == hashlib.sha256(b"text\n" * 300).hexdigest()
    other = hashlib.sha256(b"other\n").hexdigest()
    both = {files.get(b"b.txt"), files.get(b"hard")}
    assert other in both
    assert both <= {other, None}


def test_appended_and_joined_archives(folder: Path) -> None:
    """``tar -r`` and ``tar -A`` leave one archive; ``cat`` leaves two, of which most readers see the first."""
    for step in (
        ("tar", "-cf", "../one.tar", "b.txt"),
        ("tar", "-rf", "../one.tar", "hard"),
        ("tar", "-cf", "../two.tar", "sub"),
        ("tar", "-Af", "../one.tar", "../two.tar"),
    ):
        subprocess.run(step, cwd=folder, check=True)
    joined = (folder.parent / "one.tar").read_bytes()
    reading = read_bytes(joined, "tar")
    assert reading.all_troubles == []
    assert {b"b.txt", b"sub/a.txt"} <= set(reading.files)
    twice = read_bytes(joined + (folder.parent / "two.tar").read_bytes(), "tar")
    assert "hidden-data" in twice.gives


def test_a_volume_of_several_is_told(folder: Path) -> None:
    (folder / "large").write_bytes(os.urandom(200_000))
    names = ["../v1.tar", "../v2.tar", "../v3.tar"]
    volumes = [option for name in names for option in ("-f", name)]
    subprocess.run(["tar", "-cM", "-L", "100", *volumes, "large"], cwd=folder, check=True, capture_output=True)
    first, second = ((folder / name).read_bytes() for name in names[:2])
    assert "corrupt" in read_bytes(first, "tar").gives
    assert read_bytes(second, "tar").gives & {"unsupported", "corrupt"}


TOLD: dict[str, Sequence[str]] = {
    "incremental": ("tar", "--listed-incremental=../state", "-cf", "-", "."),
    "label": ("tar", "-V", "a label", "-cf", "-", "."),
}
"""What GNU tar alone writes and other readers take for files: all members are read, and that there is more is told."""


@pytest.mark.parametrize("form", TOLD)
def test_what_only_gnu_tar_understands_is_told(form: str, folder: Path) -> None:
    reading = of(TOLD[form], folder)
    assert hashlib.sha256(b"text\n" * 300).hexdigest() in set(reading.files.values())
    assert "unsupported" in reading.gives
    assert reading.gives <= {"unsupported", "ambiguous"}
