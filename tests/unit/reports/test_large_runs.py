"""A run with 100 000 findings: every report for people and pipelines stays small and is there at once."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from functools import cache
from typing import get_args

import pytest

from gate.models import Finding, MessageArgs, Severity
from gate.policy.findings import make_finding
from gate.reports.formats import FORMATS, Format, Manner, render_report
from gate.reports.view import build_view
from tests.unit.policy.policy_kit import OTHER_SHA, SHA, deliverable, examined
from tests.unit.reports.hostile_run import Run, run_of
from tests.unit.reports.view_kit import ISSUE

COUNT = 100_000
SECONDS = 2
"""Of processor time, with as much again for a machine that counts branches."""
SIZES: dict[Format, int] = {
    "text": 200_000,
    "sarif": 48 << 20,
    "junit": 8 << 20,
    "markdown": 1 << 20,
    "html": 4 << 20,
}


def arguments(number: int) -> MessageArgs:
    """Return what the texts of those kinds say."""
    host = f"h{number % 500}.example.org"
    contact: MessageArgs = {"host": host, "url": f"https://{host}/{number}", "via": "img[src]", "reach": "automatic"}
    return {**contact, "line": number % 1000 + 1, "engine": "yara", "name": "A", "examiner": "intake", "detail": "x"}


def findings() -> list[Finding]:
    """Return findings of several kinds in many places, in the order of a judgement."""
    kinds = ("outbound/undeclared", "malware/suspected", "gap/intake-corrupt", "outbound/string", "outbound/link")
    made = [
        make_finding(
            kinds[number % len(kinds)],
            path=f"site/folder{number % 37}/page{number}.html",
            sha256=SHA if number % 2 else OTHER_SHA,
            args=arguments(number),
        )
        for number in range(COUNT)
    ]
    order = get_args(Severity)
    return sorted(made, key=lambda finding: (order.index(finding.severity), finding.id, finding.path))


@cache
def large() -> Run:
    base = run_of(examined(), deliverable("website"))
    judgement = dataclasses.replace(base.judgement, findings=tuple(findings()), verdict="rejected")
    view = build_view(base.examination, judgement, base.policy, ISSUE)
    return dataclasses.replace(base, judgement=judgement, view=view)


@pytest.mark.full
@pytest.mark.parametrize("form", [form for form in FORMATS if form != "json"])
def test_reports_of_many_findings_are_small_and_quick(form: Format) -> None:
    run = large()
    for verbose in (False, True):
        start = time.process_time()
        data = render_report(form, run.examination, run.judgement, run.policy, ISSUE, Manner("ja", verbose=verbose))
        assert time.process_time() - start < 2 * SECONDS
        assert len(data) < SIZES[form] * (20 if verbose else 1)


@pytest.mark.full
def test_what_is_not_shown_is_counted() -> None:
    run = large()
    by_kind = Counter(finding.id for finding in run.judgement.findings)
    text = render_report("text", run.examination, run.judgement, run.policy, ISSUE, Manner("en")).decode()
    for finding_id, count in by_kind.items():
        if finding_id != "outbound/link":
            assert f"{finding_id}  " in text
            assert f"({count})" in text
