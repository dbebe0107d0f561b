"""The image: what its file says, and where a root file system of Debian can be had, built and run for real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import eicar, policy_text, zipped
from tests.e2e import gitlab_kit
from tests.e2e.action_kit import ROOT, SCRIPTS, git, write

FILE = ROOT / "Containerfile"
BASE = "localhost/base"


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the file, each with its arguments on one line."""
    text = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", FILE.read_text()))
    pairs = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return [(name, " ".join(rest.split())) for name, rest in pairs]


def given(name: str) -> list[str]:
    return [rest for each, rest in instructions() if each == name]


def lint(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPTS / "hadolint", "--no-color", file], capture_output=True, text=True, check=False)


def test_hadolint_finds_nothing_in_it_and_something_in_a_worse_one(tmp_path: Path) -> None:
    assert lint(FILE).returncode == 0, lint(FILE).stdout
    worse = tmp_path / "Containerfile"
    worse.write_text(FILE.read_text().replace("apt-get install -y", "apt-get install").replace("ARG BASE", "ARG OTHER"))
    assert "DL3014" in lint(worse).stdout


def test_every_ignored_rule_says_why() -> None:
    ignored = [line for line in FILE.read_text().splitlines() if "hadolint ignore" in line]
    assert ignored
    assert all(re.fullmatch(r"# hadolint ignore=DL\d+  # \S.+", line) for line in ignored)


def test_runs_as_nobody_of_weight_and_takes_its_base_from_whoever_builds() -> None:
    assert given("ARG") == ["BASE"]  # no default: a digest that nobody checked cannot be used by accident
    assert [rest.split()[0] for rest in given("FROM")] == ["${BASE}", "${BASE}"]
    user, _, group = given("USER")[-1].partition(":")
    assert min(int(user), int(group)) >= 1000
    assert given("HEALTHCHECK") == ["NONE"]
    assert given("ENTRYPOINT") == ['["gate"]']
    assert not given("ADD")
    assert not given("VOLUME")


def test_nothing_is_installed_from_the_index_without_a_digest() -> None:
    installs = re.findall(r"pip install [^&]*", " && ".join(given("RUN")))
    assert len(installs) == 2
    assert all("--no-deps" in each for each in installs)
    assert ["--require-hashes" in each for each in installs] == [True, False]
    assert ["--no-index" in each for each in installs] == [False, True]


def test_what_it_copies_is_all_that_the_package_is_built_from() -> None:
    copied = {
        source for rest in given("COPY") if "--from" not in rest for source in rest.split()[:-1]
    }  # fmt: skip
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = build["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *wheel["packages"],
        *wheel["force-include"],
        build["project"]["readme"],
        *build["project"]["license-files"],
    }
    assert needed | {"pyproject.toml", "tools/action/requirements.txt"} == copied
    kept = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == copied


