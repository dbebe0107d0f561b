"""A release signed in three ways, for the tests of what recipients have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.release_kit import Keys, World, keys
from tests.unit.signing.cms_kit import Supplier, served
from tests.unit.verification.three_ways import released_in_three_ways

__all__ = ["keys", "served"]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="module")
def release(keys: Keys, served: Supplier, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A release signed in three ways, and a recipient who demands all of them."""
    folder = tmp_path_factory.mktemp("three")
    (folder / "supplier").mkdir()
    supplier = Supplier(folder / "supplier", served.country, served.services)
    return released_in_three_ways(folder, keys, supplier, stack)
