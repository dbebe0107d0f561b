"""Provenance and verification summary that do not say what the record says, each signed and bound by the supplier."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from gate.errors import VerificationError
from gate.models import BuilderFact
from gate.verification import contents as contents_module
from gate.verification.attestations import require_attested
from gate.verification.statement import read_statement
from tests.unit.release_kit import World, make_world

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.release_kit import Keys

RECORD, SUMS = "gate/record.intoto.json", "gate/SHA256SUMS"
PROVENANCE, SUMMARY = "gate/provenance.intoto.json", "gate/vsa.intoto.json"


@pytest.fixture(scope="module")
def original(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("attested"), keys)


@pytest.fixture
def world(original: World, tmp_path: Path) -> World:
    shutil.copytree(original.out, tmp_path / "out", symlinks=True)
    return World(tmp_path / "out", original.trust_file)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def rebind(world: World, keys: Keys, name: str, data: bytes) -> None:
    """Put other bytes in the place of a document and let the supplier bind and sign everything anew."""
    old = (world.out / name).read_bytes()
    sums = (world.out / SUMS).read_bytes()
    record = json.loads((world.out / RECORD).read_bytes())
    written = {name: data, SUMS: sums.replace(digest(old).encode(), digest(data).encode())}
    record["predicate"]["files"][name] = digest(data)
    record["predicate"]["sums"]["sha256"] = digest(written[SUMS])
    written[RECORD] = json.dumps(record).encode()
    for path, changed in written.items():
        (world.out / path).write_bytes(changed)
        (world.out / f"{path}.asc").write_bytes(keys.home.sign(keys.supplier, changed))


def changed(world: World, name: str, change: Callable[[Any], object]) -> bytes:
    value = json.loads((world.out / name).read_bytes())
    change(value)
    return json.dumps(value).encode()


def parameters(value: Any) -> Any:  # JSON
    return value["predicate"]["buildDefinition"]["externalParameters"]


def in_summary(**values: object) -> Callable[[Any], object]:
    return lambda value: value["predicate"].update(values)


ELSEWHERE = {"claimedBy": "runner", "repository": "https://forge.example/other/app"}
LIES: list[tuple[str, Callable[[Any], object], str]] = [
    (PROVENANCE, lambda value: value["subject"].pop(), "provenance-subjects"),
    (PROVENANCE, lambda value: value["subject"][0].update(name="other.bin"), "provenance-subjects"),
    (PROVENANCE, lambda value: value["subject"][0]["digest"].update(sha256="0" * 64), "provenance-subjects"),
    (PROVENANCE, lambda value: parameters(value)["policy"].update(sha256="0" * 64), "provenance-policy"),
    (PROVENANCE, lambda value: parameters(value)["deliverable"].update(version="9.9"), "provenance-deliverable"),
    (PROVENANCE, lambda value: parameters(value).pop("deliverable"), "provenance-deliverable"),
    (PROVENANCE, lambda value: parameters(value).update(workflow=ELSEWHERE), "provenance-workflow"),
    (PROVENANCE, lambda value: value.update(predicateType="https://slsa.dev/provenance/v0.2"), "provenance-malformed"),
    (PROVENANCE, lambda value: parameters(value).update(more=1), "provenance-malformed"),
    (SUMMARY, lambda value: value["subject"].reverse(), "vsa-subjects"),
    (SUMMARY, lambda value: value["subject"][1]["digest"].update(sha256="0" * 64), "vsa-subjects"),
    (SUMMARY, lambda value: value["predicate"]["policy"]["digest"].update(sha256="0" * 64), "vsa-policy"),
    (SUMMARY, in_summary(resourceUri="pkg:generic/other@1.4.0"), "vsa-resource"),
    (SUMMARY, in_summary(verificationResult="FAILED", verifiedLevels=["FAILED"]), "vsa-verdict"),
    (SUMMARY, in_summary(verificationResult="FAILED"), "vsa-verdict"),
    (SUMMARY, in_summary(verifiedLevels=["SLSA_BUILD_LEVEL_3"]), "vsa-malformed"),
    (SUMMARY, in_summary(verifiedLevels=[]), "vsa-verdict"),
    (SUMMARY, lambda value: value["predicate"]["urn:x-release-gate:clauses:v1"].pop(), "vsa-clauses"),
    (SUMMARY, lambda value: value["predicate"]["urn:x-release-gate:clauses:v1"][1].update(status="confirmed"),
     "vsa-clauses"),
    (SUMMARY, lambda value: value.pop("_type"), "vsa-malformed"),
]  # fmt: skip


def test_the_same_said_in_other_bytes_is_the_same(world: World, keys: Keys) -> None:
    """The twin of all lies: what is bound and signed anew, and says what the record says, is verified."""
    for name in (PROVENANCE, SUMMARY):
        rebind(world, keys, name, changed(world, name, lambda _: None))
    assert world.verify().verified


@pytest.mark.parametrize("number", [0, 10])
def test_a_bound_and_signed_attestation_that_lies(world: World, keys: Keys, number: int) -> None:
    name, change, expected = LIES[number]
    rebind(world, keys, name, changed(world, name, change))
    assert world.reason() == (expected, name)


def test_the_workflow_of_the_record_and_no_other(keys: Keys, tmp_path: Path) -> None:
    builder = BuilderFact("github-actions", "https://github.com/actions/runner", "https://forge.example/acme/app",
                          ref="refs/tags/v1", workflow=".github/workflows/release.yml", job="release")  # fmt: skip
    world = make_world(tmp_path, keys, facts=(builder,))
    assert world.verify().verified
    rebind(world, keys, PROVENANCE, changed(world, PROVENANCE, lambda value: parameters(value).pop("workflow")))
    assert world.reason() == ("provenance-workflow", PROVENANCE)


def refusal(original: World, name: str, raw: bytes) -> tuple[str, str]:
    with pytest.raises(VerificationError) as caught:
        require_attested(name, raw, read_statement((original.out / RECORD).read_bytes()))
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value.reason, caught.value.path


@pytest.mark.parametrize("number", range(len(LIES)))
def test_an_attestation_that_lies(original: World, number: int) -> None:
    name, change, expected = LIES[number]
    assert refusal(original, name, changed(original, name, change)) == (expected, name)


@pytest.mark.parametrize("name", [PROVENANCE, SUMMARY])
@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"_type":1,"_type":1}'])
def test_what_is_no_attestation(original: World, name: str, data: bytes) -> None:
    assert refusal(original, name, data)[0] in {"provenance-malformed", "vsa-malformed"}


def test_one_of_senseless_size(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents_module, "MOST_ATTESTATION_BYTES", 100)
    assert world.reason() == ("too-large", PROVENANCE)
