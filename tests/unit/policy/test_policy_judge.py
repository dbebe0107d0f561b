"""The judgement: every rule by a case that breaks it and one that keeps it, and what holds for any examination."""

from __future__ import annotations

import dataclasses
import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.models import (
    ContainerFact,
    Coverage,
    DatabaseInfo,
    DetectionFact,
    DisguiseFact,
    EngineInfo,
    EngineProblem,
    ExternalService,
    Fact,
    Gap,
    LibraryFact,
    LinkFact,
    OpenedFact,
    ReferenceFact,
    ServiceFact,
)
from gate.policy import SigningState, judge
from gate.policy.clauses import CLAUSES, EXAMINED, OUT_OF_SCOPE, PRIVACY
from gate.policy.findings import finding_message
from gate.policy.registry import REQUIRED_EXAMINERS
from tests.unit.policy.policy_kit import (
    CHECK,
    ENGINES,
    OFFICIAL,
    OTHER_SHA,
    RELEASE,
    SHA,
    TODAY,
    approval,
    clause,
    contact,
    destination_entry,
    detection,
    examined,
    executable_entry,
    ids,
    item,
    judged,
    only,
    policy_of,
    program,
    suppress_entry,
    with_engine,
    without,
)

STEADY = settings(deadline=None, derandomize=True)
MALWARE, OUTBOUND, EXECUTABLES = "26-3 3(1)①", "26-3 3(1)③", "26-3 3(3)"
VULNERABILITIES, QUALITY, AUTHENTICITY = "26-3 3(2)", "26-3(1)", "26-3 3(4)"


# --- the verdict ------------------------------------------------------------------------------------------------


def test_a_clean_examination_is_approved() -> None:
    judgement = judged()
    assert judgement.verdict == "approved"
    assert judgement.findings == ()
    assert not judgement.sample
    statuses = {each.id: each.status for each in judgement.clauses}
    assert tuple(statuses) == (*CLAUSES, *OUT_OF_SCOPE)
    assert {statuses[each] for each in EXAMINED} == {"confirmed"}
    assert {statuses[each] for each in OUT_OF_SCOPE} == {"out-of-scope"}
    assert statuses[AUTHENTICITY] == "not-applicable"
    assert f"policy:sha256:{SHA}" in clause(judgement, MALWARE).evidence
    assert "engine:clamav" in clause(judgement, MALWARE).evidence


def test_an_open_reject_rejects() -> None:
    judgement = judged(facts=[detection()], seen=None)
    assert judgement.verdict == "rejected"
    assert clause(judgement, MALWARE).status == "violated"
    assert clause(judgement, OUTBOUND).status == "confirmed"


def test_a_reject_outweighs_a_gap() -> None:
    seen = examined(detection(), gaps=[Gap("encrypted", "", "clamav", "app.whl", SHA)])
    assert judged(seen=seen).verdict == "rejected"


@pytest.mark.parametrize(
    ("examiner", "clauses"),
    [
        ("clamav", {MALWARE}),
        ("yara", {MALWARE}),
        ("executable", {EXECUTABLES}),
        ("outbound", {OUTBOUND, PRIVACY}),
        ("intake", set(EXAMINED)),
        ("unheard-of", set(EXAMINED)),
    ],
)
def test_an_open_gap_leaves_its_clauses_unconfirmed(examiner: str, clauses: set[str]) -> None:
    judgement = judged(seen=examined(gaps=[Gap("encrypted", "member 1", examiner, "app.whl!/x", SHA)]))
    assert judgement.verdict == "incomplete"
    assert {each for each in EXAMINED if clause(judgement, each).status == "not-confirmed"} == clauses
    finding = only(judgement, f"gap/{examiner}-encrypted")
    assert (finding.path, finding.sha256, finding.severity) == ("app.whl!/x", SHA, "gap")
    assert "member 1" in finding.message


def test_a_gap_makes_it_incomplete_even_where_no_clause_is_required() -> None:
    seen = examined(gaps=[Gap("timeout", "", "yara", "app.whl", SHA)])
    assert judged("[gate]\nrequire = []", seen=seen).verdict == "incomplete"


def test_a_warning_makes_a_required_clause_unsatisfied_and_no_other() -> None:
    facts = [contact(reach="string")]
    assert judged(facts=facts).verdict == "incomplete"
    assert clause(judged(facts=facts), OUTBOUND).status == "not-confirmed"
    assert judged(f"[gate]\nrequire = ['{MALWARE}']", facts=facts).verdict == "approved"


def test_a_note_changes_nothing() -> None:
    judgement = judged(facts=[contact(reach="link"), LinkFact("symbolic", "b", path="app.whl!/a")])
    assert judgement.verdict == "approved"
    assert ids(judgement) == ["link/symbolic", "outbound/link"]
    assert clause(judgement, OUTBOUND).status == "confirmed"


