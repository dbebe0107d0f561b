"""The bundle for recipients without a network: what is locked, what makes it complete, and that it works."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from gate import __version__
from tests.conftest import clean_environment
from tests.own.own_kit import ROOT, tool
from tests.unit.release_kit import World

LOCK = ROOT / "tools" / "release" / "verify-requirements.txt"
HASH = f"--hash=sha256:{'a' * 64}"


@pytest.fixture(scope="module")
def wheelhouse() -> ModuleType:
    return tool("wheelhouse")


@pytest.fixture(scope="module")
def targets() -> ModuleType:
    return tool("wheelhouse_targets")


def pinned() -> dict[str, str]:
    """Return the versions that the constraints name, by normal name (PEP 503)."""
    pins = (pin.partition("==") for pin in (ROOT / "constraints.txt").read_text().splitlines())
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, _, version in pins}


def test_the_lock_is_of_what_the_gate_states(wheelhouse: ModuleType) -> None:
    """Of the versions that everybody else gets, too; ``make lock`` brings it up to date."""
    locked = {each.requirement.name: each.requirement for each in wheelhouse.read_lock(LOCK.read_text())}
    for line in wheelhouse.roots((ROOT / "pyproject.toml").read_text()):
        stated = Requirement(line)
        (version,) = locked[stated.name.lower().replace(".", "-")].specifier
        assert stated.specifier.contains(version.version), line
    normal = pinned()
    assert {name: str(each.specifier) for name, each in locked.items()} == {
        name: f"=={normal[name]}" for name in locked
    }
    assert {"yara-python", "lief", "clamd", "pikepdf"}.isdisjoint(locked)


def test_what_builds_the_release_is_held_to_digests(wheelhouse: ModuleType) -> None:
    """A package that runs while the release is built could change it: none comes by its version alone."""
    text = (ROOT / "tools" / "release" / "build-requirements.txt").read_text()
    locked = {each.requirement.name: str(each.requirement.specifier) for each in wheelhouse.read_lock(text)}
    assert {"build", "hatchling"} <= set(locked)
    # What the constraints do not name is for other systems than theirs.
    assert {name: found for name, found in locked.items() if found != f"=={pinned().get(name, found[2:])}"} == {}
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    assert workflow.count("pip install") == workflow.count("--require-hashes") == 1
    assert "tools/release/build-requirements.txt" in workflow


@pytest.mark.parametrize("text", ["a==1\n", f"a>=1 {HASH}\n", f"a {HASH}\n", f"a==1,<2 \\\n    {HASH}\n"])
def test_a_requirement_that_is_not_held_is_refused(wheelhouse: ModuleType, text: str) -> None:
    with pytest.raises(wheelhouse.WheelhouseError, match="not held"):
        wheelhouse.read_lock(text)


def test_a_lock_is_read(wheelhouse: ModuleType) -> None:
    (only,) = wheelhouse.read_lock(f"# made by a tool\na==1 ; sys_platform == 'win32' \\\n    {HASH} \\\n    {HASH}\n")
    assert (only.requirement.name, len(only.hashes)) == ("a", 2)
    assert only.text(marker=False) == f"a==1 \\\n    {HASH} \\\n    {HASH}\n"
    assert wheelhouse.read_lock(only.text()) == (only,)


# --- complete or not ------------------------------------------------------------------------------------------


def wheel(folder: Path, name: str, tag: str, *requires: str) -> None:
    """Write a wheel without content."""
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as archive:
        lines = "".join(f"Requires-Dist: {each}\n" for each in requires)
        archive.writestr(
            f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{lines}"
        )


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    wheel(tmp_path, "release_gate", "py3-none-any", "yara-python")
    wheel(tmp_path, "plain", "py3-none-any", "native>=1", "zones; sys_platform == 'win32'", "more; extra == 'all'")
    wheel(tmp_path, "native", "cp312-cp312-win_amd64")
    wheel(tmp_path, "native", "cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64")
    wheel(tmp_path, "native", "cp312-cp312-macosx_11_0_arm64")
    wheel(tmp_path, "zones", "py3-none-any")
    return tmp_path


WANTED = [Requirement("plain==1.0"), Requirement("native==1.0")]


def lacks(targets: ModuleType, wheels: Path, name: str) -> list[str]:
    (target,) = targets.chosen([name])
    return list(targets.incomplete(target, WANTED, wheels))


@pytest.mark.parametrize(
    "name", ["windows-x86_64-cp312", "linux-x86_64-cp312", "linux-x86_64-cp311", "macos-arm64-cp312"]
)
def test_a_complete_set(targets: ModuleType, wheels: Path, name: str) -> None:
    assert lacks(targets, wheels, name) == []


def test_what_does_not_install_there_is_missing(targets: ModuleType, wheels: Path) -> None:
    said = ["no wheel for native==1.0", "plain needs native>=1"]
    for name in ("windows-x86_64-cp311", "macos-arm64-cp313"):
        assert lacks(targets, wheels, name) == [f"{name}: {line}" for line in said]


def test_what_only_the_other_system_needs_is_asked_there(targets: ModuleType, wheels: Path) -> None:
    (wheels / "zones-1.0-py3-none-any.whl").unlink()
    assert lacks(targets, wheels, "windows-x86_64-cp312") == ["windows-x86_64-cp312: plain needs zones"]
    assert lacks(targets, wheels, "linux-x86_64-cp312") == []


def test_another_version_or_no_gate(targets: ModuleType, wheels: Path) -> None:
    (target,) = targets.chosen(["linux-x86_64-cp312"])
    assert list(targets.incomplete(target, [Requirement("plain==2.0")], wheels)) == [
        "linux-x86_64-cp312: no wheel for plain==2.0"
    ]
    (wheels / "release_gate-1.0-py3-none-any.whl").unlink()
    assert lacks(targets, wheels, "linux-x86_64-cp312") == ["linux-x86_64-cp312: no wheel for release-gate"]


# --- the bundle itself, with wheels from the registry ---------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For every target: the tool itself refuses to finish where one is not complete."""
    out = tmp_path_factory.mktemp("bundle") / "wheelhouse"
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "wheelhouse.py", "--out", out],
        capture_output=True, text=True, check=False, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out


