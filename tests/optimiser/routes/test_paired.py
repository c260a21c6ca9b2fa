"""The pickup-and-delivery search against brute force, an independent timetable, and every limit it knows."""

from itertools import permutations

import numpy as np
import pytest

from optimiser.routes.search import paired
from tests.benchmarks.checkers_routes import _can_be_timed


def some_rides(seed, n=4, *, longest=40.0, seats=2, vehicles=2, duration=np.inf, width=60.0, **fields):
    """A problem of ``n`` rides on a square of side 30, one depot at location 0."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 30, (2 * n + 1, 2))
    time = np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
    early = rng.uniform(30, 90, n)
    requests = paired.Requests(
        **{
            "pickup": np.arange(1, n + 1),
            "delivery": np.arange(n + 1, 2 * n + 1),
            "early": (early, np.zeros(n)),
            "late": (early + width, np.full(n, 400.0)),
            "service": (np.full(n, 2.0), np.full(n, 1.0)),
            "demand": np.ones(n),
            "ride": np.full(n, longest),
            "price": np.full(n, 500.0),
            **fields,
        }
    )
    kind = paired.Kind(start=0, end=0, cap=(float(seats),), count=vehicles, duration=duration, close=500.0)
    return paired.problem(requests, [kind], time=time)


def can_be_driven(problem, kind, nodes):
    """Windows, ride limits, load and pairing, checked with none of the kernels' code."""
    data, n = problem.data, problem.requests
    load = 0.0
    for position, node in enumerate(nodes):
        load += data.demand[node, 0] if node < n else -data.demand[node - n, 0]
        if load > data.cap[kind, 0] or (node >= n and node - n not in nodes[:position]):
            return False
    places = [data.start[kind], *(data.loc[node] for node in nodes), data.end[kind]]
    edges = [(0, 1, data.open[kind]), (len(nodes) + 2, 0, -data.close[kind])]
    for p in range(len(nodes) + 1):
        work = 0.0 if p == 0 else data.service[nodes[p - 1]] + data.setup[nodes[p - 1]]
        edges.append((p + 1, p + 2, work + data.time[places[p], places[p + 1]]))
    for p, node in enumerate(nodes):
        edges += [(0, p + 2, data.early[node]), (p + 2, 0, -data.late[node])]
        if node >= n:
            edges.append((p + 2, nodes.index(node - n) + 2, -data.ride[node - n]))
    if data.duration[kind] < 1e17:
        edges.append((len(nodes) + 2, 1, -data.duration[kind]))
    return _can_be_timed(len(nodes) + 3, edges)


def cheapest_by_force(problem):
    """The least cost over every way of sharing the rides between identical vehicles and every order."""
    data, n = problem.data, problem.requests
    alone = {}
    for mask in range(1, 1 << n):
        mine = [i for i in range(n) if mask >> i & 1]
        best = np.inf
        for order in permutations([*mine, *(n + i for i in mine)]):
            cost = sum(data.time[a, b] for a, b in zip(_places(data, order), _places(data, order)[1:], strict=False))
            if cost < best and can_be_driven(problem, 0, list(order)):
                best = cost
        alone[mask] = best
    full = (1 << n) - 1

    def share(left, vehicles):
        worth = sum(data.price[i] for i in range(n) if left >> i & 1)
        if vehicles == 0 or left == 0:
            return worth
        sub = left
        while sub:
            worth = min(worth, alone[sub] + share(left & ~sub, vehicles - 1))
            sub = (sub - 1) & left
        return worth

    return share(full, int(data.count[0]))


def _places(data, order):
    return [data.start[0], *(data.loc[node] for node in order), data.end[0]]


def search(problem, rounds=600, seed=0, **fields):
    return paired.search(problem, settings=paired.Settings(rounds=rounds, chunk=100, **fields), seed=seed)


