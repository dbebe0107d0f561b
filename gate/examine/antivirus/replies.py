"""What a reply of clamd means.  Pure functions over bytes.

Only one sequence of bytes for each command says that nothing was found; everything else is a detection, a fact or a
gap.  clamd has many ways of saying OK beside an error, or after one, so nothing is searched for in a reply: it
matches as a whole, or it is no answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gate.models import DetectionFact, ExecutableFact, Gap, GapReason
from gate.paths import printable

Verb: TypeAlias = Literal["FILDES", "INSTREAM"]
"""The commands that hand over bytes and never a path: an open file, or the content in chunks."""

Meaning: TypeAlias = DetectionFact | ExecutableFact | Gap

SHOWN_CHARACTERS = 300
"""How much of a reply that is no answer is quoted."""

_SUBJECT: dict[Verb, bytes] = {"FILDES": rb"fd\[[0-9]{1,10}\]", "INSTREAM": rb"stream"}
_CLEAN = {verb: re.compile(subject + rb": OK\0") for verb, subject in _SUBJECT.items()}
_FOUND = {verb: re.compile(subject + rb": ([^\0\n]{1,1000}) FOUND\0") for verb, subject in _SUBJECT.items()}

# Alerts by which the engine says that it has not seen everything.  XZ.DicSizeLimit stands for a stream that was not
# unpacked because its dictionary is too large.
_GAPS: tuple[tuple[str, GapReason], ...] = (
    ("Heuristics.Limits.", "engine-limit"),
    ("Heuristics.XZ.DicSizeLimit", "engine-limit"),
    ("Heuristics.Encrypted.", "encrypted"),
    ("Heuristics.Broken.", "corrupt"),
)
_MACROS = "Heuristics.OLE2.ContainsMacros"
_SUSPECTED = ("Heuristics.", "PUA.")
_FROM_A_FILE = ".UNOFFICIAL"
"""What clamd appends to the names of signatures that are not in a signed database, so never to its own alerts."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, read strictly: nothing found, a name found, or anything else, quoted in a form that is safe to show."""

    kind: Literal["clean", "found", "refused"]
    text: str = ""


def read(reply: bytes, verb: Verb) -> Answer:
    """Return what the whole reply to ``verb`` says; ``reply`` is all that came before the end of the connection."""
    if _CLEAN[verb].fullmatch(reply):
        return Answer("clean")
    if found := _FOUND[verb].fullmatch(reply):
        return Answer("found", printable(found[1]))
    return Answer("refused", printable(reply[:SHOWN_CHARACTERS]) or "no reply")


def is_macro_alert(answer: Answer) -> bool:
    """Say whether the engine reports macros in an Office document."""
    return answer.kind == "found" and answer.text.startswith(_MACROS) and not answer.text.endswith(_FROM_A_FILE)


def macro_fact(answer: Answer) -> ExecutableFact:
    """Return the fact for a macro alert; ``format`` is ``vba``, or ``xlm`` for Excel 4.0 macros."""
    return ExecutableFact(
        class_="macro",
        format="xlm" if answer.text.endswith(".XLM") else "vba",
        detail=f"engine=clamav alert={answer.text}",
    )


def meaning(answer: Answer) -> Meaning | None:
    """Return what an answer says of the item, or None for "examined, nothing found".

    A signature from a file that borrows the name of an alert of the engine stays a detection.
    """
    if answer.kind == "clean":
        return None
    if answer.kind == "refused":
        return Gap("engine-error", detail=f"clamd answered: {answer.text}")
    if is_macro_alert(answer):
        return macro_fact(answer)
    if not answer.text.endswith(_FROM_A_FILE):
        for prefix, reason in _GAPS:
            if answer.text.startswith(prefix):
                return Gap(reason, detail=answer.text)
    certainty: Literal["suspected", "known"] = "suspected" if answer.text.startswith(_SUSPECTED) else "known"
    return DetectionFact(engine="clamav", name=answer.text, certainty=certainty)
