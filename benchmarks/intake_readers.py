"""Measure the container readers against those of the standard library, in one run on one tree.

    python benchmarks/intake_readers.py [--megabytes 150] [--rounds 3]

Makes a tree of files of the sizes and kinds that packages have (text, code, numbers that do not compress), packs it
as zip, tar, tar.gz, tar.bz2 and tar.xz, and reads every byte of it with both; the best of the rounds counts.  Prints
a table of MB/s of content and their ratio: above 1.00 the standard library is faster.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import lzma
import os
import random
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from gate.intake.readers.interface import Data, Options, Source
from gate.intake.readers.registry import reader_for

_WORDS = [bytes(random.Random(number).choices(range(97, 123), k=7)) for number in range(2000)]  # noqa: S311  # not secret


def tree(megabytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of files that make up about ``megabytes``."""
    dice = random.Random(26)  # noqa: S311  # a fixed seed, so that every run reads the same
    left = megabytes << 20
    number = 0
    while left > 0:
        size = min(left, int(dice.lognormvariate(9.2, 1.6)) + 1)
        content = dice.randbytes(size) if number % 4 == 0 else b" ".join(dice.choices(_WORDS, k=size // 8 + 1))[:size]
        yield f"tree/{number % 97}/{number % 11}/file-{number}.txt", content
        left -= size
        number += 1


def pack(folder: Path, megabytes: int) -> dict[str, Path]:
    """Write the tree in all forms; return the files by the label of their reader."""
    paths = {
        "zip": folder / "tree.zip",
        "tar": folder / "tree.tar",
        "gzip": folder / "tree.tar.gz",
        "bzip2": folder / "tree.tar.bz2",
        "xz": folder / "tree.tar.xz",
    }
    files = list(tree(megabytes))
    with zipfile.ZipFile(paths["zip"], "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    with tarfile.open(paths["tar"], "w") as tar:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    plain = paths["tar"].read_bytes()
    paths["gzip"].write_bytes(gzip.compress(plain, 6))
    paths["bzip2"].write_bytes(bz2.compress(plain))
    paths["xz"].write_bytes(lzma.compress(plain, preset=1))
    print(f"{len(files)} files, {sum(len(content) for _, content in files) / 1e6:.0f} MB")
    return paths


def ours(label: str, path: Path) -> int:
    """Read all content with the reader of ``label``; return its bytes."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        events = reader_for(label)(Source(descriptor), Options())
        return sum(len(event.chunk) for event in events if isinstance(event, Data))
    finally:
        os.close(descriptor)


def theirs(label: str, path: Path) -> int:
    """Read all content with the standard library; return its bytes."""
    total = 0
    if label == "zip":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    total += _drained(stream)
        return total
    with tarfile.open(path) as tar:
        for member in tar:
            content = tar.extractfile(member)
            total += _drained(content) if content is not None else 0
    return total


def _drained(stream: IO[bytes]) -> int:
    total = 0
    while chunk := stream.read(1 << 18):
        total += len(chunk)
    return total


def measure(label: str, path: Path, rounds: int) -> tuple[int, float, float]:
    """Return the bytes read, and the seconds of both readers in their best round; they take turns."""
    gate, reference = [], []
    total = 0
    for _ in range(rounds):
        start = time.perf_counter()
        total = ours(label, path)
        middle = time.perf_counter()
        expected = theirs(label, path)
        gate.append(middle - start)
        reference.append(time.perf_counter() - middle)
        if total != expected:
            raise SystemExit(f"{label}: {total} bytes read, {expected} expected")
    return total, min(gate), min(reference)


def main() -> None:
    """Make the tree, read it both ways and print the table."""
    parser = argparse.ArgumentParser(description="Container readers against those of the standard library")
    parser.add_argument("--megabytes", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = pack(Path(folder), arguments.megabytes)
        print("| form | gate MB/s | standard library MB/s | time ratio |")
        print("|---|---|---|---|")
        for label, path in paths.items():
            total, gate, reference = measure(label, path, arguments.rounds)
            speeds = f"{total / gate / 1e6:.0f} | {total / reference / 1e6:.0f}"
            print(f"| {label} | {speeds} | {gate / reference:.2f} |")


if __name__ == "__main__":
    main()
