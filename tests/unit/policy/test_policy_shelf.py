"""Entries found by a key are those that would be found one by one, asked once for all things alike."""

from __future__ import annotations

from gate.policy.justification import decide_destination, decide_executable
from gate.policy.matching import host_matches
from gate.policy.model import Destination
from gate.policy.rules import Reading
from gate.policy.shelf import Shelf
from tests.unit.policy.policy_kit import TODAY, contact, destination_entry, executable_entry, policy_of, program

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


def test_executables_are_decided_as_without_a_shelf() -> None:
    policy = policy_of(
        executable_entry(name="any"),
        executable_entry(name="elf", more='format = ["elf"]'),
        executable_entry(name="pe", more='format = ["pe"]'),
        executable_entry(name="script", classes='"script"'),
    )
    reading = Reading(policy, TODAY)
    for class_ in ("native", "script", "macro"):
        fact = program(class_=class_)
        found = reading.by_format.of((fact.class_, fact.format))
        assert decide_executable(found, fact, TODAY) == decide_executable(policy.executable, fact, TODAY)
    assert [entry.id for entry in reading.by_format.of(("native", "elf"))] == ["any", "elf"]
