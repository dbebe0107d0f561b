"""Papers as GitHub's Markdown; every text is escaped by the functions of :mod:`gate.reports.escaping`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.reports.escaping import markdown, markdown_code
from gate.reports.papers.blocks import Banner, Block, Cell, Fields, Heading, Notice, Paper, Prose, Stamps, Table, Words

if TYPE_CHECKING:
    from collections.abc import Iterator


def render_paper_markdown(paper: Paper) -> str:
    """Return a paper as a Markdown document."""
    lines = [f"# {markdown(paper.title)}", "", markdown(paper.subtitle), ""]
    if paper.mark:
        lines += [f"**{markdown(paper.mark)}**", ""]
    for block in paper.body:
        lines += [*_block(block), ""]
    return "\n".join([*lines, markdown(paper.footer)]) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {markdown(block.text)}"
        case Prose():
            yield _words(block.words)
        case Banner():
            yield f"## {markdown(block.label)}"
            yield ""
            yield markdown(block.sentence)
        case Notice():
            yield f"**{markdown(block.title)}**"
            yield ""
            yield from (f"- {_words(words)}" for words in block.lines)
        case Fields():
            yield from _rows(("", ""), (((Words(label),), cell) for label, cell in block.rows))
        case Table():
            yield from _rows(tuple(column.label for column in block.columns), block.rows)
            if block.more:
                yield ""
                yield markdown(block.more)
        case Stamps():
            yield f"**{markdown(block.title)}**"
            yield ""
            yield from (f"- {markdown(role)}: {markdown(name)}" for role, name in block.places)


def _rows(heads: tuple[str, ...], rows: Iterator[tuple[Cell, ...]] | tuple[tuple[Cell, ...], ...]) -> Iterator[str]:
    yield _row(tuple(markdown(head) for head in heads))
    yield _row(("---",) * len(heads))
    for row in rows:
        yield _row(tuple("<br>".join(_words(words) for words in cell) for cell in row))


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _words(words: Words) -> str:
    if words.form == "code":
        return markdown_code(words.text)
    text = markdown(words.text)
    return f"**{text}**" if words.form == "strong" and text.strip() else text
