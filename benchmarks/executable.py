"""Measure how fast executable formats are named, beside libmagic and magika, in one run on the same files.

    python benchmarks/executable.py [--files 4000] [--megabytes 200] [--write]

Small are files up to 16 KiB, large those from 1 MiB.  What is compared is the processor time of this process, as
several seconds of one core; files are read before.  ``table and scan`` is every test by content and the search for
programs inside; ``binary table and scan`` the same without scripts and documents; ``examiner`` all that a worker does,
with lief and names.  Magika is asked for a part of the small files.  Prints a table; ``--write`` also
writes it to ``benchmarks/results/executable.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gate.examine.executable import binaries
from gate.examine.executable.content import Content, Memory
from gate.examine.executable.embedded import programs_inside
from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.executable.table import TABLE, Table
from gate.examine.identity.library import Library
from gate.examine.interface import View

RESULT = Path(__file__).parent / "results" / "executable.md"
SOURCES = ("/usr/bin", "/usr/lib", "/usr/share", "/etc")
SMALL_BYTES = 16_384
LARGE_BYTES = 1 << 20
MAGIKA_FILES = 256
BINARIES = Table(binaries.FAMILIES)
File = tuple[bytes, bytes]
"""Name and content."""


def chosen(count: int, megabytes: int) -> tuple[list[File], list[File]]:
    """Return small and large files of this machine, in an order that names do not bias."""
    found = [path for source in SOURCES for path in Path(source).rglob("*") if path.is_file() and not path.is_symlink()]
    found.sort(key=lambda path: hashlib.sha256(str(path).encode()).digest())
    small = [path for path in found if 0 < path.stat().st_size <= SMALL_BYTES][:count]
    large: list[Path] = []
    left = megabytes << 20
    for path in found:
        if left > 0 and path.stat().st_size >= LARGE_BYTES:
            large.append(path)
            left -= path.stat().st_size
    return _read(small), _read(large)


def _read(paths: Sequence[Path]) -> list[File]:
    return [(os.fsencode(path.name), path.read_bytes()) for path in paths]


def table_and_scan(files: Sequence[File]) -> None:
    """Ask every test by content, and search for programs inside."""
    for _, data in files:
        content = Content(Memory(data))
        TABLE.by_content(content)
        list(programs_inside(content))


def binaries_and_scan(files: Sequence[File]) -> None:
    """Ask the tests of binary formats, and search for programs inside."""
    for _, data in files:
        content = Content(Memory(data))
        BINARIES.by_content(content)
        list(programs_inside(content))


def examiner(files: Sequence[File]) -> None:
    """Ask the examiner as a worker does, each file behind a descriptor."""
    subject = ExecutableExaminer()
    descriptor = os.memfd_create("item")
    for name, data in files:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, data, 0)
        view = View(descriptor, len(data), "", name=name, mode=0o644, labels=(), depends_on=subject.depends_on)
        list(subject.examine(view))
    os.close(descriptor)


def libmagic(files: Sequence[File]) -> None:
    """Ask libmagic for a description, text as well."""
    engine = Library()
    for _, data in files:
        engine.descriptions(data, text=True)


def magika(files: Sequence[File]) -> None:
    """Ask magika."""
    from magika import Magika  # noqa: PLC0415  # an extra that need not be there

    subject = Magika()
    for _, data in files:
        subject.identify_bytes(data)


def seconds(work: Callable[[Sequence[File]], None], files: Sequence[File]) -> float:
    """Return the processor time that the work takes."""
    work(files[:4])
    begin = time.process_time()
    work(files)
    return time.process_time() - begin


def rows(small: Sequence[File], large: Sequence[File]) -> list[str]:
    """Return a row for each way."""
    ways: list[tuple[str, Callable[[Sequence[File]], None], int]] = [
        ("binary table and scan", binaries_and_scan, len(small)),
        ("table and scan", table_and_scan, len(small)),
        ("examiner, with lief and names", examiner, len(small)),
        ("libmagic", libmagic, len(small)),
    ]
    if importlib.util.find_spec("magika") is not None:
        ways.append(("magika", magika, MAGIKA_FILES))
    lines = []
    megabytes = sum(len(data) for _, data in large) / 1e6
    for name, work, count in ways:
        some = small[:count]
        per_second = len(some) / seconds(work, some)
        rate = megabytes / seconds(work, large)
        lines.append(f"| {name} | {per_second:,.0f} | {rate:,.0f} |")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Measure, print and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=4000)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    small, large = chosen(options.files, options.megabytes)
    head = ["| | files of up to 16 KiB a second | MB/s on files from 1 MiB |", "|---|---|---|"]
    print("\n".join(head))
    lines = rows(small, large)
    about = (
        f"{len(small)} small files and {len(large)} large ones ({sum(len(data) for _, data in large) / 1e6:,.0f} MB) "
        f"of a Debian system, Python {platform.python_version()}, one core, processor time.  Written by "
        "`python benchmarks/executable.py --write`.  libmagic and magika look at the start of a large file (and magika "
        "at its end) only: their MB/s say how large the files are, not how much was looked at."
    )
    if options.write:
        RESULT.write_text("\n".join(["# Naming executable formats: speed", "", about, "", *head, *lines, ""]), "utf-8")


if __name__ == "__main__":
    main()
