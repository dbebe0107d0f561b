"""What stands against the delivery, with what to do, and what could not be examined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.policy.clauses import SATISFIED, status_label
from gate.policy.findings import finding_advice, finding_message
from gate.reports.escaping import shortened
from gate.reports.papers.blocks import Block, Cell, Heading, Notice, Table, Words
from gate.reports.papers.wording import MOST_PLACES, Speaker, code, one, plain
from gate.reports.wording import clause_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import Severity
    from gate.reports.exceptions_view import ExceptionView
    from gate.reports.papers.blocks import Tone
    from gate.reports.view import FindingGroup, GapGroup, ReportView

MOST_FIRST: Final = 4
_COMMIT_DIGITS: Final = 12
MOST_HEADLINE: Final = 140
_TONES: Final[dict[Severity, Tone]] = {"reject": "bad", "gap": "doubt", "warn": "doubt", "note": "quiet"}


def first_notice(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield what to look at first where it is not approved: the gravest findings, or clauses not reached."""
    if view.verdict == "approved":
        return
    grave = [group for group in view.findings if group.severity in {"reject", "gap"}]
    lines = [_headline(group, say) for group in grave[:MOST_FIRST]]
    if len(grave) > MOST_FIRST:
        lines.append(say.words("first.more", "quiet", count=len(grave) - MOST_FIRST))
    for clause in view.clauses if view.verdict == "incomplete" else ():
        if clause.id in view.required and clause.status not in SATISFIED:
            text = say("first.clause", clause=say.clause(clause.id), status=status_label(clause.status, say.language),
                       reason=clause_reason(clause, say.language))  # fmt: skip
            lines.append(plain(text))
    yield Notice(say("first.title"), tuple(lines), "bad" if view.verdict == "rejected" else "doubt")


def _headline(group: FindingGroup, say: Speaker) -> Words:
    first = group.findings[0]
    message = shortened(finding_message(first, say.language), MOST_HEADLINE)
    kind = say.label("report.severity", group.severity)
    place = f"  {shortened(first.path, MOST_HEADLINE)}" if first.path else ""
    text = say("first.finding", kind=kind, message=message, count=len(group.findings))
    return Words(text + place, _TONES[group.severity])


def findings_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield the open findings, notes only counted: what is a note stands against nothing."""
    yield Heading(say("findings.title"))
    against = tuple(group for group in view.findings if group.severity != "note")
    if against:
        columns = (("severity", 11), ("finding", 49), ("place", 40))
        yield say.table(columns, against, lambda group: _finding(group, say))
    else:
        yield say.prose("findings.none", "good")
    if view.open_counts["note"]:
        yield say.prose("findings.notes", "quiet", count=view.open_counts["note"])


def _finding(group: FindingGroup, say: Speaker) -> tuple[Cell, ...]:
    label = Words(say.label("report.severity", group.severity), _TONES[group.severity], "strong")
    clause = (Words(say.clause(group.clause), "quiet"),) if group.clause else ()
    count = (say.words("findings.count", count=len(group.findings)),) if len(group.findings) > 1 else ()
    messages = dict.fromkeys(finding_message(finding, say.language) for finding in group.findings[:MOST_PLACES])
    first, *others = messages
    what = [plain(first)] + ([say.words("findings.others", "quiet", count=len(others))] if others else [])
    advice = say.words("findings.do", advice=finding_advice(group.id, say.language))
    paths = list(dict.fromkeys(finding.path for finding in group.findings if finding.path))
    return (
        (label, *count),
        (code(group.id, "quiet"), *clause, *what, advice),
        say.places(paths) or say.cell("whole-run"),
    )


def gaps_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield what could not be examined, by examiner and reason."""
    yield Heading(say("gaps.title"))
    if not view.gaps:
        yield say.prose("gaps.none", "good")
        return
    columns = (("examiner", 24), ("reason", 26), ("count", 10), ("place", 40))
    yield say.table(columns, view.gaps, lambda group: _gap(group, say))


def _gap(group: GapGroup, say: Speaker) -> tuple[Cell, ...]:
    details = dict.fromkeys(gap.detail for gap in group.gaps[:MOST_PLACES] if gap.detail)
    reason = (Words(say.label("paper.gap", group.reason), "doubt"), *(plain(detail, "quiet") for detail in details))
    paths = list(dict.fromkeys(gap.path for gap in group.gaps))
    return one(say.label("paper.examiner", group.examiner)), reason, one(str(len(group.gaps))), say.places(paths)


def exceptions_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield the persons' decisions that the judgement rests on: who, in which role, for whom, why, until when."""
    yield Heading(say("exceptions.title"))
    if not view.exceptions:
        yield say.prose("exceptions.none")
        return
    yield say.prose("exceptions.note")
    yield _exceptions(view, say)


def _exceptions(view: ReportView, say: Speaker) -> Table:
    columns = (("entry", 20), ("about", 26), ("reason", 26), ("person", 28))
    rows = []
    for each in view.exceptions:
        clauses = tuple(Words(say.clause(clause), "quiet") for clause in each.clauses)
        covers = say.words("exceptions.covers", "quiet", count=each.covers)
        person = (
            plain(say.person(each.approved_by, each.role)),
            say.words("exceptions.party", party=say.party(each.party)),
            say.words("exceptions.days", approved_on=say.day(each.approved_on)[0].text,
                      expires=say.day(each.expires)[0].text),
            *(() if each.reference is None else one(each.reference, "quiet")),
            *_introduced(each, say),
        )  # fmt: skip
        section = Words(say.label("paper.section", each.section))
        rows.append(((code(each.id), section, *clauses), (code(each.about), covers), one(each.reason), person))
    return say.table(columns, rows, lambda row: row)


def _introduced(entry: ExceptionView, say: Speaker) -> Cell:
    """Return the commit that brought a decision into the policy, and its author, where that is known."""
    if entry.introduced is None:
        return ()
    commit, author = entry.introduced.commit[:_COMMIT_DIGITS], shortened(entry.introduced.author)
    return say.cell("exceptions.commit", "quiet", commit=commit, author=author)
