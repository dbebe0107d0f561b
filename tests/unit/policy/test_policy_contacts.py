"""What stands around a contact: dispositions, libraries, shared hosts, tag managers, and what users are told."""

from __future__ import annotations

import dataclasses
import unicodedata
from typing import TYPE_CHECKING

import pytest

from gate.examine.outbound.reading import Limits, read_document
from gate.models import LibraryFact, OutboundFact, PageFact
from gate.policy.findings import finding_message
from gate.policy.problems import UnusablePolicyError
from gate.policy.shared_hosts import SHARED, TAG_MANAGERS, names_publisher
from gate.text import LANGUAGES, Language
from tests.unit.policy.policy_kit import (
    OTHER_SHA,
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

    from gate.models import Fact, Judgement, Reach

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


def waiting(path: str = "site/vendor/lib.js") -> OutboundFact:
    """Return a contact that code makes when something has happened."""
    return dataclasses.replace(in_script("conditional", path=path), condition="on click", by_code=True)


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
    wide = reviewed('where = ["site/**"]')
    narrow = reviewed('id = "old"\nhost = "docs.example.net"', days=approval("2026-01-01", "2026-02-01"))
    judgement = judged(wide, narrow, facts=[in_script()])
    assert only(judgement, "outbound/string").suppressed_by is None
    assert only(judgement, "justification/expired").args["id"] == "old"
    assert judgement.verdict == "rejected"


def test_a_disposition_of_bytes_holds_for_no_others() -> None:
    opaque = OutboundFact("", "", "opaque", "fetch", 3, path="site/own/app.js", sha256=SHA)
    pinned = reviewed(f'where = ["site/own/**"]\nsha256 = ["{SHA}"]')
    assert only(judged(pinned, facts=[opaque]), "outbound/opaque").suppressed_by == "reviewed-1"
    changed = judged(pinned, facts=[dataclasses.replace(opaque, sha256=OTHER_SHA)])
    assert only(changed, "outbound/opaque").suppressed_by is None
    assert "justification/expired" not in ids(changed)


@pytest.mark.parametrize("where", ["**", "*", "**/*", "**/*.*", "*/**/??*", "*!/**"])
def test_a_place_of_wildcards_alone_is_no_disposition(where: str) -> None:
    with pytest.raises(UnusablePolicyError):
        policy_of(reviewed(f'where = ["site/a.js", "{where}"]'))
    policy_of(reviewed(f'host = "docs.example.net"\nwhere = ["{where}"]'))
    policy_of(reviewed('where = ["**/*.js"]'))


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


def test_code_under_a_condition_is_judged_like_code_and_a_document_under_one_is_not() -> None:
    own = judged(facts=[waiting("site/own.js"), library()])
    assert (only(own, "outbound/conditional").severity, own.verdict) == ("reject", "rejected")
    held = only(judged(facts=[waiting(), library()]), "outbound/conditional")
    assert (held.severity, held.args["library"], held.args["detail"]) == ("warn", "leaflet 1.9.4", "on click")
    shown = judged(facts=[in_script("conditional"), library()])
    assert only(shown, "outbound/conditional").severity == "reject"


@pytest.mark.parametrize(
    ("reach", "by_code", "declared"),
    [("code", True, True), ("conditional", True, True), ("automatic", True, False), ("code", False, False)],
)
def test_declared_code_is_declared_under_conditions_too(reach: Reach, *, by_code: bool, declared: bool) -> None:
    policy = destination_entry("docs.example.net", reach=f'"{reach}"')
    fact = dataclasses.replace(waiting(), by_code=by_code)
    assert ("outbound/conditional" not in ids(judged(policy, facts=[fact]))) is declared


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


@pytest.mark.parametrize("glob", ["**", "**/*", "*/**"])
def test_not_every_place_is_one_of_libraries(glob: str) -> None:
    with pytest.raises(UnusablePolicyError):
        policy_of(f'[outbound]\nvendor = ["site/vendor/**", "{glob}"]')


def test_a_declared_place_without_a_recognised_library_excuses_nothing() -> None:
    judgement = judged('[outbound]\nvendor = ["site/vendor/**"]', facts=[in_script()])
    assert only(judgement, "outbound/string").severity == "warn"


def package(path: str, name: str = "leaflet") -> LibraryFact:
    return LibraryFact(name, "1.9.4", "package", path, SHA)


@pytest.mark.parametrize(
    ("holder", "item", "recognised"),
    [
        ("site/node_modules/leaflet/", "site/node_modules/leaflet/dist/leaflet.js", True),
        ("site/node_modules/leaflet/", "site/node_modules/leaflet/leaflet.js", True),
        ("site/node_modules/leaflet/", "site/node_modules/leaflet-own/a.js", False),
        ("site/node_modules/leaflet/", "site/own.js", False),
        ("site/node_modules/leaflet/", "site/node_modules/leaflet/a.zip!/own.js", False),
        ("site/node_modules/other/", "site/node_modules/other/leaflet.js", False),
        ("site/leaflet/", "site/leaflet/leaflet.js", False),
        ("site/", "site/own.js", False),
        ("site/vendor/map/", "site/vendor/map/leaflet.js", True),
        ("app.zip!/node_modules/leaflet/", "app.zip!/node_modules/leaflet/a.js", True),
        ("app.zip!/node_modules/leaflet/", "app.zip!/a.js", False),
    ],
)
def test_a_package_is_recognised_where_packages_lie(holder: str, item: str, *, recognised: bool) -> None:
    """A ``package.json`` elsewhere describes the delivery itself: it makes no library of first-party code."""
    vendor = '[outbound]\nvendor = ["site/vendor/**"]'
    judgement = judged(vendor, facts=[in_script("code", path=item), package(f"{holder}package.json")])
    assert only(judgement, "outbound/code").severity == ("warn" if recognised else "reject")
    assert only(judgement, "outbound/code").args.get("library") == ("leaflet 1.9.4" if recognised else None)


def test_what_was_recognised_itself_counts_before_its_package_and_the_inner_package_before_the_outer() -> None:
    outer = package("site/node_modules/leaflet/package.json")
    inner = package("site/node_modules/leaflet/node_modules/@map/draw/package.json", "@map/draw")
    path = "site/node_modules/leaflet/node_modules/@map/draw/a.js"
    assert only(judged(facts=[in_script(path=path), outer, inner]), "outbound/string").args["library"] == (
        "@map/draw 1.9.4"
    )
    banner = LibraryFact("jquery", "3.7.1", "banner", path, SHA)
    assert only(judged(facts=[in_script(path=path), inner, banner]), "outbound/string").args["library"] == (
        "jquery 3.7.1"
    )


def test_strings_of_a_package_are_no_more_than_a_note_only_where_the_policy_says_that_libraries_lie() -> None:
    facts: list[Fact] = [
        in_script(path="site/node_modules/leaflet/a.js"),
        package("site/node_modules/leaflet/package.json"),
    ]
    assert only(judged(facts=facts), "outbound/string").severity == "warn"
    vendor = '[outbound]\nvendor = ["site/node_modules/**"]'
    assert only(judged(vendor, facts=facts), "outbound/string").severity == "note"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_library_is_named(language: Language) -> None:
    finding = only(judged(facts=[in_script("code"), library()]), "outbound/code")
    assert "leaflet 1.9.4" in finding_message(finding, language)
    assert "leaflet" not in finding_message(only(judged(facts=[in_script("code")]), "outbound/code"), language)


@pytest.mark.parametrize("reach", ["automatic", "conditional", "tracker"])
def test_a_library_does_not_excuse_what_comes_about_by_itself(reach: Reach) -> None:
    judgement = judged('[outbound]\nvendor = ["site/vendor/**"]', facts=[in_script(reach), library("sha256")])
    assert judgement.verdict == "rejected"


# --- what users are told --------------------------------------------------------------------------------------------

TOLD = "運営者: ＥＸＡＭＰＬＥ。送信される情報: ip アドレス と User-Agent。地図は「設定で 無効にする」。"


def told(*pages: PageFact, path: str = "site/index.html", kind: str = "website",
         reach: Reach = "automatic") -> Judgement:  # fmt: skip
    policy = destination_entry(reach=f'"{reach}"')
    return judged(deliverable(kind) if kind else "", policy, facts=[contact(path=path, reach=reach), *pages])


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
        ([page("site/index.html", "privacy.html"), page("site/privacy.html")], "privacy"),
        (
            [page("site/index.html", "privacy.html"), page("site/privacy.html", text="Cookies")],
            "operator, sends, disable",
        ),
        (
            [page("site/index.html", "privacy.html"), page("site/privacy.html", text="Example, IP アドレス")],
            "sends, disable",
        ),
        ([page("site/index.html"), page("site/privacy.html")], "link, privacy"),
    ],
)
def test_what_a_page_does_not_say_or_cannot_be_found_is_not_disclosed(pages: list[PageFact], expected: str) -> None:
    judgement = told(*pages)
    assert missing(judgement) == expected
    assert judgement.verdict == "rejected"
    assert clause(judgement, PRIVACY).status == "violated"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_missing_is_said_in_words(language: Language) -> None:
    finding = only(told(page("site/index.html"), page("site/privacy.html", text="Cookies")), "outbound/undisclosed")
    text = finding_message(finding, language)
    assert ("links that lead" if language == "en" else "リンク、運営者（operator）の記載、送信") in text


