"""What a worker that was taken over could send: nothing of it is taken for content, and nothing passes in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.intake.blobs import BlobStore
from gate.intake.intake import InputArtifact, Intake
from gate.intake.listening import Entry
from gate.intake.passwords import Password, Passwords
from gate.intake.unpackers import Unpackers
from gate.limits import Limits
from gate.models import Fact, Gap, ItemFact, OpenedFact
from tests.conftest import tarred


class Scripted(Unpackers):
    """Workers that answer with frames of the test's choosing."""

    def __init__(self, frames: Sequence[object]) -> None:
        super().__init__(Limits())
        self._frames = frames

    def read(self, label: str, descriptor: int, *, password: bytes | None, seconds: float) -> Iterator[Any]:
        del label, descriptor, password, seconds
        yield from self._frames


class Kept:
    """Keeps what intake tells."""

    def __init__(self) -> None:
        self.items: dict[str, bytes] = {}
        self.facts: list[Fact] = []
        self.gaps: list[Gap] = []

    def entry(self, entry: Entry) -> None:
        self.items[entry.item.path] = entry.blob.ends(1 << 20, 1)[0]
        entry.blob.release()

    def fact(self, fact: Fact) -> None:
        self.facts.append(fact)

    def gap(self, gap: Gap) -> None:
        self.gaps.append(gap)


ARCHIVE = tarred({"a.txt": b"text"})
MEMBER = ["m", b"a.txt", "file", 0o644, b"", 4, False, None]
FOLDER = ["m", b"a", "folder", None, b"", None, False, None]


def told(tmp_path: Path, *frames: object, passwords: Passwords | None = None) -> Kept:
    file = tmp_path / "a.tar"
    file.write_bytes(ARCHIVE)
    kept = Kept()
    with BlobStore(tmp_path) as store:
        intake = Intake(Limits(), store, Scripted(frames), kept, passwords)
        intake.take(InputArtifact(file, "a.tar"))
    return kept


def test_content_comes_as_bytes_or_by_its_place(tmp_path: Path) -> None:
    kept = told(tmp_path, MEMBER, ["d", b"te"], ["x", 514, 2])
    assert kept.items["a.tar!/a.txt"] == b"text"
    assert kept.gaps == []


@pytest.mark.parametrize(
    "frames",
    [
        [["d", b"x"]],
        [["x", 0, 4]],
        [FOLDER, ["d", b"x"]],
        [FOLDER, ["x", 0, 4]],
        [MEMBER, ["x", -1, 4]],
        [MEMBER, ["x", 0, 0]],
        [MEMBER, ["x", len(ARCHIVE) - 2, 4]],
        [MEMBER, ["x", 1 << 60, 1 << 60]],
        [MEMBER, ["x", "0", "4"]],
        [MEMBER[:-1]],
        [["t", "detail", "no such reason", None, False]],
        [["t", "detail", None, None, False]],
        ["m"],
        [None],
    ],
)
def test_what_is_no_event_of_a_reader_is_a_gap(tmp_path: Path, frames: list[object]) -> None:
    kept = told(tmp_path, *frames)
    assert [(gap.path, gap.reason) for gap in kept.gaps] == [("a.tar", "corrupt")]


def test_that_a_password_was_right_is_told_only_where_one_was_given(tmp_path: Path) -> None:
    passwords = Passwords((Password("*.tar", b"secret"),))
    assert OpenedFact("*.tar", "a.tar", _digest(told(tmp_path))) in told(tmp_path, ["k"], passwords=passwords).facts
    for kept in (told(tmp_path, ["k"]), told(tmp_path, MEMBER, passwords=passwords)):
        assert not [fact for fact in kept.facts if isinstance(fact, OpenedFact)]


def _digest(kept: Kept) -> str:
    return next(fact.sha256 for fact in kept.facts if isinstance(fact, ItemFact) and fact.path == "a.tar")
