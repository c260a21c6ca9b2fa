"""Prices on customers, raised and lowered until the relaxed cost is as high as it goes: a bound, answers, and proofs.

Relaxing "every customer is served once" leaves a knapsack for each site. With whole customers the knapsack is exact, so
the bound is at least that of the strong linear relaxation (Holmberg, Ronnqvist and Yuan 1999; Beasley 1993).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from optimiser.places.model.location import Location, Siting, cost_of
from optimiser.places.search import kernel

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass
class Relaxation:
    """Where the relaxation stands: the best bound, the prices that gave it, the best answer, and what is ruled out.

    ``must`` holds 1 for a site proved open and -1 for one proved closed in every answer better than the best found;
    ``possible[i, j]`` is False where customer j cannot be at site i in such an answer.
    """

    problem: Location
    mode: int
    capacity: Floats
    prices: Floats
    bound: float = -math.inf
    best: Siting | None = None
    cost: float = math.inf
    must: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    possible: Bools = field(default_factory=lambda: np.zeros((0, 0), dtype=np.bool_))
    promising: list[tuple[float, Bools]] = field(default_factory=list)
    iterations: int = 0


def whole_numbers(problem: Location) -> bool:
    """Return whether demand and capacity are whole, and small enough for an exact knapsack."""
    if problem.capacity is None:
        return False
    both = (problem.demand, problem.capacity)
    return all(bool(np.all(each == np.rint(each))) for each in both) and float(problem.capacity.max()) <= 20_000


def begin(problem: Location) -> Relaxation:
    """Return a relaxation with each customer priced at its second cheapest site."""
    if problem.capacity is None:
        mode, capacity = kernel.UNLIMITED, np.full(problem.sites, float(problem.customers))
    else:
        mode = kernel.WHOLE if problem.single and whole_numbers(problem) else kernel.SPLIT
        capacity = problem.capacity.astype(np.float64)
    second = np.partition(problem.cost, min(1, problem.sites - 1), axis=0)[min(1, problem.sites - 1)]
    spread = problem.fixed.mean() * problem.sites / max(1, problem.customers) / 4
    return Relaxation(
        problem,
        mode,
        capacity,
        second + spread,
        must=np.zeros(problem.sites, dtype=np.int64),
        possible=np.ones((problem.sites, problem.customers), dtype=np.bool_),
    )


def ascend(
    state: Relaxation, *, iterations: int, seed: int, on: Callable[[], bool] = lambda: True, target: float | None = None
) -> None:
    """Raise the bound by subgradient steps, repairing relaxed answers on the way; ``on`` False ends it early.

    The answer depends only on the problem, the iterations and the seed.
    """
    problem = state.problem
    rng = np.random.default_rng(seed)
    value, weight = np.empty(problem.sites), np.empty(problem.sites)
    take = np.zeros(problem.cost.shape)
    cost = np.where(state.possible, problem.cost, problem.cost.max() * 10 + 1e6)
    need = float(problem.demand.sum()) if problem.capacity is not None else 0.0
    choose = problem.choose or 0
    prices, pace, quiet = state.prices.copy(), 2.0, 0
    for number in range(iterations):
        kernel.evaluate(prices, cost, problem.fixed, problem.demand, state.capacity, state.mode, value, take)
        part = kernel.pick(value, state.capacity, need, choose, state.must, weight)
        found = float(prices.sum() + part)
        if found > state.bound + 1e-9 * abs(found):
            quiet = 0 if found > state.bound + 1e-6 * abs(found) else quiet + 1
            state.bound, state.prices = found, prices.copy()
        else:
            quiet += 1
        opened = weight > 1e-9
        if number % 4 == 0 or found > state.bound - 1e-4 * abs(state.bound):
            _answer(state, opened, rng)
        if number % 50 == 49:
            rule_out(state, prices, found, value)
            cost[~state.possible] = problem.cost.max() * 10 + 1e6
        state.iterations += 1
        served = (weight[:, None] * take).sum(axis=0)
        slope = 1.0 - served
        length = float(slope @ slope)
        if length < 1e-12 or closed(state) or pace < 1e-3 or not on():
            break
        if quiet >= 15:
            pace, quiet = pace * 0.7, 0
            prices = state.prices.copy()
            continue
        goal = state.cost if math.isfinite(state.cost) else abs(state.bound) * 1.05 + 1
        goal = max(goal, state.bound + 1e-3 * abs(state.bound)) if target is None else target
        prices = prices + pace * max(goal - found, 1e-6) / length * slope
    kernel.evaluate(state.prices, cost, problem.fixed, problem.demand, state.capacity, state.mode, value, take)
    rule_out(state, state.prices, state.bound, value)


def closed(state: Relaxation) -> bool:
    """Return whether the bound proves the best answer."""
    return state.cost <= rounded(state.problem, state.bound)


def rounded(problem: Location, bound: float) -> float:
    """Return a bound rounded up to the step in which costs move, when they do."""
    if problem.step is None or not math.isfinite(bound):
        return bound + 1e-9 * abs(bound)
    return math.ceil(bound / problem.step - 1e-6) * problem.step


def _answer(state: Relaxation, opened: Bools, rng: np.random.Generator) -> None:
    """Make a right answer from the sites a relaxed one opens, and keep it if it is the best."""
    problem = state.problem
    if problem.capacity is not None and float(state.capacity[opened].sum()) < problem.demand.sum():
        return
    if not problem.single and problem.capacity is not None:
        state.promising.append((0.0, opened.copy()))
        return
    site = np.zeros(problem.customers, dtype=np.int64)
    noise = rng.uniform(0.0, 0.3, problem.customers)
    mine = opened.copy()
    demand = problem.demand if problem.capacity is not None else np.ones(problem.customers)
    if not kernel.repair(mine, problem.cost, demand, state.capacity, noise, site):
        return
    cost = _improved(problem, mine, demand, state.capacity, site)
    if cost < state.cost - 1e-9:
        keep(state, siting_of(problem, mine, site))


def _improved(problem: Location, opened: Bools, demand: Floats, capacity: Floats, site: npt.NDArray[np.int64]) -> float:
    """Better an answer in place by the search that suits the problem; returns its cost."""
    if problem.capacity is None and problem.choose is not None:
        return kernel.interchange(opened, problem.cost, problem.fixed, site)
    return kernel.improve(opened, problem.cost, problem.fixed, demand, capacity, problem.choose or 0, site)


def shake(state: Relaxation, *, tries: int, seed: int, on: Callable[[], bool] = lambda: True) -> None:
    """Close, open or exchange sites of a good answer at random, share the customers out again, and keep the better."""
    problem = state.problem
    if state.best is None or (not problem.single and problem.capacity is not None):
        return
    rng = np.random.default_rng(seed)
    current, now = state.best.open.copy(), state.cost
    for _ in range(tries):
        if closed(state) or not on():
            return
        opened = _shaken(state, current, rng)
        site = np.zeros(problem.customers, dtype=np.int64)
        demand = problem.demand if problem.capacity is not None else np.ones(problem.customers)
        noise = rng.uniform(0.0, 0.5, problem.customers)
        if not kernel.repair(opened, problem.cost, demand, state.capacity, noise, site):
            continue
        cost = _improved(problem, opened, demand, state.capacity, site)
        if cost < now + rng.exponential(0.0005) * now:
            current, now = opened, cost
        if cost < state.cost - 1e-9:
            keep(state, siting_of(problem, opened, site))


def _shaken(state: Relaxation, current: Bools, rng: np.random.Generator) -> Bools:
    """Return the open sites with one or two changes; sites proved open or closed are left alone."""
    opened = current.copy()
    for _ in range(int(rng.integers(1, 3))):
        shut = np.flatnonzero(opened & (state.must != 1))
        idle = np.flatnonzero(~opened & (state.must != -1))
        kind = 2 if state.problem.choose is not None else int(rng.integers(0, 3))
        if kind != 1 and shut.size:
            opened[rng.choice(shut)] = False
        if kind != 0 and idle.size:
            opened[rng.choice(idle)] = True
    return opened


def siting_of(problem: Location, opened: Bools, site: npt.NDArray[np.int64]) -> Siting:
    """Return one site for each customer as a siting."""
    share = np.zeros(problem.cost.shape)
    share[site, np.arange(problem.customers)] = 1.0
    return Siting(opened.copy(), share)


def keep(state: Relaxation, siting: Siting) -> None:
    """Keep an answer when it is the best so far."""
    cost = cost_of(state.problem, siting)
    if cost < state.cost:
        state.best, state.cost = siting, cost


def liked(state: Relaxation, count: int) -> Bools:
    """Return the sites of least value at the best prices, ``count`` more than the best answer opens."""
    problem = state.problem
    value, take = np.empty(problem.sites), np.zeros(problem.cost.shape)
    kernel.evaluate(state.prices, problem.cost, problem.fixed, problem.demand, state.capacity, state.mode, value, take)
    value[state.must == -1] = np.inf
    wanted = count + (int(state.best.open.sum()) if state.best is not None else 0)
    found = np.zeros(problem.sites, dtype=np.bool_)
    if count:
        found[np.argsort(value)[:wanted]] = True
    return found & (state.must != -1)


def rule_out(state: Relaxation, prices: Floats, found: float, value: Floats) -> None:
    """Mark what no answer better than the best can hold, judged at these prices."""
    if not math.isfinite(state.cost):
        return
    problem = state.problem
    need = float(problem.demand.sum()) if problem.capacity is not None else 0.0
    base, ceiling = float(prices.sum()), state.cost + 1e-7 * abs(state.cost)
    weight, extra = np.empty(problem.sites), np.empty(problem.customers)
    demand = problem.demand if problem.capacity is not None else np.ones(problem.customers)
    for i in range(problem.sites):
        if state.must[i] == 0:
            state.must[i] = -1
            without = base + kernel.pick(value, state.capacity, need, problem.choose or 0, state.must, weight)
            state.must[i] = 1
            within = base + kernel.pick(value, state.capacity, need, problem.choose or 0, state.must, weight)
            state.must[i] = 1 if without > ceiling else (-1 if within > ceiling else 0)
        else:
            within = base + kernel.pick(value, state.capacity, need, problem.choose or 0, state.must, weight)
        if state.must[i] == -1:
            state.possible[i] = False
            continue
        if state.mode == kernel.SPLIT and not problem.single:
            continue  # a part of a customer may be cheap where the whole is not
        gain = np.where(state.possible[i], prices - problem.cost[i], -1e18)
        kernel.forced(gain, demand, state.capacity[i], state.mode, problem.fixed[i] - value[i], extra)
        state.possible[i] &= within + extra <= ceiling