def test_required_clauses_that_nothing_answers() -> None:
    assert judged(f"[gate]\nrequire = ['{VULNERABILITIES}']").verdict == "incomplete"
    assert judged(f"[gate]\nrequire = ['{QUALITY}']").verdict == "incomplete"
    assert judged("[gate]\nrequire = []").verdict == "approved"


# --- nothing without engines ------------------------------------------------------------------------------------


def test_an_examination_without_engines_is_never_approved() -> None:
    bare = examined(engines=(), coverage=())
    for policy in ("", "[gate]\nrequire = []"):
        judgement = judged(policy, seen=bare)
        assert judgement.verdict == "incomplete"
        assert ids(judgement).count("engine/absent") == len(REQUIRED_EXAMINERS)
        assert {clause(judgement, each).status for each in EXAMINED} == {"not-confirmed"}
        assert judgement.sample


@pytest.mark.parametrize("name", REQUIRED_EXAMINERS)
def test_every_examiner_has_to_be_in_the_coverage(name: str) -> None:
    judgement = judged("[gate]\nrequire = []", seen=examined(coverage=without(examined().coverage, name)))
    assert judgement.verdict == "incomplete"
    assert only(judgement, "engine/absent").args["engine"] == name


def test_an_extra_engine_has_to_be_there_where_the_policy_asks_for_it() -> None:
    asked = "[gate]\nrequire = []\nscript_model = 'magika'"
    assert only(judged(asked), "engine/absent").args["engine"] == "magika"
    seen = examined()
    there = examined(
        engines=(*seen.engines, EngineInfo("magika", "1", None, "passed")),
        coverage=(*seen.coverage, Coverage("magika", 1, 0, 0)),
    )
    assert ids(judged(asked, seen=there)) == ids(judged("[gate]\nrequire = []", seen=there)) == []


@pytest.mark.parametrize("name", [engine.name for engine in ENGINES])
def test_every_engine_has_to_be_there_and_to_have_proved_itself(name: str) -> None:
    absent = judged("[gate]\nrequire = []", seen=examined(engines=without(ENGINES, name)))
    assert absent.verdict == "incomplete"
    assert only(absent, "engine/absent").args["engine"] == name
    failed = judged("[gate]\nrequire = []", seen=examined(engines=with_engine(name, canary="failed")))
    assert failed.verdict == "incomplete"
    finding = only(failed, "engine/canary")
    assert clause(failed, finding.clause).status == "not-confirmed"


@pytest.mark.parametrize(
    ("code", "finding_id"), [("malware.canary-missed", "engine/canary"), ("malware.died", "engine/failed")]
)
def test_a_problem_of_an_engine_is_told_once(code: str, finding_id: str) -> None:
    problem = EngineProblem("clamav", code, {"path": "x", "severity": "note", "clause": ""}, "It is gone.")
    seen = examined(problems=(problem,), engines=with_engine("clamav", canary="failed"))
    judgement = judged("[gate]\nrequire = []", seen=seen)
    assert ids(judgement) == [finding_id]
    finding = only(judgement, finding_id)
    assert (finding.severity, finding.clause, finding.path) == ("gap", MALWARE, "")
    assert judgement.verdict == "incomplete"


def test_an_engine_that_did_not_even_start_is_not_absent_as_well() -> None:
    problem = EngineProblem("yara", "yara.broken", {}, "It is gone.")
    judgement = judged(seen=examined(problems=(problem,), engines=without(ENGINES, "yara")))
    assert ids(judgement) == ["engine/failed"]


def test_an_engine_beside_the_required_ones_has_to_prove_itself_too() -> None:
    extra = EngineInfo("heuristics", "1", None, "failed")
    judgement = judged(seen=examined(engines=(*ENGINES, extra)))
    assert only(judgement, "engine/canary").clause == MALWARE
    assert judged(seen=examined(engines=(*ENGINES, dataclasses.replace(extra, canary="passed")))).findings == ()


@pytest.mark.parametrize("row", [Coverage("yara", 0, 0, 0), Coverage("yara", 2, 0, 0), Coverage("intake", 0, 0, 5)])
def test_every_item_has_to_be_accounted_for(row: Coverage) -> None:
    coverage = (*without(examined().coverage, row.examiner), row)
    judgement = judged("[gate]\nrequire = []", seen=examined(coverage=coverage))
    assert judgement.verdict == "incomplete"
    assert only(judgement, "engine/coverage").args["engine"] == row.examiner


