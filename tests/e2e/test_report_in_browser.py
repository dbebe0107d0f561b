"""HTML reports in a real browser: nothing is asked for, no error is told, nothing is wider than paper or a phone."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from gate.reports.html import render_html
from gate.reports.papers.plan import compose_plan
from gate.reports.papers.report import compose_report
from gate.text import LANGUAGES
from tests.unit.policy.policy_kit import destination_entry
from tests.unit.reports.paper_cases import CASES, DELIVERABLE, EVIDENCE, case
from tests.unit.reports.test_html import hostile_paper
from tests.unit.reports.view_kit import CREATED, loaded

if TYPE_CHECKING:
    from pathlib import Path

A4, PHONES = 794, (390, 360)
"""Widths in CSS pixels: A4 at 96 to the inch, and two phones."""
pytestmark = pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium is there")

MEASURE = """<!doctype html><meta charset="utf-8"><title>measure</title><body><pre id="out"></pre><script>
const pages = %s, widths = %s, results = [];
let left = pages.length * widths.length;
for (const page of pages) for (const width of widths) {
  const frame = document.createElement("iframe");
  frame.width = width; frame.height = 800;
  frame.onload = () => {
    const inside = frame.contentDocument, root = inside.documentElement;
    const wide = [...inside.querySelectorAll("body *")].filter((each) => !each.closest(".mark")
      && (each.getBoundingClientRect().right > root.clientWidth + 1 || each.getBoundingClientRect().left < -1));
    const label = inside.querySelector(".banner .label");
    results.push({page, width, scroll: root.scrollWidth, client: root.clientWidth,
      wide: wide.slice(0, 3).map((each) => each.outerHTML.slice(0, 120)),
      verdict: label ? label.getBoundingClientRect().bottom : -1,
      size: label ? parseFloat(getComputedStyle(label).fontSize) : -1});
    if (--left === 0) document.getElementById("out").textContent = JSON.stringify(results);
  };
  frame.src = page; document.body.append(frame);
}
</script>"""


def run_browser(folder: Path, page: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--allow-file-access-from-files", "--disable-background-networking", "--disable-component-update",
        "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}", *more, page.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], str, str]:
    """Open every report at every width at once; return the measures, what the browser said, and its net log."""
    folder = tmp_path_factory.mktemp("reports")
    pages = []
    for name in CASES:
        for language in LANGUAGES:
            pages.append(f"{name}.{language}.html")
            (folder / pages[-1]).write_text(render_html(compose_report(case(name), language)))
    for language in LANGUAGES:
        plan = compose_plan(loaded(DELIVERABLE, EVIDENCE, destination_entry()), language, created=CREATED)
        pages.append(f"plan.{language}.html")
        (folder / pages[-1]).write_text(render_html(plan))
    pages.append("hostile.html")
    (folder / pages[-1]).write_text(render_html(hostile_paper("w" * 300 + '<img src="//x.example/p.png">')))
    measure = folder / "measure.html"
    measure.write_text(MEASURE % (json.dumps(pages), json.dumps([A4, *PHONES])))
    log = folder / "net.json"
    done = run_browser(folder, measure, f"--log-net-log={log}", "--dump-dom", "--virtual-time-budget=20000")
    match = re.search(r'<pre id="out">(.+?)</pre>', done.stdout, re.DOTALL)
    assert match, done.stderr
    return json.loads(html.unescape(match[1])), done.stderr, log.read_text()


def test_nothing_is_wider_than_its_page(opened: tuple[list[dict[str, Any]], str, str]) -> None:
    measures, _, _ = opened
    assert len(measures) == ((len(CASES) + 1) * len(LANGUAGES) + 1) * (1 + len(PHONES))
    too_wide = [each for each in measures if each["scroll"] > each["client"] or each["wide"]]
    assert too_wide == []


def test_the_verdict_is_seen_without_scrolling(opened: tuple[list[dict[str, Any]], str, str]) -> None:
    measures, _, _ = opened
    for each in measures:
        if each["page"].startswith(CASES):
            assert 0 < each["verdict"] < 500, each
            assert each["size"] >= 20


def test_no_error_is_told_and_nothing_is_asked_for(opened: tuple[list[dict[str, Any]], str, str]) -> None:
    _, said, log = opened
    assert [line for line in said.splitlines() if "CONSOLE" in line or "Refused" in line] == []
    asked = set(re.findall(r'"url":"((?:https?|wss?|ftp)://[^"]*)"', log))
    assert {url for url in asked if ".google" not in url and "gvt1" not in url} == set()
    assert "x.example" not in log


def test_the_style_sheet_is_the_one_that_the_policy_allows(tmp_path: Path) -> None:
    """A twin: with one letter of the style sheet changed, the browser refuses it and says so."""
    text = render_html(compose_report(case("approved"), "ja"))
    changed = tmp_path / "changed.html"
    changed.write_text(text.replace("box-sizing: border-box", "box-sizing: content-box", 1))
    said = run_browser(tmp_path, changed, "--dump-dom").stderr
    assert "CONSOLE" in said
    assert "Content Security Policy" in said
