"""PyVRP, VROOM and OR-Tools on one school in one direction, each told as many of our rules as it can be told.

The task is read outwards from school, so a ride limit is a plain latest time and nobody waits aboard. All of them are
told: travel, boarding, ride limits and ready times, seats and wheelchair spaces by layout, equipment, what a vehicle
costs by the run and the metre, and the price of a guide, who takes a seat: each option is offered twice, with a guide
and without, and only those with one may carry a child who needs one. Not told, since not all can be: who is kept
together or apart, and that children of different days may share a seat. Costs are in tenths of a penny.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from optimiser.routes.search.arrays import (
    BOARDING,
    CHAIRS,
    EQUIPMENT,
    FIRST,
    FIXED,
    GUIDE_PRICE,
    GUIDED,
    HAS_CHAIRS,
    HAS_EQUIPMENT,
    HAS_SEATS,
    LATEST,
    PER_METRE,
    PER_SECOND,
    PLACE,
    SEATS,
)
from optimiser.routes.search.single import Task

SCALE = 10
NEVER = 10**7
HORIZON = 6 * 3600

LEVEL = 5
"""VROOM's exploration level, the highest."""

Routes = list[list[int]]
Watch = Callable[[], bool]


@dataclass(frozen=True)
class Offer:
    """An option with or without a guide: room, what it costs, and which riders it may carry."""

    option: int
    room: tuple[int, int]
    fixed: int
    carries: tuple[bool, ...]
    most: int


def offers(task: Task, riders: Sequence[int]) -> list[Offer]:
    """Return each option with and without a guide, as far as anybody here could ride in it."""
    arrays = task.arrays
    child = arrays.child[list(riders)]
    found = []
    for o, option in enumerate(arrays.option):
        for guide in (0, 1):
            room = (int(option[HAS_SEATS]) - guide, int(option[HAS_CHAIRS]))
            fits = (child[:, EQUIPMENT] & ~option[HAS_EQUIPMENT]) == 0
            fits &= (child[:, GUIDED] == 0) | (guide == 1)
            fits &= (child[:, SEATS] <= room[0]) & (child[:, CHAIRS] <= room[1])
            if guide and not child[:, GUIDED].any():
                continue
            if fits.any():
                fixed = round(SCALE * (arrays.price[o, FIXED] + guide * arrays.prices[GUIDE_PRICE]))
                riding = int(fits.sum())
                most = min(riding, math.ceil(2 * riding / max(1, sum(room))) + 1)
                found.append(Offer(o, room, fixed, tuple(bool(each) for each in fits), most))
    return found


