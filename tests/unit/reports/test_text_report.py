"""The report for a terminal: verdict first and last, a line for each clause, findings by what they say, any width."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from gate.models import ENGINE_NOT_STARTED, Artifact, Fact, Gap
from gate.policy import SigningState, judge, load_policy
from gate.policy.clauses import CLAUSES, OUT_OF_SCOPE, clause_printed
from gate.policy.registry import FINDINGS
from gate.reports.breaking import wrapped
from gate.reports.explanation import render_topic, render_topics
from gate.reports.text import MOST_PLACES, SHOWN_PLACES, render_check
from gate.reports.topics import ALL_CLAUSES, find_topic, near_topics, refusals
from gate.reports.view import build_view
from gate.reports.wording import next_text
from gate.text import LANGUAGES, Language, render
from gate.verification import keyless, openpgp, x509
from tests.unit.policy.policy_kit import (
    CHECK,
    RELEASE,
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
from tests.unit.reports.view_kit import ISSUE, loaded, view_of

VERIFICATION = sorted((Path(__file__).parents[3] / "gate").rglob("*.py"))
SGR = re.compile(r"\x1b\[[0-9;]*m")


def report(*sections: str, facts: Iterable[Fact] = (), language: Language = "en", colour: bool = False,
           verbose: bool = False, width: int = 100, **changes: Any) -> str:  # fmt: skip
    policy = loaded(*sections)
    seen = examined(*facts, **changes)
    judgement = judge(seen, policy.policy, policy_sha256=SHA, today=TODAY, signing=CHECK)
    view = build_view(seen, judgement, policy, ISSUE)
    return render_check(view, judgement, language=language, colour=colour, verbose=verbose, width=width)


SITE = deliverable("website")
BAD: list[Fact] = [detection(), program(), contact(), contact("b.example.org", path="site/b.html")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_stands_first_and_last_and_each_clause_has_a_line(language: Language) -> None:
    lines = report(SITE, facts=BAD, language=language, width=140, verbose=True).splitlines()
    assert lines[0].startswith(render("report.verdict.rejected", language))
    assert lines[-2] == lines[0]
    assert lines[-1] == render("report.next.rejected", language)
    for clause in (*CLAUSES, *OUT_OF_SCOPE):
        rows = [line for line in lines if line.startswith(f"  {clause_printed(clause, language)} ")]
        assert len(rows) == 1


def test_what_is_said_of_many_places_is_said_once() -> None:
    text = report(SITE, facts=[detection(f"app.whl!/{number}") for number in range(3)])
    assert text.count("recognises a malicious program") == 1
    assert all(f"\n      app.whl!/{number}\n" in text for number in range(3))
    assert "reject  malware/known  26-3 3(1)①  (3)" in text
    assert text.count("Do: Remove the file") == 1


def test_few_places_are_shown_and_more_on_request() -> None:
    facts = [detection(f"app.whl!/{number:04}") for number in range(MOST_PLACES + 3)]
    few, many = report(SITE, facts=facts), report(SITE, facts=facts, verbose=True)
    assert len(re.findall(r"app\.whl!/\d{4}", few)) == SHOWN_PLACES
    assert render("report.more", "en", {"count": MOST_PLACES + 3 - SHOWN_PLACES}) in few
    assert len(re.findall(r"app\.whl!/\d{4}", many)) == MOST_PLACES
    assert render("output.more", "en", {"count": 3}) in many


def test_notes_and_what_is_out_of_scope_come_on_request() -> None:
    link = contact(reach="link")
    short, whole = report(SITE, facts=[link]), report(SITE, facts=[link], verbose=True)
    assert "outbound/link" not in short
    assert render("report.notes", "en", {"count": 1}) in short
    assert "note  outbound/link" in whole
    assert "out of scope" in whole.replace("\n", " ")
    assert clause_printed("26-3(2)", "en") + " " not in short


def test_exceptions_are_named() -> None:
    text = report(SITE, executable_entry(), suppress_entry("outbound/string", more='path = "site/**"'),
                  facts=[program(), contact(reach="string")])  # fmt: skip
    assert "native-core: 山田 (責任者, 乙), valid until 2027-03-31, covers 1" in text
    assert "app.whl!/**/*.so: 計算の速度" in text
    assert "aside: 山田" in text
    assert render("output.exceptions", "en") not in report(SITE)


def test_paths_are_never_broken() -> None:
    path = "app.whl!/" + "folder/" * 30 + "file name.txt"
    text = report(SITE, facts=(detection(path), program(path)), width=40)
    assert text.count(path) == 3
    assert max(cell_len(line) for line in text.splitlines() if path not in line and "executable" not in line) <= 60


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [20, 40, 80, 140])
def test_prose_keeps_to_any_width(language: Language, width: int) -> None:
    gaps = [Gap("encrypted", "x", "clamav", "a!/e", SHA)]
    text = report(SITE, facts=[detection("a"), contact(path="a")], gaps=gaps, language=language, width=width)
    prose = [line for line in text.splitlines() if line.startswith("    ") and line.strip() != "a"]
    assert prose
    assert max(map(cell_len, prose)) <= width


def test_colour_is_colour_and_nothing_else() -> None:
    plain, coloured = report(SITE, facts=BAD), report(SITE, facts=BAD, colour=True)
    assert "\x1b" not in plain
    assert SGR.sub("", coloured) == plain
    assert coloured.startswith("\x1b[1;31mREJECTED")
    assert "\x1b[1;32mAPPROVED" in report('[gate]\nrequire = ["26-3 3(1)①"]\n', colour=True)


def test_engines_and_artifacts_have_an_end() -> None:
    artifacts = tuple(Artifact(f"a{number:03}", "file", SHA, 1, 1) for number in range(25))
    text = report(SITE, artifacts=artifacts, engines=with_engine("yara", canary="failed"))
    assert len(re.findall(r"^a\d{3}:", text, re.MULTILINE)) == 20
    assert render("report.more", "en", {"count": 5}) in text
    assert re.search(r"yara 4\.5\.4 +FAILED", text)
    assert "2,000,000 signatures" in text


# --- wrapping -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("日本語の文章。", 8, ["日本語の", "文章。"]),
        ("日本語文章。次", 10, ["日本語文", "章。次"]),
        ("一二「三」四", 6, ["一二", "「三」", "四"]),
        ("gate.toml に記載する", 12, ["gate.toml に", "記載する"]),
        ("a    b", 3, ["a", "b"]),
        ("", 5, []),
        ("界", 1, ["界"]),
    ],
)
def test_lines_end_where_they_may(text: str, width: int, lines: list[str]) -> None:
    assert list(wrapped(text, width)) == lines


@pytest.mark.parametrize("piece", ["(", "「", "a", "（a", '"', "甲", "1 件", "\u0301"])
def test_hostile_texts_take_no_longer_than_others(piece: str) -> None:
    assert "".join(wrapped(piece * 50_000, 80)).replace(" ", "") == (piece * 50_000).replace(" ", "")


def test_nothing_is_lost_by_wrapping() -> None:
    text = "第26条の3第3項(1)①: 他に手段がない場合を除き、gate justify が「記載」を作成します。" * 5
    for width in range(1, 90, 7):
        lines = list(wrapped(text, width))
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(cell_len(line) <= max(width, 2) for line in lines)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("検出した件数は 12 件です", 18, ["検出した件数は", "12 件です"]),
        ('値は "乙", "甲" です', 8, ["値は", '"乙",', '"甲" で', "す"]),
        ("（必須）です。", 8, ["（必須）", "です。"]),
        ("名前 (仕様書)です", 12, ["名前 (仕様", "書)です"]),
    ],
)
def test_what_belongs_together_stays_together(text: str, width: int, lines: list[str]) -> None:
    assert list(wrapped(text, width)) == lines


# --- explaining -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_is_explained(language: Language) -> None:
    for finding_id, kind in FINDINGS.items():
        text = re.sub(r"\s", "", render_topic(finding_id, language, width=200))
        assert text.startswith(finding_id)
        for label in ("output.says", "report.why", "report.do"):
            assert re.search(re.escape(re.sub(r"\s", "", render(label, language))) + r":.{8,}", text), finding_id
        assert (re.sub(r"\s", "", render("report.clause", language)) + ":" in text) == bool(kind.clause)
        assert "{" not in text


def test_an_explanation_says_whether_it_can_be_set_aside() -> None:
    assert "can never be suppressed" in render_topic("engine/canary", "en")
    assert "SHA-256" in render_topic("malware/known", "en")
    assert "[[executable]]" in render_topic("executable/unjustified", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_can_be_explained_is_listed(language: Language) -> None:
    rows = [line.split() for line in render_topics(language).splitlines()]
    findings = [row for row in rows if row and row[0] in FINDINGS]
    assert [row[0] for row in findings] == list(FINDINGS)
    assert all(row[1] == render(f"report.severity.{FINDINGS[row[0]].severity}", language) for row in findings)
    listed = {" ".join(row) for row in rows} | {row[0] for row in rows if row}
    assert set(refusals()) <= listed
    assert all(any(line.startswith(clause) for line in listed) for clause in ALL_CLAUSES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_explanations_fit_and_cut_nothing(language: Language, width: int) -> None:
    listed = render_topics(language, width=width)
    assert all(re.search(rf"^{re.escape(topic)}\b", listed, re.MULTILINE) for topic in (*FINDINGS, *refusals()))
    for text in (listed, *(render_topic(topic, language, width=width) for topic in (*refusals(), *ALL_CLAUSES))):
        assert all(cell_len(line) <= width for line in text.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_and_clause_is_explained(language: Language) -> None:
    for topic in (*refusals(), *ALL_CLAUSES):
        text = render_topic(topic, language, width=200)
        assert text.startswith(topic)
        assert len(text.splitlines()) >= 3
        assert "{" not in text
        assert bool(re.search("[ぁ-ん]", text)) == (language == "ja")


def test_every_refusal_of_the_code_can_be_explained() -> None:
    """Reasons are named in the code where they arise, and the tables of outcomes hold the others."""
    named = set(re.findall(r'VerificationError\(\s*"([a-z-]+)"', "".join(map(Path.read_text, VERIFICATION))))
    named |= {*keyless.REFUSALS.values(), *openpgp.REFUSALS.values(), *x509.REFUSALS.values()}
    assert len(named) > 60
    assert {f"verify/{reason}" for reason in named} <= set(refusals())


@pytest.mark.parametrize(
    ("asked", "topic"),
    [
        ("26-3 3(1)①", "26-3 3(1)①"),
        ("26-3 3(1)1", "26-3 3(1)①"),
        ("26-33(1)1", "26-3 3(1)①"),
        ("第26条の3第3項(1)③", "26-3 3(1)③"),
        ("Verify/Changed", "verify/changed"),
        ("malware/unheard-of", None),
        ("", None),
        ("\ud800", None),
    ],
)
def test_what_a_person_means_is_found(asked: str, topic: str | None) -> None:
    assert find_topic(asked) == topic


def test_what_is_near_is_offered_whatever_is_asked() -> None:
    assert near_topics("malware/knwon")[0] == "malware/known"
    assert near_topics("ｖｅｒｉｆｙ/changd")[0] == "verify/changed"
    assert near_topics("\U0001f980" * 100_000) == []


def test_a_gap_is_explained_with_the_examiner_that_left_it() -> None:
    assert "Says: It is encrypted, so clamav could not look inside" in render_topic("gap/clamav-encrypted", "en")
    assert "表示内容: 暗号化されているため、ClamAVは内容を" in render_topic("gap/clamav-encrypted", "ja")


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_has_signed_is_not_told_to_sign(language: Language) -> None:
    assert render("report.next.approved", language) == next_step_of(CHECK, language)
    assert render("report.next.signed", language) == next_step_of(RELEASE, language)
    unsigned = SigningState(intended=True, ready=("openpgp",), later=True)
    assert render("report.next.unsigned", language) == next_step_of(unsigned, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_no_gap_is_not_told_to_remove_gaps(language: Language) -> None:
    """A warning leaves a required clause not confirmed: what to do is said of the clause, by name."""
    view = view_of(facts=[contact(reach="string")])
    assert (view.verdict, view.open_counts["gap"]) == ("incomplete", 0)
    assert next_text(view, language) == render(
        "report.next.unconfirmed", language, {"clauses": clause_printed("26-3 3(1)③", language)}
    )
    with_gap = view_of(
        facts=[contact(reach="string")],
        gaps=(Gap("encrypted", path="a", examiner="clamav"),),
    )
    assert next_text(with_gap, language) == render("report.next.incomplete", language)


def test_an_engine_that_did_not_start_is_one_cause_and_no_list_of_items() -> None:
    """The first run of many people: no database is there yet, and one gap for each item hides what is to be done."""
    gaps = [Gap("engine-error", ENGINE_NOT_STARTED, "clamav", f"app/{number}.txt", SHA) for number in range(30)]
    folded = report(gaps=gaps)
    assert "gap/clamav-engine-error  26-3 3(1)①  (30)" in folded
    assert "None of 30 items was examined" in folded
    assert "app/0.txt" not in folded
    assert "app/29.txt" in report(gaps=gaps, verbose=True)
    mixed = report(gaps=[*gaps, Gap("engine-error", "died", "clamav", "app/x.txt", SHA)])
    assert "app/0.txt" in mixed
    assert "None of" not in mixed


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_has_no_policy_yet_is_told_how_to_begin_one(language: Language) -> None:
    seen = examined(program("app.whl!/a.so"))
    without = load_policy(None)
    judgement = judge(seen, without.policy, policy_sha256=SHA, today=TODAY, signing=CHECK)
    text = next_text(build_view(seen, judgement, without, ISSUE), language)
    assert (judgement.verdict, text) == ("rejected", render("report.next.no-policy", language))
    assert "gate init" in text
    assert "gate init" not in next_text(view_of(seen=seen), language)


@pytest.mark.parametrize("signing", [CHECK, RELEASE])
def test_whoever_has_a_sample_is_not_told_to_hand_it_over(signing: SigningState) -> None:
    database = dataclasses.replace(with_engine("clamav")[0].database, kind="bundled")  # type: ignore[type-var]  # it has one
    trial = '[malware]\ndatabase = "bundled"\n[gate]\nrequire = ["26-3 3(3)"]\n'
    view = view_of(trial, engines=with_engine("clamav", database=database), signing=signing)
    assert (view.verdict, view.sample) == ("approved", True)
    assert next_text(view, "en") == render("report.next.sample", "en")


def next_step_of(signing: SigningState, language: Language) -> str:
    view = view_of(signing=signing)
    assert view.verdict == "approved"
    return next_text(view, language)
