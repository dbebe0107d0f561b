"""Further functions of the web platform that contact a server, or that make a script, style or page of a text.

The sources are the standards: Service Workers ("Cache"), Background Fetch, WebRTC, Web Animations, CSS Typed OM, HTML
("custom scheme handlers", "DOM parsing"), DOM.
"""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from gate.examine.outbound.javascript.call import Call, Handler
from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.elements import tag_of
from gate.examine.outbound.javascript.options import peer_connection

_SCRIPT = "script"
_FRAMES = 40
"""Most key frames, and values of one property in them, that are looked at."""


def _cached(contacts: Contacts, call: Call) -> None:
    """Take the URLs that are put into a cache, in scripts that open one: ``add`` is a name of much else."""
    if b"caches" in contacts.program.data and call.arguments:
        for value in contacts.program.items(call.arguments[0]) or call.arguments[:1]:
            contacts.contact(value, f"Cache.{call.name}()", call.node, opaque=False)


def take_background_fetch(contacts: Contacts, call: Call) -> bool:
    """Take ``backgroundFetch.fetch(id, requests)``, and say whether it is one."""
    if not call.is_on(b"backgroundFetch") or len(call.arguments) < 2:  # noqa: PLR2004  # the name and the requests
        return False
    for value in contacts.program.items(call.arguments[1]) or call.arguments[1:2]:
        contacts.contact(value, "backgroundFetch.fetch()", call.node)
    return True


def _configured(contacts: Contacts, call: Call) -> None:
    for value in call.arguments[:1]:
        if any(b"iceServers" in contacts.program.properties(each) for each in _objects(contacts, value)):
            peer_connection(contacts, value, call.node)


def _candidate(contacts: Contacts, call: Call) -> None:
    """Take an address at which a peer is looked for: it comes from others, as a rule."""
    if call.arguments:
        contacts.opaque("addIceCandidate()", call.node)


def _keyframes(contacts: Contacts, call: Call) -> None:
    for value in call.arguments[:1]:
        items = contacts.program.items(value)
        for frame in [value] if items is None else items[:_FRAMES]:
            for each in _objects(contacts, frame):
                for values in contacts.program.properties(each).values():
                    for text in [text for given in values for text in contacts.program.items(given) or [given]][
                        :_FRAMES
                    ]:
                        contacts.style(text, "animate()", call.node)


def _style_map(contacts: Contacts, call: Call) -> None:
    if call.is_on(b"StyleMap", b"computedStyleMap()"):
        for value in call.arguments[1:]:
            contacts.style(value, "attributeStyleMap", call.node)


def _handled(contacts: Contacts, call: Call) -> None:
    contacts.contact(call.argument(1), "registerProtocolHandler()", call.node, reach="interaction", opaque=False)


def into_script(otherwise: Handler) -> Handler:
    """Return a handler of what adds text or nodes to an element: what is added to a script is code."""

    def handle(contacts: Contacts, call: Call) -> None:
        if call.receiver is None or tag_of(contacts, call.receiver) != _SCRIPT:
            otherwise(contacts, call)
            return
        for value in call.arguments:
            made = [each for each in contacts.program.structures(value) if _is_text(contacts, each)]
            for text in [node for each in made for node in contacts.program.arguments(each)[:1]] or [value]:
                contacts.script(text, f"{call.name}()", call.node, opaque=True)

    return handle


def nothing_else(_contacts: Contacts, _call: Call) -> None:
    """Do nothing: a call by that name contacts nothing."""


def _is_text(contacts: Contacts, node: Node) -> bool:
    return node.type == "call_expression" and contacts.program.callee_name(node) == b"createTextNode"


def _objects(contacts: Contacts, value: Node) -> list[Node]:
    return [each for each in contacts.program.structures(value) if each.type == "object"]


PLATFORM: Mapping[str, Handler] = {
    "add": _cached,
    "addAll": _cached,
    "setConfiguration": _configured,
    "addIceCandidate": _candidate,
    "animate": _keyframes,
    "set": _style_map,
    "registerProtocolHandler": _handled,
    "appendChild": into_script(nothing_else),
    "replaceChildren": into_script(nothing_else),
    "insertAdjacentText": into_script(nothing_else),
    "appendData": into_script(nothing_else),
}
"""By the last part of the name of what is called."""
