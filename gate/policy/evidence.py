"""Evidence from elsewhere against the policy: what stands, what is unresolved, and what it says of which clause.

A paper that nobody reads counts as declared.  A file that is read has to be one that shows something (its tool ran,
lately, on this delivery, as the policy declares); each of its results is then held against ``reject_at``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal, get_args
from zoneinfo import ZoneInfo

from gate.models import EvidenceFact, EvidenceForm, EvidenceLevel, EvidenceResult
from gate.paths import escape_component, escape_name
from gate.policy.clauses import VULNERABILITIES
from gate.policy.delivery import Delivery, delivery_of
from gate.policy.findings import make_finding
from gate.policy.products import Meaning

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.models import Examination, Finding
    from gate.policy.model import Evidence, Policy

Worth = Literal["declared", "part", "whole"]
"""What standing evidence is worth: bound and unread; read; read, and it looked at all that was found."""

READ_FORMS: Final = frozenset(get_args(EvidenceForm))
LEVELS: Final[tuple[EvidenceLevel, ...]] = get_args(EvidenceLevel)
THRESHOLDS: Final[dict[str, EvidenceLevel]] = {
    **{level: level for level in LEVELS if level != "unknown"},
    "note": "low",
    "warning": "medium",
    "error": "high",
}
"""The words of ``reject_at``, also those of SARIF, on the one scale."""
USUAL_AGE_DAYS: Final = 30
"""Age in days up to which a result counts where the policy names none: vulnerabilities become known every day."""
WEBSITE_PAPERS: Final = ("assessment", "checklist")
"""Papers that a website needs beside results (Article 26-2 paragraph 3): ウェブアプリケーション診断, チェックリスト."""
_SHOWN_NAMES: Final = 5
_VERSION: Final = re.compile(r"[0-9]+(?:\.[0-9]+)+")
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class EvidenceJudged:
    """What the evidence of a policy amounts to: findings, and each entry that stands with what it is worth."""

    findings: list[Finding] = field(default_factory=list)
    standing: dict[Evidence, Worth] = field(default_factory=dict)


def evidence_path(file: str, rule: str = "") -> str:
    """Return the place of a finding about evidence, for ``[[suppress]]``: ``!evidence/<file>!/<rule>``.

    No item has such a path, as no name of an item begins with ``!``.
    """
    place = f"!evidence/{escape_name(file.encode('utf-8', 'surrogateescape'))}"
    return f"{place}!/{escape_component(rule.encode('utf-8', 'surrogatepass')).replace('/', '%2F')}" if rule else place


def judge_evidence(examination: Examination, policy: Policy, today: date) -> EvidenceJudged:
    """Judge every ``[[evidence]]`` from what was read of its file, on a day in the policy's time zone."""
    facts = {(fact.form, fact.sha256): fact for fact in examination.facts if isinstance(fact, EvidenceFact)}
    judging = _Judging(policy, today, delivery_of(examination, policy))
    read: list[tuple[Evidence, EvidenceFact]] = []
    for entry in policy.evidence:
        if entry.kind not in READ_FORMS:
            judging.paper(entry)
            continue
        fact = next((fact for key, fact in facts.items() if key == (entry.kind, entry.sha256)), None)
        if fact is None:
            judging.found("evidence/unread", entry)
            continue
        if judging.stands(entry, fact):
            judging.judged.standing[entry] = "part"
        read.append((entry, fact))
    judging.results(read)
    judging.coverage(read)
    return judging.judged


