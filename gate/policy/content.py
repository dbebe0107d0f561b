"""What of a delivery is content and what is a program, by the kind of the deliverable: the one table of it.

Clause 26-3 3(3) forbids content in executable program format unless there is no other way.  A browser script is what a
website consists of, and a program anywhere else; so the same file reads differently in deliverables of different kinds.
``docs/executable-content.md`` is written from this table.

What is read as content is still examined for malicious programs and for contacts, and stays in the inventory.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from gate.models import DisguiseFact, ExecutableClass, ExecutableFact, ItemFact, ReferenceFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.models import Fact

DeliverableKind: TypeAlias = Literal["website", "application", "content"]
Basis: TypeAlias = Literal["specified-program", "no-alternative"]
Reading: TypeAlias = Literal["content", "program", "refused"]
"""``content``: needs no justification.  ``program``: needs one of either basis.  ``refused``: only where there is no
alternative."""
Condition: TypeAlias = Literal["always", "served", "declared"]
"""``served``: a script that a browser loads by its name.  ``declared``: named by a page or script of the delivery."""

CONTENT: Final = "content:"
"""What stands before the kind of the deliverable where an executable is content: no justification's id has a colon."""
_SERVED_SUFFIXES: Final = (".js", ".mjs")
_PAGE_SUFFIXES: Final = (".html", ".htm", ".xhtml")
_NOT_FOR_BROWSERS: Final = "runtime="
"""Begins the word of a fact that says that a script is for a server, or may be."""

_BASES: Final[Mapping[Reading, tuple[Basis, ...]]] = MappingProxyType(
    {"content": (), "program": ("specified-program", "no-alternative"), "refused": ("no-alternative",)}
)


@dataclass(frozen=True, slots=True)
class Form:
    """A row of the table: executables of a class (and of some formats, where any are named) and how they read.

    ``id`` names its texts in the catalogue (``policy.form.<id>``).
    """

    id: str
    class_: ExecutableClass
    formats: frozenset[str]
    readings: Mapping[DeliverableKind, Reading]
    condition: Condition = "always"

    def holds(self, fact: ExecutableFact) -> bool:
        """Say whether the row speaks of such an executable, whatever its condition."""
        return fact.class_ == self.class_ and (not self.formats or fact.format in self.formats)


def _form(id_: str, class_: ExecutableClass, *formats: str, website: Reading = "program",
          condition: Condition = "always") -> Form:  # fmt: skip  # one row below is one line
    """Return a row: an application's programs are justified on either basis, documents hold none."""
    readings: dict[DeliverableKind, Reading] = {"website": website, "application": "program", "content": "refused"}
    return Form(id_, class_, frozenset(formats), MappingProxyType(readings), condition)


FORMS: Final = (
    _form("browser-script", "script", "javascript", website="content", condition="served"),
    _form("web-assembly", "bytecode", "wasm", website="content", condition="declared"),
    _form("picture-script", "active-document", "svg-script", website="content"),
    _form(
        "server-script",
        "script",
        *("php", "asp", "jsp", "cgi", "coldfusion", "python", "perl", "ruby", "shebang", "ssi", "web-handler"),
    ),
    _form("script", "script"),
    _form("native", "native"),
    _form("bytecode", "bytecode"),
    _form("installer", "installer"),
    _form("shortcut", "shortcut"),
    _form("macro", "macro"),
    _form("active-document", "active-document"),
    _form("serialized-code", "serialized-code"),
)
"""The first row that holds, and whose condition holds, decides."""


def bases_for(kind: DeliverableKind | None) -> tuple[Basis, ...]:
    """Return the bases that may justify an executable in a deliverable of a kind.

    Documents and data hold no program that a specification orders: where one does, the deliverable is an application.
    Without a kind the strictest reading holds.
    """
    return _BASES[max((form.readings[kind or "content"] for form in FORMS), key=get_args(Reading).index)]


