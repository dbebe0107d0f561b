"""How far a run is: what was told so far, its rates and what remains, and one line of a terminal that says so.

The line is plain ASCII but for words: characters that are one column wide here and two there (most of what bars are
drawn with, UAX #11 "Ambiguous") would break it on Japanese terminals.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from gate.reports.escaping import shortened, terminal
from gate.reports.wording import size_text
from gate.text import Language, render

if TYPE_CHECKING:
    from collections.abc import Callable

_WINDOW: Final = 20.0
"""Seconds that rates are measured over."""
_LEAST_SECONDS: Final = 2.0
"""Seconds before a rate means anything."""
_LONGEST: Final = 100 * 3600
"""Seconds beyond which a remaining time says nothing."""
_WIDEST_BAR: Final = 30
_NARROWEST_BAR: Final = 8
_DETAIL: Final = 24
_KNOWN: Final = frozenset({"examine"})
"""Stages of an examination in which all that there is to examine has been found."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a meter shows at a moment.  Sizes in bytes, times in seconds, rates per second; None: cannot be told."""

    stage: str
    detail: str = ""
    elapsed: float = 0.0
    bytes_done: int = 0
    bytes_total: int | None = None
    items_done: int = 0
    items_total: int | None = None
    complete: bool = False
    bytes_rate: float | None = None
    items_rate: float | None = None

    @property
    def part(self) -> float | None:
        """The part that is done, between 0 and 1."""
        done, total = (self.bytes_done, self.bytes_total) if self.bytes_total else (self.items_done, self.items_total)
        return min(1.0, done / total) if self.complete and total else None

    @property
    def remaining(self) -> float | None:
        """Seconds until this stage is over, as long as it goes on at its rate."""
        if not self.complete:
            return None
        if self.bytes_total and self.bytes_rate:
            left = (self.bytes_total - self.bytes_done) / self.bytes_rate
        elif self.items_total and self.items_rate:
            left = (self.items_total - self.items_done) / self.items_rate
        else:
            return None
        return left if 0 <= left < _LONGEST else None


class Meter:
    """Takes in how far a run is, from any thread, and gives readings."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stage = self._detail = ""
        self._complete = False
        self._reset()

    def _reset(self) -> None:
        self._began = self._clock()
        self._samples: deque[tuple[float, int, int]] = deque(maxlen=1000)
        self._bytes_done = self._items_done = 0
        self._bytes_total: int | None = None
        self._items_total: int | None = None

    # --- what the pipeline tells (gate.pipeline.Progress, gate.examine.antivirus.freshclam.Progress) ------------------

    def stage(self, name: str) -> None:
        """Begin a stage; what was found while containers were opened still counts while the rest is examined."""
        with self._lock:
            self._stage, self._detail, self._complete = name, "", name in _KNOWN
            if not self._complete:
                self._reset()

    def engine(self, name: str) -> None:
        """Name the engine that starts or ends."""
        with self._lock:
            self._detail = name

    def found(self, size: int) -> None:
        """Let the total grow."""
        with self._lock:
            self._bytes_total = (self._bytes_total or 0) + size
            self._items_total = (self._items_total or 0) + 1

    def examined(self, size: int) -> None:
        """Advance by an item."""
        with self._lock:
            self._bytes_done += size
            self._items_done += 1
            self._sample()

    def counted(self, done: int, total: int) -> None:
        """Take note of so many items of so many, sizes unknown."""
        with self._lock:
            self._items_done, self._items_total, self._complete = done, total, True
            self._sample()

    def transferred(self, done: int, total: int) -> None:
        """Take note of so many bytes of so many."""
        with self._lock:
            if done < self._bytes_done:  # the next file
                self._samples.clear()
            self._bytes_done, self._bytes_total, self._complete = done, total or None, total > 0
            self._sample()

    # --- what is shown ------------------------------------------------------------------------------------------------

    def _sample(self) -> None:
        now = self._clock()
        self._samples.append((now, self._bytes_done, self._items_done))
        while self._samples[-1][0] - self._samples[0][0] > _WINDOW:
            self._samples.popleft()

    def reading(self) -> Reading:
        """Return what there is to show now."""
        with self._lock:
            now = self._clock()
            bytes_rate, items_rate = self._rates(now)
            return Reading(
                self._stage,
                self._detail,
                now - self._began,
                self._bytes_done,
                self._bytes_total,
                self._items_done,
                self._items_total,
                self._complete,
                bytes_rate,
                items_rate,
            )

    def _rates(self, now: float) -> tuple[float | None, float | None]:
        if not self._samples or now - self._samples[0][0] < _LEAST_SECONDS:
            return None, None
        began, first_bytes, first_items = self._samples[0]
        seconds = now - began
        return (self._bytes_done - first_bytes) / seconds, (self._items_done - first_items) / seconds


def meter_line(reading: Reading, language: Language, width: int) -> str:
    """Return one line of at most ``width`` columns: the stage, and beside it whatever there is room for.

    What tells most comes first: the part that is done, the time that is left, then sizes, items and rates.
    """
    if not reading.stage:
        return ""
    stage = render(f"cli.stage.{reading.stage}", language)
    head = f"{stage}: {terminal(shortened(reading.detail, _DETAIL))}" if reading.detail else stage
    room = width - cell_len(head)
    if room < 0:
        return set_cell_size(stage, width).rstrip()
    chosen = []
    for place, text in _pieces(reading, language):
        if cell_len(text) + 2 <= room:
            chosen.append((place, text))
            room -= cell_len(text) + 2
    shown = [text for _, text in sorted(chosen)]
    bar = _bar(reading.part, min(room - 2, _WIDEST_BAR))
    return "  ".join(filter(None, (head, bar, *shown)))


def _pieces(reading: Reading, language: Language) -> list[tuple[int, str]]:
    """Return what can be told, the most telling first, each with its place in the line."""
    pieces: list[tuple[int, str | None]] = [
        (0, None if reading.part is None else f"{reading.part:4.0%}"),
        (5, _remaining(reading, language)),
        (1, _bytes(reading, language)),
        (2, _items(reading, language)),
        (3, f"{size_text(int(reading.bytes_rate))}/s" if reading.bytes_rate and reading.bytes_done else None),
        (4, _items_rate(reading, language)),
    ]
    return [(place, text) for place, text in pieces if text]


def _remaining(reading: Reading, language: Language) -> str:
    if reading.remaining is None:
        return _time(reading.elapsed)
    return render("cli.progress.remaining", language, {"time": _time(reading.remaining)})


def _bytes(reading: Reading, language: Language) -> str | None:
    if not reading.bytes_done and not reading.bytes_total:
        return None
    about = {"done": size_text(reading.bytes_done), "total": size_text(reading.bytes_total or 0)}
    return render("cli.progress.of" if reading.bytes_total else "cli.progress.so-far", language, about)


def _items(reading: Reading, language: Language) -> str | None:
    if reading.items_total is None:
        return None
    about = {"done": f"{reading.items_done:,}", "total": f"{reading.items_total:,}"}
    return render("cli.progress.items", language, about)


def _items_rate(reading: Reading, language: Language) -> str | None:
    if not reading.items_rate:
        return None
    shown = f"{reading.items_rate:,.0f}" if reading.items_rate >= 10 else f"{reading.items_rate:.1f}"  # noqa: PLR2004  # two digits tell enough
    return render("cli.progress.items-rate", language, {"rate": shown})


def _time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _bar(part: float | None, room: int) -> str:
    if part is None or room < _NARROWEST_BAR:
        return ""
    inner = room - 2
    filled = int(part * inner)
    return f"[{'#' * filled}{'-' * (inner - filled)}]"
