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
        b"document.getElementById('a').textContent = 'b';\n",
        b"import { add } from './add.js';\nconsole.log(add(1, 2));\n",
        b"var isNode = typeof window === 'undefined'; if (isNode) { var fs = require('fs'); }\n",
        b"(function () { if (typeof define === 'function' && define.amd) define([], f); else require('fs'); })();\n",
        b"if (typeof importScripts === 'function') { } else { require('worker_threads'); }\n",
        b"// require('express') is not needed: import 'fsx'\nlet a = 1;\nfunction f() { return a; }\nwindow.f = f;\n",
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
    "unit", [b"require(        ", b"import ('node:", b"document . ", b"typeof        ", b'from"fs', b"from "]
)
def test_hostile_scripts_cost_little(unit: bytes) -> None:
    content = Content(Memory(unit * (4_000_000 // len(unit))))
    started = time.perf_counter()
    assert with_runtime(Named("javascript"), content) == Named("javascript")
    assert time.perf_counter() - started < 10
