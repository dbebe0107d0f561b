"""What a record says of times, held against when it was signed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gate.errors import VerificationError
from gate.models import DatabaseInfo, EngineInfo
from gate.record import layout
from gate.record.statement import RecordPredicate, parse_record
from gate.reports.verification import local_time, render_verification
from gate.verification.result import VerifiedSignature
from gate.verification.times import Examined, TimeSource, examined
from tests.unit.release_kit import Keys, World, make_world

if TYPE_CHECKING:
    from collections.abc import Sequence

AT = "2026-03-09T12:00:00Z"


@pytest.fixture(scope="module")
def world(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("times"), keys)


@pytest.fixture(scope="module")
def predicate(world: World) -> RecordPredicate:
    record = parse_record((world.out / layout.RECORD).read_bytes()).predicate
    return replace(record, started=AT, finished=AT, created=AT, engines=(clamav("2026-03-08"),))


def clamav(date: str, name: str = "clamav") -> EngineInfo:
    return EngineInfo(name, "1", DatabaseInfo("official", "1", date, 1, ""), "passed")


def signature(time: str = AT, source: TimeSource = "timestamp") -> VerifiedSignature:
    return VerifiedSignature("keyless", "somebody", time, source, "file", layout.RECORD, "valid")


def reason(predicate: RecordPredicate, signatures: Sequence[VerifiedSignature], **changes: Any) -> str:
    """Return why it is refused, empty where it is not."""
    try:
        examined(replace(predicate, **changes), signatures)
    except VerificationError as error:
        return error.reason if error.path == layout.RECORD else error.path
    return ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        # Clocks differ: five minutes are nothing.
        ({"finished": "2026-03-09T12:05:00Z", "created": "2026-03-09T12:05:00Z"}, ""),
        ({"finished": "2026-03-09T12:05:01Z", "created": "2026-03-09T12:05:01Z"}, "examined-after-signing"),
        ({"finished": "2026-03-09T21:05:00+09:00", "created": "2026-03-09T21:05:00+09:00"}, ""),
        ({"created": "2026-03-09T12:05:01Z"}, "recorded-after-signing"),
        ({"finished": "2026-03-09T12:05:01Z"}, "record-inconsistent"),
        ({"started": "2026-03-09T12:05:00Z"}, ""),
        ({"started": "2026-03-09T12:05:01Z"}, "record-inconsistent"),
        ({"started": ""}, "record-inconsistent"),
        ({"finished": "then"}, "record-inconsistent"),
        ({"created": "0001-01-01T00:00:00+14:00"}, "record-inconsistent"),
        ({"engines": (clamav("2026-03-09T12:05:00Z"),)}, ""),
        ({"engines": (clamav("2026-03-09T12:05:01Z"),)}, "database-after-signing"),
        ({"engines": (clamav("2026-03-01"), clamav("2026-03-10"))}, "database-after-signing"),
        # Rules of the gate are dated by who writes them, and no date says nothing: both are judged elsewhere.
        ({"engines": (clamav("2026-03-10", "yara"),)}, ""),
        ({"engines": (clamav(""), EngineInfo("clamav", "1", None, "passed"))}, ""),
    ],
)
def test_nothing_signed_is_newer_than_its_signature(
    predicate: RecordPredicate, changes: dict[str, Any], why: str
) -> None:
    for source in ("timestamp", "log", "signer"):
        assert reason(predicate, [signature(source=source)], **changes) == why


def test_the_earliest_signature_counts_whosever_word_it_is(predicate: RecordPredicate) -> None:
    early = signature("2026-03-09T11:00:00Z", "signer")
    assert reason(predicate, [signature(), early]) == "examined-after-signing"
    assert reason(predicate, [early, signature()], finished=early.time, started=early.time) == "recorded-after-signing"


@pytest.mark.parametrize(
    ("signatures", "expected"),
    [
        ([signature("2026-03-10T11:59:59Z")], Examined(AT, "2026-03-10T11:59:59Z", "timestamp", 0)),
        ([signature("2026-03-12T12:00:00Z")], Examined(AT, "2026-03-12T12:00:00Z", "timestamp", 3)),
        ([signature("2026-03-09T11:58:00Z")], Examined(AT, "2026-03-09T11:58:00Z", "timestamp", 0)),
        # What others vouch for goes before the signer's own clock, and then the earliest.
        (
            [signature(source="signer"), signature("2026-03-20T12:00:00Z"), signature("2026-03-19T12:00:00Z", "log")],
            Examined(AT, "2026-03-19T12:00:00Z", "log", 10),
        ),
    ],
)
def test_days_between_examination_and_signature(
    predicate: RecordPredicate, signatures: list[VerifiedSignature], expected: Examined
) -> None:
    assert examined(predicate, signatures) == expected


@pytest.mark.parametrize(
    ("days", "english", "japanese"),
    [
        (1, "examined 2026-03-09 21:00:00 JST, as the supplier says\n", "（納入者の記録による）\n"),
        (2, "as the supplier says: 2 days before it was signed\n", "署名の 2 日前）\n"),
    ],
)
def test_a_recipient_is_told(world: World, days: int, english: str, japanese: str) -> None:
    verification = replace(world.verify(), examined=Examined(AT, "2026-03-11T13:00:00Z", "log", days))
    text = render_verification(verification, language="en", colour=False)
    assert "見本アプリ 1.4.0, signed 2026-03-11 22:00:00 JST (by the transparency log)\n" in text
    assert english in text
    assert japanese in render_verification(verification, language="ja", colour=False)


def test_times_are_shown_as_clocks_in_japan_show_them() -> None:
    assert local_time("2026-03-09T15:00:01Z") == "2026-03-10 00:00:01 JST"
    for odd in ("", "then", "9999-12-31T23:59:59Z"):
        assert local_time(odd) == odd
