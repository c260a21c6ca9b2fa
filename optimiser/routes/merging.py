"""Two vehicles' work done by one, changing few children, and runs moved away from full bays, changing nobody.

A vehicle x may be given up when another takes its morning run and another (or the same) its afternoon run, each before
or after a run of its own. With ``a[x, y, d] = 1`` when vehicle y takes x's run in direction d and ``x = 1`` when x is
given up: every run of a vehicle given up is taken once, a vehicle takes at most one run each way, and none that is
itself given up. Saved are the day's rates, less the driving between runs; changed are the children of x.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.routes import costing
from optimiser.routes.assembling import link_of, places_of
from optimiser.routes.fitting import layout_for, load_of, running_cost
from optimiser.routes.model import chaining
from optimiser.routes.model.chaining import Link, school_times
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.riding import since_school
from optimiser.routes.run import Direction, Run
from optimiser.routes.search.single import Round, timed
from optimiser.routes.search.starts import calls_of
from optimiser.routes.solution import RoutesSolution
from optimiser.routes.steadying import gate_time, room
from optimiser.routes.timing import Call, spread

NEAREST = 12
"""The hosts considered for a run, the cheapest to reach first."""


@dataclass(frozen=True)
class Job:
    """A run with its round, as a host (free only within what changes nobody) and as a guest (free in its window)."""

    run: Run
    route: Round
    host: Link
    guest: Link


@dataclass(frozen=True)
class Offer:
    """Vehicle ``guest`` has its run in a direction taken by vehicle ``host``, at a cost in pence a day."""

    guest: str
    host: str
    direction: Direction
    cost: float


@dataclass(frozen=True)
class Merger:
    """A vehicle given up: who takes its run each way, what that saves, in pence a day, and the children it changes."""

    vehicle: str
    hosts: Mapping[Direction, str]
    saving: float
    changes: int


def round_of(problem: RoutesProblem, run: Run) -> Round:
    """Return a run of one school as a round without a clock."""
    school = problem.child[run.children[0]].school
    calls = calls_of(run)
    since = since_school(problem, school, run.direction, calls)
    return Round(school, run.direction, calls, since, run.vehicle_class, run.layout)


def mergers(
    problem: RoutesProblem, plan: RoutesSolution, *, price: float = 0.0, budget: int | None = None
) -> tuple[Merger, ...]:
    """Return the vehicles best given up when each child changed costs ``price`` and ``budget`` more may change."""
    jobs = _jobs(problem, plan)
    offers = [offer for direction in Direction for offer in _offers(problem, plan, jobs, direction)]
    already = costing.changed(problem, plan)
    count = {v: len({c for run in plan.vehicles[v] for c in run.children if _had(problem, c)} - already) for v in jobs}
    model = LinearModel()
    gone: dict[str, int] = {}
    for v, mine in jobs.items():
        kind = problem.vehicle_class[next(iter(mine.values())).run.vehicle_class]
        days = len(frozenset().union(*(job.run.weekdays for job in mine.values())))
        gone[v] = model.variable(cost=price * count[v] - kind.day_rate * days / 5)
    taken: dict[tuple[str, Direction], list[int]] = {(v, d): [] for v, mine in jobs.items() for d in mine}
    hosted: dict[tuple[str, Direction], list[int]] = {}
    columns = []
    for offer in offers:
        column = model.variable(cost=offer.cost)
        columns.append(column)
        taken[(offer.guest, offer.direction)].append(column)
        hosted.setdefault((offer.host, offer.direction), []).append(column)
    for (v, _), mine_taken in taken.items():
        model.row([*mine_taken, gone[v]], [*[1.0] * len(mine_taken), -1.0], lower=0.0, upper=0.0)
    for (host, _), mine_hosted in hosted.items():
        model.row([*mine_hosted, gone[host]], upper=1.0)
    if budget is not None:
        model.row(list(gone.values()), [float(count[v]) for v in gone], upper=float(max(0, budget)))
    values = model.solve(Limits(seconds=30, gap=1e-3)).values
    if values is None:
        return ()
    chosen = [offer for offer, column in zip(offers, columns, strict=True) if values[column] > 0.5]
    return tuple(_merger(problem, jobs, v, chosen, count[v]) for v in gone if values[gone[v]] > 0.5)


def _merger(
    problem: RoutesProblem, jobs: Mapping[str, Mapping[Direction, Job]], vehicle: str, chosen: Sequence[Offer],
    changes: int,
) -> Merger:  # fmt: skip
    mine = [offer for offer in chosen if offer.guest == vehicle]
    runs = [job.run for job in jobs[vehicle].values()]
    days = len(frozenset().union(*(run.weekdays for run in runs)))
    rate = problem.vehicle_class[runs[0].vehicle_class].day_rate * days / 5
    hosts = {offer.direction: offer.host for offer in mine}
    return Merger(vehicle, hosts, rate - sum(offer.cost for offer in mine), changes)


def _had(problem: RoutesProblem, child: str) -> bool:
    return any((child, direction) in problem.last_run for direction in Direction)


def _jobs(problem: RoutesProblem, plan: RoutesSolution) -> dict[str, dict[Direction, Job]]:
    """Return the vehicles with at most one run each way, of one school each, with nobody and nothing pinned."""
    found: dict[str, dict[Direction, Job]] = {}
    for vehicle, runs in plan.vehicles.items():
        if len({run.direction for run in runs}) != len(runs) or any(_held(problem, run) for run in runs):
            continue
        found[vehicle] = {}
        for run in runs:
            route = round_of(problem, run)
            link = link_of(problem, route)
            low, high = room(problem, run, route)
            found[vehicle][run.direction] = Job(run, route, replace(link, earliest=low, latest=high), link)
    return found


def _held(problem: RoutesProblem, run: Run) -> bool:
    schools = {problem.child[child].school for child in run.children}
    return len(schools) > 1 or run.id in problem.pinned_runs or bool(problem.pinned_children & set(run.children))


def _offers(
    problem: RoutesProblem, plan: RoutesSolution, jobs: Mapping[str, Mapping[Direction, Job]], direction: Direction
) -> Iterator[Offer]:
    """Give for each run the vehicles that could take it, cheapest first."""
    guests = [(v, mine[direction]) for v, mine in jobs.items() if direction in mine]
    if not guests:
        return
    reach = _reach(problem, guests, direction)
    idle = [v for v, mine in jobs.items() if direction not in mine]
    for at, (vehicle, job) in enumerate(guests):
        options = [(float(reach[at, to]), host) for to, (host, _) in enumerate(guests) if np.isfinite(reach[at, to])]
        given = 0
        for metres, host in sorted([*((0.0, host) for host in idle if host != vehicle), *options]):
            kind = problem.vehicle_class[plan.vehicles[host][0].vehicle_class]
            days = frozenset().union(*(run.weekdays for run in plan.vehicles[host]))
            if given < NEAREST and job.run.weekdays <= days and _layout(problem, kind.id, job.run) is not None:
                cost = _running(problem, kind.id, job) - _running(problem, job.run.vehicle_class, job)
                yield Offer(vehicle, host, direction, cost + costing.mileage(kind.per_mile, int(metres)))
                given += 1


def _running(problem: RoutesProblem, class_id: str, job: Job) -> int:
    lasts = job.guest.before + job.guest.after
    kind = problem.vehicle_class[class_id]
    return running_cost(problem, kind, job.run.direction, places_of(problem, job.route), lasts)


def _layout(problem: RoutesProblem, class_id: str, run: Run) -> str | None:
    load = load_of(problem, [problem.child[child] for child in run.children])
    layout = layout_for(problem.vehicle_class[class_id], load)
    return None if layout is None else layout.id


def _reach(problem: RoutesProblem, guests: Sequence[tuple[str, Job]], direction: Direction) -> np.ndarray:
    """Return the metres driven between the run of each guest (row) and of each host (column), in the better order."""
    travel = problem.travel(direction)
    guest, host = [job.guest for _, job in guests], [job.host for _, job in guests]
    last, first = travel.rows([link.last for link in guest]), travel.rows([link.first for link in guest])
    seconds, metres = travel.seconds[np.ix_(last, first)], travel.metres[np.ix_(last, first)].astype(float)

    def in_time(one: Sequence[Link], other: Sequence[Link]) -> np.ndarray:
        ends = np.array([link.earliest + link.after for link in one])
        begins = np.array([link.latest - link.before for link in other])
        found: np.ndarray = ends[:, None] + seconds <= begins[None, :]
        return found

    before = np.where(in_time(guest, host), metres, np.inf)
    after = np.where(in_time(host, guest), metres, np.inf).T
    best: np.ndarray = np.minimum(before, after)
    np.fill_diagonal(best, np.inf)
    return best


def merge(problem: RoutesProblem, plan: RoutesSolution, chosen: Sequence[Merger]) -> RoutesSolution:
    """Return the plan with these vehicles given up, each run taken timed beside its host's; one at odds is left."""
    jobs = _jobs(problem, plan)
    runs = {run.id: run for run in plan.runs}
    for merger in chosen:
        changed: list[Run] = []
        for direction, host in merger.hosts.items():
            changed += _taken(problem, jobs, merger.vehicle, host, direction)
        if len({run.id for run in changed} & {job.run.id for job in jobs[merger.vehicle].values()}) == len(
            jobs[merger.vehicle]
        ):
            runs |= {run.id: run for run in changed}
    return replace(plan, runs=tuple(runs[run.id] for run in plan.runs))


