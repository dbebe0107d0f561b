"""``--browser``: a host that only a computed string reveals, its twin, and a system where it cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Gate, policy_text
from tests.examine.browser.browser_kit import with_browser

PAGE = '<!doctype html><html lang="en"><title>Map</title><p>Map</p><script src="/js/map.js"></script></html>'
COMPUTED = """const name = [115, 101, 99, 114, 101, 116].map((code) => String.fromCharCode(code)).join("");
const host = [name, ["example", "org"].join(".")].join(".");
const script = document.createElement("script");
script.src = ["https:", "", host, "x.js"].join("/");
%s"""
CONTACTING = COMPUTED % "document.head.append(script);"
TWIN = COMPUTED % "document.title = script.localName;"


def site(tmp_path: Path, script: str, policy: str = "") -> None:
    (tmp_path / "gate.toml").write_text(policy_text(policy, require='"26-3 3(1)③"'))
    (tmp_path / "site" / "js").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text(PAGE)
    (tmp_path / "site" / "js" / "map.js").write_text(script)


def observed(document: dict[str, object]) -> list[tuple[object, ...]]:
    contacts = document["outbound"]
    assert isinstance(contacts, list)
    keys = ("host", "reach", "path", "declared_by")
    return [tuple(each[key] for key in keys) for each in contacts if each["via"] == "browser"]


@with_browser
@pytest.mark.full
def test_a_host_that_only_running_reveals_is_found_and_rejected(gate: Gate, tmp_path: Path) -> None:
    site(tmp_path, CONTACTING)
    without = gate("check", "--format", "json", "site")
    assert "secret.example.org" not in without.stdout
    found = gate("check", "--browser", "--format", "json", "site")
    assert found.status == 1
    assert observed(found.document) == [("secret.example.org", "automatic", "site/index.html", None)]
    assert {"examiner": "browser", "examined": 1, "not_applicable": 1, "gaps": 0} in found.document["coverage"]
    rejected = [each["id"] for each in found.document["findings"] if each["severity"] == "reject"]
    assert "outbound/undeclared" in rejected
    (engine,) = [each for each in found.document["engines"] if each["name"] == "browser"]
    assert (engine["canary"], engine["detail"].partition("; ")[2]) == ("passed", "pages=1/1")


@with_browser
@pytest.mark.full
def test_the_twin_has_no_contact_and_running_excuses_nothing(gate: Gate, tmp_path: Path) -> None:
    site(tmp_path, TWIN + "\nif (document.hidden && innerWidth < 0) fetch('https://never.example/');")
    found = gate("check", "--browser", "--format", "json", "site").document
    assert observed(found) == []
    assert "never.example" in {each["host"] for each in found["outbound"]}
    assert "outbound/code" in {each["id"] for each in found["findings"]}


@with_browser
@pytest.mark.full
def test_pages_beyond_the_limit_make_the_verdict_incomplete(gate: Gate, tmp_path: Path) -> None:
    site(tmp_path, "", "[outbound]\nbrowser_pages = 1\n")
    (tmp_path / "site" / "more.html").write_text("<!doctype html><p>more</p>")
    found = gate("outbound", "--browser", "site")
    assert found.status == 3
    assert "1" in found.stderr


def test_without_the_browser_it_is_refused_with_a_remedy(gate: Gate, tmp_path: Path) -> None:
    site(tmp_path, TWIN)
    hidden = tmp_path / "sitecustomize"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import gate.isolation.surroundings\ngate.isolation.surroundings.SEARCH_PATH = '/nonexistent'\n"
    )
    found = gate("outbound", "--browser", "--lang", "ja", "site", PYTHONPATH=str(hidden))
    assert found.status == 3
    assert "--browser には Chromium が必要です" in found.stderr
    assert "sudo apt-get install chromium" in found.stderr