SENTENCE = "Loads of addresses and IPs are sent to Examples Ltd"


@pytest.mark.parametrize(
    ("key", "words", "said"),
    [
        ("operator", "Examples Ltd", True),
        ("operator", "EXAMPLES  ltd", True),
        ("operator", "Ads", False),
        ("operator", "ads of", False),
        ("operator", "Exam", False),
        ("sends", "address, IP", True),
        ("sends", "dress, IP", False),
        ("sends", "address、、 IP,", True),
        ("sends", "addresses and IPs", True),
        ("sends", "IP、Referer", False),
        ("disable", "are sent", True),
        ("disable", "sent", True),
        ("disable", "ent", False),
    ],
)
def test_words_are_looked_for_as_words(key: str, words: str, *, said: bool) -> None:
    fields = {"operator": "Examples Ltd", "sends": "IP", "disable": "are sent", key: words}
    old = {"operator": "Example", "sends": "IP アドレス、User-Agent", "disable": "設定で無効にする"}
    policy = destination_entry()
    for name, value in fields.items():
        policy = policy.replace(f'{name} = "{old[name]}"', f'{name} = "{value}"')
    pages = [page("site/index.html", "privacy.html"), page("site/privacy.html", text=SENTENCE)]
    assert missing(judged(policy, facts=[contact(), *pages])) == (None if said else key)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        *(
            (key, words)
            for key in ("operator", "sends", "disable")
            for words in (",", "、", "。", "a", "a,", "…。", "-")
        ),
        ("sends", "及び"),
        ("sends", "a、b"),
        ("sends", "IP アドレス、a"),
    ],
)
def test_words_that_every_page_says_are_refused(key: str, words: str) -> None:
    old = {"operator": "Example", "sends": "IP アドレス、User-Agent", "disable": "設定で無効にする"}[key]
    changed = destination_entry().replace(f'{key} = "{old}"', f'{key} = "{words}"')
    assert changed != destination_entry()
    with pytest.raises(UnusablePolicyError):
        policy_of(changed)


