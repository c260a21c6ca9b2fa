"""Which guide holds which shift: a linear model by column generation, proved, then made whole."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel, MipAnswer
from optimiser.core.result import Status
from optimiser.core.units import Pence
from optimiser.guides.costing import left_out
from optimiser.guides.model.shifts import Shifts

Column = tuple[int, int]
"""A guide's row and a shift's position."""
Tell = Callable[[float, str, tuple[Column, ...] | None, int | None], bool]
"""Told the share done, what is being done, the best columns so far and the bound; answering False stops."""

ROWS = {"one-guide-per-run", "one-run-at-a-time", "guide-hours", "pin-kept"}
"""The rules that are rows or fixings of this model; dropping one can be tried."""

_PER_SHIFT = 6
_PER_ROUND = 3
_NEAR = 0.001
_PATIENCE = 12
"""After so many rounds of pricing a proved gap of 0.1 % of the choices' cost will do."""
_FEW = 25_000
"""Columns that could still matter, below which one last model settles it."""
_CLOSE = 0.01
"""Pence between the linear model and the proved bound at which pricing ends."""


@dataclass(frozen=True)
class DutiesAnswer:
    """The columns chosen, the choice part of their cost, and a bound on it when proved."""

    status: Status
    columns: tuple[Column, ...]
    bound: int | None
    rounds: int


@dataclass(frozen=True, eq=False)
class _Arena:
    """The parts of the model that stay as columns come and go."""

    shifts: Shifts
    may: npt.NDArray[np.bool_]
    pinned: frozenset[int]
    tight: npt.NDArray[np.bool_]
    overlap: bool


def _arena(shifts: Shifts) -> _Arena:
    frame = shifts.frame
    may = shifts.able.copy()
    pinned = set()
    if "pin-kept" in ROWS:
        for run, guide in frame.problem.pins.items():
            at = frame.run_column.get(run)
            if at is None:
                continue
            pinned.add(at)
            touching = np.array([at in shift.runs for shift in shifts.shifts])
            others = np.array([each.id != guide for each in frame.guides])
            may[np.ix_(others, touching)] = False
    am = [s for s, shift in enumerate(shifts.shifts) if shift.am and not shift.pm]
    pm = [s for s, shift in enumerate(shifts.shifts) if shift.pm and not shift.am]
    work = shifts.work
    most = int(work[am].max(initial=0) + work[pm].max(initial=0))
    tight = np.array([guide.most_work < most for guide in frame.guides])
    ends = max((frame.runs[at].need_until for s in am for at in shifts.shifts[s].runs), default=0)
    begins = min((frame.runs[at].need_from for s in pm for at in shifts.shifts[s].runs), default=24 * 3600)
    return _Arena(shifts, may, frozenset(pinned), tight, bool(ends > begins))


def assign(shifts: Shifts, *, limits: Limits, seed: int, tell: Tell, start: tuple[Column, ...] = ()) -> DutiesAnswer:
    """Return the cheapest duties, with a bound proved by pricing every guide against every shift.

    Whole routes by the assignment algorithm begin; linear programming over a growing set of columns prices splits and
    chains in; when its answer is not whole, branch and bound runs over every column whose reduced cost could matter.
    """
    arena = _arena(shifts)
    first = _whole_routes(arena)
    columns = _opening_columns(arena, first, start)
    best: _Prices | None = None
    began = time.monotonic()
    rounds = 0
    while True:
        rounds += 1
        model, places = _model(arena, columns)
        answer = model.solve(seed=seed, relax=True)
        if answer.values is None or answer.objective is None:
            if not _grow_everything(arena, columns):
                return DutiesAnswer(Status.INFEASIBLE, (), None, rounds)
            continue
        reduced = _reduced(arena, answer, places)
        best, useful = _price(arena, answer, best)
        fresh = (_fresh(reduced, columns) | useful) - columns
        doing = f"pricing duties, round {rounds}"
        if not tell(min(0.7, rounds / (rounds + 3)), doing, first, math.ceil(best.bound - 1e-4)):
            return DutiesAnswer(Status.STOPPED, first, None, rounds)
        if not fresh or (reduced >= -1e-6).all() or answer.objective - best.bound < _CLOSE:
            break
        if _enough(answer.objective, best.bound, rounds, began, limits):
            break
        if len(_matter(arena, best, answer.objective)) <= _FEW and _is_whole(answer.values[: len(columns)]):
            break
        columns.update(fresh)
    return _whole(arena, columns, model, answer, best, limits, seed, rounds, tell)


