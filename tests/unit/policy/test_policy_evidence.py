"""Evidence from elsewhere: what stands, what is unresolved, and every status of the clauses that rest on it."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest

from gate.models import (
    ComponentFact,
    EvidenceFact,
    EvidenceForm,
    EvidenceLevel,
    EvidenceResult,
    Fact,
    Judgement,
    LevelCount,
)
from gate.paths import check_glob
from gate.policy.clauses import CONTRARY_CODE, QUALITY, VULNERABILITIES
from gate.policy.delivery import delivery_of, found_components
from gate.policy.findings import finding_advice, finding_message
from tests.unit.policy.policy_kit import (
    APPROVED,
    OTHER_SHA,
    SHA,
    clause,
    deliverable,
    examined,
    ids,
    item,
    judged,
    only,
    policy_of,
    suppress_entry,
)

FILE_SHA = "ef" * 32
VEX_SHA = "12" * 32
JINJA = ComponentFact("pkg:pypi/jinja2@3.1.2", "Jinja2", "3.1.2", "wheel-metadata", path="app.whl!/a", sha256=SHA)
MARKUP = ComponentFact("pkg:pypi/markupsafe@2.1.3", "MarkupSafe", "2.1.3", "wheel-metadata", path="app.whl!/b",
                       sha256=SHA)  # fmt: skip
FORMS: tuple[EvidenceForm, ...] = ("sarif", "cyclonedx-vex", "openvex", "pip-audit")


def entry(kind: str = "sarif", *, clause_id: str = VULNERABILITIES, day: str = "2026-11-20", file: str = "scan.json",
          sha256: str = FILE_SHA, more: str = "") -> str:  # fmt: skip
    return f"""\
