"""Reading documents back: strictly, by their types."""

from __future__ import annotations

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from gate.paths import printable
from gate.record.canonical import DocumentError, parse_strictly

DocumentT = TypeVar("DocumentT")


def parse_document(adapter: TypeAdapter[DocumentT], raw: bytes) -> DocumentT:
    """Return the value of a type in the bytes of a document.

    Raises :class:`DocumentError` where it is not one: no JSON, repeated keys, other keys, other types.
    """
    parse_strictly(raw)
    return validated(adapter, raw)


def validated(adapter: TypeAdapter[DocumentT], raw: bytes) -> DocumentT:
    """Return the value of a type in JSON that is known to repeat no key.  Raises :class:`DocumentError`."""
    try:
        return adapter.validate_json(raw, strict=True)
    except ValidationError as error:
        raise DocumentError(first_problem(error)) from error


def first_problem(error: ValidationError) -> str:
    """Return place and kind of the first problem that validation found, safe to show."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(printable(str(part)) for part in first["loc"]) or "document"
    return f"{place}: {first['type']}"
