"""Exceptions held against the history of the policy file."""

from __future__ import annotations

import dataclasses

import pytest

from gate.models import ApprovalFact
from gate.policy.approvals import same_person
from gate.policy.blocks import justification_blocks
from tests.unit.policy.policy_kit import (
    OTHER_SHA,
    SHA,
    destination_entry,
    executable_entry,
    ids,
    judged,
    only,
    policy_of,
    program,
    suppress_entry,
)

USED = executable_entry()
HISTORY = ApprovalFact(SHA, "executable", "native-core", "c0" * 20, "山田 <y@example.jp>", "2026-11-20T00:00:00Z")


def test_an_approver_who_wrote_the_exception_is_noted() -> None:
    judgement = judged(USED, facts=[program(), HISTORY])
    finding = only(judgement, "justification/self-approved")
    assert (finding.severity, finding.args["id"], finding.args["commit"]) == ("note", "native-core", "c0" * 20)
    other = dataclasses.replace(HISTORY, author="佐藤 <s@example.jp>")
    assert "justification/self-approved" not in ids(judged(USED, facts=[program(), other]))


def test_an_exception_that_no_commit_holds_is_noted() -> None:
    fact = dataclasses.replace(HISTORY, commit="", author="", committed_at="")
    assert only(judged(USED, facts=[program(), fact]), "justification/uncommitted").severity == "note"


def test_exceptions_of_another_policy_or_that_cover_nothing_are_not_spoken_of() -> None:
    another = dataclasses.replace(HISTORY, policy_sha256=OTHER_SHA)
    assert "justification/self-approved" not in ids(judged(USED, facts=[program(), another]))
    assert "justification/self-approved" not in ids(judged(USED, facts=[HISTORY]))


@pytest.mark.parametrize(
    ("approver", "author", "same"),
    [
        ("山田", "山田 <y@example.jp>", True),
        ("Yamada Taro", "yamada  taro <y@example.jp>", True),
        ("ＹＡＭＡＤＡ", "Yamada <y@example.jp>", True),
        ("y@example.jp", "Yamada <y@example.jp>", True),
        ("Yamada <y@example.jp>", "Yamada <y@example.jp>", True),
        ("Yamada", "Sato <s@example.jp>", False),
        ("Yamada", "", False),
        ("Yamada", " <>", False),
    ],
)
def test_one_person_has_several_spellings(approver: str, author: str, *, same: bool) -> None:
    assert same_person(approver, author) is same


def test_blocks_are_the_lines_of_each_entry() -> None:
    sections = [USED, destination_entry(), suppress_entry("outbound/local", more='path = "a"')]
    text = "\n".join(sections)
    lines = text.split("\n")
    blocks = justification_blocks(text.encode(), policy_of(text))
    assert [(block.section, block.id) for block in blocks] == [
        ("executable", "native-core"),
        ("outbound.destination", "maps"),
        ("suppress", "aside"),
    ]
    for block, section in zip(blocks, sections, strict=True):
        inside = "\n".join(lines[block.first - 1 : block.last])
        assert inside.strip() == section.strip()
    assert [block.first for block in blocks[1:]] == [block.last + 1 for block in blocks[:-1]]
