"""What lies in a release folder, held against its record: no name too many or missing, every digest, the sums.

Whoever uses this knows already that the record is the right one: by a signature, or by its digest.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import partial
from typing import TYPE_CHECKING

from gate.errors import VerificationError
from gate.filelist import FileListError, entry_at, folders_above, hash_descriptor, parse_list
from gate.folders import walk
from gate.paths import escape_name
from gate.record import layout
from gate.record.sums import render_sums
from gate.verification.attestations import MOST_BYTES as MOST_ATTESTATION_BYTES
from gate.verification.attestations import require_attested
from gate.verification.folder import read_bounded, reading, refuse_privileged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from gate.filelist import FileEntry
    from gate.record.statement import Statement
    from gate.verification.folder import ReleaseFolder

    Look: TypeAlias = Callable[[int, str, str], None]
    """Is given each file whose digest is proved: its descriptor, its path and its SHA-256; may raise."""

MOST_LIST_BYTES = 256 << 20
"""A file list or file of sums beyond this is refused: about two million files."""
_MODES_ARE_KEPT = os.name == "posix"
"""Whether this system's files can say that their owner may run them; where not, that is not compared."""


class Contents:
    """The files of a release folder as one record describes them.

    Every method raises ``VerificationError`` with the first reason why they are not so, and ``EngineFailure`` where
    something cannot be read.
    """

    def __init__(self, release: ReleaseFolder, statement: Statement) -> None:
        self._release = release
        self._statement = statement
        self._digests: dict[bytes, str] = {}
        self._lists: dict[str, dict[str, FileEntry]] = {}

    def require_names(self, more: Iterable[str], folders: Iterable[str] = ()) -> None:
        """Raise where the folder does not hold just what the record binds, the record itself, and ``more``.

        ``folders`` may be there, and be empty.
        """
        files = {*self._statement.predicate.files, layout.SUMS, layout.RECORD, *more}
        at_top = files & set(layout.GUIDES.values())
        self._release.require_names(b"", [path.encode() for path in (layout.GATE, layout.PAYLOAD, *at_top)])
        self._release.require_names(
            layout.PAYLOAD.encode(), [layout.on_disk(artifact.name) for artifact in self._statement.predicate.artifacts]
        )
        within = [layout.on_disk(path) for path in files - at_top]
        self._release.require_exactly(layout.GATE.encode(), within, [path.encode() for path in folders])

    def prove(self, look: Look) -> None:
        """Prove every file that the record binds, and every artifact; each that is a file is then given to ``look``.

        Provenance and verification summary must say what the record says, and the sums name each of these files.
        """
        predicate = self._statement.predicate
        lists = {artifact.file_list for artifact in predicate.artifacts}
        for path, sha256 in predicate.files.items():
            with self._proved(path, sha256, look) as descriptor:
                if path in lists:
                    self._lists[path] = _read_list(descriptor, path, sha256)
                if path in {layout.PROVENANCE, layout.SUMMARY}:
                    raw = read_again(descriptor, path, sha256, MOST_ATTESTATION_BYTES)
                    require_attested(path, raw, self._statement)
        for subject, artifact in zip(self._statement.subject, predicate.artifacts, strict=True):
            if artifact.file_list is None:
                with self._proved(layout.payload_path(artifact.name), subject.digest.sha256, look, artifact.size):
                    pass
            else:
                self._prove_folder(layout.payload_path(artifact.name), self._lists[artifact.file_list])
        self._prove_sums(predicate.sums.sha256, look)

    @contextlib.contextmanager
    def _proved(self, path: str, sha256: str, look: Look, most: int = layout.MOST_DOCUMENT_BYTES) -> Iterator[int]:
        """Open a file of at most so many bytes, prove its digest and let it be looked at, all from one descriptor."""
        raw = layout.on_disk(path)
        with self._release.opened(raw) as descriptor:
            with reading(raw):
                found, _ = hash_descriptor(descriptor, most)
            if found != sha256:
                raise VerificationError("changed", path)
            look(descriptor, path, sha256)
            self._digests[raw] = sha256
            yield descriptor

    def _prove_sums(self, sha256: str, look: Look) -> None:
        expected = render_sums(self._digests)
        with self._proved(layout.SUMS, sha256, look):
            if hashlib.sha256(expected).hexdigest() != sha256:
                raise VerificationError("sums-incomplete", layout.SUMS)

    def _prove_folder(self, path: str, expected: dict[str, FileEntry]) -> None:
        """Compare a folder artifact with its list; the first entry too many ends the walk."""
        missing, holders = set(expected), folders_above(expected)
        with self._release.inside(layout.on_disk(path)) as cursor, reading(layout.on_disk(path)):
            for visit in walk(cursor):
                name = escape_name(visit.path)
                if visit.event == "leave" or (visit.event == "enter" and name in holders):
                    continue
                if name not in missing:
                    raise VerificationError("unexpected", f"{path}/{name}")
                if visit.event == "special":
                    raise VerificationError("not-a-file", f"{path}/{name}")
                missing.remove(name)
                self._release.seen.notice(layout.on_disk(f"{path}/{name}"), visit.status)
                look = partial(refuse_privileged, path=f"{path}/{name}")
                found = entry_at(cursor, visit, expected[name].size, look=look)
                if found is None or _compared(found) != _compared(expected[name]):
                    raise VerificationError(_difference(found, expected[name]), f"{path}/{name}")
                if found.kind == "file":
                    self._digests[layout.on_disk(f"{path}/{name}")] = found.sha256
        if missing:
            raise VerificationError("missing", f"{path}/{min(missing)}")


def read_again(descriptor: int, path: str, sha256: str, limit: int) -> bytes:
    """Return the bytes of an open file whose digest has been proved."""
    raw = read_bounded(descriptor, path.encode(), limit)
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise VerificationError("changed-while-read", path)
    return raw


def _read_list(descriptor: int, path: str, sha256: str) -> dict[str, FileEntry]:
    """Return the entries of the file list in an open file, by path."""
    raw = read_again(descriptor, path, sha256, MOST_LIST_BYTES)
    try:
        return {entry.path: entry for entry in parse_list(raw)}
    except FileListError as error:
        raise VerificationError("list-malformed", path, detail=str(error)) from error


def _difference(found: FileEntry | None, expected: FileEntry) -> str:
    """Return why an entry is refused: a copy that lost a run bit is another matter than other bytes."""
    if found is None or found.kind != expected.kind or found.sha256 != expected.sha256:
        return "changed"
    return "mode-changed"


def _compared(entry: FileEntry) -> tuple[str, int, str]:
    return entry.mode if _MODES_ARE_KEPT else entry.kind, entry.size, entry.sha256
