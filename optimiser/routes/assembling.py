"""From rounds without a clock to a plan: classes within the fleet, chains, times at school, and lasting ids."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

from optimiser.core.limits import Limits
from optimiser.routes import splitting
from optimiser.routes.costing import time_last_term
from optimiser.routes.fitting import layout_for, load_of, running_cost
from optimiser.routes.model import chaining, fleet
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.riding import collected_at
from optimiser.routes.screening import usable_classes
from optimiser.routes.search.single import Round, timed, window_for
from optimiser.routes.solution import Direction, Run
from optimiser.routes.timing import Call, spread, wish_from_last


def plan_runs(
    problem: RoutesProblem, rounds: Sequence[Round], *, kept: Sequence[Run] = (), limits: Limits | None = None,
    settled: bool = False,
) -> tuple[Run, ...]:  # fmt: skip
    """Return timed runs with vehicles for rounds of children, beside the runs in ``kept``, which stay as they are.

    Where a class runs short, rounds get other classes or are split, unless ``settled`` says that classes stay.
    """
    if fleet.limited(problem) and not settled:
        rounds = _within_fleet(problem, rounds, kept, limits)
    links = [link_of(problem, route) for route in rounds]
    vehicles = chaining.chain(problem, links)
    times = _times(problem, rounds, links, vehicles, kept)
    runs = _attached(problem, _runs(problem, rounds, times, vehicles, kept), kept)
    return (*kept, *_named_after_last(problem, runs, kept))


def _within_fleet(
    problem: RoutesProblem, rounds: Sequence[Round], kept: Sequence[Run], limits: Limits | None
) -> list[Round]:
    """Return the rounds with the classes that cost least within the fleet, split where large vehicles run short."""
    small = splitting.uncapped_classes(problem)
    parts = [splitting.split(problem, route, small) for route in rounds] if small else []
    whole = [None if part.rest else part.cost for part in parts] or [None] * len(rounds)
    chosen = _choose(problem, rounds, kept, limits, whole)
    if None not in chosen:
        return _given(problem, rounds, chosen)
    cut = [
        piece
        for at, (route, class_id) in enumerate(zip(rounds, chosen, strict=True))
        for piece in ([route] if class_id is not None else parts[at].rounds)
    ]
    # The pieces may find room in vehicles that the whole runs could not use.
    return _given(problem, cut, _choose(problem, cut, kept, limits, [None] * len(cut)))


def _choose(
    problem: RoutesProblem, rounds: Sequence[Round], kept: Sequence[Run], limits: Limits | None,
    split: Sequence[int | None],
) -> tuple[str | None, ...]:  # fmt: skip
    """Return each round's class at least cost within the fleet, None for those better split."""
    loads = [load_of(problem, [problem.child[child] for child, _ in route.calls]) for route in rounds]
    choices = []
    for route, load, instead in zip(rounds, loads, split, strict=True):
        held = _held_class(problem, route)
        costs = {
            kind.id: running_cost(problem, kind, route.direction, places_of(problem, route), _lasts(problem, route))
            for kind in usable_classes(problem)
            if layout_for(kind, load) is not None and held in (None, kind.id)
        }
        costs.setdefault(route.vehicle_class, _own_cost(problem, route))
        choices.append(fleet.Choice(route.direction, costs, route.vehicle_class, weekdays=load.weekdays, split=instead))
    for run in kept:
        choices.append(
            fleet.Choice(run.direction, {run.vehicle_class: 0}, run.vehicle_class, fixed=True, weekdays=run.weekdays)
        )
    return fleet.choose_classes(problem, choices, limits=limits)[: len(rounds)]


def _given(problem: RoutesProblem, rounds: Sequence[Round], chosen: Sequence[str | None]) -> list[Round]:
    """Return the rounds with these classes, each in the first layout that fits."""
    found = []
    for route, named in zip(rounds, chosen, strict=True):
        class_id = named or route.vehicle_class
        load = load_of(problem, [problem.child[child] for child, _ in route.calls])
        layout = layout_for(problem.vehicle_class[class_id], load)
        found.append(route if layout is None else replace(route, vehicle_class=class_id, layout=layout.id))
    return found


