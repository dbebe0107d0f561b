"""A repository from the gate's side: it is copied, read by a confined worker, and told as facts.

What the worker answers is checked value by value: one that a hostile repository has taken over can lie about that
repository alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from gate.errors import EngineFailure, UsageError, WorkerDied
from gate.isolation import Confinement, PrivateFolder, Worker, find_program
from gate.models import RevisionFact, SignatureKind, WorkTree
from gate.openpgp import Checker, PublicKey, find_gpg
from gate.paths import escape_name, printable
from gate.source.copying import CopyLimits, copy_repository
from gate.source.large_files import Pointer
from gate.source.objects import ObjectFormat, TreeEntry
from gate.source.place import Place, find_repository
from gate.source.work_tree import Comparison, Differences

_SECONDS: Final = 300.0
_PATHS_PER_QUESTION: Final = 20_000
_SHOWN: Final = 300
T = TypeVar("T")
_ID: Final = r"^([0-9a-f]{40}|[0-9a-f]{64})$"
_ENTRY: Final = re.compile(r"[0-9]{5,6}")
_TROUBLES: Final = {
    "corrupt": "source.corrupt",
    "git-failed": "source.git-failed",
    "incomplete": "source.incomplete",
    "no-commit": "source.no-commit",
    "too-large": "source.too-large",
}


@dataclass(frozen=True, slots=True)
class _Revision:
    """What the worker says of the commit; ``signed`` is kind, signature and the bytes that it is over."""

    commit: str
    tree: str
    object_format: ObjectFormat
    branch: bytes
    tags: tuple[bytes, ...]
    author: str
    authored_at: str
    committer: str
    committed_at: str
    signed: tuple[SignatureKind, bytes, bytes]
    tag_signed: tuple[SignatureKind, bytes, bytes]
    remote: bytes
    shallow: bool


@dataclass(frozen=True, slots=True)
class Blame:
    """Who last changed each line of a file: a commit id for each line, and author and time of each such commit."""

    lines: tuple[str, ...]
    commits: Mapping[str, tuple[str, str]]


_REVISION: TypeAdapter[_Revision] = TypeAdapter(_Revision)
_ENTRIES: TypeAdapter[list[tuple[str, str, bytes]]] = TypeAdapter(list[tuple[str, str, bytes]])
_PATHS: TypeAdapter[list[bytes]] = TypeAdapter(list[bytes])
_POINTERS: TypeAdapter[list[tuple[str, str, int]]] = TypeAdapter(list[tuple[str, str, int]])
_BLAME: TypeAdapter[Blame] = TypeAdapter(Blame)


class Repository:
    """The repository of a folder, at the commit that its HEAD names.  Use as a context manager.

    ``own`` is a folder that this run made and works in: it is no difference between work tree and commit.
    Raises ``UsageError`` where the folder is none that can be read, and ``EngineFailure`` without git.
    """

    def __init__(self, folder: Path, limits: CopyLimits | None = None, *, own: Path | None = None) -> None:
        git = find_program("git")
        if git is None:
            raise EngineFailure("source.no-git")
        self._given = printable(str(folder))
        self._own = own
        self.place: Place = find_repository(folder)
        self._private = PrivateFolder("source")
        self._worker: Worker | None = None
        try:
            copy_repository(self.place, self._private.path, limits or CopyLimits())
            self._worker = Worker(
                "gate.source.inside:serve",
                {"folder": str(self._private.path), "git": git},
                confinement=Confinement(processes=16, cpu_seconds=None),
                folder=self._private,
            )
            self._revision = self._checked(_REVISION, self._one({"op": "revision"}))
            self.entries: Mapping[bytes, TreeEntry] = {entry.path: entry for entry in self._tree()}
            self.pointers: Mapping[str, Pointer] = self._read_pointers()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker and remove the copy; may be called more than once."""
        if self._worker is not None:
            self._worker.kill()
        self._private.remove()

    @property
    def object_format(self) -> ObjectFormat:
        """How objects are named."""
        return self._revision.object_format

    def revision(self, keys: Sequence[PublicKey] = ()) -> RevisionFact:
        """Return the fact of the commit; signatures are verified against ``keys`` alone."""
        seen = self._revision
        work_tree, differences = self._work_tree()
        submodules = [escape_name(path) for path, entry in sorted(self.entries.items()) if entry.mode == "160000"]
        return RevisionFact(
            commit=seen.commit,
            tree=seen.tree,
            object_format=seen.object_format,
            branch=_shown(seen.branch),
            tags=tuple(map(_shown, seen.tags)),
            author=_shown(seen.author),
            authored_at=_shown(seen.authored_at),
            committer=_shown(seen.committer),
            committed_at=_shown(seen.committed_at),
            signature=seen.signed[0],
            signed_by=_signer(seen.signed, keys),
            tag_signature=seen.tag_signed[0],
            tag_signed_by=_signer(seen.tag_signed, keys),
            remote=without_user(printable(seen.remote))[:_SHOWN],
            shallow=seen.shallow,
            work_tree=work_tree,
            differences=differences.shown,
            differing=differences.count,
            files=len(self.entries) - len(submodules),
            submodules=tuple(submodules),
        )

    def blame(self, path: bytes) -> Blame:
        """Return who last changed each line of a file of the commit."""
        blame = self._checked(_BLAME, self._one({"op": "blame", "path": path}))
        if not blame.commits.keys() >= set(blame.lines):
            raise self._garbage()
        return blame

    def blob(self, object_id: str) -> bytes:
        """Return the content of a blob of at most ``inside.MOST_BLOB_BYTES``."""
        match self._one({"op": "blob", "id": object_id}):
            case {"blob": bytes(content)}:
                return content
            case _:
                raise self._garbage()

    def _work_tree(self) -> tuple[WorkTree, Differences]:
        if self.place.work_tree is None:
            return "none", Differences((), 0)
        comparison = Comparison(
            self.place.work_tree, self.entries, self.object_format, self._ignored, self._is_large_file, self._own
        )
        found = comparison.differences()
        return "different" if found.count else "clean", found

    def _is_large_file(self, object_id: str, file: Path) -> bool:
        pointer = self.pointers.get(object_id)
        return pointer is not None and pointer.names(file)

    def _ignored(self, paths: Sequence[bytes]) -> set[bytes]:
        ignored: set[bytes] = set()
        for start in range(0, len(paths), _PATHS_PER_QUESTION):
            part = list(paths[start : start + _PATHS_PER_QUESTION])
            answer = self._one({"op": "ignored", "paths": part})
            found: list[bytes] = self._checked(_PATHS, answer.get("ignored"))
            ignored.update(found)
        return ignored

    def _tree(self) -> Iterator[TreeEntry]:
        for frame in self._ask({"op": "tree"}):
            for mode, object_id, path in self._checked(_ENTRIES, frame.get("entries")):
                if not _ENTRY.fullmatch(mode) or not re.match(_ID, object_id) or not _is_inside(path):
                    raise self._garbage()
                yield TreeEntry(mode, object_id, path)

    def _read_pointers(self) -> dict[str, Pointer]:
        found = self._checked(_POINTERS, self._one({"op": "pointers"}).get("pointers"))
        return {object_id: Pointer(sha256, size) for object_id, sha256, size in found}

    # --- the worker -------------------------------------------------------------------------------------------------

    def _ask(self, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if self._worker is None:
            raise self._garbage()
        for frame in self._worker.request(request, seconds=_SECONDS):
            match frame:
                case {"trouble": [str(reason), str(detail)]} if reason in _TROUBLES:
                    raise UsageError(_TROUBLES[reason], path=self._given, detail=printable(detail)[:_SHOWN])
                case dict():
                    yield frame
                case _:
                    raise self._garbage()

    def _one(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        answers = list(self._ask(request))
        if len(answers) != 1:
            raise self._garbage()
        return answers[0]

    def _checked(self, adapter: TypeAdapter[T], value: object) -> T:
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            raise self._garbage() from error

    @staticmethod
    def _garbage() -> WorkerDied:
        return WorkerDied("isolation.worker-died", target="git", how="malformed answer")


def _is_inside(path: bytes) -> bool:
    return not {b"", b".", b".."} & set(path.split(b"/"))


def _shown(text: bytes | str) -> str:
    return printable(text)[:_SHOWN]


def _signer(signed: tuple[SignatureKind, bytes, bytes], keys: Sequence[PublicKey]) -> str:
    """Return the fingerprint of the key, among those given, that a signature was verified against; else nothing."""
    kind, signature, payload = signed
    gpg = find_gpg()
    if kind != "openpgp" or not keys or gpg is None:
        return ""
    descriptor = os.memfd_create("payload")
    try:
        os.write(descriptor, payload)
        with Checker(keys, gpg=gpg, now=None) as checker:
            checked = checker.check(descriptor, signature)
    finally:
        os.close(descriptor)
    return checked.signer if checked.outcome == "valid" else ""


def without_user(address: str) -> str:
    """Return the address of a repository without user information and query: they may be secrets."""
    if "://" in address:
        try:
            parts = urlsplit(address)
        except ValueError:
            return ""
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return address.rpartition("@")[2] if ":" in address else address
