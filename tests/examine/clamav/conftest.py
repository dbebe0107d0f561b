from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.examine.antivirus.examiner import ClamAVExaminer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder for private folders that an unprivileged user can pass through."""
    with tempfile.TemporaryDirectory(prefix="av-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture
def small_disk(scratch: Path) -> Iterator[Path]:
    """A file system of 4 MiB of its own, mounted below the scratch folder."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system; root also ignores file modes, so nothing else would do")
    disk = scratch / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=711", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


@pytest.fixture(scope="module")
def shared() -> Iterator[ClamAVExaminer]:
    """One examiner on the bundled signatures for the tests of a module that do it no harm."""
    examiner = ClamAVExaminer()
    try:
        examiner.start()
        yield examiner
        examiner.finish()
    finally:
        examiner.close()
