"""The ``heuristics`` examiner: suspicion of programs that no signature knows, with the reasons spelled out."""

from __future__ import annotations

from collections.abc import Iterator

import lief

from gate.errors import EngineFailure
from gate.examine.heuristics import samples
from gate.examine.heuristics.bytecode import bytecode_signs
from gate.examine.heuristics.findings import Findings
from gate.examine.heuristics.names import name_signs
from gate.examine.heuristics.native import examine_hidden, examine_native, format_of, hidden_in
from gate.examine.heuristics.programs import PE_MARK, header_of
from gate.examine.heuristics.reasons import REASONS
from gate.examine.heuristics.scraps import scraps_in
from gate.examine.heuristics.scripts import examine_text
from gate.examine.heuristics.text import as_text
from gate.examine.interface import Observation, View
from gate.models import Aspect, DetectionFact, EngineInfo, Gap, Item

LARGEST_PROGRAM = 512 << 20
"""Largest program, in bytes, that is read: lief holds it several times over."""
LARGEST_TEXT = 64 << 20
LARGEST_OTHER = 2 << 30
WINDOW_BYTES = 4 << 20
"""How much is held at a time of what is neither program nor text."""
_VERSION = f"lief {lief.__version__}"  # type: ignore[attr-defined]  # lief's stubs leave it out


class HeuristicsExaminer:
    """Weighs structure, encoded content and name of every item; see ``reasons`` for the table."""

    name = "heuristics"
    depends_on: frozenset[Aspect] = frozenset({"content", "name"})

    def applies(self, item: Item) -> bool:  # noqa: ARG002  # a program can hide in any item
        """Say yes: no item is beyond suspicion."""
        return True

    def start(self) -> EngineInfo:
        """Prove that a PE and an ELF with writable code are doubted, and the same without are not."""
        return self._proven()

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield at most one detection, what was uncovered, and a gap for each part that could not be looked at."""
        if view.size == 0:
            return
        if view.size > LARGEST_OTHER:
            yield Gap("too-large", f"more than {LARGEST_OTHER} bytes")
            return
        findings = Findings()
        head = view.read(WINDOW_BYTES)
        if view.size > WINDOW_BYTES and not _is_program(view, head) and as_text(head) is None:
            examine_in_windows(view, head, findings)
        else:
            examine(head + view.read(-1, len(head)), view.name, findings)
        yield from findings.observations()
        if not view.read(1, view.size - 1):
            yield Gap("unreadable", f"fewer than {view.size} bytes are there")

    def finish(self) -> EngineInfo:
        """Prove the engine once more."""
        return self._proven()

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _proven(self) -> EngineInfo:
        for build in (samples.tiny_pe, samples.tiny_elf):
            if _score(build(writable=True)) < REASONS["pe-writable-executable"].weight:
                raise EngineFailure("examine.canary-missed", engine=self.name)
            if _score(build(writable=False)):
                raise EngineFailure("examine.canary-false", engine=self.name)
        return EngineInfo(self.name, _VERSION, None, "passed", f"reasons={len(REASONS)}")


def _is_program(view: View, head: bytes) -> bool:
    """Say whether an item is a program, also one whose header stands behind ``head``."""
    return bool(format_of(head)) or (header_of(head) >= len(head) and view.read(4, header_of(head)) == PE_MARK)


def examine(data: bytes, name: bytes, findings: Findings) -> None:
    """Add to ``findings`` all that an item of these bytes and this name (its raw last component) gives away."""
    findings.see_all(name_signs(name, data))
    form = format_of(data)
    if form and len(data) > LARGEST_PROGRAM:
        findings.gap(Gap("too-large", f"a program of more than {LARGEST_PROGRAM} bytes"))
    elif form:
        examine_native(form, data, findings)
    findings.see_all(bytecode_signs(data, name))
    text = None if form else as_text(data)
    if text is None or b"\0" in text:
        examine_hidden(data, findings)
    if text is None and not form:
        scraps_in(lambda offset, size: data[offset : offset + size], len(data), findings)
    if text is None:
        return
    if len(text) > LARGEST_TEXT:
        findings.gap(Gap("too-large", f"text of more than {LARGEST_TEXT} characters"))
    else:
        examine_text(text, findings)


def examine_in_windows(view: View, head: bytes, findings: Findings) -> None:
    """Add to ``findings`` what a large item that is neither program nor text gives away, of which little is held."""
    findings.see_all(name_signs(view.name, head))
    findings.see_all(bytecode_signs(head, view.name))

    def read(offset: int, size: int) -> bytes:
        return view.read(size, offset)

    hidden_in(read, view.size, findings, WINDOW_BYTES)
    scraps_in(read, view.size, findings, WINDOW_BYTES)


def _score(program: bytes) -> int:
    """Return the score of a program; 0 where nothing is seen, and also where it could not be read."""
    findings = Findings()
    examine(program, b"canary", findings)
    observations = list(findings.observations())
    if any(isinstance(each, Gap) for each in observations):
        return 0
    return max((each.score for each in observations if isinstance(each, DetectionFact)), default=0)
