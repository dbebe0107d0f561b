"""SARIF 2.1.0: what counts as run, which level a result has, and what sets one aside."""

from __future__ import annotations

from typing import Any

import pytest

from gate.models import EvidenceFact
from tests.examine.evidence.forms import SHA, read_form, result, sarif


def log(*results: dict[str, Any], **run: Any) -> EvidenceFact:
    return read_form("sarif", sarif(*results, **run))


def levels(fact: EvidenceFact) -> list[str]:
    return [each.level for each in fact.unresolved]


def test_what_a_clean_run_says() -> None:
    fact = log(artifacts=[{"hashes": {"sha-256": SHA.upper(), "md5": "0" * 32}}, {"location": {"uri": "a"}}])
    assert (fact.problem, fact.unresolved, fact.counts) == ("", (), ())
    assert fact.tools == ("Scan 1.2",)
    assert fact.ran == "2026-11-20T03:00:00Z"
    assert fact.looked_at == (f"sha256:{SHA}",)


def test_a_result_in_its_words() -> None:
    place = {"physicalLocation": {"artifactLocation": {"uri": "src/a.py"}, "region": {"startLine": 7}}}
    (found,) = log(result(locations=[place], level="error")).unresolved
    assert (found.rule, found.level, found.state, found.message, found.place) == ("R1", "high", "fail", "bad",
                                                                                  "src/a.py:7")  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"level": "note"}, "low"),
        ({"level": "warning"}, "medium"),
        ({"level": "error"}, "high"),
        ({"level": "none"}, "none"),
        ({}, "medium"),
        ({"ruleId": "NOTE"}, "low"),
        ({"ruleId": "NOTE/below"}, "low"),
        ({"ruleId": "SCORED", "level": "note"}, "critical"),
        ({"ruleId": None, "ruleIndex": 1}, "critical"),
        ({"ruleId": None, "rule": {"index": 0, "toolComponent": {"index": 0}}}, "high"),
        ({"ruleId": None, "rule": {"id": "EXTRA"}}, "high"),
        ({"level": "note", "rank": 95.5}, "critical"),
        ({"level": "error", "rank": 10.0}, "high"),
        ({"level": "note", "rank": -1.0}, "low"),
        ({"level": "note", "properties": {"security-severity": "4.0"}}, "medium"),
        ({"level": "note", "properties": {"security-severity": 7}}, "high"),
        ({"level": "note", "properties": {"security-severity": "NaN"}}, "unknown"),
        ({"level": "note", "properties": {"security-severity": "11"}}, "unknown"),
        ({"kind": "review"}, "medium"),
        ({"kind": "open", "level": "none"}, "unknown"),
        ({"kind": "pass", "level": "error"}, "high"),
    ],
)
def test_the_gravest_level_that_is_stated_counts(changes: dict[str, Any], level: str) -> None:
    rules = [
        {"id": "NOTE", "defaultConfiguration": {"level": "note"}},
        {"id": "SCORED", "properties": {"security-severity": "9.8"}},
    ]
    document = sarif({key: value for key, value in {**result(), **changes}.items() if value is not None}, rules=rules)
    extension = {"name": "more", "rules": [{"id": "EXTRA", "defaultConfiguration": {"level": "error"}}]}
    document["runs"][0]["tool"]["extensions"] = [extension]
    assert levels(read_form("sarif", document)) == [level]


def test_a_run_that_gave_a_rule_another_level() -> None:
    override = {"descriptor": {"id": "R1"}, "configuration": {"level": "error"}}
    invocation = {"executionSuccessful": True, "ruleConfigurationOverrides": [override]}
    rules = [{"id": "R1", "defaultConfiguration": {"level": "note"}}, {"id": "R2"}]
    fact = read_form("sarif", sarif(result(), result("R2"), rules=rules, invocations=[invocation]))
    assert {each.rule: each.level for each in fact.unresolved} == {"R1": "high", "R2": "medium"}


@pytest.mark.parametrize("changes", [{"kind": "pass"}, {"kind": "notApplicable"}, {"kind": "informational"},
                                     {"baselineState": "absent"}])  # fmt: skip
def test_what_is_no_problem(changes: dict[str, Any]) -> None:
    assert log(result(**changes)) == log()


ACCEPTED = {"kind": "external", "status": "accepted", "justification": "not reachable"}


@pytest.mark.parametrize(
    ("suppressions", "accepted"),
    [
        ([ACCEPTED], True),
        ([ACCEPTED, {**ACCEPTED, "justification": "by design"}], True),
        ([], False),
        ([{**ACCEPTED, "status": "underReview"}], False),
        ([{**ACCEPTED, "status": "rejected"}], False),
        ([ACCEPTED, {**ACCEPTED, "status": "rejected"}], False),
        ([{"kind": "inSource"}], False),
        ([{"kind": "inSource", "status": "accepted"}], False),
        ([{**ACCEPTED, "justification": "  "}], False),
    ],
)
def test_only_acceptance_with_a_reason_sets_aside(suppressions: list[dict[str, Any]], *, accepted: bool) -> None:
    fact = log(result(suppressions=suppressions))
    assert (len(fact.accepted), len(fact.unresolved)) == ((1, 0) if accepted else (0, 1))
    assert all("not reachable" in each.reason for each in fact.accepted)


