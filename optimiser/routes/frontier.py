"""What may be saved against how many children change: each school near last term's at several prices, one plan chosen.

For school s and candidate plan j with cost ``c[s, j]`` and ``m[s, j]`` children changed, choose one plan a school at
least total cost with at most the cap changed, within the fleet; then let vehicles be given up whose children few would
miss (`merging`). The first candidate changes least, so that the cap is met wherever it can be.
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
from optimiser.routes.fitting import layout_for, load_of
from optimiser.routes.merging import Merger, ease_bays, merge, mergers
from optimiser.routes.planning import PER_CHILD, plan_city, screened
from optimiser.routes.problem import Change, Child, RoutesProblem
from optimiser.routes.screening import usable_classes
from optimiser.routes.solution import Direction, RoutesSolution, Run, Unserved
from optimiser.routes.steadying import PRICES, Candidate, candidates
from optimiser.routes.verifier import verify

STEPS_A_SECOND = 800
"""Iterations that a slow machine makes in a second, by which the time allowed is shared out among schools."""

SHARES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
"""Shares of the children who may change, at which the frontier is drawn."""

OVER = 1_000_000.0
"""The price in pence of a vehicle beyond the fleet, or of a child beyond the cap, in choosing candidates."""

RATES = (40_000, 25_000, 15_000, 10_000, 8_000, 6_000, 5_000, 4_000, 3_000, 2_000, 1_000, 0)
"""Prices of a child changed, in pence a day, tried in sharing a cap between the schools and the vehicles."""


@dataclass(frozen=True)
class Point:
    """A plan on the frontier: at most ``cap`` children changed, and what it really changes, costs and saves."""

    cap: int
    changed: int
    cost: Pence
    saving: Pence
    plan: RoutesSolution


@dataclass(frozen=True)
class Menu:
    """Every school's candidates, the runs that stay whatever is chosen, and who cannot be carried."""

    schools: Mapping[str, tuple[Candidate, ...]]
    kept: tuple[Run, ...]
    unserved: tuple[Unserved, ...]
    stopped: bool


def menus_for(problem: RoutesProblem, *, limits: Limits = Limits(), seed: int = 0, progress: Progress = ignore) -> Menu:
    """Return every school's candidates; once somebody asks to stop, or time is up, the rest only mend last term's."""
    unserved, listed = screened(problem)
    kept = _kept(problem)
    riding = {(child, run.direction) for run in kept for child in run.children}
    carried: dict[str, dict[Direction, list[Child]]] = {}
    for (school, direction), children in listed.items():
        carried.setdefault(school, {})[direction] = [c for c in children if (c.id, direction) not in riding]
    total = len(problem.children) or 1
    budget = limits.work or 2 * PER_CHILD * total
    began, stopped, waiting = time.monotonic(), False, total
    menus: dict[str, tuple[Candidate, ...]] = {}
    for number, (school, mine) in enumerate(sorted(carried.items())):
        size = len(problem.children_of[school])
        work = max(20, round(budget * size / total / len(PRICES)))
        late = False
        if limits.seconds is not None:
            left = 0.7 * limits.seconds - (time.monotonic() - began)
            late = left <= 0
            work = max(20, min(work, round(STEPS_A_SECOND * left * size / waiting / len(PRICES))))
        waiting = max(1, waiting - size)
        prices = PRICES[:1] if stopped or late else PRICES
        menus[school] = candidates(problem, school, mine, work=work, seed=seed * 7919 + number, prices=prices)
        said = f"{number + 1} of {len(carried)} schools weighed"
        stopped = stopped or not progress(Step(0.9 * (number + 1) / len(carried), said))
    return Menu(menus, kept, tuple(unserved), stopped)


def _kept(problem: RoutesProblem) -> tuple[Run, ...]:
    """Return the runs of last term that stay: the pinned, and those shared by schools where they keep every rule."""
    pinned = [run for run in problem.last if run.id in problem.pinned_runs]
    shared = [
        run
        for run in problem.last
        if run.id not in problem.pinned_runs
        and set(run.children) <= set(problem.child)
        and len({problem.child[child].school for child in run.children}) > 1
    ]
    if shared:
        free = replace(problem, change=Change(tolerance=problem.change.tolerance), pinned_runs=frozenset(), last=())
        found = verify(free, RoutesSolution(tuple(shared)))
        broken = {name for v in found if v.hard and v.rule != "served-once" for name in v.subjects}
        shared = [run for run in shared if run.id not in broken and run.vehicle not in broken]
    return (*pinned, *shared)


