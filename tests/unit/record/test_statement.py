"""The record: an in-toto statement that says who decided what, and the same bytes for the same arguments."""

from __future__ import annotations

import dataclasses
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from gate.models import (
    Artifact,
    Clause,
    Coverage,
    EngineInfo,
    Examination,
    ExecutableFact,
    ExternalService,
    Finding,
    JudgedExecutable,
    JudgedOutbound,
    Judgement,
    OutboundFact,
)
from gate.policy.load import LoadedPolicy, load_policy
from gate.record.canonical import DocumentError, canonical
from gate.record.documents import GateIdentity, schema
from gate.record.statement import PromisedSignature, build_record, parse_record

if TYPE_CHECKING:
    from pathlib import Path

SHA = "a" * 64
CREATED = datetime(2026, 12, 1, 3, 4, 5, tzinfo=UTC)
POLICY = """
[deliverable]
name = "見本"
version = "1.0"
kind = "website"
contracted_on = 2026-04-01

[specification]
title = "仕様書"
version = "2"
agreed_on = 2026-05-10
file = "papers/spec.pdf"

[[executable]]
id = "core"
path = "**/*.so"
class = ["native"]
basis = "specified-program"
spec_ref = "4.2"
reason = "拡張モジュール"
approved_by = "山田"
role = "責任者"
party = "乙"
approved_on = 2026-11-01
expires = 2027-03-31
reference = "議事録-3"

[[outbound.destination]]
id = "maps"
host = "tile.example.org"
reach = ["automatic"]
purpose = "地図"
operator = "Example"
sends = "IP"
spec_ref = "5.1"
approved_by = "佐藤"
role = "担当官"
party = "甲"
approved_on = 2026-11-02
expires = 2027-03-31

[[suppress]]
id = "unused"
finding = "outbound/string"
reason = "表示のみ"
approved_by = "山田"
role = "責任者"
party = "乙"
approved_on = 2026-11-01
expires = 2027-03-31

[[evidence]]
clause = "26-3 3(1)②"
file = "review.txt"
kind = "code-review"
date = 2026-11-20
by = "鈴木"
"""


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedPolicy:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "spec.pdf").write_bytes(b"spec")
    (tmp_path / "review.txt").write_bytes(b"review")
    (tmp_path / "gate.toml").write_text(POLICY, encoding="utf-8")
    return load_policy(tmp_path / "gate.toml")


def record(loaded: LoadedPolicy, *, count: int = 1, **changes: Any) -> bytes:  # handed on
    files = Artifact("app.zip", "file", SHA, 10, 3), Artifact("site", "folder", "b" * 64, 20, 2)
    examination = Examination(
        files, (), (), (EngineInfo("clamav", "1.4.3", None, "passed"),), (), (Coverage("clamav", 3, 0, 0),),
        "2026-11-30T00:00:00Z", "2026-11-30T01:00:00Z",
    )  # fmt: skip
    executable = ExecutableFact("native", "elf", path="site/x.so", sha256=SHA)
    content = [
        ExecutableFact("script", "javascript", path="site/a.js", sha256=SHA),
        ExecutableFact("script", "javascript", path="site/b.js", sha256=SHA),
        ExecutableFact("bytecode", "wasm", path="site/b.wasm", sha256=SHA),
    ]
    contact = OutboundFact("https://tile.example.org/", "tile.example.org", "automatic", "img[src]", path="site/i")
    judgement = Judgement(
        "approved",
        (
            *(Finding("gap/intake-encrypted", "gap", "26-3 3(1)①", "No.", f"site/{number}", SHA, {"n": number}, "x")
              for number in range(count)),
            Finding("link/symbolic", "note", "", "A link."),
        ),
        (Clause("26-3 3(3)", "confirmed-with-exceptions", "One.", "clause.x", exceptions=1),),
        (
            JudgedExecutable(executable, "core"),
            JudgedExecutable(dataclasses.replace(executable, detail="kind=shared"), "core"),
            *(JudgedExecutable(each, "content:website") for each in content),
        ),
        (JudgedOutbound(contact, "maps"), JudgedOutbound(contact, "own")),
        (ExternalService("clamd", "someone", "items"),),
    )  # fmt: skip
    values: dict[str, Any] = {
        "created": CREATED,
        "files": {"gate/facts.json": SHA, "gate/files/site.list": "b" * 64},
        "sums_sha256": "c" * 64,
        "papers": {"papers/spec.pdf": "gate/evidence/spec.pdf", "review.txt": "gate/evidence/review.txt"},
        "promised": [PromisedSignature("gate/record.intoto.json.asc", "openpgp", "F" * 40, "gate/record.intoto.json")],
    }
    return build_record(examination, judgement, loaded, GateIdentity("1", SHA), **{**values, **changes})


