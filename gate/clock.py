"""The clock of what is written: now, or the moment that ``SOURCE_DATE_EPOCH`` fixes (reproducible-builds.org)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from gate.errors import UsageError


def clock_from(environment: Mapping[str, str]) -> Callable[[], datetime]:
    """Return the clock; raises ``UsageError`` where ``SOURCE_DATE_EPOCH`` is not a number of seconds."""
    fixed = environment.get("SOURCE_DATE_EPOCH")
    if fixed is None:
        return lambda: datetime.now(UTC)
    try:
        moment = datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError("intake.source-date-epoch") from error
    return lambda: moment
