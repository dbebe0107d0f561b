"""Drafts of ``[[outbound.destination]]`` and ``[[outbound.reviewed]]`` for contacts that stand against the clause.

A draft says what was seen and leaves out what only a person can say; the policy refuses it until a person does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from gate.models import Reach
from gate.policy.content import holder_of
from gate.policy.fresh_ids import FreshIds
from gate.policy.hosts_view import hosts_of
from gate.policy.shared_hosts import publisher_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.models import JudgedOutbound, Judgement
    from gate.policy.model import Policy

_DECLARED: Final[frozenset[Reach]] = frozenset({"automatic", "conditional", "code", "tracker", "interaction", "local"})
"""What makes a draft of a destination: something contacts the host, or may."""
_REVIEWED: Final[frozenset[Reach]] = frozenset({"string", "opaque"})
"""What a person has to look at: reading cannot tell whether anything contacts the host, or which host it is."""
_SPECIAL: Final = re.compile(r"[*?\[\]]")
_NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class DestinationDraft:
    """An entry to be filled in: the host, how it is reached, and the globs of the places from which.

    ``url`` narrows a host that serves the files of everybody to the one publisher whose files are fetched; empty where
    the host says enough, or several publishers are meant.
    """

    id: str
    host: str
    reach: tuple[Reach, ...]
    where: tuple[str, ...]
    contacts: tuple[JudgedOutbound, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """An entry to be filled in by whoever looks at the places: the host (empty: unknown), and the globs of the places.

    ``sha256`` are the digests of the items that were seen.
    """

    id: str
    host: str
    where: tuple[str, ...]
    sha256: tuple[str, ...]
    contacts: tuple[JudgedOutbound, ...]


@dataclass(frozen=True, slots=True)
class ContactDrafts:
    """All drafts for the contacts of a judgement."""

    destinations: tuple[DestinationDraft, ...]
    reviews: tuple[ReviewDraft, ...]

    @property
    def count(self) -> int:
        """How many entries there are to fill in."""
        return len(self.destinations) + len(self.reviews)


def draft_contacts(judgement: Judgement, policy: Policy) -> ContactDrafts:
    """Return a draft for each host that stands against the clause.

    A host that something contacts is drafted as a destination with all that was seen of it; one of which only
    addresses in texts and data were seen, and contacts whose host is not known, as a review.
    """
    ids = FreshIds(policy)
    by_host: dict[str, list[JudgedOutbound]] = {}
    for view in hosts_of(judgement):
        if view.standing in {"undeclared", "doubtful"}:
            fitting = (judged for judged in view.contacts if judged.fact.reach in _DECLARED | _REVIEWED)
            by_host.setdefault(view.host, []).extend(fitting)
    destinations, reviews = [], []
    for host, contacts in sorted(by_host.items()):
        if host and any(judged.fact.reach in _DECLARED for judged in contacts):
            destinations.append(_destination(host, contacts, ids))
        elif to_look_at := [judged for judged in contacts if judged.fact.reach in _REVIEWED]:
            reviews.append(_review(host, to_look_at, ids))
    return ContactDrafts(tuple(destinations), tuple(reviews))


def _destination(host: str, contacts: list[JudgedOutbound], ids: FreshIds) -> DestinationDraft:
    reached = {judged.fact.reach for judged in contacts}
    reach = tuple(each for each in get_args(Reach) if each in reached)
    url = publisher_pattern(host, (judged.fact.url for judged in contacts))
    return DestinationDraft(ids.new(_name(host)), host, reach, _places(contacts), tuple(contacts), url)


def _review(host: str, contacts: list[JudgedOutbound], ids: FreshIds) -> ReviewDraft:
    digests = tuple(sorted({judged.fact.sha256 for judged in contacts}))
    return ReviewDraft(
        ids.new(_name(f"reviewed-{host or 'unknown'}")), host, _places(contacts), digests, tuple(contacts)
    )


def _places(contacts: Iterable[JudgedOutbound]) -> tuple[str, ...]:
    return tuple(sorted({_place(judged.fact.path) for judged in contacts}))


def _place(path: str) -> str:
    """Return the glob of the folder in which an item lies, or of an artifact that is no folder."""
    holder = holder_of(path)
    if holder == path:
        return _SPECIAL.sub("?", path)
    folders = path[len(holder) :].split("/")[:-1]
    return _SPECIAL.sub("?", holder + "".join(f"{folder}/" for folder in folders)) + "*"


def _name(host: str) -> str:
    return _NOT_IN_IDS.sub("-", host).strip("-") or "host"
