"""Measure how fast programs, sources and documents are read for contacts, against a bare pass over the same bytes.

    python benchmarks/outbound_programs.py [--megabytes 40] [--write]

Files are those of this machine.  ``gate`` is all that the examiner does with an item, from its bytes to facts; ``bare``
is one search for ``://`` in programs, ``ast.parse`` for Python, opening by pikepdf for PDF, and one search by a regular
expression for URLs in shell and C.  What counts is processor time on one core, the best of three rounds; the ratio of
both in one run is what can be compared between machines.  Prints a table; ``--write`` also writes it to
``benchmarks/results/outbound-programs.md``.
"""

from __future__ import annotations

import argparse
import ast
import io
import os
import re
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pikepdf

from gate.examine.interface import View
from gate.examine.outbound.examiner import OutboundExaminer

RESULT = Path(__file__).parent / "results" / "outbound-programs.md"
ROUNDS = 3
LARGEST_BYTES = 64 << 20
_URL = re.compile(rb"https?://[^\s\"'<>]+")
_SOURCES = ("/usr/bin", "/usr/lib", "/usr/include", "/usr/share", sys.prefix)


def _parse_python(data: bytes) -> None:
    with suppress(SyntaxError, ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ast.parse(data)


def _open_pdf(data: bytes) -> None:
    with suppress(pikepdf.PdfError), pikepdf.open(io.BytesIO(data)) as document:
        sum(1 for _ in document.objects)


KINDS: dict[str, tuple[str, bytes, Callable[[bytes], object]]] = {
    "native programs": ("*.so*", b"\x7fELF", lambda data: data.count(b"://")),
    "compiled Python": ("*.pyc", b"", lambda data: data.count(b"://")),
    "Java classes": ("*.class", b"\xca\xfe\xba\xbe", lambda data: data.count(b"://")),
    "Python": ("*.py", b"", _parse_python),
    "C": ("*.h", b"", _URL.findall),
    "shell": ("*.sh", b"", _URL.findall),
    "Perl": ("*.pm", b"", _URL.findall),
    "PDF": ("*.pdf", b"%PDF-", _open_pdf),
}
"""By name: pattern of names, beginning, and the bare pass."""


def files(pattern: str, start: bytes, megabytes: int) -> list[tuple[bytes, bytes]]:
    """Return names and contents of different files that make up at most so many megabytes."""
    chosen: dict[bytes, bytes] = {}
    size = 0
    for source in _SOURCES:
        for path in sorted(Path(source).rglob(pattern)):
            if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST_BYTES:
                continue
            data = path.read_bytes()
            if data and data.startswith(start) and data not in chosen:
                chosen[data] = os.fsencode(path.name)
                size += len(data)
            if size >= megabytes << 20:
                return [(name, data) for data, name in chosen.items()]
    return [(name, data) for data, name in chosen.items()]


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time of a piece of work, the best of the rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def examine_all(items: list[tuple[bytes, bytes]]) -> None:
    """Let the examiner read every item."""
    examiner = OutboundExaminer()
    descriptor = os.memfd_create("item")
    try:
        for name, data in items:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, data, 0)
            view = View(
                descriptor, len(data), "", name=name, mode=None, labels=(), depends_on=OutboundExaminer.depends_on
            )
            for _ in examiner.examine(view):
                pass
    finally:
        os.close(descriptor)


def main() -> None:
    """Measure each kind and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=40)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = ["| kind | files | MB | gate MB/s | bare MB/s | bare / gate |", "|---|---:|---:|---:|---:|---:|"]
    for kind, (pattern, start, bare) in KINDS.items():
        items = files(pattern, start, options.megabytes)
        if not items:
            continue
        size = sum(len(data) for _, data in items) / 1e6
        ours = seconds(lambda items=items: examine_all(items))  # type: ignore[misc]  # bound at once
        theirs = seconds(lambda items=items, bare=bare: [bare(data) for _, data in items])  # type: ignore[misc]  # as above
        rates = f"{size / ours:.1f} | {size / theirs:.1f} | {ours / theirs:.2f}"
        lines.append(f"| {kind} | {len(items)} | {size:.1f} | {rates} |")
        print(lines[-1], file=sys.stderr, flush=True)
    table = "\n".join(lines)
    print(table)
    if options.write:
        RESULT.write_text(f"# Programs, sources and documents read for contacts\n\n{table}\n")


if __name__ == "__main__":
    main()
