"""Sinks by other names, and objects made of modules: with a constant URL they are code, with a computed one opaque."""

from __future__ import annotations

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound

U = f"https://{HOST}/a"

ALIASES = [
    "var f = fetch; f(URL)",
    "let f; f = window.fetch; f(URL)",
    "const {fetch} = window; fetch(URL)",
    "const {fetch: f} = window; f(URL)",
    "({fetch: f} = self); f(URL)",
    'window["fe" + "tch"](URL)',
    'var f = window["fe" + "tch"]; f(URL)',
    'var f = window["fetch"]; f(URL)',
    'var w = window; w["fe" + "tch"](URL)',
    '(function (w) { w["fe" + "tch"](URL) })(window)',
    "self.fetch.call(self, URL)",
    "fetch.call(null, URL)",
    "fetch.apply(null, [URL])",
    "Reflect.apply(fetch, null, [URL])",
    "fetch.bind(null)(URL)",
    "fetch.bind(null, URL)()",
    "var f = fetch.bind(window); f(URL)",
    "var f = fetch; f.call(null, URL)",
    "var f = fetch, g = f; g(URL)",
    "var f = own || fetch; f(URL)",
    "(fetch || own)(URL)",
    "(function (f) { f(URL) })(fetch)",
    "(function (f) { f(URL) }).call(this, fetch)",
    "(f => f(URL))(fetch)",
    "function go(f) { f(URL) } go(fetch)",
    "function go(f = fetch) { f(URL) } go()",
    "api.get2 = fetch; api.get2(URL)",
    "var api = {get2: fetch}; api.get2(URL)",
    "class A { f = fetch; go() { this.f(URL) } } new A().go()",
    "[URL].forEach(fetch)",
    'var X = XMLHttpRequest; var r = new X(); r.open("GET", URL)',
    'r.open.call(r, "GET", URL)',
    'var o = XMLHttpRequest.prototype.open; o.call(r, "GET", URL)',
    'r["op" + "en"]("GET", URL)',
    "const W = WebSocket; new W(URL)",
    "const {WebSocket: W} = window; new W(URL)",
    "var W = window.WebSocket || window.MozWebSocket; new W(URL)",
    "class W extends WebSocket { constructor() { super(URL) } } new W()",
    "class W extends WebSocket {} new W(URL)",
    "Reflect.construct(WebSocket, [URL])",
    'navigator["sendBeacon"](URL)',
    'navigator["send" + "Beacon"](URL)',
    "var b = navigator.sendBeacon.bind(navigator); b(URL)",
    "navigator.sendBeacon.call(navigator, URL)",
    "const {sendBeacon: b} = navigator; b.call(navigator, URL)",
    "var i = importScripts; i(URL)",
    "const E = EventSource; new E(URL)",
    "const K = Worker; new K(URL)",
    "axios.create().get(URL)",
    "const c = axios.create({timeout: 1}); c.get(URL)",
    "const c = require('axios').create(); c.post(URL)",
    "import ax from 'axios'; ax(URL)",
    "import ax from 'axios'; const c = ax.create(); c.get(URL)",
    "class A { c = axios.create(); go() { this.c.get(URL) } } new A().go()",
    "const got = require('got'); const g = got.extend({}); g(URL)",
    "const got = require('got'); got.extend({}).get(URL)",
    "require('http').get(URL)",
    "const {get} = require('http'); get(URL)",
    "const {get: g} = require('node:https'); g(URL)",
    "import {request as q} from 'https'; q(URL)",
    "import * as h from 'http'; h.get(URL)",
    "const g = require('http').get; g(URL)",
    "const r = require('request'); r(URL)",
    "const r = require('request').defaults({}); r.get(URL)",
    "import f from 'node-fetch'; f(URL)",
    "(await import('undici')).request(URL)",
    "var ax = _interopRequireDefault(require('axios')); ax.default.get(URL)",
    "var j = jQuery; j.get(URL)",
    "import('http').then(h => h.get(URL))",
    "import('node:https').then(({get}) => get(URL))",
    "import('axios').then(m => m.default.get(URL))",
    "import('http').then(function (h) { h.request(URL) })",
    "const m = 'http'; require(m).get(URL)",
    "Reflect.get(window, 'fetch')(URL)",
    "const f = Reflect.get(self, 'fe' + 'tch'); f(URL)",
    "const {['fetch']: f} = window; f(URL)",
    "const {['fe' + 'tch']: f} = globalThis; f(URL)",
    "({['fetch']: f} = self); f(URL)",
    "const a = 'src'; img[a] = URL",
    "el[a] = URL",
    "var e = document.createElement(t); e[a] = URL",
    "document.getElementById('a')[b] = URL",
    "el.setAttribute(a, URL)",
    "Reflect.set(img, 'src', URL)",
    "Reflect.set(img, a, URL)",
    "Object.assign(new Image(), {src: URL})",
    "Object.assign(document.createElement('img'), {src: URL})",
    "Object.defineProperty(img, 'src', {value: URL})",
    "XMLHttpRequest['prototype']['open'].call(r, 'GET', URL)",
]


@pytest.mark.parametrize("script", ALIASES)
def test_sink_by_another_name_with_a_constant_url_is_code(script: str) -> None:
    facts = outbound(script.replace("URL", f'"{U}"'), "a.mjs")
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "code")}


