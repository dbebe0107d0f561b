"""The clock of what is written: now, or the moment that ``SOURCE_DATE_EPOCH`` fixes (reproducible-builds.org).

What is judged is judged by the real clock: an environment that fixes the time of a build must not make a key unexpired
or an old release new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from gate.errors import UsageError

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9998, 12, 31, tzinfo=UTC)
"""Later moments have no day in some time zones, and none that lies some days ahead."""


def clock_from(environment: Mapping[str, str]) -> Callable[[], datetime]:
    """Return the clock; raises ``UsageError`` where ``SOURCE_DATE_EPOCH`` is not a number of seconds."""
    fixed = environment.get("SOURCE_DATE_EPOCH")
    if fixed is None:
        return lambda: datetime.now(UTC)
    try:
        moment = datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError("intake.source-date-epoch") from error
    if not _FIRST <= moment <= _LAST:
        raise UsageError("intake.source-date-epoch")
    return lambda: moment
