"""The message catalogue: every text that a person reads, by id, in English and Japanese.

Sources are gettext ``.po`` files, one domain per area (``locale/<language>/LC_MESSAGES/<domain>.po``), whose
``msgid`` is the id itself; ``make messages`` compiles them to the ``.mo`` files that are read here.  The first
dotted part of an id names its domain: ``malware.no-database`` stands in ``malware.po``.  Texts hold named fields
as in :meth:`str.format` (``{path}``), and nothing that comes from an artifact is ever used as a template.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = ("en", "ja")
LOCALE_FOLDER = Path(__file__).parent / "locale"


class UnknownMessage(LookupError):
    """The catalogue has no text for an id, or lacks a field that the text needs: a bug, never a user's error."""


class _Catalogue(gettext.GNUTranslations):
    """A catalogue that says which messages it holds."""

    def ids(self) -> frozenset[str]:
        held = vars(self)["_catalog"]
        return frozenset(code for code in held if isinstance(code, str) and code)


@cache
def _domain(name: str, language: Language) -> _Catalogue:
    return gettext.translation(name, LOCALE_FOLDER, languages=[language], class_=_Catalogue)


def message_ids(domain: str) -> frozenset[str]:
    """Return the ids of every message of a domain; both languages have the same."""
    return _domain(domain, "en").ids()


def has_message(code: str, language: Language = "en") -> bool:
    """Say whether the catalogue holds a text for ``code``."""
    try:
        return _domain(code.partition(".")[0], language).gettext(code) != code
    except FileNotFoundError:
        return False


def render(code: str, language: Language, arguments: Mapping[str, str | int] | None = None) -> str:
    """Return the text of message ``code`` with ``arguments`` filled in.

    Raises :class:`UnknownMessage` where the catalogue has no such id or a field of the text has no argument.
    """
    try:
        template = _domain(code.partition(".")[0], language).gettext(code)
    except FileNotFoundError as error:
        raise UnknownMessage(code) from error
    if template == code:
        raise UnknownMessage(code)
    try:
        return template.format_map(arguments or {})
    except (KeyError, IndexError, AttributeError) as error:
        raise UnknownMessage(f"{code}: {error}") from error
