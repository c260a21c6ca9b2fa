"""Bounds never exceed what a plan can cost, and close where brute force says they can."""

import dataclasses
import math
import time
from itertools import combinations, pairwise, permutations

import numpy as np
import pytest

from optimiser.core.codec import from_json
from optimiser.core.mip import LinearModel
from optimiser.routes import bounds, columns
from optimiser.routes.pacing import Allowance
from optimiser.routes.problem import Layout, Rides, RoutesProblem
from optimiser.routes.run import Direction
from optimiser.routes.search import kernel, starts
from optimiser.routes.search.single import make_task
from tests.builders.routes import a_child, a_class, a_problem, a_random_city
from tests.instances.routes import make


def a_task(problem, direction=Direction.MORNING):
    return make_task(problem, problem.schools[0].id, direction, problem.children)


def cheapest_by_force(task):
    """The least cost over every way of sharing out the children and every order, costed by the search's own costing."""
    arrays, n = task.arrays, len(task.children)
    alone = {}
    for size in range(1, n + 1):
        for group in combinations(range(n), size):
            best = math.inf
            for order in permutations(group):
                best = min(best, _worth(task, arrays, order))
            alone[sum(1 << c for c in group)] = best
    memo = {0: 0.0}

    def share(left):
        if left not in memo:
            low = left & -left
            worth = share(left ^ low) + float(arrays.penalty[low.bit_length() - 1])
            sub = left
            while sub:
                if sub & low:
                    worth = min(worth, alone[sub] + share(left ^ sub))
                sub = (sub - 1) & left
            memo[left] = worth
        return memo[left]

    return share((1 << n) - 1)


def _worth(task, arrays, order):
    state = starts.empty_state(arrays, len(order))
    state.run[0, 0] = len(order)
    for k, c in enumerate(order):
        state.visits[0, k] = arrays.child[c, 0]
    kernel.rebuild(arrays, state, 0)
    return float(state.cost[0]) if state.slack[0, 0] >= 0 else math.inf


@pytest.mark.parametrize("seed", range(5))
def test_a_bound_never_exceeds_the_optimum_of_brute_force(seed):
    problem = a_random_city(children=6, schools=1, seed=seed, plain=seed % 2 == 0)
    problem = dataclasses.replace(problem, rides=Rides(primary=1500, secondary=2400))
    task = a_task(problem)
    found = bounds.task_bound(task)
    best = cheapest_by_force(task) if seed % 2 == 0 else starts.improve(task, iterations=2000, seed=0)[1]
    assert 0 < found.pence <= best + 1e-6


def test_one_child_is_bounded_by_the_cost_of_carrying_that_child_to_the_penny():
    task = a_task(a_problem((a_child(),)))
    found = bounds.task_bound(task)
    assert found.closed
    assert cheapest_by_force(task) - 2 <= found.pence <= cheapest_by_force(task)


def test_a_bound_stopped_early_is_still_a_bound_or_none():
    task = a_task(make.make(5, children=15))
    _, worth = starts.improve(task, iterations=2000, seed=0)
    full = bounds.task_bound(task)
    for rounds in (1, 5, 15):
        found = bounds.task_bound(task, rounds=rounds)
        assert found is None or (found.pence <= worth and found.pence <= full.pence + 1)


def test_cuts_and_runs_given_to_start_from_leave_the_bound_below_the_plan():
    task = a_task(make.make(6, children=20))
    rounds, worth = starts.improve(task, iterations=4000, seed=0)
    row = {child: at for at, child in enumerate(task.children)}
    found = bounds.task_bound(task, begin=[[row[c] for c, _ in each.calls] for each in rounds], worth=worth)
    assert worth * 0.95 <= found.pence <= worth


