"""A repository whose workflows ``act`` runs in host mode: ours for real, stand-ins for actions of others."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from tests.conftest import clean_environment

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sysconfig.get_path("scripts"))
ACTIONS = tuple(ROOT / part / "action.yml" for part in ("", "sign", "verify"))
REUSABLE = ROOT / ".github" / "workflows" / "release-gate.yml"
WORKFLOWS = (*sorted((ROOT / "examples" / "workflows").glob("*.yml")), *sorted(REUSABLE.parent.glob("*.yml")))
PINNED = re.findall(r"release-gate/release-gate@([0-9a-f]{40})", REUSABLE.read_text())[0]
"""The commit by which the workflows of the tree name the gate."""
CALLED = re.findall(
    r"release-gate\.yml@([0-9a-f]{40})", (ROOT / "examples" / "workflows" / "release-called.yml").read_text()
)[0]
"""The commit by which they call the reusable one."""
LOOSE = """
[[executable]]
id = "script"
path = "dist/**"
class = ["script"]
basis = "specified-program"
spec_ref = "1"
reason = "a script"
approved_by = "A"
role = "r"
party = "乙"
approved_on = 2026-01-01
expires = 2099-01-01
"""
"""An exception that no proposal for a change may grant itself."""
STAND_INS = {
    "actions/cache": ("restore", "save"),
    "github/codeql-action": ("upload-sarif",),
    "actions/upload-artifact": ("",),
    "actions/download-artifact": ("",),
}
"""Actions of others that ours and the workflows use: in tests each writes down what it was given."""
STAND_INS_DO = {
    "actions/upload-artifact": """
        mkdir -p "$KEPT/artifacts/$NAME"
        cp -r "$PLACE" "$KEPT/artifacts/$NAME/"
        if [ -x "$KEPT/between-jobs" ]; then "$KEPT/between-jobs" "$KEPT/artifacts/$NAME"; fi
""",
    "actions/download-artifact": """
        mkdir -p "$PLACE"
        cp -r "$KEPT/artifacts/$NAME/." "$PLACE/"
""",
}
"""What a stand-in does besides; ``between-jobs`` is a program of the test that has its way with what is uploaded."""
WORKFLOW = """
name: test
on: [push, pull_request]
permissions: {{contents: read}}
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
      - id: gate
        continue-on-error: true
        uses: release-gate/release-gate@{commit}
        with: {inputs}
      - env:
          KEPT: {kept}
          OUTPUTS: ${{{{ toJSON(steps.gate.outputs) }}}}
          OUTCOME: ${{{{ steps.gate.outcome }}}}
          RESULT: ${{{{ steps.gate.outputs.result }}}}
          SARIF: ${{{{ steps.gate.outputs.sarif }}}}
          RELEASE: ${{{{ steps.gate.outputs.release }}}}
        run: |
          printf '%s' "$OUTPUTS" > "$KEPT/outputs.json"
          printf '%s' "$OUTCOME" > "$KEPT/outcome"
          for file in $RESULT $SARIF $RELEASE; do cp -r "$file" "$KEPT/"; done
"""
STAND_IN = """
name: stand-in
description: writes down what it was given
inputs:
{inputs}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        GIVEN: ${{{{ toJSON(inputs) }}}}
        FILE: {file}
        KEPT: {kept}
        NAME: ${{{{ inputs.name }}}}
        PLACE: ${{{{ inputs.path }}}}
      run: |
        printf '%s\\n' "$(printf '%s' "$GIVEN" | tr -d '\\n')" >> "$FILE"
        {does}
"""
STAND_IN_INPUTS = (
    "path", "key", "restore-keys", "sarif_file", "category", "name", "retention-days", "if-no-files-found",
    "include-hidden-files",
)  # fmt: skip


@dataclass(frozen=True)
class Acted:
    """What a run of the workflow left: the outputs of the action, how it ended, the log."""

    outcome: str
    outputs: Mapping[str, str]
    log: str
    kept: Path

    def given(self, action: str) -> list[dict[str, Any]]:
        """Return the inputs that a stand-in was called with, call by call."""
        file = self.kept / f"{action.replace('/', '-')}.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def pinned() -> dict[str, str]:
    """Return the commit of each foreign action that ours and the workflows use, as it stands in the files."""
    steps = [step for file in ACTIONS for step in yaml.safe_load(file.read_text())["runs"]["steps"]]
    for file in WORKFLOWS:
        steps += [step for job in yaml.safe_load(file.read_text())["jobs"].values() for step in job.get("steps", [])]
    found: dict[str, str] = {}
    for step in steps:
        name, _, commit = step.get("uses", "").partition("@")
        if name:
            name = "/".join(name.split("/")[:2])
            assert found.setdefault(name, commit) == commit, f"{name} at two commits"
    return found


def module(name: str) -> ModuleType:
    """Load a module of the action; they import each other by name, as scripts of one folder do."""
    folder = str(ROOT / "tools" / "action")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)


def script(step: str) -> str:
    """Return the text of the step of an action that runs ``action.py STEP``, as the runner gives it to bash."""
    steps = [each for file in ACTIONS for each in yaml.safe_load(file.read_text())["runs"]["steps"]]
    return next(str(each["run"]) for each in steps if each.get("run", "").rstrip().endswith(f'action.py" {step}'))


def run_step(step: str, place: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one step of an action in ``place`` with variables; what it told the runner is in ``place/outputs``."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", script(step)],
        cwd=place,
        env=step_environment(place, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def step_environment(place: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a step as a runner makes it."""
    return {
        **clean_environment(), "SOURCE": str(ROOT), "PYTHON": sys.executable, "RUNNER_TEMP": str(place),
        "RUNNER_OS": "Linux", "GITHUB_OUTPUT": str(place / "outputs"), "GITHUB_WORKSPACE": str(place), **variables,
    }  # fmt: skip


