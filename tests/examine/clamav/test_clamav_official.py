"""The rules that need no signature, and, with ClamAV's own signed test databases, the confirmed path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.errors import IsolationError
from gate.examine.antivirus.database import status
from gate.examine.antivirus.examiner import ClamAVExaminer
from gate.examine.antivirus.files import parse_header
from gate.examine.antivirus.official import OfficialDatabase, _inside_agrees
from tests.examine.clamav.antivirus_kit import EICAR_LINE, packed

if TYPE_CHECKING:
    from pathlib import Path

DAILY = {"daily.ndb": EICAR_LINE.encode()}


def inside_agrees(path: Path, database: bytes, other_members: str = "COPYING") -> bool:
    path.write_bytes(database)
    header = parse_header(database)
    assert header is not None
    return _inside_agrees(path, header, other_members)


def test_content_that_agrees_with_name_and_header(tmp_path: Path) -> None:
    assert inside_agrees(tmp_path / "daily.cvd", packed("daily", DAILY))
    assert inside_agrees(tmp_path / "bytecode.cvd", packed("bytecode", {"123.cbc": b"x"}), r"COPYING|[0-9]+\.cbc")


@pytest.mark.parametrize("edit", [b":1:1:81:", b":2:1:81:", b":1:9:81:", b":1:1:99:", b"01 Jan 2021", b":1609459200"])
def test_a_header_that_was_edited(tmp_path: Path, edit: bytes) -> None:
    database = packed("daily", DAILY)
    header = database[:512]
    places = {
        b":1:1:81:": b":1:1:81:",
        b":2:1:81:": b":1:1:81:",
        b":1:9:81:": b":1:1:81:",
        b":1:1:99:": b":1:1:81:",
        b"01 Jan 2021": b"01 Jan 2020",
        b":1609459200": b":1577836800",
    }
    edited = header.replace(places[edit], edit) + database[512:]
    assert inside_agrees(tmp_path / "daily.cvd", edited) is (edited == database)


@pytest.mark.parametrize(
    "members",
    [
        {"daily.ndb": b"A:0:*:aa\n", "main.ndb": b"B:0:*:bb\n"},
        {"daily.ndb/x": b"A:0:*:aa\n"},
        {"daily": b"A:0:*:aa\n"},
        {"xdaily.ndb": b"A:0:*:aa\n"},
    ],
)
def test_members_of_another_name(tmp_path: Path, members: dict[str, bytes]) -> None:
    assert not inside_agrees(tmp_path / "daily.cvd", packed("daily", members))


def test_a_database_renamed(tmp_path: Path) -> None:
    assert not inside_agrees(tmp_path / "main.cvd", packed("daily", DAILY))


def test_a_damaged_body(tmp_path: Path) -> None:
    with pytest.raises(IsolationError):
        inside_agrees(tmp_path / "daily.cvd", packed("daily", DAILY)[:600])


# --- signed databases ------------------------------------------------------------------------------------------


@pytest.mark.corpus
def test_a_signed_database_is_official_under_its_own_name_only(tmp_path: Path, signed: dict[str, bytes]) -> None:
    (tmp_path / "test.cvd").write_bytes(signed["test-6.cvd"])
    table = {"test": OfficialDatabase(floor=10, required=True)}
    assert status(tmp_path, table=table).kind == "official"
    assert status(tmp_path).kind == "unverified"
    (tmp_path / "more.ndb").write_text(EICAR_LINE)
    assert status(tmp_path, table=table).kind == "custom"
    (tmp_path / "more.ndb").unlink()
    (tmp_path / "test.cvd").rename(tmp_path / "daily.cvd")
    renamed = status(tmp_path, table={"daily": OfficialDatabase(floor=10, required=True)})
    assert [reason.code for reason in renamed.reasons] == ["malware.official-inside"]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("old", "new"), [(b":6:14:", b":7:14:"), (b":6:14:", b":6:99:"), (b":1624412045", b":1724412045")]
)
def test_a_signed_database_with_an_edited_header(
    tmp_path: Path, signed: dict[str, bytes], old: bytes, new: bytes
) -> None:
    database = signed["test-6.cvd"]
    (tmp_path / "test.cvd").write_bytes(database[:512].replace(old, new) + database[512:])
    assert status(tmp_path, table={"test": OfficialDatabase(10, required=True)}).kind == "unverified"


@pytest.mark.corpus
def test_a_run_on_a_signed_database(tmp_path: Path, signed: dict[str, bytes]) -> None:
    (tmp_path / "test.cvd").write_bytes(signed["test-6.cvd"])
    examiner = ClamAVExaminer(database=tmp_path, official={"test": OfficialDatabase(10, required=True)})
    try:
        database = examiner.start().database
        assert database is not None
        assert (database.kind, database.version, database.date) == ("official", "test 6", "2021-06-23T01:34:05Z")
    finally:
        examiner.close()


def test_without_sigtool_nothing_is_official(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.isolation.surroundings.SEARCH_PATH", str(tmp_path / "empty"))
    (tmp_path / "daily.cvd").write_bytes(packed("daily", DAILY))
    found = status(tmp_path, table={"daily": OfficialDatabase(1, required=True)})
    assert found.kind == "unverified"
    assert [reason.code for reason in found.reasons] == ["malware.official-unchecked"]
    assert "sigtool" in found.info.detail
