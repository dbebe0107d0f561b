"""Code that a script is seen to run is code; what something has to happen for first is a contact under that condition.

Both are undeclared contacts and reject alike: nothing is hidden by a function that nobody seems to call.
"""

from __future__ import annotations

import time

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound, outbound_and_gaps

U = f"https://{HOST}/a"
F = f"fetch('{U}')"

RUN = [
    F,
    f"(function () {{ {F} }})()",
    f"!function () {{ {F} }}()",
    f"(() => {F})()",
    f"(function () {{ {F} }}).call(this)",
    f"function go() {{ {F} }} go()",
    f"go(); function go() {{ {F} }}",
    f"const go = () => {F}; go()",
    f"var go; go = function () {{ {F} }}; go()",
    f"function go() {{ {F} }} function start() {{ go() }} start()",
    f"function go() {{ {F} }} var start = go; start()",
    f"function go() {{ {F} }} setTimeout(go, 10)",
    f"setInterval(function () {{ {F} }}, 10)",
    f"addEventListener('load', function () {{ {F} }})",
    f"document.addEventListener('DOMContentLoaded', () => {F})",
    f"window.onload = function () {{ {F} }}",
    f"$(document).ready(function () {{ {F} }})",
    f"$(function () {{ {F} }})",
    f"own.then(() => {F})",
    f"[1, 2].forEach(n => {F})",
    f"define(['a'], function (a) {{ {F} }})",
    f"(function (factory) {{ factory() }})(function () {{ {F} }})",
    f"new Promise(function (done) {{ {F} }})",
    f"$.ajax({{url: '/own', success: function () {{ {F} }}}})",
    f"class A {{ constructor() {{ {F} }} }} new A()",
    f"class A {{ constructor() {{ this.go() }} go() {{ {F} }} }} new A()",
    f"class A {{ go() {{ {F} }} }} const a = new A(); a.go()",
    f"function A() {{ this.go() }} A.prototype.go = function () {{ {F} }}; new A()",
    f"var a = {{go: function () {{ {F} }}}}; a.go()",
    f"var a = {{go() {{ {F} }}}}; a.go()",
    f"function go() {{ {F} }} var a = {{go}}; a.go()",
    f"var a = {{go: function () {{ {F} }}}}, b = {{go: function () {{ }}}}; a.go()",
    f"var a = {{go: function () {{ {F} }}}}; setTimeout(a.go, 1)",
    f"(function (m) {{ m[1]() }})({{1: function () {{ {F} }}}})",
    f"class A extends HTMLElement {{ connectedCallback() {{ {F} }} }} customElements.define('a-a', A)",
    f"function go() {{ if (typeof x === 'undefined') {F} }} go()",
    f"if ('serviceWorker' in navigator) {F}",
    f"if (document.readyState === 'complete') {F}",
    f"if (!own[key]) {F}",
    f"try {{ {F} }} catch (e) {{ }}",
    f"for (var i = 0; i < 3; i++) {F}",
    f"async function go() {{ await {F} }} go()",
    f"var u = a === b ? '{U}' : '/own'; fetch(u)",
    f"function App() {{ useEffect(() => {{ {F} }}); return <p/> }} render(<App/>)",
    f"render(<img onLoad={{() => {F}}}/>)",
]
CONDITIONAL = {
    f"function go() {{ {F} }}": "where go() is called",
    f"const go = () => {F}": "where go() is called",
    f"function go() {{ {F} }} function start() {{ go() }}": "where start() is called",
    f"function a() {{ b(); {F} }} function b() {{ a() }}": "where its function is called",
    f"function go() {{ {F} }} if (go) own()": "where go() is called",
    f"export function go() {{ {F} }}": "where go() is called",
    f"export default function () {{ {F} }}": "where what it exports is called",
    f"module.exports = function () {{ {F} }}": "where what it exports is called",
    f"exports.go = function () {{ {F} }}": "where go() is called",
    f"$.fn.go = function () {{ {F} }}": "where go() is called",
    f"class A {{ go() {{ {F} }} }} new A()": "where go() is called",
    f"class A {{ constructor() {{ {F} }} }}": "where A() is called",
    f"A.prototype.go = function () {{ {F} }}": "where go() is called",
    f"var a = {{go: function () {{ {F} }}}}": "where go() is called",
    # Several answer to the name: which of them is called is a choice.
    f"add({{go: 1}}); var a = {{go: function () {{ {F} }}}}, b = {{go: function () {{ }}}}; chosen(n).go()": (
        "where go() is called"
    ),
    f"addEventListener('click', function () {{ {F} }})": "on click",
    f"button.onclick = function () {{ {F} }}": "on click",
    f"$('a').on('click.own', function () {{ {F} }})": "on click",
    f"$('a').click(function () {{ {F} }})": "on click",
    f"function go() {{ {F} }} form.addEventListener('submit', go)": "on submit",
    f"render(<p onClick={{() => {F}}}/>)": "on click",
    f"function go() {{ {F} }} render(<p onClick={{go}}/>)": "on click",
    f"if (kind === 'map') {F}": "if kind === 'map'",
    f"if ('map' == kind) {{ {F} }}": "if 'map' == kind",
    f"if (options.map) {F}": "if options.map",
    f"this.options.map && {F}": "if this.options.map",
    f"kind !== 'map' || {F}": "unless kind !== 'map'",
    f"switch (kind) {{ case 'map': {F} }}": "case 'map'",
    f"if (/map/.test(kind)) {F}": "if /map/.test(kind)",
    f"kind === 'map' ? {F} : own()": "if kind === 'map'",
    f"function go() {{ if (kind !== 'map') return; {F} }} go()": "unless kind !== 'map'",
    f"function go() {{ {F} }} if (kind === 'map') go()": "if kind === 'map'",
    f"var u = kind === 'map' ? '{U}' : '/own'; fetch(u)": "if kind === 'map'",
    f"var u; if (kind === 'map') u = '{U}'; fetch(u)": "if kind === 'map'",
    f"function go(u) {{ fetch(u) }} function map() {{ go('{U}') }} go('/own')": "where map() is called",
    f"L.control.layers({{'a': L.tileLayer('{U}/{{z}}/{{x}}/{{y}}.png')}})": "where the layer is chosen",
    f"function go() {{ el.innerHTML = '<img src={U}>' }}": "where go() is called",
    f'function go() {{ eval("{F}") }}': "where go() is called",
    f"function go() {{ img.src = '{U}' }}": "where go() is called",
}


