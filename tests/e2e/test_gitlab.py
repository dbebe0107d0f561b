"""GitLab: the templates against GitLab's schema, and every job's script run in a shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from tests.conftest import Gate, Key, clean_environment, policy_text, trust_text
from tests.e2e import gitlab_kit
from tests.e2e.action_kit import LOOSE, ROOT, SCRIPTS, git, write
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack

TEMPLATE = ROOT / "examples" / "gitlab" / "release-gate.gitlab-ci.yml"
RECEIVED = ROOT / "examples" / "gitlab" / "verify.gitlab-ci.yml"
IMAGE = f"registry.example.org/release-gate@sha256:{'0' * 64}"
INPUTS = {"image": IMAGE, "database": "mounted"}
SCRIPT = "#!/bin/sh\necho hello\n"


class Plain(gitlab_kit.Loader):
    """Reads ``!reference`` as the list that GitLab's schema takes it for."""


Plain.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))  # type: ignore[arg-type]


PAGES = ("gitlab.md", "gitlab.ja.md")


def validate(folder: Path, *parts: str) -> subprocess.CompletedProcess[str]:
    """Hold pipelines against the schema that GitLab publishes, as the package ``check-jsonschema`` carries it."""
    files = [folder / f"{number}.json" for number in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        file.write_text(json.dumps(yaml.load(part, Plain)))  # noqa: S506  # a safe loader with one more tag
    return subprocess.run(
        [SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--regex-variant", "python", *files],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def shown(page: str) -> list[str]:
    """Return the pipelines that a page shows."""
    return re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "guides" / page).read_text("utf-8"), re.DOTALL)


def test_templates_and_what_pages_show_are_pipelines_of_gitlab(tmp_path: Path) -> None:
    parts = [part for file in (TEMPLATE, RECEIVED) for part in file.read_text().split("\n---\n")]
    assert len(parts) == 4
    done = validate(tmp_path, *parts, *(each for page in PAGES for each in shown(page)))
    assert done.returncode == 0, done.stdout
    broken = validate(tmp_path, *(part.replace("  script:", "  skript:") for part in parts[1::2]))
    assert broken.returncode == 1
    assert all(f"{number}.json" in broken.stdout for number in range(2)), broken.stdout


@pytest.mark.parametrize("page", PAGES)
def test_what_the_page_shows_is_taken_by_the_template(page: str) -> None:
    included, overridden = shown(page)
    (given,) = yaml.safe_load(included)["include"]
    jobs = gitlab_kit.load(TEMPLATE, given["inputs"])
    assert yaml.safe_load(overridden).keys() <= jobs.keys()


@pytest.mark.parametrize("name", ["image", "paths", "config", "environment"])
@pytest.mark.parametrize("value", ["dist; id", "$(id)", "dist\nid", "dist\n", '"', "--config=x", "`id`", "*", ""])
def test_no_input_can_become_a_command(name: str, value: str) -> None:
    with pytest.raises(gitlab_kit.InputRefused):
        gitlab_kit.load(TEMPLATE, {**INPUTS, name: value})


def test_only_the_job_that_signs_can_sign() -> None:
    jobs = gitlab_kit.load(TEMPLATE, INPUTS)
    able = {name for name, job in jobs.items() if "id_tokens" in job or "environment" in job}
    assert able == {"release-gate:sign"}
    assert not [name for name, job in jobs.items() if "SIGNING" in json.dumps(job) and name not in able]
    assert all(path.endswith(".cvd") for job in jobs.values() for path in job.get("cache", {}).get("paths", []))
    assert "cache" not in jobs["release-gate:sign"]


def test_no_job_begins_with_what_another_has_left() -> None:
    for name, job in gitlab_kit.load(TEMPLATE, INPUTS).items():
        assert name.startswith(".release-gate:") or job["variables"]["GIT_STRATEGY"] == "clone", name


def test_scripts_pass_shellcheck(tmp_path: Path) -> None:
    for template, inputs in ((TEMPLATE, INPUTS), (RECEIVED, {"image": IMAGE})):
        for name, job in gitlab_kit.load(template, inputs).items():
            if not name.startswith("."):
                file = tmp_path / "script"
                # Values of inputs stand in conditions as constants.
                for script in (gitlab_kit.script_of(job), gitlab_kit.after_script_of(job)):
                    file.write_text(f"#!/bin/bash\n# shellcheck disable=SC2050,SC2078\n{script}")
                    done = subprocess.run(["shellcheck", file], capture_output=True, text=True, check=False)
                    assert done.returncode == 0, done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone as a runner makes it, of a project whose default branch has a strict policy."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main", ".")
    write(origin, {"gate.toml": policy_text(), "dist/readme.txt": "hello\n"})
    place = tmp_path / "builds"
    git(tmp_path, "clone", "-q", str(origin), str(place))
    git(place, "checkout", "-q", "--detach")
    return place


