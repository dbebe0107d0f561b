"""Pages that make a browser contact a server, each by another mechanism, and pages that do not.

``HOST`` stands for a host of the page's own, so that one browser can open them all and each contact tells its page.
What a page does is recorded here, and held against Chromium by the test.
"""

from __future__ import annotations

import base64
from typing import NamedTuple
from urllib.parse import quote

U = "https://HOST/a"
PAGE = "page.html"


class Mechanism(NamedTuple):
    """A page with the files beside it; ``contacts`` says whether opening the page contacts ``HOST``."""

    name: str
    files: dict[str, str]
    contacts: bool


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{}</svg>'
)
_IMG = f'<img src="{U}">'
_XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body>{}</body></html>'

_HTML_CONTACTING = {
    "img src": _IMG,
    "img single quotes": f"<img src='{U}'>",
    "img unquoted": f"<img src={U}>",
    "img spaces round equals": f'<img src = "{U}">',
    "img upper case": f'<IMG SRC="{U}">',
    "img slash before attribute": f'<img/src="{U}">',
    "img entities": '<img src="https&#58;&#x2f;/HOST/a">',
    "img named entities": '<img src="https&colon;&sol;&sol;HOST/a">',
    "img tabs inside": '<img src="ht\ttps:/\n/HOST/a">',
    "img backslashes": r'<img src="https:\\HOST\a">',
    "img schemeless backslashes": r'<img src="\\HOST/a">',
    "img slash and backslash": r'<img src="/\HOST/a">',
    "img schemeless": '<img src="//HOST/a">',
    "img too many slashes": '<img src="https:////HOST/a">',
    "img one slash": '<img src="https:/HOST/a">',
    "img percent-encoded host": '<img src="https://%48OST/a">',
    "img full width dot": f'<img src="{U.replace(".", "。")}">',
    "img hidden": f'<img src="{U}" hidden style="display:none">',
    "img in invisible block": f'<div style="display:none">{_IMG}</div>',
    "img of one pixel": f'<img src="{U}" width="1" height="1" alt="">',
    "img in a table": f"<table>{_IMG}</table>",
    "img in select": f"<select></select>{_IMG}",
    "img after title with comment": f"<title><!-- </title>{_IMG} -->",
    "img after empty comment": f"<!-->{_IMG}",
    "img after comment with bang": f"<!-- x --!>{_IMG}",
    "img named image": f'<image src="{U}">',
    "img eager": f'<img loading="eager" src="{U}">',
    "img srcset one": f'<img srcset="{U}">',
    "img srcset density one": f'<img srcset="{U} 1x">',
    "img srcset width": f'<img srcset="{U} 100w" sizes="100px">',
    "img crossorigin": f'<img crossorigin src="{U}">',
    "picture source": f'<picture><source srcset="{U}"><img src="local.png"></picture>',
    "input image": f'<form><input type="image" src="{U}"></form>',
    "script src": f'<script src="{U}"></script>',
    "script async": f'<script async src="{U}"></script>',
    "script defer": f'<script defer src="{U}"></script>',
    "script module": f'<script type="module" src="{U}"></script>',
    "script old type": f'<script type="text/ecmascript" src="{U}"></script>',
    "script language": f'<script language="javascript" src="{U}"></script>',
    "script in body end": f'<p>text</p><script src="{U}"></script>',
    "style sheet": f'<link rel="stylesheet" href="{U}">',
    "style sheet for print": f'<link rel="stylesheet" media="print" href="{U}">',
    "style sheet for other media": f'<link rel="stylesheet" media="(min-width: 99999px)" href="{U}">',
    "alternate style sheet": f'<link rel="alternate stylesheet" title="b" href="{U}">',
    "style sheet in body": f'<p>x</p><link rel="stylesheet" href="{U}">',
    "icon": f'<link rel="icon" href="{U}">',
    "shortcut icon": f'<link rel="shortcut icon" href="{U}">',
    "manifest": f'<link rel="manifest" href="{U}">',
    "preload image": f'<link rel="preload" as="image" href="{U}">',
    "preload font": f'<link rel="preload" as="font" crossorigin href="{U}">',
    "preload imagesrcset": f'<link rel="preload" as="image" imagesrcset="{U} 1x">',
    "modulepreload": f'<link rel="modulepreload" href="{U}">',
    "prefetch": f'<link rel="prefetch" href="{U}">',
    "preconnect": '<link rel="preconnect" href="https://HOST">',
    "preconnect crossorigin": '<link rel="preconnect" crossorigin href="https://HOST">',
    "dns-prefetch": '<link rel="dns-prefetch" href="//HOST">',
    "iframe": f'<iframe src="{U}"></iframe>',
    "iframe sandbox": f'<iframe sandbox src="{U}"></iframe>',
    "iframe hidden": f'<iframe hidden width="0" height="0" src="{U}"></iframe>',
    "iframe srcdoc": f"<iframe srcdoc='&lt;img src={U}&gt;'></iframe>",
    "iframe srcdoc in srcdoc": f"<iframe srcdoc='<iframe srcdoc=\"&amp;lt;img src={U}&amp;gt;\"></iframe>'></iframe>",
    "iframe data": f'<iframe src="data:text/html,{quote(_IMG)}"></iframe>',
    "iframe data base64": f'<iframe src="data:text/html;base64,B64({_IMG})"></iframe>',
    "frame": f'<html><head></head><frameset><frame src="{U}"></frameset></html>',
    "object": f'<object data="{U}"></object>',
    "object with type": f'<object type="image/png" data="{U}"></object>',
    "object data document": f'<object type="text/html" data="data:text/html,{quote(_IMG)}"></object>',
    "embed": f'<embed src="{U}">',
    "img in object": f'<object data="local.html">{_IMG}</object>',
    "video src": f'<video src="{U}"></video>',
    "video poster": f'<video poster="{U}"></video>',
    "video source": f'<video><source src="{U}"></video>',
    "source of video autoplay": f'<video autoplay muted preload="none"><source src="{U}" type="video/mp4"></video>',
    "video autoplay": f'<video autoplay muted preload="none" src="{U}"></video>',
    "audio src": f'<audio src="{U}"></audio>',
    "audio source": f'<audio controls><source src="{U}"></audio>',
    "body background": f'<body background="{U}"><p>x</p></body>',
    "table background": f'<table background="{U}"><tr><td>x</td></tr></table>',
    "row background": f'<table><tr background="{U}"><td>x</td></tr></table>',
    "cell background": f'<table><tr><td background="{U}">x</td></tr></table>',
    "refresh": f'<meta http-equiv="refresh" content="0;url={U}">',
    "refresh quoted": f"<meta http-equiv='Refresh' content='0; URL=\"{U}\"'>",
    "refresh without url": f'<meta http-equiv="refresh" content="0 {U}">',
    "base for img": '<base href="https://HOST/d/"><img src="a.png">',
    "base for script": '<base href="//HOST/"><script src="a.js"></script>',
    "base for style": "<base href='https://HOST/'><style>body { background: url(a.png) }</style>",
    "shadow root": f'<div><template shadowrootmode="open">{_IMG}</template></div>',
    "comment that is none": f"<!--[if !IE]>-->{_IMG}<!--<![endif]-->",
    "processing instruction": f"<?php echo '>{_IMG}' ?>",
    "unclosed elements": f"<div><p><b><table><td>{_IMG}",
    "svg image": _SVG.format(f'<image width="9" height="9" href="{U}"/>'),
    "svg image xlink": _SVG.format(f'<image width="9" height="9" xlink:href="{U}"/>'),
    "svg feImage": _SVG.format(
        f'<filter id="f"><feImage href="{U}"/></filter><rect width="9" height="9" filter="url(#f)"/>'
    ),
    "svg script": _SVG.format(f'<script href="{U}"></script>'),
    "svg style": _SVG.format(f'<style>@import "{U}";</style>'),
    "svg foreign object": _SVG.format(f"<foreignObject><body>{_IMG}</body></foreignObject>"),
    "svg set": _SVG.format(f'<image width="9" height="9"><set attributeName="href" to="{U}"/></image>'),
    "svg link of html": _SVG.format(f'<desc><link rel="stylesheet" href="{U}"/></desc>'),
    "math with html": f"<math><mtext>{_IMG}</mtext></math>",
    "speculation rules": '<script type="speculationrules">{"prefetch": [{"source": "list", "urls": ["'
    + U
    + '"]}]}</script>',
    "style attribute": f'<p style="background: url({U})">x</p>',
    "style attribute with entities": f'<p style="background: url(&quot;{U}&quot;)">x</p>',
    "style attribute of a list": f'<ul style="list-style-image: url({U})"><li>x</li></ul>',
    "img lazy in view": f'<img loading="lazy" src="{U}">',
    "frame lazy in view": f'<iframe loading="lazy" src="{U}"></iframe>',
    "picture of known type": f'<picture><source type="image/webp" srcset="{U}"><img src="a.png"></picture>',
    "picture fallback": f'<picture><source media="print" srcset="a.png"><img src="{U}"></picture>',
    "refresh in body": f'<p>x</p><meta http-equiv="refresh" content="1;url={U}">',
    "base in body": '<p>x</p><base href="https://HOST/"><img src="a.png">',
    "js frame of a script": f"<iframe src=\"javascript:'<img src={U}>'\"></iframe>",
    "object in details": f"<details><summary>x</summary>{_IMG}</details>",
    "svg cursor": _SVG.format(f'<rect width="9" height="9" mask="url({U}#m)"/>'),
    "style element of a medium": f'<p>x</p><style media="screen">p {{ background: url({U}) }}</style>',
    "svg fill": _SVG.format(f'<rect width="9" height="9" fill="url({U}#p)"/>'),
    "svg clip": _SVG.format(f'<rect width="9" height="9" clip-path="url({U}#p)"/>'),
    "svg marker": _SVG.format(f'<path d="M0 0L9 9" marker-end="url({U}#p)"/>'),
    "submit on load": f'<body onload="document.forms[0].submit()"><form action="{U}"></form></body>',
}

