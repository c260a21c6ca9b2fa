"""Not one answer but several: the best different sets of closures, and the front of cost against travel."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result
from optimiser.core.units import Pence
from optimiser.places import costing
from optimiser.places.problem import Problem
from optimiser.places.solution import Solution
from optimiser.places.solver import solve
from optimiser.places.verifier import closed_by_choice


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

    The ends are the plan of least travel and the cheapest plan. Each result is proved to the limits' gap.
    """
    parts = _shares(limits)
    cheapest = solve(problem, limits=next(parts, limits), seed=seed)
    if cheapest.solution is None:
        return ()
    most = costing.journey_seconds(problem, cheapest.solution)
    least = least_travel(problem, limits=next(parts, limits), seed=seed)
    found = [Alternative(closed_by_choice(problem, cheapest.solution), cheapest, most)]
    start: Solution | None = cheapest.solution
    for number in range(points - 2, -1, -1):
        part = next(parts, None)
        if part is None or least is None or least >= most:
            break
        budget = least + (most - least) * number // (points - 1)
        tighter = replace(problem, policy=replace(problem.policy, travel_budget=budget))
        result = solve(tighter, limits=part, seed=seed, start=start)
        if result.solution is None:
            continue
        start = result.solution
        travel = costing.journey_seconds(problem, result.solution)
        found.append(Alternative(closed_by_choice(problem, result.solution), result, travel))
        if not progress(Step((points - number) / points, "cost against travel", _pence(result))):
            break
    return tuple(reversed(found))


def least_travel(problem: Problem, *, limits: Limits = Limits(), seed: int = 0) -> int | None:
    """Return the least travel, seconds over all years, that any plan within the policy has; None when none is found."""
    from optimiser.places.model.allocation import build, read

    columns = build(problem)
    weights = [0.0] * len(columns.model.cost)
    for number, stay in enumerate(columns.stays):
        pupil = problem.pupil[stay.pupil]
        for base_id, column in columns.at[number].items():
            weights[column] = float(stay.years * problem.seconds(pupil, problem.base[base_id]))
        weights[columns.out[number]] = float(stay.years * problem.policy.outside_seconds)
    columns.model.cost, columns.model.offset = weights, 0.0
    answer = columns.model.solve(limits, seed=seed)
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
