"""Passwords of encrypted archives: which opens which container, and where they come from.

They are the one secret that meets hostile bytes, as nothing else opens what they encrypt: a worker is handed the
password of the container that it reads, and no other.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gate.errors import PolicyError
from gate.paths import glob_matches, printable

MOST_BYTES = 1024
"""Bytes of a password; a file that holds more is taken for a mistake."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password and the glob of the policy that it stands for."""

    entry: str
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Passwords:
    """All passwords of a run, in the order of the policy."""

    known: tuple[Password, ...] = ()

    def of(self, path: str) -> Password | None:
        """Return the first password whose glob matches the container at an item path."""
        return next((password for password in self.known if glob_matches(password.entry, path)), None)


def read_passwords(sources: Iterable[tuple[str, str | None, Path | None]]) -> Passwords:
    """Return the passwords of ``(glob, environment variable, file)``, of which each names one of the last two.

    Raises ``PolicyError`` where a variable is not set, a file cannot be read, or the password is empty or too long.
    """
    return Passwords(
        tuple(
            Password(glob, _from_file(glob, file) if file is not None else _from_environment(glob, variable or ""))
            for glob, variable, file in sources
        )
    )


def _from_environment(glob: str, variable: str) -> bytes:
    value = os.environb.get(variable.encode()) if os.supports_bytes_environ else None
    if value is None and not os.supports_bytes_environ and variable in os.environ:
        value = os.environ[variable].encode()
    if not value or len(value) > MOST_BYTES:
        raise PolicyError("policy.password-env", entry=printable(glob), variable=printable(variable), most=MOST_BYTES)
    return value


def _from_file(glob: str, path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            value = stream.read(MOST_BYTES + 3)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PolicyError(
            "policy.password-file", entry=printable(glob), file=printable(str(path)), error=reason
        ) from error
    value = value.removesuffix(b"\n").removesuffix(b"\r")
    if not value or len(value) > MOST_BYTES:
        raise PolicyError(
            "policy.password-file",
            entry=printable(glob),
            file=printable(str(path)),
            error=f"not 1 to {MOST_BYTES} bytes",
        )
    return value
