"""Which published library a script is, by its digest or by what its first comments say."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from gate.models import LibraryFact

_BANNER_LENGTH = 1500
"""How much of the beginning of a script is looked at."""
_COMMENTS = re.compile(r"(?>(?:\s++|;|[\"']use strict[\"'];?|/\*.*?\*/|//[^\n]*+(?:\n|\Z))+)", re.DOTALL)
_FOLDER = Path(__file__).parent
_BANNERS = [
    (name, re.compile(about["banner"], re.DOTALL))
    for name, about in tomllib.loads((_FOLDER / "libraries.toml").read_text(encoding="utf-8")).items()
]
_PUBLISHED = tomllib.loads((_FOLDER / "published.toml").read_text(encoding="utf-8"))
_FILES: dict[str, tuple[str, str]] = {
    digest: (name, file.split()[0]) for name, about in _PUBLISHED.items() for digest, file in about["sha256"].items()
}


def read_library(text: str) -> Iterator[LibraryFact]:
    """Yield the library that a script of its own is, if it is known: proven by digest, or claimed by a banner.

    A banner counts only in the comments that the script begins with.  The digest is that of the text in UTF-8 with
    line feeds, which is how libraries are published.
    """
    known = _FILES.get(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())
    if known is not None:
        yield LibraryFact(*known, "sha256")
        return
    comments = _COMMENTS.match(text[:_BANNER_LENGTH])
    if comments is None:
        return
    for name, banner in _BANNERS:
        found = banner.search(comments[0])
        if found is not None:
            versions = [each for each in found.groups() if each]
            yield LibraryFact(name, versions[0] if versions else "", "banner")
            return
