"""``gate countersign`` and ``gate verify`` as two parties run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.cli.main import run
from gate.record import layout
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
