"""How much of a free plan's saving a cap on change keeps, on a built-in city.

``python -m tests.benchmarks.change_budget --size medium --work 300000 --out FILE`` first mends last term's runs with as
little change as can be found, since a few of them break a ride limit; the mended plan stands as last term's from then
on. It then draws the frontier from it and writes the points as JSON, with processor seconds. ``--aged`` puts a last
term in its place that was planned well and has gone stale (`aged`).
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

from data.problems import routes as builder
from data.synthetic import make
from optimiser.core.limits import Limits
from optimiser.core.progress import Step
from optimiser.routes import costing
from optimiser.routes.frontier import SHARES, Menu, assemble, choose, frontier, frontier_table, menus_for
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.solution import RoutesSolution
from optimiser.routes.verifier import verify
from tests.benchmarks.aged import aged


def mended(problem: RoutesProblem, *, work: int, seed: int) -> RoutesSolution:
    """Return last term's runs made legal with the least change found."""
    # To stop at once is to be given the least change alone.
    menu = menus_for(problem, limits=Limits(work=work), seed=seed, progress=lambda _: False)
    least = {school: menus[:1] for school, menus in menu.schools.items()}
    menu = Menu(least, menu.kept, menu.unserved, menu.stopped)
    return assemble(problem, menu, choose(problem, menu, 0))


def only_schools(problem: RoutesProblem, most: int) -> RoutesProblem:
    """Return the problem of the schools with at most so many children, and the runs of last term to them."""
    kept = tuple(school for school in problem.schools if len(problem.children_of[school.id]) <= most)
    children = tuple(child for school in kept for child in problem.children_of[school.id])
    ids = {child.id for child in children}
    last = tuple(run for run in problem.last if set(run.children) <= ids)
    return replace(problem, schools=kept, children=children, last=last)


def main() -> None:
    """Mend, draw the frontier and write both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="medium")
    parser.add_argument("--work", type=int, default=300_000, help="iterations for the whole city")
    parser.add_argument("--most", type=int, help="only schools of at most so many children")
    parser.add_argument("--aged", action="store_true", help="from our own plan gone stale, not the built-in last term")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    problem = builder.build(make(asked.size, seed=1)).problem
    if asked.most is not None:
        problem = only_schools(problem, asked.most)
    began = time.process_time()
    if asked.aged:
        stale = aged(problem, work=asked.work, seed=asked.seed)
        problem = replace(problem, last=stale.runs)
    as_was = RoutesSolution(problem.last)
    base = as_was if asked.aged else mended(problem, work=asked.work, seed=asked.seed)
    said = {
        "size": asked.size,
        "children": len(problem.children),
        "last_term_cost": costing.cost(problem, as_was),
        "last_term_hard": sum(v.hard for v in verify(problem, as_was)),
        "mended_cost": costing.cost(problem, base),
        "mended_hard": sum(v.hard for v in verify(problem, base)),
        "mended_changed": len(costing.changed(problem, base)),
        "mended_vehicles": len(base.vehicles),
        "mended_unserved": len(base.unserved),
        "mend_seconds": round(time.process_time() - began, 1),
    }
    print(json.dumps(said), flush=True)
    legal = replace(problem, last=base.runs)

    def tell(step: Step) -> bool:
        print(f"{time.process_time() - began:.0f} s {step.doing}", flush=True)
        return True

    points = frontier(legal, shares=SHARES, limits=Limits(work=asked.work), seed=asked.seed, progress=tell)
    table = frontier_table(legal, points)
    said["points"] = [dict(zip((c.key for c in table.columns), row, strict=True)) for row in table.rows]
    said["vehicles"] = [len(point.plan.vehicles) for point in points]
    said["hard"] = [sum(v.hard for v in verify(legal, point.plan)) for point in points]
    said["unserved"] = [len(point.plan.unserved) for point in points]
    said["cpu_seconds"] = round(time.process_time() - began, 1)
    asked.out.write_text(json.dumps(said, indent=1))


if __name__ == "__main__":
    main()
