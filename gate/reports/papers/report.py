"""The report of a run as a paper: in the order in which its reader asks, verdict first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.reports.escaping import shortened
from gate.reports.papers.annex import editions_part, evidence_part, services_part, signatures_part
from gate.reports.papers.blocks import Block, Cell, Fields, Heading, Paper, Stamps, Table
from gate.reports.papers.clauses_part import clauses_part, overview_part
from gate.reports.papers.deviations_part import deviations_part
from gate.reports.papers.executables_part import executables_part
from gate.reports.papers.findings_part import exceptions_part, findings_part, first_notice, gaps_part
from gate.reports.papers.malware_part import malware_part
from gate.reports.papers.origin_part import changes_part, components_part, origin_part
from gate.reports.papers.outbound_part import outbound_part
from gate.reports.papers.verdict import scope_notice, subject_fields, verdict_banner, warnings_first
from gate.reports.papers.wording import MOST_NAME, Speaker, code, contract_fields, deliverable_field, name_of, one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import Artifact
    from gate.reports.view import ReportView
    from gate.text import Language

_COVER_ARTIFACTS: Final = 8
"""Artifacts on the cover, which is one page; all of them stand in the record."""


def speaker_of(view: ReportView, language: Language) -> Speaker:
    """Return the speaker of a view's papers."""
    return Speaker.of(language, view.timezone, view.article_map, view.parties)


def compose_report(view: ReportView, language: Language) -> Paper:
    """Return the report of a run as a paper in one language."""
    say = speaker_of(view, language)
    deliverable = view.deliverable
    named = (
        shortened(f"{deliverable.name} {deliverable.version}", 2 * MOST_NAME) if deliverable else say("not-filled-in")
    )
    footer = say("footer", number=view.issue.number) if view.issue.number else say("footer.unnumbered")
    return Paper(
        language=language,
        title=say("title"),
        subtitle=say("subtitle", deliverable=named or say("not-filled-in")),
        author=name_of(deliverable.supplier if deliverable else None) or say("not-filled-in"),
        footer=footer,
        page_label=say("page", page="{page}", pages="{pages}"),
        mark=say("sample.mark") if view.sample else "",
        cover=tuple(_cover(view, say)),
        body=tuple(_body(view, say)),
    )


def _body(view: ReportView, say: Speaker) -> Iterator[Block]:
    yield from warnings_first(view, say)
    yield verdict_banner(view, say)
    yield from first_notice(view, say)
    yield from overview_part(view, say)
    yield scope_notice(view, say)
    yield subject_fields(view, say)
    yield from clauses_part(view, say)
    yield from findings_part(view, say)
    yield from gaps_part(view, say)
    yield from malware_part(view, say)
    yield from executables_part(view, say)
    yield from outbound_part(view, say)
    yield from origin_part(view, say)
    yield from components_part(view, say)
    yield from evidence_part(view, say)
    yield from exceptions_part(view, say)
    yield from deviations_part(view.deviations, say)
    yield from changes_part(view, say)
    yield from signatures_part(view, say)
    yield from services_part(view, say)
    yield from editions_part(say)


def _cover(view: ReportView, say: Speaker) -> Iterator[Block]:
    yield verdict_banner(view, say)
    yield Fields(tuple(_cover_fields(view, say)))
    yield Heading(say("cover.artifacts"), 3)
    columns = (("artifact", 34), ("digest", 66))
    yield _artifacts(view.artifacts, say, columns)
    yield say.prose("cover.self-declared")
    yield _stamps_of_supplier(view, say)
    yield _stamps_of_recipient(view, say)


def _cover_fields(view: ReportView, say: Speaker) -> Iterator[tuple[str, Cell]]:
    """Yield what officers file a paper by; what the policy does not name is said to be missing."""
    given = view.deliverable
    yield from contract_fields(given, say)
    yield say("field.inspector"), say.given(given.inspector if given else None)
    yield say("field.checker"), say.given(given.checker if given else None)
    yield say("field.delivered-on"), say.day(given.delivered_on if given else None)
    yield say("field.document"), say.given(given.document if given else None)
    yield deliverable_field(given, say)
    yield say("field.number"), (code(view.issue.number),) if view.issue.number else say.missing()
    yield say("field.created"), one(say.moment(view.issue.created))


def _artifacts(artifacts: tuple[Artifact, ...], say: Speaker, columns: tuple[tuple[str, int], ...]) -> Table:
    return say.table(columns, artifacts, lambda each: ((code(each.path),), (code(each.sha256),)), most=_COVER_ARTIFACTS)


def _stamps_of_supplier(view: ReportView, say: Speaker) -> Stamps:
    given = view.deliverable
    places = (
        (say("field.inspector"), name_of(given.inspector if given else None)),
        (say("field.checker"), name_of(given.checker if given else None)),
        (say("field.responsible"), name_of(given.responsible if given else None)),
    )
    return Stamps(say("stamps.supplier"), places, say("stamps.date"), say("stamps.mark"))


def _stamps_of_recipient(view: ReportView, say: Speaker) -> Stamps:
    given = view.deliverable
    places = ((say("stamps.received"), name_of(given.recipient if given else None)), (say("stamps.kept"), ""))
    return Stamps(say("stamps.recipient"), places, say("stamps.date"), say("stamps.mark"))
