"""Mixed loads: children of schools that have agreed to share, in one vehicle, started from the single-school runs."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from optimiser.core.limits import Limits
from optimiser.core.units import METRES_PER_MILE, Seconds
from optimiser.routes.assembling import plan_runs
from optimiser.routes.planning import better
from optimiser.routes.problem import Child, Layout, RoutesProblem, Seat, VehicleClass
from optimiser.routes.riding import ride_limit, since_school, walk_seconds
from optimiser.routes.screening import usable_classes
from optimiser.routes.search import paired
from optimiser.routes.search.arrays import Flags
from optimiser.routes.search.single import Round, eligible_options
from optimiser.routes.solution import Direction, RoutesSolution, Run, Stop

MOST = 160
"""The most children whose runs are mixed at once: beyond it, neighbourhoods are planned one after another."""
ROUNDS = 60
"""Rounds of the search for each child of a neighbourhood when no work is given."""


@dataclass(frozen=True)
class Ride:
    """A child to be carried in a neighbourhood: where met, and by which run of the plan so far."""

    child: Child
    place: str


def mix(
    problem: RoutesProblem, solution: RoutesSolution, *, limits: Limits = Limits(), seed: int = 0
) -> RoutesSolution:
    """Return the plan with loads mixed wherever that is cheaper and breaks no rule; otherwise the plan as it was.

    Only schools in ``problem.mixed`` take part. Children stay at the place where the single-school run met them. A
    neighbourhood whose mixed runs break a rule (say, the cap on waiting aboard) keeps its single-school runs, as does
    one not begun within ``limits.seconds``.
    """
    best, began = solution, time.monotonic()
    for number, schools in enumerate(neighbourhoods(problem)):
        if limits.seconds is not None and time.monotonic() - began > limits.seconds:
            break
        tried = _mixed(problem, best, schools, limits, seed * 31 + number)
        if better(problem, tried, best):
            best = tried
    return best


def neighbourhoods(problem: RoutesProblem) -> tuple[tuple[str, ...], ...]:
    """Return groups of schools joined by agreements, cut where a group would hold too many children."""
    friends: dict[str, set[str]] = {}
    for one, other in problem.mixed:
        if one in problem.school and other in problem.school and one != other:
            friends.setdefault(one, set()).add(other)
            friends.setdefault(other, set()).add(one)
    left, found = sorted(friends), []
    while left:
        group: list[str] = []
        queue, children = [left[0]], 0
        while queue:
            school = queue.pop(0)
            size = len(problem.children_of[school])
            if school not in left or (group and children + size > MOST):
                continue
            left.remove(school)
            group.append(school)
            children += size
            queue += sorted(friends[school])
        found.append(tuple(group))
    return tuple(group for group in found if len(group) > 1)


def _mixed(
    problem: RoutesProblem, plan: RoutesSolution, schools: Sequence[str], limits: Limits, seed: int
) -> RoutesSolution:
    """Return the plan with one neighbourhood's runs replaced by what the search finds, rules not yet checked."""
    gone: set[str] = set()
    rounds: list[Round] = []
    shared: list[Run] = []
    for direction in Direction:
        mine = [run for run in plan.runs if run.direction is direction and _free(problem, run, schools)]
        if len(mine) < 2:
            continue
        for orders, kind, layout, old in _search(problem, direction, mine, limits, seed):
            if old is not None:
                continue
            if _plain(problem, direction, orders):
                rounds.append(_round(problem, direction, orders, kind, layout))
            else:
                shared.append(_shared(problem, direction, orders, kind, layout, len(shared)))
            gone |= {run.id for run in mine if set(run.children) & {child for child, _ in orders}}
    kept = [run for run in plan.runs if run.id not in gone]
    paired_up = _with_vehicles(plan, shared)
    return RoutesSolution(plan_runs(problem, rounds, kept=(*kept, *paired_up)), plan.unserved)


def _free(problem: RoutesProblem, run: Run, schools: Sequence[str]) -> bool:
    """Return whether a run of these schools may be broken up: nobody pinned, part-time or bound to others is aboard."""
    aboard = [problem.child[child] for child in run.children]
    return run.id not in problem.pinned_runs and all(
        child.school in schools
        and child.id not in problem.pinned_children
        and child.id not in problem.partners
        and len(child.weekdays) == 5
        for child in aboard
    )


