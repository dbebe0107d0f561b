"""Two deliveries, one after the other, as a supplier makes them: same bytes in both languages, and what has changed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from gate.record.documents import SchemaName, schema
from tests.conftest import Gate, Key, policy_text, trust_text
from tests.unit.record.slsa_types import read_provenance, read_statement, read_summary

if TYPE_CHECKING:
    from pathlib import Path

RECORD = "gate/record.intoto.json"
DOCUMENTS: dict[SchemaName, str] = {
    "facts": "gate/facts.json",
    "result": "gate/result.json",
    "record": RECORD,
    "provenance": "gate/provenance.intoto.json",
    "vsa": "gate/vsa.intoto.json",
}
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/app",
    "GITHUB_SHA": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
    "GITHUB_RUN_ID": "7",
    "RUNNER_ENVIRONMENT": "github-hosted",
    "GITHUB_TOKEN": "ghs_never_to_be_seen",
    "SOURCE_DATE_EPOCH": "1790000000",
}


@pytest.fixture
def site(tmp_path: Path, key: Key) -> Path:
    (tmp_path / "gate.toml").write_text(policy_text(key.policy(), require='"26-3 3(3)", "26-3 3(4)"'))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<!doctype html><title>t</title><p>text</p>")
    (tmp_path / "site" / "old.txt").write_text("old")
    (tmp_path / "site" / "package-lock.json").write_text("{}")
    return tmp_path / "site"


def test_one_record_in_both_languages_and_the_next_after_it(gate: Gate, tmp_path: Path, site: Path, key: Key) -> None:
    for language, out in (("en", "v1"), ("ja", "v1-ja")):
        ran = gate("release", "--lang", language, "--out", out, site, LANG=f"{language}_XX.UTF-8", **GITHUB)
        assert ran.status == 0, ran.stdout + ran.stderr
    raw = (tmp_path / "v1" / RECORD).read_bytes()
    assert (tmp_path / "v1-ja" / RECORD).read_bytes() == raw
    assert json.loads(raw)["predicate"]["builder"]["id"] == "https://github.com/actions/runner/github-hosted"
    provenance = json.loads((tmp_path / "v1" / "gate" / "provenance.intoto.json").read_bytes())
    inputs = provenance["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert [(each["name"], each["annotations"]) for each in inputs] == [
        ("source", {"role": "source", "claimedBy": "runner"}),
        ("site/package-lock.json", {"role": "lock-file"}),
    ]
    for name, place in DOCUMENTS.items():
        document = json.loads((tmp_path / "v1" / place).read_bytes())
        jsonschema.Draft202012Validator(schema(name)).validate(document)
    assert read_statement(raw)["verdict"] == "approved"
    assert read_provenance((tmp_path / "v1" / DOCUMENTS["provenance"]).read_bytes()).run_details.metadata.invocation_id
    assert read_summary((tmp_path / "v1" / DOCUMENTS["vsa"]).read_bytes()).verification_result == "PASSED"
    everything = b"".join(path.read_bytes() for path in (tmp_path / "v1" / "gate").rglob("*") if path.is_file())
    assert b"ghs_never_to_be_seen" not in everything

    (site / "old.txt").unlink()
    (site / "new.txt").write_text("new")
    ran = gate("release", "--format", "json", "--previous", "v1", "--out", "v2", site)
    assert ran.status == 0, ran.stdout + ran.stderr
    clause = {clause["id"]: clause for clause in ran.document["clauses"]}["26-3(4)"]
    assert (clause["status"], clause["reason_args"]) == (
        "supported",
        {"version": "1.0", "added": 1, "removed": 1, "changed": 0},
    )
    predicate = json.loads((tmp_path / "v2" / RECORD).read_bytes())["predicate"]
    assert predicate["previous"]["sha256"] == hashlib.sha256(raw).hexdigest()
    trust = trust_text(key, tmp_path / "recipient")
    trust.write_text(trust.read_text() + f'[record]\nprevious = "{hashlib.sha256(raw).hexdigest()}"\n')
    assert gate("verify", "--trust", trust, "v2").status == 0
    assert gate("verify", "--trust", trust, "v1").status == 1


def test_a_previous_release_that_does_not_hold_together(gate_here: Gate, tmp_path: Path, site: Path) -> None:
    (tmp_path / "v1").mkdir()
    for previous in ("v1", "absent", "site"):
        ran = gate_here("check", "--previous", previous, site)
        assert (ran.status, ran.stdout) == (2, ""), ran.stderr
