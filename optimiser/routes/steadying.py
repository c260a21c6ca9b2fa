"""One school's plans near last term's: from the least change to the cheapest, each vehicle keeping its children."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from optimiser.core.units import Pence
from optimiser.routes import costing
from optimiser.routes.problem import Change, Child, RoutesProblem
from optimiser.routes.riding import collected_at, since_school
from optimiser.routes.run import Direction, Run
from optimiser.routes.search.single import Round, timed, window_for
from optimiser.routes.search.starts import calls_of
from optimiser.routes.search.steady import SIDES, Near, Seat, make_near, seats_of, walk
from optimiser.routes.solution import RoutesSolution, Unserved

PRICES = (
    40_000, 20_000, 14_000, 11_000, 9_000, 8_000, 7_000, 6_000, 5_000, 4_500, 4_000, 3_500, 3_000, 2_500, 2_000, 1_500,
    1_000, 500, 0,
)  # fmt: skip
"""Prices of a changed child, in pence a day, at which each school is planned, the dearest first."""


@dataclass(frozen=True)
class Candidate:
    """One school's plan: its runs, its cost in pence a day without the price of change, and the children changed."""

    runs: tuple[Run, ...]
    cost: Pence
    changed: int


def part_of(problem: RoutesProblem, school: str) -> RoutesProblem:
    """Return the problem of one school alone, with the runs of last term that carried its children and no others."""
    children = problem.children_of[school]
    ids = {child.id for child in children}
    last = tuple(run for run in problem.last if _alone(problem, run, ids))
    return replace(problem, children=children, schools=(problem.school[school],), last=last, mixed=frozenset())


def _alone(problem: RoutesProblem, run: Run, ids: set[str]) -> bool:
    known = set(run.children) & set(problem.child)
    return bool(known) and known <= ids


def candidates(
    problem: RoutesProblem,
    school: str,
    carried: Mapping[Direction, Sequence[Child]],
    *,
    work: int,
    seed: int,
    prices: Sequence[int] = PRICES,
    apart: bool = True,
) -> tuple[Candidate, ...]:
    """Return one school's plans from the least change found to the cheapest, none of them worse in both.

    ``carried`` are the children to be carried each way; ``work`` the iterations at each price; ``apart`` whether a
    child who changes may ride one vehicle to school and another home.
    """
    part = part_of(problem, school)
    near = make_near(problem, school, part.last, carried, apart=apart)
    if near is None:
        return (Candidate((), Pence(0), 0),)
    free = replace(part, change=Change(tolerance=problem.change.tolerance), pinned_runs=frozenset())
    as_was = seats_of(near, near.start)
    plans = [as_was] if _carries_all(as_was, carried) else []
    plans += walk(near, prices=prices, iterations=work, seed=seed)
    found = [_candidate(free, near, seats, carried) for seats in plans]
    best: list[Candidate] = []
    for each in sorted(found, key=lambda c: (c.changed, c.cost)):
        if not best or each.cost < best[-1].cost:
            best.append(each)
    return tuple(best)


def _carries_all(seats: Sequence[Seat], carried: Mapping[Direction, Sequence[Child]]) -> bool:
    """Return whether everybody to be carried has a seat, as they have not where somebody is new."""
    aboard = {
        (child, side) for seat in seats for side, calls in zip(SIDES, seat.calls, strict=True) for child, _ in calls
    }
    return all((child.id, side) in aboard for side in SIDES for child in carried.get(side, ()))


def _candidate(
    part: RoutesProblem, near: Near, seats: Sequence[Seat], carried: Mapping[Direction, Sequence[Child]]
) -> Candidate:
    runs = tuple(runs_of(part, near, seats))
    aboard = {(child, run.direction) for run in runs for child in run.children}
    left = tuple(
        Unserved(child.id, side, "served-once", "")
        for side in SIDES
        for child in carried.get(side, ())
        if (child.id, side) not in aboard
    )
    plan = RoutesSolution(runs, left)
    double = sum(
        (1 - near.rows[seat.row].share) * part.vehicle_class[seat.vehicle_class].day_rate
        for seat in seats
        if seat.row is not None
    )
    return Candidate(runs, Pence(round(costing.cost(part, plan) - double)), len(costing.changed(part, plan)))


