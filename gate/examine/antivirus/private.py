"""The engine by default: two private clamd processes, one for malicious programs, one for Office macros."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from gate.errors import EngineFailure
from gate.examine.antivirus import canary, configuration
from gate.examine.antivirus.client import ExchangeFailed, reopen
from gate.examine.antivirus.daemon import Daemon
from gate.examine.antivirus.engine import SHORT_SECONDS, Ask, deadline, gap_of, version_of
from gate.examine.antivirus.files import SUPPRESSING, DatabaseFile, counted, database_names, describe, suffix_of
from gate.examine.antivirus.official import OFFICIAL, Classification, OfficialDatabase, classify
from gate.examine.antivirus.replies import Answer, Meaning, is_macro_alert, macro_fact, meaning
from gate.examine.antivirus.turns import Turns
from gate.models import EngineInfo, Gap
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.examine.interface import View

_PLACEHOLDER = {"placeholder.hsb": b"%064d:1:Gate.Placeholder:73\n" % 0}
"""clamd starts only with a signature: this one, of a digest that nothing has, is all that the macro reader needs."""
_COMPLAINT_CHARACTERS = 300
_TEMPORARY_NAME = re.compile(rf"\S*/{configuration.TEMPORARY}/\S*")
_ABOUT_SPACE = ("No space left", "Read-only file system", "temporary", "Permission denied")


class PrivateEngine:
    """Two clamd processes that belong to this run alone.

    ``database`` is the folder of the malware database, or None for the house signatures alone, which are loaded
    either way.  ``bundled`` says that those are the project's own, as shipped.  ``official`` names the official
    databases.
    """

    def __init__(
        self,
        *,
        database: Path | None,
        house_signatures: Path,
        bundled: bool,
        scratch: Path | None = None,
        program: str = "clamd",
        official: Mapping[str, OfficialDatabase] = OFFICIAL,
    ) -> None:
        self._database = database
        self._official = official
        self._house = house_signatures
        self._bundled = bundled
        self._scanner = Daemon("scan", scratch=scratch, program=program)
        self._macros = Daemon("macros", scratch=scratch, program=program)
        self._turns = Turns()
        self._info: EngineInfo | None = None

    # --- start --------------------------------------------------------------------------------------------------

    def start(self) -> EngineInfo:
        """Start both, check what they loaded, and send the canaries.  Raises ``EngineFailure``."""
        house = self._house_files()
        given = [] if self._database is None else [self._database / name for name in database_names(self._database)]
        self._scanner.prepare([*house, *given], {configuration.LOCAL_SETTINGS_NAME: configuration.LOCAL_SETTINGS})
        self._macros.prepare([], _PLACEHOLDER)
        self._scanner.launch()
        self._macros.launch()
        foreign = self._foreign_files(house)
        classification = self._classify(foreign)
        self._macros.await_ready(exact=True)
        countable = all(file.signatures is not None for file in self._scanner.files)
        self._scanner.await_ready(exact=self._database is None and countable)
        self._check_contribution(foreign)
        self._prove(before=True)
        database = describe(
            self._scanner.files,
            classification.kind,
            signatures=self._scanner.loaded,
            detail="; ".join(reason.text() for reason in classification.reasons),
        )
        version = version_of(self._scanner.endpoint).partition("/")[0]
        self._info = EngineInfo("clamav", version, database, canary="passed")
        return self._info

    def _house_files(self) -> list[Path]:
        names = database_names(self._house)
        for name in names:
            if suffix_of(name) in SUPPRESSING:
                raise EngineFailure(
                    "malware.house-signatures-suppressed", folder=printable(str(self._house)), name=printable(name)
                )
        return [self._house / name for name in names]

    def _foreign_files(self, house: Sequence[Path]) -> list[DatabaseFile]:
        """Return the files that are from the given database: neither house signatures nor local settings."""
        own = {path.name for path in house} | {configuration.LOCAL_SETTINGS_NAME}
        return [file for file in self._scanner.files if file.name not in own]

    def _classify(self, foreign: Sequence[DatabaseFile]) -> Classification:
        """Return the kind of the database; the scanner goes on loading while the signatures are being checked."""
        if self._database is None:
            return Classification("bundled" if self._bundled else "custom", ())
        return classify(self._scanner.database, self._scanner.folder, foreign, self._official)

    def _check_contribution(self, foreign: Sequence[DatabaseFile]) -> None:
        """Raise ``EngineFailure`` where a database was given and added nothing to the house signatures."""
        if self._database is None:
            return
        own = counted(self._scanner.files) - counted(foreign)
        if self._scanner.loaded <= own:
            raise EngineFailure("malware.database-without-signatures", folder=printable(str(self._database)))

    # --- proof --------------------------------------------------------------------------------------------------

    def _prove(self, *, before: bool) -> None:
        alerts = (*canary.ALERTS, *canary.RAW) if before else ()
        self._prove_daemon(self._scanner, (*canary.FOUND, *alerts))
        self._prove_daemon(self._macros, canary.MACROS)

    def _prove_daemon(self, daemon: Daemon, canaries: Sequence[canary.Canary]) -> None:
        failure: EngineFailure | None = None
        with daemon.watch.observing() as observed:
            try:
                canary.require(canaries, _asker(daemon))
            except EngineFailure as error:
                failure = error
        if (ending := daemon.ending()) is not None:
            raise EngineFailure("malware.clamd-died", how=ending)
        complaints = [*daemon.watch.unattributed(), *observed.lines]
        if any(hint in line for line in complaints for hint in _ABOUT_SPACE):
            raise EngineFailure(
                "malware.scratch-unusable", folder=printable(str(daemon.folder.path)), error=complaints[0]
            )
        if failure is not None:
            raise failure
        if complaints:
            raise EngineFailure("malware.clamd-complained", line=complaints[0])

    # --- items --------------------------------------------------------------------------------------------------

    def scan(self, view: View) -> tuple[Meaning, ...]:
        """Return what both say of one item; a complaint in the output during the scan makes a gap.

        Where something was complained about, the item is scanned once more with nothing beside it, so that what
        another item caused is not held against this one.
        """
        try:
            descriptor = reopen(view.descriptor())
        except OSError as error:
            return (Gap("unreadable", detail=error.strerror or str(error)),)
        try:
            with self._turns.together():
                found, complaints = self._ask_both(descriptor, view.size)
            if complaints and self._scanner.ending() is None and self._macros.ending() is None:
                with self._turns.alone():
                    found, complaints = self._ask_both(descriptor, view.size)
        finally:
            os.close(descriptor)
        if complaints:
            found = (*found, Gap("engine-error", detail=f"clamd complained: {_without_paths(complaints[0])}"))
        return tuple(dict.fromkeys(found))

    def _ask_both(self, descriptor: int, size: int) -> tuple[tuple[Meaning, ...], list[str]]:
        seconds = deadline(size)
        with self._scanner.watch.observing() as first, self._macros.watch.observing() as second:
            said = (_scanned(self._scanner, descriptor, seconds), _macros_in(self._macros, descriptor, seconds))
        return tuple(one for one in said if one is not None), [*first.lines, *second.lines]

    def finish(self) -> EngineInfo:
        """Send the canaries again and look at what was printed meanwhile.  Raises ``EngineFailure``."""
        if self._info is None:
            raise EngineFailure("malware.not-started")
        self._prove(before=False)
        return self._info

    def processes(self) -> tuple[int, int]:
        """Return the process ids of both."""
        return self._scanner.pid, self._macros.pid

    def close(self) -> None:
        """Kill both and remove their folders; may be called more than once."""
        try:
            self._scanner.close()
        finally:
            self._macros.close()


def _without_paths(line: str) -> str:
    """Return a complaint without the names of temporary files, which differ from run to run."""
    return _TEMPORARY_NAME.sub("(temporary file)", line)[:_COMPLAINT_CHARACTERS]


def _asker(daemon: Daemon) -> Ask:
    """Return the way to send canaries: as an open file, the way items are sent."""

    def ask(content: bytes) -> Answer:
        descriptor = os.memfd_create("gate-canary", os.MFD_CLOEXEC)
        try:
            with open(descriptor, "wb", closefd=False) as stream:
                stream.write(content)
            readable = reopen(descriptor)
        finally:
            os.close(descriptor)
        try:
            return daemon.endpoint.client().file(readable, seconds=SHORT_SECONDS)
        finally:
            os.close(readable)

    return ask


def _scanned(daemon: Daemon, descriptor: int, seconds: float) -> Meaning | None:
    try:
        return meaning(daemon.endpoint.client().file(descriptor, seconds=seconds))
    except ExchangeFailed as error:
        return gap_of(error)


def _macros_in(daemon: Daemon, descriptor: int, seconds: float) -> Meaning | None:
    """Return the fact that there are macros, a gap where that could not be found out, or None."""
    try:
        answer = daemon.endpoint.client().file(descriptor, seconds=seconds)
    except ExchangeFailed as error:
        return gap_of(error)
    if is_macro_alert(answer):
        return macro_fact(answer)
    if answer.kind == "found":
        return Gap("engine-error", detail=f"clamd answered: {answer.text} where only macros were asked for")
    return meaning(answer)
