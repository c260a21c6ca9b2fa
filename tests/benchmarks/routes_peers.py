"""PyVRP, VROOM and OR-Tools on the windows benchmarks, tuned fairly, for comparison at equal processor time.

``python -m tests.benchmarks.routes_peers PATH --seconds S`` prints one line a seed and peer. Each peer is skipped with
a reason when it is not installed (``pip install .[peers]``). Windows and single visits only: the others have no ride
limits. Coordinates are scaled by 1,000 so that whole numbers lose nothing that matters; distances are re-added here.
"""

import argparse
import importlib.util
import logging
import math
import time
from pathlib import Path

from data.benchmarks.transport import Instance, read
from service.bench.routes import run
from tests.benchmarks.checkers_routes import check_solomon

SCALE = 1000


def pyvrp(instance: Instance, seconds: float, seed: int) -> list[list[int]]:
    """PyVRP with 20 neighbours, perturbation 1 to 10 and a high top penalty; a fixed cost stands for a vehicle."""
    from pyvrp import Model, PenaltyParams, SolveParams
    from pyvrp.search import NeighbourhoodParams, PerturbationParams
    from pyvrp.stop import MaxRuntime

    logging.getLogger("pyvrp").setLevel(logging.ERROR)
    model = Model()
    places = instance.places
    nodes = [model.add_location(x=p.x, y=p.y) for p in places]
    model.add_depot(nodes[0])
    for node, p in zip(nodes[1:], places[1:], strict=True):
        model.add_client(
            node,
            delivery=int(p.demand[0]),
            service_duration=int(p.service * SCALE),
            tw_early=int(p.early * SCALE),
            tw_late=int(p.late * SCALE),
        )
    vehicle = instance.vehicles[0]
    model.add_vehicle_type(
        len(instance.vehicles),
        capacity=int(vehicle.capacity[0]),
        fixed_cost=10**7,
        tw_early=int(vehicle.early * SCALE),
        tw_late=int(vehicle.late * SCALE),
    )
    for a, one in zip(nodes, places, strict=True):
        for b, other in zip(nodes, places, strict=True):
            away = math.ceil(math.hypot(one.x - other.x, one.y - other.y) * SCALE)
            model.add_edge(a, b, distance=away, duration=away)
    params = SolveParams(
        penalty=PenaltyParams(max_penalty=1e7),
        neighbourhood=NeighbourhoodParams(num_neighbours=20),
        perturbation=PerturbationParams(1, 10),
    )
    result = model.solve(MaxRuntime(seconds), seed=seed, params=params, display=False)
    return [[places[v].id for v in _clients(route)] for route in result.best.routes()]


def _clients(route: object) -> list[int]:
    """The rows in ``places`` of a route's clients, which PyVRP numbers apart from its one depot."""
    return [int(each.idx) + 1 for each in route if each.is_client()]  # type: ignore[attr-defined]


def vroom(instance: Instance, seconds: float, seed: int) -> list[list[int]]:
    """VROOM at its highest exploration level within the time; it has no seed."""
    import numpy as np
    import vroom as engine

    places = instance.places
    at = np.array([(p.x, p.y) for p in places])
    away = np.ceil(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) * 100).astype(np.uint32)
    problem = engine.Input()
    problem.set_durations_matrix(profile="car", matrix_input=away)
    for k, vehicle in enumerate(instance.vehicles):
        problem.add_vehicle(
            engine.Vehicle(
                k + 1,
                start=0,
                end=0,
                capacity=[int(vehicle.capacity[0])],
                time_window=[int(vehicle.early * 100), int(vehicle.late * 100)],
            )
        )
    for row, p in enumerate(places[1:], start=1):
        problem.add_job(
            engine.Job(
                row,
                location=row,
                default_service=int(p.service * 100),
                delivery=engine.Amount([int(p.demand[0])]),
                time_windows=[engine.TimeWindow(math.ceil(p.early * 100), int(p.late * 100))],
            )
        )
    answer = problem.solve(exploration_level=5, nb_threads=1)
    routes: dict[int, list[int]] = {}
    for _, step in answer.routes.iterrows():
        if step["type"] == "job":
            routes.setdefault(int(step["vehicle_id"]), []).append(places[int(step["id"])].id)
    return list(routes.values())


def ortools(instance: Instance, seconds: float, seed: int) -> list[list[int]]:
    """OR-Tools routing, guided local search from the local cheapest insertion; a fixed cost stands for a vehicle."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    places = instance.places
    away = [[math.ceil(math.hypot(a.x - b.x, a.y - b.y) * SCALE) for b in places] for a in places]
    manager = pywrapcp.RoutingIndexManager(len(places), len(instance.vehicles), 0)
    model = pywrapcp.RoutingModel(manager)
    node = manager.IndexToNode
    cost = model.RegisterTransitCallback(lambda a, b: away[node(a)][node(b)])
    model.SetArcCostEvaluatorOfAllVehicles(cost)
    model.SetFixedCostOfAllVehicles(10**7)
    load = model.RegisterUnaryTransitCallback(lambda a: int(places[node(a)].demand[0]))
    model.AddDimension(load, 0, int(instance.vehicles[0].capacity[0]), True, "load")
    clock = model.RegisterTransitCallback(lambda a, b: away[node(a)][node(b)] + int(places[node(a)].service * SCALE))
    most = int(instance.vehicles[0].late * SCALE)
    model.AddDimension(clock, most, most, False, "time")
    timed = model.GetDimensionOrDie("time")
    for row, p in enumerate(places[1:], start=1):
        timed.CumulVar(manager.NodeToIndex(row)).SetRange(int(p.early * SCALE), int(p.late * SCALE))
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(int(seconds * 1000))
    answer = model.SolveWithParameters(search)
    routes = []
    for k in range(len(instance.vehicles)):
        index, route = model.Start(k), []
        while answer is not None and not model.IsEnd(index):
            if node(index):
                route.append(places[node(index)].id)
            index = answer.Value(model.NextVar(index))
        routes.append(route)
    return [route for route in routes if route]


PEERS = {"pyvrp": pyvrp, "vroom": vroom, "ortools": ortools}


def compare(path: Path, *, seconds: float, seeds: int) -> list[str]:
    """Return a line for each seed and solver: vehicles, distance, processor seconds, or why it was skipped."""
    instance = read("solomon", path)
    assert isinstance(instance, Instance)
    lines = []
    for seed in range(1, seeds + 1):
        answer = run("solomon", path, seconds=seconds, seed=seed)
        lines.append(_line("ours", seed, path, answer["vehicles"], answer["cpu_seconds"]))
        for name, solve in PEERS.items():
            if importlib.util.find_spec(name) is None:
                lines.append(f"{name} skipped: not installed (pip install .[peers])")
                continue
            began = time.process_time()
            try:
                routes = solve(instance, seconds, seed)
            except (ImportError, AttributeError, TypeError) as fault:
                lines.append(f"{name} skipped: this version has another interface ({fault})")
                continue
            lines.append(_line(name, seed, path, routes, time.process_time() - began))
    return lines


def _line(name: str, seed: int, path: Path, routes: list[list[int]], seconds: float) -> str:
    routes = [route for route in routes if route]
    wrong, far = check_solomon(path, routes)
    said = "; ".join(wrong[:2]) if wrong else f"{len(routes)} vehicles, {far:.2f}"
    return f"{path.stem} seed {seed} {name}: {said} in {seconds:.1f} s"


def main() -> None:
    """Compare on one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    for line in compare(asked.path, seconds=asked.seconds, seeds=asked.seeds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
