"""The gate's own distributions: the same bytes wherever they are built, all that is needed in them and no more."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path
from types import ModuleType

import pytest

from gate import __version__
from tests.conftest import Key, clean_environment, trust_text
from tests.own.own_kit import ROOT, committed_copy, git, tool


@dataclass(frozen=True)
class Built:
    """A repository, and the distributions of its commit."""

    repository: Path
    sdist: Path
    wheel: Path


def run_dist(repository: Path, out: Path, **surroundings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, repository / "tools" / "dist.py", "--out", out],
        env={**os.environ, **surroundings},
        cwd=repository,
        umask=int(surroundings.get("UMASK", "022"), 8),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def built_in(repository: Path, out: Path, **surroundings: str) -> Built:
    done = run_dist(repository, out, **surroundings)
    assert done.returncode == 0, done.stderr
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return Built(repository, sdist, wheel)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("dist")
    yield built_in(committed_copy(folder / "first"), folder / "one")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def dist() -> ModuleType:
    return tool("dist")


def test_two_clones_give_the_same_bytes(built: Built, tmp_path: Path) -> None:
    """Another folder, umask, time zone, locale and home, and files that are in no commit."""
    clone = tmp_path / "a much longer folder name" / "複製"
    git(built.repository, "clone", "--quiet", "--no-hardlinks", str(built.repository), str(clone))
    (clone / "gate" / "left_over.py").write_text("left = 'over'\n")
    surroundings = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "UMASK": "077", "HOME": str(tmp_path)}
    again = built_in(clone, tmp_path / "two", SOURCE_DATE_EPOCH="1", **surroundings)
    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.sdist.read_bytes() == built.sdist.read_bytes()


def test_neither_the_builders_git_nor_a_shallow_clone_nor_the_current_folder_is_seen(
    built: Built, tmp_path: Path
) -> None:
    """Line ends, left out files and filled in ones are what attributes and settings of git can ask for."""
    clone = tmp_path / "shallow"
    git(built.repository, "clone", "--quiet", "--depth=1", f"file://{built.repository}", str(clone))
    (tmp_path / "attributes").write_text("*.py export-ignore\n*.md export-subst text eol=crlf\n")
    (tmp_path / ".gitconfig").write_text(
        f"[core]\nautocrlf = true\nattributesFile = {tmp_path}/attributes\n[tar]\numask = 0077\n"
        "[log]\nshowSignature = true\n"
    )
    (clone / ".git" / "info" / "attributes").write_text("gate/** export-ignore\n")
    (clone / "build").mkdir()
    for name in ("__init__", "__main__"):
        (clone / "build" / f"{name}.py").write_text("raise SystemExit('TAKEN OVER')\n")
    again = built_in(clone, tmp_path / "out", HOME=str(tmp_path))
    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.sdist.read_bytes() == built.sdist.read_bytes()


def test_the_tree_gives_the_wheel_of_the_sdist(built: Built, tmp_path: Path) -> None:
    seconds = git(built.repository, "log", "-1", "--format=%ct").strip()
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, built.repository],
        env={**os.environ, "SOURCE_DATE_EPOCH": seconds}, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    assert (tmp_path / built.wheel.name).read_bytes() == built.wheel.read_bytes()


def test_another_commit_gives_other_bytes(built: Built, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(built.repository, "clone", "--quiet", "--no-hardlinks", str(built.repository), str(clone))
    (clone / "gate" / "clock.py").write_text((clone / "gate" / "clock.py").read_text() + "# one line more\n")
    git(clone, "commit", "--quiet", "--all", "--message", "A line")
    assert built_in(clone, tmp_path / "two").wheel.read_bytes() != built.wheel.read_bytes()


def test_the_wheel_is_what_its_metadata_says(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = set(archive.namelist())
        metadata = Parser().parsestr(archive.read(f"release_gate-{__version__}.dist-info/METADATA").decode())
        entries = archive.read(f"release_gate-{__version__}.dist-info/entry_points.txt").decode()
    assert (metadata["Name"], metadata["Version"]) == ("release-gate", __version__)
    assert (metadata["License-Expression"], metadata["Requires-Python"]) == ("Apache-2.0", ">=3.11")
    assert "gate = gate._start:main" in entries
    assert {
        "gate/text/locale/ja/LC_MESSAGES/cli.mo",
        "gate/schemas/result.schema.json",
        "gate/record/clauses.toml",
        "gate/data/signatures/README.md",
        "gate/data/yara-rules/README.md",
        "gate/py.typed",
        f"release_gate-{__version__}.dist-info/licenses/LICENSE",
    } <= names
    assert not any(name.startswith(("tests/", "tools/")) or name.endswith(".po") for name in names)


def test_nothing_lacks(built: Built, dist: ModuleType) -> None:
    assert dist.problems(built.repository, built.sdist, built.wheel) == []


def test_what_lacks_or_is_too_much_is_named(built: Built, dist: ModuleType, tmp_path: Path) -> None:
    wheel, sdist = tmp_path / built.wheel.name, tmp_path / built.sdist.name
    with zipfile.ZipFile(built.wheel) as whole, zipfile.ZipFile(wheel, "w") as changed:
        for name in whole.namelist():
            if name != "gate/record/clauses.toml":
                changed.writestr(name, whole.read(name))
        changed.writestr("gate/more.py", b"")
    with tarfile.open(built.sdist) as whole_tar, tarfile.open(sdist, "w:gz") as changed_tar:
        for member in whole_tar:
            if not member.name.endswith("/pyproject.toml"):
                changed_tar.addfile(member, whole_tar.extractfile(member))
        changed_tar.addfile(tarfile.TarInfo(f"release_gate-{__version__}/tests/test_sample.py"))
    assert dist.problems(built.repository, sdist, wheel) == [
        "the wheel lacks gate/record/clauses.toml",
        "the wheel holds gate/more.py",
        "the sdist lacks pyproject.toml",
        "the sdist holds what is not committed: tests/test_sample.py",
        "the sdist holds tests: tests/test_sample.py",
    ]


def test_another_packer_than_the_pinned_one_is_refused(built: Built, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(built.repository, "clone", "--quiet", "--no-hardlinks", str(built.repository), str(clone))
    pins = (clone / "constraints.txt").read_text()
    (clone / "constraints.txt").write_text(
        "".join("hatchling==1.0.0\n" if line.startswith("hatchling==") else f"{line}\n" for line in pins.splitlines())
    )
    done = run_dist(clone, tmp_path / "out")
    assert done.returncode == 2
    assert "constraints.txt names 1.0.0" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.full
def test_installed_from_the_wheel_alone(built: Built, key: Key, tmp_path: Path) -> None:
    """A fresh environment, which gets its dependencies from the package index."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    pins = str(ROOT / "constraints.txt")
    install = [python, "-m", "pip", "install", "--quiet", "--constraint", pins, str(built.wheel)]
    subprocess.run(install, check=True, timeout=1200)
    command = tmp_path / "venv" / "bin" / "gate"

    def gate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, *arguments], cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, check=False,
            timeout=300,
        )  # fmt: skip

    assert gate("--version").stdout == f"gate {__version__}\n"
    assert "第26条の3" in gate("--lang", "ja", "explain", "malware/known").stdout
    (tmp_path / "readme.txt").write_text("text\n")
    (tmp_path / "gate.toml").write_text(
        '[deliverable]\nname = "a"\nversion = "1"\nkind = "content"\n[gate]\nrequire = ["26-3 3(3)"]\n'
        f'[malware]\ndatabase = "bundled"\n{key.policy()}'
    )
    released = gate("release", "--out", "out", "readme.txt")
    assert released.returncode == 0, released.stdout + released.stderr
    verified = gate("verify", "--trust", trust_text(key, tmp_path / "recipient"), "out")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    missing = [line.split()[1] for line in gate("doctor").stdout.splitlines() if line.startswith("missing")]
    assert set(missing) <= {"database"}  # the official one, which this system may not have
