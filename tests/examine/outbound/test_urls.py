"""Where a URL leads, and what of it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.examine.outbound.urls import SHOWN_LENGTH, base_for, resolve


@pytest.mark.parametrize(
    ("raw", "host"),
    [
        ("https://Example.ORG/", "example.org"),
        ("//example.org", "example.org"),
        ("https://example.org./", "example.org"),
        ("https://日本語.jp/", "xn--wgv71a119e.jp"),
        ("https://user:secret@example.org/", "example.org"),
        ("https://example.org@evil.example/", "evil.example"),
        ("https://example.org\\@evil.example/", "example.org"),
        ("ftp://example.org/", "example.org"),
        ("wss:example.org", "example.org"),
        ("git://EXAMPLE.org/x", "example.org"),
        ("file://server/share", "server"),
        ("https://[2001:db8::1]/", "[2001:db8::1]"),
        ("https://203.0.113.9/", "203.0.113.9"),
        ("https://3405803785/", "203.0.113.9"),
    ],
)
def test_host(raw: str, host: str) -> None:
    target = resolve(raw)
    assert target is not None
    assert target.host == host
    assert not target.local


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "a/b",
        "/a",
        "?a",
        "#a",
        "mailto:a@example.org",
        "data:text/plain,//example.org",
        "javascript:x",
        "about:blank",
        "blob:https://example.org/x",
        "https://",
        "//",
        "///",
        "file:///C:/x",
        "C:\\x",
        "a:b",
        "urn:x:y",
    ],
)
def test_no_server(raw: str) -> None:
    assert resolve(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        "http://localhost:8080/",
        "http://a.localhost/",
        "http://printer.local/",
        "http://127.0.0.1/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://10.1.2.3/",
        "http://172.31.0.1/",
        "http://192.168.0.1/",
        "http://169.254.1.1/",
        "http://[::1]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0/",
        "http://db.internal/",
    ],
)
def test_local(raw: str) -> None:
    target = resolve(raw)
    assert target is not None
    assert target.local


@pytest.mark.parametrize(
    "raw",
    [
        "http://172.32.0.1/",
        "http://11.0.0.1/",
        "http://localhost.example/",
        "http://local/",
        "http://[2001:db8::1]/",
        "http://[::ffff:8.8.8.8]/",
        "http://192.0.2.1/",
    ],
)
def test_not_local(raw: str) -> None:
    target = resolve(raw)
    assert target is not None
    assert not target.local


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("https://user:secret@example.org:8443/p?token=secret&b#secret", "https://example.org:8443/p?token=…&…"),
        (
            "https://example.org/?" + "&".join(f"k{i}=secret" for i in range(12)),
            "https://example.org/?" + "&".join(f"k{i}=…" for i in range(10)) + "&…",
        ),
        ("https://example.org?", "https://example.org/"),
        ("https://{{host}}/a?key=secret", "https://{{host}}/a"),
        ("https://user:secret@{{host}}/a", "https://{{host}}/a"),
        ("https://example.org/\x1b[31m", "https://example.org/%1B[31m"),
    ],
)
def test_secrets_are_not_shown(raw: str, shown: str) -> None:
    target = resolve(raw)
    assert target is not None
    assert target.url == shown
    assert "secret" not in target.url


def test_long_urls_are_cut() -> None:
    target = resolve("https://example.org/" + "a" * 1_000_000)
    assert target is not None
    assert len(target.url) == SHOWN_LENGTH
    assert target.url.endswith("…")
    assert target.host == "example.org"


def test_base_of_a_document() -> None:
    base = base_for("//cdn.example/x/", None)
    assert base == "https://cdn.example/x/"
    target = resolve("a.png", base)
    assert target is not None
    assert target.url == "https://cdn.example/x/a.png"
    assert base_for("sub/", None) is None
    assert base_for("javascript:x", None) is None
    assert base_for("https://a b/", None) is None
    assert base_for("../y/", base) == "https://cdn.example/y/"


PLAIN = st.text(alphabet="abz09-./_~@%A", max_size=20)


@given(PLAIN, PLAIN)
def test_plain_urls_lead_where_the_parser_says(host: str, path: str) -> None:
    """A URL that needs no parser is read as the parser reads it: with a space before it, it goes through the parser."""
    raw = f"https://{host}.example/{path}"
    assert resolve(raw) == resolve(f" {raw}")


@given(st.text(max_size=200))
def test_any_text_is_resolved_or_not(raw: str) -> None:
    for text in (raw, "//" + raw, "https://" + raw, "https://example.org/" + raw):
        target = resolve(text)
        assert target is None or "\x1b" not in target.url


@pytest.mark.parametrize(
    ("raw", "host"),
    [
        ("http://0xCB.0.0x71.9/", "203.0.113.9"),
        ("http://0313.0.0161.011/", "203.0.113.9"),
        ("http://0xCB007109/", "203.0.113.9"),
        ("http://203.28937/", "203.0.113.9"),
        ("http://203.0.28937/", "203.0.113.9"),
        ("http://203.0.113.9./", "203.0.113.9"),
        ("http://２０３.0.113.9/", "203.0.113.9"),
        ("http://%32%30%33.0.113.9/", "203.0.113.9"),
        ("http://[2001:DB8:0:0::1]/", "[2001:db8::1]"),
        ("http://[2001:db8::203.0.113.9]/", "[2001:db8::cb00:7109]"),
        ("ht\ntps:/\t/x\r.example/", "x.example"),
        (" \x00https:x.example", "x.example"),
        ("https:\\\\x.example", "x.example"),
        ("https:///x.example/", "x.example"),
        ("https://X。EXAMPLE｡/", "x.example"),
        ("https://ｘ.example/", "x.example"),
        ("https://x\u00ad.example/", "x.example"),
        ("https://xn--wgv71a119e.jp/", "xn--wgv71a119e.jp"),
        ("https://ドメイン.example/", "xn--eckwd4c7c.example"),
        ("https://a:b@c:d@x.example/", "x.example"),
        ("https://x.example:443@evil.example/", "evil.example"),
        ("https://x.example#@evil.example/", "x.example"),
        ("https://x.example?@evil.example/", "x.example"),
        ("//x.example\\@evil.example/", "x.example"),
    ],
)
def test_host_in_all_notations(raw: str, host: str) -> None:
    target = resolve(raw)
    assert target is not None
    assert target.host == host


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        ("https://www.meti.go.jp@evil.example/", "a host name as user before the host"),
        ("https://www.meti.go.jp:443@evil.example/", "a host name as user before the host"),
        ("https://p\u0430ypal.example/", "host of mixed scripts: Cyrillic, Latin"),
        ("https://go\u03bfgle.example/", "host of mixed scripts: Greek, Latin"),
        ("https://\u0430\u0440\u0440\u04cf\u0435.example/", "host of letters that look Latin: Cyrillic"),
        ("https://日本ги.example/", "host of mixed scripts: Cjk, Cyrillic"),
    ],
)
def test_what_may_deceive_is_noted(raw: str, note: str) -> None:
    target = resolve(raw)
    assert target is not None
    assert target.note == note


@pytest.mark.parametrize(
    "raw",
    [
        "https://user@example.org/",
        "https://token:x@example.org/",
        "https://日本語ドメインabc.jp/",
        "https://ラーメン屋.jp/",
        "https://münchen.example/",
        "https://пример.example/",
        "https://한국abc.kr/",
        "https://中文.tw/",
        "https://example.org/@user",
    ],
)
def test_what_is_as_it_seems_is_not(raw: str) -> None:
    target = resolve(raw)
    assert target is not None
    assert target.note == ""
