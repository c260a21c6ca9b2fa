"""Where one more child could ride: every run and vehicle that would do, ranked, with what it costs whom."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from optimiser.core.units import Pence, Seconds
from optimiser.routes.costing import a_day, needs_guide, vehicle_costs
from optimiser.routes.fitting import Load, layout_for, load_of
from optimiser.routes.problem import Child, RoutesProblem, VehicleClass
from optimiser.routes.riding import ride_limit, ride_seconds, since_school
from optimiser.routes.screening import usable_classes
from optimiser.routes.search.single import Round, timed, window_for
from optimiser.routes.search.starts import calls_of
from optimiser.routes.solution import Direction, RoutesSolution, Run
from optimiser.routes.verifier import verify


@dataclass(frozen=True)
class Seating:
    """A child on one run: the run as it would be, the run it replaces (None: a new one), and what changes.

    ``added`` gives the seconds that each child aboard already would ride longer; ``day`` the pence a day that the run's
    vehicle would cost more; ``upgraded`` says that a larger or different class is needed.
    """

    run: Run
    replaces: str | None
    ride: Seconds
    added: tuple[tuple[str, int], ...]
    guide: str
    equipment: str
    upgraded: bool
    day: Pence


@dataclass(frozen=True)
class Option:
    """One way to carry a child both ways, ready to be accepted: seatings, and pence a day and a year."""

    child: str
    seatings: tuple[Seating, ...]
    day: Pence
    year: Pence
    sentence: str

    @property
    def new_vehicle(self) -> bool:
        """Whether the child would have a vehicle that is not in the plan now."""
        return any(seating.replaces is None for seating in self.seatings)


@dataclass(frozen=True, slots=True)
class Block:
    """A rule that keeps a child off a run."""

    run: str
    rule: str
    sentence: str


def options_for(
    problem: RoutesProblem, solution: RoutesSolution, child: Child | str, *, most: int = 20
) -> tuple[Option, ...]:
    """Return up to ``most`` ways to carry a child in every direction they travel, the cheapest first.

    A child who is not in the problem yet is taken as added; their places must be in the travel matrices. A child who is
    carried already is taken off first. Nothing is changed: pass an option to :func:`accept` for the plan that has it.
    """
    problem, solution, who = _ready(problem, solution, child)
    by_direction: list[list[Seating]] = []
    for direction in Direction:
        if problem.travels(who, direction):
            found = [*_in_runs(problem, solution, who, direction), *_in_new_vehicles(problem, solution, who, direction)]
            by_direction.append(sorted(found, key=lambda s: (s.day, sum(more for _, more in s.added), s.run.id))[:25])
    if not by_direction or not all(by_direction):
        return ()
    options = [_option(problem, solution, who, seatings) for seatings in _pairs(by_direction)]
    options.sort(key=lambda o: (o.day, sum(more for s in o.seatings for _, more in s.added), o.sentence))
    return tuple(options[:most])


def accept(problem: RoutesProblem, solution: RoutesSolution, child: Child | str, option: Option) -> RoutesSolution:
    """Return the plan with an option taken; runs that it does not name stay exactly as they are."""
    _, solution, who = _ready(problem, solution, child)
    gone = {seating.replaces for seating in option.seatings}
    runs = tuple(run for run in solution.runs if run.id not in gone)
    classes = {seating.run.vehicle: seating.run.vehicle_class for seating in option.seatings}
    runs = tuple(
        replace(run, vehicle_class=classes[run.vehicle], layout=_layout(problem, run, classes[run.vehicle]))
        if run.vehicle in classes and run.vehicle_class != classes[run.vehicle]
        else run
        for run in runs
    )
    unserved = tuple(each for each in solution.unserved if each.child != who.id)
    return RoutesSolution((*runs, *(seating.run for seating in option.seatings)), unserved)


def blocks_for(problem: RoutesProblem, solution: RoutesSolution, child: Child | str) -> tuple[Block, ...]:
    """Return, for each run of the child's school, the rules that keep the child off it; none for one that would do."""
    problem, solution, who = _ready(problem, solution, child)
    found: list[Block] = []
    for direction in Direction:
        if problem.travels(who, direction):
            for run in _runs_of(problem, solution, who, direction):
                found += _blocks(problem, solution, who, run)
    return tuple(found)


