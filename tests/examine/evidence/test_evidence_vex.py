"""CycloneDX, OpenVEX and pip-audit: what is answered, what is not, and what it is said of."""

from __future__ import annotations

from typing import Any

import pytest

from gate.examine.evidence.draft import KEPT_ANSWERS
from gate.examine.evidence.products import MOST_PRODUCTS
from tests.examine.evidence.forms import (
    SHA,
    cyclonedx,
    openvex,
    pip_audit,
    read_form,
    statement,
    vulnerability,
)

JINJA = "pkg:pypi/jinja2@3.1.2"
JUSTIFIED = {"justification": "code_not_reachable"}


# --- CycloneDX --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "analysis", "answered"),
    [
        (None, {}, False),
        ("exploitable", JUSTIFIED, False),
        ("in_triage", {}, False),
        ("resolved", {}, True),
        ("resolved_with_pedigree", {}, True),
        ("not_affected", JUSTIFIED, True),
        ("not_affected", {"detail": "never called"}, True),
        ("not_affected", {}, False),
        ("false_positive", {"detail": "another project"}, True),
        ("false_positive", {"detail": " "}, False),
    ],
)
def test_states_of_cyclonedx(state: str | None, analysis: dict[str, Any], *, answered: bool) -> None:
    fact = read_form("cyclonedx-vex", cyclonedx(vulnerability(state, analysis=analysis)))
    assert (len(fact.resolved), len(fact.unresolved)) == ((1, 0) if answered else (0, 1))
    assert (fact.problem, fact.tools, fact.ran) == ("", ("scanner 3",), "2026-11-20T03:00:00Z")
    assert set(fact.looked_at) == {JINJA, f"sha256:{SHA}", "sample@1.0"}
    (found,) = (*fact.resolved, *fact.unresolved)
    assert set(found.products) == {JINJA, f"sha256:{SHA}"}


@pytest.mark.parametrize(
    ("ratings", "level"),
    [
        ([], "unknown"),
        ([{"severity": "unknown"}], "unknown"),
        ([{"severity": "info"}], "none"),
        ([{"severity": "low"}, {"severity": "critical"}], "critical"),
        ([{"severity": "unknown"}, {"severity": "medium"}], "medium"),
        ([{"severity": "low", "score": 9.1, "method": "CVSSv31"}], "critical"),
        ([{"score": 7.0, "method": "CVSSv4"}], "high"),
        ([{"score": 0.0, "method": "CVSSv3"}], "none"),
        ([{"severity": "low", "score": 50, "method": "OWASP"}], "low"),
        ([{"score": 50, "method": "CVSSv3"}], "unknown"),
    ],
)
def test_ratings_of_cyclonedx(ratings: list[dict[str, Any]], level: str) -> None:
    (found,) = read_form("cyclonedx-vex", cyclonedx(vulnerability(ratings=ratings))).unresolved
    assert found.level == level


def test_a_reference_that_stands_for_two_components_is_not_read() -> None:
    document = cyclonedx(vulnerability())
    (component,) = document["components"]
    assert read_form("cyclonedx-vex", {**document, "components": [component, component]}).problem == ""
    twice = read_form("cyclonedx-vex", {**document, "components": [component, {**component, "purl": "pkg:npm/x@1"}]})
    assert (twice.problem, "two components" in twice.detail) == ("unreadable", True)


@pytest.mark.parametrize(
    ("reference", "products"),
    [
        ("app", ("sample@1.0",)),
        ("inner", ("inner@2",)),
        ("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#j", (JINJA, f"sha256:{SHA}")),
        ("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm/x%401", ("pkg:npm/x@1",)),
        ("pkg:pypi/Django@4", ("pkg:pypi/django@4",)),
        ("nothing", ()),
    ],
)
def test_what_a_vulnerability_affects(reference: str, products: tuple[str, ...]) -> None:
    document = cyclonedx(vulnerability(affects=[{"ref": reference}]))
    document["components"][0]["components"] = [{"bom-ref": "inner", "name": "inner", "version": "2"}]
    (found,) = read_form("cyclonedx-vex", document).unresolved
    assert found.products == products


