"""How late runs may be on ordinary days: a simulation of traffic, slow doors and absent children over a plan.

Each simulated day has one factor for the traffic, shared by the whole city, and one for each leg besides; both are
lognormal with mean one, so that on average a leg takes what the plan says. Boarding varies likewise, now and then a
door is slow, and children are absent at random. A vehicle never leaves a stop before its planned time, so lateness is
made up only where the plan has slack, and a chained run begins late when the one before it ends late.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from optimiser.core.table import Column, Kind, Table
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.riding import ride_limit, ride_seconds, walk_seconds
from optimiser.routes.solution import Direction, RoutesSolution, Run, Stop

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Uncertainty:
    """How much ordinary days differ: coefficients of variation, chances, days simulated. Assumptions, not counts."""

    days: int = 1000
    traffic: float = 0.10
    leg: float = 0.15
    boarding: float = 0.30
    slow_door: float = 0.05
    slow_seconds: int = 180
    absence: float = 0.08


@dataclass(frozen=True)
class Punctuality:
    """One run: the share of days on which every school call is in time, how late at the 50th and 95th percentile, the
    share of days on which some child rides past their limit, and how much earlier to start for 95 days in 100.
    """

    run: str
    on_time: float
    median_late: int
    p95_late: int
    over_limit: float
    start_earlier: int


@dataclass(frozen=True)
class RideReview:
    """One child's ride one way: planned, 95th percentile, the guideline, and the share of days over it."""

    child: str
    run: str
    planned: int
    p95: int
    guideline: int
    share_over: float


def simulate(
    problem: RoutesProblem, solution: RoutesSolution, *, uncertainty: Uncertainty = Uncertainty(), seed: int = 0
) -> tuple[tuple[Punctuality, ...], tuple[RideReview, ...]]:
    """Return the punctuality of every run and a review of every child's ride. The same seed gives the same answer.

    In the morning lateness is arrival at school past the window; in the afternoon it is arrival at the last home past
    the planned time.
    """
    runs: list[Punctuality] = []
    rides: list[RideReview] = []
    for run, arrive, leave in _days(problem, solution, uncertainty, seed):
        reviews = tuple(_rides(problem, run, arrive, leave))
        rides += [review for review, _ in reviews]
        over = np.zeros(uncertainty.days, np.bool_)
        for _, above in reviews:
            over |= above
        runs.append(_punctuality(problem, run, arrive, over))
    return tuple(sorted(runs, key=lambda each: each.run)), tuple(sorted(rides, key=lambda each: (each.child, each.run)))


def _days(
    problem: RoutesProblem, solution: RoutesSolution, uncertainty: Uncertainty, seed: int
) -> Iterator[tuple[Run, Floats, Floats]]:
    """Yield each run with its simulated arrival and leaving times, of shape (days, stops), vehicle by vehicle."""
    rng = np.random.default_rng(seed)
    traffic = _factors(rng, uncertainty.traffic, (uncertainty.days, 2))
    for _, mine in sorted(solution.vehicles.items()):
        before: tuple[Run, Floats] | None = None
        for run in mine:
            day = traffic[:, 0 if run.direction is Direction.MORNING else 1]
            late_start = _late_start(problem, before, run, day)
            arrive, leave = _drive(problem, run, day, late_start, uncertainty, rng)
            before = (run, leave[:, -1])
            yield run, arrive, leave


BUFFERS = (0, 2, 5, 10, 15)
"""Minutes that morning runs might start earlier."""


