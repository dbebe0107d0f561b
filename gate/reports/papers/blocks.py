"""What a paper is made of: a few kinds of block that say what a thing is, not how it looks.

Texts are plain: each renderer escapes all of them for its own form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from gate.text import Language

Tone: TypeAlias = Literal["plain", "good", "bad", "doubt", "quiet"]
Form: TypeAlias = Literal["prose", "strong", "code"]
"""``code``: names and digests, which may break anywhere and are shown in letters of one width."""


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text on a line of its own."""

    text: str
    tone: Tone = "plain"
    form: Form = "prose"


Cell: TypeAlias = tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section (level 2) or of a part of one (level 3)."""

    text: str
    level: Literal[2, 3] = 2


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    words: Words


@dataclass(frozen=True, slots=True)
class Banner:
    """The verdict: its label, the sentence below it, and counts with their labels."""

    label: str
    tone: Tone
    sentence: str
    counts: tuple[tuple[str, int, Tone], ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A box with a title and lines."""

    title: str
    lines: Cell
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels and what belongs to each."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, and its part of the width in hundredths."""

    label: str
    share: int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a head; ``more`` says what was left out, empty where nothing was."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Stamps:
    """Places for the signatures or seals of persons: a title, and for each person role and name, empty if unknown."""

    title: str
    places: tuple[tuple[str, str], ...]
    date_label: str
    mark_label: str


@dataclass(frozen=True, slots=True)
class Codes:
    """Texts for a camera, each with a label: drawn where the form has pages; the paper says the same in letters."""

    codes: tuple[tuple[str, str], ...]


Block: TypeAlias = Heading | Prose | Banner | Notice | Fields | Table | Stamps | Codes


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper.

    ``cover`` stands on a page of its own where the form has pages.  ``mark`` is what every page of a sample bears,
    ``footer`` what every page ends with, beside its number; ``page_label`` is the text of that number with the fields
    ``page`` and ``pages``.
    """

    language: Language
    title: str
    subtitle: str
    author: str
    footer: str
    page_label: str
    mark: str
    cover: tuple[Block, ...]
    body: tuple[Block, ...]
