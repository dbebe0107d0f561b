"""Running freshclam: its settings, its progress, and what it says when it fails.

It is the only program of the gate that gets a network.  It runs as confined as every other one in all other respects,
in a private folder, and nothing that it brings is used before it has been verified.
"""

from __future__ import annotations

import os
import re
import select
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from gate.errors import EngineFailure, IsolationError, UsageError
from gate.isolation import Confinement, PrivateFolder, start_program
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.isolation import Program

UPDATE_SECONDS = 3600.0
"""How long a whole update may take: the databases are about 300 MB."""
PUBLIC_MIRROR = "database.clamav.net"
_CONFINEMENT = Confinement(memory_bytes=None, cpu_seconds=1800, network=True)
"""Before it accepts a database freshclam loads it, which for the official ones takes over a gigabyte of memory."""
_KEPT_LINES = 200
_SHOWN_CHARACTERS = 300
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])"
_MIRROR = re.compile(rf"(?:https?://)?{_HOST}(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9._~/-]{{0,500}})?")
_PROXY_SCHEMES = frozenset({"http", "https", "socks4", "socks4a", "socks5", "socks5h"})
_WORD = re.compile(r"[!#-&(-~]{1,200}")
"""What can stand as a value in a line of the settings: printable, without blanks and quotes."""
_TRANSFER = re.compile(rb"([0-9.]{1,12})(B|KiB|MiB|GiB)/([0-9.]{1,12})(B|KiB|MiB|GiB)")
_UNITS = {b"B": 1, b"KiB": 1 << 10, b"MiB": 1 << 20, b"GiB": 1 << 30}


class Progress(Protocol):
    """Who is told how far an update is."""

    def stage(self, name: str) -> None:
        """Take note that a stage begins: ``download``, ``verify``, ``exchange``."""

    def transferred(self, done: int, total: int) -> None:
        """Take note that so many bytes of the file under way have come."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where databases come from.

    ``mirror`` and ``private_mirror`` are a host or an HTTP(S) URL; the latter is one's own copy, which is asked for
    whole files only.  Without either it is ClamAV's own.  ``proxy`` is a URL and may hold a name and a password.
    ``attempts`` is how often each file is tried.  Raises ``UsageError`` for values that cannot be used.
    """

    mirror: str | None = None
    private_mirror: str | None = None
    proxy: str | None = None
    attempts: int = 3

    def __post_init__(self) -> None:
        if self.mirror is not None and self.private_mirror is not None:
            raise UsageError("malware.db-two-mirrors")
        for mirror in (self.mirror, self.private_mirror):
            if mirror is not None and not _MIRROR.fullmatch(mirror):
                raise UsageError("malware.db-mirror", mirror=printable(mirror))
        self._proxy_lines()

    def lines(self) -> list[str]:
        """Return the lines of freshclam's settings that say where databases come from."""
        lines = [f"MaxAttempts {self.attempts}", *self._proxy_lines()]
        if self.private_mirror is not None:
            return [*lines, f"PrivateMirror {self.private_mirror}"]
        if self.mirror is not None:
            return [*lines, f"DatabaseMirror {self.mirror}"]
        return [*lines, f"DatabaseMirror {PUBLIC_MIRROR}"]

    @property
    def options(self) -> list[str]:
        """Further arguments: what ClamAV announces by name service is not what another mirror has."""
        return ["--no-dns"] if self.mirror is not None else []

    def _proxy_lines(self) -> list[str]:
        if self.proxy is None:
            return []
        try:
            parts = urlsplit(self.proxy)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise UsageError("malware.db-proxy") from error
        rest = parts.path.strip("/") or parts.query or parts.fragment
        if parts.scheme not in _PROXY_SCHEMES or not host or not port or rest:
            raise UsageError("malware.db-proxy")
        values = {
            "HTTPProxyServer": f"{parts.scheme}://{f'[{host}]' if ':' in host else host}",
            "HTTPProxyPort": str(port),
            "HTTPProxyUsername": unquote(parts.username or ""),
            "HTTPProxyPassword": unquote(parts.password or ""),
        }
        # freshclam wants both or none.
        if bool(values["HTTPProxyUsername"]) != bool(values["HTTPProxyPassword"]):
            raise UsageError("malware.db-proxy")
        if not all(_WORD.fullmatch(value) for value in values.values() if value):
            raise UsageError("malware.db-proxy")
        return [f"{key} {value}" for key, value in values.items() if value]


