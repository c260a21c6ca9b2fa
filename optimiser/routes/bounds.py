"""How cheap the runs of one school could possibly be: column generation over runs, and floors for the city.

The master is a linear program over runs (each child on at least one, or unserved at a price); runs are priced first by
quick labels that may miss some, then exactly over ng-sets. Smoothed prices steady it (Wentges 1997; Pessoa et al.,
INFORMS Journal on Computing 30(2), 2018). A bound is stated only from a round of exact pricing: with ``z`` the value
of the prices, ``r`` the least reduced cost and ``f`` the cheapest run, the prices divided by ``1 + |r| / f`` are
feasible in the dual, so ``z / (1 + |r| / f)`` bounds the cost (a Farley bound). It is never the master's own value.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.core.mip import LinearModel
from optimiser.core.result import Status
from optimiser.core.units import Pence
from optimiser.routes.pricing import EVERY_DAY, can_ride, price_runs
from optimiser.routes.problem import RoutesProblem, Seat
from optimiser.routes.run import Direction
from optimiser.routes.search.arrays import FIXED, GUIDE_PRICE, OWNER, PER_METRE, PER_SECOND, WEEK, ZONE_CHARGE, Floats
from optimiser.routes.search.single import Task

ROUNDING = 1.0
"""Pence a run by which rounding its mileage and its hire could lower what is charged."""

LABELS = 400_000
MOST_CUTS = 60
Columns = dict[tuple[int, tuple[int, ...]], float]
Cut = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class TaskBound:
    """A proved floor under one school's runs in one direction, pence a day, every run paying half a day's rate.

    ``closed`` when no run at all prices out, so the floor is the value of the relaxation over ng-runs. ``rounds`` is
    how often runs were priced, ``runs`` how many were generated.
    """

    school: str
    direction: Direction
    pence: Pence
    closed: bool
    rounds: int
    runs: int


def task_bound(
    task: Task,
    *,
    begin: Sequence[Sequence[int]] = (),
    rounds: int = 200,
    seconds: float | None = None,
    memory: int = 8,
    gap: float = 0.0,
    worth: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> TaskBound | None:
    """Return a proved floor for a school's runs in one direction, or None when nothing was proved.

    ``begin`` lists children (rows of the task) of known runs, outwards from school. Work stops after ``rounds`` of
    pricing or ``seconds``, or when the floor is within ``gap`` (a share) of ``worth``, the cost of a known plan.
    """
    if len(task.children) > 128:
        return None
    pricer = _Pricer(task, memory)
    columns: Columns = {}
    for run in [*begin, *[(c,) for c in range(len(task.children))]]:
        pricer.add_run(columns, tuple(run))
    began = clock()
    best, closed, held = 0.0, False, None
    cuts: list[Cut] = []
    done = 0
    while done < rounds and not (seconds is not None and clock() - began > seconds):
        duals = _master(task, columns, cuts)
        if duals is None:
            break
        done += 1
        pricer.cuts = tuple(cuts)
        if pricer.quick(columns, duals) > 0:
            continue
        for trial in (duals.blend(held, 0.5), duals) if held is not None else (duals,):
            least = pricer.exact(columns, trial)
            if least is None:
                return _finish(task, best, False, done, columns)
            floor = _farley(trial, least, pricer.cheapest)
            if floor > best:
                best, held = floor, trial
            if least < -1e-4:
                break
            closed = trial is duals
        if worth is not None and best >= worth * (1 - gap) - 1e-6:
            break
        if closed:
            fresh = _new_cuts(duals, len(task.children), cuts, min(12, MOST_CUTS - len(cuts)))
            if not fresh:
                break
            cuts, closed, held = cuts + fresh, False, None
    return _finish(task, best, closed, done, columns)


def _finish(task: Task, best: float, closed: bool, rounds: int, columns: Columns) -> TaskBound | None:
    if best <= 0:
        return None
    return TaskBound(task.school, task.direction, Pence(math.floor(best + 1e-6)), closed, rounds, len(columns))


def _farley(prices: "_Duals", least: float, cheapest: float) -> float:
    return prices.value / (1.0 + max(0.0, -least) / cheapest)


@dataclass(frozen=True)
class _Duals:
    """The master's prices: of each child, and of each cut (nought or more, charged to the runs in it)."""

    child: Floats
    cut: Floats
    runs: tuple[tuple[tuple[int, ...], float], ...]

    @property
    def value(self) -> float:
        return float(self.child.sum() - self.cut.sum())

    def blend(self, other: "_Duals", share: float) -> "_Duals":
        """Return these prices moved towards others by a share."""
        cut = np.zeros(max(len(self.cut), len(other.cut)))
        cut[: len(self.cut)] += (1 - share) * self.cut
        cut[: len(other.cut)] += share * other.cut
        return _Duals((1 - share) * self.child + share * other.child, cut, ())


