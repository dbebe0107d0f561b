"""The report in Markdown: verdict first, every clause, what to do, bounded as a summary of a job is."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import cmarkgfm
import pytest

from gate.models import EngineProblem, Gap
from gate.policy.clauses import CLAUSES, clause_printed, status_label, verdict_label
from gate.reports.markdown import MOST_BYTES, SHOWN_FINDINGS, render_markdown
from gate.reports.view import ReportView
from gate.text import LANGUAGES, Language, render
from tests.unit.policy.policy_kit import (
    SHA,
    contact,
    deliverable,
    detection,
    examined,
    executable_entry,
    program,
    suppress_entry,
    with_engine,
)
from tests.unit.reports.view_kit import view_of


class Page(HTMLParser):
    """What GitHub makes of a report: headings, rows of tables, all text."""

    def __init__(self, report: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self._into: list[str] | None = None
        self.feed(cmarkgfm.github_flavored_markdown_to_html(report))
        self.close()
        self.text = self.text.replace("\u200b", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self._into = self.rows[-1]
        if tag in {"h1", "h2", "h3"}:
            self._into = self.headings
        if tag in {"td", "th", "h1", "h2", "h3"}:
            assert self._into is not None
            self._into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "h1", "h2", "h3"}:
            self._into = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._into is not None:
            self._into[-1] += data


def page_of(view: ReportView, language: Language = "en") -> Page:
    return Page(render_markdown(view, language=language))


SITE = deliverable("website")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_comes_first_and_every_clause_has_a_row(language: Language) -> None:
    view = view_of(SITE, executable_entry(), facts=[detection(), program(), contact()])
    page = page_of(view, language)
    assert page.headings[0] == f"{verdict_label('rejected', language)}: sample 1.0"
    rows = {row[0].rstrip("*"): row for row in page.rows if len(row) == 3}
    for clause in view.clauses:
        if clause.id in CLAUSES and clause.status != "out-of-scope":
            assert rows[clause_printed(clause.id, language)][1] == status_label(clause.status, language)
    marked = {row[0] for row in page.rows if row[0].endswith("*")}
    assert marked == {clause_printed(clause, language) + "*" for clause in view.required}
    assert render("report.next.rejected", language) in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_stand_with_place_reason_and_remedy(language: Language) -> None:
    gaps = [Gap("encrypted", "x", "clamav", "app.whl!/e", SHA)]
    page = page_of(view_of(SITE, facts=[detection()], gaps=gaps), language)
    assert [head for head in page.headings if "malware/known" in head and head.endswith("(1)")]
    assert [head for head in page.headings if "gap/clamav-encrypted" in head]
    for words in ("app.whl!/x", "Test.Malicious", render("finding.malware/known.advice", language)):
        assert words in page.text


def test_an_approved_run_says_that_nothing_stands_against_it() -> None:
    page = page_of(view_of('[gate]\nrequire = ["26-3 3(1)①"]\n'))
    assert page.headings[0] == verdict_label("approved", "en")
    assert render("output.no-findings", "en") in page.text
    assert "SAMPLE" not in page.text


def test_a_sample_says_so_and_notes_are_counted() -> None:
    database = dataclasses.replace(with_engine("clamav")[0].database, kind="bundled")  # type: ignore[type-var]  # it has one
    seen = examined(contact(reach="link"), engines=with_engine("clamav", database=database))
    page = page_of(view_of(SITE, seen=seen))
    assert render("report.sample", "en") in page.text
    assert render("output.notes", "en", {"count": 1}) in page.text


def test_exceptions_name_who_and_until_when() -> None:
    entry = suppress_entry("malware/suspected", more='path = "app.whl!/x"')
    policy = '[parties]\nsupplier = "株式会社 例"\n'
    page = page_of(view_of(SITE, entry, policy, facts=[detection(certainty="suspected")]), "ja")
    (row,) = [row for row in page.rows if row[0] == "aside"]
    assert row[2:] == ["1", "確認した", "山田（責任者、株式会社 例）", "2027-03-31"]
    assert render("output.exceptions-count", "ja", {"count": 1}) in page.text


def test_engines_and_their_problems_stand_there() -> None:
    problem = EngineProblem("clamav", "other.version", {}, "it *died*")
    page = page_of(view_of(SITE, problems=(problem,), engines=with_engine("yara", canary="failed")))
    rows = {row[0]: row for row in page.rows}
    assert rows["yara 4.5.4"][1] == render("report.canary.failed", "en")
    assert rows["clamav 1.4.6"][1:4] == [render("report.canary.passed", "en"), "1", "0"]
    assert "it *died*" in page.text


def test_each_kind_shows_some_and_counts_the_others() -> None:
    facts = [detection(f"app.whl!/{number:03}") for number in range(SHOWN_FINDINGS + 7)]
    page = page_of(view_of(SITE, facts=facts))
    assert len(set(re.findall(r"app\.whl!/\d{3}", page.text))) == SHOWN_FINDINGS
    assert render("output.more", "en", {"count": 7}) in page.text


def test_a_report_is_never_larger_than_a_summary_may_be() -> None:
    facts = [detection(f"app.whl!/{'[' * 400}{kind}{number}", certainty=kind) for kind in ("known", "suspected")
             for number in range(SHOWN_FINDINGS)]  # fmt: skip
    links = [contact(path="[" * 400 + str(number)) for number in range(SHOWN_FINDINGS)]
    view = view_of(SITE, facts=[*facts, *links])
    whole = render_markdown(view, language="ja")
    assert len(whole.encode()) < MOST_BYTES
    small = render_markdown(view, language="en", most_bytes=24_000)
    assert len(small.encode()) <= 24_000
    page = Page(small)
    assert page.headings[0].startswith(verdict_label("rejected", "en"))
    shown = sum(int(head.rpartition("(")[2].rstrip(")")) for head in page.headings if "·" in head)
    (left,) = re.findall(r"and (\d+) more", page.text)
    assert 0 < shown < 3 * SHOWN_FINDINGS
    assert shown + int(left) == sum(len(group.findings) for group in view.findings if group.severity != "note")
    many = dataclasses.replace(view, artifacts=tuple(
        dataclasses.replace(view.artifacts[0], path="[" * 300 + str(number)) for number in range(20_000)
    ))  # fmt: skip
    assert len(render_markdown(many, language="en").encode()) < MOST_BYTES
