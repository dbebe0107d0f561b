"""What other examiners say of an item holds no secret that is known as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.examine.secrets.marks import MARKS
from gate.examine.secrets.rules import RULES
from gate.examine.secrets.scrub import scrub
from gate.examine.worker import frame_of
from gate.models import DetectionFact, Gap, OutboundFact, PageFact
from gate.source_lines import read_line
from tests.examine.secrets.secret_samples import BAD, drawn, pem, with_checksum

TOKEN = with_checksum(b"ghp_").decode()


def test_marks_are_those_of_the_rules() -> None:
    assert set(MARKS) == {mark for rule in RULES for mark in rule.marks}


@pytest.mark.parametrize("name", ["pkcs8", "openssh", "github", "aws", "azure storage", "jwt", "slack", "openai"])
def test_a_secret_is_taken_out_and_the_rest_stays(name: str) -> None:
    _, _, data, _ = BAD[name]
    secret = data.strip().decode()
    shown = scrub(f"before {secret} after")
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert "[…]" in shown
    assert len(shown) < len(secret)


def test_a_text_without_secrets_stays_as_it_is() -> None:
    for text in ("", "https://example.org/a?b=…", "日本語 eyJ AKIA xox SG. Q~ PRIVATE KEY", "\ud800 AKIA"):
        assert scrub(text) == text


def test_secrets_that_overlap_leave_nothing() -> None:
    text = f"{TOKEN} {TOKEN} {pem().decode()}"
    assert scrub(text).strip() == "[…] […] […]"


def test_facts_and_gaps_leave_the_worker_without_secrets() -> None:
    hook = "https://hooks.slack.com/services/T0A1B2C3D/B9Z8Y7X6W/" + drawn(24).decode()
    (fact,) = frame_of(OutboundFact(hook, "hooks.slack.com", "code", "fetch")).values()
    assert fact["url"] == "https://hooks.slack.com/services/T0A1B2C3D/B9Z8Y7X6W/[…]"
    assert TOKEN not in repr(frame_of(DetectionFact("yara", "x", "known", f"saw {TOKEN}")))
    assert TOKEN not in repr(frame_of(PageFact((f"a/{TOKEN}",), TOKEN)))
    assert TOKEN not in repr(frame_of(Gap("corrupt", TOKEN)))


def test_a_line_that_may_hold_a_secret_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_text(f"fetch('//a.example');\nfetch('//b.example', '{TOKEN}');\n")
    shown = [read_line(str(file).encode(), line, withheld=MARKS) for line in (1, 2)]
    assert shown == ["fetch('//a.example');", "[…]"]
