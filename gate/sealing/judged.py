"""That a release was judged by the policy of the job that signs it, as far as that job has one.

Whoever has taken over the job that examines may hand over what another policy approved, or another delivery.  The job
that signs has its policy from a place of its own.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gate.errors import PolicyError, UsageError
from gate.policy.model import Signing
from gate.policy.parse import parse_policy
from gate.record import layout
from gate.record.statement import record_deliverable

if TYPE_CHECKING:
    from gate.policy import LoadedPolicy, Policy
    from gate.sealing.unsigned import UnsignedRelease


def require_own_policy(release: UnsignedRelease, loaded: LoadedPolicy) -> None:
    """Raise ``UsageError`` where the policy in the release says anything else than ``loaded``, ``[signing]`` aside.

    A job without policy, or with one that holds nothing but ``[signing]``, has nothing to hold against it.
    """
    if loaded.path is None:
        return
    own = parse_policy(loaded.raw, loaded.path).policy
    if not own.model_fields_set - {"signing"}:
        return
    predicate, raw = release.statement.predicate, release.policy()
    if predicate.policy.sha256 != hashlib.sha256(raw).hexdigest() or predicate.deliverable != record_deliverable(own):
        raise UsageError("sealing.other-policy", path=loaded.path)
    if raw != loaded.raw and _without_signing(_parsed(raw, loaded.path)) != _without_signing(own):
        raise UsageError("sealing.other-policy", path=loaded.path)


def _parsed(raw: bytes, own: str) -> Policy:
    try:
        return parse_policy(raw, layout.POLICY).policy
    except PolicyError as error:
        raise UsageError("sealing.other-policy", path=own) from error


def _without_signing(policy: Policy) -> Policy:
    return policy.model_copy(update={"signing": Signing()})
