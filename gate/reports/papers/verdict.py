"""The first page of a report: verdict, what was examined and what was not, and what the paper is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.policy.clauses import verdict_label
from gate.record.clauses import article
from gate.reports.papers.blocks import Banner, Block, Cell, Fields, Notice, Tone, Words
from gate.reports.papers.wording import Speaker, code, one
from gate.reports.wording import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import Artifact, Severity, Verdict
    from gate.reports.view import ReportView

_TONES: Final[dict[Verdict, Tone]] = {"approved": "good", "rejected": "bad", "incomplete": "doubt"}
_COUNT_TONES: Final[dict[Severity, Tone]] = {"reject": "bad", "gap": "doubt", "warn": "doubt"}
MOST_ARTIFACTS: Final = 12


def verdict_banner(view: ReportView, say: Speaker) -> Banner:
    """Return the verdict with the counts that belong to it: exceptions are counted on page one."""
    counts = tuple(
        (say(f"count.{severity}"), view.open_counts[severity], tone if view.open_counts[severity] else "quiet")
        for severity, tone in _COUNT_TONES.items()
    )
    exceptions = len(view.exceptions)
    return Banner(
        verdict_label(view.verdict, say.language),
        _TONES[view.verdict],
        say(f"verdict.{view.verdict}"),
        ((say("count.exceptions"), exceptions, "plain" if exceptions else "quiet"), *counts),
    )


def warnings_first(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield what a reader must know before anything else of a paper that is not the real one."""
    if view.sample:
        yield Notice(say("sample.title"), say.cell("sample.text"), "bad")
    if view.issue.rendering:
        differs = (say.words("rendering.differs", "bad"),) if view.issue.rendering == "differs" else ()
        yield Notice(say("rendering.title"), (say.words("rendering.text"), *differs), "doubt")


def scope_notice(view: ReportView, say: Speaker) -> Notice:
    """Return the box 検査範囲と対象外: what was examined, what was not, and that the supplier says so itself."""
    unexamined = sum(len(group.gaps) for group in view.gaps)
    examiners = say("list-separator").join(say.label("paper.examiner", row.examiner) for row in view.coverage)
    outside = say("list-separator").join(map(say.clause, _outside(view)))
    lines = [
        say.words("scope.examined", artifacts=len(view.artifacts), items=view.items, examiners=examiners),
        say.words("scope.unexamined", "doubt" if unexamined else "plain", count=unexamined),
        say.words("scope.outside", clauses=outside),
        say.words("scope.self-declared"),
        say.words("scope.limits"),
    ]
    return Notice(say("scope.title"), tuple(lines))


def _outside(view: ReportView) -> list[str]:
    """Return the clauses that this run does not answer, in the order of the article."""
    places = {sentence.id: place for place, sentence in enumerate(article())}
    outside = [clause.id for clause in view.clauses if clause.status == "out-of-scope"]
    return sorted(outside, key=lambda clause: places.get(clause, len(places)))


def subject_fields(view: ReportView, say: Speaker) -> Fields:
    """Return what was delivered and under what it was judged, for the first page."""
    deliverable = view.deliverable
    rows: list[tuple[str, Cell]] = []
    if deliverable is not None:
        rows.append((say("field.title"), say.given(deliverable.title)))
        kind = say.label("paper.kind", deliverable.kind)
        about = say("deliverable", name=deliverable.name, version=deliverable.version, kind=kind)
        rows.append((say("field.deliverable"), one(about)))
    else:
        rows.append((say("field.deliverable"), say.missing()))
    rows += [
        (say("field.artifacts"), artifact_cell(view.artifacts, say)),
        (say("field.examined"), one(say.span(view.started, view.finished))),
        (say("field.specification"), specification_cell(view, say)),
        (say("field.policy"), policy_cell(view, say)),
    ]
    if view.issue.number:
        rows.append((say("field.number"), (code(view.issue.number), say.words("number.how", "quiet"))))
    return Fields(tuple(rows))


def artifact_cell(artifacts: tuple[Artifact, ...], say: Speaker) -> Cell:
    """Return name, size and whole digest of each artifact."""
    lines: list[Words] = []
    for artifact in artifacts[:MOST_ARTIFACTS]:
        about = say("artifact", kind=say.label("paper.artifact-kind", artifact.kind), items=artifact.items,
                    size=size_text(artifact.size))  # fmt: skip
        lines += [code(artifact.path), Words(about, "quiet"), code(f"SHA-256 {artifact.sha256}", "quiet")]
    if len(artifacts) > MOST_ARTIFACTS:
        lines.append(say.words("more-rows", "quiet", count=len(artifacts) - MOST_ARTIFACTS))
    return tuple(lines)


def specification_cell(view: ReportView, say: Speaker) -> Cell:
    """Return what "contrary to the specification" was held against."""
    given = view.specification
    if given is None:
        return say.missing()
    lines: list[Words] = [*one(f"{given.title} {given.version}")]
    if given.agreed_on is not None:
        lines.append(say.words("specification.agreed", day=say.day(given.agreed_on)[0].text))
    if given.sha256 is not None:
        lines.append(code(f"SHA-256 {given.sha256}", "quiet"))
    return tuple(lines)


def policy_cell(view: ReportView, say: Speaker) -> Cell:
    """Return the policy's name and digest, and whether it is the one that was agreed."""
    name = code(view.policy.path) if view.policy.path else say.words("policy.default")
    if view.policy.agreed and view.agreement is not None:
        agreed = say.words("policy.agreed", "good", day=say.day(view.agreement.agreed_on)[0].text)
    else:
        agreed = say.words("policy.not-agreed" if view.agreement is None else "policy.differs", "doubt")
    return (name, code(f"SHA-256 {view.policy.sha256}", "quiet"), agreed)
