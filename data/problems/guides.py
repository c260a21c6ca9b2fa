"""Turns guides, their checks and absences, and the runs of a routes plan into a guides problem for one day."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from data.issues import Issue, Level
from data.problems.atlas import Atlas, atlas
from data.problems.built import Built
from data.problems.meetings import school_calendar
from data.problems.reserves import combinations, second_crews, spare_vehicles
from data.records import City
from data.records.guides import Guide, Training
from data.travel.crow import Estimate
from data.travel.source import Band, TravelSource
from optimiser.core.units import HOUR, MINUTE, Pence, Seconds, clock, pounds
from optimiser.guides import problem as guides
from optimiser.routes import problem as routes
from optimiser.routes.run import Direction, Run
from optimiser.routes.solution import RoutesSolution

CHECKS = frozenset({"DBS"})
"""Entries on the training sheet that are checks, which every guide must hold, and not skills."""

COLLECT_SLACK = Seconds(15 * MINUTE)
"""How long a vehicle may spend fetching its guide before the first child; a setting."""


def build(
    city: City,
    travel: TravelSource | None = None,
    *,
    routes_problem: routes.RoutesProblem,
    runs: RoutesSolution | None = None,
    day: date,
    absent: frozenset[str] = frozenset(),
) -> Built[guides.GuidesProblem]:
    """Return the guides problem of a day: the runs of a plan (last term's when none is given) and every guide.

    Guides whom the absence sheet has away on the day are absent, besides those given.
    """
    source = travel or Estimate()
    where = atlas(city)
    plan = runs.runs if runs is not None else routes_problem.last
    todays = tuple(run for run in plan if day.weekday() in run.weekdays)
    left: list[Issue] = []
    history = _history(city, day)
    held: dict[str, list[Training]] = {}
    for each in city.training:
        held.setdefault(each.guide, []).append(each)
    routes_held = _known_by_route(city)
    people = tuple(
        guide
        for row in city.guides
        if (
            guide := _guide(
                row, held.get(row.id, []), routes_held.get(row.id, set()), where, history, left, city.settings.guide_day
            )
        )
    )
    areas = {row.id: row.area for rows in (city.schools, city.pupils) for row in rows if row.area}
    planned = _runs(todays, routes_problem, areas)
    spares = tuple(spare_vehicles(city, where))
    places = {g.home for g in people} | {p for run in planned for p in (run.first_place, run.last_place)}
    places |= {run.start_place for run in planned if run.start_place} | {spare.place for spare in spares}
    ids = {g.id for g in people}
    away = frozenset(row.guide for row in city.absences if row.first <= day <= (row.last or row.first))
    problem = guides.GuidesProblem(
        day=day,
        guides=people,
        runs=planned,
        travel=where.matrix(source, places, Band.MORNING),
        required_checks=CHECKS if any(row.training in CHECKS for row in city.training) else frozenset(),
        current=_current(city, planned, ids),
        absent=(away | absent) & ids,
        combinations=combinations(todays, routes_problem),
        second_crews=second_crews(city),
        spare_vehicles=spares,
        willing_parents=frozenset(pupil.id for pupil in city.pupils if pupil.parent_willing),
    )
    provenance = {row.id: row.cell for rows in (city.guides, city.pupils) for row in rows}
    return Built(problem, provenance, tuple(left), (problem.travel.source,), where.lat_lon())


def _history(city: City, day: date) -> dict[str, tuple[guides.AbsenceDay, ...]]:
    """Return each guide's rostered days before ``day`` in the year before it, and whether they were away."""
    away: dict[str, set[date]] = {}
    for row in city.absences:
        each = row.first
        while each <= (row.last or row.first):
            away.setdefault(row.guide, set()).add(each)
            each += timedelta(days=1)
    if not away:
        return {}
    first = max(min(min(days) for days in away.values()), day - timedelta(days=366))
    days = [each for each in school_calendar(city).days if first <= each < day]
    found = {}
    for row in city.guides:
        mine = away.get(row.id, set())
        worked = [each for each in days if each.weekday() in row.days and (row.start is None or each >= row.start)]
        found[row.id] = tuple(guides.AbsenceDay(each, each in mine) for each in worked)
    return found


def _known_by_route(city: City) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for run in city.runs:
        if run.guide:
            found.setdefault(run.guide, set()).update(run.pupils)
    return found


def _guide(
    row: Guide,
    held: list[Training],
    met: set[str],
    where: Atlas,
    history: Mapping[str, tuple[guides.AbsenceDay, ...]],
    left: list[Issue],
    guide_day: float,
) -> guides.Guide | None:
    home = where.place("guide", row.id)
    if home is None:
        wrong = f"{row.id} is not planned: the home cannot be placed"
        remedy = "Correct the postcode, or give easting and northing"
        left.append(Issue("no-such-place", wrong, remedy, row.sheet, row.row, level=Level.LOOK))
        return None
    return guides.Guide(
        id=row.id,
        home=home,
        mode=guides.Mode(row.mode),
        area=row.area or "",
        days=frozenset(row.days),
        earliest=Seconds(row.earliest) if row.earliest is not None else clock(6, 0),
        latest=Seconds(row.latest) if row.latest is not None else clock(18, 0),
        contract=Seconds(round((row.hours or 4.0) * HOUR / 2)),
        competences=tuple(_held(each) for each in held if each.training not in CHECKS),
        checks=tuple(_held(each) for each in held if each.training in CHECKS),
        knows=frozenset(row.knows) | met,
        relief=row.relief,
        standby=row.standby,
        may_be_collected=row.collected,
        pay=pounds(guide_day) if row.pay is None else Pence(row.pay),
        history=history.get(row.id, ()),
    )


def _held(row: Training) -> guides.Held:
    return guides.Held(row.training, row.expires, row.issued)


def _runs(plan: tuple[Run, ...], problem: routes.RoutesProblem, areas: Mapping[str, str]) -> tuple[guides.Run, ...]:
    """Return the runs as the guides desk knows them, morning and afternoon paired by the children they share."""
    pairs = _pairs(plan)
    return tuple(_run(run, pairs[run.id], problem, areas) for run in plan)


def _pairs(plan: tuple[Run, ...]) -> dict[str, str]:
    mornings = [run for run in plan if run.direction is Direction.MORNING]
    of_child = {child: run.id for run in mornings for child in run.children}
    route = {run.id: run.id for run in plan}
    taken: set[str] = set()
    wishes = []
    for run in plan:
        if run.direction is Direction.AFTERNOON:
            shared = Counter(of_child[child] for child in run.children if child in of_child)
            wishes.extend((-count, morning, run.id) for morning, count in shared.items())
    for _, morning, afternoon in sorted(wishes):
        if morning not in taken and route[afternoon] == afternoon:
            taken.add(morning)
            route[afternoon] = morning
    return route


def _run(run: Run, route: str, problem: routes.RoutesProblem, areas: Mapping[str, str]) -> guides.Run:
    aboard = [problem.child[child] for child in run.children]
    wanting = {child.id for child in aboard if child.guide is not routes.GuideNeed.NONE} or set(run.children)
    morning = run.direction is Direction.MORNING
    homes = [stop for stop in run.stops if wanting & set(stop.on if morning else stop.off)]
    schools = [stop for stop in run.stops if wanting & set(stop.off if morning else stop.on)]
    first, last = (homes[0], schools[-1]) if morning else (schools[0], homes[-1])
    vehicle = problem.vehicle_class[run.vehicle_class]
    layout = vehicle.layout(run.layout)
    seats = layout.seats if layout else 0
    chairs = sum(child.seat is routes.Seat.WHEELCHAIR for child in aboard)
    guided = any(child.guide is not routes.GuideNeed.NONE for child in aboard)
    return guides.Run(
        id=run.id,
        route=route,
        direction=guides.Direction.AM if morning else guides.Direction.PM,
        first_place=first.place,
        last_place=last.place,
        need_from=first.arrive,
        need_until=last.leave,
        start=run.begins,
        finish=run.ends,
        school=aboard[0].school,
        stops=tuple(_stop(child, run) for child in aboard),
        need=_need(aboard),
        competences=frozenset(skill for child in aboard if child.id in wanting for skill in child.competences),
        vehicle=run.vehicle,
        operator=vehicle.operator,
        area=_area(aboard, areas),
        start_place=vehicle.start or "",
        collect_slack=COLLECT_SLACK,
        spare_seats=max(0, seats - (len(aboard) - chairs) - guided),
        wheelchairs=chairs,
        spare_wheelchairs=max(0, layout.wheelchairs - chairs) if layout else 0,
    )


def _area(aboard: list[routes.Child], areas: Mapping[str, str]) -> str:
    """Return the area where most of the children live, their school's where no home has one."""
    homes = Counter(areas[child.id] for child in aboard if child.id in areas)
    if homes:
        return min(area for area, count in homes.items() if count == max(homes.values()))
    return areas.get(aboard[0].school, "")


def _stop(child: routes.Child, run: Run) -> guides.Stop:
    stop = run.home_stop(child.id)
    return guides.Stop(child.id, stop.place, stop.arrive, bool(child.competences))


def _need(aboard: list[routes.Child]) -> guides.Need:
    needs = {child.guide for child in aboard}
    if routes.GuideNeed.REQUIRED in needs:
        return guides.Need.REQUIRED
    return guides.Need.PREFERRED if routes.GuideNeed.PREFERRED in needs else guides.Need.NONE


def _current(city: City, planned: tuple[guides.Run, ...], known: set[str]) -> dict[str, str]:
    """Return who holds each guided run now: the guide of last term's route with most of its children."""
    held = {pupil: row.guide for row in city.runs if row.guide in known for pupil in row.pupils}
    found = {}
    for run in planned:
        if run.need is guides.Need.NONE:
            continue
        most = Counter(guide for child in run.children if (guide := held.get(child)) is not None).most_common()
        if most:
            found[run.id] = min(guide for guide, count in most if count == most[0][1])
    return found
