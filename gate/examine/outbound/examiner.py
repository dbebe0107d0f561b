"""The ``outbound`` examiner: which servers a page, document, script or program makes its reader contact."""

from __future__ import annotations

from collections.abc import Iterator

import ada_url
import selectolax

from gate.errors import EngineFailure
from gate.examine.interface import Observation, View
from gate.examine.outbound.dispatch import read_item
from gate.examine.outbound.reading import Limits, read_document
from gate.models import Aspect, EngineInfo, Item, OutboundFact

_CANARY_HOST = "canary.example.org"
_CANARY = f'<!doctype html><img src="//{_CANARY_HOST}/a.png"><a href="https://link.{_CANARY_HOST}/">a</a>'
_ADA_VERSION: str = ada_url.get_version()  # type: ignore[no-untyped-call]  # the package leaves it out
_VERSION = f"selectolax {selectolax.__version__}, ada {_ADA_VERSION}"
_READ = "reads=html,xml,css,script,programs"


class OutboundExaminer:
    """Reads every item in all the ways in which programs would read it (see ``dispatch``).

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
        yield from read_item(view, self._limits)

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
