"""Which runs one vehicle does one after another: a minimum-cost flow in which a unit of flow is a vehicle's day.

From a source, a unit pays the day's rate and enters either a morning run or the middle of the day; from a morning run
it goes on to another that it can reach in time, or to the middle of the day; then likewise through afternoon runs to
the sink. Each run must be entered once. Two runs may follow one another when the first, timed as early as its window
allows, ends soon enough to drive to the second, timed as late as its window allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from ortools.graph.python import min_cost_flow

from optimiser.routes.costing import hire, mileage
from optimiser.routes.problem import RoutesProblem, VehicleClass
from optimiser.routes.run import Direction

MUST = 1_000_000_000
"""What the flow earns for entering a run, so that every run is entered."""


@dataclass(frozen=True, slots=True)
class Link:
    """A run as the chaining sees it: its ends, and how its clock depends on one time at school.

    The run begins ``before`` seconds ahead of its school time and ends ``after`` seconds after it; the school time may
    be anything from ``earliest`` to ``latest``.
    """

    direction: Direction
    vehicle_class: str
    weekdays: frozenset[int]
    first: str
    last: str
    before: int
    after: int
    earliest: int
    latest: int
    children: frozenset[str] = frozenset()


def chain(problem: RoutesProblem, links: Sequence[Link], *, nearest: int = 30) -> tuple[tuple[int, ...], ...]:
    """Return each vehicle's runs, as positions in ``links`` in the order driven, at the least cost.

    ``nearest`` bounds the runs considered after each run, the cheapest to reach first.
    """
    found: list[tuple[int, ...]] = []
    kinds: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for at, link in enumerate(links):
        kinds.setdefault((link.vehicle_class, tuple(sorted(link.weekdays))), []).append(at)
    for (class_id, _), members in sorted(kinds.items()):
        found += _flow(problem, problem.vehicle_class[class_id], links, members, nearest)
    return tuple(found)


def school_times(problem: RoutesProblem, links: Sequence[Link], chained: Sequence[int]) -> tuple[int, ...] | None:
    """Return the latest school time of each run of a vehicle, in order, or None when they cannot all be met."""
    times = [links[at].latest for at in chained]
    for position in range(len(chained) - 2, -1, -1):
        one, other = links[chained[position]], links[chained[position + 1]]
        begins = times[position + 1] - other.before
        times[position] = min(times[position], begins - drive(problem, one, other) - one.after)
        if times[position] < one.earliest:
            return None
    return tuple(times)


def drive(problem: RoutesProblem, one: Link, other: Link) -> int:
    """Return the seconds from the last stop of a run to the first of the next, by way of its start between halves."""
    if one.direction is other.direction:
        return int(problem.travel(one.direction).seconds_between(one.last, other.first))
    start = problem.vehicle_class[one.vehicle_class].start
    travel = problem.travel(other.direction)
    if start is None:
        return int(travel.seconds_between(one.last, other.first))
    there = problem.travel(one.direction).seconds_between(one.last, start)
    return int(there + travel.seconds_between(start, other.first))


def _flow(
    problem: RoutesProblem, kind: VehicleClass, links: Sequence[Link], members: list[int], nearest: int
) -> list[tuple[int, ...]]:
    n = len(members)
    source, begin, middle, sink = 2 * n, 2 * n + 1, 2 * n + 2, 2 * n + 3
    arcs: list[tuple[int, int, int, int]] = [(source, begin, n, kind.day_rate), (begin, middle, n, 0)]
    arcs += [(middle, sink, n, 0), (source, sink, n, 0)]
    for at, member in enumerate(members):
        morning = links[member].direction is Direction.MORNING
        arcs.append((2 * at, 2 * at + 1, 1, -MUST))
        arcs.append((begin if morning else middle, 2 * at, 1, 0))
        arcs.append((2 * at + 1, middle if morning else sink, 1, 0))
    for direction in Direction:
        arcs += _following(problem, kind, links, members, direction, nearest)
    flow = min_cost_flow.SimpleMinCostFlow()
    table = np.array(arcs, np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(table[:, 0], table[:, 1], table[:, 2], table[:, 3])
    flow.set_node_supply(source, n)
    flow.set_node_supply(sink, -n)
    if flow.solve() != flow.OPTIMAL:
        return [(member,) for member in members]
    return _paths(problem, links, members, table, [int(flow.flow(arc)) for arc in range(len(arcs))])


def _following(
    problem: RoutesProblem, kind: VehicleClass, links: Sequence[Link], members: list[int], direction: Direction,
    nearest: int,
) -> list[tuple[int, int, int, int]]:  # fmt: skip
    """Return the arcs from one run to another in one direction, with the cost that following adds."""
    mine = [at for at, member in enumerate(members) if links[members[at]].direction is direction]
    if len(mine) < 2:
        return []
    travel = problem.travel(direction)
    of = [links[members[at]] for at in mine]
    last, first = travel.rows(link.last for link in of), travel.rows(link.first for link in of)
    seconds, metres = travel.seconds[np.ix_(last, first)], travel.metres[np.ix_(last, first)]
    ends = np.array([link.earliest + link.after for link in of])
    begins = np.array([link.latest - link.before for link in of])
    possible = ends[:, None] + seconds <= begins[None, :]
    # Short runs in wide windows could follow each other either way round; an order keeps the flow free of rings.
    rank = np.argsort(np.argsort(np.array([link.earliest + link.latest for link in of]), kind="stable"), kind="stable")
    possible &= rank[:, None] < rank[None, :]
    saved = np.zeros(len(of), np.int64)
    if kind.start is not None:
        home = travel.index[kind.start]
        saved = travel.metres[last, home].astype(np.int64)
    arcs = []
    for row, at in enumerate(mine):
        options = np.flatnonzero(possible[row])
        for column in options[np.argsort(metres[row, options], kind="stable")][:nearest]:
            extra = int(metres[row, column]) - int(saved[row])
            if kind.start is not None:
                extra -= int(travel.metres[travel.index[kind.start], first[column]])
            cost = mileage(kind.per_mile, extra) + hire(kind.per_hour, max(0, int(begins[column] - ends[row])))
            arcs.append((2 * at + 1, 2 * mine[column], 1, cost))
    return arcs


def _paths(
    problem: RoutesProblem, links: Sequence[Link], members: list[int], table: np.ndarray, flow: list[int]
) -> list[tuple[int, ...]]:
    n = len(members)
    after: dict[int, int] = {}
    for (tail, head, _, _), used in zip(table.tolist(), flow, strict=True):
        if used and tail < 2 * n and head < 2 * n and tail % 2 == 1:
            after[tail // 2] = head // 2
    halves: dict[Direction, list[tuple[int, ...]]] = {direction: [] for direction in Direction}
    for at in sorted(set(range(n)) - set(after.values())):
        path = [at]
        while path[-1] in after:
            path.append(after[path[-1]])
        whole = tuple(members[each] for each in path)
        halves[links[whole[0]].direction] += _feasible_parts(problem, links, whole)
    return _join_halves(problem, links, halves[Direction.MORNING], halves[Direction.AFTERNOON])


def _feasible_parts(problem: RoutesProblem, links: Sequence[Link], path: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Cut a path of three or more runs where pairs that fit one by one do not fit together."""
    parts: list[tuple[int, ...]] = [path[:1]]
    for _, at in pairwise(path):
        longer = (*parts[-1], at)
        if school_times(problem, links, longer) is None:
            parts.append((at,))
        else:
            parts[-1] = longer
    return parts


