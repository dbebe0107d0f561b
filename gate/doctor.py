"""Look at everything that the gate needs on this system.  Returns values; the command line prints them."""

from __future__ import annotations

import dataclasses
import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from gate.errors import GateError
from gate.examine.antivirus.database import DatabaseStatus, default_database_folder, status
from gate.examine.identity import library
from gate.installing import System, namespaces_command, pip_command, this_system
from gate.isolation import Confinement, PrivateFolder, Worker, find_program, run_program
from gate.models import MessageArgs
from gate.paths import printable
from gate.reports.pdf_fonts import VARIABLE, find_fonts
from gate.text import Language, render

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
_LIBRARIES = {"libarchive-c": "libarchive"}
"""Python packages that load a library of the system while they are imported."""
_BROWSER = "chromium"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its state, and the message (``<code>.advice`` says how to mend it where it is not ok).

    ``commands`` mend it on this system, typed as they stand; empty where no command does.  ``installs`` is what the
    system's packager has to install (a name of ``gate.installing.PACKAGES``), ``requires`` what pip has to.
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


def examine_system(system: System | None = None) -> Iterator[Check]:
    """Yield a check for each thing that the gate needs, cheapest first, with the commands of the system it runs on."""
    here = system or this_system()
    return (_with_commands(check, here) for check in _checks())


def mending_commands(checks: Iterable[Check], system: System | None = None) -> tuple[str, ...]:
    """Return the few commands that mend all that is not well and that a command mends, in the order to type them."""
    unwell = [check for check in checks if check.state != "ok"]
    required = dict.fromkeys(check.requires for check in unwell if check.requires)
    installed = (system or this_system()).command(check.installs for check in unwell if check.installs)
    others = [command for check in unwell if not (check.installs or check.requires) for command in check.commands]
    return tuple(dict.fromkeys(filter(None, (installed, pip_command(required) if required else None, *others))))


def _with_commands(check: Check, system: System) -> Check:
    if check.state == "ok" or not (check.installs or check.requires):
        return check
    command = system.command((check.installs,)) if check.installs else pip_command((check.requires,))
    if command is None:
        return dataclasses.replace(check, code=f"{check.code}.elsewhere")
    return dataclasses.replace(check, commands=(command,))


def _checks() -> Iterator[Check]:
    yield Check("python", "ok", "doctor.python", {"version": sys.version.split()[0], "place": sys.prefix})
    for module, distribution in _PACKAGES.items():
        yield _package(module, distribution)
    for program in _PROGRAMS:
        yield _program(program)
    yield _browser()
    yield _font()
    yield _libmagic()
    yield _isolation()
    yield _temporary_folder()
    yield _database()


def _package(module: str, distribution: str) -> Check:
    try:
        found = version(distribution)
        importlib.import_module(module)
    except (ImportError, PackageNotFoundError, OSError, AttributeError, TypeError) as error:
        about: MessageArgs = {"error": printable(str(error))}
        if distribution in _LIBRARIES and _is_installed(distribution):
            library_name = _LIBRARIES[distribution]
            return Check(distribution, "missing", "doctor.library-missing", about, installs=library_name)
        return Check(distribution, "missing", "doctor.package-missing", about, requires=distribution)
    return Check(distribution, "ok", "doctor.package", {"version": found})


def _is_installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True


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
            Worker("gate.doctor:idle", confinement=enclosed, folder=folder).close()
    except GateError as error:
        return _namespaces(Check(_BROWSER, "weak", "doctor.browser-isolation", cause=error))
    return Check(_BROWSER, "ok", "doctor.program", {"place": place})


def _font() -> Check:
    """Look for the font that the PDF of a release is written with."""
    try:
        fonts = find_fonts(os.environ)
    except GateError as error:
        return Check("font", "missing", "doctor.font-missing", {"variable": VARIABLE}, installs="font", cause=error)
    return Check("font", "ok", "doctor.program", {"place": fonts.place})


def _libmagic() -> Check:
    loaded = library.LOADED
    if not isinstance(loaded, library.LibraryMissing):
        return Check("libmagic", "ok", "doctor.libmagic", {"version": loaded.version, "sha256": loaded.sha256[:12]})
    about: MessageArgs = {"error": printable(str(loaded))}
    if not _is_installed("python-magic"):
        return Check("python-magic", "missing", "doctor.package-missing", about, requires="python-magic")
    return Check("libmagic", "missing", "doctor.libmagic-missing", about, installs="libmagic")


def _isolation() -> Check:
    try:
        worker = Worker("gate.doctor:idle")
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
