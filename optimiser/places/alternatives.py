"""Not one answer but several: the best different sets of closures."""

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
    """One answer among several: the bases it chose to close, its result, its travel in seconds and its moves.

    Travel and moves are over all years; ``cap`` is the most moves that it was allowed, None for any number.
    """

    closed: tuple[str, ...]
    result: Result[Solution]
    travel: int
    moves: int = 0
    cap: int | None = None


def alternative(problem: Problem, result: Result[Solution]) -> Alternative:
    """Return a result, which must have a plan, as one answer among several."""
    assert result.solution is not None
    plan = result.solution
    travel, moves = costing.journey_seconds(problem, plan), costing.moves_made(problem, plan)
    return Alternative(closed_by_choice(problem, plan), result, travel, moves, problem.policy.max_moves)


def best_sets(
    problem: Problem, count: int, *, limits: Limits = Limits(), seed: int = 0, progress: Progress = ignore
) -> tuple[Alternative, ...]:
    """Return up to ``count`` different sets of closures, cheapest first; each is proved when its result is OPTIMAL.

    The limits' seconds are for all of them together. Fewer are returned when no other set is allowed, or time is out.
    """
    found: list[Alternative] = []
    for number, part in zip(range(count), in_turn(limits), strict=False):
        ruled_out = tuple(each.closed for each in found)
        policy = replace(problem.policy, forbidden_sets=(*problem.policy.forbidden_sets, *ruled_out))
        result = solve(replace(problem, policy=policy), limits=part, seed=seed)
        if result.solution is None:
            break
        found.append(alternative(problem, result))
        if not progress(Step((number + 1) / count, f"{number + 1} of {count} sets of closures", pence_of(result))):
            break
    return tuple(found)


def pence_of(result: Result[Solution]) -> Pence | None:
    """Return a result's cost in pence, None without a plan."""
    return None if result.cost is None else Pence(result.cost)


def in_turn(limits: Limits) -> Iterator[Limits]:
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
