"""What the tests of the browser run share: whether it can run here, and items with their bytes in memory."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping

import pytest

from gate.examine.browser.examiner import BrowserExaminer
from gate.examine.interface import Member
from gate.models import Fact, Gap, Item, OutboundFact

_AS_ROOT = [] if os.geteuid() == 0 else ["--map-root-user"]
_UNSHARE = ["unshare", *_AS_ROOT, "--net", "--mount", "--pid", "--fork", "true"]
_GRANTED = subprocess.run(_UNSHARE, check=False, capture_output=True).returncode == 0
with_browser = pytest.mark.skipif(
    not _GRANTED or shutil.which("chromium") is None, reason="no name spaces can be made here, or no Chromium is there"
)


def member(path: str, content: bytes) -> Member:
    """Return an item of a run with its bytes."""

    @contextlib.contextmanager
    def opened() -> Iterator[int]:
        with tempfile.TemporaryFile() as stream:
            stream.write(content)
            stream.flush()
            yield stream.fileno()

    name = path.rpartition("/")[2].encode()
    return Member(Item(path, hashlib.sha256(content).hexdigest(), len(content), name), opened)


def looked(examiner: BrowserExaminer, files: Mapping[str, str]) -> dict[str, list[Fact | Gap]]:
    """Return what the browser run says of each page among the files, without proving the engine first."""
    members = [member(path, content.encode()) for path, content in files.items()]
    return {item.path: list(observations) for item, observations in examiner.examine(members)}


def hosts_and_gaps(observations: list[Fact | Gap]) -> tuple[set[str], list[str]]:
    """Return the hosts of what was seen, and the reasons of gaps."""
    facts = [each for each in observations if isinstance(each, OutboundFact)]
    assert {(fact.via, fact.condition) for fact in facts} <= {("browser", "observed")}
    return {fact.host for fact in facts}, [each.reason for each in observations if isinstance(each, Gap)]
