"""Choosing among listed runs: branching finds what HiGHS finds, and what is stopped states only what it proved."""

import time

import numpy as np
import pytest

from optimiser.core.mip import LinearModel
from optimiser.routes import branching
from optimiser.routes.columns import Pool
from optimiser.routes.pacing import Allowance


def a_pool(seed, n=13, runs=250):
    """Random runs of one to five children of two options, at a hire and a little for each child."""
    rng = np.random.default_rng(seed)
    kids = np.zeros((runs, 2), np.uint64)
    for at in range(runs):
        for c in rng.choice(n, rng.integers(1, 6), replace=False):
            kids[at, 0] |= np.uint64(1) << np.uint64(c)
    option = rng.integers(0, 2, runs)
    sizes = np.array([int(each).bit_count() for each in kids[:, 0]])
    cost = 4000.0 + 2500 * option + 300 * sizes + rng.uniform(0, 900, runs)
    return Pool(kids, cost, np.zeros((runs, 1), np.int16), option), np.full(n, 20_000.0)


def best_of(pool, penalty):
    """The least cost of covering every child once, by HiGHS alone."""
    model = LinearModel()
    rows = [[model.variable(cost=float(each))] for each in penalty]
    for cost, aboard in zip(pool.cost, pool.aboard(len(penalty)), strict=True):
        at = model.variable(cost=float(cost))
        for c in np.flatnonzero(aboard):
            rows[c].append(at)
    for row in rows:
        model.row(row, lower=1.0, upper=1.0)
    return model.solve().objective


@pytest.mark.parametrize("few", [0, 60, 1500])
@pytest.mark.parametrize("seed", range(3))
def test_branching_finds_the_best_choice_and_proves_it(monkeypatch, seed, few):
    monkeypatch.setattr(branching, "FEW", few)
    pool, penalty = a_pool(seed)
    best = best_of(pool, penalty)
    floor, chosen = branching.choose(pool, penalty, best + 3000, (), 2000, Allowance(None, time.monotonic))
    assert best - 2 * branching.CLOSE <= floor <= best + 1e-6
    aboard = pool.aboard(len(penalty))[list(chosen)]
    cost = pool.cost[list(chosen)].sum() + penalty[~aboard.any(axis=0)].sum()
    assert aboard.sum(axis=0).max() == 1
    assert cost <= best + branching.CLOSE


@pytest.mark.parametrize("nodes", [0, 1, 3, 10])
def test_branching_stopped_early_states_a_floor_below_the_best_choice(monkeypatch, nodes):
    monkeypatch.setattr(branching, "FEW", 0)
    pool, penalty = a_pool(3)
    best = best_of(pool, penalty)
    floor, _ = branching.choose(pool, penalty, best + 3000, (), nodes, Allowance(None, time.monotonic))
    assert 0 < floor <= best + 1e-6


@pytest.mark.parametrize("ticks", [1, 2, 5, 20, 60])
def test_branching_out_of_time_states_a_floor_below_the_best_choice(monkeypatch, ticks):
    monkeypatch.setattr(branching, "FEW", 0)
    pool, penalty = a_pool(4)
    best = best_of(pool, penalty)
    now = iter(range(100_000))
    floor, _ = branching.choose(pool, penalty, best + 3000, (), 2000, Allowance(float(ticks), lambda: next(now)))
    assert 0 <= floor <= best + 1e-6


def test_a_plan_that_cannot_be_bettered_is_its_own_floor():
    pool, penalty = a_pool(2)
    best = best_of(pool, penalty)
    floor, chosen = branching.choose(pool, penalty, best - 500, (), 200, Allowance(None, time.monotonic))
    assert floor == pytest.approx(best - 500 - branching.CLOSE)
    assert chosen == ()