def test_text_in_japanese_is_compared_without_its_blanks_and_widths() -> None:
    text = "ＥＸＡＭＰＬＥ 社 へ、 ＩＰ ア ド レ ス と ｕｓｅｒ－ａｇｅｎｔ を送ります。設定 で無効に する"
    pages = [page("site/index.html", "privacy.html"), page("site/privacy.html", text=text)]
    assert missing(judged(destination_entry(), facts=[contact(), *pages])) is None


def test_the_page_is_found_however_its_name_is_composed() -> None:
    composed, decomposed = "プライバシーポリシー.html", unicodedata.normalize("NFD", "プライバシーポリシー.html")
    assert composed != decomposed
    pages = [page("site/index.html", decomposed), page(f"site/{decomposed}", text=TOLD)]
    policy = destination_entry().replace("site/privacy.html", f"site/{composed}")
    assert missing(judged(policy, facts=[contact(), *pages])) is None


@pytest.mark.parametrize(
    ("link", "leads"),
    [("privacy.html", True), ("Privacy.html", False), ("/privacy.html", True), ("/app/privacy.html", False)],
)
def test_pages_in_containers_have_their_own_root(link: str, *, leads: bool) -> None:
    pages = [page("app.zip!/index.html", link), page("app.zip!/privacy.html", text=TOLD)]
    policy = destination_entry().replace("site/privacy.html", "app.zip!/privacy.html")
    judgement = judged(policy, facts=[contact(path="app.zip!/index.html"), *pages])
    assert missing(judgement) == (None if leads else "link")


