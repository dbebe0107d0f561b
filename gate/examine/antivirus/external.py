"""A clamd that somebody else runs: believed only as far as its answers prove.

Its limits stand in a log that the gate does not see, and its output is not the gate's to read.  So it is probed for
every alert that the gate relies on, content goes to it as a stream, and its database counts as unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import EngineFailure
from gate.examine.antivirus import canary
from gate.examine.antivirus.client import Endpoint, ExchangeFailed
from gate.examine.antivirus.engine import deadline, gap_of, version_of
from gate.examine.antivirus.replies import Answer, Meaning, is_macro_alert, meaning
from gate.examine.antivirus.twins import Twins
from gate.models import DatabaseInfo, EngineInfo, Gap
from gate.paths import printable

if TYPE_CHECKING:
    from gate.examine.interface import View

_DETAIL = (
    "an existing clamd, probed with canaries; its database, what it cached before this run, and its limits beyond "
    f"{canary.LARGE_MEMBER_BYTES >> 20} MiB could not be checked"
)


class ExternalEngine:
    """An existing clamd at ``endpoint``; ``address`` names it in messages, ``remote`` says that it may be elsewhere."""

    def __init__(self, endpoint: Endpoint, address: str, *, remote: bool) -> None:
        self._endpoint = endpoint
        self._address = printable(address)
        self._remote = remote
        self._twins = Twins()
        self._info: EngineInfo | None = None

    def start(self) -> EngineInfo:
        """Probe it.  Raises ``EngineFailure``, with the lines of its configuration that are wanting."""
        self._require_answer()
        version, _, database = version_of(self._endpoint).partition("/")
        canary.require(canary.FOUND[:2], self._ask)
        self._require_alerts()
        canary.require(canary.FOUND, self._ask)
        self._info = EngineInfo(
            "clamav",
            version,
            DatabaseInfo("unverified", database, "", 0, "", detail="as the daemon says; no file of it was seen"),
            canary="passed",
            detail=_DETAIL,
            external=self._address if self._remote else "",
        )
        return self._info

    def _require_answer(self) -> None:
        try:
            self._endpoint.client().command("PING", seconds=10.0)
        except ExchangeFailed as error:
            raise EngineFailure(
                "malware.external-unreachable", address=self._address, error=printable(str(error))
            ) from error

    def _require_alerts(self) -> None:
        """Send every probe and name all settings that are wanting at once."""
        wanting: list[str] = []
        for probe in (*canary.FOUND[2:3], *canary.ALERTS, *canary.MACROS, *canary.LARGE):
            try:
                held = canary.holds(probe, self._ask(probe.content()))
            except ExchangeFailed:
                held = False
            if not held:
                wanting.extend(probe.settings)
        if wanting:
            lines = ", ".join(dict.fromkeys(wanting))
            raise EngineFailure("malware.external-weak", address=self._address, lines=lines)

    def _ask(self, content: bytes) -> Answer:
        return self._endpoint.client().stream(
            lambda size, offset: content[offset : offset + size],
            len(content),
            seconds=deadline(canary.LARGE_MEMBER_BYTES),
        )

    def scan(self, view: View) -> tuple[Meaning, ...]:
        """Return what it says of one item; a macro alert is a gap as well, as it can hide another alert.

        So is content that shares its MD5 with other content: a daemon that keeps its cache of clean files, which it
        does unless told otherwise, may answer for the other one.
        """
        try:
            if self._twins.has_other(view):
                return (Gap("engine-error", detail="another item has the same MD5, by which clamd caches its answers"),)
            answer = self._endpoint.client().stream(view.read, view.size, seconds=deadline(view.size))
        except ExchangeFailed as error:
            return (gap_of(error),)
        except OSError as error:
            return (Gap("unreadable", detail=error.strerror or str(error)),)
        said = meaning(answer)
        if said is None:
            return ()
        if is_macro_alert(answer):
            return (said, Gap("engine-limit", detail="a macro alert may stand in place of another alert"))
        return (said,)

    def finish(self) -> EngineInfo:
        """Send the canaries again.  Raises ``EngineFailure``."""
        if self._info is None:
            raise EngineFailure("malware.not-started")
        canary.require((*canary.FOUND, *canary.ALERTS), self._ask)
        return self._info

    def close(self) -> None:
        """Nothing is held between exchanges."""
