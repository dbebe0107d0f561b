"""XML that carries code or objects: pictures with scripts, forms, documents in one file, builds with inline tasks.

The root says what a file is; the whole of it is searched for what acts.  Comments and CDATA sections are taken out
before, so that code that is only shown does not count; text shows elements escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gate.examine.executable.content import Answer, Content, Family, Named, families_of, text_of
from gate.examine.executable.text_starts import xml_root
from gate.models import Gap

_LARGEST = 64 << 20
_OPENING = re.compile(r"<!--|<!\[CDATA\[")
_CLOSING = {"<!--": "-->", "<![CDATA[": "]]>"}
_PREFIX = r"<(?:[\w.\-]{1,60}:)?"


class _Rule(NamedTuple):
    """The format that a file with a root is in where a pattern is found in it."""

    format: str
    pattern: re.Pattern[str]


def _rule(name: str, pattern: str, flags: int = 0) -> _Rule:
    return _Rule(name, re.compile(pattern, flags))


_SVG_SCRIPT = (
    _PREFIX + r"(?:script|handler)[\s/>]|<[A-Za-z][^<>]*?\son[a-z]{3,30}\s{0,20}="
    r"|=\s{0,20}[\"']\s{0,20}(?:javascript|vbscript)\s{0,20}:|data:text/html|<!ENTITY[^<>]{0,300}?(?:<|&#)"
)
_RULES: dict[str, tuple[_Rule, ...]] = {
    "svg": (_rule("svg-script", _SVG_SCRIPT, re.IGNORECASE),),
    "xdp": (_rule("xfa", _PREFIX + r"(?:script|submit|chunk|pdf)[\s/>]"),),
    "template": (_rule("xfa", _PREFIX + r"(?:script|submit)[\s/>]"),),
    "wordDocument": (
        _rule("vba", r"macrosPresent=\"yes\"|editdata\.mso"),
        _rule(
            "ole-package",
            r"<w:ocx\b"
            r"|oledata\.mso",
        ),
    ),
    "package": (_rule("vba", r"vbaProject"), _rule("activex", r"/activeX/"), _rule("dde", r"\bDDEAUTO\b")),
    "document": (
        _rule("odf-basic", r"<(?:script:module|script:source-code|ooo:module|ooo:source-code)\b"),
        _rule("odf-script", r"<script:event-listener\b|\bvnd\.sun\.star\.script:"),
    ),
    "stylesheet": (
        _rule(
            "xsl-script",
            r"<(?:[\w\-]{1,40}:)(?:script|component)\b[^<>]*\b(?:language"
            r"|implements-prefix|src)",
        ),
    ),
    "transform": (
        _rule(
            "xsl-script",
            r"<(?:[\w\-]{1,40}:)(?:script|component)\b[^<>]*\b(?:language"
            r"|implements-prefix|src)",
        ),
    ),
    "Project": (_rule("msbuild-task", r"\b(?:Code|Roslyn\w{0,20}|Xaml)TaskFactory\b"),),
    "ResourceDictionary": (_rule("xaml-code", r"<(?:[\w]{1,40}:)?(?:ObjectDataProvider|Code)\b"),),
}
"""Root element -> what makes a file with it act."""


def markup(content: Content) -> Iterator[Answer]:
    """Yield what acts in an XML file, and a gap where it is too large to be searched."""
    root = xml_root(content)
    rules = _RULES.get(root.name) if root else None
    if not rules:
        return
    if content.size > _LARGEST:
        yield Gap("too-large", f"XML of more than {_LARGEST} bytes: it is not searched for code")
        return
    text = _without_quotations(text_of(content.everything()))
    for rule in rules:
        if rule.pattern.search(text):
            yield Named(rule.format)


def _without_quotations(text: str) -> str:
    """Return the text without comments and CDATA sections; one that does not end hides nothing."""
    parts, place = [], 0
    while opening := _OPENING.search(text, place):
        end = text.find(_CLOSING[opening[0]], opening.end())
        if end < 0:
            break
        parts.append(text[place : opening.start()])
        place = end + 3
    return "".join((*parts, text[place:]))


def _families() -> Iterator[Family]:
    for family in families_of(
        markup,
        {
            "active-document": ("svg-script", "xfa", "xaml-code", "ole-package", "activex"),
            "macro": ("vba", "odf-basic", "odf-script", "dde"),
            "script": ("xsl-script", "msbuild-task"),
        },
        b"",
    ):
        yield family._replace(text=True)


FAMILIES = tuple(_families())
