"""What reads signatures imports all that it needs before it is confined.

A confined process of a gate that runs as root is nobody in particular, and cannot read an installation that is root's
alone (``/root``, ``~/.local``).  Here nothing at all can be imported once a worker is confined.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from gate.isolation.surroundings import environment
from tests.unit.release_kit import World

WORKER = """
import sys
from gate import _confine, _worker

real = _confine.apply

def apply(confinement):
    applied = real(confinement)
    sys.meta_path.clear()
    return applied

_confine.apply = apply
_worker.main()
"""


def spawn(module: str, arguments: Sequence[str], descriptor: int) -> subprocess.Popen[bytes]:
    """Start a worker as the gate does, which can import nothing after its confinement."""
    assert module == "gate._worker"
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", WORKER, str(descriptor), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        cwd="/",
        pass_fds=[descriptor],
        start_new_session=True,
    )


@pytest.fixture
def nothing_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.isolation.workers.spawn", spawn)


@pytest.mark.usefixtures("nothing_late")
def test_signatures_of_all_kinds(release: World) -> None:
    assert {each.backend for each in release.verify().signatures} == {"openpgp", "x509", "keyless"}
