"""How fast scripts are read for what they contact, beside the bare parser, in one run on one core.

``python benchmarks/outbound.py FILE.js...`` reads the files that are named, all judgement of URLs included, and prints
MB a second of the reader and of the parser alone, and how often the one takes the time of the other.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import tree_sitter_javascript
from tree_sitter import Language, Parser

from gate.examine.outbound.decoding import decode
from gate.examine.outbound.reading import Limits, read_document

_PARSER = Parser(Language(tree_sitter_javascript.language()))


def _measured(path: Path) -> tuple[int, float, float, int]:
    """Return the size of a script, the seconds of the parser and of the reader, and how many facts there are."""
    raw = path.read_bytes()
    start = time.process_time()
    _PARSER.parse(raw)
    parsed = time.process_time()
    found = read_document("script", decode(raw), Limits())
    return len(raw), parsed - start, time.process_time() - parsed, len(found)


def main(paths: list[str]) -> None:
    """Measure every file and the sum of all."""
    print("| script | MB | parser MB/s | reader MB/s | ratio | facts |\n|---|---|---|---|---|---|")
    rows = [(Path(path).name, *_measured(Path(path))) for path in paths]
    total = [sum(row[column] for row in rows) for column in (1, 2, 3, 4)]
    for name, size, parsing, reading, facts in [*rows, ("all", *total)]:
        megabytes = size / 1e6
        speeds = f"{megabytes / max(parsing, 1e-9):.1f} | {megabytes / max(reading, 1e-9):.1f}"
        print(f"| {name} | {megabytes:.2f} | {speeds} | {reading / max(parsing, 1e-9):.1f} | {facts} |")


if __name__ == "__main__":
    main(sys.argv[1:])
