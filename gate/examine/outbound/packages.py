"""What the ``package.json`` of a published package says that the package is (npm, "package.json")."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from gate.models import LibraryFact

PACKAGE: Final = b"package.json"
_CHARACTERS: Final = 1 << 20
_NAME: Final = re.compile(r"(?:@[a-z0-9~._-]{1,100}/)?[a-z0-9~-][a-z0-9~._-]{0,213}")
_VERSION: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10}){2}(?:[-+][0-9A-Za-z.+-]{1,60})?")


def read_package(text: str) -> Iterator[LibraryFact]:
    """Yield the package that a ``package.json`` names; none where it says that it is not for the registry."""
    if len(text) > _CHARACTERS:
        return
    try:
        about = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return  # what there is of it is read as JSON by its own reader, which says what is wrong
    if not isinstance(about, dict) or about.get("private"):
        return
    name, version = about.get("name"), about.get("version")
    if isinstance(name, str) and isinstance(version, str) and _NAME.fullmatch(name) and _VERSION.fullmatch(version):
        yield LibraryFact(name, version, "package")
