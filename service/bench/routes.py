"""Solve one public transport benchmark with the same search that plans the runs, and say what came out."""

import math
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from data.benchmarks.transport import (
    PARK_FEET_A_SECOND,
    PARK_SEATS,
    PARK_YARD,
    Instance,
    SchoolBuses,
    read,
    set_name,
)
from optimiser.routes.bounds import task_bound
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.run import Direction
from optimiser.routes.search import kernel, paired, starts
from optimiser.routes.search.arrays import empty_state
from optimiser.routes.search.single import Task, make_task

STEPS = 15_000
"""Steps of the search before a school is certified."""

SHAVED = 2.0
"""Seconds kept in hand on the school bus set, so that rounding of travel times cannot make a plan late."""


def run(
    set_name: str, path: str | Path, *, seconds: float, seed: int = 0, max_ride: float | None = None, **_: Any
) -> dict[str, Any]:
    """Solve the instance at ``path`` within ``seconds`` of processor time and return the answer as plain data.

    ``set_name`` is the folder name of the set or a short name. ``max_ride`` (seconds, 2700 or 5400) belongs to the
    school bus set only. Compiling the kernels, the first time on a machine, is not counted. Raises ValueError for an
    unknown set or a file that is not of it.
    """
    folder = _folder(set_name)
    instance = read(folder, Path(path))
    paired.warm()
    began = time.process_time()

    def spent() -> float:
        return time.process_time() - began

    if isinstance(instance, SchoolBuses):
        answer = _school_buses(instance, seconds, seed, 2700.0 if max_ride is None else float(max_ride), spent)
    else:
        answer = _rides(instance, seconds, seed, spent)
    return {
        "set": folder,
        "instance": instance.name,
        "objective": answer[0],
        "vehicles": answer[1],
        "cpu_seconds": round(spent(), 2),
        "bound": None,
    }


def certify(problem: RoutesProblem, way: str, *, seconds: float = 60.0, seed: int = 1) -> dict[str, Any]:
    """Plan a single school one way (``morning`` or ``afternoon``), prove a floor under it, and return both in pence.

    Planning and proof together take at most about ``seconds`` of processor time; when choosing among every run that
    matters finds a cheaper plan, that is the plan. The gap is a share of the plan; None when nothing was proved.
    """
    school = problem.schools[0].id
    task = make_task(problem, school, Direction(way), problem.children)
    if task is None:
        raise ValueError(f"there is nobody to carry to {school}, or nothing to carry them")
    task_bound(task, rounds=1)
    began = time.process_time()
    rounds, plan = starts.improve(task, iterations=STEPS, seed=seed)
    row = {child: at for at, child in enumerate(task.children)}
    known = [[row[child] for child, _ in each.calls] for each in rounds]
    searched = time.process_time() - began
    found = task_bound(task, begin=known, worth=plan, seconds=seconds - searched, clock=time.process_time)
    runs = len(rounds)
    if found is not None and found.visits:
        state = empty_state(task.arrays, task.longest)
        calls = [[_call(task, visit) for visit in run] for run in found.visits]
        starts.load(task, state, calls)
        worth = float(kernel.total(task.arrays, state))
        if worth < plan:
            plan, runs = worth, len(found.visits)
    floor = None if found is None else int(found.pence)
    return {
        "children": len(task.children),
        "runs": runs,
        "plan": round(plan, 2),
        "floor": floor,
        "gap": None if floor is None else f"{max(0.0, 1 - floor / plan):.4%}",
        "closed": found is not None and found.closed,
        "listed": 0 if found is None else found.listed,
        "search_seconds": round(searched, 1),
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def _call(task: Task, visit: int) -> tuple[str, str]:
    owner, place = task.arrays.visit[visit, :2]
    return task.children[int(owner)], task.places[int(place)]


def _folder(name: str) -> str:
    return set_name(name)


def _rides(
    instance: Instance, seconds: float, seed: int, spent: Callable[[], float]
) -> tuple[float | None, list[list[int]]]:
    kinds, owners, problem = _problem(instance)
    n = len(instance.rides)
    small = n <= 30 and not instance.fleet_first
    settings = paired.Settings(
        starts=3 if small else 1,
        fewer=0.4 if instance.fleet_first else 0.0,
        hot=0.3,
        cold=0.01 if not instance.fleet_first else 0.003,
        chunk=100 if n > 300 else 300,
        least_routes=_fewest(instance) if instance.fleet_first else 1,
    )
    plan = paired.search(problem, settings=settings, seed=seed, seconds=seconds - spent(), clock=time.process_time)
    free = [list(reversed(each)) for each in owners]
    vehicles: list[list[int]] = [[] for _ in instance.vehicles]
    for kind, nodes in plan.routes:
        places = [_place(instance, n, node) for node in nodes]
        vehicles[free[kind].pop()] = [instance.places[row].id for row in places]
    if plan.absent:
        return None, vehicles
    objective = sum(
        kinds[kind].fixed + kinds[kind].per_dist * _length(instance, owners[kind][0], n, nodes)
        for kind, nodes in plan.routes
    )
    return objective, vehicles


def _fewest(instance: Instance) -> int:
    """The fewest vehicles that could hold every single visit's load (one where loads come and go)."""
    if any(ride.delivery is not None for ride in instance.rides):
        return 1
    load = sum(instance.places[ride.pickup].demand[0] for ride in instance.rides)
    return max(1, math.ceil(load / instance.vehicles[0].capacity[0] - 1e-9))


def _place(instance: Instance, n: int, node: int) -> int:
    ride = instance.rides[node % n]
    return ride.pickup if node < n or ride.delivery is None else ride.delivery


def _length(instance: Instance, owner: int, n: int, nodes: tuple[int, ...]) -> float:
    depot = instance.vehicles[owner].depot
    points = [depot]
    for node in nodes:
        place = instance.places[_place(instance, n, node)]
        points.append((place.x, place.y))
    points.append(depot)
    return math.fsum(math.dist(a, b) for a, b in pairwise(points))


def _problem(instance: Instance) -> tuple[list[paired.Kind], list[list[int]], paired.Problem]:
    """Return the kinds of vehicle, which vehicles of the file are of each, and the arrays."""
    depots = list(dict.fromkeys(vehicle.depot for vehicle in instance.vehicles))
    points = np.array([(place.x, place.y) for place in instance.places] + depots, dtype=np.float64)
    dist = np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2))
    groups: dict[Any, list[int]] = {}
    for k, vehicle in enumerate(instance.vehicles):
        groups.setdefault(vehicle, []).append(k)
    kinds = []
    for vehicle, owners in groups.items():
        at = len(instance.places) + depots.index(vehicle.depot)
        kinds.append(
            paired.Kind(
                start=at,
                end=at,
                cap=vehicle.capacity,
                count=len(owners),
                fixed=vehicle.fixed,
                per_dist=vehicle.unit,
                duration=vehicle.duration,
                open=vehicle.early,
                close=min(vehicle.late, 1e15),
            )
        )
    up = [instance.places[ride.pickup] for ride in instance.rides]
    down = [instance.places[ride.pickup if ride.delivery is None else ride.delivery] for ride in instance.rides]
    service = np.array([place.service for place in up])
    requests = paired.Requests(
        pickup=np.array([ride.pickup for ride in instance.rides]),
        delivery=np.array([-1 if ride.delivery is None else ride.delivery for ride in instance.rides]),
        early=(np.array([p.early for p in up]), np.array([p.early for p in down])),
        late=(np.array([min(p.late, 1e15) for p in up]), np.array([min(p.late, 1e15) for p in down])),
        service=(service, np.array([p.service for p in down])),
        demand=np.array([p.demand for p in up]),
        ride=np.array([ride.longest for ride in instance.rides]) + service,
        price=np.full(len(up), float(dist.max()) * 20 + 2 * max(kind.fixed for kind in kinds)),
    )
    return kinds, list(groups.values()), paired.problem(requests, kinds, time=dist)


