"""Completion as a person meets it: a real shell in a terminal, a word begun, and the tabulator."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tests.conftest import Gate, clean_environment

STARTS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
SET_UP = {
    "bash": 'bind "set enable-bracketed-paste off"; bind "set bell-style none"; eval "$(gate completion bash)"',
    "zsh": 'autoload -Uz compinit; compinit -u -D; eval "$(gate completion zsh)"',
    "fish": "gate completion fish | source",
}
SECONDS = 30


class Terminal:
    """A shell with a terminal of its own, and what stands on its screen."""

    def __init__(self, shell: str, folder: Path) -> None:
        environment = {
            **clean_environment(),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "TERM": "xterm",
        }
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self._screen)
        self._own, theirs = pty.openpty()
        self._process = subprocess.Popen(
            ["setsid", "--ctty", *STARTS[shell]],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            cwd=folder,
        )
        os.close(theirs)

    def type(self, keys: str) -> None:
        os.write(self._own, keys.encode())

    def shows(self, *wanted: str) -> bool:
        """Wait until all of the texts stand on the screen."""
        ends = time.monotonic() + SECONDS
        while not all(text in "\n".join(self._screen.display) for text in wanted):
            if time.monotonic() > ends:
                return False
            if select.select([self._own], [], [], 0.2)[0]:
                self._stream.feed(os.read(self._own, 1 << 16))
        return True

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._own)


@pytest.fixture(
    params=[
        pytest.param(shell, marks=pytest.mark.skipif(shutil.which(shell) is None, reason=f"no {shell}"))
        for shell in STARTS
    ]
)
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    started = Terminal(request.param, tmp_path)
    try:
        started.type(f"{SET_UP[request.param]}; echo rea''dy-now\n")
        assert started.shows("ready-now"), started.text
        yield started
    finally:
        started.close()


def test_completes(terminal: Terminal) -> None:
    terminal.type("gate rel\t")
    assert terminal.shows("gate release"), terminal.text
    terminal.type("--no-pr\t")
    assert terminal.shows("gate release --no-progress"), terminal.text
    terminal.type("--format sar\t")
    assert terminal.shows("--format sarif"), terminal.text
    terminal.type("\x15gate explain malware/kn\t")
    assert terminal.shows("gate explain malware/known"), terminal.text
    terminal.type("\x15gate db \t\t")
    assert terminal.shows("status", "update", "import"), terminal.text


@pytest.mark.parametrize("shell", STARTS)
def test_scripts_come_without_the_shell(gate: Gate, shell: str) -> None:
    ran = gate("completion", shell, PATH="/nonexistent")
    assert ran.status == 0
    assert "_GATE_COMPLETE" in ran.stdout


def test_other_shells_are_refused(gate: Gate) -> None:
    refused = gate("completion", "tcsh")
    assert (refused.status, refused.stdout) == (2, "")
    assert "bash" in refused.stderr
