"""What elements and their attributes make a browser contact: the one table, for HTML, XHTML and SVG alike.

The sources are the HTML Standard ("fetching resources", "link types", "rendering"), SVG 2 ("linking"), and what
browsers were seen to do.
"""

from __future__ import annotations

from collections.abc import Mapping

from gate.examine.outbound import handlers
from gate.examine.outbound.element import Element, Handler, Surroundings, UrlHandler
from gate.examine.outbound.found import Found
from gate.examine.outbound.handlers import any_url
from gate.examine.outbound.urls import may_lead_away

_FETCH = UrlHandler("automatic")
_LINK = UrlHandler("link")
_CITED = UrlHandler("identifier")
_PLUG_IN = UrlHandler("conditional", "plug-in")
_OLD = UrlHandler("conditional", "old browsers")
_NEW = UrlHandler("conditional", "browsers that support it")
_LAZY = UrlHandler("automatic", lazy=True)
_DOCUMENT = UrlHandler("automatic", role="document")
_SVG_REFERENCE: dict[str, Handler | None] = {"href": _FETCH, "xlink:href": _FETCH}
_USED = UrlHandler("conditional", "old browsers", "document")
_SVG_OLD: dict[str, Handler | None] = {"href": _USED, "xlink:href": _USED}
_SVG_UNKNOWN: dict[str, Handler | None] = {
    name: UrlHandler("conditional", "loaded by few programs") for name in ("href", "xlink:href")
}
_MATHML = "math mi mn mo ms mtext mrow mfrac msqrt msup msub msubsup mover munder mtable mtr mtd semantics"
_PARTS = "style mask cursor fill stroke clip-path marker marker-start marker-mid marker-end"
_EVERYWHERE: dict[str, Handler | None] = {
    "xlink:href": UrlHandler("conditional", "loaded by few programs"),
    **dict.fromkeys(_PARTS.split(), handlers.style),
    "filter": handlers.filter_of_svg,
}
_SPECIFIC: dict[str, dict[str, Handler | None]] = {
    "a": {"href": _LINK, "xlink:href": _LINK, "ping": handlers.several("interaction"), "attributionsrc": _NEW},
    "animate": dict.fromkeys(("from", "to", "by", "values"), handlers.animated),
    "applet": dict.fromkeys(("code", "codebase", "archive", "object"), _PLUG_IN),
    "area": {"href": _LINK, "ping": handlers.several("interaction")},
    "audio": {"src": handlers.media_source},
    "base": {"href": None},
    "bgsound": {"src": _OLD},
    "blockquote": {"cite": _CITED},
    "button": {"formaction": handlers.form_action},
    "command": {"icon": _OLD},
    "del": {"cite": _CITED},
    "embed": {"src": _DOCUMENT, "code": _PLUG_IN, "pluginspage": _LINK},
    "feImage": _SVG_REFERENCE,
    "fencedframe": {"src": _NEW},
    "form": {"action": handlers.form_action},
    "frame": {"src": _DOCUMENT, "longdesc": _LINK},
    "head": {"profile": _CITED},
    "html": {"manifest": _OLD},
    "iframe": {
        "src": handlers.frame_source,
        "srcdoc": handlers.srcdoc,
        "longdesc": _LINK,
    },
    "image": {**_SVG_REFERENCE, "src": _FETCH},
    "img": {
        "src": _LAZY,
        "srcset": handlers.srcset,
        "longdesc": _LINK,
        "lowsrc": _OLD,
        "dynsrc": _OLD,
        "attributionsrc": _NEW,
    },
    "input": {"src": handlers.input_source, "formaction": handlers.form_action},
    "ins": {"cite": _CITED},
    "isindex": {"action": handlers.form_action},
    "layer": {"src": _OLD},
    "linearGradient": _SVG_UNKNOWN,
    "link": {"href": handlers.link, "imagesrcset": handlers.srcset},
    "meta": {"content": handlers.meta},
    "menuitem": {"icon": _OLD},
    "mglyph": {"src": _OLD},
    "object": {
        "data": _DOCUMENT,
        "classid": _PLUG_IN,
        "codebase": _PLUG_IN,
        "archive": handlers.several("conditional"),
    },
    "param": {"value": handlers.plug_in_parameter},
    "pattern": _SVG_UNKNOWN,
    "portal": {"src": _NEW},
    "q": {"cite": _CITED},
    "radialGradient": _SVG_UNKNOWN,
    "script": {
        "src": handlers.script_source,
        "href": handlers.script_source,
        "xlink:href": handlers.script_source,
        "attributionsrc": _NEW,
    },
    "set": {"to": handlers.animated},
    "source": {"src": handlers.source, "srcset": handlers.srcset},
    "track": {"src": UrlHandler("conditional", "track shown")},
    "use": _SVG_OLD,
    "video": {"src": handlers.media_source, "poster": _FETCH},
    "xml": {"src": _OLD},
}
for _tag in ("body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"):
    _SPECIFIC[_tag] = {"background": _FETCH}
for _tag in _MATHML.split():
    _SPECIFIC[_tag] = {"href": _LINK}


class _Handlers(dict[str, Handler | None]):
    """The handlers of one element's attributes; those that go by the beginning of a name are filled in when met."""

    def __missing__(self, name: str) -> Handler | None:
        handler = None if name in INERT else handlers.handler_by_name(name)
        if len(name) <= _NAME_LENGTH and len(self) < _NAMES:
            self[name] = handler
        return handler


_NAME_LENGTH = 32
_NAMES = 1000
_TABLE = {tag: _Handlers({**_EVERYWHERE, **specific}) for tag, specific in _SPECIFIC.items()}
_OTHERS = _Handlers(_EVERYWHERE)
_INERT = (
    "abbr accept accept-charset align alt aria-controls aria-current aria-describedby aria-expanded aria-haspopup "
    "aria-hidden aria-label aria-labelledby as async autocomplete autofocus bgcolor border cellpadding cellspacing "
    "charset checked class clear color cols colspan coords crossorigin cx cy d defer dir disabled download enctype "
    "face for frameborder headers height hidden hspace id integrity itemprop itemscope itemtype lang language loading "
    "media method multiple name nowrap placeholder points property r readonly rel role rows rowspan rx ry scope "
    "scrolling selected shape size sizes span spellcheck start summary tabindex target text title transform type "
    "usemap valign version viewbox viewBox vlink vspace width x x1 x2 xml:lang xml:space xmlns xmlns:xlink y y1 "
    "y2"
)
INERT = frozenset(_INERT.split())
"""Common attributes that lead nowhere on any element: an element that has no others is passed over at once."""


def read_element(tag: str, attributes: Mapping[str, str | None], around: Surroundings) -> list[Found]:
    """Return what an element makes a browser contact, and the documents and scripts that its attributes hold.

    ``tag`` is the local name, lower-case but for the names of SVG; ``xlink:href`` stands under that name.
    """
    by_name = _TABLE.get(tag, _OTHERS)
    stays = around.base is None
    found: list[Found] = []
    for name, value in attributes.items():
        handler = by_name[name]
        if handler is None or not value or (handler is any_url and "/" not in value and "\\" not in value):
            continue
        if stays and handler.__class__ is UrlHandler and not may_lead_away(value):
            continue
        found += handler(Element(tag, attributes, around, {}), name, value)
    return found
