"""What may be saved against how many children change: each school at several prices, one plan chosen a school.

For school s and candidate plan j with cost ``c[s, j]`` and ``m[s, j]`` children changed, choose one plan a school at
least total cost with at most the cap changed. One candidate is always last term's runs as they are, where they still
keep every rule, so the cap can be met.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.table import Column, Kind, Table
from optimiser.core.units import Pence
from optimiser.routes import costing
from optimiser.routes.insertion import accept, options_for, retimed
from optimiser.routes.planning import PER_CHILD, finish, plan_city, screened
from optimiser.routes.problem import Change, RoutesProblem
from optimiser.routes.riding import since_school
from optimiser.routes.search.single import Round
from optimiser.routes.search.starts import calls_of
from optimiser.routes.solution import Direction, RoutesSolution, Run, Unserved
from optimiser.routes.verifier import verify

PRICES = (0, 300, 1_000, 3_000, 10_000)
"""Prices of a changed child, in pence a day, at which each school is planned."""


STEPS_A_SECOND = 800
"""Iterations that a slow machine makes in a second, by which the time allowed is shared out among schools."""


@dataclass(frozen=True)
class Candidate:
    """One school's plan at one price: its runs, cost without the price of change, and the children changed."""

    runs: tuple[Run, ...]
    cost: Pence
    changed: int
    kept: bool


@dataclass(frozen=True)
class Point:
    """A plan on the frontier: at most ``cap`` children changed, and what it really changes, costs and saves."""

    cap: int
    changed: int
    cost: Pence
    saving: Pence
    plan: RoutesSolution


def part_of(problem: RoutesProblem, school: str) -> RoutesProblem:
    """Return the problem of one school alone, with last term's runs that carried its children and no other school's."""
    children = problem.children_of[school]
    ids = {child.id for child in children}
    last = tuple(
        run for run in problem.last if ids & set(run.children) == set(problem.child) & set(run.children) != set()
    )
    return replace(problem, children=children, schools=(problem.school[school],), last=last, mixed=frozenset())


def candidates(
    problem: RoutesProblem, school: str, *, work: int, seed: int, prices: Sequence[int] = PRICES
) -> tuple[Candidate, ...]:
    """Return one school's plans from last term's runs (as they are, where they can stay) to the cheapest."""
    part = part_of(problem, school)
    found = []
    as_was = _as_was(part)
    if as_was is not None:
        found.append(_candidate(part, as_was, kept=True))
    for price in prices if as_was is not None else prices or PRICES[:1]:
        priced = replace(part, change=Change(Pence(price), None, problem.change.tolerance))
        plan, _, _ = plan_city(priced, limits=Limits(work=work), seed=seed, start=as_was)
        found.append(_candidate(part, plan, kept=False))
    best: list[Candidate] = []
    for each in sorted(found, key=lambda c: (c.changed, c.cost)):
        if not best or each.cost < best[-1].cost:
            best.append(each)
    return tuple(best)


def _as_was(part: RoutesProblem) -> RoutesSolution | None:
    """Return last term's runs with leavers taken out and joiners put in where they add least, or None if a rule breaks.

    Runs that break a rule now are taken apart, and their children put in like joiners.
    """
    free = replace(part, change=Change(tolerance=part.change.tolerance), pinned_runs=frozenset(), last=())
    unserved, carried = screened(part)
    out = {(each.child, each.direction) for each in unserved}
    runs = [run for before in part.last if (run := _without_leavers(part, before, out)) is not None]
    broken = {v.subjects[-1] for v in verify(free, RoutesSolution(tuple(runs))) if v.hard and v.rule != "served-once"}
    plan = RoutesSolution(tuple(run for run in runs if run.id not in broken), tuple(unserved))
    for (_, direction), children in carried.items():
        for child in children:
            if (child.id, direction) not in plan.run_of:
                options = options_for(free, plan, child.id, most=1)
                if not options:
                    return None
                plan = _renamed(accept(free, plan, child.id, options[0]))
    return None if any(violation.hard for violation in verify(free, plan)) else plan


def _without_leavers(part: RoutesProblem, before: Run, out: set[tuple[str, Direction]]) -> Run | None:
    stay = [
        child
        for child in before.children
        if child in part.child
        and part.travels(part.child[child], before.direction)
        and (child, before.direction) not in out
    ]
    if not stay or before.vehicle_class not in part.vehicle_class:
        return None
    if len(stay) == len(before.children):
        return before
    calls = tuple(call for call in calls_of(before) if call[0] in stay)
    return retimed(part, before, calls, before.vehicle_class, before.layout)


