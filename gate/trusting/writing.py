"""The text of a drafted ``trust.toml``: every key with what it means, and what is left to do in words."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.policy.fields import tables, words
from gate.reports.escaping import shortened
from gate.reports.starter import toml
from gate.text import render
from gate.verification.trust import TrustFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from gate.policy.fields import Table
    from gate.text import Language
    from gate.trusting.entries import Entry, Value
    from gate.trusting.promised import Promised, Stated

_STATED: Final = {"deliverable": "name", "version": "version", "contract": "contract", "recipient": "recipient"}
"""Keys of ``[record]`` and what of the record's deliverable each is compared with."""
_USUAL: Final[Mapping[str, object]] = MappingProxyType(
    {
        **dict.fromkeys(("deliverable", "version", "contract", "recipient"), "…"),
        "minimum_version": "1.0",
        "max_age_days": 60,
        "policy_sha256": "0" * 64,
        "previous": "0" * 64,
        "repository": "https://git.example.jp/supplier/app",
        "max_database_age_days": 3,
    }
)
"""What stands where the release says nothing: values of which the file can be read, should a person take them."""
_MOST: Final = 1000


def render_trust(entries: Sequence[Entry], promised: Promised, language: Language, *, folder: str, day: date) -> str:
    """Return the text of a trust file; ``folder`` is how the person named the release, ``day`` today."""
    about: dict[str, str | int] = {"folder": folder, "day": day.isoformat()}
    lines = [*_comment(render("trust.draft.head", language, about)), ""]
    for table in tables(TrustFile):
        if table.path == "":
            lines += [*_comment(words("trust", "", "require", language)), 'require = "all"', ""]
        elif table.path == "record":
            lines += [*_expectations(table, promised, language), ""]
        else:
            for entry in entries:
                if entry.section == table.path:
                    write = _proposal if entry.proposed else _entry
                    lines += [*write(table, entry, language), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _entry(table: Table, entry: Entry, language: Language) -> Iterator[str]:
    yield from _comment(words("trust", table.path, "", language))
    yield f"[[{table.path}]]"
    given: dict[str, Value | bool] = dict(entry.values)
    if entry.open:
        given["unconfirmed"] = True
    for field in table.fields:
        yield from _comment(words("trust", table.path, field.name, language))
        if field.name == "unconfirmed":
            for code in entry.open:
                yield from _comment(render(f"trust.draft.{code}", language))
        yield _line(field.name, field.example, given)


def _proposal(table: Table, entry: Entry, language: Language) -> Iterator[str]:
    """Yield an entry that the person may take or leave: all of it comments, its keys after what each means."""
    yield from _comment(render("trust.draft.proposal", language, {"file": entry.file}))
    for code in entry.open:
        yield from _comment(render(f"trust.draft.{code}", language))
    yield f"# [[{table.path}]]"
    for name, value in (*entry.values, ("unconfirmed", True)):
        yield from _comment(f"# {words('trust', table.path, name, language)}")
        yield f"# {name} = {toml(value)}"


def _expectations(table: Table, promised: Promised, language: Language) -> Iterator[str]:
    """Yield ``[record]`` with what the record says, as comments: the person compares it with the contract first."""
    yield from _comment(words("trust", table.path, "", language))
    yield f"[{table.path}]"
    yield from _comment(render("trust.draft.record", language))
    for field in table.fields:
        yield from _comment(words("trust", table.path, field.name, language))
        value = _proposed(field.name, promised) or _USUAL.get(field.name, field.example)
        yield f"# {field.name} = {toml(value)}"


def _proposed(name: str, promised: Promised) -> Stated | None:
    """Return what the release says that a key of ``[record]`` can be compared with, None where it says nothing."""
    stated = promised.stated.get(name) or getattr(promised.deliverable, _STATED.get(name, ""), None)
    return shortened(stated, _MOST) if isinstance(stated, str) else stated


def _line(name: str, example: object, given: Mapping[str, object]) -> str:
    return f"{name} = {toml(given[name])}" if name in given else f"# {name} = {toml(example)}"


def _comment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"# {line}".rstrip()
