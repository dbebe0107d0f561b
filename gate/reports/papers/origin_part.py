"""Where a delivery comes from, what it is made of, and what has changed since the one before (26-3(1), 26-3(4))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.reports.papers.blocks import Block, Cell, Fields, Heading
from gate.reports.papers.wording import Speaker, code, one, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import BuilderFact, Comparison, ComponentFact, RevisionFact
    from gate.policy.previous import Changes
    from gate.policy.tracing import SourceStanding
    from gate.reports.view import ReportView

_COMPARED: Final = ("files", "executables", "hosts", "engines")
MOST_NAMES: Final = 12


def origin_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield the commit, how files were traced to it, and the builder, whose every word is the runner's."""
    yield Heading(say("origin.title"))
    if view.source is None:
        yield say.prose("origin.no-source")
    else:
        yield Fields((*_revision(view.source.revision, say), *_traced(view.source, say)))
    if view.builder is not None:
        yield Heading(say("origin.builder"), 3)
        yield say.prose("origin.builder.note", "doubt")
        yield Fields(tuple(_builder(view.builder, say)))


def _revision(revision: RevisionFact, say: Speaker) -> Iterator[tuple[str, Cell]]:
    yield say("origin.repository"), (code(revision.remote),) if revision.remote else say.cell("not-known", "doubt")
    yield say("origin.commit"), (code(revision.commit), *(code(tag, "quiet") for tag in revision.tags[:4]))
    committed = say.stated(revision.committed_at) if revision.committed_at else say("not-known")
    yield say("origin.committed"), (plain(committed), plain(revision.committer, "quiet"))
    for label, kind, signer in (
        ("origin.signature", revision.signature, revision.signed_by),
        ("origin.tag-signature", revision.tag_signature, revision.tag_signed_by),
    ):
        signed: Cell
        if signer:
            signed = (say.words("origin.verified", "good", kind=kind), code(signer, "quiet"))
        else:
            signed = say.cell("origin.unverified", "doubt", kind=kind) if kind else say.cell("origin.unsigned", "quiet")
        yield say(label), signed
    if revision.differing:
        tree = (say.words("origin.changed", "bad", count=revision.differing), *map(code, revision.differences[:4]))
    else:
        tree = say.cell(f"origin.tree.{revision.work_tree}")
    yield say("origin.tree"), tree


def _traced(source: SourceStanding, say: Speaker) -> Iterator[tuple[str, Cell]]:
    counts = tuple(
        plain(f"{say.label('paper.traced', how)}: {count}", "bad" if how in {"different", "untraced"} else "plain")
        for how, count in source.counts.items()
        if count
    )
    yield say("origin.traced"), counts or say.cell("plan.none")
    declared = tuple(
        line
        for each in source.generated[:MOST_NAMES]
        for line in (code(each.glob), say.words("origin.generated.count", "quiet", count=len(each.paths)))
    )
    if declared:
        yield say("origin.generated"), declared


def _builder(builder: BuilderFact, say: Speaker) -> Iterator[tuple[str, Cell]]:
    yield say("origin.system"), one(say.label("paper.system", builder.system))
    shown = (
        ("builder", builder.builder),
        ("repository", builder.repository),
        ("revision", builder.revision),
        ("workflow", builder.workflow),
        ("run", builder.run_url or builder.run),
        ("event", builder.event),
        ("actor", builder.actor),
        ("runner", builder.runner),
    )
    for name, value in shown:
        if value:
            yield say(f"origin.builder.{name}"), (code(value),)


def changes_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield 前回納入からの変更内容."""
    yield Heading(say("changes.title"))
    changes = view.changes
    if changes is None:
        yield say.prose("changes.none")
        return
    yield Fields(tuple(_before(changes, say)))
    columns = (("kind-of-thing", 18), ("added", 10), ("removed", 10), ("changed", 10), ("names", 52))
    rows = [(each, getattr(changes.previous, each)) for each in _COMPARED]
    yield say.table(columns, rows, lambda row: _compared(row[0], row[1], say))


def _before(changes: Changes, say: Speaker) -> Iterator[tuple[str, Cell]]:
    previous = changes.previous
    yield say("changes.before"), one(f"{previous.name} {previous.version}".strip() or say("not-known"))
    yield say("changes.created"), one(say.stated(previous.created))
    yield say("changes.record"), (code(f"SHA-256 {previous.record_sha256}"),)
    yield say("changes.policy"), say.cell("changes.policy.changed" if changes.policy_changed else "changes.policy.same")
    for label, ids in (("added", changes.exceptions_added), ("removed", changes.exceptions_removed)):
        shown = say.places(ids, MOST_NAMES)
        yield say(f"changes.exceptions.{label}"), shown or say.cell("plan.none")


def _compared(name: str, comparison: Comparison, say: Speaker) -> tuple[Cell, ...]:
    shown = tuple(
        code(f"{say.label('paper.difference', each.how)} {each.name}") for each in comparison.differences[:MOST_NAMES]
    )
    left_out = comparison.added + comparison.removed + comparison.changed - len(shown)
    more = (say.words("more-places", "quiet", count=left_out),) if left_out > 0 else ()
    counts = (comparison.added, comparison.removed, comparison.changed)
    return one(say(f"changes.{name}")), *(one(str(count)) for count in counts), (*shown, *more)


def components_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield the components found in the delivery; an SBOM is no ledger of software (26-3(5))."""
    yield Heading(say("components.title"))
    if not view.components:
        yield say.prose("components.none")
        return
    yield say.prose("components.note", count=len(view.components))
    columns = (("component", 44), ("licence", 22), ("place", 34))
    yield say.table(columns, view.components, lambda fact: _component(fact, say))


def _component(fact: ComponentFact, say: Speaker) -> tuple[Cell, ...]:
    named = plain(f"{fact.name} {fact.version}".strip() or say("not-known"))
    purl = (code(fact.purl, "quiet"),) if fact.purl else ()
    problem = (plain(fact.problem, "doubt"),) if fact.problem else ()
    return (named, *purl, *problem), one(fact.licence or "–"), (code(fact.path),)
