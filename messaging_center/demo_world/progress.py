"""How far a long command is: a bar with rate and time left on a terminal, elsewhere a line now and then."""

from __future__ import annotations

from time import monotonic
from typing import TextIO

WIDTH = 30  # characters of the bar
ON_TERMINAL, ELSEWHERE = 0.2, 15.0  # seconds between two tellings


class Progress:
    """Counts up to `total`, which may turn out a little more."""

    def __init__(self, total: int, what: str, out: TextIO) -> None:
        self._total = max(total, 1)
        self._what = what
        self._out = out
        self._bar = out.isatty()
        self._done = self._before = 0
        self._began = self._told = monotonic()

    def known(self, count: int) -> None:
        """So many more were done by an earlier run; they say nothing about the rate."""
        self._before += count
        self.add(count)

    def add(self, count: int) -> None:
        """So many more are done."""
        self._done += count
        now = monotonic()
        if now - self._told >= (ON_TERMINAL if self._bar else ELSEWHERE):
            self._told = now
            self._tell(now)

    def close(self) -> None:
        """The last word."""
        self._tell(monotonic())
        if self._bar:
            self._out.write("\n")

    def _tell(self, now: float) -> None:
        line = progress_line(self._done, self._total, now - self._began, self._what, before=self._before)
        self._out.write(f"\r{line}\x1b[K" if self._bar else f"{line}\n")
        self._out.flush()


def progress_line(done: int, total: int, seconds: float, what: str, *, before: int = 0) -> str:
    """`[#####.....]  50%, 1,234 messages, 300/s, 0:04 left`; `before` of them took none of it."""
    share = min(done / total, 1.0)
    bar = ("#" * round(share * WIDTH)).ljust(WIDTH, ".")
    rate = (done - before) / seconds if seconds > 0 else 0.0
    left = max(total - done, 0) / rate if rate else 0.0
    return f"[{bar}] {share:4.0%}, {done:,} {what}, {rate:,.0f}/s, {_minutes(left)} left"


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