def _master(task: Task, columns: Columns, cuts: Sequence[Cut]) -> _Duals | None:
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
    answer = model.solve(relax=True)
    if answer.status is not Status.OPTIMAL or answer.row_duals is None or answer.values is None:
        return None
    n = len(task.children)
    used = tuple((runs[at][1], float(x)) for at, x in enumerate(answer.values[: len(runs)]) if x > 1e-6)
    child = np.minimum(answer.row_duals[:n], task.arrays.penalty)
    return _Duals(child, np.maximum(0.0, -answer.row_duals[n:]), used)


def _new_cuts(duals: _Duals, n: int, known: Sequence[Cut], most: int) -> list[Cut]:
    """Return the most violated cuts: of any three children, at most one run carries two of them."""
    inside = np.zeros((n, len(duals.runs)))
    for at, (run, _) in enumerate(duals.runs):
        inside[list(set(run)), at] = 1.0
    share = np.array([x for _, x in duals.runs])
    pairs = (inside * share) @ inside.T
    found: list[tuple[float, Cut]] = []
    for i in range(n):
        three = (inside * (share * inside[i])) @ inside.T
        over = pairs[i][:, None] + pairs[i][None, :] + pairs - 2 * three - 1.0
        for j, k in np.argwhere(np.triu(over, 1) > 0.05):
            if i < j:
                found.append((-float(over[j, k]), (i, int(j), int(k))))
    old = set(known)
    fresh: list[Cut] = []
    uses = np.zeros(n, np.int64)
    for _, cut in sorted(found):
        if cut not in old and len(fresh) < most and all(uses[c] < 4 for c in cut):
            fresh.append(cut)
            for c in cut:
                uses[c] += 1
    return fresh


