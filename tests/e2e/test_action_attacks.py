"""The steps of the actions against work trees, runners and people that they were not made for."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.conftest import Key, clean_environment
from tests.e2e.action_kit import ACTIONS, ROOT, git, module, step_environment, write

# --- whose policy counts ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository whose first commit is strict; what is proposed on a branch is loose, and beside no base."""
    place = tmp_path_factory.mktemp("origin")
    git(place, "init", "-q", "-b", "main", ".")
    git(place, "config", "uploadpack.allowAnySHA1InWant", "true")
    write(place, {"gate.toml": "strict", "rules/a.yar": "rule", "dist/a.txt": "a"})
    git(place, "checkout", "-q", "-b", "change")
    write(place, {"gate.toml": "loose"})
    write(place, {"dist/a.txt": "b"})
    git(place, "checkout", "-q", "main")
    write(place, {"more.txt": "what the branch does not have"})
    return place


def proposed(origin: Path, work: Path, *options: str) -> dict[str, str]:
    """Clone the branch as a runner does, and return the environment of a pull request for it."""
    clone = [
        "clone",
        "-q",
        "--no-tags",
        "--single-branch",
        "--branch",
        "change",
        *options,
        f"file://{origin}",
        str(work),
    ]
    git(origin, *clone)
    event = {"pull_request": {"base": {"sha": git(origin, "rev-parse", "main")}}}
    (work.parent / "event.json").write_text(json.dumps(event))
    return {
        "PATH": os.environ["PATH"], "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(work.parent / "event.json"),
    }  # fmt: skip


