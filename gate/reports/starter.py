"""A first ``gate.toml`` for a person to finish: every key with what it means, drafts for what was found."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from gate.policy.clauses import BY_EVIDENCE, CLAUSES, DEFAULT_REQUIRED
from gate.policy.fields import Field, Table, tables, words
from gate.policy.model import Policy
from gate.reports.blanks import NO_ANSWERS, Answers
from gate.reports.contact_drafts import render_destinations, render_reviews
from gate.reports.drafts import render_drafts
from gate.reports.escaping import toml as toml_string
from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.policy.starting import Found
    from gate.text import Language

Profile = Literal["meti", "basic"]
_PAPERS: Final = ("title", "supplier", "responsible", "inspector", "checker", "recipient", "contract", "contracted_on",
                  "delivered_on", "document")  # fmt: skip
"""What papers for submission name; a person fills it in under the profile ``meti``."""
_OPEN: Final = frozenset({"parties", "gate", "malware", "outbound", "limits"})
"""Tables whose head is given, as nothing of them is required."""
_REQUIRED: Final[Mapping[Profile, tuple[str, ...]]] = {
    "meti": tuple(clause for clause in CLAUSES if clause in {*DEFAULT_REQUIRED, *BY_EVIDENCE}),
    "basic": DEFAULT_REQUIRED,
}
"""The clauses that a profile requires: for the ministry all seven of the design's table."""


def render_starter(found: Found, profile: Profile, language: Language, answers: Answers = NO_ANSWERS) -> str:
    """Return the text of a policy file; the gate refuses it until every empty field is filled in."""
    lines = [*_comment(render("field.init.head", language))]
    given = _given(found, profile)
    for table in tables(Policy):
        lines += ["", *_table(table, given.get(table.path, {}), language)]
        if table.path == "executable":
            lines += ["", *render_drafts(found.executables, language, answers).splitlines()]
        if table.path == "outbound.destination":
            lines += ["", *render_destinations(found.contacts.destinations, language, answers).splitlines()]
        if table.path == "outbound.reviewed" and found.contacts.reviews:
            lines += ["", *render_reviews(found.contacts.reviews, language, answers).splitlines()]
    return "\n".join(lines) + "\n"


def _given(found: Found, profile: Profile) -> dict[str, dict[str, Any]]:
    """Return the keys that are written as they hold, by table; empty ones are a person's to fill in."""
    deliverable: dict[str, Any] = {"name": "", "version": "", "kind": "", **found.deliverable}
    given: dict[str, dict[str, Any]] = {
        "deliverable": deliverable,
        "gate": {"require": _REQUIRED[profile]},
        "malware": {"database": "official"},
    }
    if profile == "meti":
        deliverable.update(dict.fromkeys(_PAPERS, ""))
        given["specification"] = {"title": "", "version": ""}
    if found.repository:
        given["source"] = {"repository": found.repository}
    return given


def _table(table: Table, given: Mapping[str, Any], language: Language) -> Iterator[str]:
    yield from _comment(words("policy", table.path, "", language))
    head = f"[[{table.path}]]" if table.many else f"[{table.path}]"
    active = bool(given) or table.path in _OPEN
    yield head if active else f"# {head}"
    if table.path == "deliverable":
        yield from _comment(render("field.init.guessed", language))
    if table.keyed:
        yield '# "archive.zip" = { env = "NAME" }'
        return
    for field in table.fields:
        yield from _field(table, field, given, language)


def _field(table: Table, field: Field, given: Mapping[str, Any], language: Language) -> Iterator[str]:
    yield from _comment(words("policy", table.path, field.name, language))
    if field.name in given:
        yield f"{field.name} = {toml(given[field.name])}"
    else:
        yield f"# {field.name} = {toml(field.example)}"


def _comment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"# {line}".rstrip()


def toml(value: Any) -> str:  # noqa: ANN401  # whatever a policy holds
    """Return a value as TOML; what a number or a truth value is there it is in JSON too."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{}"
    return toml_string(value) if isinstance(value, str) else json.dumps(value)
