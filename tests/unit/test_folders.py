"""Walking folders: nothing is followed, nothing is left out, and what moves meanwhile is noticed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gate import folders
from gate.folders import (
    Cursor,
    DescriptorCursor,
    FolderChangedError,
    PathCursor,
    cursor_in,
    kind_of,
    open_cursor,
    remove_tree,
    walk,
)

CURSORS = pytest.mark.parametrize("make", [DescriptorCursor, PathCursor])
Make = Callable[[Path], Any]


def tree(folder: Path) -> Path:
    (folder / "a" / "deep").mkdir(parents=True)
    (folder / "a" / "deep" / "x").write_bytes(b"x")
    (folder / "hollow").mkdir()
    (folder / "link").symlink_to("a", target_is_directory=True)
    (folder / "b").write_bytes(b"b")
    os.mkfifo(folder / "pipe")
    return folder


@CURSORS
def test_a_walk_meets_everything_once(tmp_path: Path, make: Make) -> None:
    cursor = make(tree(tmp_path / "t"))
    seen = [(visit.event, visit.path, visit.empty) for visit in walk(cursor)]
    cursor.close()
    cursor.close()
    assert seen == [
        ("enter", b"a", False),
        ("enter", b"a/deep", False),
        ("file", b"a/deep/x", False),
        ("leave", b"a/deep", False),
        ("leave", b"a", False),
        ("file", b"b", False),
        ("enter", b"hollow", True),
        ("leave", b"hollow", False),
        ("link", b"link", False),
        ("special", b"pipe", False),
    ]


@CURSORS
def test_links_folders_and_pipes_are_not_opened_as_files(tmp_path: Path, make: Make) -> None:
    cursor = make(tree(tmp_path / "t"))
    for name in (b"pipe", b"link", b"a"):
        with pytest.raises(OSError):  # noqa: PT011  # which one depends on the system; that it is one is the point
            os.close(cursor.open_file(name))
    for name in (b"link", b"b", b"absent"):
        with pytest.raises(OSError):  # noqa: PT011  # as above
            cursor.enter(name)
    assert cursor.link_target(b"link") == b"a"
    cursor.close()


@CURSORS
def test_the_folder_itself_must_not_be_a_link(tmp_path: Path, make: Make) -> None:
    tree(tmp_path / "t")
    with pytest.raises(OSError):  # noqa: PT011  # as above
        make(tmp_path / "t" / "link")


def test_a_folder_moved_away_is_noticed(tmp_path: Path) -> None:
    with cursor_in(tree(tmp_path / "t")) as cursor:
        cursor.enter(b"a")
        (tmp_path / "t" / "a").rename(tmp_path / "elsewhere")
        with pytest.raises(FolderChangedError):
            cursor.leave()


def test_a_file_that_takes_anothers_place_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    cursor = PathCursor(tmp_path)
    original = os.open

    def swapped(path: str, flags: int) -> int:
        return original(path.removesuffix("a") + "b", flags)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(FolderChangedError):
        cursor.open_file(b"a")


def test_names_with_separators_reach_nothing(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "secret").write_bytes(b"s")
    cursor = PathCursor(tmp_path / "t")
    with pytest.raises(FolderChangedError):
        cursor.open_file(b"../secret")


def test_systems_without_folder_descriptors_go_by_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(cast("object", open_cursor(tmp_path)), DescriptorCursor)
    monkeypatch.setattr(os, "supports_dir_fd", set())
    assert isinstance(cast("object", open_cursor(tmp_path)), PathCursor)


def test_windows_paths_are_without_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folders._long_path(tmp_path) == str(tmp_path)
    monkeypatch.setattr(folders, "os", SimpleNamespace(name="nt"))
    assert folders._long_path(tmp_path) == f"\\\\?\\{tmp_path}"


def test_a_windows_reparse_point_counts_as_a_link(tmp_path: Path) -> None:
    status = os.lstat(tmp_path)
    assert kind_of(status) == "folder"
    junction = SimpleNamespace(st_mode=status.st_mode, st_reparse_tag=0xA0000003)
    assert kind_of(cast("os.stat_result", junction)) == "link"


def test_remove_tree_takes_all_of_it_and_nothing_behind_links(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "x").write_bytes(b"x")
    folder = tree(tmp_path / "t")
    (folder / "out").symlink_to(tmp_path / "kept", target_is_directory=True)
    remove_tree(folder)
    remove_tree(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept" / "x").exists()


def test_both_cursors_are_cursors(tmp_path: Path) -> None:
    cursors: list[Cursor] = [DescriptorCursor(tmp_path), PathCursor(tmp_path)]
    assert [cursor.names() for cursor in cursors] == [[], []]
    for cursor in cursors:
        cursor.close()
