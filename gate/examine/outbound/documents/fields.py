"""Field codes of word processors, and formulas of spreadsheets: instructions inside of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.found import Reference
from gate.examine.outbound.literals import network_path, trimmed, urls_in
from gate.models import Reach

_LOADING = frozenset(
    {"INCLUDEPICTURE", "INCLUDETEXT", "INCLUDE", "IMPORT", "DDE", "DDEAUTO", "LINK", "DATABASE", "RD", "EMBED", "SHAPE"}
)
"""Fields that are brought up to date when a document is opened (ECMA-376 part 1, 17.16.5)."""
_LINKING = frozenset({"HYPERLINK", "GOTOBUTTON", "MACROBUTTON"})
_KEYWORD = re.compile(r"[\s\"\x13]*+([A-Za-z]{2,20})")
_ESCAPED = re.compile(r"\\\\")
_WORD = re.compile(r'"([^"]{1,2000})"|(\S{4,2000})')
_CALL = re.compile(
    r"(?:_xlfn\.|_xlws\.|of:=|COM\.MICROSOFT\.)*(?P<name>WEBSERVICE|IMAGE|HYPERLINK|RTD|CALL|DDE|FILTERXML)\s*\(\s*(?P<text>\"[^\"]{0,4000}\")?",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(r"'(?P<place>(?:https?:|\\\\|//|file:)[^'\[\]]{1,2000})\[?", re.IGNORECASE)
_REACHES: dict[str, Reach] = {"HYPERLINK": "link"}
_ASKING = frozenset({"WEBSERVICE", "IMAGE"})
"""Functions that fetch what they are told."""
_HAS_HOST = re.compile(r"\"\s*+[A-Za-z]{2,10}://[^/?#\"]++[/?#]")


def field_references(code: str, line: int) -> Iterator[Reference]:
    """Yield where a field leads; fields may stand in each other, so every known word in it counts."""
    code = code[: 1 << 14]
    keyword = _KEYWORD.match(code)
    name = keyword[1].upper() if keyword else ""
    words = {word.upper() for word in re.findall(r"[A-Za-z]{2,20}", code)}
    loading = _LOADING & ({name} | (words if "\x13" in code or name in ("QUOTE", "IF") else set()))
    reach: Reach = "automatic" if loading else "link" if name in _LINKING else "conditional"
    via = f"field {min(loading) if loading else name or '?'}"
    plain = _ESCAPED.sub(r"\\", code)
    seen = False
    for _, url in urls_in(code):
        seen = True
        yield Reference(url, reach, via, line)
    if seen:
        return
    for word in _WORD.finditer(plain):
        if path := network_path(word[1] or word[2]):
            yield Reference(path, reach, via, line)


def formula_references(formula: str, line: int) -> Iterator[Reference]:
    """Yield where a formula of a spreadsheet leads when it is calculated."""
    formula = formula[: 1 << 15]
    for call in _CALL.finditer(formula):
        name = call["name"].upper()
        joined = formula[call.end() : call.end() + 40].lstrip().startswith("&")
        if call["text"] and joined and name in _ASKING and not _HAS_HOST.match(call["text"]):
            yield Reference(f"{name}(…)", "opaque", f"formula {name}", line)
        elif call["text"]:
            url = trimmed(call["text"].strip('"'))
            yield Reference(network_path(url) or url, _REACHES.get(name, "automatic"), f"formula {name}", line)
        elif name in _ASKING:
            yield Reference(f"{name}(…)", "opaque", f"formula {name}", line)
    for place in _OUTSIDE.finditer(formula):
        yield Reference(
            network_path(place["place"]) or place["place"], "automatic", "formula of another workbook", line
        )
