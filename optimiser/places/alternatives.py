"""Not one answer but several: the best different sets of closures, and the front of cost against travel."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result
from optimiser.core.units import Pence
from optimiser.places import costing
from optimiser.places.bounds import step_of
from optimiser.places.model import pricing
from optimiser.places.model.allocation import build, read, relax
from optimiser.places.model.rows import journeys
from optimiser.places.problem import Problem
from optimiser.places.solution import Solution
from optimiser.places.solver import solve, solve_built
from optimiser.places.verifier import closed_by_choice

NEAR_LEAST = 2e-3
"""How near the least travel, as a share of it, is near enough to space the budgets of a front."""


@dataclass(frozen=True)
class Alternative:
    """One answer among several: the bases it chose to close, its result, and its travel in seconds over all years."""

    closed: tuple[str, ...]
    result: Result[Solution]
    travel: int


def best_sets(
    problem: Problem, count: int, *, limits: Limits = Limits(), seed: int = 0, progress: Progress = ignore
) -> tuple[Alternative, ...]:
    """Return up to ``count`` different sets of closures, cheapest first; each is proved when its result is OPTIMAL.

    The limits' seconds are for all of them together. Fewer are returned when no other set is allowed, or time is out.
    """
    found: list[Alternative] = []
    for number, part in zip(range(count), _shares(limits), strict=False):
        ruled_out = tuple(each.closed for each in found)
        policy = replace(problem.policy, forbidden_sets=(*problem.policy.forbidden_sets, *ruled_out))
        result = solve(replace(problem, policy=policy), limits=part, seed=seed)
        if result.solution is None:
            break
        travel = costing.journey_seconds(problem, result.solution)
        found.append(Alternative(closed_by_choice(problem, result.solution), result, travel))
        if not progress(Step((number + 1) / count, f"{number + 1} of {count} sets of closures", _pence(result))):
            break
    return tuple(found)


def front(
    problem: Problem, points: int, *, limits: Limits = Limits(), seed: int = 0, progress: Progress = ignore
) -> tuple[Alternative, ...]:
    """Return a front of cost against travel, least travel first: the cheapest plan under each of evenly spaced budgets.

    The loosest budget is what the cheapest plan travels, the tightest one step above the least travel (known to
    ``NEAR_LEAST``); the very corner, where the last minute saved costs most, is left out. Each result is proved to the
    limits' gap, and a budget that changes nothing gives no point. One model serves every budget: only the right-hand
    side of its travel row changes, and its relaxation is solved from where the budget before left it.
    """
    parts = _shares(limits)
    cheapest = solve(problem, limits=next(parts, limits), seed=seed)
    if cheapest.solution is None:
        return ()
    most = costing.journey_seconds(problem, cheapest.solution)
    found = [Alternative(closed_by_choice(problem, cheapest.solution), cheapest, most)]
    near = replace(limits, gap=max(limits.gap, NEAR_LEAST))
    least = least_travel(problem, limits=replace(near, seconds=next(parts, limits).seconds), seed=seed)
    if least is None or least >= most:
        return tuple(found)
    columns = build(_within(problem, most))
    assert columns.budget is not None
    relaxed = relax(columns, seed=seed)
    for number in range(points - 1, 0, -1):
        part = next(parts, None)
        if part is None:
            break
        budget = least + (most - least) * number // points
        if found[-1].travel <= budget:
            continue
        columns.problem = _within(problem, budget)
        columns.model.row_upper[columns.budget] = float(budget)
        relaxed.limit(columns.budget, upper=float(budget))
        result = solve_built(columns, limits=part, seed=seed, relaxed=relaxed)
        if result.solution is None:
            continue
        travel = costing.journey_seconds(problem, result.solution)
        found.append(Alternative(closed_by_choice(problem, result.solution), result, travel))
        if not progress(Step((points - number) / points, "cost against travel", _pence(result))):
            break
    return tuple(reversed(found))


def _within(problem: Problem, budget: int) -> Problem:
    return replace(problem, policy=replace(problem.policy, travel_budget=budget))


def least_travel(problem: Problem, *, limits: Limits = Limits(), seed: int = 0) -> int | None:
    """Return the travel, seconds over all years, of a plan that travels least, to the limits' gap; None without one."""
    columns = build(problem)
    seconds = journeys(columns)
    step = step_of(seconds.values())
    weights = [seconds.get(column, 0.0) / step for column in range(len(columns.model.cost))]
    answer = pricing.solve(replace(columns.model, cost=weights, offset=0.0), limits, seed=seed)
    return None if answer.values is None else costing.journey_seconds(problem, read(columns, answer.values))


def _pence(result: Result[Solution]) -> Pence | None:
    return None if result.cost is None else Pence(result.cost)


def _shares(limits: Limits) -> Iterator[Limits]:
    """Yield limits for one solve after another, until the seconds for all of them are spent."""
    began = monotonic()
    while True:
        if limits.seconds is None:
            yield limits
            continue
        left = limits.seconds - (monotonic() - began)
        if left <= 0.1:
            return
        yield replace(limits, seconds=left)
