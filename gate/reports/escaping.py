"""One escape function for each form of output: what comes from artifacts, engines and services is hostile there too.

Each function takes any text (lone surrogates included) and returns it for one place: a value in a line of a terminal,
text or an attribute of HTML, prose or code in Markdown, a message in SARIF, text or an attribute of XML, a string of
TOML.  What no form can show safely (control, bidirectional, private-use and invisible characters) becomes
``%XX`` of its bytes in all of them, as in item paths; so no value ever spans two lines.

A log of a pipeline is read by its runner as well: what stands in one must also pass :func:`inert_in_logs`.
"""

from __future__ import annotations

import html as html_entities
import json
import re
from typing import Final

from gate.paths import printable

SHOWN: Final = 300
"""Characters of one value that a report for people shows; of a longer one the middle is left out."""

_INVISIBLE: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufffc]")
"""What is a letter or mark by its category and shows as nothing: fillers, joiners and blanks."""
_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u06d6-\u06dc\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
)
_PILE: Final = re.compile(f"(?<=[{_MARKS}]{{4}})[{_MARKS}]+")
"""Marks piled on one letter until they cover the lines around it; no writing system needs more than four."""


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8"))


def visible(text: str) -> str:
    """Return text of which every character can be seen, in one line: the ground that all forms stand on."""
    shown = printable(text)
    return shown if shown.isascii() else _PILE.sub(_percent, _INVISIBLE.sub(_percent, shown))


def shortened(text: str, limit: int = SHOWN) -> str:
    """Return text that is at most ``limit`` characters long, with ``…`` for the middle; to be escaped afterwards."""
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[head + 1 - limit :]}"


# --- terminals and logs ---------------------------------------------------------------------------------------------

_COMMAND_START: Final = re.compile(r"^((?:\s|\x1b\[[0-9;]*m)*):(?=:)", re.MULTILINE)
"""A workflow command: GitHub's runner trims a line and asks whether it begins with ``::``."""
_COMMAND_WITHIN: Final = re.compile(r"##(?=\[|vso\[|teamcity\[)", re.IGNORECASE)
"""The older form, and that of two other runners, which find theirs at any place of a line."""


def terminal(text: str) -> str:
    """Return a value for a line of a terminal: no escape sequence, no change of direction, no new line."""
    return inert_in_logs(visible(text))


def terminal_lines(text: str) -> str:
    """Return text of several lines for a terminal: its lines stay lines, each made by :func:`terminal`."""
    return "\n".join(map(terminal, text.split("\n")))


def inert_in_logs(output: str) -> str:
    """Return whole output, of one line or many, in which the runner of a pipeline finds no command to obey.

    Only the first colon of a line that begins with two, and one of two number signs before a bracket, are changed, to
    ``%3A`` and ``%23``.
    """
    return _COMMAND_WITHIN.sub("#%23", _COMMAND_START.sub(r"\1%3A", output))


_NOT_PLAIN: Final = re.compile("[^\n -~\u3001-\u9fff\uff01-\uff9f]")
"""What has to be looked at one by one; the ranges of Japanese text are left out, as there is most of it."""


def json_inert_in_logs(document: str) -> str:
    r"""Return a JSON document that can stand in a log or on a terminal: the values stay the same.

    Inside of strings, the only place where they can stand, commands for a runner and characters that cannot be seen
    become ``\u`` escapes.
    """
    shown = _NOT_PLAIN.sub(lambda match: match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1], document)
    return _COMMAND_WITHIN.sub(r"#\\u0023", shown)


def toml(text: str) -> str:
    """Return text as a basic string of TOML (1.0 "String") that reads back as the same text.

    Only what no TOML can hold, half a surrogate pair, is replaced by a question mark.
    """
    quoted = json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return _COMMAND_WITHIN.sub(r"#\\u0023", _NOT_PLAIN.sub(_toml_escape, quoted))


def _toml_escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    if match[0].isprintable():
        return match[0]
    return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"  # noqa: PLR2004  # what four digits hold


# --- HTML and XML ---------------------------------------------------------------------------------------------------


def html(text: str) -> str:
    """Return text for HTML, between tags or in a quoted attribute; it makes no element and leaves no attribute."""
    return html_entities.escape(visible(text), quote=True).replace("::", ":&#58;").replace("##", "#&#35;")


def xml(text: str) -> str:
    """Return text for XML 1.0, between tags or in a quoted attribute.

    The characters that XML cannot hold at all (XML 1.0, 2.2 "Characters") are among those that become ``%XX``.
    """
    return html(text)


# --- Markdown -------------------------------------------------------------------------------------------------------

_ZERO_WIDTH: Final = "&#8203;"
"""A space without width: what looks for links and names in finished text does not look across it."""
_PROSE: Final = re.compile(r"[\\`*_\[\]<>&|~!#$^{}@]|:(?=[^ ])|(?<=[Ww]{3})\.")
_PROSE_START: Final = re.compile(r"^(?:[-+= ]|\d+[.)])")


def markdown(text: str) -> str:
    """Return text as prose of GitHub's Markdown, also in a cell of a table and at the start of a line.

    Whatever begins markup becomes a character reference, which CommonMark never takes for structure (6.2 "Entity and
    numeric character references").  Addresses, ``@names`` and ``#numbers`` are looked for in the finished text by
    renderers, so they are parted by a space without width.
    """
    escaped = _PROSE.sub(_reference, visible(text))
    return _PROSE_START.sub(lambda match: f"{match[0][:-1]}&#{ord(match[0][-1])};", escaped)


def _reference(match: re.Match[str]) -> str:
    reference = f"&#{ord(match[0])};"
    parts = match.string[match.end() : match.end() + 1] not in {"", " "}
    if match[0] in "@#:" and parts:
        return reference + _ZERO_WIDTH
    return _ZERO_WIDTH + reference if match[0] == "." else reference


def markdown_code(text: str) -> str:
    """Return text as a code span of GitHub's Markdown, in which nothing is a link, a name, or markup.

    A ``|`` becomes ``%7C``: parsers of tables disagree about one behind backslashes.
    """
    shown = inert_in_logs(visible(text)).replace("|", "%7C")
    if not shown.strip(" "):
        return "%20" * len(shown) or "–"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


# --- SARIF ----------------------------------------------------------------------------------------------------------

_LINK_OR_PLACEHOLDER: Final = re.compile(r"[\\\[\]]|[{}]")


def sarif(text: str) -> str:
    r"""Return text for a message of SARIF: no link and no placeholder in it.

    Brackets and backslashes get a backslash (SARIF 2.1.0, 3.11.6 "Messages with embedded links"), braces are doubled
    (3.11.5 "Messages with placeholders").
    """
    return _LINK_OR_PLACEHOLDER.sub(lambda match: match[0] * 2 if match[0] in "{}" else f"\\{match[0]}", visible(text))
