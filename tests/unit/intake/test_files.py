"""Files of artifacts that are hashed while something else is done with them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from gate.errors import ArtifactChanged
from gate.intake.files import Hashing

LARGE = os.urandom(1 << 20) * 5


def test_the_bytes_can_be_read_before_the_digest_is_known(tmp_path: Path) -> None:
    file = tmp_path / "artifact"
    file.write_bytes(LARGE)
    hashing = Hashing(file)
    assert hashing.blob.sha256 == ""
    assert hashing.blob.ends(3, 2) == (LARGE[:3], LARGE[-2:])
    hashing.end()
    assert hashing.done
    assert hashing.blob.sha256 == hashlib.sha256(LARGE).hexdigest()
    hashing.close()


def test_a_file_that_changes_while_it_is_hashed_has_no_digest(tmp_path: Path) -> None:
    file = tmp_path / "artifact"
    file.write_bytes(LARGE)
    hashing = Hashing(file)
    with file.open("ab") as stream:
        stream.write(b"more")
    with pytest.raises(ArtifactChanged):
        hashing.end()
    assert hashing.blob.sha256 == ""
    hashing.close()


def test_hashing_can_be_given_up(tmp_path: Path) -> None:
    file = tmp_path / "artifact"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)  # takes longer than anybody waits
    hashing = Hashing(file)
    assert not hashing.done
    hashing.close()
    assert hashing.done


def test_neither_links_nor_folders_are_hashed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "target").write_bytes(b"bytes")
    for name in ("link", ".", "absent"):
        with pytest.raises(OSError, match=name if name != "." else "directory"):
            Hashing(tmp_path / name)


def test_what_cannot_be_read_is_told_by_the_end() -> None:
    hashing = Hashing(Path("/proc/self/mem"))
    with pytest.raises(OSError, match="Input/output"):
        hashing.end()
    hashing.close()