class Ticks:
    """A clock that only work moves: a tick for each part of pricing, and for each linear or whole-number program."""

    def __init__(self, monkeypatch, *, part):
        self.now, self.asked = 0.0, []
        price, solve = columns.price_runs, LinearModel.solve
        monkeypatch.setattr(columns, "LOOK", part)
        monkeypatch.setattr(columns, "price_runs", lambda *given: self._work(price, *given))
        monkeypatch.setattr(LinearModel, "solve", lambda *given, **named: self._solve(solve, *given, **named))

    def _work(self, what, *given, **named):
        self.now += 1.0
        return what(*given, **named)

    def _solve(self, what, model, limits, **named):
        self.asked.append((self.now, limits.seconds))
        return self._work(what, model, limits, **named)

    def __call__(self):
        return self.now


@pytest.mark.parametrize("given", [1, 3, 40, 120, 200, 300, 500, 900, 1500])
def test_a_certificate_stops_in_the_time_it_was_given_and_states_only_what_was_proved(monkeypatch, given):
    task = a_task(make.make(6, children=20))
    _, worth = starts.improve(task, iterations=2000, seed=0)
    ticks = Ticks(monkeypatch, part=2000)
    found = bounds.task_bound(task, worth=worth * 1.01, seconds=float(given), clock=ticks)
    assert ticks.now <= given + 1
    assert found is None or found.pence <= worth
    # A solver is never given more than what is left.
    assert all(seconds is not None and seconds <= given - at for at, seconds in ticks.asked)
    if given >= 1500:
        assert found.listed > 0


def test_more_time_never_proves_less(monkeypatch):
    task = a_task(make.make(6, children=14))
    _, worth = starts.improve(task, iterations=2000, seed=0)
    proved = []
    for given in range(20, 1000, 140):
        with monkeypatch.context() as patch:
            found = bounds.task_bound(task, worth=worth, seconds=float(given), clock=Ticks(patch, part=2000))
        proved.append(0 if found is None else found.pence)
    assert proved[0] < proved[-1]
    assert all(one <= other + 1 for one, other in pairwise(proved))


def test_pricing_that_stops_to_look_at_the_clock_ends_as_if_it_had_not(monkeypatch):
    task = a_task(make.make(6, children=14))
    whole = bounds.task_bound(task)
    monkeypatch.setattr(columns, "LOOK", 500)
    assert bounds.task_bound(task) == whole


@pytest.mark.parametrize("seed", range(6))
def test_the_table_of_what_the_rest_could_cost_drops_no_run_that_prices_out(seed):
    rng = np.random.default_rng(seed)
    task = a_task(make.make(6, children=14))
    n = len(task.children)
    pricer = columns.Pricer(task, 8, Allowance(None, time.monotonic))
    assert pricer.step > 0
    pricer.cuts = tuple(tuple(int(c) for c in rng.choice(n, 3, replace=False)) for _ in range(20))
    prices = columns.Duals(rng.uniform(1000, 5000, n), rng.uniform(0, 800, 20), ())
    with_table, without = {}, {}
    one = pricer.exact(with_table, prices)
    pricer.step = 0
    other = pricer.exact(without, prices)
    assert one.least < -1
    assert one.least == pytest.approx(other.least)
    assert one.by == pytest.approx(other.by)


def test_every_listed_run_costs_what_the_prices_and_its_reduced_cost_say():
    task = a_task(make.make(6, children=14))
    pricer = columns.Pricer(task, 8, Allowance(None, time.monotonic))
    pricer.cuts = ((0, 1, 2), (3, 4, 5), (1, 4, 6))
    plain = pricer.every_run(columns.Duals(np.full(14, 300.0), np.zeros(3), ()), 11_000.0)
    cut = pricer.every_run(columns.Duals(np.full(14, 320.0), np.full(3, 50.0), ()), 11_000.0)
    known = {tuple(kids): cost for kids, cost in zip(plain.children.tolist(), plain.cost, strict=True)}
    assert len(plain.cost) > 50
    for at, (kids, cost) in enumerate(zip(cut.children.tolist(), cut.cost, strict=True)):
        assert known.get(tuple(kids), cost) == pytest.approx(cost)
        aboard = {int(task.arrays.visit[v, 0]) for v in cut.run(at)}
        assert aboard == set(np.flatnonzero(cut.aboard(14)[at]))


