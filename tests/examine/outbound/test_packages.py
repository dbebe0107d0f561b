"""What ``package.json`` says of the package around it."""

from __future__ import annotations

import json

import pytest

from gate.examine.outbound.packages import read_package
from gate.models import LibraryFact
from tests.examine.outbound.outbound_kit import libraries


def named(**about: object) -> list[tuple[str, str]]:
    return [(fact.name, fact.version) for fact in read_package(json.dumps(about))]


def test_a_published_package_says_its_name_and_version() -> None:
    assert named(name="leaflet", version="1.9.4") == [("leaflet", "1.9.4")]
    assert named(name="@map/draw", version="2.0.0-beta.1", private=False) == [("@map/draw", "2.0.0-beta.1")]
    assert list(read_package('\ufeff{"name": "a", "version": "1.0.0"}')) == [LibraryFact("a", "1.0.0", "package")]


@pytest.mark.parametrize(
    "about",
    [
        {"name": "site", "version": "1.0.0", "private": True},
        {"name": "site"},
        {"version": "1.0.0"},
        {"name": ["leaflet"], "version": "1.9.4"},
        {"name": "leaflet", "version": 1},
        {"name": "Leaflet", "version": "1.9.4"},
        {"name": "../leaflet", "version": "1.9.4"},
        {"name": "a\u202eb", "version": "1.9.4"},
        {"name": "leaflet", "version": "latest"},
        {"name": "a" * 300, "version": "1.9.4"},
    ],
)
def test_what_is_no_published_package_says_nothing(about: dict[str, object]) -> None:
    assert named(**about) == []


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"name": "a", "version": "1.0.0"}' + " " * (1 << 20)])
def test_what_cannot_be_read_says_nothing(text: str) -> None:
    assert list(read_package(text)) == []


def test_only_an_item_of_that_name_is_read() -> None:
    about = '{"name": "leaflet", "version": "1.9.4"}'
    assert libraries(about, "package.json") == [("leaflet", "1.9.4", "package")]
    assert libraries(about, "bower.json") == []
    assert libraries(about, "Package.json") == []