def choose(problem: RoutesProblem, menu: Menu, cap: int) -> dict[str, Candidate]:
    """Return one candidate for each school, cheapest in all with at most ``cap`` changed, or the least change."""
    model = LinearModel()
    columns = {school: [model.variable(cost=each.cost) for each in menus] for school, menus in menu.schools.items()}
    for mine in columns.values():
        model.row(mine, lower=1.0, upper=1.0)
    flat = [(each, column) for s, mine in columns.items() for each, column in zip(menu.schools[s], mine, strict=True)]
    over = model.variable(cost=OVER, upper=1e9, whole=False)
    model.row(
        [*(column for _, column in flat), over], [*(float(each.changed) for each, _ in flat), -1.0], upper=float(cap)
    )
    for group, most in _caps(problem):
        used = [(column, float(_vehicles(each.runs, group))) for each, column in flat]
        weighed = [(column, count) for column, count in used if count]
        if weighed:
            beyond = model.variable(cost=OVER, upper=1e9, whole=False)
            here = _vehicles(menu.kept, group)
            model.row(
                [*(c for c, _ in weighed), beyond], [*(n for _, n in weighed), -1.0], upper=float(max(0, most - here))
            )
    values = model.solve(Limits(seconds=30, gap=1e-5)).values
    if values is None:
        return {school: min(menus, key=lambda each: each.changed) for school, menus in menu.schools.items()}
    return {
        school: max(zip(menu.schools[school], mine, strict=True), key=lambda pair: values[pair[1]])[0]
        for school, mine in columns.items()
    }


def _caps(problem: RoutesProblem) -> list[tuple[frozenset[str], int]]:
    """Return each limited group of classes and how many vehicles there are."""
    found = [(frozenset({kind.id}), kind.available) for kind in problem.vehicle_classes if kind.available is not None]
    for operator in problem.operators:
        if operator.cap is not None:
            mine = frozenset(kind.id for kind in problem.vehicle_classes if kind.operator == operator.id)
            found.append((mine, operator.cap))
    return found


def _vehicles(runs: Sequence[Run], group: frozenset[str]) -> int:
    return len({run.vehicle for run in runs if run.vehicle_class in group})


def assemble(problem: RoutesProblem, menu: Menu, chosen: Mapping[str, Candidate]) -> RoutesSolution:
    """Return the city's plan of the candidates, within the fleet, each of last term's vehicles under its own name."""
    names = _names(problem, menu, chosen)
    runs = [*menu.kept]
    for _, each in sorted(chosen.items()):
        runs += [replace(run, id=names.get(run.id, run.id), vehicle=names.get(run.vehicle, run.vehicle))
                 for run in each.runs]  # fmt: skip
    runs = _within_fleet(problem, _driveable(problem, runs))
    aboard = {(child, run.direction) for run in runs for child in run.children}
    left = list(menu.unserved)
    listed = {(each.child, each.direction) for each in left} | aboard
    for child in problem.children:
        for direction in Direction:
            if problem.travels(child, direction) and (child.id, direction) not in listed:
                said = f"Carrying child {child.id} would cost more than the price put on leaving them out."
                left.append(Unserved(child.id, direction, "served-once", said))
    return RoutesSolution(tuple(runs), tuple(sorted(left, key=lambda each: (each.child, each.direction.value))))


def _names(problem: RoutesProblem, menu: Menu, chosen: Mapping[str, Candidate]) -> dict[str, str]:
    """Return lasting names for new vehicles and runs, none of them used before."""
    taken = {name for run in (*problem.last, *menu.kept) for name in (run.id, run.vehicle)}
    fresh: dict[str, str] = {}
    number = 0
    for _, each in sorted(chosen.items()):
        for run in each.runs:
            for name in (run.vehicle, run.id):
                if name not in taken and name not in fresh:
                    number += 1
                    while f"n{number:04d}" in taken:
                        number += 1
                    fresh[name] = f"n{number:04d}"
    return fresh


