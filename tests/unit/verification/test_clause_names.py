"""Clauses are named as the papers of the very release name them, with their ids beside."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gate.errors import VerificationError
from gate.models import Clause
from gate.record import layout
from gate.record.canonical import canonical
from gate.reports.clause_rows import clause_rows
from gate.reports.verification import render_verification
from gate.verification import load_trust, verification_document
from gate.verification.single import verify_artifact
from tests.conftest import Gate
from tests.unit.release_kit import (
    POLICY,
    Keys,
    World,
    inputs_in,
    make_release,
    make_world,
    policy_in,
    signer_of,
    write_trust,
)

MALWARE, VULNERABILITIES = "26-3 3(1)①", "26-3 3(2)"
MAP = f'[gate]\ntimezone = "UTC"\narticle_map = {{"{MALWARE}" = "第12条第2項(1)ア", "26-3(6)" = "第12条第1項(6)"}}\n'
NAMED = {MALWARE: "第12条第2項(1)ア", "26-3(6)": "第12条第1項(6)"}


@pytest.fixture(scope="module")
def mapped(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A release under a contract that numbers a clause otherwise."""
    folder = tmp_path_factory.mktemp("mapped")
    inputs = inputs_in(folder / "in")
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(folder / "out", inputs, [signer], policy_in(folder, POLICY + MAP))
    return World(folder / "out", write_trust(folder / "recipient", keys.home, keys.supplier), inputs)


def test_a_release_names_clauses_as_its_papers_do(mapped: World) -> None:
    verification = mapped.verify()
    assert verification.article_map == NAMED
    document = json.loads(verification_document(verification))
    assert document["article_map"] == NAMED
    assert [clause["id"] for clause in document["clauses"]] == [MALWARE, VULNERABILITIES]
    english = render_verification(verification, language="en", colour=False)
    assert "  第12条第2項(1)ア  26-3 3(1)①  confirmed with exceptions\n" in english
    assert "  26-3 3(2)         26-3 3(2)   not confirmed\n" in english
    japanese = render_verification(verification, language="ja", colour=False)
    assert "  第12条第2項(1)ア   26-3 3(1)①  例外付き確認済（乙）\n" in japanese
    assert "  第26条の3第3項(2)  26-3 3(2)   未確認\n" in japanese


def test_ids_are_what_a_trust_file_demands(mapped: World, keys: Keys, tmp_path: Path) -> None:
    for number, (clause, reason) in enumerate(((MALWARE, ""), (NAMED[MALWARE], "clause"))):
        trust = write_trust(tmp_path / str(number), keys.home, keys.supplier, f'clauses = ["{clause}"]')
        world = World(mapped.out, trust)
        assert (world.reason()[0] if reason else "") == reason
        assert reason or world.verify().verified


def test_an_artifact_alone_by_its_record(mapped: World) -> None:
    proof = mapped.out / f"{layout.RECORD}.asc"
    verification = verify_artifact(mapped.inputs[0], [proof], load_trust(mapped.trust_file), now=datetime.now(UTC))
    assert verification.article_map == NAMED


def test_gate_report_names_them_alike(mapped: World, gate: Gate) -> None:
    shown = gate("report", mapped.out, "--format", "markdown", cwd=mapped.out.parent).stdout
    assert "第12条第2項(1)ア (26-3 3(1)①)" in shown
    assert "26-3 3(2) (" not in shown


def test_without_names_of_its_own(keys: Keys, tmp_path: Path) -> None:
    verification = make_world(tmp_path, keys).verify()
    assert verification.article_map == {}
    assert "  26-3 3(2)   not confirmed\n" in render_verification(verification, language="en", colour=False)


@pytest.mark.parametrize("value", ["", "[]", "{", '{"26-3 3(2)": 1}', '{"26-3 3(2)": ""}', "[" * 100_000])
def test_names_that_no_policy_can_have(mapped: World, keys: Keys, tmp_path: Path, value: str) -> None:
    shutil.copytree(mapped.out, tmp_path / "out", symlinks=True)
    record = tmp_path / "out" / layout.RECORD
    statement = json.loads(record.read_bytes())
    (deviation,) = (each for each in statement["predicate"]["policy"]["deviations"] if each["key"].endswith("_map"))
    deviation["value"] = value
    record.write_bytes(canonical(statement))
    record.with_name(f"{record.name}.asc").write_bytes(keys.home.sign(keys.supplier, record.read_bytes()))
    with pytest.raises(VerificationError) as caught:
        World(tmp_path / "out", mapped.trust_file).verify()
    assert caught.value.reason == "record-inconsistent"


def test_names_are_shown_safely_and_bounded() -> None:
    hostile: Any = {MALWARE: "\x1b[31m" + "長" * 500, "26-3 9": "ignored: no such clause is known here"}
    rows = list(
        clause_rows((Clause(MALWARE, "confirmed", "", ""), Clause("26-3 9", "violated", "", "")), "ja", hostile)
    )
    assert "\x1b" not in "".join(rows)
    assert max(map(len, rows)) < 120
    assert "ignored" not in "".join(rows)
