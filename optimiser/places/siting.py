"""Solves facility location: Lagrangian bound and answers first, then a strong model on what is left to decide."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.core.limits import Limits
from optimiser.core.result import Status
from optimiser.places.model import siting
from optimiser.places.model.location import Location, Siting, cost_of, faults
from optimiser.places.search import kernel, lagrangian


@dataclass(frozen=True, eq=False)
class Sited:
    """The best siting found, its cost recomputed, and a proved lower bound, both in the instance's own unit."""

    siting: Siting | None
    cost: float | None
    bound: float | None
    iterations: int

    @property
    def proved(self) -> bool:
        """Whether the cost is proved least, to a part in a hundred million."""
        return self.cost is not None and self.bound is not None and self.cost <= self.bound + 1e-8 * abs(self.cost)


OVERRUN = 4.0
"""How many times its processor time a model may take on the wall, where time is counted on the processor."""


def solve(
    problem: Location,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    iterations: int = 900,
    clock: Callable[[], float] = time.monotonic,
) -> Sited:
    """Return the best siting found and the bound proved.

    ``limits.seconds`` is time on ``clock`` for everything (wall time unless another is given); without it the answer
    depends only on the problem, the seed and ``iterations`` of the relaxation.
    """
    began = clock()

    def left() -> float:
        return math.inf if limits.seconds is None else limits.seconds - (clock() - began)

    state = lagrangian.begin(problem)
    _approach(state, iterations, seed, lambda: left() > 0)
    if not lagrangian.closed(state) and left() > 0 and problem.single and problem.capacity is not None:
        _polish(state, seed, left)
        lagrangian.ascend(state, iterations=iterations // 3, seed=seed + 21, on=lambda: left() > 0)
    if not lagrangian.closed(state) and left() > 0:
        _prove(state, limits, seed, left)
    if state.best is None:
        return Sited(None, None, _bound(problem, state.bound), state.iterations)
    wrong = faults(problem, state.best)
    assert not wrong, f"{problem.name}: {wrong}"
    cost = cost_of(problem, state.best)
    bound = min(cost, lagrangian.rounded(problem, state.bound))
    return Sited(state.best, cost, bound, state.iterations)


def _approach(state: lagrangian.Relaxation, iterations: int, seed: int, on: Callable[[], bool]) -> None:
    """Raise the bound, better the answer, and with the better answer rule out more."""
    lagrangian.ascend(state, iterations=iterations, seed=seed, on=on)
    for again in range(2):
        if lagrangian.closed(state) or not on():
            return
        before = state.cost
        lagrangian.shake(state, tries=iterations, seed=seed + 1 + again, on=on)
        if state.cost < before:
            lagrangian.ascend(state, iterations=iterations // 3, seed=seed + 11 + again, on=on)


def _bound(problem: Location, bound: float) -> float | None:
    return lagrangian.rounded(problem, bound) if math.isfinite(bound) else None


def _polish(state: lagrangian.Relaxation, seed: int, left: Callable[[], float]) -> None:
    """Share the customers out exactly among the best answer's sites, then among those the relaxation likes as well.

    Branch-and-bound nodes are counted, so that the answer repeats where time is not limited.
    """
    if state.best is None:
        return
    for more in (0, 3):
        liked = state.best.open | lagrangian.liked(state, more)
        must = np.where(liked, state.must, -1)
        possible = state.possible & liked[:, None]
        built = siting.build(state.problem, possible | (state.best.share > 0), must)
        seconds = left() / 8
        part = Limits(None if math.isinf(seconds) else max(0.1, seconds), work=300)
        _, found, _ = siting.solve(built, part, seed=seed, start=state.best, watch=lambda *_: left() > 0)
        if found is not None and not faults(state.problem, found):
            lagrangian.keep(state, found)


def _prove(state: lagrangian.Relaxation, limits: Limits, seed: int, left: Callable[[], float]) -> None:
    """Close the gap with the model on what is still possible; what was ruled out cannot beat the best answer."""
    seconds = left()
    built = siting.build(state.problem, state.possible, state.must)
    rest = Limits(None if math.isinf(seconds) else max(0.1, seconds * OVERRUN), limits.work, limits.gap)
    status, found, bound = siting.solve(built, rest, seed=seed, start=state.best, watch=lambda *_: left() > 0)
    if found is not None and not faults(state.problem, found):
        lagrangian.keep(state, found)
    if status is Status.INFEASIBLE:
        bound = state.cost
    if bound is not None and math.isfinite(bound):
        state.bound = max(state.bound, min(bound, state.cost))


def warm() -> None:
    """Compile the kernels on tiny instances, so that the first solve does not pay for it."""
    cost = np.array([[1.0, 4.0], [3.0, 1.0]])
    two = np.array([2.0, 2.0])
    for capacity, single in ((None, True), (two, True), (two, False)):
        tiny = Location("tiny", two, np.ones(2), cost, capacity, single=single)
        state = lagrangian.begin(tiny)
        lagrangian.ascend(state, iterations=60, seed=0)
        lagrangian.shake(state, tries=2, seed=0)
        kernel.forced(np.ones(2), np.ones(2), 1.0, state.mode, 1.0, np.zeros(2))
