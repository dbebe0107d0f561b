"""What can be said of each clause, from the findings held against it (design: words and rules of judgement)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate.models import Clause
from gate.policy.clauses import (
    AUTHENTICITY,
    BY_EVIDENCE,
    CLAUSES,
    EXECUTABLES,
    MALWARE,
    OUT_OF_SCOPE,
    OUTBOUND,
    PRIVACY,
    VULNERABILITIES,
)
from gate.policy.contacts import OWN
from gate.policy.content import CONTENT
from gate.policy.findings import also_of
from gate.policy.registry import FINDINGS, OUTBOUND_FINDINGS
from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.models import ClauseStatus, Finding, JudgedExecutable, JudgedOutbound, MessageArgs, Severity
    from gate.policy.model import Evidence

_STANDING_AGAINST: Final[tuple[Severity, ...]] = ("reject", "gap", "warn")
_ENGINES: Final = {
    MALWARE: ("clamav", "yara", "heuristics"),
    OUTBOUND: ("outbound",),
    PRIVACY: ("outbound",),
    EXECUTABLES: ("executable",),
}


@dataclass(frozen=True, slots=True)
class SigningState:
    """Whether the run is meant to sign, and the back ends that are loaded and ready to."""

    intended: bool
    ready: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """All that clauses are judged from; ``papers`` are the evidence that is not outdated."""

    findings: Sequence[Finding]
    executables: Sequence[JudgedExecutable]
    outbound: Sequence[JudgedOutbound]
    papers: Sequence[Evidence]
    signing: SigningState
    policy_sha256: str


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
    if clause in BY_EVIDENCE:
        return _by_papers(clause, basis, evidence)
    if clause == AUTHENTICITY:
        return _authenticity(basis, evidence)
    if exceptions:
        return _clause(
            clause, "confirmed-with-exceptions", "examined-with-exceptions", evidence, exceptions, count=exceptions
        )
    return _clause(clause, "confirmed", "examined", evidence)


def _by_papers(clause: str, basis: Basis, evidence: tuple[str, ...]) -> Clause:
    """Judge from attached papers, which this version does not read.

    They can support that work was managed and reviewed; that there are no vulnerabilities no unread paper shows.
    """
    count = sum(paper.clause == clause for paper in basis.papers)
    if not count:
        return _clause(clause, "not-confirmed", "no-evidence", evidence)
    if clause == VULNERABILITIES:
        return _clause(clause, "not-confirmed", "papers-unread", evidence, count=count)
    return _clause(clause, "supported", "papers", evidence, count=count)


def _authenticity(basis: Basis, evidence: tuple[str, ...]) -> Clause:
    """Judge from the signers that are ready; where one is missing, a finding stands against the clause already."""
    if not basis.signing.intended:
        return _clause(AUTHENTICITY, "not-applicable", "nothing-signed", evidence)
    return _clause(AUTHENTICITY, "confirmed", "signed", evidence, backends=", ".join(sorted(basis.signing.ready)))


def _is_open(finding: Finding, *severities: Severity) -> bool:
    return finding.suppressed_by is None and finding.severity in severities


def _exceptions(clause: str, findings: Sequence[Finding], basis: Basis) -> int:
    """Count the persons' dispositions that the clause rests on: each justification once, whatever it covers."""
    ids = {finding.suppressed_by for finding in findings if finding.suppressed_by and finding.severity != "note"}
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
    found += [f"signing:{backend}" for backend in sorted(basis.signing.ready) if clause == AUTHENTICITY]
    for paper in basis.papers:
        if paper.clause == clause:
            found.append(f"paper:{paper.file}" + (f"#sha256:{paper.sha256}" if paper.sha256 else ""))
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
