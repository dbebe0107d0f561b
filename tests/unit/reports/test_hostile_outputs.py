"""A run of nothing but hostile texts through every renderer, read back by what reads such output: all of it is inert.

The texts say what they try in ``hostile_texts.py``; ``hostile_run.py`` puts them wherever a text can stand.
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cmarkgfm
import pikepdf
import pyte
import pytest
from cmarkgfm.cmark import Options
from lxml import etree
from lxml import html as lxml_html

from gate.cli.main import run
from gate.errors import NotTold, VerificationError
from gate.models import Clause, Finding, JudgedOutbound, OutboundFact
from gate.policy.contact_drafts import ContactDrafts, ReviewDraft, draft_contacts
from gate.policy.drafts import Draft, Drafts
from gate.policy.starting import Found
from gate.record.result import PolicyReference
from gate.record.statement import RecordDeliverable
from gate.reports.contact_drafts import render_destinations, render_reviews
from gate.reports.drafts import render_drafts
from gate.reports.formats import FORMATS, Format, Manner, render_report
from gate.reports.outbound import render_hosts
from gate.reports.papers.markdown import render_paper_markdown
from gate.reports.papers.report import compose_report
from gate.reports.pdf import render_pdf
from gate.reports.pdf_fonts import find_fonts
from gate.reports.starter import render_starter
from gate.reports.text import render_check
from gate.reports.verification import render_verification
from gate.text import LANGUAGES, Language
from gate.verification import Verification
from gate.verification.rejudge import OpenFindings, Rejudged, RejudgedToday
from gate.verification.result import UncheckedSignature, VerifiedArtifact, VerifiedSignature
from gate.verification.today import Expired, Today
from tests.unit.policy.policy_kit import SHA
from tests.unit.reports.hostile_run import Run, hostile_run, judged_run
from tests.unit.reports.hostile_texts import HOSTILE
from tests.unit.reports.test_escaping import obeyed, sarif_text
from tests.unit.reports.test_junit import SCHEMA
from tests.unit.reports.test_sarif import sarif_schema
from tests.unit.reports.view_kit import CREATED, ISSUE

SGR = re.compile(r"\x1b\[[0-9;]*m")
SHORT = [text for name, text in HOSTILE.items() if not name.startswith("long")]
both = pytest.mark.parametrize("language", LANGUAGES)


@cache
def hostile() -> Run:
    return hostile_run([text[:300] for text in HOSTILE.values()])


def rendered(form: Format, language: Language, **manner: Any) -> str:
    seen = hostile()
    manners = Manner(language, log=True, **manner)
    return render_report(form, seen.examination, seen.judgement, seen.policy, ISSUE, manners).decode()


def check_text(output: str) -> None:
    """Hold that output is visible text in colours, in lines that no runner obeys."""
    bare = SGR.sub("", output)
    assert all(line.isprintable() for line in bare.split("\n"))
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164]", bare)
    assert obeyed(bare) == []


def check_terminal(output: str) -> None:
    """Hold that output leaves a terminal as it was: what it showed before, its title, its margins."""
    screen = pyte.HistoryScreen(100, 40, history=100_000)
    pyte.Stream(screen).feed("first\r\n" + output.replace("\n", "\r\n"))
    assert screen.title == screen.icon_name == ""
    assert screen.margins is None
    top = screen.history.top[0] if screen.history.top else screen.buffer[0]
    assert "".join(top[column].data for column in range(5)) == "first"


# --- the formats ----------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("form", FORMATS)
def test_no_runner_obeys_any_format(form: Format, language: Language) -> None:
    output = rendered(form, language)
    assert obeyed(output) == []
    assert all(line.replace("\u3000", "").isprintable() for line in output.split("\n"))


@both
@pytest.mark.parametrize("width", [20, 80])
def test_a_terminal_shows_text(language: Language, width: int) -> None:
    seen = hostile()
    output = render_check(seen.view, seen.judgement, language=language, colour=True, verbose=True, width=width)
    check_text(output)
    if (language, width) == ("ja", 80):  # a terminal in memory is slow
        check_terminal(output)


class Tags(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.others = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_comment(self, data: str) -> None:
        del data
        self.others += 1

    def handle_pi(self, data: str) -> None:
        del data
        self.others += 1


@both
def test_markdown_makes_tables_and_lists_and_nothing_else(language: Language) -> None:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    page = Tags(cmarkgfm.github_flavored_markdown_to_html(rendered("markdown", language), options))
    assert page.tags == {
        "h1",
        "h2",
        "h3",
        "p",
        "strong",
        "code",
        "ul",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert page.attributes == set()
    assert page.others == 0


@both
def test_html_asks_for_nothing_and_leads_nowhere(language: Language) -> None:
    document = rendered("html", language)
    tree = lxml_html.document_fromstring(document.encode())
    elements: list[Any] = list(tree.iter())
    assert all(isinstance(element.tag, str) for element in elements), "a comment or an instruction"
    active = {"script", "img", "iframe", "object", "embed", "form", "input", "button", "link", "base", "svg", "video",
              "audio", "source", "details", "template", "noscript"}  # fmt: skip
    assert {str(element.tag) for element in elements} & active == set()
    for element in elements:
        for name, value in element.items():
            assert not name.startswith("on"), name
            assert name not in {"src", "srcset", "action", "formaction", "style", "background", "ping"}, name
            assert name != "href" or str(value).startswith("#")
    assert len(list(tree.iter("style"))) == 1
    (policy,) = [element for element in tree.iter("meta") if element.get("http-equiv") is not None]
    assert policy.get("http-equiv") == "Content-Security-Policy"
    assert str(policy.get("content")).startswith("default-src 'none';")


def test_pdf_has_no_link_and_no_action() -> None:
    data = render_pdf(compose_report(hostile().view, "ja"), find_fonts(os.environ), created=CREATED)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert "/OpenAction" not in document.Root
        assert "/AA" not in document.Root
        assert "/Names" not in document.Root or "/JavaScript" not in document.Root.Names
        for page in document.pages:
            assert "/Annots" not in page
            assert "/AA" not in page


@both
def test_sarif_has_no_link_and_leads_nowhere(language: Language) -> None:
    log = json.loads(rendered("sarif", language))
    sarif_schema().validate(log)
    (sarif_run,) = log["runs"]
    assert len(sarif_run["results"]) + sarif_run["properties"]["omittedResults"] == len(hostile().judgement.findings)
    for result in sarif_run["results"]:
        text, active = sarif_text(result["message"]["text"])
        assert not active
        assert text.isprintable()
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        parts = urlsplit(uri)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", ""), uri
        assert not {".", ".."} & set(parts.path.split("/"))
    for notification in sarif_run["invocations"][0]["toolExecutionNotifications"]:
        assert not sarif_text(notification["message"]["text"])[1]


@both
def test_junit_holds_its_schema(language: Language) -> None:
    root: Any = etree.fromstring(rendered("junit", language).encode())
    SCHEMA.assertValid(root)
    assert [node for node in root.iter() if not isinstance(node.tag, str)] == []
    problems = list(root.iter("failure", "error"))
    assert len(problems) > len(HOSTILE)


@both
def test_json_keeps_every_text(language: Language) -> None:
    document = json.loads(rendered("json", language))
    paths = {finding["path"] for finding in document["findings"]}
    for text in SHORT:
        if text.isprintable():
            assert f"site/{text[:300]}" in paths


@both
@pytest.mark.parametrize("form", FORMATS)
def test_the_order_in_which_things_were_seen_changes_no_report(form: Format, language: Language) -> None:
    first, second = (
        render_report(form, seen.examination, seen.judgement, seen.policy, ISSUE, Manner(language))
        for seen in both_orders()
    )
    if form == "json":  # lists what was seen in the order in which it was
        first, second = (canonical_sets(each) for each in (first, second))
    assert first == second


@cache
def both_orders() -> tuple[Run, Run]:
    """Return a run, and the same with all that was seen told backwards."""
    seen = hostile_run([text[:300] for text in SHORT[:20]])
    facts, gaps = seen.examination.facts[::-1], seen.examination.gaps[::-1]
    return seen, judged_run(dataclasses.replace(seen.examination, facts=facts, gaps=gaps), seen.policy)


def canonical_sets(document: bytes) -> bytes:
    """Return a result document with the lists of what was seen in one order."""
    value = json.loads(document)
    for name in ("detections", "gaps"):
        value[name] = sorted(value[name], key=json.dumps)
    return json.dumps(value).encode()


# --- other commands -------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("verbose", [False, True])
def test_the_view_of_hosts_is_text(language: Language, verbose: bool) -> None:
    seen = hostile()
    texts = iter(SHORT * 1000)
    output = render_hosts(seen.examination, seen.judgement, lambda _: next(texts), language=language, colour=True,
                          verbose=verbose, width=60)  # fmt: skip
    check_text(output)


@both
def test_drafts_of_destinations_are_toml_with_those_values(language: Language) -> None:
    seen = hostile()
    drafts = draft_contacts(seen.judgement, seen.policy.policy).destinations
    output = render_destinations(drafts, language)
    assert obeyed(output) == []
    assert all(line.isprintable() for line in output.split("\n"))
    entries = tomllib.loads(output)["outbound"]["destination"]
    assert len(entries) == len(drafts)
    assert {key for entry in entries for key in entry} <= {
        "id", "host", "url", "reach", "where", "purpose", "operator", "sends", "disable", "privacy_page",
        "safety_check", "spec_ref", "approved_by", "role", "party", "approved_on", "reference", "expires",
    }  # fmt: skip


@both
def test_drafts_of_reviews_are_toml_with_those_values(language: Language) -> None:
    contacts = (
        JudgedOutbound(OutboundFact(text, text, "string", text, 1, path=text, sha256=SHA), None) for text in SHORT
    )
    drafts = tuple(ReviewDraft("a", each.fact.host, (each.fact.path,), (SHA,), (each,)) for each in contacts)
    output = render_reviews(drafts, language, {"approved_by": SHORT[0]})
    assert obeyed(output) == []
    assert all(line.isprintable() for line in output.split("\n"))
    entries = tomllib.loads(output)["outbound"]["reviewed"]
    assert [entry["where"] for entry in entries] == [[text.encode("utf-8", "replace").decode()] for text in SHORT]


def drafts_with(texts: list[str]) -> Drafts:
    named = hostile().judgement.findings[:1]
    return Drafts(
        tuple(
            Draft(id=f"draft-{number}", path=text, classes=("native",), formats=(text,), bases=("no-alternative",),
                  items=((text, SHA),), disguises=named if number % 2 else ())
            for number, text in enumerate(texts)
        ),
        named,
    )  # fmt: skip


@both
def test_drafts_of_executables_are_toml_with_those_values(language: Language) -> None:
    texts = [text for name, text in HOSTILE.items() if name != "lone-surrogates"]
    output = render_drafts(drafts_with(texts), language)
    assert obeyed(output) == []
    assert all(line.isprintable() for line in output.split("\n"))
    entries = tomllib.loads(output)["executable"]
    assert [entry["path"] for entry in entries] == texts


@both
def test_a_first_policy_is_toml_with_those_values(language: Language) -> None:
    seen = hostile()
    drafted = draft_contacts(seen.judgement, seen.policy.policy)
    contacts = ContactDrafts(drafted.destinations[:1], drafted.reviews[:1])
    for text in SHORT:
        found = Found({"name": text, "version": text}, Drafts((), ()), contacts, text)
        output = render_starter(found, "meti", language)
        assert obeyed(output) == []
        assert all(line.isprintable() for line in output.split("\n"))
        whole = text.encode("utf-8", "replace").decode()
        assert tomllib.loads(output)["deliverable"]["name"] == whole


@both
def test_a_paper_in_markdown_holds_text_and_nothing_else(language: Language) -> None:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    report = render_paper_markdown(compose_report(hostile().view, language))
    page = Tags(cmarkgfm.github_flavored_markdown_to_html(report, options))
    assert page.tags & {"a", "img", "script", "input", "pre", "del", "hr", "sup"} == set()
    assert page.attributes == set()
    assert page.others == 0


def verifications(text: str) -> Iterator[Verification | VerificationError]:
    signature = VerifiedSignature(text, text, text, "signer", text, text, "valid")
    clause = Clause(text, "confirmed", text, text)
    about = RecordDeliverable(name=text, version=text, kind="website")
    artifact = VerifiedArtifact(text, "file", text)
    whole = Verification(
        signatures=(signature,),
        unchecked=(UncheckedSignature(text, text),),
        clauses=(clause,),
        deliverable=about,
        artifacts=(artifact,),
        record_sha256=SHA,
        policy_sha256=SHA,
        exceptions=0,
        sample=True,
        created=text,
    )
    yield whole
    found = Finding("malware/known", "reject", text, text, text, SHA, {"engine": text, "name": text, "detail": text})
    mine = PolicyReference(text, SHA, agreed=False)
    told = Clause("26-3 3(3)", "violated", text, text)
    counts = OpenFindings(1, 0, 0, 0)
    today = RejudgedToday(text, "incomplete", counts, (found,))
    rejudged = Rejudged(mine, text, "incomplete", counts, (found,), (told,), today)
    yield dataclasses.replace(
        whole,
        scope="artifact",
        not_checked=(text,),
        today=Today(text, (Expired("suppress", text, text),)),
        rejudged=rejudged,
    )
    yield VerificationError("changed", path=text)
    yield NotTold("no-record", path=text)


@both
def test_what_verify_says_is_text_and_says_it_once(language: Language) -> None:
    heads = {render_verification(each, language=language, colour=False).split("\n")[0] for each in verifications("a")}
    assert len(heads) == 3
    for text in SHORT:
        for outcome in verifications(text):
            output = render_verification(outcome, language=language, colour=False)
            assert all(line.isprintable() for line in output.split("\n"))
            assert obeyed(output) == []
            assert [line for line in output.split("\n") if line in heads] == [output.split("\n")[0]]


COMMANDS: list[Callable[[str], list[str]]] = [
    lambda text: ["check", f"no-such-{text}"],
    lambda text: ["check", "-c", f"no-such-{text}", "."],
    lambda text: ["check", f"--no-such-option-{text}"],
    lambda text: ["check", "--format", text, "."],
    lambda text: ["check", "--report", f"{text}=x", "."],
    lambda text: ["explain", text],
    lambda text: ["verify", "--trust", f"no-such-{text}", "x"],
    lambda text: [f"no-such-{text}"],
]


@pytest.mark.parametrize("command", COMMANDS)
def test_errors_are_text(
    command: Callable[[str], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    for text in SHORT:
        if "\0" in text or not text.strip() or "\ud83d" in text or "\ufffe" in text:
            continue  # no argument of a command can hold these, or there is nothing wrong with it
        assert run(command(text)) == 2, text
        output = capsys.readouterr().err
        assert output
        assert all(line.isprintable() for line in output.split("\n")), output
        assert obeyed(output) == []
