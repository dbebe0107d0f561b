"""What tests of reports share: runs of every kind, judged by real policies, and the views of them."""

from __future__ import annotations

import textwrap
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from gate.policy import LoadedPolicy, SigningState, judge, parse_policy
from gate.record.identity import GateIdentity
from gate.reports.view import Issue, ReportView, build_view
from tests.unit.policy.policy_kit import CHECK, SHA, TODAY, examined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.models import Examination, Fact
    from gate.record.statement import PromisedSignature

CREATED = datetime(2026, 11, 23, 1, 6, tzinfo=UTC)
ISSUE = Issue(CREATED, GateIdentity("1.0", "f" * 64), "RG-20261123-0123456789abcdef")


def loaded(*sections: str) -> LoadedPolicy:
    """Return the policy of a file with these sections, as if it had been read from ``gate.toml``."""
    raw = "\n".join(textwrap.dedent(section) for section in sections).encode()
    parsed = parse_policy(raw, "gate.toml")
    return LoadedPolicy(parsed.policy, "gate.toml", SHA, raw, (), parsed.agreement_sha256)


def view_of(*sections: str, seen: Examination | None = None, facts: Iterable[Fact] = (), today: date = TODAY,
            signing: SigningState = CHECK, issue: Issue = ISSUE,
            promised: Iterable[PromisedSignature] = (), **changes: Any) -> ReportView:  # fmt: skip
    """Judge an examination (or a good one with these facts) and return the view of it."""
    policy = loaded(*sections)
    examination = seen or examined(*facts, **changes)
    judgement = judge(examination, policy.policy, policy_sha256=SHA, today=today, signing=signing)
    return build_view(examination, judgement, policy, issue, tuple(promised))