@pytest.mark.parametrize("row", [Coverage("yara", 0, 0, 1), Coverage("yara", 0, 1, 0), Coverage("intake", 1, 0, 5)])
def test_gaps_and_items_that_do_not_concern_an_examiner_are_accounted_for(row: Coverage) -> None:
    coverage = (*without(examined().coverage, row.examiner), row)
    assert judged(seen=examined(coverage=coverage)).findings == ()


def test_nothing_to_examine_is_not_approved() -> None:
    empty = examined(facts=(), coverage=tuple(Coverage(name, 0, 0, 0) for name in REQUIRED_EXAMINERS))
    judgement = judged("[gate]\nrequire = []", seen=empty)
    assert judgement.verdict == "incomplete"
    assert ids(judgement) == ["input/empty"]


# --- databases --------------------------------------------------------------------------------------------------


def with_database(**changes: Any) -> tuple[EngineInfo, ...]:
    return with_engine("clamav", database=dataclasses.replace(OFFICIAL, **changes))


BUNDLED = "[malware]\ndatabase = 'bundled'\n"


@pytest.mark.parametrize(
    ("kind", "policy", "severity"),
    [
        ("bundled", "", "gap"),
        ("custom", "", "gap"),
        ("unverified", "", "gap"),
        ("bundled", BUNDLED, "warn"),
        ("custom", BUNDLED, "gap"),
        ("unverified", BUNDLED, "gap"),
    ],
)
def test_only_the_official_database_confirms(kind: str, policy: str, severity: str) -> None:
    judgement = judged(policy, "[gate]\nrequire = []", seen=examined(engines=with_database(kind=kind)))
    assert only(judgement, "malware/database-not-official").severity == severity
    assert clause(judgement, MALWARE).status == "not-confirmed"
    assert judgement.verdict == ("incomplete" if severity == "gap" else "approved")
    assert judgement.sample


def test_an_official_database_is_welcome_where_a_bundled_one_was_asked_for() -> None:
    judgement = judged(BUNDLED)
    assert judgement.findings == ()
    assert clause(judgement, MALWARE).status == "confirmed"
    assert not judgement.sample


def test_an_engine_that_names_no_database_has_an_unverified_one() -> None:
    judgement = judged(seen=examined(engines=with_engine("clamav", database=None)))
    assert only(judgement, "malware/database-not-official").args["kind"] == "unverified"
    assert judgement.sample


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ("2026-11-20T01:05:00Z", []),
        ("2026-11-20T01:04:59Z", ["malware/database-age"]),
        ("2026-11-20T10:05:00+09:00", []),
        ("2026-11-24T01:00:00Z", []),
        ("2026-11-25T01:05:01Z", ["malware/database-undated"]),
        ("", ["malware/database-undated"]),
        ("2026-11-22", ["malware/database-undated"]),
        ("2026-11-22T08:00:00", ["malware/database-undated"]),
        ("yesterday", ["malware/database-undated"]),
    ],
)
def test_the_age_of_the_database_at_the_scan(made: str, found: list[str]) -> None:
    seen = examined(engines=with_database(date=made))
    judgement = judged(seen=seen)
    assert ids(judgement) == found
    assert judgement.verdict == ("incomplete" if found else "approved")
    assert judged(seen=seen, today=TODAY + timedelta(days=300)) == judgement, "later judgements know the same"


def test_the_age_that_is_allowed_is_the_policys() -> None:
    seen = examined(engines=with_database(date="2026-11-16T08:00:00Z"))
    assert ids(judged(seen=seen)) == ["malware/database-age"]
    assert ids(judged("[malware]\nmax_database_age_days = 7", seen=seen)) == []


def test_a_scan_without_a_time_has_no_age() -> None:
    assert ids(judged(seen=examined(finished=""))) == ["malware/database-undated"]


def test_engines_on_another_host() -> None:
    seen = examined(engines=with_engine("clamav", external="tcp://192.0.2.7:3310"))
    asked = "[malware]\nclamd = 'tcp://192.0.2.7:3310'\nclamd_remote = 'unauthenticated'\n"
    for policy, severity in (("", "gap"), (asked, "warn")):
        judgement = judged(policy, seen=seen)
        assert only(judgement, "malware/engine-remote").severity == severity
        assert clause(judgement, MALWARE).status == "not-confirmed"
        assert judgement.external_services == (
            ExternalService(
                "clamav tcp://192.0.2.7:3310", "not known to the gate", "the content of every item examined"
            ),
        )
    assert judged().external_services == ()


def test_services_that_signing_uses_are_told() -> None:
    service = ServiceFact("TSA https://tsa.example", "Example", "a digest")
    assert judged(facts=[service]).external_services == (
        ExternalService("TSA https://tsa.example", "Example", "a digest"),
    )


# --- facts ------------------------------------------------------------------------------------------------------


