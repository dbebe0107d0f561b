"""Looks at what each delivered file is in a commit: the same bytes, the same text, a packer's own file, or nothing.

Contents are hashed here and never parsed; files of packers are read by a confined worker.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any, Final, TypeAlias

from gate.errors import EngineFailure, GateError, IsolationError, WorkerDied
from gate.examine.interface import Member
from gate.isolation import Confinement, Worker
from gate.models import EngineInfo, Fact, Gap, Item, LinkFact, SeenFact, Traced, TraceFact
from gate.paths import escape_name, printable, unescape_component
from gate.source.blob_ids import BlobIds, blob_id, blob_ids
from gate.source.commit_files import CommitFiles, Steps, link_paths, ranked
from gate.source.objects import ObjectFormat
from gate.source.packers import Package, rule_for
from gate.source.packers_inside import MOST_BYTES

NAME: Final = "source"
MOST_SOURCES: Final = 5
"""Paths of the commit that a fact keeps."""
_EMPTY_BLOB: Final = {
    "sha1": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "sha256": "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}
"""The ids of a blob without content, which every git knows."""
_CANARY: Final = b"Metadata-Version: 2.1\nName: canary\n\nbody\n"
_SECONDS: Final = 30.0
_VERSION: Final = "1"
Members: TypeAlias = Mapping[str, Mapping[str, tuple[str, int]]]
"""SHA-256 and size of the files of each container, by their paths in it."""


class SourceTracer:
    """Traces every item to ``files``; ``build_files`` is the text of those that tell packers what to do."""

    name = NAME

    def __init__(self, files: CommitFiles, build_files: str, *, jobs: int) -> None:
        self._files = files
        self._build_files = build_files
        self._jobs = jobs
        self._packers = _Packers()

    def applies(self, item: Item) -> bool:
        """Say yes: every file comes from somewhere."""
        del item
        return True

    def start(self) -> EngineInfo:
        """Prove that contents get the ids that git gives them, and that a packer's file is read."""
        form = self._files.object_format
        descriptor = os.memfd_create("canary")
        try:
            os.write(descriptor, _CANARY)
            bodies = self._packers.read("fields", form, descriptor).get("bodies", [])
        except IsolationError as error:
            raise EngineFailure("isolation.engine-worker", engine=NAME, cause=str(error)) from error
        finally:
            os.close(descriptor)
        if blob_id(b"", form) != _EMPTY_BLOB[form] or blob_id(b"body\n", form) not in bodies:
            raise EngineFailure("source.canary", engine=NAME)
        return EngineInfo(NAME, _VERSION, None, "passed")

    def finish(self) -> EngineInfo:
        """Prove it once more."""
        return self.start()

    def close(self) -> None:
        """End the worker; may be called more than once."""
        self._packers.close()

    def examine(self, members: Sequence[Member]) -> Iterator[tuple[Item, Sequence[SeenFact | Gap]]]:
        """Yield for each item what it is in the commit."""
        packages = _packages(members)
        distinct = {member.item.sha256: member for member in members}
        with ThreadPoolExecutor(self._jobs, thread_name_prefix="trace") as threads:
            ids = dict(zip(distinct, threads.map(self._hash, distinct.values()), strict=True))
        for member in members:
            found = ids[member.item.sha256]
            yield member.item, (found if isinstance(found, Gap) else self._trace(member, found, packages),)

    def _hash(self, member: Member) -> BlobIds | Gap:
        try:
            with member.opened() as descriptor:
                return blob_ids(descriptor, member.item.size, self._files.object_format)
        except (OSError, GateError) as error:
            return Gap("unreadable", printable(str(error))[:200])

    def _trace(self, member: Member, ids: BlobIds, packages: Members) -> TraceFact | Gap:
        item, files = member.item, self._files
        steps = steps_of(item.path)
        other_ends = chain.from_iterable(files.by_id.get(each, ()) for each in ids.other_line_ends)
        ways: tuple[tuple[Traced, Iterable[bytes]], ...] = (
            ("content", files.by_id.get(ids.exact, ())),
            ("line-endings", other_ends),
            ("large-file", files.large.get(item.sha256, ())),
        )
        for traced, found in ways:
            paths = ranked(found, steps)
            if paths:
                shown = tuple(escape_name(path) for path in paths[:MOST_SOURCES])
                return TraceFact(traced, shown, len(paths), "" if item.size else "empty")
        try:
            explained = self._explained(member, packages)
        except (OSError, GateError) as error:
            return Gap("engine-error", printable(str(error))[:200])
        if explained is not None:
            return TraceFact(explained)
        there = files.at_path(steps)
        return TraceFact("untraced") if there is None else TraceFact("different", (escape_name(there),))

    def _explained(self, member: Member, packages: Members) -> Traced | None:
        """Return what a file of a package is where its packer wrote it, else None."""
        container, inside, name = member.item.path.rpartition("!/")
        rule = rule_for(name) if inside and member.item.size <= MOST_BYTES else None
        if rule is None:
            return None
        with member.opened() as descriptor:
            answer = self._packers.read(rule.op, self._files.object_format, descriptor)
        package = Package(packages[container], self._build_files, self._files.by_id.__contains__)
        return rule.traced if rule.explains(answer, package, name) else None


class _Packers:
    """The worker that reads the files of packers; one that has died is replaced."""

    def __init__(self) -> None:
        self._worker: Worker | None = None

    def read(self, op: str, object_format: ObjectFormat, descriptor: int) -> Mapping[str, Any]:
        """Return what a file holds; raises ``IsolationError`` where the worker does not say so in time."""
        if self._worker is None or not self._worker.alive:
            confinement = Confinement(memory_bytes=2 << 30, cpu_seconds=None)
            self._worker = Worker("gate.source.packers_inside:serve", confinement=confinement)
        request = {"op": op, "format": object_format}
        match list(self._worker.request(request, [descriptor], seconds=_SECONDS)):
            case [dict(answer)]:
                return answer
            case _:
                raise WorkerDied("isolation.worker-died", target=NAME, how="malformed answer")

    def close(self) -> None:
        if self._worker is not None:
            self._worker.kill()


def _packages(members: Sequence[Member]) -> Members:
    """Return the files of each container by their paths in it."""
    packages: defaultdict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    for member in members:
        container, inside, name = member.item.path.rpartition("!/")
        if inside:
            packages[container][name] = (member.item.sha256, member.item.size)
    return packages


def steps_of(path: str) -> Steps:
    """Return the raw components of an item's path in its container, or in its artifact."""
    _, inside, name = path.rpartition("!/")
    below = name if inside else path.partition("/")[2] or path
    return tuple(step.encode() if step.startswith("!") else unescape_component(step) for step in below.split("/"))


def trace_links(files: CommitFiles, facts: Iterable[Fact]) -> Iterator[TraceFact]:
    """Yield a fact for each delivered symbolic link that the commit has, with the same target, at the same path."""
    for link in facts:
        if isinstance(link, LinkFact) and link.link == "symbolic":
            target = b"/".join(unescape_component(step) for step in link.target.split("/"))
            paths = link_paths(files, target, steps_of(link.path))
            if paths:
                shown = tuple(escape_name(path) for path in paths[:MOST_SOURCES])
                yield TraceFact("content", shown, len(paths), path=link.path)
