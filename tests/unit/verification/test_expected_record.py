"""``[record]`` of the trust file: each demand met and not met, on one authentic release."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gate.models import (
    BuilderFact,
    Clause,
    Comparison,
    DatabaseInfo,
    EngineInfo,
    ExecutableFact,
    Fact,
    ItemFact,
    JudgedExecutable,
    JudgedOutbound,
    OutboundFact,
    PreviousFact,
    RevisionFact,
)
from gate.verification.expectations import _is_at_least
from tests.unit.release_kit import (
    POLICY,
    Keys,
    World,
    inputs_in,
    judgement,
    make_release,
    make_world,
    policy_in,
    signer_of,
    write_trust,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def made(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("expected"), keys)


def world_with(made: World, keys: Keys, folder: Path, record: str) -> World:
    return World(made.out, write_trust(folder, keys.home, keys.supplier, record))


def policy_digest(made: World) -> str:
    return made.verify().policy_sha256 or ""


@pytest.mark.parametrize(
    "record",
    [
        'deliverable = "見本アプリ"',
        'version = "1.4.0"',
        'minimum_version = "1.4"',
        'minimum_version = "1.4.0.0"',
        'minimum_version = "1.3.99"',
        'contract = "契約-7"',
        'recipient = "経済産業省"',
        "signed_after = 2026-01-01",
        "max_age_days = 1",
        'clauses = ["26-3 3(1)①"]',
        "clauses = []",
        'allow_exceptions = ["malware/*"]',
        'allow_exceptions = ["malware/suspected", "outbound/*"]',
        "max_database_age_days = 1",
    ],
)
def test_met(made: World, keys: Keys, tmp_path: Path, record: str) -> None:
    assert world_with(made, keys, tmp_path, record).verify().verified


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ('deliverable = "見本"', "deliverable"),
        ('version = "1.4"', "version"),
        ('minimum_version = "1.4.1"', "version-too-low"),
        ('minimum_version = "2"', "version-too-low"),
        ('contract = "契約-8"', "contract"),
        ('recipient = "総務省"', "recipient"),
        ("signed_after = 2999-01-01", "signed-too-early"),
        ("signed_after = 2999-01-01T00:00:00Z", "signed-too-early"),
        ("signed_after = 9999-12-31T23:59:59-12:00", "signed-too-early"),
        ('clauses = ["26-3 3(1)①", "26-3 3(2)"]', "clause"),
        ('clauses = ["26-3 9"]', "clause"),
        ("allow_exceptions = []", "exception"),
        ('allow_exceptions = ["executable/*"]', "exception"),
        ('allow_exceptions = ["malware"]', "exception"),
        ("max_database_age_days = 0", "database-age"),
        (f'policy_sha256 = "{"0" * 64}"', "policy"),
        (f'previous = "{"0" * 64}"', "previous"),
    ],
)
def test_not_met(made: World, keys: Keys, tmp_path: Path, record: str, reason: str) -> None:
    world = world_with(made, keys, tmp_path, record)
    assert world.reason() == (reason, "gate/record.intoto.json")


def test_the_policy_that_judged(made: World, keys: Keys, tmp_path: Path) -> None:
    assert world_with(made, keys, tmp_path, f'policy_sha256 = "{policy_digest(made)}"').verify().verified


def test_the_release_that_was_accepted_last(keys: Keys, tmp_path: Path) -> None:
    accepted = "d" * 64
    same = Comparison(0, 0, 0, 1)
    before = PreviousFact(accepted, "2026-10-01T00:00:00Z", "見本アプリ", "1.3", "e" * 64, (), same, same, same, same)
    world = make_world(tmp_path, keys, facts=(ItemFact(1, path="app.bin", sha256="c" * 64), before))
    assert world_with(world, keys, tmp_path / "1", f'previous = "{accepted}"').verify().verified
    assert world_with(world, keys, tmp_path / "2", f'previous = "{"0" * 64}"').reason()[0] == "previous"


HERE, ELSEWHERE = "https://git.example.jp/acme/app", "https://git.example.jp/acme/fork"


def commit(remote: str) -> RevisionFact:
    when = "2026-11-20T00:00:00Z"
    return RevisionFact("1" * 40, "2" * 40, "sha1", "main", (), "山田", when, "山田", when, "", "", "", "", remote,
                        shallow=False, work_tree="clean", differences=(), differing=0, files=1)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ((commit(HERE),), ""),
        ((commit(HERE), BuilderFact("github-actions", "runner", repository=ELSEWHERE)), ""),
        ((BuilderFact("github-actions", "runner", repository=HERE),), ""),
        ((commit(ELSEWHERE), BuilderFact("github-actions", "runner", repository=HERE)), "repository"),
        ((commit(""), BuilderFact("github-actions", "runner", repository=HERE)), "repository"),
        ((commit(f"{HERE}/"),), "repository"),
        ((commit(HERE.upper()),), "repository"),
        ((BuilderFact("github-actions", "runner"),), "repository"),
        ((), "repository"),
    ],
)
def test_the_repository(keys: Keys, tmp_path: Path, facts: tuple[Fact, ...], reason: str) -> None:
    world = make_world(tmp_path, keys, facts=(ItemFact(1, path="app.bin", sha256="c" * 64), *facts))
    world.trust_file = write_trust(tmp_path / "r", keys.home, keys.supplier, f'repository = "{HERE}"')
    if reason:
        assert world.reason() == (reason, "gate/record.intoto.json")
    else:
        assert world.verify().verified


def test_a_version_asked_for_at_the_command_line(made: World) -> None:
    assert made.verify(expect_version="1.4.0").verified
    assert made.reason(expect_version="1.4.1")[0] == "version"


def test_age_is_counted_to_the_second(made: World, keys: Keys, tmp_path: Path) -> None:
    world = world_with(made, keys, tmp_path, "max_age_days = 30")
    signed = datetime.fromisoformat(world.verify().signatures[0].time)
    assert world.verify(now=signed + timedelta(days=30)).verified
    assert world.reason(now=signed + timedelta(days=30, seconds=2))[0] == "too-old"


def test_days_begin_in_tokyo(made: World, keys: Keys, tmp_path: Path) -> None:
    signed = datetime.fromisoformat(made.verify().signatures[0].time)
    day = (signed + timedelta(hours=9)).date()
    assert world_with(made, keys, tmp_path / "1", f"signed_after = {day}").verify().verified
    later = world_with(made, keys, tmp_path / "2", f"signed_after = {day + timedelta(days=1)}")
    assert later.reason()[0] == "signed-too-early"


def test_a_record_without_deliverable_meets_none(keys: Keys, tmp_path: Path) -> None:
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], policy_in(tmp_path, "[gate]\n"))
    for number, (record, reason) in enumerate((('deliverable = "x"', "deliverable"), ('version = "1"', "version"),
                                               ('minimum_version = "0"', "version-too-low"))):  # fmt: skip
        trust = write_trust(tmp_path / str(number), keys.home, keys.supplier, record)
        assert World(tmp_path / "out", trust).reason()[0] == reason
    assert (
        World(tmp_path / "out", write_trust(tmp_path / "none", keys.home, keys.supplier)).verify().deliverable is None
    )


@pytest.mark.parametrize(
    ("engines", "reason"),
    [
        ((), "database-undated"),
        ((EngineInfo("clamav", "1", None, "passed"),), "database-undated"),
        ((EngineInfo("yara", "1", DatabaseInfo("bundled", "1", "2026-01-10T00:00:00Z", 1, ""), "passed"),),
         "database-undated"),
        ((EngineInfo("clamav", "1", DatabaseInfo("official", "1", "", 1, ""), "passed"),), "database-undated"),
        ((EngineInfo("clamav", "1", DatabaseInfo("official", "1", "yesterday", 1, ""), "passed"),), "database-undated"),
        ((EngineInfo("clamav", "1", DatabaseInfo("official", "1", "2026-01-08", 1, ""), "passed"),), "database-age"),
        ((EngineInfo("clamav", "1", DatabaseInfo("official", "1", "2026-01-09", 1, ""), "passed"),), ""),
        ((EngineInfo("clamav", "1", DatabaseInfo("official", "1", "2026-01-11", 1, ""), "passed"),),
         "database-after-examination"),
    ],
)  # fmt: skip
def test_the_database_has_a_day(keys: Keys, tmp_path: Path, engines: tuple[EngineInfo, ...], reason: str) -> None:
    world = make_world(tmp_path, keys, engines=engines)
    world.trust_file = write_trust(tmp_path / "r2", keys.home, keys.supplier, "max_database_age_days = 2")
    if reason:
        assert world.reason()[0] == reason
    else:
        assert world.verify().verified


JUSTIFIED = (
    POLICY
    + """
