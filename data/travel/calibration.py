"""Multipliers from the council's own timed journeys, with what they miss and how far ordinary days spread."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data.travel.source import NOT_CALIBRATED, Band, Multipliers, TravelFailed
from data.travel.whole import written_whole

LEAST_JOURNEYS = 20
"""Fewer timed journeys than this in a band leave its multiplier as it was."""
LEAST_DAYS = 5
"""The spread from day to day is told apart from that of one journey when there are this many days."""
FORMAT = 1
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Timed:
    """One journey that was timed: free-flow seconds by the engine, seconds it really took, and when.

    Boarding and waiting are no part of either. ``day`` tells traffic that slowed everybody from one slow journey;
    ``legs`` is how many legs were driven, over which the luck of each evens out.
    """

    free_flow: int
    actual: int
    band: Band
    day: date | None = None
    legs: int = 1


@dataclass(frozen=True)
class BandFit:
    """A band's fit: journeys used and set aside, the multiplier, the mean miss as a share, and the spread.

    ``spread`` is the standard deviation of the natural logarithm of actual over fitted time. ``traffic`` is the
    coefficient of variation that a whole day's journeys share, and ``leg`` that of one leg besides, which is what the
    model of lateness draws from; both are None without five days. ``quantiles`` are actual over fitted time at the
    5th, 25th, 75th and 95th percentile. ``multiplier`` None means that there were too few journeys.
    """

    band: Band
    journeys: int
    set_aside: int
    multiplier: float | None = None
    miss: float | None = None
    spread: float | None = None
    traffic: float | None = None
    leg: float | None = None
    quantiles: tuple[float, ...] = ()

    @property
    def sentence(self) -> str:
        """The fit in one line."""
        aside = f"; {self.set_aside} set aside as impossible" if self.set_aside else ""
        if self.multiplier is None:
            need = f"too few to calibrate (need {LEAST_JOURNEYS})"
            return f"{self.band.value}: {self.journeys} timed journeys, {need}{aside}"
        low, _, _, high = self.quantiles
        days = "" if self.traffic is None or self.leg is None else f", day {self.traffic:.0%}, leg {self.leg:.0%}"
        return (
            f"{self.band.value}: x {self.multiplier:.2f} from {self.journeys} timed journeys, {self.miss:.0%} off on "
            f"average, nine in ten between {low - 1:+.0%} and {high - 1:+.0%}, spread {self.spread:.2f}{days}{aside}"
        )


@dataclass(frozen=True)
class Calibration:
    """The fits, band by band, the multipliers to use from now on, and the engine whose free flow they multiply."""

    multipliers: Multipliers
    fits: tuple[BandFit, ...]
    engine: str = ""
    made: date | None = None

    def spread(self, band: Band) -> tuple[float, float] | None:
        """Return the coefficients of variation of a day's traffic and of a leg, or None where nobody has measured."""
        for fit in self.fits:
            if fit.band is band and fit.traffic is not None and fit.leg is not None:
                return fit.traffic, fit.leg
        return None

    def multipliers_for(self, engine: str) -> Multipliers:
        """Return the multipliers for an engine; those of another engine are not used, and the label says so."""
        if engine == self.engine:
            return self.multipliers
        return Multipliers(basis=f"{NOT_CALIBRATED} on this source of roads")

    def save(self, path: Path) -> None:
        """Write the calibration as one file, whole or not at all."""
        held = {
            "format": FORMAT,
            "engine": self.engine,
            "made": self.made.isoformat() if self.made else None,
            "multipliers": asdict(self.multipliers),
            "fits": [asdict(fit) | {"band": fit.band.value} for fit in self.fits],
        }
        with written_whole(path) as out:
            out.write((json.dumps(held, indent=2) + "\n").encode("utf-8"))

    @classmethod
    def load(cls, path: Path) -> "Calibration":
        """Return a calibration that was saved; raises TravelFailed for any other file."""
        try:
            held = json.loads(path.read_text("utf-8"))
            if held["format"] != FORMAT:
                raise TravelFailed(f"{path.name} was made by another version: run sendopt roads calibrate again")
            multipliers = Multipliers(**held["multipliers"] | {"fitted": tuple(held["multipliers"]["fitted"])})
            fits = tuple(
                BandFit(**fit | {"band": Band(fit["band"]), "quantiles": tuple(fit["quantiles"])})
                for fit in held["fits"]
            )
            return cls(multipliers, fits, held["engine"], date.fromisoformat(held["made"]) if held["made"] else None)
        except TravelFailed:
            raise
        except Exception as error:
            raise TravelFailed(f"{path.name} is not a calibration ({error}): run sendopt roads calibrate") from error