@pytest.mark.parametrize("seed", range(8))
def test_tiny_problems_are_solved_to_the_optimum_of_brute_force(seed):
    problem = some_rides(seed, n=3, longest=25.0 + 3 * seed, width=20.0)
    assert search(problem).cost == pytest.approx(cheapest_by_force(problem), abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_every_route_found_can_be_driven(seed):
    problem = some_rides(seed, n=14, longest=30.0, vehicles=4, duration=150.0)
    plan = search(problem)
    assert all(can_be_driven(problem, kind, list(nodes)) for kind, nodes in plan.routes)
    carried = sorted(node for _, nodes in plan.routes for node in nodes)
    rides = sorted(set(range(14)) - set(plan.absent))
    assert carried == sorted([*rides, *(i + 14 for i in rides)])


def test_the_exact_schedule_agrees_with_longest_paths_on_random_orders():
    rng = np.random.default_rng(5)
    agreed = {True: 0, False: 0}
    for seed in range(60):
        problem = some_rides(seed, n=4, longest=75.0, seats=4, duration=170.0, width=120.0)
        order = []
        waiting, aboard = [0, 1, 2, 3], []
        while waiting or aboard:
            pick = bool(waiting) and (not aboard or rng.random() < 0.6)
            node = (waiting if pick else aboard).pop(int(rng.integers(len(waiting if pick else aboard))))
            order.append(node if pick else node + 4)
            if pick:
                aboard.append(node)
        says = paired.schedule(problem, 0, order) is not None
        assert says == can_be_driven(problem, 0, order)
        agreed[says] += 1
    assert min(agreed.values()) > 3


def test_waiting_before_a_pickup_can_rescue_a_ride_limit():
    time = np.abs(np.subtract.outer([0.0, 10.0, 20.0], [0.0, 10.0, 20.0]))
    requests = paired.Requests(
        pickup=np.array([1]),
        delivery=np.array([2]),
        early=(np.zeros(1), np.array([100.0])),
        late=(np.array([200.0]), np.array([200.0])),
        service=(np.zeros(1), np.zeros(1)),
        demand=np.ones(1),
        ride=np.array([10.0]),
    )
    problem = paired.problem(requests, [paired.Kind(start=0, end=0, cap=(1.0,), count=1)], time=time)
    times = paired.schedule(problem, 0, (0, 1))
    assert times[1] == pytest.approx(90.0)
    assert times[2] == pytest.approx(100.0)


def test_the_same_seed_and_rounds_give_the_same_plan():
    problem = some_rides(3, n=12, vehicles=4)
    assert search(problem, seed=7) == search(problem, seed=7)


def test_a_start_is_never_made_worse():
    problem = some_rides(4, n=12, vehicles=4)
    good = search(problem, rounds=2000)
    again = paired.search(problem, settings=paired.Settings(rounds=1, chunk=1), seed=1, start=good)
    assert again.cost <= good.cost + 1e-9


def test_a_ride_that_costs_more_than_its_price_is_left_out():
    problem = some_rides(1, n=3, price=np.array([500.0, 0.01, 500.0]))
    assert 1 in search(problem).absent


def test_rides_that_must_not_share_do_not():
    n = 6
    apart = np.zeros((n, n), bool)
    apart[:3, 3:] = apart[3:, :3] = True
    plan = search(some_rides(2, n=n, vehicles=4, apart=apart, longest=200.0, seats=6))
    assert all(len({node % n < 3 for node in nodes}) == 1 for _, nodes in plan.routes)


def test_a_kind_that_may_not_carry_a_ride_does_not():
    rides = some_rides(2, n=4)
    requests_allowed = np.array([[True], [False], [True], [True]])
    plan = search(some_rides(2, n=4, allowed=requests_allowed))
    assert rides.requests == 4
    assert 1 in plan.absent


def test_fewer_vehicles_are_found_when_asked_for():
    problem = some_rides(6, n=12, longest=150.0, vehicles=12, seats=4, width=200.0)
    few = search(problem, rounds=3000, fewer=0.6)
    assert not few.absent
    assert len(few.routes) <= len(search(problem, rounds=300).routes)


def a_school_trip(n=3, *, service=2.0, setup=5.0):
    """``n`` children in a row on the way to one school, who get off together."""
    time = np.abs(np.subtract.outer(np.arange(n + 1.0), np.arange(n + 1.0))) * 10
    requests = paired.Requests(
        pickup=np.arange(n),
        delivery=np.full(n, n),
        early=(np.zeros(n), np.full(n, 100.0)),
        late=(np.full(n, 500.0), np.full(n, 200.0)),
        service=(np.ones(n), np.full(n, service)),
        setup=(np.zeros(n), np.full(n, setup)),
        merge=(np.full(n, -1), np.zeros(n, int)),
        demand=np.ones(n),
        ride=np.full(n, 100.0),
    )
    return paired.problem(requests, [paired.Kind(start=0, end=0, cap=(float(n),), count=n)], time=time)


def test_children_of_one_school_get_off_in_one_visit():
    problem = a_school_trip()
    times = paired.schedule(problem, 0, (0, 1, 2, 3, 4, 5))
    assert times[4] == times[5] == times[6]
    assert times[7] == pytest.approx(times[6] + 5.0 + 3 * 2.0 + 30.0)


def test_nobody_stays_aboard_when_the_bus_calls_at_their_school():
    plan = search(a_school_trip(6), rounds=1000)
    for _, nodes in plan.routes:
        aboard = set()
        for at, node in enumerate(nodes):
            if node < 6:
                aboard.add(node)
                continue
            aboard.discard(node - 6)
            last = at + 1 == len(nodes) or nodes[at + 1] < 6
            assert not (last and aboard)


@pytest.mark.parametrize(
    "looser",
    [{"longest": 1e6}, {"seats": 99}, {"width": 1e4}, {"duration": np.inf}],
    ids=["ride-time", "seat-capacity", "time-window", "duration"],
)
def test_dropping_any_one_limit_from_the_search_would_be_noticed(looser):
    """Mutation: with one limit taken away, plans appear that the full problem's checker refuses."""
    tight = {"longest": 28.0, "seats": 1, "width": 25.0, "duration": 110.0}
    caught = 0
    for seed in range(6):
        full = some_rides(seed, n=12, vehicles=3, **tight)
        plan = search(some_rides(seed, n=12, vehicles=3, **{**tight, **looser}))
        caught += any(not can_be_driven(full, kind, list(nodes)) for kind, nodes in plan.routes)
    assert caught > 0