def _taken(
    problem: RoutesProblem, jobs: Mapping[str, Mapping[Direction, Job]], guest: str, host: str, direction: Direction
) -> Iterator[Run]:
    """Give the guest's run on the host's vehicle, and the host's own as it is timed then."""
    job, own = jobs[guest][direction], jobs[host].get(direction)
    kind = next(iter(jobs[host].values())).run.vehicle_class
    layout = _layout(problem, kind, job.run)
    assert layout is not None, "offers are made only by vehicles that fit"
    route = replace(job.route, vehicle_class=kind, layout=layout)
    if own is None:
        yield replace(job.run, vehicle=host, vehicle_class=kind, layout=layout)
        return
    links = [replace(job.guest, vehicle_class=kind), own.host]
    for order in ((0, 1), (1, 0)):
        times = school_times(problem, links, order)
        if times is not None:
            for at, time in zip(order, times, strict=True):
                mine, run_id = ((route, job.run.id), (own.route, own.run.id))[at]
                yield timed(problem, mine, at_school=time, run_id=run_id, vehicle=host)
            return


def ease_bays(problem: RoutesProblem, plan: RoutesSolution) -> RoutesSolution:
    """Return the plan with runs moved away from full bays as far as changes nobody, if that costs less."""
    free, calls, fixed = [], [], []
    for runs in plan.vehicles.values():
        for run in runs:
            alone = sum(other.direction is run.direction for other in runs) == 1 and not _held(problem, run)
            if alone:
                route = round_of(problem, run)
                low, high = room(problem, run, route)
                low, high = _between(problem, runs, run, low, high)
                free.append((run, route))
                calls.append(Call(route.school, run.direction, low, high, gate_time(run)))
            else:
                fixed += [(school, run) for school in sorted({problem.child[c].school for c in run.children})]
    times = spread(problem, calls, fixed)
    again = {
        run.id: timed(problem, route, at_school=at, run_id=run.id, vehicle=run.vehicle) if at != gate_time(run) else run
        for (run, route), at in zip(free, times, strict=True)
    }
    eased = replace(plan, runs=tuple(again.get(run.id, run) for run in plan.runs))
    return eased if costing.cost(problem, eased) < costing.cost(problem, plan) else plan


def _between(problem: RoutesProblem, runs: Sequence[Run], run: Run, low: int, high: int) -> tuple[int, int]:
    """Return the times at school at which a vehicle's other runs still leave it time, within those given."""
    at = gate_time(run)
    for other in runs:
        if other.direction is not run.direction:
            one, two = (run, other) if run.begins <= other.begins else (other, run)
            links = [link_of(problem, round_of(problem, each)) for each in (one, two)]
            spare = two.begins - one.ends - chaining.drive(problem, links[0], links[1])
            if run is one:
                high = min(high, at + max(0, spare))
            else:
                low = max(low, at - max(0, spare))
    return min(low, at), max(high, at)
