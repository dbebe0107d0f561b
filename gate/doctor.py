"""Look at everything that the gate needs on this system.  Returns values; the command line prints them."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from gate.errors import GateError
from gate.examine.antivirus.database import DatabaseStatus, default_database_folder, status
from gate.examine.identity import library
from gate.isolation import Confinement, PrivateFolder, Worker, find_program, run_program
from gate.models import MessageArgs
from gate.reports.pdf_fonts import VARIABLE, find_fonts

_PACKAGES = {
    "click": "click",
    "clamd": "clamd",
    "brotli": "brotli",
    "cryptography": "cryptography",
    "inflate64": "inflate64",
    "libarchive": "libarchive-c",
    "gnupg": "python-gnupg",
    "lief": "lief",
    "lz4": "lz4",
    "pikepdf": "pikepdf",
    "pkcs11": "python-pkcs11",
    "pyhanko": "pyhanko",
    "pyhanko_certvalidator": "pyhanko-certvalidator",
    "olefile": "olefile",
    "yara": "yara-python",
    "selectolax": "selectolax",
    "ada_url": "ada-url",
    "pydantic": "pydantic",
    "jinja2": "jinja2",
    "reportlab": "reportlab",
    "rich": "rich",
    **({"backports.zstd": "backports.zstd"} if sys.version_info < (3, 14) else {}),
    "msgpack": "msgpack",
}
_PROGRAMS = {
    "clamd": "clamav-daemon",
    "sigtool": "clamav",
    "freshclam": "clamav-freshclam",
    "gpg": "gnupg",
    "gpgconf": "gnupg",
    "7zz": "7zip",
}
_BROWSER = "chromium"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its state, and the message (``<code>.advice`` says how to mend it where it is not ok)."""

    name: str
    state: Literal["ok", "weak", "missing"]
    code: str
    arguments: MessageArgs = field(default_factory=dict)


def examine_system() -> Iterator[Check]:
    """Yield a check for each thing that the gate needs, cheapest first."""
    yield Check("python", "ok", "doctor.python", {"version": sys.version.split()[0], "place": sys.prefix})
    for module, distribution in _PACKAGES.items():
        yield _package(module, distribution)
    for program, package in _PROGRAMS.items():
        yield _program(program, package)
    yield _browser()
    yield _font()
    yield _libmagic()
    yield _isolation()
    yield _temporary_folder()
    yield _database()


def _package(module: str, distribution: str) -> Check:
    try:
        importlib.import_module(module)
        return Check(distribution, "ok", "doctor.package", {"version": version(distribution)})
    except (ImportError, PackageNotFoundError, OSError, AttributeError, TypeError) as error:  # or its shared library
        return Check(distribution, "missing", "doctor.package-missing", {"package": distribution, "error": str(error)})


def _program(program: str, package: str) -> Check:
    place = find_program(program)
    if place is None:
        return Check(program, "missing", "doctor.program-missing", {"program": program, "package": package})
    return Check(program, "ok", "doctor.program", {"place": place})


def _browser() -> Check:
    """Look for the program that ``--browser`` needs, and nothing else does."""
    place = find_program(_BROWSER)
    if place is None:
        return Check(_BROWSER, "weak", "doctor.browser-missing")
    try:
        with PrivateFolder("doctor") as folder:
            enclosed = Confinement(enclosed=str(folder.path))
            Worker("gate.doctor:idle", confinement=enclosed, folder=folder).close()
    except GateError as error:
        return Check(_BROWSER, "weak", "doctor.browser-isolation", {"error": str(error)})
    return Check(_BROWSER, "ok", "doctor.program", {"place": place})


def _font() -> Check:
    """Look for the font that the PDF of a release is written with."""
    try:
        fonts = find_fonts(os.environ)
    except GateError as error:
        return Check("font", "missing", "doctor.font-missing", {"error": str(error), "variable": VARIABLE})
    return Check("font", "ok", "doctor.program", {"place": fonts.place})


def _libmagic() -> Check:
    loaded = library.LOADED
    if isinstance(loaded, library.LibraryMissing):
        return Check("libmagic", "missing", "doctor.libmagic-missing", {"error": str(loaded)})
    return Check("libmagic", "ok", "doctor.libmagic", {"version": loaded.version, "sha256": loaded.sha256[:12]})


def _isolation() -> Check:
    try:
        worker = Worker("gate.doctor:idle")
    except GateError as error:
        return Check("isolation", "missing", "doctor.isolation-missing", {"error": str(error)})
    worker.close()
    if not worker.no_network:
        return Check("isolation", "weak", "doctor.isolation-network")
    if not worker.unprivileged:
        return Check("isolation", "weak", "doctor.isolation-privileged")
    return Check("isolation", "ok", "doctor.isolation")


def idle(_options: object) -> object:
    """Serve nothing: the worker that shows what confinement this system grants."""
    return None


def _temporary_folder() -> Check:
    try:
        with PrivateFolder("doctor") as folder:
            done = run_program(["/bin/sh", "-c", "echo written > probe"], seconds=20, folder=folder)
            free = os.statvfs(folder.path)
            place = str(folder.path.parent)
    except GateError as error:
        return Check("temp folder", "missing", "doctor.temp-missing", {"error": str(error)})
    if done.status != 0:
        return Check("temp folder", "missing", "doctor.temp-missing", {"error": "not writable"})
    megabytes = free.f_bavail * free.f_frsize // 1_000_000
    state: Literal["ok", "weak"] = "ok" if megabytes > 10_000 else "weak"  # noqa: PLR2004  # the default total_bytes and some room
    return Check(
        "temp folder",
        state,
        "doctor.temp" if state == "ok" else "doctor.temp-small",
        {"place": place, "megabytes": megabytes},
    )


def _database() -> Check:
    try:
        found: DatabaseStatus = status(default_database_folder())
    except GateError as error:
        return Check("database", "missing", "doctor.database-missing", {"error": str(error)})
    state: Literal["ok", "weak"] = "ok" if found.kind == "official" else "weak"
    return Check(
        "database",
        state,
        "doctor.database" if state == "ok" else "doctor.database-weak",
        {"kind": found.kind, "version": found.version, "date": found.date},
    )