def _join_halves(
    problem: RoutesProblem,
    links: Sequence[Link],
    mornings: list[tuple[int, ...]],
    afternoons: list[tuple[int, ...]],
) -> list[tuple[int, ...]]:
    """Give each morning's chain an afternoon's that it has time for, the pairs with most children in common first."""
    aboard = {path: frozenset().union(*(links[at].children for at in path)) for path in (*mornings, *afternoons)}
    pairs = [(-len(aboard[m] & aboard[a]), m, a) for m in mornings for a in afternoons if aboard[m] & aboard[a]]
    partner: dict[tuple[int, ...], tuple[int, ...]] = {}
    spare = dict.fromkeys(afternoons)
    for _, morning, afternoon in sorted(pairs):
        if morning not in partner and afternoon in spare and _in_time(problem, links, morning, afternoon):
            partner[morning] = afternoon
            del spare[afternoon]
    for morning in mornings:
        if morning not in partner:
            found = next((path for path in spare if _in_time(problem, links, morning, path)), None)
            if found is not None:
                partner[morning] = found
                del spare[found]
    return [morning + partner.get(morning, ()) for morning in mornings] + list(spare)


def _in_time(
    problem: RoutesProblem, links: Sequence[Link], morning: tuple[int, ...], afternoon: tuple[int, ...]
) -> bool:
    return school_times(problem, links, morning + afternoon) is not None
