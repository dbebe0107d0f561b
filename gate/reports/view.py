"""What a run came to, as one value: all that the reports for people say, in no language yet.

Built from examination, judgement and policy alone, so that the same facts under another policy give that policy's
report.  Nothing is copied: groups hold the facts and findings of the judgement, whatever their number; renderers bound
what they show.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal, get_args

from gate.models import ApprovalFact, BuilderFact, ComponentFact, DetectionFact, EvidenceFact, ItemFact, Severity
from gate.policy.content import CONTENT
from gate.policy.deviations import deviations
from gate.policy.hosts_view import HostView, hosts_of
from gate.policy.previous import changes_since
from gate.policy.tracing import Tracing
from gate.record.documents import policy_reference
from gate.reports.exceptions_view import ExceptionView, exceptions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from gate.models import (
        Artifact,
        Clause,
        Coverage,
        EngineInfo,
        EngineProblem,
        Examination,
        ExecutableClass,
        ExecutableFact,
        ExternalService,
        Fact,
        Finding,
        Gap,
        GapReason,
        Judgement,
        Verdict,
    )
    from gate.policy import LoadedPolicy, Policy
    from gate.policy.content import Basis
    from gate.policy.deviations import Deviation
    from gate.policy.model import (
        Agreement,
        Deliverable,
        Destination,
        Evidence,
        Executable,
        Parties,
        Specification,
    )
    from gate.policy.previous import Changes
    from gate.policy.tracing import SourceStanding
    from gate.record.identity import GateIdentity
    from gate.record.result import PolicyReference
    from gate.record.statement import PromisedSignature

SIGNED: Final = "signature=present"
"""The word of an executable's detail that says that it bears a signature (Authenticode, Apple's)."""
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Issue:
    """Which paper this is: when it was written (an aware moment), its record number, and the gate that wrote it.

    ``number`` is empty for what is only looked at on a screen.  ``rendering`` says that the paper was made later from
    a release folder, and is not the one that the folder's record binds: ``differs`` where today's judgement of the same
    facts is another than the record's.
    """

    created: datetime
    gate: GateIdentity
    number: str = ""
    rendering: Literal["", "same", "differs"] = ""


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Open findings of one kind and severity, in the order of the judgement."""

    id: str
    severity: Severity
    clause: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class GapGroup:
    """What one examiner could not examine for one reason."""

    examiner: str
    reason: GapReason
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class JustifiedExecutables:
    """A justification and the executables that it covers; none where it is not used."""

    entry: Executable
    facts: tuple[ExecutableFact, ...]


@dataclass(frozen=True, slots=True)
class ContentCount:
    """How many executables of a class and format are content of a deliverable of this kind."""

    class_: ExecutableClass
    format: str
    count: int


