"""The front of cost against travel: the cheapest plan under each of evenly spaced budgets of travel."""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context

from optimiser.core.limits import Limits
from optimiser.core.processes import end_with_parent
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result
from optimiser.places import costing
from optimiser.places.alternatives import Alternative, alternative, in_turn, pence_of
from optimiser.places.bounds import step_of
from optimiser.places.model import pricing
from optimiser.places.model.allocation import build, read, relax
from optimiser.places.model.rows import journeys
from optimiser.places.problem import Problem
from optimiser.places.solution import Solution
from optimiser.places.solver import solve, solve_built, warm

NEAR_LEAST = 2e-3
"""How near the least travel, as a share of it, is near enough to space the budgets of a front."""
TOGETHER = 4
"""How many neighbouring points share a model; the tightest, which is by far the hardest, has one to itself."""

Point = tuple[int, Alternative]
"""A budget of travel in seconds and the cheapest plan found within it."""


@dataclass(frozen=True)
class Share:
    """Neighbouring budgets, loosest first, whose points are worked out from one model kept warm."""

    problem: Problem
    budgets: tuple[int, ...]
    seed: int


def front(
    problem: Problem, points: int, *, limits: Limits = Limits(), seed: int = 0, progress: Progress = ignore
) -> tuple[Alternative, ...]:
    """Return a front of cost against travel, least travel first: the cheapest plan under each of evenly spaced budgets.

    The loosest budget is what the cheapest plan travels, the tightest one step above the least travel (known to
    ``NEAR_LEAST``); the very corner, where the last minute saved costs most, is left out. Each result is proved to the
    limits' gap, and a budget that changes nothing gives no point. Neighbouring budgets share a model of which only
    the right-hand side of the travel row changes, so its relaxation is solved from where the one before left it. The
    shares are the same whatever ``limits.processes`` is, and so are the answers unless ``limits.seconds`` runs out.
    """
    with workers(limits.processes) as pool:
        turns = in_turn(limits)
        cheapest, least = _ends(problem, next(turns, limits), seed, pool)
        if cheapest.solution is None:
            return ()
        first = alternative(problem, cheapest)
        if least is None or least >= first.travel:
            return (first,)
        shares = divide(problem, spaced(least, first.travel, points), seed)
        found: list[Point] = []
        for point in each_point(shares, turns, limits.processes, pool):
            found.append(point)
            told = Step(min(1.0, len(found) / points), "cost against travel", pence_of(point[1].result))
            if not progress(told):
                break
    return merged(first, found)


def spaced(least: int, most: int, points: int) -> list[int]:
    """Return evenly spaced budgets between two ends, loosest first, neither end among them."""
    return [least + (most - least) * number // points for number in range(points - 1, 0, -1)]


def divide(problem: Problem, budgets: Sequence[int], seed: int) -> list[Share]:
    """Return the shares of a front's budgets, loosest first; they do not depend on the number of processes."""
    rest, last = budgets[:-1], budgets[-1:]
    cuts = [rest[at : at + TOGETHER] for at in range(0, len(rest), TOGETHER)]
    # A copy each, because a problem gathers what it looks up, which must not happen while it is sent to a child.
    return [Share(replace(problem), tuple(cut), seed) for cut in (*cuts, last) if cut]


def work_on(share: Share, limits: Limits) -> Iterator[Point]:
    """Yield the points of a share, loosest first, leaving out a budget that the plan before keeps already."""
    columns = build(_within(share.problem, share.budgets[0]))
    assert columns.budget is not None
    relaxed = relax(columns, seed=share.seed)
    before: int | None = None
    for budget, part in zip(share.budgets, in_turn(limits), strict=False):
        if before is not None and before <= budget:
            continue
        columns.problem = _within(share.problem, budget)
        columns.model.row_upper[columns.budget] = float(budget)
        relaxed.limit(columns.budget, upper=float(budget))
        result = solve_built(columns, limits=part, seed=share.seed, relaxed=relaxed)
        if result.solution is not None:
            point = alternative(share.problem, result)
            before = point.travel
            yield budget, point


def whole_share(share: Share, limits: Limits) -> tuple[Point, ...]:
    """Return all the points of a share; what a child process is asked for."""
    return tuple(work_on(share, limits))


def least_travel(problem: Problem, *, limits: Limits = Limits(), seed: int = 0) -> int | None:
    """Return the travel, seconds over all years, of a plan that travels least, to the limits' gap; None without one."""
    columns = build(problem)
    seconds = journeys(columns)
    step = step_of(seconds.values())
    weights = [seconds.get(column, 0.0) / step for column in range(len(columns.model.cost))]
    answer = pricing.solve(replace(columns.model, cost=weights, offset=0.0), limits, seed=seed)
    return None if answer.values is None else costing.journey_seconds(problem, read(columns, answer.values))


def _within(problem: Problem, budget: int) -> Problem:
    return replace(problem, policy=replace(problem.policy, travel_budget=budget))


def _ends(
    problem: Problem, limits: Limits, seed: int, pool: ProcessPoolExecutor | None
) -> tuple[Result[Solution], int | None]:
    """Return the cheapest plan and the least travel, one beside the other when there is another process."""
    limits = replace(limits, processes=1)
    near = replace(limits, gap=max(limits.gap, NEAR_LEAST))
    if pool is not None:
        least = pool.submit(least_travel, problem, limits=near, seed=seed)
        asked = pool.submit(solve, problem, limits=limits, seed=seed)
        return asked.result(), least.result()
    turns = in_turn(near)
    cheapest = solve(problem, limits=limits, seed=seed)
    if cheapest.solution is None:
        return cheapest, None
    return cheapest, least_travel(problem, limits=next(turns, near), seed=seed)


def each_point(
    shares: Sequence[Share], turns: Iterator[Limits], processes: int, pool: ProcessPoolExecutor | None
) -> Iterator[Point]:
    """Yield the points of all shares, in this process without a pool, with each share's limits taken in turn."""
    return _one_by_one(shares, turns) if pool is None else _pooled(shares, turns, processes, pool)


def _one_by_one(shares: Sequence[Share], turns: Iterator[Limits]) -> Iterator[Point]:
    for share, limits in zip(shares, turns, strict=False):
        yield from work_on(share, limits)


def _pooled(
    shares: Sequence[Share], turns: Iterator[Limits], processes: int, pool: ProcessPoolExecutor
) -> Iterator[Point]:
    """Work on shares in child processes, the hardest first, each begun only when a process is free to begin it."""
    queue = list(shares)
    running: set[Future[tuple[Point, ...]]] = set()
    while True:
        while queue and len(running) < processes:
            limits = next(turns, None)
            if limits is None:
                queue.clear()
                break
            running.add(pool.submit(whole_share, queue.pop(), limits))
        if not running:
            return
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield from future.result()


def merged(first: Alternative, points: Sequence[Point]) -> tuple[Alternative, ...]:
    """Return the points least travel first, without those whose budget the next looser plan keeps already."""
    found = [first]
    for budget, each in sorted(points, key=lambda point: -point[0]):
        if found[-1].travel > budget:
            found.append(each)
    return tuple(reversed(found))


@contextmanager
def workers(processes: int) -> Iterator[ProcessPoolExecutor | None]:
    """Give so many child processes that load the solver at once, or None for one process, which needs no child."""
    if processes == 1:
        yield None
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_ready) as pool:
        yield pool


def _ready() -> None:
    """Load the solver, and end this process as soon as the one that began it has gone, even by force."""
    end_with_parent()
    warm()
