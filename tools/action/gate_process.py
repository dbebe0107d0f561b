"""Starting the gate as a program: where Python may look, what it is given, and how it is stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

GATE = (sys.executable, "-E", "-P", "-m", "gate")
"""``-P`` and ``-E``: without them Python would look for the gate, and all that it imports, in the work tree first: in
the current folder, and wherever a workflow's ``PYTHONPATH`` leads."""
_OF_THE_RUNNER = frozenset(
    {
        "ACTIONS_RUNTIME_TOKEN", "ACTIONS_CACHE_URL", "GITHUB_TOKEN", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT",
        "GITHUB_STATE", "GITHUB_STEP_SUMMARY",
    }
)  # fmt: skip
"""Tokens, and files by which a step tells the runner what later steps are to be started with."""
_NAMES_TO_SIGN_BY = frozenset({"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"})
INTERRUPTED = 130
"""The gate's exit code where a run was cancelled."""


def gate_environment(environment: Mapping[str, str], *, signs: bool) -> dict[str, str]:
    """Return the environment of the gate: that of the step, without what only the runner's own actions need.

    What a token to sign by can be had with stays where it signs; what tells Python where to look stays behind, as the
    gate starts programs of its own.
    """
    withheld = _OF_THE_RUNNER if signs else _OF_THE_RUNNER | _NAMES_TO_SIGN_BY
    return {
        name: value for name, value in environment.items() if name not in withheld and not name.startswith("PYTHON")
    }


def run_gate(arguments: Sequence[str | Path], environment: Mapping[str, str]) -> int:
    """Run the gate and return its exit code.

    A run that is cancelled gets SIGINT, later SIGTERM, and only this process does: the gate is told the first time,
    and waited for while it tidies up.  It has a process group of its own so that it is told once.
    """
    told: list[int] = []
    running: list[subprocess.Popen[bytes]] = []

    def hand_on(number: int, _frame: FrameType | None) -> None:
        if not told and running:
            running[0].send_signal(number)
        told.append(number)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with subprocess.Popen([*GATE, *arguments], env=dict(environment), process_group=0) as process:
            running.append(process)
            if told:  # between the two lines above
                process.send_signal(told[0])
            status = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if told:
        return INTERRUPTED
    return status if status >= 0 else 128 - status
