"""Measure how long each report of many findings takes and how large it is, against the result document.

    python benchmarks/reports.py [--findings 100000] [--write]

Findings are made up: five kinds, each in a place of its own.  What counts is processor time on one core, the best of
three rounds.  ``json`` holds every finding and all others are bounded, so the ratio to it in one run is what can be
compared between machines.  Prints a table; ``--write`` also writes it to ``benchmarks/results/reports.md``.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from gate.models import Examination, Finding, Judgement, MessageArgs, Severity
from gate.policy import SigningState, judge, load_policy
from gate.policy.findings import make_finding
from gate.record.identity import gate_identity
from gate.reports.formats import FORMATS, Manner, render_report
from gate.reports.view import Issue

RESULT = Path(__file__).parent / "results" / "reports.md"
ROUNDS = 3
KINDS = ("outbound/undeclared", "malware/suspected", "gap/intake-corrupt", "outbound/string", "outbound/link")
SHA = "ab" * 32


def finding(number: int) -> Finding:
    """Return a finding of one of the kinds."""
    host = f"h{number % 500}.example.org"
    contact: MessageArgs = {"host": host, "url": f"https://{host}/{number}", "via": "img[src]", "reach": "automatic"}
    about: MessageArgs = {"line": number % 1000 + 1, "engine": "yara", "name": "A", "examiner": "intake", "detail": "x"}
    path = f"site/folder{number % 37}/page{number}.html"
    return make_finding(KINDS[number % len(KINDS)], path=path, sha256=SHA, args=contact | about)


def measure(count: int) -> list[tuple[str, float, int]]:
    """Return form, seconds and bytes of each report of so many findings."""
    order = get_args(Severity)
    findings = sorted(map(finding, range(count)), key=lambda each: (order.index(each.severity), each.id, each.path))
    nothing = Examination((), (), (), (), (), (), "2026-11-23T01:00:00Z", "2026-11-23T01:05:00Z")
    policy = load_policy(None)
    judgement: Judgement = dataclasses.replace(
        judge(
            nothing,
            policy.policy,
            policy_sha256=policy.sha256,
            today=datetime.now(UTC).date(),
            signing=SigningState(intended=False, ready=()),
        ),
        findings=tuple(findings),
    )
    issue = Issue(datetime.now(UTC), gate_identity())
    rows = []
    for form in FORMATS:
        best, size = float("inf"), 0
        for _ in range(ROUNDS):
            start = time.process_time()
            size = len(render_report(form, nothing, judgement, policy, issue, Manner("ja")))
            best = min(best, time.process_time() - start)
        rows.append((form, best, size))
    return rows


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    rows = measure(chosen.findings)
    whole = next(seconds for form, seconds, _ in rows if form == "json")
    lines = [
        f"# Reports of {chosen.findings:,} findings",
        "",
        "Processor time on one core, best of three rounds (`python benchmarks/reports.py --write`).",
        "",
        "| format | seconds | to `json` | MB |",
        "|---|---|---|---|",
        *(f"| `{form}` | {seconds:.2f} | {seconds / whole:.2f} | {size / 1e6:.2f} |" for form, seconds, size in rows),
    ]
    print("\n".join(lines))
    if chosen.write:
        RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
