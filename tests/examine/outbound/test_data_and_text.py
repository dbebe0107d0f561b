"""JSON, manifests, source maps, and text for people."""

from __future__ import annotations

import json

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound, reached

U = f"https://{HOST}/a"


@pytest.mark.parametrize(
    ("text", "reach", "via"),
    [
        (f'{{"serviceUrl": "{U}"}}', "string", "json serviceUrl"),
        (f'{{"a": ["b", "{U}"]}}', "string", "json a"),
        (f'"{U}"', "string", "json"),
        (f'{{"{U}": 1}}', "string", f"json {U}"),
        (r'{"a": "https:\/\/x.example\/a"}', "string", "json a"),
        (r'{"a": "\u0068ttps://x.example/a"}', "string", "json a"),
        ('{"a": "//x.example/a.js"}', "string", "json a"),
        ('{"a": "wss://x.example/s"}', "string", "json a"),
        (f"{{a: '{U}'}}", "string", "json"),
        (f'{{"a": "{U}", // comment\n}}', "string", "json a"),
        (f'{{"a": "{U}"', "string", "json a"),
        (f'{{"a": "<img src={U}>"}}', "string", "json a"),
        (f'{{"a": "See {U}."}}', "text", "json a"),
        (f'{{"$schema": "{U}"}}', "identifier", "json $schema"),
        (f'{{"@context": ["{U}"]}}', "identifier", "json @context"),
        (f'{{"homepage": "{U}"}}', "link", "json homepage"),
        ("[" * 200_000 + f'"{U}"', "string", "json"),
    ],
)
def test_json(text: str, reach: str, via: str) -> None:
    assert reached(text, "a.json") == {(HOST, reach, via)}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b/c"}',
        '{"a": "a // b"}',
        '{"a": "//"}',
        '{"a": "// comment"}',
        '{"a": "C:\\\\\\\\d"}',
        f"// {U}",
        f"/* {U} */",
    ],
)
def test_json_twins(text: str) -> None:
    assert outbound(text, "a.json") == []


def test_lines_of_json() -> None:
    assert [fact.line for fact in outbound(f'{{\n"a": "{U}1",\n\n"b": "{U}2"}}', "a.json")] == [2, 4]


def test_manifest_of_a_web_application() -> None:
    manifest = {
        "start_url": f"https://start.{HOST}/",
        "icons": [{"src": f"https://icon.{HOST}/", "sizes": "9x9"}],
        "shortcuts": [{"name": "a", "url": f"https://short.{HOST}/"}],
        "share_target": {"action": f"https://share.{HOST}/"},
        "description": f"See https://text.{HOST}/.",
        "x": f"https://other.{HOST}/",
    }
    expected = {
        ("start", "link"),
        ("icon", "conditional"),
        ("short", "link"),
        ("share", "interaction"),
        ("text", "text"),
        ("other", "string"),
    }
    for name in ("a.webmanifest", "manifest.json"):
        facts = outbound(json.dumps(manifest), name)
        assert {(fact.host.partition(".")[0], fact.reach) for fact in facts} == expected
    assert [fact.condition for fact in facts if fact.reach == "conditional"] == ["installed as an application"]
    assert outbound('{"start_url": "/", "icons": [{"src": "a.png"}]}', "a.webmanifest") == []


def test_manifest_of_an_extension() -> None:
    [fact] = outbound(f'{{"manifest_version": 3, "update_url": "{U}"}}', "manifest.json")
    assert (fact.reach, fact.condition) == ("conditional", "installed as an extension")


def test_source_maps_name_sources() -> None:
    sources = {"sources": [f"webpack://a/{U}"], "sourcesContent": [f"// {U}\nfetch('{U}')"], "sourceRoot": U}
    assert {fact.reach for fact in outbound(json.dumps(sources), "a.js.map")} == {"identifier"}
    assert outbound('{"version": 3, "sources": ["a.ts"]}', "a.js.map") == []


@pytest.mark.parametrize(
    ("text", "name", "reach", "via"),
    [
        (f"See {U}.", "a.txt", "text", "text"),
        (f"（{U}）をご覧ください。", "README", "text", "text"),
        (f"See {U}.", "a.md", "text", "text"),
        (f"[x]({U})", "a.md", "link", "link"),
        (f"[x](<{U}> 'title')", "a.md", "link", "link"),
        (f"<{U}>", "a.md", "link", "link"),
        (f"[x]\n\n[x]: {U}", "a.md", "link", "link"),
        (f'<a href="{U}">x</a>', "a.md", "link", "a[href]"),
        (f"![x]({U})", "a.md", "conditional", "image"),
        (f'<img src="{U}">', "a.md", "conditional", "img[src]"),
        (f"```html\n<img src={U}>\n```", "a.md", "text", "text"),
        (f"`![x]({U})`", "a.md", "text", "text"),
        (f".. image:: {U}", "a.rst", "conditional", "image"),
        (f".. |x| image:: {U}", "a.rst", "conditional", "image"),
        (f"`x <{U}>`_", "a.rst", "link", "link"),
        (f".. _x: {U}", "a.rst", "link", "link"),
        (f"image::{U}[x]", "a.adoc", "conditional", "image"),
    ],
)
def test_text(text: str, name: str, reach: str, via: str) -> None:
    found = {(fact.host, fact.reach, fact.via) for fact in outbound(text, name)}
    assert found == {(HOST, reach, via)}


@pytest.mark.parametrize("text", ["![x](a.png) [y](b.md)", "http://", "see //x.example/a", "a < b and c > d = e"])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.rst"])
def test_text_twins(text: str, name: str) -> None:
    assert outbound(text, name) == []


def test_picture_with_a_link_round_it() -> None:
    facts = outbound(f"\n[![x]({U})](https://link.{HOST}/)", "a.md")
    assert [(fact.host, fact.reach, fact.line) for fact in facts] == [
        (HOST, "conditional", 2),
        (f"link.{HOST}", "link", 2),
    ]
    assert facts[0].condition == "shown with its pictures"


@pytest.mark.parametrize("name", ["a.plist", "a.xml", "a.map"])
def test_binary_forms_of_such_names_are_searched(name: str) -> None:
    facts = outbound(b"bplist00\xd1\1\2Qa_\x10\x13" + f"{U}\0".encode(), name)
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "string")}
    assert outbound(b"bplist00\xd1\1\2Qa_\x10\x13own/a", name) == []
