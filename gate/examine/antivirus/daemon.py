"""A clamd of our own: its folder, its start, the proof in its log that it does what was asked, and its end.

What it loads is what was hashed: database files are copied, while being hashed, into a folder that only this clamd
can enter, and which it cannot change.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from gate.errors import EngineFailure, IsolationError
from gate.examine.antivirus import configuration
from gate.examine.antivirus.client import ExchangeFailed, UnixEndpoint
from gate.examine.antivirus.files import DatabaseFile, copy_file, counted
from gate.examine.antivirus.output import OutputWatch
from gate.isolation import Confinement, PrivateFolder, Program, start_program
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gate.examine.antivirus.configuration import Role

START_SECONDS = 60.0
"""How long a clamd with a small database may take until it answers."""
START_BYTES_PER_SECOND = 2_000_000
"""How fast it must load a large one (the official one: about 5 s on a good machine, a minute on a bad one)."""
LOADED_SHARE = 0.75
"""The share of a foreign database's signatures that must be loaded.  The engine leaves out those that are meant for
other versions of it or name merely unwanted programs, and a database's own count includes them."""
_LOG_BYTES = 1 << 20
_POLL_SECONDS = 0.02
_CONFINEMENT = Confinement(memory_bytes=None, cpu_seconds=None, file_bytes=None, descriptors=1024)
"""A database of millions of signatures needs as much address space as it needs; clamd runs as long as the gate."""


