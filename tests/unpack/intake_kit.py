"""Runs artifacts through intake and judgement as the gate does, and watches what that costs and writes.

The confined workers are the real ones, kept between runs so that hundreds of artifacts take seconds.  The engines are
replaced by doubles that prove themselves and see nothing, but one that knows :data:`PAYLOAD`: whatever stands against
an artifact then comes from intake, and a harmless artifact is approved.
"""

from __future__ import annotations

import ctypes
import dataclasses
import gc
import importlib
import os
import pkgutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import psutil

from gate.examine.identity import is_unnamed
from gate.examine.identity.examiner import archives_inside
from gate.examine.interface import Examiner, Observation, View
from gate.intake.intake import InputArtifact
from gate.intake.unpackers import Unpackers
from gate.limits import Limits
from gate.models import (
    Aspect,
    DatabaseInfo,
    DetectionFact,
    EngineInfo,
    Examination,
    Item,
    ItemFact,
    Judgement,
)
from gate.paths import escape_component
from gate.pipeline import examine
from gate.policy import SigningState, judge, parse_policy
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.whole import Whole

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECONDS = 20.0
"""Most time that one artifact may take."""
MEMORY = 1 << 30
"""Most memory of the gate and all its workers together."""
OPEN = ("reject", "gap")
POLICY = """
[deliverable]
name = "sample"
version = "1.0"
kind = "application"

[gate]
require = ["26-3 3(1)①", "26-3 3(1)③", "26-3 3(3)"]
"""
_MARK = PAYLOAD[:38]
_BLOCK = 1 << 20


class Engine:
    """An engine's double: proves itself and sees nothing, but ``mark`` where that is given."""

    depends_on: frozenset[Aspect] = frozenset({"content"})

    def __init__(self, name: str, mark: bytes = b"") -> None:
        self.name = name
        self._mark = mark

    def applies(self, item: Item) -> bool:
        return bool(item.path)

    def start(self) -> EngineInfo:
        database = DatabaseInfo("official", "1", "2026-01-01T00:00:00Z", 1, "0" * 64)
        return EngineInfo(self.name, "1", database, canary="passed")

    def examine(self, view: View) -> Iterator[Observation]:
        if self._mark and any(self._mark in block for block in _blocks(view, len(self._mark))):
            yield DetectionFact("yara", "the payload of the tests", "known")

    def finish(self) -> EngineInfo:
        return self.start()

    def close(self) -> None:
        """Hold nothing."""


class Inside(Engine):
    """As ``identity`` does it, but for libmagic's opinion: archives inside of other things are taken out."""

    def applies(self, item: Item) -> bool:
        return is_unnamed(item)

    def examine(self, view: View) -> Iterator[Observation]:
        yield from archives_inside(view, view.read(_BLOCK))


def _blocks(view: View, overlap: int) -> Iterator[bytes]:
    return (view.read(_BLOCK + overlap, at) for at in range(0, view.size, _BLOCK))


def engines() -> list[Examiner]:
    """Return doubles of all examiners that a run must have."""
    return [
        Engine("clamav"),
        Engine("yara", _MARK),
        Engine("heuristics"),
        Engine("executable"),
        Engine("outbound"),
        Inside("identity"),
        Inside("secrets"),
    ]


@dataclass(frozen=True)
class Outcome:
    """What a run over one artifact gave, and what it took.

    ``judgement`` is the gate's; ``bare`` is that of intake alone, as if no examiner had known the payload.
    """

    examination: Examination
    judgement: Judgement
    bare: Judgement
    seconds: float
    memory: int
    written: frozenset[str]

    @property
    def found(self) -> set[tuple[str, str]]:
        """The open findings that decide, with their item paths."""
        return {(each.id, each.path) for each in self.judgement.findings if each.severity in OPEN}

    @property
    def items(self) -> dict[str, str]:
        """The item paths, with the digests of their content."""
        return {fact.path: fact.sha256 for fact in self.examination.facts if isinstance(fact, ItemFact)}

    @property
    def said(self) -> str:
        """All findings, for the message of a failing test."""
        told = [f"{each.id} {each.path[:200]} {each.args.get('detail', '')}" for each in self.bare.findings]
        return f"{self.judgement.verdict} in {self.seconds:.1f} s:\n" + "\n".join(told[:40])


class _Memory:
    """Samples how much memory this process and all below it hold."""

    def __init__(self) -> None:
        self.peak = 0
        self._before = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        gate = psutil.Process()
        while not self._stop.wait(0.1):
            self.peak = max(self.peak, _resident(gate))

    def begin(self) -> None:
        """Count from here: what earlier tests left behind in this process is not the run's."""
        gc.collect()
        gc.freeze()  # what is left is not looked through again: that took longer than most runs
        ctypes.CDLL(None).malloc_trim(0)
        self.peak = self._before = psutil.Process().memory_info().rss

    @property
    def taken(self) -> int:
        """Most memory since :meth:`begin`, with all of the workers'."""
        return self.peak - self._before

    def close(self) -> None:
        self._stop.set()
        self._thread.join()


def _resident(gate: psutil.Process) -> int:
    total, own = 0, gate.cmdline()
    for process in [gate, *gate.children(recursive=True)]:
        try:
            # One that is this program still is about to become another: until then it holds what its parent holds.
            if process.pid == gate.pid or process.cmdline() != own:
                total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


