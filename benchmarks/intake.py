"""Measure intake alone, and its bare readers, against the readers that everybody has; all in one run on one tree.

    python benchmarks/intake.py [--megabytes 150] [--rounds 3] [--only zip,tar] [--write]

Every contestant reads all bytes of all members.  ``hash`` takes the SHA-256 of each as well, ``hashes`` also that of
the archive, as a gate must: intake always takes both, counts against its budgets and stores what it reads.  They take
turns; the best round counts.  ``--write`` puts the tables into ``benchmarks/results/intake.md``.

Of a tar in a compressed stream 7-Zip unpacks the stream only: it has no reader of both layers at once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import subprocess
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TypeAlias

import libarchive.ffi
from packed_tree import pack

from gate.intake.blobs import BlobStore
from gate.intake.intake import InputArtifact, Intake
from gate.intake.listening import Entry
from gate.intake.readers.interface import CHUNK, Data, Member, Options, Source, Stored
from gate.intake.readers.registry import READERS, reader_for
from gate.intake.unpackers import Unpackers
from gate.limits import Limits
from gate.models import Fact, Gap

RESULTS = Path(__file__).parent / "results" / "intake.md"
_LABELS = {"tar.gz": "gzip", "tar.bz2": "bzip2", "tar.xz": "xz", "tar.zst": "zstd"}
"""What the readers know a form as where that is not its name; they read the tar in the stream in one go."""
_SAME_WORK = "stdlib, hashes"
_STANDARD = {"zip", "tar", "tar.gz", "tar.bz2", "tar.xz"}

Members: TypeAlias = Iterable[Iterable[bytes]]
Reading: TypeAlias = Callable[[Path, str], Members]


# --- the contestants: each yields members, and of each member its chunks ---------------------------------------------


def our_readers(path: Path, form: str) -> Iterator[Iterator[bytes]]:
    """Read with the bare readers of the gate, in this process."""
    with path.open("rb") as source:
        yield from _events(source.fileno(), _LABELS.get(form, form))


def _events(descriptor: int, label: str) -> Iterator[Iterator[bytes]]:
    events = iter(reader_for(label)(Source(descriptor), Options(label=label)))
    waiting = True

    def chunks() -> Iterator[bytes]:
        nonlocal waiting
        for event in events:
            match event:
                case Data(chunk):
                    yield chunk
                case Stored(offset, size):
                    for place in range(offset, offset + size, CHUNK):
                        yield os.pread(descriptor, min(CHUNK, offset + size - place), place)
                case Member():
                    return
                case trouble:
                    raise SystemExit(f"{label}: {trouble}")
        waiting = False

    while waiting:
        yield chunks()


def standard_library(path: Path, form: str) -> Iterator[Iterator[bytes]]:
    """Read with ``zipfile`` or ``tarfile``."""
    if form == "zip":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    yield _chunks(stream)
        return
    with tarfile.open(path) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                yield _chunks(content)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def by_libarchive(path: Path, _form: str) -> Iterator[Iterator[bytes]]:
    """Read with libarchive."""
    with libarchive.file_reader(str(path), block_size=CHUNK) as entries:
        for entry in entries:
            if entry.isfile:
                yield entry.get_blocks()


def by_sevenzip(path: Path, _form: str) -> Iterator[Iterator[bytes]]:
    """Read what 7-Zip writes to a pipe: all members as one."""
    command = ["7zz", "x", "-so", "-bd", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        if process.stdout is not None:
            yield _chunks(process.stdout)


def drained(members: Members, *, hashing: bool) -> int:
    """Return the number of bytes of all members, each of which is hashed where asked for."""
    total = 0
    for member in members:
        digest = hashlib.sha256()
        for chunk in member:
            total += len(chunk)
            if hashing:
                digest.update(chunk)
        digest.digest()
    return total


# --- intake -----------------------------------------------------------------------------------------------------------


class Listener:
    """Takes what intake finds, lets it go at once, and counts the bytes of what is no container."""

    def __init__(self) -> None:
        self.total = 0

    def entry(self, entry: Entry) -> None:
        """Count an item and let its bytes go."""
        if not entry.item.labels:
            self.total += entry.item.size
        entry.blob.release()

    def fact(self, fact: Fact) -> None:
        """Take no note of a fact."""

    def gap(self, gap: Gap) -> None:
        """Stop: what was not read would make intake look fast."""
        raise SystemExit(f"intake: {gap}")


def intake(unpackers: Unpackers, path: Path) -> int:
    """Take in the archive with confined workers that are up; return the bytes of its members."""
    listener = Listener()
    with BlobStore() as store:
        Intake(Limits(), store, unpackers, listener).take(InputArtifact(path, path.name))
    return listener.total


# --- the run ----------------------------------------------------------------------------------------------------------


def contestants(form: str, path: Path, unpackers: Unpackers) -> dict[str, Callable[[], int]]:
    """Return who can read a form, by the name of their column."""
    readings: dict[str, Reading] = {"readers": our_readers}
    if form in _STANDARD:
        readings["stdlib"] = standard_library
    readings |= {"libarchive": by_libarchive, "7zz": by_sevenzip}
    runs: dict[str, Callable[[], int]] = {"intake": lambda: intake(unpackers, path)}
    for name, reading in readings.items():
        for hashing in (False, True):
            column = f"{name}, hash" if hashing else name
            runs[column] = _bound(reading, path, form, hashing=hashing)
    if "stdlib" in readings:
        runs[_SAME_WORK] = lambda: same_work(path, form)
    return runs


def same_work(path: Path, form: str) -> int:
    """Take the digests that intake takes, with the standard library: of the archive, and of every member."""
    with path.open("rb") as archive:
        hashlib.file_digest(archive, "sha256").hexdigest()
    return drained(standard_library(path, form), hashing=True)


def _bound(reading: Reading, path: Path, form: str, *, hashing: bool) -> Callable[[], int]:
    return lambda: drained(reading(path, form), hashing=hashing)


def measure(paths: dict[str, Path], rounds: int) -> tuple[int, dict[str, dict[str, float]]]:
    """Return the bytes of content and, by form and contestant, the seconds of the best round."""
    best: dict[str, dict[str, float]] = {form: {} for form in paths}
    totals = set()
    unpackers = Unpackers(Limits())
    try:
        for turn in range(rounds + 1):  # the first, in which workers come up and files are read in, does not count
            for form, path in paths.items():
                for name, run in contestants(form, path, unpackers).items():
                    begin = time.perf_counter()
                    total = run()
                    seconds = time.perf_counter() - begin
                    if turn and not (name.startswith("7zz") and form in _LABELS):
                        totals.add(total)
                    if turn:
                        best[form][name] = min(seconds, best[form].get(name, seconds))
    finally:
        unpackers.close()
    if len(totals) != 1:
        raise SystemExit(f"contestants do not agree on the bytes read: {sorted(totals)}")
    return totals.pop(), best


_READERS = ("readers", "stdlib", "libarchive", "7zz")
_COLUMNS = ("intake", _SAME_WORK, *(f"{name}, hash" for name in _READERS), *_READERS)
_RATIOS = (
    ("intake", _SAME_WORK),
    ("intake", "stdlib, hash"),
    ("intake", "stdlib"),
    ("intake", "libarchive, hash"),
    ("intake", "7zz, hash"),
    ("readers", "stdlib"),
    ("readers, hash", "stdlib, hash"),
)


def table(total: int, best: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield the lines of two tables: MB/s of content, and how many times as long one takes as another."""
    yield "| MB/s | " + " | ".join(_COLUMNS) + " |"
    yield "|---|" + "---|" * len(_COLUMNS)
    for form, seconds in best.items():
        speeds = (f"{total / seconds[name] / 1e6:.0f}" if name in seconds else "–" for name in _COLUMNS)
        yield f"| {form} | " + " | ".join(speeds) + " |"
    yield ""
    yield "| time of A / time of B | " + " | ".join(f"{ours} / {theirs}" for ours, theirs in _RATIOS) + " |"
    yield "|---|" + "---|" * len(_RATIOS)
    for form, seconds in best.items():
        ratios = (f"{seconds[ours] / seconds[theirs]:.2f}" if theirs in seconds else "–" for ours, theirs in _RATIOS)
        yield f"| {form} | " + " | ".join(ratios) + " |"