def test_a_list_of_components_says_nothing_of_vulnerabilities() -> None:
    document = cyclonedx()
    assert read_form("cyclonedx-vex", document).problem == ""
    del document["vulnerabilities"]
    assert read_form("cyclonedx-vex", document).problem == "not-run"


def test_tools_in_the_old_form_and_other_names() -> None:
    document = cyclonedx(vulnerability(references=[{"id": "GHSA-1"}]), metadata={"tools": [{"name": "old"}]})
    fact = read_form("cyclonedx-vex", document)
    assert (fact.tools, fact.ran, fact.unresolved[0].also) == (("old",), "", ("GHSA-1",))


@pytest.mark.parametrize(
    "document",
    [
        {"bomFormat": "SPDX", "specVersion": "1.6"},
        {"bomFormat": "CycloneDX", "specVersion": "1.3", "vulnerabilities": []},
        cyclonedx(vulnerability("fine")),
        cyclonedx(vulnerability(ratings=[{"severity": "bad"}])),
        cyclonedx(components={}),
        cyclonedx(metadata={"timestamp": "now"}),
    ],
)
def test_what_is_no_cyclonedx(document: dict[str, Any]) -> None:
    assert read_form("cyclonedx-vex", document).problem == "unreadable"


# --- OpenVEX ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "more", "answered"),
    [
        ("affected", {}, False),
        ("under_investigation", {}, False),
        ("fixed", {}, True),
        ("not_affected", {"justification": "component_not_present"}, True),
        ("not_affected", {"impact_statement": "never called"}, True),
        ("not_affected", {}, False),
    ],
)
def test_states_of_openvex(status: str, more: dict[str, Any], *, answered: bool) -> None:
    fact = read_form("openvex", openvex(statement(status, **more)))
    assert (len(fact.resolved), len(fact.unresolved)) == ((1, 0) if answered else (0, 1))
    assert (fact.ran, fact.looked_at) == ("2026-11-20T03:00:00Z", (JINJA,))


def test_products_and_parts_of_openvex() -> None:
    product = {
        "@id": "https://example.org/app",
        "identifiers": {"purl": "pkg:generic/sample@1.0"},
        "hashes": {"sha-256": SHA},
        "subcomponents": [{"@id": "pkg:pypi/Jinja2@3.1.2"}],
    }
    vulnerable = {"@id": "https://nvd.example/CVE-2024-1", "aliases": ["GHSA-1"]}
    fact = read_form("openvex", openvex(statement("fixed", products=[product], vulnerability=vulnerable)))
    (found,) = fact.resolved
    assert found.products == ("https://example.org/app", "pkg:generic/sample@1.0", f"sha256:{SHA}")
    assert (found.parts, found.also) == ((JINJA,), ("GHSA-1",))
    (plain,) = read_form("openvex", openvex(statement("affected", products=[JINJA], vulnerability="CVE-1"))).unresolved
    assert (plain.rule, plain.products) == ("CVE-1", (JINJA,))


@pytest.mark.parametrize(
    ("first", "second", "answered"),
    [
        (("affected", "2026-11-01T00:00:00Z"), ("fixed", "2026-11-02T00:00:00Z"), True),
        (("fixed", "2026-11-02T00:00:00Z"), ("affected", "2026-11-01T00:00:00Z"), True),
        (("fixed", "2026-11-01T00:00:00Z"), ("affected", "2026-11-02T00:00:00Z"), False),
        (("fixed", "2026-11-01T00:00:00Z"), ("affected", "2026-11-01T00:00:00Z"), False),
        (("affected", "2026-11-01T00:00:00Z"), ("fixed", "2026-11-01T00:00:00Z"), False),
    ],
)
def test_the_latest_statement_counts_and_of_two_at_once_the_graver(
    first: tuple[str, str], second: tuple[str, str], *, answered: bool
) -> None:
    statements = [statement(status, timestamp=time) for status, time in (first, second)]
    fact = read_form("openvex", openvex(*statements))
    assert (len(fact.resolved), len(fact.unresolved)) == ((1, 0) if answered else (0, 1))


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (openvex(), "not-run"),
        (openvex(statement("perhaps")), "unreadable"),
        (openvex({"status": "fixed", "vulnerability": {}}), "unreadable"),
        ({**openvex(), "@context": "https://other.example/"}, "unreadable"),
        ({**openvex(), "statements": None}, "unreadable"),
    ],
)
def test_what_is_no_openvex(document: dict[str, Any], problem: str) -> None:
    assert read_form("openvex", document).problem == problem


