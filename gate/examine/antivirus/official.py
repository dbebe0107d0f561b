"""Whether a database is ClamAV's official one.

A good signature alone does not say so: ClamAV also signs small databases for its own tests, which under the names of
the official ones are loaded without a word.  So the names, the members inside, the numbers of signatures, and the
absence of anything beside them count as well.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from gate.errors import IsolationError
from gate.examine.antivirus.files import CONTAINERS, DatabaseFile, Header
from gate.isolation import PrivateFolder, Worker, run_program
from gate.paths import printable
from gate.text import Language, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gate.models import DatabaseKind

SIGTOOL_SECONDS = 300.0
LIST_SECONDS = 300.0
VERIFIED = b"Verification OK."


@dataclass(frozen=True, slots=True)
class OfficialDatabase:
    """One official database: the fewest signatures that it can have, and whether a set without it is not official.

    Its members are named after it; ``other_members`` is a pattern of further names that it may hold.
    """

    floor: int
    required: bool
    other_members: str = r"COPYING"


OFFICIAL: Mapping[str, OfficialDatabase] = MappingProxyType(
    {
        "main": OfficialDatabase(floor=1_000_000, required=True),
        "daily": OfficialDatabase(floor=50_000, required=True),
        "bytecode": OfficialDatabase(floor=20, required=False, other_members=r"COPYING|[0-9]{1,10}\.cbc|last\.hdb"),
    }
)
"""The databases that ClamAV publishes.  The floors are a fraction of what each has held for years (millions in
``main``, hundreds of thousands in ``daily``), and far above ClamAV's signed test databases (14)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a database does not count as official: a message code of the domain ``malware`` and its arguments."""

    code: str
    name: str
    number: int = 0
    concerns_container: bool = False

    def text(self, language: Language = "en") -> str:
        """Return the reason in the given language."""
        return render(self.code, language, {"name": self.name, "number": self.number})


@dataclass(frozen=True, slots=True)
class Classification:
    """What kind of database a set of files is, and why it is not official (empty where it is)."""

    kind: DatabaseKind
    reasons: tuple[Reason, ...]


def classify(
    database: Path,
    folder: PrivateFolder,
    files: Sequence[DatabaseFile],
    table: Mapping[str, OfficialDatabase] = OFFICIAL,
) -> Classification:
    """Return the kind of the database whose ``files`` lie in ``database``, a place below the private ``folder``.

    ``official``: all rules hold.  ``unverified``: a packed database is there that they do not hold for.  ``custom``:
    anything else.  ``table`` names the official databases.
    """
    reasons = tuple(_reasons(database, folder, files, table))
    if not reasons:
        return Classification("official", ())
    return Classification("unverified" if any(reason.concerns_container for reason in reasons) else "custom", reasons)


def _reasons(
    database: Path, folder: PrivateFolder, files: Sequence[DatabaseFile], table: Mapping[str, OfficialDatabase]
) -> Iterator[Reason]:
    stems = Counter(_stem(file) for file in files if _may_be_official(file, table))
    digests = Counter(file.sha256 for file in files)
    for name, official in table.items():
        if official.required and not stems[name]:
            yield Reason("malware.official-missing", name)
        if stems[name] > 1:
            yield Reason("malware.official-twice", name, concerns_container=True)
    for file in files:
        if digests[file.sha256] > 1:
            yield Reason("malware.official-same-content", printable(file.name), concerns_container=True)
        if file.suffix not in CONTAINERS:
            yield Reason("malware.official-beside", printable(file.name))
        elif not _may_be_official(file, table):
            yield Reason("malware.official-foreign", printable(file.name), concerns_container=True)
        else:
            yield from _container_reasons(database / file.name, folder, file, table[_stem(file)])


def _stem(file: DatabaseFile) -> str:
    return Path(file.name).stem


def _may_be_official(file: DatabaseFile, table: Mapping[str, OfficialDatabase]) -> bool:
    return file.name in {f"{name}{suffix}" for name in table for suffix in (".cvd", ".cld")}


def _container_reasons(
    path: Path, folder: PrivateFolder, file: DatabaseFile, official: OfficialDatabase
) -> Iterator[Reason]:
    if file.header is None:
        yield Reason("malware.official-header", file.name, concerns_container=True)
        return
    if file.header.signatures < official.floor:
        yield Reason("malware.official-too-small", file.name, official.floor, concerns_container=True)
    try:
        if not _signature_holds(path, folder):
            yield Reason("malware.official-unsigned", file.name, concerns_container=True)
        elif not _inside_agrees(path, file.header, official.other_members):
            yield Reason("malware.official-inside", file.name, concerns_container=True)
    except IsolationError as error:
        yield Reason("malware.official-unchecked", f"{file.name} ({error})", concerns_container=True)


def _signature_holds(path: Path, folder: PrivateFolder) -> bool:
    """Say whether sigtool ends well and its last line is exactly the one that states a verified signature."""
    done = run_program(["sigtool", "--info", str(path)], seconds=SIGTOOL_SECONDS, folder=folder)
    lines = done.stdout.splitlines()
    return done.status == 0 and not done.truncated and lines[-1:] == [VERIFIED] and lines.count(VERIFIED) == 1


def _inside_agrees(path: Path, header: Header, other_members: str) -> bool:
    """Say whether all members bear the database's name and the signed ``.info`` repeats what the header says.

    The signature covers the members and not the header; and a database renamed keeps the names inside.
    """
    stem = path.stem
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    worker: Worker | None = None
    try:
        worker = Worker("gate.examine.antivirus.archive:serve")
        (found,) = worker.request({}, [descriptor], seconds=LIST_SECONDS)
    except ValueError as error:
        raise IsolationError("isolation.worker-failed", kind="ValueError", text="unexpected answer") from error
    finally:
        os.close(descriptor)
        if worker is not None:
            worker.kill()
    names, info = found["members"], str(found["info"]).split(":")
    return (
        f"{stem}.info" in names
        and all(_belongs(str(name), stem, other_members) for name in names)
        and info[:1] == ["ClamAV-VDB"]
        and info[1:5] == [header.built_text, str(header.version), str(header.signatures), str(header.level)]
        and info[-1].strip() == str(int(header.built.timestamp()))
    )


def _belongs(member: str, stem: str, other_members: str) -> bool:
    return re.fullmatch(rf"{re.escape(stem)}\.[a-z0-9]{{1,6}}|{other_members}", member) is not None
