"""Exceptions held against the history of the policy file: who wrote them into it, and who is said to have approved."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from gate.models import ApprovalFact
from gate.policy.findings import make_finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.models import Examination, Finding
    from gate.policy.model import Policy


def approvals_of(examination: Examination, policy_sha256: str) -> list[ApprovalFact]:
    """Return what is known of the history of this policy's entries, in order; of other policies it says nothing."""
    known = (fact for fact in examination.facts if isinstance(fact, ApprovalFact))
    of_this = [fact for fact in known if fact.policy_sha256 == policy_sha256]
    return sorted(of_this, key=lambda fact: (fact.section, fact.entry))


def approval_findings(
    examination: Examination, policy: Policy, policy_sha256: str, used: Iterable[str]
) -> Iterator[Finding]:
    """Yield a note for each exception in use that its approver wrote himself, or that no commit holds."""
    approvers = {
        entry.id: entry.approved_by
        for entries in (policy.executable, policy.outbound.destination, policy.outbound.reviewed, policy.suppress)
        for entry in entries
    }
    in_use = set(used)
    for fact in approvals_of(examination, policy_sha256):
        if fact.entry not in in_use:
            continue
        about = {"section": fact.section, "id": fact.entry}
        if not fact.commit:
            yield make_finding("justification/uncommitted", args=about)
        elif same_person(approvers[fact.entry], fact.author):
            about |= {"name": approvers[fact.entry], "commit": fact.commit}
            yield make_finding("justification/self-approved", args=about)


def same_person(approver: str, author: str) -> bool:
    """Say whether an approver is the author of a commit (``name <address>``), as far as names can tell.

    Width, case and blanks do not count; an approver may be given by the address as well.
    """
    name, _, address = author.partition("<")
    known = {_plain(name), _plain(address.rstrip(">"))} - {""}
    return _plain(approver) in known or _plain(author) == _plain(approver)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
