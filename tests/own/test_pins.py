"""What people copy names one commit of the gate, that of a release, and a tool writes it there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.own.own_kit import ROOT, git, tool

LOG = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-12-01\n\n### Added\n\n- All.\n"


def pins(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "pins.py"), "--root", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with what holds pins, at its first release."""
    for folder in tool("pins").FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "gate").mkdir()
    (tmp_path / "gate" / "__init__.py").write_text('__version__ = "0.1.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(LOG)
    git(tmp_path, "init", "--quiet")
    return tmp_path


def committed(repository: Path, *tags: str) -> str:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "x")
    for tag in tags:
        git(repository, "tag", tag)
    return git(repository, "rev-parse", "HEAD").strip()


def test_everything_names_one_commit() -> None:
    assert pins(ROOT, "--check").returncode == 0
    module = tool("pins")
    used, called = module.pins(ROOT, module._USED), module.pins(ROOT, module._CALLED)
    assert (len(used), len(called)) == (13, 1)
    uses = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in module.files(ROOT)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "uses: release-gate/" in line and "…@" not in line
    }
    assert len(uses) >= 9
    assert uses <= used.keys() | called.keys()


def test_a_release_is_pinned_and_then_called(repository: Path) -> None:
    module = tool("pins")
    for kind in (module._USED, module._CALLED):
        module.write(repository, kind, module.NONE)
    release = committed(repository, "v0.1.0")
    refused = pins(repository, "--called")
    assert (refused.returncode, "names no release" in refused.stderr) == (1, True)
    done = pins(repository, "v0.1.0")
    assert done.returncode == 0, done.stderr
    assert set(module.pins(repository, module._USED).values()) == {release}
    pinned = committed(repository)
    assert pins(repository, "--called").returncode == 0
    assert set(module.pins(repository, module._CALLED).values()) == {pinned}
    assert f"release-gate/release-gate/sign@{release}" in (repository / module.REUSABLE).read_text()
    assert pins(repository, "--check").returncode == 0


def test_what_is_no_release_and_what_differs_is_named(repository: Path) -> None:
    committed(repository, "v0.2.0")
    missing, other = pins(repository, "v9.9.9"), pins(repository, "v0.2.0")
    assert (missing.returncode, "there is no refs/tags/v9.9.9" in missing.stderr) == (1, True)
    assert (other.returncode, "has the version 0.1.0" in other.stderr) == (1, True)
    (repository / "CHANGELOG.md").write_text(LOG.replace("[Unreleased]\n", "[Unreleased]\n\n### Fixed\n\n- More.\n"))
    committed(repository, "v0.1.0")
    unreleased = pins(repository, "v0.1.0")
    assert (unreleased.returncode, "something is unreleased" in unreleased.stderr) == (1, True)
    scan = repository / "examples" / "workflows" / "scan.yml"
    commit = tool("pins").pins(repository, tool("pins")._USED)["examples/workflows/scan.yml:26"]
    scan.write_text(scan.read_text().replace(commit, "1" * 40))
    differing = pins(repository, "--check")
    assert differing.returncode == 1
    assert f"examples/workflows/scan.yml:26 {'1' * 40}" in differing.stderr