_CSS_CONTACTING = {
    "css url": f"p {{ background: url({U}) }}",
    "css url quoted": f"p {{ background: url('{U}') }}",
    "css url upper case": f'p {{ BACKGROUND: URL( "{U}" ) }}',
    "css escaped function": rf"p {{ background: \75 rl({U}) }}",
    "css escaped url": "p { background: url(https\\3a //HOST/a) }",
    "css import": f'@import "{U}";',
    "css import url": f"@import url({U});",
    "css import media": f"@import url({U}) print;",
    "css import layer": f"@import url({U}) layer(base);",
    "css import supports": f'@import "{U}" supports(display: block);',
    "css import layer and media": f'@import "{U}" layer screen;',
    "css import after charset": f'@charset "utf-8"; @import "{U}";',
    "css import escaped": rf'@\69mport "{U}";',
    "css import upper case": f"@IMPORT '{U}';",
    "css import without blank": f'@import"{U}";',
    "css image-set": f"p {{ background: image-set('{U}' 1x) }}",
    "css webkit image-set": f"p {{ background: -webkit-image-set(url({U}) 1x) }}",
    "css cross-fade": f"p {{ background: -webkit-cross-fade(url({U}), url({U}), 50%) }}",
    "css border image": f"p {{ border: 9px solid; border-image: url({U}) 9 }}",
    "css list": f"li {{ list-style-image: url({U}) }}",
    "css content": f"p::before {{ content: url({U}) }}",
    "css mask": f"p {{ mask-image: url({U}) }}",
    "css shape": f"p {{ float: left; width: 9px; shape-outside: url({U}) }}",
    "css unfinished": f"p {{ background: url({U}",
    "css comment with quote": f"p {{ /* ' */ background: url({U}) }}",
    "css second declaration": f"p {{ color: red; background: no-repeat url({U}) 0 0 }}",
    "css nested": f"div {{ p {{ background: url({U}) }} }}",
    "css media that holds": f"@media screen {{ p {{ background: url({U}) }} }}",
    "css supports that holds": f"@supports (display: block) {{ p {{ background: url({U}) }} }}",
    "css layer": f"@layer a {{ p {{ background: url({U}) }} }}",
    "css custom property": f":root {{ --picture: url({U}) }} p {{ background: var(--picture) }}",
    "css font": f"@font-face {{ font-family: f; src: url({U}) }} p {{ font-family: f }}",
    "css several selectors": f"h6, p {{ background: url({U}) }}",
    "css child": f"div > p.c {{ background: url({U}) }}",
    "css attribute selector": f"p[class=c] {{ background: url({U}) }}",
    "css not": f"p:not(.d) {{ background: url({U}) }}",
    "css first child": f"p:first-child {{ background: url({U}) }}",
    "css html comment": f"<!-- p {{ background: url({U}) }} -->",
    "css image function list": f"p {{ background-image: none, url({U}) }}",
    "css page background": f"html {{ background: url({U}) }}",
    "css cursor": f"p {{ cursor: url({U}), auto }}",
    "css clip": f"p {{ clip-path: url({U}#f) }}",
    "css has": f"div:has(p) {{ background: url({U}) }}",
    "css is": f":is(h6, p) {{ background: url({U}) }}",
    "css import of own sheet": "@import 'data:text/css,@import url(https://HOST/a)';",
    "css keyframes": f"@keyframes k {{ from {{ background: url({U}) }} }} p {{ animation: k 9s }}",
}

