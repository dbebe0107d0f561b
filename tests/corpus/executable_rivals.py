"""What the gate's examiner and other identifiers say of the same files: binary program, script, or neither."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import lief
import magic
import magika

from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.interface import View
from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.intake.identify import HEAD_BYTES, TAIL_BYTES, identify
from gate.models import DisguiseFact, ExecutableFact, Gap
from tests.corpus.executable_files import Member
from tests.corpus.executable_labels import BINARY_DESCRIPTION, SCRIPT_DESCRIPTION, WORDS

BINARY_CLASSES = frozenset({"native", "bytecode", "installer"})
_MAGIKA_BINARY = frozenset(WORDS["magika-binary"])
_MAGIKA_SCRIPT = frozenset(WORDS["magika-script"])
_MAGIKA_BATCH = 64
_MIME_BINARY = frozenset(WORDS["mime-binary"])
_MIME_SCRIPT = frozenset(WORDS["mime-script"])


@dataclass(frozen=True, slots=True)
class Answer:
    """What one identifier says of one file: whether a binary program, whether a script, and in which words."""

    binary: bool
    script: bool
    words: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What one identifier says of all files, and how long it took."""

    name: str
    by_path: dict[Path, Answer]
    seconds: float

    def of(self, member: Member) -> Answer:
        """Return the answer for one file."""
        return self.by_path[member.path]

    def binary(self) -> list[bool]:
        """Return for each file whether it is called a binary program."""
        return [answer.binary for answer in self.by_path.values()]


def gate(members: Sequence[Member]) -> list[Answers]:
    """Ask the examiner in a confined worker, as a check does: with the names of the files, and with their bytes alone.

    The bytes alone are what the other identifiers get.  Only the first question is timed: the worker knows the bytes
    then.
    """
    factory = "gate.examine.executable.examiner:ExecutableExaminer"
    hosted = Hosted("executable", factory, {}, ExecutableExaminer.depends_on, lambda _item: True)
    examiner = IsolatedExaminer(Host([hosted], workers=1, item_seconds=120), hosted)
    named: dict[Path, Answer] = {}
    alone: dict[Path, Answer] = {}
    seconds = 0.0
    with contextlib.closing(examiner):
        examiner.start()
        for member in members:
            started = time.perf_counter()
            named[member.path] = _examined(examiner, member, os.fsencode(member.last), member.mode)
            seconds += time.perf_counter() - started
            alone[member.path] = _examined(examiner, member, b"item", None)
        examiner.finish()
    return [Answers("gate", named, seconds), Answers("gate, bytes alone", alone, seconds)]


def _examined(examiner: IsolatedExaminer, member: Member, name: bytes, mode: int | None) -> Answer:
    descriptor = os.open(member.path, os.O_RDONLY)
    try:
        head = os.pread(descriptor, HEAD_BYTES, 0)
        tail = os.pread(descriptor, TAIL_BYTES, max(0, member.size - TAIL_BYTES))
        labels = identify(head, tail, member.size)
        view = View(
            descriptor,
            member.size,
            member.path.name,
            name=name,
            mode=mode,
            labels=labels,
            depends_on=examiner.depends_on,
        )
        said = list(examiner.examine(view))
    finally:
        os.close(descriptor)
    facts = [fact for fact in said if isinstance(fact, ExecutableFact)]
    words = [f"{fact.class_}/{fact.format}" for fact in facts]
    words += [f"disguise: {fact.disguise} ({fact.detail})" for fact in said if isinstance(fact, DisguiseFact)]
    words += [f"gap: {gap.reason} ({gap.detail[:60]})" for gap in said if isinstance(gap, Gap)]
    classes = {fact.class_ for fact in facts}
    return Answer(bool(classes & BINARY_CLASSES), "script" in classes, ", ".join(words) or "nothing")


def _one_by_one(name: str, members: Sequence[Member], ask: Callable[[Path], Answer]) -> list[Answers]:
    started = time.perf_counter()
    found = {member.path: ask(member.path) for member in members}
    return [Answers(name, found, time.perf_counter() - started)]


def libmagic(members: Sequence[Member]) -> list[Answers]:
    """Ask libmagic for its description."""
    library = magic.Magic()

    def ask(path: Path) -> Answer:
        words = library.from_file(str(path))
        return Answer(bool(BINARY_DESCRIPTION.match(words)), bool(SCRIPT_DESCRIPTION.search(words)), words[:80])

    return _one_by_one("libmagic", members, ask)


def libmagic_mime(members: Sequence[Member]) -> list[Answers]:
    """Ask libmagic for the MIME type."""
    library = magic.Magic(mime=True)

    def ask(path: Path) -> Answer:
        words = library.from_file(str(path))
        return Answer(words in _MIME_BINARY, words in _MIME_SCRIPT, words)

    return _one_by_one("libmagic, MIME type", members, ask)


def lief_formats(members: Sequence[Member]) -> list[Answers]:
    """Ask lief whether it is a PE, an ELF or a Mach-O: it knows no others."""

    def ask(path: Path) -> Answer:
        name = str(path)
        said = [word for word, is_one in _LIEF if is_one(name)]
        return Answer(bool(said), script=False, words=", ".join(said) or "nothing")

    return _one_by_one("lief", members, ask)


_LIEF: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("pe", lief.is_pe),
    ("elf", lief.is_elf),
    ("mach-o", lief.is_macho),
)


def magika_labels(members: Sequence[Member]) -> list[Answers]:
    """Ask magika, 64 files at a time: a thousand at once take gigabytes."""
    model = magika.Magika()
    found: dict[Path, Answer] = {}
    started = time.perf_counter()
    for start in range(0, len(members), _MAGIKA_BATCH):
        paths = [member.path for member in members[start : start + _MAGIKA_BATCH]]
        for path, result in zip(paths, model.identify_paths(paths), strict=True):
            word = str(result.output.label)
            found[path] = Answer(word in _MAGIKA_BINARY, word in _MAGIKA_SCRIPT, word)
    return [Answers("magika", found, time.perf_counter() - started)]


IDENTIFIERS: tuple[Callable[[Sequence[Member]], list[Answers]], ...] = (
    gate,
    libmagic,
    libmagic_mime,
    magika_labels,
    lief_formats,
)


def asked(members: Sequence[Member]) -> list[Answers]:
    """Ask all identifiers of all files; the gate's answers come first, then those from the bytes alone."""
    return [answers for identifier in IDENTIFIERS for answers in identifier(members)]