def _school_buses(
    instance: SchoolBuses, seconds: float, seed: int, longest: float, spent: Callable[[], float]
) -> tuple[float | None, list[list[int]]]:
    problem = park_problem(instance, longest)
    settings = paired.Settings(fewer=0.97, mean=10.0, chunk=20, cold=0.01)
    plan = paired.search(problem, settings=settings, seed=seed, seconds=seconds - spent(), clock=time.process_time)
    vehicles = [_bus(instance, nodes) for _, nodes in plan.routes]
    return (None if plan.absent else float(len(vehicles))), vehicles


def _bus(instance: SchoolBuses, nodes: tuple[int, ...]) -> list[int]:
    """The ids a bus visits, a school once for all the stops whose pupils get off together."""
    n = len(instance.stops)
    ids: list[int] = []
    for node in nodes:
        stop = instance.stops[node % n]
        each = stop.id if node < n else stop.school
        if node < n or not ids or ids[-1] != each:
            ids.append(each)
    return ids


def park_problem(instance: SchoolBuses, longest: float) -> paired.Problem:
    """Return the school bus instance as pickups and deliveries.

    As in the authors' own plans a ride counts from arriving at the stop to arriving at the school. Pupils of several
    stops get off in one visit (29 s and 1.9 s each); pick-up takes 19 s and 2.6 s each.
    """
    schools, stops = instance.schools, instance.stops
    row = {school.id: k for k, school in enumerate(schools)}
    points = np.array([PARK_YARD] + [(s.x, s.y) for s in schools] + [(s.x, s.y) for s in stops], dtype=np.float64)
    away = np.abs(points[:, None, 0] - points[None, :, 0]) + np.abs(points[:, None, 1] - points[None, :, 1])
    seconds = away / PARK_FEET_A_SECOND
    n = len(stops)
    at = np.array([row[stop.school] for stop in stops])
    pupils = np.array([stop.pupils for stop in stops], dtype=np.float64)
    early = np.array([schools[k].early for k in at], dtype=np.float64) + 0.5
    late = np.array([schools[k].late for k in at], dtype=np.float64) - SHAVED
    requests = paired.Requests(
        pickup=np.arange(n) + 1 + len(schools),
        delivery=at + 1,
        early=(np.full(n, -1e6), early),
        late=(np.full(n, 1e6), late),
        service=(19 + 2.6 * pupils, 1.9 * pupils),
        setup=(np.zeros(n), np.full(n, 29.0)),
        merge=(np.full(n, -1), at),
        demand=pupils,
        ride=np.full(n, longest - SHAVED),
        price=np.full(n, 1e7),
    )
    kind = paired.Kind(start=0, end=0, cap=(PARK_SEATS,), count=n, fixed=20_000.0, open=-1e6, close=1e6)
    return paired.problem(requests, [kind], time=seconds)
