"""Takes secrets out of texts that leave a worker: a URL, a snippet or a reason of another examiner may hold one."""

from __future__ import annotations

from typing import Any, Final

from gate.examine.secrets.rules import RULES

_IN_PLACE: Final = b"[\xe2\x80\xa6]"


def scrub(text: str) -> str:
    """Return a text with ``[…]`` in the place of each secret in it."""
    data = text.encode("utf-8", "replace")
    places = sorted(
        (found.start, found.start + found.length)
        for rule in RULES
        if any(mark in data for mark in rule.marks)
        for found in rule.find(data)
    )
    if not places:
        return text
    kept, position = [], 0
    for start, end in places:
        if start >= position:
            kept += [data[position:start], _IN_PLACE]
        position = max(position, end)
    return b"".join([*kept, data[position:]]).decode("utf-8", "replace")


def scrubbed(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a fact with secrets taken out of its texts."""
    return {name: _scrubbed(value) for name, value in values.items()}


def _scrubbed(value: Any) -> Any:  # noqa: ANN401  # whatever a field of a fact holds
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, tuple | list):
        return [_scrubbed(each) for each in value]
    return value