_SCRIPT_CONTACTING = {
    "js fetch": f'fetch("{U}")',
    "js fetch template": f"fetch(`{U}/${{1}}`)",
    "js fetch concatenated": 'fetch("https://" + "HO" + "ST/a")',
    "js xhr": f'var x = new XMLHttpRequest(); x.open("GET", "{U}"); x.send()',
    "js image": f'new Image().src = "{U}"',
    "js beacon": f'navigator.sendBeacon("{U}", "x")',
    "js websocket": 'new WebSocket("wss://HOST/a")',
    "js event source": f'new EventSource("{U}")',
    "js import": f'import("{U}")',
    "js script element": f'var s = document.createElement("script"); s.src = "{U}"; document.head.append(s)',
    "js link element": (
        f'var l = document.createElement("link"); l.rel = "stylesheet"; l.href = "{U}"; document.head.append(l)'
    ),
    "js innerHTML": f'document.body.innerHTML = "<img src={U}>"',
    "js document.write": f'document.write("<img src={U}>")',
    "js insertAdjacentHTML": f"document.documentElement.insertAdjacentHTML('beforeend', '<img src={U}>')",
    "js setAttribute": f'var i = document.createElement("img"); i.setAttribute("src", "{U}")',
    "js location": f'location.href = "{U}"',
    "js called function": f"(function (w, u) {{ fetch(u) }})(window, '{U}')",
    "js constant": "const host = 'https://HOST'; fetch(host + '/a')",
    "js new URL": "fetch(new URL('/a', 'https://HOST'))",
    "js atob": "fetch(atob('B64(https://HOST/a)'))",
    "js joined": "fetch(['https:', '', 'HOST', 'a'].join('/'))",
    "js style": f'document.documentElement.style.background = "url({U})"',
    "js audio": f'new Audio("{U}").load()',
    "js configured": f'var c = {{ serviceUrl: "{U}" }}; fetch(c.serviceUrl)',
    "js escaped": r'fetch("\x68ttps:\/\/HOST/a")',
    "js comment opening": f'<!-- old browsers\nfetch("{U}")\n//-->',
}

