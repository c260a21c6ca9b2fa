"""What is wrong with a plan: every rule checked from scratch, sharing nothing with the search."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from optimiser.core.violation import Violation
from optimiser.routes import costing
from optimiser.routes.problem import BOTH, Child, RoutesProblem, Seat
from optimiser.routes.riding import collected_at, ride_limit, ride_seconds, walk_seconds
from optimiser.routes.rules import BY_ID
from optimiser.routes.solution import Direction, RoutesSolution, Run, Stop


def verify(problem: RoutesProblem, solution: RoutesSolution) -> tuple[Violation, ...]:
    """Return every rule that the plan breaks, hard and soft, re-timing each run stop by stop."""
    found = list(_served_once(problem, solution))
    sound = []
    for run in solution.runs:
        misfits = [*_known(problem, run), *_own_school(problem, run)]
        found += misfits
        if not misfits:
            sound.append(run)
    for run in sound:
        for check in (_places, _timing, _windows, _riding, _capacity, _fit, _company, _mixing, _days, _contract):
            found += check(problem, run)
    checked = RoutesSolution(tuple(sound), solution.unserved)
    for whole in (_together, _bays, _chains, _fleet, _pins, _changes):
        found += whole(problem, checked)
    return tuple(found)


def _broken(rule: str, subjects: tuple[str, ...], sentence: str, amount: int = 1, unit: str = "") -> Violation:
    return Violation(rule, subjects, sentence, BY_ID[rule].hard, amount, unit)


def _served_once(problem: RoutesProblem, solution: RoutesSolution) -> Iterator[Violation]:
    rides = Counter((child, run.direction) for run in solution.runs for stop in run.stops for child in stop.on)
    rides.update((each.child, each.direction) for each in solution.unserved)
    wanted = {(c.id, d) for c in problem.children for d in BOTH if problem.travels(c, d)}
    for child, direction in sorted(set(rides) | wanted, key=lambda key: (key[0], key[1].value)):
        times, needed = rides[child, direction], (child, direction) in wanted
        if times != needed:
            said = f"Child {child} is carried or listed {times} times in the {direction.value}, not {int(needed)}."
            yield _broken("served-once", (child,), said)
    for run_id, count in Counter(run.id for run in solution.runs).items():
        if count > 1:
            yield _broken("served-once", (run_id,), f"Two runs are called {run_id}.")


def _known(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    kind = problem.vehicle_class.get(run.vehicle_class)
    if kind is None or kind.layout(run.layout) is None:
        said = f"Run {run.id} has layout {run.layout} of class {run.vehicle_class}, which is not known."
        yield _broken("layout-known", (run.id,), said)


def _own_school(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    """Each child gets on once and off once, in that order, with the school end at the child's own school."""
    places = problem.travel(run.direction).index
    aboard: set[str] = set()
    done: set[str] = set()
    if not run.stops:
        yield _broken("own-school", (run.id,), f"Run {run.id} has no stops.")
    for stop in run.stops:
        school_end = stop.off if run.direction is Direction.MORNING else stop.on
        wrong = [c for c in (*stop.on, *stop.off) if c not in problem.child]
        wrong += [c for c in stop.off if c not in aboard]
        wrong += [c for c in stop.on if c in aboard or c in done]
        known = [c for c in school_end if c in problem.child]
        wrong += [c for c in known if problem.school[problem.child[c].school].place != stop.place]
        if stop.place not in places or not (stop.on or stop.off):
            yield _broken("own-school", (run.id,), f"Run {run.id} stops at {stop.place} to no purpose.")
        for child in wrong:
            yield _broken("own-school", (run.id, child), f"Child {child} gets on or off in the wrong place or order.")
        aboard = (aboard - set(stop.off)) | set(stop.on)
        done |= set(stop.off)
    for child in sorted(aboard):
        yield _broken("own-school", (run.id, child), f"Child {child} is never set down by run {run.id}.")


