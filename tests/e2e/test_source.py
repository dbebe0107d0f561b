"""``--source`` as a person runs it: from a repository to a signed record that says where the delivery comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Gate, policy_text, tarred
from tests.unit.source.repository_kit import commit, git, repository

FILES = {"src/a.txt": b"text\n", "README.md": b"# a\n", ".gitignore": b"dist/\n"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Make a repository with the policy in it, and deliver its files as a tarball."""
    folder = repository(tmp_path / "repository", FILES)
    text = policy_text() + '\n[source]\nrepository = "https://git.example.jp/acme/app"\n'
    commit(folder, {"gate.toml": text.encode()})
    git(folder, "remote", "add", "origin", "git@git.example.jp:acme/app.git")
    return folder


def test_a_delivery_of_the_commit_is_supported(gate: Gate, tmp_path: Path, source: Path) -> None:
    (tmp_path / "app-1.0.tar.gz").write_bytes(tarred({f"app-1.0/{name}": data for name, data in FILES.items()}, "gz"))
    policy = source / "gate.toml"
    ran = gate("check", "-c", policy, "--format", "json", "--source", source, "app-1.0.tar.gz")
    assert ran.status == 0, ran.stdout
    (clause,) = [each for each in ran.document["clauses"] if each["id"] == "26-3(1)"]
    assert (clause["status"], clause["reason_args"]["traced"]) == ("supported", 3)
    assert f"revision:sha1:{git(source, 'rev-parse', 'HEAD')}" in clause["evidence"]


def test_a_file_more_than_the_commit_and_a_changed_work_tree(gate_here: Gate, tmp_path: Path, source: Path) -> None:
    members = {f"app-1.0/{name}": data for name, data in FILES.items()}
    (tmp_path / "app-1.0.tar.gz").write_bytes(tarred({**members, "app-1.0/m4/x.m4": b"evil\n"}, "gz"))
    (source / "src" / "a.txt").write_bytes(b"changed\n")
    ran = gate_here("check", "-c", source / "gate.toml", "--format", "json", "--source", source, "app-1.0.tar.gz")
    assert ran.status == 1
    assert {("source/untraced", "app-1.0.tar.gz!/app-1.0/m4/x.m4"), ("source/dirty", "")} <= ran.findings()
    shown = gate_here("check", "--lang", "ja", "-c", source / "gate.toml", "--source", source, "app-1.0.tar.gz")
    assert "コミットには、このファイルの元となるものがありません" in shown.stdout


def test_what_is_no_repository_is_wrong_usage(gate_here: Gate, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\n")
    ran = gate_here("check", "--source", tmp_path, "a.txt")
    assert (ran.status, ran.stdout) == (2, "")
    assert "is not a git repository" in ran.stderr


def test_a_policy_that_names_a_source_is_not_answered_without_one(gate: Gate, tmp_path: Path, source: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\n")
    ran = gate("check", "-c", source / "gate.toml", "--format", "json", "a.txt")
    assert (ran.status, ran.document["verdict"]) == (3, "incomplete")
    assert ("source/unread", "") in ran.findings()
