"""How much of a wall-clock limit is left, so that the stages of one solve share a single limit."""

import time
from dataclasses import replace

from optimiser.core.limits import Limits


class Deadline:
    """Counts down one solve's seconds; without a limit in seconds there is always time left."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._began = time.monotonic()

    @property
    def left(self) -> float | None:
        """Seconds left, never below zero; None without a limit."""
        if self.limits.seconds is None:
            return None
        return max(0.0, self.limits.seconds - (time.monotonic() - self._began))

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return self.left == 0.0

    @property
    def done(self) -> float:
        """The part of the seconds already used, from 0 to 1; 0 without a limit."""
        return 0.0 if self.limits.seconds is None else 1.0 - (self.left or 0.0) / self.limits.seconds

    def share(self, part: float) -> Limits:
        """Return limits for a stage that may use a part of the seconds left (at least a tenth of one)."""
        left = self.left
        return self.limits if left is None else replace(self.limits, seconds=max(0.1, left * part))

    def until(self, part: float) -> Limits:
        """Return limits for a stage that may run until that part of the seconds is used (at least a tenth of one)."""
        seconds = self.limits.seconds
        return self.limits if seconds is None else replace(self.limits, seconds=max(0.1, (part - self.done) * seconds))
