"""Contacts of real pages: what reading says of them, held against what Chromium asked for, and beside lintian.

The table is written to ``benchmarks/results/outbound-ground-truth.md``.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from gate.examine.browser.examiner import BrowserExaminer
from tests.corpus.outbound_explanations import EXPLANATIONS
from tests.corpus.outbound_lintian import breaches, version
from tests.corpus.outbound_pages import PAGE_SECONDS, PAGES_OF_A_PACKAGE, Package, corpus, looked_at
from tests.corpus.outbound_truth_table import (
    FOUND_BY_SURENESS,
    HEAD,
    by_lintian,
    missed,
    only,
    over,
    pages_of,
    score,
    table,
    when_opened,
)
from tests.examine.browser.browser_kit import with_browser

pytestmark = [pytest.mark.corpus, with_browser]

TABLE = Path(__file__).parents[2] / "benchmarks" / "results" / "outbound-ground-truth.md"
WORKERS = 2


@dataclass(frozen=True)
class Truth:
    """All packages, and what lintian says of the files that their pages read."""

    packages: list[Package]
    lintian: dict[str, set[str]]


@pytest.fixture(scope="module")
def truth() -> Truth:
    browser = BrowserExaminer(pages=1, workers=1, page_seconds=PAGE_SECONDS)
    engine = browser.start()
    with corpus() as found:
        packages = [looked_at(browser, *each, found.supplied, WORKERS) for each in found.archives]
    browser.finish()
    contents = {f"{each.name}/{path}": content for each in packages for path, content in each.contents.items()}
    with tempfile.TemporaryDirectory() as folder:
        breaking = breaches(Path(folder), contents)
    pages = pages_of(packages)
    head = HEAD.format(
        packages=len(packages),
        pages=len(pages),
        each=PAGES_OF_A_PACKAGE,
        again=sum(page.completed for page in pages),
        chromium=engine.version,
        lintian=version(),
    )
    TABLE.write_text(head + table(packages, breaking, EXPLANATIONS))
    return Truth(packages, breaking)


def test_there_are_enough_packages_and_pages(truth: Truth) -> None:
    assert len([each for each in truth.packages if each.pages]) >= 40
    assert len([page for page in pages_of(truth.packages) if page.asked]) >= 40


def test_nearly_all_pages_come_to_their_end(truth: Truth) -> None:
    failed = {each.name: each.failed for each in truth.packages if each.failed}
    assert sum(map(len, failed.values())) <= 0.05 * len(pages_of(truth.packages)), failed


def test_what_is_called_automatic_is_asked_for(truth: Truth) -> None:
    assert score(pages_of(truth.packages), only("automatic")).named
    assert over(truth.packages, "automatic") == set()


def test_nearly_all_that_is_asked_for_is_named(truth: Truth) -> None:
    found = score(pages_of(truth.packages), lambda page: page.found(*FOUND_BY_SURENESS))
    assert found.recall >= 0.99, missed(truth.packages)


def test_code_is_asked_for(truth: Truth) -> None:
    code = score(pages_of(truth.packages), only("code"))
    assert code.named >= 20
    assert code.precision > 0.74, over(truth.packages, "code")


def test_what_is_said_to_be_contacted_on_opening_is(truth: Truth) -> None:
    assert score(pages_of(truth.packages), when_opened).precision > 0.9, over(truth.packages, "code")


def test_more_is_named_than_by_lintian_and_no_less_rightly(truth: Truth) -> None:
    pages = pages_of(truth.packages)
    rival = score(pages, by_lintian(truth.lintian))
    assert rival.right > 0, "lintian said nothing: it did not run"
    ours = score(pages, only("automatic"))
    assert (ours.recall, ours.precision) >= (rival.recall, rival.precision)


def test_every_miss_and_every_over_report_is_explained(truth: Truth) -> None:
    differing = missed(truth.packages) | over(truth.packages, "automatic") | over(truth.packages, "code")
    assert {(package, host) for package, _, host in differing} - EXPLANATIONS.keys() == set()