def without(problem: RoutesProblem, solution: RoutesSolution, child: Child) -> RoutesSolution:
    """Return the plan with a child taken off their runs, the times of everyone else's school arrival unchanged."""
    runs = []
    for run in solution.runs:
        if child.id not in run.children:
            runs.append(run)
        elif len(run.children) > 1 and len({problem.child[each].school for each in run.children}) == 1:
            calls = tuple(call for call in calls_of(run) if call[0] != child.id)
            runs.append(retimed(problem, run, calls, run.vehicle_class, run.layout))
    unserved = tuple(each for each in solution.unserved if each.child != child.id)
    return RoutesSolution(tuple(runs), unserved)


def _ready(
    problem: RoutesProblem, solution: RoutesSolution, child: Child | str
) -> tuple[RoutesProblem, RoutesSolution, Child]:
    if isinstance(child, str):
        child = problem.child[child]
    elif problem.child.get(child.id) != child:
        others = tuple(each for each in problem.children if each.id != child.id)
        problem = replace(problem, children=(*others, child))
    return problem, without(problem, solution, child), child


def _runs_of(problem: RoutesProblem, solution: RoutesSolution, child: Child, direction: Direction) -> list[Run]:
    return [
        run
        for run in solution.runs
        if run.direction is direction
        and {problem.child[each].school for each in run.children} == {child.school}
        and sum(stop.place == problem.school[child.school].place for stop in run.stops) == 1
    ]


def _in_runs(problem: RoutesProblem, solution: RoutesSolution, child: Child, direction: Direction) -> Iterator[Seating]:
    for run in _runs_of(problem, solution, child, direction):
        if run.id in problem.pinned_runs:
            continue
        aboard = [problem.child[each] for each in run.children]
        load = load_of(problem, [*aboard, child])
        for class_id, layout, upgraded in _classes(problem, solution, run, load)[:2]:
            tried = [retimed(problem, run, calls, class_id, layout) for calls in _positions(problem, run, child)]
            found = [
                _seating(problem, solution, run, new, child, upgraded) for new in tried if _short_enough(problem, new)
            ]
            # Checking takes far longer than pricing, so the cheapest is checked first and the rest only if it fails.
            found.sort(key=lambda seating: (seating.day, sum(more for _, more in seating.added)))
            best = next((each for each in found if _sound(problem, solution, run, each.run)), None)
            if best is not None:
                yield best


def _classes(problem: RoutesProblem, solution: RoutesSolution, run: Run, load: Load) -> list[tuple[str, str, bool]]:
    """Return the run's own class first when some layout fits, else the cheapest class for all of its vehicle's runs."""
    own = layout_for(problem.vehicle_class[run.vehicle_class], load)
    if own is not None:
        return [(run.vehicle_class, own.id, False)]
    found = []
    for kind in sorted(usable_classes(problem), key=lambda kind: (kind.day_rate, kind.id)):
        layout = layout_for(kind, load)
        others = [other for other in solution.vehicles[run.vehicle] if other.id != run.id]
        fits = layout is not None and all(_can_drive(problem, kind, other) for other in others)
        if layout is not None and fits and _room(problem, solution, kind, run.vehicle):
            found.append((kind.id, layout.id, True))
    return found


def _can_drive(problem: RoutesProblem, kind: VehicleClass, run: Run) -> bool:
    return layout_for(kind, load_of(problem, [problem.child[each] for each in run.children])) is not None


def _layout(problem: RoutesProblem, run: Run, class_id: str) -> str:
    load = load_of(problem, [problem.child[each] for each in run.children])
    layout = layout_for(problem.vehicle_class[class_id], load)
    assert layout is not None, "only classes that carry every run of the vehicle are offered"
    return layout.id


def _room(problem: RoutesProblem, solution: RoutesSolution, kind: VehicleClass, vehicle: str | None) -> bool:
    """Return whether the fleet and the operator have one more vehicle of a class for a vehicle now of another."""
    classes = [runs[0].vehicle_class for name, runs in solution.vehicles.items() if name != vehicle]
    if kind.available is not None and classes.count(kind.id) >= kind.available:
        return False
    cap = problem.operator[kind.operator].cap
    mine = sum(problem.vehicle_class[each].operator == kind.operator for each in classes)
    return cap is None or mine < cap


def _positions(problem: RoutesProblem, run: Run, child: Child) -> Iterator[tuple[tuple[str, str], ...]]:
    calls = calls_of(run)
    index = problem.travel(run.direction).index
    for point in child.places:
        if point.place in index:
            for at in range(len(calls) + 1):
                yield (*calls[:at], (child.id, point.place), *calls[at:])


def _round(problem: RoutesProblem, school: str, run: Run, calls: tuple[tuple[str, str], ...]) -> Round:
    since = since_school(problem, school, run.direction, calls)
    return Round(school, run.direction, calls, since, run.vehicle_class, run.layout)


