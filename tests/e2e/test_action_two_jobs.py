"""Examined by one job, signed by another: the workflows that people copy or call, run by ``act``."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate.folders import remove_tree
from gate.signing.interface import PromisedSigner
from tests.conftest import Gate, Key, clean_environment, policy_text, trust_text
from tests.e2e.action_kit import REUSABLE, ROOT, Project, module, unpack_tar
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack
from tests.unit.sealing.sealing_kit import make_unsigned

EXAMPLES = ROOT / "examples" / "workflows"
TAG = {"ref": "refs/tags/v1.0"}
REQUIRED = '"26-3 3(3)", "26-3 3(4)"'


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    made.close()


def released(project: Project, *options: str) -> tuple[bool, str, Path]:
    """Run the workflows of a pushed tag; return whether they went well, the log, and the artifact ``release``."""
    done = project.run("push", *options, payload=TAG)
    return done.returncode == 0, done.stdout, project.kept / "artifacts" / "release" / "release.tar"


def openpgp(key: Key) -> str:
    """Return a policy whose key is in nobody's keyring before the job that signs."""
    return policy_text(
        f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{key.fingerprint}"\n', require=REQUIRED
    )


def write_project(project: Project, policy: str, **workflows: str) -> None:
    (project.place / "dist").mkdir()
    (project.place / "dist" / "readme.txt").write_text("hello\n")
    (project.place / "dist" / "run.txt").touch(mode=0o755)  # a mode that has to come through
    project.write({"gate.toml": policy, **{f".github/workflows/{name}.yml": text for name, text in workflows.items()}})


def between_jobs(project: Project, script: str) -> None:
    """Have a program's way with the unsigned release before the second job gets it."""
    program = project.kept / "between-jobs"
    program.write_text(
        f'#!/bin/bash\nset -e\n[ "${{1##*/}}" = unsigned-release ] || exit 0\ncd "$1"\ntar -xf release.tar\n'
        f"{script}\ntar -cf release.tar release\nrm -r release\n"
    )
    program.chmod(0o755)


def test_only_the_job_that_signs_may_sign() -> None:
    for file in (EXAMPLES / "release.yml", REUSABLE):
        workflow = yaml.safe_load(file.read_text())
        assert workflow["permissions"] == {}
        able = {
            name for name, job in workflow["jobs"].items()
            if "id-token" in job["permissions"] or "environment" in job or "secrets." in json.dumps(job)
        }  # fmt: skip
        assert able == {"sign"}, file
        assert all(job["permissions"]["contents"] == "read" for job in workflow["jobs"].values())
        assert "inherit" not in file.read_text()
        (examining,) = [step["with"] for step in workflow["jobs"]["examine"]["steps"] if step.get("id") == "gate"]
        assert examining["database-cache"] == "false", "others can write to what would be unpacked here"
        scripts = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
        assert not [script for script in scripts if "${{" in script]


def test_examined_and_signed_by_two_jobs(project: Project, key: Key, gate: Gate, tmp_path: Path) -> None:
    """A third job is the second once more, and gets a folder in which a file was changed: it signs nothing."""
    workflow = project.workflow(EXAMPLES / "release.yml")
    head, mark, signing = workflow.partition("\n  sign:\n")
    again = signing.replace("name: Sign\n", "name: Changed\n", 1).replace("name: unsigned-release", "name: changed", 1)
    again = again.replace("name: release\n", "name: never\n")
    write_project(project, openpgp(key), release=f"{head}{mark}{signing}\n  changed:\n{again}")
    copy = 'cp -r "$1" ../changed && cd ../changed && echo changed >> release/payload/dist/readme.txt'
    between_jobs(project, copy)
    well, log, archive = released(project, "-s", f"SIGNING_KEY={key.secret().decode()}")
    assert re.search(r"release/Sign\b.*Job succeeded", log), log[-6000:]
    unpack_tar(archive, tmp_path / "received")
    trust = trust_text(key, tmp_path / "recipient")
    verified = gate("verify", "--trust", trust, "--expect-version", "1.0", tmp_path / "received" / "release")
    assert verified.status == 0, verified.stdout + verified.stderr
    assert len(set(re.findall(r"SHA-256 of the record: ([0-9a-f]{64})", log))) == 1
    assert not well
    assert re.search(r"release/Changed\b.*Job failed", log), log[-6000:]
    assert re.search(r"release/Changed\b.*readme\.txt", log), log[-6000:]
    assert not (project.kept / "artifacts" / "never").exists()


