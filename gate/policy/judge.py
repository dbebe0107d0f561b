"""The judgement: facts, gaps and engines under a policy, on a day.  Pure: no I/O, no clock."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from gate.models import (
    Clause,
    ClauseStatus,
    ExecutableFact,
    Examination,
    ExternalService,
    Finding,
    Judgement,
    OutboundFact,
    Verdict,
)
from gate.policy.clauses import AUTHENTICITY, CLAUSES, CONTRARY_CODE, EXAMINED, OUT_OF_SCOPE, QUALITY, SATISFIED
from gate.policy.findings import kind_of, make_finding
from gate.policy.justification import decide_suppression
from gate.policy.sightings import Sightings, about_justifications, malware_engine, sight
from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from gate.models import MessageArgs
    from gate.policy.model import Evidence, Policy

_SUPPORTED_BY_PAPERS = frozenset({QUALITY, CONTRARY_CODE})


@dataclass(frozen=True, slots=True)
class SigningState:
    """Whether this run means to sign, and the back ends that are loaded and ready to."""

    intended: bool
    ready: tuple[str, ...] = ()


def judge(examination: Examination, policy: Policy, *, policy_sha256: str, today: date,
          signing: SigningState) -> Judgement:
    """Return the answer to an examination under a policy.

    ``today`` is the day in the policy's time zone; ``policy_sha256`` goes into the evidence of clauses.  The rules
    are those of the contract's Article 26-3 as the policy's documentation states them: an open reject rejects; an
    open gap, an engine that did not prove itself, or a required clause that is not satisfied leaves it incomplete.
    """
    seen = sight(examination, policy, today)
    if signing.intended and not signing.ready:
        seen.findings.append(make_finding("signing/not-ready"))
    outdated = {entry for entry in policy.evidence if _is_outdated(entry, today)}
    seen.findings += [make_finding("evidence/outdated", clause=entry.clause, file=entry.file, date=str(entry.date))
                      for entry in policy.evidence if entry in outdated]
    findings = [_suppressed(finding, policy, today, seen) for finding in seen.findings]
    findings += about_justifications(policy, seen.used, today)
    current = [entry for entry in policy.evidence if entry not in outdated]
    clauses = tuple(_clauses(findings, seen, current, signing, policy_sha256))
    engine = malware_engine(examination)
    return Judgement(
        verdict=_verdict(findings, clauses, policy),
        findings=tuple(sorted(_distinct(findings), key=_finding_order)),
        clauses=clauses,
        executables=tuple(sorted(seen.executables, key=lambda each: _executable_order(each.fact))),
        outbound=tuple(sorted(seen.outbound, key=lambda each: _outbound_order(each.fact))),
        external_services=tuple(_external_services(examination)),
        sample=engine is None or engine.database is None or engine.database.kind != "official",
    )


def _is_outdated(entry: Evidence, today: date) -> bool:
    return entry.max_age_days is not None and entry.date + timedelta(days=entry.max_age_days) < today


def _suppressed(finding: Finding, policy: Policy, today: date, seen: Sightings) -> Finding:
    """Return the finding with the suppression that covers it, if one may and does."""
    kind = kind_of(finding.id)
    if kind.suppressible == "never":
        return finding
    decision = decide_suppression(policy.suppress, finding, today)
    if decision.entry is None:
        return finding
    seen.used.add(decision.entry.id)
    if decision.outcome != "covered" or (kind.suppressible == "digest" and not decision.entry.sha256):
        return finding
    return dataclasses.replace(finding, suppressed_by=decision.entry.id)


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without repetitions (their arguments make them unhashable)."""
    return list({_finding_order(finding): finding for finding in findings}.values())


def _finding_order(finding: Finding) -> tuple[str, ...]:
    return (finding.path, finding.id, finding.clause, finding.sha256, finding.message, repr(sorted(finding.args.items())))


