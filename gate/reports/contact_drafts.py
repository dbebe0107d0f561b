"""Drafts of destinations and reviews as the text of a policy file, with what a person has to fill in left empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from gate.reports.blanks import APPROVAL, NO_ANSWERS, Answers, blank, comment, listed, pins
from gate.reports.escaping import shortened, terminal, toml

if TYPE_CHECKING:
    from gate.models import JudgedOutbound
    from gate.policy.contact_drafts import ContactDrafts, DestinationDraft, ReviewDraft
    from gate.text import Language

_SHOWN: Final = 3
_ABOUT = ("purpose", "operator", "sends", "disable", "privacy_page", "safety_check", "spec_ref")


def render_contact_drafts(drafts: ContactDrafts, language: Language, answers: Answers = NO_ANSWERS) -> str:
    """Return all drafts as TOML with comments; read as part of a policy it is refused at every empty field."""
    text = render_destinations(drafts.destinations, language, answers)
    return f"{text}\n{render_reviews(drafts.reviews, language, answers)}" if drafts.reviews else text


def render_destinations(drafts: tuple[DestinationDraft, ...], language: Language, answers: Answers = NO_ANSWERS) -> str:
    """Return the drafts of ``[[outbound.destination]]``, or a comment that there are none."""
    lines = list(comment("report.outbound.draft.head" if drafts else "report.outbound.draft.none", language))
    for draft in drafts:
        lines += ["", *_destination(draft, language, answers)]
    return "\n".join(lines) + "\n"


def render_reviews(drafts: tuple[ReviewDraft, ...], language: Language, answers: Answers = NO_ANSWERS) -> str:
    """Return the drafts of ``[[outbound.reviewed]]``; nothing where there are none."""
    lines = list(comment("report.outbound.review.head", language)) if drafts else []
    for draft in drafts:
        lines += ["", *_review(draft, language, answers)]
    return "".join(f"{line}\n" for line in lines)


def _destination(draft: DestinationDraft, language: Language, answers: Answers) -> Iterator[str]:
    yield from _seen(draft.contacts, language)
    yield "[[outbound.destination]]"
    yield f"id = {toml(draft.id)}"
    yield f"host = {toml(draft.host)}"
    urls = sorted({judged.fact.url for judged in draft.contacts if judged.fact.url})
    if draft.url:
        yield f"url = {toml(draft.url)}"
    elif urls:
        yield f"# url = {toml(urls[0])}"
    yield f"reach = {listed(draft.reach)}"
    yield f"where = {listed(draft.where)}"
    yield from _blanks((*_ABOUT, *APPROVAL), language, answers)


def _review(draft: ReviewDraft, language: Language, answers: Answers) -> Iterator[str]:
    yield from _seen(draft.contacts, language)
    yield "[[outbound.reviewed]]"
    yield f"id = {toml(draft.id)}"
    if draft.host:
        yield f"host = {toml(draft.host)}"
    yield f"where = {listed(draft.where)}"
    yield from pins(draft.sha256, language)
    yield from _blanks(("disposition", *APPROVAL), language, answers)


def _seen(contacts: tuple[JudgedOutbound, ...], language: Language) -> Iterator[str]:
    yield from comment("report.outbound.draft.seen", language, count=len(contacts))
    for judged in contacts[:_SHOWN]:
        fact = judged.fact
        yield f"#   {terminal(shortened(fact.path))}:{fact.line} {terminal(fact.via)} {terminal(shortened(fact.url))}"


def _blanks(keys: Iterable[str], language: Language, answers: Answers) -> Iterator[str]:
    return (blank(key, f"report.outbound.draft.key.{key}", language, answers) for key in keys)
