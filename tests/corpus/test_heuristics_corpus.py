"""Real programs of three platforms through the ``heuristics`` examiner: how many it suspects, and why.

What is fetched is named here; ``GATE_CORPUS`` names a folder that keeps it between runs.  The results are written to
``benchmarks/results/heuristics-false-alarms.md``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gate.examine.heuristics.native import format_of
from gate.examine.heuristics.reasons import codes_of
from gate.examine.heuristics.text import as_text
from gate.examine.interface import Observation, View
from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.models import Derived, DetectionFact, Gap

pytestmark = pytest.mark.corpus

TABLE = Path(__file__).parents[2] / "benchmarks" / "results" / "heuristics-false-alarms.md"
SUSPICION = 60
MOST_SUSPECTED = 0.02
MOST_SUSPECTED_TEXTS = 0.005
LEAST_PROGRAMS = 500
LEAST_EACH = 100
LEAST_TEXTS = 3000
LARGEST = 100 << 20
SYSTEM = (Path("/usr/bin"), Path("/usr/sbin"), Path("/usr/lib/x86_64-linux-gnu"))
WORKERS = 2

WHEELS = (
    "numpy scipy pandas lxml pillow cryptography cffi pyyaml grpcio psutil regex msgpack aiohttp markupsafe greenlet "
    "sqlalchemy ruff uv ninja cmake debugpy orjson pydantic-core rpds-py zstandard pyzmq tornado matplotlib "
    "scikit-learn shapely h5py pikepdf lief yara-python bcrypt pynacl pycryptodome pygame coincurve llvmlite"
)
"""Packages with programs for all three platforms."""
PLATFORMS = {
    "windows": ("win_amd64",),
    "macos": ("macosx_11_0_arm64", "macosx_12_0_arm64", "macosx_14_0_arm64", "macosx_10_9_universal2"),
    "linux": ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux_2_12_x86_64"),
}
PURE = "setuptools pip django sphinx babel docutils pygments pyinstaller distlib sympy boto3"
"""Packages of scripts, and of launchers for Windows."""
NODE = (
    "@esbuild/win32-x64 @esbuild/win32-arm64 @esbuild/linux-arm64 @esbuild/linux-mips64el @esbuild/linux-s390x "
    "@esbuild/darwin-x64 @esbuild/darwin-arm64 @esbuild/freebsd-x64 @swc/core-win32-x64-msvc @swc/core-darwin-arm64 "
    "@rollup/rollup-win32-x64-msvc @rollup/rollup-darwin-x64 @biomejs/cli-win32-x64 @biomejs/cli-darwin-x64 7zip-bin "
    "@ffmpeg-installer/win32-x64 @ffmpeg-installer/darwin-x64 node-notifier rcedit electron-winstaller "
    "app-builder-bin @sentry/cli-win32-x64 @sentry/cli-darwin @img/sharp-win32-x64 @img/sharp-libvips-darwin-arm64 "
    "@parcel/watcher-win32-x64 fsevents robotjs iohook systray2 windows-build-tools node-pty webpack typescript "
    "jquery react-dom lodash terser uglify-js three d3 moment vue pdfjs-dist monaco-editor core-js undici"
)
EXPLANATIONS: dict[str, str] = {
    "/package/ffmpeg.exe": "Its hand-written assembler keeps tables in a section that is marked as writable and as "
    "code: true, and a weakness of that build.",
    "llvmlite/tests/test_binding.py": "A test of a linker: it holds an object file for Linux in hexadecimal.",
}
"""By a part of a name, why it is suspected: each was looked at."""


@dataclass
class Seen:
    """One item and what the examiner said of it."""

    name: str
    kind: str
    size: int
    score: int = 0
    detail: str = ""
    gaps: list[str] = field(default_factory=list)
    derived: int = 0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The folder of the packages, which are fetched where it lacks them."""
    with contextlib.ExitStack() as stack:
        kept = os.environ.get("GATE_CORPUS")
        base = Path(kept) if kept else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="corpus-")))
        place = base / "programs"
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "done").exists():
            _fetch(place)
            (place / "done").touch()
        yield place


