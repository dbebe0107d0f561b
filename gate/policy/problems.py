"""Everything wrong with one policy file, told together and in either language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate.errors import PolicyError
from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.errors import Language

SHOWN = 20
"""How many problems a message shows; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a catalogue code, its arguments, the line (from 1) and the key that it is about."""

    code: str
    line: int
    key: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)

    def message(self, language: Language) -> str:
        """Return place and text in one line."""
        text = render(self.code, language, self.arguments)
        code = "policy.place" if self.key else "policy.place-line"
        return render(code, language, {"line": self.line, "key": self.key, "text": text})


class UnusablePolicyError(PolicyError):
    """A policy file that cannot be used, with everything that is wrong with it in the order of its lines."""

    def __init__(self, path: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.key, problem.code)))
        self.path = path
        super().__init__("policy.invalid", path=path, count=len(self.problems))

    def message(self, language: Language) -> str:
        """Return the file and its first problems, one a line."""
        lines = [super().message(language)]
        lines += [f"  {problem.message(language)}" for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"  {render('policy.more', language, {'count': len(self.problems) - SHOWN})}")
        return "\n".join(lines)

    def advice(self, language: Language = "en") -> str:
        """Return what to do about the problems, each advice once."""
        advices = [render(f"{problem.code}.advice", language, problem.arguments) for problem in self.problems[:SHOWN]]
        return "\n".join(dict.fromkeys(advices))

    def __reduce__(self) -> tuple[object, ...]:
        return UnusablePolicyError, (self.path, self.problems)
