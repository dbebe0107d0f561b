"""Drafts of ``[[executable]]`` as the text of a policy file, with what a person has to fill in left empty."""

from __future__ import annotations

from collections.abc import Iterator

from gate.policy.drafts import Draft, Drafts
from gate.policy.findings import finding_message
from gate.reports.blanks import APPROVAL, NO_ANSWERS, Answers, blank, comment, listed, pins
from gate.reports.escaping import terminal, toml
from gate.text import Language, render

_SHOWN = 5


def render_drafts(drafts: Drafts, language: Language, answers: Answers = NO_ANSWERS) -> str:
    """Return the drafts as TOML with comments in the given language, the answers in every entry.

    Read as part of a policy it is refused at every field that is still empty.
    """
    lines = list(comment("report.draft.head" if drafts.entries else "report.draft.none", language))
    for finding in drafts.not_in_force:
        lines += comment(
            "report.draft.not-in-force", language, path=terminal(finding.path), text=finding_message(finding, language)
        )
    for draft in drafts.entries:
        lines += ["", *_entry(draft, language, answers)]
    return "\n".join(lines) + "\n"


def _entry(draft: Draft, language: Language, answers: Answers) -> Iterator[str]:
    yield from comment("report.draft.pinned" if draft.pinned else "report.draft.files", language,
                        count=len(draft.items), formats=", ".join(draft.formats) or "–")  # fmt: skip
    for finding in draft.disguises:
        yield f"#   {terminal(finding_message(finding, language))}"
    for path, _ in draft.items[:_SHOWN]:
        yield f"#   {terminal(path)}"
    if len(draft.items) > _SHOWN:
        yield from comment("report.draft.more", language, count=len(draft.items) - _SHOWN)
    yield "[[executable]]"
    yield f"id = {toml(draft.id)}"
    yield f"path = {toml(draft.path)}"
    yield f"class = {listed(draft.classes)}"
    if draft.formats and not draft.pinned:
        yield f"format = {listed(draft.formats)}"
    yield from _digests(draft, language)
    yield from _basis(draft, language)
    yield 'reason = ""'
    for key in APPROVAL:
        yield blank(key, f"report.draft.key.{key}", language, answers)


def _digests(draft: Draft, language: Language) -> Iterator[str]:
    digests = sorted({sha256 for _, sha256 in draft.items})
    if draft.pinned:
        yield f"sha256 = {listed(digests)}"
    else:
        yield from pins(digests, language)


def _basis(draft: Draft, language: Language) -> Iterator[str]:
    """Yield the keys of the basis: where only one can hold, it is given."""
    if len(draft.bases) == 1:
        yield f"basis = {toml(draft.bases[0])}"
        yield "alternatives = []" + _hint("alternatives", language)
        return
    yield 'basis = ""' + _hint("basis", language)
    yield 'spec_ref = ""' + _hint("spec_ref", language)
    yield "alternatives = []" + _hint("alternatives", language)


def _hint(key: str, language: Language) -> str:
    return f"  # {render(f'report.draft.key.{key}', language)}"