def test_packed_whole_in_order_and_whatever_the_depth(tmp_path: Path) -> None:
    folder = tmp_path / "annai"
    (folder / "empty").mkdir(parents=True)
    (folder / "a").write_bytes(b"bytes")
    os.link(folder / "a", folder / "b")
    (folder / "b").chmod(0o755)
    (folder / "link").symlink_to("empty")
    deep = folder
    for _ in range(1200):
        deep /= "d"
        deep.mkdir()
    environment = {"GATE_RELEASE": str(folder), "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "told")}
    assert module("two_jobs").pack(environment) == 0
    (archive,) = tmp_path.glob("release-gate-*/release.tar")
    assert str(archive) in (tmp_path / "told").read_text()
    with tarfile.open(archive) as stream:
        members = stream.getmembers()
    names = [member.name for member in members]
    assert names[:5] == ["release", "release/a", "release/b", "release/d", "release/d/d"]
    assert names[-2:] == ["release/empty", "release/link"]
    assert len(names) == 5 + 1200
    assert all(member.isreg() and member.size == 5 and member.mode == 0o755 for member in members[1:3])
    assert {(member.uid, member.gid, member.uname, member.gname) for member in members} == {(0, 0, "", "")}
    remove_tree(folder)  # too deep for what tidies up after tests


def packed(*members: tuple[str, str]) -> bytes:
    """Return a tar archive; a member is a name with what it links to, empty for a folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, link in members:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.mode = (
                (tarfile.SYMTYPE, link, 0o777) if link else (tarfile.DIRTYPE, "", 0o755)
            )
            archive.addfile(entry)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed(("release", ""), ("../../outside", "")), "not a release folder"),
        (packed(("release", ""), ("other", "")), "not a release folder"),
        (packed(("release", "/etc")), "not a release folder"),
        (packed(("link", ".."), ("link/outside", "")), "not a release folder"),
        (packed(), "not a release folder"),
        (b"no archive", "not a release folder"),
        (gzip.compress(packed(("release", ""))), "not a release folder"),
        (packed(("rel\nease", "")), "not a release folder"),
        (packed(("rel\udcffease", "")), "not a release folder"),
        (None, "is not there"),
    ],
    ids=[
        "above",
        "two",
        "link",
        "through-a-link",
        "empty",
        "no-archive",
        "compressed",
        "line-break",
        "not-utf-8",
        "missing",
    ],
)
def test_a_release_that_is_none_is_refused_and_written_nowhere(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    runner = tmp_path / "runner"
    runner.mkdir()
    if content is not None:
        (tmp_path / "release.tar").write_bytes(content)
    (tmp_path / "gate.toml").write_text(policy_text())
    environment = {
        "RUNNER_TEMP": str(runner), "GITHUB_OUTPUT": str(tmp_path / "outputs"), "GATE_RELEASE": "release.tar",
        "GATE_RECORD_SHA256": "0" * 64,
    }  # fmt: skip
    before = {path for path in tmp_path.iterdir() if path != runner}
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "action" / "action.py", "sign"],
        cwd=tmp_path, env={**clean_environment(), **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, said in done.stdout) == (2, True), done.stdout + done.stderr
    assert {path for path in tmp_path.iterdir() if path != runner} == before
    assert not list(runner.glob("outside"))


def test_what_reads_strangers_bytes_gets_no_secret(tmp_path: Path) -> None:
    """Neither ``tar`` nor a run that signs nothing sees what a token could be had with; the run that signs does."""
    program, seen = tmp_path / "tar", tmp_path / "seen"
    program.write_text(f"#!/bin/sh\n/usr/bin/env >{seen}\nexit 3\n")
    program.chmod(0o755)
    (tmp_path / "release.tar").touch()
    secrets = {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "token", "ACTIONS_ID_TOKEN_REQUEST_URL": "url", "PIN": "1234"}
    environment = {"RUNNER_TEMP": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin", **secrets}
    with pytest.raises(module("runner").Refused):
        module("two_jobs").unpack(tmp_path / "release.tar", environment)
    assert "PATH=" in seen.read_text()
    assert not [name for name in secrets if name in seen.read_text()]
    runner = dict.fromkeys(("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "ACTIONS_RUNTIME_TOKEN", "PYTHONPATH"), "x")
    assert module("gate_process").gate_environment(environment | runner, signs=True) == environment
    assert module("gate_process").gate_environment(environment, signs=False).keys() == {"RUNNER_TEMP", "PATH", "PIN"}


def test_what_only_the_second_job_knows_of_signing(key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``signing-config`` goes to the gate as it is; one that lies in the release, or says more, is refused by it."""
    monkeypatch.chdir(tmp_path)
    promise = PromisedSigner("openpgp", key.fingerprint, ".asc", signs_artifacts=True, irrevocable=False)
    job = make_unsigned(tmp_path, (promise,))
    (tmp_path / "signing.toml").write_text(key.policy())
    (tmp_path / "more.toml").write_text("[gate]\nrequire = []\n")
    inside = job.folder / "gate" / "gate.toml"
    action = yaml.safe_load((ROOT / "sign" / "action.yml").read_text())
    (step,) = (step for step in action["runs"]["steps"] if step.get("id") == "sign")
    assert step["env"]["GATE_SIGNING_CONFIG"] == "${{ inputs.signing-config }}"
    for file, status in (("more.toml", 2), (str(inside), 2), ("signing.toml", 0)):
        environment = {
            **clean_environment(), "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "outputs"),
            "GATE_RELEASE": str(job.folder), "GATE_RECORD_SHA256": job.sha256, "GATE_SIGNING_CONFIG": file,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "action" / "action.py", "sign"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == status, done.stdout + done.stderr
        assert (job.folder / "gate" / "record.intoto.json.asc").exists() == (status == 0)


CHANGES = {
    "record": "echo ' ' >> release/gate/record.intoto.json",
    "mode": "chmod 644 release/payload/dist/run.txt",
    "link": "rm release/gate/gate.toml && ln -s /etc/hostname release/gate/gate.toml",
}


@pytest.mark.full
@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_in_between_is_not_signed(project: Project, key: Key, change: str) -> None:
    write_project(project, openpgp(key), release=project.workflow(EXAMPLES / "release.yml"))
    between_jobs(project, CHANGES[change])
    well, log, archive = released(project, "-s", f"SIGNING_KEY={key.secret().decode()}")
    assert not well
    assert re.search(r"release/Examine\b.*Job succeeded", log), log[-6000:]
    assert re.search(r"release/Sign\b.*Job failed", log), log[-6000:]
    assert not archive.exists()


@pytest.mark.full
def test_signed_with_sigstore_by_the_token_of_the_second_job(project: Project, gate: Gate, tmp_path: Path) -> None:
    with Stack() as stack:
        stack.issuer.person = WORKFLOW
        instance = project.place / "instance"
        stack.write(instance)
        policy = policy_text(
            f'[signing]\nuse = ["keyless"]\n[signing.keyless]\ntrust_config = "instance/trust_config.v1.json"\n'
            f'identity = "{WORKFLOW_IDENTITY}"\nissuer = "{WORKFLOW["iss"]}"\n',
            require=REQUIRED,
        )
        write_project(project, policy, release=project.workflow(EXAMPLES / "release.yml"))
        token = ["--env", f"ACTIONS_ID_TOKEN_REQUEST_URL={stack.url}/oidc/actions?x=1"]
        well, log, archive = released(project, *token, "--env", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=x")
        assert well, log[-6000:]
        (tmp_path / "root.json").write_text(json.dumps(stack.trusted_root()))
    unpack_tar(archive, tmp_path / "received")
    (tmp_path / "trust.toml").write_text(
        f'[[keyless]]\nidentity = "{WORKFLOW_IDENTITY}"\nissuer = "{WORKFLOW["iss"]}"\ntrusted_root = "root.json"\n'
    )
    verified = gate("verify", "--trust", "trust.toml", "received/release")
    assert verified.status == 0, verified.stdout + verified.stderr


@pytest.mark.full
def test_called_by_another_workflow(project: Project, key: Key, gate: Gate, tmp_path: Path) -> None:
    """``release-called.yml`` calls the reusable workflow of the repository that holds the action."""
    (project.action / REUSABLE.relative_to(ROOT)).write_text(project.workflow(REUSABLE))
    caller = (EXAMPLES / "release-called.yml").read_text()
    caller = caller.replace("      artifact: built\n", "      artifact: built\n      name: app-release\n")
    outputs = (
        '\n  told:\n    needs: release\n    runs-on: ubuntu-latest\n    steps:\n      - env: {OUTPUTS: "${{ '
        'toJSON(needs.release.outputs) }}"}\n        run: printf "%s" "$OUTPUTS" > ' + f"{project.kept}/outputs.json\n"
    )
    write_project(project, openpgp(key), release=caller + outputs)
    well, log, _ = released(project, "-s", f"SIGNING_KEY={key.secret().decode()}")
    assert well, log[-6000:]
    unpack_tar(project.kept / "artifacts" / "app-release" / "release.tar", tmp_path / "received")
    trust = trust_text(key, tmp_path / "recipient")
    verified = gate("verify", "--trust", trust, tmp_path / "received" / "release")
    assert verified.status == 0, verified.stdout + verified.stderr
    told: dict[str, Any] = json.loads((project.kept / "outputs.json").read_text())
    assert told["verdict"] == "approved"
    assert told["artifact"] == "app-release"
    assert re.fullmatch("[0-9a-f]{64}", told["record-sha256"])
