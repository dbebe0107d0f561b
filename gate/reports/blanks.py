"""Lines of drafts of a policy: comments, and fields that a person has to fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from gate.reports.escaping import terminal, toml
from gate.text import Language, render

Answers: TypeAlias = Mapping[str, "str | date"]
"""What the person who has entries drafted says once for all of them, by key: who approves, until when, and so on."""
APPROVAL: Final = ("approved_by", "role", "party", "approved_on", "reference", "expires")
"""The keys that every entry has, in the order in which they are written."""
NO_ANSWERS: Final[Answers] = {}
_PINS: Final = 20


def comment(code: str, language: Language, **arguments: str | int) -> Iterator[str]:
    """Yield a text of the catalogue as comments."""
    for line in render(code, language, arguments).split("\n"):
        yield f"# {terminal(line)}".rstrip()


def blank(key: str, hint: str, language: Language, answers: Answers) -> str:
    """Return the line of a key: with the answer of the person, or empty with a hint of the catalogue beside it."""
    answer = answers.get(key)
    if answer is None:
        return f'{key} = ""  # {render(hint, language)}'
    return f"{key} = {answer.isoformat() if isinstance(answer, date) else toml(answer)}"


def listed(values: Sequence[str]) -> str:
    """Return a list of texts."""
    return "[" + ", ".join(map(toml, values)) + "]"


def pins(digests: Sequence[str], language: Language) -> Iterator[str]:
    """Yield the digests that an entry can be held to, to be taken up by a person, where they are few."""
    if len(digests) <= _PINS:
        yield from comment("report.draft.pins", language)
        yield f"# sha256 = {listed(digests)}"
