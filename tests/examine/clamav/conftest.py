from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.examine.antivirus import official
from gate.examine.antivirus.examiner import ClamAVExaminer
from tests.examine.clamav.antivirus_kit import folder_with
from tests.examine.clamav.update_kit import unsigned
from tests.simulators.freshclam_mirror import signed_databases

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


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """ClamAV's signed test databases by file name, ``test-1.cvd`` to ``test-6.cvd``, and differences."""
    return signed_databases(tmp_path_factory.mktemp("source"))


@pytest.fixture
def place(scratch: Path) -> Path:
    """A folder with an old database."""
    return folder_with(scratch / "data" / "database", {"test.cvd": unsigned("test", 1), "freshclam.dat": b"x"})


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every signature for good, so that what comes after it can be shown without signed databases."""
    monkeypatch.setattr(official, "_signature_holds", lambda _path, _folder: True)
