"""Single changes to a problem that might let a child be carried, one or more for each rule that stands in the way."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from optimiser.core.units import Seconds, clock
from optimiser.routes.fitting import load_of
from optimiser.routes.problem import Child, Layout, RoutesProblem, School, VehicleClass, Window
from optimiser.routes.riding import direct_seconds
from optimiser.routes.screening import companions, usable
from optimiser.routes.solution import Direction

USUAL = {
    Direction.MORNING: Window(clock(8, 30), clock(8, 45)),
    Direction.AFTERNOON: Window(clock(15, 15), clock(15, 30)),
}
"""Windows to try for a school that has given none and has no neighbour to borrow from."""


@dataclass(frozen=True)
class Repair:
    """One change: the problem with it made, a sentence, and the change as (what, value) pairs."""

    rule: str
    sentence: str
    change: tuple[tuple[str, str], ...]
    problem: RoutesProblem


def repairs(problem: RoutesProblem, child: Child, direction: Direction, rule: str) -> tuple[Repair, ...]:
    """Return the single changes that answer a rule, for a child in a direction; empty when none is known."""
    makers = {
        "ride-time": _longer_ride,
        "ready-time": _ready_earlier,
        "school-window": _window,
        "pick-up-place": _door,
        "kept-apart": _company,
        "sole-transport": _company,
        "kept-together": _company,
        "mixed-schools": _mixing,
        "served-once": _price,
    }
    if rule in makers:
        return tuple(makers[rule](problem, child, direction))
    return tuple(_vehicle(problem, child, direction, rule))


def _with_child(problem: RoutesProblem, changed: Child) -> RoutesProblem:
    return replace(problem, children=tuple(changed if each.id == changed.id else each for each in problem.children))


def _with_school(problem: RoutesProblem, changed: School) -> RoutesProblem:
    return replace(problem, schools=tuple(changed if each.id == changed.id else each for each in problem.schools))


def _longer_ride(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Repair]:
    points = [point for point in child.places if point.place in problem.travel(direction).index]
    if points:
        direct = min(direct_seconds(problem, child, direction, point) for point in points)
        limit = Seconds(-(-direct // 300) * 300)
        said = f"Agree a ride of up to {limit // 60} minutes for child {child.id}."
        change = (("child", child.id), ("max_ride", str(limit)))
        yield Repair("ride-time", said, change, _with_child(problem, replace(child, max_ride=limit)))


def _ready_earlier(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Repair]:
    school = problem.school[child.school]
    if school.morning is None or child.ready is None:
        return
    need = min(direct_seconds(problem, child, direction, point) for point in child.places)
    ready = Seconds((school.morning.latest - need) // 300 * 300)
    said = f"Collect child {child.id} from {ready // 3600:02d}:{ready % 3600 // 60:02d}."
    change = (("child", child.id), ("ready", str(ready)))
    yield Repair("ready-time", said, change, _with_child(problem, replace(child, ready=ready)))


def _window(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Repair]:
    windows = [school.window(direction) for school in problem.schools]
    known = [window for window in windows if window is not None and window.latest >= window.earliest]
    window = known[0] if known else USUAL[direction]
    field = "morning" if direction is Direction.MORNING else "afternoon"
    school = replace(problem.school[child.school], **{field: window})  # type: ignore[arg-type]
    said = f"Give school {school.id} a {field} window, such as the one used elsewhere."
    yield Repair(
        "school-window", said, (("school", school.id), (field, str(window.earliest))), _with_school(problem, school)
    )


def _door(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Repair]:
    if not child.door and child.home in problem.travel(direction).index:
        said = f"Let the vehicle call at the door of child {child.id}."
        change = (("child", child.id), ("door", "yes"))
        yield Repair("pick-up-place", said, change, _with_child(problem, replace(child, door=True)))


def _company(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Repair]:
    """Drop the wish to travel together, or the rule against it."""
    ids = {each.id for each in companions(problem, child, direction)}
    if len(ids) > 1:
        loosened = tuple(
            replace(each, together=each.together - ids) if each.id in ids else each for each in problem.children
        )
        said = f"Drop the wish for child {child.id} to travel with {', '.join(sorted(ids - {child.id}))}."
        changed = replace(problem, children=loosened)
        yield Repair("kept-together", said, (("child", child.id), ("together", "none")), changed)
        parted = tuple(
            replace(each, apart=each.apart - ids, sole=False) if each.id in ids else each for each in problem.children
        )
        said = f"Let {', '.join(sorted(ids))} share a vehicle."
        yield Repair("kept-apart", said, (("child", child.id), ("apart", "none")), replace(problem, children=parted))
    elif child.sole:
        said = f"Let child {child.id} share a vehicle."
        change = (("child", child.id), ("sole", "no"))
        yield Repair("sole-transport", said, change, _with_child(problem, replace(child, sole=False)))


def _mixing(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Repair]:
    yield from _company(problem, child, direction)


def _price(problem: RoutesProblem, child: Child, direction: Direction) -> Iterator[Repair]:
    price = 100 * problem.unserved_price(child)
    said = f"Put a higher price on leaving child {child.id} out."
    change = (("child", child.id), ("unserved_price", str(price)))
    yield Repair("served-once", said, change, _with_child(problem, replace(child, unserved_price=price)))  # type: ignore[arg-type]


def _vehicle(problem: RoutesProblem, child: Child, direction: Direction, rule: str) -> Iterator[Repair]:
    """Mend or hire the cheapest vehicle that would then carry the child and their company."""
    company = companions(problem, child, direction)
    load = load_of(problem, company)
    for kind in sorted(problem.vehicle_classes, key=lambda kind: (kind.day_rate, kind.id)):
        mended = _mended(problem, kind, rule, load.seats, load.wheelchairs, load.equipment, load.weekdays)
        operators = tuple(
            replace(op, active=True, cap=max(op.cap, 2) if op.cap is not None else None)
            if op.id == kind.operator
            else op
            for op in problem.operators
        )
        classes = tuple(mended if each.id == kind.id else each for each in problem.vehicle_classes)
        changed = replace(problem, vehicle_classes=classes, operators=operators)
        if usable(changed, mended) is None:
            schools = tuple(
                replace(s, no_entry=s.no_entry - {kind.kind}) if s.id == child.school and rule == "gate-fit" else s
                for s in problem.schools
            )
            said = f"{_words(rule)} for class {kind.id} of operator {kind.operator}."
            change = (("vehicle_class", kind.id), ("rule", rule))
            yield Repair(rule, said, change, replace(changed, schools=schools))


def _mended(
    problem: RoutesProblem, kind: VehicleClass, rule: str, seats: int, wheelchairs: int, equipment: frozenset[str],
    weekdays: frozenset[int],
) -> VehicleClass:  # fmt: skip
    if rule in ("wheelchair-capacity", "seat-capacity", "layout-known"):
        return replace(kind, layouts=(*kind.layouts, Layout("added", seats, wheelchairs)))
    if rule == "equipment-fit":
        return replace(kind, equipment=kind.equipment | equipment)
    if rule in ("fleet-count", "operator-cap") and kind.available is not None:
        return replace(kind, available=kind.available + 2)
    if rule == "contract-valid":
        return replace(kind, weekdays=kind.weekdays | weekdays, valid_from=None, valid_until=None)
    return kind


def _words(rule: str) -> str:
    return {
        "wheelchair-capacity": "Find a layout with the wheelchair spaces",
        "seat-capacity": "Find a layout with more seats",
        "layout-known": "Give a layout",
        "equipment-fit": "Fit the equipment needed",
        "fleet-count": "Buy or hire one vehicle more",
        "operator-cap": "Raise the operator's cap",
        "contract-valid": "Extend or renew the contract",
        "gate-fit": "Let its kind use the school's gate",
    }.get(rule, "Change the vehicles")
