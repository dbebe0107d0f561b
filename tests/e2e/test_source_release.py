"""A release with ``--source``: its record says where it comes from, and its facts are judged again without a scan."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from gate.policy import SigningState, judge, parse_policy
from gate.record.documents import parse_facts
from tests.conftest import Gate, Key, policy_text, tarred, trust_text
from tests.unit.source.repository_kit import commit, git, repository

FILES = {"src/a.txt": b"text\n", "dist/b.txt": b"made\n"}


def test_the_record_says_where_a_release_comes_from(gate: Gate, tmp_path: Path, key: Key) -> None:
    source = repository(tmp_path / "repository", {"src/a.txt": b"text\n"})
    generated = '\n[source]\ngenerated = ["app.tar!/dist/*.txt"]\n'
    commit(source, {"gate.toml": (policy_text() + key.policy() + generated).encode()})
    (tmp_path / "app.tar").write_bytes(tarred(FILES))
    policy, out = source / "gate.toml", tmp_path / "out"
    ran = gate("release", "-c", policy, "--source", source, "--out", out, "--format", "json", "app.tar")
    assert ran.status == 0, ran.stdout + ran.stderr
    record = json.loads((out / "gate" / "record.intoto.json").read_bytes())["predicate"]["source"]
    assert (record["commit"], record["work_tree"]) == (git(source, "rev-parse", "HEAD"), "clean")
    assert record["files"] == {"content": 1, "generated": 1, "members": 1}
    assert record["generated"] == [{"glob": "app.tar!/dist/*.txt", "count": 1, "paths": ["app.tar!/dist/b.txt"]}]
    assert gate("verify", "--trust", trust_text(key, tmp_path), out).status == 0
    seen = parse_facts((out / "gate" / "facts.json").read_bytes())
    strict = parse_policy(f'[source]\ncommit = "{"a" * 40}"'.encode(), "gate.toml").policy
    today, signing = datetime.now(UTC).date(), SigningState(intended=False, ready=())
    again = judge(seen, strict, policy_sha256="0" * 64, today=today, signing=signing)
    against = {(finding.id, finding.path) for finding in again.findings if finding.id.startswith("source/")}
    assert against == {("source/other-commit", ""), ("source/untraced", "app.tar!/dist/b.txt")}


def test_the_folder_that_a_release_is_made_in_is_no_difference_of_the_work_tree(
    gate: Gate, tmp_path: Path, key: Key
) -> None:
    """It lies beside the release folder, in pipelines within the work tree; any other of such a name is one."""
    source = repository(tmp_path / "repository", {"dist/a.txt": b"text\n"})
    commit(source, {"gate.toml": (policy_text() + key.policy()).encode()})
    ran = gate("release", "--source", ".", "--out", "release", "--format", "json", "dist", cwd=source)
    assert ran.status == 0, ran.stdout + ran.stderr
    assert ("source/dirty", "") not in ran.findings()
    shutil.rmtree(source / "release")
    (source / ".release.partial-0123456789abcdef").mkdir()
    (source / ".release.partial-0123456789abcdef" / "evil.so").touch()
    ran = gate("release", "--source", ".", "--out", "release", "--format", "json", "dist", cwd=source)
    (dirty,) = [finding for finding in ran.document["findings"] if finding["id"] == "source/dirty"]
    assert "1 differences [untracked .release.partial-0123456789abcdef/evil.so]" in dirty["message"]