def retimed(problem: RoutesProblem, run: Run, calls: tuple[tuple[str, str], ...], class_id: str, layout: str) -> Run:
    """Return a run with other calls, at school at the same time as before where the children's ready times allow."""
    school = problem.child[calls[0][0]].school
    route = replace(_round(problem, school, run, calls), vehicle_class=class_id, layout=layout)
    gate = problem.school[school].place
    stop = run.stops[-1] if run.direction is Direction.MORNING else run.stops[0]
    assert stop.place == gate, "a run of one school ends or begins there"
    before = stop.arrive if run.direction is Direction.MORNING else stop.leave
    earliest, latest = window_for(problem, route)
    at_school = before if earliest <= before else min(earliest, latest)
    return timed(problem, route, at_school=at_school, run_id=run.id, vehicle=run.vehicle)


def _short_enough(problem: RoutesProblem, run: Run) -> bool:
    """Return whether nobody rides beyond their limit: what mostly stands in the way, and quick to see."""
    aboard = (problem.child[each] for each in run.children)
    return all(
        ride_seconds(problem, run, child) <= ride_limit(problem, child, run.direction).seconds for child in aboard
    )


def _sound(problem: RoutesProblem, solution: RoutesSolution, old: Run | None, new: Run) -> bool:
    return not _hard(problem, solution, old, new)


def _hard(problem: RoutesProblem, solution: RoutesSolution, old: Run | None, new: Run) -> list[tuple[str, str]]:
    """Return the hard rules broken by a run in place of another, checked by the verifier on its vehicle alone."""
    others = [r for r in solution.vehicles.get(new.vehicle, ()) if old is None or r.id != old.id]
    others = [replace(r, vehicle_class=new.vehicle_class, layout=_layout_or_own(problem, r, new)) for r in others]
    runs = (*others, new)
    aboard = {child for run in runs for child in run.children}
    part = replace(
        problem,
        children=tuple(problem.child[child] for child in sorted(aboard)),
        last=(),
        pinned_runs=frozenset(),
        pinned_children=frozenset(),
        change=type(problem.change)(),
    )
    broken = verify(part, RoutesSolution(runs))
    return [(v.rule, v.sentence) for v in broken if v.hard and v.rule not in ("served-once", "kept-together")]


def _layout_or_own(problem: RoutesProblem, run: Run, new: Run) -> str:
    if run.vehicle_class == new.vehicle_class:
        return run.layout
    load = load_of(problem, [problem.child[each] for each in run.children])
    layout = layout_for(problem.vehicle_class[new.vehicle_class], load)
    return run.layout if layout is None else layout.id


def _seating(
    problem: RoutesProblem, solution: RoutesSolution, old: Run | None, new: Run, child: Child, upgraded: bool
) -> Seating:
    before = solution.vehicles.get(new.vehicle, ())
    others = [replace(r, vehicle_class=new.vehicle_class) for r in before if old is None or r.id != old.id]
    after = (*others, new)
    week = sum(vehicle_costs(problem, after)) - (sum(vehicle_costs(problem, before)) if before else 0)
    had = old is not None and needs_guide(problem, old)
    week += problem.prices.guide * (
        len(new.weekdays) * needs_guide(problem, new) - (len(old.weekdays) if old is not None and had else 0)
    )
    added = []
    if old is not None:
        for each in old.children:
            one = problem.child[each]
            added.append((each, ride_seconds(problem, new, one) - ride_seconds(problem, old, one)))
    return Seating(
        new, None if old is None else old.id, ride_seconds(problem, new, child), tuple(added),
        _guide_fit(child, had, needs_guide(problem, new)), _equipment_fit(problem, child, new), upgraded, a_day(week),
    )  # fmt: skip


def _guide_fit(child: Child, had: bool, has: bool) -> str:
    if child.guide.value == "none":
        return "no guide needed" if not had else "a guide is aboard, not needed by this child"
    if had:
        skills = f"; must hold {', '.join(sorted(child.competences))}" if child.competences else ""
        return f"a guide is aboard already{skills}"
    return "a guide would be needed on this run" if has else "no guide"


def _equipment_fit(problem: RoutesProblem, child: Child, run: Run) -> str:
    if not child.equipment:
        return "none needed"
    return f"{', '.join(sorted(child.equipment))} on board {problem.vehicle_class[run.vehicle_class].kind}"


