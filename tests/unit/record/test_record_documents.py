"""Facts and result: by their schemas, the same bytes for the same run, and nothing else read back."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import jsonschema
import pytest

from gate.models import (
    Artifact,
    Clause,
    ContainerFact,
    Coverage,
    DatabaseInfo,
    DetectionFact,
    EngineInfo,
    EngineProblem,
    Examination,
    ExecutableFact,
    ExternalService,
    Finding,
    Gap,
    ItemFact,
    JudgedExecutable,
    JudgedOutbound,
    Judgement,
    LibraryFact,
    LinkFact,
    OutboundFact,
    Verdict,
)
from gate.policy.load import load_policy
from gate.record import identity
from gate.record.canonical import DocumentError, canonical, parse_strictly
from gate.record.documents import (
    GateIdentity,
    SchemaName,
    facts_document,
    gate_identity,
    parse_facts,
    result_document,
    schema,
)
from gate.record.statement import rfc3339

ROOT = Path(__file__).parents[3]
GATE = GateIdentity("0.1.0", "d" * 64)
SHA = "a" * 64


def examination(**changes: Any) -> Examination:  # handed on to the constructor
    values: dict[str, Any] = {
        "artifacts": (Artifact("納品.zip", "file", SHA, 10, 3), Artifact("site", "folder", SHA, 20, 2)),
        "facts": (
            ItemFact(10, 0o644, ("zip", "text"), path="納品.zip", sha256=SHA),
            LinkFact("symbolic", "../x", "site/l", SHA),
            ContainerFact("ambiguous", "two directories", "納品.zip", SHA),
            DetectionFact("clamav", "Eicar-Test-Signature", "known", path="納品.zip!/e", sha256=SHA),
            ExecutableFact("native", "elf", "x86-64", "stripped=yes", "納品.zip!/p", SHA),
            OutboundFact(
                "https://tile.example.org/", "tile.example.org", "automatic", "img[src]", 3, "", "site/i", SHA
            ),
            LibraryFact("jquery", "3.7.1", "sha256", "site/j", SHA),
        ),
        "gaps": (Gap("encrypted", "AES", "intake", "納品.zip!/s", SHA),),
        "engines": (
            EngineInfo("clamav", "1.4.3", DatabaseInfo("official", "1", "2026-01-01T00:00:00Z", 5, SHA), "passed"),
            EngineInfo("outbound", "0.1.0"),
        ),
        "problems": (EngineProblem("yara", "malware.canary", {"engine": "yara", "count": 1}, "No canary."),),
        "coverage": (Coverage("clamav", 3, 0, 1),),
        "started": "2026-01-02T00:00:00Z",
        "finished": "2026-01-02T00:01:00Z",
    }
    return Examination(**{**values, **changes})


def judgement(verdict: Verdict, seen: Examination) -> Judgement:
    executable, outbound = seen.facts[4], seen.facts[5]
    assert isinstance(executable, ExecutableFact)
    assert isinstance(outbound, OutboundFact)
    return Judgement(
        verdict,
        (
            Finding(
                "executable/unjustified", "reject", "26-3 3(3)", "A program.", "納品.zip!/p", SHA, {"format": "elf"}
            ),
            Finding("gap/intake-encrypted", "gap", "26-3 3(1)①", "Encrypted.", suppressed_by="why"),
        ),
        (Clause("26-3 3(3)", "violated", "One program.", "clause.x", {"count": 1}, ("e",), 2),),
        (JudgedExecutable(executable, None),),
        (JudgedOutbound(outbound, "maps"),),
        (ExternalService("clamd", "someone", "all items"),),
        sample=True,
    )


@pytest.mark.parametrize("verdict", ["approved", "rejected", "incomplete"])
def test_result_is_by_its_schema(verdict: Verdict) -> None:
    seen = examination()
    raw = result_document(seen, judgement(verdict, seen), load_policy(None), GATE)
    document = json.loads(raw)
    jsonschema.Draft202012Validator(schema("result")).validate(document)
    assert document["verdict"] == verdict
    assert document["schema"] == "release-gate/result/v1"
    assert document["policy"] == {"path": None, "sha256": load_policy(None).sha256, "agreed": False}
    assert document["executables"] == [
        {"path": "納品.zip!/p", "sha256": SHA, "class": "native", "format": "elf", "architecture": "x86-64",
         "detail": "stripped=yes", "justified_by": None}
    ]  # fmt: skip
    assert document["outbound"][0]["declared_by"] == "maps"
    assert document["detections"][0]["certainty"] == "known"
    assert document["findings"][1]["suppressed_by"] == "why"
    assert document["gate"] == {"version": "0.1.0", "sha256": "d" * 64}
    assert raw == result_document(seen, judgement(verdict, seen), load_policy(None), GATE)


def test_result_without_anything_is_by_its_schema() -> None:
    seen = examination(artifacts=(), facts=(), gaps=(), engines=(), problems=(), coverage=())
    raw = result_document(seen, Judgement("incomplete", (), (), (), ()), load_policy(None), GATE)
    jsonschema.Draft202012Validator(schema("result")).validate(json.loads(raw))


def test_a_policy_goes_by_its_name_alone(tmp_path: Path) -> None:
    path = tmp_path / "my gate.toml"
    path.write_text("[gate]\n")
    seen = examination()
    document = json.loads(result_document(seen, judgement("rejected", seen), load_policy(path), GATE))
    assert document["policy"]["path"] == "my gate.toml"


def test_facts_come_back_whole() -> None:
    seen = examination()
    raw = facts_document(seen, GATE)
    jsonschema.Draft202012Validator(schema("facts")).validate(json.loads(raw))
    assert parse_facts(raw) == seen
    assert facts_document(parse_facts(raw), GATE) == raw
    assert raw.endswith(b"}\n")
    assert "納品.zip".encode() in raw


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(extra=1),
        lambda value: value.pop("gaps"),
        lambda value: value.update(schema="release-gate/facts/v2"),
        lambda value: value["facts"][0].pop("kind"),
        lambda value: value["facts"][0].update(kind="other"),
        lambda value: value["facts"][0].update(size="10"),
        lambda value: value["facts"][4].update({"class": "unheard-of"}),
        lambda value: value["gaps"][0].update(reason="tired"),
        lambda value: value["artifacts"][0].update(size=1.5),
        lambda value: value["artifacts"][0].update(more=1),
    ],
)
def test_other_facts_are_refused(change: Any) -> None:  # a small function of the table above
    value = json.loads(facts_document(examination(), GATE))
    change(value)
    with pytest.raises(DocumentError):
        parse_facts(canonical(value))


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:-1],
        lambda raw: raw + b" ",
        lambda raw: b" " + raw,
        lambda raw: raw.replace(b'"schema":', b'"schema" :'),
        lambda raw: raw.replace(b'{"artifacts"', b'{"artifacts":[],"artifacts"', 1),
        lambda raw: raw.replace("納".encode(), b"\\u7d0d"),
        lambda raw: raw + raw,
        lambda raw: b"\xff" + raw,
        lambda _: b"",
        lambda _: b"[" * 100_000,
        lambda _: b"NaN\n",
    ],
)
def test_other_bytes_for_the_same_facts_are_refused(change: Any) -> None:  # as above
    with pytest.raises(DocumentError):
        parse_facts(change(facts_document(examination(), GATE)))


def test_canonical_json_is_one_sequence_of_bytes() -> None:
    assert canonical({"b": 1, "a": ["é", None, True]}) == '{"a":["é",null,true],"b":1}\n'.encode()
    assert canonical("\udc80") == b'"?"\n'
    assert parse_strictly(b'{"a": {"b": [1]}}') == {"a": {"b": [1]}}
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))


@pytest.mark.full
def test_large_documents_of_every_kind_are_quick() -> None:
    """Kept for the machine at hand: 100,000 items within 10 s, each way."""
    check_speed(100_000, 10.0)


def test_large_documents_are_quick() -> None:
    check_speed(20_000, 4.0)


def check_speed(count: int, seconds: float) -> None:
    facts = tuple(ItemFact(index, 0o644, ("text",), path=f"site/{index}", sha256=SHA) for index in range(count))
    contacts = tuple(OutboundFact("https://e.org/", "e.org", "link", "a[href]", 1, "", f"site/{index}", SHA)
                     for index in range(count))  # fmt: skip
    seen = examination(facts=(*facts, *contacts))
    judged = Judgement("approved", (), (), (), tuple(JudgedOutbound(contact, None) for contact in contacts))
    began = time.monotonic()
    raw = facts_document(seen, GATE)
    result_document(seen, judged, load_policy(None), GATE)
    assert time.monotonic() - began < seconds
    began = time.monotonic()
    assert parse_facts(raw) == seen
    assert time.monotonic() - began < seconds


def test_published_schemas_are_current_and_are_schemas() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / "schemas.py", "--check"], capture_output=True, text=True,
                          check=False, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for name in get_args(SchemaName):
        jsonschema.Draft202012Validator.check_schema(schema(name))
        assert schema(name)["additionalProperties"] is False


# --- which gate it was ----------------------------------------------------------------------------------------


def test_identity_of_a_source_tree_is_that_of_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "gate"
    (package / "__pycache__").mkdir(parents=True)
    (package / "a.py").write_text("a = 1\n")
    monkeypatch.setattr(identity, "_PACKAGE", package)
    first = identity._source_digest()
    (package / "__pycache__" / "a.pyc").write_bytes(b"compiled")
    assert identity._source_digest() == first
    (package / "a.py").write_text("a = 2\n")
    assert identity._source_digest() != first


def distribution(record: str | None, place: Path) -> SimpleNamespace:
    return SimpleNamespace(read_text=lambda _name: record, locate_file=lambda _name: place)


def test_identity_of_an_installed_gate_is_that_of_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = identity._PACKAGE
    for record, place, used in (("a,b,c\n", here, True), (None, here, False), ("a,b,c\n", tmp_path, False),
                                ("a,b,c\n", tmp_path / "absent", False)):  # fmt: skip
        found = distribution(record, place)
        monkeypatch.setattr(metadata, "distribution", lambda _name, found=found: found)
        assert (identity._installed_digest() is not None) is used

    def absent(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", absent)
    assert identity._installed_digest() is None


def test_identity_is_the_same_all_along() -> None:
    assert gate_identity() is gate_identity()
    assert len(gate_identity().sha256) == 64


def test_moments_are_written_in_utc() -> None:
    assert rfc3339(datetime.fromisoformat("2026-12-01T09:00:00.9+09:00")) == "2026-12-01T00:00:00Z"
    assert rfc3339(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"