@pytest.mark.parametrize("script", ALIASES)
def test_sink_by_another_name_with_a_computed_url_is_opaque(script: str) -> None:
    assert {fact.reach for fact in outbound(script.replace("URL", "a.b(c)"), "a.mjs")} == {"opaque"}


@pytest.mark.parametrize("script", ALIASES)
def test_sink_by_another_name_that_stays_at_home_is_nothing(script: str) -> None:
    assert outbound(script.replace("URL", '"/own/" + a'), "a.mjs") == []


@pytest.mark.parametrize(
    "script",
    [
        "export default fetch",
        "function f() { return fetch }",
        "own(fetch)",
        "var all = [fetch]",
        "var f = () => fetch",
        "window[a](b)",
        "var w = window; w[a](b)",
        "fetch.apply(null, a)",
        "Reflect.get(window, 'fe' + 'tch')(a)",
        "Reflect.get(self, a)(b)",
        "for (const f of [fetch]) f(a)",
        "var o = {get f() { return fetch }}; o.f(a)",
        "new Map([['a', fetch]])",
        "require('node:child_process').exec(a)",
        "var y = window[x]; y(b)",
        "self[k].call(null, b)",
        "const {[k]: f} = window; f(b)",
        "process.binding('tcp_wrap')",
        "process.binding(a)",
        "var p = process; p.binding('tcp_wrap')",
        "globalThis.process.binding('udp_wrap')",
        "process._linkedBinding('a')",
        "Function('return fetch')()(a)",
        "const f = new Function('return fetch')(); f(a)",
        "[].constructor.constructor('return fetch')()(a)",
        "setTimeout('own(' + a, 1)",
        "const {exec: x} = require('child_process'); x(a)",
        "const {connect: c} = require('net'); c(80, a)",
    ],
)
def test_sink_that_cannot_be_followed_is_opaque(script: str) -> None:
    assert {fact.reach for fact in outbound(script, "a.mjs")} == {"opaque"}


@pytest.mark.parametrize(
    "script",
    [
        "if (typeof fetch === 'function') own()",
        "if (window.fetch && 'fetch' in window) own()",
        "var f = own; f(a)",
        "var supports = !!window.WebSocket",
        "if (a instanceof Function) own()",
        "Function.prototype.call(a)",
        "function fetch(u) { return store[u] } var f = fetch; f('key')",
        "model.fetch = own; model.fetch2(a)",
        "function f() { var f2 = fetch } function g(f2) { f2(a) }",
        "const {join} = require('path'); join(a, b)",
        "const fs = require('fs'); fs.readFile(a)",
        "var s = 'fetch', t = \"eval\"",
        "// fetch and eval\nown()",
        "window.own.call(null, a)",
        "Reflect.get(own, a)",
        "Reflect.get(window, 'name')",
        "list[a](b)",
        "list[a] = b",
        "el[0] = b",
        "el[i++] = b",
        "el[a] = 1",
        "el['title'] = b",
        "el.setAttribute('title', b)",
        "Object.assign({}, {src: b})",
        "Object.assign(el, {title: b})",
        "Object.defineProperty(img, 'title', {value: b})",
        "Reflect.set(own, a, b)",
        "Reflect.set(img, 'title', b)",
        "process.binding('fs')",
        "model.binding(a)",
        "import('path').then(p => p.join(a))",
        "import('http'); then(h => h.get(a))",
        "import('http').catch(h => h.get(a))",
        "import('./http').then(h => h.get(a))",
        "const {[a]: f} = own; f(b)",
        "const {['name']: n} = window; own(n)",
        "var y = window['name']; own(y)",
        "setTimeout(own, 10)",
        "setTimeout('own()', 10)",
    ],
)
def test_no_sink_by_another_name(script: str) -> None:
    assert outbound(script, "a.mjs") == []


def test_host_that_is_joined_for_a_sink_whose_name_is_joined_is_code() -> None:
    [fact] = outbound(f'globalThis["fe" + "tch"](["https:", "", "{HOST}", "a"].join("/"))', "a.js")
    assert (fact.host, fact.reach, fact.url) == (HOST, "code", U)


PIECES = [
    '"https://" + a + "/b"',
    "`https://${a}/b`",
    '"//" + a',
    'a + ".example.com/b"',
    '"wss:" + a',
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("call", ["o.get(U)", "o.post(U, d)", "o.load(U)", "o.open('GET', U)", "o.request(U)"])
def test_method_of_an_unknown_object_that_is_given_a_piece_of_a_url_is_opaque(call: str, piece: str) -> None:
    assert {fact.reach for fact in outbound(call.replace("U", piece), "a.js")} == {"opaque"}


@pytest.mark.parametrize("key", ["key", "'a' + b", "a + '/' + b", "`${a}.${b}`", "a + '.js'", "'name'", "i + 1"])
@pytest.mark.parametrize("call", ["map.get(U)", "store.post(U, d)", "o.load(U)", "cache.delete(U)", "db.open(U, 3)"])
def test_method_of_an_unknown_object_with_an_ordinary_key_is_nothing(call: str, key: str) -> None:
    assert outbound(call.replace("U", key), "a.js") == []
