"""Look at what recipients need on systems where nothing can be confined, and so nothing examined."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator

from gate.errors import GateError
from gate.health import Check, look_at_package, with_commands
from gate.installing import System, this_system

_PACKAGES = {
    "click": "click",
    "cryptography": "cryptography",
    "pydantic": "pydantic",
    "pyhanko": "pyhanko",
    "pyhanko_certvalidator": "pyhanko-certvalidator",
    "rich": "rich",
    "sigstore": "sigstore",
}
"""What ``gate verify`` loads for certificates and sigstore."""


def examine_system(system: System | None = None) -> Iterator[Check]:
    """Yield a check for each thing that the commands of recipients need."""
    here = system or this_system()
    return (with_commands(check, here) for check in _checks())


def _checks() -> Iterator[Check]:
    yield Check("python", "ok", "doctor.python", {"version": sys.version.split()[0], "place": sys.prefix})
    for module, distribution in _PACKAGES.items():
        yield look_at_package(module, distribution)
    yield _gpg()
    yield _font()
    yield Check("engines", "weak", "doctor.linux-only")


def _gpg() -> Check:
    place = shutil.which("gpg")
    if place is None:
        return Check("gpg", "weak", "doctor.program-missing", {"program": "gpg"}, installs="gpg")
    return Check("gpg", "ok", "doctor.program", {"place": place})


def _font() -> Check:
    from gate.reports.pdf_fonts import VARIABLE, find_fonts  # noqa: PLC0415  # reports of a recipient may do without

    try:
        fonts = find_fonts(os.environ)
    except GateError as error:
        return Check("font", "weak", "doctor.font-missing", {"variable": VARIABLE}, installs="font", cause=error)
    return Check("font", "ok", "doctor.program", {"place": fonts.place})
