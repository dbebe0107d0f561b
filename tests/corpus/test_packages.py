"""Real packages of the registries: each opens whole, is found in order, and holds what an independent reader finds.

What was found against any of them, and why, is written to ``benchmarks/results/packages.md``.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gate.models import ContainerFact, LinkFact
from gate.paths import escape_component, escape_name
from tests.corpus.packages import packages
from tests.unpack.hostile.whole import a_file
from tests.unpack.intake_kit import Bench, Outcome, Surroundings, built

pytestmark = pytest.mark.corpus

TABLE = Path(__file__).parents[2] / "benchmarks" / "results" / "packages.md"
LEAST = 150
MOST_FINDINGS = 0.01
_ROOT_LINK = "A Debian package is unpacked at the root of a system: its link to an absolute path is meant so."
EXPLANATIONS: dict[str, str] = {
    "numpy-2.4.6-cp311-cp311-win_amd64": "Its import libraries name their objects by paths of the compiler on Windows.",
    "libc-bin_": _ROOT_LINK,
    "tar_": _ROOT_LINK,
    "tzdata_": _ROOT_LINK,
    "passwd_": "Programs that change a password run as the owner of the password file: a right to be named.",
}
"""By name of a package, why it gives a container finding: each was looked at."""
HEAD = """# Real packages through intake

{count} packages from PyPI (wheels for Linux, Windows and macOS, sdists), npm and Debian (packages, and the jars in
them), fetched by the clients of their registries. Every one is opened whole, at every depth, and its files agree by
path and SHA-256 with an independent reader: `zipfile` and 7-Zip for zip, `tarfile` for tar, `dpkg-deb` for deb.
Written by `make corpus` (tests/corpus/{test}).

| kind | packages | items | with a gap | with a container finding | files compared |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Looked:
    """One package as the gate saw it and as others have it; ``agrees`` where both name the same files."""

    kind: str
    name: str
    outcome: Outcome
    compared: int
    differs: tuple[str, ...]

    @property
    def gaps(self) -> list[str]:
        return [f"{gap.path}: {gap.reason} ({gap.detail})" for gap in self.outcome.examination.gaps]

    @property
    def issues(self) -> list[str]:
        facts = self.outcome.examination.facts
        return [f"{fact.path}: {fact.issue} ({fact.detail})" for fact in facts if isinstance(fact, ContainerFact)]


def _of_zip(path: Path) -> dict[bytes, str]:
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437"): _sha256(archive.read(entry))
            for entry in archive.infolist()
            if not entry.is_dir()
        }


def _of_tar(path: Path) -> dict[bytes, str]:
    with tarfile.open(path) as archive:
        return {
            os.fsencode(member.name): _sha256(stream.read())
            for member in archive
            if member.isfile() and (stream := archive.extractfile(member)) is not None
        }


def _of_deb(path: Path) -> dict[bytes, str]:
    """Return the files of the data part as ``dpkg-deb`` hands it out, named as in the archive."""
    data = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], check=True, capture_output=True).stdout
    with tempfile.NamedTemporaryFile(suffix=".tar") as file:
        file.write(data)
        file.flush()
        return _of_tar(Path(file.name))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


INDEPENDENT: dict[str, Callable[[Path], dict[bytes, str]]] = {
    ".whl": _of_zip,
    ".jar": _of_zip,
    ".zip": _of_zip,
    ".tgz": _of_tar,
    ".gz": _of_tar,
    ".deb": _of_deb,
}


def _as_seen(package: Path, outcome: Outcome) -> dict[str, str]:
    """Return the files one level below the package: for a deb, those of its data part."""
    name = escape_component(os.fsencode(package.name))
    place = f"{name}!/"
    if package.suffix == ".deb":
        (data,) = {path.split("!/")[1] for path in outcome.items if path.startswith(f"{name}!/data.tar")}
        place = f"{name}!/{data}!/"
    below = {path.removeprefix(place): digest for path, digest in outcome.items.items() if path.startswith(place)}
    return {path: digest for path, digest in below.items() if "!" not in path}


def _other_reading(path: Path) -> dict[str, str]:
    return {escape_name(name): digest for name, digest in INDEPENDENT[path.suffix](path).items()}


