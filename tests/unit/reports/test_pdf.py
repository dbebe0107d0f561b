"""PDF papers: embedded fonts, footers, a fixed clock, no letter that is an empty box, an error without fonts."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth

from gate.errors import UsageError
from gate.reports import pdf_fonts
from gate.reports.papers.blocks import Column, Heading, Paper, Table, Words
from gate.reports.papers.plan import compose_plan
from gate.reports.papers.report import compose_report
from gate.reports.pdf import render_pdf
from gate.reports.pdf_flow import letters_only, markup
from gate.reports.pdf_fonts import Fonts, find_fonts
from gate.reports.pdf_prose import JapaneseParagraph
from gate.text import LANGUAGES, Language
from tests.unit.policy.policy_kit import contact, destination_entry, executable_entry, program
from tests.unit.reports.paper_cases import CASES, Case, case
from tests.unit.reports.test_html import hostile_paper
from tests.unit.reports.view_kit import CREATED, loaded, view_of

NUMBER = "RG-20261123-0123456789abcdef"


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return find_fonts(os.environ)


def pages_of(data: bytes) -> list[str]:
    """Return the text of each page as a reader of PDF finds it."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


BROKEN_BADLY = (
    "前回の納入と比較していません（--previous の指定なし）。読み取っていない書類は「添付書類による申告"
    "（本ツール未評価）」とし、ショートカット、「安全なウェブサイトの作り方」及び第26条の3第3項(1)①に係る『仕様書』"
    "（第2版）のチェックリストによります。"
)


@pytest.mark.parametrize("width", range(40, 260, 3))
def test_japanese_lines_begin_and_end_where_they_may(width: int, fonts: Fonts) -> None:
    paragraph = JapaneseParagraph(BROKEN_BADLY, ParagraphStyle("x", fontName=fonts.regular, fontSize=8, wordWrap="CJK"))
    paragraph.wrap(width, 10_000)
    lines = [line.rstrip() for _, (line,) in vars(paragraph)["blPara"].lines]  # what the library has wrapped
    assert squeezed("".join(lines)) == squeezed(BROKEN_BADLY)
    assert [line for line in lines if line[0] in "、。）」』ョーッ" or line[-1] in "（「『"] == []
    assert all(stringWidth(line, fonts.regular, 8) <= width for line in lines)
    assert [line for line in lines if re.search("第[0-9]*$|^[条項版]", line)] == []


def test_a_paragraph_split_over_pages_loses_no_blank(fonts: Fonts) -> None:
    text = "The gate verifies what was received, 第26条の3第3項(1)① and gate verify says so. " * 4
    style = ParagraphStyle("x", fontName=fonts.regular, fontSize=8, wordWrap="CJK")
    paragraph = JapaneseParagraph(text.strip(), style)
    paragraph.wrap(90, 10_000)
    upper, lower = paragraph.split(90, 5 * style.leading)
    lower.wrap(90, 10_000)
    lines = [line for part in (upper, lower) for _, (line,) in vars(part)["blPara"].lines]
    assert "".join(lines) == text.strip()


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", CASES)
def test_every_page_bears_record_number_page_and_mark(name: Case, fonts: Fonts) -> None:
    pages = pages_of(render_pdf(compose_report(case(name), "ja"), fonts, created=CREATED))
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"記録番号{NUMBER}" in squeezed(page)
        assert f"{number}／{len(pages)}" in squeezed(page)
        assert ("見本・提出不可" in squeezed(page)) == (name == "incomplete")


def test_the_cover_has_what_officers_file_by_and_page_one_the_verdict(fonts: Fonts) -> None:
    cover, first, *_ = map(
        squeezed, pages_of(render_pdf(compose_report(case("approved"), "ja"), fonts, created=CREATED))
    )
    subject = "防災マップ構築業務 2026-契-0123 令和8年4月1日 令和8年12月1日 QA-2026-031第1版"
    persons = "株式会社サンプルシステムズ 鈴木一郎 山田太郎 佐藤花子"
    for text in (*subject.split(), *persons.split(), "確認欄（乙）", "受領欄（甲）"):
        assert text in cover
    assert re.search("(ab){32}", cover), "the digest of the artifact"
    for text in ("出荷可（乙の判定）", "例外3", "検査範囲と対象外", "第26条の3第3項(1)①"):
        assert text in first


@pytest.mark.parametrize("language", LANGUAGES)
def test_fonts_are_embedded_in_part(language: Language, fonts: Fonts) -> None:
    data = render_pdf(compose_report(case("approved"), language), fonts, created=CREATED)
    assert len(data) < 600_000
    with pikepdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            assert [round(float(edge)) for edge in page.mediabox] == [0, 0, 595, 842], "A4 in points"
            for font in page.Resources.Font.values():
                assert "/FontFile2" in font.FontDescriptor
                assert "/ToUnicode" in font
        assert str(document.Root.Lang) == language
        assert "/JavaScript" not in document.Root.get("/Names", {})
        assert "/OpenAction" not in document.Root
        assert all("/Annots" not in page for page in document.pages), "no link"
        assert "/Annots" not in str(document.pages[0].obj.keys())


def test_sections_are_in_the_outline_in_their_order(fonts: Fonts) -> None:
    paper = compose_report(case("approved"), "ja")
    with (
        pikepdf.open(io.BytesIO(render_pdf(paper, fonts, created=CREATED))) as document,
        document.open_outline() as outline,
    ):
        assert [entry.title for entry in outline.root] == [
            block.text for block in paper.body if isinstance(block, Heading) and block.level == 2
        ]


