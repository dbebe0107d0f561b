"""Packages of the registries through the examiner of executables: how many of their files it calls disguised.

``GATE_CORPUS`` names a folder that keeps the packages between runs.  The result is written to
``benchmarks/results/disguise-false-alarms.md``.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.examine.executable.examiner import ExecutableExaminer
from gate.models import DisguiseFact
from tests.corpus.packages import packages
from tests.examine.viewing import examined

pytestmark = pytest.mark.corpus

TABLE = Path(__file__).parents[2] / "benchmarks" / "results" / "disguise-false-alarms.md"
LEAST_FILES = 10_000
MOST_DISGUISED = 0.0005
LARGEST = 4 << 20
KINDS = ("wheels", "sdists", "npm", "debs", "jars")


def members(package: Path) -> Iterator[tuple[str, int | None, bytes]]:
    """Yield name, permission bits and content of each file in a package."""
    if package.suffix == ".deb":
        unpacked = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True)
        yield from of_tar(io.BytesIO(unpacked.stdout))
    elif package.suffix in {".whl", ".jar", ".zip"}:
        with zipfile.ZipFile(package) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and entry.file_size <= LARGEST:
                    yield entry.filename, (entry.external_attr >> 16) & 0o7777 or None, archive.read(entry)
    else:
        yield from of_tar(io.BytesIO(package.read_bytes()))


def of_tar(stream: io.BytesIO) -> Iterator[tuple[str, int | None, bytes]]:
    with tarfile.open(fileobj=stream) as archive:
        for entry in archive:
            content = archive.extractfile(entry) if entry.isreg() and entry.size <= LARGEST else None
            if content is not None:
                yield entry.name, entry.mode, content.read()


def test_harmless_packages_hide_nothing() -> None:
    examiner = ExecutableExaminer()
    files: Counter[str] = Counter()
    found: list[str] = []
    with packages() as fetched:
        for kind in KINDS:
            for package in fetched[kind]:
                seen, marked = [], True
                for name, mode, data in members(package):
                    files[kind] += 1
                    marked &= mode is None or bool(mode & 0o111)
                    base = os.fsencode(name.rpartition("/")[2])
                    facts = examined(examiner, data, base, mode=mode)
                    seen += [(fact, name) for fact in facts if isinstance(fact, DisguiseFact)]
                found += [
                    f"| {kind} | {package.name} | {name} | {fact.disguise} | {fact.detail} |"
                    for fact, name in seen
                    if fact.disguise != "mode" or not marked
                ]
    total = files.total()
    TABLE.write_text(report(files, found), "utf-8")
    assert total >= LEAST_FILES
    assert len(found) <= total * MOST_DISGUISED, "\n".join(found)


def report(files: Counter[str], found: list[str]) -> str:
    lines = ["# Disguises told of harmless packages", "", f"{len(found)} of {files.total()} files.", ""]
    lines += ["| packages | files |", "|---|---|", *(f"| {kind} | {files[kind]} |" for kind in KINDS)]
    if found:
        lines += ["", "| packages | package | file | disguise | detail |", "|---|---|---|---|---|", *found]
    return "\n".join(lines) + "\n"
