from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate.data_files import data_folder
from gate.errors import EngineFailure
from gate.examine.antivirus.database import default_database_folder, holds_databases, status
from gate.examine.antivirus.files import copy_file, describe, list_digest, parse_header, suffix_of
from gate.examine.antivirus.official import OfficialDatabase
from tests.examine.clamav.antivirus_kit import EICAR_LINE, SIGNATURE_COUNT, SIGNATURES, folder_with, packed

DAILY = {"daily.ndb": EICAR_LINE.encode()}
TABLE = {"daily": OfficialDatabase(floor=1, required=True)}


def failure(folder: Path) -> str:
    with pytest.raises(EngineFailure) as caught:
        status(folder)
    assert str(folder) in caught.value.message("en")
    assert str(folder) in caught.value.message("ja")
    assert "freshclam" in caught.value.advice("en")
    return caught.value.code


# --- folders ---------------------------------------------------------------------------------------------------


def test_data_folders_of_the_source_tree() -> None:
    assert (data_folder("signatures") / "gate-canary.ndb").is_file()
    assert data_folder("yara-rules").name == "yara-rules"


def test_the_users_own_folder_goes_before_the_systems(tmp_path: Path) -> None:
    system = tmp_path / "system"
    environment = {"XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path / "home")}
    assert default_database_folder(environment, system) == system
    own = folder_with(tmp_path / "data" / "release-gate" / "database", {"notes.txt": "no database"})
    assert default_database_folder(environment, system) == system
    folder_with(own, {"daily.cvd": b"x"})
    assert default_database_folder(environment, system) == own


def test_the_users_own_folder_without_xdg(tmp_path: Path) -> None:
    own = folder_with(tmp_path / ".local" / "share" / "release-gate" / "database", {"x.NDB": b"x"})
    assert default_database_folder({"HOME": str(tmp_path), "XDG_DATA_HOME": "relative"}) == own
    assert default_database_folder({}, Path("/system")) == Path("/system")


def test_a_missing_folder_holds_none(tmp_path: Path) -> None:
    assert not holds_databases(tmp_path / "missing")
    assert failure(tmp_path / "missing") == "malware.database-folder-unreadable"


def test_an_empty_folder(tmp_path: Path) -> None:
    assert failure(tmp_path) == "malware.database-folder-empty"
    folder_with(tmp_path, {"README.md": "no database", "freshclam.dat": b"x"})
    assert failure(tmp_path) == "malware.database-folder-empty"


# --- files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("daily.cvd", ".cvd"),
        ("A.NDB", ".ndb"),
        (".ndb", ".ndb"),
        ("a.ndb.txt", ".txt"),
        ("none", ""),
        ("x.ign2", ".ign2"),
    ],
)
def test_name_endings(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


def test_headers() -> None:
    header = parse_header(packed("daily", DAILY, version=27_000))
    assert header is not None
    assert (header.version, header.signatures, header.level) == (27_000, 1, 81)
    assert header.built == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"ClamAV-VDB:",
        b"x" * 512,
        b"ClamAV-VDB:a:1:1:1:X:X:b:1"[:500],
        b"ClamAV-VDB:a:one:1:1:X:X:b:1".ljust(512),
        b"ClamAV-VDB:a:1:-1:1:X:X:b:1".ljust(512),
        b"ClamAV-VDB:a:1:1:1:X:X:b:999999999999".ljust(512),
        b"ClamAV-VDB:a:1:1:1:X:X:b:c:1".ljust(512),
    ],
)
def test_what_is_no_header(raw: bytes) -> None:
    assert parse_header(raw) is None


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("a.ndb", b"# note\nA:0:*:aa\n\nB:0:*:bb", 2),
        ("a.hsb", b"", 0),
        ("a.fp", b"x:1:y\n", 0),
        ("a.yara", b"rule x", None),
        ("a.cvd", b"garbage", None),
        ("a.cud", packed("a", DAILY), 1),
    ],
)
def test_counting(tmp_path: Path, name: str, content: bytes, count: int | None) -> None:
    (tmp_path / name).write_bytes(content)
    file = copy_file(tmp_path / name, tmp_path / "copy")
    assert (file.name, file.size, file.signatures) == (name, len(content), count)
    assert (
        file.sha256
        == hashlib.sha256(content).hexdigest()
        == hashlib.sha256((tmp_path / "copy").read_bytes()).hexdigest()
    )


