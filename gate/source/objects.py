"""Objects of a repository inside of the confined worker: read by git, and proved by their ids.

Git does not hash what it reads from a pack, so that a hostile index could give any bytes under any id.  Here each
object is hashed again (gitformat-pack, "Object IDs"; `git hash-object`): what is returned is what the id says.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from gate.isolation import environment

ObjectFormat: TypeAlias = Literal["sha1", "sha256"]
ObjectType: TypeAlias = Literal["commit", "tree", "blob", "tag"]

ID_LENGTH: Final[dict[ObjectFormat, int]] = {"sha1": 40, "sha256": 64}
"""Of ids in hex digits."""
MOST_BYTES: Final = 64 << 20
"""Largest object that is read."""
_CHUNK: Final = 1 << 20
_FOLDER: Final = "40000"
_MODES: Final = frozenset({_FOLDER, "100644", "100664", "100755", "120000", "160000"})
"""Modes of tree entries (gitformat-index, "32-bit mode"); 100664 stands in old repositories."""


class Trouble(Exception):
    """A repository that cannot be read: ``reason`` is the last part of a message code of the domain ``source``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a commit that is no folder: mode (octal digits), object id, raw path."""

    mode: str
    id: str
    path: bytes


def git_command(git: str, folder: Path, *arguments: str) -> list[str]:
    """Return a command line under which nothing configures git: no file of the system, the user or the repository."""
    return [
        "/usr/bin/env",
        "GIT_CONFIG_NOSYSTEM=1",
        "GIT_CONFIG_GLOBAL=/dev/null",
        "GIT_ATTR_NOSYSTEM=1",
        "GIT_TERMINAL_PROMPT=0",
        "GIT_NO_REPLACE_OBJECTS=1",
        "GIT_OPTIONAL_LOCKS=0",
        "GIT_NO_LAZY_FETCH=1",
        git,
        "--no-pager",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.attributesFile=/dev/null",
        "-c",
        "core.excludesFile=/dev/null",
        "-c",
        "core.commitGraph=false",
        "-c",
        "core.multiPackIndex=false",
        "-c",
        "protocol.allow=never",
        f"--git-dir={folder}",
        *arguments,
    ]


class Objects:
    """The objects of a bare repository; close it at the end."""

    def __init__(self, git: str, folder: Path, object_format: ObjectFormat) -> None:
        self.object_format: ObjectFormat = object_format
        self._process = subprocess.Popen(
            git_command(git, folder, "cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(folder),
            cwd=folder,
        )

    def close(self) -> None:
        """End git."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def read(self, object_id: str) -> tuple[str, bytes]:
        """Return type and content of an object; raises :class:`Trouble` where it is missing, too large or another."""
        kind, size = self._ask(object_id)
        if size > MOST_BYTES:
            raise Trouble("too-large", object_id)
        content = self._take(size)
        self._take(1)
        digest = hashlib.new(self.object_format, f"{kind} {size}\0".encode(), usedforsecurity=False)
        digest.update(content)
        if digest.hexdigest() != object_id:
            raise Trouble("corrupt", object_id)
        return kind, content

    def read_as(self, kind: ObjectType, object_id: str) -> bytes:
        """Return the content of an object that must be of a type."""
        found, content = self.read(object_id)
        if found != kind:
            raise Trouble("corrupt", object_id)
        return content

    def _ask(self, object_id: str) -> tuple[str, int]:
        if len(object_id) != ID_LENGTH[self.object_format] or object_id.strip("0123456789abcdef"):
            raise Trouble("corrupt", "object id")
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise Trouble("git-failed")
        try:
            stdin.write(object_id.encode() + b"\n")
            stdin.flush()
            words = stdout.readline(256).split()
        except (OSError, ValueError) as error:
            raise Trouble("git-failed") from error
        if len(words) != 3 or words[0] != object_id.encode() or not words[2].isdigit():  # noqa: PLR2004  # id, type, size
            raise Trouble("incomplete" if words[1:] == [b"missing"] else "corrupt", object_id)
        return words[1].decode("utf-8", "replace"), int(words[2])

    def _take(self, size: int) -> bytes:
        stdout = self._process.stdout
        chunks = []
        while size and stdout is not None:
            chunk = stdout.read(min(size, _CHUNK))
            if not chunk:
                raise Trouble("git-failed")
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)

    # --- trees ------------------------------------------------------------------------------------------------------

    def tree(self, tree_id: str, *, most_entries: int, most_depth: int) -> Iterator[TreeEntry]:
        """Yield all entries below a tree that are no folders; folders that share a tree are each gone through.

        Raises :class:`Trouble` beyond the limits, and for names that no file of a work tree can have.
        """
        count = 0
        known: dict[str, list[TreeEntry]] = {}
        waiting = [(tree_id, b"", 0)]
        while waiting:
            here, above, depth = waiting.pop()
            if here not in known:
                known[here] = self._entries(here)
            count += len(known[here])
            if count > most_entries or depth > most_depth:
                raise Trouble("too-large", "tree")
            for entry in known[here]:
                path = above + entry.path
                if entry.mode == _FOLDER:
                    waiting.append((entry.id, path + b"/", depth + 1))
                else:
                    yield TreeEntry(entry.mode, entry.id, path)

    def _entries(self, tree_id: str) -> list[TreeEntry]:
        """Return the entries of one tree object: ``mode SP name NUL id`` each (gitformat-pack, "tree")."""
        content = self.read_as("tree", tree_id)
        id_bytes = ID_LENGTH[self.object_format] // 2
        entries, position = [], 0
        while position < len(content):
            space, end = content.find(b" ", position), content.find(b"\0", position)
            mode = content[position:space].decode("utf-8", "replace") if position < space < end else ""
            name, identity = content[space + 1 : end], content[end + 1 : end + 1 + id_bytes]
            if mode not in _MODES or len(identity) != id_bytes or not _usable(name):
                raise Trouble("corrupt", tree_id)
            entries.append(TreeEntry(mode, identity.hex(), name))
            position = end + 1 + id_bytes
        if len({entry.path for entry in entries}) != len(entries):
            raise Trouble("corrupt", tree_id)
        return entries


def _usable(name: bytes) -> bool:
    return name not in {b"", b".", b".."} and b"/" not in name and name.lower() != b".git"
