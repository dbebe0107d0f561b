"""Fetching the database: whatever goes wrong on the way, what was there is still there, byte for byte."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import psutil
import pytest

from gate.errors import UsageError
from gate.examine.antivirus.freshclam import Source
from gate.examine.antivirus.update import update
from tests.examine.clamav.update_kit import (
    BEHAVIOURS,
    TABLE,
    contents,
    from_mirror,
    refused,
    unsigned,
    untouched,
)
from tests.simulators import freshclam_mirror
from tests.simulators.freshclam_mirror import Mirror

# --- where from ------------------------------------------------------------------------------------------------


def test_settings_for_the_public_mirror() -> None:
    assert Source().lines() == ["MaxAttempts 3", "DatabaseMirror database.clamav.net"]


def test_settings_for_mirrors_and_proxies() -> None:
    assert Source("mirror.example").lines()[-1] == "DatabaseMirror mirror.example"
    assert (Source("mirror.example").options, Source().options) == (["--no-dns"], [])
    assert Source(private_mirror="https://db.example:8443/clamav/").lines()[-1] == (
        "PrivateMirror https://db.example:8443/clamav/"
    )
    assert Source(proxy="http://user:p%40ss%23@proxy.example:3128").lines()[1:5] == [
        "HTTPProxyServer http://proxy.example",
        "HTTPProxyPort 3128",
        "HTTPProxyUsername user",
        "HTTPProxyPassword p@ss#",
    ]
    assert "HTTPProxyServer socks5h://[::1]" in Source(proxy="socks5h://[::1]:1080").lines()


@pytest.mark.parametrize(
    "mirror",
    [
        "",
        "a b",
        "host\nOnUpdateExecute /bin/sh",
        "ftp://host",
        "http://user:secret@host",
        "http://host/?q",
        'http://host/"',
        "-host",
        "http://",
        "host:port",
        "file:///etc",
    ],
)
def test_what_is_no_mirror(mirror: str) -> None:
    with refused("malware.db-mirror", UsageError):
        Source(mirror)
    with refused("malware.db-mirror", UsageError):
        Source(private_mirror=mirror)


@pytest.mark.parametrize(
    "proxy",
    [
        "",
        "proxy.example:3128",
        "http://proxy.example",
        "http://proxy.example:x",
        "http://proxy.example:3128/path",
        "http://proxy.example:3128?q",
        "ftp://proxy.example:21",
        "http://us%20er:x@proxy.example:3128",
        "http://user:x%0AOnUpdateExecute@proxy.example:3128",
        "http://user:%22x@proxy.example:3128",
        "http://[::1:3128",
        "http://user@proxy.example:3128",
    ],
)
def test_what_is_no_proxy(proxy: str) -> None:
    with pytest.raises(UsageError) as caught:
        Source(proxy=proxy)
    assert caught.value.code == "malware.db-proxy"
    assert caught.value.arguments == {}  # a password must not get into a log


def test_two_kinds_of_mirror_at_once() -> None:
    with refused("malware.db-two-mirrors", UsageError):
        Source("a.example", "b.example")


# --- an update that fails --------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_a_bad_mirror_costs_nothing(place: Path, scratch: Path, behaviour: freshclam_mirror.Behaviour | None) -> None:
    with Mirror({"test.cvd": unsigned("test", 7)}, behaviour) as mirror, untouched(place, scratch):
        with refused("malware.db-update-failed"):
            from_mirror(place, mirror, scratch)
        assert mirror.asked


def test_a_database_that_nobody_signed(place: Path, scratch: Path) -> None:
    mirrored = Mirror({"test.cvd": unsigned("test", 7)})
    with mirrored as mirror, untouched(place, scratch), refused("malware.db-update-failed"):
        from_mirror(place, mirror, scratch)


def test_a_mirror_without_the_database(place: Path, scratch: Path) -> None:
    with Mirror({}) as mirror, untouched(place, scratch), refused("malware.db-update-failed"):
        from_mirror(place, mirror, scratch)


def test_a_mirror_that_is_down(place: Path, scratch: Path) -> None:
    with freshclam_mirror.unused_port() as port, untouched(place, scratch), refused("malware.db-update-failed"):
        update(place, Source(f"127.0.0.1:{port}", attempts=1), table=TABLE, scratch=scratch)


def test_a_proxy_that_is_down(place: Path, scratch: Path) -> None:
    with freshclam_mirror.unused_port() as port, Mirror({}) as mirror, untouched(place, scratch):
        with refused("malware.db-update-failed"):
            source = Source(mirror.url, proxy=f"http://127.0.0.1:{port}", attempts=1)
            update(place, source, table=TABLE, scratch=scratch)
        assert mirror.asked == []


def test_the_proxy_is_asked_with_name_and_password(place: Path, scratch: Path) -> None:
    with Mirror({}) as proxy, untouched(place, scratch), refused("malware.db-update-failed"):
        source = Source("http://mirror.invalid", proxy=proxy.url.replace("//", "//me:pass@"), attempts=1)
        update(place, source, table=TABLE, scratch=scratch)
    assert [asked.target for asked in proxy.asked] == ["CONNECT mirror.invalid:80", "/test.cvd"]
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic bWU6cGFzcw=="
    assert "proxy-authorization" not in proxy.asked[1].headers


def test_a_mirror_that_stops_in_the_middle(place: Path, scratch: Path) -> None:
    released = threading.Event()
    with Mirror({"test.cvd": unsigned("test", 7, 9000)}, freshclam_mirror.hanging(released)) as mirror:
        started = time.monotonic()
        with untouched(place, scratch), refused("malware.db-update-timeout"):
            from_mirror(place, mirror, scratch, seconds=3)
        assert time.monotonic() - started < 10
        released.set()
    assert not [each for each in psutil.process_iter(["name"]) if each.info["name"] == "freshclam"]


def test_an_interrupted_update(place: Path, scratch: Path) -> None:
    """Ctrl-C arrives as an exception out of whatever is being waited for."""

    class Impatient:
        def stage(self, name: str) -> None:
            if name == "download":
                return
            raise AssertionError(name)

        def transferred(self, done: int, total: int) -> None:
            assert done <= total
            raise KeyboardInterrupt

    released = threading.Event()
    with Mirror({"test.cvd": unsigned("test", 7, 9000)}, freshclam_mirror.hanging(released)) as mirror:
        with untouched(place, scratch), pytest.raises(KeyboardInterrupt):
            update(place, Source(mirror.url), progress=Impatient(), table=TABLE, scratch=scratch)
        released.set()


def test_what_freshclam_runs_as(place: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads what anybody on the way may have sent: it runs as nobody of this machine, and knows no secret."""
    monkeypatch.setenv("RELEASE_TOKEN", "secret")
    seen: list[psutil.Process] = []

    class Looking:
        def stage(self, name: str) -> None:
            assert name == "download"

        def transferred(self, done: int, total: int) -> None:
            assert done <= total
            running = psutil.Process().children(recursive=True)
            seen.extend(process for process in running if process.name() == "freshclam")
            for process in seen:
                assert os.geteuid() != 0 or 0 not in process.uids()
                assert "RELEASE_TOKEN" not in process.environ()
            raise KeyboardInterrupt

    released = threading.Event()
    with Mirror({"test.cvd": unsigned("test", 7, 9000)}, freshclam_mirror.hanging(released)) as mirror:
        with pytest.raises(KeyboardInterrupt):
            update(place, Source(mirror.url), progress=Looking(), table=TABLE, scratch=scratch)
        released.set()
    assert len(seen) == 1
    assert not seen[0].is_running()


def test_without_freshclam(place: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (scratch / "programs").mkdir()
    (scratch / "programs" / "sigtool").symlink_to("/usr/bin/sigtool")
    monkeypatch.setattr("gate.isolation.surroundings.SEARCH_PATH", str(scratch / "programs"))
    with untouched(place, scratch), refused("malware.freshclam-missing"):
        update(place, Source("127.0.0.1:1"), table=TABLE, scratch=scratch)


def test_a_full_temporary_folder(place: Path, small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096))
    before = contents(place)
    with Mirror({"test.cvd": unsigned("test", 7)}) as mirror, refused("malware.db-temporary"):
        from_mirror(place, mirror, small_disk)
    assert contents(place) == before


def test_a_download_larger_than_the_temporary_folder(place: Path, small_disk: Path) -> None:
    large = unsigned("test", 7)[:512] + os.urandom(8 << 20)
    before = contents(place)
    with Mirror({"test.cvd": large}) as mirror, refused("malware.db-update-failed"):
        from_mirror(place, mirror, small_disk)
    assert contents(place) == before
    assert list(small_disk.iterdir()) == []
