"""Reading JSON without surprises: what readers would take for different values is none."""

from __future__ import annotations

import json
from typing import Any


class DocumentError(ValueError):
    """Bytes are not a document of the kind expected; the argument says where and why."""


def parse_strictly(raw: bytes) -> Any:  # noqa: ANN401  # JSON is any value
    """Return the value of a JSON text in UTF-8.

    Raises :class:`DocumentError` for repeated keys (readers disagree about them), numbers that JSON does not know,
    more nesting than can be read, and anything behind the value.
    """
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise DocumentError("nested too deeply") from error
    except ValueError as error:
        raise DocumentError(str(error)) from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise DocumentError("a key stands twice in one object")
    return value


def _refuse_constant(name: str) -> None:
    raise DocumentError(f"{name} is not JSON")
