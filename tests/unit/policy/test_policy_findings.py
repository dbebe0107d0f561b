"""Every finding has its texts, and what comes from an artifact is escaped and bounded in them."""

from __future__ import annotations

import string
from typing import get_args

import pytest

from gate.models import ContainerIssue, Disguise, ExecutableClass, GapReason, Reach
from gate.policy.clauses import (
    BY_EVIDENCE,
    CLAUSES,
    DEFAULT_REQUIRED,
    EXAMINED,
    OUT_OF_SCOPE,
    clause_printed,
    clause_title,
    status_label,
    verdict_label,
)
from gate.policy.findings import (
    also_of,
    finding_advice,
    finding_message,
    finding_text,
    finding_why,
    kind_of,
    make_finding,
    split_gap_id,
    text_code,
)
from gate.policy.registry import (
    CONTAINER_FINDINGS,
    EXAMINER_CLAUSES,
    FINDINGS,
    OUTBOUND_FINDINGS,
    REQUIRED_EXAMINERS,
    examiner_clauses,
)
from gate.text import LANGUAGES, Language, has_message, render

FORBIDDEN = ("承認", "合格", "安全である", "適合証明", "マルウェア", "外部通信")
VERDICTS = ("approved", "rejected", "incomplete")


class Names(dict[str, str | int]):
    """Fills every field of a text with its own name, and remembers which there were."""

    def __missing__(self, key: str) -> str:
        self[key] = key
        return key

    def __bool__(self) -> bool:
        return True


def fields(finding_id: str, part: str, language: Language) -> set[str]:
    names = Names()
    code = text_code(finding_id)
    render(code if part == "message" else f"{code}.{part}", language, names)
    return set(names)


@pytest.mark.parametrize("finding_id", FINDINGS)
def test_every_finding_has_its_texts_in_both_languages(finding_id: str) -> None:
    assert fields(finding_id, "message", "en") == fields(finding_id, "message", "ja")
    for language in LANGUAGES:
        for text in (finding_why(finding_id, language), finding_advice(finding_id, language)):
            assert text
            assert "{" not in text, "shown without arguments"
    japanese = finding_text(finding_id, "message", "ja", Names()) + finding_why(finding_id, "ja")
    assert [word for word in FORBIDDEN if word in japanese + finding_advice(finding_id, "ja")] == []
    assert any(ord(character) > 0x3000 for character in finding_why(finding_id, "ja"))


def test_the_registry_covers_all_that_can_be_seen() -> None:
    assert set(OUTBOUND_FINDINGS) == set(get_args(Reach))
    assert set(OUTBOUND_FINDINGS.values()) | set(CONTAINER_FINDINGS.values()) <= set(FINDINGS)
    assert set(CONTAINER_FINDINGS) == set(get_args(ContainerIssue))
    assert set(REQUIRED_EXAMINERS) <= set(EXAMINER_CLAUSES)
    for examiner in EXAMINER_CLAUSES:
        for reason in get_args(GapReason):
            kind = FINDINGS[f"gap/{examiner}-{reason}"]
            assert (kind.severity, kind.suppressible) == ("gap", "any")
            assert (kind.clause, *kind.also) == examiner_clauses(examiner)


def test_severities_of_undeclared_contacts() -> None:
    severities = {reach: FINDINGS[finding_id].severity for reach, finding_id in OUTBOUND_FINDINGS.items()}
    assert severities == {
        "automatic": "reject",
        "conditional": "reject",
        "code": "reject",
        "tracker": "reject",
        "string": "warn",
        "opaque": "warn",
        "interaction": "warn",
        "local": "warn",
        "link": "note",
        "identifier": "note",
        "text": "note",
    }


def test_what_no_person_can_set_aside() -> None:
    never = {kind.id for kind in FINDINGS.values() if kind.suppressible == "never"}
    assert {finding_id for finding_id in FINDINGS if finding_id.startswith("engine/")} <= never
    assert {kind.id for kind in FINDINGS.values() if kind.suppressible == "digest"} == {
        "malware/known",
        "container/ambiguous",
        "source/changed",
        "source/secret",
        "source/untraced",
    }


def test_gaps_of_examiners_that_this_version_does_not_know() -> None:
    kind = kind_of("gap/office-macros-engine-limit")
    assert split_gap_id(kind.id) == ("office-macros", "engine-limit")
    assert (kind.severity, kind.clause, *kind.also) == ("gap", *EXAMINED)
    assert finding_why(kind.id, "ja") == finding_why("gap/yara-engine-limit", "ja")
    assert make_finding(kind.id, args={"examiner": "office-macros"}).message


@pytest.mark.parametrize("finding_id", ["gap/yara", "gap/yara-bored", "malware/nothing", ""])
def test_ids_that_do_not_exist(finding_id: str) -> None:
    with pytest.raises(KeyError):
        kind_of(finding_id)


