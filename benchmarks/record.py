"""What it takes to judge 100,000 items and write all documents and reports of the run.

``python benchmarks/record.py [ITEMS]`` prints processor seconds for each step, for a tenth of the items and for all of
them (the ratio shows whether a step grows with what it is given, or faster), and the greatest memory of the process.
The limits are 10 s and 500 MB for 100,000 items.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from gate.models import (
    Artifact,
    Coverage,
    DatabaseInfo,
    DetectionFact,
    EngineInfo,
    Examination,
    ExecutableFact,
    Fact,
    Gap,
    ItemFact,
    Judgement,
    OutboundFact,
    PageFact,
    Reach,
)
from gate.policy import LoadedPolicy, SigningState, judge, load_policy
from gate.policy.registry import REQUIRED_EXAMINERS
from gate.record.documents import GateIdentity, facts_document, parse_facts, policy_reference, result_document
from gate.record.provenance import build_provenance
from gate.record.sbom import sbom_document
from gate.record.statement import build_record
from gate.record.summary import build_summary
from gate.reports.formats import Manner, render_report
from gate.reports.pdf_fonts import find_fonts
from gate.reports.release import release_reports
from gate.reports.view import Issue

T = TypeVar("T")
SHA = "ab" * 32
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
GATE = GateIdentity("0", SHA)
ENTRIES = 100
"""Justifications, a quarter of each kind."""
APPROVED = 'approved_by = "山田"\nrole = "責任者"\nparty = "乙"\napproved_on = 2026-11-01\nexpires = 2027-03-31\n'
REACHES: tuple[Reach, ...] = ("link", "text", "automatic", "string", "link")


def policy_text() -> str:
    """Return a policy with a hundred entries that speak of places all over the delivery."""
    parts = ['[deliverable]\nname = "大規模サイト"\nversion = "1"\nkind = "website"\n']
    for number in range(ENTRIES // 4):
        parts += [
            (
                f'[[executable]]\nid = "x{number}"\npath = "site/part-{number}/**/*.so"\nclass = ["native"]\n'
                f'basis = "no-alternative"\nalternatives = ["HTML"]\nreason = "速度"\n{APPROVED}'
            ),
            (
                f'[[outbound.destination]]\nid = "d{number}"\nhost = "h{number}.example.org"\nreach = ["automatic"]\n'
                f'where = ["site/part-{number}/**"]\npurpose = "地図"\noperator = "Example"\nsends = "IP アドレス"\n'
                f'spec_ref = "5.1"\n{APPROVED}'
            ),
            (
                f'[[outbound.reviewed]]\nid = "r{number}"\nhost = "h{number}.example.org"\n'
                f'where = ["site/part-{number}/**"]\ndisposition = "表示のみ"\n{APPROVED}'
            ),
            (
                f'[[suppress]]\nid = "s{number}"\nfinding = "malware/suspected"\npath = "site/part-{number}/**"\n'
                f'reason = "確認した"\n{APPROVED}'
            ),
        ]
    return "\n".join(parts)


def facts_of(count: int) -> Iterator[Fact]:
    """Yield what is seen in a website of ``count`` files: pages, scripts, pictures, programs, contacts."""
    for number in range(count):
        part = number % (ENTRIES // 4)
        folder = f"site/part-{part}/folder-{number % 997}"
        suffix = ("html", "js", "png", "css", "txt")[number % 5]
        path = f"{folder}/file-{number}.{suffix}"
        sha256 = f"{number:064x}"
        yield ItemFact(number, 0o644, ("text",), path=path, sha256=sha256)
        if suffix == "js":
            yield ExecutableFact("script", "javascript", path=path, sha256=sha256)
        if number % 5 == 0:
            host = f"h{part}.example.org"
            reach = REACHES[number // 5 % len(REACHES)]
            yield OutboundFact(f"https://{host}/a/{number}", host, reach, "a[href]", 3, path=path, sha256=sha256)
            yield PageFact((f"file-{number + 1}.html",), path=path, sha256=sha256)
        if number % 400 == 0:
            program = f"{folder}/lib-{number}.so"
            yield ItemFact(1, path=program, sha256=sha256)
            yield ExecutableFact("native", "elf", "x86-64", path=program, sha256=sha256)
            yield DetectionFact("heuristics", "packed", "suspected", score=20, path=program, sha256=sha256)


def examination_of(count: int) -> Examination:
    """Return the examination of a website of ``count`` files."""
    facts = tuple(facts_of(count))
    items = sum(isinstance(fact, ItemFact) for fact in facts)
    database = DatabaseInfo("official", "27500", "2026-11-22T08:00:00Z", 2_000_000, SHA)
    return Examination(
        artifacts=(Artifact("site", "folder", SHA, 1, items),),
        facts=facts,
        gaps=tuple(Gap("encrypted", "AES", "intake", f"site/x{number}.zip!/a", SHA) for number in range(count // 1000)),
        engines=tuple(
            EngineInfo(name, "1", database if name == "clamav" else None, "passed") for name in REQUIRED_EXAMINERS
        ),
        problems=(),
        coverage=tuple(Coverage(name, items, 0, 0) for name in REQUIRED_EXAMINERS),
        started="2026-11-23T01:00:00Z",
        finished="2026-11-23T01:05:00Z",
    )


class Clock:
    """Processor seconds of each step, in the order taken."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def take(self, name: str, step: Callable[[], T]) -> T:
        """Run a step and keep what it took."""
        began = time.process_time()
        value = step()
        self.seconds[name] = time.process_time() - began
        return value


