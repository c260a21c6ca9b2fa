"""How cheap the runs of one school could possibly be: column generation over runs, and floors for the city.

The master is a linear program over runs (each child on at least one, or unserved at a price); runs are priced first by
quick labels that may miss some, then exactly over ng-sets. Smoothed prices steady it (Wentges 1997; Pessoa et al.,
INFORMS Journal on Computing 30(2), 2018). A bound is stated only from a round of exact pricing: with ``z`` the value
of the prices, and ``r`` the least reduced cost of the runs that end somewhere and cost at least ``f``, the prices
divided by ``1 + |r| / f`` are feasible in the dual, so ``z`` divided by the largest such number bounds the cost (a
Farley bound). It is never the master's own value. Where the gap to a known plan is small, every run that a cheaper plan
could hold is listed, or as many as can be, and the best of them chosen in whole numbers, which mostly proves the plan
cheapest or finds the one that is. Each stage looks at the clock as it goes; one that is stopped proves nothing, and
what was proved before stands.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.core.result import Status
from optimiser.core.units import Pence, Seconds
from optimiser.routes.branching import choose
from optimiser.routes.choosing import new_cuts
from optimiser.routes.columns import MOST_LABELS, Columns, Cut, Duals, Pool, Pricer
from optimiser.routes.pacing import Allowance
from optimiser.routes.problem import RoutesProblem, Seat
from optimiser.routes.run import Direction
from optimiser.routes.search.arrays import BOARDING, FIRST, GROUP, OLD, SEATS, WEEK, Instance
from optimiser.routes.search.single import Task

MOST_CUTS = 60
LISTED = 0.07
"""The widest gap, as a share of the plan, at which listing every run that could matter is worth trying."""
LISTING = 0.8
"""The share of the time by which runs are listed, so that some is left to choose among them."""
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0)
"""The shares of the gap up to which runs may be listed; the first two always are."""
PRICING = 0.6
"""The share of the time for pricing runs; the rest is for listing them and choosing in whole numbers."""

ENOUGH = 4
"""When quick pricing finds no more runs than this, every run is priced at once."""
CUTTING = 0.08
"""Cuts that close less than this share of the gap to a known plan are the last."""
CLOSER = 0.5
"""Each exact pricing seeks runs that price out by more than this share of what the last one found, of their hire."""
LEAST = 0.0003
"""A share of the hire below which every run that prices out at all is sought."""

MARGIN = 1.0
"""Pence added to the gap when runs are listed, far more than any rounding of the prices."""


@dataclass(frozen=True, slots=True)
class TaskBound:
    """A proved floor under one school's runs in one direction, pence a day, every run paying half a day's rate.

    ``closed`` when no run at all prices out, so the floor is the value of the relaxation over ng-runs. ``rounds`` is
    how often runs were priced, ``runs`` how many were generated. ``listed`` is how many runs were listed to choose
    among, and ``visits`` the runs of a cheaper plan found among them (rows of the task's visits, outwards from school;
    empty when there is none).
    """

    school: str
    direction: Direction
    pence: Pence
    closed: bool
    rounds: int
    runs: int
    listed: int = 0
    visits: tuple[tuple[int, ...], ...] = ()


def task_bound(
    task: Task,
    *,
    begin: Sequence[Sequence[int]] = (),
    rounds: int = 200,
    seconds: float | None = None,
    memory: int = 8,
    gap: float = 0.0,
    worth: float | None = None,
    nodes: int = 200,
    clock: Callable[[], float] = time.monotonic,
) -> TaskBound | None:
    """Return a proved floor for a school's runs in one direction, or None when nothing was proved.

    ``begin`` lists children (rows of the task) of known runs, outwards from school. Work stops after ``rounds`` of
    pricing or ``seconds``, or when the floor is within ``gap`` (a share) of ``worth``, the cost of a known plan. With
    ``worth``, every run that a cheaper plan could hold is then listed (or those likeliest to matter, when they are too
    many) and chosen among in whole numbers, for at most so many ``nodes`` of branch and bound: that raises the floor
    and may find the cheaper plan. ``seconds`` are of ``clock``; all ends a little before they are gone.
    """
    if len(task.children) > 128:
        return None
    allowed = Allowance(seconds, clock)
    work = _Generation(task, memory, allowed, 0.0 if worth is None else worth)
    for run in [*begin, *[(c,) for c in range(len(task.children))]]:
        if allowed.over():
            break
        work.pricer.add_run(work.columns, tuple(run))
    while work.rounds < rounds:
        # Near the plan's cost the rest of the time is better spent on listing runs than on pricing them.
        allowed.share = PRICING if worth is not None and work.best * (1 + LISTED) > worth else 1.0
        if allowed.over() or not work.round() or (worth is not None and work.best >= worth * (1 - gap) - 1e-6):
            break
    allowed.share = 1.0
    if work.best <= 0 or work.feasible is None:
        return None
    pence = Pence(math.floor(work.best + 1e-6))
    found = TaskBound(task.school, task.direction, pence, work.closed, work.rounds, len(work.columns))
    if worth is None or not work.best * (1 + LISTED) > worth > work.best + 1:
        return found
    return _in_whole_numbers(task, work, found, worth, nodes)


def _in_whole_numbers(task: Task, work: "_Generation", found: TaskBound, worth: float, nodes: int) -> TaskBound:
    """Return the floor after choosing among every run whose reduced cost is below the gap, or below a part of it.

    At prices feasible for every run a plan costs their value and the reduced costs of its runs. So a plan holds only
    listed runs, or costs at least the value and what they were listed up to; the lesser of the two floors is proved.
    """
    assert work.feasible is not None
    listed = _listed(work, work.feasible.value, worth)
    if listed is None:
        return found
    pool, most = listed
    floor, chosen = choose(pool, task.arrays.penalty, worth, work.cuts, nodes, work.allowed)
    pence = max(found.pence, Pence(math.floor(min(floor, work.feasible.value + most) + 1e-6)))
    visits = tuple(pool.run(at) for at in chosen)
    return replace(found, pence=pence, listed=len(pool.cost), visits=visits)


def _listed(work: "_Generation", value: float, worth: float) -> tuple[Pool, float] | None:
    """Return every run up to the largest reduced cost at which they can be listed, and that reduced cost.

    Begun low, since their number grows many times over with it; from two lists it is told how far the next may reach.
    """
    assert work.feasible is not None
    work.allowed.share = LISTING
    gap, found = worth - value + MARGIN, None
    done: list[tuple[float, int, float]] = []
    share: float | None = SHARES[0]
    while share is not None:
        left = work.allowed.left()
        pool = work.pricer.every_run(work.feasible, share * gap)
        if pool is None:
            break
        found = pool, share * gap
        took = 0.0 if math.isinf(left) else left - work.allowed.left()
        done.append((share, max(1, work.pricer.labelled), took))
        share = _further(done, work.allowed.left())
    work.allowed.share = 1.0
    return found


def _further(done: Sequence[tuple[float, int, float]], left: float) -> float | None:
    """Return the largest share of the gap whose list should fit the labels and the time left, or None.

    ``done`` holds the shares listed, their labels and the seconds they took; labels grow with the power of the share.
    """
    share, labels, took = done[-1]
    after = [each for each in SHARES if each > share]
    if len(done) < 2:
        return after[0]
    rate = math.log(labels / done[-2][1]) / (share - done[-2][0])
    grown = {each: math.exp(min(50.0, rate * (each - share))) for each in after}
    fit = [each for each in after if labels * grown[each] <= MOST_LABELS and took * grown[each] <= left]
    return max(fit, default=None)


class _Generation:
    """The runs generated so far, the cuts, and the best prices."""

    def __init__(self, task: Task, memory: int, allowed: Allowance, worth: float) -> None:
        self.task, self.pricer, self.allowed = task, Pricer(task, memory, allowed), allowed
        self.worth, self.before = worth, 0.0
        self.columns: Columns = {}
        self.cuts: list[Cut] = []
        self.best, self.closed, self.rounds = 0.0, False, 0
        self.held: Duals | None = None
        self.feasible: Duals | None = None
        self.slack = 0.1

    def round(self) -> bool:
        """Solve the master, price once, and add cuts when no run prices out; answer whether there is more to do."""
        limits = self.allowed.limits()
        duals = None if limits is None else _master(self.task, self.columns, self.cuts, limits)
        if duals is None:
            return False
        self.rounds += 1
        self.closed = False
        self.pricer.cuts = tuple(self.cuts)
        quick = self.pricer.quick(self.columns, duals)
        if quick > ENOUGH:
            return True
        for trial in (duals.blend(self.held, 0.5), duals) if self.held is not None else (duals,):
            priced = self.pricer.exact(self.columns, trial, self.slack)
            if priced is None:
                return False
            self._keep(trial, priced.by)
            if priced.fresh:
                self.slack = min(self.slack, CLOSER * (priced.by - 1))
                return True
            if self.slack > 0:
                self.slack = self.slack / 8 if self.slack > 8 * LEAST else 0.0
                return True
            if quick > 0:
                return True
            self.closed = trial is duals and priced.least > -1e-4
        if self._stalled():
            return False
        fresh = new_cuts(duals.runs, len(self.task.children), self.cuts, min(12, MOST_CUTS - len(self.cuts)))
        self.cuts, self.held = self.cuts + fresh, None if fresh else self.held
        return bool(fresh)

    def _stalled(self) -> bool:
        """Whether the cuts before closed little of the gap, so that listing runs serves better than cutting again."""
        before, self.before = self.before, self.best
        return before > 0 and self.best - before < CUTTING * (self.worth - before)

    def _keep(self, trial: Duals, by: float) -> None:
        if trial.value / by > self.best:
            self.best, self.held, self.feasible = trial.value / by, trial, trial.shrunk(by)


def _master(task: Task, columns: Columns, cuts: Sequence[Cut], limits: Limits) -> Duals | None:
    """Return the prices of the restricted master and its runs, or None when it could not be solved."""
    model = LinearModel()
    rows: list[list[int]] = [[] for _ in task.children]
    values: list[list[float]] = [[] for _ in task.children]
    in_cut: list[list[int]] = [[] for _ in cuts]
    by_cut: list[list[float]] = [[] for _ in cuts]
    runs = list(columns)
    for option, run in runs:
        at = model.variable(cost=columns[option, run], upper=math.inf, whole=False)
        for c in set(run):
            rows[c].append(at)
            values[c].append(float(run.count(c)))
        for j, cut in enumerate(cuts):
            met = sum(run.count(c) for c in cut) // 2
            if met:
                in_cut[j].append(at)
                by_cut[j].append(float(met))
    for c in range(len(task.children)):
        rows[c].append(model.variable(cost=float(task.arrays.penalty[c]), upper=math.inf, whole=False))
        values[c].append(1.0)
        model.row(rows[c], values[c], lower=1.0, upper=1.0)
    for j in range(len(cuts)):
        model.row(in_cut[j], by_cut[j], upper=1.0)
    answer = model.solve(limits, relax=True)
    if answer.status is not Status.OPTIMAL or answer.row_duals is None or answer.values is None:
        return None
    n = len(task.children)
    used = tuple((runs[at][1], float(x)) for at, x in enumerate(answer.values[: len(runs)]) if x > 1e-6)
    child = np.minimum(answer.row_duals[:n], task.arrays.penalty)
    return Duals(child, np.maximum(0.0, -answer.row_duals[n:]), used)


def warm() -> None:
    """Compile the kernels of the bounds on one child, or load them compiled."""
    visit, child = np.array([[0, 1, 300, 0]]), np.zeros((2, GROUP + 1), np.int64)
    child[1, FIRST], child[0, [BOARDING, SEATS, WEEK, OLD]] = 1, (60, 1, 31, -1)
    away = np.array([[0, 60], [60, 0]])
    arrays = Instance(
        away, away, visit, child, np.zeros((1, 1), np.bool_), np.full(1, 9e4), np.array([0, 1]), np.array([0]),
        np.zeros((1, 1), np.int64), np.array([[4, 0, 0]]), np.array([[1e4, 0.0, 0.1, 0.0]]), np.zeros((1, 2)),
        np.zeros(3),
    )  # fmt: skip
    task = Task("", Direction.MORNING, ("",), ("", ""), (("", ""),), Seconds(0), arrays, 1)
    task_bound(task, worth=10_200.0)


def fleet_floor(problem: RoutesProblem, direction: Direction) -> int:
    """Return a floor under the runs needed to carry everyone in a direction: children over the largest layout.

    Runs of every school are counted together, so it also holds for mixed loads; on the fullest weekday, and for seats
    and wheelchair spaces apart.
    """
    most_seats = max((layout.seats for kind in problem.vehicle_classes for layout in kind.layouts), default=0)
    most_chairs = max((layout.wheelchairs for kind in problem.vehicle_classes for layout in kind.layouts), default=0)
    most = max((layout.seats + layout.wheelchairs for k in problem.vehicle_classes for layout in k.layouts), default=0)
    floor = 0
    for day in range(5):
        going = [c for c in problem.children if direction in c.directions and day in c.weekdays]
        chairs = sum(child.seat is Seat.WHEELCHAIR for child in going)
        for wanted, room in ((len(going) - chairs, most_seats), (chairs, most_chairs), (len(going), most)):
            if room > 0:
                floor = max(floor, -(-wanted // room))
    return floor


def cost_floor(problem: RoutesProblem) -> Pence:
    """Return a floor under the cost of any plan of single-school runs without chaining, pence a day.

    Each child pays at least the cheapest half day's rate per place, or is left out at their price. Weak, but it needs
    no search and holds for a city of any size.
    """
    a_place = min(
        (
            kind.day_rate / 2 / max(1, layout.seats + layout.wheelchairs)
            for kind in problem.vehicle_classes
            for layout in kind.layouts
        ),
        default=math.inf,
    )
    total = 0.0
    for child in problem.children:
        share = len(child.weekdays) / 5
        for direction in problem.directions & child.directions:
            # A run that goes on only some weekdays pays for those alone, with places used by other children on each.
            total += share * min(a_place, float(problem.unserved_price(child))) if direction else 0.0
    return Pence(math.floor(total))
