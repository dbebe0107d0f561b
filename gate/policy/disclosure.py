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
from gate.policy.values import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.models import Fact
    from gate.policy.model import Destination

_INDEX: Final = ("index.html", "index.htm")
_IDLE_BLANK: Final = re.compile(r"(?<![a-z0-9]) | (?![a-z0-9])")
"""A blank that parts no words: Japanese text has some wherever a line or an element of its page ends."""


class Disclosures:
    """The pages of one examination, and what they tell users."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._pages = {fact.path: fact for fact in facts if isinstance(fact, PageFact)}
        self._held: dict[str, list[str]] = {}
        for path in self._pages:
            self._held.setdefault(holder_of(path), []).append(path)
        self._linked_from: dict[str, set[str]] = {}
        self._framed_by: dict[str, set[str]] = {}
        self._are_linked = False
        self._targets: dict[tuple[str, str], tuple[str, ...]] = {}
        self._leading: dict[str, frozenset[str]] = {}
        self._others_lead: dict[tuple[str, str], bool] = {}

    def missing(self, destination: Destination, paths: Iterable[str]) -> tuple[str, ...]:
        """Return what the delivery does not tell of a destination that the items at ``paths`` contact.

        Words: ``privacy_page`` (none is named), ``page`` (it is not in the delivery), ``link`` (a page concerned has
        no way to it), ``privacy`` (it shows nothing of such matters), and the keys of the destination whose words the
        page does not have.
        """
        if destination.privacy_page is None:
            return ("privacy_page",)
        page = self._page(destination.privacy_page)
        if page is None:
            return ("page",)
        linked = () if all(self._leads(path, page.path) for path in paths) else ("link",)
        return (*linked, *(_unsaid(destination, page.disclosure) if page.disclosure else ("privacy",)))

    def _page(self, path: str) -> PageFact | None:
        """Return the page at a path as a person writes it: some systems write the same name in other code points."""
        if path in self._pages:
            return self._pages[path]
        wanted = unicodedata.normalize("NFC", path)
        same = [name for name in self._pages if unicodedata.normalize("NFC", name) == wanted]
        return self._pages[min(same)] if same else None

    # --- the way to a page ----------------------------------------------------------------------------------------

    def _leads(self, path: str, page: str) -> bool:
        """Say whether who meets the item at ``path`` finds links to ``page``, on it or on a page that frames it.

        Style sheets and scripts belong to pages that are not known here.  For them the nearest page that a folder is
        opened by has to lead there, or where there is none any other page of what holds them.
        """
        leading = self._lead_to(page)
        if path in self._pages:
            return not leading.isdisjoint(self._with_frames(path))
        for place in _holders(path):
            if place in self._held:
                return self._starts_lead(path, place, page)
        return len(leading) > 1 or len(self._pages) == 1

    def _starts_lead(self, path: str, place: str, page: str) -> bool:
        """Say the same of an item that is no page, from the pages of what holds it."""
        leading = self._lead_to(page)
        folders = path[len(place) :].split("/")[:-1]
        for depth in range(len(folders), -1, -1):
            folder = place + "".join(f"{each}/" for each in folders[:depth])
            opened = [f"{folder}{name}" for name in _INDEX if f"{folder}{name}" in self._pages]
            if opened:
                return leading.issuperset(opened)
        return self._any_other_leads(place, page)

    def _any_other_leads(self, place: str, page: str) -> bool:
        """Say whether links lead to ``page`` from another page of what is at ``place``, or there is none."""
        if (place, page) not in self._others_lead:
            others = [each for each in self._held[place] if each != page]
            self._others_lead[place, page] = not others or not self._lead_to(page).isdisjoint(others)
        return self._others_lead[place, page]

    def _with_frames(self, path: str) -> set[str]:
        """Return a page and those that it is shown inside of."""
        self._link_all()
        found, waiting = {path}, [path]
        while waiting:
            new = self._framed_by.get(waiting.pop(), set()) - found
            found |= new
            waiting.extend(new)
        return found

    def _lead_to(self, page: str) -> frozenset[str]:
        """Return the pages from which links lead to ``page``, itself among them."""
        if page not in self._leading:
            self._link_all()
            found, waiting = {page}, [page]
            while waiting:
                new = self._linked_from.get(waiting.pop(), set()) - found
                found |= new
                waiting.extend(new)
            self._leading[page] = frozenset(found)
        return self._leading[page]

    def _link_all(self) -> None:
        """Find out once from where each page is linked, and inside of which it is shown."""
        if self._are_linked:
            return
        self._are_linked = True
        for path, page in self._pages.items():
            folder = path[: path.rindex("/") + 1] if "/" in path[len(holder_of(path)) :] else holder_of(path)
            for found, references in ((self._linked_from, page.links), (self._framed_by, page.frames)):
                for reference in references:
                    for target in self._reached(folder, reference):
                        found.setdefault(target, set()).add(path)

    def _reached(self, folder: str, link: str) -> tuple[str, ...]:
        """Return the pages that a link can lead to from pages in ``folder``; most have their links in common."""
        key = (folder, link)
        if key not in self._targets:
            self._targets[key] = tuple(target for target in _targets(folder, link) if target in self._pages)
        return self._targets[key]


def _holders(path: str) -> Iterator[str]:
    """Yield what holds an item, the innermost first."""
    holder = holder_of(path)
    yield holder
    while holder.endswith("!/"):
        holder = holder_of(holder.removesuffix("!/"))
        yield holder


def _targets(folder: str, link: str) -> Iterator[str]:
    """Yield the item paths that a link on a page in ``folder`` can lead to.

    Which folder of a delivery becomes the root of the site is not known: any above the page can.
    """
    root = holder_of(folder)
    steps = folder[len(root) :].split("/")[:-1]
    starts = [steps[:depth] for depth in range(len(steps) + 1)] if link.startswith("/") else [steps]
    for start in starts:
        below = list(start)
        for step in link.split("/"):
            if step == "..":
                del below[-1:]  # above the root of a site is its root
            elif step not in {"", "."}:
                below.append(step)
        target = root + "/".join(below)
        yield target
        inside = f"{target}/" if below else root
        yield from (f"{inside}{name}" for name in _INDEX)


# --- what a page says ---------------------------------------------------------------------------------------------


def _unsaid(destination: Destination, text: str) -> tuple[str, ...]:
    """Return the keys of a destination whose words are not on the page, or that have none."""
    page = _comparable(text)
    said = {
        "operator": _says(page, destination.operator),
        "sends": all(_says(page, part) for part in listed(destination.sends)),
        "disable": destination.disable is not None and _says(page, destination.disable),
    }
    return tuple(key for key, is_said in said.items() if not is_said)


def _says(page: str, words: str) -> bool:
    """Say whether words stand on a page by themselves: ``ads`` is not said by "loads", ``address`` by "addresses"."""
    wanted = _comparable(words)
    before = "(?<![a-z0-9])" if re.match("[a-z0-9]", wanted) else ""
    after = "(?:e?s)?(?![a-z0-9])" if re.search(r"[a-z0-9]\Z", wanted) else ""
    return bool(wanted) and re.search(before + re.escape(wanted) + after, page) is not None


def _comparable(text: str) -> str:
    """Return text without what people do not see: width, case, blanks that part no words, and the stop at its end."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _IDLE_BLANK.sub("", " ".join(folded.split())).rstrip(".。")
