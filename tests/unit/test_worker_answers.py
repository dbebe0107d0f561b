"""What a worker may answer: facts of the item in hand, and never one of the whole run."""

from __future__ import annotations

from typing import get_args

import pydantic
import pytest

from gate.errors import WorkerDied
from gate.examine.isolated import _observation
from gate.models import BuilderFact, LinkFact, RunFact, SeenFact

BUILDER = {"kind": "builder", "system": "local", "builder": "urn:x-release-gate:builder:local"}


def test_a_fact_of_an_item_is_taken() -> None:
    assert _observation("x", {"fact": {"kind": "link", "link": "hard", "target": "a"}}) == LinkFact("hard", "a")


def test_a_worker_says_nothing_of_the_run() -> None:
    """A worker that hostile bytes have taken over does not name the builder."""
    assert pydantic.TypeAdapter(BuilderFact).validate_python(BUILDER).system == "local"
    with pytest.raises(WorkerDied):
        _observation("x", {"fact": BUILDER})


def test_no_kind_is_of_both_sorts() -> None:
    of_run = set(get_args(RunFact)) or {RunFact}
    assert not of_run & set(get_args(SeenFact))
