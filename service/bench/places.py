"""Solve one public allocation benchmark with the same core that places pupils, and say what came out."""

import time
from pathlib import Path
from typing import Any

from data.benchmarks.allocation import SETS, read_locations, read_send
from optimiser import places
from optimiser.core.limits import Limits
from optimiser.core.progress import Step
from optimiser.places import siting
from optimiser.places.model.location import Location
from optimiser.places.problem import Problem
from optimiser.places.solution import Solution
from service.bench import places_peers


def run(
    set_name: str,
    path: str | Path,
    *,
    seconds: float,
    seed: int = 0,
    capacity: float | None = None,
    peer: str | None = None,
    **_: Any,
) -> dict[str, Any]:
    """Solve the instance at ``path`` within ``seconds`` of processor time and return the answer as plain data.

    ``set_name`` is a set or its folder name. An OR-Library file whose site lines say "capacity" holds four instances:
    ``capacity`` (or ``FILE#8000`` as the path) picks one; without it all four are solved, the first as the answer and
    the others under ``others``. A folder is solved file by file, under ``instances``. ``peer`` (highs, cp-sat or spopt)
    solves a location instance by other means. Sites and customers are numbered from 0, in the file's order.
    Raises BadProblem for an unknown set or a file that is not of it.
    """
    known = SETS.get(set_name, set_name)
    text, _, wanted = str(path).partition("#")
    place = Path(text)
    if place.is_dir():
        files = sorted(each for each in place.iterdir() if each.is_file() and each.suffix in (".txt", ".dat", ".json"))
        return {"set": known, "instances": [run(known, each, seconds=seconds, seed=seed) for each in files]}
    if known == "send-alloc":
        return _allocation(read_send(place), place.stem, seconds, seed)
    chosen = float(wanted) if wanted else capacity
    if peer is not None:
        return _peer(peer, known, read_locations(known, place, capacity=chosen)[0], seconds, seed)
    answers = [_location(known, each, seconds, seed) for each in read_locations(known, place, capacity=chosen)]
    return {**answers[0], "others": answers[1:]} if len(answers) > 1 else answers[0]


def _location(known: str, problem: Location, seconds: float, seed: int) -> dict[str, Any]:
    siting.warm()
    began = time.process_time()
    found = siting.solve(problem, limits=Limits(seconds=seconds), seed=seed, clock=time.process_time)
    opened: list[int] = []
    assignment: list[Any] = []
    if found.siting is not None:
        opened = [int(i) for i in found.siting.open.nonzero()[0]]
        for j in range(problem.customers):
            used = found.siting.share[:, j].nonzero()[0]
            shares = [[int(i), float(found.siting.share[i, j])] for i in used]
            assignment.append(int(used[0]) if problem.single or problem.capacity is None else shares)
    return {
        "set": known,
        "instance": problem.name,
        "objective": found.cost,
        "bound": found.bound,
        "open": opened,
        "assignment": assignment,
        "cpu_seconds": round(time.process_time() - began, 2),
    }


def _peer(peer: str, known: str, problem: Location, seconds: float, seed: int) -> dict[str, Any]:
    began = time.process_time()
    found, bound, why = places_peers.solve(peer, problem, seconds=seconds, seed=seed)
    spent = round(time.process_time() - began, 2)
    answer = {"set": known, "instance": problem.name, "peer": peer, "objective": places_peers.cost(problem, found)}
    return {**answer, "bound": bound, "cpu_seconds": spent, "reason": why}


def _allocation(problem: Problem, name: str, seconds: float, seed: int) -> dict[str, Any]:
    places.warm()
    began = time.process_time()

    def on(step: Step, /) -> bool:
        return time.process_time() - began < seconds

    result = places.solve(problem, limits=Limits(seconds=seconds * siting.OVERRUN), seed=seed, progress=on)
    spent = round(time.process_time() - began, 2)
    answer: dict[str, Any] = {
        "set": "send-alloc",
        "instance": name,
        "objective": None if result.cost is None else result.cost / 100,
        "bound": None if result.bound is None else result.bound / 100,
        "open": [],
        "assignment": {},
        "cpu_seconds": spent,
    }
    return answer if result.solution is None else {**answer, **_plan(problem, result.solution)}


def _plan(problem: Problem, solution: Solution) -> dict[str, Any]:
    """Return the plan by id: open bases (a list a year when there are several), each pupil's base, extra places."""
    years = range(problem.years)
    opened = [[each.base for each in solution.bases if each.open[year]] for year in years]
    extra = [{each.base: each.extra[year] for each in solution.bases if each.extra[year]} for year in years]
    assignment: dict[str, str | None] = {each.pupil: None for each in solution.unplaced}
    assignment.update({each.pupil: each.base for each in solution.placements})
    if problem.years == 1:
        return {"open": opened[0], "assignment": assignment, "extra": extra[0]}
    return {"open": opened, "assignment": assignment, "extra": extra}
