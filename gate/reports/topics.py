"""What ``gate explain`` can be asked about: findings, reasons for which ``gate verify`` refuses, and clauses."""

from __future__ import annotations

import difflib
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from gate.policy.clauses import CLAUSES, OUT_OF_SCOPE, clause_printed
from gate.policy.registry import FINDINGS
from gate.text import LANGUAGES, message_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

Topic: TypeAlias = Literal["finding", "refusal", "clause"]
ALL_CLAUSES: Final = (*CLAUSES, *OUT_OF_SCOPE)
_VERIFY: Final = "verify."
_ADVICE: Final = ".advice"


@cache
def refusals() -> tuple[str, ...]:
    """Return every reason of ``gate verify`` (``verify/…``): each has a text and an advice in the catalogue."""
    codes = message_ids("verify")
    return tuple(
        f"verify/{code.removeprefix(_VERIFY)}"
        for code in sorted(codes)
        if not code.endswith(_ADVICE) and f"{code}{_ADVICE}" in codes
    )


def refusal_code(reason: str) -> str:
    """Return the catalogue code of a reason ``verify/…``."""
    return f"{_VERIFY}{reason.removeprefix('verify/')}"


@cache
def topics() -> Mapping[str, Topic]:
    """Return every id that can be explained, with what it is the id of."""
    return {
        **dict.fromkeys(FINDINGS, "finding"),
        **dict.fromkeys(refusals(), "refusal"),
        **dict.fromkeys(ALL_CLAUSES, "clause"),
    }


def find_topic(asked: str) -> str | None:
    """Return the id that a person means, None where there is none.

    Clauses are found in every form that they are written in: ``26-3 3(1)①``, ``26-3 3(1)1``, ``第26条の3第3項(1)①``.
    """
    wanted = _plain(asked)
    exact = next((each for each in topics() if _plain(each) == wanted), None)
    if exact is not None:
        return exact
    printed = {_plain(clause_printed(clause, language)): clause for clause in ALL_CLAUSES for language in LANGUAGES}
    return printed.get(wanted)


def near_topics(asked: str) -> list[str]:
    """Return the few ids that look most like what was asked for, the nearest first."""
    known = {_plain(each): each for each in topics()}
    return [known[each] for each in difflib.get_close_matches(_plain(asked[:200]), known, n=5, cutoff=0.4)]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
