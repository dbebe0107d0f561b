"""The files of a commit as they are looked up: by blob id, by name, and large files by SHA-256."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, Self, TypeAlias, TypeVar

from gate.source.blob_ids import blob_id
from gate.source.large_files import Pointer
from gate.source.objects import ObjectFormat, TreeEntry

_FILE: Final = "100"
_LINK: Final = "120000"
Steps: TypeAlias = tuple[bytes, ...]
"""The components of a path."""


@dataclass(frozen=True, slots=True)
class CommitFiles:
    """``by_id`` and ``by_name`` (last component) lead to paths, ``large`` from the SHA-256 of large files.

    ``links`` leads from the ids of the targets of symbolic links to the links.
    """

    object_format: ObjectFormat
    by_id: Mapping[str, tuple[bytes, ...]]
    by_name: Mapping[bytes, tuple[bytes, ...]]
    large: Mapping[str, tuple[bytes, ...]]
    links: Mapping[str, tuple[bytes, ...]]

    @classmethod
    def of(cls, object_format: ObjectFormat, entries: Iterable[TreeEntry], pointers: Mapping[str, Pointer]) -> Self:
        """Return the files of a commit; links and submodules have no content that could be delivered."""
        by_id: defaultdict[str, list[bytes]] = defaultdict(list)
        by_name: defaultdict[bytes, list[bytes]] = defaultdict(list)
        large: defaultdict[str, list[bytes]] = defaultdict(list)
        links: defaultdict[str, list[bytes]] = defaultdict(list)
        for entry in sorted(entries, key=lambda each: each.path):
            if entry.mode == _LINK:
                links[entry.id].append(entry.path)
            if not entry.mode.startswith(_FILE):
                continue
            by_id[entry.id].append(entry.path)
            by_name[entry.path.rpartition(b"/")[2]].append(entry.path)
            if entry.id in pointers:
                large[pointers[entry.id].sha256].append(entry.path)
        return cls(object_format, _fixed(by_id), _fixed(by_name), _fixed(large), _fixed(links))

    def at_path(self, steps: Steps) -> bytes | None:
        """Return the path of the commit that a delivered path is another spelling of, where there is one.

        A packer puts a folder before all paths (``pkg-1.0/src/a.py`` of ``src/a.py``) or takes one away (``pkg/a.py``
        of ``src/pkg/a.py``): one path ends in the other.
        """
        name = steps[-1] if steps else b""
        fitting = [path for path in self.by_name.get(name, ()) if _ends_alike(steps, tuple(path.split(b"/")))]
        return ranked(fitting, steps)[0] if fitting else None


KeyT = TypeVar("KeyT", str, bytes)


def _fixed(paths: Mapping[KeyT, list[bytes]]) -> dict[KeyT, tuple[bytes, ...]]:
    return {key: tuple(values) for key, values in paths.items()}


def _ends_alike(left: Steps, right: Steps) -> bool:
    length = min(len(left), len(right))
    return left[-length:] == right[-length:]


def link_paths(files: CommitFiles, target: bytes, steps: Steps) -> list[bytes]:
    """Return the links of the commit to a target that a delivered link is another spelling of."""
    paths = files.links.get(blob_id(target, files.object_format), ())
    return ranked((path for path in paths if _ends_alike(steps, tuple(path.split(b"/")))), steps)


def ranked(paths: Iterable[bytes], steps: Steps) -> list[bytes]:
    """Return paths, those first that have the most last components in common with a delivered path."""

    def unlike(path: bytes) -> tuple[int, int, bytes]:
        own = path.split(b"/")
        pairs = zip(reversed(own), reversed(steps), strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return -common, len(own), path

    return sorted(paths, key=unlike)
