"""Look at what recipients need on systems where nothing can be confined, and so nothing examined."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from gate.doctor.checks import Check, look_at_font, look_at_package, look_at_python, with_commands
from gate.doctor.installing import System, this_system

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
    yield look_at_python()
    for module, distribution in _PACKAGES.items():
        yield look_at_package(module, distribution)
    yield _gpg()
    yield look_at_font("weak")  # reports of a recipient may do without
    yield Check("engines", "weak", "doctor.linux-only")


def _gpg() -> Check:
    place = shutil.which("gpg")
    if place is None:
        return Check("gpg", "weak", "doctor.program-missing", {"program": "gpg"}, installs="gpg")
    return Check("gpg", "ok", "doctor.program", {"place": place})
