"""The text of Article 26-3, sentence by sentence, with what the gate does about each (``clauses.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import TypeAdapter

from gate.models import ClauseStatus
from gate.record.identity import DOCUMENT
from gate.text import Language

Scope: TypeAlias = Literal["examined", "evidence", "items", "out-of-scope"]
"""Who answers a sentence; see ``clauses.toml``."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the contract: its words, plain English, and how it is judged, in both languages."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    text: str
    english: str
    scope: Scope
    how: Mapping[Language, str]

    def shown(self, language: Language) -> str:
        """Return what a reader of the language is shown of it; the contract's own words are Japanese."""
        return self.text if language == "ja" else self.english


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause with its sentences.

    ``ceiling`` is the best status that it can reach, ``items`` where the clauses below it are judged in its place;
    ``evidence`` the kinds of evidence that answer it.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    id: str
    printed: Mapping[Language, str]
    ceiling: ClauseStatus | Literal["items"]
    sentence: tuple[Sentence, ...]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Article:
    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    clause: tuple[ClauseText, ...]


@cache
def article() -> tuple[ClauseText, ...]:
    """Return every clause of the article, in its order."""
    text = (resources.files("gate.record") / "clauses.toml").read_text(encoding="utf-8")
    return TypeAdapter(_Article).validate_python(tomllib.loads(text)).clause
