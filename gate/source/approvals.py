"""Who last changed each entry of the policy file, where that file is one of the commit."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gate.models import ApprovalFact
from gate.paths import printable
from gate.source.blob_ids import blob_id
from gate.source.repository import Blame, Repository


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the policy file: section, id, and its lines from ``first`` to ``last`` (from 1)."""

    section: str
    id: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy file as it was used: where it lies, its bytes and their SHA-256, and its entries."""

    path: Path
    raw: bytes
    sha256: str
    entries: tuple[Entry, ...]


def approvals(repository: Repository, file: PolicyFile) -> list[ApprovalFact]:
    """Return a fact for each entry of a policy file that lies in the work tree; none where it lies elsewhere."""
    work_tree = repository.place.work_tree
    if work_tree is None or not file.entries:
        return []
    try:
        below = file.path.resolve().relative_to(work_tree.resolve())
    except ValueError:
        return []
    name = os.fsencode(below)
    entry = repository.entries.get(name)
    unix = file.raw.replace(b"\r\n", b"\n")
    committed = entry is not None and entry.id in {blob_id(each, repository.object_format) for each in (file.raw, unix)}
    blame = repository.blame(name) if committed else Blame((), {})
    return [_fact(each, file, blame) for each in file.entries]


def _fact(entry: Entry, file: PolicyFile, blame: Blame) -> ApprovalFact:
    """Return the fact of an entry: the latest of the commits that its lines are from."""
    known = {commit: blame.commits[commit] for commit in blame.lines[entry.first - 1 : entry.last]}
    commit = max(known, key=lambda each: (known[each][1], each), default="")
    author, committed_at = known.get(commit, ("", ""))
    return ApprovalFact(
        file.sha256, entry.section, entry.id, commit, printable(author)[:200], printable(committed_at)[:40]
    )