def test_suspicions_weigh_as_the_policy_says() -> None:
    facts = [detection(certainty="suspected")]
    assert judged(facts=facts).verdict == "rejected"
    warned = judged("[malware]\nsuspected = 'warn'", facts=facts)
    assert only(warned, "malware/suspected").severity == "warn"
    assert warned.verdict == "incomplete"
    known = judged("[malware]\nsuspected = 'warn'", facts=[detection()])
    assert only(known, "malware/known").severity == "reject"


@pytest.mark.parametrize("issue", ["ambiguous", "unsafe-name", "unsafe-link", "special-file", "hidden-data"])
def test_containers_that_deceive(issue: Any) -> None:
    fact = ContainerFact(issue, "twice\n", path="app.whl", sha256=SHA)
    judgement = judged(facts=[fact])
    assert judgement.verdict == "rejected"
    assert clause(judgement, MALWARE).status == "violated"
    assert {clause(judgement, each).status for each in EXAMINED[1:]} == {"not-confirmed"}
    assert "twice%0A" in only(judgement, f"container/{issue}").message


@pytest.mark.parametrize(
    ("reach", "finding_id", "verdict"),
    [
        ("automatic", "outbound/undeclared", "rejected"),
        ("conditional", "outbound/conditional", "rejected"),
        ("code", "outbound/code", "rejected"),
        ("tracker", "outbound/tracker", "rejected"),
        ("string", "outbound/string", "incomplete"),
        ("opaque", "outbound/opaque", "incomplete"),
        ("interaction", "outbound/interaction", "incomplete"),
        ("local", "outbound/local", "incomplete"),
        ("link", "outbound/link", "approved"),
        ("identifier", "outbound/identifier", "approved"),
        ("text", "outbound/text", "approved"),
    ],
)
def test_contacts_that_nobody_declared(reach: Any, finding_id: str, verdict: str) -> None:
    fact = contact(reach=reach, condition="print")
    judgement = judged(facts=[fact])
    assert judgement.verdict == verdict
    finding = only(judgement, finding_id)
    assert (finding.path, finding.args["line"], finding.args["reach"]) == ("site/index.html", 3, reach)
    assert "print" in finding.message
    assert "line 3" in finding.message
    declared = judged(destination_entry(reach=f'"{reach}"'), facts=[fact])
    assert declared.verdict == "approved"
    assert declared.outbound[0].declared_by == "maps"


def test_a_contact_whose_address_is_not_told() -> None:
    opaque = contact("", reach="opaque", url="")
    assert "–" in only(judged(facts=[opaque]), "outbound/opaque").message


def test_links_are_recorded() -> None:
    judgement = judged(facts=[LinkFact("hard", "a/b", path="x.tar!/c"), LinkFact("symbolic", "d", path="x.tar!/e")])
    assert ids(judgement) == ["link/hard", "link/symbolic"]
    assert "a/b" in only(judgement, "link/hard").message


def test_a_disguise_is_a_reject_of_its_clause() -> None:
    judgement = judged(facts=[DisguiseFact("extension", "pe in a .txt", "app.whl!/a.txt", SHA)])
    assert only(judgement, "executable/disguised").severity == "reject"
    assert clause(judgement, EXECUTABLES).status == "violated"


def test_that_one_item_names_another_is_no_finding() -> None:
    assert judged(facts=[ReferenceFact("app.wasm", "site/index.html", SHA)]).findings == ()


def test_that_an_item_is_a_library_is_no_finding() -> None:
    assert judged(facts=[LibraryFact("jquery", "3.7.1", "banner", "app.whl!/jquery.js", SHA)]).findings == ()
    assert judged(facts=[LibraryFact("jquery", "3.7.1", "banner", "site/jquery.js", SHA)]).findings == ()


def test_executables_are_listed_with_what_justifies_them() -> None:
    judgement = judged(executable_entry(), facts=[program(), program("app.whl!/other", class_="script")])
    assert [each.justified_by for each in judgement.executables] == ["native-core", None]
    finding = only(judgement, "executable/unjustified")
    assert (finding.severity, finding.clause, finding.path, finding.sha256) == (
        "reject",
        EXECUTABLES,
        "app.whl!/other",
        SHA,
    )
    assert "elf x86-64" in finding.message


# --- exceptions -------------------------------------------------------------------------------------------------


def test_justified_executables_are_exceptions_each_disposition_counted_once() -> None:
    facts = [program("app.whl!/a.so"), program("app.whl!/b.so"), program("app.whl!/run", class_="script")]
    entries = executable_entry(), executable_entry("app.whl!/run", name="runner", classes='"script"')
    judgement = judged(*entries, facts=facts)
    assert judgement.verdict == "approved"
    found = clause(judgement, EXECUTABLES)
    assert (found.status, found.exceptions) == ("confirmed-with-exceptions", 2)
    assert found.reason_args == {"count": 2}
    assert "2" in found.reason


