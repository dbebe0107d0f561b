"""Mutates programs and feeds them to the confined worker: ``python tests/fuzz/fuzz_lief_worker.py --seconds 60``.

Damaged PE, ELF and Mach-O files, made from the samples of the tests and from programs that are named, go through the
same host of workers as in a run.  Whatever the bytes are, an examination has to end within its deadline, by
observations of the right types or by an error of the gate; that a worker dies is allowed and counted.  Exit 1 where
anything else happened; the bytes that showed it, or that killed a worker, are kept in the folder that is named.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gate.errors import WorkerDied, WorkerTimeout
from gate.examine.interface import View
from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.isolation import WorkerFailed
from gate.models import Derived, DetectionFact, Gap

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 20.0
"""Seconds for one examination, beyond which the worker is killed."""
SLACK = 5.0
"""Seconds that killing a worker may take besides."""
LARGEST = 1 << 20
_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
_HEADER = 0x400
"""Most mutations hit the headers: what follows is opaque to a parser."""


@dataclass
class Report:
    """What came of a run: how often what, and the inputs that broke the rules or killed a worker."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    broken: list[tuple[str, bytes]] = field(default_factory=list)
    deadly: list[bytes] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items()))
        return (
            f"{self.outcomes.total()} inputs: {counts}; slowest {self.slowest:.2f} s; broken rules: {len(self.broken)}"
        )


def seeds() -> list[bytes]:
    """Return the programs of the tests."""
    if str(ROOT) not in sys.path:  # as a script it finds the gate and not the tests
        sys.path.insert(0, str(ROOT))
    from tests.examine.heuristics.heuristics_samples import BAD, CAN_SIGN, NEEDS_SIGNER, TWINS, made

    codes = [
        code for code in BAD if code.startswith(("pe-", "elf-", "macho-")) and (CAN_SIGN or code not in NEEDS_SIGNER)
    ]
    return list(dict.fromkeys(made(table[code]).data for table in (BAD, TWINS) for code in codes))


def mutations(programs: Sequence[bytes], generator: random.Random) -> Iterator[bytes]:
    """Yield damaged programs without end."""
    while True:
        data = bytearray(generator.choice(programs))
        for _ in range(generator.choice((1, 1, 2, 4, 16))):
            _damage(data, generator)
        yield bytes(data[:LARGEST])


def _damage(data: bytearray, generator: random.Random) -> None:
    reach = len(data) if generator.random() < 0.3 else min(len(data), _HEADER)  # three in ten anywhere
    place = generator.randrange(max(reach, 1))
    match generator.randrange(6):
        case 0:
            data[place : place + 1] = generator.randbytes(1)
        case 1:
            width = generator.choice((2, 4, 8))
            value = generator.choice(_INTERESTING) & ((1 << 8 * width) - 1)
            data[place : place + width] = value.to_bytes(width, generator.choice(("little", "big")))
        case 2:
            data[place : place + generator.randrange(1, 64)] = b""
        case 3:
            piece = data[place : place + generator.randrange(1, 200)]
            other = generator.randrange(max(reach, 1))
            data[other : other + generator.randrange(2) * len(piece)] = piece
        case 4:
            del data[max(place, 8) :]
        case _:
            data[place:place] = generator.randbytes(generator.randrange(1, 32))


def fuzz(inputs: Iterable[bytes], *, seconds: float = DEADLINE) -> Report:
    """Examine each input in a confined worker and return what came of it."""
    hosted = Hosted(
        "heuristics",
        "gate.examine.heuristics.examiner:HeuristicsExaminer",
        {},
        frozenset({"content", "name"}),
        lambda _item: True,
    )
    host = Host([hosted], workers=1, item_seconds=seconds)
    examiner = IsolatedExaminer(host, hosted)
    report = Report()
    try:
        examiner.start()
        for data in inputs:
            _one(examiner, data, seconds, report)
        examiner.finish()
    finally:
        examiner.close()
    return report


def _one(examiner: IsolatedExaminer, data: bytes, seconds: float, report: Report) -> None:
    descriptor = os.memfd_create("item")
    started = time.monotonic()
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(data)
        view = View(descriptor, len(data), "", name=b"x", mode=None, labels=(), depends_on=examiner.depends_on)
        outcome = _outcome(examiner, view)
    except (WorkerDied, WorkerTimeout) as error:
        outcome = type(error).__name__
        report.deadly.append(data)
    except WorkerFailed as error:
        outcome = f"raised {error.kind}"
        report.broken.append((outcome, data))
    finally:
        os.close(descriptor)
    taken = time.monotonic() - started
    report.outcomes[outcome] += 1
    report.slowest = max(report.slowest, taken)
    if taken > seconds + len(data) / 1e6 + SLACK:
        report.broken.append(("beyond the deadline", data))


def _outcome(examiner: IsolatedExaminer, view: View) -> str:
    kinds = {type(each) for each in examiner.examine(view)}
    if not kinds <= {DetectionFact, Gap, Derived}:
        raise AssertionError(kinds)
    return "gap" if Gap in kinds else "suspected" if DetectionFact in kinds else "nothing"


def main(arguments: Sequence[str]) -> int:
    """Fuzz for as long as is asked; exit 1 where a rule was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0, help="start of the sequence of mutations")
    parser.add_argument("--keep", type=Path, help="folder for inputs that broke a rule or killed a worker")
    parser.add_argument("programs", nargs="*", type=Path, help="further programs to damage")
    chosen = parser.parse_args(arguments)
    programs = [*seeds(), *(path.read_bytes()[:LARGEST] for path in chosen.programs)]
    end = time.monotonic() + chosen.seconds

    def until_then() -> Iterator[bytes]:
        for data in mutations(programs, random.Random(chosen.seed)):  # damage, and no secret
            if time.monotonic() > end:
                return
            yield data

    report = fuzz(until_then())
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
        for data in [*(each for _, each in report.broken), *report.deadly]:
            (chosen.keep / hashlib.sha256(data).hexdigest()).write_bytes(data)
    sys.stdout.write(f"{report}\n" + "".join(f"{what}\n" for what, _ in report.broken))
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
