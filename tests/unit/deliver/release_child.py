"""A release in a process of its own, to be killed: ``release_child.py OUT POLICY HOME FINGERPRINT STEP INPUT…``.

With STEP a number it kills itself (SIGKILL) at that step of the work that changes the disk; it prints the number of
steps when it gets to the end.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from gate import deliver, staging
from gate.policy.load import load_policy
from gate.signing.openpgp import OpenPgpSigner
from tests.unit.release_kit import make_release

_STEPS = 0


def step(kill_at: int) -> None:
    """Count, and die where it is time."""
    global _STEPS  # noqa: PLW0603  # one counter for a process that lives for one test
    _STEPS += 1
    if kill_at == _STEPS:
        os.kill(os.getpid(), signal.SIGKILL)


def watch(place: Any, name: str, kill_at: int) -> None:  # a module or class
    """Count before and after each call of a function."""
    original = getattr(place, name)

    def counted(*arguments: Any, **options: Any) -> Any:  # as the function's
        step(kill_at)
        answer = original(*arguments, **options)
        step(kill_at)
        return answer

    setattr(place, name, counted)


def main() -> None:
    """Make the release."""
    out, policy, home, fingerprint, kill_at, *inputs = sys.argv[1:]
    for place, name in (
        (staging, "_copy_bytes"),
        (staging, "rename_without_replacing"),
        (staging, "flush_file_system"),
        (staging, "_flush"),
        (staging.Staging, "confirm"),
        (deliver._Writer, "write"),
        (OpenPgpSigner, "sign"),
        (Path, "mkdir"),
        (Path, "chmod"),
    ):
        watch(place, name, int(kill_at))
    signer = OpenPgpSigner(fingerprint, home=Path(home))
    make_release(Path(out), [Path(path) for path in inputs], [signer], load_policy(Path(policy)))
    sys.stdout.write(f"{_STEPS}\n")


if __name__ == "__main__":
    main()