def without_network(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run in a network namespace that has no interface, as nobody who has pip's settings."""
    alone = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0
    namespace = ["unshare", "--net"] if alone else ["unshare", "--user", "--net"]
    return subprocess.run(
        [*namespace, *command], cwd=cwd,
        env={**clean_environment(), "PIP_CONFIG_FILE": os.devnull}, capture_output=True, text=True, check=False,
        timeout=600,
    )  # fmt: skip


@pytest.mark.corpus
def test_every_file_is_summed_and_every_target_has_a_set(
    bundle: Path, targets: ModuleType, wheelhouse: ModuleType
) -> None:
    lines = (bundle / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = {path.relative_to(bundle).as_posix(): path for path in bundle.rglob("*") if path.is_file()}
    assert set(sums) == set(files) - {"SHA256SUMS"}
    assert all(hashlib.sha256(files[name].read_bytes()).hexdigest() == digest for name, digest in sums.items())
    assert {"INSTALL.en.md", "INSTALL.ja.md", "requirements.txt"} <= set(sums)
    locked = wheelhouse.read_lock((bundle / "requirements.txt").read_text())
    for target in targets.TARGETS:
        wanted = [each.requirement for each in locked if target.wants(each.requirement)]
        assert list(targets.incomplete(target, wanted, bundle / "wheels")) == []
        names = {each.name for each in targets.installable(target, bundle / "wheels")}
        assert {each.name for each in wanted} <= names
        assert ("tzdata" in {each.name for each in wanted}) == target.system.startswith("windows")


@pytest.mark.corpus
def test_pip_resolves_each_set_by_itself(bundle: Path, targets: ModuleType, wheelhouse: ModuleType) -> None:
    """From the folder alone, for the systems and versions that this is not; markers are those of this system."""
    for target in targets.TARGETS:
        command = [
            sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-index", "--find-links", "wheels",
            "--only-binary", ":all:", "--target", "none", *target.pip_options(), *wheelhouse.NEEDED,
        ]  # fmt: skip
        done = without_network(*command, cwd=bundle)
        assert done.returncode == 0, f"{target.name}: {done.stderr}"


@pytest.mark.corpus
def test_installed_without_network_it_verifies_all_three_ways(bundle: Path, release: World, tmp_path: Path) -> None:
    """The very commands of INSTALL.en.md."""
    text = (bundle / "INSTALL.en.md").read_text()
    lines = text.partition("```sh\n")[2].partition("```")[0].splitlines()
    commands = [line.removesuffix(" &&") for line in lines]
    assert commands[1] == "python3 -m venv gate"
    assert "@" not in text
    venv.create(bundle / "gate", with_pip=True, symlinks=True)
    for command in (commands[0], commands[2]):
        done = without_network("sh", "-c", command, cwd=bundle)
        assert done.returncode == 0, done.stdout + done.stderr
    gate = bundle / "gate" / "bin" / "gate"
    assert without_network(gate, "--version", cwd=tmp_path).stdout == f"gate {__version__}\n"
    verified = without_network(gate, "verify", "--trust", release.trust_file, release.out, cwd=tmp_path)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert verified.stdout.startswith("VERIFIED")
    assert all(f": {backend}," in verified.stdout for backend in ("openpgp", "x509", "keyless"))
    doctor = without_network(gate, "doctor", cwd=tmp_path)
    assert doctor.returncode == 3
    assert re.search(r"missing +yara-python", doctor.stdout)
    checked = without_network(gate, "check", release.inputs[0], cwd=tmp_path)
    assert checked.returncode == 3
    assert "is not installed" in checked.stderr


@pytest.mark.corpus
def test_another_file_is_not_installed(bundle: Path, tmp_path: Path) -> None:
    """One byte more at the end of a wheel: neither the sums nor pip take it."""
    venv.create(tmp_path / "venv", with_pip=True)
    other = tmp_path / "wheels"
    other.mkdir()
    for path in (bundle / "wheels").iterdir():
        (other / path.name).symlink_to(path)
    chosen = next(other.glob("click-*.whl"))
    data = chosen.read_bytes()
    chosen.unlink()
    chosen.write_bytes(data + b"\n")
    done = without_network(
        tmp_path / "venv" / "bin" / "python", "-m", "pip", "install", "--no-index", "--find-links", other, "--no-deps",
        "--require-hashes", "-r", bundle / "requirements.txt", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode != 0
    assert "HASH" in done.stderr.upper()
