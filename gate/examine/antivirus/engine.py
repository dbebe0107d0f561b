"""What the two ways of having a clamd share: deadlines, and how an exchange becomes observations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

from gate.errors import EngineFailure
from gate.examine.antivirus.client import Endpoint, ExchangeFailed, ExchangeTimeout
from gate.examine.antivirus.replies import Answer, Meaning
from gate.models import EngineInfo, Gap, GapReason
from gate.paths import printable

if TYPE_CHECKING:
    from gate.examine.interface import View

BASE_SECONDS = 60.0
BYTES_PER_SECOND = 2_000_000
SHORT_SECONDS = 30.0
"""Deadline for commands, canaries and probes that send little."""

Ask: TypeAlias = Callable[[bytes], Answer]
"""Sends content the way items are sent and returns the answer; raises ``ExchangeFailed``."""


class Engine(Protocol):
    """A clamd that the examiner can use."""

    def start(self) -> EngineInfo:
        """Start it or connect, and let it prove itself.  Raises ``EngineFailure``."""

    def scan(self, view: View) -> tuple[Meaning, ...]:
        """Return what it says of one item; empty only where it has examined the item and found nothing."""

    def finish(self) -> EngineInfo:
        """Let it prove itself again.  Raises ``EngineFailure``."""

    def close(self) -> None:
        """Release everything; may be called more than once."""


def deadline(size: int) -> float:
    """Return the seconds that a file of ``size`` bytes may take."""
    return BASE_SECONDS + size / BYTES_PER_SECOND


def gap_of(error: ExchangeFailed) -> Gap:
    """Return the gap for an exchange that brought no answer."""
    reason: GapReason = "timeout" if isinstance(error, ExchangeTimeout) else "engine-error"
    return Gap(reason, detail=f"clamd: {printable(str(error))}")


def version_of(endpoint: Endpoint) -> str:
    """Ask for the version and return it as clamd gives it: ``1.4.6``, or ``1.4.6/27890/Mon Nov 23 07:49:05 2026``.

    Raises ``EngineFailure`` where the answer is not that of a clamd.
    """
    try:
        reply = endpoint.client().command("VERSION", seconds=SHORT_SECONDS)
    except ExchangeFailed as error:
        raise EngineFailure("malware.not-clamd", answer=printable(str(error))) from error
    text = printable(reply.removesuffix(b"\0")[:200])
    if not reply.endswith(b"\0") or not text.startswith("ClamAV "):
        raise EngineFailure("malware.not-clamd", answer=text)
    return text.removeprefix("ClamAV ")