_PATH_EVENTS = {"os.mkdir": 0, "os.symlink": 1, "os.link": 1, "os.rename": 1, "os.mknod": 0, "os.mkfifo": 0}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_written: set[str] | None = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Note every path that this process writes to while :func:`_watched` is in force."""
    if _written is None:
        return
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, str | bytes | os.PathLike) and isinstance(flags, int) and flags & _WRITING:
            _written.add(os.fsdecode(path))
    elif event in _PATH_EVENTS:
        _written.add(os.fsdecode(arguments[_PATH_EVENTS[event]]))


@contextmanager
def _watched() -> Iterator[set[str]]:
    global _written  # noqa: PLW0603  # an audit hook cannot be taken back, only told to look away
    _written = set()
    try:
        yield _written
    finally:
        _written = None


class Bench:
    """Runs artifacts one after the other, each as a run of its own, over workers that stay.

    ``scratch`` is the gate's temporary folder.  Call :meth:`close` at the end.
    """

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._policy = parse_policy(POLICY.encode(), "gate.toml").policy
        self._unpackers: dict[Limits, Unpackers] = {}
        self._memory = _Memory()
        sys.addaudithook(_audit)

    def close(self) -> None:
        """Kill the workers."""
        self._memory.close()
        for unpackers in self._unpackers.values():
            unpackers.close()

    def run(
        self, artifact: Path, limits: Mapping[str, int] | None = None, examiners: Sequence[Examiner] | None = None
    ) -> Outcome:
        """Take in, examine and judge one artifact, with the doubles where no examiners are given."""
        chosen = Limits(**(limits or {}))
        workers = self._unpackers.get(chosen)
        if workers is None:
            workers = self._unpackers[chosen] = Unpackers(chosen)
        given = [InputArtifact(artifact, escape_component(os.fsencode(artifact.name)))]
        lent = mock.Mock(wraps=workers, close=lambda: None)
        with (
            mock.patch.dict(os.environ, {"TMPDIR": str(self.scratch)}),
            mock.patch("gate.pipeline.Unpackers", return_value=lent),
            _watched() as written,
        ):
            self._memory.begin()
            started = time.monotonic()
            examination = examine(given, engines() if examiners is None else examiners, chosen, clock=lambda: NOON)
            seconds = time.monotonic() - started
        return Outcome(
            examination,
            self._judge(examination),
            self._judge(dataclasses.replace(examination, facts=_without_detections(examination))),
            seconds,
            self._memory.taken,
            frozenset(path for path in written if not Path(path).is_relative_to(self.scratch) and path != "/dev/null"),
        )

    def _judge(self, examination: Examination) -> Judgement:
        signing = SigningState(intended=False, ready=())
        return judge(examination, self._policy, policy_sha256="0" * 64, today=NOON.date(), signing=signing)


def _without_detections(examination: Examination) -> tuple[Any, ...]:
    return tuple(fact for fact in examination.facts if not isinstance(fact, DetectionFact))


# --- the cases ------------------------------------------------------------------------------------------------


def _modules() -> Iterator[ModuleType]:
    folder = Path(__file__).with_name("hostile")
    for found in sorted(pkgutil.iter_modules([str(folder)]), key=lambda module: module.name):
        yield importlib.import_module(f"tests.unpack.hostile.{found.name}")


def reader_cases() -> list[Case]:
    """Return the hostile archives of all readers, from every module of ``tests/unpack/hostile``."""
    return [case for module in _modules() for case in getattr(module, "CASES", ())]


def whole_cases() -> list[Whole]:
    """Return the hostile artifacts of the whole gate, from every module of ``tests/unpack/hostile``."""
    return [case for module in _modules() for case in getattr(module, "WHOLE", ())]


def finding_of(word: str) -> str:
    """Return the id of the finding that a word of ``Case.gives`` becomes."""
    if word == "special":
        return "container/special-file"
    issues = {"ambiguous", "unsafe-name", "unsafe-link", "special-file", "hidden-data"}
    return f"container/{word}" if word in issues else f"gap/intake-{word}"


# --- what lies on disk ----------------------------------------------------------------------------------------


def listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return every path below a folder, unfollowed, with its mode, size and time of change."""
    seen = {}
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            status = (Path(parent) / name).lstat()
            size = 0 if name in folders else status.st_size
            seen[str(Path(parent) / name)] = (status.st_mode, size, status.st_mtime_ns)
    return seen


@dataclass
class Surroundings:
    """A folder in which a run is made: artifacts, other files beside them, and the gate's temporary folder."""

    root: Path
    scratch: Path = field(init=False)
    inputs: Path = field(init=False)

    def __post_init__(self) -> None:
        self.scratch = self.root / "scratch"
        self.inputs = self.root / "work" / "release" / "inputs"
        for folder in (self.scratch, self.inputs, self.root / "work" / "etc", self.root / "work" / "release" / "a"):
            folder.mkdir(parents=True)
        (self.root / "work" / "etc" / "passwd").write_text("of the machine\n")
        (self.root / "work" / "release" / "a" / "b").write_text("of another release\n")
        self.scratch.chmod(0o777)
        self.root.chmod(0o711)

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Assert that nothing in the folder changes but in the gate's temporary folder, which ends up empty."""
        before = listing(self.root)
        yield
        after = listing(self.root)
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        assert changed <= {str(self.scratch)}, sorted(changed)
        assert not any(self.scratch.iterdir())


def built(folder: Path, name: str, build: Callable[[Path], None]) -> Path:
    """Make an artifact and return where it lies."""
    path = folder / name
    build(path)
    return path
