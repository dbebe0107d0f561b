"""Ids for drafted entries: telling, short, and unlike those of every entry that the policy has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gate.policy.model import Policy

_LENGTH: Final = 40


class FreshIds:
    """Hands out each id once; ids are unique over all kinds of entries."""

    def __init__(self, policy: Policy) -> None:
        self._taken = {
            *(entry.id for entry in policy.executable),
            *(entry.id for entry in policy.outbound.destination),
            *(entry.id for entry in policy.outbound.reviewed),
            *(entry.id for entry in policy.suppress),
        }

    def new(self, name: str) -> str:
        """Return ``name``, shortened, with a number behind it where that is taken."""
        short = name[:_LENGTH].rstrip("-")
        chosen, number = short, 1
        while chosen in self._taken:
            number += 1
            chosen = f"{short}-{number}"
        self._taken.add(chosen)
        return chosen
