"""Drafts of ``[[executable]]`` for what a check found without justification: one glob for each folder and class.

A draft says what is there and leaves out what only a person can say; the policy refuses it until a person does.  What
is disguised gets an entry of its own with its digest, as an entry by path does not cover it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate.policy.clauses import EXECUTABLES
from gate.policy.content import Basis, bases_for, holder_of
from gate.policy.findings import DISGUISED, also_of
from gate.policy.fresh_ids import FreshIds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.models import ExecutableClass, ExecutableFact, Finding, Judgement
    from gate.policy.model import Policy

MOST_ENTRIES: Final = 40
"""Beyond this, folders are gathered under the ones above them, as nobody fills in hundreds of entries with care."""
_DEPTHS: Final = (6, 4, 3, 2, 1, 0)
_SPECIAL: Final = re.compile(r"[*?\[\]]")
_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9]+")
_NOT_IN_FORCE: Final = ("executable/expired", "executable/pin-mismatch")


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be filled in: what it is for, and the items that it is drawn from, as (path, SHA-256).

    ``bases`` are those that the kind of the deliverable allows; ``disguises`` are the findings for whose sake only the
    digest justifies the item.
    """

    id: str
    path: str
    classes: tuple[ExecutableClass, ...]
    formats: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
    bases: tuple[Basis, ...]
    disguises: tuple[Finding, ...] = ()

    @property
    def pinned(self) -> bool:
        """Whether only the digests justify."""
        return bool(self.disguises)


@dataclass(frozen=True, slots=True)
class Drafts:
    """All drafts for a judgement, and the findings about entries that are there and do not hold any more.

    For those nothing is drafted: whoever approved them decides what has changed.
    """

    entries: tuple[Draft, ...]
    not_in_force: tuple[Finding, ...]


def draft(judgement: Judgement, policy: Policy) -> Drafts:
    """Return drafts for all that the judgement holds without justification."""
    bases = bases_for(policy.deliverable.kind if policy.deliverable else None)
    ids = FreshIds(policy)
    disguised = _disguised(judgement)
    stale = [finding for finding in judgement.findings if finding.id in _NOT_IN_FORCE]
    answered = {(finding.path, finding.args["class"]) for finding in stale}
    facts = [judged.fact for judged in judgement.executables]
    plain = [
        judged.fact
        for judged in judgement.executables
        if judged.justified_by is None
        and judged.fact.path not in disguised
        and (judged.fact.path, judged.fact.class_) not in answered
    ]
    entries = [
        *(_pinned(findings, facts, ids, bases) for _, findings in sorted(disguised.items())),
        *(
            _gathered(glob, class_, group, ids, bases)
            for (glob, class_), group in sorted(_few_groups(plain).items(), key=lambda each: each[0])
        ),
    ]
    return Drafts(tuple(entries), tuple(stale))


def _disguised(judgement: Judgement) -> dict[str, list[Finding]]:
    """Return the findings by the path of each item whose disguise stands in the way."""
    found: dict[str, list[Finding]] = {}
    for finding in judgement.findings:
        if finding.id == DISGUISED and finding.suppressed_by is None and finding.severity == "reject":
            found.setdefault(finding.path, []).append(finding)
    return found


def _pinned(
    findings: Sequence[Finding], facts: Sequence[ExecutableFact], ids: FreshIds, bases: tuple[Basis, ...]
) -> Draft:
    """Return the entry of one disguised item; data that is only marked as a program would be run as a script."""
    path, sha256 = findings[0].path, findings[0].sha256
    own = [fact for fact in facts if fact.path == path]
    classes = tuple(sorted({fact.class_ for fact in own})) or ("script",)
    formats = tuple(sorted({fact.format for fact in own}))
    name = ids.new(_name(classes[0], path))
    return Draft(name, _as_glob(path), classes, formats, ((path, sha256),), bases, tuple(findings))


def _gathered(
    glob: str, class_: ExecutableClass, facts: Iterable[ExecutableFact], ids: FreshIds, bases: tuple[Basis, ...]
) -> Draft:
    group = list(facts)
    items = tuple(sorted({(fact.path, fact.sha256) for fact in group}))
    if len(items) == 1:
        glob = _as_glob(items[0][0])
    formats = tuple(sorted({fact.format for fact in group}))
    return Draft(ids.new(_name(class_, glob)), glob, (class_,), formats, items, bases)


# --- globs --------------------------------------------------------------------------------------------------------

_Groups = dict[tuple[str, "ExecutableClass"], list["ExecutableFact"]]


def _few_groups(facts: Sequence[ExecutableFact]) -> _Groups:
    """Return the facts by folder and class; where that makes too many groups, deep folders are gathered higher up."""
    groups = _groups(facts, None)
    for depth in _DEPTHS:
        if len(groups) <= MOST_ENTRIES:
            break
        groups = _groups(facts, depth)
    return groups


def _groups(facts: Sequence[ExecutableFact], depth: int | None) -> _Groups:
    groups: _Groups = {}
    for fact in facts:
        groups.setdefault((_folder_glob(fact.path, depth), fact.class_), []).append(fact)
    return groups


def _folder_glob(path: str, depth: int | None) -> str:
    """Return the glob of the folder of an item, or of all that lies below its first ``depth`` folders."""
    holder = holder_of(path)
    if holder == path:
        return _as_glob(path)
    folders = path[len(holder) :].split("/")[:-1]
    if depth is None or len(folders) <= depth:
        return _as_glob(holder + "".join(f"{folder}/" for folder in folders)) + "*"
    return _as_glob(holder + "".join(f"{folder}/" for folder in folders[:depth])) + "**"


def _as_glob(path: str) -> str:
    """Return a glob for an item path; characters that a glob reads otherwise match any one."""
    return _SPECIAL.sub("?", path)


def _name(class_: str, path: str) -> str:
    """Return a name that tells the class, and of a path or glob the last part that is no pattern."""
    parts = [part for part in re.split(r"!?/", path) if part and not _SPECIAL.search(part)]
    word = _NOT_IN_IDS.sub("-", parts[-1] if parts else "").strip("-")
    return f"{class_}-{word}"


def unexamined(judgement: Judgement) -> int:
    """Return how many open findings say that something could not be examined for executables, and may hold more."""
    return sum(
        finding.severity == "gap"
        and finding.suppressed_by is None
        and EXECUTABLES in {finding.clause, *also_of(finding)}
        for finding in judgement.findings
    )