def test_declared_contacts_are_exceptions_and_own_hosts_are_not() -> None:
    own = "[outbound]\nown = ['*.meti.go.jp']\n"
    mine = judged(own, facts=[contact("www.meti.go.jp")])
    assert clause(mine, OUTBOUND).status == "confirmed"
    declared = judged(own, destination_entry(), facts=[contact(), contact(path="site/b.html")])
    assert (clause(declared, OUTBOUND).status, clause(declared, OUTBOUND).exceptions) == (
        "confirmed-with-exceptions",
        1,
    )
    linked = judged(destination_entry(reach='"link"'), facts=[contact(reach="link")])
    assert clause(linked, OUTBOUND).status == "confirmed", "a link stands in nobody's way"


def test_a_suppressed_finding_stays_in_the_record() -> None:
    entry = suppress_entry("malware/suspected", more="path = 'app.whl!/x'")
    judgement = judged(entry, facts=[detection(certainty="suspected")])
    assert judgement.verdict == "approved"
    assert only(judgement, "malware/suspected").suppressed_by == "aside"
    assert (clause(judgement, MALWARE).status, clause(judgement, MALWARE).exceptions) == (
        "confirmed-with-exceptions",
        1,
    )


def test_a_suppressed_gap_of_intake_is_an_exception_of_all_that_is_examined() -> None:
    entry = suppress_entry("gap/intake-encrypted", more="path = 'app.whl!/x.zip'")
    gap = Gap("encrypted", "", "intake", "app.whl!/x.zip", SHA)
    judgement = judged(entry, seen=examined(gaps=[gap]))
    assert judgement.verdict == "approved"
    assert {clause(judgement, each).status for each in EXAMINED} == {"confirmed-with-exceptions"}


def test_a_suppressed_note_is_no_exception() -> None:
    judgement = judged(suppress_entry("outbound/link", more="path = '**'"), facts=[contact(reach="link")])
    assert ids(judgement) == []
    assert clause(judgement, OUTBOUND).status == "confirmed"


@pytest.mark.parametrize(
    "more",
    ["path = 'app.whl!/y'", "path = 'app.whl'", f"path = 'app.whl!/x'\nsha256 = ['{OTHER_SHA}']", ""],
)
def test_a_suppression_covers_only_what_it_names(more: str) -> None:
    judgement = judged(suppress_entry("malware/suspected", more=more), facts=[detection(certainty="suspected")])
    assert judgement.verdict == "rejected"
    assert ids(judgement) == ["malware/suspected", "justification/unused"]


def test_known_malware_is_set_aside_only_by_its_digest() -> None:
    entry = suppress_entry("malware/known", more=f"path = '**!/**'\nsha256 = ['{SHA}']")
    assert judged(entry, facts=[detection()]).verdict == "approved"
    assert judged(entry, facts=[detection(sha256=OTHER_SHA)]).verdict == "rejected"
    assert judged(entry, facts=[detection(sha256="")]).verdict == "rejected"


def test_the_rule_of_the_digest_holds_whatever_made_the_policy() -> None:
    policy = policy_of(suppress_entry("malware/suspected", more="path = '**!/**'"))
    forged = policy.suppress[0].model_copy(update={"finding": "malware/known"})
    never = policy.suppress[0].model_copy(update={"finding": "engine/canary", "path": None})
    policy = policy.model_copy(update={"suppress": (forged, never)})
    seen = examined(detection(), engines=with_engine("yara", canary="failed"))
    judgement = judge(seen, policy, policy_sha256=SHA, today=TODAY, signing=CHECK)
    assert {"malware/known", "engine/canary"} <= set(ids(judgement))


def test_findings_of_the_whole_run_are_suppressed_without_a_path() -> None:
    seen = examined(engines=with_database(date="2026-11-16T08:00:00Z"))
    assert judged(suppress_entry("malware/database-age"), seen=seen).verdict == "approved"
    assert judged(suppress_entry("malware/database-age", more="path = '**'"), seen=seen).verdict == "incomplete"


def test_an_expired_suppression_is_a_reject_and_covers_nothing() -> None:
    expired = suppress_entry("outbound/string", more="path = '**'", approval=approval(expires="2026-11-22"))
    judgement = judged(expired, facts=[contact(reach="string")])
    assert judgement.verdict == "rejected"
    assert ids(judgement) == ["justification/expired", "outbound/string"]
    assert only(judgement, "justification/expired").args["id"] == "aside"
    in_force = suppress_entry("outbound/string", more="path = '**'", approval=approval(expires="2026-11-23"))
    assert judged(in_force, facts=[contact(reach="string")]).verdict == "approved"


