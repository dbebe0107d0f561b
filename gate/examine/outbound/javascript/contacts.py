"""What is done with text that reaches a sink: it becomes a reference, an opaque sink, or a document to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from tree_sitter import Node

from gate.examine.outbound.embedded import document_of, javascript_of
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.javascript.folding import STEPS, Folded, Folder
from gate.examine.outbound.javascript.hosts import expanded
from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.lines import Lines, OneLine
from gate.examine.outbound.unknown import UNKNOWN, settled
from gate.examine.outbound.urls import may_lead_away
from gate.models import Reach
from gate.paths import printable

HELD = "script"
"""The construct of a URL that the script holds and that reaches no sink."""
_CONDITION_LENGTH = 80
_OWN = re.compile(r"(?:(?:https?|wss?):)?//gate-item\.invalid(?=[:/?#]|\Z)")
"""A URL that is put together from where the page itself is served."""
_GUARD_WORDS = (b"location.", b"debug", b"DEBUG", b"isDebug", b"NODE_ENV", b"__DEV__", b"localhost")
_GUARD = re.compile(
    rb"location\.(?:host|hostname|href|protocol|search)\b|\b(?:debug|DEBUG|isDebug|NODE_ENV|__DEV__)\b|['\"]localhost['\"]"
)
_GUARDS = 200
_CLIMB = 12
_TELLING = re.compile(rb"//|\\[xu0-7/]|/\\|(?:http|ws|ftp|stun|turn)s?:", re.IGNORECASE)
"""What a literal holds from which a URL can be read, or that hides one."""
_MAKING_TEXT = (b"atob", b"fromC", b"unescape", b"decodeURI", b".join(", b"reverse")
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
        return bool(self.telling) or any(making in self.program.data for making in _MAKING_TEXT)

    # --- URLs --------------------------------------------------------------------------------------------------

    def contact(
        self, value: Node | None, construct: str, at: Node, *, reach: Reach = "code", opaque: bool = True
    ) -> None:
        """Take what ``value`` can be as the URL of a contact; ``opaque`` says whether an unknown one is told."""
        if opaque or self.can_hold_urls:
            for each in self.folder.fold(value, STEPS if opaque else STEPS // 4):
                self.url(each, construct, at, reach=reach, opaque=opaque)

    def url(self, value: Folded, construct: str, at: Node, *, reach: Reach = "code", opaque: bool = True) -> None:
        """Take one text as the URL of a contact."""
        script = javascript_of(value.text)
        if script is not None:
            self._nested("script", script, construct, at, value)
            return
        for text in expanded(value.text):
            raw, unknown = settled(text)
            if unknown:
                if opaque:
                    self.opaque(construct, at, "" if text.strip(UNKNOWN) == "" else raw)
                    self.told |= value.origins
            elif _OWN.match(raw):
                self.told |= value.origins
            elif self._base is not None or may_lead_away(raw):
                self.found.append(
                    Reference(raw, reach, self.via(construct), self.line(at), self._under(at), self._base)
                )
                self.told |= value.origins

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
            elif opaque:
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

    def _nested(self, kind: str, text: str, construct: str, at: Node, value: Folded) -> None:
        via, lines = self.via(construct), OneLine(self.line(at))
        match kind:
            case "script":
                self.found.append(Nested("script", text, via, lines, self._condition, self._base))
            case "html":
                self.found.append(Nested("html", text, via, lines, "", self._base, reached="code"))
            case "css":
                self.found.append(Nested("css", text, via, lines, "", self._base, reached="code"))
            case _:
                self.found.append(Nested("declarations", text, via, lines, "", self._base, reached="code"))
        self.told |= value.origins

    # --- conditions --------------------------------------------------------------------------------------------

    def _under(self, node: Node) -> str:
        """Return the condition on host name or debugging under which a node is run, or that of the whole script."""
        place = node.start_byte
        inner = [guard for guard in self._guards if guard[0] <= place < guard[1]]
        return inner[-1][2] if inner else self._condition

    @cached_property
    def _guards(self) -> Sequence[tuple[int, int, str]]:
        guards = [self._guarded_by(place) for place in islice(self._guard_words(), _GUARDS)]
        return sorted(guard for guard in guards if guard is not None)

    def _guard_words(self) -> Iterator[int]:
        """Yield the places of words that conditions on host name and debugging hold."""
        data = self.program.data
        for word in _GUARD_WORDS:
            place = data.find(word)
            while place >= 0:
                if _GUARD.match(data, max(0, place - 1)) or _GUARD.match(data, place):
                    yield place
                place = data.find(word, place + len(word))

    def _guarded_by(self, place: int) -> tuple[int, int, str] | None:
        """Return the span that the condition at ``place`` guards, with the condition as shown."""
        node = self.program.root.descendant_for_byte_range(place, place)
        for _ in range(_CLIMB):
            parent = node.parent if node is not None else None
            if node is None or parent is None or parent.type in ("statement_block", "program"):
                return None
            first = parent.named_children[0] if parent.named_children else None
            tests = parent.type in ("if_statement", "ternary_expression") or (
                parent.type == "binary_expression" and self.program.operator(parent) == "&&"
            )
            if tests and first is not None and first.id == node.id:
                shown = " ".join(self.program.text(node)[: 4 * _CONDITION_LENGTH].strip("()").split())
                return node.end_byte, parent.end_byte, printable(f"if {shown[:_CONDITION_LENGTH]}")
            node = parent
        return None
