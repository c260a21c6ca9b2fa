"""Multipliers from the council's own timed journeys, with what they miss and how far mornings spread."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.travel.source import Band, Multipliers

LEAST_JOURNEYS = 20
"""Fewer timed journeys than this in a band leave its multiplier as it was."""


@dataclass(frozen=True)
class Timed:
    """One leg that was timed: free-flow seconds by the engine, seconds it really took, and when."""

    free_flow: int
    actual: int
    band: Band


@dataclass(frozen=True)
class BandFit:
    """A band's fit: journeys used and set aside, the multiplier, the mean miss as a share, and the spread.

    ``spread`` is the standard deviation of the natural logarithm of actual over fitted time, which is what a model of
    lateness draws from. ``multiplier`` None means that there were too few journeys.
    """

    band: Band
    journeys: int
    set_aside: int
    multiplier: float | None
    miss: float | None
    spread: float | None

    @property
    def sentence(self) -> str:
        """The fit in one line."""
        if self.multiplier is None:
            return f"{self.band.value}: {self.journeys} timed journeys, too few to calibrate (need {LEAST_JOURNEYS})"
        return (
            f"{self.band.value}: x {self.multiplier:.2f} from {self.journeys} timed journeys, {self.miss:.0%} off on "
            f"average, spread {self.spread:.2f}; {self.set_aside} set aside as impossible"
        )


@dataclass(frozen=True)
class Calibration:
    """The fits, band by band, and the multipliers to use from now on."""

    multipliers: Multipliers
    fits: tuple[BandFit, ...]


def calibrate(journeys: Sequence[Timed], *, start: Multipliers | None = None) -> Calibration:
    """Return multipliers fitted to timed journeys; a band with too few keeps the multiplier it had.

    The multiplier is the median of actual over free-flow time, which one broken-down bus does not move. Journeys under
    a minute, or taking less than half or more than six times the free-flow time, are set aside and counted.
    """
    now = start or Multipliers()
    fits = tuple(_fit(band, [each for each in journeys if each.band is band]) for band in Band)
    fitted = {fit.band.value: round(fit.multiplier, 3) for fit in fits if fit.multiplier is not None}
    if fitted:
        used = sum(fit.journeys for fit in fits if fit.multiplier is not None)
        bands = ", ".join(fitted)
        now = replace(now, **fitted, basis=f"calibrated on {used:,} timed journeys ({bands})")
    return Calibration(now, fits)


def _fit(band: Band, journeys: Sequence[Timed]) -> BandFit:
    free = np.array([each.free_flow for each in journeys], float)
    took = np.array([each.actual for each in journeys], float)
    good = (free >= 60) & (took >= 60)
    good[good] = (took[good] / free[good] >= 0.5) & (took[good] / free[good] <= 6)
    aside = len(journeys) - int(good.sum())
    free, took = free[good], took[good]
    if len(free) < LEAST_JOURNEYS:
        return BandFit(band, len(free), aside, None, None, None)
    multiplier = float(np.median(took / free))
    miss = float(np.mean(np.abs(free * multiplier - took) / took))
    spread = float(np.std(np.log(took / (free * multiplier))))
    return BandFit(band, len(free), aside, multiplier, miss, spread)
