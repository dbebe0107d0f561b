"""Files that a page runs under a name that says otherwise: nobody read them as what they are run as."""

from __future__ import annotations

import pytest

from gate.models import ItemFact, ReferenceFact
from tests.unit.policy.policy_kit import SHA, clause, deliverable, ids, judged, only

ITEM = ItemFact(10, path="site/js/a.txt", sha256=SHA)


@pytest.mark.parametrize("target", ["js/a.txt", "./a.txt", "/js/a.txt", "../js/a.txt", "a.txt"])
def test_file_that_a_page_runs_was_not_read_as_that(target: str) -> None:
    by = [ReferenceFact(target, role="script", path=path) for path in ("site/b.html", "site/a.html")]
    judgement = judged(deliverable("website"), facts=[ITEM, *by])
    finding = only(judgement, "outbound/not-read")
    assert (finding.path, finding.sha256, finding.severity) == (ITEM.path, SHA, "gap")
    assert finding.args["by"] == "site/a.html"
    assert judgement.verdict == "incomplete"
    assert clause(judgement, "26-3 3(1)③").status == "not-confirmed"
    assert clause(judgement, "26-3 3(3)").status == "not-confirmed"


@pytest.mark.parametrize(
    "reference",
    [
        ReferenceFact("b.txt", role="script", path="site/a.html"),
        ReferenceFact("s/a.txt", role="style", path="site/a.html"),
        ReferenceFact("a.txt", role="script", path="other/a.html"),
        ReferenceFact("a.txt", role="script", path="site/app.zip!/a.html"),
        ReferenceFact("a.txt", role="module", path="site/a.html"),
        ReferenceFact("..", role="script", path="site/a.html"),
    ],
)
def test_other_files_are_not_meant(reference: ReferenceFact) -> None:
    assert ids(judged(deliverable("website"), facts=[ITEM, reference])) == []
