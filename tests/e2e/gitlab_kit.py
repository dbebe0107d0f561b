"""GitLab's way with a template, as far as ours goes: inputs, ``extends``, ``!reference``, a shell that runs jobs."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import clean_environment


@dataclass(frozen=True)
class Reference:
    """``!reference [job, key]``."""

    path: tuple[str, ...]


class Loader(yaml.SafeLoader):
    """Reads ``!reference``, which is GitLab's own."""


Loader.add_constructor(
    "!reference",
    lambda loader, node: Reference(tuple(loader.construct_sequence(node))),  # type: ignore[arg-type]  # a sequence in ours
)


class InputRefused(ValueError):
    """An input that the template does not take."""


def load(file: Path, inputs: Mapping[str, str]) -> dict[str, Any]:
    """Return the jobs of a template with its inputs put in (docs.gitlab.com/ci/inputs).

    Raises :class:`InputRefused` for a value that is missing, unknown or not of its form.
    """
    head, body = file.read_text().split("\n---\n")
    declared = yaml.safe_load(head)["spec"]["inputs"]
    if inputs.keys() - declared.keys():
        raise InputRefused(str(inputs))
    values = {}
    for name, form in declared.items():
        value = inputs.get(name, form.get("default"))
        # RE2's `$` is the end of the text; Python's also matches in front of a last line break.
        if value is None or not re.search(form.get("regex", "").replace("$", r"\Z"), value):
            raise InputRefused(name)
        if value not in form.get("options", [value]):
            raise InputRefused(name)
        values[name] = value
    text = re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda match: values[match[1]], body)
    jobs: dict[str, Any] = yaml.load(text, Loader)  # noqa: S506  # a safe loader with one more tag
    return {name: _resolved(jobs, _extended(jobs, name)) for name in jobs}


def _extended(jobs: Mapping[str, Any], name: str) -> dict[str, Any]:
    job = jobs[name]
    parents = job.get("extends", [])
    merged: dict[str, Any] = {}
    for parent in [parents] if isinstance(parents, str) else parents:
        merged = _merge(merged, _extended(jobs, parent))
    return _merge(merged, {key: value for key, value in job.items() if key != "extends"})


def _merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = {**old, **new}
    for key in old.keys() & new.keys():
        if isinstance(old[key], dict) and isinstance(new[key], dict):
            both[key] = _merge(old[key], new[key])
    return both


def _resolved(jobs: Mapping[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    lines = []
    for line in job.get("script", []):
        if isinstance(line, Reference):
            name, key = line.path
            lines += jobs[name][key]
        else:
            lines.append(line)
    return {**job, "script": lines}


def after_script_of(job: Mapping[str, Any]) -> str:
    """Return what a second shell is given afterwards, whatever came of the first."""
    return "\n".join(["set -eo pipefail", *job.get("after_script", [])]) + "\n"


def script_of(job: Mapping[str, Any]) -> str:
    """Return what the runner gives to the shell: both scripts as one, which ends where a command fails."""
    return "\n".join(["set -eo pipefail", *job.get("before_script", []), *job["script"]]) + "\n"


def own_variables(job: Mapping[str, Any], predefined: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a job sets, with those in them that GitLab sets."""
    return {
        name: re.sub(r"\$([A-Z_]+)", lambda match: predefined[match[1]], value)
        for name, value in job.get("variables", {}).items()
    }


def run(job: Mapping[str, Any], place: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a job in a work tree, with the variables that GitLab would set."""
    predefined = {
        "CI": "true", "GITLAB_CI": "true", "CI_PROJECT_DIR": str(place), "CI_JOB_ID": secrets.token_hex(8), **variables,
    }  # fmt: skip
    own = own_variables(job, predefined)
    environment = {
        **clean_environment(), **own, **predefined, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }  # fmt: skip
    done, after = (
        subprocess.run(
            ["bash"], input=script, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        for script in (script_of(job), after_script_of(job))
    )
    assert after.returncode == 0, after.stderr
    assert "GATE_SCRATCH" not in own or not Path(own["GATE_SCRATCH"]).exists()
    return done