def test_the_record_is_a_statement_by_its_schema(loaded: LoadedPolicy) -> None:
    raw = record(loaded)
    document = json.loads(raw)
    jsonschema.Draft202012Validator(schema("record")).validate(document)
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == "urn:x-release-gate:record:v1"
    assert document["subject"] == [
        {"name": "app.zip", "digest": {"sha256": SHA}},
        {"name": "site", "digest": {"sha256": "b" * 64}},
    ]
    predicate = document["predicate"]
    assert [artifact["file_list"] for artifact in predicate["artifacts"]] == [None, "gate/files/site.list"]
    assert predicate["created"] == "2026-12-01T03:04:05Z"
    assert predicate["deliverable"]["contracted_on"] == "2026-04-01"
    assert predicate["sums"] == {"path": "gate/SHA256SUMS", "sha256": "c" * 64}
    assert predicate["verdict"] == "approved"


def test_it_says_who_decided_what_until_when(loaded: LoadedPolicy) -> None:
    predicate = json.loads(record(loaded))["predicate"]
    assert [(finding["id"], finding["suppressed_by"]) for finding in predicate["suppressed"]] == [
        ("gap/intake-encrypted", "x")
    ]
    assert predicate["justifications"] == [
        {"id": "core", "section": "executable", "reason": "拡張モジュール", "approved_by": "山田", "role": "責任者",
         "party": "乙", "approved_on": "2026-11-01", "expires": "2027-03-31", "reference": "議事録-3", "covers": 2,
         "basis": "specified-program", "spec_ref": "4.2", "alternatives": []},
        {"id": "maps", "section": "outbound.destination", "reason": "地図", "approved_by": "佐藤", "role": "担当官",
         "party": "甲", "approved_on": "2026-11-02", "expires": "2027-03-31", "reference": None, "covers": 1,
         "basis": None, "spec_ref": None, "alternatives": []},
    ]  # fmt: skip
    assert predicate["executables"] == [
        {"path": "site/x.so", "sha256": SHA, "class": "native", "format": "elf", "architecture": "",
         "justified_by": "core"},
    ]  # fmt: skip
    assert predicate["content"] == [
        {"class": "bytecode", "format": "wasm", "count": 1, "covered_by": "content:website"},
        {"class": "script", "format": "javascript", "count": 2, "covered_by": "content:website"},
    ]
    assert predicate["specification"]["file"] == "gate/evidence/spec.pdf"
    assert predicate["specification"]["sha256"] is not None
    assert predicate["evidence"][0] == {
        "clause": "26-3 3(1)②", "kind": "code-review", "file": "gate/evidence/review.txt", "tool": None,
        "sha256": predicate["evidence"][0]["sha256"], "date": "2026-11-20", "by": "鈴木",
        "reject_at": None, "max_age_days": None, "reading": None,
    }  # fmt: skip
    assert predicate["external_services"] == [{"name": "clamd", "operator": "someone", "sent": "items"}]


def test_same_arguments_same_bytes(loaded: LoadedPolicy) -> None:
    assert record(loaded) == record(loaded)
    assert record(loaded) != record(loaded, created=datetime(2026, 12, 1, 3, 4, 6, tzinfo=UTC))
    assert canonical(json.loads(record(loaded))) == record(loaded)


def test_it_comes_back(loaded: LoadedPolicy) -> None:
    statement = parse_record(record(loaded))
    assert statement.subject[0].digest.sha256 == SHA
    assert statement.predicate.promised_signatures[0].signs == "gate/record.intoto.json"


def test_the_default_policy_has_no_deliverable() -> None:
    document = json.loads(record(load_policy(None)))
    jsonschema.Draft202012Validator(schema("record")).validate(document)
    assert document["predicate"]["deliverable"] is None
    assert document["predicate"]["specification"] is None


def test_a_specification_without_file_has_none(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text('[specification]\ntitle = "仕様"\nversion = "1"\n', encoding="utf-8")
    document = json.loads(record(load_policy(tmp_path / "gate.toml")))
    assert document["predicate"]["specification"] == {
        "title": "仕様", "version": "1", "agreed_on": None, "file": None, "sha256": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"verdict":"approved"', b'"verdict":"approved","verdict":"approved"'),
        (b'"verdict":"approved"', b'"verdict":"perfect"'),
        (b'"verdict":"approved"', b'"verdict":1'),
        (b'"verdict":"approved"', b'"verdict":"approved","extra":1'),
        (b'"_type":"https://in-toto.io/Statement/v1"', b'"_type":"https://in-toto.io/Statement/v0.1"'),
        (b'"_type"', b'"type_"'),
        (b'"size":10', b'"size":10.0'),
        (b'"size":10', b'"size":"10"'),
        (b'"size":10', b'"size":1e1'),
        (SHA.encode(), SHA.upper().encode()),
        (SHA.encode(), b"a" * 63),
    ],
)
def test_another_record_is_refused(loaded: LoadedPolicy, old: bytes, new: bytes) -> None:
    raw = record(loaded)
    assert old in raw
    with pytest.raises(DocumentError):
        parse_record(raw.replace(old, new, 1))


def test_a_long_record_is_quick(loaded: LoadedPolicy) -> None:
    began = time.process_time()
    raw = record(loaded, count=20_000)
    assert len(parse_record(raw).predicate.suppressed) == 20_000
    assert time.process_time() - began < 4
