"""What the facts, gaps and engines of an examination become under a policy, before anyone's suppression."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gate.models import (
    ContainerFact,
    DetectionFact,
    EngineInfo,
    ExecutableFact,
    Examination,
    Finding,
    ItemFact,
    JudgedExecutable,
    JudgedOutbound,
    LinkFact,
    OutboundFact,
)
from gate.policy.clauses import EXECUTABLES, OUTBOUND
from gate.policy.findings import make_finding
from gate.policy.justification import decide_destination, decide_executable, in_force
from gate.policy.matching import host_matches
from gate.policy.registry import CONTAINER_FINDINGS, OUTBOUND_FINDINGS, REQUIRED_EXAMINERS, examiner_clauses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from gate.policy.model import Policy

OWN = "own"
"""What stands in the place of a destination's id for hosts of the recipient."""
_UNDECLARED_IS_NO_MATTER = frozenset({"link", "identifier", "text"})


@dataclass(slots=True)
class Sightings:
    """What was made of an examination so far; ``used`` holds the ids of justifications that speak of something."""

    findings: list[Finding] = field(default_factory=list)
    executables: list[JudgedExecutable] = field(default_factory=list)
    outbound: list[JudgedOutbound] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    exceptions: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By clause, the items and contacts that only a named person's disposition lets pass."""


def sight(examination: Examination, policy: Policy, today: date) -> Sightings:
    """Return findings, executables and contacts of an examination under a policy on a day."""
    seen = Sightings()
    for fact in examination.facts:
        match fact:
            case DetectionFact():
                seen.findings.append(_detection(fact, policy))
            case ExecutableFact():
                _executable(fact, policy, today, seen)
            case OutboundFact():
                _contact(fact, policy, today, seen)
            case ContainerFact():
                seen.findings.append(make_finding(CONTAINER_FINDINGS[fact.issue], path=fact.path, sha256=fact.sha256,
                                                  detail=fact.detail))
            case LinkFact():
                seen.findings.append(make_finding(f"link/{fact.link}", path=fact.path, sha256=fact.sha256,
                                                  target=fact.target))
            case ItemFact():
                pass
    for gap in examination.gaps:
        seen.findings.append(make_finding(f"gap/{gap.examiner}-{gap.reason}", path=gap.path, sha256=gap.sha256,
                                          examiner=gap.examiner, detail=gap.detail))
    if not any(isinstance(fact, ItemFact) for fact in examination.facts):
        seen.findings.append(make_finding("input/empty"))
    seen.findings += _engines(examination)
    seen.findings += _database(examination, policy)
    return seen


def _detection(fact: DetectionFact, policy: Policy) -> Finding:
    if fact.certainty == "known":
        return make_finding("malware/known", path=fact.path, sha256=fact.sha256, engine=fact.engine, name=fact.name,
                            detail=fact.detail)
    return make_finding("malware/suspected", path=fact.path, sha256=fact.sha256, severity=policy.malware.suspected,
                        engine=fact.engine, name=fact.name, detail=fact.detail)


def _executable(fact: ExecutableFact, policy: Policy, today: date, seen: Sightings) -> None:
    decision = decide_executable(policy.executable, fact, today)
    entry = decision.entry
    if entry is not None:
        seen.used.add(entry.id)
    covered = entry.id if entry is not None and decision.outcome == "covered" else None
    seen.executables.append(JudgedExecutable(fact, covered))
    if covered is not None:
        seen.exceptions[EXECUTABLES].add(fact.path)
        return
    about = {"class": fact.class_, "format": fact.format, "architecture": fact.architecture}
    if entry is None:
        seen.findings.append(make_finding("executable/unjustified", path=fact.path, sha256=fact.sha256, **about))
    elif decision.outcome == "expired":
        seen.findings.append(make_finding("executable/expired", path=fact.path, sha256=fact.sha256, id=entry.id,
                                          approved_on=str(entry.approved_on), expires=str(entry.expires), **about))
    else:
        seen.findings.append(make_finding("executable/pin-mismatch", path=fact.path, sha256=fact.sha256, id=entry.id,
                                          pinned=", ".join(entry.sha256 or ()), found=fact.sha256, **about))