def _held_class(problem: RoutesProblem, route: Round) -> str | None:
    """Return the class that a pinned child aboard holds the run to."""
    for child, _ in route.calls:
        before = problem.last_run.get((child, route.direction)) if child in problem.pinned_children else None
        if before is not None:
            return before.vehicle_class
    return None


def _own_cost(problem: RoutesProblem, route: Round) -> int:
    kind = problem.vehicle_class[route.vehicle_class]
    return running_cost(problem, kind, route.direction, places_of(problem, route), _lasts(problem, route))


def places_of(problem: RoutesProblem, route: Round) -> list[str]:
    """Return the places of a round in the order driven."""
    outwards = [problem.school[route.school].place, *(place for _, place in route.calls)]
    return outwards[::-1] if route.direction is Direction.MORNING else outwards


def _lasts(problem: RoutesProblem, route: Round) -> int:
    return route.since[-1] + problem.school[route.school].unload


def link_of(problem: RoutesProblem, route: Round) -> chaining.Link:
    """Return a round as the chaining sees it: its ends, how long before and after school, and the times allowed."""
    places = places_of(problem, route)
    unload = problem.school[route.school].unload
    before, after = (route.since[-1], unload) if route.direction is Direction.MORNING else (unload, route.since[-1])
    earliest, latest = window_for(problem, route)
    ids = frozenset(child for child, _ in route.calls)
    days = frozenset().union(*(problem.child[child].weekdays for child in ids))
    return chaining.Link(
        route.direction,
        route.vehicle_class,
        days,
        places[0],
        places[-1],
        before,
        after,
        min(earliest, latest),
        latest,
        ids,
    )


def _times(
    problem: RoutesProblem, rounds: Sequence[Round], links: Sequence[chaining.Link],
    vehicles: Sequence[tuple[int, ...]], kept: Sequence[Run],
) -> list[int]:  # fmt: skip
    """Return each round's time at school: chained runs as the chain needs, the rest where the bays are free."""
    times = [link.latest for link in links]
    calls: list[Call] = []
    for vehicle in vehicles:
        found = chaining.school_times(problem, links, vehicle)
        assert found is not None, "the chaining gives only chains that can be driven"
        for position, at in enumerate(vehicle):
            link, route = links[at], rounds[at]
            alone = all(links[other].direction is not link.direction for other in vehicle if other != at)
            wish = _wish(problem, route, link) if alone else found[position]
            lowest, highest = (link.earliest, link.latest) if alone else (found[position], found[position])
            calls.append(Call(route.school, route.direction, lowest, highest, min(max(wish, lowest), highest)))
    order = [at for vehicle in vehicles for at in vehicle]
    fixed = [(school, run) for run in kept for school in sorted({problem.child[c].school for c in run.children})]
    for at, time in zip(order, spread(problem, calls, fixed), strict=True):
        times[at] = time
    return times


def _wish(problem: RoutesProblem, route: Round, link: chaining.Link) -> int:
    if not problem.last:
        return link.latest
    draft = timed(problem, route, at_school=link.latest, run_id="", vehicle="")
    now = {child: int(collected_at(problem, draft, problem.child[child])) for child in draft.children}
    before = {}
    for child in now:
        run = problem.last_run.get((child, route.direction))
        if run is not None:
            before[child] = time_last_term(problem, run, child)
    return wish_from_last(before, now, link.latest)


