"""JavaScript for servers, told from what browsers load."""

from __future__ import annotations

import time

import pytest

from gate.examine.executable import runtimes
from gate.examine.executable.content import Content, Memory, Named
from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.executable.runtimes import with_runtime
from gate.models import ExecutableFact
from tests.examine.viewing import examined


def runtime(data: bytes, name: bytes = b"app.js") -> set[str]:
    facts = [fact for fact in examined(ExecutableExaminer(), data, name) if isinstance(fact, ExecutableFact)]
    assert [fact.format for fact in facts] == ["javascript"]
    return {word for word in facts[0].detail.split() if word.startswith("runtime=")}


@pytest.mark.parametrize(
    "data",
    [
        b"const express = require('express');\nconst app = express();\napp.listen(3000);\n",
        b'import fs from "node:fs";\nfs.readFileSync("/etc/passwd");\n',
        b'import { createServer } from "http";\ncreateServer().listen(80);\n',
        b'const { exec } = require("child_process");\nexec(process.argv[2]);\n',
        b"// the document is read\nconst fs = require( 'fs' );\nmodule.exports = () => fs.readFileSync('a');\n",
        b"const http = await import('node:http');\n",
        b'import "node:process";\nconsole.log(1);\n',
    ],
)
def test_scripts_for_servers(data: bytes) -> None:
    assert runtime(data) == {"runtime=node"}


@pytest.mark.parametrize(
    "data",
    [
        b"/*" + b"x" * 6000 + b"*/var o = new ActiveXObject('WSc\x72ipt.Shell'); o.Run('calc');\n",
        b"window.a = 1; this['WScript']['CreateObject'](name).Run('calc');\n",
        b"document.title = ''; WScript . Sleep(1);\n",
        b"var services = GetObject('winmgmts:').Get('Win32_Process');\n",
        b"document.write(new ActiveXObject('Excel.Application'));\n",
        b"var e = new Enumerator(list); e.moveNext();\n",
        b"function make(name) { return new ActiveXObject(name); }\nmake(parts.join('.'));\n",
    ],
)
def test_scripts_for_the_windows_script_host(data: bytes) -> None:
    assert runtime(data) == {"runtime=windows"}


@pytest.mark.parametrize(
    "data",
    [
        b"var request = window.XMLHttpRequest ? 0 : new ActiveXObject('Microsoft.XMLHTTP');\n",
        b"document.title = ''; x = new ActiveXObject(\"Msxml2.XMLHTTP.6.0\");\n",
        b"for (i in ids) try { return new ActiveXObject(ids[i]) } catch (e) { } // navigator.appName\n",
        b"navigator.plugins || new ActiveXObject('ShockwaveFlash.ShockwaveFlash');\n",
        b"var words = 'WScript CreateObject Enumerator';\n",
        b"let WScripts = 1; call(WScripts);\n",
        b"cache.getObject('a'); forgetObject('winmgmts');\n",
    ],
)
def test_scripts_for_old_browsers(data: bytes) -> None:
    assert runtime(data) == set()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"// window.x\nrequire('child_process').exec('id');\n", "runtime=node"),
        (b"var on = typeof window; import { fork } from 'cluster'; fork();\n", "runtime=node"),
        (b'/* document.title */ const app = require("express")();\n', "runtime=node"),
        (b"process.binding('spawn_sync').spawn({});\n", "runtime=node"),
        (b"process . mainModule.require(name);\n", "runtime=node"),
        (b"new Deno.Command('id').output();\n", "runtime=deno"),
        (b"Deno.serve(answer);\n", "runtime=deno"),
        (b"Bun.spawn(['id']);\n", "runtime=bun"),
        (b"WScri\\u0070t.Echo(1);\n", "runtime=windows"),
        (b"\\u{57}Script.Echo(1);\n", "runtime=windows"),
        (b"this['\\x57Scr\\x69pt'].Echo(1);\n", "runtime=windows"),
        (b"@if (@X)==(@Y) @end /* \r\ncscript x\r\n*/ run();\n", "runtime=windows"),
        ("\ufeffvar c = require('child_process');\n".encode("utf-16-le"), "runtime=node"),
        (("\ufeff//" + "x" * 5000 + "\nWScript.Sleep(1);\n").encode("utf-16-be"), "runtime=windows"),
        (b"ObjC.import('stdlib'); $.system('id');\n", "runtime=macos"),
        (b"Application('Terminal').doScript('id'); Application.currentApplication();\n", "runtime=macos"),
    ],
)
def test_what_no_page_has_whatever_is_said_of_pages(data: bytes, word: str) -> None:
    assert runtime(data) == {word}


@pytest.mark.parametrize(
    "data",
    [
        b"const isDeno = typeof Deno !== 'undefined' && Deno.version;\n",
        b"processing.binding('a'); let process = {}; process.bindings = 1;\n",
        b"var text = '\\u003cp\\u003e \\x57';\n/*@cc_on @*/ /*@if (@_jscript_version >= 5) @*/\n",
        "\ufeffdocument.title = 'a';\n".encode("utf-16-le"),
        b"bun.spawn = 1; Bunny.spawn();\n",
        b"class Application {}; const app = new Application('x');\n",
    ],
)
def test_words_that_are_like_those(data: bytes) -> None:
    assert runtime(data) == set()


@pytest.mark.parametrize(
    "data",
    [
        b"document.getElementById('a').textContent = 'b';\n",
        b"import { add } from './add.js';\nconsole.log(add(1, 2));\n",
        b"var isNode = typeof window === 'undefined'; if (isNode) { var fs = require('fs'); }\n",
        b"(function () { if (typeof define === 'function' && define.amd) define([], f); else require('fs'); })();\n",
        b"if (typeof importScripts === 'function') { } else { require('worker_threads'); }\n",
        b"// require('fs') is not needed: import 'fsx'\nlet a = 1;\nfunction f() { return a; }\nwindow.f = f;\n",
        b"const fs = require('./fs');\nexports.a = 1;\n",
        b"let express = 'express';\nfunction required() { return express; }\n",
    ],
)
def test_scripts_for_browsers_and_for_both(data: bytes) -> None:
    assert runtime(data) == set()


def test_only_javascript_has_a_runtime() -> None:
    content = Content(Memory(b"import fs from 'node:fs'\n"))
    assert with_runtime(Named("typescript"), content) == Named("typescript")


def test_what_is_too_long_to_be_searched_may_be_for_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "LARGEST", 10)
    assert runtime(b"document.getElementById('a').textContent = 'b';\n") == {"runtime=unknown"}


@pytest.mark.parametrize(
    "unit",
    [
        b"require(        ",
        b"import ('node:",
        b"document . ",
        b"typeof        ",
        b'from"fs',
        b"from ",
        b"ActiveXObject     ",
        b"WScript   ",
        b"process   ",
        b"\\u{0000000",
        b"\\u0057\\x53",
    ],
)
def test_hostile_scripts_cost_little(unit: bytes) -> None:
    content = Content(Memory(unit * (4_000_000 // len(unit))))
    started = time.perf_counter()
    assert with_runtime(Named("javascript"), content) == Named("javascript")
    assert time.perf_counter() - started < 10
