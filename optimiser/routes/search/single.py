"""One school in one direction: from the problem to arrays, through the kernel, and back to runs with times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from optimiser.core.units import METRES_PER_MILE, Seconds
from optimiser.routes.problem import Child, Layout, RoutesProblem, School, Seat, VehicleClass
from optimiser.routes.run import Direction, Run, Stop
from optimiser.routes.screening import companions, latest, usable_classes
from optimiser.routes.search.arrays import (
    BOARDING,
    CHAIRS,
    EQUIPMENT,
    FIRST,
    GROUP,
    GUIDED,
    OLD,
    PARTED,
    PER_METRE,
    PER_SECOND,
    SEATS,
    SOLE,
    WEEK,
    Flags,
    Floats,
    Instance,
    Ints,
)

FOREVER = 1e9


@dataclass(frozen=True)
class Option:
    """A vehicle class in one of its layouts."""

    kind: VehicleClass
    layout: Layout


@dataclass(frozen=True)
class Task:
    """One school and direction ready for the kernel, with what is needed to read the answer back."""

    school: str
    direction: Direction
    children: tuple[str, ...]
    places: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    unload: Seconds
    arrays: Instance = field(repr=False)
    longest: int = 0


@dataclass(frozen=True)
class Round:
    """A run before it has a clock time: child ids with places, outwards from school, and seconds since school."""

    school: str
    direction: Direction
    calls: tuple[tuple[str, str], ...]
    since: tuple[int, ...]
    vehicle_class: str
    layout: str


def make_task(
    problem: RoutesProblem,
    school_id: str,
    direction: Direction,
    children: Sequence[Child],
    *,
    surcharge: Mapping[str, int] | None = None,
    forced: frozenset[str] = frozenset(),
    every_option: bool = False,
) -> Task | None:
    """Return the task of carrying these children of one school, or None when there is nobody or nothing to carry them.

    ``surcharge`` adds pence to a class's fixed cost for one direction, to steer a short fleet; ``forced`` children may
    not be left out whatever they cost. ``every_option`` keeps options that others dominate.
    """
    school = problem.school[school_id]
    options = eligible_options(problem, school, surcharge or {}, every_option=every_option)
    if not children or not options:
        return None
    places = [school.place, *sorted({point.place for child in children for point in child.places} - {school.place})]
    starts = sorted({option.kind.start for option in options if option.kind.start is not None} - set(places))
    arrays = _arrays(problem, school, direction, children, options, places, starts, surcharge or {}, forced)
    most = max(option.layout.seats + option.layout.wheelchairs for option in options)
    part_time = any(len(child.weekdays) < 5 for child in children)
    longest = min(len(children), most * 5 if part_time else most)
    names = tuple((option.kind.id, option.layout.id) for option in options)
    ids = tuple(child.id for child in children)
    return Task(school_id, direction, ids, tuple(places), names, school.unload, arrays, max(1, longest))


def eligible_options(
    problem: RoutesProblem, school: School, surcharge: Mapping[str, int], *, every_option: bool = False
) -> tuple[Option, ...]:
    """Return the classes and layouts that may call at a school, cheapest fixed cost first, the dominated left out."""
    found = [
        Option(kind, layout)
        for kind in usable_classes(problem)
        if kind.kind not in school.no_entry
        for layout in kind.layouts
    ]
    found.sort(key=lambda o: (o.kind.day_rate + 2 * surcharge.get(o.kind.id, 0), o.kind.id, o.layout.id))
    kept: list[Option] = []
    for option in found:
        if every_option or not any(dominates(other, option, surcharge) for other in kept):
            kept.append(option)
    kept.sort(key=lambda o: (_fixed(problem, school, o, surcharge), o.kind.id, o.layout.id))
    return tuple(kept)


def dominates(one: Option, other: Option, surcharge: Mapping[str, int]) -> bool:
    """Return whether one option can do whatever another can for no more."""
    a, b = one.kind, other.kind
    return (
        one.layout.seats >= other.layout.seats
        and one.layout.wheelchairs >= other.layout.wheelchairs
        and a.equipment >= b.equipment
        and a.weekdays >= b.weekdays
        and a.per_mile <= b.per_mile
        and a.per_hour <= b.per_hour
        and a.clean_air_charge <= b.clean_air_charge
        and a.day_rate + 2 * surcharge.get(a.id, 0) <= b.day_rate + 2 * surcharge.get(b.id, 0)
        and (a.start == b.start or a.start is None)
    )


def _fixed(problem: RoutesProblem, school: School, option: Option, surcharge: Mapping[str, int]) -> float:
    """Return what a run pays before it moves: half a day's rate, since the vehicle has another run the other way."""
    charge = option.kind.clean_air_charge if school.place in problem.clean_air else 0
    return (option.kind.day_rate + charge) / 2 + surcharge.get(option.kind.id, 0)


