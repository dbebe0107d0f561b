"""RTF, XML, notebooks and tables: what acts in them, what only shows code, and what never ends."""

from __future__ import annotations

import json
import time

import pytest

from gate.examine.executable.examiner import ExecutableExaminer
from gate.models import ExecutableFact, Gap
from tests.examine.viewing import examined

FIELD = rb"{\rtf1 {\field{\*\fldinst {%s}}{\fldrslt x}}}"


def seen(data: bytes, name: bytes = b"item") -> tuple[set[str], set[str]]:
    found = examined(ExecutableExaminer(), data, name)
    facts = {fact.format for fact in found if isinstance(fact, ExecutableFact)}
    return facts, {gap.reason for gap in found if isinstance(gap, Gap)}


def test_objects_in_rich_text_say_what_they_do() -> None:
    [fact] = examined(ExecutableExaminer(), rb"{\rt{\object\objocx\objupdate {\*\objdata 4571756174696f6e2e33}}}")
    assert isinstance(fact, ExecutableFact)
    assert (fact.format, fact.detail) == ("rtf-object", "update=yes equation=yes")


@pytest.mark.parametrize(
    ("code", "links"),
    [
        (rb'DDEAUTO c:\\\\cmd.exe "/k calc"', True),
        (rb"{D}{\b DE}AUTO x", True),
        (rb"\'44DE cmd x", False),
        (rb"HYPERLINK DDEAUTO", False),
        (rb"DDEX y", False),
    ],
)
def test_fields_of_rich_text(code: bytes, *, links: bool) -> None:
    assert seen(FIELD % code) == ({"dde"} if links else set(), set())


@pytest.mark.parametrize(
    "body",
    [
        b'<rect width="1" onload="x()"/>',
        b"<a xlink:href=' javascript:x()'>x</a>",
        b"<svg:script href='x.js'/>",
        b"<image href='data:text/html,x'/>",
        b"<g\n\tonclick\n=\n'x'/>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp932"])
def test_pictures_with_scripts(body: bytes, encoding: str) -> None:
    text = '<?xml version="1.0"?><!-- 図 --><svg xmlns="x">' + body.decode() + "</svg>"
    assert seen(text.encode(encoding)) == ({"svg-script"}, set())


@pytest.mark.parametrize(
    "body",
    [b"<text>on a = b, javascript: is a scheme</text>", b'<rect id="onload" class="script"/>', b"<style>a{}</style>"],
)
def test_pictures_without_scripts(body: bytes) -> None:
    assert seen(b"<svg xmlns='x'>" + body + b"</svg>") == (set(), set())


def test_scripts_in_the_document_type_count() -> None:
    entity = b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x '<script>y</script>'>]><svg>&x;</svg>"
    assert seen(entity) == ({"svg-script"}, set())


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b'<?mso?><w:wordDocument xmlns:w="x" w:macrosPresent="yes"/>', "vba"),
        (b"<pkg:package xmlns:pkg='x'><pkg:part pkg:name='/word/vbaProject.bin'/></pkg:package>", "vba"),
        (b"<office:document><office:scripts><script:module script:name='x'>x", "odf-basic"),
        (b"<office:document><script:event-listener script:event-name='dom:load'/>", "odf-script"),
        (b"ActiveMime\0\0\1\xf0" + bytes(60), "vba"),
    ],
)
def test_documents_in_one_file(data: bytes, format_: str) -> None:
    assert seen(data) == ({format_}, set())


@pytest.mark.parametrize(
    "data",
    [
        b'<?mso?><w:wordDocument xmlns:w="x" w:macrosPresent="no"/>',
        b"<pkg:package xmlns:pkg='x'><pkg:part pkg:name='/word/document.xml'/></pkg:package>",
        b"<office:document><office:scripts/></office:document>",
        b"<office:document><office:body>an event-listener</office:body></office:document>",
        b"<Project><Target><Exec Command='x'/></Target></Project>",
        b"ActiveMime is a format",
    ],
)
def test_documents_in_one_file_without_code(data: bytes) -> None:
    assert seen(data) == (set(), set())


