from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.errors import ArtifactChanged, IsolationError
from gate.intake import blobs
from gate.intake.blobs import BlobStore
from gate.intake.files import hash_file


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BlobStore]:
    with BlobStore(tmp_path) as store:
        yield store


def content(blob: blobs.Blob) -> bytes:
    with blob.descriptor() as descriptor:
        return os.pread(descriptor, blob.size + 1, 0)


@pytest.mark.parametrize("size", [0, 1, blobs.SMALL_BYTES, blobs.SMALL_BYTES + 1, 3 * blobs.SMALL_BYTES])
def test_keeps_bytes_and_names_them_by_digest(store: BlobStore, size: int) -> None:
    data = os.urandom(size)
    blob = store.of(data)
    assert (blob.sha256, blob.size) == (hashlib.sha256(data).hexdigest(), size)
    assert content(blob) == data


@pytest.mark.parametrize("size", [10, blobs.SMALL_BYTES + 1])
def test_same_content_is_stored_once_and_goes_with_its_last_holder(store: BlobStore, tmp_path: Path, size: int) -> None:
    data = b"x" * size
    first, second = store.of(data), store.of(data)
    assert first is second
    first.release()
    assert content(second) == data
    second.release()
    assert [file for folder in tmp_path.iterdir() for file in folder.iterdir()] == []


def test_memory_is_bounded(store: BlobStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(blobs, "MEMORY_BYTES", 100)
    small = [store.of(bytes([number]) * 60) for number in range(3)]
    assert len([file for folder in tmp_path.iterdir() for file in folder.iterdir()]) == 2
    assert [content(blob) for blob in small] == [bytes([number]) * 60 for number in range(3)]


@pytest.mark.parametrize("size", [10, blobs.SMALL_BYTES + 1])
def test_nobody_can_write_through_the_descriptor(store: BlobStore, size: int) -> None:
    with store.of(b"x" * size).descriptor() as descriptor, pytest.raises(OSError):  # noqa: PT011  # EPERM or EBADF
        os.write(descriptor, b"y")


def test_discarded_writer_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    writer = store.writer()
    writer.write(b"x" * (blobs.SMALL_BYTES + 1))
    writer.discard()
    assert [file for folder in tmp_path.iterdir() for file in folder.iterdir()] == []


def test_store_removes_its_folder(tmp_path: Path) -> None:
    with BlobStore(tmp_path) as store:
        store.of(b"x" * (blobs.SMALL_BYTES + 1))
    assert list(tmp_path.iterdir()) == []


def test_folder_that_takes_nothing_is_an_error(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("wb") as full:
        monkeypatch.setattr(store, "spool", lambda: (os.dup(full.fileno()), "/nonexistent"))
        with pytest.raises(IsolationError, match="No space left"):
            store.writer().write(b"x" * (blobs.SMALL_BYTES + 1))


def test_file_is_read_where_it_lies(tmp_path: Path) -> None:
    file = tmp_path / "artifact"
    file.write_bytes(b"bytes")
    blob = hash_file(file)
    assert blob.sha256 == hashlib.sha256(b"bytes").hexdigest()
    assert content(blob) == b"bytes"
    blob.check_unchanged()


def test_changed_file_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "artifact"
    file.write_bytes(b"bytes")
    blob = hash_file(file)
    file.write_bytes(b"other")
    with pytest.raises(ArtifactChanged):
        blob.check_unchanged()


def test_replaced_file_is_noticed_even_with_the_same_times(tmp_path: Path) -> None:
    file = tmp_path / "artifact"
    file.write_bytes(b"bytes")
    blob, times = hash_file(file), file.stat()
    (tmp_path / "new").write_bytes(b"other")
    (tmp_path / "new").replace(file)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(ArtifactChanged):
        content(blob)


def test_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"bytes")
    (tmp_path / "link").symlink_to("target")
    with pytest.raises(OSError, match="symbolic links"):
        hash_file(tmp_path / "link")


def reopened(blob: blobs.Blob, user: int) -> bytes:
    """Return what another user reads who opens the descriptor once more, as programs do."""
    with blob.descriptor() as descriptor:
        child = subprocess.run(
            ["cat", f"/proc/self/fd/{descriptor}"],
            user=user,
            group=user,
            extra_groups=[],
            pass_fds=[descriptor],
            capture_output=True,
            check=True,
        )
        return child.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its files to another user")
@pytest.mark.parametrize("size", [10, blobs.SMALL_BYTES + 1])
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_another_user_can_open_what_is_for_others(store: BlobStore, tmp_path: Path, size: int, mode: int) -> None:
    data = os.urandom(size)
    own = tmp_path / "own"
    own.write_bytes(data)
    own.chmod(mode)
    stored, file = store.of(data).for_others(), hash_file(own, store).for_others()
    for blob in (stored, file):
        assert reopened(blob, 61184) == data
        blob.release()


def test_a_file_that_everybody_may_read_is_not_copied(store: BlobStore, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_bytes(b"x")
    own.chmod(0o644)
    blob = hash_file(own, store)
    assert blob.for_others() is blob