def test_arguments_are_escaped_and_bounded() -> None:
    args = {"engine": "clamav", "name": "x\u202e\n" + "y" * 5000}
    finding = make_finding("malware/known", path="a!/b", sha256="", args=args)
    assert "\n" not in finding.message
    assert "\u202e" not in finding.message
    assert len(finding.message) < 800
    assert str(finding.args["name"]).endswith("…")


def test_line_and_detail_are_shown_where_they_are_known() -> None:
    about: dict[str, str | int] = {
        "url": "https://h.org/",
        "host": "h.org",
        "via": "img[src]",
        "line": 7,
        "detail": "print",
    }
    finding = make_finding("outbound/conditional", args=about)
    assert "line 7" in finding.message
    assert "print" in finding.message
    assert "7 行目" in finding_message(finding, "ja")
    bare = make_finding("outbound/conditional", args={**about, "line": 0, "detail": ""})
    assert "line" not in bare.message
    assert finding_message(bare, "en") == bare.message


DETAIL = "pe-packer-name=50[(UPX0)] pe-tls-callbacks=10 unheard-of=5[x] more=3"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["score 55 of 100", "pe-packer-name 50: A section has the name that a packer or protector gives it"]),
        ("ja", ["100 点中 55 点", "pe-packer-name 50: パッカー又はプロテクターに特有の"]),
    ],
)
def test_reasons_of_a_weighed_suspicion_are_spelled_out(language: Language, expected: list[str]) -> None:
    args: dict[str, str | int] = {"engine": "heuristics", "name": "Gate.Heuristics.Packed", "detail": DETAIL}
    finding = make_finding("malware/suspected", args={**args, "score": 55})
    text = finding_message(finding, language)
    assert [each for each in expected if each not in text] == []
    assert [word for word in ("(UPX0)", "pe-tls-callbacks 10: ", "unheard-of=5[x]", "more=3") if word not in text] == []
    assert (finding.args["detail"], finding.args["score"]) == (DETAIL, 55)
    assert language == "ja" or text == finding.message


def test_reasons_that_were_cut_off_stay_readable() -> None:
    detail = " ".join(["pe-packer-name=50[" + "a" * 80 + "]"] * 9)
    finding = make_finding("malware/suspected", args={"engine": "heuristics", "name": "x", "detail": detail})
    assert finding.message.count("pe-packer-name 50: ") >= 4
    assert "…" in finding.message


def test_rules_are_described_in_the_readers_language() -> None:
    place = "; rule upx_packed_program in yara-rules/packers/upx.yar"
    args = {"engine": "yara", "name": "RG-PAC-0001", "detail": f"A program packed with UPX{place}"}
    finding = make_finding("malware/suspected", args=args)
    assert f"[A program packed with UPX{place}]" in finding.message
    assert f"［UPX で圧縮されたプログラム{place}］" in finding_message(finding, "ja")


@pytest.mark.parametrize(("name", "detail"), [("RG-PAC-0001", "Something else; rule x in y"), ("X{0}", "A; rule x")])
def test_rules_of_others_keep_their_own_description(name: str, detail: str) -> None:
    finding = make_finding("malware/suspected", args={"engine": "yara", "name": name, "detail": detail})
    assert f"［{detail}］" in finding_message(finding, "ja")


def test_details_of_other_engines_are_left_as_they_are() -> None:
    finding = make_finding("malware/suspected", args={"engine": "clamav", "name": "x", "detail": DETAIL, "score": 0})
    assert f"[{DETAIL}]" in finding.message
    assert "score" not in finding.message


def test_problems_of_engines_are_told_in_the_readers_language() -> None:
    args = {"engine": "clamav", "problem": "It is gone.", "code": "intake.changed", "path": "a"}
    finding = make_finding("engine/failed", args=args)
    assert render("intake.changed", "ja", {"path": "a"}) in finding_message(finding, "ja")
    for code in ("nowhere.known", "intake.changed", "../x"):
        foreign = make_finding("engine/failed", args={"engine": "clamav", "problem": "It is gone.", "code": code})
        assert "It is gone." in finding_message(foreign, "ja")


def test_engines_stand_against_all_that_their_answers_count_for() -> None:
    assert also_of(make_finding("engine/absent", args={"engine": "intake"})) == EXAMINED[1:]
    assert also_of(make_finding("engine/absent", args={"engine": "unheard-of"})) == EXAMINED[1:]
    assert also_of(make_finding("engine/absent", args={"engine": "yara"})) == ()
    assert also_of(make_finding("input/empty")) == EXAMINED[1:]


# --- clauses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clause", [*CLAUSES, *OUT_OF_SCOPE])
def test_every_clause_has_title_and_printed_form(clause: str) -> None:
    for language in LANGUAGES:
        assert clause_title(clause, language)
    assert clause_printed(clause, "ja").startswith("第26条の3第")
    assert [word for word in FORBIDDEN if word in clause_title(clause, "ja")] == []