def buffer_table(
    problem: RoutesProblem,
    solution: RoutesSolution,
    *,
    uncertainty: Uncertainty = Uncertainty(),
    seed: int = 0,
    buffers: Sequence[int] = BUFFERS,
) -> Table:
    """Return what starting every morning run some minutes earlier buys, and what it costs.

    The cost a day is hire by the hour for the minutes added, and the plan's own price of a minute that a child waits
    aboard for each child and minute. Nothing else of the plan is moved.
    """
    late = [
        (run, _lateness(problem, run, arrive))
        for run, arrive, _ in _days(problem, solution, uncertainty, seed)
        if run.direction is Direction.MORNING
    ]
    rows = []
    for minutes in buffers:
        shares = [float((each <= minutes * 60 + 0.5).mean()) for _, each in late]
        hire = sum(problem.vehicle_class[run.vehicle_class].per_hour for run, _ in late) * minutes / 60
        waiting = problem.prices.waiting * minutes * sum(len(run.children) for run, _ in late)
        every = sum(share >= 0.95 for share in shares)
        mean = sum(shares) / len(shares) if shares else 1.0
        rows.append((minutes, mean, every, round(hire), waiting, round(hire) + waiting))
    columns = (
        Column("minutes", "Start earlier by (minutes)", Kind.COUNT),
        Column("on_time", "Morning run-days on time", Kind.SHARE),
        Column("runs", "Runs on time 95 days in 100", Kind.COUNT),
        Column("hire", "Hire by the hour, a day", Kind.PENCE),
        Column("waiting", "Price of children's minutes, a day", Kind.PENCE),
        Column("cost", "Together, a day", Kind.PENCE),
    )
    note = f"{len(late)} morning runs, {uncertainty.days} simulated days each; traffic assumed, not measured here."
    return Table("buffers", "What starting earlier would buy", columns, tuple(rows), note)


def _factors(rng: np.random.Generator, variation: float, shape: tuple[int, ...]) -> Floats:
    """Return lognormal factors with mean one and a coefficient of variation."""
    spread = math.sqrt(math.log(1 + variation**2))
    return rng.lognormal(-spread * spread / 2, spread, shape)


def _late_start(problem: RoutesProblem, before: tuple[Run, Floats] | None, run: Run, day: Floats) -> Floats:
    """Return when the vehicle can be at the first stop, where an earlier run of the same half-day makes it late."""
    planned = np.full(len(day), float(run.begins))
    if before is None or before[0].direction is not run.direction:
        return planned
    drive = problem.travel(run.direction).seconds_between(before[0].stops[-1].place, run.stops[0].place)
    return np.maximum(planned, before[1] + drive * day)


