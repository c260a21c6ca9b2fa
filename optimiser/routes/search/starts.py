"""Several starts of the compiled search on one task, within a fixed budget, so that a seed gives one answer."""

from collections.abc import Sequence

import numpy as np

from optimiser.routes.run import Run
from optimiser.routes.search import kernel
from optimiser.routes.search.arrays import (
    FIRST,
    FIXED,
    GROUP,
    LENGTH,
    OLD,
    OWNER,
    PER_METRE,
    PLACE,
    SOLE,
    Instance,
    Ints,
    State,
    empty_state,
)
from optimiser.routes.search.single import Round, Task

REMOVED, STRING = 12.0, 16.0
"""Mean children removed at a step, and the longest string: long strings suit schools with long rides."""


def improve(
    task: Task, *, iterations: int, seed: int, starts: int = 3, begin: Sequence[Sequence[tuple[str, str]]] | None = None
) -> tuple[tuple[Round, ...], float]:
    """Return the best rounds found for a task in a number of iterations, with their cost in pence a day.

    The budget is shared among the starts: two parts in three to independent starts, the rest to the best of them.
    ``begin`` holds rounds to start from, each (child, place) outwards from school; the answer is never dearer than it.
    """
    arrays = task.arrays
    hot, cold = temperatures(arrays)
    best, worth = _begin(task, begin)
    share = max(1, iterations * 2 // (3 * starts)) if starts > 1 else iterations
    for number in range(starts):
        now = copy_state(best) if begin and number == 0 else empty_state(arrays, task.longest)
        found, value = _one(arrays, now, share, hot, cold, seed * 1_000_003 + number)
        if value < worth - 1e-6:
            best, worth = found, value
    if starts > 1:
        rest = max(1, iterations - share * starts)
        found, value = _one(arrays, copy_state(best), rest, hot / 4, cold, seed * 1_000_003 + starts)
        if value < worth - 1e-6:
            best, worth = found, value
    return rounds_of(task, best), worth


def temperatures(arrays: Instance) -> tuple[float, float]:
    """Return the highest and lowest temperature in pence, in proportion to what a run costs."""
    typical = float(arrays.price[:, FIXED].mean()) + float(arrays.price[:, PER_METRE].mean()) * float(
        arrays.metres[0].mean()
    )
    return max(50.0, 0.2 * typical), max(1.0, 0.001 * typical)


def _one(arrays: Instance, now: State, iterations: int, hot: float, cold: float, seed: int) -> tuple[State, float]:
    best = copy_state(now)
    value = kernel.search(arrays, now, copy_state(now), best, iterations, hot, cold, REMOVED, STRING, seed)
    return best, float(value)


def copy_state(state: State) -> State:
    """Return a copy of a plan that shares nothing with it."""
    return State._make(array.copy() for array in state)


def _begin(task: Task, begin: Sequence[Sequence[tuple[str, str]]] | None) -> tuple[State, float]:
    state = empty_state(task.arrays, task.longest)
    if begin:
        load(task, state, begin)
    return state, float(kernel.total(task.arrays, state))


def load(task: Task, state: State, begin: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Put rounds into an empty plan, leaving out unknown children and places, and runs that break a rule."""
    arrays = task.arrays
    child = {each: at for at, each in enumerate(task.children)}
    place = {each: at for at, each in enumerate(task.places)}
    row = 0
    for calls in begin:
        visits = []
        for child_id, place_id in calls:
            c, p = child.get(child_id), place.get(place_id, -1)
            span = range(arrays.child[c, FIRST], arrays.child[c + 1, FIRST]) if c is not None else range(0)
            visits += [visit for visit in span if arrays.visit[visit, PLACE] == p][:1]
        if not visits or len(visits) >= state.visits.shape[1] or row >= len(state.run):
            continue
        state.visits[row, : len(visits)] = visits
        state.run[row, LENGTH] = len(visits)
        kernel.rebuild(arrays, state, row)
        if state.slack[row, 0] < 0 or not np.isfinite(state.cost[row]) or not _company_fits(arrays, visits):
            state.run_of[arrays.visit[visits, OWNER]] = -1
            state.run[row, LENGTH] = 0
            kernel.rebuild(arrays, state, row)
            continue
        row += 1


def _company_fits(arrays: Instance, visits: Sequence[int]) -> bool:
    riders = arrays.visit[np.array(visits, np.int64), OWNER]
    if len(riders) > 1 and arrays.child[riders, SOLE].any():
        return False
    return not arrays.apart[np.ix_(riders, riders)].any() and set(_whole(arrays, riders)) <= set(riders.tolist())


def _whole(arrays: Instance, riders: Ints) -> list[int]:
    """Return every member of every group that has a member aboard."""
    found: list[int] = []
    for g in np.unique(arrays.child[riders, GROUP]):
        found += arrays.members[arrays.group_first[g] : arrays.group_first[g + 1]].tolist()
    return found


def rounds_of(task: Task, state: State) -> tuple[Round, ...]:
    """Return a plan's runs as rounds, in an order that depends only on who is aboard."""
    arrays, found = task.arrays, []
    for row in range(len(state.run)):
        n = int(state.run[row, LENGTH])
        if n:
            visits = state.visits[row, :n]
            calls = tuple((task.children[arrays.visit[v, OWNER]], task.places[arrays.visit[v, PLACE]]) for v in visits)
            kind, layout = task.options[kernel.option_of(arrays, state, row, int(arrays.visit[visits[-1], PLACE]))[1]]
            since = tuple(int(each) for each in state.since[row, :n])
            found.append(Round(task.school, task.direction, calls, since, kind, layout))
    return tuple(sorted(found, key=lambda route: route.calls))


def calls_of(run: Run) -> tuple[tuple[str, str], ...]:
    """Return a run's (child, place) calls, outwards from school."""
    inwards = run.children[::-1] if run.direction.value == "morning" else run.children
    return tuple((child, run.home_stop(child).place) for child in inwards)


def warm() -> None:
    """Compile the kernels, or load them compiled, so that a user never waits for the compiler."""
    ints, floats = np.zeros((2, 2), np.int64), np.zeros((1, 4))
    child = np.zeros((2, GROUP + 1), np.int64)
    child[1, FIRST], child[0, OLD] = 1, -1
    arrays = Instance(
        ints, ints, np.array([[0, 1, 9, 0]]), child, np.zeros((1, 1), np.bool_), np.ones(1), np.array([0, 1]),
        np.array([0]), np.zeros((1, 1), np.int64), np.array([[4, 0, 0]]), floats, np.zeros((1, 2)), np.zeros(3),
    )  # fmt: skip
    state = empty_state(arrays, 1)
    kernel.search(arrays, state, copy_state(state), copy_state(state), 2, 2.0, 1.0, 2.0, 2.0, 1)
