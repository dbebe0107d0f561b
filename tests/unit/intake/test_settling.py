"""Large artifacts are opened while they are being hashed, and nothing of that shows in what is told."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from gate.errors import ArtifactChanged
from gate.intake.blobs import BlobStore
from gate.intake.files import Hashing
from gate.intake.intake import InputArtifact, Intake
from gate.intake.listening import Entry
from gate.intake.settling import UNKNOWN, Settling
from gate.intake.unpackers import Unpackers
from gate.limits import Limits
from gate.models import ContainerFact, Fact, Gap, ItemFact

FILLER = os.urandom(5 << 20)


class Kept:
    """Keeps what is told, in order."""

    def __init__(self) -> None:
        self.told: list[Fact | Gap] = []
        self.items: dict[str, str] = {}

    def entry(self, entry: Entry) -> None:
        self.items[entry.item.path] = entry.item.sha256
        entry.blob.release()

    def fact(self, fact: Fact) -> None:
        self.told.append(fact)

    def gap(self, gap: Gap) -> None:
        self.told.append(gap)


def archive(*, filler: bytes) -> bytes:
    """Return a tar file with a member, data behind its end, and a damaged header behind that."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        info = tarfile.TarInfo("filler")
        info.size = len(filler)
        tar.addfile(info, io.BytesIO(filler))
    return packed.getvalue() + b"hidden".ljust(512, b".")


def taken(tmp_path: Path, data: bytes) -> Kept:
    file = tmp_path / "a.tar"
    file.write_bytes(data)
    kept, unpackers = Kept(), Unpackers(Limits())
    try:
        with BlobStore(tmp_path) as store:
            artifact = Intake(Limits(), store, unpackers, kept).take(InputArtifact(file, "a.tar"))
    finally:
        unpackers.close()
    assert artifact.sha256 == hashlib.sha256(data).hexdigest()
    assert artifact.items == len(kept.items) == 3
    return kept


@pytest.mark.parametrize("filler", [FILLER, FILLER[:100]], ids=["large", "small"])
def test_all_that_is_told_names_the_real_digest(tmp_path: Path, filler: bytes) -> None:
    data = archive(filler=filler)
    kept = taken(tmp_path, data)
    digest = hashlib.sha256(data).hexdigest()
    assert kept.items["a.tar"] == digest
    hidden = [fact for fact in kept.told if isinstance(fact, ContainerFact)]
    assert [(fact.issue, fact.sha256) for fact in hidden] == [("hidden-data", digest)]
    assert {fact.path: fact.sha256 for fact in kept.told if isinstance(fact, ItemFact)} == kept.items


def test_an_artifact_that_changes_meanwhile_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Changed(Hashing):
        def end(self) -> None:
            (tmp_path / "a.tar").write_bytes(b"other")
            super().end()

    monkeypatch.setattr("gate.intake.intake.Hashing", Changed)
    with pytest.raises(ArtifactChanged):
        taken(tmp_path, archive(filler=FILLER))


def test_what_names_an_unknown_digest_waits_for_it() -> None:
    kept = Kept()
    settling = Settling(kept)
    gap, fact = Gap("corrupt", sha256=UNKNOWN), ContainerFact("ambiguous", "", sha256=UNKNOWN)
    other = ContainerFact("ambiguous", "", sha256="b" * 64)
    for settled in ("c" * 64, "d" * 64):
        kept.told = []
        settling.begin()
        settling.gap(gap)
        settling.fact(fact)
        settling.fact(other)
        assert kept.told == [other]
        settling.settle(settled)
        settling.gap(gap)
        assert [each.sha256 for each in kept.told] == ["b" * 64, settled, settled, settled]
