"""The YARA engine proves itself, and whatever it could not do is a gap or an error with its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import EngineFailure
from gate.examine.interface import Examiner, View
from gate.examine.rules import CANARY, RulesExaminer, canary, read_rule_sources, rule_set
from gate.examine.rules.sources import RuleSource
from gate.models import DetectionFact, Gap
from tests.examine.viewing import examined

HELLO = 'rule hello { meta: date = "2026-01-02" strings: $a = "hello" condition: $a }'


def started(*texts: str, seconds: int = 60) -> RulesExaminer:
    examiner = RulesExaminer([(f"r{number}.yar", text) for number, text in enumerate(texts)], seconds=seconds)
    examiner.start()
    return examiner


def test_it_is_an_examiner_of_content_alone() -> None:
    examiner = started(HELLO)
    assert isinstance(examiner, Examiner)
    assert examiner.depends_on == {"content"}


def test_engine_and_rule_set_are_described() -> None:
    examiner = RulesExaminer([("a.yar", HELLO)], kind="custom")
    info = examiner.start()
    assert info == examiner.finish()
    assert info.canary == "passed"
    assert info.database is not None
    assert (info.database.kind, info.database.signatures, info.database.date) == ("custom", 1, "2026-01-02")
    assert info.database.sha256 == rule_set([RuleSource("a.yar", HELLO)]).sha256


def test_match_is_a_detection_with_its_place() -> None:
    [fact] = examined(started(HELLO), b"say hello")
    assert isinstance(fact, DetectionFact)
    assert (fact.engine, fact.name, fact.certainty) == ("yara", "hello", "suspected")
    assert fact.detail == "rule hello in r0.yar; $a at byte 4"
    assert examined(started(HELLO), b"say nothing") == []


def test_metadata_names_and_grades_the_detection() -> None:
    text = (
        'rule x { meta: id = "X-1" certainty = "known" description = "bad\x1b[31m%" strings: $a = "x" condition: $a }'
    )
    [fact] = examined(started(text), b"x")
    assert isinstance(fact, DetectionFact)
    assert (fact.name, fact.certainty) == ("X-1", "known")
    assert "\x1b" not in fact.detail


def test_empty_item_is_examined() -> None:
    assert examined(started("rule always { condition: true }"), b"") == []


def test_canary_holds_whatever_the_rules_are() -> None:
    nothing = 'global private rule never { condition: false } rule x { strings: $a = "x" condition: $a }'
    examiner = started(nothing, "rule always { condition: true }")
    names = [fact.name for fact in examined(examiner, CANARY) if isinstance(fact, DetectionFact)]
    assert names == ["gate-canary", "always"]


@pytest.mark.parametrize(("sample", "code"), [("CANARY", "examine.canary-missed"), ("BENIGN", "examine.canary-false")])
def test_engine_that_does_not_prove_itself_fails(monkeypatch: pytest.MonkeyPatch, sample: str, code: str) -> None:
    examiner = started(HELLO)
    monkeypatch.setattr(canary, sample, canary.BENIGN if sample == "CANARY" else CANARY)
    with pytest.raises(EngineFailure) as failure:
        examiner.finish()
    assert failure.value.code == code


def test_unstarted_or_closed_engine_fails() -> None:
    examiner = RulesExaminer([("a.yar", HELLO)])
    with pytest.raises(EngineFailure):
        examined(examiner, b"x")
    examiner.start()
    examiner.close()
    examiner.close()
    with pytest.raises(EngineFailure):
        examiner.finish()


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("rule x {\n condition: nope }", "2", "undefined identifier"),
        ('\n\ninclude "/etc/passwd"', "3", "failed to provide include"),
        ('import "cuckoo"\nrule x { condition: true }', "1", "unknown module"),
        ("rule x { strings: $a = /(/ condition: $a }", "1", "invalid regular expression"),
    ],
)
def test_broken_rule_is_named_with_file_and_line(text: str, line: str, problem: str) -> None:
    with pytest.raises(EngineFailure) as failure:
        RulesExaminer([("good.yar", HELLO), ("their/broken.yar", text)]).start()
    assert failure.value.code == "examine.yara-rule-broken"
    assert failure.value.arguments["file"] == "their/broken.yar"
    assert failure.value.arguments["line"] == line
    assert problem in str(failure.value.arguments["problem"])
    assert failure.value.message("ja")
    assert failure.value.advice("en")


def test_public_rules_with_external_variables_compile() -> None:
    others = 'filepath contains "y" or extension == ".exe" or filetype == "PE" or owner == "root"'
    text = f'rule x {{ strings: $a = "x" condition: $a and filename == "" and not ({others}) }}'
    assert len(examined(started(text), b"x")) == 1


def test_time_out_is_a_gap() -> None:
    slow = "rule slow { strings: $a = /a.{1,30}a.{1,30}b/ condition: $a }"
    [gap] = examined(started(slow, seconds=1), b"a" * 50_000_000)
    assert isinstance(gap, Gap)
    assert gap.reason == "timeout"


def test_rule_that_overloads_the_engine_is_a_gap() -> None:
    heavy = "rule heavy { strings: $a = /a.{1,300}a.{1,300}a.{1,300}b/ condition: $a }"
    [gap] = examined(started(heavy), b"a" * 20_000)
    assert isinstance(gap, Gap)
    assert gap.reason == "engine-error"


def test_too_many_matches_are_a_gap() -> None:
    found = examined(started('rule many { strings: $a = "a" condition: #a > 2000000 }'), b"a" * 2_500_000)
    assert [(gap.reason, gap.detail) for gap in found if isinstance(gap, Gap)] == [
        ("engine-limit", "too many matches for rule many")
    ]


def test_missing_bytes_are_a_gap() -> None:
    examiner = started(HELLO)
    descriptor = os.memfd_create("short")
    [gap] = examiner.examine(View(descriptor, 10, "", name=None, mode=None, labels=(), depends_on=examiner.depends_on))
    os.close(descriptor)
    assert isinstance(gap, Gap)
    assert gap.reason == "unreadable"


@given(st.binary(max_size=2000))
def test_random_bytes_never_raise(data: bytes) -> None:
    examined(EVERYTHING, data)


EVERYTHING = RulesExaminer(read_rule_sources((Path(__file__).parents[3] / "yara-rules",)).sources)
EVERYTHING.start()
