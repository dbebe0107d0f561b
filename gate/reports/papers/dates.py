"""Days and moments as papers print them: in Japanese by era (和暦), in English as ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from gate.text import Language

_ERAS: Final = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
)
"""First day and name of each era (元号法; 元号を改める政令)."""


def day_text(day: date, language: Language) -> str:
    """Return a day; in Japanese by its era, by the Western year before the eras that are known here."""
    if language == "en":
        return day.isoformat()
    for first, era in _ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"


def moment_text(moment: datetime, timezone: str, language: Language) -> str:
    """Return an aware moment to the minute, in the policy's time zone, whose abbreviation stands behind it."""
    local = moment.astimezone(ZoneInfo(timezone))
    if language == "en":
        return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"
    return f"{day_text(local.date(), 'ja')}{local.hour}時{local.minute:02}分（{local.tzname()}）"


def stated_moment_text(stated: str, timezone: str, language: Language) -> str:
    """Return the same for a time in RFC 3339 that a document states; what is no such time stays as it is."""
    try:
        moment = datetime.fromisoformat(stated)
        return moment_text(moment, timezone, language) if moment.tzinfo else stated
    except (ValueError, OverflowError):
        return stated
