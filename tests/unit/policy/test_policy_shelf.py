"""Entries found by a key are those that would be found one by one, asked once for all things alike."""

from __future__ import annotations

from gate.paths import glob_matches
from gate.policy.justification import decide_destination, decide_executable
from gate.policy.matching import host_matches
from gate.policy.model import Destination
from gate.policy.shelf import Places, Shelf
from tests.unit.policy.policy_kit import (
    TODAY,
    contact,
    destination_entry,
    detection,
    executable_entry,
    judged,
    only,
    policy_of,
    program,
    suppress_entry,
)

HOSTS = ("a.example.org", "b.example.org", "x.b.example.org", "*.b.example.org", "*.example.org")


def test_each_key_is_asked_for_once_and_in_order() -> None:
    asked: list[tuple[int, str]] = []

    def fits(entry: int, key: str) -> bool:
        asked.append((entry, key))
        return entry > len(key)

    shelf = Shelf((3, 1, 2), fits)
    assert [shelf.of("a"), shelf.of("a"), shelf.of("")] == [(3, 2), (3, 2), (3, 1, 2)]
    assert len(asked) == 6


def test_hosts_are_decided_as_without_a_shelf() -> None:
    sections = [destination_entry(host, name=f"d{number}") for number, host in enumerate(HOSTS)]
    destinations = policy_of(*sections).outbound.destination
    shelf: Shelf[Destination, str] = Shelf(destinations, lambda entry, host: host_matches(entry.host, host))
    for host in (*HOSTS, "example.org", "evil.example", ""):
        for path in ("site/index.html", "other/index.html"):
            fact = contact(host, path=path)
            assert decide_destination(shelf.of(host), fact, TODAY) == decide_destination(destinations, fact, TODAY)


GLOBS = (
    "app.whl", "app.whl!/**", "app.whl!/a/*.so", "app.whl!/a/**/core.so", "**", "**/core.so", "*/a", "app.*!/a/core.so",
    "site/**", "site/a/*", "site/?/core.so", "app.whl!/a.zip!/**", "app.whl!/!trailing", "が/**", "か\u3099/*",
)  # fmt: skip
PATHS = (
    "app.whl", "app.whl!/a/core.so", "app.whl!/a/b/core.so", "app.whl!/a.zip!/core.so", "app.whl!/!trailing", "core.so",
    "site/a/core.so", "site/a", "site", "sitemap/a", "が/x", "か\u3099/x", "", "x/a", "app.whl!/", "site//a",
)  # fmt: skip


def test_executables_are_decided_as_without_places() -> None:
    sections = [executable_entry(glob, name=f"x{number}") for number, glob in enumerate(GLOBS)]
    more = executable_entry(name="pe", more='format = ["pe"]'), executable_entry(name="script", classes='"script"')
    entries = policy_of(*sections, *more).executable
    places = Places(entries, lambda entry: entry.path)
    for path in PATHS:
        for class_ in ("native", "script", "macro"):
            fact = program(path, class_=class_)
            assert decide_executable(places.of(path), fact, TODAY) == decide_executable(entries, fact, TODAY)
        speaking = [entry for entry in entries if glob_matches(entry.path, path)]
        assert {entry.id for entry in speaking} <= {entry.id for entry in places.of(path)}


def test_entries_without_a_place_are_everywhere_and_others_are_not() -> None:
    places = Places(("anywhere", "site/a/**", "site/b/**"), lambda entry: None if entry == "anywhere" else entry)
    assert places.of("") == ["anywhere"]
    assert places.of("site/a/x") == ["anywhere", "site/a/**"]
    assert Places((), str).of("site/a") == []


def test_findings_of_the_run_and_of_places() -> None:
    run = suppress_entry("malware/database-age", name="run")
    place = suppress_entry("malware/suspected", name="place", more='path = "app.whl!/**"')
    judgement = judged(run, place, facts=[detection("app.whl!/x", certainty="suspected")])
    assert {each.suppressed_by for each in judgement.findings if each.id == "malware/suspected"} == {"place"}
    assert only(judgement, "justification/unused").args["id"] == "run"