def run(
    database: Path,
    folder: PrivateFolder,
    names: Sequence[str],
    source: Source,
    progress: Progress,
    *,
    whole: bool = False,
    seconds: float = UPDATE_SECONDS,
) -> str | None:
    """Bring the databases ``names`` in ``database`` up to date, a place below the private ``folder``.

    ``whole`` fetches no differences.  Returns the error that freshclam spoke of where it ended well all the same (it
    does so where a difference cannot be had), or None.  Raises ``EngineFailure`` where it is not installed, fails, or
    is not done in time; what lies in ``database`` then means nothing.
    """
    settings = folder.path / "freshclam.conf"
    lines = [f"DatabaseDirectory {database}", "Foreground yes", "ConnectTimeout 30", "ReceiveTimeout 60"]
    lines += [f"ScriptedUpdates {'no' if whole else 'yes'}", *source.lines()]
    settings.touch(mode=0o600)
    settings.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if os.geteuid() == 0:
        os.chown(settings, folder.user, folder.user)
    argv = ["freshclam", f"--config-file={settings}", "--stdout", "--show-progress", *source.options]
    try:
        program = start_program(
            [*argv, *(f"--update-db={name}" for name in names)], folder=folder, confinement=_CONFINEMENT
        )
    except IsolationError as error:
        raise EngineFailure("malware.freshclam-missing") from error
    try:
        return _follow(program, progress, seconds)
    finally:
        program.kill()


def _follow(program: Program, progress: Progress, seconds: float) -> str | None:
    """Read what freshclam prints until it ends; raise ``EngineFailure`` unless it ends well, return its first error."""
    recent: deque[str] = deque(maxlen=_KEPT_LINES)
    ends, rest = time.monotonic() + seconds, b""
    while True:
        remaining = ends - time.monotonic()
        if remaining <= 0:
            raise EngineFailure("malware.db-update-timeout", seconds=int(seconds), line=_telling(recent))
        if not select.select([program.output], [], [], min(remaining, 5.0))[0]:
            continue
        data = os.read(program.output.fileno(), 1 << 16)
        if not data:
            break
        *lines, rest = re.split(rb"[\r\n]", (rest + data)[-(1 << 17) :])
        for line in lines:
            _take(line, recent, progress)
    status = _ended(program, ends)
    if status != 0:
        how = f"signal {-status}" if status < 0 else f"status {status}"
        raise EngineFailure("malware.db-update-failed", how=how, line=_telling(recent))
    return next((line for line in recent if line.startswith("ERROR")), None)


def _ended(program: Program, ends: float) -> int:
    """Return the exit status of a program whose output has ended."""
    while (status := program.status()) is None:
        if time.monotonic() > ends:
            return -9
        time.sleep(0.01)
    return status


def _take(line: bytes, recent: deque[str], progress: Progress) -> None:
    if found := _TRANSFER.search(line):
        try:
            progress.transferred(
                int(float(found[1]) * _UNITS[found[2]]),
                int(float(found[3]) * _UNITS[found[4]]),
            )
        except ValueError:
            return
    elif text := line.strip():
        recent.append(printable(text)[:_SHOWN_CHARACTERS])


def _telling(lines: Sequence[str]) -> str:
    """Return the line that tells most: the first error, else the last warning, else the last line."""
    errors = [line for line in lines if line.startswith("ERROR")]
    warnings = [line for line in lines if line.startswith("WARNING")]
    return (errors[:1] or warnings[-1:] or list(lines)[-1:] or ["-"])[0]