def _matrices(task: Task, riders: Sequence[int], option: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return cost and driving seconds between school (row 0) and the riders' places for one option.

    Back to row 0 costs what the vehicle pays to reach its own start, and takes no time: runs end at the last home.
    """
    arrays = task.arrays
    at = np.array([0, *(arrays.visit[arrays.child[c, FIRST], PLACE] for c in riders)])
    seconds = arrays.seconds[np.ix_(at, at)].copy()
    price = arrays.price[option]
    cost = price[PER_METRE] * arrays.metres[np.ix_(at, at)] + price[PER_SECOND] * seconds
    cost[1:, 1:] += price[PER_SECOND] * arrays.child[list(riders), BOARDING][None, :]
    cost[0, 1:] += price[PER_SECOND] * arrays.child[list(riders), BOARDING]
    seconds[:, 0] = 0
    cost[:, 0] = arrays.leg[option, at]
    cost[0, 0] = 0
    return np.round(SCALE * cost).astype(np.int64), seconds.astype(np.int64)


def _by(task: Task, riders: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return each rider's boarding time, and the latest second at which the vehicle may reach them."""
    arrays = task.arrays
    board = [int(arrays.child[c, BOARDING]) for c in riders]
    late = [int(arrays.visit[arrays.child[c, FIRST], LATEST]) for c in riders]
    return board, [by - wait for by, wait in zip(late, board, strict=True)]


def timed(
    engine: Callable[..., Callable[[], Routes]], task: Task, riders: Sequence[int], seconds: float, seed: int
) -> tuple[Routes, float]:
    """Return routes as rows of ``task.children``, outwards from school, and the processor seconds of the solving."""
    solve = engine(task, riders, seconds, seed)
    began = time.process_time()
    routes = solve()
    return [[riders[at] for at in route] for route in routes if route], time.process_time() - began


def pyvrp(task: Task, riders: Sequence[int], seconds: float, seed: int) -> Callable[[], Routes]:
    """PyVRP with 20 neighbours, perturbation 1 to 10 and a high top penalty; a profile for each offer."""
    from pyvrp import Client, Depot, Location, PenaltyParams, ProblemData, SolveParams, VehicleType, solve
    from pyvrp.search import NeighbourhoodParams, PerturbationParams

    board, late = _by(task, riders)
    rows = task.arrays.child[list(riders)]
    found = offers(task, riders)
    costs, times, kinds = [], [], []
    for profile, offer in enumerate(found):
        cost, seconds_between = _matrices(task, riders, offer.option)
        barred = 1 + np.flatnonzero(~np.array(offer.carries))
        cost[:, barred] = NEVER
        np.fill_diagonal(cost, 0)
        costs.append(cost)
        times.append(seconds_between)
        kinds.append(VehicleType(len(riders), list(offer.room), fixed_cost=offer.fixed, profile=profile))
    clients = [
        Client(at + 1, delivery=[int(row[SEATS]), int(row[CHAIRS])], service_duration=board[at], tw_late=late[at])
        for at, row in enumerate(rows)
    ]
    spots = [Location(0, 0) for _ in range(len(riders) + 1)]
    data = ProblemData(spots, clients, [Depot(0)], kinds, costs, times)
    params = SolveParams(
        penalty=PenaltyParams(max_penalty=1e7),
        neighbourhood=NeighbourhoodParams(num_neighbours=20),
        perturbation=PerturbationParams(1, 10),
    )

    def run() -> Routes:
        over = _clock(seconds)
        best = solve(data, lambda _: over(), seed=seed, collect_stats=False, params=params).best
        return [[int(each.idx) for each in route if each.is_client()] for route in best.routes()]

    return run


def vroom(task: Task, riders: Sequence[int], seconds: float, seed: int) -> Callable[[], Routes]:
    """VROOM, which has no seed and ends by itself, or by the clock: it is given six times the seconds on the wall."""
    import vroom as engine

    board, late = _by(task, riders)
    rows = task.arrays.child[list(riders)]
    found = offers(task, riders)
    problem = engine.Input()
    for option in sorted({offer.option for offer in found}):
        cost, between = _matrices(task, riders, option)
        problem.set_durations_matrix(profile=f"o{option}", matrix_input=between.astype(np.uint32))
        problem.set_costs_matrix(profile=f"o{option}", matrix_input=cost.astype(np.uint32))
    number = 0
    for k, offer in enumerate(found):
        skills = {at + 1 for at, fits in enumerate(offer.carries) if fits}
        for _ in range(offer.most):
            number += 1
            costs = engine.VehicleCosts(fixed=offer.fixed)
            problem.add_vehicle(
                engine.Vehicle(number, start=0, end=0, profile=f"o{offer.option}", capacity=list(offer.room),
                               skills=skills, time_window=[0, HORIZON], costs=costs, type=f"k{k}")
            )  # fmt: skip
    for at, row in enumerate(rows):
        problem.add_job(
            engine.Job(
                at + 1,
                location=at + 1,
                default_service=board[at],
                delivery=engine.Amount([int(row[SEATS]), int(row[CHAIRS])]),
                skills={at + 1},
                time_windows=[engine.TimeWindow(0, late[at])],
            )
        )

    def run() -> Routes:
        answer = problem.solve(exploration_level=LEVEL, nb_threads=1, timeout=timedelta(seconds=6 * seconds))
        routes: dict[int, list[int]] = {}
        for _, step in answer.routes.iterrows():
            if step["type"] == "job":
                routes.setdefault(int(step["vehicle_id"]), []).append(int(step["id"]) - 1)
        return list(routes.values())

    return run


def ortools(task: Task, riders: Sequence[int], seconds: float, seed: int) -> Callable[[], Routes]:
    """OR-Tools routing: guided local search from the parallel cheapest insertion, stopped by processor time.

    It has no seed of its own; the riders are given in an order drawn with the seed, which leads it elsewhere.
    """
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    order = [int(each) for each in np.random.default_rng(seed).permutation(len(riders))]
    mixed = [riders[at] for at in order]
    board, late = _by(task, mixed)
    rows = task.arrays.child[mixed]
    fleet = [offer for offer in offers(task, mixed) for _ in range(offer.most)]
    manager = pywrapcp.RoutingIndexManager(len(mixed) + 1, len(fleet), 0)
    model = pywrapcp.RoutingModel(manager)
    callbacks = {}
    for option in sorted({offer.option for offer in fleet}):
        cost, between = _matrices(task, mixed, option)
        callbacks[option] = model.RegisterTransitMatrix(cost.tolist())
    for k, offer in enumerate(fleet):
        model.SetArcCostEvaluatorOfVehicle(callbacks[offer.option], k)
        model.SetFixedCostOfVehicle(offer.fixed, k)
    spent = between + np.array([0, *board])[:, None]
    model.AddDimension(model.RegisterTransitMatrix(spent.tolist()), 0, HORIZON, True, "time")
    clock = model.GetDimensionOrDie("time")
    for each, (column, room) in enumerate(((SEATS, 0), (CHAIRS, 1))):
        load = model.RegisterUnaryTransitVector([0, *(int(row[column]) for row in rows)])
        model.AddDimensionWithVehicleCapacity(load, 0, [offer.room[room] for offer in fleet], True, f"load{each}")
    for at in range(len(mixed)):
        index = manager.NodeToIndex(at + 1)
        clock.CumulVar(index).SetMax(late[at])
        allowed = [k for k, offer in enumerate(fleet) if offer.carries[at]]
        model.VehicleVar(index).SetValues([-1, *allowed])
        model.AddDisjunction([index], SCALE * 100_000)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromSeconds(3600)
    model.CloseModelWithParameters(search)

    def run() -> Routes:
        model.AddSearchMonitor(model.solver().CustomLimit(_clock(seconds)))
        answer = model.SolveWithParameters(search)
        routes = []
        for k in range(len(fleet)):
            index, route = model.Start(k), []
            while answer is not None and not model.IsEnd(index):
                node = manager.IndexToNode(index)
                route += [order[node - 1]] if node else []
                index = answer.Value(model.NextVar(index))
            routes.append(route)
        return routes

    return run


def _clock(seconds: float) -> Watch:
    """Return a function that says whether so many processor seconds have gone since now."""
    until = time.process_time() + seconds
    return lambda: time.process_time() > until


ENGINES = {"pyvrp": pyvrp, "vroom": vroom, "ortools": ortools}
