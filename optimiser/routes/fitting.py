"""Which vehicle classes and layouts could carry a given set of children, and what a run would cost in each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optimiser.routes.costing import hire, mileage
from optimiser.routes.problem import Child, GuideNeed, Layout, RoutesProblem, Seat, VehicleClass
from optimiser.routes.run import Direction


@dataclass(frozen=True, slots=True)
class Load:
    """What is aboard at the fullest: seats (a guide's included) and wheelchair spaces on the worst weekday."""

    seats: int
    wheelchairs: int
    guided: bool
    equipment: frozenset[str]
    weekdays: frozenset[int]
    no_entry: frozenset[str]


def load_of(problem: RoutesProblem, children: Iterable[Child], parties: Sequence[Sequence[Child]] = ()) -> Load:
    """Return the load of children who ride together; ``parties`` lists who is aboard at once when that varies."""
    everyone = tuple(children)
    days = frozenset().union(*(child.weekdays for child in everyone)) if everyone else frozenset()
    guided = any(child.guide is not GuideNeed.NONE for child in everyone)
    seats = wheelchairs = 0
    for party in parties or (everyone,):
        for day in days:
            going = [child for child in party if day in child.weekdays]
            seats = max(seats, sum(child.seat is Seat.SEAT for child in going))
            wheelchairs = max(wheelchairs, sum(child.seat is Seat.WHEELCHAIR for child in going))
    return Load(
        seats + guided,
        wheelchairs,
        guided,
        frozenset().union(*(child.equipment for child in everyone)),
        days,
        frozenset().union(*(problem.school[child.school].no_entry for child in everyone)),
    )


def layout_for(kind: VehicleClass, load: Load) -> Layout | None:
    """Return the first layout of a class that carries a load, or None when the class cannot."""
    if not load.equipment <= kind.equipment or not load.weekdays <= kind.weekdays or kind.kind in load.no_entry:
        return None
    return next((y for y in kind.layouts if y.seats >= load.seats and y.wheelchairs >= load.wheelchairs), None)


def running_cost(
    problem: RoutesProblem, kind: VehicleClass, direction: Direction, places: Sequence[str], seconds: int
) -> int:
    """Return the mileage and hire, in pence a day, of a run through places in order that lasts so many seconds."""
    travel = problem.travel(direction)
    if kind.start is not None:
        seconds += travel.seconds_between(kind.start, places[0]) + travel.seconds_between(places[-1], kind.start)
        places = [kind.start, *places, kind.start]
    rows = travel.rows(places)
    metres = int(travel.metres[rows[:-1], rows[1:]].sum())
    return mileage(kind.per_mile, metres) + hire(kind.per_hour, seconds)
