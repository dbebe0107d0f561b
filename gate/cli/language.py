"""Which language a person wants: ``--lang`` anywhere on the command line, else the locale."""

from __future__ import annotations

import locale
import os
from collections.abc import Callable, Mapping, Sequence

from gate.text import Language, render

Text = Callable[[str], str]
"""Looks a message of the domain ``cli`` up in the language of the run."""


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language for a run with these arguments and environment (``LC_ALL``, ``LC_MESSAGES``, ``LANG``).

    On Windows, which has no such variables, it is that of the person's settings.
    A ``--lang`` with another value is left for the parser to refuse; texts are English until then.
    """
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value is not None:
            return "ja" if value == "ja" else "en"
    chosen = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), None)
    return "ja" if (chosen or _of_windows()).lower().startswith("ja") else "en"


def _of_windows() -> str:
    """Return the locale of the person's settings in Windows (``Japanese_Japan``, ``ja_JP``), elsewhere nothing."""
    if os.name != "nt":
        return ""
    try:
        return locale.getlocale()[0] or ""
    except ValueError:  # a locale that Python has no name for
        return ""


def texts(language: Language) -> Text:
    """Return the function that looks texts of the command line up."""
    return lambda code: render(f"cli.{code}", language)
