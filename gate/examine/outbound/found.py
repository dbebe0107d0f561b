"""What a reader finds in a document: references to follow, documents inside of it, and what it is itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from gate.examine.outbound.kinds import Kind
from gate.examine.outbound.lines import Lines
from gate.models import Gap, LibraryFact, PageFact, Reach, ReferenceFact

Matches: TypeAlias = Callable[[str], bool]
"""Says whether a selector matches something in the page that a style sheet belongs to."""


class Reference(NamedTuple):
    """A URL as it is written, relative to ``base``, with the way in which reading the document reaches it.

    Of an ``opaque`` reference ``raw`` is what is known of the URL, to be shown and not to be resolved.
    """

    raw: str
    reach: Reach
    via: str
    line: int = 0
    condition: str = ""
    base: str | None = None
    integrity: bool = False
    """Whether a digest beside the URL says which bytes are accepted from there."""
    by_code: bool = False
    """Whether code that is run contacts it, as against a document that is shown."""


class Nested(NamedTuple):
    """A document or script inside of another one.

    ``via`` is the construct that holds it; ``condition`` says under which condition it is read at all, or is empty;
    ``strings`` is how URLs in the strings of a script or of data are reached; ``matches`` says what selectors of a
    style sheet match, where its page is known.
    """

    kind: Kind
    text: str
    via: str
    lines: Lines
    condition: str = ""
    base: str | None = None
    strings: Reach = "string"
    matches: Matches | None = None
    reached: Reach | None = None
    """How what the document fetches is reached, where a script brings it about: not by itself then."""


Found: TypeAlias = Reference | Nested | Gap | LibraryFact | PageFact | ReferenceFact
