"""The judgement of contacts: destinations, dispositions, libraries, and what users are told (26-3 3(1)③ and 3(6))."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from gate.models import JudgedOutbound
from gate.policy.clauses import OUTBOUND
from gate.policy.disclosure import Disclosures
from gate.policy.findings import UNDISCLOSED, make_finding
from gate.policy.justification import decide_destination, decide_reviewed, validity
from gate.policy.matching import host_matches
from gate.policy.packages import Libraries
from gate.policy.registry import OUTBOUND_FINDINGS
from gate.policy.shared_hosts import is_shared, is_tag_manager, names_publisher
from gate.policy.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from gate.models import Fact, Finding, LibraryFact, OutboundFact, Reach, Severity
    from gate.policy.model import Destination, Policy, Reviewed

OWN: Final = "own"
"""What declares a contact with a host of the recipient's own."""
TAG_LIST: Final = "tag-list"
"""The kind of paper that says what a tag manager brings in."""
_REVIEWED: Final[frozenset[Reach]] = frozenset({"string", "opaque"})
"""What a person can have looked at: a URL of which reading cannot tell whether anything fetches it."""
_HELD_AGAINST_DIGESTS: Final = frozenset(
    {"script[src]", "link[rel=stylesheet]", "link[rel=preload]", "link[rel=modulepreload]"}
)
"""W3C Subresource Integrity: a digest beside a picture, a frame or a connection is there for show."""
OBSERVED: Final = "browser"
"""The construct of a contact that a browser run saw: it does not say what in the page brought it about."""
_BY_ITSELF: Final[frozenset[Reach]] = frozenset({"automatic", "conditional", "tracker"})
"""Contacts that come about without anything that the user does."""