def _driveable(problem: RoutesProblem, runs: Sequence[Run]) -> list[Run]:
    """Return the runs, those that a shared vehicle can no longer reach in time, or of another class, on their own."""
    found: list[Run] = []
    split: dict[tuple[str, int], str] = {}
    taken = {run.vehicle for run in (*runs, *problem.last)}
    by_vehicle: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda each: (each.begins, each.id)):
        by_vehicle.setdefault(run.vehicle, []).append(run)
    for vehicle, mine in by_vehicle.items():
        days: list[list[Run]] = []
        for run in mine:
            day = next((each for each in days if _follows(problem, each, run)), None)
            if day is None:
                days.append([run])
            else:
                day.append(run)
        for at, day in enumerate(days):
            if at:
                number = at
                while f"{vehicle}x{number}" in taken:
                    number += 1
                split[(vehicle, at)] = f"{vehicle}x{number}"
                taken.add(f"{vehicle}x{number}")
            found += [replace(run, vehicle=split.get((vehicle, at), vehicle)) for run in day]
    return found


def _follows(problem: RoutesProblem, day: Sequence[Run], run: Run) -> bool:
    if day[0].vehicle_class != run.vehicle_class:
        return False
    return not any(
        violation.rule == "vehicle-chain" for violation in verify(_only(problem), RoutesSolution((day[-1], run)))
    )


def _only(problem: RoutesProblem) -> RoutesProblem:
    return replace(problem, last=(), pinned_runs=frozenset(), pinned_children=frozenset())


def _within_fleet(problem: RoutesProblem, runs: Sequence[Run]) -> list[Run]:
    """Return the runs with other classes for vehicles beyond the fleet, a new one's of any operator."""
    used: dict[str, set[str]] = {}
    for run in runs:
        used.setdefault(run.vehicle_class, set()).add(run.vehicle)
    old = {run.vehicle for run in problem.last}
    by_vehicle: dict[str, list[Run]] = {}
    for run in runs:
        by_vehicle.setdefault(run.vehicle, []).append(run)
    given: dict[str, str] = {}
    for kind in problem.vehicle_classes:
        spare = None if kind.available is None else kind.available - len(used.get(kind.id, ()))
        for vehicle in sorted(used.get(kind.id, ()), key=lambda v: (v in old, v)) if spare is not None else ():
            if spare is not None and spare < 0:
                other = _other_class(problem, by_vehicle[vehicle], used, vehicle in old)
                if other is not None:
                    used[kind.id].discard(vehicle)
                    used.setdefault(other, set()).add(vehicle)
                    given[vehicle] = other
                    spare += 1
    return [_reclassed(problem, run, given.get(run.vehicle)) for run in runs]


def _other_class(
    problem: RoutesProblem, runs: Sequence[Run], used: Mapping[str, set[str]], same_operator: bool
) -> str | None:
    loads = [load_of(problem, [problem.child[child] for child in run.children]) for run in runs]
    now = problem.vehicle_class[runs[0].vehicle_class]
    for kind in sorted(usable_classes(problem), key=lambda each: (each.day_rate, each.id)):
        room = kind.available is None or len(used.get(kind.id, ())) < kind.available
        own = kind.operator == now.operator or not same_operator
        if room and own and kind.id != now.id and all(layout_for(kind, load) is not None for load in loads):
            return kind.id
    return None


def _reclassed(problem: RoutesProblem, run: Run, class_id: str | None) -> Run:
    if class_id is None:
        return run
    layout = layout_for(problem.vehicle_class[class_id], load_of(problem, [problem.child[c] for c in run.children]))
    return run if layout is None else replace(run, vehicle_class=class_id, layout=layout.id)


def plan_within(
    problem: RoutesProblem, menu: Menu, cap: int, *, giving: Sequence[Merger] | None = None
) -> RoutesSolution:
    """Return the cheapest plan found with at most ``cap`` children changed, counted over the whole city.

    ``giving`` are the vehicles that might be given up, by which the cap is shared between schools and vehicles.
    """
    if giving is None:
        giving = likely(problem, menu)
    kept_back = _for_vehicles(menu, giving, cap)
    target = cap - kept_back
    best: RoutesSolution | None = None
    for _ in range(4):
        plan = assemble(problem, menu, choose(problem, menu, max(0, target)))
        left = cap - len(costing.changed(problem, plan))
        if left < 0:
            target += left - 1
            best = best or plan
            continue
        better = ease_bays(problem, merge(problem, plan, mergers(problem, plan, budget=left)))
        keeps = len(costing.changed(problem, better)) <= cap and not _breaks(problem, better)
        return better if keeps and costing.cost(problem, better) < costing.cost(problem, plan) else plan
    assert best is not None
    return best


