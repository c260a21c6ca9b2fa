"""The map of runs: each vehicle's way, its stops in turn, schools, and children left without transport."""

from collections import Counter
from collections.abc import Mapping, Sequence

from maps import style
from maps.background import Background
from maps.geojson import Feature, Place, legs, point
from maps.layers import Key, Layer
from maps.page import FICTION, Pick, Sheet, page
from maps.placing import Placing
from maps.popup import clock, count, miles, minutes
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.riding import ride_seconds
from optimiser.routes.solution import Direction, RoutesSolution, Run

_SCHOOL = style.square(style.INK, 5.5)
_LEFT = style.ring(style.VERMILION, 8.0, weight=3.5)
Legs = Sequence[Sequence[Place]]
_CROWD = 150
"""With more runs than this in a direction, lines are thin and stops appear when their run is picked."""


def draw(
    problem: RoutesProblem,
    solution: RoutesSolution,
    *,
    points: Mapping[str, Place],
    title: str = "Home to school runs",
    notice: str = FICTION,
    background: Background | None = None,
    paths: Mapping[str, Legs] | None = None,
    homes_to_metres: int = 0,
) -> str:
    """Return the map page. ``points`` are (latitude, longitude) by place id; ``paths`` is each run's way along roads,
    one line from each stop to the next, straight where there is none; ``homes_to_metres`` rounds homes for readers who
    may not see doors, and cuts the ways short of them.
    """
    placing = Placing(points, homes_to_metres=homes_to_metres)
    layers: list[Layer] = []
    for direction in (Direction.AFTERNOON, Direction.MORNING):
        runs = [run for run in solution.runs if run.direction is direction]
        if runs:
            first = direction is Direction.MORNING or all(run.direction is direction for run in solution.runs)
            layers += _direction(problem, runs, direction, placing, paths or {}, shown=first)
    layers.append(_schools(problem, solution, placing))
    unserved = _unserved(problem, solution, placing)
    if unserved:
        layers.append(Layer("Children without transport", unserved, (Key(_LEFT, "nobody collects this child"),)))
    picks = tuple((run.id, f"{run.id} {_when(run)}") for run in sorted(solution.runs, key=lambda run: run.id))
    sheet = Sheet(
        title,
        notice,
        layers,
        _figures(problem, solution),
        Pick("Show one run", picks),
        (f"Travel times: {problem.morning.source}.", "Pick a run, or press it, to see its stops in turn."),
        placing.lost,
        placing.used,
    )
    return page(sheet, background=background)


def _when(run: Run) -> str:
    return f"{run.direction.value} {clock(run.begins)} to {clock(run.ends)}"


def _figures(problem: RoutesProblem, solution: RoutesSolution) -> tuple[tuple[str, str], ...]:
    morning = [run for run in solution.runs if run.direction is Direction.MORNING]
    longest = max((_ride(problem, run, child) for run in solution.runs for child in run.children), default=0)
    served = {child for run in solution.runs for child in run.children}
    return (
        ("Morning runs", f"{len(morning):,}"),
        ("Afternoon runs", f"{len(solution.runs) - len(morning):,}"),
        ("Vehicles", f"{len(solution.vehicles):,}"),
        ("Children carried", f"{len(served):,}"),
        ("Longest ride", minutes(longest)),
        ("Left without", f"{len({each.child for each in solution.unserved}):,}"),
    )


def _ride(problem: RoutesProblem, run: Run, child: str) -> int:
    """Return a child's ride as the plan's own tables count it, walk included; nought for a child not in the problem."""
    return ride_seconds(problem, run, problem.child[child]) if child in problem.child else 0


def _direction(
    problem: RoutesProblem,
    runs: Sequence[Run],
    direction: Direction,
    placing: Placing,
    paths: Mapping[str, Legs],
    *,
    shown: bool,
) -> list[Layer]:
    school_places = {school.place for school in problem.schools}
    ways: list[Feature] = []
    stops: list[Feature] = []
    crowded = len(runs) > _CROWD
    for number, run in enumerate(sorted(runs, key=lambda run: run.id)):
        look = style.run_look(number, weight=1.1 if crowded else 2.6)
        lines = _run_lines(problem, run)
        way = _way(run, placing, school_places, paths.get(run.id))
        if way:
            tip = f"{run.id}, {count(len(run.children), 'child', 'children')}"
            ways.append(legs(way, look, tip=tip, lines=lines, group=run.id))
        stops += _stops(problem, run, look, placing, school_places)
    name = "Morning" if direction is Direction.MORNING else "Afternoon"
    keys = tuple(Key(style.run_look(each), "one run each" if each == 0 else "another run") for each in (0, 1))
    return [
        Layer(f"{name} runs", ways, keys, shown=shown),
        Layer(
            f"{name} stops",
            stops,
            (
                Key(
                    style.dot(style.BLUE), "a stop of the run picked" if crowded else "a stop, larger for more children"
                ),
            ),
            shown=shown or crowded,
            picked=crowded,
        ),
    ]


