"""Pages and browser scripts that name WebAssembly modules of their own site."""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.executable.content import Content
from gate.models import ReferenceFact

_PAGES = frozenset({"html", "htm", "xhtml", "js", "mjs"})
_SUFFIX = b".wasm"
_ADDRESS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@+~/:-"
"""What stands before the suffix in an address; a colon shows that it has a scheme, and so a host."""
_LONGEST = 512
_OPENING = b"\"'`\\"
_CLOSING = b"\"'`\\?#"
"""Quotes, also escaped ones: without them, ``module.wasm`` is a property of an object."""
_MOST = 64
LARGEST = 64 << 20
"""Largest page or script, in bytes, that is searched; a module that only a larger one names is a program."""


def references(content: Content) -> Iterator[ReferenceFact]:
    """Yield each module that the item names by a relative path; its name must be known (:meth:`Content.under`).

    Only what stands there as it is counts: ``"pkg/app_bg.wasm"``.  Addresses with a host, escapes and names that are
    put together do not, so that what is not understood stays a program.
    """
    if content.suffix not in _PAGES or content.size > LARGEST:
        return
    data = content.everything()
    found: dict[str, None] = {}
    place = data.find(_SUFFIX)
    while place >= 0 and len(found) < _MOST:
        target = _target(data, place)
        if target:
            found[target] = None
        place = data.find(_SUFFIX, place + len(_SUFFIX))
    yield from map(ReferenceFact, found)


def _target(data: bytes, place: int) -> str:
    """Return the path whose suffix stands at ``place``, or nothing where it is not a plain relative one."""
    window = data[max(0, place - _LONGEST - 1) : place]
    opening = window.rstrip(_ADDRESS)
    path = window[len(opening) :]
    plain = path and b":" not in path and not path.startswith(b"//")
    quoted = opening[-1:] and opening[-1:] in _OPENING
    behind = data[place + len(_SUFFIX) : place + len(_SUFFIX) + 1]
    return (path + _SUFFIX).decode("ascii") if plain and quoted and behind and behind in _CLOSING else ""