def test_a_link_from_the_root_can_mean_any_folder_above_the_page() -> None:
    policy = destination_entry().replace("site/privacy.html", "site/public/legal/privacy.html")
    for link, expected in (("/legal/privacy.html", None), ("/privacy.html", "link"), ("/site/privacy.html", "link")):
        pages = [page("site/public/map/index.html", link), page("site/public/legal/privacy.html", text=TOLD)]
        assert missing(judged(policy, facts=[contact(path="site/public/map/index.html"), *pages])) == expected


def test_no_link_leads_into_another_artifact() -> None:
    pages = [page("site/index.html", "/privacy.html", "../other/privacy.html"), page("other/privacy.html", text=TOLD)]
    policy = destination_entry().replace("site/privacy.html", "other/privacy.html")
    assert missing(judged(policy, facts=[contact(), *pages])) == "link"


def framing(path: str, *links: str, frames: tuple[str, ...]) -> PageFact:
    return PageFact((*links, *frames), "", frames, path, SHA)


def test_a_page_in_a_frame_has_the_links_of_the_page_around_it() -> None:
    inner = page("site/map.html")
    around = framing("site/index.html", "privacy.html", frames=("map.html",))
    policy = destination_entry()
    assert missing(judged(policy, facts=[contact(path="site/map.html"), DISCLOSING, inner, around])) is None
    menu = [framing("site/index.html", frames=("menu.html", "map.html")), page("site/menu.html", "privacy.html")]
    assert missing(judged(policy, facts=[contact(path="site/map.html"), DISCLOSING, inner, *menu])) is None
    unlinked = framing("site/index.html", frames=("map.html",))
    assert missing(judged(policy, facts=[contact(path="site/map.html"), DISCLOSING, inner, unlinked])) == "link"
    # A page that merely links to one in a frame opens it without the frame.
    linking = page("site/other.html", "map.html")
    assert missing(judged(policy, facts=[contact(path=linking.path), DISCLOSING, inner, around, linking])) == "link"


def test_frames_around_each_other_end() -> None:
    pages = [framing("site/index.html", frames=("map.html",)), framing("site/map.html", frames=("index.html",))]
    assert missing(judged(destination_entry(), facts=[contact(), DISCLOSING, *pages])) == "link"


@pytest.mark.parametrize(
    ("path", "pages", "expected"),
    [
        # The page that the nearest folder is opened by has to lead there; a page that nobody meets does not count.
        ("site/app.js", [page("site/index.html"), page("site/x.html", "privacy.html")], "link"),
        ("site/app.js", [page("site/index.html", "x.html"), page("site/x.html", "privacy.html")], None),
        ("site/map/a/app.js", [page("site/map/index.htm"), page("site/index.html", "privacy.html")], "link"),
        ("site/map/a/app.js", [page("site/map/index.htm", "../privacy.html"), page("site/index.html")], None),
        ("site/app.js", [page("site/start.html", "privacy.html"), page("site/x.html")], None),
        ("site/a.zip!/app.js", [page("site/index.html", "privacy.html")], None),
        ("site/a.zip!/app.js", [page("site/index.html"), page("site/x.html", "privacy.html")], "link"),
        ("site/a.zip!/app.js", [page("site/a.zip!/index.html"), page("site/index.html", "privacy.html")], "link"),
        # Where nothing that holds the item has pages any page will do.
        ("app.jar!/a.class", [page("site/index.html", "privacy.html")], None),
        ("app.jar!/a.class", [page("site/index.html")], "link"),
        ("app.jar!/a.class", [], None),
    ],
)
def test_what_is_no_page_belongs_to_the_pages_beside_it(path: str, pages: list[PageFact], expected: str | None) -> None:
    assert missing(judged(destination_entry(), facts=[contact(path=path), DISCLOSING, *pages])) == expected


def test_every_item_that_is_no_page_is_asked_for() -> None:
    facts: list[Fact] = [
        contact(path="site/a.css"),
        contact(path="site/b.css"),
        DISCLOSING,
        page("site/start.html", "privacy.html"),
    ]
    assert missing(judged(destination_entry(), facts=facts)) is None
    unlinked = [*facts[:3], page("site/start.html")]
    assert missing(judged(destination_entry(), facts=unlinked)) == "link"


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
        ("code", "content", False),
        ("code", "", True),
        ("string", "website", False),
        ("link", "website", False),
    ],
)
def test_only_what_comes_about_by_itself_has_to_be_disclosed(reach: Reach, kind: str, *, concerns: bool) -> None:
    judgement = told(page("site/index.html"), reach=reach, kind=kind)
    assert missing(judgement) == ("page" if concerns else None)