class Built:
    """The image, built with buildah in a storage of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "storage.conf").write_text(
            f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n'
        )
        self._make_base()
        inside = [str(place) for place in (Path("/etc/pip.conf"), Path("/etc/ssl/certs")) if place.exists()]
        options = [option for place in inside for option in ("--volume", f"{place}:{place}:ro")]
        self.buildah(
            "bud", "--isolation", "chroot", "--network", "host", "--pull-never", "--build-arg", f"BASE={BASE}",
            *options, "--tag", "localhost/release-gate", "--file", str(FILE), str(ROOT),
        )  # fmt: skip
        self._container = self.buildah("from", "--pull-never", "localhost/release-gate").strip().splitlines()[-1]

    def _make_base(self) -> None:
        """Make what stands in for Debian's image: the same packages, from Debian's archive.

        ``ca-certificates`` is in it already, because the certificates of this machine are mounted over its own.
        """
        archive = self._folder / "base.tar"
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates", "trixie", archive],
            check=True,
            capture_output=True,
        )
        container = self.buildah("from", "scratch").strip()
        self.buildah("add", "--quiet", container, str(archive), "/")
        self.buildah("commit", "--quiet", "--rm", container, BASE)

    def buildah(self, *arguments: str) -> str:
        done = self._start(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _start(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self._folder),
            "CONTAINERS_STORAGE_CONF": str(self._folder / "storage.conf"),
        }  # fmt: skip
        return subprocess.run(
            ["buildah", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=900
        )

    def run(self, work: Path, *command: str, user: str = "", writable: bool = False) -> tuple[int, str]:
        """Run a command in the image with the folder mounted at ``/work``; buildah hides its code among words."""
        mount = f"{work}:/work{'' if writable else ':ro'}"
        done = self._start(
            "run", "--isolation", "chroot", *(["--user", user] if user else []), "--volume", mount, self._container,
            "--", *command,
        )  # fmt: skip
        code = re.search(r"exit(?:ed with)? status (\d+)", done.stderr)
        return int(code[1]) if code else done.returncode, done.stdout + done.stderr

    def close(self) -> None:
        self.buildah("rm", "--all")
        shutil.rmtree(self._folder)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    built = Built(tmp_path_factory.mktemp("image"))
    yield built
    built.close()


@pytest.mark.corpus
def test_image_examines_as_an_unprivileged_user_and_holds_no_database(image: Built, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:2]:
        parent.chmod(0o755)
    (tmp_path / "dist").mkdir()
    (tmp_path / "gate.toml").write_text(policy_text())
    (tmp_path / "dist" / "a.txt").write_text("hello\n")
    status, said = image.run(tmp_path, "gate", "check", "dist")
    assert (status, "APPROVED" in said) == (0, True), said
    status, said = image.run(tmp_path, "gate", "check", "dist", user="23456:23456")  # as orchestrators choose one
    assert (status, "APPROVED" in said) == (0, True), said
    (tmp_path / "gate.toml").write_text(policy_text().replace('database = "bundled"', 'database = "official"'))
    status, said = image.run(tmp_path, "gate", "check", "dist")
    assert (status, "holds no database" in said) == (3, True), said
    (tmp_path / "gate.toml").write_text(policy_text())
    (tmp_path / "dist" / "a.zip").write_bytes(zipped({"x": eicar()}))
    status, said = image.run(tmp_path, "gate", "check", "dist")
    assert (status, "malware/known" in said) == (1, True), said
    _, said = image.run(tmp_path, "gate", "doctor")
    missing = re.findall(r"^missing +(\S+)", said, re.MULTILINE)
    assert missing == ["database"], said
    status, said = image.run(
        tmp_path, "sh", "-c", "id -u; find /var/lib/clamav /var/lib/release-gate -type f; touch /opt/x"
    )
    assert said.splitlines()[0] == "10001"
    assert status != 0
    assert not [line for line in said.splitlines() if line.endswith((".cvd", ".cld"))]


@pytest.mark.corpus
def test_image_runs_the_jobs_of_gitlab_in_a_tree_that_is_not_its_own(image: Built, tmp_path: Path) -> None:
    """GitLab's runner checks out as root and lets everybody write; git is wary of what another user owns."""
    place, origin = tmp_path / "app", tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main", ".")
    signing = f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{"A" * 40}"\n'
    write(origin, {"gate.toml": policy_text(signing), "dist/a.txt": "hello\n"})
    git(tmp_path, "clone", "-q", str(origin), str(place))
    git(place, "remote", "set-url", "origin", "/work/origin")
    subprocess.run(["chmod", "-R", "a+rwX", place], check=True)
    subprocess.run(["chown", "-R", "10001:10001", origin], check=True)  # it stands for a server, which owns itself
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    template = ROOT / "examples" / "gitlab" / "release-gate.gitlab-ci.yml"
    jobs = gitlab_kit.load(template, {"image": f"image@sha256:{'0' * 64}", "database": "mounted"})
    for name in ("release-gate:scan", "release-gate:release"):
        variables = {
            "CI_PROJECT_DIR": "/work/app",
            "CI_JOB_ID": "7",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_TAG": "v1.0",
        }
        variables |= gitlab_kit.own_variables(jobs[name], variables)
        exported = "".join(f"export {key}='{value}'\n" for key, value in variables.items())
        scripts = (gitlab_kit.script_of(jobs[name]), gitlab_kit.after_script_of(jobs[name]))
        for number, script in enumerate(scripts):
            (tmp_path / f"{number}.sh").write_text(f"{exported}cd /work/app\n{script}")
            status, said = image.run(tmp_path, "bash", f"/work/{number}.sh", writable=True)
            assert status == 0, said
    assert (place / "release" / "gate" / "record.intoto.json").exists()