_QUIET = {
    "quiet relative": '<img src="a.png"><script src="a.js"></script>',
    "quiet data": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">',
    "quiet link": f'<a href="{U}">x</a>',
    "quiet area": f'<map name="m"><area href="{U}"></map>',
    "quiet form": f'<form action="{U}"><button>x</button></form>',
    "quiet formaction": f'<form><button formaction="{U}">x</button></form>',
    "quiet ping": f'<a href="#x" ping="{U}">x</a>',
    "quiet template": f"<template>{_IMG}</template>",
    "quiet noscript": f"<noscript>{_IMG}</noscript>",
    "quiet comment": f"<!-- {_IMG} -->",
    "quiet conditional comment": f"<!--[if lt IE 9]>{_IMG}<![endif]-->",
    "quiet textarea": f"<textarea>{_IMG}</textarea>",
    "quiet title": f"<title>{_IMG}</title>",
    "quiet text": f"<p>{U} //HOST/</p>",
    "quiet escaped": f"<p>&lt;img src={U}&gt;</p>",
    "quiet xmp": f"<xmp>{_IMG}</xmp>",
    "quiet plaintext": f"<plaintext>{_IMG}",
    "quiet noframes": f"<noframes>{_IMG}</noframes>",
    "quiet noembed": f"<noembed>{_IMG}</noembed>",
    "quiet iframe content": f"<iframe>{_IMG}</iframe>",
    "quiet data-src": f'<img data-src="{U}">',
    "quiet alt": f'<img alt="{U}" title="{U}">',
    "quiet duplicate attribute": f'<img src="a.png" src="{U}">',
    "quiet cite": f'<blockquote cite="{U}">x</blockquote>',
    "quiet canonical": f'<link rel="canonical" href="{U}">',
    "quiet alternate": f'<link rel="alternate" type="application/rss+xml" href="{U}">',
    "quiet next": f'<link rel="next" href="{U}"><link rel="author" href="{U}">',
    "quiet touch icon": f'<link rel="apple-touch-icon" href="{U}">',
    "quiet search": f'<link rel="search" type="application/opensearchdescription+xml" href="{U}">',
    "quiet link without rel": f'<link href="{U}">',
    "quiet html import": f'<link rel="import" href="{U}">',
    "quiet disabled sheet": f'<link rel="stylesheet" disabled href="{U}">',
    "quiet sheet of other type": f'<link rel="stylesheet" type="text/less" href="{U}">',
    "quiet preload without as": f'<link rel="preload" href="{U}">',
    "quiet preload for other media": f'<link rel="preload" as="image" media="print" href="{U}">',
    "quiet og": f'<meta property="og:image" content="{U}">',
    "quiet tile": f'<meta name="msapplication-TileImage" content="{U}">',
    "quiet csp": f'<meta http-equiv="Content-Security-Policy" content="img-src https://HOST; report-uri {U}">',
    "quiet meta link": f'<meta http-equiv="Link" content="<{U}>; rel=preload; as=image">',
    "quiet refresh of other name": f'<meta name="refresh" content="0;url={U}">',
    "quiet script of data type": f'<script type="text/plain" src="{U}"></script>',
    "quiet script template": f'<script type="text/template">{_IMG}</script>',
    "quiet nomodule": f'<script nomodule src="{U}"></script>',
    "quiet json": f'<script type="application/json">{{"u": "{U}"}}</script>',
    "quiet import map": f'<script type="importmap">{{"imports": {{"a": "{U}"}}}}</script>',
    "quiet ld json": f'<script type="application/ld+json">{{"@context": "{U}", "image": "{U}"}}</script>',
    "quiet audio preload none": f'<audio preload="none" src="{U}"></audio>',
    "quiet source of audio preload none": f'<audio preload="none"><source src="{U}" type="audio/mpeg"></audio>',
    "quiet source of video preload none": f'<video preload="none"><source src="{U}" type="video/mp4"></video>',
    "quiet video preload none": f'<video preload="none" src="{U}"></video>',
    "quiet input of other type": f'<input type="text" src="{U}">',
    "quiet param": f'<object><param name="movie" value="{U}"></object>',
    "quiet applet": f'<applet codebase="{U}" code="a.class"></applet>',
    "quiet bgsound": f'<bgsound src="{U}">',
    "quiet lowsrc": f'<img lowsrc="{U}" dynsrc="{U}">',
    "quiet manifest attribute": f'<html manifest="{U}"><body>x</body></html>',
    "quiet event": f"<p onclick=\"fetch('{U}')\">x</p>",
    "quiet javascript url": f"<a href=\"javascript:fetch('{U}')\">x</a>",
    "quiet portal": f'<portal src="{U}"></portal>',
    "quiet lazy image far below": f'<div style="height: 30000px"></div><img loading="lazy" src="{U}">',
    "quiet srcset of higher density": f'<img src="a.png" srcset="a.png 1x, {U} 3x">',
    "quiet picture of other media": f'<picture><source media="print" srcset="{U}"><img src="a.png"></picture>',
    "quiet picture of other type": f'<picture><source type="image/x-none" srcset="{U}"><img src="a.png"></picture>',
    "quiet source of other type": f'<video><source type="video/x-none" src="{U}"></video>',
    "quiet default track": f'<video src="a.mp4"><track default src="{U}"></video>',
    "quiet track": f'<video><track src="{U}"></video>',
    "quiet custom element": f'<my-image src="{U}"></my-image>',
    "quiet second base": '<base href="sub/"><base href="https://HOST/"><img src="a.png">',
    "quiet img user information": '<img src="https://user:word@HOST/a">',
    "quiet svg use": _SVG.format(f'<use href="{U}#a"/>'),
    "quiet svg filter": _SVG.format(f'<rect width="9" height="9" filter="url({U}#f)"/>'),
    "quiet xmlns": '<svg xmlns:x="https://HOST/ns"><rect width="9" height="9"/></svg>',
    "quiet svg link": _SVG.format(f'<a href="{U}"><text>x</text></a>'),
    "quiet svg defs": _SVG.format('<defs><rect id="r"/></defs><use href="#r"/>'),
    "quiet svg gradient": _SVG.format(f'<linearGradient id="g" href="{U}#b"/><rect fill="url(#g)"/>'),
    "quiet frame with srcdoc": f'<iframe srcdoc="x" src="{U}"></iframe>',
    "quiet picture with a source": f'<picture><source srcset="a.png"><img src="{U}"></picture>',
    "quiet second source of a picture": f'<picture><source srcset="a.png"><source srcset="{U}"><img></picture>',
    "quiet source beside src": f'<video src="a.mp4"><source src="{U}"></video>',
    "quiet style not shown": f'<p style="display: none; background: url({U})">x</p>',
    "quiet style of hidden": f'<p hidden style="background: url({U})">x</p>',
    "quiet style element of other medium": f'<p>x</p><style media="print">p {{ background: url({U}) }}</style>',
    "quiet style element of other type": f'<p>x</p><style type="text/less">p {{ background: url({U}) }}</style>',
    "quiet icon for other media": f'<link rel="icon" media="print" href="{U}">',
    "quiet mathml link": f'<math href="{U}"><mi>x</mi></math>',
    "quiet invalid host": '<img src="https://HOST:99999/a">',
    "quiet mail": '<a href="mailto:a@HOST">x</a><a href="tel:1">y</a>',
    "quiet submit on click": f'<form action="{U}"></form><p onclick="document.forms[0].submit()">x</p>',
    "quiet speculation on demand": (
        '<script type="speculationrules">{"prefetch": [{"urls": ["' + U + '"], "eagerness": "conservative"}]}</script>'
    ),
}

