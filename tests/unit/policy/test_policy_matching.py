"""Hosts, URL patterns and the rule of the most specific entry, each with what fits and what does not."""

from __future__ import annotations

import time

import pytest

from gate.policy.matching import glob_specificity, host_matches, url_matches
from tests.unit.policy.policy_kit import (
    OTHER_SHA,
    SHA,
    approval,
    contact,
    destination_entry,
    executable_entry,
    ids,
    judged,
    program,
)


@pytest.mark.parametrize(
    ("pattern", "host", "fits"),
    [
        ("example.org", "example.org", True),
        ("example.org", "www.example.org", False),
        ("example.org", "example.org.", False),
        ("example.org", "", False),
        ("*.example.org", "a.example.org", True),
        ("*.example.org", "a.b.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", ".example.org", False),
        ("*.example.org", "badexample.org", False),
        ("*.example.org", "example.org.evil.test", False),
        ("*.example.org", "", False),
    ],
)
def test_hosts(pattern: str, host: str, *, fits: bool) -> None:
    assert host_matches(pattern, host) is fits


@pytest.mark.parametrize(
    ("pattern", "url", "fits"),
    [
        ("https://h.org/v1/*", "https://h.org/v1/a/b.png", True),
        ("https://h.org/v1/*", "https://h.org/v1/", True),
        ("https://h.org/v1/*", "https://h.org/v2/v1/", False),
        ("https://h.org/v1/*", "http://h.org/v1/a", False),
        ("https://h.org/v1/*", "HTTPS://h.org/v1/a", True),
        ("https://h.org/v1/*", "https://h.org:8443/v1/a", False),
        ("https://h.org:8443/*", "https://h.org:8443/v1", True),
        ("https://h.org:8443/*", "https://h.org/v1", False),
        ("https://h.org/*", "https://h.org", True),
        ("https://h.org/", "https://h.org", True),
        ("https://h.org/*", "https://h.org?q", True),
        ("https://h.org/", "https://h.org#f", False),
        ("https://h.org/*", "https://user@h.org/x", True),
        ("https://h.org/*/x/*.png", "https://h.org/a/x/b.png", True),
        ("https://h.org/*/x/*.png", "https://h.org/a/y/b.png", False),
        ("https://h.org/a*a", "https://h.org/a", False),
        ("https://h.org/a*a", "https://h.org/aa", True),
        ("https://h.org/*b*b", "https://h.org/b", False),
        ("https://h.org/x*", "https://h.org/yx", False),
        ("https://h.org/*x", "https://h.org/xy", False),
        ("https://*.h.org/v1/*", "https://a.h.org/v1/x", True),
        ("https://*.h.org/v1/*", "https://a.h.org/v2/.h.org/v1/x", False),
        ("https://h.org/*", "//h.org/x", False),
        ("https://h.org/*", "", False),
        ("https://h.org/*", "data:x", False),
    ],
)
def test_urls(pattern: str, url: str, *, fits: bool) -> None:
    assert url_matches(pattern, url) is fits


def test_hostile_urls_do_not_make_matching_slow() -> None:
    started = time.perf_counter()
    assert not url_matches("https://h.org/" + "*a" * 30 + "b", "https://h.org/" + "a" * 200_000)
    assert time.perf_counter() - started < 1


def test_the_order_of_globs() -> None:
    ordered = ["**", "**/*.so", "**/a.so", "*/a/*.so", "x/a/*.so", "x/a/ab*.so", "x/a/b.so"]
    assert sorted(ordered[3:] + ordered[:3], key=glob_specificity) == ordered
    assert glob_specificity("a!/**/b") < glob_specificity("a!/*/b")


# --- executables ------------------------------------------------------------------------------------------------


def justified_by(*sections: str, fact: str = "app.whl!/a/core.so", sha256: str = SHA) -> tuple[str | None, list[str]]:
    judgement = judged(*sections, facts=[program(fact, sha256=sha256)])
    return judgement.executables[0].justified_by, [each for each in ids(judgement) if each.startswith("executable/")]


def test_a_justification_covers_its_path_and_class() -> None:
    assert justified_by(executable_entry()) == ("native-core", [])
    assert justified_by(executable_entry("app.whl!/*.so")) == (None, ["executable/unjustified"])
    assert justified_by(executable_entry(classes='"script", "macro"')) == (None, ["executable/unjustified"])
    assert justified_by(executable_entry(classes='"script", "native"')) == ("native-core", [])


def test_every_path_needs_its_own_justification() -> None:
    facts = [program("app.whl"), program("app.whl!/a/core.so"), program("app.whl!/x.zip!/core.so")]
    judgement = judged(executable_entry(), facts=facts)
    assert [each.justified_by for each in judgement.executables] == [None, "native-core", None]


def test_each_class_at_one_path_needs_to_be_covered() -> None:
    facts = [program(), program(class_="bytecode")]
    judgement = judged(executable_entry(), facts=facts)
    assert sorted((each.fact.class_, each.justified_by) for each in judgement.executables) == [
        ("bytecode", None),
        ("native", "native-core"),
    ]
    assert judgement.verdict == "rejected"


