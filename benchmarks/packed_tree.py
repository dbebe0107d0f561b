"""A tree of files of the sizes and kinds that packages have, packed in the forms that the benchmarks read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

_WORDS = [bytes(random.Random(number).choices(range(97, 123), k=7)) for number in range(2000)]  # noqa: S311  # not secret


def contents(megabytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of files (text, and numbers that do not compress) of about ``megabytes`` in all."""
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
    """Write the tree below ``folder`` in every form that the programs here can make; return the files by form."""
    files = dict(contents(megabytes))
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    plain = _tar(files)
    made: dict[str, Callable[[Path], object]] = {
        "zip": lambda path: _zip(path, files),
        "tar": lambda path: path.write_bytes(plain),
        "tar.gz": lambda path: path.write_bytes(gzip.compress(plain, 6)),
        "tar.bz2": lambda path: path.write_bytes(bz2.compress(plain)),
        "tar.xz": lambda path: path.write_bytes(lzma.compress(plain, preset=1)),
        "tar.zst": lambda path: _run(["zstd", "-q", "-o", str(path), "-"], folder, plain),
        "iso": lambda path: _run(["genisoimage", "-quiet", "-R", "-o", str(path), "tree"], folder),
        "7z": lambda path: _run(["7zz", "a", "-mx=3", "-bso0", "-bsp0", str(path), "tree"], folder),
    }
    paths = {}
    for form, make in made.items():
        path = folder / f"tree.{form}"
        if make(path) is not False:
            paths[form] = path
    shutil.rmtree(folder / "tree")
    print(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.0f} MB")
    return paths


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _zip(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def _run(command: list[str], folder: Path, given: bytes | None = None) -> bool:
    """Run a packer in ``folder``; say False, and which it was, where it is not installed."""
    if shutil.which(command[0]) is None:
        print(f"without {command[0]}: not installed")
        return False
    subprocess.run(command, cwd=folder, input=given, check=True)
    return True
