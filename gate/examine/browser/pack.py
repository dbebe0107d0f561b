"""The files of one site in one file, so that an enclosed server can hand them out without knowing a path of the gate.

Layout: the files' bytes one after the other, then the index as JSON, an object of ``path: [offset, size]``.  Paths are
relative to the root of the site; each byte of a raw name stands as the character of that number (latin-1).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from gate.errors import IsolationError
from gate.examine.interface import Member
from gate.isolation import temporary_base
from gate.paths import unescape_component

_READ: Final = 1 << 20


class SiteTooLarge(Exception):  # it says what is so, like the errors of the gate
    """The files of a site are more than the limit allows."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands: ``site`` is the start of its path up to the root of what holds it, ``path`` the rest."""

    site: str
    path: str


def place_of(path: str) -> Place:
    """Return the place of an item path: the innermost container, or the artifact, is its site."""
    cut = path.rfind("!/") + 2
    if cut < 2:  # noqa: PLR2004  # no container
        cut = path.find("/") + 1
    raw = b"/".join(unescape_component(step) for step in path[cut:].split("/"))
    return Place(path[:cut], raw.decode("latin-1"))


class Pack:
    """The packed files of a site, open for reading under :attr:`descriptor`; close it."""

    def __init__(self, descriptor: int, start: int, size: int) -> None:
        self.descriptor = descriptor
        self.index = {"start": start, "size": size}
        """Where the index begins, and how long it is, both in bytes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def pack(members: Iterable[Member], *, limit: int) -> Pack:
    """Pack the items of one site.

    Raises :class:`SiteTooLarge` beyond ``limit`` bytes, ``ArtifactChanged`` where one is no longer what it was, and
    ``IsolationError`` where the temporary folder takes no more.
    """

    def chunks(member: Member) -> Iterable[bytes]:
        with member.opened() as descriptor:
            offset = 0
            while chunk := os.pread(descriptor, _READ, offset):
                offset += len(chunk)
                yield chunk

    return _packed({place_of(each.item.path).path: chunks(each) for each in members}, limit)


def pack_files(files: Mapping[str, bytes]) -> Pack:
    """Pack files of our own."""
    return _packed({path: (content,) for path, content in files.items()}, 1 << 20)


def _packed(files: Mapping[str, Iterable[bytes]], limit: int) -> Pack:
    try:
        descriptor, name = tempfile.mkstemp(prefix="gate-site-", dir=temporary_base())
        try:
            with os.fdopen(descriptor, "wb") as stream:
                index: dict[str, tuple[int, int]] = {}
                for path, chunks in files.items():
                    start = stream.tell()
                    for chunk in chunks:
                        stream.write(chunk)
                        if stream.tell() > limit:
                            raise SiteTooLarge
                    index[path] = (start, stream.tell() - start)
                start, text = stream.tell(), json.dumps(index).encode("ascii")
                stream.write(text)
            return Pack(os.open(name, os.O_RDONLY | os.O_CLOEXEC), start, len(text))
        finally:
            Path(name).unlink()
    except OSError as error:
        raise IsolationError("isolation.no-folder", error=error.strerror or str(error)) from error
