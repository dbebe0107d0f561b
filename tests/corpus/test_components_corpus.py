"""Real packages name themselves: wheels, sdists, npm and Debian packages, and the jars, gems and crates in these."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Gate, policy_text

pytestmark = pytest.mark.corpus
WHEELS = {"idna==3.7": "pkg:pypi/idna@3.7", "zope.interface==7.2": "pkg:pypi/zope.interface@7.2",
          "attrs==24.2.0": "pkg:pypi/attrs@24.2.0", "PyYAML==6.0.2": "pkg:pypi/pyyaml@6.0.2"}  # fmt: skip
SDISTS = {"six==1.16.0": "pkg:pypi/six@1.16.0", "toml==0.10.2": "pkg:pypi/toml@0.10.2"}
NPM = {"left-pad@1.3.0": "pkg:npm/left-pad@1.3.0", "@babel/types@7.24.0": "pkg:npm/%40babel/types@7.24.0",
       "ms@2.1.3": "pkg:npm/ms@2.1.3"}  # fmt: skip
DEBS = {
    "tree": ["pkg:deb/tree@"],
    "libcommons-cli-java": ["pkg:deb/libcommons-cli-java@", "pkg:maven/commons-cli/commons-cli@"],
    "ruby-rack": ["pkg:deb/ruby-rack@", "pkg:gem/rack@"],
    "librust-itoa-dev": ["pkg:deb/librust-itoa-dev@", "pkg:cargo/itoa@"],
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    folder.chmod(0o777)  # apt-get fetches as a user of its own
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, "--only-binary", ":all:", *WHEELS], check=True)
    subprocess.run([*pip, "--no-binary", ":all:", "--no-build-isolation", *SDISTS], check=True)
    subprocess.run(["npm", "pack", "--silent", *NPM], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["apt-get", "download", "-qq", *DEBS], cwd=folder, check=True)
    return folder


def test_every_package_names_itself(gate: Gate, tmp_path: Path, packages: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    files = sorted(packages.iterdir())
    document = gate("check", "--format", "json", *files, timeout=900).document
    found = {each["purl"] for each in document["components"] if each["delivered"]}
    assert {*WHEELS.values(), *SDISTS.values(), *NPM.values()} <= found
    missing = [purl for purls in DEBS.values() for purl in purls if not any(each.startswith(purl) for each in found)]
    assert missing == []
    named = {each["path"].partition("!/")[0] for each in document["components"]}
    assert named == {file.name for file in files}
    incomplete = [(each["path"], each["problem"]) for each in document["components"] if each["problem"]]
    assert incomplete == []
