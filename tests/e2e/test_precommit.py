"""The hooks as ``pre-commit`` runs them: from a repository that holds them, in another one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.conftest import clean_environment, eicar, policy_text, zipped
from tests.e2e.action_kit import ROOT, SCRIPTS, git, make_checkout, write

HOOKS = ROOT / ".pre-commit-hooks.yaml"
OPTION = "--config=other.toml"
"""A name that a command would take for an option."""


class Hooked:
    """A repository with one of the hooks, and pre-commit with a cache of its own."""

    def __init__(self, tmp_path: Path, *, whole: bool = False) -> None:
        self.place, self.source, self.cache = tmp_path / "project", tmp_path / "source", tmp_path / "cache"
        self.place.mkdir()
        self.source.mkdir()
        git(self.source, "init", "-q", "-b", "main", ".")
        if whole:
            make_checkout(self.source)
        shutil.copy2(HOOKS, self.source)
        write(self.source, {})
        git(self.place, "init", "-q", "-b", "main", ".")

    def run(
        self, hook: str, *arguments: str, files: Mapping[str, bytes | str], timeout: int = 120
    ) -> tuple[int, str, str]:
        """Stage the files, run the hook, and return pre-commit's status, the gate's exit code and what was said."""
        entry = {"id": hook, **({"args": list(arguments)} if arguments else {})}
        commit = git(self.source, "rev-parse", "HEAD")
        configuration = {"repos": [{"repo": str(self.source), "rev": commit, "hooks": [entry]}]}
        write(self.place, {".pre-commit-config.yaml": yaml.safe_dump(configuration)})
        for name, content in files.items():
            (self.place / name).parent.mkdir(parents=True, exist_ok=True)
            (self.place / name).write_bytes(content.encode() if isinstance(content, str) else content)
        git(self.place, "add", "-A")
        done = subprocess.run(
            [SCRIPTS / "pre-commit", "run", "--color", "never", hook],
            cwd=self.place,
            env={
                **clean_environment(), "PRE_COMMIT_HOME": str(self.cache), "HOME": str(self.cache),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
            capture_output=True, text=True, check=False, timeout=timeout,
        )  # fmt: skip
        said = done.stdout + done.stderr
        code = re.search(r"^- exit code: (\d+)$", said, re.MULTILINE)
        return done.returncode, code[1] if code else "0", said


def test_hooks_are_well_formed_and_put_no_name_in_the_place_of_an_option() -> None:
    done = subprocess.run([SCRIPTS / "pre-commit", "validate-manifest", HOOKS], check=False, capture_output=True)
    assert done.returncode == 0, done.stdout
    hooks = yaml.safe_load(HOOKS.read_text())
    assert {hook["id"] for hook in hooks} == {
        "release-gate", "release-gate-staged", "release-gate-system", "release-gate-staged-system",
    }  # fmt: skip
    for hook in hooks:
        assert hook["entry"].endswith(" --") == hook.get("pass_filenames", True), hook["id"]
        assert hook["require_serial"]


@pytest.mark.parametrize("name", ["pre-commit.md", "pre-commit.ja.md"])
def test_what_the_page_shows_is_a_configuration(name: str, tmp_path: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "guides" / name).read_text("utf-8"), re.DOTALL)
    (tmp_path / "shown.yaml").write_text(shown)
    done = subprocess.run(
        [SCRIPTS / "pre-commit", "validate-config", tmp_path / "shown.yaml"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    (hook,) = yaml.safe_load(shown)["repos"][0]["hooks"]
    assert hook["id"] in {each["id"] for each in yaml.safe_load(HOOKS.read_text())}


def test_a_selected_folder_passes_or_fails_as_the_gate_says(tmp_path: Path) -> None:
    hooked = Hooked(tmp_path)
    sound = {"gate.toml": policy_text(), "dist/readme.txt": "hello\n"}
    status, code, said = hooked.run("release-gate-system", "dist", files=sound)
    assert (status, code) == (0, "0"), said
    assert "Passed" in said
    status, code, said = hooked.run("release-gate-system", "dist", files={"dist/a.zip": zipped({"a": eicar()})})
    assert (status, code) == (1, "1"), said
    assert "malware/known" in said


@pytest.mark.full
def test_a_staged_name_that_looks_like_an_option_is_a_name(tmp_path: Path) -> None:
    """Else whoever commits could name a policy of their own."""
    files = {"gate.toml": policy_text(), OPTION: "#!/bin/sh\necho\n", "other.toml": policy_text(require="")}
    status, code, said = Hooked(tmp_path).run("release-gate-staged-system", files=files)
    assert (status, code) == (1, "1"), said
    assert re.search(rf"without justification +{re.escape(OPTION)}$", said, re.MULTILINE), said


@pytest.mark.full
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"gate.toml": policy_text(), "dist/a.zip": zipped({"a.txt": b"text" * 1000})[:-30]}, "3"),
        ({"gate.toml": "[nonsense]\n", "dist/a.txt": "a\n"}, "2"),
        ({"dist/gate.toml": "", "gate.toml": ""}, "2"),
    ],
    ids=["incomplete", "bad-policy", "no-paths"],
)
def test_whatever_is_no_approval_fails(tmp_path: Path, files: Mapping[str, bytes | str], expected: str) -> None:
    arguments = [] if "dist/gate.toml" in files else ["dist"]
    status, code, said = Hooked(tmp_path).run("release-gate-system", *arguments, files=files)
    assert (status, code) == (1, expected), said


@pytest.mark.full
def test_installs_itself(tmp_path: Path) -> None:
    """``language: python``: pre-commit makes an environment from the repository of the hook."""
    hooked = Hooked(tmp_path, whole=True)
    files = {"gate.toml": policy_text(), "dist/readme.txt": "hello\n"}
    status, code, said = hooked.run("release-gate", "dist", files=files, timeout=500)
    assert (status, code) == (0, "0"), said
    status, code, said = hooked.run("release-gate-staged", files={"run.sh": "#!/bin/sh\n"}, timeout=500)
    assert (status, code) == (1, "1"), said
