"""What is done with text that reaches a sink: it becomes a reference, an opaque sink, or a document to read."""

from __future__ import annotations

import re
from functools import cached_property

from tree_sitter import Node

from gate.examine.outbound.embedded import document_of, javascript_of
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.javascript.folding import FEW_STEPS, STEPS, Folded, Folder
from gate.examine.outbound.javascript.guards import Guards
from gate.examine.outbound.javascript.hosts import expanded, is_vocabulary
from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.javascript.running import Running
from gate.examine.outbound.kinds import Kind
from gate.examine.outbound.lines import Lines, OneLine
from gate.examine.outbound.loaded import loaded_as
from gate.examine.outbound.unknown import UNKNOWN, settled
from gate.examine.outbound.urls import may_lead_away
from gate.models import Reach

HELD = "script"
"""The construct of a URL that the script holds and that reaches no sink."""
_CONDITION_LENGTH = 80
_ORIGINS = 8
"""Most literals of one text that are asked for whether they are come to."""
_OWN = re.compile(r"(?:(?:https?|wss?):)?//gate-item\.invalid(?=[:/?#]|\Z)")
"""A URL that is put together from where the page itself is served."""
_PIECE = re.compile(
    rf"[\s{UNKNOWN}]*+(?:(?:(?:https?|wss?|ftp):)?[\\/]{{2}}|(?:stun|turn)s?:)|(?:https?|wss?):{UNKNOWN}"
    rf"|{UNKNOWN}(?:\.[A-Za-z0-9\-]{{1,63}}){{1,6}}\.[A-Za-z]{{2,20}}(?=[/:])"
)
"""A text of which enough is constant to be meant as a URL of another place: its scheme, or the end of its host."""
_TELLING = re.compile(rb"//|\\[xu0-7/]|/\\|(?:http|ws|ftp|stun|turn)s?:", re.IGNORECASE)
"""What a literal holds from which a URL can be read, or that hides one."""
_MAKING_TEXT = (b"atob", b"fromC", b"unescape", b"decodeURI", b".join(", b"reverse")
_AT_END = (b"/'", b'/"', b"/`", b"/${")
_AT_BEGINNING = (b"'/", b'"/', b"`/", b"}/")
_END_OF_HOST = re.compile(rb"['\"`}](?:\.[A-Za-z0-9\-]{1,63})+\.[A-Za-z]{2,20}[/:]")
_SCHEME_ALONE = re.compile(rb"['\"`](?:https?:|wss?:)?(?://)?['\"`]")
"""A literal that bears on no host: which of several it is makes no difference."""
_STYLE = re.compile(r"url\(|@import|image-set\(|\\", re.IGNORECASE)
_UNKNOWN_IN_STYLE = re.compile(rf"(?:url\(|@import)\s*+[\"']?\s*+{UNKNOWN}", re.IGNORECASE)
_UNKNOWN_IN_MARKUP = re.compile(rf"\b(?:src|srcset|poster|data|background)\s*+=\s*+[\"']?\s*+{UNKNOWN}", re.IGNORECASE)
_URL_IN_TEXT = re.compile(r"\b(?:https?|wss?|ftp)://[^\s\"'`<>\\|;]++", re.IGNORECASE)


