"""``gate.toml`` and the judgement by it: the model, reading it, justifications, findings, clauses and the verdict.

Pure but for reading the policy file: policy sees no bytes of an artifact, only facts.
"""

from gate.policy.inside import refuse_inside
from gate.policy.judge import judge
from gate.policy.load import LoadedPolicy, load_policy
from gate.policy.model import Policy
from gate.policy.parse import parse_policy
from gate.policy.signing_config import with_signing_config
from gate.policy.standing import SigningState

__all__ = [
    "LoadedPolicy",
    "Policy",
    "SigningState",
    "judge",
    "load_policy",
    "parse_policy",
    "refuse_inside",
    "with_signing_config",
]