def _executable_order(fact: ExecutableFact) -> tuple[str, ...]:
    return fact.path, fact.class_, fact.format, fact.architecture, fact.detail


def _outbound_order(fact: OutboundFact) -> tuple[str | int, ...]:
    return fact.path, fact.line, fact.host, fact.url, fact.reach, fact.via, fact.condition


def _verdict(findings: Sequence[Finding], clauses: Sequence[Clause], policy: Policy) -> Verdict:
    open_severities = {finding.severity for finding in findings if finding.suppressed_by is None}
    if "reject" in open_severities:
        return "rejected"
    statuses = {clause.id: clause.status for clause in clauses}
    if "gap" in open_severities or any(statuses[clause] not in SATISFIED for clause in policy.gate.require):
        return "incomplete"
    return "approved"


def _external_services(examination: Examination) -> Iterator[ExternalService]:
    for engine in examination.engines:
        if engine.external:
            yield ExternalService(engine.name, engine.external, "every item of the artifacts")


# --- clauses --------------------------------------------------------------------------------------------------


def _clauses(findings: Sequence[Finding], seen: Sightings, evidence: Sequence[Evidence], signing: SigningState,
             policy_sha256: str) -> Iterator[Clause]:
    for clause in CLAUSES:
        papers = tuple(entry.file for entry in evidence if entry.clause == clause)
        if clause == AUTHENTICITY and not signing.intended:
            yield _clause(clause, "not-applicable", "nothing-signed", papers)
            continue
        yield _judged_clause(clause, findings, seen, papers, policy_sha256, signing)
    for clause in OUT_OF_SCOPE:
        yield _clause(clause, "out-of-scope", "out-of-scope", ())


def _judged_clause(clause: str, findings: Sequence[Finding], seen: Sightings, papers: tuple[str, ...],
                   policy_sha256: str, signing: SigningState) -> Clause:
    concerned = [finding for finding in findings if clause in _clauses_of(finding)]
    still_open = [finding for finding in concerned if finding.suppressed_by is None]
    set_aside = {finding.path or finding.id for finding in concerned
                 if finding.suppressed_by is not None and finding.severity != "note"}
    exceptions = len(set_aside | seen.exceptions[clause])
    counts = {severity: sum(finding.severity == severity for finding in still_open)
              for severity in ("reject", "gap", "warn")}
    if any(finding.severity == "reject" and finding.clause == clause for finding in still_open):
        return _clause(clause, "violated", "rejects", papers, exceptions, reject=counts["reject"])
    if sum(counts.values()):
        return _clause(clause, "not-confirmed", "open", papers, exceptions, **counts)
    if clause in EXAMINED:
        status: ClauseStatus = "confirmed-with-exceptions" if exceptions else "confirmed"
        reason = "examined-with-exceptions" if exceptions else "examined"
        return _clause(clause, status, reason, (*papers, f"gate.toml sha256:{policy_sha256}"), exceptions,
                       count=exceptions)
    if clause == AUTHENTICITY:
        return _clause(clause, "confirmed", "signed", papers, backends=", ".join(sorted(signing.ready)))
    if papers and clause in _SUPPORTED_BY_PAPERS:
        return _clause(clause, "supported", "papers", papers, count=len(papers))
    return _clause(clause, "not-confirmed", "papers-unread" if papers else "no-evidence", papers, count=len(papers))


def _clauses_of(finding: Finding) -> tuple[str, ...]:
    kind = kind_of(finding.id)
    return (finding.clause, *kind.also) if finding.clause == kind.clause else (finding.clause,)


def _clause(clause: str, status: ClauseStatus, reason: str, papers: tuple[str, ...], exceptions: int = 0,
            **args: str | int) -> Clause:
    code = f"clause.reason.{reason}"
    arguments: MessageArgs = dict(args)
    return Clause(clause, status, render(code, "en", arguments), code, arguments, papers, exceptions)