def runs_of(part: RoutesProblem, near: Near, seats: Sequence[Seat]) -> Iterator[Run]:
    """Give a plan's runs: those that stay exactly as they were, those changed at the time that suits most aboard."""
    school = part.schools[0].id
    fresh = 0
    for seat in seats:
        row = None if seat.row is None else near.rows[seat.row]
        fresh += row is None
        vehicle = f"new-{school}-{fresh}" if row is None else row.vehicle
        for d, side in enumerate(SIDES):
            if not seat.calls[d]:
                continue
            before = None if row is None else row.runs[d]
            route = _round(part, school, side, seat, d)
            if before is not None and calls_of(before) == seat.calls[d] and keeps(part, before, route):
                yield replace(before, vehicle_class=seat.vehicle_class, layout=seat.layout)
                continue
            number = "am" if side is Direction.MORNING else "pm"
            name = before.id if before is not None else f"{vehicle}-{number}"
            yield steadily_timed(part, route, run_id=name, vehicle=vehicle)


def _round(part: RoutesProblem, school: str, side: Direction, seat: Seat, d: int) -> Round:
    since = since_school(part, school, side, seat.calls[d])
    return Round(school, side, seat.calls[d], since, seat.vehicle_class, seat.layout)


def keeps(problem: RoutesProblem, before: Run, route: Round) -> bool:
    """Return whether last term's run, with the same calls, is timed as we would time it inside the window now."""
    gate = before.stops[-1].arrive if before.direction is Direction.MORNING else before.stops[0].leave
    earliest, latest = window_for(problem, route)
    if not earliest <= gate <= latest:
        return False
    again = timed(problem, route, at_school=gate, run_id=before.id, vehicle=before.vehicle)
    return again.stops == before.stops and again.weekdays == before.weekdays


def gate_time(run: Run) -> int:
    """Return the clock time at which a run of one school arrives at it, or in the afternoon leaves it."""
    return int(run.stops[-1].arrive if run.direction is Direction.MORNING else run.stops[0].leave)


def steadily_timed(problem: RoutesProblem, route: Round, *, run_id: str, vehicle: str) -> Run:
    """Return a round at the time inside its window that keeps most of its children's times, nearest to last term's."""
    earliest, latest = window_for(problem, route)
    earliest = min(earliest, latest)
    draft = timed(problem, route, at_school=latest, run_id=run_id, vehicle=vehicle)
    spans = _spans(problem, draft)
    wishes = sorted((low + high) // 2 for low, high in spans)
    wish = wishes[len(wishes) // 2] if wishes else latest
    times = {min(max(each, earliest), latest) for span in spans for each in span} | {min(max(wish, earliest), latest)}
    at = min(times, key=lambda t: (-sum(low <= t <= high for low, high in spans), abs(t - wish), t))
    return timed(problem, route, at_school=at, run_id=run_id, vehicle=vehicle)


def room(problem: RoutesProblem, run: Run, route: Round) -> tuple[int, int]:
    """Return the earliest and latest time at school that change nobody more than the run's own time does."""
    at = gate_time(run)
    earliest, latest = window_for(problem, route)
    mine = [(low, high) for low, high in _spans(problem, run) if low <= at <= high]
    return max([min(earliest, at), *(low for low, _ in mine)]), min([max(latest, at), *(high for _, high in mine)])


def _spans(problem: RoutesProblem, run: Run) -> list[tuple[int, int]]:
    """Return the times at school within the tolerance for each child who stays with last term's vehicle."""
    found = []
    for child in run.children:
        before = problem.last_run.get((child, run.direction))
        if before is not None and before.vehicle == run.vehicle:
            now = collected_at(problem, run, problem.child[child])
            wish = gate_time(run) + costing.time_last_term(problem, before, child) - now
            found.append((wish - problem.change.tolerance, wish + problem.change.tolerance))
    return found
