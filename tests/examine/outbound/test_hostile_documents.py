"""Style sheets, selectors, data, text, templates and XML that are made to keep a reader busy."""

from __future__ import annotations

import time

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound_and_gaps

M = 1_000_000
U = f"//{HOST}/"

HOSTILE = {
    "relations of deep elements": (
        "<i class=a>" * 5000
        + "<p class=b>" * 200
        + "<style>"
        + "".join(f".a .a .a .a .a .z{i % 3} .a .b {{a: url({U}{i})}}" for i in range(2000))
        + "</style>",
        "a.html",
    ),
    "relations of many siblings": (
        "<div>"
        + "<i class=a></i>" * 20_000
        + "<b class=b></b>" * 300
        + "<style>"
        + "".join(f".a ~ .a ~ .a ~ .b ~ .b {{a: url({U}{i})}}" for i in range(2000))
        + "</style>",
        "a.html",
    ),
    "selectors of a large page": (
        "<p class=a>" * 100_000 + "<style>" + "".join(f".x{i} {{a: url({U}{i})}}" for i in range(20_000)) + "</style>",
        "a.html",
    ),
    "list of selectors": (f"<p><style>{'a,' * M}{{a: url({U})}}</style>", "a.html"),
    "nested rules": ("a{" * (M // 2) + f"b: url({U})", "a.css"),
    "nested rules with urls": (f"a{{b: url({U});" * (M // 20), "a.css"),
    "one long declaration": ("a{b: " + f"url({U})," * (M // 15), "a.css"),
    "comments before a property": ("a{" + "/**/" * (M // 4) + f"b: url({U})", "a.css"),
    "imports": ("@import " * (M // 8) + f"'{U}'", "a.css"),
    "sets of images": ("image-set(" + f"'{U}' " * (M // 20), "a.css"),
    "open sets of images": ("image-set((" * (M // 20), "a.css"),
    "quotes of data": ('"' * 4 * M, "a.json"),
    "open strings of data": ('"a\\' * M, "a.json"),
    "open strings of other data": ("'a\\" * M, "a.json5"),
    "comments of data": ("/*" * M, "a.json"),
    "blanks after strings": ('""' + " " * 4 * M, "a.json"),
    "pictures": ("![" * (M // 4), "a.md"),
    "pictures without an end": ("![](" * M, "a.md"),
    "code": ("\n```a" * (M // 4), "a.md"),
    "code of many lengths": ("".join("\n" + "`" * (3 + i % 15) for i in range(M // 8)), "a.md"),
    "definitions": ("\n[" * M, "a.md"),
    "tags in text": ("<a" * M, "a.md"),
    "directives": ("\n.. |" * (M // 4), "a.rst"),
    "addresses": ("https://" * (M // 2), "a.txt"),
    "open expressions": ("{{" * M, "a.j2"),
    "open comments": ("{# a" * (M // 2), "a.j2"),
    "open sections": ("<?php " * (M // 2), "a.php"),
    "many sections": ("<?php '//x.example/' ?>" * (M // 25), "a.php"),
    "quotes of code": ("<?php " + "'" * M + "//", "a.php"),
    "components": ("\n<template" * (M // 10), "a.vue"),
    "deep elements": ("<a>" * (M // 2), "a.xml"),
    "attributes": ("<a " + " ".join(f'b{i}="//x.example/"' for i in range(100_000)) + "/>", "a.xml"),
    "namespaces": ("<a " + " ".join(f'xmlns:b{i}="http://x.example/{i}"' for i in range(50_000)) + "/>", "a.xml"),
    "functions": ('<a xmlns="n" b="' + "document( " * M + '"/>', "a.xsl"),
    "trackers in comments": ("//gtag('config')\n" * (M // 15), "a.js"),
    "tracker without an end": ("Sentry.init({" * (M // 15), "a.js"),
    "hundred thousand attributes": ("<img " + " ".join(f"a{i}='{U}{i}'" for i in range(100_000)) + ">", "a.html"),
    "attributes of one tag": ("<img " + " ".join(f"a{i}='{U}{i}'" for i in range(9990)) + ">", "a.html"),
    "policies": ("<meta http-equiv=content-security-policy content='" + f"{U} " * (M // 10) + "'>", "a.html"),
    "labels": ("<img src='//" + ".xn--a" * (M // 6) + ".example/'>", "a.html"),
    "megabyte of a user": ("<img src='//" + "a" * M + f"@{HOST}/'>", "a.html"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_document_ends_soon(name: str) -> None:
    data, item = HOSTILE[name]
    started = time.process_time()
    facts, gaps = outbound_and_gaps(data, item)
    assert time.process_time() - started < 30
    assert len(facts) <= 10_000
    if len(facts) == 10_000:
        assert "too-many" in {gap.reason for gap in gaps}


def test_attributes_out_of_proportion_are_a_gap() -> None:
    facts, gaps = outbound_and_gaps(*HOSTILE["hundred thousand attributes"])
    assert (facts, [gap.reason for gap in gaps]) == ([], ["too-many"])
    assert len(outbound_and_gaps(*HOSTILE["attributes of one tag"])[0]) == 9990


@pytest.mark.parametrize(("depth", "reach"), [(5, "conditional"), (400, "automatic")])
def test_past_the_limit_of_steps_a_selector_is_taken_to_match(depth: int, reach: str) -> None:
    page = "<q class=z></q>" + "<i class=a>" * depth + "<p class=b></p>"
    page += f"<style>.z .a .a .a .a .b {{ background: url({U}) }}</style>"
    assert [fact.reach for fact in outbound_and_gaps(page)[0]] == [reach]