_CSS_QUIET = {
    "quiet css relative": "p { background: url(a.png) }",
    "quiet css comment": f"/* url({U}) @import '{U}'; */",
    "quiet css string": f'p::before {{ content: "url({U})" }}',
    "quiet css class": f".absent {{ background: url({U}) }}",
    "quiet css element": f"h6 {{ background: url({U}) }}",
    "quiet css child": f"h6 > p {{ background: url({U}) }}",
    "quiet css relation": f"p > div {{ background: url({U}) }}",
    "quiet css id": f"#absent p {{ background: url({U}) }}",
    "quiet css hover": f"p:hover {{ background: url({U}) }}",
    "quiet css attribute": f'p[title="x"] {{ background: url({U}) }}',
    "quiet css media": f"@media print {{ p {{ background: url({U}) }} }}",
    "quiet css supports": f"@supports (a: b) {{ p {{ background: url({U}) }} }}",
    "quiet css font": f"@font-face {{ font-family: f; src: url({U}) }}",
    "quiet css namespace": f"@namespace x url({U});",
    "quiet css property": f":root {{ --picture: url({U}) }}",
    "quiet css selector value": f'a[href="{U}"] {{ color: red }}',
    "quiet css own function": f"p {{ background: my-url({U}) }}",
    "quiet css import late": f'p {{ color: red }} @import "{U}";',
    "quiet css document": f"@-moz-document url({U}) {{ p {{ color: red }} }}",
    "quiet css filter": f"p {{ filter: url({U}#f) }}",
    "quiet css keyframes": f"@keyframes k {{ from {{ background: url({U}) }} }}",
    "quiet css src": f"p {{ background: src('{U}') }}",
    "quiet css counter style": f"@counter-style c {{ system: cyclic; symbols: url({U}) }}",
    "quiet css page": f"@page {{ background: url({U}) }}",
}

