"""The folder of the database, and importing files into it: all of a set or nothing, and never in between."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
from pathlib import Path

import pytest

from gate.errors import UsageError
from gate.examine.antivirus import freshclam, official
from gate.examine.antivirus.freshclam import Source
from gate.examine.antivirus.place import DatabasePlace
from gate.examine.antivirus.update import import_files, update
from tests.examine.clamav.antivirus_kit import EICAR_LINE, folder_with
from tests.examine.clamav.update_kit import (
    TABLE,
    contents,
    given,
    imported,
    neighbours,
    refused,
    unsigned,
    untouched,
)

# --- the place -------------------------------------------------------------------------------------------------


def test_a_folder_of_other_things_is_left_alone(scratch: Path) -> None:
    folder = folder_with(scratch / "home", {"letter.txt": b"dear", "test.cvd": unsigned("test", 1)})
    with untouched(folder, scratch), refused("malware.db-folder-foreign", UsageError):
        update(folder, Source("127.0.0.1:1"), table=TABLE, scratch=scratch)
    with untouched(folder, scratch), refused("malware.db-folder-foreign", UsageError):
        import_files(folder, [folder / "test.cvd"], table=TABLE, scratch=scratch)


def test_a_folder_that_is_a_file(scratch: Path) -> None:
    (scratch / "file").write_text("x")
    with refused("malware.db-folder-unusable", UsageError):
        update(scratch / "file", Source("127.0.0.1:1"), table=TABLE, scratch=scratch)


def test_two_at_once(place: Path, scratch: Path) -> None:
    with DatabasePlace(place, TABLE).locked():
        with untouched(place, scratch), refused("malware.db-busy"):
            update(place, Source("127.0.0.1:1"), table=TABLE, scratch=scratch)
        with untouched(place, scratch), refused("malware.db-busy"):
            import_files(place, [place / "test.cvd"], table=TABLE, scratch=scratch)


def test_the_lock_goes_with_its_process(place: Path) -> None:
    with DatabasePlace(place, TABLE).locked():
        pass
    with (place.parent / ".database.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_remains_of_an_exchange_that_was_cut_off(place: Path) -> None:
    folder_with(place.parent / ".database.new-abc", {"test.cvd": b"half"})
    folder_with(place.parent / ".other.new-abc", {"x": b"of somebody else"})
    with DatabasePlace(place, TABLE).locked():
        pass
    assert neighbours(place) == {".other.new-abc"}


@pytest.mark.usefixtures("trusting")
def test_importing_a_whole_set_and_then_a_part(scratch: Path) -> None:
    place = scratch / "deep" / "below" / "database"
    first = imported(place, given(scratch / "a", ("main", 1), ("daily", 5)), scratch)
    assert (first.changed, first.status.kind, first.before) == (True, "official", ())
    assert place.stat().st_mode & 0o777 == 0o755
    assert set(contents(place)) == {"main.cvd", "daily.cvd"}
    second = imported(place, given(scratch / "b", ("daily", 6)), scratch)
    assert second.status.version == "daily 6, main 1"
    assert contents(place) == {"main.cvd": unsigned("main", 1), "daily.cvd": unsigned("daily", 6)}
    third = imported(place, given(scratch / "b", ("daily", 6)), scratch)
    assert not third.changed
    assert neighbours(place) == set()


@pytest.mark.usefixtures("trusting")
def test_a_packed_database_takes_the_place_of_an_updated_one(scratch: Path) -> None:
    place = folder_with(
        scratch / "database",
        {"main.cvd": unsigned("main", 1), "daily.cld": unsigned("daily", 5), "freshclam.dat": b"who I am"},
    )
    imported(place, given(scratch / "b", ("daily", 6)), scratch)
    assert contents(place) == {
        "main.cvd": unsigned("main", 1),
        "daily.cvd": unsigned("daily", 6),
        "freshclam.dat": b"who I am",
    }


@pytest.mark.usefixtures("trusting")
def test_older_databases_only_on_purpose(scratch: Path) -> None:
    place = scratch / "database"
    imported(place, given(scratch / "a", ("main", 1), ("daily", 5)), scratch)
    old = given(scratch / "b", ("daily", 4))
    with untouched(place, scratch), refused("malware.db-import-older", UsageError):
        imported(place, old, scratch)
    imported(place, old, scratch, allow_older=True)
    assert contents(place)["daily.cvd"] == unsigned("daily", 4)


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("daily.cvd", unsigned("main", 9), "malware.db-import-unverified"),
        ("daily.cvd", b"garbage", "malware.db-import-unverified"),
        ("daily.cvd", unsigned("daily", 9).replace(b":9:1:", b":9:7:", 1), "malware.db-import-unverified"),
        ("daily.ndb", EICAR_LINE.encode(), "malware.db-import-name"),
        ("daily.cud", unsigned("daily", 9), "malware.db-import-name"),
        ("Daily.CVD", unsigned("daily", 9), "malware.db-import-name"),
        ("other.cvd", unsigned("other", 9), "malware.db-import-name"),
    ],
    ids=["renamed", "garbage", "edited-header", "signatures", "unsigned-container", "upper-case", "foreign"],
)
def test_files_that_are_not_what_they_are_named(scratch: Path, name: str, content: bytes, code: str) -> None:
    place = scratch / "database"
    imported(place, given(scratch / "a", ("main", 1), ("daily", 5)), scratch)
    (scratch / "b").mkdir()
    (scratch / "b" / name).write_bytes(content)
    with untouched(place, scratch), refused(code, UsageError):
        imported(place, [scratch / "b" / name], scratch)


def test_files_that_nobody_signed(scratch: Path) -> None:
    files = given(scratch / "a", ("main", 1), ("daily", 5))
    with pytest.raises(UsageError) as caught:
        imported(scratch / "database", files, scratch)
    assert caught.value.code == "malware.db-import-unverified"
    assert "main.cvd" in caught.value.message("en")
    assert "署名" in caught.value.message("ja")
    assert not (scratch / "database").exists()


@pytest.mark.usefixtures("trusting")
def test_a_part_where_there_is_nothing_yet(scratch: Path) -> None:
    with refused("malware.db-import-unverified", UsageError):
        imported(scratch / "database", given(scratch / "a", ("daily", 5)), scratch)
    assert not (scratch / "database").exists()


def test_a_database_given_twice(scratch: Path) -> None:
    files = [*given(scratch / "a", ("daily", 5)), *given(scratch / "b", ("daily", 5))]
    with refused("malware.db-import-twice", UsageError):
        imported(scratch / "database", files, scratch)


def test_a_file_that_is_not_there_and_one_that_is_none(scratch: Path) -> None:
    (scratch / "folder" / "daily.cvd").mkdir(parents=True)
    os.mkfifo(scratch / "main.cvd")
    for path in (scratch / "none" / "daily.cvd", scratch / "main.cvd", scratch / "folder" / "daily.cvd"):
        with refused("malware.database-unreadable"):
            imported(scratch / "database", [path], scratch)


def test_without_sigtool_nothing_is_taken(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.isolation.surroundings.SEARCH_PATH", str(scratch / "empty"))
    with refused("malware.db-unchecked"):
        imported(scratch / "database", given(scratch / "a", ("main", 1), ("daily", 5)), scratch)
    assert not (scratch / "database").exists()


@pytest.mark.usefixtures("trusting")
def test_no_space_beside_the_folder(scratch: Path, small_disk: Path) -> None:
    place = small_disk / "database"
    imported(place, given(scratch / "a", ("main", 1), ("daily", 5)), scratch)
    (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096))
    with untouched(place, scratch), refused("malware.db-folder-unwritable"):
        imported(place, given(scratch / "b", ("daily", 6)), scratch)
    (small_disk / "filler").unlink()
    imported(place, given(scratch / "b", ("daily", 6)), scratch)
    assert contents(place)["daily.cvd"] == unsigned("daily", 6)


@pytest.mark.usefixtures("trusting")
def test_a_disk_that_cannot_be_written_to(scratch: Path, small_disk: Path) -> None:
    place = small_disk / "database"
    imported(place, given(scratch / "a", ("main", 1), ("daily", 5)), scratch)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with untouched(place, scratch), refused("malware.db-folder-unwritable"):
        imported(place, given(scratch / "b", ("daily", 6)), scratch)


@pytest.mark.usefixtures("trusting")
def test_a_folder_that_is_a_mount_point(scratch: Path, small_disk: Path) -> None:
    folder_with(small_disk, {"main.cvd": unsigned("main", 1), "daily.cvd": unsigned("daily", 5)})
    with untouched(small_disk, scratch), refused("malware.db-folder-unwritable"):
        imported(small_disk, given(scratch / "b", ("daily", 6)), scratch)
    assert contents(small_disk)["daily.cvd"] == unsigned("daily", 5)


@pytest.mark.usefixtures("trusting")
def test_a_file_system_that_cannot_exchange(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_source: Path, _target: Path, _flags: int) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr("gate.examine.antivirus.place._rename", refuse)
    place = scratch / "database"
    imported(place, given(scratch / "a", ("main", 1), ("daily", 5)), scratch)
    imported(place, given(scratch / "b", ("daily", 6)), scratch)
    assert contents(place) == {"main.cvd": unsigned("main", 1), "daily.cvd": unsigned("daily", 6)}
    assert neighbours(place) == set()


@pytest.mark.usefixtures("trusting")
def test_a_link_to_the_folder_is_kept(scratch: Path) -> None:
    place, link = scratch / "real", scratch / "link"
    imported(place, given(scratch / "a", ("main", 1), ("daily", 5)), scratch)
    link.symlink_to(place)
    imported(link, given(scratch / "b", ("daily", 6)), scratch)
    assert link.is_symlink()
    assert contents(place)["daily.cvd"] == unsigned("daily", 6)


@pytest.mark.usefixtures("trusting")
def test_readers_never_see_half_a_set(scratch: Path) -> None:
    """While sets are exchanged, whoever opens the folder finds the files of one set in it, whole."""
    place = scratch / "database"
    sets = [given(scratch / str(version), ("main", version), ("daily", version)) for version in (1, 2)]
    imported(place, sets[0], scratch)
    wrong: list[object] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            try:
                names = set(os.listdir(descriptor))  # noqa: PTH208  # Path lists no descriptor
                if names not in ({"main.cvd", "daily.cvd"}, set()):  # removed under our feet: the old set
                    still = os.fstat(descriptor).st_ino == place.stat().st_ino
                    wrong.extend([names] if still else [])
            finally:
                os.close(descriptor)

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(6):
        imported(place, sets[(number + 1) % 2], scratch, allow_older=True)
    stop.set()
    reader.join()
    assert wrong == []


def test_what_a_program_with_a_network_leaves_is_not_followed(
    place: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = scratch / "secret"
    secret.write_bytes(unsigned("test", 9))

    def links(database: Path, *_: object, **__: object) -> None:
        (database / "test.cvd").unlink()
        (database / "test.cvd").symlink_to(secret)
        (database / "freshclam.dat").unlink()
        (database / "freshclam.dat").symlink_to(secret)

    monkeypatch.setattr(official, "_signature_holds", lambda _path, _folder: True)
    monkeypatch.setattr(freshclam, "run", links)
    with untouched(place, scratch), refused("malware.db-update-unverified"):
        update(place, Source(), table=TABLE, scratch=scratch)
