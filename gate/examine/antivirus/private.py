"""The engine by default: a private clamd, and two in reserve for what one alert may hide."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING

from gate.errors import EngineFailure
from gate.examine.antivirus import canary, configuration
from gate.examine.antivirus.client import reopen
from gate.examine.antivirus.daemon import Daemon
from gate.examine.antivirus.engine import deadline, version_of
from gate.examine.antivirus.files import SUPPRESSING, DatabaseFile, counted, database_names, describe, suffix_of
from gate.examine.antivirus.official import OFFICIAL, Classification, OfficialDatabase, classify
from gate.examine.antivirus.question import Question, prove
from gate.examine.antivirus.replies import Answer, Meaning, is_macro_alert, macro_fact, meaning
from gate.examine.antivirus.reserve import Reserve
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


class PrivateEngine:
    """clamd processes that belong to this run alone.

    ``database`` is the folder of the malware database, or None for the house signatures alone, which are loaded
    either way.  ``bundled`` says that those are the project's own, as shipped.  ``official`` names the official
    databases.

    A run in which nothing is named needs the scanner alone.  The one in reserve that looks for everything but macros
    loads the same database, and takes as much memory, as soon as an item with macros turns up.
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
        self.scanner = Daemon("scan", scratch=scratch, program=program)
        self.macros = Reserve(Daemon("macros", scratch=scratch, program=program), self._start_macros)
        self.others = Reserve(Daemon("others", scratch=scratch, program=program), self._start_others)
        self._turns = Turns()
        self._info: EngineInfo | None = None

    # --- start --------------------------------------------------------------------------------------------------

    def start(self) -> EngineInfo:
        """Start the scanner, check what it loaded, and send the canaries.  Raises ``EngineFailure``."""
        house = self._house_files()
        given = [] if self._database is None else [self._database / name for name in database_names(self._database)]
        self.scanner.prepare([*house, *given], {configuration.LOCAL_SETTINGS_NAME: configuration.LOCAL_SETTINGS})
        self.scanner.launch()
        foreign = self._foreign_files(house)
        classification = self._classify(foreign)
        countable = all(file.signatures is not None for file in self.scanner.files)
        self.scanner.await_ready(exact=self._database is None and countable)
        self._check_contribution(foreign)
        prove(self.scanner, (*canary.FOUND, *canary.ALERTS, *canary.MACROS, *canary.OWN))
        database = describe(
            self.scanner.files,
            classification.kind,
            signatures=self.scanner.loaded,
            detail="; ".join(reason.text() for reason in classification.reasons),
        )
        version = version_of(self.scanner.endpoint).partition("/")[0]
        self._info = EngineInfo("clamav", version, database, canary="passed")
        return self._info

    def _start_macros(self, daemon: Daemon) -> None:
        daemon.prepare([], _PLACEHOLDER)
        daemon.launch()
        daemon.await_ready(exact=True)
        prove(daemon, canary.MACROS)

    def _start_others(self, daemon: Daemon) -> None:
        """Start it on the very files that the scanner has, as what lies in the database folder may have changed."""
        daemon.prepare([self.scanner.database / file.name for file in self.scanner.files], {})
        daemon.launch()
        daemon.await_ready(exact=False)
        if daemon.loaded != self.scanner.loaded or sorted(daemon.files, key=_name) != sorted(
            self.scanner.files, key=_name
        ):
            raise EngineFailure("malware.signatures-not-loaded", loaded=daemon.loaded, expected=self.scanner.loaded)
        prove(daemon, (*canary.FOUND, *canary.ALERTS, *canary.OWN))

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
        return [file for file in self.scanner.files if file.name not in own]

    def _classify(self, foreign: Sequence[DatabaseFile]) -> Classification:
        """Return the kind of the database; the scanner goes on loading while the signatures are being checked."""
        if self._database is None:
            return Classification("bundled" if self._bundled else "custom", ())
        return classify(self.scanner.database, self.scanner.folder, foreign, self._official)

    def _check_contribution(self, foreign: Sequence[DatabaseFile]) -> None:
        """Raise ``EngineFailure`` where a database was given and added nothing to the house signatures."""
        if self._database is None:
            return
        own = counted(self.scanner.files) - counted(foreign)
        if self.scanner.loaded <= own:
            raise EngineFailure("malware.database-without-signatures", folder=printable(str(self._database)))

    # --- items --------------------------------------------------------------------------------------------------

    def scan(self, view: View) -> tuple[Meaning, ...]:
        """Return what is to be said of one item; a complaint in the output during the scan makes a gap.

        Where something was complained about, the item is scanned once more with nothing beside it, so that what
        another item caused is not held against this one.
        """
        try:
            descriptor = reopen(view.descriptor())
        except OSError as error:
            return (Gap("unreadable", detail=error.strerror or str(error)),)
        try:
            with self._turns.together():
                found, complaints = self._asked(descriptor, view.size)
            if complaints and self._all_live():
                with self._turns.alone():
                    found, complaints = self._asked(descriptor, view.size)
        finally:
            os.close(descriptor)
        if complaints:
            found = (*found, Gap("engine-error", detail=f"clamd complained: {_without_paths(complaints[0])}"))
        return tuple(dict.fromkeys(found))

    def _asked(self, descriptor: int, size: int) -> tuple[tuple[Meaning, ...], list[str]]:
        """Ask the scanner, and where it names something, who knows what may stand behind that."""
        question = Question(descriptor, deadline(size))
        answer = question.to(self.scanner)
        if isinstance(answer, Gap):
            return (answer,), question.complaints
        if is_macro_alert(answer):
            behind = question.to_reserve(self.others)
            other = behind if isinstance(behind, Gap) else _but_macros(behind)
            return (*_told(other), macro_fact(answer)), question.complaints
        said = meaning(answer)
        if said is None:
            return (), question.complaints
        if answer.kind == "refused":
            return (said,), question.complaints
        behind = question.to_reserve(self.macros)
        macros = behind if isinstance(behind, Gap) else _only_macros(behind)
        return (said, *_told(macros)), question.complaints

    def _daemons(self) -> list[Daemon]:
        """Return those that run or ran; raises ``EngineFailure`` where one in reserve could not be started."""
        return [daemon for daemon in (self.scanner, self.macros.if_started(), self.others.if_started()) if daemon]

    def _all_live(self) -> bool:
        try:
            return all(daemon.ending() is None for daemon in self._daemons())
        except EngineFailure:
            return False

    def finish(self) -> EngineInfo:
        """Send the canaries again and look at what was printed meanwhile.  Raises ``EngineFailure``."""
        if self._info is None:
            raise EngineFailure("malware.not-started")
        prove(self.scanner, (*canary.FOUND, *canary.MACROS))
        if macros := self.macros.if_started():
            prove(macros, canary.MACROS)
        if others := self.others.if_started():
            prove(others, canary.FOUND)
        return self._info

    def processes(self) -> tuple[int, ...]:
        """Return the process ids of the daemons that were started."""
        return tuple(daemon.pid for daemon in self._daemons())

    def close(self) -> None:
        """Kill all and remove their folders; may be called more than once."""
        with contextlib.ExitStack() as closing:
            for each in (self.scanner, self.macros, self.others):
                closing.callback(each.close)


def _name(file: DatabaseFile) -> str:
    return file.name


def _told(said: Meaning | None) -> tuple[Meaning, ...]:
    return () if said is None else (said,)


def _but_macros(answer: Answer) -> Meaning | None:
    """Return what the daemon says that does not look for macros."""
    if is_macro_alert(answer):
        return Gap("engine-error", detail=f"clamd answered: {answer.text} where macros were not asked for")
    return meaning(answer)


def _only_macros(answer: Answer) -> Meaning | None:
    """Return the fact that there are macros, a gap where that could not be found out, or None."""
    if is_macro_alert(answer):
        return macro_fact(answer)
    if answer.kind == "found":
        return Gap("engine-error", detail=f"clamd answered: {answer.text} where only macros were asked for")
    return meaning(answer)


def _without_paths(line: str) -> str:
    """Return a complaint without the names of temporary files, which differ from run to run."""
    return _TEMPORARY_NAME.sub("(temporary file)", line)[:_COMPLAINT_CHARACTERS]
