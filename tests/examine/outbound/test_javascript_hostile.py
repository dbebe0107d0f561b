"""Scripts that are made to keep a reader busy: they end soon, and what is not read makes a gap."""

from __future__ import annotations

import time

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound_and_gaps

U = f"https://{HOST}/"
HOSTILE = {
    "sum of many": "fetch(" + "+".join(["'a'"] * 20_000) + ")",
    "calls inside of calls": "f(" * 20_000 + f"'{U}'" + ")" * 20_000,
    "functions inside of functions": "(function(a){" * 5_000 + "fetch(a)" + "})(b)" * 5_000,
    "elements inside of elements": "<a href={b}>" * 5_000 + "</a>" * 5_000,
    "chain": "a" + ".b()" * 50_000,
    "doubling": f"var a0='{U}';" + "".join(f"var a{n}=a{n - 1}+a{n - 1};" for n in range(1, 60)) + "fetch(a59)",
    "many values": "var u;" + f"u='{U}';" * 10_000 + "fetch(u);" * 500,
    "functions that call on": "".join(f"function f{n}(a){{return f{n + 1}(a)}}" for n in range(2_000)) + "fetch(f0(b))",
    "templates": "fetch(`" + "${a}" * 50_000 + "`)",
    "split and join": "fetch('" + "a," * 200_000 + "'.split(',').reverse().join('.'))",
    "conditions": f"if(location.href){{fetch('{U}')}}" * 5_000,
    "sinks taken everywhere": "var f=fetch;" * 20_000 + f"f('{U}')",
    "sinks passed on": "f=fetch;g(f);" * 5_000,
    "sinks inside of choices": "(fetch||" * 4_000 + "a" + ")" * 4_000 + "(b)",
    "sinks deep inside": "(function(f){" * 1_500 + "f(fetch);" * 1_500 + "})(b)" * 1_500,
    "names of names": "var a0=fetch;" + "".join(f"var a{n}=a{n - 1};" for n in range(1, 5_000)) + "a4999(b)",
    "clients of clients": "var c=require('axios')" + ".create()" * 5_000 + f";c.get('{U}')" * 2_000,
    "computed members": "window[a+b](c);var d=window[e];" * 5_000,
    "early returns": "function f(){" + "if(location.href)return;" * 5_000 + f"fetch('{U}')}}",
    "beginnings of trackers": "gtag(" * 200_000 + "_hjSettings " * 20_000,
    "one long string": f"fetch('{U}" + "a" * 5_000_000 + "')",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_script_ends_soon(name: str) -> None:
    started = time.process_time()
    outbound_and_gaps(HOSTILE[name], "a.js")
    assert time.process_time() - started < 30


def test_script_that_is_too_deep_to_search_is_a_gap_and_its_urls_are_strings() -> None:
    facts, gaps = outbound_and_gaps("a=>" * 100_000 + f"fetch('{U}')", "a.js")
    assert [gap.reason for gap in gaps] == ["engine-limit"]
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "string")}


@pytest.mark.parametrize("row", ["[" + "," * 500_000, "class A {" + ";" * 500_000, "`${" * 250_000])
def test_script_with_a_row_too_long_to_search_is_a_gap_and_its_urls_are_strings(row: str) -> None:
    started = time.process_time()
    facts, gaps = outbound_and_gaps(f"fetch('{U}');{row}", "a.js")
    assert time.process_time() - started < 20  # searched, each of these takes minutes
    assert [gap.reason for gap in gaps] == ["engine-limit"]
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "string")}


@pytest.mark.parametrize("data", ["[" + "1," * 100_000 + "]", "[" + "," * 3_000 + "1]", ";" * 100_000])
def test_script_with_much_data_is_read(data: str) -> None:
    facts, gaps = outbound_and_gaps(f"fetch('{U}');{data}", "a.js")
    assert gaps == []
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "code")}


@pytest.mark.parametrize("name", ["names of names", "sinks deep inside", "sinks taken everywhere", "sinks passed on"])
def test_sinks_that_are_followed_no_further_are_opaque(name: str) -> None:
    facts, _ = outbound_and_gaps(HOSTILE[name], "a.js")
    assert "opaque" in {fact.reach for fact in facts}
