"""How many should stand by: exact curves from the absence model, one pool or one an area, before who and where."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimiser.guides.absence import AbsenceModel

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PoolPoint:
    """What a pool of one size leaves: uncovered guides a day with a 95 % interval, the days that are fully covered,
    children left a day, and pence a day of pool and of leaving runs out.
    """

    size: int
    uncovered: float
    low: float
    high: float
    days_covered: float
    children: float
    pool_cost: int
    uncovered_cost: int


def binomial(people: int, rate: float) -> Floats:
    """Return the chance of 0, 1, ... people away when each is away independently, shape (people + 1,)."""
    k = np.arange(people + 1)
    logs = np.array([_log_choose(people, int(i)) for i in k]) + k * math.log(rate) + (people - k) * math.log1p(-rate)
    return np.asarray(np.exp(logs), dtype=np.float64)


def beta_binomial(people: int, rate: float, correlation: float) -> Floats:
    """Return the chance of 0, 1, ... people away when any two share a correlation (the beta-binomial law)."""
    if correlation <= 0:
        return binomial(people, rate)
    strength = (1 - correlation) / correlation
    a, b = rate * strength, (1 - rate) * strength
    base = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    logs = [
        _log_choose(people, k) + math.lgamma(k + a) + math.lgamma(people - k + b) - math.lgamma(people + a + b) - base
        for k in range(people + 1)
    ]
    return np.asarray(np.exp(logs), dtype=np.float64)


def poisson_binomial(rates: Sequence[float]) -> Floats:
    """Return the chance of 0, 1, ... people away when each has their own rate, independently."""
    law = np.ones(1)
    for rate in rates:
        law = np.append(law, 0.0) * (1 - rate) + np.append(0.0, law) * rate
    return law


def law_of(model: AbsenceModel, guides: Sequence[str], *, steps: int = 80) -> Floats:
    """Return the chance of 0, 1, ... guides away on an average day, the shared day factor averaged over its quantiles.

    The factor is gamma; ``steps`` equally likely values of it are used, each the mean of its own slice, by sampling a
    fixed large grid (seed 0), so the law is the same every time.
    """
    rates = model.rates_on(guides)
    if model.flu <= 0:
        return poisson_binomial(rates.tolist())
    from scipy.stats import gamma

    shape, scale = 1 / model.flu**2, model.flu**2
    edges = gamma.ppf(np.linspace(0, 1, steps + 1), shape, scale=scale)
    means = np.diff(gamma.cdf(edges, shape + 1, scale=scale)) * steps
    laws = [poisson_binomial(np.minimum(0.95, rates * factor).tolist()) for factor in means]
    return np.asarray(np.mean(laws, axis=0), dtype=np.float64)


def pool_for(law: Floats, share: float) -> int:
    """Return the smallest pool that leaves nobody uncovered on at least a share of days."""
    return int(np.searchsorted(np.cumsum(law), share - 1e-12))


def uncovered(law: Floats, size: int) -> float:
    """Return the mean number of absent guides beyond a pool of one size, a day."""
    away = np.arange(len(law))
    return float((np.maximum(0, away - size) * law).sum())


def pools_by_area(areas: Mapping[str, int], rate: float, share: float, *, correlation: float = 0.0) -> dict[str, int]:
    """Return each area's own pool when areas do not lend: the people of each, and the share of days each must cover."""
    return {area: pool_for(beta_binomial(people, rate, correlation), share) for area, people in areas.items()}


def to_employ(present: int, rate: float) -> int:
    """Return how many to employ so that ``present`` stand by on average, since they fall ill too."""
    return round(present / (1 - rate))


def curve(
    law: Floats,
    sizes: Sequence[int],
    *,
    days: int,
    seed: int,
    pay: int,
    price: int,
    children: float,
) -> tuple[PoolPoint, ...]:
    """Return the curve of pool size against what is left, in order of size.

    Means are exact from the law; the interval is what the average of ``days`` drawn days would fall in 95 times in 100.
    ``pay`` and ``price`` are pence a day per guide standing by and per run left; ``children`` is the mean per run.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(law), size=days, p=law / law.sum())
    found = []
    for size in sizes:
        left = np.maximum(0, drawn - size)
        mean = uncovered(law, size)
        half = 1.96 * float(left.std(ddof=1)) / math.sqrt(days)
        covered = float(law[: size + 1].sum())
        found.append(
            PoolPoint(
                size,
                mean,
                max(0.0, float(left.mean()) - half),
                float(left.mean()) + half,
                covered,
                mean * children,
                size * pay,
                round(mean * price),
            )
        )
    return tuple(found)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
