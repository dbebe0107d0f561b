"""The list of components: valid CycloneDX 1.6, the same bytes again, and never more than was seen."""

from __future__ import annotations

import dataclasses
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from cyclonedx.model.bom_ref import BomRef
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from gate.models import Artifact, ComponentFact, Examination, ItemFact
from gate.policy import Policy
from gate.record.components import record_components, result_components
from gate.record.identity import GateIdentity
from gate.record.packages import Packages
from gate.record.sbom import sbom_document
from tests.unit.policy.policy_kit import OTHER_SHA, SHA, deliverable, examined, item, policy_of

GATE = GateIdentity("1.0", "a" * 64)
CLOCK = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)
WHEEL = ComponentFact("pkg:pypi/jinja2@3.1.2", "Jinja2", "3.1.2", "python-metadata", "BSD-3-Clause",
                      path="app.whl!/Jinja2.dist-info/METADATA", sha256=SHA)  # fmt: skip
AGAIN = dataclasses.replace(WHEEL, path="app.whl!/vendor/METADATA", licence="BSD & others")
FOLDER = dataclasses.replace(WHEEL, path="site/lib/METADATA")
UNNAMED = ComponentFact("", "", "", "package.json", problem="not JSON", path="site/a/package.json", sha256=SHA)
ASKED = ComponentFact("pkg:npm/left-pad@1.3.0", "left-pad", "1.3.0", "package-lock.json", delivered=False,
                      path="site/package-lock.json", sha256=SHA)  # fmt: skip
BUNDLE = ComponentFact("pkg:generic/org.x@1", "org.x", "1", "bundle-manifest", path="site/x.jar!/META-INF/MANIFEST.MF",
                       sha256=SHA)  # fmt: skip
MAVEN = ComponentFact("pkg:maven/org/x@1", "org/x", "1", "pom.properties", path="site/x.jar!/META-INF/m/pom.properties",
                      sha256=SHA)  # fmt: skip
ALL = (WHEEL, AGAIN, FOLDER, UNNAMED, ASKED, BUNDLE)


def delivery(*facts: ComponentFact | ItemFact) -> Examination:
    artifacts = (Artifact("app.whl", "file", SHA, 10, 3), Artifact("site", "folder", OTHER_SHA, 10, 3))
    return dataclasses.replace(examined(*facts), artifacts=artifacts)


def sbom(*facts: ComponentFact | ItemFact, policy: Policy | None = None, created: datetime = CLOCK) -> dict[str, Any]:
    """Return a document that the library's validator found nothing wrong with."""
    raw = sbom_document(delivery(*facts), policy or policy_of(deliverable("website")), GATE, created=created)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(raw.decode()) is None
    document: dict[str, Any] = json.loads(raw)
    return document


def test_artifacts_and_what_was_found_in_them() -> None:
    document = sbom(*ALL)
    assert document["metadata"]["component"]["name"] == "sample"
    assert document["metadata"]["component"]["version"] == "1.0"
    assert document["metadata"]["timestamp"] == "2026-11-26T01:02:03+00:00"
    app, site = document["components"]
    assert (app["name"], app["hashes"]) == ("app.whl", [{"alg": "SHA-256", "content": SHA}])
    assert "hashes" not in site, "the digest of a folder is that of a list"
    assert site["properties"] == [{"name": "release-gate:file-list-sha256", "value": OTHER_SHA}]
    (jinja,) = app["components"]
    assert (jinja["purl"], jinja["version"]) == ("pkg:pypi/jinja2@3.1.2", "3.1.2")
    assert [each["location"] for each in jinja["evidence"]["occurrences"]] == [WHEEL.path, AGAIN.path]
    licences = [each["license"] for each in jinja["licenses"]]
    assert {each.get("id", each.get("name")) for each in licences} == {"BSD-3-Clause", "BSD & others"}
    assert {each["acknowledgement"] for each in licences} == {"declared"}
    assert sorted(each.get("purl", "") for each in site["components"]) == [
        "", "pkg:generic/org.x@1", "pkg:pypi/jinja2@3.1.2",
    ]  # fmt: skip


def test_the_deliverable_depends_on_its_artifacts() -> None:
    assert sbom(*ALL)["dependencies"] == [
        {"ref": "artifact:app.whl"},
        {"ref": "artifact:site"},
        {"ref": "deliverable", "dependsOn": ["artifact:app.whl", "artifact:site"]},
    ]


def test_many_artifacts_are_not_held_against_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    real = BomRef.__eq__

    def count(one: BomRef, other: object) -> bool:
        nonlocal calls
        calls += 1
        return real(one, other)

    monkeypatch.setattr(BomRef, "__eq__", count)
    counted = []
    for number in (100, 400):
        artifacts = tuple(Artifact(f"f{index}", "file", SHA, 1, 1) for index in range(number))
        many = dataclasses.replace(examined(), artifacts=artifacts)
        calls = 0
        sbom_document(many, policy_of(deliverable("website")), GATE, created=CLOCK)
        counted.append(calls)
    assert counted[1] < 8 * counted[0], counted


def test_what_is_left_open_is_said() -> None:
    document = sbom(*ALL)
    assert {
        each["aggregate"]: each.get("assemblies", each.get("dependencies")) for each in document["compositions"]
    } == {
        "complete": ["deliverable"],
        "incomplete": ["artifact:app.whl", "artifact:site"],
        "unknown": ["deliverable", "artifact:app.whl", "artifact:site"],
    }
    (unnamed,) = [each for each in document["components"][1]["components"] if each["name"] == "(unnamed)"]
    assert {"name": "release-gate:incomplete", "value": "not JSON"} in unnamed["properties"]
    assert "version" not in unnamed


