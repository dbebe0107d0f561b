"""Handlers of attributes whose URLs are fetched under conditions, or stand among other words.

The conditions are those of the HTML Standard ("link types", "images", "media elements"), as browsers were seen to
keep them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gate.examine.outbound.attributes import refresh_url, srcset_urls, words
from gate.examine.outbound.element import ABSOLUTE, Element, Handler, UrlHandler
from gate.examine.outbound.embedded import document_of, javascript_of
from gate.examine.outbound.events import by_event
from gate.examine.outbound.found import Found
from gate.examine.outbound.loaded import loaded_as
from gate.examine.outbound.prose import TRAILING, URL
from gate.models import Reach
from gate.paths import printable

_SHOWN = 40
_ALWAYS_FETCHED = "stylesheet icon preload modulepreload prefetch preconnect dns-prefetch prerender manifest mask-icon"
LINKS_FETCHED = dict.fromkeys(_ALWAYS_FETCHED.split(), "") | {
    "apple-touch-icon": "added to a home screen",
    "apple-touch-icon-precomposed": "added to a home screen",
    "apple-touch-startup-image": "added to a home screen",
    "import": "old browsers",
    "search": "added as a search engine",
    "compression-dictionary": "browsers that support it",
    **dict.fromkeys(
        ("attached-template", "edit-time-data", "themedata", "datastoreitem"), "opened in an office program"
    ),
}
"""Link types that are fetched, with the condition under which; all others are links to follow."""
_AS = "fetch font image script style track document audio video worker json"
_PRELOADED = frozenset(_AS.split())
_ALWAYS_PLAYED = "video/mp4 video/webm audio/mpeg audio/mp3 audio/ogg audio/wav audio/webm video/ogg"
_PLAYED = frozenset(_ALWAYS_PLAYED.split())
"""Media types that every browser plays, so that a source of that type is always chosen."""
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_DOES_SOMETHING = re.compile(r"[(=/\\`]")
_EXPRESSION = ("on", ":", "@", "#", "[", "(", "v-", "x-", "ng-", "bind:")
"""Beginnings of attributes that hold script: event handlers, and the bindings of Vue, Angular, Alpine and Svelte."""


def shown_attribute(name: str, value: str) -> str:
    """Return ``name=value`` for a condition, escaped and short."""
    return printable(f"{name}={value[:_SHOWN]}")


def srcset(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read candidates: with more than one of them, or another image to fall back on, the screen decides."""
    urls = list(srcset_urls(value))
    condition = "chosen for the screen" if len(urls) > 1 or _has_another(element) else ""
    for url in urls:
        yield from element.reference(name, url, "automatic", condition or _source_condition(element))


def _has_another(element: Element) -> bool:
    return bool(element.attributes.get("src")) and element.tag == "img"


def _source_condition(element: Element) -> str:
    """Return on what a ``source`` or preloaded image depends, or an empty text."""
    if element.is_("loading", "lazy"):
        return "loading=lazy"
    for name in ("media", "type"):
        if value := element.attributes.get(name):
            return shown_attribute(name, value)
    return ""


