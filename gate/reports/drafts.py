"""Drafts of ``[[executable]]`` as the text of a policy file, with what a person has to fill in left empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.policy.drafts import Draft, Drafts
from gate.policy.findings import finding_message
from gate.reports.escaping import terminal, toml
from gate.text import Language, render

_SHOWN = 5
_PINS = 20
_EMPTY_TEXTS = ("approved_by", "role", "party", "approved_on", "reference", "expires")


def render_drafts(drafts: Drafts, language: Language) -> str:
    """Return the drafts as TOML with comments in the given language.

    Read as part of a policy it is refused at every field that is still empty.
    """
    lines = list(_comment("report.draft.head" if drafts.entries else "report.draft.none", language))
    for finding in drafts.not_in_force:
        lines += _comment(
            "report.draft.not-in-force", language, path=terminal(finding.path), text=finding_message(finding, language)
        )
    for draft in drafts.entries:
        lines += ["", *_entry(draft, language)]
    return "\n".join(lines) + "\n"


def _comment(code: str, language: Language, **arguments: str | int) -> Iterator[str]:
    for line in render(code, language, arguments).split("\n"):
        yield f"# {terminal(line)}".rstrip()


def _entry(draft: Draft, language: Language) -> Iterator[str]:
    yield from _comment("report.draft.pinned" if draft.pinned else "report.draft.files", language,
                        count=len(draft.items), formats=", ".join(draft.formats) or "–")  # fmt: skip
    for finding in draft.disguises:
        yield f"#   {terminal(finding_message(finding, language))}"
    for path, _ in draft.items[:_SHOWN]:
        yield f"#   {terminal(path)}"
    if len(draft.items) > _SHOWN:
        yield from _comment("report.draft.more", language, count=len(draft.items) - _SHOWN)
    yield "[[executable]]"
    yield f"id = {toml(draft.id)}"
    yield f"path = {toml(draft.path)}"
    yield f"class = {_list(draft.classes)}"
    if draft.formats and not draft.pinned:
        yield f"format = {_list(draft.formats)}"
    yield from _digests(draft, language)
    yield from _basis(draft, language)
    yield 'reason = ""'
    for key in _EMPTY_TEXTS:
        yield f'{key} = ""' + _hint(key, language)


def _digests(draft: Draft, language: Language) -> Iterator[str]:
    digests = sorted({sha256 for _, sha256 in draft.items})
    if draft.pinned:
        yield f"sha256 = {_list(digests)}"
    elif len(digests) <= _PINS:
        yield from _comment("report.draft.pins", language)
        yield f"# sha256 = {_list(digests)}"


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


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(toml, values)) + "]"
