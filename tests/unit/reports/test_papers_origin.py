"""What papers say of origin, components, evidence that was read, changes since the last delivery, and the plan."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import pytest

from gate.models import (
    ApprovalFact,
    BuilderFact,
    Comparison,
    ComponentFact,
    Difference,
    EvidenceFact,
    LevelCount,
    PreviousFact,
    RevisionFact,
    ServiceFact,
    TraceFact,
)
from gate.record.clauses import article
from gate.reports.papers.blocks import Fields, Heading, Notice, Table
from gate.reports.papers.markdown import render_paper_markdown
from gate.reports.papers.plan import compose_plan
from gate.reports.papers.report import compose_report, speaker_of
from gate.reports.papers.wording import evidence_kind
from gate.text import LANGUAGES, Language
from tests.unit.policy.policy_kit import SHA, deliverable, destination_entry, executable_entry, item, program
from tests.unit.reports.paper_cases import DELIVERABLE, EVIDENCE, ORDERED
from tests.unit.reports.test_html import hostile_paper
from tests.unit.reports.test_papers import tables, texts_of, whole
from tests.unit.reports.view_kit import CREATED, ISSUE, loaded, view_of

REVISION = RevisionFact(
    commit="1234567890" * 4, tree="a" * 40, object_format="sha1", branch="main", tags=("v1.4.0",),
    author="Taro <t@example.org>", authored_at="2026-11-20T01:00:00Z", committer="Taro <t@example.org>",
    committed_at="2026-11-20T01:00:00Z", signature="openpgp", signed_by="", tag_signature="", tag_signed_by="",
    remote="https://git.example.org/map", shallow=False, work_tree="clean", differences=(), differing=0, files=3,
)  # fmt: skip
COMPARISON = Comparison(2, 1, 0, 7, (Difference("added", "app.whl!/new.so"), Difference("removed", "app.whl!/old")))
PREVIOUS = PreviousFact("e" * 64, "2026-06-01T00:00:00Z", "bousai-map", "1.3.0", SHA, ("retired",),
                        COMPARISON, COMPARISON, COMPARISON, Comparison(0, 0, 0, 6))  # fmt: skip


def report(*facts: Any, sections: tuple[str, ...] = (DELIVERABLE,), language: Language = "ja") -> str:
    return whole(compose_report(view_of(*sections, facts=facts), language))


def test_without_repository_and_previous_release_it_says_so() -> None:
    text = report()
    assert "照合は行っていません（--source の指定なし）" in text
    assert "比較は行っていません（--previous の指定なし）" in text
    assert "構成要素の情報は見つかりませんでした" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commit_is_shown_with_how_far_it_is_proven(language: Language) -> None:
    traced = TraceFact("content", ("a",), 1, path="app.whl", sha256=SHA)
    text = report(item(), REVISION, traced, language=language)
    assert "1234567890" * 4 in text
    assert ("署名あり・未検証（openpgp）" if language == "ja" else "present, not verified (openpgp)") in text
    assert ("内容が一致: 1" if language == "ja" else "same content: 1") in text
    assert ("コミットと一致" if language == "ja" else "as in the commit") in text
    signed = dataclasses.replace(REVISION, signed_by="F" * 40)
    assert "F" * 40 in report(item(), signed, traced, language=language)


def test_a_changed_work_tree_and_files_that_are_not_of_the_commit_are_shown() -> None:
    changed = dataclasses.replace(REVISION, work_tree="different", differences=("modified a.py",), differing=5)
    text = report(item(), changed, TraceFact("untraced", path="app.whl", sha256=SHA))
    assert "コミットと異なるファイル 5 件" in text
    assert "modified a.py" in text
    assert "コミットにない: 1" in text


def test_what_the_build_system_says_is_marked_as_its_words() -> None:
    builder = BuilderFact("github-actions", "https://github.com/actions/runner/github-hosted", run_url="https://x/1",
                          actor="taro")  # fmt: skip
    text = report(item(), builder)
    assert "ビルドシステムの申告であり、本ツールでは確かめていません" in text
    assert "GitHub Actions" in text
    assert "taro" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commit_that_brought_an_exception_is_named(language: Language) -> None:
    """Only of the policy that judged, and only where the entry is as it was committed."""
    of_this = ApprovalFact(
        SHA, "executable", "native-core", "abcdef0123456789" * 2, "Jiro <j@example.org>", "2026-11-01"
    )
    exceptions = (DELIVERABLE, executable_entry())
    assert "abcdef012345" in report(program(), of_this, sections=exceptions, language=language)
    assert "Jiro" in report(program(), of_this, sections=exceptions, language=language)
    others = (
        dataclasses.replace(of_this, policy_sha256="0" * 64), dataclasses.replace(of_this, entry="other"),
        dataclasses.replace(of_this, section="suppress"), dataclasses.replace(of_this, commit=""),
    )  # fmt: skip
    for fact in others:
        assert "Jiro" not in report(program(), fact, sections=exceptions, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_changes_since_the_previous_delivery(language: Language) -> None:
    paper = compose_report(view_of(DELIVERABLE, executable_entry(), facts=[PREVIOUS]), language)
    text = whole(paper)
    assert "bousai-map 1.3.0" in text
    assert "e" * 64 in text
    assert "retired" in text, "an exception that is no more"
    (files,) = [row for table in tables(paper) for row in table.rows if row[0][0].text in {"ファイル", "Files"}
                and len(row) == 5]  # fmt: skip
    assert [cell[0].text for cell in files[1:4]] == ["2", "1", "0"]
    assert files[4][0].text.endswith("app.whl!/new.so")
    assert "1" in files[4][-1].text, "one difference is counted and not shown"


def test_components_are_listed_once_and_called_no_ledger() -> None:
    fact = ComponentFact("pkg:pypi/chime@1.0", "chime", "1.0", "wheel-metadata", "MIT", path="app.whl", sha256=SHA)
    asked = dataclasses.replace(fact, name="asked", delivered=False)
    text = report(item(), fact, dataclasses.replace(fact, path="app.whl!/again"), asked)
    assert text.count("pkg:pypi/chime@1.0") == 1
    assert "asked" not in text
    assert "管理台帳に代わるものではありません" in text


def test_evidence_that_was_read_is_apart_from_evidence_that_nobody_read() -> None:
    scan = EVIDENCE.replace('"26-3(1)"', '"26-3 3(2)"').replace('"quality-system"', '"sarif"').replace(
        "quality.pdf", "scan.sarif") + f'sha256 = "{SHA}"\nreject_at = "low"\ntool = "scanner 1"\n'  # fmt: skip
    fact = EvidenceFact("sarif", tools=("scanner 1",), ran="2026-11-05T00:00:00Z", counts=(LevelCount("high", 2),),
                        sha256=SHA)  # fmt: skip
    text = report(item(), fact, sections=(DELIVERABLE, EVIDENCE, scan))
    assert "添付書類による申告（本ツール未評価）" in text
    assert "未解決の指摘: 高 2" in text
    assert "scanner 1" in text


def test_services_that_the_run_used_stand_with_what_was_sent() -> None:
    text = report(item(), ServiceFact("TSA https://tsa.example", "Example", "a digest"))
    assert "TSA https://tsa.example" in text
    assert "登録の有無は未確認" in text


def test_changed_settings_stand_with_default_and_value() -> None:
    paper = compose_report(view_of("[malware]\nmax_database_age_days = 9\n"), "ja")
    rows = [[cell[0].text for cell in row] for table in tables(paper) for row in table.rows]
    assert ["malware.max_database_age_days", "3", "9"] in rows
    assert "標準設定から変更した設定はありません" in report(sections=("",))


def test_a_rendering_says_that_it_is_one() -> None:
    cases: tuple[tuple[Literal["", "same", "differs"], bool], ...] = (("", False), ("same", False), ("differs", True))
    for rendering, expected in cases:
        issue = dataclasses.replace(ISSUE, rendering=rendering)
        text = whole(compose_report(view_of(issue=issue), "ja"))
        assert ("再表示" in text) == bool(rendering)
        assert ("記録の判定と異なります" in text) == expected


# --- the plan -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_tells_for_every_sentence_how_it_will_be_kept(language: Language) -> None:
    policy = loaded(DELIVERABLE, ORDERED, executable_entry(), destination_entry(), EVIDENCE)
    paper = compose_plan(policy, language, created=CREATED)
    text = whole(paper)
    assert policy.agreement_sha256 in text
    for expected in ("tile.example.org", "app.whl!/**/*.so", "quality.pdf", "HTML: 速度が不足する", "仕様書 4.2"):
        assert expected in text
    assert isinstance(paper.body[0], Notice)
    if language == "ja":
        assert paper.title == "遵守の方法（案）"
        assert "甲に提示し了承を得るための案" in text
        assert [word for word in ("承認", "合格", "マルウェア", "外部通信") if word in text] == []


def test_every_kind_of_evidence_of_the_article_has_a_name() -> None:
    say = speaker_of(view_of(), "ja")
    kinds = {kind for clause in article() for kind in clause.evidence}
    assert {kind for kind in kinds if evidence_kind(kind, say) == kind} == set()
    assert evidence_kind("of-another-version", say) == "of-another-version"


def test_a_plan_of_nothing_says_what_is_not_filled_in() -> None:
    paper = compose_plan(loaded(""), "ja", created=CREATED)
    fields = next(block for block in paper.body if isinstance(block, Fields))
    assert sum(cell[0].text == "（未記入）" for _, cell in fields.rows) == 8
    assert "予定していません。" in whole(paper)


# --- Markdown -----------------------------------------------------------------------------------------------------


def test_markdown_has_every_heading_and_row() -> None:
    paper = compose_plan(loaded(deliverable("website"), EVIDENCE), "en", created=CREATED)
    text = render_paper_markdown(paper)
    for block in paper.body:
        if isinstance(block, Heading):
            assert f"{'#' * block.level} {block.text}" in text
        if isinstance(block, Table):
            assert text.count("\n| ") >= len(block.rows)


def test_markdown_of_hostile_text_is_inert() -> None:
    from markdown_it import MarkdownIt

    text = "![x](http://e.example/p.png) <script>a</script> | a\n\n# b `c` [d](javascript:e) @team \u202e"
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(
        render_paper_markdown(hostile_paper(text))
    )
    for active in ("<img", "<script", "<a ", 'javascript:e"', "\u202e"):
        assert active not in rendered
    assert all(each for each in texts_of(hostile_paper(text).body))


def test_the_box_of_what_is_outside_names_every_clause_that_the_run_does_not_answer() -> None:
    assert "本検査の対象外: 第26条の3第1項(2)、第26条の3第1項(3)、第26条の3第1項(4)、" in report()
    assert "、第26条の3第1項(4)、" not in report(PREVIOUS)
