"""What stands around a contact: dispositions, libraries, shared hosts, tag managers, and what users are told."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from gate.models import LibraryFact, OutboundFact, PageFact
from gate.policy.shared_hosts import SHARED, TAG_MANAGERS
from tests.unit.policy.policy_kit import (
    SHA,
    approval,
    clause,
    contact,
    deliverable,
    destination_entry,
    ids,
    judged,
    only,
    policy_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.models import Judgement, Reach

OUTBOUND, PRIVACY = "26-3 3(1)③", "26-3 3(6)"
REVIEWED = """\
[[outbound.reviewed]]
{keys}
disposition = "エラーの説明であり、取得されない"
{approval}
"""


def reviewed(keys: str, *, days: str = "") -> str:
    return REVIEWED.format(keys=keys, approval=days or approval())


def in_script(reach: Reach = "string", *, path: str = "site/vendor/lib.js") -> OutboundFact:
    return contact("docs.example.net", path=path, reach=reach)


# --- dispositions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "sets_aside"),
    [
        ('host = "docs.example.net"', True),
        ('host = "*.example.net"', True),
        ('where = ["site/vendor/**"]', True),
        ('host = "docs.example.net"\nwhere = ["site/vendor/**"]', True),
        ('host = "example.net"', False),
        ('where = ["site/own/**"]', False),
        ('host = "docs.example.net"\nwhere = ["site/own/**"]', False),
    ],
)
def test_a_person_disposes_of_strings_by_host_or_place(keys: str, *, sets_aside: bool) -> None:
    judgement = judged(reviewed(keys), facts=[in_script()])
    assert only(judgement, "outbound/string").suppressed_by == ("reviewed-1" if sets_aside else None)
    assert ("justification/unused" in ids(judgement)) is not sets_aside
    assert clause(judgement, OUTBOUND).status == ("confirmed-with-exceptions" if sets_aside else "not-confirmed")


def test_an_opaque_contact_has_no_host_and_is_disposed_of_by_its_place() -> None:
    opaque = OutboundFact("", "", "opaque", "fetch", 3, path="site/own/app.js", sha256=SHA)
    by_place = judged(reviewed('where = ["site/own/**"]'), facts=[opaque])
    assert only(by_place, "outbound/opaque").suppressed_by == "reviewed-1"
    by_host = judged(reviewed('host = "docs.example.net"'), facts=[opaque])
    assert only(by_host, "outbound/opaque").suppressed_by is None


@pytest.mark.parametrize("reach", ["automatic", "conditional", "code", "tracker", "interaction", "local"])
def test_what_is_contacted_is_declared_and_not_disposed_of(reach: Reach) -> None:
    judgement = judged(reviewed('host = "docs.example.net"'), facts=[in_script(reach)])
    assert [finding for finding in judgement.findings if finding.suppressed_by] == []


def test_the_narrowest_disposition_decides_alone_and_an_expired_one_rejects() -> None:
    wide = reviewed('where = ["**"]')
    narrow = reviewed('id = "old"\nhost = "docs.example.net"', days=approval("2026-01-01", "2026-02-01"))
    judgement = judged(wide, narrow, facts=[in_script()])
    assert only(judgement, "outbound/string").suppressed_by is None
    assert only(judgement, "justification/expired").args["id"] == "old"
    assert judgement.verdict == "rejected"


# --- third-party libraries ------------------------------------------------------------------------------------------


def library(by: str = "banner") -> LibraryFact:
    assert by in {"banner", "sha256"}
    return LibraryFact("leaflet", "1.9.4", "sha256" if by == "sha256" else "banner", "site/vendor/lib.js", SHA)


@pytest.mark.parametrize("by", ["banner", "sha256"])
def test_code_of_a_library_warns_where_own_code_rejects(by: str) -> None:
    held = judged(facts=[in_script("code"), library(by)])
    assert only(held, "outbound/code").severity == "warn"
    assert only(held, "outbound/code").args["library"] == "leaflet 1.9.4"
    own = judged(facts=[in_script("code", path="site/own.js"), library(by)])
    assert only(own, "outbound/code").severity == "reject"


@pytest.mark.parametrize("reach", ["string", "opaque"])
@pytest.mark.parametrize(
    ("policy", "by", "severity"),
    [
        ("", "banner", "warn"),
        ("", "sha256", "note"),
        ('[outbound]\nvendor = ["site/vendor/**"]', "banner", "note"),
        ('[outbound]\nvendor = ["site/elsewhere/**"]', "banner", "warn"),
    ],
)
def test_what_a_file_says_of_itself_excuses_nothing_outside_of_declared_places(
    reach: Reach, policy: str, by: str, severity: str
) -> None:
    """Whoever writes a file writes its banner too."""
    judgement = judged(policy, facts=[in_script(reach), library(by)])
    assert only(judgement, f"outbound/{reach}").severity == severity
    assert clause(judgement, OUTBOUND).status == ("confirmed" if severity == "note" else "not-confirmed")


def test_a_declared_place_without_a_recognised_library_excuses_nothing() -> None:
    judgement = judged('[outbound]\nvendor = ["site/vendor/**"]', facts=[in_script()])
    assert only(judgement, "outbound/string").severity == "warn"


@pytest.mark.parametrize("reach", ["automatic", "conditional", "tracker"])
def test_a_library_does_not_excuse_what_comes_about_by_itself(reach: Reach) -> None:
    judgement = judged('[outbound]\nvendor = ["site/vendor/**"]', facts=[in_script(reach), library("sha256")])
    assert judgement.verdict == "rejected"


# --- what users are told --------------------------------------------------------------------------------------------

TOLD = "運営者: ＥＸＡＭＰＬＥ。送信される情報: ip アドレス と User-Agent。地図は「設定で 無効にする」。"


def told(*pages: PageFact, path: str = "site/index.html", kind: str = "website",
         reach: Reach = "automatic") -> Judgement:  # fmt: skip
    policy = destination_entry(reach=f'"{reach}"')
    return judged(deliverable(kind), policy, facts=[contact(path=path, reach=reach), *pages])


def page(path: str, *links: str, text: str = "") -> PageFact:
    return PageFact(links, text, path=path, sha256=SHA)


DISCLOSING = page("site/privacy.html", text=TOLD)


def missing(judgement: Judgement) -> object:
    found = [finding for finding in judgement.findings if finding.id == "outbound/undisclosed"]
    return found[0].args["missing"] if found else None


@pytest.mark.parametrize(
    "pages",
    [
        [page("site/index.html", "privacy.html")],
        [page("site/index.html", "./x/../privacy.html")],
        [page("site/index.html", "/privacy.html")],
        [page("site/index.html", "../../privacy.html")],
        [page("site/index.html", "map/"), page("site/map/index.html", "../privacy.html")],
        [page("site/index.html", "map"), page("site/map/index.htm", "../privacy.html"), page("site/map/other.html")],
        [page("site/index.html", "a.html"), page("site/a.html", "index.html", "privacy.html")],
    ],
)
def test_a_page_that_says_it_all_and_that_links_lead_to_discloses(pages: Iterable[PageFact]) -> None:
    judgement = told(DISCLOSING, *pages)
    assert missing(judgement) is None
    assert clause(judgement, PRIVACY).status == "confirmed"


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([page("site/index.html", "privacy.html")], "page"),
        ([DISCLOSING, page("site/index.html")], "link"),
        ([DISCLOSING, page("site/index.html", "a.html"), page("site/a.html")], "link"),
        ([DISCLOSING, page("site/index.html", "/site/privacy.html")], "link"),
        ([DISCLOSING, page("other/index.html", "privacy.html"), page("site/index.html")], "link"),
        ([page("site/index.html", "privacy.html"), page("site/privacy.html")], "operator, sends, disable"),
        (
            [page("site/index.html", "privacy.html"), page("site/privacy.html", text="Example, IP アドレス")],
            "sends, disable",
        ),
        ([page("site/index.html"), page("site/privacy.html")], "link, operator, sends, disable"),
    ],
)
def test_what_a_page_does_not_say_or_cannot_be_found_is_not_disclosed(pages: list[PageFact], expected: str) -> None:
    judgement = told(*pages)
    assert missing(judgement) == expected
    assert judgement.verdict == "rejected"
    assert clause(judgement, PRIVACY).status == "violated"


def test_every_page_concerned_needs_a_way_to_it() -> None:
    pages = [DISCLOSING, page("site/index.html", "privacy.html"), page("site/map.html")]
    policy = destination_entry()
    both = judged(policy, facts=[contact(), contact(path="site/map.html"), *pages])
    assert missing(both) == "link"
    linked = [*pages[:2], page("site/map.html", "index.html")]
    assert missing(judged(policy, facts=[contact(), contact(path="site/map.html"), *linked])) is None


def test_a_contact_of_a_style_sheet_needs_any_page_that_leads_there() -> None:
    assert missing(told(DISCLOSING, page("site/index.html", "privacy.html"), path="site/a.css")) is None
    assert missing(told(DISCLOSING, page("site/index.html"), path="site/a.css")) == "link"
    assert missing(told(DISCLOSING, path="site/a.css")) is None  # the only page there is


def test_a_destination_that_names_no_page_or_no_way_to_disable_discloses_nothing() -> None:
    pages = [DISCLOSING, page("site/index.html", "privacy.html")]
    assert missing(told(*pages)) is None
    without_page = destination_entry().replace('privacy_page = "site/privacy.html"\n', "")
    assert missing(judged(without_page, facts=[contact(), *pages])) == "privacy_page"
    without_way = destination_entry().replace('disable = "設定で無効にする"\n', "")
    assert missing(judged(without_way, facts=[contact(), *pages])) == "disable"


@pytest.mark.parametrize(
    ("reach", "kind", "concerns"),
    [
        ("automatic", "application", True),
        ("conditional", "application", True),
        ("tracker", "application", True),
        ("code", "website", True),
        ("code", "application", False),
        ("string", "website", False),
        ("link", "website", False),
    ],
)
def test_only_what_comes_about_by_itself_has_to_be_disclosed(reach: Reach, kind: str, *, concerns: bool) -> None:
    judgement = told(page("site/index.html"), reach=reach, kind=kind)
    assert missing(judgement) == ("page" if concerns else None)


def test_one_page_can_disclose_several_destinations() -> None:
    pages = [DISCLOSING, page("site/index.html", "privacy.html")]
    policy = destination_entry() + destination_entry("font.example.net", name="fonts")
    assert missing(judged(policy, facts=[contact(), contact("font.example.net"), *pages])) is None


def test_hosts_of_the_recipient_need_no_disclosure() -> None:
    judgement = judged('[outbound]\nown = ["*.example.org"]', facts=[contact(), page("site/index.html")])
    assert missing(judgement) is None


# --- hosts of everybody ---------------------------------------------------------------------------------------------


def shared(url: str | None, *, integrity: bool = False) -> list[str]:
    fact = dataclasses.replace(
        contact("cdn.jsdelivr.net", url="https://cdn.jsdelivr.net/npm/leaflet@1.9.4/leaflet.js"), integrity=integrity
    )
    more = "" if url is None else f'url = "{url}"'
    return ids(judged(destination_entry("cdn.jsdelivr.net", more=more), facts=[fact]))


@pytest.mark.parametrize(
    "url", [None, "https://cdn.jsdelivr.net/*", "https://cdn.jsdelivr.net/npm/*", "https://cdn.jsdelivr.net/npm/leaf*"]
)
def test_a_host_that_serves_anything_warns(url: str | None) -> None:
    assert "outbound/shared-host" in shared(url)
    assert "outbound/shared-host" not in shared(url, integrity=True)


@pytest.mark.parametrize(
    "url",
    ["https://cdn.jsdelivr.net/npm/leaflet@1.9.4/*", "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/leaflet.js"],
)
def test_a_url_that_names_the_publisher_does_not(url: str) -> None:
    assert "outbound/shared-host" not in shared(url)


def test_a_host_of_one_operator_does_not() -> None:
    assert "outbound/shared-host" not in ids(judged(destination_entry(), facts=[contact()]))


TAG_LIST = """\
[[evidence]]
clause = "{clause}"
file = "tags.csv"
kind = "{kind}"
date = 2026-11-20
by = "山田"
"""


@pytest.mark.parametrize(
    ("clause_id", "kind", "warns"),
    [(OUTBOUND, "tag-list", False), (OUTBOUND, "other", True), ("26-3 3(2)", "tag-list", True), (None, "", True)],
)
def test_a_tag_manager_needs_the_list_of_its_tags(clause_id: str | None, kind: str, *, warns: bool) -> None:
    evidence = TAG_LIST.format(clause=clause_id, kind=kind) if clause_id else ""
    fact = contact("www.googletagmanager.com")
    judgement = judged(destination_entry("www.googletagmanager.com"), evidence, facts=[fact])
    assert ("outbound/tag-list" in ids(judgement)) is warns


def test_the_lists_of_hosts_hold_patterns_that_a_policy_could_hold() -> None:
    for host in {*SHARED, *TAG_MANAGERS}:
        name = host.removeprefix("*.")
        policy_of(f'[outbound]\nown = ["{name}"]')
        assert name == name.lower()
        assert "*" not in name
