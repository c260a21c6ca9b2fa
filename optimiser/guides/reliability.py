"""The chance that a run is cancelled for want of a guide, and what that means for a child over a term."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimiser.guides.absence import AbsenceModel
from optimiser.guides.model.matching import augment
from optimiser.guides.problem import GuidesProblem
from optimiser.guides.solution import GuidesSolution
from optimiser.guides.standby import Mornings, draw


@dataclass(frozen=True, slots=True)
class RouteChance:
    """A route's chance of no guide on a morning, with a 95 % interval, and the expected mornings lost in a term."""

    route: str
    chance: float
    low: float
    high: float
    lost_in_term: float


@dataclass(frozen=True, slots=True)
class ChildChance:
    """A child's chance of at least one cancelled morning in a term, and how many to expect."""

    child: str
    any_in_term: float
    expected: float


def route_chances(
    problem: GuidesProblem,
    solution: GuidesSolution,
    model: AbsenceModel,
    *,
    standby: Sequence[str] | None = None,
    mornings: int = 4000,
    seed: int = 0,
    term_days: int = 65,
) -> tuple[RouteChance, ...]:
    """Return each required route's chance of going without, likeliest first.

    On each drawn morning the free guides (all of them, or those on ``standby``) cover as much as any matching can, the
    heaviest routes first; a route left is cancelled. The interval is Wilson's.
    """
    drawn = draw(problem, solution, model, mornings=mornings, seed=seed)
    chance = uncovered_share(drawn, standby)
    found = []
    for r, route in enumerate(drawn.routes):
        low, high = wilson(chance[r], mornings)
        found.append(RouteChance(route, float(chance[r]), low, high, float(chance[r]) * term_days))
    return tuple(sorted(found, key=lambda each: (-each.chance, each.route)))


def uncovered_share(drawn: Mornings, standby: Sequence[str] | None = None) -> npt.NDArray[np.float64]:
    """Return the share of drawn mornings on which each route is left, shape (routes,)."""
    holder = np.full(drawn.lost.shape, -1, dtype=np.int64)
    place = {guide: g for g, guide in enumerate(drawn.candidates)}
    for guide in drawn.candidates if standby is None else standby:
        if guide in place:
            augment(place[guide], drawn.edges, drawn.weight, drawn.lost, drawn.well, holder)
    left = drawn.lost[(drawn.lost >= 0) & (holder < 0)]
    return np.bincount(left, minlength=len(drawn.routes)) / max(1, drawn.count)


def child_chances(
    problem: GuidesProblem, chances: Sequence[RouteChance], *, term_days: int = 65
) -> tuple[ChildChance, ...]:
    """Return each child's chance over a term, mornings taken as alike and independent from day to day."""
    by_route: Mapping[str, float] = {each.route: each.chance for each in chances}
    found = {}
    for route, runs in problem.routes.items():
        p = by_route.get(route, 0.0)
        for run in runs:
            for child in run.children:
                found[child] = ChildChance(child, 1 - (1 - p) ** term_days, p * term_days)
    return tuple(sorted(found.values(), key=lambda each: (-each.expected, each.child)))


def brier(chances: Mapping[str, float], outcomes: Mapping[str, Sequence[bool]]) -> float:
    """Return the mean squared difference between a stated chance and what happened, over all routes and days."""
    total, count = 0.0, 0
    for route, days in outcomes.items():
        p = chances.get(route, 0.0)
        total += sum((p - float(day)) ** 2 for day in days)
        count += len(days)
    return total / max(1, count)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval for a share seen in ``count`` draws."""
    z2 = 1.96**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = 1.96 * float(np.sqrt(share * (1 - share) / count + z2 / (4 * count**2))) / (1 + z2 / count)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
