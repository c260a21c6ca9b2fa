"""How often guides are away: fitted from the council's own record, and drawn as days that share a bad morning."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from optimiser.guides.problem import AbsenceDay, Guide

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AbsenceModel:
    """Each guide's own rate, times a weekday and a month factor, times a factor that all share on one day.

    ``rate`` is by guide id; ``weekday`` has Monday first; ``month`` January first; ``flu`` is the coefficient of
    variation of the shared day factor (0 means that guides fall ill independently). ``usual`` serves unknown guides.
    """

    rate: Mapping[str, float]
    usual: float
    weekday: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)
    month: tuple[float, ...] = (1.0,) * 12
    flu: float = 0.0
    guide_days: int = 0
    notes: tuple[str, ...] = field(default_factory=tuple)

    def rates_on(self, guides: Iterable[str], day: date | None = None) -> Floats:
        """Return each guide's chance of being away on a day (an average day when None), before the day factor."""
        own = np.array([self.rate.get(guide, self.usual) for guide in guides], dtype=np.float64)
        factor = 1.0 if day is None else self.weekday[min(day.weekday(), 4)] * self.month[day.month - 1]
        return np.minimum(0.95, own * factor)

    def draw(self, guides: Iterable[str], *, days: int, seed: int, day: date | None = None) -> Bools:
        """Return who is away on each of ``days`` drawn days, shape (days, guides)."""
        rng = np.random.default_rng(seed)
        rates = self.rates_on(guides, day)
        shared = day_factors(rng, self.flu, days)
        return rng.random((days, len(rates))) < np.minimum(0.95, rates[None, :] * shared[:, None])


def day_factors(rng: np.random.Generator, flu: float, days: int) -> Floats:
    """Return the factor that all guides share on each day: gamma, mean 1, coefficient of variation ``flu``."""
    if flu <= 0:
        return np.ones(days)
    return rng.gamma(1 / flu**2, flu**2, size=days)


def flu_for_correlation(rate: float, correlation: float) -> float:
    """Return the day factor's coefficient of variation that gives a same-day correlation between two guides.

    Two guides of rate p under a factor F have covariance p^2 var(F) and variance p(1-p).
    """
    return math.sqrt(correlation * (1 - rate) / rate)


def fit(guides: Iterable[Guide]) -> AbsenceModel:
    """Return the model fitted from guides' records; gaps are only fewer days, and are noted.

    Each rate is the mean of a Beta posterior whose prior is fitted to all guides by moments, so a short record leans on
    the others. Weekday and month factors are ratios with 200 usual guide-days added. The shared day factor's variance
    is what the daily counts vary beyond chance. A day written twice counts once; where the two disagree, absent.
    """
    people = tuple(guides)
    records = {guide.id: _once(guide.history) for guide in people}
    notes = _gaps(people, records)
    days = sum(len(record) for record in records.values())
    away = sum(sum(record.values()) for record in records.values())
    if days == 0:
        return AbsenceModel({}, 0.07, notes=("No absence history: 7 % a day assumed.", *notes))
    usual = (away + 0.7) / (days + 10)
    a, b = _prior(records, usual)
    rate = {id: (a + sum(record.values())) / (a + b + len(record)) for id, record in records.items()}
    weekday = _factors(records, usual, [lambda d, k=k: d.weekday() == k for k in range(5)])
    month = _factors(records, usual, [lambda d, k=k: d.month == k for k in range(1, 13)])
    flu = _shared(records, rate, weekday, month)
    return AbsenceModel(rate, usual, weekday, month, flu, days, notes)


def _once(history: tuple[AbsenceDay, ...]) -> dict[date, bool]:
    found: dict[date, bool] = {}
    for each in history:
        found[each.day] = found.get(each.day, False) or each.absent
    return found


def _gaps(people: tuple[Guide, ...], records: Mapping[str, Mapping[date, bool]]) -> tuple[str, ...]:
    longest = max((len(record) for record in records.values()), default=0)
    short = sorted(id for id, record in records.items() if len(record) < longest / 2)
    twice = sorted(g.id for g in people if len(records[g.id]) < len(g.history))
    notes = []
    if short:
        shown = ", ".join(short[:5]) + (" and others" if len(short) > 5 else "")
        one = len(short) == 1
        have = "1 guide has gaps in their history and leans" if one else f"{len(short)} guides have gaps and lean"
        notes.append(f"{have} on the usual rate: {shown}.")
    if twice:
        have = "1 guide has" if len(twice) == 1 else f"{len(twice)} guides have"
        notes.append(f"{have} a day written twice, counted once: {', '.join(twice[:5])}.")
    return tuple(notes)


def _prior(records: Mapping[str, Mapping[date, bool]], usual: float) -> tuple[float, float]:
    """Return the Beta prior by the method of moments; a strong one when guides do not differ beyond chance."""
    long = [record for record in records.values() if len(record) >= 20]
    if len(long) < 3:
        return usual * 50, (1 - usual) * 50
    shares = np.array([sum(record.values()) / len(record) for record in long])
    sizes = np.array([len(record) for record in long])
    chance = usual * (1 - usual) * float(np.mean(1 / sizes))
    spread = max(1e-6, float(shares.var(ddof=1)) - chance)
    strength = min(2_000.0, max(5.0, usual * (1 - usual) / spread - 1))
    return usual * strength, (1 - usual) * strength


def _factors(records: Mapping[str, Mapping[date, bool]], usual: float, kinds: list[object]) -> tuple[float, ...]:
    found = []
    for kind in kinds:
        chosen = [gone for record in records.values() for day, gone in record.items() if kind(day)]  # type: ignore[operator]
        found.append((sum(chosen) + 200 * usual) / (len(chosen) + 200) / usual)
    return tuple(found)


def _shared(
    records: Mapping[str, Mapping[date, bool]],
    rate: Mapping[str, float],
    weekday: tuple[float, ...],
    month: tuple[float, ...],
) -> float:
    """Return the coefficient of variation of the day factor, from how far daily counts stray beyond chance."""
    expected: dict[date, float] = {}
    chance: dict[date, float] = {}
    seen: dict[date, int] = {}
    for id, record in records.items():
        for day, gone in record.items():
            p = min(0.95, rate[id] * weekday[min(day.weekday(), 4)] * month[day.month - 1])
            expected[day] = expected.get(day, 0.0) + p
            chance[day] = chance.get(day, 0.0) + p * (1 - p)
            seen[day] = seen.get(day, 0) + gone
    days = [day for day in seen if expected[day] >= 2]
    if len(days) < 20:
        return 0.0
    over = sum((seen[d] - expected[d]) ** 2 - chance[d] for d in days)
    return math.sqrt(max(0.0, over / sum(expected[d] ** 2 for d in days)))
