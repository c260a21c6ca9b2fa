"""A whole city against PyVRP, VROOM and OR-Tools, school by school at equal processor time.

``python -m tests.benchmarks.city_peers --size full --seconds 150 --seeds 5 --out FILE`` writes a line of JSON for each
solver and seed. Every solver gets the same tasks, read outwards from school (`optimiser.routes.search.single`), and the
same processor seconds, shared out by number of children; setting up its model is not charged. Each plan is then
mended where the solver could not be told a rule, costed and verified by our own code, first with every run paying half
a day's rate, then put onto vehicles by our own fleet, chaining and clocks. Lines already in the file are not run again.
"""

import argparse
import importlib.metadata
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from data.problems import routes as builder
from data.synthetic import make
from optimiser.core.codec import from_json
from optimiser.core.limits import Limits
from optimiser.routes import costing, planning
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.search import starts
from optimiser.routes.search.arrays import OWNER, PLACE, SOLE
from optimiser.routes.search.single import Round, Task, timed, window_for
from optimiser.routes.verifier import verify
from tests.benchmarks import city_engines

PROBE = 200
"""Iterations by which our own search finds how many it can do in the seconds allowed; they are charged."""

Engine = Callable[[Task, Sequence[int], float, int], list[list[int]]]


def tasks_of(problem: RoutesProblem) -> list[Task]:
    """Return every school's tasks in both directions, with the children whom some run could carry."""
    _, carried = planning.screened(problem)
    jobs = planning.make_jobs(problem, carried, (), limits=Limits(), seed=0, start=None)
    return [task for job in jobs for task in job.tasks]


def ours(task: Task, seconds: float, seed: int) -> tuple[tuple[Round, ...], float]:
    """Return our own rounds of a task and the processor seconds used."""
    began = time.process_time()
    rounds, _ = starts.improve(task, iterations=PROBE, seed=seed, starts=1)
    left = seconds - (time.process_time() - began)
    if left > 0:
        steps = round(PROBE * left / (seconds - left))
        rounds, _ = starts.improve(task, iterations=max(1, steps), seed=seed, begin=[each.calls for each in rounds])
    return rounds, time.process_time() - began


def theirs(engine: Engine, task: Task, seconds: float, seed: int) -> tuple[tuple[Round, ...], float, int]:
    """Return a peer's rounds after mending, the processor seconds it used, and how many children had to be mended.

    A child with sole transport rides alone whatever the solver, so those runs are given to the peer. Whoever it left
    out, and every run that breaks a rule it could not be told (kept together, kept apart, days of the week), is put
    back by our own insertion, which is not charged.
    """
    arrays = task.arrays
    riders = [c for c in range(len(task.children)) if not arrays.child[c, SOLE]]
    alone = [[c] for c in range(len(task.children)) if arrays.child[c, SOLE]]
    routes, used = [], 0.0
    if riders:
        routes, used = city_engines.timed(engine, task, riders, seconds, seed)
    calls = []
    for route in [*alone, *routes]:
        place = [task.places[arrays.visit[arrays.visit[:, OWNER] == c][0, PLACE]] for c in route]
        calls.append([(task.children[c], at) for c, at in zip(route, place, strict=True)])
    state = starts.empty_state(arrays, task.longest)
    starts.load(task, state, calls)
    absent = int((state.run_of < 0).sum())
    if not absent:
        return starts.rounds_of(task, state), used, 0
    mended, _ = starts.improve(task, iterations=1, seed=seed, starts=1, begin=calls)
    return mended, used, absent


def judge(problem: RoutesProblem, rounds: Sequence[Round]) -> dict[str, object]:
    """Return a plan's cost run by run and as a whole day with vehicles, with what it leaves out and breaks."""
    unserved, _ = planning.screened(problem)
    runs = [
        timed(problem, route, at_school=window_for(problem, route)[1], run_id=f"r{at}", vehicle=f"r{at}")
        for at, route in enumerate(rounds)
    ]
    apart = 0
    for run in runs:
        fixed, charge, miles, hours = costing.vehicle_costs(problem, (run,))
        guide = problem.prices.guide * len(run.weekdays) if costing.needs_guide(problem, run) else 0
        apart += (fixed + charge) // 2 + miles + hours + guide
    plan = planning.finish(problem, list(rounds), (), unserved)
    broken = Counter(v.rule for v in verify(problem, plan) if v.hard)
    return {
        "runs": len(runs),
        "run_by_run": apart // 5,
        "whole_day": costing.cost(problem, plan),
        "paid": costing.costs(problem, plan).money,
        "vehicles": len(plan.vehicles),
        "unserved": len(plan.unserved),
        "hard": dict(broken),
    }


def one(problem: RoutesProblem, tasks: Sequence[Task], name: str, seconds: float, seed: int) -> dict[str, object]:
    """Return one solver's figures on the whole city with one seed."""
    children = sum(len(task.children) for task in tasks)
    rounds: list[Round] = []
    used, mended = 0.0, 0
    for number, task in enumerate(tasks):
        share = seconds * len(task.children) / children
        if name == "ours":
            found, cpu = ours(task, share, seed * 1_000 + number)
        else:
            found, cpu, absent = theirs(city_engines.ENGINES[name], task, share, seed * 1_000 + number)
            mended += absent
        rounds += found
        used += cpu
    return {"solver": name, "seed": seed, "cpu_seconds": round(used, 1), "mended": mended, **judge(problem, rounds)}


def problem_of(size: str) -> RoutesProblem:
    """Return the built-in city of a size, or the instance in a file."""
    if Path(size).exists():
        return from_json(RoutesProblem, Path(size).read_text())
    return builder.build(make(size, seed=1)).problem


def main() -> None:
    """Compare on one city and write a line for each solver and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="full", help="small, medium, full, or the file of a frozen instance")
    parser.add_argument("--seconds", type=float, default=150.0, help="processor seconds for the city, each solver")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--solvers", nargs="*", default=["ours", *city_engines.ENGINES])
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    problem = problem_of(asked.size)
    tasks = tasks_of(problem)
    starts.warm()
    np.seterr(all="ignore")
    lines = asked.out.read_text().splitlines() if asked.out.exists() else []
    done = {(each["size"], each["solver"], each["seed"]) for each in map(json.loads, lines)}
    versions = {name: importlib.metadata.version(name) for name in ("pyvrp", "pyvroom", "ortools", "numba")}
    with asked.out.open("a") as out:
        for seed in range(1, asked.seeds + 1):
            for name in asked.solvers:
                if (asked.size, name, seed) in done or (name == "vroom" and seed > 1):
                    continue
                line = {"size": asked.size, **one(problem, tasks, name, asked.seconds, seed), "versions": versions}
                out.write(json.dumps(line) + "\n")
                out.flush()


if __name__ == "__main__":
    main()
