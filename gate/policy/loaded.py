"""Files that a page or script loads as what their name does not say: nobody has read them as what they are run as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.models import ItemFact, ReferenceFact
from gate.policy.content import holder_of, steps_of
from gate.policy.findings import make_finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.models import Fact, Finding


def loaded_findings(facts: Iterable[Fact]) -> Iterator[Finding]:
    """Yield a finding for each item that something in the same place loads as a script or style sheet.

    An item is meant where its own path ends in the path of the reference: what that is relative to, a script does
    not know.
    """
    named: dict[tuple[str, tuple[str, ...]], str] = {}
    items: list[ItemFact] = []
    for fact in facts:
        if isinstance(fact, ItemFact):
            items.append(fact)
        elif isinstance(fact, ReferenceFact) and fact.role != "module":
            key = holder_of(fact.path), steps_of(fact.target)
            named[key] = min(fact.path, named.get(key, fact.path))
    for item in items if named else ():
        place = holder_of(item.path)
        steps = tuple(item.path[len(place) :].split("/"))
        by = [named[place, steps[start:]] for start in range(len(steps)) if (place, steps[start:]) in named]
        if by:
            yield make_finding("outbound/not-read", path=item.path, sha256=item.sha256, args={"by": min(by)})