def test_what_is_only_asked_for_is_not_listed_as_delivered() -> None:
    assert "left-pad" not in json.dumps(sbom(*ALL))
    assert ASKED.purl in {each.purl for each in result_components(delivery(*ALL)) if not each.delivered}


def test_a_jar_that_names_itself_twice_is_one_component() -> None:
    named = [each["purl"] for each in sbom(BUNDLE, MAVEN)["components"][1]["components"]]
    assert named == ["pkg:maven/org/x@1"]


def test_same_facts_and_clock_same_bytes_and_another_serial_number_for_others() -> None:
    facts = list(ALL)
    first = sbom(*facts)
    random.Random(1).shuffle(facts)
    assert sbom(*facts) == first
    others = [sbom(WHEEL), sbom(), sbom(*ALL, created=datetime(2027, 1, 1, tzinfo=UTC)), sbom(*ALL, policy=policy_of())]
    assert len({first["serialNumber"], *(each["serialNumber"] for each in others)}) == 5


def test_without_a_declaration_it_is_named_for_its_artifacts() -> None:
    assert sbom(policy=policy_of())["metadata"]["component"]["name"] == "app.whl, site"


@pytest.mark.parametrize("kind", ["application", "website", "content"])
def test_every_kind_of_deliverable(kind: str) -> None:
    declared = deliverable(kind).replace("[deliverable]", '[deliverable]\nsupplier = "乙社"\ntitle = "件名"')
    whole = sbom(policy=policy_of(declared))["metadata"]["component"]
    assert (whole["supplier"]["name"], whole["description"]) == ("乙社", "件名")
    assert whole["type"] == ("data" if kind == "content" else "application")


def test_an_artifact_whose_name_begins_another_one_keeps_its_own() -> None:
    artifacts = (Artifact("a", "folder", SHA, 1, 1), Artifact("a-2", "folder", OTHER_SHA, 1, 1))
    seen = dataclasses.replace(delivery(dataclasses.replace(WHEEL, path="a-2/METADATA")), artifacts=artifacts)
    document = json.loads(sbom_document(seen, policy_of(), GATE, created=CLOCK))
    assert ["components" in each for each in document["components"]] == [False, True]


def test_the_record_names_each_component_once() -> None:
    rows = record_components(delivery(*ALL, MAVEN))
    assert [(row.purl, row.path, row.places) for row in rows] == [
        ("", "site/a/package.json", 1),
        ("pkg:maven/org/x@1", MAVEN.path, 1),
        ("pkg:pypi/jinja2@3.1.2", WHEEL.path, 3),
    ]
    assert rows[0].problem == "not JSON"


def component(found_by: str, path: str, sha256: str = SHA) -> ComponentFact:
    return ComponentFact("pkg:generic/x@1", "x", "1", found_by, path=path, sha256=sha256)


@pytest.mark.parametrize(
    ("found_by", "holder", "inside", "is_package"),
    [
        ("python-metadata", "site/a.whl", "a.dist-info/METADATA", True),
        ("python-metadata", "site/a.zip", "a.dist-info/METADATA", False),
        ("package.json", "site/a.tgz", "package/package.json", True),
        ("package.json", "site/a.tgz", "package/node_modules/b/package.json", False),
        ("pom.properties", "site/a.jar", "META-INF/maven/g/a/pom.properties", True),
        ("bundle-manifest", "site/a.jar", "META-INF/MANIFEST.MF", True),
        ("bundle-manifest", "site/a.jar", "other/MANIFEST.MF", False),
        ("nuspec", "site/a.nupkg", "a.nuspec", True),
        ("dpkg", "site/a.deb", "control.tar.xz!/./control", True),
        ("dpkg", "site/a.tar", "control.tar.xz!/./control", False),
        ("python-metadata", "site/a.whl", "a/_vendor/b.dist-info/METADATA", False),
        ("pom.properties", "site/a.jar", "BOOT-INF/lib/b.jar!/META-INF/maven/g/b/pom.properties", False),
        ("cargo.toml", "site/a.crate", "Cargo.toml", False),
    ],
)
def test_the_file_that_a_component_is_has_its_digest(
    found_by: str, holder: str, inside: str, *, is_package: bool
) -> None:
    found = component(found_by, f"{holder}!/{inside}")
    items = (item(holder, OTHER_SHA), item(found.path))
    packages = Packages.of((*items, found), [found])
    assert packages.digest(found) == (OTHER_SHA if is_package else None)
    again = component(found_by, f"{holder}!/{inside}")
    assert Packages.of(items, [found, again]).digest(found) is None, "one of several"


def test_digests_of_components_in_the_list() -> None:
    rpm, item_of_it = component("rpm-header", "site/a.rpm"), item("site/a.rpm", OTHER_SHA)
    (listed,) = sbom(rpm, item_of_it)["components"][1]["components"]
    assert listed["hashes"] == [{"alg": "SHA-256", "content": OTHER_SHA}]
    second = (component("rpm-header", "site/b.rpm"), item("site/b.rpm", SHA))
    (listed,) = sbom(rpm, item_of_it, *second)["components"][1]["components"]
    assert "hashes" not in listed, "two files of one name"
    (listed,) = sbom(WHEEL, item("app.whl", SHA))["components"][0]["components"]
    assert listed["hashes"] == [{"alg": "SHA-256", "content": SHA}]
    assert "hashes" not in sbom(FOLDER)["components"][1]["components"][0]