def machine() -> str:
    """Return what the numbers were measured on, in one line."""
    seven = subprocess.run(["7zz", "i"], capture_output=True, text=True, check=False).stdout.split("\n")  # noqa: S607  # the one that readers find
    version = next((line.partition(" : ")[0] for line in seven if line.startswith("7-Zip")), "7-Zip")
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}, Python {platform.python_version()}, "
        f"libarchive {_libarchive_version()}, {version}; load {os.getloadavg()[0]:.1f} at the start"
    )


def _libarchive_version() -> str:
    number = libarchive.ffi.version_number()
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"


def main() -> None:
    """Make the tree, let everybody read it and print the tables."""
    parser = argparse.ArgumentParser(description="Intake against the readers that everybody has")
    parser.add_argument("--megabytes", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="forms, separated by commas")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.relative_to(RESULTS.parents[2])}")
    arguments = parser.parse_args()
    about = machine()
    with tempfile.TemporaryDirectory() as folder:
        paths = pack(Path(folder), arguments.megabytes)
        known = {form: path for form, path in paths.items() if _LABELS.get(form, form) in READERS}
        chosen = set(arguments.only.split(",")) if arguments.only else set(known)
        total, best = measure({form: path for form, path in known.items() if form in chosen}, arguments.rounds)
    lines = list(table(total, best))
    print(about, "", *lines, sep="\n")
    if arguments.write:
        head = [
            "# Intake alone and its readers",
            "",
            f"{total / 1e6:.0f} MB of content; best of {arguments.rounds}.",
            "",
        ]
        RESULTS.write_text("\n".join([*head, about, "", *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
