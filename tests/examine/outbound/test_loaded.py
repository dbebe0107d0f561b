"""Files that a page or script loads as a script or style sheet under a name that says otherwise."""

from __future__ import annotations

import pytest

from gate.examine.outbound.examiner import OutboundExaminer
from gate.models import ReferenceFact
from tests.examine.viewing import examined

SVG = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<script xlink:href="a.dat"/></svg>"""


def named(data: str, name: str = "index.html") -> set[tuple[str, str]]:
    found = examined(OutboundExaminer(), data.encode(), name.encode())
    return {(fact.role, fact.target) for fact in found if isinstance(fact, ReferenceFact)}


@pytest.mark.parametrize(
    ("data", "name", "target"),
    [
        ("<script src=a.txt></script>", "index.html", "a.txt"),
        ("<script src=a></script>", "index.html", "a"),
        ("<script type=module src='../js/a%2Etxt?v=1'></script>", "index.html", "../js/a.txt"),
        ("<script src=a.css></script>", "index.html", "a.css"),
        ("<script src=a.json></script>", "index.html", "a.json"),
        ("<script src=/logo.png></script>", "index.html", "/logo.png"),
        (
            SVG,
            "a.svg",
            "a.dat",
        ),
        ("new Worker('a.' + 'txt')", "a.js", "a.txt"),
        ("new SharedWorker('a.bin')", "a.js", "a.bin"),
        ("importScripts('b.js', 'a.txt')", "a.js", "a.txt"),
        ("navigator.serviceWorker.register('sw.txt')", "a.js", "sw.txt"),
        ("const s = document.createElement('script'); s.src = 'a.md'; document.body.append(s)", "a.js", "a.md"),
    ],
)
def test_file_that_is_run_as_a_script_under_another_name(data: str, name: str, target: str) -> None:
    assert named(data, name) == {("script", target)}


def test_file_that_is_a_style_sheet_under_another_name() -> None:
    assert named("<link rel='alternate stylesheet' href=theme.dat>") == {("style", "theme.dat")}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("<script src=a.js></script><script src='a.MJS?x=.txt'></script><script></script>", "index.html"),
        ("<script src=counter.php></script><script src=counter.cgi></script>", "index.html"),
        ("<script type=text/template src=a.txt></script>", "index.html"),
        ("<script src='https://x.example/a.txt'></script><script src='//x.example/a.txt'></script>", "index.html"),
        ("<link rel=stylesheet href=a.css><link rel=stylesheet href=style.php>", "index.html"),
        ("<link rel=icon href=a.png><link rel=stylesheet><img src=a.png><a href=a.txt>a</a>", "index.html"),
        ("new Worker('a.js'); new Worker(name + '.txt'); import './a.css'; fetch('a.txt')", "a.js"),
        ("const i = document.createElement('img'); i.src = 'a.png'; e.src = 'b.png'", "a.js"),
    ],
)
def test_ordinary_names_are_nothing(data: str, name: str) -> None:
    assert named(data, name) == set()
