"""The commit that last changed each entry of the policy file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gate.errors import WorkerDied
from gate.source.approvals import Entry, PolicyFile, approvals
from gate.source.repository import Repository
from tests.unit.source.repository_kit import commit, git, repository

FIRST = b'[[suppress]]\nid = "a"\n\n'
SECOND = b'[[suppress]]\nid = "b"\nreason = "x"\n'
ENTRIES = (Entry("suppress", "a", 1, 3), Entry("suppress", "b", 4, 6))


def policy(path: Path, raw: bytes) -> PolicyFile:
    return PolicyFile(path, raw, hashlib.sha256(raw).hexdigest(), ENTRIES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = repository(tmp_path / "r", {"etc/gate.toml": FIRST + SECOND})
    dates = {"GIT_AUTHOR_DATE": "2026-11-21T00:00:00Z", "GIT_COMMITTER_DATE": "2026-11-21T00:00:00Z"}
    commit(made, {"etc/gate.toml": FIRST + SECOND.replace(b"x", b"y")}, GIT_AUTHOR_NAME="Suzuki", **dates)
    return made


def test_each_entry_has_the_latest_commit_of_its_lines(folder: Path) -> None:
    file = folder / "etc" / "gate.toml"
    with Repository(folder) as opened:
        first, second = approvals(opened, policy(file, file.read_bytes()))
    assert (first.entry, first.author, first.committed_at) == (
        "a", "Yamada <yamada@example.jp>", "2026-11-20T01:05:00Z",
    )  # fmt: skip
    assert (second.entry, second.author) == ("b", "Suzuki <yamada@example.jp>")
    assert second.commit == git(folder, "rev-parse", "HEAD")
    assert first.commit == git(folder, "rev-parse", "HEAD^")


def test_a_file_that_is_not_that_of_the_commit_has_no_history(folder: Path) -> None:
    file = folder / "etc" / "gate.toml"
    with Repository(folder) as opened:
        changed = approvals(opened, policy(file, file.read_bytes() + b"\n"))
        untracked = approvals(opened, policy(folder / "other.toml", FIRST))
        unix = approvals(opened, policy(file, file.read_bytes().replace(b"\n", b"\r\n")))
    assert {fact.commit for fact in (*changed, *untracked)} == {""}
    assert all(fact.commit for fact in unix)


def test_a_file_elsewhere_is_not_asked_for(folder: Path, tmp_path: Path) -> None:
    with Repository(folder) as opened:
        assert approvals(opened, policy(tmp_path / "gate.toml", FIRST)) == []
        assert approvals(opened, PolicyFile(folder / "etc" / "gate.toml", b"", "", ())) == []
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
    with Repository(tmp_path / "bare.git") as opened:
        assert approvals(opened, policy(folder / "etc" / "gate.toml", FIRST)) == []


def test_a_worker_that_names_lines_of_no_commit_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Repository(folder) as opened:
        monkeypatch.setattr(opened, "_one", lambda _request: {"lines": ["c0" * 20], "commits": {}})
        with pytest.raises(WorkerDied):
            opened.blame(b"etc/gate.toml")
