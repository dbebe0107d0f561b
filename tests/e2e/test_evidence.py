"""Evidence and components through a whole release: read, judged, bound, and judged again from its facts."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from gate.policy import SigningState, judge, parse_policy
from gate.record.documents import parse_facts, schema
from tests.conftest import Gate, Key, policy_text, trust_text, zipped

VULNERABILITIES, CODE = "26-3 3(2)", "26-3 3(1)②"
TODAY = datetime.now(ZoneInfo("Asia/Tokyo")).date()
WHEEL = "demo-1.0-py3-none-any.whl"


def evidence(kind: str, file: str, clause: str, *more: str) -> str:
    head = ["[[evidence]]", f'clause = "{clause}"', f'file = "{file}"', f'kind = "{kind}"']
    return "\n".join([*head, f"date = {TODAY}", 'by = "佐藤"', *more, ""])


def wheel() -> bytes:
    metadata = b"Metadata-Version: 2.1\nName: Demo\nVersion: 1.0\nLicense: MIT\n"
    vendored = b'{"name": "left-pad", "version": "1.3.0"}'
    return zipped({"demo-1.0.dist-info/METADATA": metadata, "demo/vendor/package.json": vendored})


def ruff(folder: Path, source: str, *options: str) -> None:
    """Let ruff look at a source and write what it found as SARIF."""
    (folder / "source.py").write_text(source)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format", "sarif"]
    done = subprocess.run([*command, *options, "source.py"], cwd=folder, capture_output=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    (folder / "ruff.sarif").write_bytes(done.stdout)


def audit(*packages: str) -> str:
    listed = [dict(zip(("name", "version"), each.split("=="), strict=True)) for each in packages]
    return json.dumps({"dependencies": [{**each, "vulns": []} for each in listed], "fixes": []})


@pytest.fixture
def inputs(tmp_path: Path, key: Key) -> Path:
    (tmp_path / WHEEL).write_bytes(wheel())
    (tmp_path / "audit.json").write_text(audit("demo==1.0"))
    (tmp_path / "npm.cdx.json").write_text(json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": [],
        "components": [{"type": "library", "name": "left-pad", "version": "1.3.0", "purl": "pkg:npm/left-pad@1.3.0"}],
    }))  # fmt: skip
    (tmp_path / "review.pdf").write_bytes(b"%PDF-1.4 a review")
    ruff(tmp_path, "print(1)\n")
    policy = policy_text(
        evidence("pip-audit", "audit.json", VULNERABILITIES),
        evidence("cyclonedx-vex", "npm.cdx.json", VULNERABILITIES),
        evidence("sarif", "ruff.sarif", CODE, 'tool = "ruff"'),
        evidence("code-review", "review.pdf", CODE),
        key.policy(),
        require=f'"{VULNERABILITIES}", "{CODE}"',
    )
    (tmp_path / "gate.toml").write_text(policy)
    return tmp_path


def statuses(clauses: Any) -> dict[str, str]:
    return {each["id"]: each["status"] for each in clauses}


def test_evidence_and_components_of_a_release(gate: Gate, inputs: Path, key: Key) -> None:
    ran = gate("release", "--out", "out", WHEEL)
    assert ran.status == 0, ran.stdout + ran.stderr
    folder = inputs / "out" / "gate"
    result = json.loads((folder / "result.json").read_bytes())
    jsonschema.validate(result, schema("result"), cls=jsonschema.Draft202012Validator)
    assert statuses(result["clauses"])[VULNERABILITIES] == "confirmed"
    assert statuses(result["clauses"])[CODE] == "supported"
    assert statuses(result["clauses"])["26-3(5)"] == "out-of-scope", "a list of components is no 管理台帳"
    assert [(each["purl"], each["path"]) for each in result["components"]] == [
        ("pkg:pypi/demo@1.0", f"{WHEEL}!/demo-1.0.dist-info/METADATA"),
        ("pkg:npm/left-pad@1.3.0", f"{WHEEL}!/demo/vendor/package.json"),
    ]
    _the_list_of_components(folder)
    _the_record(folder)
    _judged_again(folder, (inputs / "gate.toml").read_text())
    trust = trust_text(key, inputs / "recipient")
    assert gate("verify", "--trust", trust, "out").status == 0
    (folder / "evidence" / "audit.json").write_text(audit("demo==2.0"))
    assert gate("verify", "--trust", trust, "out").status == 1, "forged evidence"


def _the_list_of_components(folder: Path) -> None:
    raw = (folder / "sbom.cdx.json").read_bytes()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(raw.decode()) is None
    (artifact,) = json.loads(raw)["components"]
    assert [each["purl"] for each in artifact["components"]] == ["pkg:pypi/demo@1.0", "pkg:npm/left-pad@1.3.0"]
    assert f"{hashlib.sha256(raw).hexdigest()}  gate/sbom.cdx.json" in (folder / "SHA256SUMS").read_text()


def _the_record(folder: Path) -> None:
    statement = json.loads((folder / "record.intoto.json").read_bytes())
    jsonschema.validate(statement, schema("record"), cls=jsonschema.Draft202012Validator)
    record = statement["predicate"]
    assert [each["purl"] for each in record["components"]] == ["pkg:npm/left-pad@1.3.0", "pkg:pypi/demo@1.0"]
    readings = {each["file"]: each["reading"] for each in record["evidence"]}
    assert readings["gate/evidence/review.pdf"] is None
    assert readings["gate/evidence/ruff.sarif"]["tools"][0].startswith("ruff ")
    assert readings["gate/evidence/audit.json"] == {
        "problem": "", "tools": [], "ran": "", "unresolved": 0, "accepted": 0, "resolved": 0, "looked_at": 1,
    }  # fmt: skip


def _judged_again(folder: Path, policy: str) -> None:
    """What the facts hold is enough for another policy, and for the same one on another day."""
    examination = parse_facts((folder / "facts.json").read_bytes())
    for day, text, status in (
        (TODAY, policy, "confirmed"),
        (TODAY, policy.replace(evidence("cyclonedx-vex", "npm.cdx.json", VULNERABILITIES), ""), "supported"),
        (TODAY.replace(year=TODAY.year + 1), policy.replace('by = "佐藤"', 'by = "佐藤"\nmax_age_days = 30'),
         "not-confirmed"),
        (TODAY, policy.replace("audit.json", "other.json"), "not-confirmed"),
    ):  # fmt: skip
        loaded = parse_policy(text.encode(), "gate.toml").policy
        digests = {name: hashlib.sha256((folder / "evidence" / name).read_bytes()).hexdigest()
                   for name in ("audit.json", "npm.cdx.json", "ruff.sarif", "review.pdf")}  # fmt: skip
        entries = [each.model_copy(update={"sha256": digests.get(each.file)}) for each in loaded.evidence]
        bound = loaded.model_copy(update={"evidence": tuple(entries)})
        judgement = judge(
            examination, bound, policy_sha256="0" * 64, today=day, signing=SigningState(intended=False, ready=())
        )
        assert {each.id: each.status for each in judgement.clauses}[VULNERABILITIES] == status


def test_what_ruff_finds_is_judged_by_the_threshold(gate_here: Gate, inputs: Path) -> None:
    ruff(inputs, "import subprocess\nsubprocess.call('ls', shell=True)\n", "--select", "S")
    ran = gate_here("check", "--format", "json", WHEEL)
    assert ran.status == 1
    assert statuses(ran.document["clauses"])[CODE] == "violated"
    found = {each["path"] for each in ran.document["findings"] if each["id"] == "evidence/unresolved"}
    assert "!evidence/ruff.sarif!/S602" in found
