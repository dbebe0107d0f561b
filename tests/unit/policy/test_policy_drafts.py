"""Drafts of justifications: what they cover, how they are gathered, and that nothing empty is ever taken."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from gate.models import DisguiseFact, ExecutableFact, Gap
from gate.policy import parse_policy
from gate.policy.drafts import MOST_ENTRIES, draft, unexamined
from gate.policy.problems import UnusablePolicyError
from gate.reports.drafts import render_drafts
from gate.text import LANGUAGES
from tests.unit.policy.policy_kit import (
    OTHER_SHA,
    SHA,
    approval,
    deliverable,
    destination_entry,
    examined,
    executable_entry,
    ids,
    judged,
    policy_of,
)

if TYPE_CHECKING:
    from gate.models import Fact
    from gate.policy.drafts import Draft, Drafts
    from gate.text import Language

FILLED = {
    'basis = ""': 'basis = "specified-program"',
    "alternatives = []": 'alternatives = ["HTML: too slow"]',
    'party = ""': 'party = "乙"',
    'approved_on = ""': "approved_on = 2026-11-01",
    'expires = ""': "expires = 2027-03-31",
}


def program(path: str, *, class_: Any = "native", format_: str = "elf", sha256: str = SHA) -> ExecutableFact:
    return ExecutableFact(class_, format_, path=path, sha256=sha256)


def drafted(*facts: Fact, kind: str = "application", sections: tuple[str, ...] = ()) -> Drafts:
    policy = (deliverable(kind), *sections)
    return draft(judged(*policy, facts=facts), policy_of(*policy))


def entries(drafts: Drafts, language: Language = "en") -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = tomllib.loads(render_drafts(drafts, language)).get("executable", [])
    return read


def filled(text: str) -> str:
    """Fill in what a person would."""
    for empty, value in FILLED.items():
        text = text.replace(empty, value)
    return re.sub(r'^(\w+) = ""', r'\1 = "written by a person"', text, flags=re.MULTILINE)


def shape(found: tuple[Draft, ...]) -> list[tuple[str, tuple[str, ...], int]]:
    return [(each.path, each.classes, len(each.items)) for each in found]


# --- gathering ----------------------------------------------------------------------------------------------------


def test_one_entry_for_each_folder_and_class() -> None:
    drafts = drafted(
        program("app.whl!/core/a.so"),
        program("app.whl!/core/b.so"),
        program("app.whl!/core/run.py", class_="script", format_="python"),
        program("app.whl!/tool"),
        program("app.whl!/inner.zip!/core/a.so"),
        program("app.exe"),
    )
    assert shape(drafts.entries) == [
        ("app.exe", ("native",), 1),
        ("app.whl!/tool", ("native",), 1),
        ("app.whl!/core/*", ("native",), 2),
        ("app.whl!/core/run.py", ("script",), 1),
        ("app.whl!/inner.zip!/core/a.so", ("native",), 1),
    ]
    assert len({each.id for each in drafts.entries}) == 5


def test_formats_and_ids() -> None:
    drafts = drafted(program("app/bin/a"), program("app/bin/b", format_="pe"), program("x/bin/c"), program("x/bin/d"),
                     sections=(executable_entry("none", name="native-bin"),))  # fmt: skip
    assert [(each.id, each.formats) for each in drafts.entries] == [
        ("native-bin-2", ("elf", "pe")),
        ("native-bin-3", ("elf",)),
    ]


REVIEWED = """\
[[outbound.reviewed]]
id = "native-bin"
host = "docs.example.org"
where = ["app/**"]
disposition = "error text, never fetched"
"""


@pytest.mark.parametrize("taken", [destination_entry(name="native-bin"), REVIEWED + approval()])
def test_ids_of_other_sections_are_not_taken_again(taken: str) -> None:
    assert drafted(program("app/bin/a"), program("app/bin/b"), sections=(taken,)).entries[0].id == "native-bin-2"


def test_names_that_a_glob_reads_otherwise() -> None:
    names = ["app/[id].js", "app/a*b", "app/what?", "app/**", "アプリ"]
    for name in names:
        [entry] = drafted(program(name)).entries
        assert policy_of(executable_entry(entry.path)).executable[0].path == entry.path
        assert entry.id.startswith("native")
        assert drafted(program(name), sections=(executable_entry(entry.path),)).entries == ()


def test_many_folders_are_gathered_higher_up() -> None:
    facts = [program(f"app/lib/m{number}/dist/run.js", class_="script") for number in range(MOST_ENTRIES + 1)]
    found = drafted(*facts, program("app/run.js", class_="script"), program("app.zip!/a")).entries
    assert shape(found) == [
        ("app.zip!/a", ("native",), 1),
        ("app/run.js", ("script",), 1),
        ("app/lib/**", ("script",), MOST_ENTRIES + 1),
    ]
    few = drafted(*facts[:MOST_ENTRIES]).entries
    assert len(few) == MOST_ENTRIES


def test_containers_are_not_gathered() -> None:
    facts = [program(f"app{number}.zip!/lib/a") for number in range(MOST_ENTRIES + 1)]
    assert len(drafted(*facts).entries) == MOST_ENTRIES + 1


def test_what_is_justified_or_content_is_not_drafted() -> None:
    covered = executable_entry("app/**")
    assert drafted(program("app/a"), sections=(covered,)).entries == ()
    script = program("site/a.js", class_="script", format_="javascript")
    assert drafted(script, kind="website").entries == ()
    assert len(drafted(script, kind="application").entries) == 1


@pytest.mark.parametrize(
    "entry",
    [
        executable_entry("app/**", approval=approval(expires="2026-11-22")),
        executable_entry("app/**", more=f"sha256 = ['{OTHER_SHA}']"),
    ],
    ids=["expired", "other bytes"],
)
def test_entries_that_do_not_hold_any_more_are_told_and_not_replaced(entry: str) -> None:
    drafts = drafted(program("app/a"), program("app/b", class_="script"), sections=(entry,))
    assert shape(drafts.entries) == [("app/b", ("script",), 1)]
    assert [finding.path for finding in drafts.not_in_force] == ["app/a"]
    for language in LANGUAGES:
        assert "native-core" in render_drafts(drafts, language)


# --- disguises ----------------------------------------------------------------------------------------------------


def test_a_disguised_item_gets_an_entry_with_its_digest() -> None:
    disguise = DisguiseFact("extension", "pe", "app/a.jpg", SHA)
    facts: list[Fact] = [program("app/a.jpg"), program("app/a.jpg", class_="script"), program("app/b"), disguise]
    pinned, plain = drafted(*facts).entries
    assert (pinned.path, pinned.classes, pinned.pinned) == ("app/a.jpg", ("native", "script"), True)
    assert (plain.path, plain.pinned) == ("app/b", False)
    [entry, other] = entries(drafted(*facts))
    assert entry["sha256"] == [SHA]
    assert "#   A program whose name has the extension of data [pe]." in render_drafts(drafted(*facts), "en")
    assert "format" not in entry
    assert "sha256" not in other


def test_a_disguise_that_only_a_path_covers_gets_one_too() -> None:
    disguise = DisguiseFact("extension", "pe", "app/a.jpg", SHA)
    [entry] = drafted(program("app/a.jpg"), disguise, sections=(executable_entry("app/**"),)).entries
    assert entry.pinned


def test_data_that_is_marked_executable_is_drafted_as_what_it_would_run_as() -> None:
    [entry] = drafted(DisguiseFact("mode", "mode 0755", "app/notes.txt", SHA)).entries
    assert (entry.classes, entry.formats) == (("script",), ())


# --- the text -----------------------------------------------------------------------------------------------------

FACTS = (
    program("app.whl!/core/a.so"),
    program("app.whl!/core/b.so"),
    program('app.whl!/we"ird\\名.py', class_="script", format_="python"),
    program("app.whl!/a.jpg"),
    DisguiseFact("extension", "elf named .jpg", "app.whl!/a.jpg", SHA),
    DisguiseFact("direction", "U+202E", "app.whl!/gnp%E2%80%AEfdp", OTHER_SHA),
)
EMPTY = {"basis", "spec_ref", "alternatives", "reason", "approved_by", "role", "party", "approved_on", "expires"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["website", "application", "content"])
def test_every_field_is_there_and_the_gate_refuses_each_empty_one_by_its_place(kind: str, language: Language) -> None:
    text = deliverable(kind) + render_drafts(drafted(*FACTS, kind=kind), language)
    with pytest.raises(UnusablePolicyError) as caught:
        parse_policy(text.encode(), "gate.toml")
    empty = EMPTY if kind != "content" else EMPTY - {"basis", "spec_ref"}
    keys = {f"executable[{number}].{key}" for number in range(1, 5) for key in (*empty, "reference")}
    assert {problem.key for problem in caught.value.problems} == keys
    lines = text.splitlines()
    for problem in caught.value.problems:
        assert lines[problem.line - 1].startswith(f"{problem.key.rpartition('.')[2]} = ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["website", "application", "content"])
def test_filled_in_they_cover_all_that_they_were_drafted_from(kind: str, language: Language) -> None:
    text = filled(render_drafts(drafted(*FACTS, kind=kind), language))
    judgement = judged(deliverable(kind), text, facts=FACTS)
    assert ids(judgement) == []
    assert all(each.justified_by for each in judgement.executables)


def test_a_field_left_empty_is_refused() -> None:
    text = deliverable("application") + filled(render_drafts(drafted(*FACTS), "ja"))
    for key in ("reason", "approved_by", "role"):
        with pytest.raises(UnusablePolicyError):
            parse_policy(re.sub(rf"^{key} = .*$", f'{key} = ""', text, flags=re.MULTILINE).encode(), "gate.toml")


def test_many_files_are_counted_and_not_all_shown() -> None:
    facts = [program(f"app/bin/{number:03}", sha256=f"{number:064x}") for number in range(30)]
    text = render_drafts(drafted(*facts), "en")
    assert "30 file(s)" in text
    assert text.count("#   app/bin/") == 5
    assert "sha256" not in text
    assert "# sha256" in render_drafts(drafted(*facts[:20]), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_draft_is_said(language: Language) -> None:
    text = render_drafts(drafted(), language)
    assert tomllib.loads(text) == {}
    assert text.startswith("# ")
    assert "gate justify" in text


def test_what_was_not_examined_may_hold_more() -> None:
    gaps = [Gap("encrypted", "", "intake", "a.zip", SHA), Gap("timeout", "", "executable", "b", SHA),
            Gap("timeout", "", "clamav", "b", SHA)]  # fmt: skip
    assert unexamined(judged(seen=examined(gaps=gaps))) == 2
    assert unexamined(judged()) == 0
