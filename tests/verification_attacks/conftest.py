"""What all tests of attacks share: the arena, and checks in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.verification_attacks.arena import Arena, in_this_process, made_in


@pytest.fixture(scope="session")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with made_in(tmp_path_factory.mktemp("arena")) as made:
        yield made


@pytest.fixture
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    in_this_process(monkeypatch)