class _Pricer:
    """Everything about a task's runs that does not change with the prices."""

    def __init__(self, task: Task, memory: int) -> None:
        arrays = task.arrays
        n = len(task.children)
        self.task, self.arrays = task, arrays
        self.first = np.zeros((n, 2), np.uint64)
        for c in range(n):
            self.first[c, c // 64] = np.uint64(1) << np.uint64(c % 64)
        self.near = np.zeros((n, 2), np.uint64)
        for c in range(n):
            for other in arrays.near[c][: memory + 1]:
                self.near[c] |= self.first[other]
        part = arrays.child[:n, WEEK] != EVERY_DAY
        self.modes = [(1.0, np.ones(n, np.bool_))]
        if part.any():
            days = min(int(week).bit_count() for week in arrays.child[:n, WEEK])
            self.modes.append((days / 5, part))
        share = self.modes[-1][0] if part.any() else 1.0
        self.cheapest = max(1.0, float(arrays.price[:, FIXED].min()) * share - ROUNDING)
        self.ints = np.zeros((LABELS, 9), np.int64)
        self.cost, self.memory = np.zeros(LABELS), np.zeros((LABELS, 3), np.uint64)
        visits = len(arrays.visit)
        self._prices = _Duals(np.zeros(n), np.zeros(0), ())
        self.cuts: tuple[Cut, ...] = ()
        self.head, self.best, self.who = np.zeros(visits, np.int64), np.zeros(visits), np.zeros(visits, np.int64)

    def quick(self, columns: Columns, duals: _Duals) -> int:
        """Add runs that price out, found by labels compared on cost and time alone; answer how many."""
        found = 0
        for option in range(len(self.arrays.option)):
            for mode in range(len(self.modes)):
                if self._price(option, mode, duals, loose=True) > 0:
                    found += self._collect(columns, option, mode)
        return found

    def exact(self, columns: Columns, prices: _Duals) -> float | None:
        """Return the least reduced cost of any run (None when labels ran out), adding those that price out."""
        least = 0.0
        for option in range(len(self.arrays.option)):
            for mode in range(len(self.modes)):
                if self._price(option, mode, prices, loose=False) < 0:
                    return None
                least = min(least, float(self.best.min()))
                self._collect(columns, option, mode)
        return least

    def _price(self, option: int, mode: int, prices: _Duals, *, loose: bool) -> int:
        arrays = self.arrays
        self._prices = prices
        odd = np.zeros(len(self.task.children), np.uint64)
        for j, cut in enumerate(self.cuts[: len(prices.cut)]):
            for c in cut:
                odd[c] |= np.uint64(1) << np.uint64(j)
        share, wanted = self.modes[mode]
        money = arrays.price[option] * share
        rates = np.array(
            [
                money[FIXED] - ROUNDING,
                money[PER_METRE],
                money[PER_SECOND],
                arrays.prices[GUIDE_PRICE] * share,
                money[ZONE_CHARGE],
            ]
        )
        fits = np.ascontiguousarray(can_ride(arrays, option) & wanted)
        return int(
            price_runs(
                arrays.seconds, arrays.metres, arrays.visit, arrays.child, prices.child, self.near, self.first, fits,
                arrays.leg[option] * share, rates, arrays.option[option, :2].copy(), odd, prices.cut, loose,
                self.ints, self.cost, self.memory, self.head, self.best, self.who,
            )
        )  # fmt: skip

    def _collect(self, columns: Columns, option: int, mode: int) -> int:
        found = 0
        for visit in np.argsort(self.best)[:30]:
            if self.best[visit] > -1e-5:
                break
            label = int(self.who[visit])
            run: list[int] = []
            while label >= 0:
                run.append(int(self.arrays.visit[self.ints[label, 0], OWNER]))
                label = int(self.ints[label, 6])
            key = (option * 2 + mode, tuple(run[::-1]))
            worth = float(self.best[visit]) + sum(self._prices.child[c] for c in run) - self._charged(run)
            if key not in columns or worth < columns[key] - 1e-9:
                columns[key] = worth
                found += 1
        return found

    def _charged(self, run: Sequence[int]) -> float:
        """What the cuts charged a run."""
        charges = zip(self.cuts, self._prices.cut, strict=False)
        return float(sum(each * (sum(run.count(c) for c in cut) // 2) for cut, each in charges))

    def add_run(self, columns: Columns, run: tuple[int, ...]) -> None:
        """Add a known run with the cheapest option that can carry it; one that cannot be carried is left out."""
        alone = np.zeros(len(self.task.children))
        alone[list(run)] = 1e7
        for option in range(len(self.arrays.option)):
            wanted = np.zeros(len(alone), np.bool_)
            wanted[list(run)] = True
            share, everyone = self.modes[0]
            self.modes[0] = (share, wanted)
            self._price(option, 0, _Duals(alone, np.zeros(0), ()), loose=True)
            self.modes[0] = (share, everyone)
            self._keep_whole(columns, option, run)

    def _keep_whole(self, columns: Columns, option: int, run: tuple[int, ...]) -> None:
        for visit in np.argsort(self.best):
            label = int(self.who[visit])
            if label < 0 or not math.isfinite(self.best[visit]):
                return
            seen: list[int] = []
            while label >= 0:
                seen.append(int(self.arrays.visit[self.ints[label, 0], OWNER]))
                label = int(self.ints[label, 6])
            if sorted(seen) == sorted(run):
                columns[(option * 2, tuple(seen[::-1]))] = float(self.best[visit]) + 1e7 * len(seen)
                return


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
