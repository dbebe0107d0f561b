"""What a first policy can be made of: guesses about the deliverable, and drafts for what a look at it found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate.models import ComponentFact, ItemFact
from gate.policy.contact_drafts import draft_contacts
from gate.policy.drafts import draft

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.models import Examination, Judgement
    from gate.policy.contact_drafts import ContactDrafts
    from gate.policy.content import DeliverableKind
    from gate.policy.drafts import Drafts
    from gate.policy.model import Policy

_PAGES: Final = (".html", ".htm", ".xhtml")
_OF_NO_PROGRAM: Final = (
    *_PAGES,
    ".css",
    ".js",
    ".png",
    ".jpg",
    ".svg",
    ".pdf",
    ".docx",
    ".xlsx",
    ".pptx",
    ".txt",
    ".md",
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at the artifacts found: guesses for ``[deliverable]``, drafts of entries, the repository."""

    deliverable: Mapping[str, str]
    executables: Drafts
    contacts: ContactDrafts
    repository: str = ""


def starting_point(examination: Examination, judgement: Judgement, policy: Policy, repository: str) -> Found:
    """Return what an examination of the artifacts, judged without any declaration, gives for a first policy."""
    return Found(guessed(examination), draft(judgement, policy), draft_contacts(judgement, policy), repository)


def guessed(examination: Examination) -> dict[str, str]:
    """Return guesses for ``[deliverable]``: kind by names of items, name and version by the outermost package."""
    names = [fact.path.rpartition("/")[2].lower() for fact in examination.facts if isinstance(fact, ItemFact)]
    kind: dict[str, str] = {"kind": _kind(names)}
    packages = [
        fact
        for fact in examination.facts
        if isinstance(fact, ComponentFact) and fact.delivered and fact.name and fact.version
    ]
    if packages:
        outermost = min(packages, key=lambda fact: (fact.path.count("!/"), fact.path.count("/"), fact.path))
        return {"name": outermost.name, "version": outermost.version, **kind}
    return {"name": examination.artifacts[0].path, **kind} if len(examination.artifacts) == 1 else kind


def _kind(names: Iterable[str]) -> DeliverableKind:
    endings: Mapping[bool, int] = Counter(name.endswith(_OF_NO_PROGRAM) for name in names)
    pages = any(name.endswith(_PAGES) for name in names)
    if endings[False] > endings[True]:
        return "application"
    return "website" if pages else "content"