@pytest.mark.parametrize(
    ("document", "problem", "detail"),
    [
        ({"version": "2.1.0", "runs": []}, "not-run", "no run"),
        (sarif(results=None), "not-run", "no array of results"),
        (sarif(results=None, externalPropertyFileReferences={"results": [{}]}), "not-run", "another file"),
        (sarif(invocations=[{"executionSuccessful": False}]), "failed", "executionSuccessful"),
        (sarif(invocations=[{"executionSuccessful": True,
                             "toolExecutionNotifications": [{"level": "error", "message": {"text": "crash"}}]}]),
         "failed", "crash"),
        (sarif(invocations=[{"executionSuccessful": True,
                             "toolConfigurationNotifications": [{"level": "error", "message": {"text": "no rules"}}]}]),
         "failed", "no rules"),
        (sarif(invocations=[{}]), "unreadable", "executionSuccessful"),
        ({"version": "2.0.0", "runs": []}, "unreadable", "2.1.0"),
        ({"version": "2.1.0", "runs": [{"tool": {"driver": {}}, "results": []}]}, "unreadable", "name"),
        (sarif(result(level="fatal")), "unreadable", "fatal"),
        (sarif(result(kind="maybe")), "unreadable", "maybe"),
        (sarif(result(properties={"security-severity": "high"})), "unreadable", "number"),
        (sarif(result(properties={"security-severity": True})), "unreadable", "number"),
        (sarif(results={}), "unreadable", "array"),
        (sarif(results=[3]), "unreadable", "object"),
        (sarif(result(message={"text": 3})), "unreadable", "text"),
        (sarif(invocations=[{"executionSuccessful": True, "endTimeUtc": "yesterday"}]), "unreadable", "time"),
        (sarif(invocations=[{"executionSuccessful": True, "endTimeUtc": "2026-11-20T03:00:00"}]), "unreadable",
         "offset"),
    ],
)  # fmt: skip
def test_what_shows_nothing(document: dict[str, Any], problem: str, detail: str) -> None:
    fact = read_form("sarif", document)
    assert fact.problem == problem
    assert detail in fact.detail


def test_a_warning_of_the_tool_is_no_failure() -> None:
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": [{"message": {"text": "slow"}}]}
    assert log(invocations=[invocation]).problem == ""


def test_the_oldest_of_several_runs_counts_and_all_tools_are_named() -> None:
    document = sarif()
    other = sarif(result())["runs"][0]
    other["tool"]["driver"] = {"name": "Other", "version": "9"}
    other["invocations"][0]["endTimeUtc"] = "2026-10-01T00:00:00+09:00"
    document["runs"].append(other)
    fact = read_form("sarif", document)
    assert fact.tools == ("Scan 1.2", "Other 9")
    assert fact.ran == "2026-09-30T15:00:00Z"
    assert levels(fact) == ["medium"]


def test_more_results_than_a_fact_holds_are_counted() -> None:
    fact = log(*[result(f"R{number}", level="note") for number in range(400)], result("WORST", level="error"))
    assert {each.level: each.count for each in fact.counts} == {"low": 400, "high": 1}
    assert len(fact.unresolved) == 300
    assert fact.unresolved[0].rule == "WORST"
    accepted = log(*[result(f"R{number}", suppressions=[ACCEPTED]) for number in range(305)])
    assert (len(accepted.accepted), accepted.more) == (300, 5)


def test_the_order_of_results_leaves_no_trace() -> None:
    results = [result(f"R{number}", level=level) for number, level in enumerate(["note", "error", "warning"] * 5)]
    assert log(*results) == log(*reversed(results))


def test_a_rule_of_an_extension_with_the_id_of_another_keeps_its_level() -> None:
    """Else a driver that has the id at level "none" would take the level from what an extension found."""
    document = sarif(result(), rules=[{"id": "R1", "defaultConfiguration": {"level": "none"}}])
    serious = {"id": "R1", "defaultConfiguration": {"level": "error"}}
    document["runs"][0]["tool"]["extensions"] = [{"name": "e", "rules": [serious]}]
    assert levels(read_form("sarif", document)) == ["high"]


def test_a_level_that_a_run_gave_to_a_rule_by_its_index_counts() -> None:
    override = {"descriptor": {"index": 0}, "configuration": {"level": "error"}}
    run = {"executionSuccessful": True, "ruleConfigurationOverrides": [override]}
    rules = [{"id": "R1", "defaultConfiguration": {"level": "note"}}]
    assert levels(read_form("sarif", sarif(result(), rules=rules, invocations=[run]))) == ["high"]


@pytest.mark.parametrize("part", ["results", "invocations", "extensions"])
def test_an_empty_array_is_no_answer_where_there_is_more_of_it_elsewhere(part: str) -> None:
    fact = log(externalPropertyFileReferences={part: [{"location": {"uri": "more.json"}}]})
    assert (fact.problem, fact.detail) == ("not-run", f"{part} lie in another file")
    inline = {**sarif(), "inlineExternalProperties": [{part: [result()]}]}
    assert read_form("sarif", inline).problem == "not-run"


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_at_the_ends_of_the_calendar_is_none(time: str) -> None:
    fact = log(invocations=[{"executionSuccessful": True, "endTimeUtc": time}])
    assert (fact.problem, "no time of our days" in fact.detail) == ("unreadable", True)