def _in_new_vehicles(
    problem: RoutesProblem, solution: RoutesSolution, child: Child, direction: Direction
) -> Iterator[Seating]:
    """Give a run of the child's own in each class that fits."""
    load = load_of(problem, [child])
    number = "am" if direction is Direction.MORNING else "pm"
    index = problem.travel(direction).index
    company = [
        friend for friend in problem.partners.get(child.id, ()) if problem.travels(problem.child[friend], direction)
    ]
    window = problem.school[child.school].window(direction)
    if company or window is None:
        return
    for kind in usable_classes(problem):
        layout = layout_for(kind, load)
        if layout is None or not _room(problem, solution, kind, None):
            continue
        for point in child.places[:1]:
            calls = ((child.id, point.place),)
            if point.place not in index:
                continue
            since = since_school(problem, child.school, direction, calls)
            route = Round(child.school, direction, calls, since, kind.id, layout.id)
            name = f"new-{child.id}-{kind.id}"
            run = timed(problem, route, at_school=window.latest, run_id=f"{name}-{number}", vehicle=name)
            if _sound(problem, solution, None, run):
                yield _seating(problem, solution, None, run, child, False)


def _pairs(by_direction: list[list[Seating]]) -> Iterator[tuple[Seating, ...]]:
    """Give pairs of a morning and an afternoon seating: the best of each, and the same vehicle both ways."""
    if len(by_direction) == 1:
        yield from ((seating,) for seating in by_direction[0])
        return
    mornings, afternoons = by_direction
    for at, morning in enumerate(mornings):
        for to, afternoon in enumerate(afternoons):
            same = morning.run.vehicle == afternoon.run.vehicle
            fresh = morning.replaces is None, afternoon.replaces is None
            if morning.run.vehicle_class != afternoon.run.vehicle_class and same:
                continue
            if same or (at < 6 and to < 6 and not all(fresh)):
                yield (morning, afternoon)


def _option(problem: RoutesProblem, solution: RoutesSolution, child: Child, seatings: tuple[Seating, ...]) -> Option:
    vehicles = {seating.run.vehicle for seating in seatings}
    if len(vehicles) == 1 and len(seatings) > 1:
        day = _together_cost(problem, solution, seatings)
    else:
        day = Pence(sum(seating.day for seating in seatings))
    words = " and ".join(_words(problem, seating) for seating in seatings)
    return Option(child.id, seatings, day, Pence(day * problem.school_days), f"{words[:1].upper()}{words[1:]}.")


def _together_cost(problem: RoutesProblem, solution: RoutesSolution, seatings: tuple[Seating, ...]) -> Pence:
    """Return the pence a day of one vehicle's new runs taken together, so that its day is paid for once."""
    vehicle = seatings[0].run.vehicle
    before = solution.vehicles.get(vehicle, ())
    gone = {seating.replaces for seating in seatings}
    kind = seatings[0].run.vehicle_class
    after = (*(replace(r, vehicle_class=kind) for r in before if r.id not in gone), *(s.run for s in seatings))
    week = sum(vehicle_costs(problem, after)) - (sum(vehicle_costs(problem, before)) if before else 0)
    guided = sum(len(run.weekdays) for run in after if needs_guide(problem, run))
    guided -= sum(len(run.weekdays) for run in before if needs_guide(problem, run))
    return a_day(week + problem.prices.guide * guided)


def _words(problem: RoutesProblem, seating: Seating) -> str:
    direction = seating.run.direction.value
    if seating.replaces is None:
        return f"a new {problem.vehicle_class[seating.run.vehicle_class].kind} in the {direction}"
    changed = " with a larger vehicle" if seating.upgraded else ""
    return f"run {seating.replaces}{changed} in the {direction}"


def _blocks(problem: RoutesProblem, solution: RoutesSolution, child: Child, run: Run) -> list[Block]:
    """Return the rules broken at the position that breaks fewest; empty when some position breaks none."""
    if run.id in problem.pinned_runs:
        return [Block(run.id, "pinned-run", f"Run {run.id} is pinned.")]
    aboard = [problem.child[each] for each in run.children]
    load = load_of(problem, [*aboard, child])
    kind = problem.vehicle_class[run.vehicle_class]
    layout = layout_for(kind, load)
    best: list[tuple[str, str]] | None = None
    for calls in _positions(problem, run, child):
        new = retimed(problem, run, calls, run.vehicle_class, run.layout if layout is None else layout.id)
        broken = _hard(problem, solution, run, new)
        rules = {rule for rule, _ in broken}
        if best is None or len(rules) < len({rule for rule, _ in best}):
            best = broken
    return [Block(run.id, rule, sentence) for rule, sentence in dict(best or ()).items()]
