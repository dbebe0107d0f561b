"""The lines of a policy file that each justification takes up: what a history of the file is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.policy.places import Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.policy.model import Destination, Executable, Policy, Reviewed, Suppression


@dataclass(frozen=True, slots=True)
class Block:
    """The entry ``id`` of a section, on the lines from ``first`` to ``last`` (from 1, both included)."""

    section: str
    id: str
    first: int
    last: int


def justification_blocks(raw: bytes, policy: Policy) -> list[Block]:
    """Return the blocks of all justifications of a policy file that has been read without a problem."""
    text = raw.decode("utf-8")
    places = Places(text)
    end = text.count("\n") + 1
    sections: tuple[tuple[tuple[str, ...], Sequence[Executable | Destination | Reviewed | Suppression]], ...] = (
        (("executable",), policy.executable),
        (("outbound", "destination"), policy.outbound.destination),
        (("outbound", "reviewed"), policy.outbound.reviewed),
        (("suppress",), policy.suppress),
    )
    return [
        Block(".".join(path), entry.id, *places.block((*path, number), end))
        for path, entries in sections
        for number, entry in enumerate(entries)
    ]
