"""The ``outbound`` examiner: which servers a page, style sheet, image or script makes its reader contact."""

from __future__ import annotations

from collections.abc import Iterator

import ada_url
import selectolax

from gate.errors import EngineFailure
from gate.examine.interface import Observation, View
from gate.examine.outbound.decoding import decode
from gate.examine.outbound.kinds import SNIFFED_CHARACTERS, kind_of
from gate.examine.outbound.reading import Limits, read_document
from gate.models import Aspect, EngineInfo, Gap, Item, OutboundFact

_UNREAD = (b"%PDF-", b"{\\rtf")
"""Documents that can contact a server when they are opened and that nothing here reads yet."""
_CANARY_HOST = "canary.example.org"
_CANARY = f'<!doctype html><img src="//{_CANARY_HOST}/a.png"><a href="https://link.{_CANARY_HOST}/">a</a>'
_ADA_VERSION: str = ada_url.get_version()  # type: ignore[no-untyped-call]  # the package leaves it out
_VERSION = f"selectolax {selectolax.__version__}, ada {_ADA_VERSION}"
_READ = "reads=html,xml,css,script"


class OutboundExaminer:
    """Reads HTML, XHTML, SVG, XML, style sheets and JavaScript; other items it has nothing to say of.

    The arguments are those of :class:`~gate.examine.outbound.reading.Limits`.
    """

    name = "outbound"
    depends_on: frozenset[Aspect] = frozenset({"content", "name"})

    def __init__(self, *, text_bytes: int = 32 << 20, facts: int = 10_000, depth: int = 8) -> None:
        self._limits = Limits(text_bytes, facts, depth)

    def applies(self, item: Item) -> bool:  # noqa: ARG002  # what an item is shows in its content, not in its entry
        """Say yes: any item may turn out to be a page."""
        return True

    def start(self) -> EngineInfo:
        """Prove that a contact is found, and that a link is not taken for one."""
        return self._proven()

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield a fact for each host that the item leads to, and gaps where it could not be read to its end."""
        head = decode(view.read(4 * SNIFFED_CHARACTERS))[:SNIFFED_CHARACTERS]
        kind = kind_of(view.name, head)
        if kind is None:
            if view.read(8).startswith(_UNREAD):
                yield Gap("unsupported", "contacts of PDF and RTF documents are not read by this version")
            return
        if view.size > self._limits.text_bytes:
            yield Gap("too-large", f"{kind} of {view.size} bytes, at most {self._limits.text_bytes} are read")
            return
        raw = view.read()
        if len(raw) != view.size:
            yield Gap("unreadable", f"fewer than {view.size} bytes are there")
        yield from read_document(kind, decode(raw), self._limits)

    def finish(self) -> EngineInfo:
        """Prove the reader once more."""
        return self._proven()

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _proven(self) -> EngineInfo:
        found = read_document("html", _CANARY, self._limits)
        reached = {fact.host: fact.reach for fact in found if isinstance(fact, OutboundFact)}
        if reached.get(_CANARY_HOST) != "automatic":
            raise EngineFailure("examine.canary-missed", engine=self.name)
        if reached != {_CANARY_HOST: "automatic", f"link.{_CANARY_HOST}": "link"}:
            raise EngineFailure("examine.canary-false", engine=self.name)
        return EngineInfo(self.name, _VERSION, None, "passed", _READ)
