"""``gate outbound`` and contacts of the demonstration's website, as a person uses them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Gate

EXAMPLES = Path(__file__).parents[2] / "examples"
ANALYTICS = '<script async src="https://stats.example.com/collect.js"></script>\n</head>'
DECLARED = """
[[outbound.destination]]
id = "stats"
host = "stats.example.com"
reach = ["automatic"]
purpose = "利用状況の把握"
operator = "Example Statistics"
sends = "IPアドレス、閲覧したページ"
disable = "ブラウザの設定で JavaScript を無効にする"
privacy_page = "website/privacy.html"
safety_check = "提供者の説明書及び応答の内容を確認した"
spec_ref = "仕様書 4.3"
approved_by = "山田 太郎"
role = "品質管理責任者"
party = "乙"
approved_on = 2026-04-01
expires = 2036-03-31
"""
TOLD = """<p>利用状況の把握のため、Example Statistics に IPアドレス及び閲覧したページが送信されます。
ブラウザの設定で JavaScript を無効にすることで、送信を無効にできます。
（ブラウザの設定で JavaScript を無効にする）</p></body>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES / "website", tmp_path / "website")
    policy = (EXAMPLES / "gate.toml").read_text("utf-8").partition("[signing]")[0]
    before, _, after = policy.partition("[[executable]]")
    (tmp_path / "gate.toml").write_text(before + after[after.index("[[outbound") :], "utf-8")
    return tmp_path / "website"


def replace(page: Path, old: str, new: str) -> None:
    text = page.read_text("utf-8")
    assert old in text
    page.write_text(text.replace(old, new), "utf-8")


def test_undeclared_analytics_are_rejected_and_pass_once_declared_and_disclosed(gate: Gate, site: Path) -> None:
    assert gate("check", "website").status == 0
    replace(site / "index.html", "</head>", ANALYTICS)
    refused = gate("check", "website")
    assert refused.status == 1
    assert "outbound/undeclared" in refused.stdout
    assert "stats.example.com" in refused.stdout
    assert "website/index.html" in refused.stdout
    assert "[[outbound.destination]]" in refused.stdout
    with (site.parent / "gate.toml").open("a", encoding="utf-8") as policy:
        policy.write(DECLARED)
    silent = gate("check", "website")
    assert silent.status == 1
    assert "outbound/undisclosed" in silent.stdout
    replace(site / "privacy.html", "</body>", TOLD)
    assert gate("check", "website").status == 0


def test_the_view_names_host_place_and_source(gate_here: Gate, site: Path) -> None:
    replace(site / "index.html", "</head>", ANALYTICS)
    seen = gate_here("outbound", "website")
    assert seen.status == 1
    first, *_ = seen.stdout.splitlines()
    assert first == "stats.example.com  not declared"
    assert "script[src]  website/index.html:7" in seen.stdout
    assert "collect.js" in seen.stdout
    assert "tile.example.org  declared (tiles)" in seen.stdout
    japanese = gate_here("outbound", "--lang", "ja", "website")
    assert "stats.example.com  宣言なし" in japanese.stdout


def test_what_users_are_not_told_is_said_beside_the_host(gate_here: Gate, site: Path) -> None:
    replace(site / "map" / "index.html", "privacy.html", "elsewhere.html")
    seen = gate_here("outbound", "website")
    assert seen.status == 1
    assert seen.stdout.startswith("tile.example.org  declared (tiles)")
    assert "missing: links that lead from the pages concerned to it" in " ".join(seen.stdout.split())


def test_what_reading_cannot_tell_is_no_yes(gate_here: Gate, site: Path) -> None:
    replace(site / "index.html", "</head>", "<script>fetch(place)</script></head>")
    seen = gate_here("outbound", "website")
    assert seen.status == 3
    assert "(host not known by reading)  to be looked at" in seen.stdout
    assert "Contacts whose host reading cannot tell: 1." in " ".join(seen.stdout.split())


def test_text_that_a_page_hides_tells_users_nothing(gate_here: Gate, site: Path) -> None:
    assert gate_here("outbound", "website").status == 0
    replace(site / "privacy.html", "<body>", '<body><div style="display:none">')
    replace(site / "privacy.html", "</body>", "</div></body>")
    assert gate_here("outbound", "website").status == 1


def test_what_is_declared_alone_is_answered_with_0(gate_here: Gate, site: Path) -> None:
    assert site.is_dir()
    assert gate_here("outbound", "website").status == 0
    csp = gate_here("outbound", "--csp", "website")
    assert csp.stdout.startswith(
        "Content-Security-Policy: default-src 'self'; img-src 'self' https://tile.example.org/v1/;"
    )


def test_drafts_are_refused_as_they_are(gate: Gate, site: Path, tmp_path: Path) -> None:
    replace(site / "index.html", "</head>", ANALYTICS)
    assert gate("outbound", "--write", "-o", "drafts.toml", "website").status == 1
    with (tmp_path / "gate.toml").open("a", encoding="utf-8") as policy:
        policy.write((tmp_path / "drafts.toml").read_text("utf-8"))
    refused = gate("check", "website")
    assert refused.status == 2
    assert "purpose" in refused.stderr


def test_what_cannot_be_read_is_said(gate_here: Gate, site: Path) -> None:
    (site / "paper.pdf").write_bytes(b"%PDF-1.7\n1 0 obj << /Type /Catalog")
    seen = gate_here("outbound", "website")
    assert seen.status == 3
    assert "Not everything could be read" in seen.stderr


def test_hostile_names_and_lines_are_shown_safely(gate_here: Gate, site: Path) -> None:
    (site / "a\x1b[2J\u202e.html").write_text('<p>\x1b[31m\u202e<img src="https://a.example.net/x\x1b">', "utf-8")
    seen = gate_here("outbound", "website")
    assert "\x1b" not in seen.stdout
    assert "\u202e" not in seen.stdout
    assert "a.example.net" in seen.stdout


def test_two_answers_at_once_are_refused(gate: Gate, site: Path) -> None:
    assert site.is_dir()
    assert gate("outbound", "--write", "--csp", "website").status == 2
