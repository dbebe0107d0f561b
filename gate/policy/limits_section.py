"""``[limits]``: what hostile archives may cost."""

from __future__ import annotations

from gate.limits import Limits
from gate.policy.section import Section
from gate.policy.values import Count  # pydantic reads annotations when the module is loaded

_LIMITS = Limits()


class LimitsSection(Section):
    """``[limits]``: the fields of :class:`gate.limits.Limits`."""

    depth: Count = _LIMITS.depth
    entries: Count = _LIMITS.entries
    entries_total: Count = _LIMITS.entries_total
    member_bytes: Count = _LIMITS.member_bytes
    total_bytes: Count = _LIMITS.total_bytes
    ratio: Count = _LIMITS.ratio
    ratio_from_bytes: Count = _LIMITS.ratio_from_bytes
    total_ratio_from_bytes: Count = _LIMITS.total_ratio_from_bytes
    name_bytes: Count = _LIMITS.name_bytes
    name_depth: Count = _LIMITS.name_depth
    paths_total: Count = _LIMITS.paths_total
    total_seconds: Count = _LIMITS.total_seconds
    item_seconds: Count = _LIMITS.item_seconds

    def as_limits(self) -> Limits:
        """Return the value that intake and the engines are given."""
        return Limits(**self.model_dump())
