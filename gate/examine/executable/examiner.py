"""The ``executable`` examiner: names every item that is in executable program format, by its content."""

from __future__ import annotations

from collections.abc import Iterator

import lief

from gate.errors import EngineFailure
from gate.examine.executable import samples
from gate.examine.executable.content import Content, Memory, Named
from gate.examine.executable.details import described
from gate.examine.executable.table import CLASSES, name_formats
from gate.examine.interface import Observation, View
from gate.models import Aspect, EngineInfo, ExecutableFact, Gap, Item

_VERSION = f"lief {lief.__version__}"  # type: ignore[attr-defined]  # lief's stubs leave it out


class ExecutableExaminer:
    """Names programs, bytecode, installers, shortcuts and marked scripts by what is in them and nothing else."""

    name = "executable"
    depends_on: frozenset[Aspect] = frozenset({"content"})

    def applies(self, item: Item) -> bool:  # noqa: ARG002  # a program can hide under any name
        """Say yes: what an item is shows in its content."""
        return True

    def start(self) -> EngineInfo:
        """Prove that a tiny PE and a tiny ELF are named, and a text is not."""
        return self._proven()

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield a fact for each executable format that the item is in."""
        content = Content(view)
        if len(content.head) < min(view.size, 1):
            yield Gap("unreadable", f"fewer than {view.size} bytes are there")
            return
        for named in _named(content):
            yield ExecutableFact(CLASSES[named.format], named.format, named.architecture, " ".join(named.detail))

    def finish(self) -> EngineInfo:
        """Prove the table once more."""
        return self._proven()

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _proven(self) -> EngineInfo:
        for sample, expected in ((samples.tiny_pe(), ["pe"]), (samples.tiny_elf(), ["elf"])):
            if [named.format for named in _named(Content(Memory(sample)))] != expected:
                raise EngineFailure("examine.canary-missed", engine=self.name)
        if _named(Content(Memory(samples.BENIGN))):
            raise EngineFailure("examine.canary-false", engine=self.name)
        return EngineInfo(self.name, _VERSION, None, "passed", f"formats={len(CLASSES)}")


def _named(content: Content) -> list[Named]:
    return [described(named, content) for named in name_formats(content)]
