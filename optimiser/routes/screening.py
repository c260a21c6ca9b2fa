"""Children whom no run could ever carry, and vehicles that can never be used, each with the rule and the remedy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from optimiser.core.units import Seconds
from optimiser.routes.fitting import Load, layout_for, load_of
from optimiser.routes.problem import Child, PickUpPoint, RoutesProblem, School, VehicleClass
from optimiser.routes.riding import direct_seconds, ride_limit
from optimiser.routes.solution import Direction


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the problem that shuts a child or a vehicle out: the rule, a sentence, and what to do."""

    subject: str
    rule: str
    sentence: str
    remedy: str


def usable(problem: RoutesProblem, kind: VehicleClass) -> Fault | None:
    """Return why a class can never be used, or None when it can."""
    operator = problem.operator.get(kind.operator)
    if not kind.layouts:
        said, remedy = f"Vehicle class {kind.id} has no layout.", "Give its seats and wheelchair spaces."
        return Fault(kind.id, "layout-known", said, remedy)
    if operator is None or not operator.active:
        said, remedy = (
            f"Operator {kind.operator} of class {kind.id} does not trade with us.",
            "Choose another operator.",
        )
        return Fault(kind.id, "contract-valid", said, remedy)
    late = problem.first_day is not None and kind.valid_from is not None and kind.valid_from > problem.first_day
    early = problem.last_day is not None and kind.valid_until is not None and kind.valid_until < problem.last_day
    if late or early or not kind.weekdays:
        said = f"The contract of class {kind.id} does not cover the whole period."
        return Fault(kind.id, "contract-valid", said, "Extend the contract or plan a shorter period.")
    if kind.available == 0 or operator.cap == 0:
        rule = "fleet-count" if kind.available == 0 else "operator-cap"
        return Fault(kind.id, rule, f"There are no vehicles of class {kind.id}.", "Buy or hire at least one.")
    if any(kind.start is not None and kind.start not in problem.travel(d).index for d in problem.directions):
        said = f"Vehicle class {kind.id} starts at {kind.start}, which is not among the places."
        return Fault(kind.id, "travel-time", said, "Give a starting place that exists, or none.")
    return None


def usable_classes(problem: RoutesProblem) -> tuple[VehicleClass, ...]:
    """Return the classes that can be used."""
    return tuple(kind for kind in problem.vehicle_classes if usable(problem, kind) is None)


def faults(problem: RoutesProblem) -> tuple[Fault, ...]:
    """Return every fault: classes that cannot be used, schools with no window, children whom nobody could carry."""
    found = [fault for kind in problem.vehicle_classes if (fault := usable(problem, kind)) is not None]
    for school in problem.schools:
        for direction in sorted(problem.directions, key=lambda d: d.value):
            wanted = any(problem.travels(child, direction) for child in problem.children_of[school.id])
            if wanted and (fault := _school_fault(problem, school, direction)) is not None:
                found.append(fault)
    for child in problem.children:
        for direction in Direction:
            fault = impossible(problem, child, direction) if problem.travels(child, direction) else None
            if fault is not None and fault.rule != "school-window" and fault not in found:
                found.append(fault)
    return tuple(found)


def _school_fault(problem: RoutesProblem, school: School, direction: Direction) -> Fault | None:
    window = school.window(direction)
    if school.place not in problem.travel(direction).index:
        said = f"School {school.id} is at {school.place}, which is not among the places."
        return Fault(school.id, "own-school", said, "Give the school a place that exists.")
    if window is None or window.latest < window.earliest:
        said = f"School {school.id} has no {direction.value} window."
        return Fault(school.id, "school-window", said, "Give the times at which vehicles may call.")
    return None


def impossible(problem: RoutesProblem, child: Child, direction: Direction) -> Fault | None:
    """Return the first rule that stops a child being carried even in a vehicle of their own, or None."""
    return next(blockers(problem, child, direction), None)


def blockers(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Fault]:
    """Give each rule that stops a child being carried even alone, the most fundamental first."""
    school = problem.school[child.school]
    fault = _school_fault(problem, school, direction)
    if fault is not None:
        yield fault
        return
    yield from _place_blockers(problem, child, school, direction)
    yield from _company_blockers(problem, child, direction)
    yield from _vehicle_blockers(problem, child, direction)


