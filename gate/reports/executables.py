"""The inventory of executables in the report for a terminal: counts by class, and each file where they are few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, get_args

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gate.models import ExecutableClass
from gate.paths import printable
from gate.policy.content import CONTENT
from gate.text import Language, render

if TYPE_CHECKING:
    from gate.models import ExecutableFact, JudgedExecutable, Judgement

FEW: Final = 8
"""Up to so many are listed one by one where the person has not asked for all."""
_SHOWN_FORMATS: Final = 4
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
        yield Padding(_one_by_one(executables, language), (0, 0, 0, 2))
    else:
        yield Padding(Text(render("report.executables-hidden", language), style="dim"), (0, 0, 0, 2))
    yield Text("")


def _by_class(executables: Sequence[JudgedExecutable], language: Language) -> Table:
    """Return how many executables of each class there are, in which formats, and what covers them."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    order = list(get_args(ExecutableClass))
    ranked = sorted(executables, key=lambda each: order.index(each.fact.class_))
    for class_, group in groupby(ranked, key=lambda each: each.fact.class_):
        of_class = list(group)
        states = Counter(_state(each) for each in of_class)
        counts = Text(", ").join(
            Text(
                render(f"report.executables-{state}", language, {"count": states[state]}),
                style="red" if state == "open" else "",
            )
            for state in ("open", "justified", "content")
            if states[state]
        )
        label = f"{class_} ({render(f'report.class.{class_}', language)})"
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
    return printable(f"{fact.format} {fact.architecture}".rstrip())


def _one_by_one(executables: Sequence[JudgedExecutable], language: Language) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for column in range(4):
        table.add_column(overflow="fold", no_wrap=column == 2)  # noqa: PLR2004  # the digest
    for judged in executables:
        fact = judged.fact
        covered = judged.justified_by or render("report.executables-nothing", language)
        table.add_row(
            Text(fact.path, style="cyan"),
            _format(fact),
            Text(fact.sha256[:_DIGEST], style="dim"),
            Text(covered, style="red" if judged.justified_by is None else ""),
        )
    return table
