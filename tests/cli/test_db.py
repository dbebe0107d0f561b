"""``gate db`` as a person runs it: exit codes, both languages, text and JSON, and nothing but the answer on stdout."""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import gate.examine.antivirus.update as updating
from gate.cli.db_output import is_healthy, status_document, status_text
from gate.cli.main import run
from gate.examine.antivirus.database import DatabaseStatus
from gate.examine.antivirus.freshclam import Source
from gate.examine.antivirus.official import OfficialDatabase
from gate.models import DatabaseInfo, DatabaseKind
from gate.record.documents import schema
from gate.text import LANGUAGES
from tests.conftest import Gate
from tests.examine.clamav.antivirus_kit import folder_with, packed
from tests.simulators.freshclam_mirror import Mirror, cut_off, signed_databases, unused_port

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TABLE = {"test": OfficialDatabase(floor=1, required=True)}


def state(kind: DatabaseKind, built: datetime | None) -> DatabaseStatus:
    date = built.strftime("%Y-%m-%dT%H:%M:%SZ") if built else ""
    return DatabaseStatus(Path("/folder"), DatabaseInfo(kind, "daily 7", date, 12, "ab" * 32), (), ())


@pytest.mark.parametrize(
    ("kind", "age", "healthy"),
    [
        ("official", timedelta(days=1), True),
        ("official", timedelta(days=3, hours=23), True),
        ("official", timedelta(days=4), False),
        ("official", timedelta(hours=-12), True),
        ("official", timedelta(days=-3), False),
        ("official", None, False),
        ("unverified", timedelta(days=1), False),
        ("custom", timedelta(days=1), False),
    ],
)
def test_what_is_healthy(kind: DatabaseKind, age: timedelta | None, healthy: bool) -> None:
    found = state(kind, None if age is None else NOW - age)
    assert is_healthy(found, NOW, 3) is healthy


def by_schema(document: Any) -> Any:
    """Return a document that holds to the published schema."""
    jsonschema.Draft202012Validator(schema("database")).validate(document)
    return document


def test_age_in_text_and_document() -> None:
    found = state("official", NOW - timedelta(days=5, hours=1))
    assert "age 5 days" in status_text(found, "en", NOW)
    assert "経過日数 5" in status_text(found, "ja", NOW)
    assert by_schema(json.loads(status_document(found, NOW)))["age_days"] == 5
    assert by_schema(json.loads(status_document(state("custom", None), NOW)))["age_days"] is None


@pytest.mark.parametrize("changed", [None, True, False])
def test_whether_anything_changed(changed: bool | None) -> None:
    document = by_schema(json.loads(status_document(state("official", NOW), NOW, changed=changed)))
    assert document["changed"] is changed


@pytest.mark.parametrize("spoil", [{"kind": "good"}, {"extra": 1}, {"age_days": "5"}, {"files": [{"name": "a"}]}])
def test_the_schema_refuses_other_documents(spoil: dict[str, Any]) -> None:
    document = json.loads(status_document(state("official", NOW), NOW))
    with pytest.raises(jsonschema.ValidationError):
        by_schema({**document, **spoil})


# --- the state of a folder --------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    old = packed("daily", {"daily.ndb": b"A:0:*:aabbccdd\n"}, version=27_000)
    return folder_with(tmp_path / "database", {"daily.cvd": old, "own\x1b.ndb": "B:0:*:aabbccdd\n"})


def test_status(gate: Gate, folder: Path) -> None:
    ran = gate("db", "status", "--folder", folder)
    assert (ran.status, ran.stderr) == (1, "")
    lines = ran.stdout.splitlines()
    assert "unverified" in lines[0]
    assert "daily.cvd: version 27000, built 2020-01-01T00:00:00Z, 1 signatures" in lines[1]
    assert "own%1B.ndb" in lines[2]
    assert len([line for line in lines if "not official" in line]) == 4
    assert gate("db", "status", "--database", folder).stdout == ran.stdout


def test_status_in_japanese(gate: Gate, folder: Path) -> None:
    ran = gate("db", "status", "--folder", folder, "--lang", "ja")
    assert ran.status == 1
    assert "公式と認められない理由" in ran.stdout
    assert "not official" not in ran.stdout


def test_status_as_one_document(gate: Gate, folder: Path) -> None:
    ran = gate("db", "status", "--folder", folder, "--format", "json")
    assert ran.status == 1
    by_schema(ran.document)
    assert (ran.document["schema"], ran.document["kind"]) == ("release-gate/database/v1", "unverified")
    assert ran.document["age_days"] > 2000
    assert [file["name"] for file in ran.document["files"]] == ["daily.cvd", "own%1B.ndb"]
    assert ran.document["files"][0]["built"] == "2020-01-01T00:00:00Z"
    assert ran.document["files"][1]["version"] is None
    assert "malware.official-unsigned" in {reason["code"] for reason in ran.document["reasons"]}