def test_that_a_contact_is_safe_has_to_have_been_confirmed() -> None:
    unchecked = destination_entry().replace('safety_check = "TLS を確認"\n', "")
    found = only(judged(unchecked, facts=[contact()]), "outbound/unchecked")
    assert (found.severity, found.args["id"], found.path) == ("warn", "maps", "site/index.html")
    assert clause(judged(unchecked, facts=[contact()]), PRIVACY).status == "not-confirmed"
    assert "outbound/unchecked" not in ids(judged(destination_entry(), facts=[contact()]))
    by_click = unchecked.replace('"automatic"', '"interaction"')
    assert "outbound/unchecked" not in ids(judged(by_click, facts=[contact(reach="interaction")]))


def test_one_page_can_disclose_several_destinations() -> None:
    pages = [DISCLOSING, page("site/index.html", "privacy.html")]
    policy = destination_entry() + destination_entry("font.example.net", name="fonts")
    assert missing(judged(policy, facts=[contact(), contact("font.example.net"), *pages])) is None


def test_hosts_of_the_recipient_need_no_disclosure() -> None:
    judgement = judged('[outbound]\nown = ["*.example.org"]', facts=[contact(), page("site/index.html")])
    assert missing(judgement) is None


@pytest.mark.parametrize("host", ["cdn.jsdelivr.net", "www.googletagmanager.com", "anybody.github.io"])
def test_a_host_of_everybody_is_nobodys_own(host: str) -> None:
    own = f'[outbound]\nown = ["{host}"]'
    facts = [contact(host, path="site/b.html"), contact(host, path="site/a.html"), contact(host, path="site/c.html")]
    found = only(judged(own, facts=facts), "outbound/shared-host")
    assert (found.path, found.args["id"], found.severity) == ("site/a.html", "own", "warn")
    assert "outbound/shared-host" not in ids(judged('[outbound]\nown = ["tile.example.org"]', facts=[contact()]))


# --- hosts of everybody ---------------------------------------------------------------------------------------------


def shared(url: str | None, *, integrity: bool = False, via: str = "script[src]") -> list[str]:
    fact = dataclasses.replace(
        contact("cdn.jsdelivr.net", url="https://cdn.jsdelivr.net/npm/leaflet@1.9.4/leaflet.js"),
        integrity=integrity,
        via=via,
    )
    more = "" if url is None else f'url = "{url}"'
    return ids(judged(destination_entry("cdn.jsdelivr.net", more=more), facts=[fact]))


@pytest.mark.parametrize(
    "url", [None, "https://cdn.jsdelivr.net/*", "https://cdn.jsdelivr.net/npm/*", "https://cdn.jsdelivr.net/npm/leaf*"]
)
def test_a_host_that_serves_anything_warns(url: str | None) -> None:
    assert "outbound/shared-host" in shared(url)
    assert "outbound/shared-host" not in shared(url, integrity=True)


def test_what_is_pinned_stays_so_when_a_browser_is_seen_to_fetch_it() -> None:
    read = dataclasses.replace(
        contact("cdn.jsdelivr.net", url="https://cdn.jsdelivr.net/npm/a@1/a.js"), integrity=True, via="script[src]"
    )
    seen = dataclasses.replace(read, integrity=False, via="browser", condition="observed", line=0)
    other = dataclasses.replace(seen, url="https://cdn.jsdelivr.net/npm/b@1/b.js")
    elsewhere = dataclasses.replace(seen, path="site/other.html")
    policy = destination_entry("cdn.jsdelivr.net")
    assert "outbound/shared-host" not in ids(judged(policy, facts=[read, seen]))
    assert "outbound/shared-host" in ids(judged(policy, facts=[read, seen, other]))
    assert "outbound/shared-host" in ids(judged(policy, facts=[read, elsewhere]))
    assert "outbound/shared-host" in ids(judged(policy, facts=[seen]))


@pytest.mark.parametrize("via", ["img[src]", "iframe[src]", "link[rel=icon]", "link[rel=preconnect]", "script[href]"])
def test_a_digest_that_no_browser_looks_at_pins_nothing(via: str) -> None:
    assert "outbound/shared-host" in shared(None, integrity=True, via=via)


