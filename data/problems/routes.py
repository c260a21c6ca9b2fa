"""Turns pupils, schools, vehicles and last term's runs into a routes problem."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from data.issues import Issue, Level
from data.problems.atlas import Atlas, atlas
from data.problems.built import Built
from data.records import City
from data.records.pupils import Pupil
from data.records.schools import School
from data.records.settings import Settings
from data.records.transport import Run as RunRow
from data.records.transport import Vehicle
from data.travel.crow import Estimate
from data.travel.source import Band, TravelSource
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import HOUR, MINUTE, Pence, Seconds
from optimiser.routes import problem as routes
from optimiser.routes.run import Direction, Run, Stop

FIXED_TO_VEHICLE = frozenset({"tail-lift", "ramp", "oxygen", "screen", "air conditioning"})
"""Equipment that a vehicle has or has not; harnesses and car seats go wherever the child goes."""

AFTER_FINISH, LAST_DEPARTURE = Seconds(5 * MINUTE), Seconds(25 * MINUTE)
"""Vehicles leave between these times after the end of the school day."""


def build(
    city: City,
    travel: TravelSource | None = None,
    *,
    mixed: Iterable[tuple[str, str]] = (),
    first_day: date | None = None,
    last_day: date | None = None,
    schools: frozenset[str] | None = None,
) -> Built[routes.RoutesProblem]:
    """Return the routes problem of a city: the pupils on vehicles, their schools and the vehicles to be had.

    ``mixed`` are pairs of schools that may share a vehicle; ``schools`` keeps only these schools' pupils.
    """
    source = travel or Estimate()
    where = atlas(city)
    left: list[Issue] = []
    period = (first_day, last_day)
    riders = [pupil for pupil in city.pupils if pupil.transport == "vehicle"]
    if schools is not None:
        riders = [pupil for pupil in riders if pupil.school in schools]
    children = tuple(
        child for pupil in riders if (child := _child(pupil, where, city.settings, period, left)) is not None
    )
    used = {child.school for child in children}
    gates = tuple(_school(school, where, city.settings) for school in city.schools if school.id in used)
    classes = tuple(_vehicle(vehicle, where) for vehicle in city.vehicles)
    places = {place.place for child in children for place in child.places} | {child.home for child in children}
    places |= {gate.place for gate in gates} | {each.start for each in classes if each.start}
    morning = where.matrix(source, places, Band.MORNING)
    afternoon = where.matrix(source, places, Band.AFTERNOON)
    problem = routes.RoutesProblem(
        children=children,
        schools=gates,
        vehicle_classes=classes,
        operators=tuple(routes.Operator(row.id, row.cap, row.active) for row in city.operators),
        morning=morning,
        afternoon=afternoon,
        rides=_rides(city.settings),
        school_days=round(city.settings.school_days),
        mixed=frozenset((min(pair), max(pair)) for pair in mixed),
        first_day=first_day,
        last_day=last_day,
    )
    last = tuple(run for row in city.runs for run in _last_runs(row, problem))
    problem = replace(problem, last=last)
    provenance = {row.id: row.cell for rows in (riders, city.schools, city.vehicles, city.runs) for row in rows}
    return Built(problem, provenance, tuple(left), (morning.source,), where.lat_lon())


def phase_of(year: int | None) -> routes.Phase:
    """Return the phase whose ride guideline holds for a year group."""
    if year is None or year <= 6:
        return routes.Phase.PRIMARY
    return routes.Phase.SECONDARY if year <= 11 else routes.Phase.POST_16


def _minutes(value: float) -> Seconds:
    return Seconds(round(value * MINUTE))


def _rides(settings: Settings) -> routes.Rides:
    secondary = _minutes(settings.ride_limit_secondary)
    return routes.Rides(_minutes(settings.ride_limit_primary), secondary, secondary)


def _child(
    pupil: Pupil, where: Atlas, settings: Settings, period: tuple[date | None, date | None], left: list[Issue]
) -> routes.Child | None:
    first_day, last_day = period
    home = where.place("pupil", pupil.id)
    reason = None
    if home is None:
        reason = ("no-such-place", "the home cannot be placed", "Correct the postcode, or give easting and northing")
    elif pupil.school is None or where.place("school", pupil.school) is None:
        reason = ("no-school", "there is no school to go to", "Give the code of a school on the Schools sheet")
    elif pupil.end and first_day and pupil.end < first_day:
        reason = ("transport-ended", f"transport ended on {pupil.end:%d %b %Y}", "Clear the end date if it goes on")
    elif pupil.start and last_day and pupil.start > last_day:
        reason = ("not-yet", f"transport starts on {pupil.start:%d %b %Y}", "Nothing to do: it will join then")
    if reason is not None:
        rule, wrong, remedy = reason
        left.append(
            Issue(rule, f"{pupil.id} is not planned: {wrong}", remedy, pupil.sheet, pupil.row, level=Level.LOOK)
        )
        return None
    assert home is not None and pupil.school is not None
    point = where.place("point", pupil.id) if pupil.door == "point" else None
    walk = Seconds((pupil.point_walk or 0) * MINUTE)
    in_chair = pupil.wheelchair in ("manual", "powered")
    lift = {"tail-lift"} if pupil.wheelchair == "powered" else set()
    return routes.Child(
        id=pupil.id,
        school=pupil.school,
        home=home,
        phase=phase_of(pupil.year),
        points=(routes.PickUpPoint(point, walk),) if point else (),
        door=point is None,
        max_ride=None if pupil.max_minutes is None else Seconds(pupil.max_minutes * MINUTE),
        seat=routes.Seat.WHEELCHAIR if in_chair else routes.Seat.SEAT,
        boarding=_minutes(settings.boarding_minutes(pupil.wheelchair)),
        guide=routes.GuideNeed("none" if pupil.guide == "no" else pupil.guide),
        competences=frozenset(pupil.competences),
        equipment=frozenset(pupil.equipment) & FIXED_TO_VEHICLE | lift,
        sole=pupil.sole,
        together=frozenset(pupil.together),
        apart=frozenset(pupil.apart),
        weekdays=frozenset(pupil.days),
        directions=_directions(pupil.trips),
        ready=None if pupil.ready is None else Seconds(pupil.ready),
    )


def _directions(trips: str) -> frozenset[Direction]:
    return routes.BOTH if trips == "both" else frozenset({Direction(trips)})


def _school(school: School, where: Atlas, settings: Settings) -> routes.School:
    place = where.place("school", school.id)
    assert place is not None
    morning = afternoon = None
    if school.bell is not None:
        early = _minutes(settings.arrive_from_before_bell)
        opens = school.opens if school.opens is not None else school.bell - early
        latest = school.bell - _minutes(settings.arrive_until_before_bell)
        morning = routes.Window(Seconds(opens), Seconds(latest))
    if school.finish is not None:
        afternoon = routes.Window(Seconds(school.finish + AFTER_FINISH), Seconds(school.finish + LAST_DEPARTURE))
    return routes.School(
        id=school.id,
        place=place,
        morning=morning,
        afternoon=afternoon,
        unload=_minutes(settings.unload_at_school if school.unload_minutes is None else school.unload_minutes),
        bays=school.bays or None,
        no_entry=frozenset(school.no_entry),
    )


def _vehicle(vehicle: Vehicle, where: Atlas) -> routes.VehicleClass:
    return routes.VehicleClass(
        id=vehicle.id,
        operator=vehicle.operator,
        kind=vehicle.type,
        layouts=tuple(
            routes.Layout(f"{seats}+{chairs}" if chairs else f"{seats}", seats, chairs)
            for seats, chairs in vehicle.layouts
        ),
        day_rate=Pence(vehicle.day_rate),
        per_mile=Pence(vehicle.per_mile or 0),
        available=vehicle.available,
        equipment=frozenset(vehicle.equipment),
        start=where.place("depot", vehicle.id),
        valid_from=vehicle.valid_from,
        valid_until=vehicle.valid_until,
    )


def _last_runs(row: RunRow, problem: routes.RoutesProblem) -> tuple[Run, ...]:
    """Return last term's route as a morning and an afternoon run, timed from its start or to the school's window."""
    vehicle = problem.vehicle_class.get(row.vehicle or "")
    aboard = [problem.child[ref] for ref in row.pupils if ref in problem.child]
    if vehicle is None or not aboard or not vehicle.layouts:
        return ()
    chairs = sum(child.seat is routes.Seat.WHEELCHAIR for child in aboard)
    layout = next((each for each in vehicle.layouts if each.wheelchairs >= chairs), vehicle.layouts[0])
    school = problem.school.get(row.school)
    if school is None:
        return ()
    found = []
    for direction in (Direction.MORNING, Direction.AFTERNOON):
        riders = [child for child in aboard if direction in child.directions]
        if riders:
            stops = _timed(riders, school, direction, problem, row)
            days = frozenset(day for child in riders for day in child.weekdays)
            name = f"{row.id}-{'AM' if direction is Direction.MORNING else 'PM'}"
            found.append(Run(name, direction, row.id, vehicle.id, layout.id, stops, days))
    return tuple(found)


def _timed(
    riders: list[routes.Child],
    school: routes.School,
    direction: Direction,
    problem: routes.RoutesProblem,
    row: RunRow,
) -> tuple[Stop, ...]:
    travel = problem.travel(direction)
    groups: list[tuple[str, list[routes.Child]]] = []
    for child in riders if direction is Direction.MORNING else reversed(riders):
        place = child.places[0].place
        if groups and groups[-1][0] == place:
            groups[-1][1].append(child)
        else:
            groups.append((place, [child]))
    halts = [(place, sum(child.boarding for child in group)) for place, group in groups]
    ids = [tuple(child.id for child in group) for _, group in groups]
    if direction is Direction.MORNING:
        legs = [*halts, (school.place, int(school.unload))]
        start = row.am_start
        if start is None:
            latest = school.morning.latest if school.morning else 9 * HOUR
            start = latest - _length(legs, travel) + school.unload
        times = _times(legs, travel, start)
        homes = [Stop(legs[k][0], *times[k], on=ids[k]) for k in range(len(ids))]
        return (*homes, Stop(school.place, *times[-1], off=tuple(ref for group in ids for ref in group)))
    legs = [(school.place, int(school.unload)), *halts]
    start = row.pm_start
    if start is None:
        earliest = school.afternoon.earliest if school.afternoon else 15 * HOUR
        start = earliest - school.unload
    times = _times(legs, travel, start)
    first = Stop(school.place, *times[0], on=tuple(ref for group in ids for ref in group))
    return (first, *(Stop(legs[k + 1][0], *times[k + 1], off=ids[k]) for k in range(len(ids))))


def _length(legs: list[tuple[str, int]], travel: TravelMatrix) -> int:
    return _times(legs, travel, 0)[-1][1]


def _times(legs: list[tuple[str, int]], travel: TravelMatrix, start: int) -> list[tuple[Seconds, Seconds]]:
    found: list[tuple[Seconds, Seconds]] = []
    at = start
    for number, (place, halt) in enumerate(legs):
        if number:
            at += travel.seconds_between(legs[number - 1][0], place)
        found.append((Seconds(at), Seconds(at + halt)))
        at += halt
    return found
