"""The inventory of executables in the report: counts by class, each file where they are few, all on request."""

from __future__ import annotations

import io
from typing import Any, get_args

import pytest
from rich.console import Console, Group

from gate.models import ExecutableClass, ExecutableFact
from gate.reports.executables import FEW, executables_part
from gate.reports.wording import bracketed
from gate.text import LANGUAGES, Language, render
from tests.unit.policy.policy_kit import SHA, deliverable, executable_entry, judged


def shown(*facts: ExecutableFact, language: Language = "en", verbose: bool = False, entry: str = "") -> str:
    judgement = judged(deliverable("website"), entry, facts=facts)
    buffer = io.StringIO()
    Console(file=buffer, width=200, highlight=False, markup=False).print(
        Group(*executables_part(judgement, language, verbose=verbose))
    )
    return buffer.getvalue()


def program(path: str, class_: Any = "native", format_: str = "elf", architecture: str = "x86-64") -> ExecutableFact:
    return ExecutableFact(class_, format_, architecture, path=path, sha256=SHA)


SCRIPTS = [program(f"site/js/{number}.js", "script", "javascript", "") for number in range(FEW + 1)]


def test_no_executables_no_section() -> None:
    assert list(executables_part(judged(deliverable("website")), "en", verbose=True)) == []


def test_a_few_are_listed_with_format_digest_and_justification() -> None:
    text = shown(program("site/a"), program("site/b.js", "script", "javascript", ""), program("site/c", "installer"),
                 entry=executable_entry("site/a"))  # fmt: skip
    rows = [line.split() for line in text.splitlines()]
    assert ["elf", "x86-64", SHA[:16], "native-core", "site/a"] in rows
    assert ["javascript", SHA[:16], "content:website", "site/b.js"] in rows
    assert ["elf", "x86-64", SHA[:16], "without", "justification", "site/c"] in rows
    assert "Files in executable program format: 3\n" in text


def test_many_are_counted_by_class_and_listed_on_request() -> None:
    facts = [*SCRIPTS, program("site/x.pe", format_="pe"), program("site/y"), program("site/z")]
    text = shown(*facts, entry=executable_entry("site/y"))
    assert "site/" not in text
    assert "-v" in text
    rows = {line.split()[0]: line for line in text.splitlines() if line.startswith("  ")}
    script, native = rows["script"], rows["native"]
    assert f"{FEW + 1} content" in script
    assert f"javascript ×{FEW + 1}" in script
    assert "2 without justification, 1 justified" in native
    assert "elf x86-64 ×2, pe x86-64" in native
    assert all(fact.path in shown(*facts, verbose=True) for fact in facts)


def test_formats_of_a_class_have_an_end() -> None:
    text = shown(*(program(f"site/{number}", format_=f"form{number}") for number in range(6)))
    assert "form0 x86-64, form1 x86-64, form2 x86-64, form3 x86-64, …" in text


def test_a_file_of_two_classes_is_one_file() -> None:
    assert "Files in executable program format: 1\n" in shown(program("site/a"), program("site/a", "script"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_has_a_label(language: Language) -> None:
    text = shown(*(program(f"site/{class_}", class_) for class_ in get_args(ExecutableClass)), language=language)
    for class_ in get_args(ExecutableClass):
        assert class_ + bracketed(render(f"report.class.{class_}", language), language) in text
