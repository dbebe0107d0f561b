"""The inventory of executables in the report for a terminal: counts by class, and each file where they are few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, get_args

from rich.cells import cell_len, set_cell_size
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gate.models import ExecutableClass
from gate.policy.content import CONTENT
from gate.reports.escaping import shortened, terminal
from gate.reports.printing import Placed, line
from gate.reports.wording import SEPARATOR, bracketed
from gate.text import Language, render

if TYPE_CHECKING:
    from gate.models import ExecutableFact, JudgedExecutable, Judgement

FEW: Final = 8
"""Up to so many are listed one by one where the person has not asked for all."""
_SHOWN_FORMATS: Final = 4
_SHOWN_FORMAT: Final = 60
_MOST: Final = 500
_DIGEST: Final = 16


def executables_part(judgement: Judgement, language: Language, *, verbose: bool) -> Iterator[RenderableType]:
    """Yield the section, nothing where the delivery holds no executable."""
    executables = judgement.executables
    if not executables:
        return
    yield Text(render("report.executables", language, {"count": len({each.fact.path for each in executables})}),
               style="bold")  # fmt: skip
    yield Padding(_by_class(executables, language), (0, 0, 0, 2))
    if verbose or len(executables) <= FEW:
        yield from _one_by_one(executables, language)
    else:
        yield Padding(Text(render("report.executables-hidden", language), style="dim"), (0, 0, 0, 2))
    yield Text("")


def _by_class(executables: Sequence[JudgedExecutable], language: Language) -> Table:
    """Return how many executables of each class there are, in which formats, and what covers them."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for wraps in (False, False, True, True):
        table.add_column(no_wrap=not wraps, overflow="fold")
    order = list(get_args(ExecutableClass))
    ranked = sorted(executables, key=lambda each: order.index(each.fact.class_))
    for class_, group in groupby(ranked, key=lambda each: each.fact.class_):
        of_class = list(group)
        states = Counter(_state(each) for each in of_class)
        counts = Text(SEPARATOR[language]).join(
            Text(
                render(f"report.executables-{state}", language, {"count": states[state]}),
                style="red" if state == "open" else "",
            )
            for state in ("open", "justified", "content")
            if states[state]
        )
        label = class_ + bracketed(render(f"report.class.{class_}", language), language)
        table.add_row(label, str(len(of_class)), counts, Text(_formats(of_class), overflow="fold"))
    return table


def _state(judged: JudgedExecutable) -> str:
    if judged.justified_by is None:
        return "open"
    return "content" if judged.justified_by.startswith(CONTENT) else "justified"


def _formats(executables: Sequence[JudgedExecutable]) -> str:
    """Return the formats of a class with their numbers, the most frequent first."""
    counts = Counter(_format(each.fact) for each in executables)
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    shown = [f"{name} ×{count}" if count > 1 else name for name, count in ranked[:_SHOWN_FORMATS]]
    return ", ".join([*shown, "…"] if len(ranked) > _SHOWN_FORMATS else shown)


def _format(fact: ExecutableFact) -> str:
    return terminal(shortened(f"{fact.format} {fact.architecture}".rstrip(), _SHOWN_FORMAT))


def _one_by_one(executables: Sequence[JudgedExecutable], language: Language) -> Iterator[RenderableType]:
    """Yield a line for each, the path last and never broken, and how many more there are."""
    shown = executables[:_MOST]
    nothing = render("report.executables-nothing", language)
    formats = [_format(each.fact) for each in shown]
    covers = [terminal(each.justified_by or nothing) for each in shown]
    widths = [max(map(cell_len, column)) for column in (formats, covers)]
    for judged, format_, cover in zip(shown, formats, covers, strict=True):
        row = Text(f"  {set_cell_size(format_, widths[0])}  ")
        row.append(f"{judged.fact.sha256[:_DIGEST]}  ", style="dim")
        row.append(f"{set_cell_size(cover, widths[1])}  ", style="red" if judged.justified_by is None else "")
        yield Placed(row, judged.fact.path)
    if len(shown) < len(executables):
        more = render("output.more", language, {"count": len(executables) - len(shown)})
        yield line(more, "dim", indent=2)
