"""``SOURCE_DATE_EPOCH`` fixes what is written, never what is judged: builds that are reproducible all have it set."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gate import operations
from gate.cli.main import run
from gate.policy import SigningState, load_policy
from gate.record.statement import rfc3339
from tests.unit.policy.policy_kit import OFFICIAL, examined, ids, with_engine
from tests.unit.release_kit import Keys, make_release, policy_in, signer_of, write_trust

YEARS = {"years ago": "1000000000", "years on": "2200000000"}


@pytest.mark.parametrize("fixed", YEARS.values(), ids=YEARS)
def test_a_recipient_judges_by_the_real_clock(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fixed: str
) -> None:
    (tmp_path / "app.bin").write_bytes(b"\0app")
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(tmp_path / "out", [tmp_path / "app.bin"], [signer], policy_in(tmp_path))
    trust = write_trust(tmp_path / "recipient", keys.home, keys.supplier, "max_age_days = 1")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", fixed)
    assert run(["verify", "--trust", str(trust), str(tmp_path / "out")]) == 0


@pytest.mark.parametrize(("days", "found"), [(10, ["malware/database-age"]), (1, [])])
def test_a_database_is_as_old_as_it_is(days: int, found: list[str]) -> None:
    """The scan is said to have been a day after the database was made, by a clock that the build has fixed."""
    made = datetime.now(UTC) - timedelta(days=days)
    scanned = rfc3339(made + timedelta(days=1))
    engines = with_engine("clamav", database=dataclasses.replace(OFFICIAL, date=rfc3339(made)))
    seen = examined(engines=engines, finished=scanned)
    judged = operations.judged_examination(seen, load_policy(None), SigningState(intended=False, ready=()))
    assert [each for each in ids(judged.judgement) if each.startswith("malware/database")] == found
    assert judged.examination.finished == scanned, "what is written stays as it was fixed"
