"""The policy: ``gate.toml``, justifications, and the judgement of facts under it."""

from __future__ import annotations

from gate.policy.inside import refuse_inside
from gate.policy.judge import SigningState, judge
from gate.policy.load import LoadedPolicy, load_policy
from gate.policy.model import Policy

__all__ = ["LoadedPolicy", "Policy", "SigningState", "judge", "load_policy", "refuse_inside"]
