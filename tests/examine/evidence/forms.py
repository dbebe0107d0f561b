"""Files of evidence as tools write them, to be changed by the tests that say what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

from gate.examine.evidence.inside import read
from gate.models import EvidenceFact, EvidenceForm

SHA = "ab" * 32


def sarif(*results: dict[str, Any], rules: Any = (), **run: Any) -> dict[str, Any]:
    """Return a log with one run of a tool that was successful."""
    return {
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "Scan", "semanticVersion": "1.2", "rules": list(rules)}},
                "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-11-20T03:00:00Z"}],
                "results": list(results),
                **run,
            }
        ],
    }


def result(rule: str = "R1", **more: Any) -> dict[str, Any]:
    return {"ruleId": rule, "message": {"text": "bad"}, **more}


def cyclonedx(*vulnerabilities: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a document with one component and an analysis of each vulnerability, or none."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {
            "timestamp": "2026-11-20T03:00:00+00:00",
            "tools": {"components": [{"name": "scanner", "version": "3"}]},
            "component": {"bom-ref": "app", "name": "sample", "version": "1.0", "type": "application"},
        },
        "components": [
            {"bom-ref": "j", "name": "Jinja2", "version": "3.1.2", "purl": "pkg:pypi/Jinja2@3.1.2?os=x",
             "hashes": [{"alg": "SHA-256", "content": SHA.upper()}, {"alg": "MD5", "content": "00"}]},
        ],
        "vulnerabilities": list(vulnerabilities),
        **more,
    }  # fmt: skip


def vulnerability(state: str | None = None, **more: Any) -> dict[str, Any]:
    analysis = {} if state is None else {"analysis": {"state": state, **more.pop("analysis", {})}}
    return {"id": "CVE-2024-1", "affects": [{"ref": "j"}], **analysis, **more}


def openvex(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.org/vex",
        "author": "乙",
        "timestamp": "2026-11-20T03:00:00Z",
        "version": 1,
        "statements": list(statements),
        **more,
    }


def statement(status: str, *, products: Any = ({"@id": "pkg:pypi/jinja2@3.1.2"},), **more: Any) -> dict[str, Any]:
    return {"vulnerability": {"name": "CVE-2024-1"}, "products": list(products), "status": status, **more}


def pip_audit(*dependencies: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": list(dependencies), "fixes": []}


def read_form(form: EvidenceForm, document: object) -> EvidenceFact:
    return read(form, json.dumps(document).encode())


FILES: dict[EvidenceForm, dict[str, Any]] = {
    "sarif": sarif(result()),
    "cyclonedx-vex": cyclonedx(vulnerability("exploitable")),
    "openvex": openvex(statement("affected")),
    "pip-audit": pip_audit({"name": "jinja2", "version": "3.1.2", "vulns": [{"id": "CVE-2024-1"}]}),
}
"""One file of each form, with one unresolved result."""