@dataclass(frozen=True, slots=True)
class DeclaredHost:
    """A declared destination, the contacts that it covers by host, and what users are not told of it."""

    destination: Destination
    hosts: tuple[HostView, ...]
    lacking: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PaperView:
    """Evidence attached for a clause; ``against`` are the open findings about it, ``read`` what its file says."""

    paper: Evidence
    against: tuple[Finding, ...]
    read: EvidenceFact | None = None


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything a report for people can say of a run.

    ``findings`` are those that are open, ``exceptions`` the persons' decisions that this judgement rests on.
    ``signed_programs`` bear a signature of their own.  ``items`` counts the files at any depth, ``open_counts`` the
    open findings by severity.
    """

    issue: Issue
    verdict: Verdict
    sample: bool
    started: str
    finished: str
    timezone: str
    policy: PolicyReference
    required: tuple[str, ...]
    article_map: Mapping[str, str]
    parties: Parties
    deliverable: Deliverable | None
    specification: Specification | None
    agreement: Agreement | None
    artifacts: tuple[Artifact, ...]
    items: int
    clauses: tuple[Clause, ...]
    open_counts: Mapping[Severity, int]
    findings: tuple[FindingGroup, ...]
    gaps: tuple[GapGroup, ...]
    exceptions: tuple[ExceptionView, ...]
    ordered: tuple[JustifiedExecutables, ...]
    no_alternative: tuple[JustifiedExecutables, ...]
    unjustified: tuple[ExecutableFact, ...]
    content: tuple[ContentCount, ...]
    signed_programs: tuple[ExecutableFact, ...]
    hosts: tuple[HostView, ...]
    destinations: tuple[DeclaredHost, ...]
    detections: tuple[DetectionFact, ...]
    evidence: tuple[PaperView, ...]
    deviations: tuple[Deviation, ...]
    changes: Changes | None
    builder: BuilderFact | None
    source: SourceStanding | None
    components: tuple[ComponentFact, ...]
    engines: tuple[EngineInfo, ...]
    problems: tuple[EngineProblem, ...]
    coverage: tuple[Coverage, ...]
    external_services: tuple[ExternalService, ...]
    promised: tuple[PromisedSignature, ...]


def build_view(
    examination: Examination,
    judgement: Judgement,
    loaded: LoadedPolicy,
    issue: Issue,
    promised: Sequence[PromisedSignature] = (),
) -> ReportView:
    """Return the view of one examination judged under one policy."""
    policy = loaded.policy
    hosts = hosts_of(judgement)
    unsettled = [finding for finding in judgement.findings if finding.suppressed_by is None]
    counts = Counter(finding.severity for finding in unsettled)
    covered = _executables_by_justification(judgement)
    return ReportView(
        issue=issue,
        verdict=judgement.verdict,
        sample=judgement.sample,
        started=examination.started,
        finished=examination.finished,
        timezone=policy.gate.timezone,
        policy=policy_reference(loaded),
        required=policy.gate.require,
        article_map=policy.gate.article_map,
        parties=policy.parties,
        deliverable=policy.deliverable,
        specification=policy.specification,
        agreement=policy.agreement,
        artifacts=examination.artifacts,
        items=sum(isinstance(fact, ItemFact) for fact in examination.facts),
        clauses=judgement.clauses,
        open_counts={severity: counts[severity] for severity in SEVERITIES},
        findings=_grouped(unsettled),
        gaps=_gap_groups(examination.gaps),
        exceptions=exceptions_of(judgement, policy, _approvals(examination.facts, loaded.sha256)),
        ordered=_justified(policy, covered, "specified-program"),
        no_alternative=_justified(policy, covered, "no-alternative"),
        unjustified=tuple(covered.get(None, ())),
        content=_content(judgement),
        signed_programs=_signed(judgement),
        hosts=hosts,
        destinations=_destinations(policy, hosts),
        detections=_detections(examination.facts),
        evidence=_evidence(policy, unsettled, examination),
        deviations=deviations(policy),
        changes=changes_since(examination, judgement, loaded.sha256),
        builder=next((fact for fact in examination.facts if isinstance(fact, BuilderFact)), None),
        source=_source(policy, examination),
        components=_components(examination),
        engines=examination.engines,
        problems=examination.problems,
        coverage=examination.coverage,
        external_services=judgement.external_services,
        promised=tuple(promised),
    )


def _approvals(facts: Iterable[Fact], policy_sha256: str) -> list[ApprovalFact]:
    """Return what the repository says of the entries of the policy that judged."""
    return [fact for fact in facts if isinstance(fact, ApprovalFact) and fact.policy_sha256 == policy_sha256]


def _detections(facts: Iterable[Fact]) -> tuple[DetectionFact, ...]:
    """Return the detections by place, whatever the order in which engines told them."""
    found = [fact for fact in facts if isinstance(fact, DetectionFact)]
    return tuple(sorted(found, key=lambda fact: (fact.path, fact.engine, fact.name, repr(fact))))


def _grouped(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Group findings, the gravest first; within a severity by id and clause."""
    ranked = sorted(findings, key=_rank)
    return tuple(
        FindingGroup(id_, severity, clause, tuple(group))
        for (severity, id_, clause), group in groupby(ranked, key=lambda each: (each.severity, each.id, each.clause))
    )


