"""Measure how fast pages, style sheets and other texts are read for contacts, against a parser that only parses.

    python benchmarks/outbound_markup.py [--megabytes 20] [--rounds 3] [--source FOLDER]... [--write]

The files are those of the given folders (by default of this machine) with the name of their kind.  ``gate`` is all
that the examiner does with an item, from its bytes to facts; ``bare`` is lexbor on the decoded text for HTML, expat
for XML, ``json.loads`` for JSON, and one search for ``url(`` for CSS.  What counts is processor time on one core, the
best of the rounds; the ratio of both in one run is what can be compared between machines.  Prints a table; ``--write``
also writes it to ``benchmarks/results/outbound-markup.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from xml.parsers import expat

from selectolax.lexbor import LexborHTMLParser

from gate.examine.interface import View
from gate.examine.outbound.decoding import decode
from gate.examine.outbound.examiner import OutboundExaminer

RESULT = Path(__file__).parent / "results" / "outbound-markup.md"
SOURCES = ("/usr/share", "/usr/lib", sys.prefix)
LARGEST_BYTES = 4 << 20
_URL = re.compile(r"url\(")


def _parse_xml(text: str) -> None:
    with suppress(expat.ExpatError):
        expat.ParserCreate("utf-8").Parse(text.encode(), True)  # expat takes no keyword


def _parse_json(text: str) -> None:
    with suppress(ValueError):
        json.loads(text)


BARE: dict[str, Callable[[str], object]] = {
    "html": lambda text: LexborHTMLParser(text, scripting=True),
    "css": lambda text: sum(1 for _ in _URL.finditer(text)),
    "svg": _parse_xml,
    "xml": _parse_xml,
    "json": _parse_json,
    "md": lambda text: text.count("://"),
}


def files(kind: str, sources: Sequence[str], megabytes: int) -> list[bytes]:
    """Return different files of a kind that make up about so many megabytes, in an order that names do not bias."""
    found = [path for source in sources for path in Path(source).rglob(f"*.{kind}") if path.is_file()]
    contents: dict[bytes, bytes] = {}
    left = megabytes << 20
    for path in sorted(found, key=lambda path: hashlib.sha256(str(path).encode()).digest()):
        if left <= 0:
            break
        if 0 < path.stat().st_size <= LARGEST_BYTES:
            content = path.read_bytes()
            left -= 0 if contents.setdefault(hashlib.sha256(content).digest(), content) is not content else len(content)
    return list(contents.values())


def by_gate(examiner: OutboundExaminer, kind: str, contents: Sequence[bytes]) -> int:
    """Return how many facts and gaps the examiner has of the files."""
    count = 0
    for content in contents:
        descriptor = os.memfd_create("item")
        os.write(descriptor, content)
        view = View(
            descriptor,
            len(content),
            "",
            name=f"a.{kind}".encode(),
            mode=None,
            labels=(),
            depends_on=examiner.depends_on,
        )
        count += sum(1 for _ in examiner.examine(view))
        os.close(descriptor)
    return count


def best(rounds: int, work: Callable[[], object]) -> float:
    """Return the least processor time of some rounds, in seconds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def table(sources: Sequence[str], megabytes: int, rounds: int) -> str:
    """Measure every kind and return the table."""
    lines = [
        "| files | number | MB | gate, MB/s | bare, MB/s | times the time | references |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    examiner = OutboundExaminer()
    for kind, bare in BARE.items():
        contents = files(kind, sources, megabytes)
        size = sum(map(len, contents)) / 1e6
        if not contents:
            continue
        texts = [decode(content) for content in contents]
        references = by_gate(examiner, kind, contents)
        ours = best(rounds, lambda contents=contents, kind=kind: by_gate(examiner, kind, contents))  # type: ignore[misc]
        theirs = best(rounds, lambda texts=texts, bare=bare: [bare(text) for text in texts])  # type: ignore[misc]
        lines.append(
            f"| {kind} | {len(contents)} | {size:.1f} | {size / ours:.1f} | {size / theirs:.1f} "
            f"| {ours / theirs:.1f} | {references} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--source", action="append")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    measured = table(options.source or SOURCES, options.megabytes, options.rounds)
    print(measured)
    if options.write:
        RESULT.write_text(f"# Pages, style sheets and texts, read for contacts\n\n{measured}", encoding="utf-8")


if __name__ == "__main__":
    main()