def _way(run: Run, placing: Placing, school_places: set[str], path: Legs | None) -> list[list[Place]]:
    """Return a run's way, one line a leg along the roads given; one straight line through its stops without."""
    if path is None or len(path) != len(run.stops) - 1:
        through = placing.through((stop.place, stop.place not in school_places) for stop in run.stops)
        return [through] if len(through) > 1 else []
    homes = [stop.place not in school_places for stop in run.stops]
    return [placing.along(leg, from_home=homes[turn], to_home=homes[turn + 1]) for turn, leg in enumerate(path)]


def _stops(
    problem: RoutesProblem, run: Run, look: style.Look, placing: Placing, school_places: set[str]
) -> list[Feature]:
    found = []
    for turn, stop in enumerate(run.stops, start=1):
        here = placing.at(stop.place, home=stop.place not in school_places)
        if here is None:
            continue
        lines = (
            ("Arrives", clock(stop.arrive)),
            ("Leaves", clock(stop.leave)),
            ("From the stop before", _leg(problem, run, turn - 1)),
            ("Getting on", ", ".join(stop.on)),
            ("Getting off", ", ".join(stop.off)),
            ("Run", run.id),
        )
        size = style.sized(len(stop.on) + len(stop.off), most=9)
        found.append(
            point(
                here,
                style.dot(look.colour, size, fill=0.9, weight=1.0),
                tip=f"Stop {turn} of {run.id}, {clock(stop.arrive)}",
                lines=lines,
                group=run.id,
                number=turn,
            )
        )
    return found


def _run_lines(problem: RoutesProblem, run: Run) -> tuple[tuple[str, object], ...]:
    kind = problem.vehicle_class.get(run.vehicle_class)
    metres = _metres(problem, run)
    longest = max((_ride(problem, run, child) for child in run.children), default=0)
    return (
        ("Times", f"{clock(run.begins)} to {clock(run.ends)}"),
        ("Children", len(run.children)),
        ("Stops", len(run.stops)),
        ("Longest ride", minutes(longest)),
        ("Distance", miles(metres) if metres is not None else ""),
        ("Vehicle", f"{run.vehicle}, {kind.kind}" if kind else run.vehicle),
        ("Operator", kind.operator if kind else ""),
        ("Seats laid out", run.layout),
    )


def _metres(problem: RoutesProblem, run: Run) -> int | None:
    travel = problem.travel(run.direction)
    if any(stop.place not in travel.index for stop in run.stops):
        return None
    pairs = zip(run.stops, run.stops[1:], strict=False)
    return sum(travel.metres_between(one.place, other.place) for one, other in pairs)


def _leg(problem: RoutesProblem, run: Run, turn: int) -> str:
    """Return the minutes and miles from the stop before, nothing for the first."""
    travel = problem.travel(run.direction)
    if turn == 0 or any(run.stops[at].place not in travel.index for at in (turn - 1, turn)):
        return ""
    here, there = run.stops[turn - 1].place, run.stops[turn].place
    return f"{minutes(travel.seconds_between(here, there))}, {miles(travel.metres_between(here, there))}"


def _schools(problem: RoutesProblem, solution: RoutesSolution, placing: Placing) -> Layer:
    arriving: Counter[str] = Counter()
    children: Counter[str] = Counter()
    for run in solution.runs:
        for name in {problem.child[child].school for child in run.children if child in problem.child}:
            arriving[name] += run.direction is Direction.MORNING
    for child in problem.children:
        children[child.school] += 1
    features = []
    for school in problem.schools:
        here = placing.at(school.place)
        if here is None or not children[school.id]:
            continue
        window = school.morning
        lines = (
            ("Children", children[school.id]),
            ("Morning runs", arriving[school.id]),
            ("Arrivals", f"{clock(window.earliest)} to {clock(window.latest)}" if window else "nobody has said"),
            ("Unloading bays", school.bays if school.bays is not None else "any number"),
        )
        look = style.square(style.INK, 3.5) if len(problem.schools) > _CROWD else _SCHOOL
        features.append(point(here, look, tip=f"School {school.id}", lines=lines))
    return Layer("Schools", features, (Key(_SCHOOL, "school"),))


def _unserved(problem: RoutesProblem, solution: RoutesSolution, placing: Placing) -> list[Feature]:
    found = []
    for each in solution.unserved:
        child = problem.child.get(each.child)
        here = placing.at(child.home, home=True) if child else None
        if child is None or here is None:
            continue
        lines = (("Direction", each.direction.value), ("School", child.school), ("Why", each.sentence))
        look = style.ring(style.VERMILION, 5.0) if len(solution.unserved) > _CROWD else _LEFT
        found.append(point(here, look, tip=f"{each.child} has no transport", lines=lines))
    return found