@pytest.mark.parametrize("count", [MOST_PRODUCTS, MOST_PRODUCTS + 1])
def test_no_product_is_left_out(count: int) -> None:
    """Which of them is delivered nobody knows here: a file with a result that names too many is unreadable."""
    names = [f"pkg:npm/p{number}@1" for number in range(count)]
    affected = cyclonedx(vulnerability(affects=[{"ref": name} for name in names]))
    parts = openvex(
        statement("affected", products=[{"@id": JINJA, "subcomponents": [{"@id": name} for name in names]}])
    )
    for fact in (read_form("cyclonedx-vex", affected), read_form("openvex", parts)):
        assert fact.problem == ("" if count == MOST_PRODUCTS else "unreadable")
    products = read_form("openvex", openvex(statement("affected", products=[{"@id": name} for name in names])))
    assert sum(each.count for each in products.counts) == count


def test_answers_that_are_not_held_are_counted_apart() -> None:
    many = [statement("fixed", vulnerability=f"CVE-{number}") for number in range(KEPT_ANSWERS + 2)]
    fact = read_form("openvex", openvex(*many))
    assert (len(fact.resolved), fact.more, fact.more_resolved) == (KEPT_ANSWERS, 0, 2)


# --- pip-audit ---------------------------------------------------------------------------------------------------


def test_what_pip_audit_looked_at() -> None:
    fact = read_form(
        "pip-audit",
        pip_audit(
            {"name": "Jinja2", "version": "3.1.2", "vulns": [{"id": "CVE-2024-1", "aliases": ["GHSA-1"],
                                                              "description": "bad", "fix_versions": ["3.1.3"]}]},
            {"name": "markupsafe", "version": "2.1.3", "vulns": []},
            {"name": "private", "skip_reason": "not on PyPI"},
            {"name": "odd", "version": "1"},
        ),
    )  # fmt: skip
    assert fact.looked_at == (JINJA, "pkg:pypi/markupsafe@2.1.3")
    assert fact.skipped == ("odd: no array of vulnerabilities", "private: not on PyPI")
    (found,) = fact.unresolved
    assert (found.rule, found.also, found.products, found.level) == ("CVE-2024-1", ("GHSA-1",), (JINJA,), "unknown")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (pip_audit(), "not-run"),
        (pip_audit({"name": "x", "skip_reason": "y"}), "not-run"),
        (pip_audit({"version": "1"}), "unreadable"),
        ({}, "unreadable"),
    ],
)
def test_what_is_no_report_of_pip_audit(document: dict[str, Any], problem: str) -> None:
    assert read_form("pip-audit", document).problem == problem


def test_a_later_statement_counts_also_where_it_names_the_product_in_more_ways() -> None:
    more = {"@id": JINJA, "hashes": {"sha-256": SHA}}
    answered = statement("not_affected", justification="x", timestamp="2026-11-01T00:00:00Z")
    affected = statement("affected", products=[more], timestamp="2026-11-02T00:00:00Z")
    fact = read_form("openvex", openvex(answered, affected))
    assert (len(fact.resolved), len(fact.unresolved)) == (0, 1)
    earlier = {**affected, "timestamp": "2026-10-01T00:00:00Z"}
    assert len(read_form("openvex", openvex(answered, earlier)).resolved) == 1
    elsewhere = {**affected, "products": [{"@id": "pkg:pypi/other@1"}]}
    assert len(read_form("openvex", openvex(answered, elsewhere)).resolved) == 1


def test_a_package_without_an_answer_was_not_looked_at_by_pip_audit() -> None:
    seen = {"name": "markupsafe", "version": "2.1.3", "vulns": []}
    fact = read_form("pip-audit", pip_audit({"name": "jinja2", "version": "3.1.2", "vulns": None}, seen))
    assert fact.looked_at == ("pkg:pypi/markupsafe@2.1.3",)
    assert len(fact.skipped) == 1