class Daemon:
    """One private clamd.  :meth:`prepare`, :meth:`launch`, :meth:`await_ready`, and :meth:`close` whatever happened.

    It must be launched from a thread that lives as long as the gate needs it: the kernel kills it with that thread.
    """

    def __init__(self, role: Role, *, scratch: Path | None = None, program: str = "clamd") -> None:
        self._role = role
        self._scratch = scratch
        self._program_name = program
        self._folder: PrivateFolder | None = None
        self._folder_descriptor = -1
        self._program: Program | None = None
        self._watch: OutputWatch | None = None
        self.files: tuple[DatabaseFile, ...] = ()
        self.loaded = 0

    # --- state --------------------------------------------------------------------------------------------------

    @property
    def folder(self) -> PrivateFolder:
        """Its private folder."""
        if self._folder is None:
            raise EngineFailure("malware.not-started")
        return self._folder

    @property
    def database(self) -> Path:
        """The folder from which it loads."""
        return self.folder.path / configuration.DATABASE

    @property
    def watch(self) -> OutputWatch:
        """Its output."""
        if self._watch is None:
            raise EngineFailure("malware.not-started")
        return self._watch

    @property
    def pid(self) -> int:
        """Its process id."""
        if self._program is None:
            raise EngineFailure("malware.not-started")
        return self._program.pid

    @property
    def endpoint(self) -> UnixEndpoint:
        """Where it listens: reached through the open folder, as its path may be too long for an address."""
        return UnixEndpoint(f"/proc/self/fd/{self._folder_descriptor}/{configuration.SOCKET}")

    def ending(self) -> str | None:
        """Return how it ended, or None while it runs."""
        status = self._program.status() if self._program else None
        if status is None:
            return None
        return f"signal {-status}" if status < 0 else f"status {status}"

    # --- start --------------------------------------------------------------------------------------------------

    def prepare(self, sources: Sequence[Path], made: Mapping[str, bytes]) -> None:
        """Make the private folder and copy the database files into it; ``made`` are further ones, by name.

        Files of one name and content count once.  Raises ``EngineFailure`` where the temporary folder cannot take
        them, a source cannot be read, or two of one name differ.
        """
        try:
            self._folder = PrivateFolder("clamav", base=self._scratch)
            self._folder_descriptor = os.open(self._folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            self._make_places()
            self.files = tuple(self._copy(sources, made))
        except IsolationError as error:
            raise self._unusable(str(error)) from error
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def _unusable(self, error: str) -> EngineFailure:
        place = self._scratch if self._folder is None else self._folder.path
        return EngineFailure("malware.scratch-unusable", folder=printable(str(place or "-")), error=error)

    def _make_places(self) -> None:
        self.database.mkdir(mode=0o755)
        temporary = self.folder.path / configuration.TEMPORARY
        temporary.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(temporary, self.folder.user, self.folder.user)
        text = configuration.configuration(self._role, str(self.folder.path))
        (self.folder.path / configuration.CONFIGURATION).write_text(text, encoding="utf-8")

    def _copy(self, sources: Sequence[Path], made: Mapping[str, bytes]) -> list[DatabaseFile]:
        files: dict[str, DatabaseFile] = {}
        incoming, own = self.folder.path / "incoming", self.folder.path / "made"
        own.mkdir(mode=0o700)
        for name, content in made.items():
            (own / name).write_bytes(content)
        for source in [*sources, *(own / name for name in made)]:
            file = copy_file(source, incoming)
            if files.setdefault(file.name, file) != file:
                raise EngineFailure("malware.database-name-clash", name=printable(file.name))
            incoming.replace(self.database / file.name)
        return list(files.values())

    def launch(self) -> None:
        """Start the process.  Raises ``EngineFailure`` where clamd is not installed."""
        try:
            self._program = start_program(
                [self._program_name, f"--config-file={self.folder.path / configuration.CONFIGURATION}"],
                folder=self.folder,
                confinement=_CONFINEMENT,
            )
        except IsolationError as error:
            raise EngineFailure("malware.clamd-missing", program=self._program_name) from error
        self._watch = OutputWatch(self._program.output.fileno())

    def await_ready(self, *, exact: bool) -> None:
        """Wait until it answers, then hold its log against what was asked.

        ``exact`` demands that all counted signatures were loaded and no others; otherwise a share of them.
        Raises ``EngineFailure`` where it ends, does not answer in time, complains, took over other limits, or
        loaded less than the files hold.
        """
        self._await_answer()
        if complaints := self.watch.unattributed():
            raise EngineFailure("malware.clamd-warned", line=complaints[0])
        log = self._log()
        configuration.check_limits(log)
        self.loaded = configuration.loaded_signatures(log)
        expected = counted(self.files)
        wanted = expected if exact else max(1, int(expected * LOADED_SHARE))
        if self.loaded < wanted or (exact and self.loaded != wanted):
            raise EngineFailure("malware.signatures-not-loaded", loaded=self.loaded, expected=expected)
        self.watch.scanning_begins()

    def _await_answer(self) -> None:
        seconds = START_SECONDS + sum(file.size for file in self.files) / START_BYTES_PER_SECOND
        ends = time.monotonic() + seconds
        while True:
            if (ending := self.ending()) is not None:
                raise self._start_failed(ending)
            if time.monotonic() > ends:
                raise EngineFailure("malware.clamd-start-timeout", seconds=int(seconds))
            try:
                if self.endpoint.client().command("PING", seconds=5.0) == b"PONG\0":
                    return
            except ExchangeFailed:
                pass  # the socket appears only when the database has been loaded
            time.sleep(_POLL_SECONDS)

    def _start_failed(self, ending: str) -> EngineFailure:
        self.watch.close()
        complaints = self.watch.unattributed()
        line = complaints[0] if complaints else (self.watch.recent() or ("-",))[-1]
        if any("Malformed database" in each or "error loading database" in each for each in complaints):
            return EngineFailure("malware.database-malformed", line=line)
        return EngineFailure("malware.clamd-start-failed", how=ending, line=line)

    def _log(self) -> str:
        try:
            with (self.folder.path / configuration.LOG).open("rb") as stream:
                return stream.read(_LOG_BYTES).decode("utf-8", "replace")
        except OSError as error:
            raise EngineFailure("malware.log-incomplete") from error

    # --- end ----------------------------------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Kill the process group, if there is one; whoever waits for it in another thread is told that it ended."""
        if self._program is not None:
            self._program.kill()

    def close(self) -> None:
        """Kill the process group and remove the folder; may be called more than once."""
        self.interrupt()
        if self._watch is not None:
            self._watch.close()
        if self._folder_descriptor >= 0:
            os.close(self._folder_descriptor)
            self._folder_descriptor = -1
        if self._folder is not None:
            self._folder.remove()