def test_a_justification_that_decides_on_nothing_is_a_warning_that_blocks_nothing() -> None:
    old = approval(expires="2026-11-02")
    entries = executable_entry(), destination_entry(approval=old), suppress_entry("malware/suspected")
    judgement = judged(*entries)
    assert judgement.verdict == "approved"
    assert ids(judgement) == ["justification/unused"] * 3
    assert {only_args["section"] for only_args in (each.args for each in judgement.findings)} == {
        "executable",
        "outbound.destination",
        "suppress",
    }
    assert {each.severity for each in judgement.findings} == {"warn"}


def test_justifications_that_fail_are_used() -> None:
    pinned = executable_entry(more=f'sha256 = ["{OTHER_SHA}"]')
    assert ids(judged(pinned, facts=[program()])) == ["executable/pin-mismatch"]


# --- evidence ---------------------------------------------------------------------------------------------------


def paper(clause_id: str, *, day: str = "2026-11-20", more: str = "", kind: str = "other") -> str:
    return f"""\
[[evidence]]
clause = "{clause_id}"
file = "paper.pdf"
kind = "{kind}"
date = {day}
by = "佐藤"
{more}
"""


@pytest.mark.parametrize("clause_id", [QUALITY, "26-3 3(1)②"])
def test_papers_support(clause_id: str) -> None:
    require = f"[gate]\nrequire = ['{clause_id}']\n"
    judgement = judged(require, paper(clause_id, more=f"sha256 = '{SHA}'"))
    assert clause(judgement, clause_id).status == "supported"
    assert f"paper:paper.pdf#sha256:{SHA}" in clause(judgement, clause_id).evidence
    assert judgement.verdict == "approved"
    bare = judged(require)
    assert clause(bare, clause_id).status == "not-confirmed"
    assert bare.verdict == "incomplete"
    assert judged(require, paper(VULNERABILITIES)).verdict == "incomplete", "a paper for another clause"


def test_an_unread_paper_does_not_say_that_there_are_no_vulnerabilities() -> None:
    judgement = judged(f"[gate]\nrequire = ['{VULNERABILITIES}']\n", paper(VULNERABILITIES, kind="assessment"))
    found = clause(judgement, VULNERABILITIES)
    assert (found.status, found.reason_code) == ("not-confirmed", "clause.reason.papers-unread")
    assert "paper:paper.pdf" in found.evidence
    assert judgement.verdict == "incomplete"


def test_a_paper_does_not_confirm_what_engines_have_to() -> None:
    seen = examined(engines=with_engine("clamav", canary="failed"))
    assert clause(judged(paper(MALWARE), seen=seen), MALWARE).status == "not-confirmed"


@pytest.mark.parametrize(
    ("day", "more", "found"),
    [
        ("2026-11-13", "max_age_days = 10", []),
        ("2026-11-12", "max_age_days = 10", ["evidence/outdated"]),
        ("1990-01-01", "", []),
        ("2026-11-23", "max_age_days = 1", []),
        ("2026-11-24", "", ["evidence/future"]),
        ("0001-01-01", "max_age_days = 9000000", []),
    ],
)
def test_papers_have_their_day(day: str, more: str, found: list[str]) -> None:
    judgement = judged(paper(QUALITY, day=day, more=more))
    assert ids(judgement) == found
    assert clause(judgement, QUALITY).status == ("not-confirmed" if found else "supported")
    for finding in judgement.findings:
        assert finding.clause == QUALITY


# --- signing ----------------------------------------------------------------------------------------------------


def test_authenticity_is_judged_from_the_signers_that_are_ready() -> None:
    confirmed = clause(judged(signing=RELEASE), AUTHENTICITY)
    assert (confirmed.status, confirmed.reason_args) == ("confirmed", {"backends": "openpgp"})
    assert "signing:openpgp" in confirmed.evidence
    later = clause(judged(signing=SigningState(intended=True, ready=("openpgp",), later=True)), AUTHENTICITY)
    assert (later.status, later.reason_code) == ("confirmed", "clause.reason.signed-later")
    assert later.evidence == confirmed.evidence
    check = clause(judged(), AUTHENTICITY)
    assert (check.status, check.reason_code) == ("not-applicable", "clause.reason.nothing-signed")


@pytest.mark.parametrize("policy", ["", "[signing]\nuse = ['openpgp']"])
def test_a_release_without_a_ready_signer_is_incomplete(policy: str) -> None:
    judgement = judged(policy, signing=SigningState(intended=True, ready=()))
    assert judgement.verdict == "incomplete"
    assert clause(judgement, AUTHENTICITY).status == "not-confirmed"
    assert ids(judgement) == ["signing/not-ready"]
    assert judged(policy, signing=RELEASE).verdict == "approved"


