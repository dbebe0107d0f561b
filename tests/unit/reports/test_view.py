"""The view that reports for people are written from: everything there, each thing once, in its group."""

from __future__ import annotations

from gate.models import Gap
from tests.unit.policy.policy_kit import (
    SHA,
    contact,
    deliverable,
    destination_entry,
    detection,
    executable_entry,
    program,
    suppress_entry,
)
from tests.unit.reports.view_kit import view_of

SPECIFIED = (
    executable_entry("app.whl!/cmd.so", name="ordered")
    .replace('basis = "no-alternative"', 'basis = "specified-program"')
    .replace("alternatives", "spec_ref = '仕様書 4.2' #")
)


def test_findings_are_grouped_the_gravest_first_and_counted() -> None:
    view = view_of(
        facts=[detection("app.whl!/b"), detection("app.whl!/a"), contact(reach="string")],
        gaps=[Gap("encrypted", "", "intake", "app.whl!/z", SHA), Gap("encrypted", "", "intake", "app.whl!/y", SHA)],
    )
    assert view.verdict == "rejected"
    kinds = [(group.severity, group.id, len(group.findings)) for group in view.findings]
    assert kinds == [
        ("reject", "malware/known", 2),
        ("gap", "gap/intake-encrypted", 2),
        ("warn", "outbound/string", 1),
    ]
    assert [finding.path for finding in view.findings[0].findings] == ["app.whl!/a", "app.whl!/b"]
    assert view.open_counts == {"reject": 2, "gap": 2, "warn": 1, "note": 0}
    (group,) = view.gaps
    assert (group.examiner, group.reason, [gap.path for gap in group.gaps]) == (
        "intake",
        "encrypted",
        ["app.whl!/y", "app.whl!/z"],
    )


def test_executables_stand_in_the_table_of_their_basis() -> None:
    facts = [program("app.whl!/cmd.so"), program("app.whl!/a/core.so"), program("app.whl!/loose.exe")]
    view = view_of(deliverable("application"), SPECIFIED, executable_entry("app.whl!/a/*.so"), facts=facts)
    assert [(row.entry.id, [fact.path for fact in row.facts]) for row in view.ordered] == [
        ("ordered", ["app.whl!/cmd.so"])
    ]
    assert [(row.entry.id, [fact.path for fact in row.facts]) for row in view.no_alternative] == [
        ("native-core", ["app.whl!/a/core.so"])
    ]
    assert [fact.path for fact in view.unjustified] == ["app.whl!/loose.exe"]


def test_content_is_counted_and_is_no_exception() -> None:
    scripts = [program(f"site/{name}.js", class_="script") for name in "abc"]
    facts = [type(each)(each.class_, "javascript", path=each.path, sha256=SHA) for each in scripts]
    view = view_of(deliverable("website"), facts=facts)
    assert [(row.class_, row.format, row.count) for row in view.content] == [("script", "javascript", 3)]
    assert (view.exceptions, view.unjustified) == ((), ())


def test_a_destination_has_its_contacts_and_what_it_lacks() -> None:
    silent = destination_entry(more="").replace('privacy_page = "site/privacy.html"', 'privacy_page = "site/no.html"')
    view = view_of(deliverable("website"), silent, facts=[contact(), contact("other.example")])
    (declared,) = view.destinations
    assert declared.destination.id == "maps"
    assert [host.host for host in declared.hosts] == ["tile.example.org"]
    assert [finding.id for finding in declared.lacking] == ["outbound/undisclosed"]
    assert {(host.host, host.standing) for host in view.hosts} == {
        ("tile.example.org", "declared"),
        ("other.example", "undeclared"),
    }


def test_exceptions_are_persons_decisions_that_cover_something() -> None:
    view = view_of(
        deliverable("application"),
        executable_entry(),
        destination_entry(),
        suppress_entry("malware/suspected", more='path = "app.whl!/x"'),
        suppress_entry("link/symbolic", name="idle"),
        facts=[program(), contact(), detection(certainty="suspected")],
    )
    rows = [(each.id, each.section, each.covers, each.clauses) for each in view.exceptions]
    assert rows == [
        ("native-core", "executable", 1, ("26-3 3(3)",)),
        ("maps", "outbound.destination", 1, ("26-3 3(1)③",)),
        ("aside", "suppress", 1, ("26-3 3(1)①",)),
    ]
    assert {(each.approved_by, each.role, each.party) for each in view.exceptions} == {("山田", "責任者", "乙")}


def test_a_disposition_of_strings_is_an_exception() -> None:
    reviewed = """
        [[outbound.reviewed]]
        id = "texts"
        host = "docs.example.org"
        disposition = "文章であり、取得されない"
        approved_by = "山田"
        role = "責任者"
        party = "乙"
        approved_on = 2026-11-01
        expires = 2027-03-31
    """
    view = view_of(reviewed, facts=[contact("docs.example.org", reach="string")])
    (row,) = view.exceptions
    assert (row.id, row.section, row.about, row.reason) == (
        "texts", "outbound.reviewed", "docs.example.org", "文章であり、取得されない",
    )  # fmt: skip


def test_evidence_that_does_not_count_says_why() -> None:
    paper = """
        [[evidence]]
        clause = "26-3 3(1)②"
        file = "review.pdf"
        kind = "code-review"
        date = 2026-01-05
        by = "佐藤"
        max_age_days = 30
    """
    (row,) = view_of(paper).evidence
    assert row.paper.file == "review.pdf"
    assert [finding.id for finding in row.against] == ["evidence/outdated"]


def test_parties_and_renamed_clauses_come_from_the_policy() -> None:
    view = view_of(
        '[parties]\nsupplier = "受託者"\nrecipient = "元請"\n',
        '[gate]\narticle_map = {"26-3 3(1)①" = "第12条第2項(1)ア", "26-3(6)" = "第12条第1項(6)"}\n',
    )
    assert (view.parties.supplier, view.parties.recipient) == ("受託者", "元請")
    assert view.article_map["26-3 3(1)①"] == "第12条第2項(1)ア"
