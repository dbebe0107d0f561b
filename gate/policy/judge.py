"""The judgement: from what was seen and the policy to findings, clauses and a verdict.  Pure.

The rules are those of the design: a finding that a person has set aside stays in the record; open findings decide the
clauses; an open ``reject`` rejects, an open ``gap`` or an unsatisfied required clause leaves the answer open, and
only what is left is approved.
"""

from __future__ import annotations

import dataclasses
from itertools import groupby
from typing import TYPE_CHECKING, Final

from gate.models import Judgement
from gate.policy.approvals import approval_findings
from gate.policy.clauses import SATISFIED, VULNERABILITIES
from gate.policy.engines import external_services, is_sample, run_findings
from gate.policy.evidence import judge_evidence
from gate.policy.findings import kind_of, make_finding
from gate.policy.justification import decide_suppression, validity
from gate.policy.previous import previous_findings, previous_of
from gate.policy.rules import Reading
from gate.policy.shelf import Places
from gate.policy.standing import Basis, SigningState, standings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from gate.models import (
        Clause,
        Examination,
        Finding,
        JudgedExecutable,
        JudgedOutbound,
        Severity,
        Verdict,
    )
    from gate.policy.model import Policy, Suppression

_ACCEPTED_BY_THE_OTHER_PARTY: Final = frozenset({"evidence/unresolved", "evidence/below-threshold"})
_ORDER: Final[dict[Severity, int]] = {"reject": 0, "gap": 1, "warn": 2, "note": 3}


def judge(
    examination: Examination, policy: Policy, *, policy_sha256: str, today: date, signing: SigningState
) -> Judgement:
    """Judge an examination under a policy; the order in which facts and gaps come does not matter.

    ``today`` is the day in the policy's time zone that justifications and papers are held against.
    """
    reading = Reading(policy, today)
    reading.take(examination.facts, examination.gaps)
    evidence = judge_evidence(examination, policy, today)
    found = [
        *reading.findings,
        *run_findings(examination, policy),
        *evidence.findings,
        *_signing_findings(policy, signing),
        *previous_findings(examination, policy),
    ]
    marked, expired = _suppressed(found, policy, today, reading.used)
    history = approval_findings(examination, policy, policy_sha256, reading.used)
    unordered = [*marked, *expired, *_unused(policy, reading.used), *history]
    findings = [finding for finding, _ in groupby(sorted(unordered, key=_finding_order))]
    executables = sorted(reading.executables, key=_executable_order)
    outbound = sorted(reading.contacts.judged, key=_outbound_order)
    around = reading.tracing.standing, previous_of(examination)
    known = dataclasses.replace(signing, notes=_gpki(policy))
    basis = Basis(findings, executables, outbound, evidence.standing, known, policy_sha256, *around)
    clauses = standings(basis)
    return Judgement(
        _verdict(findings, clauses, policy),
        tuple(findings),
        clauses,
        tuple(executables),
        tuple(outbound),
        external_services(examination),
        is_sample(examination),
    )


def _verdict(findings: Sequence[Finding], clauses: Sequence[Clause], policy: Policy) -> Verdict:
    open_severities = {finding.severity for finding in findings if finding.suppressed_by is None}
    if "reject" in open_severities:
        return "rejected"
    satisfied = {clause.id for clause in clauses if clause.status in SATISFIED}
    if "gap" in open_severities or not satisfied.issuperset(policy.gate.require):
        return "incomplete"
    return "approved"


# --- what persons have disposed of ----------------------------------------------------------------------------


def _suppressed(
    findings: Sequence[Finding], policy: Policy, today: date, used: set[str]
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings, those that are set aside marked, and one more for each disposition that does not hold."""
    marked: list[Finding] = []
    beside: dict[tuple[str, str], Finding] = {}
    places = Places(policy.suppress, lambda entry: entry.path)
    for finding in findings:
        decision = decide_suppression(places.of(finding.path), finding, today)
        entry = decision.entry
        if entry is None or not _may_be_set_aside(finding, entry) or decision.outcome == "pin-mismatch":
            marked.append(finding)
            continue
        used.add(entry.id)
        if not _by_the_right_party(finding, entry):
            marked.append(finding)
            about = {"id": entry.id, "finding": finding.id, "party": entry.party}
            beside["party", entry.id] = make_finding("justification/other-party", clause=finding.clause, args=about)
        elif decision.outcome == "covered":
            marked.append(dataclasses.replace(finding, suppressed_by=entry.id))
        else:
            marked.append(finding)
            about = {**validity(entry, today), "finding": finding.id}
            beside["expired", entry.id] = make_finding("justification/expired", args=about)
    return marked, list(beside.values())


def _may_be_set_aside(finding: Finding, entry: Suppression) -> bool:
    """Hold the rule once more where it counts, whatever made the policy: never, or only with the item's digest."""
    suppressible = kind_of(finding.id).suppressible
    return suppressible == "any" or (suppressible == "digest" and entry.sha256 is not None)


def _by_the_right_party(finding: Finding, entry: Suppression) -> bool:
    """Say whether the party may set this aside: a known vulnerability only the other one (甲), naming the paper.

    Clause 26-3 3(2) has no threshold: that one stays in the delivery is not for the supplier to accept.
    """
    if finding.clause != VULNERABILITIES or finding.id not in _ACCEPTED_BY_THE_OTHER_PARTY:
        return True
    return entry.party == "甲" and entry.reference is not None


def _unused(policy: Policy, used: set[str]) -> Iterator[Finding]:
    sections = (
        ("executable", policy.executable),
        ("outbound.destination", policy.outbound.destination),
        ("outbound.reviewed", policy.outbound.reviewed),
        ("suppress", policy.suppress),
    )
    for section, entries in sections:
        for entry in entries:
            if entry.id not in used:
                yield make_finding("justification/unused", args={"section": section, "id": entry.id})


# --- signers ---------------------------------------------------------------------------------------------


def _gpki(policy: Policy) -> tuple[str, ...]:
    """Return what the supplier says of the government's own certificates, which the clause puts first."""
    section = policy.signing.x509
    if section is None or section.gpki is None:
        return ()
    return (f"gpki:{section.gpki}" + (f":{section.gpki_asked_on}" if section.gpki_asked_on else ""),)


def _signing_findings(policy: Policy, signing: SigningState) -> Iterator[Finding]:
    """Yield a finding where a release is to be signed and a back end that it is to be signed with is not ready."""
    missing = sorted(set(policy.signing.use) - set(signing.ready))
    if signing.intended and (missing or not signing.ready):
        yield make_finding("signing/not-ready", args={"missing": ", ".join(missing) or "–"})


# --- one order, whatever the order in which things were seen --------------------------------------------------


def _finding_order(finding: Finding) -> tuple[int, str, str, str, str, str, str]:
    return (
        _ORDER[finding.severity],
        finding.id,
        finding.path,
        finding.sha256,
        finding.clause,
        finding.message,
        repr(sorted(finding.args.items())),
    )


def _executable_order(judged: JudgedExecutable) -> tuple[str, str]:
    return judged.fact.path, repr(judged.fact)


def _outbound_order(judged: JudgedOutbound) -> tuple[str, int, str]:
    return judged.fact.path, judged.fact.line, repr(judged.fact)