def _plain(problem: RoutesProblem, direction: Direction, calls: Sequence[tuple[str, str]]) -> bool:
    """Return whether a run serves one school in one visit, at its end in the morning and at its start after school."""
    half = len(calls) // 2
    gates = {problem.school[problem.child[child].school].place for child, _ in calls}
    visit = calls[half:] if direction is Direction.MORNING else calls[:half]
    schools = {problem.child[child].school for child, _ in calls}
    return len(schools) == 1 and all(place in gates for _, place in visit)


Found = tuple[tuple[tuple[str, str], ...], str, str, Run | None]


def _search(
    problem: RoutesProblem, direction: Direction, runs: Sequence[Run], limits: Limits, seed: int
) -> Iterator[Found]:
    """Give each route found: its calls (child, place) in visiting order with schools, its class and layout.

    The last item is the run of the plan so far when the route is the same.
    """
    rides = [Ride(problem.child[c], run.home_stop(c).place) for run in runs for c in run.children]
    kinds = _kinds(problem, runs, rides)
    task = _task(problem, direction, rides, kinds)
    start = _start(problem, direction, runs, rides, kinds)
    rounds = max(200, ROUNDS * len(rides))
    if limits.work is not None:
        rounds = max(200, limits.work * len(rides) // (20 * max(1, len(problem.children))))
    settings = paired.Settings(rounds=rounds, hot=0.05, cold=0.0005)
    found = paired.search(task, settings=settings, seed=seed, start=start)
    before = {tuple(nodes): run for (_, nodes), run in zip(start.routes, runs, strict=True)}
    n = len(rides)
    for kind, nodes in found.routes:
        kept = before.get(tuple(nodes))
        calls = []
        for node in nodes:
            ride = rides[node % n]
            home = node < n if direction is Direction.MORNING else node >= n
            calls.append((ride.child.id, ride.place if home else problem.school[ride.child.school].place))
        vehicle, layout, _ = kinds[kind]
        for trip in _trips(calls):
            yield trip, vehicle.id, layout.id, kept


def _trips(calls: Sequence[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], ...]]:
    """Cut a route wherever nobody is aboard: each part is a run, and chaining puts them on one vehicle again."""
    aboard: set[str] = set()
    trip: list[tuple[str, str]] = []
    for call in calls:
        trip.append(call)
        aboard ^= {call[0]}
        if not aboard:
            yield tuple(trip)
            trip = []


def _kinds(
    problem: RoutesProblem, runs: Sequence[Run], rides: Sequence[Ride]
) -> list[tuple[VehicleClass, Layout, bool]]:
    """Return classes and layouts, each with and without a guide: the best for any school here, and those in use."""
    options = {
        (option.kind.id, option.layout.id)
        for school in sorted({ride.child.school for ride in rides})
        for option in eligible_options(problem, problem.school[school], {})
    }
    options |= {(run.vehicle_class, run.layout) for run in runs}
    usable = {kind.id for kind in usable_classes(problem)}
    found = []
    for class_id, layout_id in sorted(options):
        kind = problem.vehicle_class[class_id]
        layout = kind.layout(layout_id)
        if layout is not None and class_id in usable:
            found += [(kind, layout, False), (kind, layout, True)]
    return found


