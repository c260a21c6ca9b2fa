"""What the morning desk can fall back on: runs that could share a vehicle, second crews and spare vehicles."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from data.problems.atlas import Atlas
from data.records import City
from optimiser.core.units import MINUTE, Seconds, clock
from optimiser.guides import problem as guides
from optimiser.routes import problem as routes
from optimiser.routes.riding import ride_limit, ride_seconds
from optimiser.routes.run import Direction, Run, Stop

LONGEST = Seconds(20 * MINUTE)
"""The longest that a run may be kept by another run's children; a setting."""

NEAREST = 4
"""How many partners are kept for each run, those that are kept least."""

READY = clock(6, 30)
"""When a spare vehicle is ready where the sheet does not say."""


def combinations(
    plan: Sequence[Run], problem: routes.RoutesProblem, *, longest: Seconds = LONGEST
) -> tuple[guides.Combination, ...]:
    """Return which runs could take another run's children to the same school that day, the shortest delays first.

    The run that helps keeps its own start; the others' stops go in where they add least. Seats, wheelchair spaces,
    equipment, who rides alone or apart, and every child's ride limit are kept; it must be the vehicle's last run of
    the half-day, so that nobody waits behind it.
    """
    last = _last_of_half(plan)
    groups: dict[tuple[str, Direction], list[Run]] = defaultdict(list)
    for run in plan:
        schools = {problem.child[child].school for child in run.children}
        if len(schools) == 1:
            groups[schools.pop(), run.direction].append(run)
    found = []
    for runs in groups.values():
        for run in runs:
            partners = [
                made
                for into in runs
                if into.id != run.id and into.id in last and (made := _combined(run, into, problem, longest))
            ]
            found += sorted(partners, key=lambda each: (each.extra, each.into))[:NEAREST]
    return tuple(sorted(found, key=lambda each: (each.run, each.extra, each.into)))


def _last_of_half(plan: Iterable[Run]) -> set[str]:
    last: dict[tuple[str, Direction], Run] = {}
    for run in plan:
        held = last.get((run.vehicle, run.direction))
        if held is None or run.begins > held.begins:
            last[run.vehicle, run.direction] = run
    return {run.id for run in last.values()}


def _combined(run: Run, into: Run, problem: routes.RoutesProblem, longest: Seconds) -> guides.Combination | None:
    """Return how one run's children would ride on another, or None where a rule is in the way."""
    if not _may_share(run, into, problem):
        return None
    joined = _joined(run, into, problem)
    extra = Seconds(joined.ends - into.ends)
    if extra > longest:
        return None
    for child_id in joined.children:
        child = problem.child[child_id]
        if ride_seconds(problem, joined, child) > ride_limit(problem, child, joined.direction).seconds:
            return None
    shift = max(abs(joined.home_stop(child).arrive - run.home_stop(child).arrive) for child in run.children)
    return guides.Combination(run.id, into.id, extra, Seconds(shift))


def _may_share(run: Run, into: Run, problem: routes.RoutesProblem) -> bool:
    vehicle = problem.vehicle_class[into.vehicle_class]
    layout = vehicle.layout(into.layout)
    aboard = [problem.child[child] for child in (*into.children, *run.children)]
    chairs = sum(child.seat is routes.Seat.WHEELCHAIR for child in aboard)
    guided = any(child.guide is not routes.GuideNeed.NONE for child in aboard)
    names = {child.id for child in aboard}
    return (
        layout is not None
        and chairs <= layout.wheelchairs
        and len(aboard) - chairs + guided <= layout.seats
        and not any(child.sole or child.apart & names for child in aboard)
        and all(child.equipment <= vehicle.equipment for child in aboard)
    )


def _joined(run: Run, into: Run, problem: routes.RoutesProblem) -> Run:
    """Return the run that helps with the other's stops put in where each adds least, timed again from its own start."""
    travel = problem.travel(into.direction)
    morning = into.direction is Direction.MORNING
    stops = list(into.stops)
    for stop in run.stops:
        if not (stop.on if morning else stop.off):
            continue
        # in the morning the school stays last, in the afternoon first, and the first home stays first
        places = range(1, len(stops)) if morning else range(1, len(stops) + 1)
        at = min(places, key=lambda each: (_detour(stops, stop, each, travel), each))
        stops.insert(at, stop)
    timed: list[Stop] = []
    for stop in stops:
        arrive = stop.arrive
        if timed:
            arrive = Seconds(timed[-1].leave + travel.seconds_between(timed[-1].place, stop.place))
        timed.append(replace(stop, arrive=arrive, leave=Seconds(arrive + stop.leave - stop.arrive)))
    school = -1 if morning else 0
    more = tuple(child for child in run.children if child not in into.children)
    end = timed[school]
    timed[school] = replace(end, off=(*end.off, *more)) if morning else replace(end, on=(*end.on, *more))
    return replace(into, stops=tuple(timed))


def _detour(stops: Sequence[Stop], stop: Stop, at: int, travel: routes.TravelMatrix) -> int:
    before = stops[at - 1].place
    there = int(travel.seconds_between(before, stop.place))
    if at == len(stops):
        return there
    after = stops[at].place
    return there + int(travel.seconds_between(stop.place, after)) - int(travel.seconds_between(before, after))


def second_crews(city: City) -> tuple[guides.SecondCrew, ...]:
    """Return the schools' and operators' checked staff who may ride as guides, one run each a day."""
    schools = (
        guides.SecondCrew(
            f"staff of {row.id}", school=row.id, competences=frozenset(row.riders_training), runs=row.riders
        )
        for row in city.schools
        if row.riders
    )
    operators = (
        guides.SecondCrew(f"crew of {row.id}", operator=row.id, competences=frozenset(row.crew_training), runs=row.crew)
        for row in city.operators
        if row.crew and row.active
    )
    return (*schools, *operators)


def spare_vehicles(city: City, where: Atlas) -> Iterator[guides.SpareVehicle]:
    """Yield each spare vehicle that stands ready with its driver, in its roomiest layout, where it can be placed."""
    for row in city.vehicles:
        place = where.place("spares", row.id)
        if not row.spares or place is None or not row.layouts:
            continue
        chairs = max(layout[1] for layout in row.layouts)
        seats = max(layout[0] for layout in row.layouts if layout[1] == chairs)
        for number in range(1, row.spares + 1):
            yield guides.SpareVehicle(
                id=f"{row.id} spare {number}",
                place=place,
                free_from=READY if row.spares_from is None else Seconds(row.spares_from),
                seats=seats,
                wheelchairs=chairs,
                operator=row.operator,
            )