def _runs(
    problem: RoutesProblem, rounds: Sequence[Round], times: Sequence[int], vehicles: Sequence[tuple[int, ...]],
    kept: Sequence[Run],
) -> list[Run]:  # fmt: skip
    """Return the rounds as runs with ids that say direction and number, on vehicles numbered in order."""
    taken = {run.id for run in problem.last} | {run.id for run in kept}
    held = {run.vehicle for run in problem.last} | {run.vehicle for run in kept}
    runs: list[Run] = []
    names = _fresh("v", held)
    ids = {Direction.MORNING: _fresh("am", taken), Direction.AFTERNOON: _fresh("pm", taken)}
    for vehicle in vehicles:
        name = next(names)
        for at in vehicle:
            run_id = next(ids[rounds[at].direction])
            runs.append(timed(problem, rounds[at], at_school=times[at], run_id=run_id, vehicle=name))
    return runs


def _fresh(prefix: str, taken: set[str]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        name = f"{prefix}{number:04d}"
        if name not in taken:
            yield name


def _attached(problem: RoutesProblem, runs: Sequence[Run], kept: Sequence[Run]) -> list[Run]:
    """Put new vehicles' runs onto kept vehicles of the same class that have the time, those with most to save first."""
    held: dict[str, list[Run]] = {}
    for run in kept:
        held.setdefault(run.vehicle, []).append(run)
    fresh: dict[str, list[Run]] = {}
    for run in runs:
        fresh.setdefault(run.vehicle, []).append(run)
    host: dict[str, str] = {}
    for name, mine in sorted(fresh.items()):
        for other, theirs in sorted(held.items(), key=lambda each: (-_faces(problem, mine, each[0]), each[0])):
            if theirs[0].vehicle_class == mine[0].vehicle_class and _interleave(problem, [*theirs, *mine]):
                host[name] = other
                theirs += mine
                break
    return [replace(run, vehicle=host.get(run.vehicle, run.vehicle)) for run in runs]


def _faces(problem: RoutesProblem, runs: Sequence[Run], vehicle: str) -> int:
    """Return how many child journeys of these runs were with a vehicle last term."""
    before = (problem.last_run.get((child, run.direction)) for run in runs for child in run.children)
    return sum(each is not None and each.vehicle == vehicle for each in before)


def _interleave(problem: RoutesProblem, runs: Sequence[Run]) -> bool:
    """Return whether one vehicle can drive these runs as they are timed."""
    ordered = sorted(runs, key=lambda run: (run.begins, run.id))
    start = problem.vehicle_class[ordered[0].vehicle_class].start
    for one, other in pairwise(ordered):
        place = one.stops[-1].place
        free = int(one.ends)
        if one.direction is not other.direction and start is not None:
            free += problem.travel(one.direction).seconds_between(place, start)
            place = start
        if free + problem.travel(other.direction).seconds_between(place, other.stops[0].place) > other.begins:
            return False
    return True


def _named_after_last(problem: RoutesProblem, runs: Sequence[Run], kept: Sequence[Run]) -> list[Run]:
    """Give each vehicle the id of last term's vehicle whose children it shares most: staying counts as staying."""
    if not problem.last:
        return list(runs)
    used = {run.vehicle for run in kept}
    old_kind = {run.vehicle: run.vehicle_class for run in problem.last}
    olds = [vehicle for vehicle in sorted(old_kind) if vehicle not in used]
    news = sorted({run.vehicle for run in runs} - used)
    if not olds or not news:
        return list(runs)
    row, column = {v: at for at, v in enumerate(news)}, {v: at for at, v in enumerate(olds)}
    shared = np.zeros((len(news), len(olds)))
    for run in runs:
        for child in run.children if run.vehicle in row else ():
            before = problem.last_run.get((child, run.direction))
            if before is not None and before.vehicle in column:
                pinned = child in problem.pinned_children
                same = run.vehicle_class == old_kind[before.vehicle]
                shared[row[run.vehicle], column[before.vehicle]] += (1000.0 if pinned else 1.0) + 0.01 * same
    matched = zip(*linear_sum_assignment(shared, maximize=True), strict=True)
    name = {news[r]: olds[c] for r, c in matched if shared[r, c] > 0}
    return [replace(run, vehicle=name.get(run.vehicle, run.vehicle)) for run in runs]