def _arrays(
    problem: RoutesProblem, school: School, direction: Direction, children: Sequence[Child],
    options: Sequence[Option], places: Sequence[str], starts: Sequence[str], surcharge: Mapping[str, int],
    forced: frozenset[str],
) -> Instance:  # fmt: skip
    seconds, metres = _outwards(problem, direction, [*places, *starts])
    row = {place: at for at, place in enumerate([*places, *starts])}
    n = len(children)
    calls = [(at, point) for at, child in enumerate(children) for point in child.places if point.place in row]
    first = np.searchsorted(np.array([at for at, _ in calls], np.int64), np.arange(n + 1)).astype(np.int64)
    bits = _Bits(problem, options)
    group, group_first, members = _groups(problem, direction, children)
    old, change_price = _old(problem, direction, children)
    apart = _apart(problem, direction, children)
    visit = [
        (at, row[p.place], latest(problem, children[at], school, direction, p), p.place in problem.clean_air)
        for at, p in calls
    ]
    child = np.zeros((n + 1, GROUP + 1), np.int64)
    child[:, FIRST] = first
    child[:n, OLD], child[:n, GROUP], child[:n, PARTED] = old, group, apart.any(axis=1)
    for at, each in enumerate(children):
        chair = each.seat is Seat.WHEELCHAIR
        week = sum(1 << day for day in each.weekdays)
        fields = (each.boarding, not chair, chair, each.guide.value != "none", each.sole, bits.needed(each, direction))
        child[at, [BOARDING, SEATS, CHAIRS, GUIDED, SOLE, EQUIPMENT]] = fields
        child[at, WEEK] = week
    zone_paid = school.place in problem.clean_air
    price = [
        (
            _fixed(problem, school, option, surcharge),
            0.0 if zone_paid else option.kind.clean_air_charge / 2,
            option.kind.per_mile / METRES_PER_MILE,
            option.kind.per_hour / 3600,
        )
        for option in options
    ]
    prices = np.array(price, float)
    offered = [(option.layout.seats, option.layout.wheelchairs, bits.offered(option)) for option in options]
    near = np.array([row[each.places[0].place] for each in children], np.intp)
    return Instance(
        seconds=seconds[: len(places), : len(places)].copy(),
        metres=metres[: len(places), : len(places)].copy(),
        visit=np.array(visit, np.int64),
        child=child,
        apart=apart,
        penalty=np.array([_penalty(problem, each, forced) for each in children]),
        group_first=group_first,
        members=members,
        near=np.argsort(np.maximum(seconds, seconds.T)[np.ix_(near, near)], axis=1, kind="stable").astype(np.int64),
        option=np.array(offered, np.int64),
        price=prices,
        leg=_legs(options, row, len(places), seconds, metres, prices, unload=school.unload),
        prices=np.array([problem.prices.guide, change_price, problem.prices.ride / 60], float),
    )


