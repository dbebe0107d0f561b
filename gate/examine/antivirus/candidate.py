"""A set of databases that is to take the place of another one: copied aside, verified, and held against the old one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors import EngineFailure, GateError, UsageError
from gate.examine.antivirus.files import DatabaseFile, copy_file, counted, describe
from gate.examine.antivirus.official import Reason, classify
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gate.examine.antivirus.official import OfficialDatabase
    from gate.isolation import PrivateFolder
    from gate.models import DatabaseInfo
    from gate.text import Language

UNCHECKED = "malware.official-unchecked"


class _WithReasons(GateError):
    """Databases that do not make an official set, with everything that speaks against them."""

    about: str

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(self.about)
        self.reasons = tuple(reasons)

    def message(self, language: Language) -> str:
        """Return what was refused and each reason, one a line."""
        return "\n".join([super().message(language), *(f"  {reason.text(language)}" for reason in self.reasons)])

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.reasons,)


class UpdateNotOfficial(_WithReasons, EngineFailure):
    """What came over the network is not the official database."""

    about = "malware.db-update-unverified"


class ImportNotOfficial(_WithReasons, UsageError):
    """The files given are not the official database, or not all of it."""

    about = "malware.db-import-unverified"


class NotChecked(_WithReasons, EngineFailure):
    """Whether databases are official could not be found out."""

    about = "malware.db-unchecked"


class Candidate:
    """A set of databases, copied from ``sources`` to ``name`` in a private folder, where only the gate can change it.

    ``table`` names the official databases.  Raises ``EngineFailure`` where a source cannot be read.
    """

    def __init__(
        self, private: PrivateFolder, name: str, sources: Iterable[Path], table: Mapping[str, OfficialDatabase]
    ) -> None:
        self._private = private
        self._table = table
        self.folder = private.path / name
        self.folder.mkdir(mode=0o755)
        self.files = tuple(copy_file(source, self.folder / source.name) for source in sources)

    @property
    def info(self) -> DatabaseInfo:
        """The record of the set, once it has been found official."""
        return describe(self.files, "official", signatures=counted(self.files))

    def require_official(self, refusal: type[UpdateNotOfficial | ImportNotOfficial]) -> None:
        """Raise ``refusal`` unless the set is official, and :class:`NotChecked` where that could not be found out."""
        if reasons := self._reasons():
            raise refusal(reasons)

    def sound(self) -> tuple[DatabaseFile, ...]:
        """Return the files that nothing is wrong with, each by itself; raises :class:`NotChecked`."""
        concerned = {reason.name for reason in self._reasons() if reason.concerns_container}
        return tuple(file for file in self.files if not {file.name, Path(file.name).stem} & concerned)

    def _reasons(self) -> tuple[Reason, ...]:
        """Return all that speaks against the set, or raise where the checking itself is all there is to say."""
        found = classify(self.folder, self._private, self.files, self._table)
        unchecked = [reason for reason in found.reasons if reason.code == UNCHECKED]
        if unchecked:
            raise NotChecked(unchecked)
        return found.reasons

    def older_than(self, present: Iterable[DatabaseFile]) -> dict[str, str | int] | None:
        """Return the first database with a lower version than the one of its name in ``present``, or None.

        It comes as the arguments of an error: ``name``, ``version``, and ``present``, the version that is there.
        """
        there = {Path(file.name).stem: file.header.version for file in present if file.header}
        for file in self.files:
            name = Path(file.name).stem
            version = file.header.version if file.header else 0
            if version < there.get(name, 0):
                return {"name": printable(name), "version": version, "present": there[name]}
        return None

    def same_as(self, other: Candidate) -> bool:
        """Say whether both hold the same files, by name and digest."""
        return {(file.name, file.sha256) for file in self.files} == {(file.name, file.sha256) for file in other.files}