def _enough(objective: float, bound: float, rounds: int, began: float, limits: Limits) -> bool:
    """Return whether to stop pricing with what is proved: by the work or time allowed, or near enough after a while."""
    if limits.seconds is not None and time.monotonic() - began > limits.seconds:
        return True
    near = max(limits.gap, _NEAR if rounds >= _PATIENCE else 0.0)
    return (limits.work is not None and rounds >= limits.work) or objective - bound <= near * abs(objective)


@dataclass(frozen=True, eq=False)
class _Prices:
    """A price per run, the Lagrangian bound it proves, and each column's cost above those prices."""

    run: npt.NDArray[np.float64]
    bound: float
    above: npt.NDArray[np.float64]
    least: npt.NDArray[np.float64]
    """The least that each guide's whole day can come to above the prices, shape (guides,), at most 0."""


def _lagrangian(arena: _Arena, run: npt.NDArray[np.float64]) -> tuple[_Prices, set[Column]]:
    """Return what a price per run proves: every guide takes the day that suits them best, and each run pays its price.

    The bound holds for any prices no higher than leaving a run out, because hours and the need for just one guide a
    run are only relaxed.
    """
    shifts = arena.shifts
    cover = _cover(shifts)
    above = np.where(arena.may, shifts.cost - (cover @ run)[None, :], np.inf)
    kinds = np.array([_kind(arena, s) for s in range(len(shifts.shifts))])
    best = np.zeros((3, len(shifts.frame.guides)))
    picks: list[npt.NDArray[np.intp]] = []
    for kind in range(3):
        at = np.flatnonzero(kinds == kind)
        if not len(at):
            picks.append(np.full(len(shifts.frame.guides), -1))
            continue
        pick = at[np.argmin(above[:, at], axis=1)]
        picks.append(pick)
        best[kind] = np.minimum(0, above[np.arange(len(pick)), pick])
    least = np.minimum(best[2], best[0] + best[1])
    useful = {(g, int(picks[kind][g])) for kind in range(3) for g in np.flatnonzero(best[kind] < -1e-9).tolist()}
    return _Prices(run, float(run.sum() + least.sum()), above, least), useful


def _kind(arena: _Arena, s: int) -> int:
    busy = _busy(arena, s)
    return 2 if len(busy) == 2 else 0 if busy[0] else 1


def _cover(shifts: Shifts) -> npt.NDArray[np.float64]:
    found = np.zeros((len(shifts.shifts), len(shifts.frame.runs)))
    for s, shift in enumerate(shifts.shifts):
        found[s, list(shift.runs)] = 1.0
    return found


def _price(arena: _Arena, answer: MipAnswer, best: _Prices | None) -> tuple[_Prices, set[Column]]:
    """Try the linear model's prices and two mixtures with the best so far, which steadies them; keep the best bound."""
    assert answer.row_duals is not None
    frame = arena.shifts.frame
    now = answer.row_duals[: len(frame.runs)]
    if "one-guide-per-run" in ROWS and not arena.pinned:
        now = np.minimum(now, [left_out(frame.problem, run) for run in frame.runs])
    found, useful = _lagrangian(arena, now)
    if best is None:
        return found, useful
    for share in (0.5, 0.85):
        mixed, more = _lagrangian(arena, share * best.run + (1 - share) * now)
        useful |= more
        found = mixed if mixed.bound > found.bound else found
    return (found if found.bound > best.bound else best), useful


def _whole_routes(arena: _Arena) -> tuple[Column, ...]:
    """Return the best assignment of one guide to one widest shift each, ignoring splits; a good place to begin."""
    shifts = arena.shifts
    wide = _widest(shifts)
    gain = np.where(arena.may[:, wide], shifts.saving[wide][None, :] - shifts.cost[:, wide], 0)
    rows, picked = linear_sum_assignment(-np.maximum(gain, 0))
    return tuple((int(g), wide[int(s)]) for g, s in zip(rows, picked, strict=True) if gain[g, s] > 0)


def _widest(shifts: Shifts) -> list[int]:
    """Return shifts that cover every run once: whole routes, and single runs of routes with one."""
    taken: set[int] = set()
    chosen = []
    order = sorted(range(len(shifts.shifts)), key=lambda s: (-(shifts.shifts[s].am and shifts.shifts[s].pm), s))
    for s in order:
        runs = shifts.shifts[s].runs
        if len(runs) <= 2 and not taken & set(runs):
            taken |= set(runs)
            chosen.append(s)
    return chosen