def _outwards(problem: RoutesProblem, direction: Direction, places: Sequence[str]) -> tuple[Ints, Ints]:
    """Return driving times and distances outwards from school: the morning is read backwards."""
    travel = problem.travel(direction)
    at = np.array(travel.rows(places), np.intp)
    block = np.ix_(at, at)
    seconds, metres = travel.seconds[block].astype(np.int64), travel.metres[block].astype(np.int64)
    if direction is Direction.MORNING:
        return np.ascontiguousarray(seconds.T), np.ascontiguousarray(metres.T)
    return seconds, metres


def _legs(
    options: Sequence[Option], row: Mapping[str, int], n: int, seconds: Ints, metres: Ints,
    prices: Floats, *, unload: int,
) -> Floats:  # fmt: skip
    """Return what each option pays to reach the outer end and to return from the school end, or the other way round."""
    legs = np.zeros((len(options), n))
    for o, option in enumerate(options):
        legs[o] += prices[o, PER_SECOND] * unload
        if option.kind.start is not None:
            start = row[option.kind.start]
            legs[o] += prices[o, PER_METRE] * (metres[:n, start] + metres[start, 0])
            legs[o] += prices[o, PER_SECOND] * (seconds[:n, start] + seconds[start, 0])
    return legs


def _penalty(problem: RoutesProblem, child: Child, forced: frozenset[str]) -> float:
    if child.id in forced:
        return FOREVER
    return problem.unserved_price(child) * len(child.weekdays) / 5


class _Bits:
    """Equipment, weekdays and pinned classes as bits: what a child needs and what an option offers."""

    def __init__(self, problem: RoutesProblem, options: Sequence[Option]) -> None:
        self.problem = problem
        kinds = {option.kind.id: option.kind for option in options}
        tokens: set[str] = set()
        for kind in kinds.values():
            tokens |= {f"equipment {each}" for each in kind.equipment}
            tokens |= {f"day {day}" for day in range(5) if day not in kind.weekdays}
        if problem.pinned_children:
            held = {run.vehicle_class for run in problem.last if set(run.children) & problem.pinned_children}
            tokens |= {f"class {class_id}" for class_id in held & set(kinds)}
        self.bit = {token: 1 << at for at, token in enumerate(sorted(tokens))}

    def needed(self, child: Child, direction: Direction) -> int:
        wants = [f"equipment {each}" for each in child.equipment] + [f"day {day}" for day in child.weekdays]
        mask = sum(self.bit.get(token, 0) for token in wants)
        if any(f"equipment {each}" not in self.bit for each in child.equipment):
            mask |= 1 << 62
        before = self.problem.last_run.get((child.id, direction))
        if child.id in self.problem.pinned_children and before is not None:
            mask |= self.bit.get(f"class {before.vehicle_class}", 0)
        return mask

    def offered(self, option: Option) -> int:
        has = [f"equipment {each}" for each in option.kind.equipment] + [f"class {option.kind.id}"]
        has += [f"day {day}" for day in option.kind.weekdays]
        return sum(self.bit.get(token, 0) for token in has)


def _pinned_run(problem: RoutesProblem, direction: Direction, child: Child) -> str | None:
    run = problem.last_run.get((child.id, direction)) if child.id in problem.pinned_children else None
    return None if run is None else run.id


def _groups(problem: RoutesProblem, direction: Direction, children: Sequence[Child]) -> tuple[Ints, Ints, Ints]:
    """Return each child's group, where each group begins, and the members: who must ride together, or is pinned so."""
    index = {child.id: at for at, child in enumerate(children)}
    leader = list(range(len(children)))

    def find(at: int) -> int:
        while leader[at] != at:
            at = leader[at]
        return at

    pinned: dict[str, int] = {}
    for at, child in enumerate(children):
        if child.id in problem.partners:
            for friend in companions(problem, child, direction):
                if friend.id in index:
                    leader[find(at)] = find(index[friend.id])
        run = _pinned_run(problem, direction, child)
        if run is not None:
            leader[find(at)] = find(pinned.setdefault(run, at))
    heads = sorted({find(at) for at in range(len(children))})
    number = {head: at for at, head in enumerate(heads)}
    group = np.array([number[find(at)] for at in range(len(children))], np.int64)
    members = np.argsort(group, kind="stable").astype(np.int64)
    first = np.searchsorted(group[members], np.arange(len(heads) + 1)).astype(np.int64)
    return group, first, members


