"""Real packages from the registries read whole, without a word, and as other readers have them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.unpack.reader_kit import labels_of, read_file

pytestmark = pytest.mark.corpus

WHEELS = ("numpy", "pydantic-core", "lxml", "cryptography", "pillow", "pip", "django", "requests")
OTHER_PLATFORMS = (("win_amd64", "numpy"), ("macosx_11_0_arm64", "numpy"), ("win_amd64", "cffi"))
SDISTS = ("setuptools",)
NODE = ("react", "lodash", "typescript", "esbuild", "@types/node", "webpack", "three", "d3")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Fetch the packages through the ordinary clients of their registries."""
    folder = tmp_path_factory.mktemp("packages")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, "--only-binary", ":all:", *WHEELS], check=True)
    for platform, name in OTHER_PLATFORMS:
        subprocess.run(
            [*pip, "--only-binary", ":all:", "--platform", platform, "--python-version", "3.11", name], check=True
        )
    for name in SDISTS:
        subprocess.run([*pip, "--no-binary", ":all:", name], check=True)
    subprocess.run(["npm", "pack", "--silent", *NODE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return sorted(folder.iterdir())


def independent(path: Path) -> dict[bytes, str]:
    """Return the digests of all files as the standard library reads them."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return {
                entry.filename.encode(): hashlib.sha256(archive.read(entry)).hexdigest()
                for entry in archive.infolist()
                if not entry.is_dir()
            }
    with tarfile.open(path) as tar:
        return {
            os.fsencode(member.name): hashlib.sha256(stream.read()).hexdigest()
            for member in tar
            if member.isfile() and (stream := tar.extractfile(member)) is not None
        }


def test_packages_of_the_registries(packages: list[Path]) -> None:
    assert len(packages) == len(WHEELS) + len(OTHER_PLATFORMS) + len(SDISTS) + len(NODE)
    for path in packages:
        (label,) = labels_of(path.read_bytes())
        reading = read_file(path, label)
        assert reading.all_troubles == [], path.name
        assert reading.files == independent(path), path.name
