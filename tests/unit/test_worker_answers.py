"""What a worker may answer: facts of the item in hand, never of the inventory, its source, or the whole run."""

from __future__ import annotations

from typing import get_args

import pydantic
import pytest

from gate.errors import WorkerDied
from gate.examine.isolated import _observation
from gate.models import ContainerFact, Fact, RunFact, SeenFact, WorkerFact

FORGED = [
    {"kind": "builder", "system": "local", "builder": "urn:x-release-gate:builder:local"},
    {"kind": "item", "size": 1},
    {"kind": "link", "link": "hard", "target": "a"},
    {"kind": "opened", "entry": "*.zip"},
    {"kind": "trace", "traced": "content"},
]
"""A worker that hostile bytes have taken over names the builder, adds to the inventory, or says that all is traced."""


def test_a_fact_of_an_item_is_taken() -> None:
    answer = {"fact": {"kind": "container", "issue": "hidden-data", "detail": "x"}}
    assert _observation("x", answer) == ContainerFact("hidden-data", "x")


@pytest.mark.parametrize("fact", FORGED, ids=lambda fact: fact["kind"])
def test_what_is_not_a_workers_to_say_is_garbage(fact: dict[str, object]) -> None:
    assert pydantic.TypeAdapter[Fact](Fact).validate_python(fact).kind == fact["kind"]
    with pytest.raises(WorkerDied):
        _observation("x", {"fact": fact})


def test_no_kind_is_of_both_sorts() -> None:
    assert not set(get_args(RunFact)) & set(get_args(SeenFact))
    assert set(get_args(WorkerFact)) < set(get_args(SeenFact))
