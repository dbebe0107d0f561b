"""Events that only a person brings about (UI Events, Pointer Events, Touch Events, Clipboard API, HTML)."""

from __future__ import annotations

_EVENTS = (
    "click dblclick auxclick contextmenu mousedown mouseup mousemove mouseover mouseout mouseenter mouseleave wheel "
    "pointerdown pointerup pointermove pointerover pointerenter pointerleave touchstart touchend touchmove tap keydown "
    "keyup keypress input beforeinput change submit reset focus blur focusin focusout select cut copy paste drag "
    "dragstart dragend dragenter dragover dragleave drop hover toggle search swipe"
)
OF_PERSONS = frozenset(_EVENTS.split())
"""Names of the events, and of the functions of jQuery that listen for them."""


def by_event(name: str) -> str:
    """Return the condition that an event of a person makes, or an empty text: ``click``, ``onclick``, ``click.own``."""
    words = name.lower().removeprefix("on").replace(".", " ").split()
    return f"on {words[0]}" if words and words[0] in OF_PERSONS else ""
