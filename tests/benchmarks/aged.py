"""A last term that was planned well and has gone stale: our own plan of the summer, with leavers and joiners since.

The shares of those who came, left and moved house are those of the built-in cities (`data.synthetic.last_term`).
A vehicle takes home whom it fetched in the morning, as a council's do. Whoever left is taken off and the vehicle goes
on as it was. Whoever came is put where the desk's own list of ways to add a child says it costs least, both ways alike.
"""

from dataclasses import replace

import numpy as np

from data.synthetic.last_term import COME, LEFT, MOVED
from optimiser.routes.frontier import Menu, assemble
from optimiser.routes.insertion import accept, options_for, without
from optimiser.routes.planning import screened
from optimiser.routes.problem import Child, RoutesProblem
from optimiser.routes.solution import Direction, RoutesSolution
from optimiser.routes.steadying import candidates


def aged(problem: RoutesProblem, *, work: int, seed: int) -> RoutesSolution:
    """Return last term's plan: ``work`` iterations for the summer's children, then everybody's comings and goings."""
    rng = np.random.default_rng(seed)
    came = [child for child in problem.children if rng.random() < COME + MOVED and not child.together]
    stayed = [child for child in problem.children if child not in came]
    gone = _since_left(stayed, round(len(problem.children) * (LEFT + MOVED)), rng)
    summer = replace(problem, children=(*stayed, *gone), last=())
    plan = both_ways_alike(summer, work=work, seed=seed)
    for child in gone:
        plan = without(summer, plan, child)
    now = replace(problem, children=tuple(stayed), last=())
    for at in rng.permutation(len(came)):
        child = came[int(at)]
        options = options_for(now, plan, child, most=100)
        alike = [each for each in options if len({seating.run.vehicle for seating in each.seatings}) == 1]
        now = replace(now, children=(*now.children, child))
        # Whom nothing on the list could carry was not carried, and is new to the plan that follows.
        plan = accept(now, plan, child, (alike or options)[0]) if options else plan
    return plan


def both_ways_alike(problem: RoutesProblem, *, work: int, seed: int) -> RoutesSolution:
    """Return a plan from nothing in which each child rides the same vehicle both ways."""
    unserved, listed = screened(problem)
    carried: dict[str, dict[Direction, list[Child]]] = {}
    for (school, direction), children in listed.items():
        carried.setdefault(school, {})[direction] = children
    menus = {}
    for number, (school, mine) in enumerate(sorted(carried.items())):
        share = max(200, round(work * len(problem.children_of[school]) / len(problem.children)))
        numbered = seed * 7919 + number
        menus[school] = candidates(problem, school, mine, work=share, seed=numbered, prices=(0,), apart=False)
    menu = Menu(menus, (), tuple(unserved), stopped=False)
    return assemble(problem, menu, {school: found[0] for school, found in menus.items()})


def _since_left(stayed: list[Child], count: int, rng: np.random.Generator) -> list[Child]:
    """Return children who have left since, each at the home of one schoolfellow with the age of another."""
    found = []
    for number in range(count):
        near = stayed[int(rng.integers(len(stayed)))]
        places = [child.home for child in stayed if child.school == near.school]
        home = places[int(rng.integers(len(places)))]
        found.append(Child(f"gone-{number}", near.school, home, near.phase, guide=near.guide))
    return found
