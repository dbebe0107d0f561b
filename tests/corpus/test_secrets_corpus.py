"""Published packages through the rules of secrets: how many are named, and that each proven one is a key.

The wheels, npm packages and jars are what people install: nobody publishes a key in one knowingly, so that whatever is
named there is looked at.  Sdists hold test keys, which are keys.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.examine.secrets.examiner import secrets_in
from gate.examine.secrets.files import MOST_BYTES, secrets_of_file
from tests.corpus.packages import packages

pytestmark = pytest.mark.corpus

LARGEST = 64 << 20
MOST_LIKELY = 5
"""Unproven ones in all of these packages together: each is a question that a person has to answer."""


def members(package: Path) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of a package's files."""
    if zipfile.is_zipfile(package):
        with zipfile.ZipFile(package) as archive:
            for info in archive.infolist():
                if not info.is_dir() and info.file_size <= LARGEST:
                    yield info.filename, archive.read(info)
    elif tarfile.is_tarfile(package):
        with tarfile.open(package) as tarball:
            for entry in tarball:
                file = tarball.extractfile(entry) if entry.isfile() and entry.size <= LARGEST else None
                if file is not None:
                    yield entry.name, file.read()


def test_published_packages_hold_no_secrets_but_test_keys() -> None:
    proven: set[tuple[str, str]] = set()
    likely: set[tuple[str, str]] = set()
    looked_at = 0
    with packages() as found:
        for kind in ("wheels", "npm", "jars", "sdists"):
            for package in found[kind]:
                for name, data in members(package):
                    looked_at += 1
                    seen = list(secrets_in(data))
                    if len(data) <= MOST_BYTES:
                        seen += secrets_of_file(data, name.rpartition("/")[2].encode())
                    for each in seen:
                        (proven if each.certain else likely).add((kind, f"{package.name}!/{name}"))
    assert looked_at > 5000
    assert {place for place in proven if place[0] != "sdists" or "/tests/" not in place[1]} == set()
    assert len(likely) <= MOST_LIKELY