def _task(
    problem: RoutesProblem, direction: Direction, rides: Sequence[Ride],
    kinds: Sequence[tuple[VehicleClass, Layout, bool]],
) -> paired.Problem:  # fmt: skip
    morning = direction is Direction.MORNING
    schools = [problem.school[ride.child.school] for ride in rides]
    places = sorted({ride.place for ride in rides} | {school.place for school in schools})
    travel = problem.travel(direction)
    at = travel.rows(places)
    size = len(places) + 1
    seconds, metres = np.zeros((size, size)), np.zeros((size, size))
    seconds[1:, 1:], metres[1:, 1:] = travel.seconds[np.ix_(at, at)], travel.metres[np.ix_(at, at)]
    row = {place: number for number, place in enumerate(places, start=1)}
    home = np.array([row[ride.place] for ride in rides])
    gate = np.array([row[school.place] for school in schools])
    windows = np.array([_arrivals(problem, direction, ride) for ride in rides], float)
    n = len(rides)
    ready, never = np.array([_ready(ride) if morning else 0 for ride in rides], float), np.full(n, 86400.0)
    board = np.array([ride.child.boarding for ride in rides], float)
    unload = np.array([school.unload for school in schools], float)
    merge = np.array([sorted({s.id for s in schools}).index(school.id) for school in schools])
    alone, nothing = np.full(n, -1), np.zeros(n)
    ride = np.array([_longest(problem, direction, each) for each in rides], float)

    def ends(at_home: Any, at_school: Any) -> tuple[Any, Any]:
        return (at_home, at_school) if morning else (at_school, at_home)

    pickup, delivery = ends(home, gate)
    requests = paired.Requests(
        pickup=pickup, delivery=delivery, early=ends(ready, windows[:, 0]), late=ends(never, windows[:, 1]),
        service=ends(board, nothing), setup=ends(nothing, unload), merge=ends(alone, merge), ride=ride,
        apart=_apart(problem, rides), allowed=_allowed(problem, rides, kinds),
        demand=np.array([[r.child.seat is Seat.SEAT, r.child.seat is Seat.WHEELCHAIR] for r in rides], float),
        price=np.full(n, 1e9),
    )  # fmt: skip
    fleet = [
        paired.Kind(
            start=0, end=0, cap=(float(layout.seats - guided), float(layout.wheelchairs)), count=n,
            fixed=kind.day_rate / 2 + guided * problem.prices.guide, per_dist=kind.per_mile / METRES_PER_MILE,
        )
        for kind, layout, guided in kinds
    ]  # fmt: skip
    return paired.problem(requests, fleet, time=seconds, dist=metres)


def _arrivals(problem: RoutesProblem, direction: Direction, ride: Ride) -> tuple[int, int]:
    """Return the earliest and latest arrival at school: in the afternoon, the window is for leaving, loaded."""
    school = problem.school[ride.child.school]
    window = school.window(direction)
    assert window is not None, "children of a school without a window have no run"
    early = 0 if direction is Direction.MORNING else school.unload
    return window.earliest - early, window.latest - early


def _ready(ride: Ride) -> int:
    return 0 if ride.child.ready is None else ride.child.ready + walk_seconds(ride.child, ride.place)


def _longest(problem: RoutesProblem, direction: Direction, ride: Ride) -> int:
    """Return the longest ride between starts of service, from the child's limit less the walk."""
    longest = ride_limit(problem, ride.child, direction).seconds - walk_seconds(ride.child, ride.place)
    if direction is Direction.MORNING:
        return longest
    return longest + problem.school[ride.child.school].unload - ride.child.boarding


def _apart(problem: RoutesProblem, rides: Sequence[Ride]) -> Flags:
    n = len(rides)
    apart = np.zeros((n, n), np.bool_)
    for a, one in enumerate(rides):
        for b, other in enumerate(rides[:a]):
            x, y = one.child, other.child
            if x.sole or y.sole or y.id in x.apart or x.id in y.apart or not problem.may_mix(x.school, y.school):
                apart[a, b] = apart[b, a] = True
    return apart


def _allowed(
    problem: RoutesProblem, rides: Sequence[Ride], kinds: Sequence[tuple[VehicleClass, Layout, bool]]
) -> Flags:
    return np.array(
        [
            [
                r.child.equipment <= kind.equipment
                and r.child.weekdays <= kind.weekdays
                and kind.kind not in problem.school[r.child.school].no_entry
                and (guided or r.child.guide.value == "none")
                for kind, _, guided in kinds
            ]
            for r in rides
        ],
        np.bool_,
    )


def _start(
    problem: RoutesProblem, direction: Direction, runs: Sequence[Run], rides: Sequence[Ride],
    kinds: Sequence[tuple[VehicleClass, Layout, bool]],
) -> paired.Plan:  # fmt: skip
    """Return the single-school runs as the search's plan."""
    number = {ride.child.id: at for at, ride in enumerate(rides)}
    n = len(rides)
    index = {(kind.id, layout.id, guided): at for at, (kind, layout, guided) in enumerate(kinds)}
    routes = []
    cost = 0.0
    for run in runs:
        guided = any(problem.child[child].guide.value != "none" for child in run.children)
        kind = index[run.vehicle_class, run.layout, guided]
        order = [number[child] for child in run.children]
        after = [at + n for at in order]
        routes.append((kind, tuple(order + after)))
        travel = problem.travel(direction)
        metres = sum(travel.metres_between(a.place, b.place) for a, b in pairwise(run.stops))
        vehicle = kinds[kind][0]
        cost += vehicle.day_rate / 2 + guided * problem.prices.guide + metres * vehicle.per_mile / METRES_PER_MILE
    return paired.Plan(tuple(routes), (), cost)