def test_every_back_end_that_the_policy_names_has_to_be_ready() -> None:
    other = SigningState(intended=True, ready=("x509",))
    assert only(judged("[signing]\nuse = ['openpgp']", signing=other), "signing/not-ready").args["missing"] == "openpgp"
    assert judged(signing=other).verdict == "approved"


# --- one order, one text ------------------------------------------------------------------------------------------

MANY: list[Fact] = [
    item("a"),
    item("b", OTHER_SHA),
    detection("a"),
    detection("b", certainty="suspected"),
    program("a!/x.so"),
    program("a!/y.so", class_="script"),
    contact(),
    contact(reach="link"),
    contact(reach="string", path="b"),
    ContainerFact("hidden-data", "4 bytes", path="a", sha256=SHA),
    LinkFact("symbolic", "z", path="a!/l"),
]
GAPS = [
    Gap("timeout", "", "yara", "a", SHA),
    Gap("encrypted", "x", "intake", "b", SHA),
    Gap("ratio", "", "intake", "a", SHA),
]
SECTIONS = (
    executable_entry("a!/**/*.so"),
    executable_entry("a!/x.so", name="x", approval=approval(expires="2026-11-22")),
    destination_entry(),
    suppress_entry("outbound/string", more="path = '**'"),
    suppress_entry("gap/yara-timeout", name="old", more="path = '*'", approval=approval(expires="2026-11-22")),
    suppress_entry("malware/suspected", name="unused", more="path = 'c'"),
)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_things_were_seen_does_not_matter(seed: int) -> None:
    straight = judged(*SECTIONS, seen=examined(*MANY, gaps=GAPS))
    shuffled = random.Random(seed)  # an order, not a secret
    facts, gaps, engines = list(MANY) * 2, list(GAPS), list(ENGINES)
    for each in (facts, gaps, engines):
        shuffled.shuffle(each)
    coverage = examined(*MANY).coverage
    again = judged(*SECTIONS, seen=examined(*facts, gaps=gaps, engines=tuple(engines), coverage=coverage))
    assert again == straight
    assert straight.verdict == "rejected"


def test_findings_come_worst_first() -> None:
    severities = [each.severity for each in judged(*SECTIONS, seen=examined(*MANY, gaps=GAPS)).findings]
    assert severities == sorted(severities, key=["reject", "gap", "warn", "note"].index)


def test_the_stored_text_is_english_and_the_japanese_one_can_be_made_of_it() -> None:
    judgement = judged(*SECTIONS, seen=examined(*MANY, gaps=GAPS))
    assert len(judgement.findings) > 8
    for finding in judgement.findings:
        assert finding_message(finding, "en") == finding.message
        assert finding_message(finding, "ja") != finding.message


def test_the_same_thing_seen_in_two_details_is_one_finding() -> None:
    facts = [program(), dataclasses.replace(program(), detail="stripped=yes")]
    judgement = judged(facts=facts)
    assert len(judgement.executables) == 2
    assert ids(judgement) == ["executable/unjustified"]


# --- what holds for any examination -----------------------------------------------------------------------------

PATHS = st.sampled_from(["a", "a!/x.so", "a!/y", "site/index.html"])
DIGESTS = st.sampled_from([SHA, OTHER_SHA])
FACTS = st.one_of(
    st.builds(detection, PATHS, certainty=st.sampled_from(["known", "suspected"]), sha256=DIGESTS),
    st.builds(program, PATHS, sha256=DIGESTS, class_=st.sampled_from(["native", "script"])),
    st.builds(
        contact,
        st.sampled_from(["tile.example.org", "x.test", "www.meti.go.jp", ""]),
        reach=st.sampled_from(["automatic", "string", "link", "tracker"]),
        path=PATHS,
    ),
    st.builds(
        lambda issue, path: ContainerFact(issue, "", path=path, sha256=SHA),
        st.sampled_from(["ambiguous", "hidden-data"]),
        PATHS,
    ),
)
ALL_GAPS = st.builds(
    lambda reason, examiner, path: Gap(reason, "", examiner, path, SHA),
    st.sampled_from(["encrypted", "timeout"]),
    st.sampled_from(["clamav", "intake", "outbound"]),
    PATHS,
)
POLICIES = st.lists(
    st.sampled_from(
        [
            "[outbound]\nown = ['*.meti.go.jp']\n",
            executable_entry("a!/**"),
            destination_entry(),
            suppress_entry("malware/known", name="s1", more=f"path = '**!/**'\nsha256 = ['{SHA}']"),
            suppress_entry("gap/clamav-encrypted", name="s2", more="path = 'a'"),
            suppress_entry("outbound/tracker", name="s3", more="path = '**'", approval=approval(expires="2026-11-20")),
            "[malware]\nsuspected = 'warn'\n",
        ]
    ),
    unique=True,
)


