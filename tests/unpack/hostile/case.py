"""What a hostile archive is to the tests: its bytes, what is hostile about it, and what reading it must give."""

from __future__ import annotations

from dataclasses import dataclass, field

PAYLOAD = b"this is the payload that someone hides\n" * 4
"""Bytes that every reading has to bring to light where a case says so."""
GAPS = frozenset({"encrypted", "corrupt", "too-large", "too-deep", "too-many", "ratio", "unsupported"})


@dataclass(frozen=True)
class Case:
    """One hostile archive.

    ``gives`` are the issues and gap reasons that must be told (others may be, too); ``detail`` is a part of one of
    the details; ``reached`` says that the payload must come out in a member, made up or not; ``bomb`` that nothing is
    wrong but what it expands to, so that a budget has to stop it.
    """

    name: str
    label: str
    why: str
    data: bytes = field(repr=False)
    gives: frozenset[str]
    detail: str = ""
    reached: bool = False
    entries: int = 100_000
    bomb: bool = False

    def __post_init__(self) -> None:
        known = GAPS | {"ambiguous", "unsafe-name", "special-file", "hidden-data", "special"}
        if not self.gives <= known:
            raise ValueError(self.gives - known)
