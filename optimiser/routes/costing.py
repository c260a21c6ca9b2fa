"""What a plan costs, in pence a school day averaged over the week, part by part."""

from dataclasses import dataclass, fields
from itertools import pairwise

from optimiser.core.units import METRES_PER_MILE, Pence, Seconds
from optimiser.routes.problem import GuideNeed, RoutesProblem, VehicleClass
from optimiser.routes.riding import collected_at, ride_seconds
from optimiser.routes.solution import Direction, RoutesSolution, Run, Stop


@dataclass(frozen=True, slots=True)
class Costs:
    """A plan's cost by part, each in pence a school week of five days."""

    vehicles: int = 0
    clean_air: int = 0
    miles: int = 0
    hours: int = 0
    guides: int = 0
    waiting: int = 0
    riding: int = 0
    bays: int = 0
    unserved: int = 0
    change: int = 0

    @property
    def week(self) -> int:
        """The whole, in pence a week."""
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def day(self) -> Pence:
        """The whole, in pence a day."""
        return a_day(self.week)

    @property
    def money(self) -> Pence:
        """What is paid to operators and guides, in pence a day: no prices put on comfort, change or being left out."""
        return a_day(self.vehicles + self.clean_air + self.miles + self.hours + self.guides)


def a_day(week: int) -> Pence:
    """Return pence a week as pence a day, rounded to the nearest penny."""
    return Pence((2 * week + 5) // 10)


def cost(problem: RoutesProblem, solution: RoutesSolution) -> Pence:
    """Return the plan's cost in pence a day: what is paid, and the prices of what is left undone."""
    return costs(problem, solution).day


def costs(problem: RoutesProblem, solution: RoutesSolution) -> Costs:
    """Return the plan's cost by part, in pence a week."""
    vehicles = clean_air = miles = hours = 0
    for runs in solution.vehicles.values():
        fixed, charge, metres_cost, time_cost = vehicle_costs(problem, runs)
        vehicles, clean_air, miles, hours = vehicles + fixed, clean_air + charge, miles + metres_cost, hours + time_cost
    price = problem.prices
    left_out = (problem.child[each.child] for each in solution.unserved)
    return Costs(
        vehicles=vehicles,
        clean_air=clean_air,
        miles=miles,
        hours=hours,
        guides=sum(price.guide * len(run.weekdays) for run in solution.runs if needs_guide(problem, run)),
        waiting=sum(price.waiting * waiting(problem, run)[1] * len(run.weekdays) // 60 for run in solution.runs),
        riding=_riding(problem, solution) if price.ride else 0,
        bays=5 * price.bay * len(queueing(problem, solution)),
        unserved=sum(problem.unserved_price(child) * len(child.weekdays) for child in left_out),
        change=5 * problem.change.price * len(changed(problem, solution)),
    )


def vehicle_costs(problem: RoutesProblem, runs: tuple[Run, ...]) -> tuple[int, int, int, int]:
    """Return one vehicle's day rates, clean air charges, mileage and time, each in pence a week."""
    kind = problem.vehicle_class[runs[0].vehicle_class]
    days = len(frozenset().union(*(run.weekdays for run in runs)))
    in_zone = any(stop.place in problem.clean_air for run in runs for stop in run.stops)
    miles = hours = 0
    for direction in Direction:
        block = tuple(run for run in runs if run.direction is direction)
        if block:
            block_days = len(frozenset().union(*(run.weekdays for run in block)))
            metres, seconds = block_length(problem, kind, block)
            miles += mileage(kind.per_mile, metres) * block_days
            hours += hire(kind.per_hour, seconds) * block_days
    return kind.day_rate * days, kind.clean_air_charge * days if in_zone else 0, miles, hours


def mileage(per_mile: int, metres: int) -> int:
    """Return the cost of a distance in whole pence."""
    return round(per_mile * metres / METRES_PER_MILE)


def hire(per_hour: int, seconds: int) -> int:
    """Return the cost of a time in whole pence."""
    return round(per_hour * seconds / 3600)


def block_length(problem: RoutesProblem, kind: VehicleClass, block: tuple[Run, ...]) -> tuple[int, int]:
    """Return the metres and seconds of consecutive runs of one vehicle in one direction.

    From the vehicle's start (or the first stop) to the last stop and back to the start, links between runs included.
    """
    travel = problem.travel(block[0].direction)
    stops = [stop for run in block for stop in run.stops]
    places = [stop.place for stop in stops]
    seconds = block[-1].ends - block[0].begins
    if kind.start is not None:
        seconds += travel.seconds_between(kind.start, places[0]) + travel.seconds_between(places[-1], kind.start)
        places = [kind.start, *places, kind.start]
    metres = sum(travel.metres_between(one, other) for one, other in pairwise(places))
    return metres, seconds


def needs_guide(problem: RoutesProblem, run: Run) -> bool:
    """Return whether a run carries a child for whom a guide is required or preferred."""
    return any(problem.child[child].guide is not GuideNeed.NONE for child in run.children)


def waiting(problem: RoutesProblem, run: Run) -> tuple[Seconds, int]:
    """Return how long a run stands or dawdles with children aboard, in seconds, and the child-seconds that makes."""
    travel = problem.travel(run.direction)
    aboard, total, child_seconds = 0, 0, 0
    for at, stop in enumerate(run.stops):
        if at:
            before = run.stops[at - 1]
            idle = stop.arrive - before.leave - travel.seconds_between(before.place, stop.place)
            total, child_seconds = _add_wait(idle, aboard, total, child_seconds)
        idle = stop.leave - stop.arrive - service(problem, run, stop)
        # Children get on as late and off as soon as they can, so those who stay are the ones who wait.
        total, child_seconds = _add_wait(idle, aboard - len(stop.off), total, child_seconds)
        aboard += len(stop.on) - len(stop.off)
    return Seconds(total), child_seconds


def _add_wait(idle: int, aboard: int, total: int, child_seconds: int) -> tuple[int, int]:
    return (total + idle, child_seconds + idle * aboard) if aboard > 0 and idle > 0 else (total, child_seconds)


def service(problem: RoutesProblem, run: Run, stop: Stop) -> Seconds:
    """Return how long a stop must last: each child's boarding at the home end, the unloading time at the school end."""
    morning = run.direction is Direction.MORNING
    home_end, school_end = (stop.on, stop.off) if morning else (stop.off, stop.on)
    boarding = sum(problem.child[each].boarding for each in home_end)
    unload = max((problem.school[problem.child[each].school].unload for each in school_end), default=0)
    return Seconds(boarding + unload)


def _riding(problem: RoutesProblem, solution: RoutesSolution) -> int:
    seconds = sum(
        ride_seconds(problem, run, problem.child[child]) * len(problem.child[child].weekdays)
        for run in solution.runs
        for child in run.children
    )
    return problem.prices.ride * seconds // 60


def queueing(problem: RoutesProblem, solution: RoutesSolution) -> tuple[tuple[str, Run], ...]:
    """Return each (school id, run) that finds every bay of the school taken when it needs one."""
    found: list[tuple[str, Run]] = []
    at_place: dict[str, list[str]] = {}
    for school in problem.schools:
        if school.bays is not None:
            at_place.setdefault(school.place, []).append(school.id)
    calls: dict[tuple[str, Direction], list[tuple[int, int, str, Run]]] = {}
    for run in solution.runs:
        schools = {problem.child[child].school for child in run.children}
        for stop in run.stops:
            for school_id in at_place.get(stop.place, ()):
                if school_id in schools and (stop.off if run.direction is Direction.MORNING else stop.on):
                    begin, end = bay_time(problem.school[school_id].unload, run, stop.arrive, stop.leave)
                    calls.setdefault((school_id, run.direction), []).append((begin, end, run.id, run))
    for (school_id, _), times in calls.items():
        bays = problem.school[school_id].bays or 0
        times.sort(key=lambda call: call[:3])
        for at, (begin, _, _, run) in enumerate(times):
            if sum(end > begin for _, end, _, _ in times[:at]) >= bays:
                found.append((school_id, run))
    return tuple(found)


def bay_time(unload: int, run: Run, arrive: int, leave: int) -> tuple[int, int]:
    """Return when a bay is taken: from arrival in the morning, until leaving in the afternoon."""
    return (arrive, arrive + unload) if run.direction is Direction.MORNING else (leave - unload, leave)


def changed(problem: RoutesProblem, solution: RoutesSolution) -> frozenset[str]:
    """Return the children whose vehicle or crew differs from last term's, or whose time moves beyond the tolerance.

    A vehicle may be made larger or smaller under its own name, but with another operator it has another crew. A child
    with no run last term, or none now, in a direction is not counted as changed in that direction.
    """
    found: set[str] = set()
    for (child_id, direction), before in problem.last_run.items():
        now = solution.run_of.get((child_id, direction))
        child = problem.child.get(child_id)
        if now is None or child is None or child_id in found:
            continue
        moved = abs(collected_at(problem, now, child) - time_last_term(problem, before, child_id))
        if now.vehicle != before.vehicle or moved > problem.change.tolerance or not _same_crew(problem, before, now):
            found.add(child_id)
    return frozenset(found)


def _same_crew(problem: RoutesProblem, before: Run, now: Run) -> bool:
    """Return whether two runs have one operator; a class since gone from the problem is not held against anyone."""
    old, new = problem.vehicle_class.get(before.vehicle_class), problem.vehicle_class.get(now.vehicle_class)
    return old is None or new is None or old.operator == new.operator


def time_last_term(problem: RoutesProblem, run: Run, child_id: str) -> int:
    """Return last term's time at the home end; children since gone count as taking no time to get on."""
    stop = run.home_stop(child_id)
    if run.direction is Direction.AFTERNOON:
        return stop.arrive
    rest = stop.on[stop.on.index(child_id) :]
    return stop.leave - sum(problem.child[each].boarding for each in rest if each in problem.child)