def _round(
    problem: RoutesProblem, direction: Direction, calls: Sequence[tuple[str, str]], kind: str, layout: str
) -> Round:
    school = problem.child[calls[0][0]].school
    gate = problem.school[school].place
    seen: dict[str, str] = {}
    for child, place in calls:
        if place != gate or child not in seen:
            seen[child] = place
    order = [(child, place) for child, place in calls if seen.get(child) == place]
    order = list(dict.fromkeys(order))
    outwards = tuple(order[::-1] if direction is Direction.MORNING else order)
    return Round(school, direction, outwards, since_school(problem, school, direction, outwards), kind, layout)


def _shared(
    problem: RoutesProblem, direction: Direction, calls: Sequence[tuple[str, str]], kind: str, layout: str, number: int
) -> Run:
    """Return a run of several schools, timed as late as its windows allow so that it waits least."""
    draft: list[Stop] = []
    aboard: set[str] = set()
    for child, place in calls:
        if not draft or draft[-1].place != place:
            draft.append(Stop(place, Seconds(0), Seconds(0)))
        here = draft.pop()
        draft.append(replace(here, off=(*here.off, child)) if child in aboard else replace(here, on=(*here.on, child)))
        aboard.add(child)
    name = ("am" if direction is Direction.MORNING else "pm") + f"-mixed-{number + 1}-{calls[0][0]}"
    timed = _clock(problem, direction, draft)
    return Run(name, direction, "", kind, layout, timed)


def _clock(problem: RoutesProblem, direction: Direction, stops: Sequence[Stop]) -> tuple[Stop, ...]:
    morning = direction is Direction.MORNING
    travel = problem.travel(direction)
    lasts, earliest, latest, offset = [], [], [], [0]
    for stop in stops:
        at_home, at_school = (stop.on, stop.off) if morning else (stop.off, stop.on)
        school = [problem.school[problem.child[child].school] for child in at_school]
        lasts.append(sum(problem.child[c].boarding for c in at_home) + max((s.unload for s in school), default=0))
        bounds = [_arrivals(problem, direction, Ride(problem.child[child], "")) for child in at_school]
        ready = [_ready(Ride(problem.child[child], stop.place)) for child in at_home] if morning else []
        earliest.append(max([0, *ready, *(low for low, _ in bounds)]))
        latest.append(min([86400, *(high for _, high in bounds)]))
    for at in range(1, len(stops)):
        drive = travel.seconds_between(stops[at - 1].place, stops[at].place)
        offset.append(offset[-1] + lasts[at - 1] + drive)
    clock = min(late - after for late, after in zip(latest, offset, strict=True))
    found: list[Stop] = []
    for at, stop in enumerate(stops):
        if at:
            clock = found[-1].leave + offset[at] - offset[at - 1] - lasts[at - 1]
        clock = max(clock, earliest[at])
        found.append(replace(stop, arrive=Seconds(clock), leave=Seconds(clock + lasts[at])))
    return tuple(found)


def _with_vehicles(plan: RoutesSolution, shared: Sequence[Run]) -> list[Run]:
    """Give mixed runs vehicles, a morning's and an afternoon's of one class together."""
    taken = set(plan.vehicles) | {run.id for run in plan.runs}
    found, waiting = [], [run for run in shared if run.direction is Direction.AFTERNOON]
    number = 0
    for run in [each for each in shared if each.direction is Direction.MORNING]:
        number += 1
        name = _name(taken, number)
        found.append(replace(run, vehicle=name))
        same = [each for each in waiting if each.vehicle_class == run.vehicle_class]
        if same:
            other = max(same, key=lambda each: (len(set(each.children) & set(run.children)), each.id))
            waiting.remove(other)
            found.append(replace(other, vehicle=name))
    for run in waiting:
        number += 1
        found.append(replace(run, vehicle=_name(taken, number)))
    return found


def _name(taken: set[str], number: int) -> str:
    name = f"m{number:04d}"
    while name in taken:
        name += "x"
    taken.add(name)
    return name
