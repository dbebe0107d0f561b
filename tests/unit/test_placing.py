"""A file appears whole, onto no name that is taken, and nothing is left where it does not appear."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate import placing, staging
from gate.errors import UsageError
from gate.placing import WholeFile
from gate.record import layout
from tests.unit.killed_child import refuse_nameless


@pytest.fixture(params=["nameless", "no /proc", "renamed", "linked"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ways of file systems: nameless files, names beside, and those without a rename that never replaces."""
    if request.param == "no /proc":
        monkeypatch.setattr(os.path, "exists", lambda _: False)
    elif request.param != "nameless":
        monkeypatch.setattr(os, "open", os.open)  # given back at the end
        refuse_nameless()
    if request.param == "linked":
        monkeypatch.setattr(placing, "renamed_without_replacing", lambda *_: False)
    return str(request.param)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    (folder / "gate").mkdir(parents=True)
    return folder


@contextlib.contextmanager
def inside(release: Path) -> Iterator[int]:
    descriptor = os.open(release / "gate", os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def test_whole_and_then_nothing_beside_it(release: Path, how: str) -> None:
    old = os.umask(0o077)
    try:
        with inside(release) as gate, WholeFile(b"bytes" * 1000, gate) as file:
            assert list(release.rglob("*")) == [release / "gate"]
            beside = [path.name for path in release.parent.iterdir() if path != release]
            assert len(beside) == (how != "nameless")
            assert all(map(layout.is_partial, beside))
            file.appear(gate, b"file")
    finally:
        os.umask(old)
    assert (release / "gate" / "file").read_bytes() == b"bytes" * 1000
    assert (release / "gate" / "file").stat().st_mode & 0o777 == 0o644
    assert (release / "gate" / "file").stat().st_nlink == 1
    assert list(release.parent.iterdir()) == [release]


@pytest.mark.usefixtures("how")
def test_never_onto_a_name_that_is_taken(release: Path) -> None:
    (release / "gate" / "file").write_bytes(b"mine")
    with inside(release) as gate, WholeFile(b"other", gate) as file, pytest.raises(FileExistsError):
        file.appear(gate, b"file")
    assert (release / "gate" / "file").read_bytes() == b"mine"
    assert list(release.parent.iterdir()) == [release]


@pytest.mark.usefixtures("how")
def test_nothing_is_left_of_one_that_cannot_be_written(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    opened = sorted(Path("/proc/self/fd").iterdir())
    with inside(release) as gate, pytest.raises(OSError, match="No space left"):
        WholeFile(b"bytes", gate)
    assert list(release.parent.iterdir()) == [release]
    assert sorted(Path("/proc/self/fd").iterdir()) == opened


def test_any_other_refusal_of_the_system_is_told(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def refusing(path: Any, flags: int, *more: Any, **options: Any) -> int:  # as os.open
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, flags, *more, **options)

    monkeypatch.setattr(os, "open", refusing)
    with inside(release) as gate, pytest.raises(OSError, match="Read-only"):
        WholeFile(b"bytes", gate)


def test_nowhere_to_write_it(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither without a name nor beside the release; root may write everywhere, so the system's answer is made here."""
    monkeypatch.setattr(os, "open", os.open)  # given back at the end
    refuse_nameless(beside=False)
    with inside(release) as gate, pytest.raises(UsageError) as caught:
        WholeFile(b"bytes", gate)
    assert caught.value.code == "deliver.nothing-beside"
    for language in ("en", "ja"):
        assert caught.value.code not in caught.value.message(language) + caught.value.advice(language)


def test_where_the_kernel_cannot_rename_without_replacing(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    (release / "a").write_bytes(b"a")
    assert not staging.renamed_without_replacing(os.fsencode(release / "a"), os.fsencode(release / "b"))
    assert [path.name for path in release.iterdir() if path.is_file()] == ["a"]
