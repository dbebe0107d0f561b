"""File lists: one sequence of bytes for one folder, and nothing else is taken for a list."""

from __future__ import annotations

import hashlib
import os
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import ArtifactChanged, UsageError
from gate.filelist import (
    EMPTY_SHA256,
    FileEntry,
    FileListError,
    git_mode,
    hash_descriptor,
    list_digest,
    list_folder,
    parse_list,
    render_list,
)
from gate.folders import remove_tree

if TYPE_CHECKING:
    from pathlib import Path

NAMES = st.binary(min_size=1, max_size=12).filter(lambda name: b"/" not in name and b"\0" not in name
                                                  and name not in {b".", b".."})  # fmt: skip


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sample(folder: Path) -> Path:
    (folder / "b").mkdir(parents=True)
    (folder / "hollow").mkdir()
    (folder / "b" / "x").write_bytes(b"x")
    (folder / "b!").write_bytes(b"bang")
    (folder / "b!").chmod(0o700)
    (folder / "a b").write_bytes(b"")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / os.fsdecode(b"\xff\n")).write_bytes(b"odd")
    return folder


def test_a_folder_becomes_these_lines(tmp_path: Path) -> None:
    entries = list_folder(sample(tmp_path / "f"))
    assert render_list(entries).decode() == (
        f"100644 3 {sha256(b'odd')} %FF%0A\n"
        f"100644 0 {EMPTY_SHA256} a b\n"
        f"100755 4 {sha256(b'bang')} b%21\n"
        f"100644 1 {sha256(b'x')} b/x\n"
        f"040000 0 {EMPTY_SHA256} hollow\n"
        f"120000 11 {sha256(b'/etc/passwd')} link\n"
    )
    assert list_digest(entries) == sha256(render_list(entries))
    assert set(parse_list(render_list(entries))) == set(entries)


def test_every_change_of_a_folder_changes_its_digest(tmp_path: Path) -> None:
    folder = sample(tmp_path / "f")
    seen = {list_digest(list_folder(folder))}

    def changed() -> bool:
        digest = list_digest(list_folder(folder))
        new = digest not in seen
        seen.add(digest)
        return new

    (folder / "b" / "x").write_bytes(b"y")
    assert changed()
    (folder / "b" / "x").rename(folder / "b" / "z")
    assert changed()
    (folder / "a b").chmod(0o755)
    assert changed()
    (folder / "hollow").rmdir()
    assert changed()
    (folder / "link").unlink()
    (folder / "link").symlink_to("/etc/passwd2")
    assert changed()
    (folder / "link").unlink()
    (folder / "link").write_bytes(b"/etc/passwd2")
    assert changed()
    (folder / "new").mkdir()
    assert changed()
    (folder / "a b").chmod(0o600)  # git keeps no more than "may its owner run it"
    assert changed()
    (folder / "a b").chmod(0o644)
    assert not changed()


def test_an_empty_folder_is_an_empty_list(tmp_path: Path) -> None:
    assert list_folder(tmp_path) == ()
    assert list_digest(()) == EMPTY_SHA256
    assert parse_list(b"") == ()


def test_three_thousand_levels(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(os.open("end", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    (entry,) = list_folder(tmp_path)
    assert entry.path == "d/" * 3000 + "end"
    assert parse_list(render_list([entry])) == (entry,)
    remove_tree(tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_special_files_are_refused(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    if kind == "pipe":
        os.mkfifo(folder / "it")
    else:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(folder / "it"))
    with pytest.raises(UsageError) as caught:
        list_folder(folder)
    assert (caught.value.code, caught.value.arguments["path"]) == ("deliver.special-file", "it")


def test_a_link_is_not_followed_even_as_the_folder_itself(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "l").symlink_to("f")
    with pytest.raises(ArtifactChanged):
        list_folder(tmp_path / "l")


def test_what_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_bytes(b"x")

    def refuse(*_: object) -> tuple[str, int]:
        raise PermissionError(13, "Permission denied")

    # The system's refusal is made here because root is refused nothing.
    monkeypatch.setattr("gate.filelist.hash_descriptor", refuse)
    with pytest.raises(UsageError) as caught:
        list_folder(tmp_path)
    assert caught.value.code == "deliver.unreadable"


def test_hash_starts_at_the_beginning(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"0123456789")
    with (tmp_path / "x").open("rb") as stream:
        stream.seek(5)
        assert hash_descriptor(stream.fileno()) == (sha256(b"0123456789"), 10)


@pytest.mark.parametrize(
    ("mode", "kept"), [(0o644, "100644"), (0o100, "100755"), (0o011, "100644"), (0o4755, "100755")]
)
def test_modes_are_what_git_keeps(mode: int, kept: str) -> None:
    assert git_mode(mode) == kept


LINE = f"100644 1 {'a' * 64} "


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("x", "line"),
        (f"{LINE}a", "line"),
        (f"{LINE}a\n\n", "line"),
        (f"\n{LINE}a\n", "line"),
        (f"100600 1 {'a' * 64} a\n", "line"),
        (f"100644 01 {'a' * 64} a\n", "line"),
        (f"100644 -1 {'a' * 64} a\n", "line"),
        (f"100644 1 {'A' * 64} a\n", "line"),
        (f"{LINE}\n", "line"),
        (f"{LINE}b\n{LINE}a\n", "order"),
        (f"{LINE}a\n{LINE}a\n", "order"),
        (f"{LINE}a!b\n", "path"),
        (f"{LINE}%41\n", "path"),
        (f"{LINE}a//b\n", "path"),
        (f"{LINE}/a\n", "path"),
        (f"{LINE}a/\n", "path"),
        (f"{LINE}..\n", "path"),
        (f"{LINE}a/./b\n", "path"),
        (f"{LINE}a%2Fb\n", "path"),
        (f"{LINE}a%00b\n", "path"),
        (f"{LINE}a\n{LINE}a/b\n", "file and folder"),
        (f"040000 0 {'a' * 64} a\n", "folder"),
        (f"040000 1 {EMPTY_SHA256} a\n", "folder"),
    ],
)
def test_what_is_no_list_is_refused(raw: str, why: str) -> None:
    with pytest.raises(FileListError) as caught:
        parse_list(raw.encode())
    assert str(caught.value) == why


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(FileListError):
        parse_list(LINE.encode() + b"\xff\n")


@given(st.sets(NAMES, max_size=6))
def test_any_names_come_back(names: set[bytes]) -> None:
    entries = {FileEntry.of_file(name, 0o644, 0, EMPTY_SHA256) for name in names}
    assert len({entry.path for entry in entries}) == len(names)
    assert set(parse_list(render_list(entries))) == entries


def test_of_a_file_with_more_bytes_than_it_may_have_the_digest_is_never_that_of_one_with_just_so_many(
    tmp_path: Path,
) -> None:
    for size in (0, 1, 1 << 20, (1 << 20) + 1, 2 << 20):
        file = tmp_path / f"{size}"
        file.write_bytes(b"x" * size)
        with file.open("rb") as stream:
            whole = hash_descriptor(stream.fileno())
            assert whole == (hashlib.sha256(b"x" * size).hexdigest(), size)
            assert hash_descriptor(stream.fileno(), size) == whole
        with file.open("ab") as stream:
            stream.write(b"y" * (3 << 20))
        with file.open("rb") as stream:
            digest, read = hash_descriptor(stream.fileno(), size)
        assert digest != whole[0]
        assert size < read <= size + (1 << 20)
