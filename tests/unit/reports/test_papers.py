"""What papers say: every section, the model sentence, days by era, the ministry's words and none that are not ours."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, get_args

import pytest

from gate.models import ClauseStatus, GapReason
from gate.record.clauses import article
from gate.reports.papers.blocks import Banner, Cell, Fields, Heading, Notice, Paper, Table, Words
from gate.reports.papers.dates import day_text, moment_text, stated_moment_text
from gate.reports.papers.outbound_part import MOST_DESTINATIONS
from gate.reports.papers.report import compose_report, speaker_of
from gate.reports.papers.wording import MOST_PLACES, MOST_ROWS
from gate.text import LANGUAGES, Language
from tests.unit.policy.policy_kit import RELEASE, contact, deliverable, destination_entry, program
from tests.unit.reports.paper_cases import CASES, Case, case
from tests.unit.reports.view_kit import view_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MUST_APPEAR = (
    "確認書類",
    "不正プログラム",
    "不正プログラム対策ソフトウェア",
    "意図しない変更",
    "機密情報の窃取等",
    "一貫した品質保証体制",
    "仕様に反するプログラムコード",
    "当省外のウェブサイト等のサーバへ自動的にアクセスが発生する機能",
    "実行プログラム形式",
    "改ざん等がなく真正なもの",
    "提供先",
    "政府認証基盤（GPKI）",
    "第26条の3",
    "検査範囲と対象外",
    "ウイルスチェックに関する情報",
    "自己申告",
)
NEVER = ("承認", "合格", "安全である", "適合証明", "マルウェア", "外部通信")


def lines_of(cell: Cell) -> Iterator[str]:
    yield from (words.text for words in cell)


def texts_of(value: object) -> Iterator[str]:
    """Yield every text of blocks, in order."""
    if isinstance(value, Words):
        yield value.text
    elif isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_of(each)
    elif dataclasses.is_dataclass(value):
        yield from texts_of(tuple(getattr(value, field.name) for field in dataclasses.fields(value)))


def whole(paper: Paper) -> str:
    return "\n".join((paper.title, paper.subtitle, paper.footer, *texts_of(paper.cover), *texts_of(paper.body)))


def tables(paper: Paper) -> list[Table]:
    return [block for block in paper.body if isinstance(block, Table)]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_stands_first_and_every_section_is_there(name: Case, language: Language) -> None:
    paper = compose_report(case(name), language)
    banner = next(block for block in paper.body if isinstance(block, Banner))
    assert paper.body.index(banner) <= 1, "only that a paper is a sample stands before the verdict"
    assert banner == next(block for block in paper.cover if isinstance(block, Banner))
    headings = [block.text for block in paper.body if isinstance(block, Heading) and block.level == 2]
    say = speaker_of(case(name), language)
    sections = ("clauses", "findings", "gaps", "malware", "executables", "outbound", "evidence", "exceptions",
                "signatures", "services", "editions")  # fmt: skip
    assert [heading for heading in headings if heading in {say(f"{each}.title") for each in sections}] == [
        say(f"{each}.title") for each in sections
    ]


def test_verdict_labels_say_whose_judgement_they_are() -> None:
    labels = [next(block.label for block in compose_report(case(name), "ja").body if isinstance(block, Banner))
              for name in CASES]  # fmt: skip
    assert labels == ["出荷可（乙の判定）", "出荷不可（乙の判定）", "判定不能（乙の判定）"]


@pytest.mark.parametrize("name", CASES)
def test_the_words_of_the_ministry_appear_and_none_that_are_acts_of_the_other_party(name: Case) -> None:
    text = whole(compose_report(case(name), "ja"))
    assert [word for word in MUST_APPEAR if word not in text] == []
    assert [word for word in NEVER if word in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_article_has_a_row_with_its_status(language: Language) -> None:
    view = case("rejected")
    paper = compose_report(view, language)
    (table,) = [each for each in tables(paper) if len(each.rows) == len(article())]
    for row, clause in zip(table.rows, article(), strict=True):
        assert row[0][0].text == clause.printed[language]
        assert list(lines_of(row[1])) == [sentence.shown(language) for sentence in clause.sentence]
        assert row[2][0].text
    statuses = {clause.id: row[2][0].text for row, clause in zip(table.rows, article(), strict=True)}
    if language == "ja":
        assert statuses["26-3 3(3)"] == "不適合"
        assert statuses["26-3(2)"] == "対象外"
        assert statuses["26-3 3(1)"] == "各号による"


def test_the_model_sentence_is_made_of_what_was_seen() -> None:
    sentence = next(
        block.lines[0].text
        for block in compose_report(case("approved"), "ja").body
        if isinstance(block, Notice) and block.title.startswith("第26条の3第3項(1)①")
    )
    assert sentence == (
        "ClamAV 1.4.6、定義DB daily第27890版、main第62版（作成日時 令和8年11月22日17時00分（JST））により、"
        "納入物1件（展開後1件）を令和8年11月23日10時05分（JST）に検査し、不正プログラムは検出されなかった。"
        "未検査0件。実施者 山田 太郎、確認者 佐藤 花子。"
    )


def test_the_model_sentence_never_says_that_nothing_was_found_where_something_was() -> None:
    text = whole(compose_report(case("rejected"), "ja"))
    assert "検出されなかった" not in text
    assert "不正プログラム又はその疑いのあるものを2件検出した。未検査1件。" in text


def test_without_antivirus_no_sentence_is_written() -> None:
    text = whole(compose_report(view_of(engines=()), "ja"))
    assert "検出されなかった" not in text
    assert "不正プログラム対策ソフトウェアによる検査なし" in text


def test_what_the_policy_does_not_name_is_said_to_be_missing() -> None:
    cover = compose_report(case("incomplete"), "ja").cover
    fields = next(block for block in cover if isinstance(block, Fields))
    absent = [label for label, cell in fields.rows if cell[0].text == "（未記入）"]
    assert absent == ["件名", "契約番号", "契約日", "提供先（甲）", "乙の名称", "責任者", "検査実施者", "確認者",
                      "納入日", "文書番号・版", "納入物の名称・版"]  # fmt: skip
    given = whole(compose_report(case("approved"), "ja"))
    assert "令和8年4月1日" in given
    assert "2026-契-0123" in given


def test_a_sample_says_so_on_every_page_and_another_does_not() -> None:
    assert compose_report(case("incomplete"), "ja").mark == "見本・提出不可"
    assert compose_report(case("incomplete"), "en").mark
    assert compose_report(case("approved"), "ja").mark == ""
    assert "見本" not in whole(compose_report(case("approved"), "ja"))


def test_executables_stand_in_two_tables_by_basis() -> None:
    text = list(texts_of(compose_report(case("approved"), "ja").body))
    ordered, other = text.index("仕様書が求めるプログラム"), text.index("他に提供する手段がないコンテンツ")
    assert "仕様書 4.2" in text[ordered:other]
    assert "HTML: 速度が不足する" in text[other:]


def test_what_users_are_told_of_a_destination_is_shown_and_what_is_lacking() -> None:
    text = whole(compose_report(case("rejected"), "ja"))
    assert "IP アドレス、User-Agent" in text
    assert "不足している事項" in text
    assert "不足している事項" not in whole(compose_report(case("approved"), "ja"))


def test_exceptions_name_person_role_party_reason_and_days() -> None:
    paper = compose_report(case("approved"), "ja")
    rows = [row for table in tables(paper) for row in table.rows if row[0][0].text == "native-core"]
    person = [words.text for words in rows[-1][3]]
    assert person == ["責任者 山田", "乙の決定", "令和8年11月1日から令和9年3月31日まで"]


def test_the_names_of_parties_and_clauses_are_those_of_the_policy() -> None:
    parties = '[parties]\nsupplier = "受託者"\nrecipient = "元請"\n'
    clauses = '[gate]\narticle_map = {"26-3 3(3)" = "第12条第2項(3)", "26-3(6)" = "第12条第1項(6)"}\n'
    paper = compose_report(view_of(parties, clauses, deliverable("application"), facts=[program()]), "ja")
    text = whole(paper)
    assert "本書は受託者の自己申告です。" in text
    assert "受領欄（元請）" in text
    assert "第12条第2項(3)" in text
    assert "第26条の3第3項(3)" not in "".join(row[0][0].text for table in tables(paper) for row in table.rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_the_way_is_named_at_once(language: Language) -> None:
    first = {
        name: [block for block in compose_report(case(name), language).body[:4] if isinstance(block, Notice)]
        for name in CASES
    }
    rejected = "\n".join(lines_of(first["rejected"][0].lines))
    assert "app.whl!/evil.dll" in rejected
    assert any("app.whl!/big0.bin" in text for notice in first["incomplete"] for text in lines_of(notice.lines))
    assert all("app.whl" not in text for notice in first["approved"] for text in lines_of(notice.lines))


def test_tables_are_bounded_and_count_what_they_leave_out() -> None:
    hosts = [contact(f"h{number:05}.example.com", path=f"site/{number % 900}.html") for number in range(3000)]
    programs = [program(f"app.whl!/{number}") for number in range(2000)]
    paper = compose_report(view_of(deliverable("website"), facts=[*hosts, *programs]), "ja")
    assert max(len(table.rows) for table in tables(paper)) == MOST_ROWS
    more = [table.more for table in tables(paper) if table.more]
    assert any(f"ほか {3000 - MOST_ROWS} 件" in text for text in more)
    assert any(f"ほか {2000 - MOST_ROWS} 件" in text for text in more)
    widest = max(len(cell) for table in tables(paper) for row in table.rows for cell in row)
    assert widest <= MOST_PLACES + 12
    assert max(map(len, texts_of(paper.body))) < 2000


def test_signatures_inside_of_programs_are_listed_and_called_unchecked() -> None:
    signed = dataclasses.replace(program("app.whl!/setup.exe"), detail="imports=3 signature=present")
    text = whole(compose_report(view_of(deliverable("application"), facts=[signed, program()]), "ja"))
    part = text[text.index("プログラム自体に付された署名") :]
    assert "検証していません" in part
    assert "app.whl!/setup.exe" in part
    assert "app.whl!/a/core.so" not in part
    assert "プログラム自体に付された署名" not in whole(compose_report(case("approved"), "ja"))
    assert "サーバ証明書" in whole(compose_report(view_of(deliverable("website")), "ja"))


def test_what_is_stated_of_gpki_stands_with_the_clause() -> None:
    x509 = """
        [signing]
        use = ["openpgp"]
        [signing.openpgp]
        fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567"
        [signing.x509]
        pkcs12 = "key.p12"
        tsa = "https://tsa.example/"
        chain = ["chain.pem"]
        crls = ["ca.crl"]
        gpki = "%s"
    """
    unavailable = whole(compose_report(view_of(x509 % "unavailable", signing=RELEASE), "ja"))
    assert "政府認証基盤（GPKI）: 利用できないとの申告" in unavailable
    signs = view_of(x509 % "ministry-signs", signing=RELEASE)
    for language in LANGUAGES:  # whoever signs reads in the paper by which command
        assert "gate countersign" in whole(compose_report(signs, language))
    asked = x509.rstrip() + "\n        gpki_asked_on = 2026-11-01\n"
    assert "政府認証基盤（GPKI）: 令和8年11月1日に照会" in whole(
        compose_report(view_of(asked % "asked", signing=RELEASE), "ja")
    )


def test_of_many_destinations_those_that_lack_something_are_shown_first() -> None:
    entries = [
        destination_entry(f"h{number}.example.org", name=f"d{number}") for number in range(MOST_DESTINATIONS + 5)
    ]
    entries[-1] = entries[-1].replace('privacy_page = "site/privacy.html"', "")
    hosts = [contact(f"h{number}.example.org") for number in range(MOST_DESTINATIONS + 5)]
    paper = compose_report(view_of(deliverable("website"), *entries, facts=hosts), "ja")
    shown = [block.text for block in paper.body if isinstance(block, Heading) and block.text.startswith("宣言された")]
    assert len(shown) == MOST_DESTINATIONS
    assert shown[0].endswith(f"h{MOST_DESTINATIONS + 4}.example.org")
    assert "ほか 5 件の宛先" in whole(paper)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_closed_sets_has_a_label(language: Language) -> None:
    say = speaker_of(case("approved"), language)
    for reason in get_args(GapReason):
        assert say.label("paper.gap", reason) != reason or language == "en"
    for name in ("intake", "clamav", "yara", "heuristics", "executable", "outbound", "identity", "browser"):
        assert say.label("paper.examiner", name)
    assert say.label("paper.examiner", "of-another-version") == "of-another-version"
    assert len(get_args(ClauseStatus)) == 7


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 23), "令和8年11月23日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1900, 1, 1), "1900年1月1日"),
    ],
)
def test_days_by_era(day: date, text: str) -> None:
    assert day_text(day, "ja") == text
    assert day_text(day, "en") == day.isoformat()


def test_moments_stand_in_the_time_zone_of_the_policy() -> None:
    moment = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    assert moment_text(moment, "Asia/Tokyo", "ja") == "令和9年1月1日0時30分（JST）"
    assert moment_text(moment, "Asia/Tokyo", "en") == "2027-01-01 00:30 JST"
    assert stated_moment_text("2026-12-31T15:30:00Z", "UTC", "en") == "2026-12-31 15:30 UTC"
    for odd in ("9999-12-31T23:59:59Z", "", "yesterday", "2026-12-31T15:30:00"):
        assert stated_moment_text(odd, "Asia/Tokyo", "ja") == odd