def _old(problem: RoutesProblem, direction: Direction, children: Sequence[Child]) -> tuple[Ints, float]:
    before = [problem.last_run.get((child.id, direction)) for child in children]
    vehicles = sorted({run.vehicle for run in before if run is not None})
    number = {vehicle: at for at, vehicle in enumerate(vehicles)}
    old = np.array([-1 if run is None else number[run.vehicle] for run in before], np.int64)
    # Half for each direction: a child changed both ways is one child.
    return old, problem.change.price / 2


def _apart(problem: RoutesProblem, direction: Direction, children: Sequence[Child]) -> Flags:
    index = {child.id: at for at, child in enumerate(children)}
    apart = np.zeros((len(children), len(children)), np.bool_)
    for at, child in enumerate(children):
        for other in child.apart:
            to = index.get(other)
            if to is not None and child.weekdays & children[to].weekdays:
                apart[at, to] = apart[to, at] = True
    runs = [_pinned_run(problem, direction, child) for child in children]
    for at, run in enumerate(runs):
        for to, other_run in enumerate(runs[:at]):
            if run is not None and other_run is not None and run != other_run:
                apart[at, to] = apart[to, at] = True
    return apart


def timed(problem: RoutesProblem, route: Round, *, at_school: int, run_id: str, vehicle: str) -> Run:
    """Return a round as a run that arrives at (morning) or leaves (afternoon) school at a clock time in seconds."""
    morning = route.direction is Direction.MORNING
    stops: list[Stop] = []
    for (child_id, place), since in zip(route.calls, route.since, strict=True):
        boarding = problem.child[child_id].boarding
        begin = at_school - since if morning else at_school + since - boarding
        stop = Stop(
            place, Seconds(begin), Seconds(begin + boarding), *(((child_id,), ()) if morning else ((), (child_id,)))
        )
        if stops and stops[-1].place == place:
            stop = _merged(stops.pop(), stop, morning)
        stops.append(stop)
    school = problem.school[route.school]
    ids = tuple(child_id for child_id, _ in route.calls)
    days = frozenset().union(*(problem.child[child_id].weekdays for child_id in ids))
    if morning:
        gate = Stop(school.place, Seconds(at_school), Seconds(at_school + school.unload), (), ids[::-1])
        ordered = (*reversed(stops), gate)
    else:
        gate = Stop(school.place, Seconds(at_school - school.unload), Seconds(at_school), ids, ())
        ordered = (gate, *stops)
    return Run(run_id, route.direction, vehicle, route.vehicle_class, route.layout, ordered, days)


def _merged(inner: Stop, outer: Stop, morning: bool) -> Stop:
    """Return two calls at one place, next to each other on the way, as one stop."""
    if morning:
        return Stop(inner.place, outer.arrive, inner.leave, outer.on + inner.on, ())
    return Stop(inner.place, inner.arrive, outer.leave, (), inner.off + outer.off)


def window_for(problem: RoutesProblem, route: Round) -> tuple[int, int]:
    """Return the earliest and latest clock time at school that the window and every child's ready time allow."""
    window = problem.school[route.school].window(route.direction)
    assert window is not None
    earliest = int(window.earliest)
    if route.direction is Direction.MORNING:
        for (child_id, place), since in zip(route.calls, route.since, strict=True):
            child = problem.child[child_id]
            walk = next((point.walk for point in child.places if point.place == place), 0)
            if child.ready is not None:
                earliest = max(earliest, child.ready + walk + since)
    return earliest, int(window.latest)
