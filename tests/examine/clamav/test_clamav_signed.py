"""Updates and imports with ClamAV's own signed test databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gate.errors import UsageError
from gate.examine.antivirus.freshclam import Source
from gate.examine.antivirus.update import Exchanged, import_files, update
from tests.examine.clamav.antivirus_kit import folder_with
from tests.examine.clamav.update_kit import (
    BEHAVIOURS,
    OFFICIAL_NAMES,
    TABLE,
    contents,
    from_mirror,
    imported,
    neighbours,
    refused,
    unsigned,
    untouched,
)
from tests.simulators import freshclam_mirror
from tests.simulators.freshclam_mirror import Mirror

# --- with ClamAV's signed test databases ------------------------------------------------------------------------


class Told:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.bytes: list[tuple[int, int]] = []

    def stage(self, name: str) -> None:
        self.stages.append(name)

    def transferred(self, done: int, total: int) -> None:
        self.bytes.append((done, total))


def mirror_of(signed: dict[str, bytes], version: int, behaviour: freshclam_mirror.Behaviour | None = None) -> Mirror:
    differences = {name: content for name, content in signed.items() if name.endswith(".cdiff")}
    return Mirror({"test.cvd": signed[f"test-{version}.cvd"], **differences}, behaviour)


@pytest.mark.corpus
def test_a_first_update(scratch: Path, signed: dict[str, bytes]) -> None:
    folder, told = scratch / "new" / "database", Told()
    with mirror_of(signed, 6) as mirror:
        done = update(folder, Source(mirror.url), progress=told, table=TABLE, scratch=scratch)
        assert (done.changed, done.status.kind, done.status.version) == (True, "official", "test 6")
        assert contents(folder)["test.cvd"] == signed["test-6.cvd"]
        assert told.stages == ["download", "verify", "exchange"]
        assert told.bytes[-1][0] == told.bytes[-1][1] > 9000
        again = update(folder, Source(mirror.url), table=TABLE, scratch=scratch)
    assert not again.changed
    agents = {asked.headers["user-agent"] for asked in mirror.asked}
    assert len(agents) == 1  # freshclam keeps its identity, by which mirrors count who asks
    assert list(scratch.glob("gate-*")) == []


@pytest.mark.corpus
def test_only_differences_are_fetched(scratch: Path, signed: dict[str, bytes]) -> None:
    folder = folder_with(scratch / "database", {"test.cvd": signed["test-3.cvd"]})
    with mirror_of(signed, 6) as mirror:
        done = update(folder, Source(mirror.url), table=TABLE, scratch=scratch)
    assert [file.name for file in done.status.files] == ["test.cld"]
    assert (done.status.kind, done.status.version, done.status.signatures) == ("official", "test 6", 14)
    assert {asked.target for asked in mirror.asked if "cdiff" in asked.target} == {
        f"/test-{number}.cdiff" for number in (4, 5, 6)
    }
    assert set(contents(folder)) == {"test.cld", "freshclam.dat"}


@pytest.mark.corpus
def test_from_a_private_mirror(scratch: Path, signed: dict[str, bytes]) -> None:
    folder = folder_with(scratch / "database", {"test.cvd": signed["test-3.cvd"]})
    with mirror_of(signed, 6) as mirror:
        done = update(folder, Source(private_mirror=mirror.url), table=TABLE, scratch=scratch)
    assert done.status.version == "test 6"
    assert not [asked for asked in mirror.asked if "cdiff" in asked.target]


@pytest.mark.corpus
def test_through_a_proxy(scratch: Path, signed: dict[str, bytes]) -> None:
    with mirror_of(signed, 6) as proxy:
        source = Source("http://mirror.invalid", proxy=proxy.url)
        done = update(scratch / "database", source, table=TABLE, scratch=scratch)
    assert done.changed
    assert {asked.target for asked in proxy.asked} == {"CONNECT mirror.invalid:80", "/test.cvd"}


@pytest.mark.corpus
@pytest.mark.parametrize("behaviour", [None, *BEHAVIOURS.values()], ids=["older", *BEHAVIOURS])
def test_a_good_database_outlives_a_bad_mirror(
    scratch: Path, signed: dict[str, bytes], behaviour: freshclam_mirror.Behaviour | None
) -> None:
    folder = folder_with(scratch / "database", {"test.cvd": signed["test-5.cvd"], "freshclam.dat": b""})
    version = 4 if behaviour is None else 6
    mirrored = Mirror({"test.cvd": signed[f"test-{version}.cvd"]}, behaviour)
    with mirrored as mirror:
        if behaviour is None:  # freshclam leaves a newer database alone
            assert not from_mirror(folder, mirror, scratch).changed
        else:
            with refused("malware.db-update-failed"):
                from_mirror(folder, mirror, scratch)
    assert contents(folder)["test.cvd"] == signed["test-5.cvd"]
    assert neighbours(folder) <= {"data"}


@pytest.mark.corpus
def test_a_broken_database_is_fetched_anew(scratch: Path, signed: dict[str, bytes]) -> None:
    for broken in (signed["test-5.cvd"][:2000], b"", unsigned("test", 99)):
        folder = folder_with(scratch / "database", {"test.cvd": broken})
        with Mirror({"test.cvd": signed["test-6.cvd"]}) as mirror:
            done = from_mirror(folder, mirror, scratch)
        assert done.status.version == "test 6"
        assert contents(folder)["test.cvd"] == signed["test-6.cvd"]


@pytest.mark.corpus
@pytest.mark.parametrize("spoil", [lambda _: None, lambda _: b"garbage", lambda data: data[:300]])
def test_where_differences_cannot_be_had_the_whole_is_fetched(
    scratch: Path, signed: dict[str, bytes], spoil: Callable[[bytes], bytes | None]
) -> None:
    """freshclam says that it was successful then, although nothing has changed."""
    folder = folder_with(scratch / "database", {"test.cvd": signed["test-5.cvd"]})
    difference = spoil(signed["test-6.cdiff"])
    files = {"test.cvd": signed["test-6.cvd"]} | ({"test-6.cdiff": difference} if difference is not None else {})
    with Mirror(files) as mirror:
        done = from_mirror(folder, mirror, scratch)
    assert (done.changed, done.status.version) == (True, "test 6")
    assert contents(folder)["test.cvd"] == signed["test-6.cvd"]


@pytest.mark.corpus
def test_a_test_database_under_an_official_name(scratch: Path, signed: dict[str, bytes]) -> None:
    """ClamAV signs it, freshclam takes it; the gate does not."""
    files = {"main.cvd": signed["test-5.cvd"], "daily.cvd": signed["test-6.cvd"]}
    paths = [folder_with(scratch / "given", files) / name for name in files]
    with refused("malware.db-import-unverified", UsageError):
        imported(scratch / "database", paths, scratch)
    with Mirror({**files, "bytecode.cvd": signed["test-4.cvd"]}) as mirror, refused("malware.db-update-unverified"):
        update(scratch / "database", Source(mirror.url), table=OFFICIAL_NAMES, scratch=scratch)
    assert not (scratch / "database").exists()


@pytest.mark.corpus
def test_importing_signed_files(scratch: Path, signed: dict[str, bytes]) -> None:
    def take(version: int, *, allow_older: bool = False) -> Exchanged:
        file = folder_with(scratch / str(version), {"test.cvd": signed[f"test-{version}.cvd"]}) / "test.cvd"
        return import_files(scratch / "database", [file], allow_older=allow_older, table=TABLE, scratch=scratch)

    assert take(5).changed
    assert not take(5).changed
    with refused("malware.db-import-older", UsageError):
        take(4)
    assert take(6).status.version == "test 6"
    assert take(4, allow_older=True).status.version == "test 4"


@pytest.mark.corpus
@pytest.mark.parametrize("spoil", [lambda data: data[:-700], lambda data: data[:600] + b"\0" + data[601:]])
def test_signed_files_that_were_damaged_on_the_way(
    scratch: Path, signed: dict[str, bytes], spoil: Callable[[bytes], bytes]
) -> None:
    place = folder_with(scratch / "database", {"test.cvd": signed["test-5.cvd"]})
    file = folder_with(scratch / "given", {"test.cvd": spoil(signed["test-6.cvd"])}) / "test.cvd"
    with untouched(place, scratch), refused("malware.db-import-unverified", UsageError):
        import_files(place, [file], table=TABLE, scratch=scratch)