def _opening_columns(arena: _Arena, first: tuple[Column, ...], start: tuple[Column, ...]) -> set[Column]:
    columns = {column for column in (*first, *start) if arena.may[column]}
    price = np.where(arena.may, arena.shifts.cost, np.iinfo(np.int64).max // 4)
    keep = min(_PER_SHIFT, price.shape[0])
    cheapest = np.argpartition(price, keep - 1, axis=0)[:keep] if price.size else np.zeros((0, 0), dtype=int)
    for s in range(price.shape[1]):
        columns.update((int(g), s) for g in cheapest[:, s] if arena.may[g, s])
    return columns


@dataclass(frozen=True, eq=False)
class _Places:
    """Where the rows of each kind begin, and the order of the columns."""

    columns: tuple[Column, ...]
    run_row: int
    am_row: int
    pm_row: int
    hours_row: dict[int, int]


def _model(arena: _Arena, columns: set[Column]) -> tuple[LinearModel, _Places]:
    shifts, frame = arena.shifts, arena.shifts.frame
    order = tuple(sorted(columns))
    model = LinearModel()
    covers: list[list[int]] = [[] for _ in frame.runs]
    busy: dict[bool, list[list[int]]] = {half: [[] for _ in frame.guides] for half in (True, False)}
    theirs: list[list[int]] = [[] for _ in frame.guides]
    for g, s in order:
        at = model.variable(cost=float(shifts.cost[g, s]))
        shift = shifts.shifts[s]
        theirs[g].append(at)
        for run in shift.runs:
            covers[run].append(at)
        for half in _busy(arena, s):
            busy[half][g].append(at)
    for run, record in enumerate(frame.runs):
        kept = 0.0 if run in arena.pinned else 1.0
        covers[run].append(model.variable(cost=float(left_out(frame.problem, record)), upper=kept, whole=False))
    once = 1.0 if "one-guide-per-run" in ROWS else math.inf
    for row in covers:
        model.row(row, lower=1.0 if once == 1.0 else 0.0, upper=once)
    limit = 1.0 if "one-run-at-a-time" in ROWS else math.inf
    for half in (True, False):
        for row in busy[half]:
            model.row(row, upper=limit)
    hours: dict[int, int] = {}
    if "guide-hours" in ROWS:
        for g in map(int, np.flatnonzero(arena.tight)):
            values = [float(shifts.work[order[at][1]]) for at in theirs[g]]
            hours[g] = model.row(theirs[g], values, upper=float(frame.guides[g].most_work))
    n = len(frame.runs)
    return model, _Places(order, 0, n, n + len(frame.guides), hours)


def _busy(arena: _Arena, s: int) -> tuple[bool, ...]:
    """Return the halves a shift fills (True is the morning); both when mornings run into afternoons."""
    shift = arena.shifts.shifts[s]
    if arena.overlap:
        return (True, False)
    return tuple(half for half, used in ((True, shift.am), (False, shift.pm)) if used)


def _reduced(arena: _Arena, answer: MipAnswer, places: _Places) -> npt.NDArray[np.float64]:
    """Return the reduced cost of every guide with every shift, infinite where they may not."""
    assert answer.row_duals is not None
    shifts, frame = arena.shifts, arena.shifts.frame
    duals = answer.row_duals
    run_dual = duals[places.run_row : places.am_row]
    am_dual = duals[places.am_row : places.pm_row]
    pm_dual = duals[places.pm_row : places.pm_row + len(frame.guides)]
    worth = np.array([sum(run_dual[at] for at in shift.runs) for shift in shifts.shifts])
    uses_am = np.array([True in _busy(arena, s) for s in range(len(shifts.shifts))])
    uses_pm = np.array([False in _busy(arena, s) for s in range(len(shifts.shifts))])
    found = shifts.cost - worth[None, :] - np.outer(am_dual, uses_am) - np.outer(pm_dual, uses_pm)
    for g, row in places.hours_row.items():
        found[g] -= duals[row] * shifts.work
    found[~arena.may] = np.inf
    return np.asarray(found, dtype=np.float64)


def _fresh(reduced: npt.NDArray[np.float64], columns: set[Column]) -> set[Column]:
    """Return the most useful columns not yet in the model: the best few of each guide and of each shift."""
    useful = np.argwhere(reduced < -1e-6)
    if not len(useful):
        return set()
    fresh: set[Column] = set()
    by_guide: dict[int, int] = {}
    by_shift: dict[int, int] = {}
    order = np.argsort(reduced[useful[:, 0], useful[:, 1]], kind="stable")
    for column in map(tuple, useful[order].tolist()):
        if column in columns:
            continue
        if by_guide.get(column[0], 0) < _PER_ROUND * 4 or by_shift.get(column[1], 0) < _PER_ROUND:
            fresh.add(column)
            by_guide[column[0]] = by_guide.get(column[0], 0) + 1
            by_shift[column[1]] = by_shift.get(column[1], 0) + 1
    return fresh


def _grow_everything(arena: _Arena, columns: set[Column]) -> bool:
    """Add every column there is; answers False when they were all there already, so the pins cannot be kept."""
    before = len(columns)
    columns.update((int(g), int(s)) for g, s in np.argwhere(arena.may))
    return len(columns) > before


def _whole(
    arena: _Arena,
    columns: set[Column],
    model: LinearModel,
    answer: MipAnswer,
    best: _Prices,
    limits: Limits,
    seed: int,
    rounds: int,
    tell: Tell,
) -> DutiesAnswer:
    """Return whole duties: the linear answer where it is whole, else branch and bound over what could matter."""
    assert answer.values is not None and answer.objective is not None
    bound = math.ceil(best.bound - 1e-4)
    order = tuple(sorted(columns))
    picked = _picked(order, answer.values[: len(order)])
    if _is_whole(answer.values[: len(order)]) and choice_cost(arena.shifts, picked) <= bound:
        return DutiesAnswer(Status.OPTIMAL, picked, bound, rounds)
    upper = choice_cost(arena.shifts, picked) if _is_whole(answer.values[: len(order)]) else None
    if upper is None:
        heard = _Heard(tell, "making whole duties", 0.75, order, bound)
        first = model.solve(limits, seed=seed, watch=heard.watch, improved=heard.improved)
        if first.values is None:
            return DutiesAnswer(Status.NOT_FOUND, (), bound, rounds)
        picked = _picked(order, first.values[: len(order)])
        upper = choice_cost(arena.shifts, picked)
    matter = _matter(arena, best, upper)
    if len(matter) > _FEW * 4:
        return DutiesAnswer(Status.FEASIBLE, picked, bound, rounds)
    model, places = _model(arena, matter | set(picked))
    heard = _Heard(tell, "proving the duties", 0.8, places.columns, bound, picked)
    final = model.solve(limits, seed=seed, watch=heard.watch, improved=heard.improved)
    proved = final.whole_bound()
    if proved is not None:
        bound = max(bound, min(proved, upper))
    if final.values is not None:
        better = _picked(places.columns, final.values[: len(places.columns)])
        picked = better if choice_cost(arena.shifts, better) < upper else picked
    status = Status.OPTIMAL if choice_cost(arena.shifts, picked) == bound else Status.FEASIBLE
    return DutiesAnswer(status, picked, bound, rounds)


class _Heard:
    """Passes on what branch and bound tells: the best columns so far, and the bound."""

    def __init__(
        self,
        tell: Tell,
        doing: str,
        share: float,
        order: tuple[Column, ...],
        bound: int,
        best: tuple[Column, ...] | None = None,
    ) -> None:
        self.tell, self.doing, self.share, self.order, self.bound, self.best = tell, doing, share, order, bound, best

    def improved(self, values: npt.NDArray[np.float64]) -> None:
        """Keep the columns of a better solution."""
        self.best = _picked(self.order, values[: len(self.order)])

    def watch(self, best: float | None, bound: float | None) -> bool:
        """Tell the best so far; answer whether to go on."""
        return self.tell(self.share, self.doing, self.best, self.bound)


def _matter(arena: _Arena, best: _Prices, upper: float) -> set[Column]:
    """Return every column that could be in a plan cheaper than ``upper``, by its cost above the best prices.

    A plan holding the column costs at least the bound plus what the column adds to its guide's least day.
    """
    kinds = np.array([_kind(arena, s) for s in range(len(arena.shifts.shifts))])
    halves = [np.minimum(0, best.above[:, kinds == kind]).min(axis=1, initial=0) for kind in range(2)]
    other = np.where(kinds[None, :] == 0, halves[1][:, None], np.where(kinds[None, :] == 1, halves[0][:, None], 0))
    extra = best.above + other - best.least[:, None]
    return {(int(g), int(s)) for g, s in np.argwhere(best.bound + extra <= upper + 1e-6)}


def _is_whole(values: npt.NDArray[np.float64]) -> bool:
    return bool(np.all(np.abs(values - np.round(values)) < 1e-6))


def _picked(order: tuple[Column, ...], values: npt.NDArray[np.float64]) -> tuple[Column, ...]:
    return tuple(column for column, value in zip(order, values, strict=False) if value > 0.5)


def choice_cost(shifts: Shifts, columns: tuple[Column, ...]) -> Pence:
    """Return the cost of columns and of what they leave out, in pence, without standing pay."""
    covered = {at for _, s in columns for at in shifts.shifts[s].runs}
    left = sum(left_out(shifts.frame.problem, run) for at, run in enumerate(shifts.frame.runs) if at not in covered)
    return Pence(left + sum(int(shifts.cost[g, s]) for g, s in columns))