@pytest.fixture(scope="module")
def looked() -> Iterator[list[Looked]]:
    with packages() as found, tempfile.TemporaryDirectory(prefix="looked-") as folder:
        surroundings = Surroundings(Path(folder))
        bench = Bench(surroundings.scratch)
        try:
            yield [_look(bench, surroundings, kind, path) for kind, paths in found.items() for path in paths]
        finally:
            bench.close()


def _look(bench: Bench, surroundings: Surroundings, kind: str, path: Path) -> Looked:
    artifact = built(surroundings.inputs, path.name, a_file(path.read_bytes))
    outcome = bench.run(artifact)
    artifact.unlink()
    seen, other = _as_seen(path, outcome), _other_reading(path)
    differs = tuple(sorted(name for name in seen.keys() | other.keys() if seen.get(name) != other.get(name)))
    return Looked(kind, path.name, outcome, len(other), differs)


@pytest.fixture(scope="module", autouse=True)
def _written(looked: list[Looked]) -> None:
    rows = []
    for kind in dict.fromkeys(each.kind for each in looked):
        these = [each for each in looked if each.kind == kind]
        items = sum(len(each.outcome.items) for each in these)
        gaps, issues = sum(bool(each.gaps) for each in these), sum(bool(each.issues) for each in these)
        rows.append(f"| {kind} | {len(these)} | {items:,} | {gaps} | {issues} | {sum(e.compared for e in these):,} |")
    lines = [HEAD.format(count=len(looked), test=Path(__file__).name) + "\n".join(rows), ""]
    told = [each for each in looked if each.issues or each.gaps]
    if told:
        lines += ["## What stands against any of them", ""]
        lines += [f"- `{each.name}`: {'; '.join([*each.gaps, *each.issues][:3])}. {_why(each)}" for each in told]
        lines.append("")
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("\n".join(lines))


def _why(each: Looked) -> str:
    return next((text for name, text in EXPLANATIONS.items() if each.name.startswith(name)), "")


def test_there_are_enough_packages(looked: list[Looked]) -> None:
    assert len(looked) >= LEAST
    assert {each.kind for each in looked} == {"wheels", "sdists", "npm", "debs", "jars"}


def test_every_package_opens_whole(looked: list[Looked]) -> None:
    assert {each.name: each.gaps[:3] for each in looked if each.gaps} == {}


def test_few_give_a_container_finding_and_each_is_explained(looked: list[Looked]) -> None:
    told = {each.name: each.issues[:3] for each in looked if each.issues}
    assert len(told) <= MOST_FINDINGS * len(looked), told
    assert [each.name for each in looked if each.issues and not _why(each)] == []


def test_files_are_those_of_an_independent_reader(looked: list[Looked]) -> None:
    assert {each.name: each.differs[:5] for each in looked if each.differs} == {}
    assert all(each.compared for each in looked)


def test_zip_files_are_those_that_7zip_lists(looked: list[Looked]) -> None:
    """A second independent reader for the format with the most disagreement: names and sizes by 7-Zip."""
    assert looked
    with packages() as found:
        for path in [*found["wheels"], *found["jars"]]:
            listing = subprocess.run(["7zz", "l", "-slt", "-ba", path], check=True, capture_output=True).stdout
            blocks = [
                dict(_pairs(block)) for block in listing.decode("utf-8", "replace").split("\n\n") if block.strip()
            ]
            files = sorted(block["Path"] for block in blocks if not block.get("Attributes", "").startswith("D"))
            (ours,) = [each for each in looked if each.name == path.name]
            seen = _as_seen(path, ours.outcome)
            if all(name.isascii() and "%" not in name for name in seen):
                assert sorted(seen) == files, path.name


def test_tar_files_are_those_that_gnu_tar_lists(looked: list[Looked]) -> None:
    with packages() as found:
        for path in [*found["npm"], *found["sdists"]]:
            listing = subprocess.run(["tar", "-tzf", path, "--quoting-style=literal"], check=True, capture_output=True)
            files = {escape_name(line) for line in listing.stdout.splitlines() if not line.endswith(b"/")}
            (ours,) = [each for each in looked if each.name == path.name]
            links = {fact.path for fact in ours.outcome.examination.facts if isinstance(fact, LinkFact)}
            assert files == set(_as_seen(path, ours.outcome)) | {link.partition("!/")[2] for link in links}, path.name


def _pairs(block: str) -> Iterator[tuple[str, str]]:
    for line in block.splitlines():
        key, _, value = line.partition(" = ")
        yield key, value