def _drive(
    problem: RoutesProblem, run: Run, day: Floats, begin: Floats, uncertainty: Uncertainty, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return arrival and leaving times, of shape (days, stops)."""
    travel = problem.travel(run.direction)
    shape = (uncertainty.days, len(run.stops))
    legs = _factors(rng, uncertainty.leg, shape)
    stands = _factors(rng, uncertainty.boarding, shape)
    slow = (rng.random(shape) < uncertainty.slow_door) * uncertainty.slow_seconds * rng.random(shape)
    arrive, leave = np.zeros(shape), np.zeros(shape)
    for at, stop in enumerate(run.stops):
        if at == 0:
            arrive[:, 0] = begin
        else:
            drive = travel.seconds_between(run.stops[at - 1].place, stop.place)
            arrive[:, at] = leave[:, at - 1] + drive * day * legs[:, at]
        service = _service(problem, run, stop, uncertainty, rng) * stands[:, at]
        if not _at_school(run, stop):
            service = service + slow[:, at]
        leave[:, at] = np.maximum(stop.leave, arrive[:, at] + service)
    return arrive, leave


def _at_school(run: Run, stop: Stop) -> bool:
    return bool(stop.off if run.direction is Direction.MORNING else stop.on)


def _service(
    problem: RoutesProblem, run: Run, stop: Stop, uncertainty: Uncertainty, rng: np.random.Generator
) -> Floats:
    """Return each day's standing time: boarding of the children who are there, or the school's unloading time."""
    morning = run.direction is Direction.MORNING
    at_home, at_school = (stop.on, stop.off) if morning else (stop.off, stop.on)
    unload = max((problem.school[problem.child[child].school].unload for child in at_school), default=0)
    total = np.full(uncertainty.days, float(unload))
    for child in at_home:
        total += problem.child[child].boarding * (rng.random(uncertainty.days) >= uncertainty.absence)
    return total


def _rides(problem: RoutesProblem, run: Run, arrive: Floats, leave: Floats) -> Iterator[tuple[RideReview, Any]]:
    index = {id(stop): at for at, stop in enumerate(run.stops)}
    for child_id in run.children:
        child = problem.child[child_id]
        on, off = index[id(run.boarding_stop[child_id])], index[id(run.alighting_stop[child_id])]
        planned = ride_seconds(problem, run, child)
        walk = walk_seconds(child, run.home_stop(child_id).place)
        # The part of the planned ride spent standing at the home stop does not depend on the day.
        standing = planned - walk - (run.stops[off].arrive - run.stops[on].leave)
        ride = arrive[:, off] - leave[:, on] + standing + walk
        guideline = problem.rides.guideline(child.phase)
        over = float((ride > guideline).mean())
        p95 = int(np.quantile(ride, 0.95))
        limit = ride_limit(problem, child, run.direction).seconds
        yield RideReview(child_id, run.id, planned, p95, guideline, over), ride > limit


def _lateness(problem: RoutesProblem, run: Run, arrive: Floats) -> Floats:
    """Return how late each day is, in seconds: past a school's window in the morning, past plan in the afternoon."""
    late = np.full(len(arrive), -np.inf)
    if run.direction is Direction.MORNING:
        for at, stop in enumerate(run.stops):
            for school in {problem.child[child].school for child in stop.off}:
                window = problem.school[school].morning
                if window is not None:
                    late = np.maximum(late, arrive[:, at] - window.latest)
    else:
        late = arrive[:, -1] - run.stops[-1].arrive
    return late


def _punctuality(problem: RoutesProblem, run: Run, arrive: Floats, over: Floats) -> Punctuality:
    late = _lateness(problem, run, arrive)
    p50, p95 = np.quantile(late, [0.5, 0.95])
    early = max(0, math.ceil(p95 / 60) * 60) if run.direction is Direction.MORNING else 0
    on_time = float((late <= 0.5).mean()) if run.direction is Direction.MORNING else float((late <= 300).mean())
    return Punctuality(run.id, on_time, int(max(0, p50)), int(max(0, p95)), float(over.mean()), early)


def tables(runs: Sequence[Punctuality], rides: Sequence[RideReview], *, uncertainty: Uncertainty) -> tuple[Table, ...]:
    """Return punctuality run by run, the worst first, and the children likely to ride past 45 or 75 minutes."""
    note = (
        f"{uncertainty.days} simulated days; traffic varies by {uncertainty.traffic:.0%}, legs {uncertainty.leg:.0%}: "
        "assumed, not measured here. Morning: in the school's window. Afternoon: home within 5 minutes of plan."
    )
    columns = (
        Column("run", "Run"),
        Column("on_time", "On time", Kind.SHARE),
        Column("median", "Late, median", Kind.SECONDS),
        Column("p95", "Late, 95 in 100", Kind.SECONDS),
        Column("over", "Days a child is over their limit", Kind.SHARE),
        Column("earlier", "Start earlier by", Kind.SECONDS),
    )
    worst = sorted(runs, key=lambda each: (each.on_time, each.run))
    rows = tuple((p.run, p.on_time, p.median_late, p.p95_late, p.over_limit, p.start_earlier) for p in worst)
    ride_columns = (
        Column("child", "Child"),
        Column("run", "Run"),
        Column("planned", "Planned ride", Kind.SECONDS),
        Column("p95", "Ride, 95 in 100", Kind.SECONDS),
        Column("guideline", "Guideline", Kind.SECONDS),
        Column("over", "Days over", Kind.SHARE),
    )
    long = sorted((each for each in rides if each.share_over > 0.05), key=lambda each: (-each.share_over, each.child))
    ride_rows = tuple((r.child, r.run, r.planned, r.p95, r.guideline, r.share_over) for r in long)
    return (
        Table("punctuality", "Punctuality, run by run", columns, rows, note),
        Table("long-rides", "Rides likely to pass 45 or 75 minutes", ride_columns, ride_rows, note),
    )
