"""The time a proof was given: how much is left of it, and whether a share of it is gone."""

import math
from collections.abc import Callable

from optimiser.core.limits import Limits

IN_HAND = 0.94
"""The share of the time given that is used, so that what cannot be stopped at once still ends within it."""


class Allowance:
    """Seconds of some clock, counted from when it was made; without end when no seconds are given."""

    def __init__(self, seconds: float | None, clock: Callable[[], float]) -> None:
        self._clock, self._began = clock, clock()
        self._given = math.inf if seconds is None else IN_HAND * seconds
        self.share = 1.0

    def left(self) -> float:
        """Return the seconds left of the share that may be used now; infinite when no limit was given."""
        return self.share * self._given - (self._clock() - self._began)

    def over(self) -> bool:
        """Whether the share of the time that may be used now is gone."""
        return self.left() <= 0

    def limits(self, *, part: float = 1.0, work: int | None = None) -> Limits | None:
        """Return limits for a solver: a part of the time left, and its own work; None when no time is left."""
        left = part * self.left()
        if left <= 0:
            return None
        return Limits(seconds=None if math.isinf(left) else left, work=work)
