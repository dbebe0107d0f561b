"""The gate is released by itself, under its own policy; what does not belong in it is not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from gate import __version__
from gate.policy import load_policy
from tests.conftest import Key, trust_text
from tests.own.own_kit import ROOT, committed_copy, git, tool

POLICY = ROOT / "tools" / "release" / "gate.toml"


@pytest.fixture(scope="module")
def self_release() -> ModuleType:
    return tool("self_release")


def places(value: object) -> Iterator[str]:
    """Yield every glob of the policy's exceptions."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in {"path", "where"}:
                yield from [inner] if isinstance(inner, str) else inner
            else:
                yield from places(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from places(inner)


def test_the_policy_is_strict_and_names_places() -> None:
    loaded = load_policy(POLICY)
    policy = loaded.policy
    assert policy.deliverable is not None
    assert policy.deliverable.version == __version__
    assert policy.malware.database == "official"
    assert policy.gate.require == ("26-3(1)", "26-3 3(1)①", "26-3 3(1)③", "26-3 3(3)", "26-3 3(4)")
    named = list(places(tomllib.loads(POLICY.read_text())))
    assert len(named) > 40
    assert [place for place in named if "**" in place or not place.startswith("release_gate-*")] == []
    assert not policy.outbound.own
    assert policy.outbound.vendor is None
    assert date(2026, 11, 20) <= policy.executable[0].expires <= date(2028, 12, 31)


def test_a_trial_differs_in_three_places_alone(self_release: ModuleType) -> None:
    text = POLICY.read_text()
    pairs = zip(text.splitlines(), self_release.trial_of(text).splitlines(), strict=True)
    assert [instead for standing, instead in pairs if standing != instead] == [
        'title = "見本・公開不可 納入物検査ツール release-gate"',
        'require = ["26-3(1)", "26-3 3(1)③", "26-3 3(3)", "26-3 3(4)"]',
        'database = "bundled"',
    ]
    with pytest.raises(self_release.SelfReleaseError, match="does not hold once"):
        self_release.trial_of(text.replace('database = "official"', 'database = "bundled"'))


def test_another_version_is_refused(self_release: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    (tmp_path / "tools" / "release").mkdir(parents=True)
    (tmp_path / "tools" / "release" / "gate.toml").write_bytes(POLICY.read_bytes())
    stated = tmp_path / "gate" / "__init__.py"
    stated.write_text(f'__version__ = "{__version__}"\n')
    assert self_release.policy_for(tmp_path, tmp_path, trial=False) == tmp_path / "tools" / "release" / "gate.toml"
    assert self_release.policy_for(tmp_path, tmp_path, trial=True) == tmp_path / "gate.toml"
    stated.write_text('__version__ = "9.9.9"\n')
    with pytest.raises(self_release.SelfReleaseError, match=re.escape("the gate is 9.9.9")):
        self_release.policy_for(tmp_path, tmp_path, trial=False)


def test_only_the_commit_is_published(self_release: ModuleType, tmp_path: Path) -> None:
    """A changed work tree, and a changelog with something unreleased, are refused before anything is built."""
    (tmp_path / "gate").mkdir()
    (tmp_path / "gate" / "__init__.py").write_text('__version__ = "0.1.0"\n')
    log = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-12-01\n\n### Added\n\n- All.\n"
    (tmp_path / "CHANGELOG.md").write_text(log)
    git(tmp_path, "init", "--quiet")
    with pytest.raises(self_release.SelfReleaseError, match="not committed"):
        self_release.require_publishable(tmp_path)
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "All")
    self_release.require_publishable(tmp_path)
    (tmp_path / "CHANGELOG.md").write_text(log.replace("[Unreleased]\n", "[Unreleased]\n\n### Fixed\n\n- More.\n"))
    git(tmp_path, "commit", "--quiet", "--all", "--message", "More")
    with pytest.raises(tool("changelog").ChangelogError, match="something is unreleased"):
        self_release.require_publishable(tmp_path)


STUB = """#!/bin/sh
echo "$@" >> {log}
if [ "$1" = release ]; then
    while [ "$1" != --out ]; do shift; done
    [ {release} = 0 ] && mkdir "$2"
    exit {release}
fi
exit {verify}
"""


@pytest.mark.parametrize(("release", "verify", "left"), [(0, 0, True), (0, 1, False), (3, 0, False)])
def test_nothing_stays_that_was_not_verified(
    self_release: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: int, verify: int, left: bool
) -> None:
    """With a gate that answers as it is told to."""
    gate, log, out = tmp_path / "gate", tmp_path / "log", tmp_path / "out"
    gate.write_text(STUB.format(log=log, release=release, verify=verify))
    gate.chmod(0o755)
    monkeypatch.setattr(self_release.dist, "build", lambda _root, _out: [Path("made.tar.gz"), Path("made.whl")])
    monkeypatch.setattr(self_release.dist, "problems", lambda *_: [])
    signing, trust = tmp_path / "signing.toml", tmp_path / "trust.toml"
    status = self_release.self_release(ROOT, out, signing, trust, gate=[str(gate)], trial=True)
    assert (status, out.exists()) == (release or verify, left)
    first, *more = log.read_text().splitlines()
    assert first.endswith(f"--signing-config {signing} --source {ROOT} --out {out} made.tar.gz made.whl")
    assert more == ([] if release else [f"verify --trust {trust} {out}"])
    if left:
        with pytest.raises(self_release.SelfReleaseError, match="exists"):
            self_release.self_release(ROOT, out, signing, trust, gate=[str(gate)], trial=True)


@dataclass
class Project:
    """A repository with the state of this tree, and what is needed to release from it."""

    repository: Path
    folder: Path
    key: Key

    def release(self) -> subprocess.CompletedProcess[str]:
        (self.folder / "signing.toml").write_text(self.key.policy())
        trust = trust_text(self.key, self.folder / "recipient")
        return subprocess.run(
            [sys.executable, ROOT / "tools" / "self_release.py", "--root", self.repository, "--trial", "--signing",
             self.folder / "signing.toml", "--trust", trust, "--out", self.out],
            env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    @property
    def out(self) -> Path:
        return self.folder / "release-gate"


@pytest.fixture
def project(tmp_path: Path, key: Key) -> Project:
    return Project(committed_copy(tmp_path / "repository"), tmp_path, key)


@pytest.mark.full
def test_released_and_verified(project: Project) -> None:
    done = project.release()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "VERIFIED" in done.stdout
    names = {path.name for path in (project.out / "payload").iterdir()}
    assert names == {f"release_gate-{__version__}.tar.gz", f"release_gate-{__version__}-py3-none-any.whl"}
    result = json.loads((project.out / "gate" / "result.json").read_bytes())
    assert result["verdict"] == "approved"
    statuses = {clause["id"]: clause["status"] for clause in result["clauses"]}
    assert statuses["26-3 3(1)①"] == "not-confirmed"  # a trial's bundled signatures confirm nothing
    assert statuses["26-3(1)"] == "supported"
    assert statuses["26-3 3(1)③"] == statuses["26-3 3(3)"] == "confirmed-with-exceptions"
    assert [finding["id"] for finding in result["findings"] if finding["severity"] in {"reject", "gap", "warn"}
            and not finding["suppressed_by"]] == ["malware/database-not-official"]  # fmt: skip
    sbom = json.loads((project.out / "gate" / "sbom.cdx.json").read_bytes())
    assert sbom["metadata"]["component"]["name"] == "release-gate"
    record = json.loads((project.out / "gate" / "record.intoto.json").read_bytes())["predicate"]
    assert record["source"]["commit"] == git(project.repository, "rev-parse", "HEAD").strip()
    assert record["source"]["work_tree"] == "clean"


@pytest.mark.full
@pytest.mark.parametrize(
    ("line", "finding"),
    [
        (
            'import urllib.request\nurllib.request.urlopen("https://collector.example.org/v1")\n',
            "collector.example.org",
        ),
        ('ADDRESS = "https://docs.example.org/"\n', "docs.example.org"),
    ],
)
def test_a_contact_that_nobody_declared_is_not_released(project: Project, line: str, finding: str) -> None:
    """The policy's dispositions are for what was looked at: the same file with one more contact is none of it."""
    module = project.repository / "gate" / "reports" / "sarif.py"
    module.write_text(module.read_text() + line)
    git(project.repository, "commit", "--quiet", "--all", "--message", "More")
    done = project.release()
    assert done.returncode in {1, 3}, done.stdout + done.stderr
    assert finding in done.stdout
    assert not project.out.exists()
