"""Every reason of the table: its sample shows it, its twin does not, and people can read what it means."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.examine.heuristics import reasons
from gate.examine.heuristics.examiner import HeuristicsExaminer
from gate.examine.heuristics.reasons import REASONS, Seen, codes_of, counted, detection, score
from gate.models import DetectionFact, Gap
from gate.text import LANGUAGES, render
from tests.examine.heuristics.heuristics_samples import BAD, CAN_SIGN, NEEDS_SIGNER, TWINS, Maker, made
from tests.examine.viewing import examined

SUSPICION = 60
"""The policy's threshold where it names none."""
ROOT = Path(__file__).parents[3]
PAGES = {"en": ROOT / "docs" / "heuristics.md", "ja": ROOT / "docs" / "heuristics.ja.md"}
ROW = re.compile(r"^\| `([\w-]+)` \| (\d+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
ROLES = {"en": {"sign": "sign", "support": "support"}, "ja": {"sign": "単独", "support": "補助"}}


def seen_in(maker: Maker) -> tuple[set[str], int]:
    """The reasons that the examiner gives for a sample, and its score."""
    sample = made(maker)
    observations = examined(HeuristicsExaminer(), sample.data, sample.name)
    assert not [each for each in observations if isinstance(each, Gap)]
    facts = [each for each in observations if isinstance(each, DetectionFact)]
    assert len(facts) <= 1
    return (set(codes_of(facts[0].detail)), facts[0].score) if facts else (set(), 0)


def need_signer(code: str) -> None:
    if code in NEEDS_SIGNER and not CAN_SIGN:
        pytest.skip("osslsigncode or openssl is not installed")


def test_every_reason_has_a_sample_and_a_twin() -> None:
    assert set(BAD) == set(TWINS) == set(REASONS)


@pytest.mark.parametrize("code", REASONS)
def test_sample_shows_its_reason(code: str) -> None:
    need_signer(code)
    codes, total = seen_in(BAD[code])
    assert code in codes
    assert total >= REASONS[code].weight
    assert total == score(codes)


@pytest.mark.parametrize("code", REASONS)
def test_twin_is_not_suspected(code: str) -> None:
    need_signer(code)
    codes, total = seen_in(TWINS[code])
    assert code not in codes
    assert total < SUSPICION


@pytest.mark.parametrize("code", REASONS)
def test_reason_has_its_texts(code: str) -> None:
    texts = {language: render(f"heuristics.reason.{code}", language) for language in LANGUAGES}
    assert texts["en"].endswith(".")
    assert texts["ja"].endswith("。")


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_shows_the_table(language: str) -> None:
    rows = ROW.findall(PAGES[language].read_text(encoding="utf-8"))
    assert rows == [
        (code, str(reason.weight), ROLES[language][reason.role], render(f"heuristics.reason.{code}", language))  # type: ignore[arg-type]  # one of the languages
        for code, reason in REASONS.items()
    ]


def test_weights_are_within_bounds() -> None:
    assert all(0 < reason.weight <= 100 for reason in REASONS.values())
    assert all(reason.weight <= 20 for reason in REASONS.values() if reason.role == "support")
    assert all(re.fullmatch("[A-Z][A-Za-z]+", reason.shape) for reason in REASONS.values())


def test_doubts_add_up_as_independent_ones() -> None:
    assert score([]) == 0
    assert score(["pe-writable-executable"]) == 60
    assert score(["pe-writable-executable", "pe-writable-executable"]) == 60
    assert score(["pe-writable-executable", "pe-packer-name"]) == 80
    assert score(REASONS) == 100


def test_support_alone_is_no_detection() -> None:
    assert detection([Seen("pe-tls-callbacks"), Seen("pe-checksum-mismatch")]) is None
    fact = detection([Seen("pe-tls-callbacks", "2"), Seen("pe-imports-ordinal", "x")])
    assert fact is not None
    assert fact.detail == "pe-imports-ordinal=25[x] pe-tls-callbacks=10[2]"
    assert (fact.name, fact.certainty) == ("Gate.Heuristics.HiddenImports", "suspected")


def test_order_is_that_of_weight_whatever_the_order_of_sight() -> None:
    seen = [Seen(code) for code in ("pe-tls-callbacks", "pe-packer-name", "pe-signature-mismatch", "name-disguised")]
    expected = ["pe-signature-mismatch", "name-disguised", "pe-packer-name", "pe-tls-callbacks"]
    assert [each.code for each in counted(seen)] == [each.code for each in counted(reversed(seen))] == expected


def test_detail_is_bounded_and_holds_no_hostile_text() -> None:
    fact = detection([Seen(code, "\x1b[31m] \u202e" + "x" * 500) for code in REASONS])
    assert fact is not None
    assert len(fact.detail) <= reasons.DETAIL_LENGTH
    assert re.search(r" more=\d+$", fact.detail)
    assert not re.search(r"[\x00-\x1f\u202e]", fact.detail)
    shown = codes_of(fact.detail)
    assert shown == [each.code for each in counted([Seen(code) for code in REASONS])][: len(shown)]
