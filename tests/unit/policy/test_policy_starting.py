"""What a look at artifacts gives for a first policy."""

from __future__ import annotations

from typing import Any

import pytest

from gate.models import Artifact, ComponentFact
from gate.policy import judge
from gate.policy.starting import guessed, starting_point
from tests.unit.policy.policy_kit import CHECK, SHA, TODAY, contact, examined, item, policy_of, program


def component(name: str, version: str, path: str, *, delivered: bool = True) -> ComponentFact:
    return ComponentFact(f"pkg:pypi/{name}@{version}", name, version, "wheel-metadata", delivered=delivered, path=path,
                         sha256=SHA)  # fmt: skip


def artifact(name: str) -> Artifact:
    return Artifact(name, "file", SHA, 1, 1)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["site/index.html", "site/a.css"], "website"),
        (["papers/a.pdf", "papers/b.docx"], "content"),
        (["app/main.py", "app/run.sh", "app/manual.html"], "application"),
        (["app/INDEX.HTML"], "website"),
    ],
    ids=["pages", "papers", "programs", "upper-case"],
)
def test_kind_is_guessed_from_most_of_the_names(names: list[str], kind: str) -> None:
    assert guessed(examined(*map(item, names)))["kind"] == kind


def test_name_and_version_are_those_of_the_outermost_package() -> None:
    facts: list[Any] = [
        component("inner", "2", "app.whl!/vendored/inner-2.dist-info/METADATA"),
        component("outer", "1", "app.whl!/outer-1.dist-info/METADATA"),
        component("asked-for", "9", "poetry.lock", delivered=False),
        component("unversioned", "", "a"),
    ]
    found = guessed(examined(*facts))
    assert (found["name"], found["version"]) == ("outer", "1")


def test_without_a_package_one_artifact_gives_the_name_and_several_none() -> None:
    assert guessed(examined(item("notes.txt"), artifacts=(artifact("notes.txt"),)))["name"] == "notes.txt"
    several = examined(item("a.txt"), item("b.txt"), artifacts=(artifact("a.txt"), artifact("b.txt")))
    assert guessed(several) == {"kind": "content"}


def test_entries_are_drafted_for_what_was_found() -> None:
    examination, policy = examined(program(), contact()), policy_of()
    judgement = judge(examination, policy, policy_sha256=SHA, today=TODAY, signing=CHECK)
    found = starting_point(examination, judgement, policy, "https://example.org/r.git")
    assert [entry.classes for entry in found.executables.entries] == [("native",)]
    assert [entry.host for entry in found.contacts.destinations] == ["tile.example.org"]
    assert found.repository == "https://example.org/r.git"
