"""Where a passphrase or PIN comes from: the environment, a file, or the person who runs the gate.

Never the command line, and never before somebody needs it.
"""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING, Final

from gate.errors import KeyProblem
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MOST_BYTES: Final = 4096


def secret_from(source: str, base: Path, *, of: str) -> Callable[[], str]:
    """Return a function that gets a secret: from ``env:NAME``, ``file:PATH`` (relative to ``base``), or ``prompt``.

    ``of`` is what a person is asked for.  The function raises ``KeyProblem`` where there is none.
    """
    kind, _, name = source.partition(":")
    if kind == "env":
        return lambda: _from_environment(name)
    if kind == "file":
        return lambda: _from_file(base / name)
    return lambda: _from_person(of)


def _from_environment(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise KeyProblem("x509.no-variable", name=printable(name))
    return value


def _from_file(path: Path) -> str:
    """Return the content of a file without one final line end."""
    shown = printable(str(path))
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MOST_BYTES + 1)
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem("x509.no-secret-file", path=shown) from error
    text = text.removesuffix("\n").removesuffix("\r")
    if not text or len(raw) > _MOST_BYTES:
        raise KeyProblem("x509.no-secret-file", path=shown)
    return text


def _from_person(of: str) -> str:
    if not sys.stdin.isatty():
        raise KeyProblem("x509.no-prompt")
    value = getpass.getpass(f"PIN / passphrase, {of}: ")
    if not value:
        raise KeyProblem("x509.wrong-secret", key=of)
    return value
