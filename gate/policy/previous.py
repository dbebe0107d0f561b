"""What is said of the release that went before (「前回納入からの変更内容」, clause 26-3(4)).  Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate.models import PreviousFact
from gate.policy.contacts import OWN
from gate.policy.content import CONTENT
from gate.policy.findings import make_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import Examination, Finding, Judgement
    from gate.policy.model import Policy


_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since the previous release: what the fact says, and what only the judgement can say.

    ``exceptions_added`` and ``exceptions_removed`` are ids of justifications that only one of the releases rests on.
    """

    previous: PreviousFact
    policy_changed: bool
    exceptions_added: tuple[str, ...]
    exceptions_removed: tuple[str, ...]


def previous_of(examination: Examination) -> PreviousFact | None:
    """Return the previous release that the run was compared with; None where there is none, or no single one."""
    found = [fact for fact in examination.facts if isinstance(fact, PreviousFact)]
    return found[0] if len(found) == 1 else None


def changes_since(examination: Examination, judgement: Judgement, policy_sha256: str) -> Changes | None:
    """Return what has changed since the previous release, for reports; None where nothing was compared."""
    previous = previous_of(examination)
    if previous is None:
        return None
    now, before = exceptions_used(judgement), set(previous.exceptions)
    return Changes(
        previous, previous.policy_sha256 != policy_sha256, tuple(sorted(now - before)), tuple(sorted(before - now))
    )


def exceptions_used(judgement: Judgement) -> frozenset[str]:
    """Return the ids of the justifications that a judgement rests on."""
    ids = {finding.suppressed_by for finding in judgement.findings}
    ids |= {judged.justified_by for judged in judgement.executables}
    ids |= {judged.declared_by for judged in judgement.outbound}
    return frozenset(each for each in ids if each and each != OWN and not each.startswith(CONTENT))


def previous_findings(examination: Examination, policy: Policy) -> Iterator[Finding]:
    """Yield what speaks against the comparison: another deliverable, or a release that is not the earlier one."""
    previous = previous_of(examination)
    if previous is None:
        return
    name = policy.deliverable.name if policy.deliverable else ""
    if previous.name != name:
        about = {"found": previous.name or "–", "expected": name or "–"}
        yield make_finding("previous/other-deliverable", args=about)
    # Both RFC 3339 in UTC to the second, where texts sort as moments do; in another form the text says no time.
    if not _MOMENT.fullmatch(previous.created) or previous.created > examination.started:
        about = {"created": previous.created, "started": examination.started}
        yield make_finding("previous/not-earlier", args=about)