_SCRIPT_QUIET = {
    "quiet js string": f'var documentation = "{U}"',
    "quiet js comment": f"/* {U} */ // fetch('{U}')",
    "quiet js function": f'function later() {{ fetch("{U}") }}',
    "quiet js handler": f'document.addEventListener("click", function () {{ open("{U}") }})',
    "quiet js debug": f'if (location.hash === "#debug") fetch("{U}")',
    "quiet js relative": 'fetch("a/b.json")',
}

_BODY = '<div><p class="c">x</p></div><ul><li>x</li></ul>'


def _mechanisms() -> list[Mechanism]:
    made = [Mechanism(name, {PAGE: f"<!doctype html>{page}"}, True) for name, page in _HTML_CONTACTING.items()]
    made += [Mechanism(name, {PAGE: f"<!doctype html>{page}"}, False) for name, page in _QUIET.items()]
    for sheets, contacts in ((_CSS_CONTACTING, True), (_CSS_QUIET, False)):
        for name, sheet in sheets.items():
            inline = f"<!doctype html>{_BODY}<style>{sheet}</style>"
            linked = f'<!doctype html><link rel="stylesheet" href="a.css">{_BODY}'
            made.append(Mechanism(name, {PAGE: inline}, contacts))
            made.append(Mechanism(f"{name} in a file", {PAGE: linked, "a.css": sheet}, contacts))
    for scripts, contacts in ((_SCRIPT_CONTACTING, True), (_SCRIPT_QUIET, False)):
        for name, script in scripts.items():
            made.append(Mechanism(name, {PAGE: f"<!doctype html><body><script>{script}</script>"}, contacts))
    return made + _OF_SEVERAL_FILES


