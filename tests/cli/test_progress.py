"""Progress: what is told, what can be said of it, one line that fits, and silence where nobody looks on."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

import pyte
import pytest
from rich.cells import cell_len

from gate.cli.meter import Meter, Reading, meter_line
from gate.text import LANGUAGES, Language, message_ids
from tests.conftest import clean_environment


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_rates_and_what_remains() -> None:
    clock = Hands()
    meter = Meter(clock)
    meter.stage("intake")
    for _ in range(100):
        meter.found(1_000_000)
    for _ in range(20):
        clock.now += 0.5
        meter.examined(1_000_000)
    assert meter.reading().remaining is None, "more may be found while containers are opened"
    meter.stage("examine")
    reading = meter.reading()
    assert (reading.bytes_done, reading.bytes_total, reading.items_done) == (20_000_000, 100_000_000, 20)
    assert reading.part == 0.2
    assert reading.bytes_rate == pytest.approx(2_000_000, rel=0.01)
    assert reading.items_rate == pytest.approx(2, rel=0.01)
    assert reading.remaining == pytest.approx(40, rel=0.01)


def test_nothing_is_foretold_from_a_moment() -> None:
    clock = Hands()
    meter = Meter(clock)
    meter.stage("examine")
    meter.found(1000)
    meter.examined(10)
    clock.now += 1
    assert meter.reading().bytes_rate is None
    assert meter.reading().remaining is None


def test_a_rate_is_of_the_last_seconds() -> None:
    clock = Hands()
    meter = Meter(clock)
    meter.stage("db-download")
    for second in range(100):
        clock.now += 1
        meter.transferred(second * 1000 if second < 60 else 60_000 + (second - 60) * 10, 100_000)
    assert meter.reading().bytes_rate == pytest.approx(10, rel=0.2)
    meter.transferred(5, 70)
    assert meter.reading().bytes_rate is None, "another file has begun"


def test_stages_that_count_items() -> None:
    meter = Meter(Hands())
    meter.stage("source")
    meter.counted(3, 12)
    assert meter.reading().part == 0.25
    meter.stage("finish")
    meter.engine("clamav")
    assert meter_line(meter.reading(), "en", 80) == "Proving engines once more: clamav  0:00"


STAGES = sorted(code.removeprefix("cli.stage.") for code in message_ids("cli") if code.startswith("cli.stage."))
FULL = {
    "elapsed": 4000.0,
    "bytes_done": 123_400_000,
    "bytes_total": 4_567_000_000,
    "items_done": 1234,
    "items_total": 99_999,
    "bytes_rate": 12_300_000.0,
    "items_rate": 3.21,
    "complete": True,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", STAGES)
def test_lines_fit(stage: str, language: Language) -> None:
    for detail in ("", "clamav", "名前の長い検査機能" * 5, "\x1b[2J\n"):
        for width in (1, 10, 20, 40, 59, 79, 139):
            for reading in (Reading(stage, detail), Reading(stage, detail, **FULL)):  # type: ignore[arg-type]  # by name
                line = meter_line(reading, language, width)
                assert cell_len(line) <= width
                assert "\n" not in line
                assert "\x1b" not in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_characters_are_as_wide_on_every_terminal(language: Language) -> None:
    lines = [meter_line(Reading(stage, **FULL), language, 140) for stage in STAGES]  # type: ignore[arg-type]  # by name
    assert {
        character for line in lines for character in line if unicodedata.east_asian_width(character) == "A"
    } == set()


def test_what_tells_most_stays_longest() -> None:
    reading = Reading("examine", **FULL)  # type: ignore[arg-type]  # by name
    assert meter_line(reading, "en", 140) == (
        "Examining  [----------------------------]    3%  123.4 MB of 4.6 GB  1,234/99,999 items  12.3 MB/s  "
        "3.2 items/s  6:01 left"
    )
    assert meter_line(reading, "ja", 100).endswith("残り 6:01")
    assert meter_line(reading, "en", 60) == "Examining    3%  123.4 MB of 4.6 GB  12.3 MB/s  6:01 left"
    assert meter_line(reading, "en", 20) == "Examining    3%"


# --- on a terminal --------------------------------------------------------------------------------------------------

RUN = """
import sys, time
from gate.cli.progress import progress_for
from gate.cli.settings import Settings
with progress_for(Settings(language="ja", **eval(sys.argv[1]))) as meter:
    meter.stage("engines")
    for number in range(25):
        meter.engine(f"検査機能{number}")
        time.sleep(0.02)
print("the answer")
"""


INTERRUPTED = """
import sys
from gate.cli.progress import progress_for
from gate.cli.settings import Settings
try:
    with progress_for(Settings()) as meter:
        meter.stage("engines")
        raise KeyboardInterrupt
except KeyboardInterrupt:
    print("the answer")
"""


def on_a_terminal(
    settings: str = "{}", *, run: str = RUN, columns: int = 60, changes: Mapping[str, str] = MappingProxyType({})
) -> tuple[bytes, pyte.Screen]:
    """Return what a command writes to its standard error, a terminal, and the screen at the end."""
    own, theirs = pty.openpty()
    environment = {**clean_environment(), "TERM": "xterm", "COLUMNS": str(columns), **changes}
    with subprocess.Popen(
        [sys.executable, "-c", run, settings], stderr=theirs, stdout=subprocess.PIPE, env=environment
    ) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                data = os.read(own, 1 << 16)
            except OSError:  # the other side has closed it
                break
            if not data:
                break
            written += data
        assert process.stdout is not None
        assert process.stdout.read() == b"the answer\n"
    os.close(own)
    assert process.returncode == 0
    screen = pyte.Screen(columns, 10)
    pyte.ByteStream(screen).feed(written)
    return written, screen


@pytest.mark.parametrize("columns", [30, 60, 140])
def test_one_line_is_drawn_again_and_gone_at_the_end(columns: int) -> None:
    written, screen = on_a_terminal(columns=columns)
    assert written.decode().count("検査機能の起動中") > 2
    assert b"\n" not in written.rstrip(b"\r\n").replace(b"\r\n", b"")
    assert not any(line.strip() for line in screen.display)


def test_an_interrupt_gives_the_terminal_back() -> None:
    written, screen = on_a_terminal(run=INTERRUPTED)
    assert written.rfind(b"\x1b[?25h") > written.rfind(b"\x1b[?25l") >= 0, "the cursor is shown again"
    assert not any(line.strip() for line in screen.display)


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ("{'progress': False}", {}),
        ("{'quiet': True}", {}),
        ("{}", {"CI": "true"}),
        ("{}", {"TERM": "dumb"}),
    ],
)
def test_silence_where_nobody_looks_on(settings: str, environment: dict[str, str]) -> None:
    assert on_a_terminal(settings, changes=environment)[0] == b""


def test_silence_in_a_pipe() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, "{}"], env={**clean_environment(), "TERM": "xterm"}, capture_output=True, check=True
    )
    assert done.stderr == b""