[[evidence]]
clause = "{clause_id}"
file = "{file}"
sha256 = "{sha256}"
kind = "{kind}"
date = {day}
by = "佐藤"
{more}
"""


def result(level: EvidenceLevel = "high", rule: str = "CVE-2024-1", **more: Any) -> EvidenceResult:
    return EvidenceResult(rule, level, more.pop("state", "fail"), "It is bad.", "a.py:3", **more)


def scan(*unresolved: EvidenceResult, form: EvidenceForm = "sarif", **more: Any) -> EvidenceFact:
    """Return what a scan that saw the whole delivery says."""
    levels = [each.level for each in unresolved]
    counts = tuple(LevelCount(level, levels.count(level)) for level in dict.fromkeys(levels))
    values: dict[str, Any] = {
        "tools": ("Scan 1.2",),
        "ran": "2026-11-20T03:00:00Z",
        "counts": counts,
        "unresolved": unresolved,
        "looked_at": (f"sha256:{SHA}",),
        "sha256": FILE_SHA,
    }
    return EvidenceFact(form, **{**values, **more})


def status(judgement: Judgement, clause_id: str = VULNERABILITIES) -> str:
    """Return the status of a clause; every finding can be told in both languages."""
    for finding in judgement.findings:
        for language in ("en", "ja"):
            assert finding_message(finding, language)
            assert finding_advice(finding.id, language)
    return clause(judgement, clause_id).status


# --- every status of 26-3 3(2), and none beyond its ceiling -----------------------------------------------------


def test_a_clean_scan_of_the_whole_delivery_confirms() -> None:
    judgement = judged(entry(), facts=[scan()])
    assert status(judgement) == "confirmed"
    assert judgement.findings == ()
    found = clause(judgement, VULNERABILITIES)
    assert found.reason_code == "clause.reason.evidence-whole"
    assert f"sarif:scan.json#sha256:{FILE_SHA}" in found.evidence


@pytest.mark.parametrize("form", ["cyclonedx-vex", "pip-audit"])
def test_a_clean_scan_of_all_components_confirms(form: EvidenceForm) -> None:
    fact = scan(form=form, looked_at=("pkg:pypi/jinja2@3.1.2", "markupsafe@2.1.3", "pkg:pypi/other@1"))
    assert status(judged(entry(form), facts=[JINJA, MARKUP, fact])) == "confirmed"


def test_a_scan_that_leaves_components_out_supports() -> None:
    fact = scan(form="pip-audit", looked_at=("pkg:pypi/jinja2@3.1.2",))
    judgement = judged(entry("pip-audit"), facts=[JINJA, MARKUP, fact])
    assert status(judgement) == "supported"
    assert only(judgement, "evidence/uncovered").args["names"] == "pkg:pypi/markupsafe@2.1.3"
    assert clause(judgement, VULNERABILITIES).reason_code == "clause.reason.evidence-part"


def test_an_artifact_without_any_component_is_not_covered_by_a_look_at_the_components_of_others() -> None:
    seen = examined(JINJA, scan(form="pip-audit", looked_at=("pkg:pypi/jinja2@3.1.2",)))
    library = dataclasses.replace(seen.artifacts[0], path="native.so", sha256=OTHER_SHA)
    both = dataclasses.replace(seen, artifacts=(*seen.artifacts, library))
    delivery = delivery_of(both, policy_of(entry("pip-audit")))
    assert delivery.left_out(["pkg:pypi/jinja2@3.1.2"]) == ("native.so",)
    assert delivery.left_out(["pkg:pypi/jinja2@3.1.2", f"sha256:{OTHER_SHA}"]) == ()


def test_a_bundle_is_left_out_only_beside_the_maven_name_of_the_very_same_archive() -> None:
    """Also in a folder, where many unpacked archives lie in one artifact."""
    bundle = ComponentFact("pkg:generic/b@1", "b", "1", "bundle-manifest", path="site/b/META-INF/MANIFEST.MF")
    maven = ComponentFact(
        "pkg:maven/g/a@1", "g/a", "1", "pom.properties", path="site/a/META-INF/maven/g/a/pom.properties"
    )
    own = dataclasses.replace(maven, path="site/b/META-INF/maven/g/b/pom.properties")
    assert found_components([bundle, maven]) == [bundle, maven]
    assert found_components([bundle, own]) == [own]
    nameless = dataclasses.replace(own, purl="", problem="no groupId")
    assert found_components([bundle, nameless]) == [nameless, bundle]


def test_two_scans_cover_together_what_neither_covers() -> None:
    one = scan(form="pip-audit", looked_at=("pkg:pypi/jinja2@3.1.2",))
    other = dataclasses.replace(one, looked_at=("pkg:pypi/markupsafe@2.1.3",), sha256=OTHER_SHA)
    policy = [entry("pip-audit"), entry("pip-audit", sha256=OTHER_SHA, file="b.json")]
    assert status(judged(*policy, facts=[JINJA, MARKUP, one, other])) == "confirmed"


def test_a_component_without_a_version_is_covered_by_no_scan_of_packages() -> None:
    unknown = ComponentFact("", "lodash", "", "package.json", problem="no version", path="app.whl!/c", sha256=SHA)
    fact = scan(form="pip-audit", looked_at=("pkg:pypi/jinja2@3.1.2", "lodash@"))
    judgement = judged(entry("pip-audit"), facts=[JINJA, unknown, fact])
    assert ids(judgement) == ["component/incomplete", "evidence/uncovered"]
    assert status(judgement) == "not-confirmed"
    accepted = judged(entry("pip-audit"), suppress_entry("component/incomplete", more="path = 'app.whl!/c'"),
                      facts=[JINJA, unknown, fact])  # fmt: skip
    assert status(accepted) == "supported"


def test_a_scan_that_nothing_ties_to_the_delivery_supports() -> None:
    judgement = judged(entry(), facts=[scan(looked_at=())])
    assert status(judgement) == "supported"
    assert ids(judgement) == ["evidence/unbound"]


def test_a_scan_of_one_file_among_many_does_not_confirm() -> None:
    facts: list[Fact] = [item("app.whl", SHA), item("app.whl!/x", OTHER_SHA), scan(looked_at=(f"sha256:{OTHER_SHA}",))]
    judgement = judged(entry(), facts=facts)
    assert status(judgement) == "supported"
    assert only(judgement, "evidence/uncovered").args["names"] == "app.whl"


def test_no_evidence_and_unread_papers_do_not_confirm() -> None:
    assert status(judged()) == "not-confirmed"
    paper = judged(entry("assessment"))
    assert status(paper) == "not-confirmed"
    assert clause(paper, VULNERABILITIES).reason_code == "clause.reason.papers-unread"


def test_a_statement_alone_supports() -> None:
    """A VEX document speaks of the vulnerabilities that it names; nobody looked for others."""
    fixed = result(products=("pkg:pypi/jinja2@3.1.2",), state="fixed")
    fact = scan(form="openvex", resolved=(fixed,), looked_at=("pkg:pypi/jinja2@3.1.2",))
    judgement = judged(entry("openvex"), facts=[JINJA, fact])
    assert status(judgement) == "supported"
    assert ids(judgement) == ["evidence/unbound"]


def test_an_unresolved_result_violates() -> None:
    judgement = judged(entry(), facts=[scan(result())])
    assert status(judgement) == "violated"
    assert judgement.verdict == "rejected"
    finding = only(judgement, "evidence/unresolved")
    assert (finding.path, finding.sha256) == ("!evidence/scan.json!/CVE-2024-1", FILE_SHA)
    assert "CVE-2024-1" in finding.message
    assert "a.py:3" in finding.message
    assert "高" in finding_message(finding, "ja")


@pytest.mark.parametrize(
    ("papers", "missing"),
    [
        ([], "assessment, checklist"),
        (["assessment"], "checklist"),
        (["checklist", "other"], "assessment"),
        (["assessment", "checklist"], None),
    ],
)
def test_a_website_needs_its_assessment_and_checklist_as_well(papers: list[str], missing: str | None) -> None:
    attached = [entry(kind, file=f"{kind}.pdf") for kind in papers]
    judgement = judged(deliverable("website"), entry(), *attached, facts=[scan()])
    assert status(judgement) == ("supported" if missing else "confirmed")
    assert [each.args["missing"] for each in judgement.findings if each.id == "evidence/website-papers"] == (
        [missing] if missing else []
    )
    outdated = [each.replace("date = 2026-11-20", "date = 2026-11-20\nmax_age_days = 1") for each in attached]
    assert status(judged(deliverable("website"), entry(), *outdated, facts=[scan()])) != "confirmed"


def test_papers_of_a_website_are_asked_for_that_clause_alone() -> None:
    judgement = judged(deliverable("website"), entry(clause_id=CONTRARY_CODE), facts=[scan()])
    assert ids(judgement) == []
    assert status(judged(deliverable("content"), entry(), facts=[scan()])) == "confirmed"


# --- 26-3 3(1)②, 26-3(1) and others -----------------------------------------------------------------------------


@pytest.mark.parametrize("clause_id", [CONTRARY_CODE, QUALITY])
def test_results_support_the_other_clauses_and_never_confirm_them(clause_id: str) -> None:
    judgement = judged(entry(clause_id=clause_id), facts=[scan()])
    assert status(judgement, clause_id) == "supported"
    assert clause(judgement, clause_id).reason_code == "clause.reason.evidence-read"
    assert status(judged(entry(clause_id=clause_id), facts=[scan(result())]), clause_id) == "violated"
    assert status(judged(entry(clause_id=clause_id), facts=[scan(result("low"))]), clause_id) == "violated"
    assert status(judged(entry("code-review", clause_id=clause_id)), clause_id) == "supported"
    assert status(judged(), clause_id) == "not-confirmed"
    accepted = judged(entry(clause_id=clause_id), facts=[scan(accepted=(result(state="accepted", reason="x"),))])
    assert status(accepted, clause_id) == "supported"
    assert clause(accepted, clause_id).exceptions == 1


def test_a_result_counts_for_a_clause_that_engines_answer_only_against_it() -> None:
    malware = "26-3 3(1)①"
    assert status(judged(entry(clause_id=malware), facts=[scan(result())]), malware) == "violated"
    assert status(judged(entry(clause_id=malware), facts=[scan()]), malware) == "confirmed"


# --- thresholds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reject_at", "level", "found", "expected"),
    [
        ("none", "none", "evidence/unresolved", "violated"),
        ("low", "none", None, "confirmed"),
        ("low", "low", "evidence/unresolved", "violated"),
        ("note", "low", "evidence/unresolved", "violated"),
        ("warning", "low", "evidence/below-threshold", "not-confirmed"),
        ("medium", "medium", "evidence/unresolved", "violated"),
        ("error", "medium", "evidence/below-threshold", "not-confirmed"),
        ("error", "high", "evidence/unresolved", "violated"),
        ("critical", "high", "evidence/below-threshold", "not-confirmed"),
        ("critical", "critical", "evidence/unresolved", "violated"),
        ("critical", "unknown", "evidence/unresolved", "violated"),
    ],
)
def test_thresholds(reject_at: str, level: EvidenceLevel, found: str | None, expected: str) -> None:
    judgement = judged(entry(more=f"reject_at = '{reject_at}'"), facts=[scan(result(level))])
    assert ids(judgement) == ([found] if found else [])
    assert status(judgement) == expected


def test_what_is_counted_and_not_held_is_judged_by_number() -> None:
    many = scan(result("low"), counts=(LevelCount("high", 4), LevelCount("low", 3), LevelCount("none", 9)), more=5)
    judgement = judged(entry(more="reject_at = 'high'"), facts=[many])
    assert ids(judgement) == ["evidence/more-unresolved", "evidence/below-threshold", *["evidence/not-held"] * 2]
    assert only(judgement, "evidence/more-unresolved").args["count"] == 4
    assert status(judgement) == "violated"


# --- what persons, tools and statements have disposed of ----------------------------------------------------------


def acceptance(finding: str, *, party: str = "甲", reference: str = "reference = '2026-11-22 協議書'",
               path: str = "!evidence/scan.json!/CVE-2024-1") -> str:  # fmt: skip
    return suppress_entry(
        finding, more=f"path = '{path}'\n{reference}", approval=APPROVED.replace('"乙"', f'"{party}"')
    )


@pytest.mark.parametrize(
    ("finding", "reject_at"), [("evidence/unresolved", "low"), ("evidence/below-threshold", "critical")]
)
def test_a_vulnerability_is_accepted_by_the_other_party_alone(finding: str, reject_at: str) -> None:
    policy, facts = entry(more=f"reject_at = '{reject_at}'"), [scan(result())]
    accepted = judged(policy, acceptance(finding), facts=facts)
    assert status(accepted) == "confirmed-with-exceptions"
    assert clause(accepted, VULNERABILITIES).exceptions == 1
    for refused in (acceptance(finding, party="乙"), acceptance(finding, reference="")):
        judgement = judged(policy, refused, facts=facts)
        assert status(judgement) == "violated"
        assert set(ids(judgement)) == {finding, "justification/other-party"}
    other = judged(policy, acceptance(finding, path="!evidence/scan.json!/CVE-2024-2"), facts=facts)
    assert set(ids(other)) == {finding, "justification/unused"}


def test_results_about_code_are_for_the_supplier_to_dispose_of() -> None:
    policy = entry(clause_id=CONTRARY_CODE)
    judgement = judged(policy, acceptance("evidence/unresolved", party="乙", reference=""), facts=[scan(result())])
    assert status(judgement, CONTRARY_CODE) == "supported"
    assert clause(judgement, CONTRARY_CODE).exceptions == 1


def test_what_the_user_of_the_tool_has_accepted_is_an_exception() -> None:
    accepted = result(state="accepted", reason="not reachable")
    judgement = judged(entry(), facts=[scan(accepted=(accepted,))])
    assert status(judgement) == "confirmed-with-exceptions"
    assert "not reachable" in only(judgement, "evidence/accepted").message


def vex(*resolved: EvidenceResult, form: EvidenceForm = "openvex", **more: Any) -> EvidenceFact:
    products = tuple(name for each in resolved for name in each.products)
    return scan(form=form, resolved=resolved, looked_at=products, sha256=VEX_SHA, **more)


BOTH = [entry("pip-audit"), entry("openvex", sha256=VEX_SHA, file="vex.json"), deliverable("application")]
APP = "pkg:generic/sample@1.0"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"products": ("pkg:pypi/jinja2@3.1.2",)}, "confirmed-with-exceptions"),
        ({"products": ("pkg:pypi/jinja2",)}, "confirmed-with-exceptions"),
        ({"products": (APP,), "parts": ("pkg:pypi/jinja2@3.1.2",)}, "confirmed-with-exceptions"),
        ({"rule": "GHSA-1", "also": ("CVE-2024-1",), "products": ("Jinja2@3.1.2",)}, "confirmed-with-exceptions"),
        ({"products": ("pkg:pypi/markupsafe@2.1.3",)}, "violated"),
        ({"products": (APP,), "parts": ("pkg:pypi/markupsafe@2.1.3",)}, "violated"),
        ({"rule": "CVE-2024-2", "products": ("pkg:pypi/jinja2@3.1.2",)}, "violated"),
        ({"products": ("pkg:generic/another@1.0",), "parts": ("pkg:pypi/jinja2@3.1.2",)}, "elsewhere"),
        ({"products": ("pkg:pypi/jinja2@3.1.1",)}, "elsewhere"),
    ],
)
def test_a_statement_answers_the_result_of_a_scan(answer: dict[str, Any], expected: str) -> None:
    found = result("unknown", products=("pkg:pypi/jinja2@3.1.2",))
    audit = scan(found, form="pip-audit", looked_at=("pkg:pypi/jinja2@3.1.2", "pkg:pypi/markupsafe@2.1.3"))
    judgement = judged(*BOTH, facts=[JINJA, MARKUP, audit, vex(result(state="not_affected", reason="x", **answer))])
    assert status(judgement) == ("violated" if expected == "elsewhere" else expected)
    assert ("evidence/answered" in ids(judgement)) is (expected == "confirmed-with-exceptions")
    assert ("evidence/elsewhere" in ids(judgement)) is (expected == "elsewhere")


def test_a_statement_that_does_not_stand_answers_nothing() -> None:
    found = result("unknown", products=("pkg:pypi/jinja2@3.1.2",))
    audit = scan(found, form="pip-audit", looked_at=found.products)
    answer = vex(result(state="fixed", products=found.products), ran="2026-11-24T03:00:00Z")
    judgement = judged(*BOTH, facts=[JINJA, audit, answer])
    assert "evidence/future" in ids(judgement)
    assert status(judgement) == "violated"
    elsewhere = entry("openvex", sha256=VEX_SHA, file="vex.json", clause_id=CONTRARY_CODE)
    answer = vex(result(state="fixed", products=found.products))
    assert status(judged(BOTH[0], elsewhere, facts=[JINJA, audit, answer])) == "violated", "for another clause"


def test_a_statement_answers_a_result_that_names_no_product_by_its_id() -> None:
    policy = [entry(), entry("openvex", sha256=VEX_SHA, file="vex.json")]
    answer = vex(result(state="fixed", products=(JINJA.purl,)))
    judgement = judged(*policy, facts=[JINJA, scan(result()), answer])
    assert only(judgement, "evidence/answered").args["by"] == "vex.json"
    assert status(judgement) == "confirmed-with-exceptions"


def test_many_answers_of_many_products_take_time_in_proportion() -> None:
    """Three hundred results held one by one against each of these statements would take the better part of an hour."""
    names = [tuple(f"pkg:npm/x{number}-{each}@1" for each in range(200)) for number in range(500)]
    mine = (result(products=("pkg:pypi/jinja2@3.1.2",), state="fixed"),)
    answers = tuple(result(products=("pkg:pypi/jinja2@3.1.2",), parts=each, state="fixed") for each in names)
    asked = tuple(result(products=(*each, "pkg:pypi/markupsafe@2.1.3"), state="fail") for each in _other(names[:300]))
    vex = scan(form="openvex", sha256=VEX_SHA, resolved=(*answers, *mine))
    started = time.process_time()
    judgement = judged(
        entry(), entry("openvex", sha256=VEX_SHA, file="vex.json"), facts=[JINJA, MARKUP, scan(*asked), vex]
    )
    assert time.process_time() - started < 30
    assert "evidence/answered" not in ids(judgement)


def _other(names: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [tuple(name.replace("npm", "gem") for name in each) for each in names]


def test_answers_that_are_not_held_are_told_and_stand_in_no_way() -> None:
    judgement = judged(entry(), facts=[scan(more_resolved=4)])
    assert ids(judgement) == ["evidence/answers-not-held"]
    assert status(judgement) == "confirmed"


def test_a_result_of_something_else_is_neither_silence_nor_violation() -> None:
    found = result(products=("pkg:pypi/django@1.0",))
    audit = scan(found, form="pip-audit", looked_at=(*found.products, JINJA.purl))
    judgement = judged(entry("pip-audit"), facts=[JINJA, audit])
    assert ids(judgement) == ["evidence/other-product"]
    assert status(judgement) == "not-confirmed"
    aside = suppress_entry("evidence/other-product", more="path = '!evidence/scan.json!/*'")
    assert status(judged(entry("pip-audit"), aside, facts=[JINJA, audit])) == "confirmed-with-exceptions"


def test_what_a_tool_passed_over_is_not_confirmed() -> None:
    judgement = judged(entry(), facts=[scan(skipped=tuple(f"p{number}: no index" for number in range(7)))])
    assert ids(judgement) == ["evidence/skipped"]
    assert str(only(judgement, "evidence/skipped").args["names"]).endswith("+2")
    assert status(judgement) == "not-confirmed"


# --- whether a file shows anything ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "changes", "found"),
    [
        ("", {"problem": "unreadable", "detail": "not UTF-8"}, "evidence/unreadable"),
        ("", {"problem": "failed", "detail": "x"}, "evidence/not-run"),
        ("", {"problem": "not-run", "detail": "no run"}, "evidence/not-run"),
        ("", {"sha256": OTHER_SHA}, "evidence/unread"),
        ("", {"form": "openvex"}, "evidence/unread"),
        ("", {"ran": "2026-11-21T03:00:00Z"}, "evidence/contradicts-date"),
        ("", {"ran": "2026-11-20T15:00:00Z"}, "evidence/contradicts-date"),
        ("", {"ran": "2026-11-19T15:00:00Z"}, None),
        ("", {"ran": ""}, None),
        ("max_age_days = 2", {}, "evidence/outdated"),
        ("max_age_days = 3", {}, None),
        ("tool = 'Scan'", {}, None),
        ("tool = 'scan (version 1.2)'", {}, None),
        ("tool = 'Scan 1.1'", {}, "evidence/contradicts-tool"),
        ("tool = 'Scanner 1.2'", {}, "evidence/contradicts-tool"),
        ("tool = 'Scanner 1.2'", {"tools": ()}, None),
        ("", {"looked_at": ("sha256:" + "9" * 64,)}, "evidence/elsewhere"),
        ("", {"looked_at": ("pkg:pypi/jinja2@3.1.2",)}, "evidence/elsewhere"),
    ],
)
def test_what_does_not_confirm(more: str, changes: dict[str, Any], found: str | None) -> None:
    fact = dataclasses.replace(scan(), **changes)
    judgement = judged(entry(more=more), facts=[fact])
    assert ids(judgement) == ([found] if found else [])
    assert status(judgement) == ("not-confirmed" if found else "confirmed")


@pytest.mark.parametrize("ran", ["9999-12-31T23:59:59Z", "1-01-01T00:00:00Z", "yesterday"])
def test_a_time_that_no_calendar_of_ours_holds_does_not_confirm(ran: str) -> None:
    """Facts may be those of somebody else, judged again."""
    judgement = judged(entry(), facts=[scan(ran=ran)])
    assert "evidence/future" in ids(judgement)
    assert status(judgement) == "not-confirmed"


def test_a_file_from_tomorrow_or_older_than_it_is_declared_to_be() -> None:
    tomorrow = judged(entry(), facts=[scan(ran="2026-11-24T03:00:00Z")])
    assert set(ids(tomorrow)) == {"evidence/future", "evidence/contradicts-date"}
    old = judged(entry(day="2026-11-22", more="max_age_days = 2"), facts=[scan()])
    assert set(ids(old)) == {"evidence/outdated", "evidence/contradicts-date"}
    assert only(old, "evidence/outdated").args["days"] == 3


@pytest.mark.parametrize(("day", "found"), [("2026-10-24", []), ("2026-10-23", ["evidence/outdated"])])
def test_without_a_limit_a_result_counts_for_thirty_days(day: str, found: list[str]) -> None:
    judgement = judged(entry(day=day), facts=[scan(ran="")])
    assert ids(judgement) == found
    assert ids(judged(entry(day=day, more="max_age_days = 60"), facts=[scan(ran="")])) == []
    assert ids(judged(entry("assessment", day=day))) == []


def test_results_of_a_run_that_failed_still_count_against() -> None:
    judgement = judged(entry(), facts=[scan(result(), problem="failed", detail="x")])
    assert set(ids(judgement)) == {"evidence/unresolved", "evidence/not-run"}
    assert status(judgement) == "violated"


def test_the_deliverable_itself_is_what_evidence_may_speak_of() -> None:
    fact = scan(form="cyclonedx-vex", looked_at=("Sample@1.0", JINJA.purl))
    policy = [entry("cyclonedx-vex"), deliverable("application")]
    assert status(judged(*policy, facts=[JINJA, fact])) == "confirmed"
    assert status(judged(*policy, facts=[scan(form="cyclonedx-vex", looked_at=("sample@1.1",))])) == "not-confirmed"


def test_a_component_that_is_only_asked_for_is_not_delivered() -> None:
    asked = dataclasses.replace(JINJA, delivered=False)
    fact = scan(form="pip-audit", looked_at=(JINJA.purl,))
    assert ids(judged(entry("pip-audit"), facts=[asked, fact])) == ["evidence/elsewhere"]


def test_the_place_of_a_result_can_be_named_in_a_disposition() -> None:
    odd = result(rule="js/sql!inj ection%", state="fail")
    finding = only(judged(entry(file="papers/走査.sarif"), facts=[scan(odd)]), "evidence/unresolved")
    assert finding.path == "!evidence/papers/走査.sarif!/js%2Fsql%21inj ection%25"
    check_glob(finding.path)
    aside = judged(entry(file="papers/走査.sarif"), acceptance(finding.id, path=finding.path), facts=[scan(odd)])
    assert status(aside) == "confirmed-with-exceptions"