@pytest.mark.parametrize("options", [(), ("--depth=1",), ("--sparse",)], ids=["whole", "shallow", "sparse"])
def test_the_policy_of_the_base_is_had_whatever_the_checkout_is(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    work = tmp_path / "work"
    environment = proposed(origin, work, *options)
    if "--sparse" in options:
        git(work, "sparse-checkout", "set", "--no-cone", "/dist/")
    history = git(work, "rev-list", "HEAD")
    before = git(work, "status", "--porcelain")
    monkeypatch.chdir(work)
    with module("base_policy").policy_file(environment, tmp_path / "scratch") as policy:
        assert policy.read_text() == "strict"
        assert (policy.parent / "rules" / "a.yar").read_text() == "rule"
        assert git(work, "worktree", "list").count("\n") == 0, "nothing is registered that a cancelled run would leave"
    assert git(work, "rev-list", "HEAD") == history, "a whole history stays whole"
    assert git(work, "rev-parse", "--is-shallow-repository") == str(options == ("--depth=1",)).lower()
    assert git(work, "status", "--porcelain") == before


def test_a_base_that_cannot_be_had_is_said_and_nobody_is_asked(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    environment = proposed(origin, work, "--depth=1")
    git(work, "remote", "set-url", "origin", str(tmp_path / "gone"))
    monkeypatch.chdir(work)
    with (
        pytest.raises(module("runner").Refused, match="fetch-depth: 0"),
        module("base_policy").policy_file(environment, tmp_path / "scratch"),
    ):
        pytest.fail("no base, no policy")


def test_a_runner_without_git_is_said(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = proposed(origin, tmp_path / "work") | {"PATH": str(tmp_path)}
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(module("runner").Refused, match="cannot be read"),
        module("base_policy").policy_file(environment, tmp_path / "scratch"),
    ):
        pytest.fail("no base, no policy")


def test_programs_that_the_repository_names_are_not_run(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An artifact that was unpacked over the checkout may have brought hooks along."""
    work = tmp_path / "work"
    environment = proposed(origin, work)
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        (work / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (work / ".git" / "hooks" / hook).chmod(0o755)
    git(work, "config", "core.fsmonitor", f"touch {tmp_path}/ran; false")
    monkeypatch.chdir(work)
    with module("base_policy").policy_file(environment, tmp_path / "scratch") as policy:
        assert policy.read_text() == "strict"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("event", ["issue_comment", "workflow_run", "discussion_comment"])
def test_what_strangers_can_bring_about_is_judged_by_the_default_branch(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    """Workflows for these check out what a comment or another run speaks of; GITHUB_SHA is of the default branch."""
    work = tmp_path / "work"
    environment = proposed(origin, work) | {"GITHUB_EVENT_NAME": event}
    monkeypatch.chdir(work)
    base_policy, refused = module("base_policy"), module("runner").Refused
    with base_policy.policy_file(
        environment | {"GITHUB_SHA": git(origin, "rev-parse", "main")}, tmp_path / "one"
    ) as policy:
        assert policy.read_text() == "strict"
    with pytest.raises(refused), base_policy.policy_file(environment, tmp_path / "two"):
        pytest.fail("no base, no policy")
    with base_policy.policy_file(environment | {"GITHUB_EVENT_NAME": "push"}, tmp_path / "three") as policy:
        assert policy.read_text() == "loose"


# --- cancelled runs, and the key --------------------------------------------------------------------------------------


def test_signals_of_the_runner_reach_the_program_and_not_a_shell_before_it() -> None:
    """A runner signals the first process of a step alone; a shell would wait, and its children never hear of it."""
    steps = [each for file in ACTIONS for each in yaml.safe_load(file.read_text())["runs"]["steps"]]
    lines = [line for each in steps for line in each.get("run", "").splitlines() if "action.py" in line]
    assert len(lines) == 7
    assert all(line.startswith('exec "$PYTHON" -E ') for line in lines)


GATE = """
import signal, sys, time
from pathlib import Path
def stop(*_):
    Path({place!r}, "tidied").open("a").write("x")
    time.sleep(0.3)
    sys.exit(130)
signal.signal(signal.SIGINT, stop)
Path({place!r}, "started").touch()
time.sleep(60)
"""
DRIVER = """
import sys
sys.path.insert(0, {folder!r})
import gate_process, action
gate_process.GATE = (sys.executable, "-c", {gate!r})
sys.exit(action.main(["sign"]))
"""


@pytest.fixture
def short() -> Iterator[Path]:
    """Return a folder for the runner, at a path that GnuPG's sockets fit into."""
    place = Path(tempfile.mkdtemp(prefix="ga-"))
    yield place
    shutil.rmtree(place)


@pytest.mark.parametrize("numbers", [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGINT, signal.SIGTERM)])
def test_a_cancelled_run_leaves_no_key(
    tmp_path: Path, short: Path, key: Key, numbers: tuple[signal.Signals, ...]
) -> None:
    """The gate is told once, and waited for while it tidies up."""
    (tmp_path / "release").mkdir()
    gate = GATE.format(place=str(tmp_path)).replace("signal.SIGINT, stop", f"signal.{numbers[0].name}, stop")
    driver = DRIVER.format(folder=str(ROOT / "tools" / "action"), gate=gate)
    environment = step_environment(
        tmp_path, RUNNER_TEMP=str(short), GATE_RELEASE="release", GATE_RECORD_SHA256="0" * 64
    )
    process = subprocess.Popen(
        [sys.executable, "-c", driver],
        cwd=tmp_path,
        env={**environment, "GATE_OPENPGP_KEY": key.secret().decode()},
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (home,) = short.glob("release-gate-key-*")
    for number in numbers:
        process.send_signal(number)
        time.sleep(0.05)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (tmp_path / "tidied").read_text() == "x"
    assert not home.exists()
    assert said.rstrip().splitlines()[-1].startswith("::"), "commands of the runner are on again"


def test_the_key_is_in_a_home_of_its_own_and_nowhere_else(
    tmp_path: Path, short: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_jobs = module("two_jobs")
    monkeypatch.chdir(tmp_path)
    own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "RUNNER_TEMP": str(short)}
    given = {**own, "GATE_OPENPGP_KEY": key.secret().decode()}
    with two_jobs.key_home(own) as environment:
        assert environment == own, "nothing is changed where no key is given"
    with two_jobs.key_home(given) as environment:
        home = Path(environment["GNUPGHOME"])
        assert home.stat().st_mode & 0o777 == 0o700
        assert "GATE_OPENPGP_KEY" not in environment
        listed = subprocess.run(
            ["gpg", "--list-secret-keys", "--with-colons"], env=environment, check=True, capture_output=True, text=True
        ).stdout
        assert key.fingerprint in listed
    assert list(short.iterdir()) == []
    assert not (tmp_path / ".gnupg").exists()
    refused = module("runner").Refused
    with (
        pytest.raises(refused, match="openpgp-key is no secret key"),
        two_jobs.key_home(given | {"GATE_OPENPGP_KEY": "x"}),
    ):
        pytest.fail("no key")
    (tmp_path / "gate.toml").write_text('[signing.openpgp]\nfingerprint = "A"\nhome = "/keys"\n')
    with pytest.raises(refused, match="leave one out"), two_jobs.key_home(given):
        pytest.fail("two homes")
    (tmp_path / "gate.toml").rename(tmp_path / "signing.toml")
    with (
        pytest.raises(refused, match="leave one out"),
        two_jobs.key_home(given | {"GATE_SIGNING_CONFIG": "signing.toml"}),
    ):
        pytest.fail("two homes, one by the other file")
    assert list(short.iterdir()) == []
    (short / "release-gate-key-left").mkdir()
    (short / "other").mkdir()
    assert two_jobs.forget(own) == 0
    assert [each.name for each in short.iterdir()] == ["other"]


# --- runners ----------------------------------------------------------------------------------------------------------

NEEDED = ("bash", "env", "od", "tr", "grep", "uname", "python3", "true")


def install(tmp_path: Path, stubs: dict[str, str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the first step where the programs are ``stubs`` and few others."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in NEEDED:
        if name not in stubs and (found := shutil.which(name)):
            (programs / name).symlink_to(found)
    for name, text in stubs.items():
        (programs / name).write_text(f"#!/bin/bash\n{text}\n")
        (programs / name).chmod(0o755)
    environment = {
        **clean_environment(), "PATH": str(programs), "SOURCE": str(ROOT), "BASE_PYTHON": sys.executable,
        "INSTALL": "false", "RUNNER_TEMP": str(tmp_path), "RUNNER_OS": "Linux",
        "GITHUB_OUTPUT": str(tmp_path / "outputs"), **variables,
    }  # fmt: skip
    return subprocess.run(
        ["bash", ROOT / "tools" / "action" / "install.sh"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


NOBODY = "echo 1000"


@pytest.mark.parametrize(
    ("stubs", "variables", "said"),
    [
        ({}, {"RUNNER_OS": "Windows"}, "need a runner with Linux"),
        ({}, {"RUNNER_OS": "macOS"}, "this one has macOS"),
        ({}, {"BASE_PYTHON": "python9"}, "input python is python9"),
        ({"old": "exit 1"}, {"BASE_PYTHON": "old"}, "Python 3.11 or newer"),
        ({}, {"FLAG_database_update": "yes"}, "input database-update is yes"),
        ({}, {"FLAG_upload": "a\n::error::b"}, "input upload is $'a\\n"),
        ({}, {"INSTALL": "no"}, "input install is no"),
        ({}, {}, "has no apt-get to install them: "),
        ({"id": NOBODY, "apt-get": "exit 1", "sudo": "exit 1"}, {}, "its user may not install them"),
        ({"id": NOBODY, "apt-get": "exit 1"}, {}, "its user may not install them"),
        ({"id": "echo 0", "apt-get": "exit 100"}, {}, "could not be installed: "),
    ],
    ids=[
        "windows", "macos", "no-python", "old-python", "no-flag", "line-break", "no-install", "no-apt", "no-password",
        "no-sudo", "no-network",
    ],
)  # fmt: skip
def test_what_a_runner_lacks_is_one_clear_error(
    tmp_path: Path, stubs: dict[str, str], variables: dict[str, str], said: str
) -> None:
    stubs = {"ldconfig": "exit 0", "id": "echo 0", **stubs}  # no library is there
    done = install(tmp_path, stubs, **variables)
    errors = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert (done.returncode, len(errors)) == (2, 1), done.stdout + done.stderr
    assert said in errors[0]
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("lacks", ["freshclam", "gpg"])
def test_services_of_what_was_installed_do_not_run_beside_the_gate(tmp_path: Path, lacks: str) -> None:
    """Debian starts freshclam when it is installed: it would fetch the whole database once more."""
    there = {name: "exit 0" for name in ("gpg", "clamd", "sigtool", "freshclam", "7zz", "sudo") if name != lacks}
    stubs = {
        **LIBRARIES, **there, "id": NOBODY, "apt-get": f"echo {lacks} >>{tmp_path}/installed",
        "sudo": 'shift; exec "$@"', "systemctl": f'echo "$@" >>{tmp_path}/services',
    }  # fmt: skip
    done = install(tmp_path, stubs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "installed").exists()
    services = tmp_path / "services"
    told = services.read_text() if services.exists() else ""
    assert told == ("disable --now --quiet clamav-freshclam.service\n" if lacks == "freshclam" else "")


LIBRARIES = {"ldconfig": "echo libarchive.so libmagic.so"}
"""A runner that has all that only verifies."""
PROGRAMS = {"gpg": "exit 0"}


def test_a_python_without_the_gate_is_no_rejection(tmp_path: Path) -> None:
    """Python's own exit code for a module that is not there is 1, which of the gate would mean "rejected"."""
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", bare], check=True)
    python = str(bare / "bin" / "python")
    done = install(tmp_path, LIBRARIES | PROGRAMS, VERIFY_ONLY="true", BASE_PYTHON=python)
    assert done.returncode == 2
    assert "has no release-gate" in done.stdout


def test_settings_of_pip_cannot_change_what_is_installed_and_where(tmp_path: Path) -> None:
    """The first pip that is asked writes down what it sees; where it fetches from is the runner's affair."""
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/bash\nif [ "$2" = -m ] && [ "$3" = venv ]; then\n'
        'mkdir -p "$5/bin"; cp "$0" "$5/bin/python"; exit 0; fi\n'
        f'if [ "$3" = pip ]; then env >{tmp_path}/seen; exit 1; fi\nexec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    settings = {
        "PIP_TARGET": "elsewhere", "PIP_REQUIREMENT": "evil.txt", "PIP_USER": "1", "PIP_CONSTRAINT": "evil.txt",
        "PIP_INDEX_URL": "https://mirror.example/", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "token",
    }  # fmt: skip
    source = tmp_path / "source"
    (source / "tools" / "action").mkdir(parents=True)
    stubs = {
        **LIBRARIES,
        **PROGRAMS,
        "mkdir": f'exec {shutil.which("mkdir")} "$@"',
        "cp": f'exec {shutil.which("cp")} "$@"',
    }
    done = install(
        tmp_path, stubs, VERIFY_ONLY="true", BASE_PYTHON=str(python), INSTALL="true", SOURCE=str(source), **settings
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "could not be installed" in done.stdout
    seen = (tmp_path / "seen").read_text()
    assert "PIP_INDEX_URL=https://mirror.example/" in seen
    assert not [name for name in settings if f"{name}=" in seen and name != "PIP_INDEX_URL"]