def _rank(finding: Finding) -> tuple[int, str, str]:
    return SEVERITIES.index(finding.severity), finding.id, finding.clause


def _gap_groups(gaps: Iterable[Gap]) -> tuple[GapGroup, ...]:
    ranked = sorted(set(gaps), key=lambda gap: (gap.examiner, gap.reason, gap.path, gap.detail))
    return tuple(
        GapGroup(examiner, reason, tuple(group))
        for (examiner, reason), group in groupby(ranked, key=lambda gap: (gap.examiner, gap.reason))
    )


# --- executables ------------------------------------------------------------------------------------------------


def _executables_by_justification(judgement: Judgement) -> dict[str | None, list[ExecutableFact]]:
    """Return the executables by the id that covers them, None for those that nothing covers; each fact once."""
    found: dict[str | None, dict[ExecutableFact, None]] = {}
    for judged in judgement.executables:
        found.setdefault(judged.justified_by, {})[judged.fact] = None
    return {id_: list(facts) for id_, facts in found.items()}


def _justified(
    policy: Policy, covered: Mapping[str | None, Sequence[ExecutableFact]], basis: Basis
) -> tuple[JustifiedExecutables, ...]:
    return tuple(
        JustifiedExecutables(entry, tuple(covered[entry.id]))
        for entry in policy.executable
        if entry.basis == basis and entry.id in covered
    )


def _content(judgement: Judgement) -> tuple[ContentCount, ...]:
    counts = Counter(
        (judged.fact.class_, judged.fact.format)
        for judged in judgement.executables
        if judged.justified_by is not None and judged.justified_by.startswith(CONTENT)
    )
    return tuple(ContentCount(class_, format_, count) for (class_, format_), count in sorted(counts.items()))


def _signed(judgement: Judgement) -> tuple[ExecutableFact, ...]:
    """Return the programs that bear a signature of their own, each path once; whether it holds nobody has asked."""
    found = {judged.fact.path: judged.fact for judged in judgement.executables if SIGNED in judged.fact.detail.split()}
    return tuple(found.values())


# --- contacts and papers ----------------------------------------------------------------------------------------


def _destinations(policy: Policy, hosts: Iterable[HostView]) -> tuple[DeclaredHost, ...]:
    """Return the destinations that cover something, in the order of the policy."""
    by_id: dict[str, list[HostView]] = {}
    for host in hosts:
        for id_ in host.declared_by:
            by_id.setdefault(id_, []).append(host)
    return tuple(
        DeclaredHost(entry, tuple(by_id[entry.id]), _lacking(entry.id, by_id[entry.id]))
        for entry in policy.outbound.destination
        if entry.id in by_id
    )


def _lacking(id_: str, hosts: Iterable[HostView]) -> tuple[Finding, ...]:
    about = {finding.message: finding for host in hosts for finding in host.lacking if finding.args.get("id") == id_}
    return tuple(about.values())


def _evidence(policy: Policy, unsettled: Iterable[Finding], examination: Examination) -> tuple[PaperView, ...]:
    against = [finding for finding in unsettled if finding.id.startswith("evidence/")]
    read = {(fact.form, fact.sha256): fact for fact in examination.facts if isinstance(fact, EvidenceFact)}
    return tuple(
        PaperView(
            paper,
            tuple(finding for finding in against if finding.args.get("file") == paper.file),
            next((fact for key, fact in read.items() if key == (paper.kind, paper.sha256)), None),
        )
        for paper in policy.evidence
    )


def _source(policy: Policy, examination: Examination) -> SourceStanding | None:
    """Return where the delivery comes from, where a repository was read."""
    tracing = Tracing(policy.source)
    tracing.take(examination.facts, examination.gaps)
    return tracing.standing


def _components(examination: Examination) -> tuple[ComponentFact, ...]:
    """Return the components that are in the delivery, each once, by package URL and name."""
    found = {
        (fact.purl, fact.name, fact.version): fact
        for fact in examination.facts
        if isinstance(fact, ComponentFact) and fact.delivered
    }
    return tuple(fact for _, fact in sorted(found.items()))
