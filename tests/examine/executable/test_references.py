"""WebAssembly modules that pages name: by plain relative paths, and by nothing that has to be guessed."""

from __future__ import annotations

import time

import pytest

from gate.examine.executable import references
from gate.examine.executable.content import Content, Memory
from gate.examine.executable.examiner import ExecutableExaminer
from gate.models import ReferenceFact
from tests.examine.viewing import examined


def named(data: bytes, name: bytes = b"app.js") -> list[str]:
    return [fact.target for fact in examined(ExecutableExaminer(), data, name) if isinstance(fact, ReferenceFact)]


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (b"fetch('app_bg.wasm')", "app_bg.wasm"),
        (b'new URL("./pkg/app_bg.wasm", import.meta.url)', "./pkg/app_bg.wasm"),
        (b"const u = `/static/app-1.2.wasm?v=3`", "/static/app-1.2.wasm"),
        (b'x = "{\\"wasm\\": \\"../a/b.wasm\\"}"', "../a/b.wasm"),
        (b"var f='a.wasm#x'", "a.wasm"),
        (b"/* " + b"x" * 100_000 + b" */ load('far.wasm')", "far.wasm"),
    ],
)
def test_a_path_that_is_written_out(data: bytes, target: str) -> None:
    assert named(data) == [target]
    assert named(data, b"index.html") == [target]
    assert named(data, b"INDEX.HTM") == [target]


@pytest.mark.parametrize(
    "data",
    [
        b"fetch('https://cdn.example.org/app.wasm')",
        b"fetch('//cdn.example.org/app.wasm')",
        b"fetch(`${base}app.wasm`)",
        b"fetch(base + '.wasm')",
        b"module.wasm.load(); a=e.wasm;",
        b"'a.wasmx'",
        b"'%61.wasm'",
        "'名前.wasm'".encode(),
        b"app.wasm",
        b"'app.wasm",
        b"see app.wasm for more",
        b"'" + b"a" * 2000 + b".wasm'",
        b"wasm",
        b"",
    ],
)
def test_what_is_not_a_plain_relative_path_names_nothing(data: bytes) -> None:
    assert named(data) == []


@pytest.mark.parametrize("name", [b"app.css", b"app.cjs", b"app.php", b"notes.txt", b"app.wasm", b"app", b"js"])
def test_only_pages_and_browser_scripts_name_modules(name: bytes) -> None:
    assert named(b"fetch('app_bg.wasm')", name) == []


def test_a_module_is_told_once_and_there_is_an_end() -> None:
    assert named(b"'a.wasm' 'a.wasm' 'b.wasm'") == ["a.wasm", "b.wasm"]
    assert len(named(b"".join(b"'%d.wasm' " % number for number in range(1000)))) == 64


def test_a_page_beyond_the_limit_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "LARGEST", 10)
    assert named(b"fetch('app_bg.wasm')") == []


@pytest.mark.parametrize("unit", [b".wasm", b"a.wasm", b"'.wasm", b"/" * 500 + b".wasm", b"'" + b"a" * 600 + b".wasm"])
def test_hostile_pages_cost_little(unit: bytes) -> None:
    content = Content(Memory(unit * (3_000_000 // len(unit)))).under(b"index.html", None, ())
    started = time.perf_counter()
    assert list(references.references(content)) == []
    assert time.perf_counter() - started < 10