def run(count: int, loaded: LoadedPolicy) -> Clock:
    """Judge ``count`` items and write everything."""
    clock = Clock()
    examination = examination_of(count)
    state = SigningState(intended=True, ready=("openpgp",))
    judgement: Judgement = clock.take(
        "judge",
        lambda: judge(examination, loaded.policy, policy_sha256=loaded.sha256, today=date(2026, 11, 23), signing=state),
    )
    facts = clock.take("facts", lambda: facts_document(examination, GATE))
    clock.take("result", lambda: result_document(examination, judgement, loaded, GATE))
    reference = policy_reference(loaded)
    clock.take(
        "provenance",
        lambda: build_provenance(examination, loaded.policy, reference, GATE, byproducts={"gate/facts.json": SHA}),
    )
    clock.take(
        "vsa",
        lambda: build_summary(examination, judgement, loaded.policy, reference, GATE, created="2026-11-23T02:00:00Z"),
    )
    clock.take(
        "record",
        lambda: build_record(
            examination, judgement, loaded, GATE, created=NOW, files={}, sums_sha256=SHA, papers={}, promised=[]
        ),
    )
    clock.take("sbom", lambda: sbom_document(examination, loaded.policy, GATE, created=NOW))
    issue = Issue(NOW, GATE, "見本-1")
    fonts = find_fonts(os.environ)
    clock.take("HTML twice, PDF", lambda: release_reports(examination, judgement, loaded, fonts, issue.number, NOW, ()))
    for form in ("text", "markdown", "sarif", "junit"):
        clock.take(
            f"report: {form}",
            lambda form=form: render_report(form, examination, judgement, loaded, issue, Manner("ja")),
        )
    print(f"{len(examination.facts)} facts, {len(judgement.findings)} findings, facts.json {len(facts) / 1e6:.0f} MB")
    if parse_facts(facts).artifacts != examination.artifacts:
        raise SystemExit("facts do not come back")
    return clock


def main() -> None:
    """Measure a tenth and the whole, and print both."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gate.toml"
        path.write_text(policy_text(), encoding="utf-8")
        loaded = load_policy(path)
    run(1000, loaded)  # what is read once in a process is read
    tenth, whole = run(count // 10, loaded), run(count, loaded)
    print(f"\n| step | {count // 10} items | {count} items | ratio |\n|---|---|---|---|")
    for name, seconds in whole.seconds.items():
        before = tenth.seconds[name]
        print(f"| {name} | {before:.2f} s | {seconds:.2f} s | {seconds / max(before, 0.001):.1f} |")
    total = sum(whole.seconds.values())
    print(f"| all | {sum(tenth.seconds.values()):.2f} s | {total:.2f} s | |")
    print(f"\ngreatest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
