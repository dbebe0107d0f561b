"""What a hostile artifact is to the tests of the whole gate: how it is made, and what the gate must say where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Build = Callable[[Path], None]
"""Makes an artifact, file or folder, at a path that does not exist yet."""


@dataclass(frozen=True)
class Whole:
    """One hostile artifact, and its benign twin: the same form with nothing hostile in it, which must be approved.

    ``gives`` are pairs of a finding's id and where it stands, as what follows the artifact's name in the item path
    (``*`` for anywhere).  ``reached`` is where the hidden payload comes out as an item, in the same form.  ``honest``
    says that the container itself is in order, so that only what an examiner finds in the payload stands against it.
    """

    name: str
    why: str
    build: Build = field(repr=False)
    gives: frozenset[tuple[str, str]]
    reached: str | None = None
    twin: Build | None = field(default=None, repr=False)
    limits: Mapping[str, int] = field(default_factory=dict)
    honest: bool = False
    full: bool = False

    def __post_init__(self) -> None:
        if not self.gives and not self.honest:
            raise ValueError(f"{self.name}: nothing stands against it")


def a_file(make: Callable[..., bytes], *arguments: object) -> Build:
    """Return what writes the bytes that ``make`` returns for the arguments."""

    def build(path: Path) -> None:
        path.write_bytes(make(*arguments))

    return build


def gives(*pairs: str) -> frozenset[tuple[str, str]]:
    """Return findings from words ``id@place``; without a place it is the artifact itself."""
    return frozenset((pair.partition("@")[0], pair.partition("@")[2]) for pair in pairs)