[[executable]]
id = "core"
path = "**"
class = ["native"]
basis = "specified-program"
spec_ref = "4.2"
reason = "拡張モジュール"
approved_by = "山田"
role = "責任者"
party = "乙"
approved_on = 2026-11-01
expires = 2027-03-31

[[outbound.destination]]
id = "maps"
host = "tile.example.org"
reach = ["automatic"]
purpose = "地図"
operator = "Example"
sends = "IP"
spec_ref = "5.1"
approved_by = "佐藤"
role = "担当官"
party = "甲"
approved_on = 2026-11-02
expires = 2027-03-31
"""
)


def test_justified_programs_and_declared_hosts_are_exceptions_too(keys: Keys, tmp_path: Path) -> None:
    program = ExecutableFact("native", "elf", path="app.bin", sha256="c" * 64)
    contact = OutboundFact("https://tile.example.org/", "tile.example.org", "automatic", "img[src]", path="site/i")
    judged = judgement(
        findings=(),
        executables=(JudgedExecutable(program, "core"),),
        outbound=(JudgedOutbound(contact, "maps"),),
        clauses=(Clause("26-3 3(3)", "confirmed-with-exceptions", "One.", "clause.x", exceptions=1),),
    )
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], policy_in(tmp_path, JUSTIFIED),
                     judged=judged)  # fmt: skip
    expected = {
        'allow_exceptions = ["executable/*", "outbound/*"]': "",
        'allow_exceptions = ["executable/*"]': "exception",
        'allow_exceptions = ["outbound/declared"]': "exception",
        "allow_exceptions = []": "exception",
    }
    for number, (record, reason) in enumerate(expected.items()):
        trust = write_trust(tmp_path / str(number), keys.home, keys.supplier, record)
        world = World(tmp_path / "out", trust)
        if reason:
            assert world.reason()[0] == reason
        else:
            assert world.verify().exceptions == 2


def test_versions_are_compared_as_numbers() -> None:
    for higher, lower in (("1.10", "1.9"), ("1.9", "1.8.9"), ("1.0", "1"), ("1", "1.0.0"), ("0", "0.0")):
        assert _is_at_least(higher, lower)
    for lower, higher in (("1.9", "1.10"), ("1", "1.0.1")):
        assert not _is_at_least(lower, higher)
    for odd in ("", "1..2", "v1", "1.-2", "１", "1" * 10, "令和8年版", "1\n"):
        assert not _is_at_least(odd, "0")


def test_now_may_be_in_any_zone(made: World) -> None:
    assert made.verify(now=datetime.now(UTC).astimezone()).verified
