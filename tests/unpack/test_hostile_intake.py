"""Hostile artifacts through all of intake and the judgement: none is approved, writes, hangs or takes the machine."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.errors import UsageError
from gate.models import ItemFact
from gate.paths import escape_name
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.whole import Whole, a_file
from tests.unpack.hostile.zip_writer import archive, plain
from tests.unpack.intake_kit import (
    MEMORY,
    SECONDS,
    Bench,
    Outcome,
    Surroundings,
    built,
    finding_of,
    reader_cases,
    whole_cases,
)
from tests.unpack.test_benign_readers import STREAMS, TARS, ZIPS

READER_CASES = reader_cases()
WHOLE_CASES = whole_cases()
BENIGN = {**ZIPS, **TARS, **{name: make for name, (_, make) in STREAMS.items()}}
LONG = [pytest.param(case, marks=pytest.mark.full if case.full else (), id=case.name) for case in WHOLE_CASES]


@pytest.fixture(scope="module")
def surroundings() -> Iterator[Surroundings]:
    # Not below pytest's own folder, which only this user can enter: the gate's workers run as others.
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        yield Surroundings(Path(folder))


@pytest.fixture(scope="module")
def bench(surroundings: Surroundings) -> Iterator[Bench]:
    bench = Bench(surroundings.scratch)
    yield bench
    bench.close()


def run(bench: Bench, surroundings: Surroundings, artifact: Path, **limits: int) -> Outcome:
    """Run one artifact and hold the run to what is true of every run."""
    with surroundings.untouched():
        outcome = bench.run(artifact, limits)
    assert not outcome.written, sorted(outcome.written)
    assert outcome.seconds < SECONDS, outcome.said
    assert outcome.memory < MEMORY, f"{outcome.memory >> 20} MiB"
    return outcome


def test_the_set_is_large_and_its_names_are_unique() -> None:
    names = [case.name for case in READER_CASES] + [case.name for case in WHOLE_CASES]
    assert len(names) >= 250
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", READER_CASES, ids=lambda case: case.name)
def test_hostile_archive_is_not_approved(case: Case, bench: Bench, surroundings: Surroundings) -> None:
    artifact = built(surroundings.inputs, case.name, a_file(bytes, case.data))
    outcome = run(bench, surroundings, artifact, entries=case.entries)
    assert outcome.bare.verdict in {"rejected", "incomplete"}, outcome.said
    inside = {each for each, path in outcome.found if path == case.name or path.startswith(f"{case.name}!/")}
    assert {finding_of(word) for word in case.gives} <= inside, outcome.said
    if case.bomb:
        assert inside & {"gap/intake-ratio", "gap/intake-too-large"}, outcome.said
    if case.reached:
        assert any(id_ == "malware/known" and path != case.name for id_, path in outcome.found), outcome.said
    artifact.unlink()


@pytest.mark.parametrize("name", BENIGN)
def test_honest_archive_is_approved(name: str, bench: Bench, surroundings: Surroundings) -> None:
    artifact = built(surroundings.inputs, name, a_file(BENIGN[name]))
    outcome = run(bench, surroundings, artifact)
    assert outcome.judgement.verdict == "approved", outcome.said
    artifact.unlink()


@pytest.mark.parametrize("case", LONG)
def test_hostile_artifact_is_not_approved(case: Whole, bench: Bench, surroundings: Surroundings) -> None:
    artifact = built(surroundings.inputs, case.name, case.build)
    outcome = run(bench, surroundings, artifact, **case.limits)
    judged = outcome.judgement if case.honest else outcome.bare
    assert judged.verdict in {"rejected", "incomplete"}, outcome.said
    for finding, place in case.gives:
        assert (
            any(each == finding for each, _ in outcome.found)
            if place == "*"
            else (finding, case.name + place) in outcome.found
        ), f"{finding} at {place}: {outcome.said}"
    payloads = {path for finding, path in outcome.found if finding == "malware/known"}
    if case.reached == "*":
        assert payloads - {case.name}, outcome.said
    elif case.reached is not None:
        assert case.name + case.reached in payloads, outcome.said


@pytest.mark.parametrize("case", [case for case in WHOLE_CASES if case.twin], ids=lambda case: case.name)
def test_its_benign_twin_is_approved(case: Whole, bench: Bench, surroundings: Surroundings) -> None:
    assert case.twin is not None
    artifact = built(surroundings.inputs, f"{case.name}-twin", case.twin)
    outcome = run(bench, surroundings, artifact)
    assert outcome.judgement.verdict == "approved", outcome.said
    assert outcome.items


def test_a_folder_deeper_than_any_path_can_name_is_an_error_or_wholly_seen(
    bench: Bench, surroundings: Surroundings
) -> None:
    artifact = surroundings.inputs / "levels"
    artifact.mkdir()
    at = os.open(artifact, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    with os.fdopen(os.open("f", os.O_WRONLY | os.O_CREAT, dir_fd=at), "wb") as stream:
        stream.write(PAYLOAD)
    os.close(at)
    try:
        outcome = bench.run(artifact)
        assert ("malware/known", "levels" + "/d" * 3000 + "/f") in outcome.found
    except UsageError as error:
        assert error.code == "intake.unreadable"  # noqa: PT017  # either answer is a right one
    finally:
        subprocess.run(["rm", "-rf", artifact], check=True)  # Python's own removal follows no path this deep


def test_the_watch_over_writing_sees_a_file_written_elsewhere(bench: Bench, surroundings: Surroundings) -> None:
    """What would show a write outside does show one: else the silence of the tests above would mean nothing."""
    from gate.intake.files import Hashing

    outside = surroundings.root / "work" / "escaped"

    def writing(path: Path, *more: object) -> object:
        outside.write_bytes(b"x")
        return Hashing(path, *more)  # type: ignore[arg-type]  # passed on as it came

    artifact = built(surroundings.inputs, "plain", a_file(lambda: b"plain"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gate.intake.intake.Hashing", writing)
        with pytest.raises(AssertionError), surroundings.untouched():
            outcome = bench.run(artifact)
    assert str(outside) in outcome.written
    outside.unlink()


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_names_of_old_japanese_archives_are_read_as_they_were_meant(
    encoding: str, bench: Bench, surroundings: Surroundings
) -> None:
    """The path keeps the bytes; beside it stands the name that a person would read."""
    name = "見積書 第2版/表ソ能.txt"
    data = archive([plain(name.encode(encoding), b"harmless\n", 8)])
    outcome = run(bench, surroundings, built(surroundings.inputs, f"named-{encoding}", a_file(bytes, data)))
    (fact,) = [fact for fact in outcome.examination.facts if isinstance(fact, ItemFact) and "!/" in fact.path]
    assert fact.path == f"named-{encoding}!/{escape_name(name.encode(encoding))}"
    assert (fact.decoded, fact.encoding.replace("-", "_")) == (name, encoding)
    assert outcome.judgement.verdict == "approved", outcome.said