@pytest.mark.parametrize("command", ["status", "update", "import"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_help(gate: Gate, command: str, language: str) -> None:
    ran = gate("db", command, "--help", "--lang", language)
    assert ran.status == 0
    assert "--folder" in ran.stdout


def test_a_folder_without_databases(gate: Gate, tmp_path: Path) -> None:
    for form in ("text", "json"):
        ran = gate("db", "status", "--folder", tmp_path, "--format", form)
        assert (ran.status, ran.stdout) == (3, "")
        assert "gate db update" in ran.stderr


# --- updates and imports that do not come about ------------------------------------------------------------------


def test_a_mirror_that_is_down(gate_here: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # freshclam waits for five seconds before each further attempt; tests of the action wait for them.
    monkeypatch.setattr("gate.examine.antivirus.freshclam.Source", functools.partial(Source, attempts=1))
    with unused_port() as port:
        ran = gate_here("db", "update", "--folder", tmp_path / "new", "--private-mirror", f"127.0.0.1:{port}")
    assert (ran.status, ran.stdout) == (3, "")
    assert "--private-mirror" in ran.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.full
def test_no_progress_in_a_pipeline(gate: Gate, tmp_path: Path) -> None:
    content = packed("main", {"main.ndb": b"A:0:*:aabbccdd\n" * 9000})
    with Mirror({"main.cvd": content}, cut_off) as mirror:
        ran = gate("db", "update", "--folder", tmp_path / "new", "--private-mirror", mirror.url)
    assert ran.status == 3
    assert len(ran.stderr.splitlines()) == 2
    assert "\x1b" not in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("update", "--mirror", "a b"),
        ("update", "--mirror", "a.example", "--private-mirror", "b.example"),
        ("update", "--proxy", "nothing"),
        ("update", "unexpected"),
        ("import",),
        ("import", "notes.txt"),
        ("status", "--max-age-days", "-1"),
    ],
)
def test_wrong_usage(gate: Gate, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = gate("db", *arguments, "--folder", tmp_path / "database")
    assert (ran.status, ran.stdout) == (2, "")


@pytest.mark.full
def test_the_password_of_a_proxy_is_not_repeated(gate: Gate, tmp_path: Path) -> None:
    secret = "pass" + "word-of-the-proxy"
    wrong = gate("db", "update", "--folder", tmp_path / "new", GATE_DB_PROXY=f"http://me:{secret} @proxy:1")
    with unused_port() as port:
        proxy = f"http://me:{secret}@127.0.0.1:{port}"
        right = gate("db", "update", "--folder", tmp_path / "new", "--mirror", "m.invalid", GATE_DB_PROXY=proxy)
    assert (wrong.status, right.status) == (2, 3)
    assert secret not in wrong.stderr + right.stderr


def test_an_import_that_nobody_signed(gate: Gate, tmp_path: Path, folder: Path) -> None:
    ran = gate("db", "import", folder / "daily.cvd", "--folder", tmp_path / "new", "--lang", "ja")
    assert (ran.status, ran.stdout) == (2, "")
    assert "daily.cvd の署名" in ran.stderr
    assert not (tmp_path / "new").exists()


def test_a_folder_of_other_things(gate: Gate, tmp_path: Path, folder: Path) -> None:
    ran = gate("db", "import", folder / "daily.cvd", "--folder", folder)
    assert ran.status == 2
    assert "own%1B.ndb" in ran.stderr
    assert len(list(folder.iterdir())) == 2
    assert tmp_path == folder.parent


# --- with ClamAV's signed test databases -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return signed_databases(tmp_path_factory.mktemp("source"))


@pytest.fixture
def own_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands take ClamAV's test database for the official one."""
    monkeypatch.setattr(updating, "update", functools.partial(updating.update, table=TABLE))
    monkeypatch.setattr(updating, "import_files", functools.partial(updating.import_files, table=TABLE))


@pytest.mark.corpus
@pytest.mark.usefixtures("own_table")
def test_an_update(signed: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "new")
    with Mirror({"test.cvd": signed["test-6.cvd"]}) as mirror:
        assert run(["db", "update", "--folder", folder, "--mirror", mirror.url]) == 0
        first = capsys.readouterr()
        assert run(["db", "update", "--folder", folder, "--mirror", mirror.url, "--format", "json"]) == 0
        second = capsys.readouterr()
    assert "→ test 6" in first.out
    assert "days old" in first.err  # it is of 2021
    document = by_schema(json.loads(second.out))
    assert (document["changed"], document["kind"], document["version"]) == (False, "official", "test 6")


@pytest.mark.corpus
@pytest.mark.usefixtures("own_table")
def test_an_import(signed: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def take(version: int, *options: str) -> int:
        file = folder_with(tmp_path / str(version), {"test.cvd": signed[f"test-{version}.cvd"]}) / "test.cvd"
        return run(["db", "import", str(file), "--folder", str(tmp_path / "new"), "--lang", "ja", *options])

    assert take(5) == 0
    assert "→ test 5" in capsys.readouterr().out
    assert take(4) == 2
    assert "--allow-older" in capsys.readouterr().err
    assert take(4, "--allow-older") == 0
    assert "test.cvd 5 → test 4" in capsys.readouterr().out
