"""Archives of releases: what stock tools unpack is the tree that was put in, and the bytes are always the same."""

from __future__ import annotations

import os
import stat
import subprocess
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate.archiving import FORMS, Archive, ArchiveForm
from gate.errors import ArtifactChanged, GateError, UsageError
from gate.filelist import list_folder
from gate.folders import DescriptorCursor
from gate.received.archive import unpacked as received
from tests.unit.release_kit import inputs_in

WHEN = datetime(2026, 12, 1, 9, 30, 15, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tree with a program, an empty file, an empty folder, Japanese and long names."""
    folder = tmp_path / "納入 1.0"
    (folder / "payload" / "empty").mkdir(parents=True)
    (folder / "gate").mkdir()
    (folder / "payload" / "run.sh").write_text("#!/bin/sh\n")
    (folder / "payload" / "run.sh").chmod(0o750)
    (folder / "payload" / "nothing").write_bytes(b"")
    (folder / "payload" / "nothing").chmod(0o600)
    deep = folder / "payload" / ("長" * 40) / ("い" * 60)
    deep.mkdir(parents=True)
    (deep / ("名" * 80)).write_bytes(bytes(range(256)) * 9000)
    return folder


def made(folder: Path, form: ArchiveForm, *, created: datetime = WHEN) -> Path:
    with Archive(folder, form) as archive:
        archive.write(folder, created=created)
        archive.publish()
        archive.keep()
    assert [path.name for path in folder.parent.iterdir() if ".partial-" in path.name] == []
    return archive.path


def unpacked(path: Path, into: Path) -> Path:
    into.mkdir()
    tool = ["unzip", "-q", str(path)] if path.suffix == ".zip" else ["tar", "--warning=no-timestamp", "-xpf", str(path)]
    environment = {**os.environ, "LANG": "C.UTF-8"}
    done = subprocess.run(tool, cwd=into, capture_output=True, text=True, check=False, env=environment)
    # GNU tar takes the name as it is, and says that it does not know how that is called.
    told = done.stderr.replace("tar: Ignoring unknown extended header keyword 'hdrcharset'\n", "")
    assert (done.returncode, told) == (0, "")
    (only,) = into.iterdir()
    return only


@pytest.mark.parametrize("form", FORMS)
def test_stock_tools_get_the_same_tree(folder: Path, tmp_path: Path, form: ArchiveForm) -> None:
    got = unpacked(made(folder, form), tmp_path / "got")
    assert got.name == folder.name
    with received(folder.with_name(f"{folder.name}.{form}")) as again:
        assert list_folder(again) == list_folder(folder)
    assert list_folder(got) == list_folder(folder)
    assert stat.S_IMODE((got / "payload" / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((got / "payload" / "nothing").stat().st_mode) == 0o644


@pytest.mark.parametrize("form", FORMS)
def test_the_same_bytes_wherever_and_whenever(folder: Path, tmp_path: Path, form: ArchiveForm) -> None:
    first = made(folder, form).read_bytes()
    other = tmp_path / "elsewhere" / folder.name
    other.parent.mkdir()
    subprocess.run(["cp", "-r", folder, other], check=True)
    (other / "payload" / "run.sh").touch()
    (other / "payload" / "run.sh").chmod(0o711)
    mask = os.umask(0o077)
    try:
        second = made(other, form)
    finally:
        os.umask(mask)
    assert second.read_bytes() == first
    assert stat.S_IMODE(second.stat().st_mode) == 0o644
    assert made_anew(other, form, datetime(2026, 12, 1, 9, 30, 17, tzinfo=UTC)) != first


def made_anew(folder: Path, form: ArchiveForm, created: datetime) -> bytes:
    folder.with_name(f"{folder.name}.{form}").unlink()
    return made(folder, form, created=created).read_bytes()


def test_links_and_any_name_in_a_tar_file(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    inputs_in(folder)
    with pytest.raises(UsageError) as caught:
        Archive(folder, "tar").require_fit(folder)
    assert (caught.value.code, caught.value.arguments["path"]) == ("archive.name", "site/odd!%\\%0A")
    next(folder.glob("site/odd*")).unlink()
    (folder / os.fsdecode(b"caf\xe9")).write_bytes(b"not UTF-8")
    (folder / "far").symlink_to("/" + "far/" * 60)
    got = unpacked(made(folder, "tar"), tmp_path / "got")
    assert list_folder(got) == list_folder(folder)
    with received(folder.with_suffix(".tar")) as again:
        assert list_folder(again) == list_folder(folder)
    with tarfile.open(folder.with_suffix(".tar")) as archive:
        assert {(each.uid, each.gid, each.uname, each.gname, each.mtime) for each in archive} == {
            (0, 0, "", "", int(WHEN.timestamp()))
        }


@pytest.mark.parametrize(
    ("name", "code"),
    [(b"link", "archive.zip-link"), (b"a\\b", "archive.name"), (b"caf\xe9", "archive.name"),
     (b"RUN.SH", "archive.name"), (b"pipe", "deliver.special-file")],
)  # fmt: skip
def test_what_a_zip_file_cannot_hold(folder: Path, name: bytes, code: str) -> None:
    path = folder / "payload" / os.fsdecode(name)
    if name == b"link":
        path.symlink_to("run.sh")
    elif name == b"pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"")
    with pytest.raises(UsageError) as caught, Archive(folder, "zip") as archive:
        archive.write(folder, created=WHEN)
    assert caught.value.code == code
    told(caught.value)
    assert sorted(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("name", "forms"),
    [(b"v1\xff", {"tar"}), (b"CON", set()), (b"a\\b", set()), (b"...", set()), (b"-rf", {"zip", "tar"})],
)
def test_the_name_of_the_folder_itself(tmp_path: Path, name: bytes, forms: set[str]) -> None:
    for form in FORMS:
        if form in forms:
            Archive(tmp_path / os.fsdecode(name), form)
        else:
            with pytest.raises(UsageError) as caught:
                Archive(tmp_path / os.fsdecode(name), form)
            assert caught.value.code == "archive.name"
            told(caught.value)


def told(error: GateError) -> None:
    for language in ("en", "ja"):
        assert error.code not in error.message(language) + error.advice(language)


@pytest.mark.parametrize("form", FORMS)
def test_a_name_that_is_taken(folder: Path, form: ArchiveForm) -> None:
    place = folder.with_name(f"{folder.name}.{form}")
    with Archive(folder, form) as archive:
        archive.write(folder, created=WHEN)
        place.write_text("mine")
        with pytest.raises(UsageError) as caught:
            archive.publish()
    assert caught.value.code == "archive.cannot-write"
    told(caught.value)
    assert place.read_text() == "mine"
    with pytest.raises(UsageError) as caught:
        Archive(folder, form)
    assert caught.value.code == "archive.exists"
    told(caught.value)
    place.unlink()
    place.symlink_to("nowhere")
    with pytest.raises(UsageError):
        Archive(folder, form)
    assert sorted(folder.parent.iterdir()) == sorted([folder, place])


@pytest.mark.parametrize("form", FORMS)
def test_taken_back_where_the_rest_fails(folder: Path, form: ArchiveForm) -> None:
    with Archive(folder, form) as archive:
        archive.write(folder, created=WHEN)
        archive.publish()
        assert archive.path.exists()
    assert list(folder.parent.iterdir()) == [folder]


class Changing:
    """A file that somebody changes once its size has been asked for."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path, self.data, self.asked = path, data, 0

    def fstat(self, descriptor: int) -> os.stat_result:
        status = os.stat(descriptor)
        self.asked += os.path.samestat(status, self.path.stat())
        if self.asked == 2:  # the first time is when it is opened
            self.path.write_bytes(self.data)
        return status


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("data", [b"#!", b"#!/bin/sh\nrm -rf /\n"], ids=["shorter", "longer"])
def test_a_file_that_changes_meanwhile(
    folder: Path, form: ArchiveForm, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = Changing(folder / "payload" / "run.sh", data)
    monkeypatch.setattr(os, "fstat", changing.fstat)
    with pytest.raises(ArtifactChanged), Archive(folder, form) as archive:
        archive.write(folder, created=WHEN)
    monkeypatch.undo()
    assert changing.asked >= 2
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_becomes_a_link_meanwhile(folder: Path, form: ArchiveForm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at it and its opening, and before the look."""
    place = folder / "payload" / "run.sh"
    real = DescriptorCursor.open_file

    def opened(cursor: DescriptorCursor, name: bytes) -> int:
        if name == b"run.sh":
            place.unlink()
            place.symlink_to("nothing")
        return real(cursor, name)

    with monkeypatch.context() as patched:
        patched.setattr(DescriptorCursor, "open_file", opened)
        with pytest.raises(ArtifactChanged), Archive(folder, form) as archive:
            archive.write(folder, created=WHEN)
    monkeypatch.setattr(Archive, "require_fit", lambda *_: None)
    with pytest.raises(ArtifactChanged), Archive(folder, "zip") as archive:
        archive.write(folder, created=WHEN)
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk(folder: Path, form: ArchiveForm, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError) as caught, Archive(folder, form) as archive:
        archive.write(folder, created=WHEN)
    assert caught.value.code == "archive.cannot-write"
    assert list(folder.parent.iterdir()) == [folder]


def test_a_folder_that_is_gone(folder: Path, tmp_path: Path) -> None:
    for form in FORMS:
        with pytest.raises((ArtifactChanged, UsageError)), Archive(folder, form) as archive:
            archive.write(tmp_path / "nothing", created=WHEN)


def test_times_that_a_zip_file_cannot_say(folder: Path) -> None:
    for number, year in enumerate((1970, 2999)):
        other = folder.rename(folder.with_name(f"out{number}"))
        with zipfile.ZipFile(made(other, "zip", created=WHEN.replace(year=year))) as archive:
            assert {each.date_time[0] for each in archive.infolist()} == {1980 if year < 1980 else 2107}
        folder = other


@pytest.mark.full
@pytest.mark.parametrize("form", FORMS)
def test_more_than_four_gigabytes(tmp_path: Path, form: ArchiveForm) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with (folder / "image").open("wb") as file:
        file.seek((4 << 30) + 5)
        file.write(b"end")
    (folder / "after").write_text("behind it")
    path = made(folder, form)
    (folder / "image").unlink()  # room for the next
    got = unpacked(path, tmp_path / "got")
    assert (got / "image").stat().st_size == (4 << 30) + 8
    assert (got / "after").read_text() == "behind it"
