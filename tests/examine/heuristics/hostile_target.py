"""An examiner that hangs, dies or eats memory where an item says so, as a parser does that hostile bytes broke.

Copied beside the installed packages by the test that uses it: a confined worker finds nothing elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from gate.examine.heuristics.examiner import HeuristicsExaminer
from gate.examine.interface import Observation, View


class HostileExaminer(HeuristicsExaminer):
    """The examiner, with a parser that can be broken."""

    def examine(self, view: View) -> Iterator[Observation]:
        """Do as the item says, or examine it."""
        match view.read(6):
            case b"hang!!":
                while True:
                    pass
            case b"crash!":
                os.abort()
            case b"memory":
                yield from [str(bytes(64 << 30))]  # type: ignore[misc]  # never comes to an end
            case _:
                yield from super().examine(view)
