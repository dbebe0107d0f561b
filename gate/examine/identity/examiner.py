"""The ``identity`` examiner: containers and programs that the gate's own tables do not know, named by libmagic.

Intake opens what it has a name for.  What it has none for is taken for a plain file, unless libmagic, asked here as a
second opinion, calls it an archive, a compressed stream, an image of a disk or an encrypted message: then files may
be in it that nobody has seen, which is a gap.  Where libmagic calls it a program and the table of executable formats
does not, it is one.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gate.errors import EngineFailure
from gate.examine.executable.content import Content
from gate.examine.identity import is_unnamed, library, samples
from gate.examine.identity.containers import CONTAINERS, Told, is_text, may_be_container, told_of
from gate.examine.identity.encrypted import encrypted
from gate.examine.identity.library import READ_BYTES, Library, UnknownContent
from gate.examine.identity.programs import disagreement
from gate.examine.identity.unmarked import unmarked_streams
from gate.examine.interface import Observation, View
from gate.models import Aspect, ContainerFact, DatabaseInfo, Derived, EngineInfo, Gap, Item
from gate.paths import printable
from gate.structure.embedded import embedded_containers

_SHOWN = 80
_EMBEDDED_BYTES = 15 << 20
"""Most bytes of an archive inside something else that are taken out: what fits into one answer of a worker."""
_EMBEDDED = 32
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", *(bytes([first]) + b"\xfa\xed\xfe" for first in b"\xce\xcf"))
"""Programs keep archives as resources and debug data; in anything else they are hidden."""
_MARKS = (
    (codecs.BOM_UTF32_LE, codecs.lookup("utf-32-le")),
    (codecs.BOM_UTF32_BE, codecs.lookup("utf-32-be")),
    (codecs.BOM_UTF16_LE, codecs.lookup("utf-16-le")),
    (codecs.BOM_UTF16_BE, codecs.lookup("utf-16-be")),
)
"""Byte order marks, the longer before those that they begin with; looked up now, as a worker cannot import later."""
_UNMARKED = tuple(
    (width, place, codecs.lookup(name))
    for width, place, name in ((4, 0, "utf-32-le"), (4, 3, "utf-32-be"), (2, 0, "utf-16-le"), (2, 1, "utf-16-be"))
)
"""Bytes of a character, and where among them stands the letter of a text in ASCII characters."""
_SAMPLE = 64


class Named(NamedTuple):
    """What libmagic calls an item: all descriptions, and which of them say that it is a container."""

    descriptions: tuple[str, ...]
    containers: tuple[Told, ...]


class IdentityExaminer:
    """Asks libmagic of every item that intake had no name for."""

    name = "identity"
    depends_on: frozenset[Aspect] = frozenset({"content"})

    def __init__(self) -> None:
        self._loaded = library.LOADED

    def applies(self, item: Item) -> bool:
        """Say whether the item is nothing that intake knows."""
        return is_unnamed(item)

    def start(self) -> EngineInfo:
        """Prove that two tiny containers are named, and a text is not."""
        return self._proven()

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield a gap for each kind of container that libmagic calls the item, and a program that only it knows."""
        engine = self._library()
        head = view.read(READ_BYTES)
        if len(head) < min(view.size, READ_BYTES):
            yield Gap("unreadable", f"fewer than {view.size} bytes are there")
            return
        yield from encrypted(head)
        yield from unmarked_streams(view)
        yield from archives_inside(view, head)
        try:
            named = self._named(head, view)
            for told in named.containers:
                types = [kind for kind in engine.types(head) if kind != "application/octet-stream"]
                yield Gap(told.reason, _detail(told, types))
            program = disagreement(named.descriptions, Content(view))
            if program is not None:
                yield program
        except UnknownContent as error:
            yield Gap("engine-limit", printable(f"libmagic: {error}")[:_SHOWN])

    def finish(self) -> EngineInfo:
        """Prove libmagic once more."""
        return self._proven()

    def close(self) -> None:
        """Do nothing: the library ends with its worker."""

    def _library(self) -> Library:
        if isinstance(self._loaded, library.LibraryMissing):
            raise EngineFailure("examine.libmagic-missing", engine=self.name, error=printable(str(self._loaded)))
        return self._loaded

    def _named(self, head: bytes, view: View | None = None) -> Named:
        """Return what libmagic says of the bytes, or of the view whose first bytes they are where there are more.

        A text in UTF-16 is looked at as UTF-8 too, as libmagic knows the containers in text only in that.
        """
        engine = self._library()
        size = len(head) if view is None else view.size
        decoded = as_text(head)
        descriptions: list[str] = []
        containers: list[Told] = []
        for content in (head,) if decoded is None else (decoded, head):
            if not may_be_container(content):
                continue
            # Of a large file libmagic looks at places told from the end, too, for which it needs the file itself.
            whole = content if view is None or content is decoded or size <= len(head) else _rewound(view)
            found = engine.descriptions(whole, text=is_text(content))
            descriptions += found
            containers += told_of(found, content, size)
        return Named(tuple(dict.fromkeys(descriptions)), tuple(dict.fromkeys(containers)))

    def _proven(self) -> EngineInfo:
        engine = self._library()
        for sample, family in (
            (samples.tiny_git_bundle(), "history of version control"),
            (samples.tiny_bzip3(), "compressed stream"),
        ):
            if [told.family for told in self._try(sample).containers] != [family]:
                raise EngineFailure("examine.canary-missed", engine=self.name)
        if self._try(samples.TEXT).containers or "ASCII text" not in engine.descriptions(samples.TEXT, text=True):
            raise EngineFailure("examine.canary-false", engine=self.name)
        database = DatabaseInfo("unverified", engine.version, "", engine.entries, engine.sha256)
        return EngineInfo(self.name, f"libmagic {engine.version}", database, "passed", f"families={len(CONTAINERS)}")

    def _try(self, sample: bytes) -> Named:
        try:
            return self._named(sample)
        except UnknownContent as error:
            raise EngineFailure("examine.canary-missed", engine=self.name) from error


