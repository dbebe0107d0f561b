"""What reading finds without a browser, held against what Chromium does with the same pages.

The pages say whether opening them contacts their host; every page is read here, and opened in Chromium to see that
what it says is true: a selection in each run, all of them in the long one.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from functools import cache

import pytest

from tests.examine.outbound.chromium_kit import contacted
from tests.examine.outbound.mechanism_pages import MECHANISMS, PAGE, Mechanism, with_host
from tests.examine.outbound.outbound_kit import outbound_and_gaps

_FOUND = {"automatic", "conditional", "code", "string", "tracker", "opaque"}
_HOSTS = {f"m{number:03}.example": mechanism for number, mechanism in enumerate(MECHANISMS)}
_WITHOUT_NAMESPACES = subprocess.run(["unshare", "--map-root-user", "--net", "true"], check=False, capture_output=True)
isolated = pytest.mark.skipif(_WITHOUT_NAMESPACES.returncode != 0, reason="no network namespace can be made here")


@cache
def _reaches(host: str) -> frozenset[str]:
    """Return how reading all files of the mechanism with ``host`` says that it is reached."""
    reaches = set()
    for name, content in with_host(_HOSTS[host], host).items():
        facts, gaps = outbound_and_gaps(content, name)
        assert gaps == []
        reaches |= {fact.reach for fact in facts if fact.host in (host, "")}
    return frozenset(reaches)


def test_there_are_pages_of_both_kinds() -> None:
    assert len(MECHANISMS) >= 150
    assert len({mechanism.name for mechanism in MECHANISMS}) == len(MECHANISMS)
    assert sum(mechanism.contacts for mechanism in MECHANISMS) > len(MECHANISMS) // 3
    assert sum(not mechanism.contacts for mechanism in MECHANISMS) > len(MECHANISMS) // 4


def test_nearly_all_contacts_are_found() -> None:
    contacting = {host: each for host, each in _HOSTS.items() if each.contacts}
    missed = [each.name for host, each in contacting.items() if not _reaches(host) & _FOUND]
    assert len(missed) <= len(contacting) * 0.05, missed


def test_no_contact_is_called_automatic_that_is_none() -> None:
    assert [each.name for host, each in _HOSTS.items() if not each.contacts and "automatic" in _reaches(host)] == []


def test_markup_and_styles_are_found_without_exception() -> None:
    """All but what scripts put together is found, and as a contact, not as a mere string."""
    found = {"automatic", "conditional", "code"}
    by_script = ("js ", "script file", "worker", "module that imports", "import map")
    plain = {host: each for host, each in _HOSTS.items() if each.contacts and not each.name.startswith(by_script)}
    assert [each.name for host, each in plain.items() if not _reaches(host) & found] == []


def _held_against_chromium(hosts: dict[str, Mechanism]) -> None:
    sites = {host: with_host(mechanism, host) for host, mechanism in hosts.items()}
    seen = contacted(sites, PAGE)
    late = {host: files for host, files in sites.items() if hosts[host].contacts and host not in seen}
    if late:  # on a busy machine a page may come too late among the others
        seen |= contacted(late, PAGE)
    wrong = defaultdict(list)
    for host, mechanism in hosts.items():
        if (host in seen) != mechanism.contacts:
            wrong["contacts" if host in seen else "does not contact"].append(mechanism.name)
    assert dict(wrong) == {}


@isolated
def test_chromium_does_what_a_selection_of_pages_says() -> None:
    _held_against_chromium(dict(list(_HOSTS.items())[::7]))


@isolated
@pytest.mark.full
@pytest.mark.parametrize("part", range(8))
def test_chromium_does_what_the_pages_say(part: int) -> None:
    _held_against_chromium(dict(list(_HOSTS.items())[part::8]))
