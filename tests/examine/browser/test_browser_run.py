"""The browser run on real pages in a real Chromium: what it sees, where it cannot, and what pages can reach."""

from __future__ import annotations

import http.server
import threading

import pytest

from gate.errors import EngineFailure
from gate.examine.browser import examiner as module
from gate.examine.browser.examiner import BrowserExaminer
from gate.isolation import Confinement
from gate.models import Gap, Item
from tests.examine.browser.browser_kit import hosts_and_gaps, looked, with_browser

EVERYTHING = """<!doctype html><link rel="preconnect" href="https://ahead.example"><style>@import "/css/a.css";</style>
<div style="height: 9000px"></div><img loading="lazy" src="https://far-down.example/a.png">
<script src="js/a.js"></script><script>
new WebSocket("wss://socket.example/");
setTimeout(() => fetch("https://late.example/"), 5000);
addEventListener("pagehide", () => navigator.sendBeacon("https://leaving.example/"));
</script><a href="https://link.example/">a</a><template><img src="https://template.example/"></template>"""
COMPUTED = """const letters = [99, 111, 109, 112, 117, 116, 101, 100];
const first = letters.map((code) => String.fromCharCode(code)).join("");
new Image().src = "//" + first + "." + "elpmaxe".split("").reverse().join("");"""
TWIN = COMPUTED.replace('new Image().src = "//"', 'document.title = ""')


def examiner(**changes: float) -> BrowserExaminer:
    return BrowserExaminer(**{"pages": 50, "workers": 1, "page_seconds": 60, **changes})  # type: ignore[arg-type]  # numbers both


@with_browser
def test_what_a_page_asks_for_is_seen_and_nothing_else() -> None:
    files = {
        "site/pages/index.html": EVERYTHING,
        "site/pages/js/a.js": COMPUTED,
        "site/css/a.css": "body { background: url(https://style.example/a.png) }",
    }
    seen = looked(examiner(), files)
    assert list(seen) == ["site/pages/index.html"]
    assert hosts_and_gaps(seen["site/pages/index.html"]) == (
        {
            "ahead.example",
            "far-down.example",
            "computed.example",
            "socket.example",
            "late.example",
            "leaving.example",
            "style.example",
        },
        [],
    )


@with_browser
def test_the_twin_that_asks_for_nothing_has_no_contact() -> None:
    page = '<!doctype html><p>a</p><script src="a.js"></script>'
    seen = looked(examiner(), {"twin.zip!/d/index.html": page, "twin.zip!/d/a.js": TWIN})
    assert seen == {"twin.zip!/d/index.html": []}


@with_browser
@pytest.mark.full
def test_a_page_that_never_ends_is_a_gap_and_what_it_asked_for_stays() -> None:
    page = """<!doctype html><img src="https://before.example/a.png">
    <script>onload = () => setTimeout(() => { for (;;); }, 100)</script>"""
    hosts, gaps = hosts_and_gaps(looked(examiner(page_seconds=8), {"s/a.html": page})["s/a.html"])
    assert gaps == ["timeout"]
    assert hosts == {"before.example"}


@with_browser
def test_a_page_reaches_neither_servers_of_this_machine_nor_its_files() -> None:
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = f"""<!doctype html><p>a</p><iframe src="file:///etc/passwd"></iframe>
        <img src="http://127.0.0.1:{server.server_port}/secret">"""
        seen = looked(examiner(), {"s/a.html": page})["s/a.html"]
        server.shutdown()
    assert asked == []
    assert [(fact.host, fact.reach) for fact in seen if not isinstance(fact, Gap)] == [("127.0.0.1", "local")]  # type: ignore[union-attr]  # all are contacts


@with_browser
def test_it_proves_itself_and_says_how_it_ran() -> None:
    engine = examiner().start()
    assert (engine.name, engine.canary) == ("browser", "passed")
    assert int(engine.version.partition(".")[0]) > 100
    assert engine.detail in {"sandbox=on; pages=0/0", "sandbox=off; pages=0/0"}


@with_browser
@pytest.mark.full
def test_a_browser_that_misses_the_canary_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = {"index.html": b"<!doctype html><p>nothing</p>"}
    monkeypatch.setattr(module, "_CANARY", silent)
    with pytest.raises(EngineFailure) as raised:
        examiner().start()
    assert raised.value.code == "examine.browser-canary"
    monkeypatch.setattr(
        module, "_CANARY", {"index.html": b'<img src="//else.example"><img src="//plain.canary.example.org">'}
    )
    monkeypatch.setattr(module, "_CANARY_SEEN", {"plain.canary.example.org"})
    with pytest.raises(EngineFailure) as raised:
        examiner().start()
    assert raised.value.code == "examine.canary-false"


def test_without_chromium_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROGRAM", "no-such-browser")
    with pytest.raises(EngineFailure) as raised:
        examiner().start()
    assert raised.value.code == "examine.browser-missing"
    assert "apt-get install chromium" in raised.value.advice("ja")


@with_browser
def test_without_an_enclosure_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The enclosure cannot be had where its folder cannot be: the system's refusal of name spaces ends the same way."""
    monkeypatch.setattr(module, "Confinement", lambda **_: Confinement(enclosed="/proc/no-such-place"))
    with pytest.raises(EngineFailure) as raised:
        examiner().start()
    assert raised.value.code == "examine.browser-isolation"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let pages be opened by nobody, and say which would have been."""
    pages: list[str] = []

    def open_none(_self: BrowserExaminer, _files: object, page: str) -> module.Seen:
        pages.append(page)
        return module.Seen(())

    monkeypatch.setattr(BrowserExaminer, "open_page", open_none)
    return pages


def test_pages_beyond_the_limit_are_gaps_and_those_opened_are_spread(opened: list[str]) -> None:
    files = {f"site/d/page{number}.html": "a" for number in range(10)}
    seen = looked(examiner(pages=5), {**files, "site/index.html": "a", "site/a.css": ""})
    assert opened == ["d/page1.html", "d/page3.html", "d/page5.html", "d/page7.html", "index.html"]
    beyond = {path: gaps for path, gaps in seen.items() if gaps}
    assert sorted(beyond) == [f"site/d/page{number}.html" for number in (0, 2, 4, 6, 8, 9)]
    assert {gap.reason for gaps in beyond.values() for gap in gaps if isinstance(gap, Gap)} == {"too-many"}


def test_a_site_that_is_too_large_is_a_gap_of_each_page(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SITE_BYTES", 10)
    seen = looked(examiner(), {"a.zip!/a.html": "a" * 8, "a.zip!/b.html": "b" * 8, "b.zip!/c.html": "c" * 8})
    assert {path: hosts_and_gaps(found)[1] for path, found in seen.items()} == {
        "a.zip!/a.html": ["too-large"],
        "a.zip!/b.html": ["too-large"],
        "b.zip!/c.html": [],
    }
    assert opened == ["c.html"]


def test_garbage_instead_of_an_answer_is_a_problem_and_no_fact() -> None:
    seen = module._seen(iter([{"contact": ["u", 1, False]}, {"contact": "x"}, 7, {"page": {}}]))
    assert seen == module.Seen((), "no answer")


def test_pages_are_told_by_their_names() -> None:
    names = {b"a.html": True, b"A.HTM": True, b"a.xhtml": True, b"a.js": False, b"html": False}
    assert {name: examiner().applies(Item("p", "", 1, name)) for name in names} == names
    assert not examiner().applies(Item("p", "", 1, b"a.html", origin="derived"))
