"""SARIF logs through Microsoft's own validator (npm ``@microsoft/sarif-multitool``), with GitHub's rules: no error.

Its native build is one program that carries all it needs.  ``GATE_CORPUS`` names a folder that keeps it between runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from gate.models import EngineProblem, Gap, RevisionFact
from gate.reports.formats import Manner, render_report
from gate.text import LANGUAGES
from tests.unit.policy.policy_kit import SHA, contact, deliverable, detection, examined, program, suppress_entry
from tests.unit.reports.hostile_run import Run, hostile_run, run_of
from tests.unit.reports.view_kit import ISSUE

pytestmark = pytest.mark.corpus

PACKAGE = "@microsoft/sarif-multitool-linux@5.7.0"


@pytest.fixture(scope="module")
def multitool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetch the validator by npm, once, and return its program."""
    kept = os.environ.get("GATE_CORPUS")
    folder = (Path(kept) if kept else tmp_path_factory.mktemp("npm")) / "sarif-multitool"
    program_file = folder / "package" / "Sarif.Multitool"
    if not program_file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = folder.glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    program_file.chmod(0o755)
    return program_file


def errors_in(multitool: Path, log: Path) -> list[str]:
    """Return what the validator calls an error, with all its rules and those of GitHub's code scanning."""
    done = subprocess.run(
        [multitool, "validate", "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", log],
        capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "HOME": str(log.parent)},
    )  # fmt: skip
    assert "Analysis completed successfully" in done.stdout, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if ": error " in line]


def everything() -> Run:
    """Return a run with a result of every severity, one set aside, an engine that failed, a commit."""
    commit = RevisionFact("1" * 40, "2" * 40, "sha1", "main", ("v1.0",), "", "", "", "", "", "", "", "",
                          "https://git.example.org/acme/app.git", False, "clean", (), 0, 3)  # fmt: skip
    seen = examined(
        detection(), detection("app.whl!/y", certainty="suspected"), program(), contact(), contact(reach="string"),
        contact(reach="link"), commit, gaps=[Gap("encrypted", "x", "clamav", "app.whl!/e", SHA)],
        problems=(EngineProblem("clamav", "other.version", {}, "it died"),),
    )  # fmt: skip
    return run_of(seen, deliverable("website"), suppress_entry("malware/suspected", more='path = "app.whl!/y"'))


RUNS = {"clean": lambda: run_of(examined()), "everything": everything, "hostile": hostile_run}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RUNS)
def test_the_validator_finds_no_error(multitool: Path, tmp_path: Path, name: str, language: str) -> None:
    run = RUNS[name]()
    manner = Manner("ja" if language == "ja" else "en")
    data = render_report("sarif", run.examination, run.judgement, run.policy, ISSUE, manner)
    log = tmp_path / f"{name}.sarif"
    log.write_bytes(data)
    assert errors_in(multitool, log) == []


def test_the_validator_finds_what_is_wrong(multitool: Path, tmp_path: Path) -> None:
    run = everything()
    text = render_report("sarif", run.examination, run.judgement, run.policy, ISSUE, Manner("en")).decode()
    wrong = json.loads(text)
    wrong["runs"][0]["results"][0]["ruleIndex"] = 9999
    log = tmp_path / "wrong.sarif"
    log.write_text(json.dumps(wrong))
    assert errors_in(multitool, log)
