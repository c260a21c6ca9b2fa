"""What the desk does on a whole built-in city: planned, one school planned again, a child added, runs chained or mixed.

``python -m tests.benchmarks.city_desk --size full --work 40000 --out FILE`` writes processor seconds, memory of the
process and costs as JSON. The school planned again is the one with most children. Chaining is told by planning the same
runs with every one on a vehicle of its own; schools that may be mixed are the pairs with gates nearest each other.
"""

import argparse
import json
import resource
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from data.problems import routes as builder
from data.synthetic import make
from optimiser.core.limits import Limits
from optimiser.routes import costing
from optimiser.routes.insertion import options_for
from optimiser.routes.mixing import mix
from optimiser.routes.planning import plan_city
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.replanning import replan
from optimiser.routes.solution import RoutesSolution, Run
from optimiser.routes.verifier import verify


def largest_school(problem: RoutesProblem) -> str:
    """Return the school with most children to be carried."""
    return max(problem.schools, key=lambda school: (len(problem.children_of[school.id]), school.id)).id


def of_others(problem: RoutesProblem, plan: RoutesSolution, school: str) -> frozenset[Run]:
    """Return a plan's runs that carry nobody of a school."""
    mine = {child.id for child in problem.children_of[school]}
    return frozenset(run for run in plan.runs if not mine & set(run.children))


def unchained(problem: RoutesProblem, plan: RoutesSolution) -> int:
    """Return the cost of a plan's runs in pence a day when a vehicle does at most one run each way."""
    number: dict[tuple[str, object], int] = {}
    runs = []
    for run in sorted(plan.runs, key=lambda each: (each.begins, each.id)):
        at = number[run.vehicle, run.direction] = number.get((run.vehicle, run.direction), -1) + 1
        runs.append(replace(run, vehicle=f"{run.vehicle}/{at}"))
    return costing.cost(problem, replace(plan, runs=tuple(runs)))


def near_pairs(problem: RoutesProblem, count: int) -> frozenset[tuple[str, str]]:
    """Return as many pairs of schools as asked, the nearest gates first."""
    rows = problem.morning.rows([school.place for school in problem.schools])
    metres = problem.morning.metres[np.ix_(rows, rows)]
    order = np.argsort(metres, axis=None, kind="stable")
    both = (divmod(at, len(rows)) for at in order.tolist())
    pairs = ((problem.schools[one].id, problem.schools[other].id) for one, other in both)
    found = [pair for pair in pairs if pair[0] < pair[1]]
    return frozenset(found[:count])


def main() -> None:
    """Plan, ask, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="full")
    parser.add_argument("--work", type=int, default=40_000, help="iterations for the whole city")
    parser.add_argument("--pairs", type=int, default=0, help="pairs of schools that agree to share vehicles")
    parser.add_argument("--mix", type=int, default=100_000, help="iterations for the mixed loads")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    problem = replace(builder.build(make(asked.size, seed=1)).problem, last=())
    said: dict[str, object] = {"size": asked.size, "children": len(problem.children)}
    began = time.process_time()

    def tell(**figures: object) -> None:
        nonlocal began
        said.update(figures, **{f"{next(iter(figures))}_seconds": round(time.process_time() - began, 1)})
        said["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps(said), flush=True)
        asked.out.write_text(json.dumps(said, indent=1))
        began = time.process_time()

    plan = plan_city(problem, limits=Limits(work=asked.work), seed=1)[0]
    hard = sum(violation.hard for violation in verify(problem, plan))
    tell(plan=costing.cost(problem, plan), vehicles=len(plan.vehicles), unserved=len(plan.unserved), hard=hard)
    school = largest_school(problem)
    again = replan(problem, plan, schools=[school])
    others = of_others(problem, plan, school)
    same = others == of_others(problem, again, school)
    tell(replan=costing.cost(problem, again), school=len(problem.children_of[school]), others=len(others), same=same)
    found = options_for(problem, plan, problem.children_of[school][0])
    tell(options=len(found))
    alone = unchained(problem, plan)
    tell(unchained=alone)
    if asked.pairs:
        agreed = replace(problem, mixed=near_pairs(problem, asked.pairs))
        mixed = mix(agreed, plan, limits=Limits(work=asked.mix))
        hard = sum(violation.hard for violation in verify(agreed, mixed))
        tell(mixed=costing.cost(agreed, mixed), mixed_hard=hard, mixed_unserved=len(mixed.unserved))


if __name__ == "__main__":
    main()