def wholly_marked(facts: Iterable[Fact]) -> frozenset[str]:
    """Return the holders (:func:`holder_of`) in which every file whose mode is known is marked executable.

    There the mark says nothing: archives made on Windows and disks without permissions mark every file.
    """
    marked: set[str] = set()
    others: set[str] = set()
    for fact in facts:
        if isinstance(fact, ItemFact) and fact.mode is not None:
            (marked if fact.mode & 0o111 else others).add(holder_of(fact.path))
    return frozenset(marked - others)


class Contents:
    """Says of each executable of one examination whether it is content.

    An item is content only where all that it is, is: what is a script for browsers and something else besides, or is
    disguised, is a program.
    """

    def __init__(self, kind: DeliverableKind | None, facts: Iterable[Fact]) -> None:
        self._kind = kind
        self._items: dict[str, list[ExecutableFact]] = {}
        self._disguised: set[str] = set()
        self._named: dict[str, set[tuple[str, ...]]] = {}
        self._with_pages: set[str] = set()
        for fact in facts:
            match fact:
                case ItemFact():
                    self._note_page(fact.path)
                case ExecutableFact():
                    self._items.setdefault(fact.path, []).append(fact)
                case DisguiseFact():
                    self._disguised.add(fact.path)
                case ReferenceFact(role="module"):
                    self._note_page(fact.path)
                    self._refer(fact)
                case _:
                    pass

    def covers(self, fact: ExecutableFact) -> str | None:
        """Return what stands for a justification where the executable is content (``content:website``), else None."""
        if self._kind is None or fact.path in self._disguised or not self._is_of_a_site(fact.path):
            return None
        readings = {self.form_of(each).readings[self._kind] for each in self._items[fact.path]}
        return f"{CONTENT}{self._kind}" if readings == {"content"} else None

    def form_of(self, fact: ExecutableFact) -> Form:
        """Return the row that decides on an executable."""
        return next(form for form in FORMS if form.holds(fact) and self._meets(form.condition, fact))

    def _meets(self, condition: Condition, fact: ExecutableFact) -> bool:
        match condition:
            case "served":
                served = fact.path.lower().endswith(_SERVED_SUFFIXES)
                return served and not any(word.startswith(_NOT_FOR_BROWSERS) for word in fact.detail.split())
            case "declared":
                return self._is_named(fact.path)
            case _:
                return True

    # --- archives that a site offers ------------------------------------------------------------------------------

    def _note_page(self, path: str) -> None:
        if path.lower().endswith(_PAGE_SUFFIXES):
            self._with_pages.add(holder_of(path))

    def _is_of_a_site(self, path: str) -> bool:
        """Say whether an item lies where browsers load it from: in the artifact itself, or in a container with a page.

        What is in an archive that a site only offers for download is opened outside of any browser.
        """
        place = holder_of(path)
        container, inside, rest = place.partition("!/")
        of_the_artifact = not inside or (not rest and "/" not in container)
        return of_the_artifact or place in self._with_pages

    # --- modules that pages name ----------------------------------------------------------------------------------

    def _refer(self, fact: ReferenceFact) -> None:
        """Keep a reference under the place from which it is served.

        Steps up and down are left out: a script's relative paths are relative to the page that loads it, which the
        script does not know.
        """
        steps = steps_of(fact.target)
        if steps:
            self._named.setdefault(holder_of(fact.path), set()).add(steps)

    def _is_named(self, path: str) -> bool:
        """Say whether a page or script served from the same place names the item, by a path that its own ends in."""
        place = holder_of(path)
        steps = tuple(path[len(place) :].split("/"))
        named = self._named.get(place, set())
        return any(steps[start:] in named for start in range(len(steps)))


def steps_of(target: str) -> tuple[str, ...]:
    """Return the parts of a relative path, without the steps up and down in it."""
    return tuple(step for step in target.split("/") if step not in {"", ".", ".."})


def holder_of(path: str) -> str:
    """Return the start of an item path that names what holds the item: the innermost container, or the artifact."""
    container, inside, _ = path.rpartition("!/")
    if inside:
        return f"{container}{inside}"
    artifact, below, _ = path.partition("/")
    return f"{artifact}{below}"
