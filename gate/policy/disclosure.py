"""Whether a delivery tells its users of the servers that it contacts: clause 26-3 3(6).

The clause asks that users can easily find, in a privacy policy on the site, that other servers are contacted by
themselves, what is sent to whom, and how to disable it.  A destination names the page; here the page is looked for
among the facts: that it is there, that links lead to it, and that it says what the destination says.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from gate.models import PageFact
from gate.policy.content import holder_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.models import Fact
    from gate.policy.model import Destination

_INDEX: Final = ("index.html", "index.htm")
_PARTS: Final = re.compile(r"[,、，;；・/]|\band\b|及び|並びに")
"""What parts the entries of ``sends``."""


class Disclosures:
    """The pages of one examination, and what they tell users."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._pages = {fact.path: fact for fact in facts if isinstance(fact, PageFact)}
        self._linked_from: dict[str, set[str]] | None = None
        self._leading: dict[str, frozenset[str]] = {}

    def missing(self, destination: Destination, paths: Iterable[str]) -> tuple[str, ...]:
        """Return what the delivery does not tell of a destination that the items at ``paths`` contact.

        Words: ``privacy_page`` (none is named), ``page`` (it is not in the delivery), ``link`` (a page concerned has
        no way to it), and the keys of the destination whose words the page does not have.
        """
        if destination.privacy_page is None:
            return ("privacy_page",)
        page = self._pages.get(destination.privacy_page)
        if page is None:
            return ("page",)
        linked = () if self._is_linked(page.path, paths) else ("link",)
        return (*linked, *_unsaid(destination, page.disclosure))

    def _is_linked(self, page: str, paths: Iterable[str]) -> bool:
        """Say whether links lead from every page concerned to ``page``.

        Style sheets and scripts belong to pages that are not known here: for them any other page has to.
        """
        leading = self._lead_to(page)
        concerned = {path for path in paths if path in self._pages}
        alone = len(self._pages) == 1
        return concerned <= leading if concerned else alone or len(leading) > 1

    def _lead_to(self, page: str) -> frozenset[str]:
        """Return the pages from which links lead to ``page``, itself among them."""
        if page not in self._leading:
            found, waiting = {page}, [page]
            while waiting:
                new = self._sources_of(waiting.pop()) - found
                found |= new
                waiting.extend(new)
            self._leading[page] = frozenset(found)
        return self._leading[page]

    def _sources_of(self, page: str) -> set[str]:
        if self._linked_from is None:
            self._linked_from = {}
            for each in self._pages.values():
                for target in _targets(each):
                    self._linked_from.setdefault(target, set()).add(each.path)
        return self._linked_from.get(page, set())


def _targets(page: PageFact) -> Iterator[str]:
    """Yield the item paths that the links of a page can lead to."""
    root = holder_of(page.path)
    folder = page.path[len(root) :].split("/")[:-1]
    for link in page.links:
        steps: list[str] = [] if link.startswith("/") else list(folder)
        for step in link.split("/"):
            if step == "..":
                del steps[-1:]  # above the root of a site is its root
            elif step not in {"", "."}:
                steps.append(step)
        target = root + "/".join(steps)
        yield target
        below = f"{target}/" if steps else root
        yield from (f"{below}{name}" for name in _INDEX)


def _unsaid(destination: Destination, text: str) -> tuple[str, ...]:
    """Return the keys of a destination whose words are not on the page, or that have none."""
    page = _comparable(text)
    said = {
        "operator": _comparable(destination.operator) in page,
        "sends": all(_comparable(part) in page for part in _PARTS.split(destination.sends)),
        "disable": destination.disable is not None and _comparable(destination.disable) in page,
    }
    return tuple(key for key, is_said in said.items() if not is_said)


def _comparable(text: str) -> str:
    """Return text without what people do not see: width, case, blanks, and the stop at its end."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(folded.split()).rstrip(".。")
