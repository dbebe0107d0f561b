"""From rule sources to compiled rules: each file in a namespace of its own, and none lost in silence."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yara

from gate.examine.rules import canary
from gate.examine.rules.sources import RuleSource
from gate.paths import printable

EXTERNALS = dict.fromkeys(("filename", "filepath", "extension", "filetype", "owner"), "")
"""External variables that public rule sets expect.

All are defined, as empty strings, so that such rules compile.  ``filename`` and ``extension`` get the name of the item
where the examiner depends on names; the place of an item, its type as somebody else would name it, and an owner are
nothing that an examiner is told, so that rules on these alone never match.
"""


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule file that does not compile: its name, the line, and what the compiler says of it."""

    file: str
    line: str
    problem: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """Compiled rules with the canary rule beside them, the files that are not among them, and compiler warnings."""

    rules: Any
    broken: tuple[BrokenRule, ...]
    warnings: int


def compiled(sources: Sequence[RuleSource]) -> Compiled:
    """Compile ``sources`` together; files that do not compile are left out and named.

    ``include`` finds files of the same set and nothing else; a file that another one includes is not compiled for
    itself once more.
    """
    texts = {source.name: source.text for source in sources}
    includes = _Includes(texts)
    broken: list[BrokenRule] = []
    included = includes.included
    try:
        rules = _compile(texts, includes)
        sound = texts
    except yara.Error:
        # The message names no file, so each is compiled alone.
        broken, sound, included = _each_alone(texts)
        rules = None
    alone = {name: text for name, text in sound.items() if name not in included}
    if rules is None or len(alone) < len(sound):
        rules = _compile(alone, includes)
    return Compiled(rules, tuple(broken), len(rules.warnings))


def _each_alone(texts: Mapping[str, str]) -> tuple[list[BrokenRule], dict[str, str], set[str]]:
    """Return the files that do not compile, those that do, and which of them the latter include."""
    broken: list[BrokenRule] = []
    sound: dict[str, str] = {}
    included: set[str] = set()
    for name, text in texts.items():
        includes = _Includes(texts)
        try:
            _compile({name: text}, includes)
        except yara.Error as error:
            broken.append(_broken(name, error))
        else:
            sound[name] = text
            included |= includes.included
    return broken, sound, included


def _compile(texts: Mapping[str, str], include: Callable[[str, str | None, str], str | None]) -> Any:  # noqa: ANN401  # yara publishes no types
    everything = {canary.NAMESPACE: canary.canary_source()} | dict(texts)
    return yara.compile(sources=everything, externals=EXTERNALS, include_callback=include)


def _broken(name: str, error: Exception) -> BrokenRule:
    line, _, problem = str(error).removeprefix("line ").partition(": ")
    return BrokenRule(name, printable(line), printable(problem or str(error))[:200])


class _Includes:
    """Answers ``include`` out of the set, by the place of the including file; never out of the file system."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._places: dict[tuple[str, str], str] = {}
        self.included: set[str] = set()

    def __call__(self, requested: str, including: str | None, namespace: str) -> str | None:
        base = namespace if including is None else self._places.get((namespace, including), namespace)
        place = posixpath.normpath(posixpath.join(posixpath.dirname(base), requested))
        text = self._texts.get(place)
        if text is None or posixpath.isabs(requested):
            return None
        self._places[namespace, requested] = place
        self.included.add(place)
        return text
