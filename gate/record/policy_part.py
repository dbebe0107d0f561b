"""The policy in the record: which it is, what was agreed, and where it is not the gate's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from gate.policy.deviations import deviations
from gate.record.documents import policy_reference
from gate.record.identity import DOCUMENT
from gate.record.subjects import Sha256  # pydantic reads the annotations of documents when the module is loaded

if TYPE_CHECKING:
    from gate.policy.load import LoadedPolicy


@dataclass(frozen=True, slots=True)
class RecordAgreement:
    """``[agreement]``: the policy that the other party agreed to, by the digest of its content, and when and where."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    policy_sha256: Sha256
    agreed_on: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class RecordDeviation:
    """A setting that is not the gate's default; default and value are JSON texts, empty where there is none."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    key: str
    default: str
    value: str


@dataclass(frozen=True, slots=True)
class RecordPolicy:
    """The policy that judged: its file name (None: built in), digest, and whether it is the one agreed on.

    ``deviations`` are its 標準設定からの変更点: every setting that is not the gate's default.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    path: str | None
    sha256: str
    agreed: bool
    agreement: RecordAgreement | None
    deviations: tuple[RecordDeviation, ...]


def record_policy(loaded: LoadedPolicy) -> RecordPolicy:
    """Return what the record says of the policy."""
    reference, agreement = policy_reference(loaded), loaded.policy.agreement
    return RecordPolicy(
        reference.path,
        reference.sha256,
        reference.agreed,
        RecordAgreement(agreement.policy_sha256, agreement.agreed_on.isoformat(), agreement.reference)
        if agreement
        else None,
        tuple(RecordDeviation(each.key, each.default, each.value) for each in deviations(loaded.policy)),
    )