def _contact(fact: OutboundFact, policy: Policy, today: date, seen: Sightings) -> None:
    if fact.host and any(host_matches(pattern, fact.host) for pattern in policy.outbound.own):
        seen.outbound.append(JudgedOutbound(fact, OWN))
        return
    decision = decide_destination(policy.outbound.destination, fact, today)
    entry = decision.entry
    if entry is not None:
        seen.used.add(entry.id)
    covered = entry.id if entry is not None and decision.outcome == "covered" else None
    seen.outbound.append(JudgedOutbound(fact, covered))
    if covered is not None:
        if fact.reach not in _UNDECLARED_IS_NO_MATTER:
            seen.exceptions[OUTBOUND].add(f"{fact.path} {fact.host}")
        return
    about: dict[str, str | int] = {"host": fact.host, "url": fact.url, "reach": fact.reach, "via": fact.via,
                                   "line": fact.line, "detail": fact.condition}
    if entry is None:
        seen.findings.append(make_finding(OUTBOUND_FINDINGS[fact.reach], path=fact.path, sha256=fact.sha256, **about))
    else:
        seen.findings.append(make_finding("outbound/expired", path=fact.path, sha256=fact.sha256, id=entry.id,
                                          approved_on=str(entry.approved_on), expires=str(entry.expires), **about))


def _engines(examination: Examination) -> Iterator[Finding]:
    """Yield what stands against the engines: whatever of them did not run, or did not prove itself, told nothing."""
    problems = {problem.engine for problem in examination.problems}
    for problem in examination.problems:
        for clause in examiner_clauses(problem.engine):
            yield make_finding("engine/failed", clause=clause, **{**problem.args, "engine": problem.engine,
                                                                   "code": problem.code, "problem": problem.message})
    engines = {engine.name: engine for engine in examination.engines}
    coverage = {each.examiner for each in examination.coverage}
    for name in REQUIRED_EXAMINERS:
        for clause in examiner_clauses(name):
            if name not in coverage:
                yield make_finding("engine/coverage", clause=clause, engine=name)
            if name == "intake":
                continue
            if name not in engines and name not in problems:
                yield make_finding("engine/absent", clause=clause, engine=name)
    for engine in examination.engines:
        if engine.canary != "passed" and engine.name not in problems:
            for clause in examiner_clauses(engine.name):
                yield make_finding("engine/canary", clause=clause, engine=engine.name)
    yield from _uncounted(examination)


def _uncounted(examination: Examination) -> Iterator[Finding]:
    """Yield a finding where an examiner's counts do not add up to the items that there are."""
    items = sum(isinstance(fact, ItemFact) for fact in examination.facts)
    for each in examination.coverage:
        if each.examiner != "intake" and each.examined + each.not_applicable + each.gaps != items:
            for clause in examiner_clauses(each.examiner):
                yield make_finding("engine/coverage", clause=clause, engine=each.examiner)


def malware_engine(examination: Examination) -> EngineInfo | None:
    """Return the engine that scans for malicious programs with a database, if it ran."""
    return next((engine for engine in examination.engines if engine.name == "clamav"), None)


def _database(examination: Examination, policy: Policy) -> Iterator[Finding]:
    """Yield what stands against the malware database: kind, age, and an engine on another host."""
    engine = malware_engine(examination)
    if engine is None:
        return
    if engine.external:
        yield make_finding("malware/engine-remote", severity="warn" if policy.malware.clamd_remote else "gap",
                           address=engine.external)
    database = engine.database
    if database is None:
        return
    if database.kind != "official":
        demanded = policy.malware.database == "official"
        yield make_finding("malware/database-not-official", severity="gap" if demanded else "warn",
                           kind=database.kind)
        return
    most = policy.malware.max_database_age_days
    try:
        age = _moment(examination.finished) - _moment(database.date)
    except ValueError:
        yield make_finding("malware/database-undated")
        return
    if age > timedelta(days=most):
        yield make_finding("malware/database-age", days=age.days, most=most, date=database.date)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def about_justifications(policy: Policy, used: set[str], today: date) -> Iterator[Finding]:
    """Yield a warning for each justification that speaks of nothing, and a reject for an expired suppression."""
    for entry in (*policy.executable, *policy.outbound.destination, *policy.suppress):
        if entry.id not in used:
            yield make_finding("justification/unused", id=entry.id)
    for entry in policy.suppress:
        if entry.id in used and not in_force(entry, today):
            yield make_finding("justification/expired", id=entry.id, approved_on=str(entry.approved_on),
                               expires=str(entry.expires))

