"""Coverage-guided fuzzing of what clamd says: ``python tests/fuzz/fuzz_clamd_replies.py --seconds 60``.

Targets: ``replies`` (bytes of a whole reply), ``exchange`` (the same over a socket, in pieces), ``output`` (lines that
the daemon prints), ``header`` (the first bytes of a packed database), ``progress`` (lines of freshclam).  Whatever the
bytes are: nothing is raised, nothing hangs, nothing but the exact OK is taken for one, and what is quoted is safe to
show.  Each target is fuzzed in a process of its own.  Exit 1 where one did not hold.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import unicodedata
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["gate.examine.antivirus"]):
    from gate.examine.antivirus.client import REPLY_BYTES, ExchangeFailed, UnixClient
    from gate.examine.antivirus.files import HEADER_BYTES, parse_header
    from gate.examine.antivirus.freshclam import _take, _telling
    from gate.examine.antivirus.output import OutputWatch
    from gate.examine.antivirus.replies import Answer, Verb, meaning, read
from gate.models import DetectionFact, ExecutableFact, Gap  # noqa: E402  # the root has to be on the path first

INPUT_BYTES = 4096
SECONDS_EACH = 10
MEMORY_MIB = 1024
_EXACT: dict[Verb, re.Pattern[bytes]] = {
    "FILDES": re.compile(rb"fd\[[0-9]{1,10}\]: OK\x00"),
    "INSTREAM": re.compile(rb"stream: OK\x00"),
}
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SEEDS = (
    b"fd[9]: OK\0",
    b"stream: OK\0",
    b"stream: OK\0stream: OK\0",
    b"fd[10]: Win.Trojan.Agent-1 FOUND\0",
    b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0",
    b"stream: Heuristics.Encrypted.Zip FOUND\0",
    b"stream: Heuristics.OLE2.ContainsMacros.VBA FOUND\0",
    b"stream: PUA.Win.Packer.Upx-4 FOUND\0",
    b"stream: Gate.Canary.EICAR.UNOFFICIAL FOUND\0",
    b"INSTREAM size limit exceeded. ERROR\0",
    b"Error writing to temporary file ERROR\0stream: OK\0",
    b"LibClamAV Error: Can't create temporary directory\nLibClamAV Warning: ***\n",
    b"LibClamAV Warning: ***  The virus database is older than 7 days!  ***\n",
    b"ClamAV-VDB:24 Nov 2026 03-24 +0000:99999:12:216:9d08:X:x:1795490693".ljust(HEADER_BYTES),
    b"Time:    0.0s, ETA:    0.0s [====>]    9.72KiB/9.72KiB\rERROR: Can't download daily.cvd\n",
)


def _hold(true: bool, what: str) -> None:  # an assertion that optimisation does not remove
    if not true:
        raise AssertionError(what)


def _safe(text: str) -> None:
    _hold(not {unicodedata.category(character) for character in text} & _UNSAFE, f"unsafe to show: {text!r}")


def _judge(answer: Answer, reply: bytes, verb: Verb) -> None:
    """Hold one reading of a reply to the rules."""
    said = meaning(answer)
    clean = _EXACT[verb].fullmatch(reply) is not None
    _hold((answer.kind == "clean") == clean, f"{answer!r} for {reply!r}")
    _hold((said is None) == clean, f"{said!r} for {reply!r}")
    _safe(answer.text)
    _hold(len(answer.text) <= 4 * len(reply) + 16, "longer than what it quotes")
    if isinstance(said, DetectionFact):
        _hold(said.name != "" and reply.endswith(b" FOUND\0"), f"{said!r} for {reply!r}")
    elif said is not None:
        _hold(isinstance(said, Gap | ExecutableFact), f"{said!r}")


def fuzz_replies(data: bytes) -> None:
    """Read the bytes as the whole reply to either command."""
    for verb in _EXACT:
        _judge(read(data, verb), data, verb)


class _Answered(UnixClient):
    """A client whose server has answered before it is asked: some bytes, then the end or nothing more."""

    def __init__(self, pieces: Sequence[bytes], *, ends: bool) -> None:
        super().__init__("")
        self._pieces = pieces
        self._ends_well = ends

    def _init_socket(self) -> None:
        self.clamd_socket, self._other = socket.socketpair()
        for piece in self._pieces:
            self._other.sendall(piece)
        if self._ends_well:
            self._other.shutdown(socket.SHUT_WR)

    def _close_socket(self) -> None:
        self.clamd_socket.close()
        self._other.close()


def fuzz_exchange(data: bytes) -> None:
    """Let a server send the bytes in pieces and hang up, or not."""
    ends = not data or data[0] < 0xF8
    body = data[1:]
    step = 1 + (data[0] if data else 0) % 64
    pieces = [body[start : start + step] for start in range(0, len(body), step)]
    client = _Answered(pieces, ends=ends)
    try:
        answer = client.stream(lambda size, _offset: bytes(size), 3, seconds=5 if ends else 0.02)
    except ExchangeFailed:
        _hold(not ends or len(body) > REPLY_BYTES, "an error where an answer had come")
        return
    _hold(ends, "an answer before the end of the connection")
    _judge(answer, body, "INSTREAM")


def fuzz_output(data: bytes) -> None:
    """Print the bytes as a daemon would."""
    source, sink = os.pipe()
    watch = OutputWatch(source)
    try:
        with watch.observing() as observed:
            if data[:1] > b"\x80":
                watch.scanning_begins()
            os.write(sink, data[1:])
            os.close(sink)
        for line in [*observed.lines, *watch.unattributed(), *watch.recent()]:
            _safe(line)
        errors = [line for line in data[1:].split(b"\n") if line.startswith(b"LibClamAV Error:")]
        _hold(not errors or bool(observed.lines), f"an error was overlooked: {errors!r}")
    finally:
        watch.close()
        os.close(source)


def fuzz_header(data: bytes) -> None:
    """Read the bytes as the header of a packed database."""
    header = parse_header(data)
    if header is not None:
        _hold(data.startswith(b"ClamAV-VDB:") and len(data) >= HEADER_BYTES, "a header out of nothing")
        _hold(header.version >= 0 and header.signatures >= 0 and header.level >= 0, f"{header!r}")
        _hold(header.built.tzinfo is not None, "a time without zone")


class _Told:
    """Progress that holds what it is told to the rules."""

    def stage(self, name: str) -> None:
        raise AssertionError(name)

    def transferred(self, done: int, total: int) -> None:
        _hold(done >= 0 and total >= 0, f"{done} of {total}")


def fuzz_progress(data: bytes) -> None:
    """Print the bytes as freshclam would."""
    recent: deque[str] = deque(maxlen=200)
    for line in re.split(rb"[\r\n]", data):
        _take(line, recent, _Told())
    _safe(_telling(recent))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "replies": fuzz_replies,
    "exchange": fuzz_exchange,
    "output": fuzz_output,
    "header": fuzz_header,
    "progress": fuzz_progress,
}


def fuzz(target: str, arguments: Sequence[str]) -> None:
    """Fuzz one target in this process, until its time is over or it fails; does not return."""
    atheris.Setup([sys.argv[0], *arguments], TARGETS[target])
    atheris.Fuzz()


def run(target: str, seconds: int, kept: Path) -> bool:
    """Fuzz one target in a process of its own and say whether it held."""
    with tempfile.TemporaryDirectory(prefix=f"fuzz-{target}-") as name:
        corpus = Path(name)
        for number, seed in enumerate(_SEEDS):
            (corpus / f"seed-{number}").write_bytes(seed)
            (corpus / f"seed-shifted-{number}").write_bytes(b"\x10" + seed)
        print(f"{target}: {seconds} s", flush=True)  # noqa: T201  # a script says what it does
        command = [
            *(sys.executable, __file__, "--inside", target, "--"),
            *(f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES}", f"-rss_limit_mb={MEMORY_MIB}"),
            *(f"-timeout={SECONDS_EACH}", f"-artifact_prefix={kept}/{target}-", "-verbosity=0", "-print_final_stats=1"),
            str(corpus),
        ]
        return subprocess.run(command, check=False, cwd=ROOT).returncode == 0


def main() -> int:
    """Parse the command line and fuzz each target in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--keep", type=Path, help="folder for inputs that fail (default: a new one)")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*")
    parsed, rest = parser.parse_known_args()
    if parsed.inside:
        fuzz(parsed.inside, parsed.targets + rest)
    kept = parsed.keep or Path(tempfile.mkdtemp(prefix="fuzz-failed-"))
    kept.mkdir(parents=True, exist_ok=True)
    failed = [target for target in parsed.targets or list(TARGETS) if not run(target, parsed.seconds, kept)]
    if not failed and not parsed.keep:
        kept.rmdir()
    print(f"failed: {', '.join(failed)}; see {kept}" if failed else "all held")  # noqa: T201  # as above
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
