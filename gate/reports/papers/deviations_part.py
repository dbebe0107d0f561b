"""標準設定・合意内容からの変更点: the settings of the policy that are not the gate's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.reports.papers.blocks import Block, Cell, Heading
from gate.reports.papers.wording import Speaker, code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.policy.deviations import Deviation


def deviations_part(changed: tuple[Deviation, ...], say: Speaker) -> Iterator[Block]:
    """Yield the changed settings with default and value; whether the policy is the agreed one stands on page one."""
    yield Heading(say("deviations.title"))
    if not changed:
        yield say.prose("deviations.none")
        return
    columns = (("setting", 36), ("default", 32), ("value", 32))
    yield say.table(columns, changed, lambda each: ((code(each.key),), _value(each.default), _value(each.value)))


def _value(text: str) -> Cell:
    return (code(text or "–"),)