def _fetch(place: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--only-binary", ":all:"]
    pip += ["--python-version", "3.11"]
    for platform, tags in PLATFORMS.items():
        options = [word for tag in tags for word in ("--platform", tag)]
        subprocess.run([*pip, *options, "-d", place / platform, *WHEELS.split()], check=True)
    subprocess.run([*pip, "--platform", "win_amd64", "-d", place / "pure", *PURE.split()], check=True)
    (place / "npm").mkdir(exist_ok=True)
    npm = ["npm", "pack", "--silent", *NODE.split()]
    subprocess.run(npm, cwd=place / "npm", check=True, stdout=subprocess.DEVNULL)


def _members(folder: Path) -> Iterator[tuple[str, bytes]]:
    for wheel in sorted(folder.rglob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                if 0 < entry.file_size <= LARGEST:
                    yield f"{wheel.name}!/{entry.filename}", archive.read(entry)
    for package in sorted(folder.rglob("*.tgz")):
        with tarfile.open(package) as tar:
            for member in tar:
                stream = tar.extractfile(member) if member.isfile() and 0 < member.size <= LARGEST else None
                if stream:
                    yield f"{package.name}!/{member.name}", stream.read()
    for system in SYSTEM:
        for path in sorted(system.rglob("*")):
            if path.is_file() and not path.is_symlink() and 0 < path.stat().st_size <= LARGEST:
                yield str(path), path.read_bytes()


def _unique(folder: Path) -> Iterator[tuple[str, bytes]]:
    known: set[bytes] = set()
    for name, data in _members(folder):
        digest = hashlib.sha256(data).digest()
        if digest not in known:
            known.add(digest)
            yield name, data


def _examined(examiner: IsolatedExaminer, name: str, data: bytes) -> Seen:
    kind = format_of(data) or ("text" if as_text(data) is not None else "other")
    seen = Seen(name, kind, len(data))
    descriptor = os.memfd_create("item")
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(data)
        last = name.rpartition("/")[2].encode("utf-8", "surrogateescape")
        view = View(descriptor, len(data), "", name=last, mode=None, labels=(), depends_on=examiner.depends_on)
        for each in examiner.examine(view):
            _note(seen, each)
    finally:
        os.close(descriptor)
    return seen


def _note(seen: Seen, observation: Observation) -> None:
    if isinstance(observation, DetectionFact):
        seen.score, seen.detail = observation.score, observation.detail
    elif isinstance(observation, Gap):
        seen.gaps.append(f"{observation.reason}: {observation.detail}")
    elif isinstance(observation, Derived):
        seen.derived += 1


@dataclass
class Measured:
    """All items, and how long the workers took for the programs and for all else."""

    items: list[Seen]
    seconds: dict[bool, float]

    def of(self, *kinds: str) -> list[Seen]:
        return [each for each in self.items if each.kind in kinds]


NATIVE = ("pe", "elf", "mach-o")


@pytest.fixture(scope="module")
def measured(folder: Path) -> Measured:
    """Everything through the confined workers, in portions, so that reading archives is not counted."""
    factory = "gate.examine.heuristics.examiner:HeuristicsExaminer"
    hosted = Hosted("heuristics", factory, {}, frozenset({"content", "name"}), lambda _item: True)
    host = Host([hosted], workers=WORKERS, item_seconds=120)
    examiner = IsolatedExaminer(host, hosted)
    result = Measured([], {True: 0.0, False: 0.0})
    portions: dict[bool, list[tuple[str, bytes]]] = {True: [], False: []}

    def work(native: bool) -> None:
        started = time.monotonic()
        result.items.extend(threads.map(lambda each: _examined(examiner, *each), portions[native]))
        result.seconds[native] += time.monotonic() - started
        portions[native].clear()

    with ThreadPoolExecutor(WORKERS) as threads, contextlib.closing(examiner):
        examiner.start()
        for name, data in _unique(folder):
            native = bool(format_of(data))
            portions[native].append((name, data))
            if sum(len(each) for _, each in portions[native]) > 256 << 20:
                work(native)
        work(native=True)
        work(native=False)
        examiner.finish()
    return result


def test_programs_are_rarely_suspected_and_always_explained(measured: Measured) -> None:
    programs = measured.of(*NATIVE)
    _write(measured)
    assert len(programs) >= LEAST_PROGRAMS
    assert all(len(measured.of(kind)) >= LEAST_EACH for kind in NATIVE)
    suspected = _suspected(programs)
    assert len(suspected) <= MOST_SUSPECTED * len(programs)
    assert [each.name for each in suspected if not _explained(each)] == []


def test_texts_are_rarely_suspected_and_always_explained(measured: Measured) -> None:
    texts = measured.of("text", "other")
    assert len(texts) >= LEAST_TEXTS
    suspected = _suspected(texts)
    assert len(suspected) <= MOST_SUSPECTED_TEXTS * len(texts)
    assert [each.name for each in suspected if not _explained(each)] == []


def test_real_programs_leave_no_gap(measured: Measured) -> None:
    assert [(each.name, each.gaps) for each in measured.of(*NATIVE) if each.gaps and not _explained(each)] == []


def _suspected(items: list[Seen]) -> list[Seen]:
    return sorted((each for each in items if each.score >= SUSPICION), key=lambda each: (-each.score, each.name))


def _explained(seen: Seen) -> str:
    return next((why for end, why in EXPLANATIONS.items() if end in seen.name), "")


HEAD = """# What the heuristics say of real programs

Programs and other files out of packages of PyPI (wheels for Windows, macOS and Linux), of npm, and of this system
({system}), each content once, through the confined workers ({workers} of them). Suspected is what scores
{threshold} or more. Written by `make corpus` (tests/corpus/test_heuristics_corpus.py).

| kind | files | suspected | share | notes below {threshold} | with a gap | items derived |
|---|---|---|---|---|---|---|
"""


def _write(measured: Measured) -> None:
    system = ", ".join(str(path) for path in SYSTEM)
    lines = [HEAD.format(system=system, workers=WORKERS, threshold=SUSPICION)]
    groups = {kind: measured.of(kind) for kind in (*NATIVE, "text", "other")}
    groups["all programs"] = measured.of(*NATIVE)
    for kind, items in groups.items():
        suspected, noted = len(_suspected(items)), sum(0 < each.score < SUSPICION for each in items)
        gaps, derived = sum(bool(each.gaps) for each in items), sum(each.derived for each in items)
        share = 100 * suspected / max(len(items), 1)
        lines.append(f"| {kind} | {len(items)} | {suspected} | {share:.2f}% | {noted} | {gaps} | {derived} |\n")
    lines.append("\n## Speed\n\n| what | files | MB | files/s | MB/s |\n|---|---|---|---|---|\n")
    for native, label in ((True, "programs"), (False, "text and other")):
        items = [each for each in measured.items if (each.kind in NATIVE) == native]
        size, seconds = sum(each.size for each in items) / 1e6, max(measured.seconds[native], 0.001)
        lines.append(f"| {label} | {len(items)} | {size:.0f} | {len(items) / seconds:.0f} | {size / seconds:.0f} |\n")
    lines.append("\n## Suspected, and why\n\n| score | file | reasons | looked at |\n|---|---|---|---|\n")
    for each in _suspected(measured.items):
        lines.append(f"| {each.score} | `{each.name}` | {each.detail} | {_explained(each)} |\n")  # noqa: PERF401  # reads as the others
    lines.append("\n## How often each reason was given\n\n| reason | programs | other files |\n|---|---|---|\n")
    counts = {
        native: Counter(
            code for each in measured.items if (each.kind in NATIVE) == native for code in codes_of(each.detail)
        )
        for native in (True, False)
    }
    for code in sorted({*counts[True], *counts[False]}):
        lines.append(f"| `{code}` | {counts[True][code]} | {counts[False][code]} |\n")  # noqa: PERF401  # reads as the others
    lines.append("\n## Gaps\n\n| file | gap |\n|---|---|\n")
    for each in measured.items:
        lines += [f"| `{each.name}` | {gap} |\n" for gap in each.gaps]
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("".join(lines), encoding="utf-8")
