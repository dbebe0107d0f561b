"""Which justification decides on a fact, and whether it covers it.

Of all entries that speak of a fact, those of the greatest specificity decide, alone: where none of them covers it
(expired, or pinned to other bytes), no wider entry takes its place, as whoever wrote the narrow one meant this very
item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from gate.paths import glob_matches
from gate.policy.matching import (
    Specificity,
    destination_matches,
    destination_specificity,
    glob_specificity,
    reviewed_matches,
    reviewed_specificity,
)
from gate.policy.model import Approval, Destination, Executable, Reviewed, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from gate.models import DisguiseFact, ExecutableFact, Finding, OutboundFact

EntryT = TypeVar("EntryT", Executable, Destination, Reviewed, Suppression)


@dataclass(frozen=True, slots=True)
class Candidate(Generic[EntryT]):
    """An entry that speaks of a fact; ``pinned_elsewhere`` where it names digests and the fact's is not among them."""

    entry: EntryT
    specificity: Specificity
    pinned_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Decision(Generic[EntryT]):
    """What the policy says of a fact, and the entry that says it (None where the outcome is "none")."""

    outcome: Literal["covered", "expired", "pin-mismatch", "none"]
    entry: EntryT | None = None


def in_force(approval: Approval, today: date) -> bool:
    """Say whether a justification holds on a day: from its approval to its last day, both included."""
    return approval.approved_on <= today <= approval.expires


def decide(candidates: Iterable[Candidate[EntryT]], today: date) -> Decision[EntryT]:
    """Return the decision of the most specific entries; of several that cover, the first by id."""
    ranked = list(candidates)
    if not ranked:
        return Decision("none")
    greatest = max(candidate.specificity for candidate in ranked)
    deciding = sorted(
        (candidate for candidate in ranked if candidate.specificity == greatest),
        key=lambda candidate: candidate.entry.id,
    )
    fitting = [candidate.entry for candidate in deciding if not candidate.pinned_elsewhere]
    for entry in fitting:
        if in_force(entry, today):
            return Decision("covered", entry)
    if fitting:
        return Decision("expired", fitting[0])
    return Decision("pin-mismatch", deciding[0].entry)


def decide_executable(entries: Sequence[Executable], fact: ExecutableFact, today: date) -> Decision[Executable]:
    """Return what ``[[executable]]`` says of an executable: path, class and format have to fit, then digest and day.

    Of two entries for one path, that which names formats is the narrower.
    """
    return decide(
        (
            Candidate(
                entry,
                (*glob_specificity(entry.path), int(entry.format is not None)),
                entry.sha256 is not None and fact.sha256 not in entry.sha256,
            )
            for entry in entries
            if fact.class_ in entry.class_
            and (entry.format is None or fact.format in entry.format)
            and glob_matches(entry.path, fact.path)
        ),
        today,
    )


def decide_disguise(entries: Sequence[Executable], fact: DisguiseFact, today: date) -> Decision[Executable]:
    """Return what ``[[executable]]`` says of a disguised item: only an entry that names digests speaks of one at all.

    Class and format do not count: the digest says which bytes are meant, and what they are has been justified as well
    or is rejected by itself.
    """
    return decide(
        (
            Candidate(entry, glob_specificity(entry.path), fact.sha256 not in entry.sha256)
            for entry in entries
            if entry.sha256 is not None and glob_matches(entry.path, fact.path)
        ),
        today,
    )


def decide_destination(entries: Sequence[Destination], fact: OutboundFact, today: date) -> Decision[Destination]:
    """Return what ``[[outbound.destination]]`` says of a contact."""
    return decide(
        (
            Candidate(entry, destination_specificity(entry, fact.path))
            for entry in entries
            if destination_matches(entry, fact)
        ),
        today,
    )


def decide_reviewed(entries: Sequence[Reviewed], fact: OutboundFact, today: date) -> Decision[Reviewed]:
    """Return what ``[[outbound.reviewed]]`` says of a contact."""
    return decide(
        (
            Candidate(
                entry,
                reviewed_specificity(entry, fact.path),
                entry.sha256 is not None and fact.sha256 not in entry.sha256,
            )
            for entry in entries
            if reviewed_matches(entry, fact)
        ),
        today,
    )


def decide_suppression(entries: Sequence[Suppression], finding: Finding, today: date) -> Decision[Suppression]:
    """Return what ``[[suppress]]`` says of a finding.

    One without ``path`` is for findings of the whole run, which have none; neither kind covers the other.
    """
    return decide(
        (
            Candidate(
                entry,
                glob_specificity(entry.path or ""),
                entry.sha256 is not None and finding.sha256 not in entry.sha256,
            )
            for entry in entries
            if entry.finding == finding.id and _place_fits(entry.path, finding.path)
        ),
        today,
    )


def _place_fits(glob: str | None, path: str) -> bool:
    if glob is None or not path:
        return glob is None and not path
    return glob_matches(glob, path)


def validity(entry: Executable | Destination | Reviewed | Suppression, today: date) -> dict[str, str]:
    """Return what the text about a justification that is not in force says: which, and the days on which it is."""
    return {
        "id": entry.id,
        "approved_on": entry.approved_on.isoformat(),
        "expires": entry.expires.isoformat(),
        "today": today.isoformat(),
    }