_OF_SEVERAL_FILES = [
    Mechanism("script file", {PAGE: '<script src="a.js"></script>', "a.js": f'fetch("{U}")'}, True),
    Mechanism(
        "module that imports",
        {PAGE: '<script type="module" src="a.mjs"></script>', "a.mjs": f'import x from "{U}"; x()'},
        True,
    ),
    Mechanism("worker", {PAGE: '<script>new Worker("w.js")</script>', "w.js": f'importScripts("{U}")'}, True),
    Mechanism("quiet worker", {PAGE: '<script>new Worker("w.js")</script>', "w.js": 'importScripts("a.js")'}, False),
    Mechanism(
        "import map and import",
        {
            PAGE: f'<script type="importmap">{{"imports": {{"a": "{U}"}}}}</script>'
            '<script type="module">import "a"</script>'
        },
        True,
    ),
    Mechanism("frame of own page", {PAGE: '<iframe src="b.html"></iframe>', "b.html": f"<p>{_IMG}</p>"}, True),
    Mechanism(
        "own svg in a frame",
        {PAGE: '<iframe src="a.svg"></iframe>', "a.svg": _SVG.format(f'<image href="{U}"/>')},
        True,
    ),
    Mechanism(
        "own svg with style sheet",
        {PAGE: '<object data="a.svg"></object>', "a.svg": f'<?xml-stylesheet href="{U}"?>' + _SVG.format("")},
        True,
    ),
    Mechanism(
        "quiet own svg as picture",
        {PAGE: '<img src="a.svg">', "a.svg": _SVG.format('<rect width="9" height="9"/>')},
        False,
    ),
    Mechanism(
        "own xhtml", {PAGE: '<iframe src="a.xhtml"></iframe>', "a.xhtml": _XHTML.format(f'<img src="{U}"/>')}, True
    ),
    Mechanism(
        "quiet own xhtml",
        {PAGE: '<iframe src="a.xhtml"></iframe>', "a.xhtml": _XHTML.format(f'<a href="{U}">x</a>')},
        False,
    ),
    Mechanism(
        "own xml with style sheet",
        {
            PAGE: '<iframe src="a.xml"></iframe>',
            "a.xml": f'<?xml version="1.0"?><?xml-stylesheet type="text/css" href="{U}"?><a/>',
        },
        True,
    ),
    Mechanism(
        "quiet own xml",
        {
            PAGE: '<iframe src="a.xml"></iframe>',
            "a.xml": f'<?xml version="1.0"?><!DOCTYPE a SYSTEM "{U}"><a xmlns="https://HOST/ns"><b>{U}</b></a>',
        },
        False,
    ),
    Mechanism(
        "sheet that imports a sheet",
        {PAGE: '<link rel="stylesheet" href="a.css">', "a.css": '@import "b.css";', "b.css": f'@import "{U}";'},
        True,
    ),
    Mechanism(
        "quiet own manifest",
        {
            PAGE: '<link rel="manifest" href="a.webmanifest">',
            "a.webmanifest": f'{{"name": "a", "icons": [{{"src": "{U}", "sizes": "144x144"}}]}}',
        },
        False,
    ),
    Mechanism("quiet json beside", {PAGE: "<p>x</p>", "a.json": f'{{"url": "{U}"}}'}, False),
    Mechanism("quiet text beside", {PAGE: "<p>x</p>", "a.txt": f"See {U}.", "README.md": f"![x]({U})"}, False),
]


def with_host(mechanism: Mechanism, host: str) -> dict[str, bytes]:
    """Return the files of a mechanism with ``host`` for ``HOST``."""
    return {name: _filled(text, host).encode() for name, text in mechanism.files.items()}


def _filled(text: str, host: str) -> str:
    """Put the host in, and the base64 of what stands in ``B64(…)``."""
    upper = host.upper()
    text = text.replace("%48OST", f"%{ord(host[0]):02x}{host[1:]}").replace(
        '"HO" + "ST/a"', f'"{host[:2]}" + "{host[2:]}/a"'
    )
    text = text.replace("HOST", host) if "//HOST/A" not in text else text.replace("HOST", upper)
    before, found, rest = text.partition("B64(")
    if not found:
        return text
    inner, _, after = rest.rpartition(")" if "atob" in before else ')"')
    if "atob" in before:
        inner, _, after = rest.partition(")")
        return f"{before}{_encoded(inner)}{after}"
    return f'{before}{_encoded(inner)}"{after}'


MECHANISMS = _mechanisms()
