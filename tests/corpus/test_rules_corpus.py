"""Real files through the rules of the project: ``known`` never fires, ``suspected`` on fewer than one in 200.

The files are members of packages of three registries (``packages.toml``) and files of this system.  What fired is
written to ``benchmarks/results/yara-false-alarms.md``, with the speed, and how public rule sets load and run.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gate.examine.rules import RuleSource, read_rule_sources
from gate.examine.rules.engine import Engine
from gate.examine.rules.readings import other_readings
from tests.corpus.packages import packages

pytestmark = pytest.mark.corpus

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "benchmarks" / "results" / "yara-false-alarms.md"
SYSTEM = ("/usr/bin", "/usr/sbin", "/usr/share", "/usr/lib/python3", "/usr/lib/python3.11", sys.prefix)
MADE_TO_BE_FOUND = "clamav-testfiles"
"""Test programs for scanners, packed in every way: what fires on them is right."""
LEAST_FILES = 3000
MOST_SUSPECTED = 0.005
LARGEST = 64 << 20
"""Larger files are left out; their number stands in the table."""
LEAST_SPEED = 40
"""Megabytes per second and core below which something is wrong with a rule, whatever else the machine does."""
SECONDS = 120
BATCH = 400
PUBLIC = {"guarddog": ("--only-binary", ":all:"), "thug": ("--no-binary", "thug")}
"""Packages that bring public rules along, and what pip has to be told to fetch them."""


@dataclass
class Seen:
    """What a number of files showed: ``fired`` holds name, rule and certainty; ``seconds`` are of the processor."""

    files: int = 0
    size: int = 0
    seconds: float = 0.0
    fired: list[tuple[str, str, str]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    left_out: int = 0

    def add(self, other: Seen) -> None:
        self.files += other.files
        self.size += other.size
        self.seconds += other.seconds
        self.fired += other.fired
        self.gaps += other.gaps
        self.left_out += other.left_out

    @property
    def speed(self) -> float:
        """Megabytes per second and core."""
        return self.size / self.seconds / 1e6 if self.seconds else 0.0


# --- members of packages, by the standard library ---------------------------------------------------------------


def members(package: Path) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of the regular files in a package."""
    if package.suffix in {".whl", ".zip", ".jar"}:
        with zipfile.ZipFile(package) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    yield f"{package.name}!/{entry.filename}", archive.read(entry)
    elif package.suffix == ".deb":
        for name, data in ar_members(package.read_bytes()):
            if name.startswith(("data.tar", "control.tar")) and not name.endswith(".zst"):
                yield from tar_members(f"{package.name}!/{name}", io.BytesIO(data))
    elif package.name.endswith((".tgz", ".tar.gz")):
        with package.open("rb") as stream:
            yield from tar_members(package.name, stream)


def tar_members(name: str, stream: io.BufferedIOBase) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=stream) as archive:
        for entry in archive:
            opened = archive.extractfile(entry) if entry.isreg() else None
            if opened is not None:
                yield f"{name}!/{entry.name}", opened.read()


def ar_members(data: bytes) -> Iterator[tuple[str, bytes]]:
    place = 8
    while place + 60 <= len(data):
        name = data[place : place + 16].decode().rstrip(" /")
        size = int(data[place + 48 : place + 58])
        yield name, data[place + 60 : place + 60 + size]
        place += 60 + size + size % 2


def system_files() -> list[str]:
    """Return the regular files below the folders of the system, links not followed."""
    return [
        str(Path(folder) / name)
        for top in SYSTEM
        for folder, _, names in os.walk(top)
        if MADE_TO_BE_FOUND not in folder
        for name in names
        if (path := Path(folder) / name).is_file() and not path.is_symlink()
    ]


# --- scanning, in two processes ---------------------------------------------------------------------------------

_engines: list[Engine] = []


def set_up(sources: Sequence[tuple[str, str]]) -> None:
    _engines.append(Engine([RuleSource(*each) for each in sources]))


def scan(contents: Iterator[tuple[str, bytes]]) -> Seen:
    seen = Seen()
    for name, data in contents:
        if not data:
            continue
        if len(data) > LARGEST:
            seen.left_out += 1
            continue
        before = time.process_time()
        matches, gaps = _engines[-1].match(data, SECONDS)
        for reading in other_readings(data):
            more, others = _engines[-1].match(reading.data, SECONDS)
            matches += [each for each in more if each.rule not in {match.rule for match in matches}]
            gaps += others
        seen.seconds += time.process_time() - before
        seen.files += 1
        seen.size += len(data)
        for match in matches:
            certainty = str(match.meta.get("certainty", "suspected"))
            seen.fired.append((name, str(match.meta.get("id", match.rule)), certainty))
        seen.gaps += [f"{name}: {gap.reason}, {gap.detail}" for gap in gaps]
    return seen


def scan_package(path: str) -> Seen:
    return scan(members(Path(path)))


def scan_files(paths: Sequence[str]) -> Seen:
    return scan((path, Path(path).read_bytes()) for path in paths)


def over_everything(found: dict[str, list[Path]], sources: Sequence[tuple[str, str]]) -> dict[str, Seen]:
    """Return what each kind of files showed."""
    files = system_files()
    results: dict[str, Seen] = {}
    with ProcessPoolExecutor(2, initializer=set_up, initargs=(sources,)) as pool:
        for kind, paths in found.items():
            results[kind] = Seen()
            for each in pool.map(scan_package, [str(path) for path in paths]):
                results[kind].add(each)
        results["system"] = Seen()
        for each in pool.map(scan_files, [files[start : start + BATCH] for start in range(0, len(files), BATCH)]):
            results["system"].add(each)
    return results


