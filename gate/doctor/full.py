"""Look at everything that the gate needs on this system.  Returns values; the command line prints them."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterator
from typing import Literal

from gate.doctor.checks import Check, is_installed, look_at_font, look_at_package, look_at_python, with_commands
from gate.doctor.installing import System, namespaces_command, this_system
from gate.errors import GateError
from gate.examine.antivirus.database import DatabaseStatus, default_database_folder, status
from gate.examine.identity import library
from gate.isolation import Confinement, PrivateFolder, Worker, find_program, run_program
from gate.models import MessageArgs
from gate.paths import printable

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
_PROGRAMS = ("clamd", "sigtool", "freshclam", "gpg", "gpgconf", "7zz")
_BROWSER = "chromium"


def examine_system(system: System | None = None) -> Iterator[Check]:
    """Yield a check for each thing that the gate needs, cheapest first, with the commands of the system it runs on."""
    here = system or this_system()
    return (with_commands(check, here) for check in _checks())


def _checks() -> Iterator[Check]:
    yield look_at_python()
    for module, distribution in _PACKAGES.items():
        yield look_at_package(module, distribution)
    for program in _PROGRAMS:
        yield _program(program)
    yield _browser()
    yield look_at_font("missing")
    yield _libmagic()
    yield _isolation()
    yield _temporary_folder()
    yield _database()


def _program(program: str) -> Check:
    place = find_program(program)
    if place is None:
        return Check(program, "missing", "doctor.program-missing", {"program": program}, installs=program)
    return Check(program, "ok", "doctor.program", {"place": place})


def _browser() -> Check:
    """Look for the program that ``--browser`` needs, and nothing else does."""
    place = find_program(_BROWSER)
    if place is None:
        return Check(_BROWSER, "weak", "doctor.browser-missing", installs=_BROWSER)
    try:
        with PrivateFolder("doctor") as folder:
            enclosed = Confinement(enclosed=str(folder.path))
            Worker("gate.doctor.full:idle", confinement=enclosed, folder=folder).close()
    except GateError as error:
        return _namespaces(Check(_BROWSER, "weak", "doctor.browser-isolation", cause=error))
    return Check(_BROWSER, "ok", "doctor.program", {"place": place})


def _libmagic() -> Check:
    loaded = library.LOADED
    if not isinstance(loaded, library.LibraryMissing):
        return Check("libmagic", "ok", "doctor.libmagic", {"version": loaded.version, "sha256": loaded.sha256[:12]})
    about: MessageArgs = {"error": printable(str(loaded))}
    if not is_installed("python-magic"):
        return Check("python-magic", "missing", "doctor.package-missing", about, requires="python-magic")
    return Check("libmagic", "missing", "doctor.libmagic-missing", about, installs="libmagic")


def _isolation() -> Check:
    try:
        worker = Worker("gate.doctor.full:idle")
    except GateError as error:
        return Check("isolation", "missing", "doctor.isolation-missing", cause=error)
    worker.close()
    if not worker.no_network:
        return _namespaces(Check("isolation", "weak", "doctor.isolation-network"))
    if not worker.unprivileged:
        return Check("isolation", "weak", "doctor.isolation-privileged")
    return Check("isolation", "ok", "doctor.isolation")


def _namespaces(check: Check) -> Check:
    """Add the command that grants namespaces, where a setting of the kernel is what refuses them."""
    command = namespaces_command()
    return dataclasses.replace(check, commands=(command,)) if command else check


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
        return Check("temp folder", "missing", "doctor.temp-missing", cause=error)
    if done.status != 0:
        return Check("temp folder", "missing", "doctor.temp-unwritable", {"place": place})
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
        return Check("database", "missing", "doctor.database-missing", commands=("gate db update",), cause=error)
    state: Literal["ok", "weak"] = "ok" if found.kind == "official" else "weak"
    return Check(
        "database",
        state,
        "doctor.database" if state == "ok" else "doctor.database-weak",
        {"kind": found.kind, "version": found.version or "–", "date": found.date or "–"},
        () if state == "ok" else ("gate db update",),
    )