def _places(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    for child in _aboard(problem, run):
        place = run.home_stop(child.id).place
        if all(point.place != place for point in child.places):
            said = f"Child {child.id} is met at {place}, which is not agreed for them."
            yield _broken("pick-up-place", (child.id, run.id), said)


def _aboard(problem: RoutesProblem, run: Run) -> tuple[Child, ...]:
    return tuple(problem.child[child] for child in run.children)


def _timing(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    travel = problem.travel(run.direction)
    for before, stop in pairwise(run.stops):
        short = before.leave + travel.seconds_between(before.place, stop.place) - stop.arrive
        if short > 0:
            said = f"Run {run.id} reaches {stop.place} {short} seconds sooner than it can be driven."
            yield _broken("travel-time", (run.id,), said, short, "seconds")
    for stop in run.stops:
        short = _standing(problem, run, stop) - (stop.leave - stop.arrive)
        if short > 0:
            said = f"Run {run.id} stands {short} seconds too little at {stop.place}."
            yield _broken("stop-time", (run.id,), said, short, "seconds")
    longest = problem.rides.max_wait
    wait = _waits(problem, run)
    if wait > longest:
        said = f"Run {run.id} waits {wait} seconds with children aboard; the cap is {longest}."
        yield _broken("waiting-aboard", (run.id,), said, wait - longest, "seconds")


def _standing(problem: RoutesProblem, run: Run, stop: Stop) -> int:
    morning = run.direction is Direction.MORNING
    at_home, at_school = (stop.on, stop.off) if morning else (stop.off, stop.on)
    unloads = [problem.school[problem.child[child].school].unload for child in at_school]
    return sum(problem.child[child].boarding for child in at_home) + max(unloads, default=0)


def _waits(problem: RoutesProblem, run: Run) -> int:
    travel = problem.travel(run.direction)
    aboard, wait = 0, 0
    for before, stop in zip((None, *run.stops), run.stops, strict=False):
        if before is not None and aboard:
            wait += max(0, stop.arrive - before.leave - travel.seconds_between(before.place, stop.place))
        if aboard > len(stop.off):
            wait += max(0, stop.leave - stop.arrive - _standing(problem, run, stop))
        aboard += len(stop.on) - len(stop.off)
    return wait


def _windows(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    morning = run.direction is Direction.MORNING
    for stop in run.stops:
        for school_id in sorted({problem.child[child].school for child in (stop.off if morning else stop.on)}):
            window = problem.school[school_id].window(run.direction)
            when = stop.arrive if morning else stop.leave
            if window is None or not window.earliest <= when <= window.latest:
                said = f"Run {run.id} is at school {school_id} outside its window, or the school has none."
                yield _broken("school-window", (run.id, school_id), said)


def _riding(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    for child in _aboard(problem, run):
        ride = ride_seconds(problem, run, child)
        limit, guideline = ride_limit(problem, child, run.direction), problem.rides.guideline(child.phase)
        if ride > limit.seconds:
            said = f"Child {child.id} rides {ride // 60} minutes on {run.id}; the limit is {limit.seconds // 60}."
            yield _broken("ride-time", (child.id, run.id), said, ride - limit.seconds, "seconds")
        if ride > guideline:
            why = "their own plan agrees it" if limit.source == "own plan" else "even the direct journey is longer"
            said = (
                f"Child {child.id} rides {ride // 60} minutes on {run.id}, over the {guideline // 60} minutes of the "
                f"guideline: {why}."
            )
            yield _broken("ride-guideline", (child.id, run.id), said, ride - guideline, "seconds")
        if run.direction is Direction.MORNING and child.ready is not None:
            early = child.ready - collected_at(problem, run, child) + walk_seconds(child, run.home_stop(child.id).place)
            if early > 0:
                said = f"Child {child.id} is collected {early} seconds before they are ready."
                yield _broken("ready-time", (child.id, run.id), said, early, "seconds")


def _capacity(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    layout = problem.vehicle_class[run.vehicle_class].layout(run.layout)
    assert layout is not None
    guide = int(any(child.guide.value != "none" for child in _aboard(problem, run)))
    for day in sorted(run.weekdays):
        seats = wheelchairs = most_seats = most_wheelchairs = 0
        for stop in run.stops:
            for sign, children in ((-1, stop.off), (1, stop.on)):
                going = [problem.child[child] for child in children if day in problem.child[child].weekdays]
                seats += sign * sum(child.seat is Seat.SEAT for child in going)
                wheelchairs += sign * sum(child.seat is Seat.WHEELCHAIR for child in going)
            most_seats, most_wheelchairs = max(most_seats, seats), max(most_wheelchairs, wheelchairs)
        if most_seats + guide > layout.seats:
            need = most_seats + guide
            said = f"Run {run.id} needs {need} seats on weekday {day}, guide included; it has {layout.seats}."
            yield _broken("seat-capacity", (run.id,), said, most_seats + guide - layout.seats, "seats")
        if most_wheelchairs > layout.wheelchairs:
            said = f"Run {run.id} has {layout.wheelchairs} wheelchair spaces and needs {most_wheelchairs} on day {day}."
            yield _broken("wheelchair-capacity", (run.id,), said, most_wheelchairs - layout.wheelchairs, "spaces")


def _fit(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    kind = problem.vehicle_class[run.vehicle_class]
    for child in _aboard(problem, run):
        missing = sorted(child.equipment - kind.equipment)
        if missing:
            said = f"Run {run.id} has no {', '.join(missing)} for child {child.id}."
            yield _broken("equipment-fit", (child.id, run.id), said, len(missing), "pieces")
    for school_id in sorted({child.school for child in _aboard(problem, run)}):
        if kind.kind in problem.school[school_id].no_entry:
            yield _broken("gate-fit", (run.id, school_id), f"A {kind.kind} cannot use the gate of {school_id}.")


def _company(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    aboard = _aboard(problem, run)
    for at, one in enumerate(aboard):
        if one.sole and len(aboard) > 1:
            said = f"Child {one.id} has sole transport but shares run {run.id}."
            yield _broken("sole-transport", (one.id, run.id), said)
        for other in aboard[at + 1 :]:
            parted = other.id in one.apart or one.id in other.apart
            if parted and one.weekdays & other.weekdays:
                said = f"Children {one.id} and {other.id} must be kept apart but share run {run.id}."
                yield _broken("kept-apart", (one.id, other.id, run.id), said)


def _mixing(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    schools = sorted({child.school for child in _aboard(problem, run)})
    for at, one in enumerate(schools):
        for other in schools[at + 1 :]:
            if not problem.may_mix(one, other):
                said = f"Run {run.id} mixes schools {one} and {other}, which have not agreed to share."
                yield _broken("mixed-schools", (run.id, one, other), said)


def _days(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    days = frozenset().union(*(child.weekdays for child in _aboard(problem, run)))
    if days != run.weekdays:
        yield _broken("run-days", (run.id,), f"Run {run.id} works on days {sorted(run.weekdays)}, not {sorted(days)}.")


def _contract(problem: RoutesProblem, run: Run) -> Iterator[Violation]:
    kind = problem.vehicle_class[run.vehicle_class]
    operator = problem.operator.get(kind.operator)
    reasons = []
    if not run.weekdays <= kind.weekdays:
        reasons.append("does not work on every weekday of the run")
    if problem.first_day and kind.valid_from and kind.valid_from > problem.first_day:
        reasons.append("starts after the period does")
    if problem.last_day and kind.valid_until and kind.valid_until < problem.last_day:
        reasons.append("ends before the period does")
    if operator is None or not operator.active:
        reasons.append("is with an operator who does not trade with us")
    for reason in reasons:
        yield _broken("contract-valid", (run.id, kind.id), f"The contract of class {kind.id}, run {run.id}, {reason}.")


def _together(problem: RoutesProblem, solution: RoutesSolution) -> Iterator[Violation]:
    for child in problem.children:
        for direction in BOTH:
            run = solution.run_of.get((child.id, direction))
            if run is None:
                continue
            for other in sorted(child.together):
                friend = problem.child.get(other)
                if friend is None or not problem.travels(friend, direction):
                    continue
                if solution.run_of.get((other, direction)) != run:
                    said = f"Children {child.id} and {other} must travel together but do not in the {direction.value}."
                    yield _broken("kept-together", (child.id, other), said)


def _bays(problem: RoutesProblem, solution: RoutesSolution) -> Iterator[Violation]:
    for school_id, run in costing.queueing(problem, solution):
        said = f"Run {run.id} finds every bay at school {school_id} taken in the {run.direction.value}."
        yield _broken("unloading-bays", (run.id, school_id), said)


def _chains(problem: RoutesProblem, solution: RoutesSolution) -> Iterator[Violation]:
    for vehicle, runs in solution.vehicles.items():
        if len({run.vehicle_class for run in runs}) > 1:
            yield _broken("vehicle-chain", (vehicle,), f"Vehicle {vehicle} changes class between its runs.")
        for one, other in pairwise(runs):
            if not one.weekdays & other.weekdays:
                continue
            if one.direction is other.direction:
                gap = int(problem.travel(one.direction).seconds_between(one.stops[-1].place, other.stops[0].place))
            else:
                gap = _home_and_back(problem, one, other)
            late = one.ends + gap - other.begins
            if late > 0:
                said = f"Vehicle {vehicle} cannot be at the start of {other.id} in time after {one.id}."
                yield _broken("vehicle-chain", (vehicle, one.id, other.id), said, late, "seconds")


def _home_and_back(problem: RoutesProblem, one: Run, other: Run) -> int:
    start = problem.vehicle_class[one.vehicle_class].start
    first, last = one.stops[-1].place, other.stops[0].place
    if start is None:
        return int(problem.travel(other.direction).seconds_between(first, last))
    there = problem.travel(one.direction).seconds_between(first, start)
    return there + problem.travel(other.direction).seconds_between(start, last)


def _fleet(problem: RoutesProblem, solution: RoutesSolution) -> Iterator[Violation]:
    used = Counter(runs[0].vehicle_class for runs in solution.vehicles.values())
    for class_id, count in sorted(used.items()):
        available = problem.vehicle_class[class_id].available
        if available is not None and count > available:
            said = f"The plan uses {count} vehicles of class {class_id}; there are {available}."
            yield _broken("fleet-count", (class_id,), said, count - available, "vehicles")
    by_operator = Counter(problem.vehicle_class[runs[0].vehicle_class].operator for runs in solution.vehicles.values())
    for operator_id, count in sorted(by_operator.items()):
        operator = problem.operator.get(operator_id)
        if operator is not None and operator.cap is not None and count > operator.cap:
            said = f"Operator {operator_id} runs {count} vehicles; its cap is {operator.cap}."
            yield _broken("operator-cap", (operator_id,), said, count - operator.cap, "vehicles")


def _pins(problem: RoutesProblem, solution: RoutesSolution) -> Iterator[Violation]:
    for before in problem.last:
        if before.id in problem.pinned_runs and solution.run.get(before.id) != before:
            yield _broken("pinned-run", (before.id,), f"Run {before.id} is pinned but is not as it was.")
        for child in before.children:
            if child not in problem.pinned_children or child not in problem.child:
                continue
            if not problem.travels(problem.child[child], before.direction):
                continue
            now = solution.run_of.get((child, before.direction))
            if now is None or now.vehicle != before.vehicle:
                when = before.direction.value
                said = f"Child {child} is pinned to vehicle {before.vehicle} but not with it in the {when}."
                yield _broken("pinned-child", (child, before.vehicle), said)


def _changes(problem: RoutesProblem, solution: RoutesSolution) -> Iterator[Violation]:
    cap = problem.change.cap
    count = len(costing.changed(problem, solution))
    if cap is not None and count > cap:
        yield _broken("change-cap", (), f"{count} children are changed; the cap is {cap}.", count - cap, "children")
