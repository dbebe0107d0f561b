"""The inside of the confined worker that reads a copied repository.

``options`` are ``{"folder": path, "git": path}``.  Beside the bare repository ``copy.git`` the folder holds, as plain
data, what says where the repository stood: ``seen/head``, ``seen/references`` (``id name`` lines), ``seen/packed``,
``seen/shallow`` and ``seen/config``.  Frames are plain values; the asking side checks them.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gate.isolation import environment
from gate.source.commits import Commit, Signed, read_commit, read_tag
from gate.source.large_files import LENGTHS, read_pointer
from gate.source.objects import ID_LENGTH, ObjectFormat, Objects, Trouble, git_command

Frame = dict[str, Any]
Handler = Callable[[Mapping[str, Any], list[int]], Iterator[Frame]]

MOST_ENTRIES: Final = 1_000_000
"""Most files of a commit."""
MOST_DEPTH: Final = 200
MOST_TAGS: Final = 20_000
MOST_BLOB_BYTES: Final = 15 << 20
"""Largest blob that is handed on."""
_ENTRIES_PER_FRAME: Final = 2000
_MOST_IGNORE_FILES: Final = 5000
_OUTPUT: Final = 64 << 20
_ID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HERE: Final = b"./"
"""Before a path that git takes for a pattern with magic where it begins with a colon (gitglossary, "pathspec")."""
_BRANCH: Final = "refs/heads/"
_TAG: Final = "refs/tags/"


def serve(options: Mapping[str, Any]) -> Handler:
    """Return the handler of requests; see :class:`Reading`."""
    reading: Reading | None = None

    def handle(request: Mapping[str, Any], descriptors: list[int]) -> Iterator[Frame]:
        nonlocal reading
        del descriptors  # a repository is read from its copy
        try:
            reading = reading or Reading(Path(options["folder"]), options["git"])
            match request["op"]:
                case "revision":
                    yield reading.revision()
                case "tree":
                    yield from reading.tree()
                case "ignored":
                    yield {"ignored": reading.ignored(request["paths"])}
                case "pointers":
                    yield {"pointers": reading.pointers()}
                case "blob":
                    yield {"blob": reading.blob(request["id"])}
                case "blame":
                    yield reading.blame(request["path"])
        except Trouble as trouble:
            yield {"trouble": [trouble.reason, trouble.detail]}

    return handle


class Reading:
    """One repository at the commit that its HEAD names.  Raises :class:`Trouble` where it cannot be read."""

    def __init__(self, folder: Path, git: str) -> None:
        self._folder = folder
        self._git = git
        self._bare = folder / "copy.git"
        self._references = dict(self._all_references())
        self.branch, self._commit_id = self._head()
        self.object_format: ObjectFormat = "sha1" if len(self._commit_id) == ID_LENGTH["sha1"] else "sha256"
        self._prepare()
        self.objects = Objects(git, self._bare, self.object_format)
        self._commit: Commit = read_commit(self.objects.read_as("commit", self._commit_id))
        self._ignore_files: list[tuple[bytes, str]] = []
        self._attributes: set[str] = set()
        self._blobs: set[str] = set()

    def _prepare(self) -> None:
        """Give the copy a configuration of our own."""
        version = 0 if self.object_format == "sha1" else 1
        extension = "" if self.object_format == "sha1" else "[extensions]\n\tobjectformat = sha256\n"
        settings = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}"
        (self._bare / "config").write_text(settings, "utf-8")
        shallow = [line for line in self._seen("shallow").split("\n") if _ID.fullmatch(line)]
        if shallow:
            (self._bare / "shallow").write_text("".join(f"{line}\n" for line in shallow), "utf-8")
        self.shallow = bool(shallow)

    def _seen(self, name: str) -> str:
        place = self._folder / "seen" / name
        return place.read_bytes().decode("utf-8", "surrogateescape") if place.exists() else ""

    # --- references -------------------------------------------------------------------------------------------------

    def _all_references(self) -> Iterator[tuple[str, str]]:
        """Yield names with ids, loose ones last, as they win over packed ones (gitrepository-layout)."""
        for file in ("packed", "references"):
            for line in self._seen(file).split("\n"):
                object_id, _, name = line.partition(" ")
                if _ID.fullmatch(object_id) and name.startswith((_BRANCH, _TAG)):
                    yield name, object_id

    def _head(self) -> tuple[str, str]:
        head = self._seen("head").rstrip("\n")
        if _ID.fullmatch(head):
            return "", head
        name = head.removeprefix("ref:").strip()
        if not head.startswith("ref:") or not name.startswith(_BRANCH) or name not in self._references:
            raise Trouble("no-commit")
        return name.removeprefix(_BRANCH), self._references[name]

    def _tags(self) -> tuple[list[str], Signed]:
        """Return the tags that lead to the commit, and the signature of the first that is signed.

        A tag object counts under its own name alone, or a signature would be worn by another tag.
        """
        names: list[str] = []
        signed = Signed("")
        tags = sorted((name, value) for name, value in self._references.items() if name.startswith(_TAG))
        if len(tags) > MOST_TAGS:
            raise Trouble("too-large", "tags")
        for name, value in tags:
            short = name.removeprefix(_TAG)
            if value == self._commit_id:
                names.append(short)
                continue
            kind, content = self.objects.read(value)
            tag = read_tag(content) if kind == "tag" else None
            if tag is not None and (tag.object, tag.type) == (self._commit_id, "commit"):
                names.append(short)
                if not signed.kind and tag.name == short.encode("utf-8", "surrogateescape"):
                    signed = tag.signed
        return names, signed

    # --- answers ----------------------------------------------------------------------------------------------------

    def revision(self) -> Frame:
        """Return what is known of the commit, text escaped nowhere yet (names are raw bytes)."""
        tags, signed = self._tags()
        commit = self._commit
        return {
            "commit": self._commit_id,
            "tree": commit.tree,
            "object_format": self.object_format,
            "branch": self.branch.encode("utf-8", "surrogateescape"),
            "tags": [tag.encode("utf-8", "surrogateescape") for tag in tags],
            "author": commit.author,
            "authored_at": commit.authored_at,
            "committer": commit.committer,
            "committed_at": commit.committed_at,
            "signed": [commit.signed.kind, commit.signed.signature, commit.signed.payload],
            "tag_signed": [signed.kind, signed.signature, signed.payload],
            "remote": self._remote(),
            "shallow": self.shallow,
        }

    def _remote(self) -> bytes:
        """Return the address of ``origin`` as the repository's own configuration has it, which is only data here."""
        place = self._folder / "seen" / "config"
        if not place.exists():
            return b""
        query = ("config", "--file", str(place), "--no-includes", "-z", "--get-all", "remote.origin.url")
        status, output = self._run(query)
        addresses = output.split(b"\0")[:-1]
        return addresses[-1] if status == 0 and addresses else b""

    def tree(self) -> Iterator[Frame]:
        """Yield the commit's files as ``[mode, id, path]``, many in a frame."""
        entries = []
        for entry in self.objects.tree(self._commit.tree, most_entries=MOST_ENTRIES, most_depth=MOST_DEPTH):
            name = entry.path.rpartition(b"/")[2]
            if entry.mode.startswith("100"):
                self._blobs.add(entry.id)
                if name == b".gitignore":
                    self._ignore_files.append((entry.path, entry.id))
                if name == b".gitattributes":
                    self._attributes.add(entry.id)
            entries.append([entry.mode, entry.id, entry.path])
            if len(entries) == _ENTRIES_PER_FRAME:
                yield {"entries": entries}
                entries = []
        yield {"entries": entries}

    def blob(self, object_id: str) -> bytes:
        """Return the content of a blob that a message can hold."""
        content = self.objects.read_as("blob", object_id)
        if len(content) > MOST_BLOB_BYTES:
            raise Trouble("too-large", object_id)
        return content

    def pointers(self) -> list[list[str | int]]:
        """Return blob id, SHA-256 and size of each Git LFS pointer, where the commit's attributes speak of any."""
        if not any(b"filter=lfs" in self.objects.read_as("blob", each) for each in sorted(self._attributes)):
            return []
        question = self._folder / "question"
        question.write_text("".join(f"{each}\n" for each in sorted(self._blobs)), "utf-8")
        with question.open("rb") as stream:
            status, output = self._run(("cat-file", "--batch-check=%(objectname) %(objectsize)"), stream.fileno())
        if status != 0:
            raise Trouble("git-failed")
        sizes = [line.split() for line in output.decode("utf-8", "replace").splitlines()]
        small = [words[0] for words in sizes if words[-1].isdigit() and int(words[-1]) in LENGTHS]
        read = ((each, read_pointer(self.objects.read_as("blob", each))) for each in small)
        return [[each, pointer.sha256, pointer.size] for each, pointer in read if pointer is not None]

    def ignored(self, paths: Sequence[bytes]) -> list[bytes]:
        """Return those of the paths that the commit's ``.gitignore`` files leave out; folders end in ``/``.

        Local rules (``info/exclude``, ``core.excludesFile``) are not the commit's and count for nothing.
        """
        work = self._folder / "work"
        if not work.exists():
            self._write_ignore_files(work)
        question = self._folder / "question"
        question.write_bytes(b"".join(_HERE + path + b"\0" for path in paths))
        arguments = (f"--work-tree={work}", "check-ignore", "--no-index", "-z", "--stdin")
        with question.open("rb") as stream:
            status, output = self._run(arguments, stream.fileno())
        if status not in {0, 1}:
            raise Trouble("git-failed")
        return [path.removeprefix(_HERE) for path in output.split(b"\0")[:-1]]

    def _write_ignore_files(self, work: Path) -> None:
        if len(self._ignore_files) > _MOST_IGNORE_FILES:
            raise Trouble("too-large", ".gitignore")
        work.mkdir()
        for path, object_id in self._ignore_files:
            try:
                target = work / path.decode("utf-8", "surrogateescape")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(self.objects.read_as("blob", object_id))
            except OSError as error:
                raise Trouble("git-failed") from error

    def blame(self, path: bytes) -> Frame:
        """Return the commit of each line of a file of the commit, and of each such commit who made it and when."""
        name = path.decode("utf-8", "surrogateescape")
        status, output = self._run(
            ("blame", "--line-porcelain", "--root", "--no-textconv", self._commit_id, "--", name)
        )
        if status != 0:
            raise Trouble("git-failed")
        found = re.findall(rb"^([0-9a-f]{40}|[0-9a-f]{64}) [0-9]+ ([0-9]+)(?: [0-9]+)?$", output, re.MULTILINE)
        lines = [commit.decode() for commit, _ in found]
        commits = {each: read_commit(self.objects.read_as("commit", each)) for each in sorted(set(lines))}
        known = {each: [commit.author, commit.committed_at] for each, commit in commits.items()}
        return {"lines": lines, "commits": known}

    def _run(self, arguments: Sequence[str], stdin: int | None = None) -> tuple[int, bytes]:
        """Run git to its end and return its status and output; too much output is a :class:`Trouble`."""
        with subprocess.Popen(
            git_command(self._git, self._bare, *arguments),
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(self._folder),
            cwd=self._folder,
        ) as process:
            output = process.stdout.read(_OUTPUT + 1) if process.stdout else b""
            if len(output) > _OUTPUT:
                process.kill()
                raise Trouble("too-large", arguments[0])
        return process.returncode, output