class Contacts:
    """Gathers what a script would contact.

    ``via`` is the construct that holds the script, or empty for an item of its own; ``found`` what was gathered, and
    ``told`` the places of the literals in it.
    """

    def __init__(self, program: Program, base: str | None, lines: Lines, via: str, condition: str) -> None:
        self.program = program
        self.folder = Folder(program)
        self.found: list[Found] = []
        self.told: set[int] = set()
        self._unsettled: list[tuple[int, Node, frozenset[int]]] = []
        self._base = base
        self._lines = lines
        self._via = via
        self._condition = condition

    def via(self, construct: str) -> str:
        """Return how a fact names a construct of this script."""
        if construct == HELD:
            return self._via or construct
        return f"{self._via} {construct}" if self._via else construct

    def line(self, node: Node) -> int:
        """Return the line of the item on which a node begins."""
        return self._lines.counted(node.start_point[0] + 1)

    @cached_property
    def telling(self) -> list[Node]:
        """The literals from which a URL can be read."""
        data, search = self.program.data, _TELLING.search
        return [
            node
            for node in self.program.captures.get("literal", ())
            if search(data, node.start_byte, node.end_byte) is not None
        ]

    @cached_property
    def can_hold_urls(self) -> bool:
        """Whether any URL can come of the script's constants."""
        data = self.program.data
        return bool(self.telling) or any(making in data for making in _MAKING_TEXT) or bool(_END_OF_HOST.search(data))

    @cached_property
    def _can_make_urls(self) -> bool:
        """Whether any URL can come of texts that hold none: one of them ends in a slash, one begins with it."""
        data = self.program.data
        return self.can_hold_urls or (
            any(data.find(each) >= 0 for each in _AT_END) and any(data.find(each) >= 0 for each in _AT_BEGINNING)
        )

    # --- URLs --------------------------------------------------------------------------------------------------

    def contact(
        self,
        value: Node | None,
        construct: str,
        at: Node,
        *,
        reach: Reach = "code",
        opaque: bool = True,
        condition: str = "",
    ) -> None:
        """Take what ``value`` can be as the URL of a contact; ``opaque`` says whether an unknown one is told.

        Where that is not, a URL alone tells that there is a contact: the name of a vocabulary tells nothing.
        """
        if opaque or self._can_make_urls:
            for each in self.folder.fold(value, STEPS if opaque else FEW_STEPS):
                if not opaque and is_vocabulary(each.text):
                    continue
                self.url(each, construct, at, reach=reach, opaque=opaque, condition=condition)

    def url(
        self,
        value: Folded,
        construct: str,
        at: Node,
        *,
        reach: Reach = "code",
        opaque: bool = True,
        condition: str = "",
    ) -> None:
        """Take one text as the URL of a contact; ``condition`` is one that the construct itself brings along."""
        script = javascript_of(value.text)
        if script is not None:
            self._nested("script", script, construct, at, value)
            return
        for text in expanded(value.text):
            raw, unknown = settled(text)
            if unknown:
                if opaque or (reach == "code" and _PIECE.match(text)):
                    self.opaque(construct, at, "" if text.strip(UNKNOWN) == "" else raw)
                    self.told |= value.origins
            elif _OWN.match(raw):
                self.told |= value.origins
            elif self._base is not None or may_lead_away(raw):
                self._told(raw, value, construct, at, reach, condition)
                self.told |= value.origins

    def _told(self, raw: str, value: Folded, construct: str, at: Node, reach: Reach, condition: str) -> None:
        by_code = reach == "code"
        if by_code or reach == "automatic":
            condition = self._condition or condition
            reach = "conditional" if condition else reach
        else:
            condition = self._under(at)
        reference = Reference(raw, reach, self.via(construct), self.line(at), condition, self._base, by_code=by_code)
        self._add(reference, at, value)

    def _add(self, found: Reference | Nested, at: Node, value: Folded) -> None:
        """Add what code brings about, of which it is asked later on whether that is run."""
        if not found.condition and (isinstance(found, Nested) or found.by_code):
            self._unsettled.append((len(self.found), at, value.origins))
        self.found.append(found)

    def settle(self) -> None:
        """Say of all that was found under which condition the script comes to it; called once, at the end."""
        for index, at, origins in self._unsettled:
            condition = self._unless_run(at, origins)
            if condition:
                found = self.found[index]
                if isinstance(found, Reference):
                    self.found[index] = found._replace(reach="conditional", condition=condition)
                elif isinstance(found, Nested):
                    self.found[index] = found._replace(condition=condition)

    def opaque(self, construct: str, at: Node, shown: str = "") -> None:
        """Take note of a sink whose host is not constant."""
        self.found.append(Reference(shown, "opaque", self.via(construct), self.line(at), self._under(at)))

    def text(self, url: str, at: Node, lines_after: int) -> None:
        """Take note of a URL in a comment that begins at ``at``."""
        line = self._lines.counted(at.start_point[0] + 1 + lines_after)
        self.found.append(Reference(url, "text", self.via(HELD), line, "", None))

    def host(self, host: Folded, scheme: str, rest: str, construct: str, at: Node) -> None:
        """Take one text as the host of a contact; one with a scheme is a whole URL."""
        text = host.text if "//" in host.text else f"{scheme}://{host.text}{rest}"
        self.url(Folded(text, host.origins), construct, at)

    def urls_inside(self, value: Node | None, construct: str, at: Node, *, opaque: bool) -> None:
        """Take the URLs within a text (a command line) as contacts."""
        for each in self.folder.fold(value):
            found = _URL_IN_TEXT.findall(each.text)
            for url in found:
                self.url(Folded(url, each.origins), construct, at)
            if opaque and not found and UNKNOWN in each.text:
                self.opaque(construct, at, settled(each.text)[0].strip(UNKNOWN)[:_CONDITION_LENGTH])

    # --- documents ---------------------------------------------------------------------------------------------

    def markup(self, value: Node | None, construct: str, at: Node, *, opaque: bool = True) -> None:
        """Read what ``value`` can be as HTML that the script puts into its page."""
        for each in self.folder.fold(value):
            if _UNKNOWN_IN_MARKUP.search(each.text) or (opaque and each.text == UNKNOWN):
                self.opaque(construct, at)
            if "<" in each.text:
                self._nested("html", each.text, construct, at, each)

    def style(self, value: Node | None, construct: str, at: Node) -> None:
        """Read what ``value`` can be as a style sheet or declarations."""
        for each in self.folder.fold(value):
            self.style_text(each, construct, at)

    def style_text(self, value: Folded, construct: str, at: Node) -> None:
        """Read one text as a style sheet or declarations."""
        if _UNKNOWN_IN_STYLE.search(value.text):
            self.opaque(construct, at)
        if _STYLE.search(value.text):
            self._nested("css" if "{" in value.text or "@" in value.text else "declarations", value.text,
                         construct, at, value)  # fmt: skip

    def script(self, value: Node | None, construct: str, at: Node, *, opaque: bool) -> None:
        """Read what ``value`` can be as a script that is run."""
        for each in self.folder.fold(value):
            if UNKNOWN not in each.text:
                self._nested("script", each.text, construct, at, each)
            elif opaque or each.text != UNKNOWN:  # a part of it is text, so it is no function
                self.opaque(construct, at)

    def script_text(self, value: Folded, construct: str, at: Node) -> None:
        """Read one text as a script that is run."""
        self._nested("script", value.text, construct, at, value)

    def loaded(self, value: Node | None, construct: str, at: Node) -> None:
        """Take ``value`` as the URL of a script to be loaded, which can hold the script itself."""
        for each in self.folder.fold(value):
            document = document_of(each.text, "script")
            if document is not None:
                self._nested("script", document[1], construct, at, each)
            else:
                self.url(each, construct, at)

    def runs(self, value: Node | None) -> None:
        """Take ``value`` as the path of a file of the delivery that is run as a script, whatever its name."""
        for each in self.folder.fold(value):
            if UNKNOWN not in each.text:
                self.found.extend(loaded_as("script", each.text))

    def _nested(self, kind: Kind, text: str, construct: str, at: Node, value: Folded) -> None:
        via, lines = self.via(construct), OneLine(self.line(at))
        reached: Reach | None = None if kind == "script" else "code"
        self._add(Nested(kind, text, via, lines, self._condition, self._base, reached=reached), at, value)
        self.told |= value.origins

    # --- conditions --------------------------------------------------------------------------------------------

    def _unless_run(self, at: Node, origins: frozenset[int]) -> str:
        """Return under which condition the script comes to ``at``, and to the literals that a text is made of."""
        condition = self._running.condition(at)
        for place in sorted(origins)[:_ORIGINS]:
            if not condition and not _SCHEME_ALONE.match(self.program.data, place):
                condition = self._running.condition_at(place)
        return condition

    def _under(self, node: Node) -> str:
        """Return the condition on host name or debugging under which a node is run, or that of the whole script."""
        return self._guards.around(node.start_byte) or self._condition

    @cached_property
    def _guards(self) -> Guards:
        return Guards(self.program)

    @cached_property
    def _running(self) -> Running:
        return Running(self.program, self._guards)
