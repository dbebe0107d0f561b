"""The text of a page that people see, as far as the page itself says so.

What style sheets of other files, scripts and the colours of backgrounds hide is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_RAW: Final = ["script", "style", "template", "noscript", "head", "title", "textarea", "iframe", "noframes", "noembed"]
"""Elements that show nothing of what they hold, and that hold none of their own kind except in pictures."""
_NOT_SHOWN: Final = "[hidden], dialog:not([open]), select, datalist, object, audio, video, canvas, frameset"
_IN_PICTURES: Final = ", ".join((*_RAW, "metadata", "desc"))
_NOTHING: Final = r"(?:0+\.?0*|\.0+)"
_HIDING: Final = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden"
    rf"|(?:opacity|zoom):{_NOTHING}%?(?![0-9.])|transform:[^;]*?scale[xy]?\({_NOTHING}[,)]"
    rf"|font-size:(?:{_NOTHING}(?:px|pt|r?em|%|v[wh])?|0?\.[0-4][0-9]*r?em|[01](?:\.[0-9]+)?(?:px|pt|%))(?![0-9.a-z%])"
    rf"|(?:max-)?(?:height|width):(?:{_NOTHING}|1px|0px)(?![0-9.a-z%])|text-indent:-[0-9]{{3,}}"
    r"|(?:left|top|right|bottom|margin-left|margin-top):-[0-9]{3,}"
    r"|clip:rect\([01]|clip-path:(?:inset\((?:50|100)%|circle\(0)"
    rf"|(?:color|-webkit-text-fill-color):(?:transparent|rgba\([^);]*?,{_NOTHING}\)"
    r"|#[0-9a-f]{3}0(?![0-9a-f])|#[0-9a-f]{6}00))"
)
"""Declarations that let nobody see a text, without blanks."""
_COLOURS: Final = re.compile(r"(?:^|;)(color|background(?:-color)?):([^;]*)")
_SAME: Final = {
    "white": "#ffffff", "#fff": "#ffffff", "rgb(255,255,255)": "#ffffff", "black": "#000000", "#000": "#000000",
    "rgb(0,0,0)": "#000000",
}  # fmt: skip
_BLANKS: Final = re.compile(r"/\*.*?(?:\*/|\Z)|\s+|!important", re.DOTALL)
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_NOT_ON_SCREENS: Final = re.compile(r"\b(?:print|speech)\b", re.IGNORECASE)
_STYLE_CHARACTERS: Final = 1 << 18
_RULES: Final = 200
_REPEATED_CHARACTERS: Final = 512
_SELECTOR_CHARACTERS: Final = 400


def hides(attributes: Mapping[str, str | None]) -> bool:
    """Say whether an element is shown to nobody by what its own attributes say."""
    return "hidden" in attributes or _hides(attributes.get("style") or "")


def visible_text(body: LexborNode, parser: LexborHTMLParser) -> str:
    """Return what the page shows below ``body``, blanks made one; call it last, it takes the page apart."""
    hidden = _hidden(parser)
    pictures = parser.css_first("svg, math") is not None
    if pictures:
        hidden.update((node.mem_id, node) for node in parser.css(_IN_PICTURES))
    if body.mem_id in hidden:
        return ""
    _take_out(body, hidden)
    if not pictures:
        # Only now: what goes here may hold hidden nodes, and none of those may be looked at after it has gone.
        parser.strip_tags(_RAW)
    return " ".join(body.text(separator=" ").split())


def _take_out(body: LexborNode, hidden: Mapping[int, LexborNode]) -> None:
    """Take the hidden nodes below ``body`` out, of nested ones the outermost alone: the others go with it."""
    shown = {body.mem_id: True}
    outermost = []
    for node in hidden.values():
        above, parent = [], node.parent
        while parent is not None and parent.mem_id not in hidden and parent.mem_id not in shown:
            above.append(parent.mem_id)
            parent = parent.parent
        is_shown = parent is not None and shown.get(parent.mem_id, False)
        shown.update(dict.fromkeys(above, is_shown))
        if is_shown:
            outermost.append(node)
    for node in outermost:
        node.decompose()


def _hidden(parser: LexborHTMLParser) -> dict[int, LexborNode]:
    """Return the nodes that their attributes, or rules of the page's own style sheets, hide on screens."""
    found = {node.mem_id: node for node in parser.css(_NOT_SHOWN)}
    found.update((node.mem_id, node) for node in parser.css("[style]") if _hides(node.attributes["style"] or ""))
    for selector in _hiding_selectors(parser):
        try:
            found.update((node.mem_id, node) for node in parser.css(selector))
        except (SelectolaxError, ValueError):
            continue  # a selector that the parser does not know hides nothing that is known here
    return found


def _hiding_selectors(parser: LexborHTMLParser) -> Iterator[str]:
    for style in parser.css("style"):
        if not _NOT_ON_SCREENS.search(style.attributes.get("media") or ""):
            sheet = _COMMENT.sub("", (style.text_lexbor() or "")[:_STYLE_CHARACTERS])
            hiding = (selector for selector, declarations in _rules(sheet) if _hides(declarations))
            yield from islice(hiding, _RULES)


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield selector and declarations of the rules of a style sheet that hold on screens."""
    around: list[str] = []
    before = ""
    for piece in re.split(r"([{}])", sheet):
        if piece == "{":
            around.append(before.rpartition(";")[2].strip())
        elif piece == "}" and around:
            selector = around.pop()
            elsewhere = any(each.startswith("@") and _NOT_ON_SCREENS.search(each) for each in around)
            if not selector.startswith("@") and not elsewhere and len(selector) <= _SELECTOR_CHARACTERS:
                yield selector, before
        before = piece


def _hides(declarations: str) -> bool:
    """Say whether declarations of a style let nothing be seen of a text; pages repeat themselves."""
    if len(declarations) > _REPEATED_CHARACTERS:
        return _is_hiding(declarations)
    return bool(declarations) and _is_hiding_again(declarations)


@lru_cache(maxsize=1024)
def _is_hiding_again(declarations: str) -> bool:
    return _is_hiding(declarations)


def _is_hiding(declarations: str) -> bool:
    plain = _BLANKS.sub("", declarations[:_STYLE_CHARACTERS].lower())
    if _HIDING.search(plain):
        return True
    colours = {name.partition("-")[0]: _SAME.get(value, value) for name, value in _COLOURS.findall(plain)}
    return "color" in colours and colours["color"] == colours.get("background")