def test_same_inputs_and_clock_same_bytes(fonts: Fonts, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = compose_report(case("approved"), "ja")
    data = render_pdf(paper, fonts, created=CREATED)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert render_pdf(paper, fonts, created=CREATED) == data, "the clock comes in as an argument and nowhere else"
    assert render_pdf(paper, fonts, created=datetime(2027, 1, 1, tzinfo=UTC)) != data
    with pikepdf.open(io.BytesIO(data)) as document:
        assert str(document.docinfo.CreationDate).startswith("D:20261123010600")
        assert str(document.docinfo.Title).startswith("納入物検査報告書")


def test_hostile_text_is_shown_and_is_no_markup(fonts: Fonts) -> None:
    data = render_pdf(hostile_paper('<font size="99">&amp;<img src="/etc/passwd"/> \u202egpj \x1b[31m'), fonts,
                      created=CREATED)  # fmt: skip
    text = squeezed("".join(pages_of(data)))
    assert '<fontsize="99">&amp;<imgsrc="/etc/passwd"/>%E2%80%AEgpj%1B[31m' in text


def test_a_letter_that_no_font_has_is_shown_as_its_code_point(fonts: Fonts) -> None:
    assert letters_only("漢字 é 🦀", fonts.letters) == "漢字 é [U+1F980]"
    assert markup("<🦀>", fonts.letters) == "&lt;[U+1F980]&gt;"
    data = render_pdf(hostile_paper("🦀"), fonts, created=CREATED)
    assert "[U+1F980]" in pages_of(data)[0]


def test_a_row_taller_than_a_page_goes_on_over_pages(fonts: Fonts) -> None:
    tall = tuple(Words(f"行{number} " + "長い文。" * 40) for number in range(60))
    paper = Paper("ja", "t", "s", "a", "f", "{page}/{pages}", "", (), (Table((Column("c", 100),), ((tall,),)),))
    pages = pages_of(render_pdf(paper, fonts, created=CREATED))
    assert len(pages) > 2
    assert "行59" in "".join(pages)


# --- where fonts come from ----------------------------------------------------------------------------------------


def test_without_a_japanese_font_there_is_an_error_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_fonts, "FOLDERS", (str(tmp_path / "none"),))
    with pytest.raises(UsageError) as caught:
        find_fonts({})
    assert "fonts-morisawa-bizud-gothic" in caught.value.advice("en")
    assert "GATE_FONTS" in caught.value.advice("ja")


def test_a_folder_named_in_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fonts: Fonts
) -> None:
    del fonts  # found before the folders are taken away
    for name in ("BIZUDPGothic-Regular.ttf", "BIZUDPGothic-Bold.ttf"):
        shutil.copy(next(Path("/usr/share/fonts").rglob(name)), tmp_path / name)
    monkeypatch.setattr(pdf_fonts, "FOLDERS", ())
    assert ord("漢") in find_fonts({"GATE_FONTS": str(tmp_path)}).letters


def test_a_font_that_is_none_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ipaexg.ttf",):
        (tmp_path / name).write_bytes(b"not a font")
    monkeypatch.setattr(pdf_fonts, "FOLDERS", (str(tmp_path),))
    with pytest.raises(UsageError) as caught:
        find_fonts({})
    assert "ipaexg.ttf" in str(caught.value)


# --- whatever a policy says ---------------------------------------------------------------------------------------


def test_texts_of_any_length_and_number_fit_on_pages(fonts: Fonts) -> None:
    long, word = "長い文" * 3000, "w" * 9000
    keys = ["title", "supplier", "responsible", "inspector", "checker", "recipient", "contract", "document"]
    texts = "\n".join(f'{key} = "{(long, word)[number % 2]}"' for number, key in enumerate(keys))
    policy = (
        f'[deliverable]\nname = "{word}"\nversion = "{long}"\nkind = "application"\n{texts}\n'
        f'[specification]\ntitle = "{long}"\nversion = "{word}"\n'
        f'[parties]\nsupplier = "{long}"\nrecipient = "{word}"\n'
        f'[gate]\narticle_map = {{"26-3 3(3)" = "{word}", "26-3(6)" = "{long}"}}\n'
    )
    many = ", ".join([f'"{word}"', f'"{long}"'] * 40)
    entry = executable_entry("app.whl!/*.so").replace('"HTML: 速度が不足する"', many).replace("計算の速度", long)
    place = "app.whl!/" + "a" * 1000 + ".so"
    view = view_of(policy, entry, destination_entry().replace("地図の表示", word), facts=[program(place), contact()])
    for language in LANGUAGES:
        for paper in (compose_report(view, language), compose_plan(loaded(policy, entry), language, created=CREATED)):
            pages = pages_of(render_pdf(paper, fonts, created=CREATED))
            assert 3 < len(pages) < 30


def test_bytes_do_not_depend_on_how_a_process_orders_its_sets(fonts: Fonts) -> None:
    script = (
        "import hashlib, os\n"
        "from gate.reports.papers.report import compose_report\n"
        "from gate.reports.pdf import render_pdf\n"
        "from gate.reports.pdf_fonts import find_fonts\n"
        "from tests.unit.reports.paper_cases import case\n"
        "from tests.unit.reports.view_kit import CREATED\n"
        "data = render_pdf(compose_report(case('approved'), 'ja'), find_fonts(os.environ), created=CREATED)\n"
        "print(hashlib.sha256(data).hexdigest())\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    here = render_pdf(compose_report(case("approved"), "ja"), fonts, created=CREATED)
    assert done.stdout.strip() == hashlib.sha256(here).hexdigest()
