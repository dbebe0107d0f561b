"""Calls by which a script contacts a server, in browsers and in Node.js.

The sources are the standards of the web platform (Fetch, XMLHttpRequest, WebSockets, Beacon, Service Workers, HTML)
and the documentation of Node.js and of the HTTP and map libraries named here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tree_sitter import Node

from gate.examine.outbound.javascript import clients
from gate.examine.outbound.javascript.call import Call, Handler
from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.desktop import DESKTOP
from gate.examine.outbound.javascript.elements import attribute, made_element, tag_of
from gate.examine.outbound.javascript.folding import FEW_STEPS
from gate.examine.outbound.javascript.options import options, peer_connection, url_or_options
from gate.examine.outbound.javascript.platform import PLATFORM, into_script, take_background_fetch
from gate.examine.outbound.javascript.scopes import FUNCTIONS, plain
from gate.examine.outbound.unknown import UNKNOWN

_WINDOWS = re.compile(rb"(?:.*\.)?(?:window|self|globalThis|top|parent|opener|frames|win|w)", re.DOTALL)
_METHODS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "connect", "trace", "propfind"])
_BEFORE = 40
_OPENED = re.compile(r"<([A-Za-z][\w\-]{0,40})")
_HOLDING_TEXT = frozenset(
    b"textContent innerText innerHTML outerHTML title hash search responseText referrer cookie nodeValue".split()
)
"""Properties of pages and answers that hold text and no function."""
_LOADER = re.compile(
    r"fetch|script|ajax|request|beacon|download|websocket|getjson|iframe|pixel|tracker|stylesheet", re.IGNORECASE
)
"""Names of functions that are not in the script and that most likely contact the URL that they are given."""


def _url(index: int = 0, *, opaque: bool = True) -> Handler:
    def handle(contacts: Contacts, call: Call) -> None:
        if call.arguments[index:]:
            contacts.contact(call.arguments[index], f"{call.name}()", call.node, opaque=opaque)

    return handle


def _every_url(contacts: Contacts, call: Call) -> None:
    for value in call.arguments:
        contacts.loaded(value, f"{call.name}()", call.node)
        contacts.runs(value)


def _script_url(contacts: Contacts, call: Call) -> None:
    if call.arguments:
        contacts.loaded(call.arguments[0], f"{call.name}()", call.node)
        contacts.runs(call.arguments[0])


def _options(contacts: Contacts, call: Call) -> None:
    if call.arguments:
        url_or_options(contacts, call.arguments[0], f"{call.name}()", call.node)


def _import(contacts: Contacts, call: Call) -> None:
    if call.arguments:
        contacts.loaded(call.arguments[0], "import()", call.node)


def _required(contacts: Contacts, call: Call) -> None:
    """Take URLs that a module loader is told to load."""
    for value in call.arguments[:2]:
        for each in contacts.program.items(value) or [value]:
            contacts.contact(each, f"{call.name}()", call.node, opaque=False)


def _open(contacts: Contacts, call: Call) -> None:
    """Take ``xhr.open(method, url)``, or ``window.open(url)``, which waits for a person in most browsers."""
    receiver = contacts.program.bytes_of(call.receiver)[-80:] if call.receiver is not None else b"window"
    first, second = call.argument(0), call.argument(1)
    if first is None or receiver.endswith((b"indexedDB", b"caches")):
        return
    method = contacts.folder.constant(first)
    is_method = method is not None and method.lower() in _METHODS
    if not is_method and (_WINDOWS.fullmatch(receiver) or method is not None or second is None):
        contacts.contact(first, "window.open()", call.node, reach="interaction", opaque=False)
    elif second is not None and second.type != "number":
        contacts.contact(second, "XMLHttpRequest.open()", call.node)


def _location(contacts: Contacts, call: Call) -> None:
    if call.is_on(b"location", b"navigation"):
        contacts.contact(call.argument(0), f"location.{call.name}()", call.node, reach="interaction", opaque=False)


def _register(contacts: Contacts, call: Call) -> None:
    if call.is_on(b"serviceWorker", b"serviceWorker?"):
        contacts.contact(call.argument(0), "serviceWorker.register()", call.node)
        contacts.runs(call.argument(0))


def _markup(index: int, *, jquery: bool = False) -> Handler:
    def handle(contacts: Contacts, call: Call) -> None:
        values = call.arguments if index < 0 else call.arguments[index : index + 1]
        for value in values:
            if jquery and contacts.folder.fold(value, FEW_STEPS)[0].text.lstrip()[:1] != "<":
                continue
            contacts.markup(value, f"{call.name}()", call.node, opaque=not jquery)

    return handle


def _write(contacts: Contacts, call: Call) -> None:
    if call.is_on(b"document", b"doc", b"Document", b"d"):
        _markup(-1)(contacts, call)


def _runs_text(contacts: Contacts, call: Call, value: Node) -> bool:
    """Say whether what is run is text: a property that holds text, or what the constructor of a function is given."""
    text = contacts.program.bytes_of(plain(value))[-_BEFORE:]
    if call.name == "constructor" and call.receiver is not None:
        made_of = plain(call.receiver)
        return made_of.type in FUNCTIONS or contacts.program.bytes_of(made_of)[-_BEFORE:].endswith(b".constructor")
    return text.rpartition(b".")[2] in _HOLDING_TEXT and b"." in text


def _evaluated(*, opaque: bool) -> Handler:
    def handle(contacts: Contacts, call: Call) -> None:
        if call.arguments and "function" not in call.arguments[-1].type:
            value = call.arguments[-1 if call.name == "Function" else 0]
            contacts.script(value, f"{call.name}()", call.node, opaque=opaque or _runs_text(contacts, call, value))

    return handle


def _set_attribute(contacts: Contacts, call: Call) -> None:
    """Take ``setAttribute(name, value)`` and the like, also with an object of names and values."""
    position = 1 if call.name.endswith("NS") else 0
    name, value = call.argument(position), call.argument(position + 1)
    tag = tag_of(contacts, call.receiver) if call.receiver is not None else ""
    if name is not None and value is not None:
        text = contacts.folder.constant(name)
        if text is None:
            contacts.contact(value, f"{call.name}()", call.node, opaque=call.name.startswith("setAttribute"))
        else:
            attribute(contacts, text, value, f"{call.name}({text[:20]})", call.node, tag)
    elif name is not None and name.type == "object":
        made_element(contacts, tag, name, call.node)


def _css(contacts: Contacts, call: Call) -> None:
    values = call.arguments
    if call.arguments and call.arguments[0].type == "object":
        values = [each for found in contacts.program.properties(call.arguments[0]).values() for each in found]
    for value in values[:40]:
        contacts.style(value, f"{call.name}()", call.node)


def _create(contacts: Contacts, call: Call) -> None:
    if len(call.arguments) > 1 and call.arguments[0].type == "string":
        tag = contacts.folder.constant(call.arguments[0]) or ""
        made_element(contacts, tag.lower(), call.arguments[1], call.node)


def _jquery(contacts: Contacts, call: Call) -> None:
    if call.arguments:
        _markup(0, jquery=True)(contacts, call)
    for value in call.arguments[1:2]:
        tag = _OPENED.match((contacts.folder.constant(call.arguments[0], FEW_STEPS) or "").lstrip())
        if tag is not None:
            made_element(contacts, tag[1].lower(), value, call.node)


def _map_source(contacts: Contacts, call: Call) -> None:
    """Take a layer of a map; one of several that are named in an object is shown when it is chosen."""
    data = contacts.program.data
    before = data[max(0, call.node.start_byte - _BEFORE) : call.node.start_byte].rstrip()
    after = data[call.node.end_byte : call.node.end_byte + _BEFORE].lstrip()
    chosen = before.endswith(b":") and after.startswith((b",", b"}"))
    condition = "where the layer is chosen" if chosen else ""
    for value in call.arguments[:2]:
        for found in contacts.program.structures(value):
            if found.type == "object":
                options(contacts, contacts.program.properties(found), call.name, call.node, opaque=False)
            else:
                contacts.contact(value, call.name, call.node, opaque=False, condition=condition)


def _peer(contacts: Contacts, call: Call) -> None:
    if call.arguments:
        peer_connection(contacts, call.arguments[0], call.node)


def _font(contacts: Contacts, call: Call) -> None:
    if call.arguments[1:]:
        contacts.style(call.arguments[1], "FontFace()", call.node)


def _blob(contacts: Contacts, call: Call) -> None:
    """Read the constant text of a blob as the script that a worker may be made of."""
    if not call.arguments:
        return
    kind = ""
    if call.arguments[1:]:
        for value in contacts.program.members(call.arguments[1], b"type"):
            kind = contacts.folder.constant(value) or ""
    if "script" in kind or not kind:
        for pieces in contacts.folder.pieces(call.arguments[0]) or []:
            for piece in pieces:
                if UNKNOWN not in piece.text and "//" in piece.text:
                    contacts.script_text(piece, "Blob()", call.node)


def _fetch(contacts: Contacts, call: Call) -> None:
    if not take_background_fetch(contacts, call):
        _url()(contacts, call)


CALLS: Mapping[str, Handler] = {
    **PLATFORM,
    **DESKTOP,
    "fetch": _fetch,
    "fetchLater": _url(),
    "sendBeacon": _url(),
    "importScripts": _every_url,
    "import": _import,
    "require": _required,
    "requirejs": _required,
    "define": _required,
    "open": _open,
    "assign": _location,
    "replace": _location,
    "navigate": _location,
    "register": _register,
    "addModule": _url(),
    "write": _write,
    "writeln": _write,
    "insertAdjacentHTML": _markup(1),
    "createContextualFragment": _markup(0),
    "setHTMLUnsafe": _markup(0),
    "parseHTMLUnsafe": _markup(0, jquery=True),
    "parseFromString": _markup(0, jquery=True),
    "html": _markup(0, jquery=True),
    "append": into_script(_markup(-1, jquery=True)),
    "prepend": into_script(_markup(-1, jquery=True)),
    "after": _markup(-1, jquery=True),
    "before": _markup(-1, jquery=True),
    "replaceWith": _markup(0, jquery=True),
    "$": _jquery,
    "jQuery": _jquery,
    "insertRule": _css,
    "addRule": _css,
    "replaceSync": _css,
    "setProperty": _css,
    "createTextNode": _css,
    "css": _css,
    "eval": _evaluated(opaque=True),
    "execScript": _evaluated(opaque=True),
    "globalEval": _evaluated(opaque=False),
    "Function": _evaluated(opaque=True),
    "constructor": _evaluated(opaque=False),
    "setTimeout": _evaluated(opaque=False),
    "setInterval": _evaluated(opaque=False),
    "setAttribute": _set_attribute,
    "setAttributeNS": _set_attribute,
    "attr": _set_attribute,
    "prop": _set_attribute,
    **dict.fromkeys(("createElement", "jsx", "jsxs", "_jsx", "_jsxs", "jsxDEV", "h", "createVNode"), _create),
    **dict.fromkeys(
        ("get", "post", "put", "patch", "delete", "del", "head", "getJSON", "getScript", "load"), clients.verb
    ),
    "ajax": _options,
    "request": clients.verb,
    "stream": clients.verb,
    "extend": clients.verb,
    "create": clients.verb,
    "axios": clients.client,
    "got": clients.client,
    "ky": clients.client,
    "needle": clients.client,
    "superagent": clients.client,
    "connect": clients.connect,
    "createConnection": clients.connect,
    "lookup": clients.resolve,
    **dict.fromkeys(("resolve", "resolve4", "resolve6", "resolveTxt", "resolveMx", "reverse"), clients.resolve),
    "send": clients.send,
    **dict.fromkeys(("exec", "execSync", "spawn", "spawnSync", "execFile", "execFileSync", "fork"), clients.command),
    **dict.fromkeys(("tileLayer", "wms", "imageOverlay", "videoOverlay", "addSource", "setStyle"), _map_source),
}
"""By the last part of the name of what is called."""

CONSTRUCTORS: Mapping[str, Handler] = {
    **dict.fromkeys(("WebSocket", "EventSource", "WebTransport", "Audio", "Request", "MozWebSocket"), _url()),
    **dict.fromkeys(("Worker", "SharedWorker"), _script_url),
    **dict.fromkeys(("RTCPeerConnection", "webkitRTCPeerConnection", "mozRTCPeerConnection"), _peer),
    "Function": _evaluated(opaque=True),
    "FontFace": _font,
    "Blob": _blob,
    **dict.fromkeys(
        [
            "TileLayer",
            "XYZ",
            "OSM",
            "TileWMS",
            "ImageWMS",
            "WMTS",
            "TileJSON",
            "VectorTile",
            "TileArcGISRest",
            "ImageArcGISRest",
            "ImageStatic",
            "Static",
            "BingMaps",
            "Vector",
            "GeoJSON",
            "Icon",
            "WMS",
            "ImageOverlay",
            "VideoOverlay",
            "UrlTemplateImageryProvider",
            "WebMapServiceImageryProvider",
            "OpenStreetMapImageryProvider",
        ],
        _map_source,
    ),
}


def take_loader(contacts: Contacts, call: Call) -> None:
    """Take a URL given to a function whose name tells that it loads something."""
    for value in call.arguments[:3]:
        contacts.contact(value, f"{call.name}()", call.node, opaque=False)


def is_loader(name: str) -> bool:
    """Say whether the name of a function tells that it loads what it is given."""
    return _LOADER.search(name) is not None