@STEADY
@given(st.lists(FACTS, max_size=5), st.lists(ALL_GAPS, max_size=2), POLICIES, FACTS)
def test_what_is_seen_in_addition_never_turns_a_verdict_to_approved(
    facts: list[Any], gaps: list[Gap], sections: list[str], another: Any
) -> None:
    before = judged(*sections, seen=examined(*facts, gaps=gaps))
    after = judged(*sections, seen=examined(*facts, another, gaps=gaps))
    if before.verdict == "rejected":
        assert after.verdict == "rejected"
    if before.verdict == "incomplete":
        assert after.verdict != "approved"
    opened = {each.severity for each in after.findings if each.suppressed_by is None}
    if opened & {"reject", "gap"}:
        assert after.verdict != "approved"


@STEADY
@given(st.lists(FACTS, max_size=6), st.lists(ALL_GAPS, max_size=3), POLICIES, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_judgement(
    facts: list[Any], gaps: list[Gap], sections: list[str], shuffler: random.Random
) -> None:
    straight = judged(*sections, seen=examined(*facts, gaps=gaps))
    shuffler.shuffle(facts)
    shuffler.shuffle(gaps)
    assert judged(*sections, seen=examined(*facts, gaps=gaps)) == straight


@STEADY
@given(st.lists(FACTS, max_size=5), st.lists(ALL_GAPS, max_size=2), POLICIES)
def test_an_approval_leaves_nothing_open_and_every_required_clause_satisfied(
    facts: list[Any], gaps: list[Gap], sections: list[str]
) -> None:
    judgement = judged(*sections, seen=examined(*facts, gaps=gaps))
    opened = [each for each in judgement.findings if each.suppressed_by is None]
    if judgement.verdict == "approved":
        assert {each.severity for each in opened} <= {"warn", "note"}
        assert [each for each in opened if each.severity == "warn" and each.clause] == []
    for each in judgement.clauses:
        against = [finding for finding in opened if finding.clause == each.id and finding.severity != "note"]
        assert (each.status in {"violated", "not-confirmed"}) or not against


def test_the_day_is_an_argument() -> None:
    seen = examined(program())
    assert judged(executable_entry(), seen=seen, today=date(2027, 3, 31)).verdict == "approved"
    assert judged(executable_entry(), seen=seen, today=date(2027, 4, 1)).verdict == "rejected"


def test_a_database_of_another_engine_is_not_asked_for() -> None:
    rules = DatabaseInfo("custom", "1", "", 3, SHA)
    assert judged(seen=examined(engines=with_engine("yara", database=rules))).findings == ()


# --- encrypted containers that intake had the key of --------------------------------------------------------------

OPENED = OpenedFact("*.zip", path="app.whl", sha256=SHA)
LOCKED = Gap("encrypted", "Heuristics.Encrypted.Zip", "clamav", "app.whl", SHA)


def test_an_engine_without_key_is_a_note_where_intake_had_it() -> None:
    judgement = judged(seen=examined(OPENED, gaps=[LOCKED]))
    assert judgement.verdict == "approved"
    assert {(each.id, each.severity) for each in judgement.findings} == {
        ("container/opened", "note"),
        ("gap/clamav-encrypted", "note"),
    }


@pytest.mark.parametrize(
    "gap",
    [
        dataclasses.replace(LOCKED, path="other.zip"),
        dataclasses.replace(LOCKED, examiner="intake"),
        dataclasses.replace(LOCKED, reason="corrupt"),
    ],
)
def test_any_other_gap_stays_one(gap: Gap) -> None:
    assert judged(seen=examined(OPENED, gaps=[gap])).verdict == "incomplete"
    assert judged(seen=examined(gaps=[LOCKED])).verdict == "incomplete"


# --- suspicions that were weighed ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "threshold", "severity"), [(59, 60, "note"), (60, 60, "reject"), (1, 1, "reject"), (99, 100, "note")]
)
def test_a_weighed_suspicion_counts_from_the_threshold_on(score: int, threshold: int, severity: str) -> None:
    fact = DetectionFact("heuristics", "Gate.Heuristics.Packed", "suspected", score=score, path="app.whl", sha256=SHA)
    judgement = judged(f"[malware]\nsuspicion_threshold = {threshold}", facts=[fact])
    assert only(judgement, "malware/suspected").severity == severity
    assert only(judgement, "malware/suspected").args["score"] == score


def test_what_was_not_weighed_does_not_depend_on_the_threshold() -> None:
    judgement = judged("[malware]\nsuspicion_threshold = 100", facts=[detection(certainty="suspected")])
    assert only(judgement, "malware/suspected").severity == "reject"
