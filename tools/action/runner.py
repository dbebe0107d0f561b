"""Talking to the runner of GitHub: workflow commands, outputs of a step, the summary of a job.

What comes from artifacts goes to the log with workflow commands switched off, and to outputs behind a random delimiter.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_SUMMARY_BYTES = 1 << 20
"""GitHub's limit of a step's summary; it refuses a larger one as a whole."""


class Refused(Exception):
    """An input that cannot be used; the text names it and says what to do."""


@contextmanager
def commands_off() -> Iterator[None]:
    """Let the runner read no workflow command out of the log: names in artifacts may look like one."""
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", flush=True)


def command(name: str, text: str, **properties: str | int) -> None:
    """Give the runner a workflow command; whatever the values hold, it is one line and one command."""
    stated = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    print(f"::{name}{' ' if stated else ''}{stated}::{_data(text)}", flush=True)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def set_outputs(values: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Append outputs of the step, each behind a delimiter that no value can know."""
    with Path(environment["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as stream:
        for name, value in values.items():
            delimiter = f"gate-{secrets.token_hex(16)}"
            stream.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def add_summary(report: Path, environment: Mapping[str, str]) -> None:
    """Append the report to the summary of the job; of one that is too large it says where the report is instead."""
    target = environment.get("GITHUB_STEP_SUMMARY")
    if not target or not report.is_file():
        return
    with Path(target).open("ab") as stream:
        if report.stat().st_size > _SUMMARY_BYTES:
            stream.write(b"The report is larger than GitHub shows: its path is the output `report`.\n")
        else:
            stream.write(report.read_bytes())
