"""What the blocks of a RAR archive say, whichever of the two formats it is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gate.intake.readers.interface import Trouble

Kind = Literal["file", "folder", "symbolic-link", "hard-link", "service"]
ORDINARY_SERVICES = frozenset({b"CMT", b"QO", b"RR", b"ACL", b"UOW", b"AV"})
"""Blocks beside the files: comment, list for quick opening, recovery data, access rights, owner, signature.  They
come out as members, so that nothing hides in them."""
STREAM_SERVICE = b"STM"
"""A stream of NTFS beside the file before it."""


@dataclass(frozen=True)
class Entry:
    """A file or service: what its header says, and where its packed data is.

    ``crc`` and ``blake`` are None where the header has no such checksum, ``size`` where it does not know it.
    ``problem`` is where readers would differ.
    """

    kind: Kind
    name: bytes
    start: int
    stop: int
    size: int | None
    mode: int | None = None
    target: bytes = b""
    crc: int | None = None
    blake: bytes | None = None
    stored: bool = False
    encrypted: bool = False
    split: bool = False
    utf8: bool | None = None
    problem: str = ""


@dataclass
class Blocks:
    """All that was found: entries in their order, bytes that are no part of one, and where the archive ends."""

    entries: list[Entry] = field(default_factory=list)
    regions: list[tuple[int, int, str]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    end: int = 0
    closed: bool = False

    @property
    def count(self) -> int:
        """How much was found, so that a limit can be held against it."""
        return len(self.entries) + len(self.regions)

    def tell(self, trouble: Trouble) -> None:
        """Note what is wrong with the archive, once."""
        if trouble not in self.troubles:
            self.troubles.append(trouble)

    def hide(self, start: int, stop: int, detail: str) -> None:
        """Note bytes that no reader shows; with no ``detail`` it is known what they are for."""
        if start < stop:
            self.regions.append((start, stop, detail))

    def close(self, detail: str) -> None:
        """Note that what follows is encrypted as a whole."""
        self.closed = True
        self.tell(Trouble(detail, reason="encrypted"))

    def damage(self, detail: str) -> None:
        """Note that the archive cannot be read on."""
        self.tell(Trouble(detail, reason="corrupt"))
