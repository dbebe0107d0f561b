"""``gate check`` over every hostile artifact of the tests: never exit code 0, never a traceback, each one named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import jsonschema
import pytest

from gate.paths import escape_component
from gate.record.documents import schema
from tests.conftest import Gate, policy_text
from tests.unpack.hostile.whole import Build, a_file
from tests.unpack.intake_kit import reader_cases, whole_cases

pytestmark = pytest.mark.full

BATCH = 40
"""Artifacts of one run: few enough that the limits for a whole run are no case's doing but a bomb's."""
OPEN = {"reject", "gap"}


def hostile() -> list[tuple[str, Build]]:
    """Return the name and the making of every artifact whose hostility the limits of a release show."""
    readers = [(case.name, a_file(bytes, case.data)) for case in reader_cases() if case.entries >= 100_000]
    return readers + [(case.name, case.build) for case in whole_cases() if not case.limits and not case.honest]


def batches(cases: Sequence[tuple[str, Build]]) -> Iterator[Sequence[tuple[str, Build]]]:
    for start in range(0, len(cases), BATCH):
        yield cases[start : start + BATCH]


CASES = hostile()


@pytest.mark.parametrize("batch", list(batches(CASES)), ids=lambda batch: f"{batch[0][0]}-to-{batch[-1][0]}")
def test_no_hostile_artifact_is_released(gate: Gate, tmp_path: Path, batch: Sequence[tuple[str, Build]]) -> None:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (tmp_path / "gate.toml").write_text(policy_text())
    for name, build in batch:
        build(inputs / name)
    ran = gate("check", "--format", "json", *sorted(inputs.iterdir()), timeout=1200)
    assert ran.status in {1, 3}, ran.stderr[-2000:]
    assert "Traceback" not in ran.stdout + ran.stderr
    document = json.loads(ran.stdout)
    jsonschema.validate(document, schema("result"), cls=jsonschema.Draft202012Validator)
    assert document["verdict"] in {"rejected", "incomplete"}
    against = [
        finding["path"]
        for finding in document["findings"]
        if finding["severity"] in OPEN and finding["suppressed_by"] is None
    ]
    assert len(document["artifacts"]) == len(batch)
    for name, _ in batch:
        path = escape_component(name.encode())
        assert any(each == path or each.startswith((f"{path}!/", f"{path}/")) for each in against), name
    assert {path.name for path in tmp_path.iterdir()} == {"inputs", "gate.toml"}


def test_a_policy_inside_an_artifact_is_refused(gate: Gate, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "readme.txt").write_text("harmless\n")
    (folder / "gate.toml").write_text(policy_text(require=""))
    (tmp_path / "gate.toml").write_text(policy_text())
    assert gate("check", "-c", folder / "gate.toml", folder).status == 2
    assert gate("check", "-c", tmp_path / "gate.toml", folder).status == 0


def test_every_hostile_artifact_is_in_a_batch() -> None:
    assert len(CASES) >= 300
    assert sum(len(batch) for batch in batches(CASES)) == len(CASES)