@pytest.mark.parametrize("seed", [5, 6, 7, 8])
def test_with_all_the_time_it_wants_pricing_ends_only_when_no_run_prices_out(seed):
    assert bounds.task_bound(a_task(make.make(seed, children=16))).closed


def test_too_many_children_are_not_bounded_at_all():
    problem = a_random_city(children=130, schools=1, plain=True)
    assert bounds.task_bound(a_task(problem)) is None


def test_no_rounds_prove_nothing():
    assert bounds.task_bound(a_task(a_problem()), rounds=0) is None


def test_the_fleet_floor_counts_children_over_places():
    children = tuple(a_child(f"c{at}") for at in range(17))
    problem = a_problem(children)
    assert bounds.fleet_floor(problem, Direction.MORNING) == 3


def test_the_cost_floor_is_below_any_plan():
    problem = make.make(7, children=12)
    task = a_task(problem)
    morning = starts.improve(task, iterations=1000, seed=0)[1]
    afternoon = starts.improve(a_task(problem, Direction.AFTERNOON), iterations=1000, seed=0)[1]
    assert 0 < bounds.cost_floor(problem) <= morning + afternoon


def test_the_frozen_instances_are_those_of_their_generator():
    for name, problem in make.instances().items():
        if name.startswith("school"):
            stored = from_json(RoutesProblem, (make.HERE / f"{name}.json").read_text())
            assert stored == problem, name


def test_there_are_thirty_frozen_schools_and_three_cities():
    names = [path.stem for path in make.HERE.glob("*.json")]
    assert sum(name.startswith("school") for name in names) == 30
    assert sum(name.startswith("city") for name in names) == 3
    assert np.all([20 <= int(name.split("-")[2]) <= 80 for name in names if name.startswith("school")])


@pytest.mark.parametrize("seed", range(4))
def test_listing_every_run_that_could_matter_never_passes_the_optimum_and_finds_it(seed):
    problem = a_random_city(children=6, schools=1, seed=seed, plain=True)
    task = a_task(dataclasses.replace(problem, rides=Rides(primary=1500, secondary=2400)))
    best = cheapest_by_force(task)
    found = bounds.task_bound(task, worth=best * 1.005 + 20)
    assert found.pence <= best + 1e-6
    if found.listed:
        assert found.pence >= best - 6 * columns.ROUNDING - 1
        assert sorted(int(task.arrays.visit[v, 0]) for run in found.visits for v in run) == list(range(6))


def test_a_cheaper_plan_than_the_one_known_is_found_among_every_run_that_could_matter():
    task = a_task(make.make(6, children=20))
    rounds, worth = starts.improve(task, iterations=6000, seed=0)
    row = {child: at for at, child in enumerate(task.children)}
    begin = [[row[c] for c, _ in each.calls] for each in rounds]
    found = bounds.task_bound(task, begin=begin, worth=worth * 1.01)
    assert found.listed > 0
    assert sum(len(run) for run in found.visits) == 20
    assert worth * 0.97 <= found.pence <= worth + 1e-6


def test_children_kept_apart_are_bounded_by_two_runs_and_companions_by_one_run():
    near = {"home-c1": 10, "home-c2": 11}
    free = a_task(a_problem((a_child("c1"), a_child("c2")), minutes=near))
    parted = a_task(a_problem((a_child("c1", apart=frozenset({"c2"})), a_child("c2")), minutes=near))
    joined = a_task(
        a_problem((a_child("c1", together=frozenset({"c2"})), a_child("c2", together=frozenset({"c1"}))), minutes=near)
    )
    one, two, both = (bounds.task_bound(task).pence for task in (free, parted, joined))
    assert two > 1.5 * one
    assert one - 1 <= both <= cheapest_by_force(joined)


def test_companions_too_many_for_any_vehicle_are_bounded_by_the_price_of_leaving_them_out():
    together = [a_child(f"c{at}", together=frozenset(f"c{to}" for to in range(3) if to != at)) for at in range(3)]
    small = a_class(layouts=(Layout("two", 2),))
    task = a_task(a_problem(together, vehicle_classes=(small,)))
    assert bounds.task_bound(task).pence == int(task.arrays.penalty.sum())
