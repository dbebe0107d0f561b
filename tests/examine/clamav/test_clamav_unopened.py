"""A payload behind each container that ClamAV does not open, through the whole gate: found, or a named gap.

Each has a twin whose payload is another one: what is found in the bad one is not found there.
"""

from __future__ import annotations

import pytest

from gate.examine.antivirus import samples
from tests.examine.clamav.containers_kit import ENCRYPTED, UNOPENED, incompressible
from tests.examine.clamav.whole_kit import Verdicts, run_over

BAD = incompressible(3000) + samples.TOKEN + incompressible(500)
"""Content that only ClamAV knows, by one of the gate's own signatures."""
TWIN = BAD.replace(b"canary", b"canarY")
TWIN_APPROVED = ("lzip", "lzma", "tar-zst", "squashfs", "zip-lzma-14", "7z-bzip2", "7z-deflate", "7z-bcj2")
"""Containers that the gate opens and that are sound: without a payload nothing is to stand against them."""


@pytest.fixture(scope="module")
def bad() -> Verdicts:
    return run_over({name: wrap(BAD) for name, wrap in {**UNOPENED, **ENCRYPTED}.items()})


@pytest.fixture(scope="module")
def twins() -> Verdicts:
    return run_over({name: wrap(TWIN) for name, wrap in UNOPENED.items()})


@pytest.mark.parametrize("name", UNOPENED)
def test_found_inside_or_named(bad: Verdicts, name: str) -> None:
    standing = bad.standing(name)
    assert standing, "approved"
    inner = [path for path in bad.detected(name) if path != name]
    named = [finding for finding in standing if finding.id.startswith(("gap/", "container/"))]
    assert inner or named


@pytest.mark.parametrize("name", UNOPENED)
def test_nothing_is_found_in_the_twin(twins: Verdicts, name: str) -> None:
    assert twins.detected(name) == []


@pytest.mark.parametrize("name", TWIN_APPROVED)
def test_a_sound_container_is_opened_and_nothing_stands_against_it(bad: Verdicts, twins: Verdicts, name: str) -> None:
    assert [path for path in bad.detected(name) if path != name]
    assert twins.standing(name) == []


@pytest.mark.parametrize("name", ENCRYPTED)
def test_what_is_encrypted_is_a_gap(bad: Verdicts, name: str) -> None:
    assert bad.detected(name) == []
    reasons = {finding.id.rpartition("-")[2] for finding in bad.standing(name) if finding.id.startswith("gap/")}
    assert "encrypted" in reasons
