"""The ``executable`` examiner: names every item that is in executable program format, by its content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import lief
import olefile
import pikepdf

from gate.errors import EngineFailure
from gate.examine.executable import samples
from gate.examine.executable.content import Content, Memory
from gate.examine.executable.disguise import Told, disguises
from gate.examine.executable.looking import Seen, seen_in, taken_out
from gate.examine.executable.references import references
from gate.examine.executable.runtimes import with_runtime
from gate.examine.executable.table import CLASSES, TABLE, name_formats
from gate.examine.interface import Observation, View
from gate.models import Aspect, EngineInfo, ExecutableFact, Gap, Item

_LIEF = lief.__version__  # type: ignore[attr-defined]  # lief's stubs leave it out
_VERSION = f"lief {_LIEF}, pikepdf {pikepdf.__version__}, olefile {olefile.__version__}"


_KEPT = 4096
"""How many items' answers are kept for those that have the same bytes and another name."""


class ExecutableExaminer:
    """Names programs, bytecode, installers, shortcuts and scripts: by what is in them, by their names last."""

    name = "executable"
    depends_on: frozenset[Aspect] = frozenset({"content", "name", "mode"})

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Seen] = OrderedDict()

    def applies(self, item: Item) -> bool:  # noqa: ARG002  # a program can hide under any name
        """Say yes: what an item is shows in its content."""
        return True

    def start(self) -> EngineInfo:
        """Prove that a tiny PE and a tiny ELF are named, and a text is not."""
        return self._proven()

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield a fact for each executable format that the item is in, and a gap for what could not be looked at."""
        content = Content(view, view.labels)
        if len(content.head) < min(view.size, 1):
            yield Gap("unreadable", f"fewer than {view.size} bytes are there")
            return
        seen = self._by_content(view.sha256, content)
        told = tuple(named.format for named in seen.named)
        further = TABLE.by_name(content.under(view.name, view.mode, told))
        added = (each for each in further.named if each.format not in told)
        every = [with_runtime(each, content) for each in (*seen.named, *added)]
        for named in every:
            yield ExecutableFact(CLASSES[named.format], named.format, named.architecture, " ".join(named.detail))
        yield from dict.fromkeys(seen.gaps + further.gaps)
        yield from disguises(content, [Told(CLASSES[each.format], each.format, each.detail) for each in every])
        yield from references(content)
        yield from taken_out(content, seen.inside)

    def _by_content(self, sha256: str, content: Content) -> Seen:
        """Return what the bytes alone tell: once for all the names that they have."""
        kept = self._kept.get(sha256) if sha256 else None
        if kept is not None:
            self._kept.move_to_end(sha256)
            return kept
        seen = seen_in(content)
        if sha256:
            self._kept[sha256] = seen
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return seen

    def finish(self) -> EngineInfo:
        """Prove the table once more."""
        return self._proven()

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _proven(self) -> EngineInfo:
        for sample, expected in ((samples.tiny_pe(), ["pe"]), (samples.tiny_elf(), ["elf"])):
            if [named.format for named in name_formats(Content(Memory(sample)))] != expected:
                raise EngineFailure("examine.canary-missed", engine=self.name)
        if name_formats(Content(Memory(samples.BENIGN))):
            raise EngineFailure("examine.canary-false", engine=self.name)
        return EngineInfo(self.name, _VERSION, None, "passed", f"formats={len(CLASSES)}")
