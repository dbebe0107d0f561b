"""What a look at a system finds, and the commands that mend what is amiss.  Works on every system."""

from __future__ import annotations

import dataclasses
import importlib
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from gate.doctor.installing import System, pip_command, this_system
from gate.errors import GateError
from gate.models import MessageArgs
from gate.paths import printable
from gate.text import Language, render

_LIBRARIES = {"libarchive-c": "libarchive"}
"""Python packages that load a library of the system while they are imported."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its state, and the message (``<code>.advice`` says how to mend it where it is not ok).

    ``commands`` mend it on this system, typed as they stand; empty where no command does.  ``installs`` is what the
    system's packager has to install (a name of ``gate.doctor.installing.PACKAGES``), ``requires`` what pip has to.
    """

    name: str
    state: Literal["ok", "weak", "missing"]
    code: str
    arguments: MessageArgs = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    installs: str = ""
    requires: str = ""
    cause: GateError | None = None

    def text(self, language: Language, what: str = "") -> str:
        """Return what was found, or its ``.advice``; the message of what caused it is the field ``error``."""
        cause = {"error": printable(self.cause.message(language))} if self.cause else {}
        return render(f"{self.code}{what}", language, {**self.arguments, **cause})


def mending_commands(checks: Iterable[Check], system: System | None = None) -> tuple[str, ...]:
    """Return the few commands that mend all that is not well and that a command mends, in the order to type them."""
    unwell = [check for check in checks if check.state != "ok"]
    required = dict.fromkeys(check.requires for check in unwell if check.requires)
    installed = (system or this_system()).command(check.installs for check in unwell if check.installs)
    others = [command for check in unwell if not (check.installs or check.requires) for command in check.commands]
    return tuple(dict.fromkeys(filter(None, (installed, pip_command(required) if required else None, *others))))


def with_commands(check: Check, system: System) -> Check:
    """Return a check with the command that installs what is missing on a system, or the advice of one without."""
    if check.state == "ok" or not (check.installs or check.requires):
        return check
    command = system.command((check.installs,)) if check.installs else pip_command((check.requires,))
    if command is None:
        return dataclasses.replace(check, code=f"{check.code}.elsewhere")
    return dataclasses.replace(check, commands=(command,))


def look_at_python() -> Check:
    """Say which Python runs the gate, and where it lies."""
    return Check("python", "ok", "doctor.python", {"version": sys.version.split()[0], "place": sys.prefix})


def look_at_font(without: Literal["weak", "missing"]) -> Check:
    """Look for the font that PDFs are written with; ``without`` is what its absence means to whoever asks."""
    try:
        from gate.reports.pdf_fonts import VARIABLE, find_fonts  # noqa: PLC0415  # what it loads may be missing too
    except ImportError as error:
        about: MessageArgs = {"error": printable(str(error))}
        return Check("font", without, "doctor.package-missing", about, requires="reportlab")
    try:
        fonts = find_fonts(os.environ)
    except GateError as error:
        return Check("font", without, "doctor.font-missing", {"variable": VARIABLE}, installs="font", cause=error)
    return Check("font", "ok", "doctor.program", {"place": fonts.place})


def look_at_package(module: str, distribution: str) -> Check:
    """Import a module and say of which version its distribution is."""
    try:
        found = version(distribution)
        importlib.import_module(module)
    except (ImportError, PackageNotFoundError, OSError, AttributeError, TypeError) as error:
        about: MessageArgs = {"error": printable(str(error))}
        if distribution in _LIBRARIES and is_installed(distribution):
            library_name = _LIBRARIES[distribution]
            return Check(distribution, "missing", "doctor.library-missing", about, installs=library_name)
        return Check(distribution, "missing", "doctor.package-missing", about, requires=distribution)
    return Check(distribution, "ok", "doctor.package", {"version": found})


def is_installed(distribution: str) -> bool:
    """Say whether a Python package is there, whether or not it can be imported."""
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True