def _place_blockers(problem: RoutesProblem, child: Child, school: School, direction: Direction) -> Iterator[Fault]:
    points = [point for point in child.places if point.place in problem.travel(direction).index]
    if not points:
        said = f"Child {child.id} has no place where a vehicle may call."
        yield Fault(child.id, "pick-up-place", said, "Give a home that exists, or a pick-up point.")
        return
    direct = min(direct_seconds(problem, child, direction, point) for point in points)
    limit = ride_limit(problem, child, direction)
    if direct > limit.seconds:
        minutes = -(-direct // 60)
        said = f"Even carried alone, child {child.id} would ride {minutes} minutes; the limit is {limit.seconds // 60}."
        yield Fault(child.id, "ride-time", said, f"Agree a ride of at least {minutes} minutes for this child.")
    elif all(
        latest(problem, child, school, direction, point) < _alone(problem, child, direction, point) for point in points
    ):
        said = f"Child {child.id} is ready too late to reach school {school.id} inside its window."
        yield Fault(child.id, "ready-time", said, "Agree an earlier collection or a later arrival.")


def _alone(problem: RoutesProblem, child: Child, direction: Direction, point: PickUpPoint) -> int:
    return direct_seconds(problem, child, direction, point) - point.walk


def latest(problem: RoutesProblem, child: Child, school: School, direction: Direction, point: PickUpPoint) -> Seconds:
    """Return the longest time aboard, in seconds, of a child met at a place: ride limit, walk and ready time in one."""
    longest = ride_limit(problem, child, direction).seconds - point.walk
    window = school.window(direction)
    if direction is Direction.MORNING and child.ready is not None and window is not None:
        longest = min(longest, window.latest - child.ready - point.walk)
    return Seconds(longest)


def _company_blockers(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Fault]:
    company = companions(problem, child, direction)
    if len(company) == 1:
        return
    said = f"Child {child.id} must travel with others but has sole transport."
    if any(each.sole for each in company):
        yield Fault(child.id, "sole-transport", said, "Drop sole transport or the wish to travel together.")
    for at, one in enumerate(company):
        for other in company[at + 1 :]:
            if other.id in one.apart or one.id in other.apart:
                said = f"Children {one.id} and {other.id} must travel together and must be kept apart."
                yield Fault(child.id, "kept-apart", said, "Keep one of the two rules and drop the other.")
            if not problem.may_mix(one.school, other.school):
                said = f"Children {one.id} and {other.id} must travel together but go to schools that do not share."
                yield Fault(child.id, "mixed-schools", said, "Let the two schools share, or drop the wish.")


def companions(problem: RoutesProblem, child: Child, direction: Direction) -> tuple[Child, ...]:
    """Return the child and everyone who must be on the same run, in order of id."""
    found, queue = {child.id}, [child.id]
    while queue:
        for other in problem.partners.get(queue.pop(), frozenset()):
            if other not in found and problem.travels(problem.child[other], direction):
                found.add(other)
                queue.append(other)
    return tuple(problem.child[each] for each in sorted(found))


def _vehicle_blockers(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Fault]:
    """Name the rule that empties the list of vehicles when the rules are applied one after another."""
    kinds = list(problem.vehicle_classes)
    good = [kind for kind in kinds if usable(problem, kind) is None]
    if not good:
        rules = [fault.rule for kind in kinds if (fault := usable(problem, kind)) is not None]
        rule = rules[0] if rules and len(set(rules)) == 1 else "fleet-count"
        yield Fault(child.id, rule, f"There is no vehicle for child {child.id}.", "Buy or hire one that can be used.")
        return
    load = load_of(problem, companions(problem, child, direction))
    for rule, words, test in _tests(load):
        good = [kind for kind in good if test(kind)]
        if not good:
            said = f"No vehicle that is left after the other rules {words}, for child {child.id}."
            yield Fault(child.id, rule, said, f"Find a vehicle that {words}.")
            return


def _tests(load: Load) -> tuple[tuple[str, str, Callable[[VehicleClass], bool]], ...]:
    """Return what a class must pass to carry a load, in order."""
    return (
        ("equipment-fit", "has the equipment", lambda kind: load.equipment <= kind.equipment),
        ("gate-fit", "can use the school's gate", lambda kind: kind.kind not in load.no_entry),
        ("contract-valid", "works on the child's weekdays", lambda kind: load.weekdays <= kind.weekdays),
        (
            "wheelchair-capacity",
            "has the wheelchair spaces",
            lambda kind: any(layout.wheelchairs >= load.wheelchairs for layout in kind.layouts),
        ),
        ("seat-capacity", "has the seats, a guide's included", lambda kind: layout_for(kind, load) is not None),
    )