# --- public sets ------------------------------------------------------------------------------------------------


@dataclass
class PublicSet:
    """How a public set of rules did: rules compiled, files that do not compile, and what a scan showed."""

    name: str
    rules: int
    broken: list[str]
    compile_seconds: float
    seen: Seen


def synthetic() -> list[tuple[str, str]]:
    from tests.examine.yara.test_rule_sets import synthetic as made  # a module of tests, of use here alone

    return made(5000)


def public_rules(folder: Path, name: str, options: Sequence[str]) -> list[tuple[str, str]]:
    command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", str(folder), *options, name]
    subprocess.run(command, check=True)
    rules = folder / "rules"
    for package in folder.iterdir():
        if package.is_file():
            for number, (member, data) in enumerate(members(package)):
                if member.endswith((".yar", ".yara")):
                    rules.mkdir(exist_ok=True)
                    (rules / f"{number:05}-{Path(member).name}").write_bytes(data)
    return [(source.name, source.text) for source in read_rule_sources((rules,)).sources]


def run_public(name: str, sources: Sequence[tuple[str, str]], files: Sequence[str]) -> PublicSet:
    before = time.process_time()
    engine = Engine([RuleSource(*each) for each in sources])
    seconds = time.process_time() - before
    _engines.append(engine)
    try:
        seen = scan_files(files)
    finally:
        _engines.pop()
    broken = [f"{each.file.partition('/')[2]}: {each.problem}" for each in engine.broken]
    return PublicSet(name, engine.info().rules, broken, seconds, seen)


# --- the table --------------------------------------------------------------------------------------------------


def shown(name: str) -> str:
    """Return a name without the place at which this Python happens to be installed."""
    return name.replace(sys.prefix, "site").replace("`", "")


def table(results: dict[str, Seen], everything: Seen, rules: int, public: Sequence[PublicSet]) -> str:
    files = {name for name, _, _ in everything.fired}
    size = f"{everything.size / 1e9:.2f} GB; larger than {LARGEST >> 20} MiB and left out: {everything.left_out}"
    lines = [
        "# YARA rules on real files",
        "",
        "Written by `make corpus` (`tests/corpus/test_rules_corpus.py`). No file here is malicious.",
        "",
        f"- rules: {rules}",
        f"- files: {everything.files} ({size})",
        f"- files on which a rule fired: {len(files)} ({100 * len(files) / everything.files:.3f} %)",
        f"- of these `known`: {sum(certainty == 'known' for _, _, certainty in everything.fired)}",
        f"- speed: {everything.speed:.0f} MB/s and core of processor time",
        f"- gaps: {len(everything.gaps)}",
        "",
        "| files of | number | MB | fired on | MB/s |",
        "|---|---:|---:|---:|---:|",
    ]
    for kind, seen in results.items():
        fired = len({name for name, _, _ in seen.fired})
        lines.append(f"| {kind} | {seen.files} | {seen.size / 1e6:.0f} | {fired} | {seen.speed:.0f} |")
    lines += ["", "## Rules that fired", "", "| rule | certainty | files |", "|---|---|---:|"]
    counts = Counter((rule, certainty) for _, rule, certainty in everything.fired)
    lines += [f"| {rule} | {certainty} | {count} |" for (rule, certainty), count in counts.most_common()]
    lines += ["", "## Files", ""]
    lines += [f"- {rule}: `{shown(name)}`" for name, rule, _ in sorted(everything.fired)]
    lines += ["", "## Other rule sets", "", "| set | rules | files that do not compile | compiled in s | MB/s | gaps |"]
    lines += ["|---|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {each.name} | {each.rules} | {len(each.broken)} | {each.compile_seconds:.2f} | {each.seen.speed:.0f} | "
        f"{len(each.seen.gaps)} |"
        for each in public
    ]
    lines += ["", *(f"- {each.name}, left out: `{problem}`" for each in public for problem in each.broken)]
    return "\n".join(lines).rstrip() + "\n"


@pytest.fixture(scope="module")
def sources() -> list[tuple[str, str]]:
    return [(source.name, source.text) for source in read_rule_sources((ROOT / "yara-rules",)).sources]


def test_real_files_raise_few_alarms(tmp_path: Path, sources: list[tuple[str, str]]) -> None:
    with packages() as found:
        results = over_everything(found, sources)
    everything = Seen()
    for seen in results.values():
        everything.add(seen)
    files = system_files()[::40]
    public = [run_public("5,000 made rules", synthetic(), files)]
    for name, options in PUBLIC.items():
        folder = tmp_path / name
        folder.mkdir()
        public.append(run_public(f"rules in {name}", public_rules(folder, name, options), files))
    rules = Engine([RuleSource(*each) for each in sources]).info().rules
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(table(results, everything, rules, public), "utf-8")

    assert everything.files >= LEAST_FILES
    assert [each for each in everything.fired if each[2] == "known"] == []
    assert len({name for name, _, _ in everything.fired}) < MOST_SUSPECTED * everything.files
    assert everything.gaps == []
    assert everything.speed >= LEAST_SPEED
    assert all(each.rules > 20 and each.seen.files > 100 for each in public)
