"""Patterns match the same under every Python that the gate supports.

Before CPython 3.11.5 a possessive repeat of a group kept states of its group to come back to (CPython issue 106052): it
matched more than it should, or nothing at all where a detector looked.  Atomic groups were right from the beginning,
so ``(?>(?:a|bc)*)`` stands where ``(?:a|bc)*+`` would.  Possessive repeats of single characters were right, too.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, ValuesView
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]  # the only reader of patterns there is

import pytest

import gate


def patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Yield every pattern that a module of the gate holds, with the module's name."""
    for module in pkgutil.walk_packages(gate.__path__, "gate."):
        if module.name != "gate.__main__":
            for held in vars(importlib.import_module(module.name)).values():
                inside = held.values() if isinstance(held, dict) else held
                several = inside if isinstance(inside, list | tuple | ValuesView) else [held]
                yield from ((module.name, each) for each in several if isinstance(each, re.Pattern))


def repeats_a_group(parsed: object) -> bool:
    """Say whether a parsed pattern repeats more than a single character possessively, at any depth."""
    if isinstance(parsed, _parser.SubPattern):
        return any(
            (code is _constants.POSSESSIVE_REPEAT and not _compiler._simple(about[2])) or repeats_a_group(about)
            for code, about in parsed
        )
    return isinstance(parsed, list | tuple) and any(map(repeats_a_group, parsed))


def trouble(pattern: re.Pattern[str] | re.Pattern[bytes]) -> bool:
    return repeats_a_group(_parser.parse(pattern.pattern, pattern.flags))


def test_no_group_is_repeated_possessively() -> None:
    found = list(patterns())
    assert len(found) > 300
    assert {module for module, pattern in found if trouble(pattern)} == set()


@pytest.mark.parametrize(
    ("text", "is_trouble"),
    [
        (r"(?:ab?c)*+", True),
        (r"x(?:y|(?:ab|c){2,}+)", True),
        (r"(?=(?:ab)?+)", True),
        (r"(?>(?:ab?c)*)[a-z]*+\s++x?+.{2,3}+", False),
    ],
)
def test_what_counts(text: str, is_trouble: bool) -> None:
    assert trouble(re.compile(text)) is is_trouble
