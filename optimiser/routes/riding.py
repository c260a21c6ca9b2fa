"""How long each child rides, and the longest that child may ride."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimiser.core.units import Seconds
from optimiser.routes.problem import Child, PickUpPoint, RoutesProblem
from optimiser.routes.run import Direction, Run


@dataclass(frozen=True, slots=True)
class RideLimit:
    """The longest ride in seconds, walk included, and where it comes from: own plan, guideline, or unavoidable."""

    seconds: Seconds
    source: str


def ride_seconds(problem: RoutesProblem, run: Run, child: Child) -> Seconds:
    """Return how long a child rides on a run, walk included.

    In the morning the ride begins when the child begins to get on (children get on in order, just before the vehicle
    leaves) and ends on arrival at school; in the afternoon it begins when the vehicle leaves school and ends when the
    child has got off (in order, on arrival). KeyError when the child is not on the run.
    """
    home, school = run.home_stop(child.id), run.school_stop(child.id)
    walk = walk_seconds(child, home.place)
    if run.direction is Direction.MORNING:
        return Seconds(school.arrive - _begins_boarding(problem, run, child) + walk)
    order = home.off[: home.off.index(child.id) + 1]
    return Seconds(home.arrive + sum(problem.child[each].boarding for each in order) - school.leave + walk)


def collected_at(problem: RoutesProblem, run: Run, child: Child) -> Seconds:
    """Return the clock time at the home end: when the child begins to get on, or the vehicle arrives with them."""
    if run.direction is Direction.MORNING:
        return _begins_boarding(problem, run, child)
    return run.home_stop(child.id).arrive


def _begins_boarding(problem: RoutesProblem, run: Run, child: Child) -> Seconds:
    stop = run.home_stop(child.id)
    rest = stop.on[stop.on.index(child.id) :]
    return Seconds(stop.leave - sum(problem.child[each].boarding for each in rest))


def walk_seconds(child: Child, place: str) -> Seconds:
    """Return the walk from home to a place where the child may be collected; nought at the door or if unknown."""
    return next((point.walk for point in child.places if point.place == place), Seconds(0))


def direct_seconds(problem: RoutesProblem, child: Child, direction: Direction, point: PickUpPoint) -> Seconds:
    """Return the ride of a child carried alone, straight between a place and school, walk and boarding included."""
    travel, school = problem.travel(direction), problem.school[child.school].place
    ends = (point.place, school) if direction is Direction.MORNING else (school, point.place)
    return Seconds(point.walk + child.boarding + travel.seconds_between(*ends))


def ride_limit(problem: RoutesProblem, child: Child, direction: Direction) -> RideLimit:
    """Return the longest ride allowed to a child.

    The child's own limit is final. The guideline for the phase gives way, where the problem allows it, to the direct
    journey plus the slack when even the direct journey is longer.
    """
    if child.max_ride is not None:
        return RideLimit(child.max_ride, "own plan")
    guideline = problem.rides.guideline(child.phase)
    if problem.rides.unavoidable and child.places:
        direct = min(direct_seconds(problem, child, direction, point) for point in child.places)
        if direct > guideline:
            return RideLimit(Seconds(direct + problem.rides.slack), "unavoidable")
    return RideLimit(guideline, "guideline")


def since_school(
    problem: RoutesProblem, school: str, direction: Direction, calls: Sequence[tuple[str, str]]
) -> tuple[int, ...]:
    """Return the seconds from school to the far side of each call, outwards, boarding included."""
    travel = problem.travel(direction)
    at, clock, found = problem.school[school].place, 0, []
    for child, place in calls:
        ends = (place, at) if direction is Direction.MORNING else (at, place)
        clock += travel.seconds_between(*ends) + problem.child[child].boarding
        at = place
        found.append(clock)
    return tuple(found)