class _Judging:
    """The evidence of one policy, judged entry by entry."""

    def __init__(self, policy: Policy, today: date, delivery: Delivery) -> None:
        self._zone = ZoneInfo(policy.gate.timezone)
        self._website = policy.deliverable is not None and policy.deliverable.kind == "website"
        self._today = today
        self._delivery = delivery
        self.judged = EvidenceJudged()

    def found(self, finding_id: str, entry: Evidence, rule: str = "", /, **args: str | int) -> None:
        """Add a finding about an entry, or about one of its results, against the entry's clause."""
        self.judged.findings.append(
            make_finding(
                finding_id,
                path=evidence_path(entry.file, rule),
                sha256=entry.sha256 or "",
                clause=entry.clause,
                args={"file": entry.file, **args},
            )
        )

    def paper(self, entry: Evidence) -> None:
        """Judge a paper of a person by its day alone."""
        if self._in_time(entry, entry.date):
            self.judged.standing[entry] = "declared"

    def _in_time(self, entry: Evidence, day: date) -> bool:
        age = (self._today - day).days
        if age < 0:
            self.found("evidence/future", entry, date=day.isoformat())
            return False
        limit = entry.max_age_days or (USUAL_AGE_DAYS if entry.kind in READ_FORMS else age)
        if age > limit:
            self.found("evidence/outdated", entry, date=day.isoformat(), days=age, limit=limit)
            return False
        return True

    # --- whether a file shows anything ------------------------------------------------------------------------

    def stands(self, entry: Evidence, fact: EvidenceFact) -> bool:
        """Say whether a file that was read shows anything of this delivery; a finding says why where it does not."""
        if fact.problem:
            name = "evidence/unreadable" if fact.problem == "unreadable" else "evidence/not-run"
            self.found(name, entry, problem=fact.detail)
            return False
        days = [entry.date, *self._own_day(fact)]
        before = len(self.judged.findings)
        self._in_time(entry, min(days) if max(days) <= self._today else max(days))
        for day in days[1:]:
            if day != entry.date:
                self._contradiction(entry, "date", entry.date.isoformat(), day.isoformat())
        if entry.tool and fact.tools and not _same_tool(entry.tool, fact.tools):
            self._contradiction(entry, "tool", entry.tool, ", ".join(fact.tools))
        if fact.looked_at and not self._delivery.has(fact.looked_at):
            self.found("evidence/elsewhere", entry, count=len(fact.looked_at), names=_some(fact.looked_at))
        return len(self.judged.findings) == before

    def _own_day(self, fact: EvidenceFact) -> list[date]:
        """Return the day on which a file says that its tool ran; what is no day is none that has been yet."""
        try:
            return [datetime.fromisoformat(fact.ran).astimezone(self._zone).date()] if fact.ran else []
        except (ValueError, OverflowError):
            return [date.max]

    def _contradiction(self, entry: Evidence, what: str, declared: str, stated: str) -> None:
        self.found(f"evidence/contradicts-{what}", entry, declared=declared, stated=stated)

    # --- results ----------------------------------------------------------------------------------------------

    def results(self, read: Sequence[tuple[Evidence, EvidenceFact]]) -> None:
        """Hold the results of all files against the threshold of their entry, and against what others answer."""
        answers = _Answers()
        for entry, fact in read:
            if entry in self.judged.standing:
                answers.take(entry, (each for each in fact.resolved if self._delivery.has(each.products)))
        for entry, fact in read:
            least = LEVELS.index(THRESHOLDS[entry.reject_at])
            for result in fact.unresolved:
                self._unresolved(entry, result, least, answers)
            self._not_held(entry, fact, least)
            for result in fact.accepted:
                self.found("evidence/accepted", entry, result.rule, **_about(result), reason=result.reason)
            if fact.skipped:
                self.found("evidence/skipped", entry, count=len(fact.skipped), names=_some(fact.skipped))
            if fact.more:
                self.found("evidence/not-held", entry, count=fact.more)
            if fact.more_resolved:
                self.found("evidence/answers-not-held", entry, count=fact.more_resolved)

    def _unresolved(self, entry: Evidence, result: EvidenceResult, least: int, answers: _Answers) -> None:
        about = _about(result)
        answer = answers.to(entry.clause, result)
        if answer is not None:
            self.found("evidence/answered", entry, result.rule, **about, by=answer)
        elif result.products and not self._delivery.has(result.products):
            self.found("evidence/other-product", entry, result.rule, **about, names=_some(result.products))
        elif LEVELS.index(result.level) >= least:
            self.found("evidence/unresolved", entry, result.rule, **about, state=result.state)
        elif result.level != "none":
            self.found("evidence/below-threshold", entry, result.rule, **about, limit=entry.reject_at)

    def _not_held(self, entry: Evidence, fact: EvidenceFact, least: int) -> None:
        """Judge by number what a fact counts and does not hold."""
        for counted in fact.counts:
            rest = counted.count - sum(result.level == counted.level for result in fact.unresolved)
            if rest > 0 and LEVELS.index(counted.level) >= least:
                self.found("evidence/more-unresolved", entry, count=rest, level=counted.level)
            elif rest > 0 and counted.level != "none":
                self.found("evidence/not-held", entry, count=rest)

    # --- what was looked at -----------------------------------------------------------------------------------

    def coverage(self, read: Sequence[tuple[Evidence, EvidenceFact]]) -> None:
        """Say of each clause with standing results whether they looked at all that was found in the delivery."""
        standing = [(entry, fact) for entry, fact in read if entry in self.judged.standing]
        for clause in dict.fromkeys(entry.clause for entry, _ in standing):
            own = [(entry, fact) for entry, fact in standing if entry.clause == clause]
            # A statement speaks of the vulnerabilities that it names: it shows of none that someone looked for others.
            looked_at = [name for _, fact in own if fact.form != "openvex" for name in fact.looked_at]
            left_out = self._delivery.left_out(looked_at)
            if not self._delivery.has(looked_at):
                self.found("evidence/unbound", own[0][0])
            elif left_out:
                self.found("evidence/uncovered", own[0][0], count=len(left_out), names=_some(left_out))
            elif lacking := self._papers_lacking(clause):
                self.found("evidence/website-papers", own[0][0], missing=", ".join(lacking))
            else:
                self.judged.standing.update((entry, "whole") for entry, fact in own if fact.form != "openvex")

    def _papers_lacking(self, clause: str) -> list[str]:
        """Return the kinds of paper that vulnerabilities of a website need as well and that do not stand."""
        if not self._website or clause != VULNERABILITIES:
            return []
        standing = {entry.kind for entry in self.judged.standing if entry.clause == clause}
        return [kind for kind in WEBSITE_PAPERS if kind not in standing]


