"""Coverage-guided fuzzing of container readers: ``python tests/fuzz/fuzz_readers.py --seconds 60 zip tar``.

Each label is fuzzed in a process of its own, from the hostile and benign archives of the tests.  Whatever the bytes
are, a reader must not raise, must end, must stay small in memory, and must yield well-formed events.  Exit 1 where
one did not; the bytes that showed it are kept in the folder that is named.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["gate.intake.readers"]):
    from gate.intake.readers.interface import CHUNK, Data, Event, Member, Options, Reader, Source, Trouble
    from gate.intake.readers.registry import reader_for
from gate.intake.unpacker import event_of, frame_of  # noqa: E402  # the root has to be on the path first

INPUT_BYTES = 1 << 16
"""Largest input: what is larger finds little more and slowly."""
OUTPUT_BYTES = 4 << 20
"""Bytes after which a budget would stop a reader."""
ENTRIES = 200
EVENTS = 50_000
"""Most events of one reading, beyond which the reader does not end."""
DETAIL = 500
MEMORY_MIB = 1024
SECONDS_EACH = 20


def seeds(label: str, folder: Path) -> int:
    """Write the archives of the tests for a label into a folder and return their number."""
    from tests.unpack.intake_kit import reader_cases
    from tests.unpack.test_benign_readers import STREAMS, TARS, ZIPS

    cases = [case.data for case in reader_cases() if case.label == label]
    benign = {"zip": [make() for make in ZIPS.values()], "tar": [make() for make in TARS.values()]}.get(label, [])
    benign += [make() for stream, make in STREAMS.values() if stream == label]
    small = [data for data in [*cases, *benign] if len(data) <= INPUT_BYTES]
    for number, data in enumerate(small):
        (folder / f"seed-{number}").write_bytes(data)
    return len(small)


class Watch:
    """Holds the events of one reading to the rules of events; ``written`` counts the bytes of all members."""

    def __init__(self) -> None:
        self._member: Member | None = None
        self._events = 0
        self.written = 0

    def take(self, event: Event) -> None:
        """Raise ``AssertionError`` where an event is not as the interface says."""
        self._events += 1
        _hold(self._events <= EVENTS, "too many events")
        _hold(event_of(frame_of(event)) == event, f"does not cross the border: {event!r}")
        match event:
            case Member():
                self._member = event
                plain = event.name.isascii() and b"/" not in event.name and event.name != b""
                _hold(plain or not event.made_up, f"a made-up name: {event.name!r}")
            case Data(chunk):
                of_file = self._member is not None and self._member.kind == "file"
                _hold(of_file and 0 < len(chunk) <= CHUNK, "data out of place")
                self.written += len(chunk)
            case Trouble():
                _hold((event.reason is None) != (event.issue is None), f"malformed: {event!r}")
                _hold(self._member is not None or not event.in_member, f"in no member: {event!r}")
                printable = event.detail.isascii() and event.detail.isprintable()
                _hold(printable and 0 < len(event.detail) <= DETAIL, f"detail: {event.detail!r}")


def _hold(true: bool, what: str) -> None:  # an assertion that optimisation does not remove
    if not true:
        raise AssertionError(what)


def read_all(read: Reader, label: str, data: bytes) -> None:
    """Read a container as a worker would, until its end or until a budget would stop it."""
    descriptor = os.memfd_create("container")
    watch = Watch()
    try:
        os.write(descriptor, data)
        for event in read(Source(descriptor), Options(entries=ENTRIES, label=label)):
            watch.take(event)
            if watch.written > OUTPUT_BYTES:
                return
    finally:
        os.close(descriptor)


def fuzz(label: str, arguments: Sequence[str]) -> None:
    """Fuzz one reader in this process, until its time is over or it fails; does not return."""
    with atheris.instrument_imports(include=["gate.intake.readers"]):
        read = reader_for(label)
    atheris.Setup([sys.argv[0], *arguments], lambda data: read_all(read, label, data))
    atheris.Fuzz()


def run(label: str, seconds: int, kept: Path) -> bool:
    """Fuzz one reader in a process of its own and say whether it held."""
    with tempfile.TemporaryDirectory(prefix=f"fuzz-{label}-") as name:
        corpus = Path(name)
        number = seeds(label, corpus)
        print(f"{label}: {number} seeds, {seconds} s", flush=True)  # noqa: T201  # a script says what it does
        command = [
            *(sys.executable, __file__, "--inside", label, "--"),
            *(f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES}", f"-rss_limit_mb={MEMORY_MIB}"),
            *(f"-timeout={SECONDS_EACH}", f"-artifact_prefix={kept}/{label}-", "-verbosity=0", "-print_final_stats=1"),
            str(corpus),
        ]
        return subprocess.run(command, check=False, cwd=ROOT).returncode == 0


def main() -> int:
    """Parse the command line and fuzz each label in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each label")
    parser.add_argument("--keep", type=Path, help="folder for inputs that fail (default: a new one)")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("labels", nargs="*")
    parsed, rest = parser.parse_known_args()
    if parsed.inside:
        fuzz(parsed.inside, parsed.labels + rest)
    kept = parsed.keep or Path(tempfile.mkdtemp(prefix="fuzz-failed-"))
    kept.mkdir(parents=True, exist_ok=True)
    failed = [label for label in parsed.labels or ["zip", "tar"] if not run(label, parsed.seconds, kept)]
    if not failed and not parsed.keep:
        kept.rmdir()
    print(f"failed: {', '.join(failed)}; see {kept}" if failed else "all held")  # noqa: T201  # as above
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
