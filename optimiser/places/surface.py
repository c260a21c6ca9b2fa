"""The front of cost, travel and moves: the cheapest plan under budgets of travel, for several caps on pupils moved."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from optimiser.core.limits import Limits
from optimiser.core.mip import Relaxation
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result
from optimiser.places.alternatives import Alternative, alternative, in_turn, pence_of
from optimiser.places.frontier import Point, divide, each_point, merged, spaced, workers
from optimiser.places.model.allocation import build
from optimiser.places.model.columns import Columns
from optimiser.places.model.rows import journeys
from optimiser.places.problem import Problem
from optimiser.places.solution import Solution
from optimiser.places.solver import solve_built

POINTS, LEVELS = 15, 3
"""How many points a front of three measures has when nothing else is said, and over how many caps on moves."""

Ends = tuple[Result[Solution], int | None]
"""The cheapest plan and travel that no plan goes below, seconds; None for the travel when nothing is allowed."""


def surface(
    problem: Problem,
    points: int = POINTS,
    *,
    levels: int = LEVELS,
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
) -> tuple[Alternative, ...]:
    """Return a front of cost, travel and moves: about ``points`` plans over ``levels`` caps on moves, loosest first.

    The first level caps moves as the policy does; the others lie evenly between the moves of the cheapest plan and the
    fewest that the relaxation allows. Within a level the budgets of travel lie evenly between what its cheapest plan
    travels and the least that the relaxation allows; the corners themselves are left out, and a budget that no plan
    keeps or that changes nothing gives no point. Each cost is proved to the limits' gap for its budget and cap, so no
    plan that travels no more and moves no more pupils costs less by more than that gap; a point that another one
    found is at least as good in all three is left out.
    """
    each = max(1, points // levels)
    turns = in_turn(limits)
    with workers(limits.processes) as pool:
        firsts = _levels(problem, levels, limits, turns, seed, pool)
        shares = [
            share
            for capped, first, least in firsts
            if least is not None and least < first.travel
            for share in divide(capped, spaced(least, first.travel, each), seed)
        ]
        found: list[Point] = []
        for point in each_point(shares, turns, limits.processes, pool):
            found.append(point)
            done = min(1.0, (len(firsts) + len(found)) / points)
            if not progress(Step(done, "cost against travel and moves", pence_of(point[1].result))):
                break
    kept = [
        one
        for _, first, _ in firsts
        for one in merged(first, [point for point in found if point[1].cap == first.cap])
    ]  # fmt: skip
    return tuple(one for number, one in enumerate(kept) if not _beaten(one, kept[:number], kept[number + 1 :]))


def ends(problem: Problem, limits: Limits, seed: int) -> Ends:
    """Return the cheapest plan of a problem and travel that no plan of it goes below."""
    columns = build(problem)
    least = _relaxed(columns, journeys(columns), seed)
    if least is None:
        return solve_built(columns, limits=limits, seed=seed), None
    return solve_built(columns, limits=limits, seed=seed), math.ceil(least - 1e-6)


def fewest_moves(problem: Problem, *, seed: int = 0) -> int:
    """Return a number of moves, over all years, that no plan goes below; 0 when the policy allows no plan."""
    most = problem.policy.max_moves
    most = len(problem.stays) if most is None else most
    columns = build(replace(problem, policy=replace(problem.policy, max_moves=most)))
    assert columns.moves is not None
    model = columns.model
    cells = slice(model.row_start[columns.moves], [*model.row_start, len(model.row_index)][columns.moves + 1])
    weights = dict(zip(model.row_index[cells], model.row_value[cells], strict=True))
    kept = most - model.row_upper[columns.moves]
    least = _relaxed(columns, weights, seed)
    return 0 if least is None else max(0, math.ceil(least + kept - 1e-6))


def _relaxed(columns: Columns, weights: dict[int, float], seed: int) -> float | None:
    """Return the least that some columns weighed can add up to in the relaxation."""
    cost = [weights.get(column, 0.0) for column in range(len(columns.model.cost))]
    return Relaxation(replace(columns.model, cost=cost, offset=0.0), seed=seed).solve().objective


def _levels(
    problem: Problem,
    levels: int,
    limits: Limits,
    turns: Iterator[Limits],
    seed: int,
    pool: ProcessPoolExecutor | None,
) -> list[tuple[Problem, Alternative, int | None]]:
    """Return each capped problem that has a plan, with its cheapest and its least travel, loosest first."""
    limits = replace(next(turns, limits), processes=1)
    asked = None if pool is None else pool.submit(ends, problem, limits, seed)
    # A copy, because a problem gathers what it looks up, which must not happen while it is sent to a child.
    fewest = fewest_moves(replace(problem), seed=seed)
    whole = ends(problem, limits, seed) if asked is None else asked.result()
    if whole[0].solution is None:
        return []
    most = alternative(problem, whole[0]).moves
    caps = list(dict.fromkeys(spaced(fewest, most, levels))) if fewest < most else []
    capped = [replace(problem, policy=replace(problem.policy, max_moves=cap)) for cap in caps]
    limits = replace(next(turns, replace(limits, seconds=0.1)), processes=1)
    if pool is None:
        more = [ends(each, limits, seed) for each in capped]
    else:
        more = [each.result() for each in [pool.submit(ends, replace(each), limits, seed) for each in capped]]
    return [
        (each, alternative(each, result), least)
        for each, (result, least) in zip((problem, *capped), (whole, *more), strict=True)
        if result.solution is not None
    ]


def _beaten(one: Alternative, before: Sequence[Alternative], after: Sequence[Alternative]) -> bool:
    """Return whether another point is at least as good in cost, travel and moves; of two alike the first stays."""

    def measures(each: Alternative) -> tuple[int, int, int]:
        return each.result.cost or 0, each.travel, each.moves

    mine = measures(one)

    def as_good(other: Alternative) -> bool:
        return all(theirs <= own for theirs, own in zip(measures(other), mine, strict=True))

    return any(as_good(each) for each in before) or any(as_good(each) and measures(each) != mine for each in after)
