"""JUnit XML: valid by its schema; a failure or an error exactly where the verdict is not "approved"."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gate.models import EngineProblem, Examination, Gap
from gate.policy import judge
from gate.policy.clauses import EXECUTABLES, MALWARE
from gate.reports.junit import MOST_CASES, render_junit
from gate.reports.view import build_view
from gate.text import LANGUAGES, Language
from tests.unit.policy.policy_kit import (
    CHECK,
    SHA,
    TODAY,
    contact,
    deliverable,
    detection,
    examined,
    executable_entry,
    program,
    suppress_entry,
    with_engine,
)
from tests.unit.reports.view_kit import ISSUE, loaded

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[3] / "docs" / "junit.xsd"))
REQUIRED = f'[gate]\nrequire = ["{MALWARE}", "{EXECUTABLES}"]\n'


def suites_of(*sections: str, seen: Examination, language: Language = "en") -> Any:
    """Return the root of a document that holds the schema and whose counts are those of its cases."""
    policy = loaded(deliverable("application"), REQUIRED, *sections)
    judgement = judge(seen, policy.policy, policy_sha256=SHA, today=TODAY, signing=CHECK)
    view = build_view(seen, judgement, policy, ISSUE)
    root = etree.fromstring(render_junit(view, judgement, language=language).encode())
    SCHEMA.assertValid(root)
    for element in root.iter("testsuite", "testsuites"):
        cases = list(element.iter("testcase"))
        counted = {"tests": len(cases)}
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            counted[name] = sum(case.find(tag) is not None for case in cases)
        assert {name: int(element.attrib[name]) for name in counted} == counted
    bad = int(root.attrib["failures"]) + int(root.attrib["errors"])
    assert (bad == 0) == (judgement.verdict == "approved")
    return root


def outcome(case: Any) -> str:
    return case[0].tag if len(case) else "passed"


def cases_of(root: Any, kind: str) -> dict[str, str]:
    """Return the outcome of every case of a kind by its name."""
    return {case.get("name"): outcome(case) for case in root.iter("testcase") if case.get("classname") == kind}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_approved_run_passes(language: Language) -> None:
    root = suites_of(seen=examined(), language=language)
    assert cases_of(root, "artifact") == {"app.whl": "passed"}
    assert set(cases_of(root, "engine").values()) == {"passed"}
    clauses = cases_of(root, "clause")
    assert clauses[MALWARE] == "passed"
    assert clauses["26-3 3(4)"] == "skipped"
    assert clauses["26-3 3(2)"] == "skipped"


def test_what_rejects_is_a_failure_with_what_to_do() -> None:
    root = suites_of(seen=examined(detection(), program()))
    assert cases_of(root, "malware/known") == {"app.whl!/x": "failure"}
    (failure,) = [case[0] for case in root.iter("testcase") if case.get("classname") == "malware/known"]
    assert "Test.Malicious" in failure.get("message")
    assert failure.get("type") == "malware/known"
    assert "Remove the file" in failure.text
    assert cases_of(root, "clause")[MALWARE] == "failure"
    assert cases_of(root, "artifact") == {"app.whl": "failure"}


def test_what_could_not_be_told_is_an_error() -> None:
    gap = Gap("encrypted", "x", "clamav", "app.whl!/e", SHA)
    problem = EngineProblem("clamav", "other.version", {}, "it died")
    root = suites_of(seen=examined(gaps=[gap], problems=(problem,), engines=with_engine("yara", canary="failed")))
    assert cases_of(root, "gap/clamav-encrypted") == {"app.whl!/e": "error"}
    assert cases_of(root, "clause")[MALWARE] == "error"
    assert cases_of(root, "artifact") == {"app.whl": "error"}
    engines = cases_of(root, "engine")
    assert engines["clamav: other.version"] == "error"
    assert engines["yara 4.5.4"] == "error"
    assert engines["clamav 1.4.6"] == "passed"


def test_warnings_and_what_is_set_aside_are_skipped() -> None:
    entry = suppress_entry("malware/suspected", more='path = "app.whl!/x"')
    seen = examined(detection(certainty="suspected"), contact(reach="string", path="app.whl!/p.html"))
    root = suites_of(entry, seen=seen)
    assert cases_of(root, "malware/suspected") == {"app.whl!/x": "skipped"}
    (skipped,) = cases_of(root, "outbound/string").items()
    assert skipped == ("app.whl!/p.html:3", "skipped")


def test_a_justified_executable_is_no_case() -> None:
    root = suites_of(executable_entry(), seen=examined(program()))
    assert cases_of(root, "executable/unjustified") == {}
    assert cases_of(root, "clause")[EXECUTABLES] == "passed"


def test_notes_are_no_cases_and_findings_of_no_clause_have_a_suite() -> None:
    unused = suppress_entry("link/hard", name="never-used")
    root = suites_of(unused, seen=examined(contact(reach="link", path="app.whl!/p.html")))
    assert cases_of(root, "outbound/link") == {}
    assert list(cases_of(root, "justification/unused").values()) == ["skipped"]


def test_cases_have_names_of_their_own() -> None:
    twice = [detection(), dataclasses.replace(detection(), name="Other.Malicious")]
    root = suites_of(seen=examined(*twice))
    assert set(cases_of(root, "malware/known")) == {"app.whl!/x", "app.whl!/x #2"}
    names = Counter((case.get("classname"), case.get("name")) for case in root.iter("testcase"))
    assert max(names.values()) == 1


def test_places_have_file_and_line() -> None:
    root = suites_of(seen=examined(contact(path="app.whl!/p.html")))
    (case,) = [case for case in root.iter("testcase") if case.get("classname") == "outbound/undeclared"]
    assert (case.get("file"), case.get("line")) == ("app.whl!/p.html", "3")


def test_what_is_too_much_is_counted() -> None:
    root = suites_of(seen=examined(*(detection(f"app.whl!/{number}") for number in range(MOST_CASES + 5))))
    (more,) = cases_of(root, "finding").items()
    assert more == ("… failure", "failure")
    (case,) = [case for case in root.iter("testcase") if case.get("classname") == "finding"]
    assert "5" in case[0].get("message")


def test_the_schema_refuses_what_readers_do_not_know() -> None:
    for text in ("<testsuites/>", '<testsuites name="x" tests="1" failures="0" errors="0" skipped="0" time="0"/>'):
        assert not SCHEMA.validate(etree.fromstring(text))
