"""From facts and gaps to findings: one function for each kind of fact."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gate.models import (
    ApprovalFact,
    BaseImageFact,
    BuilderFact,
    ComponentFact,
    ContainerFact,
    DetectionFact,
    DisguiseFact,
    EvidenceFact,
    ExecutableFact,
    ItemFact,
    JudgedExecutable,
    LibraryFact,
    LinkFact,
    OpenedFact,
    PageFact,
    PreviousFact,
    ReferenceFact,
    RevisionFact,
    SecretFact,
    ServiceFact,
    TraceFact,
)
from gate.policy.contacts import Contacts
from gate.policy.content import Contents, bases_for, holder_of, wholly_marked
from gate.policy.findings import DISGUISED, make_finding
from gate.policy.justification import decide_disguise, decide_executable, validity
from gate.policy.loaded import loaded_findings
from gate.policy.registry import CONTAINER_FINDINGS
from gate.policy.shelf import Places
from gate.policy.tracing import Tracing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from datetime import date

    from gate.models import Fact, Finding, Gap, Severity
    from gate.policy.content import DeliverableKind
    from gate.policy.model import Executable, Policy

INTAKE: Final = "intake"
"""Who opens containers, and names what it could not open."""


@dataclass(slots=True)
class Reading:
    """What facts and gaps amount to under a policy, gathered one by one.

    ``used`` are the ids of justifications that decided on something, whether they covered it or not;
    ``justifications`` those ``[[executable]]`` whose basis counts in such a deliverable.
    """

    policy: Policy
    today: date
    kind: DeliverableKind | None = field(init=False)
    justifications: tuple[Executable, ...] = field(init=False)
    places: Places[Executable] = field(init=False)
    contents: Contents = field(init=False)
    wholly_marked: AbstractSet[str] = frozenset()
    contacts: Contacts = field(init=False)
    tracing: Tracing = field(init=False)
    findings: list[Finding] = field(default_factory=list)
    executables: list[JudgedExecutable] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Hold the rule of bases once more where it counts, whatever made the policy."""
        self.kind = self.policy.deliverable.kind if self.policy.deliverable else None
        allowed = bases_for(self.kind)
        self.justifications = tuple(entry for entry in self.policy.executable if entry.basis in allowed)
        self.places = Places(self.justifications, lambda entry: entry.path)
        self.contents = Contents(self.kind, ())
        self.contacts = Contacts(self.policy, self.today, ())
        self.tracing = Tracing(self.policy.source)

    def take(self, facts: Iterable[Fact], gaps: Iterable[Gap]) -> None:
        """Take in all that was seen; what was seen twice counts once."""
        distinct, gaps = set(facts), set(gaps)
        self.contents = Contents(self.kind, distinct)
        self.wholly_marked = wholly_marked(distinct)
        self.contacts = Contacts(self.policy, self.today, distinct)
        opened = {fact.path for fact in distinct if isinstance(fact, OpenedFact)}
        for fact in distinct:
            self._fact(fact)
        for gap in gaps:
            self._gap(gap, opened)
        self.findings += loaded_findings(distinct)
        self.tracing.take(distinct, gaps)
        self.findings += self.tracing.findings
        self.contacts.conclude()
        self.findings += self.contacts.findings
        self.used |= self.contacts.used

    def _gap(self, gap: Gap, opened: AbstractSet[str]) -> None:
        """Make the finding of a gap.

        That an engine has no key to a container is only worth a note where intake had it: the engine has then seen
        every member by itself, and what intake could not decrypt has a gap of intake.
        """
        seen_inside = gap.reason == "encrypted" and gap.examiner != INTAKE and gap.path in opened
        self.findings.append(
            make_finding(
                f"gap/{gap.examiner}-{gap.reason}",
                path=gap.path,
                sha256=gap.sha256,
                severity="note" if seen_inside else None,
                args={"examiner": gap.examiner, "detail": gap.detail},
            )
        )

    def _fact(self, fact: Fact) -> None:
        match fact:
            case ItemFact() | ReferenceFact() | LibraryFact() | PageFact() | BaseImageFact():
                pass  # that an item exists, names others, or is a known library, is no finding
            case (
                ServiceFact()
                | EvidenceFact()
                | BuilderFact()
                | PreviousFact()
                | RevisionFact()
                | TraceFact()
                | SecretFact()
                | ApprovalFact()
            ):
                pass  # judged as a whole elsewhere: what a delivery comes from and follows, evidence, secrets
            case ComponentFact():
                self._component(fact)
            case LinkFact():
                self._found(f"link/{fact.link}", fact, target=fact.target)
            case ContainerFact():
                self._found(CONTAINER_FINDINGS[fact.issue], fact, detail=fact.detail)
            case OpenedFact():
                self._found("container/opened", fact, entry=fact.entry)
            case DetectionFact():
                self._detection(fact)
            case ExecutableFact():
                self._executable(fact)
            case DisguiseFact():
                self._disguise(fact)
            case _:  # contacts; with a further kind of fact this would not pass the type checker
                self.contacts.take(fact)

    def _component(self, fact: ComponentFact) -> None:
        if fact.problem:
            self._found("component/incomplete", fact, problem=fact.problem)

    def _found(self, finding_id: str, fact: Fact, **args: str | int) -> None:
        self.findings.append(make_finding(finding_id, path=fact.path, sha256=fact.sha256, args=args))

    def _detection(self, fact: DetectionFact) -> None:
        known = fact.certainty == "known"
        about: dict[str, str | int] = {"engine": fact.engine, "name": fact.name, "detail": fact.detail}
        if fact.score:
            about["score"] = fact.score
        self.findings.append(
            make_finding(
                "malware/known" if known else "malware/suspected",
                path=fact.path,
                sha256=fact.sha256,
                severity=None if known else self._suspicion(fact),
                args=about,
            )
        )

    def _suspicion(self, fact: DetectionFact) -> Severity:
        """Return what a suspicion amounts to; one that was weighed counts from the threshold on."""
        weighed = 0 < fact.score < self.policy.malware.suspicion_threshold
        return "note" if weighed else self.policy.malware.suspected

    def _executable(self, fact: ExecutableFact) -> None:
        decision = decide_executable(self.places.of(fact.path), fact, self.today)
        entry = decision.entry
        about = {"class": fact.class_, "format": f"{fact.format} {fact.architecture}".rstrip()}
        covered: str | None = None
        if entry is None:
            covered = self.contents.covers(fact)
            if covered is None:
                self._found("executable/unjustified", fact, **about)
        elif decision.outcome == "covered":
            covered = entry.id
        elif decision.outcome == "expired":
            self._found("executable/expired", fact, **about, **validity(entry, self.today))
        else:
            pinned = ", ".join(entry.sha256 or ())
            self._found("executable/pin-mismatch", fact, **about, id=entry.id, pinned=pinned, found=fact.sha256)
        self._use(entry)
        self.executables.append(JudgedExecutable(fact, covered))

    def _disguise(self, fact: DisguiseFact) -> None:
        """Make the finding of a disguise; where a person has named its very bytes it is set aside and stays."""
        decision = decide_disguise(self.justifications, fact, self.today)
        says_nothing = fact.disguise == "mode" and holder_of(fact.path) in self.wholly_marked
        finding = make_finding(
            DISGUISED,
            path=fact.path,
            sha256=fact.sha256,
            severity="note" if says_nothing else None,
            args={"disguise": fact.disguise, "detail": fact.detail},
        )
        if decision.outcome == "covered" and decision.entry is not None:
            finding = dataclasses.replace(finding, suppressed_by=decision.entry.id)
            self._use(decision.entry)
        self.findings.append(finding)

    def _use(self, entry: Executable | None) -> None:
        if entry is not None:
            self.used.add(entry.id)