def calibrate(
    journeys: Sequence[Timed],
    *,
    start: Multipliers | None = None,
    engine: str = "",
    made: date | None = None,
    said: str = "",
) -> Calibration:
    """Return multipliers fitted to timed journeys; a band with too few keeps the multiplier it had.

    The multiplier is the median of actual over free-flow time, which one broken-down bus does not move. Journeys under
    a minute, or taking less than half or more than six times the free-flow time, are set aside and counted. ``engine``
    is the fingerprint of the source of free-flow times, ``said`` the day of the calibration as a person writes it.
    """
    now = start or Multipliers()
    fits = tuple(_fit(band, [each for each in journeys if each.band is band]) for band in Band)
    fitted = {fit.band.value: round(fit.multiplier, 3) for fit in fits if fit.multiplier is not None}
    if fitted:
        used = sum(fit.journeys for fit in fits if fit.multiplier is not None)
        words = f"calibrated{f' {said}' if said else ''} on {used:,} timed journeys"
        now = replace(now, **fitted, fitted=tuple(fitted), basis=words)
    return Calibration(now, fits, engine, made)


def _fit(band: Band, journeys: Sequence[Timed]) -> BandFit:
    free = np.array([each.free_flow for each in journeys], float)
    took = np.array([each.actual for each in journeys], float)
    good = (free >= 60) & (took >= 60)
    good[good] = (took[good] / free[good] >= 0.5) & (took[good] / free[good] <= 6)
    aside = len(journeys) - int(good.sum())
    free, took = free[good], took[good]
    if len(free) < LEAST_JOURNEYS:
        return BandFit(band, len(free), aside)
    used = [journey for journey, usable in zip(journeys, good.tolist(), strict=True) if usable]
    multiplier = float(np.median(took / free))
    miss = float(np.mean(np.abs(free * multiplier - took) / took))
    logs = np.log(took / (free * multiplier))
    quantiles = tuple(round(float(each), 3) for each in np.exp(np.quantile(logs, (0.05, 0.25, 0.75, 0.95))))
    traffic, leg = _day_and_leg(logs, used)
    return BandFit(band, len(free), aside, multiplier, miss, float(np.std(logs)), traffic, leg, quantiles)


def _day_and_leg(logs: Floats, journeys: Sequence[Timed]) -> tuple[float | None, float | None]:
    """Return the coefficients of variation of a day's traffic and of one leg, by the analysis of variance of one way.

    The mean square within days is one journey's; what the mean square between days has over it is the day's, times
    the usual effective number of journeys a day. A journey of n legs spreads 1/sqrt(n) of what one leg does.
    """
    days = [each.day for each in journeys]
    names = sorted({day for day in days if day is not None})
    if None in days or len(names) < LEAST_DAYS or len(logs) <= len(names):
        return None, None
    of = np.array([names.index(day) for day in days if day is not None])
    size = np.bincount(of).astype(float)
    mean = np.bincount(of, logs) / size
    within = float(np.sum((logs - mean[of]) ** 2)) / (len(logs) - len(names))
    between = float(np.sum(size * (mean - logs.mean()) ** 2)) / (len(names) - 1)
    each = (len(logs) - float(np.sum(size**2)) / len(logs)) / (len(names) - 1)
    day = max(0.0, (between - within) / each)
    legs = 1 / float(np.mean([1 / max(1, one.legs) for one in journeys]))
    return round(float(np.sqrt(np.expm1(day))), 4), round(float(np.sqrt(np.expm1(within * legs))), 4)
