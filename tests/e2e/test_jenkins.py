"""Jenkins: what every ``sh`` of the example does, run in a shell with the variables that Jenkins sets."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Gate, Key, clean_environment, policy_text, trust_text
from tests.e2e.action_kit import LOOSE, ROOT, git, unpack_tar, write
from tests.e2e.test_gitlab import SCRIPT

FILE = ROOT / "examples" / "jenkins" / "Jenkinsfile"


def text() -> str:
    """Return the example without its comments."""
    return re.sub(r"(?m)^\s*//.*\n", "", FILE.read_text())


def stages() -> dict[str, str]:
    """Return the text of each stage by its name."""
    parts = re.split(r"stage\('(\w+)'\)", text())
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def scripts(stage: str) -> list[str]:
    """Return what each ``sh`` of a stage gives to the shell: in Groovy a backslash takes the line break away."""
    found = re.findall(r"\bsh(?:\(returnStdout: true, script:)? (?:'''(.*?)'''|'([^'\n]*)')", stage, re.DOTALL)
    return [(long or short).replace("\\\n", "") for long, short in found]


def run(script: str, place: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=place,
        env={
            **clean_environment(), "JENKINS_URL": "https://jenkins.example.org/", "GATE_CONFIG": "gate.toml",
            "WORKSPACE": str(place), "WORKSPACE_TMP": f"{place}@tmp", **variables,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_no_value_becomes_text_of_a_script() -> None:
    """Groovy puts values into double quotes; with single quotes the shell sees variables, which it does not run."""
    found = [script for stage in stages().values() for script in scripts(stage)]
    assert len(found) == len(re.findall(r"\bsh\b[ (]", text())) == 6
    assert not [script for script in found if "\\" in script or "eval" in script]
    assert '"' not in re.sub(r"'''.*?'''|'[^'\n]*'", "", text(), flags=re.DOTALL)


def test_credentials_are_within_reach_of_the_signing_alone() -> None:
    holding = {name for name, stage in stages().items() if re.search("credential|SIGNING_KEY", stage, re.IGNORECASE)}
    assert holding == {"Sign"}
    bound = stages()["Sign"].partition("withCredentials")[2]
    (script,) = scripts(bound)
    assert "gate --no-progress sign" in script
    assert "--extract" not in script, "what strangers may have made is unpacked where no key is"
    for name, stage in stages().items():
        assert ("args examining" in stage) == (name != "Sign")
    assert "--network none" in re.findall("def examining = '(.*)'", text())[0]
    assert re.findall("def gateImage = '(.*)'", text())[0].endswith(f"@sha256:{'0' * 64}")


def test_an_aborted_build_leaves_no_key(tmp_path: Path, key: Key) -> None:
    """Jenkins ends every process of a build; a shell that is ended by a signal runs nothing of its own accord."""
    folder = Path(tempfile.mkdtemp(prefix="ga-"))  # short, as GnuPG's sockets need
    (tmp_path / "key.asc").write_bytes(key.secret())
    (tmp_path / "gate").write_text(f"#!/bin/sh\ntouch {tmp_path}/started\nexec sleep 60\n")
    (tmp_path / "gate").chmod(0o755)
    (_, script) = scripts(stages()["Sign"])
    process = subprocess.Popen(
        ["sh", "-e", "-c", script],
        env={
            **clean_environment(), "PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(folder),
            "GATE_SIGNING_KEY": f"{tmp_path}/key.asc", "GATE_CONFIG": "gate.toml", "GATE_RECORD_SHA256": "0" * 64,
            "WORKSPACE_TMP": str(tmp_path),
        },
        cwd=tmp_path, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert list(folder.iterdir()), "the key lies here"
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=60)
    assert list(folder.iterdir()) == []
    folder.rmdir()


def test_every_stage_begins_with_an_empty_workspace() -> None:
    """A `.git` that an earlier stage has left runs programs on the agent when it is checked out again."""
    for name, stage in stages().items():
        steps = stage.partition(" steps {")[2].split()
        assert steps[:3] == ["deleteDir()", "checkout", "scm"], name


def test_scripts_pass_shellcheck(tmp_path: Path) -> None:
    for number, script in enumerate(script for stage in stages().values() for script in scripts(stage)):
        file = tmp_path / f"{number}.sh"
        file.write_text(f"#!/bin/sh\n{script}\n")
        done = subprocess.run(["shellcheck", file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A clone as a multibranch pipeline makes it, of a project whose main branch has a strict policy."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main", ".")
    write(origin, {"gate.toml": policy_text(), "dist/readme.txt": "hello\n"})
    place = tmp_path / "workspace"
    git(tmp_path, "clone", "-q", str(origin), str(place))
    (tmp_path / "workspace@tmp").mkdir()
    write(place, {"gate.toml": policy_text(LOOSE), "dist/run.sh": SCRIPT})
    return place


def test_a_change_is_judged_by_the_policy_of_its_target(workspace: Path) -> None:
    (script,) = scripts(stages()["Examine"])
    done = run(script, workspace, {"CHANGE_ID": "7", "CHANGE_TARGET": "main", "CHANGE_TITLE": "$(touch taken-over)"})
    assert done.returncode == 1, done.stdout + done.stderr
    reports = Path(f"{workspace}@tmp") / "reports"
    assert json.loads((reports / "result.json").read_bytes())["verdict"] == "rejected"
    assert "<failure" in (reports / "junit.xml").read_text()
    assert not (workspace / "taken-over").exists()


@pytest.mark.full
def test_a_branch_is_judged_by_its_own_policy_and_a_change_without_target_by_none(workspace: Path) -> None:
    (script,) = scripts(stages()["Examine"])
    for _ in range(2):  # workspaces of agents are used again
        assert run(script, workspace, {}).returncode == 0
    done = run(script, workspace, {"CHANGE_ID": "7", "CHANGE_TARGET": "release"})
    assert done.returncode not in {0, 1, 3}, done.stdout + done.stderr
    assert "APPROVED" not in done.stdout


@pytest.mark.full
def test_released_and_signed_by_two_stages(key: Key, gate: Gate, workspace: Path, tmp_path: Path) -> None:
    signing = f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{key.fingerprint}"\n'
    write(workspace, {"gate.toml": policy_text(LOOSE, signing, require='"26-3 3(3)", "26-3 3(4)"')})
    release, digest, pack = scripts(stages()["Release"])
    assert run(release, workspace, {"TAG_NAME": "v1.1; id"}).returncode == 2
    done = run(release, workspace, {"TAG_NAME": "v1.0"})
    assert done.returncode == 0, done.stdout + done.stderr
    told = {"GATE_RECORD_SHA256": run(digest, workspace, {}).stdout.strip(), "GATE_SIGNING_KEY": f"{tmp_path}/key.asc"}
    assert run(pack, workspace, {}).returncode == 0
    (tmp_path / "key.asc").write_bytes(key.secret())
    unpack, sign = scripts(stages()["Sign"])
    packed = (workspace / "release.tar").read_bytes()
    (workspace / "release.tar").write_bytes(gzip.compress(packed))
    assert run(unpack, workspace, told).returncode == 2
    (workspace / "release.tar").write_bytes(packed)
    assert run(unpack, workspace, told).returncode == 0
    done = run(sign, workspace, {**told, "GATE_RECORD_SHA256": "0" * 64})
    assert done.returncode == 3, done.stdout + done.stderr
    assert not (workspace / "signed-release.tar").exists()
    done = run(sign, workspace, told)
    assert done.returncode == 0, done.stdout + done.stderr
    unpack_tar(workspace / "signed-release.tar", tmp_path / "received")
    trust = trust_text(key, tmp_path / "recipient")
    verified = gate("verify", "--trust", trust, tmp_path / "received" / "release")
    assert verified.status == 0, verified.stdout + verified.stderr


@pytest.mark.full
def test_groovy_reads_it(tmp_path: Path) -> None:
    """``npm-groovy-lint`` (npm) can parse it, and finds no error; it does in a broken one."""
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--ignore-scripts", "npm-groovy-lint"], cwd=tmp_path, check=True
    )

    linted = tmp_path / "linted"
    linted.mkdir()

    def lint(content: str) -> tuple[int, str]:
        (linted / "Jenkinsfile").write_text(content)
        done = subprocess.run(
            ["node", "node_modules/npm-groovy-lint/lib/index.js", "--noserver", "--no-insight", "--parse", "--failon",
             "error", "--loglevel", "error", "--path", linted, "--files", "Jenkinsfile"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    status, said = lint(FILE.read_text())
    assert status == 0, said
    status, said = lint(FILE.read_text().replace("stages {", "stages {{"))
    assert (status, "NglParseError" in said) == (1, True), said
