"""A digest that is not known yet: what names it waits until it is."""

from __future__ import annotations

import dataclasses
from typing import Final

from gate.intake.listening import Entry, Listener
from gate.models import Fact, Gap

UNKNOWN: Final = "?"
"""Stands for the digest of an item that is still being hashed; no real one looks like it."""


class Settling:
    """A listener before another one, which passes facts and gaps on with the digest that they should have named."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._digest = ""
        self._facts: list[Fact] = []
        self._gaps: list[Gap] = []

    def begin(self) -> None:
        """From now on :data:`UNKNOWN` is another item's digest."""
        self._digest = ""

    def settle(self, digest: str) -> None:
        """Tell what waited for the digest; what comes from now on does not wait."""
        self._digest = digest
        facts, self._facts = self._facts, []
        gaps, self._gaps = self._gaps, []
        for fact in facts:
            self.fact(fact)
        for gap in gaps:
            self.gap(gap)

    def entry(self, entry: Entry) -> None:
        """Pass an item on."""
        self._listener.entry(entry)

    def fact(self, fact: Fact) -> None:
        """Pass a fact on, or keep it until the digest is known."""
        if fact.sha256 != UNKNOWN:
            self._listener.fact(fact)
        elif self._digest:
            self._listener.fact(dataclasses.replace(fact, sha256=self._digest))
        else:
            self._facts.append(fact)

    def gap(self, gap: Gap) -> None:
        """Pass a gap on, or keep it until the digest is known."""
        if gap.sha256 != UNKNOWN:
            self._listener.gap(gap)
        elif self._digest:
            self._listener.gap(dataclasses.replace(gap, sha256=self._digest))
        else:
            self._gaps.append(gap)