@pytest.mark.parametrize("script", RUN)
def test_what_is_run_with_the_script_is_code(script: str) -> None:
    assert {(fact.host, fact.reach, fact.condition, fact.by_code) for fact in outbound(script, "a.mjs")} == {
        (HOST, "code", "", False)
    }


@pytest.mark.parametrize("script", CONDITIONAL)
def test_what_is_run_under_a_condition_says_which(script: str) -> None:
    assert {(fact.host, fact.reach, fact.condition, fact.by_code) for fact in outbound(script, "a.mjs")} == {
        (HOST, "conditional", CONDITIONAL[script], True)
    }


def test_layer_that_is_added_to_the_map_is_code() -> None:
    tiles = f"L.tileLayer('{U}/{{z}}/{{x}}/{{y}}.png').addTo(map)"
    assert {fact.reach for fact in outbound(f"L.control.layers({{'a': {tiles}}})", "a.js")} == {"code"}


def test_handler_of_a_page_waits_for_its_event() -> None:
    [fact] = outbound(f'<p onclick="{F}">x</p>')
    assert (fact.reach, fact.condition, fact.by_code) == ("conditional", "on click", True)
    [fact] = outbound(f'<body onload="{F}">x</body>')
    assert (fact.reach, fact.condition, fact.by_code) == ("code", "", False)


def test_contact_of_a_document_that_is_shown_is_not_one_by_code() -> None:
    [fact] = outbound(f"<noscript><img src={U}></noscript>")
    assert (fact.reach, fact.by_code) == ("conditional", False)


HOSTILE = {
    "functions that call on": "".join(f"function f{n}(){{f{n + 1}()}}" for n in range(5_000))
    + f"function f5000(){{{F}}}",
    "names of names": f"function a0(){{{F}}}" + "".join(f"var a{n}=a{n - 1};" for n in range(1, 5_000)),
    "each calls each": "".join(f"function f{n}(){{{''.join(f'f{m}();' for m in range(100))}{F}}}" for n in range(100)),
    "members of one name": f"a.go=function(){{{F};b.go()}};" * 1_000,
    "members of other names": "".join(f"a.g{n}=function(){{{F};a.g{n + 1}()}};" for n in range(4_000)),
    "choices in choices": "if(a==='b'){" * 400 + F + "}" * 400,
    "early returns": "function f(){" + "if(a!=='b')return;" * 5_000 + f"{F};" * 2_000 + "}f()",
    "short names": "function f(){" + F + "}" + "f;" * 100_000,
    "contacts in one function": "function f(){" + f"{F};" * 10_000 + "}",
    "contacts in functions of their own": f"(function(){{{F}}});" * 10_000,
}


MANY = {
    "objects with one member": "".join(f"a{n}={{m:function(){{{F};b.m()}}}};" for n in range(80_000)),
    "functions of one name": f"function f(){{{F};f()}}" * 80_000,
}


@pytest.mark.full
@pytest.mark.parametrize("name", MANY)
def test_many_of_one_name_take_no_square_of_the_time(name: str) -> None:
    started = time.process_time()
    facts, _ = outbound_and_gaps(MANY[name], "a.js")
    assert time.process_time() - started < 40
    assert {fact.host for fact in facts} == {HOST}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_script_ends_soon_and_nothing_is_lost(name: str) -> None:
    started = time.process_time()
    facts, _ = outbound_and_gaps(HOSTILE[name], "a.js")
    assert time.process_time() - started < 30
    assert {(fact.host, fact.reach) for fact in facts} <= {(HOST, "code"), (HOST, "conditional")}
    assert facts
