"""What real writers pack comes out the same: names and SHA-256 against the tree, without a word of trouble."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.intake.readers.names import comparison_key
from tests.unpack.reader_kit import Reading, labels_of, read_bytes, read_file

FOLDERS = ("docs", "docs/deep/deeper", "仕様書", "empty")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with text, code, random bytes, an empty file, long and Japanese names."""
    root = tmp_path_factory.mktemp("tree")
    dice = random.Random(1)  # a fixed seed, no secret
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    files = {
        "readme.txt": b"An honest text.\n" * 3000,
        "docs/random.bin": dice.randbytes(700_000),
        "docs/deep/deeper/zeros.bin": bytes(3_000_000),
        "docs/" + "long-name-" * 15 + ".txt": b"long\n",
        "仕様書/第1章.txt": "納入物の一覧\n".encode() * 50,
        "docs/empty": b"",
        "run.sh": b"echo hello\n",
        "one": b"1",
    }
    for name, content in files.items():
        (root / name).write_bytes(content)
    (root / "run.sh").chmod(0o755)
    return root


def expected(root: Path) -> dict[bytes, str]:
    """Return the digests of all files below ``root`` by relative name."""
    return {
        os.fsencode(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def run(argv: list[str], cwd: Path, stdin: bytes | None = None) -> bytes:
    return subprocess.run(
        argv, cwd=cwd, input=stdin, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    ).stdout


def plain_names(reading: Reading) -> dict[bytes, str]:
    return {name.removeprefix(b"./"): digest for name, digest in reading.files.items()}


ZIP_WRITERS: dict[str, list[str]] = {
    "info-zip": ["zip", "-qr", "OUT", "."],
    "info-zip-stored": ["zip", "-qr0", "OUT", "."],
    "info-zip-bzip2": ["zip", "-qr", "-Z", "bzip2", "OUT", "."],
    "info-zip-no-folders": ["zip", "-qrD", "OUT", "."],
    "info-zip-zip64": ["zip", "-qr", "-fz", "OUT", "."],
    "bsdtar": ["bsdtar", "--format", "zip", "-cf", "OUT", "."],
    "bsdtar-stored": ["bsdtar", "--format", "zip", "--options", "compression=store", "-cf", "OUT", "."],
    "7zz-deflate": ["7zz", "a", "-tzip", "-bso0", "OUT", "."],
    "7zz-copy": ["7zz", "a", "-tzip", "-mx0", "-bso0", "OUT", "."],
    "7zz-bzip2": ["7zz", "a", "-tzip", "-mm=BZip2", "-bso0", "OUT", "."],
    "7zz-lzma": ["7zz", "a", "-tzip", "-mm=LZMA", "-bso0", "OUT", "."],
    "7zz-xz": ["7zz", "a", "-tzip", "-mm=xz", "-bso0", "OUT", "."],
    "7zz-deflate64": ["7zz", "a", "-tzip", "-mm=Deflate64", "-bso0", "OUT", "."],
    "7zz-utf8": ["7zz", "a", "-tzip", "-mcu=on", "-bso0", "OUT", "."],
}
TAR_WRITERS: dict[str, list[str]] = {
    **{f"gnu-{form}": ["tar", "--format", form, "-cf", "OUT", "."] for form in ("gnu", "oldgnu", "pax", "ustar")},
    "gnu-v7": ["tar", "--format", "v7", "--exclude", "*long*", "-cf", "OUT", "."],
    "gnu-names": ["tar", "-cf", "OUT", "docs", "readme.txt"],
    "gnu-sparse": ["tar", "-S", "-cf", "OUT", "."],
    **{
        f"gnu-sparse-{form}": ["tar", "-S", "--format=pax", f"--sparse-version={form}", "-cf", "OUT", "."]
        for form in ("0.0", "0.1", "1.0")
    },
    "gnu-xattrs": ["tar", "--xattrs", "--acls", "--format=pax", "-cf", "OUT", "."],
    **{
        f"bsdtar-{form}": ["bsdtar", "--format", form, "-cf", "OUT", "."]
        for form in ("ustar", "pax", "gnutar", "v7tar")
    },
    "7zz": ["7zz", "a", "-ttar", "-bso0", "OUT", "."],
    "7zz-pax": ["7zz", "a", "-ttar", "-mm=pax", "-bso0", "OUT", "."],
}


def packed(writer: list[str], tree: Path, archive: Path) -> None:
    run([str(archive) if part == "OUT" else part for part in writer], tree)


@pytest.mark.parametrize("writer", ZIP_WRITERS)
def test_zip_writers(writer: str, tree: Path, tmp_path: Path) -> None:
    archive = tmp_path / "made.zip"
    packed(ZIP_WRITERS[writer], tree, archive)
    assert labels_of(archive.read_bytes()) == ("zip",)
    reading = read_file(archive, "zip")
    assert reading.all_troubles == []
    assert plain_names(reading) == expected(tree)


def independent_tar(archive: Path) -> dict[bytes, str]:
    """Return the digests of all files of a tar file as the standard library has them."""
    with tarfile.open(archive) as tar:
        return {
            os.fsencode(member.name).removeprefix(b"./"): hashlib.sha256(stream.read()).hexdigest()
            for member in tar
            if member.isfile() and (stream := tar.extractfile(member)) is not None
        }


@pytest.mark.parametrize("writer", TAR_WRITERS)
def test_tar_writers(writer: str, tree: Path, tmp_path: Path) -> None:
    archive = tmp_path / "made.tar"
    if writer.startswith("gnu-sparse"):
        shutil.copytree(tree, tmp_path / "tree")
        tree = tmp_path / "tree"
        with (tree / "holes").open("wb") as file:
            for offset in range(0, 40 << 20, 5 << 20):
                file.seek(offset)
                file.write(b"island")
    exclusive = {"bsdtar-v7tar", "bsdtar-ustar", "gnu-ustar"}
    if writer in exclusive:  # these formats hold no long or Japanese names; GNU tar and bsdtar say so and fail
        tree = shutil.copytree(tree / "docs" / "deep", tmp_path / "short")
    packed(TAR_WRITERS[writer], tree, archive)
    assert labels_of(archive.read_bytes()) == ("tar",)
    reading = read_file(archive, "tar")
    assert reading.all_troubles == []
    assert plain_names(reading) == independent_tar(archive)
    if writer not in {"gnu-v7", "gnu-names"}:
        assert plain_names(reading) == expected(tree)


@pytest.mark.parametrize(
    ("label", "command"),
    [
        ("gzip", ["gzip", "-c"]),
        ("gzip", ["gzip", "-1c"]),
        ("bzip2", ["bzip2", "-c"]),
        ("xz", ["xz", "-c"]),
        ("xz", ["xz", "-c", "-T2", "--block-size=100KiB"]),
        ("xz", ["xz", "-c", "--x86", "--lzma2"]),
        ("xz", ["xz", "-c", "--check=crc64", "--delta", "--lzma2"]),
        ("lzma", ["xz", "-c", "--format=lzma"]),
        ("gzip", ["7zz", "a", "-tgzip", "-si", "-so", "-bso0", "x"]),
        ("bzip2", ["7zz", "a", "-tbzip2", "-si", "-so", "x"]),
        ("xz", ["7zz", "a", "-txz", "-si", "-so", "x"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else value,
)
def test_stream_writers(label: str, command: list[str], tree: Path, tmp_path: Path) -> None:
    content = (tree / "docs" / "random.bin").read_bytes() + (tree / "readme.txt").read_bytes()
    alone = run(command, tmp_path, content)
    assert labels_of(alone) == (label,)
    reading = read_bytes(alone, label)
    assert reading.all_troubles == []
    assert [seen.sha256 for seen in reading.seen] == [hashlib.sha256(content).hexdigest()]
    inside = read_bytes(run(command, tmp_path, run(["tar", "-cf", "-", "."], tree)), label)
    assert inside.all_troubles == []
    assert plain_names(inside) == expected(tree)


def test_symbolic_links_and_modes_of_real_writers(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_bytes(b"content")
    (source / "file").chmod(0o750)
    (source / "link").symlink_to("file")
    os.link(source / "file", source / "hard")
    packed(["zip", "-qry", "OUT", "."], source, tmp_path / "a.zip")
    packed(["tar", "-cf", "OUT", "--sort=name", "."], source, tmp_path / "a.tar")
    for name, label in (("a.zip", "zip"), ("a.tar", "tar")):
        reading = read_file(tmp_path / name, label)
        heads = {seen.member.name.removeprefix(b"./"): seen.member for seen in reading.seen}
        assert reading.all_troubles == []
        assert heads[b"file"].mode == 0o750
        assert (heads[b"link"].kind, heads[b"link"].target) == ("symbolic-link", b"file")
        if label == "tar":
            assert (heads[b"hard"].kind, heads[b"hard"].target) == ("hard-link", b"./file")


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("-mem=ZipCrypto", "encrypted"),
        ("-mem=AES256", "encrypted"),
        ("-mm=PPMd", "unsupported"),
    ],
)
def test_what_is_not_opened_is_told_for_each_member(method: str, reason: str, tree: Path, tmp_path: Path) -> None:
    password = ["-psecret"] if reason == "encrypted" else []
    packed(["7zz", "a", "-tzip", "-bso0", method, *password, "OUT", "."], tree, tmp_path / "a.zip")
    reading = read_file(tmp_path / "a.zip", "zip")
    told = [seen for seen in reading.seen if [trouble.reason for trouble in seen.troubles] == [reason]]
    # 7zz stores what is empty or does not shrink; everything else has to be told.
    assert {seen.member.name for seen in told} >= {b"readme.txt", b"docs/deep/deeper/zeros.bin"}
    assert all(seen.size == 0 for seen in told)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("streaming", [False, True])
def test_zipfile(method: int, streaming: bool, tree: Path) -> None:  # parametrized
    buffer = io.BytesIO()
    target = _Pipe(buffer) if streaming else buffer
    with zipfile.ZipFile(target, "w", method) as archive:
        for name in expected(tree):
            with archive.open(os.fsdecode(name), "w", force_zip64=streaming) as stream:
                stream.write((tree / os.fsdecode(name)).read_bytes())
    reading = read_bytes(buffer.getvalue(), "zip")
    assert reading.all_troubles == []
    assert reading.files == expected(tree)


class _Pipe(io.RawIOBase):
    """A stream that cannot seek: writers put sizes behind the data then."""

    def __init__(self, sink: io.BytesIO) -> None:
        self._sink = sink

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: bytes) -> int:  # type: ignore[override]  # typeshed takes any buffer
        return self._sink.write(data)


# --- archives made by hypothesis ------------------------------------------------------------------------------

COMPONENT = st.text("abcdeXYZ019_-+ー漢字éß ", min_size=1, max_size=12).map(lambda text: f"n{text}e")
NAME = st.lists(COMPONENT, min_size=1, max_size=5).map("/".join)
CONTENT = st.binary(max_size=3000) | st.integers(1, 400_000).map(bytes)


def distinct(names: list[str]) -> bool:
    """Say whether no name meets another one or lies below it."""
    keys = [comparison_key(name.encode()) for name in names]
    return len(set(keys)) == len(keys) and not any(a != b and b.startswith(f"{a}/") for a in keys for b in keys)


TREES = st.dictionaries(NAME, CONTENT, max_size=8).filter(lambda files: distinct(list(files)))
Writer = Callable[[dict[str, bytes]], bytes]


def by_zipfile(method: int) -> Writer:
    def write(files: dict[str, bytes]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    return write


def by_tarfile(form: int, mode: str = "w") -> Writer:
    def write(files: dict[str, bytes]) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode=mode, format=form) as archive:  # type: ignore[call-overload]  # any mode
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        return buffer.getvalue()

    return write


@pytest.mark.parametrize(
    ("label", "write"),
    [
        ("zip", by_zipfile(zipfile.ZIP_DEFLATED)),
        ("zip", by_zipfile(zipfile.ZIP_STORED)),
        ("zip", by_zipfile(zipfile.ZIP_LZMA)),
        ("tar", by_tarfile(tarfile.PAX_FORMAT)),
        ("tar", by_tarfile(tarfile.GNU_FORMAT)),
        ("gzip", by_tarfile(tarfile.PAX_FORMAT, "w:gz")),
        ("xz", by_tarfile(tarfile.GNU_FORMAT, "w:xz")),
        ("bzip2", by_tarfile(tarfile.GNU_FORMAT, "w:bz2")),
    ],
    ids=["deflate", "store", "lzma", "pax", "gnu", "gzip", "xz", "bzip2"],
)
def test_made_up_trees(label: str, write: Writer) -> None:
    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(TREES)
    def holds(files: dict[str, bytes]) -> None:
        if not files and label != "zip":
            return  # an empty tar file is nothing but zeros
        reading = read_bytes(write(files), label)
        assert reading.all_troubles == []
        assert reading.files == {name.encode(): hashlib.sha256(content).hexdigest() for name, content in files.items()}

    holds()