def _renamed(plan: RoutesSolution) -> RoutesSolution:
    """Return the plan with runs named afresh where an option's name would be used twice."""
    seen: set[str] = set()
    runs = []
    for run in plan.runs:
        name = run.id
        while name in seen:
            name += "x"
        seen.add(name)
        runs.append(run if name == run.id else replace(run, id=name))
    return RoutesSolution(tuple(runs), plan.unserved)


def _candidate(part: RoutesProblem, plan: RoutesSolution, *, kept: bool) -> Candidate:
    free = replace(part, change=Change(tolerance=part.change.tolerance))
    changed = len(costing.changed(free, plan))
    return Candidate(plan.runs, costing.cost(free, plan), changed, kept or plan.runs == part.last)


def choose(menus: Mapping[str, Sequence[Candidate]], cap: int) -> dict[str, Candidate]:
    """Return one candidate for each school, cheapest in all with at most ``cap`` changed, or the least change."""
    model = LinearModel()
    columns: dict[str, list[int]] = {}
    for school, menu in menus.items():
        columns[school] = [model.variable(cost=each.cost) for each in menu]
        model.row(columns[school], lower=1.0, upper=1.0)
    over = model.variable(cost=1e7, upper=1e9, whole=False)
    flat = [column for school in menus for column in columns[school]]
    counts = [float(each.changed) for menu in menus.values() for each in menu]
    model.row([*flat, over], [*counts, -1.0], upper=float(cap))
    answer = model.solve(Limits(seconds=30, gap=1e-5))
    values = answer.values
    if values is None:
        return {school: min(menu, key=lambda each: each.changed) for school, menu in menus.items()}
    return {school: max(zip(menu, columns[school], strict=True), key=lambda pair: values[pair[1]])[0]
            for school, menu in menus.items()}  # fmt: skip


def assemble(problem: RoutesProblem, chosen: Mapping[str, Candidate]) -> RoutesSolution:
    """Return the city's plan of the candidates: schools that stay keep their runs exactly, the rest are chained."""
    plan = _assembled(problem, chosen, {school for school, each in chosen.items() if each.kept})
    free = replace(problem, change=Change(tolerance=problem.change.tolerance))
    if not any(violation.hard for violation in verify(free, plan)):
        return plan
    # A vehicle shared with another school may not bear what was changed: plan afresh all but what is exactly as it was.
    last = set(problem.last)
    return _assembled(problem, chosen, {s for s, each in chosen.items() if each.kept and last.issuperset(each.runs)})


def _assembled(problem: RoutesProblem, chosen: Mapping[str, Candidate], staying: set[str]) -> RoutesSolution:
    kept = [run for school in chosen if school in staying for run in chosen[school].runs]
    names = {run.id for run in kept}
    kept += [run for run in problem.last if run.id in problem.pinned_runs and run.id not in names]
    riding = {(child, run.direction) for run in kept for child in run.children}
    rounds = [
        _round(problem, run)
        for school, each in chosen.items()
        if school not in staying
        for run in each.runs
        if not any((child, run.direction) in riding for child in run.children)
    ]
    unserved, _ = screened(problem)
    return finish(problem, rounds, kept, unserved)


def _round(problem: RoutesProblem, run: Run) -> Round:
    school = problem.child[run.children[0]].school
    calls = calls_of(run)
    since = since_school(problem, school, run.direction, calls)
    return Round(school, run.direction, calls, since, run.vehicle_class, run.layout)


def menus_for(
    problem: RoutesProblem, *, limits: Limits = Limits(), seed: int = 0, progress: Progress = ignore
) -> tuple[dict[str, tuple[Candidate, ...]], bool]:
    """Return every school's candidates, and whether somebody asked to stop (the rest then keep last term's runs)."""
    menus: dict[str, tuple[Candidate, ...]] = {}
    total = len(problem.children) or 1
    budget = limits.work or 2 * PER_CHILD * total
    listed = [school for school in problem.schools if problem.children_of[school.id]]
    began, stopped, waiting = time.monotonic(), False, total
    for number, school in enumerate(listed):
        mine = len(problem.children_of[school.id])
        work = max(1, round(budget * mine / total))
        late = False
        if limits.seconds is not None:
            left = 0.7 * limits.seconds - (time.monotonic() - began)
            late = left <= 0
            work = max(1, min(work, round(STEPS_A_SECOND * left * mine / waiting / len(PRICES))))
        waiting -= mine
        quick = stopped or late
        menus[school.id] = candidates(
            problem, school.id, work=1 if quick else work, seed=seed, prices=() if quick else PRICES
        )
        said = f"{number + 1} of {len(listed)} schools weighed"
        stopped = stopped or not progress(Step(0.9 * (number + 1) / len(listed), said))
    return menus, stopped


