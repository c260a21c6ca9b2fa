"""Ruin and recreate near last term's plan, compiled: both directions at once, each row one of last term's vehicles."""

import math

import numpy as np
from numba import njit

from optimiser.routes.search.kernel import draw
from optimiser.routes.search.steady_insert import recreate
from optimiser.routes.search.steady_rows import Pair, Plan, changed, copy_rows, total, watch_clock
from optimiser.routes.search.steady_ruin import absent_groups, ruin


@njit(cache=True)
def search(
    j: Pair, now: Plan, trial: Plan, best: Plan, price: float, iterations: int, hot: float, cold: float, olds: int,
    seed: int,
) -> float:  # fmt: skip
    """Improve a plan for a fixed number of iterations; ``best`` receives the best, whose cost with change is returned.

    ``now``, ``trial`` and ``best`` must hold the same plan at the start. ``price`` is pence a day for a child changed;
    ``olds`` the number of last term's vehicles, which are the first rows.
    """
    n = j.travels.shape[1]
    rng = np.array([seed * 2 + 88172645463325252], np.int64)
    far = np.zeros((2, 3), np.int64)
    touched = np.zeros(len(now.cost), np.bool_)
    absent, absent_now = np.empty(n, np.int64), np.empty(n, np.int64)
    count_now = absent_groups(j, now, absent_now)
    worth_now = total(j, now) + price * changed(j, now)
    worth_best = worth_now
    cooling = (cold / hot) ** (1.0 / max(1, iterations))
    heat = hot
    for _ in range(iterations):
        touched[:] = False
        absent[:count_now] = absent_now[:count_now]
        count = ruin(j, trial, absent, count_now, touched, olds, rng, far)
        count = recreate(j, trial, absent, count, touched, olds, price, rng, far)
        for r in range(len(touched)):
            if touched[r]:
                watch_clock(j, trial, r)
        worth = total(j, trial) + price * changed(j, trial)
        if worth < worth_now - heat * math.log(max(draw(rng), 1e-12)):
            copy_rows(trial, now, touched)
            worth_now, count_now = worth, count
            absent_now[:count] = absent[:count]
            if worth < worth_best - 1e-6:
                worth_best = worth
                touched[:] = True
                copy_rows(now, best, touched)
        else:
            copy_rows(now, trial, touched)
        heat *= cooling
    return worth_best