class Contacts:
    """Judges the contacts of one examination, one by one, and then the destinations that cover them.

    ``used`` are the ids of the policy's entries that decided on something.
    """

    def __init__(self, policy: Policy, today: date, facts: Iterable[Fact]) -> None:
        held = tuple(facts)
        self._policy = policy.outbound
        self._today = today
        self._libraries = Libraries(held, policy.outbound.vendor or ())
        self._disclosures = Disclosures(held)
        self._runs_when_opened = policy.deliverable is None or policy.deliverable.kind == "website"
        self._tag_lists = any(paper.kind == TAG_LIST and paper.clause == OUTBOUND for paper in policy.evidence)
        self._destinations: Shelf[Destination, str] = Shelf(
            self._policy.destination, lambda entry, host: host_matches(entry.host, host)
        )
        self._dispositions: Shelf[Reviewed, str] = Shelf(
            self._policy.reviewed, lambda entry, host: entry.host is None or host_matches(entry.host, host)
        )
        self._covered: dict[str, list[OutboundFact]] = {}
        self._own_shared: dict[str, str] = {}
        self.findings: list[Finding] = []
        self.judged: list[JudgedOutbound] = []
        self.used: set[str] = set()

    def take(self, fact: OutboundFact) -> None:
        """Judge one contact."""
        if any(host_matches(pattern, fact.host) for pattern in self._policy.own):
            self.judged.append(JudgedOutbound(fact, OWN))
            if is_shared(fact.host) or is_tag_manager(fact.host):
                self._own_shared[fact.host] = min(fact.path, self._own_shared.get(fact.host, fact.path))
            return
        decision = decide_destination(self._destinations.of(fact.host), fact, self._today)
        entry = decision.entry
        covered: str | None = None
        if entry is None:
            self.findings.append(self._undeclared(fact))
        elif decision.outcome == "covered":
            covered = entry.id
            self._covered.setdefault(entry.id, []).append(fact)
        else:
            about = {**_about(fact), **validity(entry, self._today)}
            self.findings.append(_found("outbound/expired", fact, about))
        if entry is not None:
            self.used.add(entry.id)
        self.judged.append(JudgedOutbound(fact, covered))

    # --- what nobody declared ---------------------------------------------------------------------------------

    def _undeclared(self, fact: OutboundFact) -> Finding:
        about = _about(fact)
        library = self._libraries.of(fact.path)
        severity: Severity | None = None
        if library is not None:
            severity = self._in_library(library, fact)
            about["library"] = f"{library.name} {library.version}".rstrip()
        return self._reviewed(_found(OUTBOUND_FINDINGS[fact.reach], fact, about, severity), fact)

    def _in_library(self, library: LibraryFact, fact: OutboundFact) -> Severity | None:
        """Return what a contact amounts to in a third-party library, which brings along services that nobody uses.

        What a file says of itself does not excuse what it holds: it has to be proven by its digest, or to lie where
        the policy says that libraries do, before its strings are worth no more than a note.
        """
        if _is_code(fact):
            return "warn"
        proven = library.by == "sha256" or self._libraries.is_vendored(fact.path)
        return "note" if proven and fact.reach in _REVIEWED else None

    def _reviewed(self, finding: Finding, fact: OutboundFact) -> Finding:
        """Return the finding, set aside where a person has looked at what it says, and at these bytes if they say."""
        if fact.reach not in _REVIEWED:
            return finding
        decision = decide_reviewed(self._dispositions.of(fact.host), fact, self._today)
        if decision.entry is None:
            return finding
        self.used.add(decision.entry.id)
        if decision.outcome == "covered":
            return dataclasses.replace(finding, suppressed_by=decision.entry.id)
        if decision.outcome == "expired":
            about = {**validity(decision.entry, self._today), "finding": finding.id}
            self.findings.append(make_finding("justification/expired", args=about))
        return finding

    # --- what the declared ones lack --------------------------------------------------------------------------

    def conclude(self) -> None:
        """Judge the destinations that cover something, after the last contact.

        A host that serves the files of everybody is nobody's own.
        """
        for host, path in self._own_shared.items():
            self.findings.append(make_finding("outbound/shared-host", path=path, args={"id": OWN, "host": host}))
        for destination in self._policy.destination:
            facts = self._covered.get(destination.id)
            if facts:
                self.findings.extend(self._about_destination(destination, facts))

    def _about_destination(self, destination: Destination, facts: list[OutboundFact]) -> Iterator[Finding]:
        about: dict[str, str | int] = {"id": destination.id, "host": destination.host}
        fetched = [fact for fact in facts if self._is_fetched(fact)]
        missing = self._disclosures.missing(destination, {fact.path for fact in fetched}) if fetched else ()
        if missing:
            page = destination.privacy_page or "–"
            about_page = {**about, "page": page, "missing": ", ".join(missing)}
            yield make_finding(UNDISCLOSED, path=_first(fetched), args=about_page)
        if fetched and destination.safety_check is None:
            yield make_finding("outbound/unchecked", path=_first(fetched), args=about)
        pinned = _pinned(fetched)
        shared = [fact for fact in fetched if is_shared(fact.host) and fact not in pinned]
        if shared and not (destination.url and names_publisher(destination.url)):
            yield make_finding("outbound/shared-host", path=_first(shared), args=about)
        managers = [fact for fact in fetched if is_tag_manager(fact.host)]
        if managers and not self._tag_lists:
            yield make_finding("outbound/tag-list", path=_first(managers), args=about)

    def _is_fetched(self, fact: OutboundFact) -> bool:
        """Say whether a contact comes about by itself; on a website code runs when its page is opened.

        What is not said to be anything else is read as a website, which is the stricter.
        """
        return self._runs_when_opened if _is_code(fact) else fact.reach in _BY_ITSELF


def _is_code(fact: OutboundFact) -> bool:
    """Say whether code makes a contact when it is run, be it under a condition."""
    return fact.reach == "code" or fact.by_code


def _pinned(facts: Iterable[OutboundFact]) -> frozenset[OutboundFact]:
    """Return the contacts whose answer is held against a digest, also as a browser was seen to make them."""
    held = tuple(facts)
    read = {fact for fact in held if fact.integrity and fact.via in _HELD_AGAINST_DIGESTS}
    places = {(fact.path, fact.url) for fact in read}
    return frozenset(read | {fact for fact in held if fact.via == OBSERVED and (fact.path, fact.url) in places})


def _first(facts: Iterable[OutboundFact]) -> str:
    return min(fact.path for fact in facts)


def _about(fact: OutboundFact) -> dict[str, str | int]:
    return {
        "url": fact.url or fact.host or "–",
        "host": fact.host or "–",
        "reach": fact.reach,
        "via": fact.via,
        "line": fact.line,
        "detail": fact.condition,
    }


def _found(
    finding_id: str, fact: OutboundFact, about: dict[str, str | int], severity: Severity | None = None
) -> Finding:
    return make_finding(finding_id, path=fact.path, sha256=fact.sha256, severity=severity, args=about)
