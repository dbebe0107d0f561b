"""How an engine proves itself: what it must find, what it must report, and what it must leave alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.errors import EngineFailure
from gate.examine.antivirus import samples
from gate.examine.antivirus.client import ExchangeFailed
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gate.examine.antivirus.engine import Ask
    from gate.examine.antivirus.replies import Answer

NESTED_DEPTH = 12
"""How many archives deep an engine must look; the gate itself opens no more."""
BEYOND_LIMITS_DEPTH = 120
"""More archives than any clamd opens: it must then say so."""
LARGE_MEMBER_BYTES = 112 << 20
"""Larger than the files and members that clamd looks at unless configured otherwise (25 and 100 MiB)."""
_LIMIT = "Heuristics.Limits.Exceeded."


@dataclass(frozen=True, slots=True)
class Canary:
    """Content and what the answer must be.

    ``expected`` is how the name of the alert begins; empty: the name of a signature, whichever; None: nothing may be
    found.  ``limit_will_do`` accepts that a limit is reported instead.  ``settings`` are the lines of ``clamd.conf``
    that are wanting where the answer is another one.
    """

    name: str
    content: Callable[[], bytes]
    expected: str | None = ""
    settings: tuple[str, ...] = ()
    limit_will_do: bool = False


FOUND: Sequence[Canary] = (
    Canary("eicar", samples.eicar),
    Canary("eicar-in-zip", lambda: samples.zipped(samples.eicar(), "eicar.com")),
    Canary(
        "eicar-nested",
        lambda: samples.nested(samples.eicar(), NESTED_DEPTH),
        settings=("ScanArchive yes", "MaxRecursion 30", "MaxFiles 200000"),
    ),
    Canary("benign", lambda: samples.BENIGN, expected=None),
)
"""What every engine must get right, before and after."""

OWN: Sequence[Canary] = (
    Canary("token-in-page", samples.page_with_token),
    Canary("digest-in-zip", lambda: samples.zipped(samples.DIGEST)),
)
"""What only an engine with the gate's own signatures can show: that what looks like HTML is also read raw, and that
content is known by its digest, as most of what an official database holds is."""

ALERTS: Sequence[Canary] = (
    Canary(
        "encrypted-archive",
        samples.encrypted_zip,
        "Heuristics.Encrypted.Zip",
        ("AlertEncrypted yes", "AlertEncryptedArchive yes"),
    ),
    Canary(
        "encrypted-document",
        samples.encrypted_pdf,
        "Heuristics.Encrypted.PDF",
        ("AlertEncrypted yes", "AlertEncryptedDoc yes"),
    ),
    Canary(
        "broken-executable", samples.broken_executable, "Heuristics.Broken.Executable", ("AlertBrokenExecutables yes",)
    ),
    Canary("broken-picture", samples.broken_picture, "Heuristics.Broken.Media.", ("AlertBrokenMedia yes",)),
    Canary(
        "too-deep",
        lambda: samples.nested(samples.BENIGN, BEYOND_LIMITS_DEPTH),
        _LIMIT,
        ("AlertExceedsMax yes",),
    ),
)
"""What an engine must report because it has not seen it."""

MACROS: Sequence[Canary] = (
    Canary("macro-document", samples.macro_document, "Heuristics.OLE2.ContainsMacros", ("AlertOLE2Macros yes",)),
)

LARGE: Sequence[Canary] = (
    Canary(
        "large-member",
        lambda: samples.large_member(LARGE_MEMBER_BYTES),
        settings=("MaxFileSize 2147483645", "MaxScanSize 2000M", "StreamMaxLength 2147483645", "AlertExceedsMax yes"),
    ),
)
"""For an engine whose limits no log shows."""


def holds(canary: Canary, answer: Answer) -> bool:
    """Say whether the answer is what the canary demands."""
    if canary.expected is None or answer.kind != "found":
        return canary.expected is None and answer.kind == "clean"
    if canary.limit_will_do and answer.text.startswith(_LIMIT):
        return True
    if not canary.expected:
        return not answer.text.startswith("Heuristics.")
    return answer.text.startswith(canary.expected)


def require(canaries: Sequence[Canary], ask: Ask) -> None:
    """Send each canary and raise ``EngineFailure`` at the first that is not answered as it must be."""
    for canary in canaries:
        try:
            answer = ask(canary.content())
        except ExchangeFailed as error:
            raise EngineFailure("malware.canary-missed", canary=canary.name, answer=printable(str(error))) from error
        if not holds(canary, answer):
            said = answer.text or answer.kind
            raise EngineFailure("malware.canary-missed", canary=canary.name, answer=said)
