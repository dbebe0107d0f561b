"""The digests of published libraries are those of the files on the npm registry."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from gate.examine.outbound.decoding import decode
from gate.examine.outbound.javascript.libraries import _PUBLISHED, read_library
from gate.models import LibraryFact

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize("name", _PUBLISHED)
def test_files_of_the_registry_are_recognised(name: str, tmp_path: Path) -> None:
    about = _PUBLISHED[name]
    files = [file.split() for file in about["sha256"].values()]
    for version in sorted({version for version, _ in files}):
        packed = subprocess.run(
            ["npm", "pack", "--silent", f"{about['package']}@{version}"],
            cwd=tmp_path, check=True, capture_output=True, text=True,
        ).stdout.split()[-1]  # fmt: skip
        with tarfile.open(tmp_path / packed) as archive:
            contents = {member.name.partition("/")[2]: member for member in archive if member.isfile()}
            for path in (path for each, path in files if each == version):
                stream = archive.extractfile(contents[path])
                assert stream is not None
                assert list(read_library(decode(stream.read()))) == [LibraryFact(name, version, "sha256")], path