def plan_within(problem: RoutesProblem, menus: Mapping[str, Sequence[Candidate]], cap: int) -> RoutesSolution:
    """Return the cheapest plan found with at most ``cap`` children changed, counted over the whole city.

    Chaining afresh can change a vehicle that a school alone would have kept, so the target is lowered until it is met.
    """
    target = cap
    for _ in range(6):
        plan = assemble(problem, choose(menus, target))
        over = len(costing.changed(problem, plan)) - cap
        if over <= 0:
            return plan
        target = max(0, target - over - 1)
    return assemble(problem, choose(menus, 0))


def within_cap(
    problem: RoutesProblem, *, limits: Limits = Limits(), seed: int = 0, progress: Progress = ignore
) -> tuple[RoutesSolution, bool, int]:
    """Return the cheapest plan found within the problem's cap on change.

    A child whose change would break the cap is listed as unserved by ``change-cap`` rather than moved.
    """
    cap = problem.change.cap
    assert cap is not None, "only asked of a problem with a cap"
    menus, stopped = menus_for(problem, limits=limits, seed=seed, progress=progress)
    plan = _held_to(problem, plan_within(problem, menus, cap), cap)
    return plan, stopped, limits.work or 2 * PER_CHILD * len(problem.children)


def _held_to(problem: RoutesProblem, plan: RoutesSolution, cap: int) -> RoutesSolution:
    """Leave out runs whose children would break the cap, fewest children first, until it is kept."""
    while len(costing.changed(problem, plan)) > cap:
        moved = costing.changed(problem, plan)
        run = min((r for r in plan.runs if set(r.children) & moved), key=lambda r: (len(r.children), r.id))
        said = f"Carrying child {{}} would change more children than the cap of {cap} allows. Raise the cap."
        left = [Unserved(c, run.direction, "change-cap", said.format(c)) for c in run.children]
        runs = tuple(each for each in plan.runs if each.id != run.id)
        plan = RoutesSolution(runs, (*plan.unserved, *left))
    return plan


def frontier(
    problem: RoutesProblem,
    *,
    shares: Sequence[float] = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0),
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
) -> tuple[Point, ...]:
    """Return the cheapest plan found at each share of children changed, savings counted from the least change."""
    menus, _ = menus_for(problem, limits=limits, seed=seed, progress=progress)
    free = replace(problem, change=Change(tolerance=problem.change.tolerance))
    travellers = {child for child, _ in problem.last_run if child in problem.child}
    plans: list[tuple[int, RoutesSolution]] = []
    for share in sorted(shares):
        cap = int(share * len(travellers))
        plan = plan_within(free, menus, cap)
        if plans and costing.cost(free, plans[-1][1]) < costing.cost(free, plan):
            plan = plans[-1][1]
        plans.append((cap, plan))
    base = costing.cost(free, plans[0][1])
    return tuple(
        Point(cap, len(costing.changed(free, plan)), cost := costing.cost(free, plan), Pence(base - cost), plan)
        for cap, plan in plans
    )


def frontier_table(problem: RoutesProblem, points: Sequence[Point]) -> Table:
    """Return the frontier as a table: children changed, cost and saving a day and a year, share of the whole saving."""
    whole = max((point.saving for point in points), default=0)
    children = len({child for child, _ in problem.last_run if child in problem.child}) or 1
    columns = (
        Column("cap", "At most changed", Kind.COUNT),
        Column("changed", "Children changed", Kind.COUNT),
        Column("share", "Share of children", Kind.SHARE),
        Column("cost", "Cost a day", Kind.PENCE),
        Column("saving", "Saving a day", Kind.PENCE),
        Column("year", "Saving a year", Kind.PENCE),
        Column("kept", "Share of the whole saving", Kind.SHARE),
    )
    rows = tuple(
        (p.cap, p.changed, p.changed / children, p.cost, p.saving, p.saving * problem.school_days,
         p.saving / whole if whole else 0.0)
        for p in points
    )  # fmt: skip
    note = f"Share of {children} children who had a run last term; savings counted from the plan that changes fewest."
    return Table("frontier", "Saving against change", columns, rows, note)
