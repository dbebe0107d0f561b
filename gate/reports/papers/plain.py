"""Papers as plain text, to be pasted into a mail: one line a statement, nothing aligned, nothing broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.reports.escaping import visible
from gate.reports.papers.blocks import Banner, Block, Cell, Fields, Heading, Notice, Paper, Prose, Stamps, Table

if TYPE_CHECKING:
    from collections.abc import Iterator


def render_paper_text(paper: Paper) -> str:
    """Return a paper as text; whatever stands in it, each line of a paper stays one line."""
    lines = [paper.title, paper.subtitle, *([paper.mark] if paper.mark else [])]
    for block in (*paper.cover, *paper.body):
        lines += ["", *_block(block)]
    return "".join(f"{visible(line).rstrip()}\n" for line in (*lines, "", paper.footer))


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"■ {block.text}"
        case Prose():
            yield block.words.text
        case Banner():
            yield block.label
            yield block.sentence
            yield from (f"  {label}: {count}" for label, count, _ in block.counts)
        case Notice():
            yield f"■ {block.title}"
            yield from (f"  {words.text}" for words in block.lines)
        case Fields():
            for label, cell in block.rows:
                yield from _labelled(label, cell)
        case Table():
            yield from _table(block)
        case Stamps():
            yield f"■ {block.title}"
            for role, name in block.places:
                yield f"  {role}: {name}"
                yield f"    {block.date_label}:"
                yield f"    {block.mark_label}:"


def _labelled(label: str, cell: Cell) -> Iterator[str]:
    if len(cell) == 1:
        yield f"  {label}: {cell[0].text}"
    else:
        yield f"  {label}:"
        yield from (f"    {words.text}" for words in cell)


def _table(block: Table) -> Iterator[str]:
    for row in block.rows:
        for column, cell in zip(block.columns, row, strict=True):
            yield from _labelled(column.label, cell)
        yield ""
    if block.more:
        yield block.more
