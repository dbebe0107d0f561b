"""Contacts by host, drafts of destinations, and the header that declared ones allow."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

import pytest

from gate.models import OutboundFact, Reach
from gate.policy.contact_drafts import draft_contacts
from gate.policy.content_security import content_security_policy, directive_of
from gate.policy.hosts_view import hosts_of
from gate.policy.problems import UnusablePolicyError
from gate.policy.shared_hosts import publisher_pattern
from gate.reports.contact_drafts import render_contact_drafts
from gate.text import LANGUAGES
from tests.unit.policy.policy_kit import (
    SHA,
    TODAY,
    approval,
    contact,
    destination_entry,
    judged,
    policy_of,
    suppress_entry,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

OWN = '[outbound]\nown = ["*.meti.go.jp"]\n'
REVIEWED = f'[[outbound.reviewed]]\nhost = "docs.example.net"\ndisposition = "text"\n{approval()}'


def seen(*facts: OutboundFact, policy: str = "") -> list[tuple[str, str, tuple[str, ...]]]:
    views = hosts_of(judged(policy, facts=facts))
    return [(view.host, view.standing, view.declared_by) for view in views]


def test_hosts_come_by_what_stands_against_them() -> None:
    facts = [
        contact("b.example.net"),
        contact("a.example.net"),
        contact(),
        contact("www.meti.go.jp"),
        contact("link.example.net", reach="link"),
        contact("text.example.net", reach="string"),
    ]
    assert seen(*facts, policy=OWN + destination_entry()) == [
        ("a.example.net", "undeclared", ()),
        ("b.example.net", "undeclared", ()),
        ("text.example.net", "doubtful", ()),
        ("tile.example.org", "declared", ("maps",)),
        ("www.meti.go.jp", "own", ()),
        ("link.example.net", "noted", ()),
    ]


def test_a_host_can_stand_in_several_places() -> None:
    assert seen(contact(), contact(reach="code"), contact(reach="link"), policy=destination_entry()) == [
        ("tile.example.org", "undeclared", ()),
        ("tile.example.org", "declared", ("maps",)),
        ("tile.example.org", "noted", ()),
    ]


def test_what_declared_hosts_lack_is_said_beside_them() -> None:
    def lacking(policy: str, *facts: OutboundFact) -> list[tuple[str, list[str]]]:
        views = hosts_of(judged(policy, facts=facts))
        return [(view.host, [finding.id for finding in view.lacking]) for view in views]

    elsewhere = destination_entry().replace("site/privacy.html", "site/none.html")
    fonts = destination_entry("font.example.net", name="fonts")
    assert lacking(elsewhere + fonts, contact(), contact("font.example.net")) == [
        ("font.example.net", []),
        ("tile.example.org", ["outbound/undisclosed"]),
    ]
    cdn = contact("cdn.jsdelivr.net")
    assert lacking(destination_entry("cdn.jsdelivr.net"), cdn) == [("cdn.jsdelivr.net", ["outbound/shared-host"])]
    own = '[outbound]\nown = ["cdn.jsdelivr.net", "unpkg.com", "example.org"]'
    assert lacking(own, cdn, contact("example.org")) == [
        ("cdn.jsdelivr.net", ["outbound/shared-host"]),
        ("example.org", []),
    ]


def test_what_a_person_disposed_of_is_shown_as_such() -> None:
    assert seen(contact("docs.example.net", reach="string")) == [("docs.example.net", "doubtful", ())]
    assert seen(contact("docs.example.net", reach="string"), policy=REVIEWED) == [("docs.example.net", "reviewed", ())]
    aside = suppress_entry("outbound/undeclared", more='path = "site/index.html"')
    assert seen(contact(), policy=aside) == [("tile.example.org", "reviewed", ())]


def test_reaches_are_counted_the_gravest_first() -> None:
    facts = [contact(reach="link"), contact(reach="automatic"), contact(reach="automatic", path="site/b.html")]
    (automatic, noted) = hosts_of(judged(facts=facts))
    assert automatic.reaches == (("automatic", 2),)
    assert noted.reaches == (("link", 1),)


# --- drafts ---------------------------------------------------------------------------------------------------------


def drafts(*facts: OutboundFact, policy: str = "") -> list[tuple[str, str, tuple[Reach, ...], tuple[str, ...]]]:
    found = draft_contacts(judged(policy, facts=facts), policy_of(policy)).destinations
    return [(each.id, each.host, each.reach, each.where) for each in found]


def test_one_draft_for_each_host_with_all_its_places() -> None:
    facts = [
        contact("a.example.net", path="site/index.html"),
        contact("a.example.net", path="site/map/index.html", reach="code"),
        contact("b.example.net", path="app.zip!/x/y.js", reach="tracker"),
        contact("c.example.net", path="single.html"),
        contact("d.example.net", path="site/w[1]*/x.html"),
    ]
    assert drafts(*facts) == [
        ("a-example-net", "a.example.net", ("automatic", "code"), ("site/*", "site/map/*")),
        ("b-example-net", "b.example.net", ("tracker",), ("app.zip!/x/*",)),
        ("c-example-net", "c.example.net", ("automatic",), ("single.html",)),
        ("d-example-net", "d.example.net", ("automatic",), ("site/w?1??/*",)),
    ]


@pytest.mark.parametrize("reach", sorted({"string", "opaque", "link", "identifier", "text"}))
def test_what_no_destination_can_declare_is_not_drafted(reach: Any) -> None:
    assert drafts(contact("a.example.net", reach=reach)) == []
    assert drafts(OutboundFact("", "", "opaque", "fetch", path="site/a.js", sha256=SHA)) == []


def test_ids_are_new_ones() -> None:
    policy = destination_entry("elsewhere.example.net", name="a-example-net")
    assert [each[0] for each in drafts(contact("a.example.net"), policy=policy)] == ["a-example-net-2"]
    assert [each[0] for each in drafts(contact("[::ffff]"), contact("xn--" + "a" * 50 + ".example"))] == [
        "ffff",
        "xn-" + "a" * 37,
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_is_refused_until_a_person_fills_it_in_and_covers_then(language: Any) -> None:
    fact = contact("a.example.net")
    text = render_contact_drafts(draft_contacts(judged(facts=[fact]), policy_of("")), language)
    with pytest.raises(Exception, match="purpose"):
        policy_of(text)
    answers = {
        "party": '"乙"',
        "approved_on": "2026-11-01",
        "expires": "2027-03-31",
        "privacy_page": '"site/privacy.html"',
        "operator": '"Example"',
        "sends": '"User-Agent"',
        "disable": '"設定で無効にする"',
    }
    filled = []
    for line in text.splitlines():
        key = line.partition(" = ")[0]
        filled.append(f"{key} = {answers.get(key, chr(34) + 'x' + chr(34))}" if ' = ""' in line else line)
    judgement = judged("\n".join(filled), facts=[fact])
    assert [each.declared_by for each in judgement.outbound] == ["a-example-net"]
    assert judgement.verdict == "approved"


def test_nothing_undeclared_makes_no_entry() -> None:
    assert "[[" not in render_contact_drafts(draft_contacts(judged(), policy_of("")), "en")


OPAQUE = OutboundFact("", "", "opaque", "fetch", path="site/a.js", sha256=SHA)


def reviews(*facts: OutboundFact, policy: str = "") -> list[tuple[str, str, tuple[str, ...]]]:
    found = draft_contacts(judged(policy, facts=facts), policy_of(policy)).reviews
    return [(each.id, each.host, each.where) for each in found]


def test_what_a_person_has_to_look_at_is_drafted_as_a_review() -> None:
    facts = [
        contact("a.example.net", reach="string", path="site/x/a.js"),
        contact("a.example.net", reach="string", path="site/y/a.js"),
        contact("www.meti.go.jp", reach="string"),
        contact("docs.example.net", reach="string"),
        contact("link.example.net", reach="link"),
        OPAQUE,
    ]
    assert reviews(*facts, policy=OWN + REVIEWED) == [
        ("reviewed-unknown", "", ("site/*",)),
        ("reviewed-a-example-net", "a.example.net", ("site/x/*", "site/y/*")),
    ]


def test_a_contact_without_a_host_that_comes_about_by_itself_has_no_entry() -> None:
    unknown = dataclasses.replace(OPAQUE, reach="automatic")
    found = draft_contacts(judged(facts=[unknown, contact("a.example.net", reach="string")]), policy_of(""))
    assert found.destinations == ()
    assert [each.host for each in found.reviews] == ["a.example.net"]
    assert found.count == 1


def test_a_host_that_something_contacts_is_one_entry_with_all_that_was_seen_of_it() -> None:
    facts = [contact("a.example.net", reach="code"), contact("a.example.net", reach="string", path="site/x/a.js")]
    assert reviews(*facts) == []
    assert drafts(*facts) == [("a-example-net", "a.example.net", ("code", "string"), ("site/*", "site/x/*"))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_review_is_refused_until_a_person_says_what_it_is_and_covers_then(language: Any) -> None:
    facts = [contact("a.example.net", reach="string"), OPAQUE]
    assert judged(facts=facts).verdict == "incomplete"
    found = draft_contacts(judged(facts=facts), policy_of(""))
    answers: dict[str, str | date] = {
        "approved_by": '山田 "太郎"', "role": "QA", "party": "乙", "reference": "QA-1",
        "approved_on": TODAY, "expires": TODAY,
    }  # fmt: skip
    text = render_contact_drafts(found, language, answers)
    with pytest.raises(UnusablePolicyError) as refused:
        policy_of(text)
    assert {problem.key for problem in refused.value.problems} == {
        "outbound.reviewed[1].disposition",
        "outbound.reviewed[2].disposition",
    }
    judgement = judged(text.replace('disposition = ""', 'disposition = "text"'), facts=facts)
    assert judgement.verdict == "approved"
    assert {finding.suppressed_by for finding in judgement.findings} == {"reviewed-a-example-net", "reviewed-unknown"}


@pytest.mark.parametrize(
    ("host", "urls", "pattern"),
    [
        ("unpkg.com", ("leaflet@1.9.4/a.js", "leaflet@1.9.4/b.css"), "https://unpkg.com/leaflet@1.9.4/*"),
        ("cdn.jsdelivr.net", ("npm/leaflet@1/a.js",), "https://cdn.jsdelivr.net/npm/leaflet@1/*"),
        ("unpkg.com", ("leaflet@1.9.4/a.js", "other@1/b.js"), ""),
        ("cdn.jsdelivr.net", ("combine/npm/a,npm/b",), ""),
        ("unpkg.com", ("",), ""),
        ("unpkg.com", (), ""),
        ("tile.example.org", ("v1/a.png",), ""),
    ],
)
def test_a_host_of_everybody_is_narrowed_to_the_publisher(host: str, urls: tuple[str, ...], pattern: str) -> None:
    assert publisher_pattern(host, [f"https://{host}/{url}" for url in urls]) == pattern
    assert publisher_pattern(host, [f"http://{host}/{url}" for url in urls]) == ""


def test_a_draft_for_a_host_of_everybody_names_the_publisher() -> None:
    fact = contact("unpkg.com", url="https://unpkg.com/leaflet@1.9.4/a.js")
    text = render_contact_drafts(draft_contacts(judged(facts=[fact]), policy_of("")), "en")
    assert '\nurl = "https://unpkg.com/leaflet@1.9.4/*"\n' in text


# --- the header -----------------------------------------------------------------------------------------------------


def header(*facts: OutboundFact, policy: str) -> dict[str, str]:
    value = content_security_policy(judged(policy, facts=facts), policy_of(policy))
    return {name: rest for name, _, rest in (part.partition(" ") for part in value.split("; "))}


def via(construct: str, host: str = "tile.example.org", url: str | None = None) -> OutboundFact:
    return dataclasses.replace(contact(host, url=url), via=construct)


CLOSED = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}


def test_only_what_is_declared_and_used_is_allowed() -> None:
    assert header(policy=destination_entry()) == CLOSED
    assert header(contact("elsewhere.example.net"), policy=destination_entry()) == CLOSED
    assert header(contact(), policy=destination_entry()) == {**CLOSED, "img-src": "'self' https://tile.example.org"}


@pytest.mark.parametrize(
    ("host", "url", "fact", "source"),
    [
        ("*.example.org", None, via("img[src]"), "https://*.example.org"),
        ("tile.example.org", "https://tile.example.org/v1/*", via("img[src]"), "https://tile.example.org/v1/"),
        ("tile.example.org", "https://tile.example.org/v1/a*", via("img[src]"), "https://tile.example.org/v1/"),
        ("tile.example.org", "https://tile.example.org/v1/a.png", via("img[src]"), "https://tile.example.org/v1/a.png"),
        (
            "tile.example.org",
            None,
            via("img[src]", url="http://tile.example.org:8080/a"),
            "http://tile.example.org:8080",
        ),
        ("tile.example.org", None, via("img[src]", url="//tile.example.org/a"), "https://tile.example.org"),
        (
            "tile.example.org",
            None,
            via("img[src]", url="https://x;script-src *@tile.example.org/"),
            "https://tile.example.org",
        ),
    ],
)
def test_sources_are_as_narrow_as_the_declaration(host: str, url: str | None, fact: OutboundFact, source: str) -> None:
    more = "" if url is None else f'url = "{url}"'
    assert header(fact, policy=destination_entry(host, more=more))["img-src"] == f"'self' {source}"


def test_what_a_browser_was_seen_to_do_widens_nothing_that_reading_knows() -> None:
    seen_too = dataclasses.replace(contact(), via="browser", condition="observed")
    assert header(contact(), seen_too, policy=destination_entry()) == header(contact(), policy=destination_entry())
    other = dataclasses.replace(seen_too, url="https://tile.example.org/computed")
    assert header(contact(), other, policy=destination_entry())["default-src"] == "'self' https://tile.example.org"


def test_hosts_of_the_recipient_are_allowed_where_they_are_used() -> None:
    assert header(contact("www.meti.go.jp"), policy=OWN)["img-src"] == "'self' https://www.meti.go.jp"


@pytest.mark.parametrize(
    ("construct", "directive"),
    [
        ("script[src]", "script-src"),
        ("import", "script-src"),
        ("new Worker", "worker-src"),
        ("@import", "style-src"),
        ("@font-face", "font-src"),
        ("img[srcset]", "img-src"),
        ("video[src]", "media-src"),
        ("iframe[src]", "frame-src"),
        ("object[data]", "object-src"),
        ("fetch", "connect-src"),
        ("new WebSocket", "connect-src"),
        ("form[action]", "form-action"),
        ("something new", "default-src"),
    ],
)
def test_directives(construct: str, directive: str) -> None:
    assert directive_of(via(construct)) == directive
    assert "https://tile.example.org" in header(via(construct), policy=destination_entry())[directive]


def test_every_reach_is_counted_somewhere() -> None:
    facts: Iterable[OutboundFact] = [contact(f"{reach}.example.net", reach=reach) for reach in get_args(Reach)]
    assert len(seen(*facts)) == len(get_args(Reach))