def as_text(head: bytes) -> bytes | None:
    """Return a text in UTF-16 or UTF-32 as UTF-8, by its mark or by its zeros; None for all else."""
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec.decode(head[len(mark) :], "replace")[0].encode("utf-8", "replace")
    for width, place, codec in _UNMARKED:
        sample = head[: min(_SAMPLE, len(head) // width * width)]
        letters = sample[place::width]
        if letters and 0 not in letters and sample.count(0) == len(sample) - len(letters):
            return codec.decode(head, "replace")[0].encode("utf-8", "replace")
    return None


def _rewound(view: View) -> int:
    os.lseek(view.descriptor(), 0, os.SEEK_SET)  # libmagic reads from where the descriptor stands
    return view.descriptor()


def _detail(told: Told, types: Sequence[str]) -> str:
    """Return what the gap says: libmagic's own words, which an item may have had a hand in, cut and escaped."""
    words = printable(told.description[:_SHOWN])
    kind = f" ({printable(types[0][:_SHOWN])})" if types else ""
    return f"libmagic names it {words}{kind}: {told.family}, no reader"


def archives_inside(view: View, head: bytes) -> Iterator[Observation]:
    """Yield the archives that stand inside an item, each by a header that can be checked, as items of their own."""
    behind = 0
    count = 0
    for found in embedded_containers(lambda offset, size: view.read(size, offset), view.size):
        if found.offset < behind:
            continue
        count += 1
        if count > _EMBEDDED:
            yield Gap("too-many", f"more than {_EMBEDDED} archives inside")
            return
        behind = view.size if found.end is None else found.end
        if behind - found.offset >= view.size:
            yield Gap("unsupported", f"reads as {found.label}, which intake did not open")
        elif behind - found.offset > _EMBEDDED_BYTES:
            yield Gap("too-large", f"{found.label} of more than {_EMBEDDED_BYTES} bytes at {found.offset}")
        else:
            yield Derived(f"embedded-{found.label}-{count}", view.read(behind - found.offset, found.offset))
        if not head.startswith(_PROGRAMS):
            yield ContainerFact("hidden-data", f"{found.label} at {found.offset}")