@pytest.mark.parametrize(
    "url",
    ["https://cdn.jsdelivr.net/npm/leaflet@1.9.4/*", "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/leaflet.js"],
)
def test_a_url_that_names_the_publisher_does_not(url: str) -> None:
    assert "outbound/shared-host" not in shared(url)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://cdn.jsdelivr.net/gh/owner/*", True),
        ("https://cdn.jsdelivr.net/combine/npm/*", False),
        ("https://cdn.jsdelivr.net/combine/npm/a@1/x.js,npm/b@2/*", False),
        ("https://cdn.jsdelivr.net/npm//*", False),
        ("https://cdn.jsdelivr.net/npm?x=/a/b/*", False),
        ("https://cdnjs.cloudflare.com/ajax/libs/*", False),
        ("https://cdnjs.cloudflare.com/ajax/libs/jquery/*", True),
        ("https://unpkg.com/*", False),
        ("https://unpkg.com/leaflet@1.9.4/*", True),
        ("https://storage.googleapis.com/bucket/*", True),
        ("https://*.sharepoint.com/sites/a/*", False),
        ("https://a.sharepoint.com/sites/a/*", True),
    ],
)
def test_which_paths_name_a_publisher(url: str, *, named: bool) -> None:
    assert names_publisher(url) is named


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


# --- what only looks like something that the policy names -----------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://tile.example.org.example.net/v1/a",
        "https://xtile.example.org/v1/a",
        "https://tile.example.org@example.net/v1/a",
        "https://tile.example.org:8443@example.net/v1/a",
        "https://tile.example.org%2eexample.net/v1/a",
        "https://example.net/?https://tile.example.org/v1/a",
        "https://example.net/#https://tile.example.org/v1/a",
        "https://example.net\\tile.example.org/v1/a",
        "https://t\u0131le.example.org/v1/a",
        "https://til\u0435.example.org/v1/a",
        "https://tile.example.org./../../v2/a",
        "https://tile.example.org/v1/../v2/a",
        "https://tile.example.org/v1/%2e%2E/v2/a",
        "https://tile.example.org/v1\\..\\v2/a",
        "https://tile.example.org:8443/v1/a",
        "http://tile.example.org/v1/a",
        "wss://tile.example.org/v1/a",
        "//tile.example.org/v2/v1/a",
        "https://tile.example.org/V1/a",
    ],
)
def test_what_looks_like_a_declared_url_is_undeclared(url: str) -> None:
    declared = destination_entry(more='url = "https://tile.example.org/v1/*"') + '[outbound]\nown = ["*.meti.go.jp"]\n'
    # With user information it is conditional: most browsers load no parts of pages from such URLs.
    assert {"outbound/undeclared", "outbound/conditional"} & set(judged_page(declared, url))


@pytest.mark.parametrize(
    "url",
    [
        "https://tile.example.org/v1/a",
        "HTTPS://TILE.example.org:443/v1/a",
        "https:\\\\tile.example.org\\v1\\a",
        "https://tile.example.org./v1/a",
        "https://tile.example.org/v2/../v1/a?key=1#b",
        "https://ｔｉｌｅ.example.org/v1/a",
    ],
)
def test_what_is_the_declared_url_is_covered_however_it_is_written(url: str) -> None:
    declared = destination_entry(more='url = "https://tile.example.org/v1/*"')
    assert "outbound/undeclared" not in judged_page(declared, url)


@pytest.mark.parametrize("host", ["meti.go.jp.example.net", "xmeti.go.jp", "meti.go.jp", "www.met\u0456.go.jp"])
def test_what_looks_like_a_host_of_the_recipient_is_none(host: str) -> None:
    assert "outbound/undeclared" in judged_page('[outbound]\nown = ["*.meti.go.jp"]', f"https://{host}/a")
    assert "outbound/undeclared" not in judged_page('[outbound]\nown = ["*.meti.go.jp"]', "https://www.meti.go.jp/a")


def judged_page(policy: str, url: str) -> list[str]:
    """Return the open findings of a page that fetches a picture, as the reader of pages sees it."""
    seen = read_document("html", f'<img src="{url}">', Limits())
    contacts = [
        dataclasses.replace(fact, path="site/index.html", sha256=SHA) for fact in seen if isinstance(fact, OutboundFact)
    ]
    assert contacts
    return ids(judged(policy, facts=contacts))
