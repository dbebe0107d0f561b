"""What intake tells, and who listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from gate.intake.blobs import Blob
from gate.models import Fact, Gap, Item

NAME = "intake"
"""The examiner name under which intake reports its gaps and coverage."""
Origin: TypeAlias = Literal["file", "member", "derived"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An item with its bytes; whoever takes it calls ``blob.release()`` when done."""

    item: Item
    blob: Blob


class Listener(Protocol):
    """Who takes what intake finds, in the order in which it is found."""

    def entry(self, entry: Entry) -> None:
        """Take an item."""

    def fact(self, fact: Fact) -> None:
        """Take a fact about a container or link."""

    def gap(self, gap: Gap) -> None:
        """Take a gap of intake."""