def notebook(*cells: dict[str, object]) -> bytes:
    return json.dumps({"nbformat": 4, "cells": cells}, indent=1).encode()


CODE: dict[str, object] = {"cell_type": "code", "source": "import os"}


def test_notebooks() -> None:
    assert seen(notebook(CODE), b"renamed.txt") == ({"notebook"}, set())
    assert seen(notebook({"cell_type": "markdown", "source": "x" * 9000}, CODE), b"a.ipynb") == ({"notebook"}, set())
    assert seen(notebook({"cell_type": "markdown", "source": "import os"}), b"a.ipynb") == (set(), set())
    old = json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x"]}]}]}).encode()
    assert seen(old, b"a.ipynb") == ({"notebook"}, set())
    assert seen(notebook(CODE)[:-5], b"a.ipynb") == ({"notebook"}, set())
    assert seen(b"{" + b'"a":{' * 100_000 + b'"cell_type": "code"', b"a.ipynb") == ({"notebook"}, set())


@pytest.mark.parametrize(
    ("line", "starts"),
    [
        ("=c\x6dd|' /C calc'!A0", True),
        ("1,\"+c\x6dd|' /C calc'!A0\",2", True),
        ("@SUM(1)*c\x6dd|' /C calc'!A0", True),
        ("a\t-2+3+c\x6dd|' /C calc'!A0", True),
        ('=DDE("cmd";"/C calc";"x")', True),
        ("=SUM(A1:A3),-1,+2", False),
        ("a|b!,=1", False),
        ("see =c\x6dd|' /C calc'!A0", False),
    ],
)
def test_tables_that_start_programs(line: str, *, starts: bool) -> None:
    data = ("件名,値\n" * 2000 + line + "\n").encode("cp932")
    assert seen(data, b"t.csv") == ({"dde"} if starts else set(), set())
    assert seen(data, b"t.txt") == (set(), set())


@pytest.mark.parametrize(
    "data",
    [
        rb"{\rtf1 " + rb"\fldinst " * 200_000,
        rb"{\rtf1 " + rb"\\" * 600_000 + rb"objdata",
        rb"{\rtf1 " + b"4 " * 600_000,
        b"<svg>" + b"<!--" * 300_000,
        b"<svg>" + b"<![CDATA[" * 150_000,
        b"<svg>" + b"<a " * 400_000,
        b"<svg " + b" onx" * 300_000,
        b"<svg>" + b"<!ENTITY " * 150_000,
        b"<!DOCTYPE svg [" + b"<!ENTITY a '" * 100_000,
        b"<!-- " + b"-" * 1_200_000 + b"<svg>",
        b"<stylesheet>" + b"<a:script " * 120_000,
        b"<Project>" + b"Roslyn" * 200_000,
        b'{"nbformat": ' + b"[" * 1_200_000,
        b'{"cells": "cell_type"' + b" " * 1_200_000 + b': "code"',
        b"=|" * 600_000,
        b"\t" * 1_200_000,
        b" " * 1_200_000,
        b",=" * 600_000,
        b"\n[" * 600_000,
        b"#" * 1_200_000,
        b"- " * 600_000,
        b'"' * 1_200_000,
        b"/*" * 600_000,
        b"'''" * 400_000,
        b"\n=begin" * 150_000,
        b"<plist>" * 150_000,
    ],
)
@pytest.mark.parametrize("name", [b"a.csv", b"a.url", b"a.yaml"])
def test_megabytes_of_hostile_text_come_to_an_end(data: bytes, name: bytes) -> None:
    started = time.process_time()
    seen(data, name)
    assert time.process_time() - started < 20  # a hang, not a speed: a machine may be slow