def test_the_articles_sentences_are_all_there() -> None:
    assert CLAUSES == (
        "26-3(1)", "26-3(4)", "26-3 3(1)①", "26-3 3(1)②", "26-3 3(1)③", "26-3 3(2)", "26-3 3(3)", "26-3 3(4)",
        "26-3 3(6)",
    )  # fmt: skip
    printed = {clause_printed(clause, "ja") for clause in (*CLAUSES, *OUT_OF_SCOPE)}
    expected = {f"第26条の3第1項({number})" for number in range(1, 7)} | {"第26条の3第2項"}
    expected |= {f"第26条の3第3項(1){mark}" for mark in "①②③"} | {f"第26条の3第3項({number})" for number in range(2, 7)}
    assert printed == expected
    assert set(DEFAULT_REQUIRED) | set(BY_EVIDENCE) | {"26-3(4)", "26-3 3(6)"} == set(CLAUSES)


def test_labels_are_those_of_the_papers() -> None:
    labels = {
        "confirmed": "確認済（乙）",
        "confirmed-with-exceptions": "例外付き確認済（乙）",
        "supported": "一部裏付け",
        "violated": "不適合",
        "not-confirmed": "未確認",
        "not-applicable": "該当なし",
        "out-of-scope": "対象外",
    }
    for status, label in labels.items():
        assert status_label(status, "ja") == label  # type: ignore[arg-type]  # keys of a dict are plain text
    assert [verdict_label(verdict, "ja") for verdict in VERDICTS] == [  # type: ignore[arg-type]  # as above
        "出荷可（乙の判定）", "出荷不可（乙の判定）", "判定不能（乙の判定）"
    ]  # fmt: skip


def test_texts_name_only_fields_that_findings_have() -> None:
    """A field that no finding fills would end a report; the judgement's tests render each of them for real."""
    allowed = {"engine", "name", "kind", "date", "days", "limit", "address", "class", "format", "id", "approved_on",
               "expires", "page", "pinned", "found", "host", "url", "via", "target", "problem", "counted", "items",
               "missing", "file", "section", "finding", "examiner", "entry", "how", "rule", "level",
               "declared", "stated", "count", "names", "reason", "by", "party",
               "commit", "created", "expected", "glob", "signature", "source", "started",
               "what", "length", "offset"}  # fmt: skip
    used = {name for finding_id in FINDINGS for name in fields(finding_id, "message", "en")}
    assert used <= allowed
    assert all(set(name) <= set(string.ascii_lowercase + "_") for name in used)


@pytest.mark.parametrize("disguise", get_args(Disguise))
def test_every_disguise_has_a_text_of_its_own_and_shows_its_detail(disguise: Disguise) -> None:
    texts = {
        language: {
            kind: finding_message(
                make_finding("executable/disguised", args={"disguise": kind, "detail": "pe in x.txt"}), language
            )
            for kind in get_args(Disguise)
        }
        for language in LANGUAGES
    }
    for language, by_kind in texts.items():
        assert list(by_kind.values()).count(by_kind[disguise]) == 1, language
        assert "pe in x.txt" in by_kind[disguise]
    assert texts["en"][disguise] != texts["ja"][disguise]


@pytest.mark.parametrize(
    ("kind", "english", "japanese"),
    [("bundled", "bundled", "同梱"), ("unverified", "unverified", "未確認"), ("of a later version",) * 3],
)
def test_kinds_of_databases_are_told_in_the_readers_language(kind: str, english: str, japanese: str) -> None:
    finding = make_finding("malware/database-not-official", args={"engine": "clamav", "kind": kind})
    assert f"kind: {english}" in finding.message
    assert f"種別: {japanese}" in finding_message(finding, "ja")


@pytest.mark.parametrize(
    ("finding_id", "args", "english", "japanese"),
    [
        ("gap/intake-encrypted", {"examiner": "intake"}, "so intake could not", "、展開処理は内容を検査できません"),
        ("malware/known", {"engine": "clamav", "name": "X"}, "clamav recognises", "ClamAVが不正プログラムを検出"),
        (
            "executable/unjustified",
            {"class": "native", "format": "pe"},
            "(native, pe)",
            "（native: プログラム・ライブラリ、pe）",
        ),
        ("gap/later-timeout", {"examiner": "later"}, "later did not", "laterが制限時間内に"),
    ],
)
def test_names_of_ours_are_told_in_the_readers_language(
    finding_id: str, args: dict[str, str], english: str, japanese: str
) -> None:
    finding = make_finding(finding_id, args=args)
    assert english in finding.message
    assert japanese in finding_message(finding, "ja")


def test_every_class_and_required_examiner_has_a_name() -> None:
    for language in LANGUAGES:
        assert [each for each in get_args(ExecutableClass) if not has_message(f"finding.class.{each}", language)] == []
        assert [each for each in REQUIRED_EXAMINERS if not has_message(f"finding.examiner.{each}", language)] == []
