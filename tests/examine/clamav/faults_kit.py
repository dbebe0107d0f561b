"""Faulty daemons made for real, and what the whole gate says of a run on one."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gate.examine.antivirus import configuration
from gate.examine.antivirus.examiner import ClamAVExaminer
from gate.examine.interface import Examiner, Observation, View
from gate.policy.registry import REQUIRED_EXAMINERS
from tests.examine.clamav.antivirus_kit import SIGNATURES, Liar
from tests.examine.clamav.whole_kit import Verdicts, judged, written
from tests.unpack.intake_kit import Engine

NOT_OURS = {"Foreground", "LocalSocket", "LocalSocketMode", "LogFile", "LogFileMaxSize"}
Behaviour = Callable[[socket.socket], None]


def settings(database: Path = SIGNATURES, /, **changed: str) -> str:
    """Return the settings of a daemon that does all the gate asks for, but for those that are changed."""
    ours = configuration._COMMON | configuration._ALERTS["scan"] | {"AlertOLE2Macros": "yes"} | changed
    lines = [f"{key} {value}" for key, value in ours.items() if key not in NOT_OURS]
    return "\n".join([*lines, f"DatabaseDirectory {database}"])


def alone(antivirus: Examiner) -> list[Examiner]:
    """Return an examiner of malicious programs, and doubles of all others, that see nothing."""
    return [antivirus, *(Engine(name) for name in REQUIRED_EXAMINERS if name not in {"intake", "clamav"})]


def run_of(antivirus: Examiner, contents: Mapping[str, bytes]) -> Verdicts:
    """Return what a run on this examiner and doubles of the others says of files with these contents."""
    with written(contents) as paths:
        return judged(paths, alone(antivirus))


class Spoiled(ClamAVExaminer):
    """Something happens to the engine or the item between its start and the first item."""

    spoil: Callable[[], None]
    _lock = threading.Lock()
    _done = False

    def examine(self, view: View) -> Iterator[Observation]:
        with self._lock:
            if not self._done:
                self._done = True
                self.spoil()
        yield from super().examine(view)


class Turncoat:
    """Hands everything on to a good daemon until it is told to behave in another way."""

    def __init__(self, path: str, good: str) -> None:
        self._good = good
        self.behaviour: Behaviour | None = None
        self._liar = Liar(path, self._behave)
        self.commands: set[bytes] = set()

    def _behave(self, connection: socket.socket) -> None:
        behaviour = self.behaviour or self._hand_on
        behaviour(connection)

    def _hand_on(self, connection: socket.socket) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as onward:
            onward.connect(self._good)
            back = threading.Thread(target=_pump, args=(onward, connection))
            back.start()
            first = connection.recv(1 << 16)
            self.commands.add(first.partition(b"\0")[0])
            onward.sendall(first)
            _pump(connection, onward)
            back.join()

    def close(self) -> None:
        self._liar.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Hand on all that comes, and then its end in both directions, as a daemon hangs up after its answer."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
