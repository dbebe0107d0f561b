"""Files of the delivery that a page or script loads as a script or style sheet under a name that says otherwise.

Browsers run a file for what a page loads it as, hardly minding its name (HTML, "fetch a classic script"; CSS in quirks
mode); it is read here by its name.  Where the two differ, the reading says nothing of what the file does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from gate.examine.outbound.kinds import suffixes_of
from gate.examine.outbound.pages import relative_path
from gate.models import ReferenceFact

_SERVED = "cgi fcgi pl py rb ashx axd asmx svc do action"
"""What a server runs, and is read as what it is."""
_READ = {
    "script": frozenset([*suffixes_of("script"), *suffixes_of("template"), *_SERVED.split()]),
    "style": frozenset([*suffixes_of("css"), *suffixes_of("template"), *_SERVED.split()]),
}
"""Suffixes of files that are read as what they are loaded as, or as what a server makes that of."""


def loaded_as(role: Literal["script", "style"], reference: str) -> Iterator[ReferenceFact]:
    """Yield the file that a relative reference loads, unless its name says that it is what it is loaded as."""
    path = relative_path(reference)
    name = path.rpartition("/")[2]
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if name and suffix not in _READ[role]:
        yield ReferenceFact(path, role=role)
