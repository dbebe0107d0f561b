"""Which reader an item needs: by its name where the name decides for a browser, else by its first characters."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["html", "xml", "css", "declarations", "script"]
"""``declarations`` are those of a ``style`` attribute: a style sheet without rules."""

SNIFFED_CHARACTERS = 2048
"""How much of an item is looked at to tell its kind."""

_HTML_SUFFIXES = (
    "html htm shtml shtm hta htc php phtml php3 php4 php5 php7 inc asp aspx ascx master cshtml vbhtml jsp jspx jspf "
    "tag erb rhtml ejs hbs handlebars mustache njk twig jinja jinja2 j2 tmpl tpl ftl vm liquid vue svelte astro"
)
_TEXT_SUFFIXES = (
    "txt text md markdown rst adoc log json csv tsv yml yaml toml ini cfg conf lock sql tex po pot py pyi rb pl sh "
    "bash c h cc cpp hpp cs java kt go rs swift ts tsx jsx scss sass less map"
)
_BY_SUFFIX: dict[str, Kind | None] = {
    **dict.fromkeys(_HTML_SUFFIXES.split(), "html"),
    **dict.fromkeys(_TEXT_SUFFIXES.split()),
    **dict.fromkeys(("svg", "xhtml", "xht"), "xml"),
    **dict.fromkeys(("js", "mjs", "cjs"), "script"),
    "css": "css",
}

_HTML = re.compile(
    r"[\s\0]*+<(?:!doctype\s+html|!--|(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|link"
    r"|base|img|form|frameset|object|embed|template)(?=[\s/>]))",
    re.IGNORECASE,
)
"""What a page begins with (WHATWG MIME Sniffing, "identifying a resource with an unknown MIME type"), or a fragment."""
_PROLOG = r"(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*+)?>)*+"
_SVG = re.compile(rf"{_PROLOG}<(?:[\w.\-]{{1,40}}:)?svg(?=[\s/>])", re.DOTALL)
_XHTML = re.compile(rf"\s*+(?=<\?xml\s){_PROLOG}<html(?=[\s/>])", re.DOTALL)
_STYLED_XML = re.compile(r"\s*+(?=<\?xml).*?<\?xml-stylesheet\s", re.DOTALL)


def kind_of(name: bytes, head: str) -> Kind | None:
    """Return the kind of an item from its name and first characters, or None where no reader is for it.

    Names of source and text formats decide against HTML: a browser shows them as text, whatever they begin with.
    """
    suffix = name.rpartition(b".")[2].decode("ascii", "replace").lower() if b"." in name else ""
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if _SVG.match(head) or _XHTML.match(head) or _STYLED_XML.match(head):
        return "xml"
    return "html" if _HTML.match(head) else None