def test_a_fifo_and_a_missing_file_are_no_databases(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.ndb")
    (tmp_path / "c.ndb").mkdir()
    for name in ("a.ndb", "b.ndb", "c.ndb"):
        with pytest.raises(EngineFailure) as caught:
            copy_file(tmp_path / name, tmp_path / "copy")
        assert caught.value.code == "malware.database-unreadable"


def test_the_digest_of_the_list(tmp_path: Path) -> None:
    folder_with(tmp_path, {"b.ndb": "B:0:*:bb\n", "a.ndb": "A:0:*:aa\n"})
    files = [copy_file(tmp_path / name, tmp_path / f"copy-{name}") for name in ("b.ndb", "a.ndb")]
    lines = "".join(sorted(f"{file.sha256}  {file.name}\n" for file in files))
    assert list_digest(files) == hashlib.sha256(lines.encode()).hexdigest() == list_digest(reversed(files))


def test_the_date_is_that_of_the_daily_database(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        {
            "daily.cud": packed("daily", DAILY, version=7, built=1_000_000_000),
            "bytecode.cud": packed("bytecode", {}, version=9, built=1_700_000_000),
        },
    )
    files = [copy_file(tmp_path / name, tmp_path / f"copy-{name}") for name in ("bytecode.cud", "daily.cud")]
    info = describe(files, "unverified", signatures=1)
    assert (info.version, info.date) == ("bytecode 9, daily 7", "2001-09-09T01:46:40Z")
    assert describe(files[:1], "unverified", signatures=0).date == "2023-11-14T22:13:20Z"


# --- what counts as official -----------------------------------------------------------------------------------


def reasons(folder: Path, table: dict[str, OfficialDatabase] | None = None) -> tuple[str, set[str]]:
    found = status(folder, table=TABLE if table is None else table)
    assert found.info.detail == "; ".join(reason.text("en") for reason in found.reasons)
    assert all(reason.text("ja") for reason in found.reasons)
    return found.kind, {reason.code.removeprefix("malware.official-") for reason in found.reasons}


def test_house_signatures_are_custom() -> None:
    found = status(SIGNATURES)
    assert (found.kind, found.signatures, found.version, found.date) == ("custom", SIGNATURE_COUNT, "", "")
    assert {reason.code for reason in found.reasons} == {"malware.official-missing", "malware.official-beside"}


def test_an_unsigned_database_is_unverified(tmp_path: Path) -> None:
    folder_with(tmp_path, {"daily.cud": packed("daily", DAILY)})
    assert reasons(tmp_path) == ("unverified", {"missing", "foreign"})


def test_an_unsigned_database_under_the_name_of_a_signed_one(tmp_path: Path) -> None:
    folder_with(tmp_path, {"daily.cvd": packed("daily", DAILY)})
    assert reasons(tmp_path) == ("unverified", {"unsigned"})


def test_a_database_that_is_none(tmp_path: Path) -> None:
    folder_with(tmp_path, {"daily.cvd": b"garbage"})
    assert reasons(tmp_path) == ("unverified", {"header"})


def test_too_few_signatures_twice_and_beside(tmp_path: Path) -> None:
    database = packed("daily", DAILY)
    folder_with(tmp_path, {"daily.cvd": database, "daily.cld": database, "more.ndb": EICAR_LINE, "x.ign2": "A\n"})
    table = {"daily": OfficialDatabase(floor=1000, required=True)}
    assert reasons(tmp_path, table) == ("unverified", {"twice", "same-content", "too-small", "unsigned", "beside"})


def test_the_floors_of_the_official_databases_are_far_above_test_databases(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        {
            f"{name}.cvd": packed(name, {}, signatures=14, version=number)
            for number, name in enumerate(("main", "daily", "bytecode"))
        },
    )
    found = status(tmp_path)
    assert found.kind == "unverified"
    assert [reason.name for reason in found.reasons if reason.code == "malware.official-too-small"] == [
        "bytecode.cvd",
        "daily.cvd",
        "main.cvd",
    ]
