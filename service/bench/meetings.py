"""Runs the public meeting benchmarks and returns the answer in the form their checkers read."""

import os
import time
from pathlib import Path
from typing import Any

from data.benchmarks.meetings import Roster, read_grains, read_roster
from optimiser.core.limits import Limits
from optimiser.meetings import solve
from optimiser.meetings.search.packing import pack
from optimiser.meetings.solution import Solution

SETS = ("optaplanner", "send-roster")


def run(set_name: str, path: str | Path, *, seconds: float = 120.0, seed: int = 0, **options: Any) -> dict[str, Any]:
    """Return score, bound and assignment for one instance file; raises ValueError for an unknown set or a bad file.

    ``combined=True`` prices the staff-days of every role in the send-roster set.
    """
    began = time.process_time()
    if set_name == "optaplanner":
        answer = _optaplanner(Path(path), seconds, seed)
    elif set_name == "send-roster":
        answer = _send_roster(Path(path), seconds, seed, combined=bool(options.get("combined", False)))
    else:
        raise ValueError(f"there is no set called {set_name}; there are {' and '.join(SETS)}")
    instance = Path(path).name.removesuffix(".json")
    return {"set": set_name, "instance": instance, **answer, "cpu_seconds": round(time.process_time() - began, 2)}


def _optaplanner(path: Path, seconds: float, seed: int) -> dict[str, Any]:
    limits = Limits(seconds=max(1.0, seconds - 2.0), processes=min(2, os.cpu_count() or 1))
    plan = pack(read_grains(path), limits=limits, seed=seed)
    assignment = [[int(start), int(room)] for start, room in zip(plan.start, plan.room, strict=True)]
    return {"score": list(plan.score), "bound": None, "assignment": assignment}


def _send_roster(path: Path, seconds: float, seed: int, *, combined: bool) -> dict[str, Any]:
    roster = read_roster(path, combined=combined)
    result = solve(roster.problem, limits=Limits(seconds=seconds), seed=seed)
    assignment, people = _written(roster, result.solution)
    return {
        "score": result.cost,
        "bound": result.bound,
        "assignment": assignment,
        "people": people,
        "status": result.status.value,
    }


def _written(roster: Roster, solution: Solution | None) -> tuple[list[list[int] | None], list[list[str]]]:
    """Return each school's [day, grain] or None, and the ids of the people it meets."""
    assignment: list[list[int] | None] = []
    people: list[list[str]] = []
    for school in roster.schools:
        booking = solution.booking.get(school) if solution is not None else None
        assignment.append(roster.grain(booking.day, booking.start) if booking is not None else None)
        people.append(list(booking.people) if booking is not None else [])
    return assignment, people
