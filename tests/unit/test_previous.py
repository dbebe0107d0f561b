"""The folder of the previous release: read as strictly as a recipient reads it, or refused with exit code 2."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gate import previous as previous_module
from gate.errors import GateError, UsageError
from gate.previous import PreviousReleaseError, previous_fact, read_previous
from gate.record.canonical import canonical
from tests.unit.release_kit import World, make_world

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.release_kit import Keys

RECORD, FACTS = "gate/record.intoto.json", "gate/facts.json"


@pytest.fixture(scope="module")
def original(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("previous")
    return make_world(folder, keys, clock=lambda: datetime(2026, 11, 20, 11, tzinfo=UTC))


@pytest.fixture
def folder(original: World, tmp_path: Path) -> Path:
    shutil.copytree(original.out, tmp_path / "v1", symlinks=True)
    return tmp_path / "v1"


def refused(folder: Path, *inputs: Path) -> GateError:
    with pytest.raises(UsageError) as caught:
        read_previous(folder, inputs)
    assert caught.value.exit_code == 2
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value


def cause(folder: Path) -> str:
    error = refused(folder)
    assert isinstance(error, PreviousReleaseError)
    assert str(error).endswith(str(error.cause))
    assert pickle.loads(pickle.dumps(error)).cause.code == error.cause.code  # noqa: S301  # our own bytes
    return error.cause.code


def test_what_it_says_of_itself(original: World, folder: Path) -> None:
    previous = read_previous(folder, original.inputs)
    fact = previous_fact(previous, previous.examination)
    verification = original.verify()
    assert fact.record_sha256 == verification.record_sha256
    assert fact.policy_sha256 == verification.policy_sha256
    assert (fact.name, fact.version, fact.created) == ("見本アプリ", "1.4.0", "2026-11-20T11:00:00Z")
    assert fact.exceptions == ("packer",)
    assert (fact.files.added, fact.files.removed, fact.files.changed, fact.files.same) == (0, 0, 0, 2)


def rewrite(folder: Path, name: str, change: Callable[[Any], object]) -> None:
    value = json.loads((folder / name).read_bytes())
    change(value)
    (folder / name).write_bytes(canonical(value))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda folder: (folder / RECORD).unlink(), "verify.missing"),
        (lambda folder: (folder / FACTS).unlink(), "verify.missing"),
        (lambda folder: (folder / RECORD).write_bytes(b"{}"), "verify.record-type"),
        (lambda folder: (folder / RECORD).write_bytes(b"["), "verify.record-malformed"),
        (lambda folder: rewrite(folder, RECORD, lambda value: value["subject"].pop()), "verify.record-inconsistent"),
        (lambda folder: rewrite(folder, FACTS, lambda value: value["facts"].pop()), "verify.changed"),
        (lambda folder: rewrite(folder, RECORD, lambda value: value["predicate"]["files"].pop(FACTS)),
         "verify.changed"),
        (lambda folder: shutil.copy(folder / RECORD, folder / FACTS), "verify.changed"),
    ],
)  # fmt: skip
def test_a_folder_that_does_not_hold_together(folder: Path, spoil: Callable[[Path], object], code: str) -> None:
    spoil(folder)
    assert cause(folder) == code


def rebind(folder: Path, facts: bytes) -> None:
    digest = hashlib.sha256(facts).hexdigest()
    (folder / FACTS).write_bytes(facts)
    rewrite(folder, RECORD, lambda value: value["predicate"]["files"].update({FACTS: digest}))


def test_facts_that_are_none_or_of_something_else(folder: Path) -> None:
    facts = json.loads((folder / FACTS).read_bytes())
    rebind(folder, canonical(facts))
    assert read_previous(folder, ()).statement.subject[0].name == "app.bin"
    rebind(folder, json.dumps(facts).encode())
    assert cause(folder) == "verify.facts-malformed"
    rebind(folder, canonical(facts | {"engines": []}))
    assert cause(folder) == "verify.facts-run"
    rebind(folder, canonical(facts | {"finished": "2026-11-20T23:00:00Z"}))
    assert cause(folder) == "verify.facts-run"
    facts["artifacts"][0]["sha256"] = "0" * 64
    rebind(folder, canonical(facts))
    assert cause(folder) == "verify.facts-subjects"


def test_facts_of_senseless_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previous_module, "MOST_FACTS_BYTES", 100)
    assert cause(folder) == "verify.too-large"


def test_what_lies_inside_of_an_input_configures_nothing(folder: Path) -> None:
    assert refused(folder, folder).code == "deliver.previous-inside"
    assert refused(folder, folder.parent).code == "deliver.previous-inside"
    assert refused(folder, folder / "..").code == "deliver.previous-inside"
    assert read_previous(folder, (folder / "payload",)).record_sha256


def test_what_is_no_folder(folder: Path, tmp_path: Path) -> None:
    assert refused(tmp_path / "absent").code == "verify.no-target"
    assert refused(folder / RECORD).code == "verify.not-a-folder"


def test_a_release_without_deliverable(keys: Keys, tmp_path: Path) -> None:
    from tests.unit.release_kit import inputs_in, make_release, policy_in, signer_of

    with signer_of(keys.home, keys.supplier) as signer:
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], policy_in(tmp_path, "[gate]\n"))
    previous = read_previous(tmp_path / "out", ())
    assert previous_fact(previous, previous.examination).name == ""
