"""Provenance and verification summary: by the types of in-toto-attestation, and nothing claimed that was not seen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from google.protobuf.json_format import ParseError

from gate.models import (
    Artifact,
    BaseImageFact,
    BuilderFact,
    Clause,
    Examination,
    Fact,
    ItemFact,
    Judgement,
    RevisionFact,
    Verdict,
)
from gate.policy.load import load_policy
from gate.record.canonical import DocumentError, canonical
from gate.record.dependencies import MOST_OF_A_ROLE
from gate.record.documents import GateIdentity, policy_reference, schema
from gate.record.provenance import build_provenance, parse_provenance
from gate.record.statement import build_record
from gate.record.summary import build_summary, parse_summary
from tests.unit.record.slsa_types import read_provenance, read_statement, read_summary
from tests.unit.record.test_statement import CREATED

if TYPE_CHECKING:
    from pathlib import Path

    from gate.policy.load import LoadedPolicy

SHA, OTHER, COMMIT = "a" * 64, "b" * 64, "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"
GATE = GateIdentity("0.1.0", "d" * 64)
DELIVERABLE = '[deliverable]\nname = "見本 アプリ/1"\nversion = "1.0+2"\nkind = "application"\n'
BUILDER = BuilderFact(
    system="github-actions",
    builder="https://github.com/actions/runner/github-hosted",
    repository="https://github.com/acme/app",
    revision=COMMIT,
    ref="refs/tags/v1",
    workflow=".github/workflows/release.yml",
    workflow_ref="refs/tags/v1",
    job="release",
    run="1/2",
    run_url="https://github.com/acme/app/actions/runs/1/attempts/2",
    event="push",
    actor="octocat",
    runner="hosted",
)


def revision(commit: str = COMMIT, remote: str = "https://git.example.org/acme/app.git") -> RevisionFact:
    return RevisionFact(
        commit=commit, tree="c" * 40, object_format="sha1", branch="main", tags=(), author="a <a@x>", authored_at="",
        committer="a <a@x>", committed_at="", signature="", signed_by="", tag_signature="", tag_signed_by="",
        remote=remote, shallow=False, work_tree="clean", differences=(), differing=0, files=3,
    )  # fmt: skip


def examination(*facts: Fact) -> Examination:
    artifacts = Artifact("app.zip", "file", SHA, 10, 3), Artifact("site", "folder", OTHER, 20, 2)
    return Examination(artifacts, facts, (), (), (), (), "2026-11-30T00:00:00Z", "2026-11-30T01:00:00Z")


def judged(verdict: Verdict = "approved") -> Judgement:
    return Judgement(verdict, (), (Clause("26-3 3(3)", "confirmed", "One.", "clause.x"),), (), ())


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedPolicy:
    (tmp_path / "gate.toml").write_text(DELIVERABLE, encoding="utf-8")
    return load_policy(tmp_path / "gate.toml")


def provenance(loaded: LoadedPolicy, *facts: Fact) -> bytes:
    byproducts = {"gate/facts.json": SHA}
    return build_provenance(examination(*facts), loaded.policy, policy_reference(loaded), GATE, byproducts=byproducts)


def summary(loaded: LoadedPolicy, verdict: Verdict = "approved") -> bytes:
    reference = policy_reference(loaded)
    return build_summary(examination(), judged(verdict), loaded.policy, reference, GATE, created="2026-12-01T00:00:00Z")


def dependencies(loaded: LoadedPolicy, *facts: Fact) -> list[Any]:  # JSON
    found = json.loads(provenance(loaded, *facts))["predicate"]["buildDefinition"].get("resolvedDependencies", [])
    assert isinstance(found, list)
    return found


def test_provenance_by_the_types_of_the_framework(loaded: LoadedPolicy) -> None:
    raw = provenance(loaded, BUILDER, ItemFact(1, path="site/package-lock.json", sha256=OTHER))
    message = read_provenance(raw)
    definition, run = message.build_definition, message.run_details
    assert definition.build_type == "urn:x-release-gate:buildtype:v1"
    assert run.builder.id == BUILDER.builder
    assert dict(run.builder.version) == {"release-gate": "0.1.0"}
    assert run.metadata.invocation_id == BUILDER.run_url
    assert run.metadata.started_on.ToJsonString() == "2026-11-30T00:00:00Z"
    assert run.byproducts[0].name == "gate/facts.json"
    jsonschema.Draft202012Validator(schema("provenance")).validate(json.loads(raw))
    assert parse_provenance(raw).subject[1].name == "site"


def test_a_field_that_the_framework_does_not_know_is_seen_by_these_tests(loaded: LoadedPolicy) -> None:
    value = json.loads(provenance(loaded))
    value["predicate"]["runDetails"]["level"] = 3
    with pytest.raises(ParseError):
        read_provenance(canonical(value))
    value = json.loads(summary(loaded))
    value["predicate"]["timeVerified"] = "yesterday"
    with pytest.raises(ParseError):
        read_summary(canonical(value))


def test_what_rests_on_the_runners_word_says_so(loaded: LoadedPolicy) -> None:
    definition = json.loads(provenance(loaded, BUILDER))["predicate"]["buildDefinition"]
    assert definition["externalParameters"]["workflow"] == {
        "claimedBy": "runner",
        "repository": "https://github.com/acme/app",
        "ref": "refs/tags/v1",
        "path": ".github/workflows/release.yml",
        "job": "release",
    }
    assert definition["internalParameters"] == {
        "claimedBy": "runner",
        "system": "github-actions",
        "event": "push",
        "actor": "octocat",
        "runner": "hosted",
    }
    assert definition["resolvedDependencies"] == [
        {
            "name": "source",
            "uri": "git+https://github.com/acme/app@refs/tags/v1",
            "digest": {"gitCommit": COMMIT},
            "annotations": {"role": "source", "claimedBy": "runner"},
        }
    ]


def test_nothing_is_claimed_that_was_not_seen(loaded: LoadedPolicy) -> None:
    for facts in ((), (BuilderFact("local", "urn:x-release-gate:builder:local"),)):
        predicate = json.loads(provenance(loaded, *facts))["predicate"]
        assert predicate["runDetails"]["builder"]["id"] == "urn:x-release-gate:builder:local"
        assert "invocationId" not in predicate["runDetails"]["metadata"]
        assert "resolvedDependencies" not in predicate["buildDefinition"]
        assert "workflow" not in predicate["buildDefinition"]["externalParameters"]
        assert "LEVEL" not in json.dumps(predicate)


def test_what_it_was_given(loaded: LoadedPolicy) -> None:
    parameters = json.loads(provenance(loaded))["predicate"]["buildDefinition"]["externalParameters"]
    assert parameters == {
        "paths": ["app.zip", "site"],
        "policy": {"path": "gate.toml", "sha256": loaded.sha256},
        "deliverable": {"name": "見本 アプリ/1", "version": "1.0+2", "kind": "application"},
    }
    raw = provenance(load_policy(None))
    assert json.loads(raw)["predicate"]["buildDefinition"]["externalParameters"]["policy"] == {
        "sha256": load_policy(None).sha256
    }
    assert parse_provenance(raw).predicate.build_definition.external_parameters.deliverable is None


def test_the_commit_that_was_seen_comes_before_the_one_that_is_claimed(loaded: LoadedPolicy) -> None:
    seen = {
        "name": "source",
        "uri": "git+https://git.example.org/acme/app.git",
        "digest": {"gitCommit": COMMIT},
        "annotations": {"role": "source", "seenBy": "gate", "workTree": "clean"},
    }
    assert dependencies(loaded, revision(), BUILDER) == [seen]
    other = dependencies(loaded, revision("0" * 40, remote="git@host:acme/app"), BUILDER)
    assert [(each.get("uri"), each["digest"]["gitCommit"], each["annotations"].get("claimedBy")) for each in other] == [
        (None, "0" * 40, None),
        ("git+https://github.com/acme/app@refs/tags/v1", COMMIT, "runner"),
    ]


def test_base_images_that_container_images_name(loaded: LoadedPolicy) -> None:
    named = BaseImageFact("docker.io/library/debian:13", OTHER, "app.tar!/blobs/sha256/1", SHA)
    again = BaseImageFact("docker.io/library/debian:13", OTHER, "app.tar!/index.json", SHA)
    bare = BaseImageFact("", OTHER, "app.tar!/x", SHA)
    assert dependencies(loaded, named, again, bare) == [
        {"name": "docker.io/library/debian:13", "digest": {"sha256": OTHER},
         "annotations": {"role": "base-image", "namedBy": "app.tar!/blobs/sha256/1"}},
        {"name": "base image", "digest": {"sha256": OTHER},
         "annotations": {"role": "base-image", "namedBy": "app.tar!/x"}},
    ]  # fmt: skip
    assert len(read_provenance(provenance(loaded, named)).build_definition.resolved_dependencies) == 1


@pytest.mark.parametrize(
    ("path", "is_lock"),
    [
        ("app.zip!/web/package-lock.json", True),
        ("poetry.lock", True),
        ("site/pylock.dev.toml", True),
        ("a/go.sum", True),
        ("a/Cargo.lock", True),
        ("a/uv.lock", True),
        ("a/package.json", False),
        ("a/cargo.lock", False),
        ("go.sum/README", False),
        ("a/xpoetry.lock", False),
        ("pylock.a.b.toml", False),
    ],
)
def test_lock_files_are_known_by_their_names(loaded: LoadedPolicy, path: str, *, is_lock: bool) -> None:
    expected = [{"name": path, "digest": {"sha256": SHA}, "annotations": {"role": "lock-file"}}]
    assert dependencies(loaded, ItemFact(1, path=path, sha256=SHA)) == (expected if is_lock else [])


def test_lock_files_without_end_are_counted(loaded: LoadedPolicy) -> None:
    many = [ItemFact(1, path=f"{number}/go.sum", sha256=SHA) for number in range(MOST_OF_A_ROLE + 5)]
    found = dependencies(loaded, *many)
    assert len(found) == MOST_OF_A_ROLE + 1
    assert found[-1]["annotations"] == {"role": "lock-file", "count": "5"}


def test_summary_by_the_types_of_the_framework(loaded: LoadedPolicy) -> None:
    raw = summary(loaded)
    message = read_summary(raw)
    assert message.verification_result == "PASSED"
    assert list(message.verified_levels) == ["SLSA_BUILD_LEVEL_UNEVALUATED"]
    assert dict(message.policy.digest) == {"sha256": loaded.sha256}
    assert message.policy.uri == "urn:x-release-gate:policy:gate.toml"
    assert message.resource_uri == "pkg:generic/%E8%A6%8B%E6%9C%AC%20%E3%82%A2%E3%83%97%E3%83%AA%2F1@1.0%2B2"
    assert message.time_verified.ToJsonString() == "2026-12-01T00:00:00Z"
    assert message.verifier["id"] == "urn:x-release-gate:verifier:v1"
    document = json.loads(raw)
    assert document["predicate"]["urn:x-release-gate:clauses:v1"] == [{"id": "26-3 3(3)", "status": "confirmed"}]
    jsonschema.Draft202012Validator(schema("vsa")).validate(document)
    assert parse_summary(raw).subject[0].digest.sha256 == SHA


@pytest.mark.parametrize("verdict", ["rejected", "incomplete"])
def test_what_is_not_approved_has_failed(loaded: LoadedPolicy, verdict: Verdict) -> None:
    message = read_summary(summary(loaded, verdict))
    assert (message.verification_result, list(message.verified_levels)) == ("FAILED", ["FAILED"])


def test_a_release_without_deliverable_goes_by_its_digests() -> None:
    loaded = load_policy(None)
    predicate = json.loads(summary(loaded))["predicate"]
    assert predicate["resourceUri"].startswith("urn:x-release-gate:artifacts:sha256:")
    assert predicate["policy"]["uri"] == "urn:x-release-gate:policy:default"


def test_the_record_is_a_statement_of_the_framework(loaded: LoadedPolicy) -> None:
    raw = build_record(
        examination(), judged(), loaded, GATE, created=CREATED, files={}, sums_sha256=SHA, papers={}, promised=[]
    )
    assert read_statement(raw)["verdict"] == "approved"


@pytest.mark.parametrize("parse", [parse_provenance, parse_summary])
def test_one_is_not_the_other(loaded: LoadedPolicy, parse: Any) -> None:  # either function
    raws = {parse_provenance: summary(loaded), parse_summary: provenance(loaded)}
    with pytest.raises(DocumentError):
        parse(raws[parse])
