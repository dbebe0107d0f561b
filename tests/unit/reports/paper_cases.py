"""Runs of every verdict with something in every section, for tests of the papers that are made from them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from gate.models import DatabaseInfo, Gap
from gate.record.statement import PromisedSignature
from tests.unit.policy.policy_kit import (
    RELEASE,
    SHA,
    contact,
    destination_entry,
    detection,
    executable_entry,
    program,
    suppress_entry,
    with_engine,
)
from tests.unit.reports.view_kit import view_of

if TYPE_CHECKING:
    from gate.models import Fact
    from gate.reports.view import ReportView

Case: TypeAlias = Literal["approved", "rejected", "incomplete"]
CASES: tuple[Case, ...] = ("approved", "rejected", "incomplete")
OFFICIAL = DatabaseInfo("official", "daily 27890, main 62", "2026-11-22T08:00:00Z", 8_700_000, SHA)
BUNDLED = DatabaseInfo("bundled", "1", "", 8, SHA)
SIGNER = "0123456789ABCDEF0123456789ABCDEF01234567"
PROMISED = PromisedSignature("gate/record.intoto.json.asc", "openpgp", SIGNER, "gate/record.intoto.json")
DELIVERABLE = """
[deliverable]
title = "防災マップ構築業務"
name = "bousai-map"
version = "1.4.0"
kind = "application"
supplier = "株式会社サンプルシステムズ"
responsible = "鈴木 一郎"
inspector = "山田 太郎"
checker = "佐藤 花子"
recipient = "経済産業省"
contract = "2026-契-0123"
contracted_on = 2026-04-01
delivered_on = 2026-12-01
document = "QA-2026-031 第1版"

[specification]
title = "防災マップ構築業務 仕様書"
version = "2.1"
agreed_on = 2026-05-10
"""
EVIDENCE = """
[[evidence]]
clause = "26-3(1)"
file = "quality.pdf"
kind = "quality-system"
date = 2026-11-05
by = "佐藤 花子"
"""
ORDERED = (
    executable_entry("app.whl!/cmd.so", name="ordered")
    .replace('basis = "no-alternative"', 'basis = "specified-program"')
    .replace("alternatives", "spec_ref = '仕様書 4.2' #")
)


@cache
def case(name: Case) -> ReportView:
    """Return the view of a run that ends in the verdict of its name; ``incomplete`` is a sample without a policy."""
    libraries = [program(f"app.whl!/native/lib{number}.so") for number in range(7)]
    if name == "approved":
        seen: list[Fact] = [program("app.whl!/cmd.so"), *libraries, contact(), contact("www.example.org", reach="link")]
        sections = (DELIVERABLE, EVIDENCE, ORDERED, executable_entry("app.whl!/native/*.so"), destination_entry())
        return view_of(*sections, facts=seen, signing=RELEASE, promised=[PROMISED],
                       engines=with_engine("clamav", database=OFFICIAL))  # fmt: skip
    if name == "rejected":
        facts: list[Fact] = [
            detection("app.whl!/evil.dll"),
            detection("app.whl!/packed", certainty="suspected"),
            *libraries,
            contact(),
            *(contact(f"track{number}.example.com", path=f"site/{number}.html") for number in range(9)),
            contact("docs.example.org", reach="string"),
        ]
        silent = destination_entry().replace('privacy_page = "site/privacy.html"', "")
        aside = suppress_entry("malware/suspected", more='path = "app.whl!/packed"')
        unopened = [Gap("encrypted", "", "intake", "app.whl!/z", SHA)]
        return view_of(DELIVERABLE, silent, aside, facts=facts, gaps=unopened,
                       engines=with_engine("clamav", database=OFFICIAL))  # fmt: skip
    gaps = [Gap("timeout", "", "yara", f"app.whl!/big{number}.bin", SHA) for number in range(6)]
    return view_of(facts=[contact("www.example.org", reach="link")], gaps=gaps,
                   engines=with_engine("clamav", database=BUNDLED))  # fmt: skip
