"""``gate countersign`` and ``gate verify`` as two parties run them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import jsonschema
import pytest

from gate.cli.main import run
from gate.record import layout
from gate.record.documents import schema
from tests.unit.conftest import keys
from tests.unit.release_kit import Keys, World, make_world

__all__ = ["keys"]


@pytest.fixture
def world(tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> World:
    """A release, and a ministry's folder with settings that hold nothing but how it signs."""
    made = make_world(tmp_path, keys)
    (tmp_path / "ministry").mkdir()
    (tmp_path / "ministry" / "gate.toml").write_text(
        f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{keys.other}"\nhome = "{keys.home.folder}"\n'
    )
    (made.trust_file.parent / "ministry.asc").write_bytes(keys.home.export(keys.other))
    monkeypatch.chdir(tmp_path / "ministry")
    return made


@pytest.mark.parametrize("language", ["en", "ja"])
def test_countersigned_and_demanded(
    world: World, keys: Keys, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    trust = str(world.trust_file)
    assert run(["--lang", language, "countersign", "--trust", trust, str(world.out)]) == 0
    said = capsys.readouterr().out
    path = layout.countersignature_path(keys.other, ".asc")
    assert path in said
    assert keys.other in said
    assert "見本アプリ 1.4.0" in said
    world.trust_file.write_text(
        world.trust_file.read_text().replace("[record]", "[record]\ncountersigned = true")
        + f'[[openpgp]]\nfingerprint = "{keys.other}"\nkey = "ministry.asc"\nrole = "countersigner"\n'
    )
    assert run(["verify", "--trust", trust, "--format", "json", str(world.out)]) == 0
    (told,) = json.loads(capsys.readouterr().out)["countersignatures"]
    assert (told["file"], told["signer"], told["status"]) == (path, keys.other, "valid")
    assert run(["countersign", "--trust", trust, str(world.out)]) == 2
    (world.out / path).unlink()
    (world.out / path).parent.rmdir()
    assert run(["verify", "--trust", trust, str(world.out)]) == 1
    assert "verify/not-countersigned" in capsys.readouterr().out


def test_only_what_verifies(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    (world.out / "payload" / "more").write_text("x")
    assert run(["countersign", "--trust", str(world.trust_file), str(world.out)]) == 1
    assert "payload/more" in capsys.readouterr().err
    assert not (world.out / layout.COUNTERSIGNATURES).exists()


def test_trust_is_demanded_and_settings_lie_outside(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["countersign", str(world.out)]) == 2
    assert "--trust" in capsys.readouterr().err
    inside = world.out / layout.POLICY
    assert run(["countersign", "--trust", str(world.trust_file), "-c", str(inside), str(world.out)]) == 2
    assert run(["countersign", "--trust", str(world.trust_file), "--record-sha256", "0" * 64, str(world.out)]) == 1
    assert run(["countersign", "--trust", str(world.trust_file), "--record-sha256", "0" * 63, str(world.out)]) == 2
    capsys.readouterr()
    assert run(["-q", "countersign", "--trust", str(world.trust_file), str(world.out)]) == 0
    assert capsys.readouterr().out == ""


def test_one_document_for_programs(world: World, keys: Keys, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["countersign", "--trust", str(world.trust_file), "--format", "json", str(world.out)]
    assert run([*command, "--record-sha256", "0" * 64]) == 1
    assert capsys.readouterr().out == ""
    assert run(command) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    jsonschema.Draft202012Validator(schema("countersigned")).validate(found)
    record = hashlib.sha256((world.out / layout.RECORD).read_bytes()).hexdigest()
    assert (found["schema"], found["record_sha256"]) == ("release-gate/countersigned/v1", record)
    path = layout.countersignature_path(keys.other, ".asc")
    added = {"backend": "openpgp", "signer": keys.other, "file": path, "signs": layout.RECORD}
    assert found["signatures"] == [added]
    assert {each["signer"] for each in found["verified_signatures"]} == {keys.supplier}
    assert (found["deliverable"]["name"], found["external_services"]) == ("見本アプリ", [])
    assert run(command) == 2
    told = capsys.readouterr()
    assert (told.out, path in told.err) == ("", True)


def test_to_a_file_that_is_no_part_of_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["countersign", "--trust", str(world.trust_file), str(world.out), "-o"]
    for file in (world.out / "answer.txt", world.trust_file, Path("gate.toml")):
        assert run([*command, str(file)]) == 2
    assert not (world.out / layout.COUNTERSIGNATURES).exists()
    assert run(["-q", *command, "answer.txt"]) == 0
    assert capsys.readouterr().out == ""
    assert layout.COUNTERSIGNATURES in Path("answer.txt").read_text()


def test_keys_in_a_file_of_their_own(world: World, keys: Keys, capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing else, or beside a file that says who signs; never in the release, nor with more than that."""
    own = Path("gate.toml").rename("signing.toml")
    command = ["countersign", "--trust", str(world.trust_file), str(world.out), "--signing-config"]
    inside = world.out / "payload" / "signing.toml"
    for file, text in ((inside, own.read_text()), (Path("more.toml"), "[gate]\nrequire = []\n")):
        file.write_text(text)
        assert run([*command, str(file)]) == 2
    assert "more.toml" in capsys.readouterr().err
    inside.unlink()
    Path("twice.toml").write_text(own.read_text())
    assert run([*command, str(own), "-c", "twice.toml"]) == 2
    assert not (world.out / layout.COUNTERSIGNATURES).exists()
    uses, _, table = own.read_text().partition("[signing.openpgp]")
    Path("uses.toml").write_text(uses)
    own.write_text(f"[signing.openpgp]{table}")
    assert run([*command, str(own), "-c", "uses.toml"]) == 0
    assert (world.out / layout.countersignature_path(keys.other, ".asc")).exists()
