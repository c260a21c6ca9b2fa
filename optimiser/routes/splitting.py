"""A run cut into smaller ones along its way, for when large vehicles run short and small ones do not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from optimiser.routes.fitting import Load, layout_for, load_of, running_cost
from optimiser.routes.problem import RoutesProblem, VehicleClass
from optimiser.routes.riding import since_school
from optimiser.routes.run import Direction
from optimiser.routes.screening import companions, latest, usable_classes
from optimiser.routes.search.single import Round

Call = tuple[str, str]


@dataclass(frozen=True)
class Parts:
    """Smaller rounds that carry some or all of a round's children, and what they cost in pence a day.

    The cost counts half a day's rate for each, running cost and guides. ``rest`` are the children whom no class without
    a cap can carry.
    """

    rounds: tuple[Round, ...]
    cost: int
    rest: tuple[str, ...]


def uncapped_classes(problem: RoutesProblem) -> tuple[VehicleClass, ...]:
    """Return the classes without a cap on vehicles, the dearer of any that are alike left out."""
    capped = {operator.id for operator in problem.operators if operator.cap is not None}
    alike: dict[object, VehicleClass] = {}
    for kind in usable_classes(problem):
        if kind.available is None and kind.operator not in capped:
            rates = (kind.per_mile, kind.per_hour, kind.clean_air_charge)
            same = (kind.kind, kind.layouts, kind.equipment, kind.start, kind.weekdays, rates)
            if same not in alike or kind.day_rate < alike[same].day_rate:
                alike[same] = kind
    return tuple(alike.values())


def split(problem: RoutesProblem, route: Round, classes: Sequence[VehicleClass]) -> Parts:
    """Return the cheapest cut of a round into rounds of neighbours along the way, each in one of these classes.

    Children who must ride together stay together. Children whom none of the classes carries are left in ``rest``.
    A round with a pinned child is not cut: everyone is in ``rest``.
    """
    everyone = tuple(child for child, _ in route.calls)
    if any(child in problem.pinned_children for child in everyone):
        return Parts((), 0, everyone)
    blocks, rest = [], []
    for block in _blocks(problem, route):
        if _cheapest(problem, route, block, classes) is None:
            rest += [child for child, _ in block]
        else:
            blocks.append(block)
    best: list[tuple[float, int, Round | None]] = [(0.0, 0, None)]
    for end in range(1, len(blocks) + 1):
        now: tuple[float, int, Round | None] = (math.inf, 0, None)
        for begin in range(end - 1, -1, -1):
            part = _cheapest(problem, route, [call for block in blocks[begin:end] for call in block], classes)
            if part is None:
                break
            if best[begin][0] + part[0] < now[0]:
                now = (best[begin][0] + part[0], begin, part[1])
        best.append(now)
    rounds, at = [], len(blocks)
    while at and (piece := best[at][2]) is not None:
        rounds.append(piece)
        at = best[at][1]
    return Parts(tuple(reversed(rounds)), math.ceil(best[-1][0]), tuple(rest))


def _blocks(problem: RoutesProblem, route: Round) -> list[list[Call]]:
    """Return the calls, outwards, grouped by who must ride together; a group takes its first member's place."""
    blocks: list[list[Call]] = []
    placed: set[str] = set()
    for child, _ in route.calls:
        if child not in placed:
            company = {each.id for each in companions(problem, problem.child[child], route.direction)}
            blocks.append([call for call in route.calls if call[0] in company])
            placed |= company
    return blocks


def _cheapest(
    problem: RoutesProblem, route: Round, calls: Sequence[Call], classes: Sequence[VehicleClass]
) -> tuple[float, Round] | None:
    """Return the cheapest round of these calls with its cost, or None when no class or no ride limit allows it."""
    load = load_of(problem, [problem.child[child] for child, _ in calls])
    fitting = [(kind, layout) for kind in classes if (layout := layout_for(kind, load)) is not None]
    since = since_school(problem, route.school, route.direction, calls)
    if not fitting or not _in_time(problem, route, calls, since):
        return None
    outwards = [problem.school[route.school].place, *(place for _, place in calls)]
    places = outwards[::-1] if route.direction is Direction.MORNING else outwards
    lasts = since[-1] + problem.school[route.school].unload
    priced = [(_cost(problem, kind, route.direction, places, lasts, load), kind, layout) for kind, layout in fitting]
    cost, kind, layout = min(priced, key=lambda each: (each[0], each[1].id))
    return cost, Round(route.school, route.direction, tuple(calls), since, kind.id, layout.id)


def _cost(
    problem: RoutesProblem, kind: VehicleClass, direction: Direction, places: Sequence[str], lasts: int, load: Load
) -> float:
    guide = problem.prices.guide if load.guided else 0
    return kind.day_rate / 2 + running_cost(problem, kind, direction, places, lasts) + guide


def _in_time(problem: RoutesProblem, route: Round, calls: Sequence[Call], since: Sequence[int]) -> bool:
    school = problem.school[route.school]
    for (child_id, place), seconds in zip(calls, since, strict=True):
        child = problem.child[child_id]
        point = next((each for each in child.places if each.place == place), None)
        if point is None or seconds > latest(problem, child, school, route.direction, point):
            return False
    return True