def test_pins() -> None:
    pinned = executable_entry(more=f'sha256 = ["{SHA}"]')
    assert justified_by(pinned) == ("native-core", [])
    assert justified_by(pinned, sha256=OTHER_SHA) == (None, ["executable/pin-mismatch"])


def test_the_narrowest_entry_decides_alone() -> None:
    wide = executable_entry("**!/**", name="wide")
    narrow_pinned = executable_entry("app.whl!/a/core.so", name="narrow", more=f'sha256 = ["{OTHER_SHA}"]')
    narrow_expired = executable_entry("app.whl!/a/core.so", name="narrow", approval=approval(expires="2026-11-20"))
    assert justified_by(wide) == ("wide", [])
    assert justified_by(wide, narrow_pinned) == (None, ["executable/pin-mismatch"])
    assert justified_by(wide, narrow_expired) == (None, ["executable/expired"])
    assert justified_by(wide, narrow_expired.replace("2026-11-20", "2027-11-20")) == ("narrow", [])


def test_entries_as_narrow_as_each_other_stand_side_by_side() -> None:
    one = executable_entry(name="one", more=f'sha256 = ["{OTHER_SHA}"]')
    two = executable_entry(name="two", more=f'sha256 = ["{SHA}"]')
    old = executable_entry(name="a-old", approval=approval(expires="2026-11-20"))
    assert justified_by(one, two) == ("two", [])
    assert justified_by(old, two) == ("two", [])
    assert justified_by(executable_entry(name="b"), executable_entry(name="a")) == ("a", [])


@pytest.mark.parametrize(
    ("approved_on", "expires", "covered"),
    [
        ("2026-11-23", "2026-11-23", True),
        ("2026-11-01", "2026-11-22", False),
        ("2026-11-24", "2027-01-01", False),
    ],
)
def test_a_justification_holds_from_its_approval_to_its_last_day(
    approved_on: str, expires: str, *, covered: bool
) -> None:
    expected = ("native-core", []) if covered else (None, ["executable/expired"])
    assert justified_by(executable_entry(approval=approval(approved_on, expires))) == expected


# --- destinations -----------------------------------------------------------------------------------------------


def declared_by(*sections: str, **changes: str) -> tuple[str | None, list[str]]:
    judgement = judged(*sections, facts=[contact(**changes)])  # type: ignore[arg-type]  # names of the fact's fields
    return judgement.outbound[0].declared_by, [each for each in ids(judgement) if each.startswith("outbound/")]


UNDECLARED = (None, ["outbound/undeclared"])


def test_a_destination_covers_host_reach_url_and_place() -> None:
    assert declared_by(destination_entry()) == ("maps", [])
    assert declared_by(destination_entry(), host="a.tile.example.org") == UNDECLARED
    assert declared_by(destination_entry(reach='"link", "interaction"')) == UNDECLARED
    assert declared_by(destination_entry(reach='"link", "automatic"')) == ("maps", [])
    assert declared_by(destination_entry(more='url = "https://tile.example.org/v1/*"')) == ("maps", [])
    assert declared_by(destination_entry(more='url = "https://tile.example.org/v2/*"')) == UNDECLARED
    assert declared_by(destination_entry(more='where = ["x", "site/*"]')) == ("maps", [])
    assert declared_by(destination_entry(more='where = ["site/map/**"]')) == UNDECLARED


def test_a_destination_that_is_not_in_force() -> None:
    expired = destination_entry(approval=approval(expires="2026-11-22"))
    assert declared_by(expired) == (None, ["outbound/expired"])
    assert declared_by(destination_entry(approval=approval(expires="2026-11-23"))) == ("maps", [])


def test_the_narrowest_destination_decides_alone() -> None:
    old = approval(expires="2026-11-22")
    wide = destination_entry("*.example.org", name="wide")
    assert declared_by(wide) == ("wide", [])
    assert declared_by(wide, destination_entry(approval=old)) == (None, ["outbound/expired"])
    assert declared_by(destination_entry(), destination_entry(name="here", more='where = ["site/*"]')) == ("here", [])
    url = 'url = "https://tile.example.org/v1/*"'
    by_url = destination_entry(name="url", more=url, approval=old)
    assert declared_by(destination_entry(name="here", more='where = ["site/*"]'), by_url) == (
        None,
        ["outbound/expired"],
    )


def test_only_the_place_that_matches_makes_a_destination_narrow() -> None:
    many = destination_entry(name="many", more='where = ["**", "other/exact.html"]')
    one = destination_entry(name="one", more='where = ["site/**"]')
    assert declared_by(many, one) == ("one", [])


def test_hosts_of_the_recipient_are_not_outside() -> None:
    own = '[outbound]\nown = ["*.meti.go.jp", "meti.go.jp"]\n'
    assert declared_by(own, host="www.meti.go.jp") == ("own", [])
    assert declared_by(own, host="meti.go.jp.example.org") == UNDECLARED
    assert declared_by('[outbound]\nown = ["*.meti.go.jp"]\n', host="meti.go.jp") == UNDECLARED


def test_a_contact_without_a_host_is_never_covered() -> None:
    own = '[outbound]\nown = ["*.meti.go.jp"]\n'
    assert declared_by(own, destination_entry(reach='"tracker"'), host="", reach="tracker", url="") == (
        None,
        ["outbound/tracker"],
    )
