"""What the run itself is worth: whether everything that ought to have looked did look, and with which databases.

Fails closed: an engine that is absent, failed or did not prove itself, an examiner that has not accounted for every
item, and a database that is not what the policy asks for, each make a finding, so that no examination can be approved
for want of one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from gate.models import ExternalService, ItemFact, RevisionFact, ServiceFact
from gate.policy.findings import make_finding, shown
from gate.policy.registry import REQUIRED_EXAMINERS, examiner_clauses
from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import EngineInfo, Examination, Finding, Severity
    from gate.policy.model import Policy

ANTIVIRUS: Final = "clamav"
_WITHOUT_ENGINE: Final = "intake"
"""The one required examiner that runs without an engine that could prove itself."""
_CANARY: Final = "canary"
_CLOCKS_DIFFER: Final = timedelta(days=1)
"""How far a database may lie in the future: clocks differ by hours, not by days."""


def run_findings(examination: Examination, policy: Policy) -> Iterator[Finding]:
    """Yield the findings that concern the run as a whole."""
    items = len({fact.path for fact in examination.facts if isinstance(fact, ItemFact)})
    if not items:
        yield make_finding("input/empty")
    yield from _engine_findings(examination, policy)
    yield from _coverage_findings(examination, items)
    for engine in examination.engines:
        if engine.external:
            severity: Severity | None = None if policy.malware.clamd_remote is None else "warn"
            about = {"engine": engine.name, "address": engine.external}
            yield make_finding("malware/engine-remote", severity=severity, args=about)
        if engine.name == ANTIVIRUS:
            yield from _database_findings(engine, policy, examination.finished)


def _engine_findings(examination: Examination, policy: Policy) -> Iterator[Finding]:
    """Yield what failed, what missed its canary, and what is not there at all; each engine once for each cause."""
    troubled = {problem.engine for problem in examination.problems}
    for problem in examination.problems:
        finding_id = "engine/canary" if _CANARY in problem.code else "engine/failed"
        about = {**problem.args, "problem": problem.message, "code": problem.code}
        yield _engine_finding(finding_id, problem.engine, **about)
    for engine in examination.engines:
        if engine.canary != "passed" and engine.name not in troubled:
            yield _engine_finding("engine/canary", engine.name)
    known = {engine.name for engine in examination.engines} | troubled
    covered = {row.examiner for row in examination.coverage}
    asked = (policy.gate.script_model,) if policy.gate.script_model else ()
    traced = ("source",) if any(isinstance(fact, RevisionFact) for fact in examination.facts) else ()
    for name in (*REQUIRED_EXAMINERS, *asked, *traced):
        if name not in covered or (name not in known and name != _WITHOUT_ENGINE):
            yield _engine_finding("engine/absent", name)


def _engine_finding(finding_id: str, engine: str, /, **args: str | int) -> Finding:
    return make_finding(finding_id, clause=examiner_clauses(engine)[0], args={**args, "engine": engine})


def _coverage_findings(examination: Examination, items: int) -> Iterator[Finding]:
    """Yield an examiner whose counts are not those of the items that there are: nothing is left out in silence.

    Intake counts gaps at places where no item came to be, so its gaps say nothing of items.
    """
    for row in examination.coverage:
        counted = row.examined if row.examiner == _WITHOUT_ENGINE else row.examined + row.not_applicable + row.gaps
        if counted != items:
            yield _engine_finding("engine/coverage", row.examiner, counted=counted, items=items)


# --- databases ------------------------------------------------------------------------------------------------


def database_kind(engine: EngineInfo) -> str:
    """Return the kind of an engine's database; one that names none has an unverified one."""
    return engine.database.kind if engine.database else "unverified"


def is_sample(examination: Examination) -> bool:
    """Say whether the run had no anti-malware engine with the official database: a sample, not for submission."""
    antivirus = [engine for engine in examination.engines if engine.name == ANTIVIRUS]
    return not antivirus or any(database_kind(engine) != "official" for engine in antivirus)


def _database_findings(engine: EngineInfo, policy: Policy, finished: str) -> Iterator[Finding]:
    """Yield what stands against a database: its kind, or its age on the day of the scan (not of the judgement)."""
    kind = database_kind(engine)
    if engine.database is None or kind != "official":
        severity: Severity | None = "warn" if kind == policy.malware.database else None
        about: dict[str, str | int] = {"engine": engine.name, "kind": kind}
        yield make_finding("malware/database-not-official", severity=severity, args=about)
        return
    made, scanned = _moment(engine.database.date), _moment(finished)
    limit = policy.malware.max_database_age_days
    if made is None or scanned is None or made - scanned > _CLOCKS_DIFFER:
        yield make_finding("malware/database-undated", args={"engine": engine.name, "detail": engine.database.date})
    elif scanned - made > timedelta(days=limit):
        about = {
            "engine": engine.name,
            "date": engine.database.date,
            "days": (scanned - made).days,
            "limit": limit,
        }
        yield make_finding("malware/database-age", args=about)


def _moment(stated: str) -> datetime | None:
    """Return an RFC 3339 time, or None where it is not one."""
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


# --- services outside -----------------------------------------------------------------------------------------


def external_services(examination: Examination) -> tuple[ExternalService, ...]:
    """Return the services outside of this machine: those that engines ran on, and those that signing uses.

    Who operates the engines' is not known to the gate.
    """
    services = {
        ExternalService(
            shown(f"{engine.name} {engine.external}"),
            render("finding.service.operator", "en"),
            render("finding.service.sent", "en"),
        )
        for engine in examination.engines
        if engine.external
    }
    services |= {
        ExternalService(fact.name, fact.operator, fact.sent)
        for fact in examination.facts
        if isinstance(fact, ServiceFact)
    }
    return tuple(sorted(services, key=lambda service: service.name))