def likely(problem: RoutesProblem, menu: Menu) -> tuple[Merger, ...]:
    """Return the vehicles that could be given up in the plan that changes least, whoever they change."""
    return mergers(problem, assemble(problem, menu, choose(problem, menu, 0)))


def _for_vehicles(menu: Menu, giving: Sequence[Merger], cap: int) -> int:
    """Return how many of the cap's children are best changed by giving up vehicles: the same price rules both."""
    spent = 0
    for price in RATES:
        schools = sum(
            min(menus, key=lambda each: (each.cost + price * each.changed, each.changed)).changed
            for menus in menu.schools.values()
        )
        vehicles = sum(each.changes for each in giving if each.saving > price * each.changes)
        if schools + vehicles > cap:
            break
        spent = vehicles
    return spent


def _breaks(problem: RoutesProblem, plan: RoutesSolution) -> bool:
    free = replace(problem, change=Change(tolerance=problem.change.tolerance))
    return any(violation.hard for violation in verify(free, plan))


def within_cap(
    problem: RoutesProblem, *, limits: Limits = Limits(), seed: int = 0, progress: Progress = ignore
) -> tuple[RoutesSolution, bool, int]:
    """Return the cheapest plan found within the problem's cap on change.

    A child whose change would break the cap is listed as unserved by ``change-cap`` rather than moved, and one whom
    the fleet cannot carry by ``fleet-count``.
    """
    cap = problem.change.cap
    assert cap is not None, "only asked of a problem with a cap"
    menu = menus_for(problem, limits=limits, seed=seed, progress=progress)
    plan = _held_to(problem, plan_within(problem, menu, cap), cap)
    return plan, menu.stopped, limits.work or 2 * PER_CHILD * len(problem.children)


def _held_to(problem: RoutesProblem, plan: RoutesSolution, cap: int) -> RoutesSolution:
    """Leave out runs whose children would break the cap, fewest children first, until it is kept."""
    while len(costing.changed(problem, plan)) > cap:
        moved = costing.changed(problem, plan)
        run = min((r for r in plan.runs if set(r.children) & moved), key=lambda r: (len(r.children), r.id))
        said = f"Carrying child {{}} would change more children than the cap of {cap} allows. Raise the cap."
        plan = _without(plan, run, "change-cap", said)
    return plan


def _without(plan: RoutesSolution, run: Run, rule: str, said: str) -> RoutesSolution:
    left = [Unserved(c, run.direction, rule, said.format(c)) for c in run.children]
    return RoutesSolution(tuple(each for each in plan.runs if each.id != run.id), (*plan.unserved, *left))


def frontier(
    problem: RoutesProblem,
    *,
    shares: Sequence[float] = SHARES,
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
) -> tuple[Point, ...]:
    """Return the cheapest plan found at each share of children changed.

    Savings are counted from last term's runs as they are where those keep every rule, and otherwise from the plan that
    changes fewest. A share of one is planned afresh as well, as if there were no last term.
    """
    menu = menus_for(problem, limits=limits, seed=seed, progress=progress)
    free = replace(problem, change=Change(tolerance=problem.change.tolerance))
    travellers = {child for child, _ in problem.last_run if child in problem.child}
    giving = likely(free, menu)
    as_was = RoutesSolution(problem.last)
    stays = not _breaks(problem, as_was)
    found: list[tuple[int, RoutesSolution]] = [(0, as_was)] if stays else []
    for share in sorted(shares):
        cap = int(share * len(travellers))
        plans = [plan_within(free, menu, cap, giving=giving)]
        if share >= 1.0 and not menu.stopped:
            plans.append(plan_city(free, limits=limits, seed=seed)[0])
        plans += [plan for _, plan in found[-1:]]
        found.append((cap, min(plans, key=lambda plan: costing.cost(free, plan))))
    base = costing.cost(free, found[0][1])
    return tuple(
        Point(cap, len(costing.changed(free, plan)), cost := costing.cost(free, plan), Pence(base - cost), plan)
        for cap, plan in found[stays:]
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
    note = (
        f"Share of {children} children who had a run last term; savings counted from last term's runs where they keep "
        "every rule, or else from the plan that changes fewest."
    )
    return Table("frontier", "Saving against change", columns, rows, note)