def _about(result: EvidenceResult) -> dict[str, str | int]:
    message = " ".join(each for each in (result.message, f"({result.place})" if result.place else "") if each)
    return {"rule": result.rule, "level": result.level, "detail": message}


class _Answers:
    """Statements that answer results, by clause and vulnerability.

    What one file says of one vulnerability is taken together: files may name a thousand products in thousands of
    statements, and time stays in proportion to what they hold.
    """

    def __init__(self) -> None:
        self._listed: defaultdict[tuple[str, str], dict[str, list[EvidenceResult]]] = defaultdict(dict)
        self._meant: dict[tuple[str, str], dict[str, Meaning]] = {}

    def take(self, entry: Evidence, answers: Iterable[EvidenceResult]) -> None:
        """Take in what the file of an entry answers."""
        for answer in answers:
            for rule in {answer.rule, *answer.also}:
                self._listed[entry.clause, rule].setdefault(entry.file, []).append(answer)

    def to(self, clause: str, result: EvidenceResult) -> str | None:
        """Return the file that answers a result: the same vulnerability, and of the same product where it names any."""
        keys = [key for rule in dict.fromkeys((result.rule, *result.also)) if (key := (clause, rule)) in self._listed]
        asked = Meaning.of(result.products if keys else ())
        for key in keys:
            for file, meant in self._meanings(key).items():
                if not result.products or meant.shares(asked):
                    return file
        return None

    def _meanings(self, key: tuple[str, str]) -> dict[str, Meaning]:
        """Return what each file's answers to a vulnerability are about: parts of products where any are named."""
        if key not in self._meant:
            self._meant[key] = {
                file: Meaning.of(dict.fromkeys(name for each in answers for name in each.parts or each.products))
                for file, answers in self._listed[key].items()
            }
        return self._meant[key]


def _same_tool(declared: str, stated: Iterable[str]) -> bool:
    """Say whether a declared tool is one that the file names: its first word, and its version where one is declared."""
    said = list(stated)
    words = set(_WORD.findall(declared.casefold()))
    named = [tool for tool in said if set(_WORD.findall(tool.casefold())[:1]) & words]
    versions = set(_VERSION.findall(declared))
    return bool(named) and (not versions or any(versions & set(_VERSION.findall(tool)) for tool in named))


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN_NAMES
    return ", ".join([*names[:_SHOWN_NAMES], *([f"+{rest}"] if rest > 0 else [])])