def make_stand_ins(folder: Path, kept: Path) -> list[str]:
    """Make the stand-ins and return act's options for them."""
    options = []
    for name, parts in STAND_INS.items():
        place = folder / name.replace("/", "-")
        for part in parts:
            target = place / part
            target.mkdir(parents=True, exist_ok=True)
            called = f"{name}/{part}".rstrip("/").replace("/", "-")
            inputs = "\n".join(f"  {each}: {{description: given}}" for each in STAND_IN_INPUTS)
            file, does = kept / f"{called}.jsonl", STAND_INS_DO.get(name, "").strip()
            (target / "action.yml").write_text(STAND_IN.format(inputs=inputs, file=file, kept=kept, does=does))
        options += ["--local-repository", f"{name}@{pinned()[name]}={place}"]
    return options


def make_checkout(folder: Path) -> Path:
    """Copy what the action needs of this tree, as a checkout would hold it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in listed:
        if not name.startswith(("tests/", "benchmarks/", "docs/")) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def git(place: Path, *arguments: str) -> str:
    """Run git in a repository of a test."""
    who = ["-c", "user.name=A", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=place, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(place: Path, files: Mapping[str, bytes | str]) -> None:
    """Write files into a repository and commit everything."""
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content.encode() if isinstance(content, str) else content)
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", "x", "--allow-empty")


class Project:
    """A repository of somebody who uses the action."""

    def __init__(self, tmp_path: Path) -> None:
        self.place = tmp_path / "project"
        self.kept = tmp_path / "kept"
        self.place.mkdir()
        self.kept.mkdir()
        self._options = make_stand_ins(tmp_path / "stand-ins", self.kept)
        self.action = make_checkout(tmp_path / "action")
        self._home = Path(tempfile.mkdtemp(prefix="ga-"))  # short, as GnuPG's sockets need
        self.git("init", "-q", "-b", "main", ".")

    def close(self) -> None:
        """End what the project's home holds."""
        subprocess.run(["gpgconf", "--homedir", self._home / ".gnupg", "--kill", "all"], check=False)
        shutil.rmtree(self._home)

    def git(self, *arguments: str) -> str:
        """Run git in the project."""
        return git(self.place, *arguments)

    def write(self, files: Mapping[str, bytes | str]) -> None:
        """Write files and commit everything."""
        write(self.place, files)

    def act(self, inputs: Mapping[str, str], *, event: Mapping[str, Any] | None = None) -> Acted:
        """Run the action with inputs, on a push or on a pull request."""
        given = {"python": sys.executable, "install": "false", "database-update": "false", **inputs}
        workflow = WORKFLOW.format(commit=PINNED, inputs=json.dumps(given), kept=self.kept)
        self.write({".github/workflows/test.yml": workflow})
        log = self.run("pull_request" if event else "push", payload=event).stdout
        assert (self.kept / "outcome").exists(), log[-6000:]
        outputs = json.loads((self.kept / "outputs.json").read_text())
        return Acted((self.kept / "outcome").read_text(), outputs, log, self.kept)

    def workflow(self, file: Path) -> str:
        """Return a workflow of the tree with the gate of this environment in the place of one to be installed."""
        ours = r"( +)uses: release-gate/release-gate(|/sign|/verify)@[0-9a-f]{40}\n +with:\n"

        def adapted(match: re.Match[str]) -> str:
            given = {"python": json.dumps(sys.executable), "install": '"false"'}
            given |= {} if match[2] else {"database-update": '"false"'}
            return match[0] + "".join(f"{match[1]}  {name}: {value}\n" for name, value in given.items())

        text, count = re.subn(ours, adapted, file.read_text())
        assert count, file
        return text

    def run(
        self, event: str, *options: str, payload: Mapping[str, Any] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the workflows of an event; what they said is all in ``stdout``."""
        command = [str(SCRIPTS / "act"), event, "-P", "ubuntu-latest=-self-hosted", "-P", "ubuntu-24.04=-self-hosted"]
        command += ["--no-cache-server", *self._options, *options]
        for commit in (PINNED, CALLED):
            command += ["--local-repository", f"release-gate/release-gate@{commit}={self.action}"]
        if payload is not None:
            (self.kept / "event.json").write_text(json.dumps(payload))
            command += ["--eventpath", str(self.kept / "event.json")]
        return subprocess.run(
            command,
            cwd=self.place,
            env={**clean_environment(), "HOME": str(self._home), "PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=500,
            check=False,
        )


def unpack_tar(archive: Path, folder: Path) -> None:
    """Unpack a tar archive as people do, into a new folder."""
    folder.mkdir()
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", folder], check=True)
