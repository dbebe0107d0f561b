"""Sites packed into one file and handed out again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from gate.examine.browser.pack import Place, SiteTooLarge, pack, pack_files, place_of
from gate.examine.browser.server import SiteServer
from tests.examine.browser.browser_kit import member

FILES = {
    "index.html": b"root",
    "docs/index.html": b"docs",
    "docs/demo/page.html": b"page",
    "docs/demo/a.mjs": b"module",
    "docs/js/app.js": b"app",
    "caf\u00c3\u00a9.css": b"accent",
}


@pytest.fixture
def server() -> Iterator[SiteServer]:
    with pack_files(FILES) as files:
        yield SiteServer(files.descriptor, files.index, "docs/demo/page.html")


def get(server: SiteServer, path: str) -> tuple[bytes, str, str]:
    base = server.origin.replace(SiteServer.HOST, "127.0.0.1")
    with urlopen(f"{base}{path}", timeout=20) as answer:  # noqa: S310  # loopback
        return answer.read(), answer.headers["Content-Type"], answer.url.removeprefix(base)


@pytest.mark.parametrize(
    ("path", "content", "form"),
    [
        ("/index.html", b"root", "text/html"),
        ("/", b"root", "text/html"),
        ("/docs/demo/a.mjs?v=1", b"module", "text/javascript"),
        ("/docs/", b"docs", "text/html"),
        ("/caf%C3%A9.css", b"accent", "text/css"),
        ("/js/app.js", b"app", "text/javascript"),
        ("/a.mjs", b"module", "text/javascript"),
    ],
)
def test_files_are_found_as_a_server_finds_them(server: SiteServer, path: str, content: bytes, form: str) -> None:
    assert get(server, path)[:2] == (content, form)


def test_a_folder_without_its_slash_is_sent_on(server: SiteServer) -> None:
    assert get(server, "/docs") == (b"docs", "text/html", "/docs/")


@pytest.mark.parametrize("path", ["/none.html", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd"])
def test_what_is_not_in_the_site_is_not_there(server: SiteServer, path: str) -> None:
    with pytest.raises(HTTPError) as raised:
        get(server, path)
    assert raised.value.code == 404
    raised.value.close()


def test_it_says_whether_the_page_was_asked_for(server: SiteServer) -> None:
    assert not server.page_served
    get(server, "/docs/demo/page.html")
    assert server.page_served


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("site/a/b.html", Place("site/", "a/b.html")),
        ("a.html", Place("", "a.html")),
        ("x/a.zip!/b.zip!/c/d.html", Place("x/a.zip!/b.zip!/", "c/d.html")),
        ("site/100%25/caf\u00e9.html", Place("site/", "100%/caf\u00c3\u00a9.html")),
    ],
)
def test_places(path: str, place: Place) -> None:
    assert place_of(path) == place


def test_a_pack_is_read_only_and_has_no_name() -> None:
    before = set(Path("/proc/self/fd").iterdir())
    with pack([member("s/a.html", b"a"), member("s/b.css", b"bb")], limit=100) as files:
        assert os.pread(files.descriptor, files.index["start"], 0) == b"abb"
        assert Path(f"/proc/self/fd/{files.descriptor}").readlink().name.endswith(" (deleted)")
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(files.descriptor, b"x")
    assert set(Path("/proc/self/fd").iterdir()) <= before | {Path(f"/proc/self/fd/{files.descriptor}")}


def test_a_site_beyond_the_limit_is_not_packed() -> None:
    with pytest.raises(SiteTooLarge):
        pack([member("s/a.html", b"a" * 60), member("s/b.css", b"b" * 60)], limit=100)
