"""The private copy: byte for byte, links as links, never over anything, and gone when it is not finished."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from gate import staging as staging_module
from gate.errors import ArtifactChanged, GateError, UsageError
from gate.filelist import list_digest, list_folder
from gate.folders import DescriptorCursor, remove_tree
from gate.staging import Staging
from tests.unit.release_kit import inputs_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def refusal(out: Path, inputs: Sequence[Path]) -> str:
    """Return the code of the error; nothing is left beside the inputs."""
    before = sorted(out.parent.iterdir()) if out.parent.is_dir() else []
    with pytest.raises(GateError) as caught, Staging(out, inputs):
        pass
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    assert before == (sorted(out.parent.iterdir()) if out.parent.is_dir() else [])
    return caught.value.code


def test_copies_are_equal_in_all_that_is_delivered(tmp_path: Path) -> None:
    binary, site = inputs_in(tmp_path / "in")
    with Staging(tmp_path / "out", [binary, site]) as staging:
        first, second = staging.staged
        assert (first.name, first.kind, first.size, first.entries) == ("app.bin", "file", 10240, ())
        assert first.path.read_bytes() == binary.read_bytes()
        assert first.sha256 == hashlib.sha256(binary.read_bytes()).hexdigest()
        assert stat.S_IMODE(first.path.stat().st_mode) == 0o755
        assert (second.name, second.kind) == ("site", "folder")
        assert second.entries == list_folder(site) == list_folder(second.path)
        assert second.sha256 == list_digest(list_folder(site))
        assert (second.path / "latest").readlink() == Path("index.html")
        assert [artifact.name for artifact in staging.artifacts] == ["app.bin", "site"]
        assert [artifact.path for artifact in staging.artifacts] == [first.path, second.path]
        assert stat.S_IMODE(staging.folder.stat().st_mode) == 0o700
        assert staging.folder.parent == tmp_path
        staging.confirm()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_modes_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    inputs = inputs_in(tmp_path / "in")
    before = os.umask(0o077)
    try:
        with Staging(tmp_path / "out", inputs) as staging:
            modes = {path.name: stat.S_IMODE(path.stat().st_mode)
                     for path in (staging.folder / "payload").rglob("*") if not path.is_symlink()}  # fmt: skip
    finally:
        os.umask(before)
    assert modes["app.bin"] == modes["run.sh"] == modes["site"] == modes["css"] == modes["empty"] == 0o755
    assert modes["index.html"] == 0o644


def test_names_that_clash_get_numbers_and_odd_names_stay(tmp_path: Path) -> None:
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "app!.zip")
        paths[-1].write_text(folder)
    odd = tmp_path / os.fsdecode(b"\xff\n%")
    odd.write_text("odd")
    with Staging(tmp_path / "out", [*paths, odd]) as staging:
        assert [artifact.name for artifact in staging.staged] == ["app%21.zip", "app%21.zip-2", "%FF%0A%25"]
        assert [os.fsencode(artifact.path.name) for artifact in staging.staged] == [
            b"app!.zip", b"app!.zip-2", b"\xff\n%",
        ]  # fmt: skip
        assert [artifact.path.read_text() for artifact in staging.staged] == ["a", "b", "odd"]


def test_a_link_given_as_input_stands_for_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "real.bin").write_text("x")
    (tmp_path / "link").symlink_to("real.bin")
    with Staging(tmp_path / "out", [tmp_path / "link"]) as staging:
        assert staging.staged[0].name == "real.bin"
        assert not staging.staged[0].path.is_symlink()


def test_hard_links_and_holes(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a").write_text("same")
    (folder / "b").hardlink_to(folder / "a")
    with (folder / "sparse").open("wb") as file:
        file.truncate(64 << 20)
        file.seek(10 << 20)
        file.write(b"data in the middle")
    with Staging(tmp_path / "out", [folder]) as staging:
        copied = staging.staged[0].path
        assert (copied / "a").stat().st_ino != (copied / "b").stat().st_ino
        assert (copied / "sparse").stat().st_size == 64 << 20
        assert (copied / "sparse").stat().st_blocks * 512 < 8 << 20
        assert staging.staged[0].sha256 == list_digest(list_folder(folder))
        assert list_folder(copied) == list_folder(folder)
        # The copy does not share bytes with the original.
        with (folder / "a").open("r+") as file:
            file.write("ELSE")
        staging.confirm()


def test_deep_trees_come_and_go(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    cursor = DescriptorCursor(folder)
    for _ in range(3000):
        os.mkdir("d", dir_fd=cursor.descriptor)
        cursor.enter(b"d")
    os.symlink("nowhere", "end", dir_fd=cursor.descriptor)
    cursor.close()
    with Staging(tmp_path / "out", [folder]) as staging:
        assert [entry.path for entry in staging.staged[0].entries] == ["d/" * 3000 + "end"]
        staging.confirm()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]
    remove_tree(folder)


def test_out_that_exists_is_refused_whatever_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("folder", "file", "dangling"):
        assert refusal(tmp_path / name, [tmp_path / "a"]) == "deliver.out-exists"


def test_out_apart_from_inputs(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "sub").mkdir(parents=True)
    (tmp_path / "alias").symlink_to("site", target_is_directory=True)
    (tmp_path / "file").touch()
    assert refusal(site / "out", [site]) == "deliver.out-inside"
    assert refusal(site / "sub" / "out", [site]) == "deliver.out-inside"
    assert refusal(tmp_path / "alias" / "out", [site]) == "deliver.out-inside"
    assert refusal(site / "out", [tmp_path / "alias"]) == "deliver.out-inside"
    assert refusal(site, [site]) == "deliver.out-inside"
    assert refusal(tmp_path / "file", [tmp_path / "file"]) == "deliver.out-inside"
    assert refusal(tmp_path, [site]) == "deliver.out-around"
    assert refusal(tmp_path, [tmp_path / "file"]) == "deliver.out-around"
    with Staging(tmp_path / "site-2", [site]) as staging:
        assert staging.staged


def test_out_needs_a_place_and_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.chdir(tmp_path)
    for out in (tmp_path / "no" / "out", tmp_path / "a" / "out", tmp_path / "loop" / "out", Path(), Path("..")):
        assert refusal(out, [tmp_path / "a"]) == "deliver.no-parent"
    with Staging(Path("out"), [Path("a")]) as staging:
        assert staging.publish() == tmp_path.resolve() / "out"


def test_inputs_that_are_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    out = tmp_path / "out"
    assert refusal(out, [tmp_path / "absent"]) == "deliver.no-input"
    assert refusal(out, [tmp_path / "loop"]) == "deliver.no-input"
    assert refusal(out, [tmp_path / "pipe"]) == "deliver.special-file"
    assert refusal(out, [tmp_path / "folder"]) == "deliver.special-file"
    assert refusal(out, [Path("/")]) == "deliver.no-name"


def test_what_cannot_be_read_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's refusals are made here because root is refused nothing and the disk is not full."""
    inputs = inputs_in(tmp_path / "in")
    real_read, real_write = os.read, os.write

    def refuse_read(_descriptor: int, _size: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    def refuse_write(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def write_little(descriptor: int, data: bytes) -> int:
        return real_write(descriptor, data[:100])

    monkeypatch.setattr(os, "read", refuse_read)
    assert refusal(tmp_path / "out", inputs) == "deliver.unreadable"
    monkeypatch.setattr(os, "read", real_read)
    monkeypatch.setattr(os, "write", refuse_write)
    assert refusal(tmp_path / "out", inputs) == "deliver.cannot-write"
    monkeypatch.setattr(os, "write", write_little)
    with Staging(tmp_path / "out", inputs) as staging:
        staging.confirm()
        assert staging.staged[0].path.read_bytes() == inputs[0].read_bytes()


def test_an_input_that_goes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary, site = inputs_in(tmp_path / "in")
    staging = Staging(tmp_path / "out", [binary])
    binary.unlink()
    with pytest.raises(ArtifactChanged), staging:
        pass
    real = DescriptorCursor.status

    def vanish(cursor: DescriptorCursor, name: bytes) -> os.stat_result:
        (site / "index.html").unlink(missing_ok=True)
        return real(cursor, name)

    monkeypatch.setattr(DescriptorCursor, "status", vanish)
    assert refusal(tmp_path / "out", [site]) == "deliver.changed-while-read"

    def refuse(_cursor: DescriptorCursor, _name: bytes) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(DescriptorCursor, "link_target", refuse)
    assert refusal(tmp_path / "out", [site]) == "deliver.unreadable"


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_of_a_run_that_ends_early(tmp_path: Path, kind: type[BaseException]) -> None:
    inputs = inputs_in(tmp_path / "in")
    with pytest.raises(kind), Staging(tmp_path / "out", inputs):
        raise kind
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_interrupt_while_copying_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = inputs_in(tmp_path / "in")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "ftruncate", interrupt)
    with pytest.raises(KeyboardInterrupt), Staging(tmp_path / "out", inputs):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def changes(artifact: str) -> list[Callable[[Path], object]]:
    """Return ways to change a staged copy, each of which must be noticed."""
    if artifact == "app.bin":
        return [
            lambda path: path.write_bytes(b"other"),
            lambda path: path.unlink(),
            lambda path: (path.unlink(), path.symlink_to("/etc/passwd")),
            lambda path: (path.unlink(), path.mkdir()),
        ]
    return [
        lambda path: (path / "index.html").write_text("other"),
        lambda path: (path / "index.html").unlink(),
        lambda path: (path / "more").touch(),
        lambda path: (path / "more").mkdir(),
        lambda path: (path / "run.sh").chmod(0o644),
        lambda path: (path / "css").rename(path / "js"),
        lambda path: path.rename(path.with_name("elsewhere")),
    ]


WAYS = [*(("app.bin", number) for number in range(4)), *(("site", number) for number in range(7))]


@pytest.mark.parametrize(("artifact", "number"), WAYS)
def test_every_change_of_the_copy_is_noticed(tmp_path: Path, artifact: str, number: int) -> None:
    with Staging(tmp_path / "out", inputs_in(tmp_path / "in")) as staging:
        changes(artifact)[number](staging.folder / "payload" / artifact)
        with pytest.raises(ArtifactChanged):
            staging.confirm()


# --- the last step --------------------------------------------------------------------------------------------


def publish(folder: Path, *, between: Callable[[], object] = lambda: None) -> Path:
    with Staging(folder / "out", inputs_in(folder / "in")) as staging:
        between()
        return staging.publish()


def test_published_is_a_folder_for_everybody(tmp_path: Path) -> None:
    out = publish(tmp_path)
    assert out == tmp_path / "out"
    assert stat.S_IMODE(out.stat().st_mode) == 0o755
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def failing(code: int) -> Callable[..., int]:
    """Return a C function that sets ``errno``."""

    def function(*_: object) -> int:
        ctypes.set_errno(code)
        return -1

    return function


def replace_library(monkeypatch: pytest.MonkeyPatch, library: SimpleNamespace) -> None:
    """Give the module a C library with fewer functions, or with some that say no."""
    namespace = SimpleNamespace(CDLL=lambda *_, **__: library, get_errno=ctypes.get_errno)
    monkeypatch.setattr(staging_module, "ctypes", namespace)


@pytest.mark.parametrize("answer", [None, errno.ENOSYS, errno.EINVAL])
def test_without_a_rename_that_never_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: int | None
) -> None:
    library = SimpleNamespace() if answer is None else SimpleNamespace(renameat2=failing(answer))
    monkeypatch.setattr(
        staging_module, "ctypes", SimpleNamespace(CDLL=lambda *_, **__: library, get_errno=ctypes.get_errno)
    )
    publish(tmp_path)
    other = tmp_path / "2"
    other.mkdir()
    with pytest.raises(UsageError) as caught:
        publish(other, between=(other / "out").mkdir)
    assert caught.value.code == "deliver.cannot-write"
    assert list((other / "out").iterdir()) == []


def test_a_name_taken_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        publish(tmp_path, between=(tmp_path / "out").mkdir)
    assert caught.value.code == "deliver.cannot-write"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    assert list((tmp_path / "out").iterdir()) == []


def test_a_disk_that_does_not_take_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = SimpleNamespace(syncfs=failing(errno.EIO))
    monkeypatch.setattr(
        staging_module, "ctypes", SimpleNamespace(CDLL=lambda *_, **__: library, get_errno=ctypes.get_errno)
    )
    with pytest.raises(UsageError) as caught:
        publish(tmp_path)
    assert caught.value.code == "deliver.cannot-write"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_folder_that_cannot_be_flushed_is_published_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refuse)
    assert publish(tmp_path).is_dir()
