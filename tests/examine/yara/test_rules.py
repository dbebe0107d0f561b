"""Every rule of the project fires on its bad samples and on none of its twins, and carries what reports need."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yara

from gate.examine.rules import RulesExaminer, canary, read_rule_sources
from gate.examine.rules.engine import EXTERNALS
from gate.models import DetectionFact
from tests.examine.viewing import examined
from tests.examine.yara.yara_samples import BAD, BENIGN

ROOT = Path(__file__).parents[3]
RULES = read_rule_sources((ROOT / "yara-rules",))
KEYS = {"id", "description_en", "description_ja", "certainty", "clause", "reference", "date", "false_positives"}


@pytest.fixture(scope="module")
def examiner() -> RulesExaminer:
    examiner = RulesExaminer(RULES.sources)
    examiner.start()
    return examiner


def all_rules() -> list[Any]:
    texts = [canary.canary_source(), *(source.text for source in RULES.sources)]
    return [rule for text in texts for rule in yara.compile(source=text, externals=EXTERNALS)]


def detected(examiner: RulesExaminer, data: bytes) -> set[str]:
    found = examined(examiner, data)
    assert all(isinstance(fact, DetectionFact) for fact in found), found
    return {fact.name for fact in found if isinstance(fact, DetectionFact)}


def test_every_rule_has_bad_samples_and_twins() -> None:
    names = {rule.meta["id"] for rule in all_rules()}
    assert set(BAD) == set(BENIGN) == names
    assert len(names) == len(all_rules()) >= 16


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.identifier)
def test_metadata(rule: Any) -> None:  # yara publishes no types
    assert set(rule.meta) == KEYS
    assert all(str(value).strip() for value in rule.meta.values())
    assert rule.meta["certainty"] in ("known", "suspected")
    assert re.fullmatch(r"26-3( 3)?\(\d\)[①②③]?", rule.meta["clause"])
    assert date.fromisoformat(rule.meta["date"]) >= date(2026, 11, 1)
    assert re.search("[\u3040-\u9fff]", rule.meta["description_ja"])
    assert "マルウェア" not in rule.meta["description_ja"]


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in BAD for number in range(len(BAD[name]))])
def test_bad_sample_is_found(examiner: RulesExaminer, name: str, number: int) -> None:
    assert name in detected(examiner, BAD[name][number])


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in BENIGN for number in range(len(BENIGN[name]))])
def test_benign_twin_is_not_found(examiner: RulesExaminer, name: str, number: int) -> None:
    assert name not in detected(examiner, BENIGN[name][number])


def test_no_compiler_warns_of_a_slow_rule() -> None:
    for source in RULES.sources:
        assert yara.compile(source=source.text, externals=EXTERNALS).warnings == [], source.name


def test_nothing_of_ours_is_a_detection(examiner: RulesExaminer) -> None:
    """A copy of the gate in a delivery raises no alarm, nor do its rules or the tests that make samples for them."""
    samples = ("tests/examine/yara", "tests/examine/executable", "tests/examine/outbound")
    folders = ("gate", "yara-rules", "signatures", "tools", "docs", "examples", *samples)
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*")) if file.is_file()]
    assert len(files) > 100
    noticed = {str(file.relative_to(ROOT)): names for file in files if (names := detected(examiner, file.read_bytes()))}
    assert noticed == {}


def test_this_system_is_not_full_of_known_malicious_programs(examiner: RulesExaminer) -> None:
    files = [file for file in sorted(Path("/usr/bin").iterdir()) if file.is_file() and file.stat().st_size < 1 << 20][
        :200
    ]
    found = [fact for file in files for fact in examined(examiner, file.read_bytes())]
    assert [fact for fact in found if isinstance(fact, DetectionFact) and fact.certainty == "known"] == []
