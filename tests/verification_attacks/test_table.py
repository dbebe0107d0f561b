"""Every attack of the table is refused for its own reason, and what looks like it and is harmless verifies."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.record import layout
from tests.verification_attacks.arena import Arena
from tests.verification_attacks.attack import Attack, Harmless
from tests.verification_attacks.harmless import HARMLESS
from tests.verification_attacks.scene import BUNDLE, P7S
from tests.verification_attacks.table import ATTACKS

pytestmark = pytest.mark.usefixtures("unconfined")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_refused(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: Attack) -> None:
    with arena.scene(tmp_path, attack.trusts, monkeypatch) as scene:
        if attack.trusts not in arena.verified:
            assert scene.verify().verified, "the untouched release"
            arena.verified.add(attack.trusts)
        kept = scene.kept("crl")[0].name
        attack.do(scene)
        counter = layout.countersignature_path(arena.keys.other, ".asc")
        path = attack.path.format(out=scene.out, crl=f"gate/validation/{kept}", counter=counter)
        assert scene.refusal() == (attack.refusal, path)


TWINS = [attack for attack in ATTACKS if attack.twin is not None]


@pytest.mark.parametrize("attack", TWINS, ids=lambda attack: attack.name)
def test_twin(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: Attack) -> None:
    with arena.scene(tmp_path, attack.trusts, monkeypatch) as scene:
        assert attack.twin is not None
        attack.twin(scene)
        assert scene.verify().verified


@pytest.mark.parametrize("harmless", HARMLESS, ids=lambda harmless: harmless.name)
def test_not_refused(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harmless: Harmless) -> None:
    with arena.scene(tmp_path, harmless.trusts, monkeypatch) as scene:
        harmless.do(scene)
        verification = scene.verify()
        assert verification.verified
        if harmless.name == "unchecked":
            assert {each.file for each in verification.unchecked} >= {P7S, BUNDLE}
        if harmless.name == "replay-unasked":
            assert verification.deliverable is not None
            assert verification.deliverable.version == "1.3.0"
