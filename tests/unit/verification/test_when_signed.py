"""Since when something has been signed: whose word counts, and what an old signature stamped anew says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest

from gate.errors import VerificationError
from gate.verification.expectations import require_date
from gate.verification.result import VerifiedSignature, when_signed
from gate.verification.trust import RecordExpectations


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def signature(
    backend: str, number: int, source: Literal["signer", "timestamp", "log"] = "timestamp"
) -> VerifiedSignature:
    return VerifiedSignature(backend, "somebody", day(number).isoformat(), source, "file", "signed", "valid")


OPENPGP, LOGGED, STAMPED = signature("openpgp", 2, "signer"), signature("keyless", 6), signature("x509", 9)


@pytest.mark.parametrize(
    ("signatures", "made", "since"),
    [
        ([OPENPGP], None, 2),
        ([OPENPGP, LOGGED], None, 6),
        ([LOGGED, signature("keyless", 5, "log")], None, 5),
        ([STAMPED], 4, 4),
        ([STAMPED], 12, 9),
        ([STAMPED], None, None),
        ([STAMPED, OPENPGP], None, 2),
        ([STAMPED, OPENPGP], 4, 4),
        ([STAMPED, LOGGED], 4, 4),
        ([STAMPED, LOGGED], 8, 6),
    ],
)
def test_since_when(signatures: list[VerifiedSignature], made: int | None, since: int | None) -> None:
    expected = None if since is None else day(since)
    assert when_signed(signatures, None if made is None else day(made)) == expected


@pytest.mark.parametrize("demand", [{"max_age_days": 9}, {"signed_after": day(1)}, {}])
def test_where_nothing_says_when_nothing_is_assumed(demand: dict[str, object]) -> None:
    expected = RecordExpectations.model_validate(demand)
    require_date(expected, signed=day(2), now=day(5))
    if demand:
        with pytest.raises(VerificationError) as caught:
            require_date(expected, signed=None, now=day(5))
        assert caught.value.reason == "not-in-statement"
        assert caught.value.arguments["key"] == f"[record] {next(iter(demand))}"
    else:
        require_date(expected, signed=None, now=day(5))
