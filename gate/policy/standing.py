"""What can be said of each clause, from the findings held against it (design: words and rules of judgement)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate.models import Clause
from gate.policy.clauses import (
    AUTHENTICITY,
    BY_EVIDENCE,
    CHANGES,
    CLAUSES,
    EXECUTABLES,
    MALWARE,
    OUT_OF_SCOPE,
    OUTBOUND,
    PRIVACY,
    QUALITY,
    VULNERABILITIES,
)
from gate.policy.contacts import OWN
from gate.policy.content import CONTENT
from gate.policy.findings import also_of
from gate.policy.registry import FINDINGS, OUTBOUND_FINDINGS
from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.models import ClauseStatus, Finding, JudgedExecutable, JudgedOutbound, MessageArgs, PreviousFact, Severity
    from gate.policy.evidence import Worth
    from gate.policy.model import Evidence
    from gate.policy.tracing import SourceStanding

_BY_OTHERS: Final = frozenset({"evidence/accepted", "evidence/answered"})
"""Findings of what others than the policy have disposed of: in the file of a tool, or by a statement about it."""
_STANDING_AGAINST: Final[tuple[Severity, ...]] = ("reject", "gap", "warn")
_ENGINES: Final = {
    MALWARE: ("clamav", "yara", "heuristics"),
    OUTBOUND: ("outbound",),
    PRIVACY: ("outbound",),
    EXECUTABLES: ("executable",),
}


@dataclass(frozen=True, slots=True)
class SigningState:
    """Whether the run is meant to sign, and the back ends that are loaded and ready to, or promised for ``later``.

    Signatures that are only promised count like those that are about to be made: the record names each of them with its
    signer, and proves nothing to anybody before all of them are there.
    """

    intended: bool
    ready: tuple[str, ...]
    later: bool = False
    """Whether the signatures are made in a step of their own, by signers that are known and not loaded here."""
    notes: tuple[str, ...] = ()
    """What else is known of how recipients verify: whether the government's certificates can be had."""


@dataclass(frozen=True, slots=True)
class Basis:
    """All that clauses are judged from; ``papers`` are the evidence that stands, with what it is worth."""

    findings: Sequence[Finding]
    executables: Sequence[JudgedExecutable]
    outbound: Sequence[JudgedOutbound]
    papers: Mapping[Evidence, Worth]
    signing: SigningState
    policy_sha256: str
    source: SourceStanding | None = None
    previous: PreviousFact | None = None


def standings(basis: Basis) -> tuple[Clause, ...]:
    """Return every clause with its status: those that are judged first, then those out of scope."""
    judged = [_judged(clause, basis) for clause in CLAUSES]
    return (*judged, *(_clause(clause, "out-of-scope", "out-of-scope") for clause in OUT_OF_SCOPE))


def _judged(clause: str, basis: Basis) -> Clause:
    evidence = _evidence(clause, basis)
    own = [finding for finding in basis.findings if finding.clause == clause]
    beside = [finding for finding in basis.findings if clause in also_of(finding)]
    against = [finding for finding in own if _is_open(finding, "reject")]
    exceptions = _exceptions(clause, [*own, *beside], basis)
    if against:
        return _clause(clause, "violated", "rejects", evidence, exceptions, reject=len(against))
    doubts = [finding for finding in [*own, *beside] if _is_open(finding, *_STANDING_AGAINST)]
    if doubts:
        counts = {severity: sum(finding.severity == severity for finding in doubts) for severity in _STANDING_AGAINST}
        return _clause(clause, "not-confirmed", "open", evidence, exceptions, **counts)
    if clause == QUALITY and basis.source is not None:
        return _quality(basis, basis.source, evidence, exceptions)
    if clause in BY_EVIDENCE:
        return _by_evidence(clause, basis, evidence, exceptions)
    if clause == CHANGES:
        return _changes(basis, evidence)
    if clause == AUTHENTICITY:
        return _authenticity(basis, evidence)
    if exceptions:
        return _clause(
            clause, "confirmed-with-exceptions", "examined-with-exceptions", evidence, exceptions, count=exceptions
        )
    return _clause(clause, "confirmed", "examined", evidence)


def _by_evidence(clause: str, basis: Basis, evidence: tuple[str, ...], exceptions: int) -> Clause:
    """Judge from attached evidence alone.

    Papers support that work was managed and reviewed; that there are no vulnerabilities no unread paper shows.  Results
    that were read, with nothing unresolved, confirm that: where they looked at all that was found in the delivery, else
    they support it.  That no code is contrary to the specification no tool can tell, so that results only support it.
    """
    worths = [worth for paper, worth in basis.papers.items() if paper.clause == clause]
    read = len(worths) - worths.count("declared")
    if not worths:
        return _clause(clause, "not-confirmed", "no-evidence", evidence, exceptions)
    if clause == VULNERABILITIES and not read:
        return _clause(clause, "not-confirmed", "papers-unread", evidence, exceptions, count=len(worths))
    if not read:
        return _clause(clause, "supported", "papers", evidence, exceptions, count=len(worths))
    about = {"count": read, "exceptions": exceptions}
    if clause == VULNERABILITIES and "whole" in worths:
        status: ClauseStatus = "confirmed-with-exceptions" if exceptions else "confirmed"
        return _clause(clause, status, "evidence-whole", evidence, exceptions, **about)
    reason = "evidence-part" if clause == VULNERABILITIES else "evidence-read"
    return _clause(clause, "supported", reason, evidence, exceptions, **about)