def test_scan_judges_a_merge_request_by_the_policy_of_the_default_branch(project: Path) -> None:
    """A request that brings a program and a policy for it is rejected, whatever its branch is called."""
    scan = gitlab_kit.load(TEMPLATE, INPUTS)["release-gate:scan"]
    variables = {
        "CI_DEFAULT_BRANCH": "main",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_COMMIT_REF_NAME": "$(touch taken-over)",
        "CI_MERGE_REQUEST_TITLE": "`touch taken-over`",
    }
    write(project, {"gate.toml": policy_text(LOOSE), "dist/run.sh": SCRIPT})
    done = gitlab_kit.run(scan, project, variables)
    assert done.returncode == 1, done.stdout + done.stderr
    document = json.loads((project / "gate-reports" / "result.json").read_bytes())
    assert document["verdict"] == "rejected"
    suites = ET.parse(project / "gate-reports" / "junit.xml").getroot()  # noqa: S314  # what the gate wrote
    assert list(suites.iter("failure"))
    assert (project / "gate-reports" / "report.md").stat().st_size
    assert not (project / "taken-over").exists()


@pytest.mark.full
def test_a_poisoned_cache_of_the_database_is_not_used(project: Path) -> None:
    # Nobody listens on port 9 of the loopback address: no other database can be had.
    inputs = {"image": IMAGE, "database-mirror": "http://127.0.0.1:9/"}
    (project / ".release-gate-cvd").mkdir()
    poison = b"ClamAV-VDB:26 Nov 2026 00-00 +0000:1:1:90:0:0:x:1:1".ljust(512) + b"poison"
    (project / ".release-gate-cvd" / "daily.cvd").write_bytes(poison)
    done = gitlab_kit.run(
        gitlab_kit.load(TEMPLATE, inputs)["release-gate:scan"], project, {"CI_DEFAULT_BRANCH": "main"}
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "is no database" in done.stdout
    assert not (project / ".release-gate-cvd").exists()


@pytest.mark.full
def test_scan_approves_and_says_incomplete_by_its_code(project: Path) -> None:
    scan = gitlab_kit.load(TEMPLATE, INPUTS)["release-gate:scan"]
    done = gitlab_kit.run(scan, project, {"CI_DEFAULT_BRANCH": "main"})
    assert done.returncode == 0, done.stdout + done.stderr
    git(project, "clean", "-qfd")
    write(project, {"dist/a.gz": b"\x1f\x8b\x08\0"})
    done = gitlab_kit.run(scan, project, {"CI_DEFAULT_BRANCH": "main"})
    assert done.returncode == 3, done.stdout + done.stderr


def test_released_and_signed_by_two_jobs(key: Key, gate: Gate, project: Path, tmp_path: Path) -> None:
    """The digest goes on as a variable, the folder as it is; then once more with a file changed in between."""
    signing = f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{key.fingerprint}"\n'
    write(project, {"gate.toml": policy_text(signing, require='"26-3 3(3)", "26-3 3(4)"')})
    jobs = gitlab_kit.load(TEMPLATE, INPUTS)
    done = gitlab_kit.run(jobs["release-gate:release"], project, {"CI_COMMIT_TAG": "v1.0"})
    assert done.returncode == 0, done.stdout + done.stderr
    name, _, digest = (project / "gate-reports" / "record.env").read_text().strip().partition("=")
    variables = {name: digest, "GATE_SIGNING_KEY": str(tmp_path / "key.asc"), "CI_COMMIT_TAG": "v1.0"}
    (tmp_path / "key.asc").write_bytes(key.secret())
    file = project / "release" / "payload" / "dist" / "readme.txt"
    content = file.read_bytes()
    file.write_bytes(b"changed")
    done = gitlab_kit.run(jobs["release-gate:sign"], project, variables)
    assert (done.returncode, list(project.glob("release/**/*.asc"))) == (3, []), done.stdout + done.stderr
    file.write_bytes(content)
    done = gitlab_kit.run(jobs["release-gate:sign"], project, variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert gate("verify", "--trust", trust_text(key, tmp_path / "recipient"), project / "release").status == 0


@pytest.mark.full
def test_signed_with_sigstore_by_the_token_of_the_job(gate: Gate, project: Path, tmp_path: Path) -> None:
    """The token comes as GitLab gives it to a job with ``id_tokens``."""
    jobs = gitlab_kit.load(TEMPLATE, INPUTS)
    (token,) = jobs["release-gate:sign"]["id_tokens"]
    with Stack() as stack:
        stack.issuer.person = WORKFLOW
        stack.write(project / "instance")
        signing = (
            f'[signing]\nuse = ["keyless"]\n[signing.keyless]\ntrust_config = "instance/trust_config.v1.json"\n'
            f'identity = "{WORKFLOW_IDENTITY}"\nissuer = "{WORKFLOW["iss"]}"\n'
        )
        write(project, {"gate.toml": policy_text(signing, require='"26-3 3(3)", "26-3 3(4)"')})
        done = gitlab_kit.run(jobs["release-gate:release"], project, {"CI_COMMIT_TAG": "v1.0"})
        assert done.returncode == 0, done.stdout + done.stderr
        assert stack.asked == []
        name, _, digest = (project / "gate-reports" / "record.env").read_text().strip().partition("=")
        variables = {name: digest, "CI_COMMIT_TAG": "v1.0"}
        without = gitlab_kit.run(jobs["release-gate:sign"], project, variables)
        assert without.returncode == 3, without.stdout + without.stderr
        done = gitlab_kit.run(jobs["release-gate:sign"], project, {**variables, token: stack.issuer.mint()})
        assert done.returncode == 0, done.stdout + done.stderr
        (tmp_path / "root.json").write_text(json.dumps(stack.trusted_root()))
    (tmp_path / "trust.toml").write_text(
        f'[[keyless]]\nidentity = "{WORKFLOW_IDENTITY}"\nissuer = "{WORKFLOW["iss"]}"\ntrusted_root = "root.json"\n'
    )
    assert gate("verify", "--trust", "trust.toml", project / "release").status == 0


def test_a_tag_that_is_not_the_version_of_the_policy_is_not_released(project: Path) -> None:
    release = gitlab_kit.load(TEMPLATE, INPUTS)["release-gate:release"]
    for tag in ("v1.1", "$(touch taken-over)", "1.0; touch taken-over"):
        done = gitlab_kit.run(release, project, {"CI_COMMIT_TAG": tag})
        assert (done.returncode, "[deliverable] version is 1.0" in done.stdout) == (2, True), done.stdout + done.stderr
        assert tag in done.stdout
    assert not (project / "taken-over").exists()
    assert not (project / "release").exists()


@pytest.mark.full
def test_a_whole_pipeline_as_gitlab_reads_it(key: Key, gate: Gate, project: Path, tmp_path: Path) -> None:
    """``gitlab-ci-local`` (npm; this version for Node 20) reads the include with its inputs, and runs the three jobs.

    Its jobs are shells on this machine; it knows nothing of forms of inputs, and sets a branch for a tag too.
    """
    npm = ["npm", "install", "--silent", "--no-audit", "--ignore-scripts", "gitlab-ci-local@4.64.1"]
    subprocess.run(npm, cwd=tmp_path, check=True)
    signing = f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{key.fingerprint}"\n'
    include = {"include": [{"local": f"ci/{TEMPLATE.name}", "inputs": INPUTS}]}
    files = {
        "gate.toml": policy_text(signing, require='"26-3 3(3)", "26-3 3(4)"'),
        ".gitlab-ci.yml": yaml.safe_dump(include),
        f"ci/{TEMPLATE.name}": TEMPLATE.read_text(),
        ".gitignore": ".gitlab-ci-local/\n",
    }
    git(project, "checkout", "-q", "main")
    write(project, files)
    origin, address = git(project, "remote", "get-url", "origin"), "git@gitlab.example.org:acme/app.git"
    git(project, "remote", "set-url", "origin", address)
    git(project, "config", f"url.{origin}.insteadOf", address)
    (tmp_path / "key.asc").write_bytes(key.secret())
    variables = {
        "CI_COMMIT_TAG": "v1.0",
        "CI_COMMIT_REF_PROTECTED": "true",
        "GATE_SIGNING_KEY": str(tmp_path / "key.asc"),
    }
    options = [option for name, value in variables.items() for option in ("--variable", f"{name}={value}")]
    done = subprocess.run(
        [tmp_path / "node_modules" / ".bin" / "gitlab-ci-local", "--force-shell-executor", "--no-shell-isolation",
         "--home", tmp_path / "home", *options, "--needs", "release-gate:sign"],
        cwd=project, capture_output=True, text=True, check=False, timeout=300,
        env={**clean_environment(), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    passed = {line.split()[1] for line in done.stdout.splitlines() if line.startswith(" PASS ")}
    assert passed == {"release-gate:scan", "release-gate:release", "release-gate:sign"}
    assert gate("verify", "--trust", trust_text(key, tmp_path / "recipient"), project / "release").status == 0


@pytest.mark.full
def test_verify_says_whether_a_release_is_the_one_that_was_ordered(key: Key, gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(key.policy()))
    (tmp_path / "readme.txt").write_text("hello\n")
    assert gate("release", "--out", "received", "readme.txt").status == 0
    trust_text(key, tmp_path)
    verify = gitlab_kit.load(RECEIVED, {"image": IMAGE})["release-gate:verify"]
    codes = [
        gitlab_kit.run(verify, tmp_path, {"GATE_EXPECTED_VERSION": version}).returncode for version in ("1.0", "--help")
    ]
    assert codes == [0, 1]