def source(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read the ``src`` of a ``source``: its type decides whether it is chosen."""
    condition = _source_condition(element)
    kind = (element.attributes.get("type") or "").partition(";")[0].strip().lower()
    if condition.startswith("type=") and kind in _PLAYED and "codecs" not in (element.attributes.get("type") or ""):
        condition = ""
    yield from element.reference(name, value, "automatic", condition)


def several(reach: Reach, separator: str | None = None) -> Handler:
    """Return the handler of a list of URLs."""

    def handle(element: Element, name: str, value: str) -> Iterator[Found]:
        for url in value.split(separator):
            yield from element.reference(name, url, reach)

    return handle


def style(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read declarations: of an element that is not shown nothing is loaded."""
    if "(" in value or "\\" in value:
        shown = "hidden" not in element.attributes and not _NOT_SHOWN.search(value)
        yield element.nested(name, "declarations", value, "" if shown else "once the element is shown")


def filter_of_svg(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read a filter: browsers load none of another host any more."""
    if "(" in value or "\\" in value:
        yield element.nested(name, "declarations", value, "old browsers")


def expression(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read script, which an event of a person may have run; a mere name or number is none."""
    if _DOES_SOMETHING.search(value):
        yield element.nested(name, "script", value, by_event(name) if name.startswith("on") else "")


def any_url(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read an attribute that means nothing to a browser: a script may use it, as a URL, a list of them, or data."""
    if value.lstrip().startswith(("{", "[")):
        if "//" in value or "\\" in value:
            yield element.nested(name, "json", value)
    elif ABSOLUTE.match(value):
        for word in value.split():
            if ABSOLUTE.match(word):
                yield from element.reference(name, word.rstrip(","), "string")
    elif "://" in value:
        for url in URL.finditer(value):
            yield from element.reference(name, url[0].rstrip(TRAILING), "string" if "<" in value else "text")


def frame_source(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read the address of a frame: a document that it holds itself is shown instead."""
    condition = "browsers without srcdoc" if "srcdoc" in element.attributes else ""
    yield from UrlHandler("automatic", condition, "document", lazy=True)(element, name, value)


def srcdoc(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read a whole document."""
    if "<" in value:
        yield element.nested(name, "html", value)


def script_source(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read the address of a script: its type decides whether it is loaded."""
    kind = element.attributes.get("type") or ""
    condition = "" if runs_as_script(kind) else shown_attribute("type", kind)
    if "nomodule" in element.attributes:
        condition = "nomodule"
    yield from UrlHandler("automatic", condition, "script")(element, name, value)
    if runs_as_script(kind):
        yield from loaded_as("script", value)


def runs_as_script(kind: str) -> bool:
    """Say whether a script element of this ``type`` is run; parameters that a browser might not accept are allowed."""
    essence = kind.partition(";")[0].strip().lower()
    return essence in ("", "module") or essence.endswith(("javascript", "ecmascript", "jscript", "livescript"))


def link(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read a ``link``: its relations decide whether it is fetched."""
    relations = [each for each in words(element.attributes.get("rel")) if each in LINKS_FETCHED]
    if not relations:
        yield from element.reference(name, value, "link")
        return
    relation = min(relations, key=lambda each: LINKS_FETCHED[each] != "")
    document = document_of(value, "style") if relation == "stylesheet" else None
    if document:
        yield element.nested(name, *document)
    if relation == "stylesheet":
        yield from loaded_as("style", value)
    condition = LINKS_FETCHED[relation] or _link_condition(relation, element.attributes)
    yield from element.reference(name, value, "automatic", condition, f"link[rel={relation}]")


def _link_condition(relation: str, attributes: Mapping[str, str | None]) -> str:
    """Return on what the fetching of a link depends.  The media of a style sheet do not matter: it is loaded."""
    kind, media = (attributes.get("type") or "").strip(), (attributes.get("media") or "").strip()
    if relation == "stylesheet":
        if "disabled" in attributes:
            return "disabled"
        return "" if kind.partition(";")[0].strip().lower() in ("", "text/css") else shown_attribute("type", kind)
    if relation == "preload" and (attributes.get("as") or "").strip().lower() not in _PRELOADED:
        return "no valid as"
    return "" if media.lower() in ("", "all", "screen") else shown_attribute("media", media)


def style_condition(kind: str, media: str | None) -> str:
    """Return on what it depends whether a style element counts, by its type and media."""
    if kind not in ("", "text/css"):
        return shown_attribute("type", kind)
    return "" if (media or "").strip().lower() in ("", "all", "screen") else shown_attribute("media", media or "")


def input_source(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read the picture of an input, which only one of type image has."""
    if element.is_("type", "image"):
        yield from element.reference(name, value, "automatic", via="input[type=image]")


def media_source(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read a media element: it may wait to be played."""
    waits = element.is_("preload", "none") and "autoplay" not in element.attributes
    yield from element.reference(name, value, "automatic", "preload=none" if waits else "")


def meta(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read a ``meta``: a refresh leads away, a header is for few browsers, and what else it names is not loaded."""
    header = " ".join(words(element.attributes.get("http-equiv")))
    if header == "refresh":
        url = refresh_url(value)
        script = javascript_of(url)
        if script is not None:
            yield element.nested(name, "script", script)
        yield from element.reference(name, url, "automatic", via="meta[http-equiv=refresh]")
    elif header == "link":
        for part in value.split("<")[1:]:
            url = part.partition(">")[0]
            yield from element.reference(name, url, "conditional", "few browsers", "meta[http-equiv=link]")
    elif header.startswith("content-security-policy"):
        for word in value.replace(";", " ").split():
            if ABSOLUTE.match(word):
                yield from element.reference(name, word, "identifier", via="meta[http-equiv=content-security-policy]")
    elif ABSOLUTE.match(value):
        yield from element.reference(name, value, "identifier")


def plug_in_parameter(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read a parameter of a plug-in."""
    yield from element.reference(name, value, "conditional", "plug-in")


def form_action(element: Element, name: str, value: str) -> Iterator[Found]:
    """Read where a form is sent to."""
    yield from element.reference(name, value, element.around.submits)


def animated(element: Element, name: str, value: str) -> Iterator[Found]:
    """Yield what an animation sets an element's reference to: the browser loads it."""
    if (element.attributes.get("attributename") or element.attributes.get("attributeName") or "").endswith("href"):
        script = javascript_of(value)
        if script is not None:
            yield element.nested(name, "script", script)
            return
        for url in value.split(";"):
            yield from element.reference(name, url, "automatic")


def handler_by_name(name: str) -> Handler | None:
    """Return the handler of an attribute that is in no table."""
    if name.startswith("xmlns"):
        return None
    return expression if name.startswith(_EXPRESSION) else any_url