def _quality(basis: Basis, source: SourceStanding, evidence: tuple[str, ...], exceptions: int) -> Clause:
    """Judge how the delivery was made: at most supported, as no tool sees how people work.

    That nothing stands against it (untraced files, another commit or repository, a changed work tree, secrets) has been
    asked before; what is left is that every file is accounted for.  Where none of them is of the commit, the commit
    shows nothing of this delivery, and papers decide.
    """
    if not source.from_commit:
        worth = _by_evidence(QUALITY, basis, evidence, exceptions)
        if worth.status != "not-confirmed":
            return worth
        commit = source.revision.commit[:12]
        return _clause(QUALITY, "not-confirmed", "nothing-traced", evidence, exceptions, commit=commit)
    generated = sum(len(each.paths) for each in source.generated)
    papers = sum(paper.clause == QUALITY for paper in basis.papers)
    commit = source.revision.commit[:12]
    counts: MessageArgs = {"commit": commit, "traced": source.traced, "generated": generated, "papers": papers}
    return _clause(QUALITY, "supported", "traced", evidence, exceptions, **counts)


def _changes(basis: Basis, evidence: tuple[str, ...]) -> Clause:
    """Judge the report of changes: what changed in the files can be said, when and how it is reported cannot."""
    previous = basis.previous
    if previous is None:
        return _clause(CHANGES, "out-of-scope", "no-previous")
    files = previous.files
    about = {"added": files.added, "removed": files.removed, "changed": files.changed}
    return _clause(CHANGES, "supported", "compared", evidence, version=previous.version or "–", **about)


def _authenticity(basis: Basis, evidence: tuple[str, ...]) -> Clause:
    """Judge from the signers that are ready; where one is missing, a finding stands against the clause already."""
    if not basis.signing.intended:
        return _clause(AUTHENTICITY, "not-applicable", "nothing-signed", evidence)
    reason = "signed-later" if basis.signing.later else "signed"
    return _clause(AUTHENTICITY, "confirmed", reason, evidence, backends=", ".join(sorted(basis.signing.ready)))


def _is_open(finding: Finding, *severities: Severity) -> bool:
    return finding.suppressed_by is None and finding.severity in severities


def _exceptions(clause: str, findings: Sequence[Finding], basis: Basis) -> int:
    """Count the persons' dispositions that the clause rests on: each justification once, whatever it covers."""
    ids = {finding.suppressed_by for finding in findings if finding.suppressed_by and finding.severity != "note"}
    ids |= {f"{finding.id}:{finding.path}" for finding in findings if finding.id in _BY_OTHERS}
    if clause == EXECUTABLES:
        covering = {judged.justified_by for judged in basis.executables if judged.justified_by}
        ids |= {each for each in covering if not each.startswith(CONTENT)}
    if clause == OUTBOUND:
        ids |= {
            judged.declared_by
            for judged in basis.outbound
            if judged.declared_by not in {None, OWN}
            and FINDINGS[OUTBOUND_FINDINGS[judged.fact.reach]].severity != "note"
        }
    return len(ids)


def _evidence(clause: str, basis: Basis) -> tuple[str, ...]:
    """Return what the answer rests on, as ``kind:name`` with digests where there are any."""
    found = [f"engine:{name}" for name in _ENGINES.get(clause, ())]
    if clause == CHANGES and basis.previous:
        found.append(f"previous:record#sha256:{basis.previous.record_sha256}")
    if clause == AUTHENTICITY:
        found += [f"signing:{backend}" for backend in sorted(basis.signing.ready)]
        found += basis.signing.notes
    if clause == QUALITY and basis.source is not None:
        revision = basis.source.revision
        found += ["engine:source", f"revision:{revision.object_format}:{revision.commit}"]
        found += [f"builder:{basis.source.builder}"] if basis.source.builder else []
        signers = {revision.signed_by, revision.tag_signed_by} - {""}
        found += [f"revision-signed-by:{signer}" for signer in sorted(signers)]
    for paper, worth in basis.papers.items():
        if paper.clause == clause:
            kind = "paper" if worth == "declared" else paper.kind
            found.append(f"{kind}:{paper.file}" + (f"#sha256:{paper.sha256}" if paper.sha256 else ""))
    return (*found, f"policy:sha256:{basis.policy_sha256}")


def _clause(
    clause: str,
    status: ClauseStatus,
    reason: str,
    evidence: tuple[str, ...] = (),
    exceptions: int = 0,
    /,
    **args: str | int,
) -> Clause:
    code = f"clause.reason.{reason}"
    kept: MessageArgs = dict(args)
    return Clause(clause, status, render(code, "en", kept), code, kept, evidence, exceptions)
