"""The only file that runs HiGHS: a linear or mixed-integer model as plain arrays, and an honest answer."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from optimiser.core.limits import Limits
from optimiser.core.result import Status

Floats = npt.NDArray[np.float64]
Watch = Callable[[float | None, float | None], bool]
"""Told the best objective and bound now and then; answering False stops the solve."""
Improved = Callable[[Floats], None]
"""Told the values of each better solution as it is found; it should do no more than keep them."""


@dataclass(frozen=True, slots=True)
class MipAnswer:
    """What HiGHS proved or found: values and an objective only with a solution, a bound only when proved."""

    status: Status
    values: Floats | None
    objective: float | None
    bound: float | None
    row_duals: Floats | None = None
    column_duals: Floats | None = None
    nodes: int = 0

    def whole_bound(self) -> int | None:
        """Return the bound rounded up, for an objective that can only be a whole number."""
        return None if self.bound is None else whole(self.bound)


def whole(bound: float) -> int:
    """Return a bound rounded up, for an objective that can only be a whole number."""
    return math.ceil(bound - 1e-6 * max(1.0, abs(bound)) ** 0.5)


@dataclass
class LinearModel:
    """A model to be minimised, built column by column and row by row; building is cheap (no objects per term)."""

    cost: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    row_start: list[int] = field(default_factory=list)
    row_index: list[int] = field(default_factory=list)
    row_value: list[float] = field(default_factory=list)
    offset: float = 0.0

    def variable(self, *, cost: float = 0.0, lower: float = 0.0, upper: float = 1.0, whole: bool = True) -> int:
        """Add a variable and return its column."""
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(
        self,
        columns: Sequence[int],
        values: Sequence[float] | None = None,
        *,
        lower: float = -math.inf,
        upper: float = math.inf,
    ) -> int:
        """Add ``lower <= sum(values * columns) <= upper`` (values are ones when not given) and return its row."""
        self.row_start.append(len(self.row_index))
        self.row_index.extend(columns)
        self.row_value.extend([1.0] * len(columns) if values is None else values)
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        return len(self.row_lower) - 1

    def solve(
        self,
        limits: Limits | None = None,
        *,
        seed: int = 0,
        start: Floats | None = None,
        watch: Watch | None = None,
        improved: Improved | None = None,
        relax: bool = False,
    ) -> MipAnswer:
        """Return HiGHS's answer, one thread, so that the same model and seed give the same answer.

        ``limits.seconds`` is wall time, ``limits.work`` a count of branch-and-bound nodes, ``limits.gap`` relative.
        ``start`` is a full vector of values to begin from. ``relax`` drops the whole-number rule and gives duals.
        OPTIMAL means the objective equals the bound to 1e-6 relative; stopped at a gap is FEASIBLE.
        """
        return _solve(self, limits or Limits(), seed, start, watch, improved, relax)


class Relaxation:
    """A model without its whole-number rule, kept open: after a row is changed or added it takes a few pivots to solve.

    Rows added here are added to the model too; columns must all be there before.
    """

    def __init__(self, model: LinearModel, *, seed: int = 0) -> None:
        import highspy

        self._model = model
        self._highs = highspy.Highs()
        _set_options(self._highs, Limits(), seed)
        self._highs.passModel(_lp(highspy, model, False))

    def limit(self, row: int, *, lower: float = -math.inf, upper: float = math.inf) -> None:
        """Change a row's limits, here and in the model."""
        self._model.row_lower[row], self._model.row_upper[row] = lower, upper
        self._highs.changeRowBounds(row, lower, upper)

    def row(self, columns: Sequence[int], values: Sequence[float], *, upper: float) -> int:
        """Add ``sum(values * columns) <= upper``, here and in the model, and return its row."""
        self._highs.addRow(
            -math.inf, upper, len(columns), np.asarray(columns, np.int32), np.asarray(values, np.float64)
        )
        return self._model.row(columns, values, upper=upper)

    def solve(self, *, seconds: float | None = None) -> MipAnswer:
        """Return the optimum with its duals, from where the last solve ended, or NOT_FOUND when the seconds run out."""
        import highspy

        if seconds is not None:
            # HiGHS counts the time of all runs together.
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + seconds)
        self._highs.run()
        return _read(highspy, self._highs, self._model, False, Limits(), False)


def _solve(
    model: LinearModel,
    limits: Limits,
    seed: int,
    start: Floats | None,
    watch: Watch | None,
    improved: Improved | None,
    relax: bool,
) -> MipAnswer:
    import highspy

    if not model.cost:
        return MipAnswer(Status.OPTIMAL, np.zeros(0), model.offset, model.offset)
    highs = highspy.Highs()
    _set_options(highs, limits, seed)
    whole = any(model.whole) and not relax
    highs.passModel(_lp(highspy, model, whole))
    if start is not None and whole:
        first = highspy.HighsSolution()
        first.col_value = list(map(float, start))
        highs.setSolution(first)
    stopped = _watch(highs, limits, watch) if whole else [False]
    if whole and improved is not None:
        keep = improved
        highs.cbMipImprovingSolution.subscribe(lambda event: keep(np.array(event.data_out.mip_solution)))
    highs.run()
    return _read(highspy, highs, model, whole, limits, stopped[0])


def _set_options(highs: Any, limits: Limits, seed: int) -> None:
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", seed % 2_000_000_000)
    highs.setOptionValue("mip_rel_gap", max(limits.gap, 0.0))
    highs.setOptionValue("mip_abs_gap", 0.0 if limits.gap == 0 else 1e-6)
    highs.setOptionValue("mip_feasibility_tolerance", 1e-7)
    if limits.seconds is not None:
        highs.setOptionValue("time_limit", float(limits.seconds))
    if limits.work is not None:
        highs.setOptionValue("mip_max_nodes", int(limits.work))


def _lp(highspy: Any, model: LinearModel, whole: bool) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_ = len(model.cost)
    lp.num_row_ = len(model.row_lower)
    lp.col_cost_ = np.array(model.cost, dtype=np.float64)
    lp.col_lower_ = np.array(model.lower, dtype=np.float64)
    lp.col_upper_ = np.array(model.upper, dtype=np.float64)
    lp.row_lower_ = np.array(model.row_lower, dtype=np.float64)
    lp.row_upper_ = np.array(model.row_upper, dtype=np.float64)
    lp.offset_ = model.offset
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array([*model.row_start, len(model.row_index)], dtype=np.int32)
    lp.a_matrix_.index_ = np.array(model.row_index, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(model.row_value, dtype=np.float64)
    if whole:
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if each else kinds.kContinuous for each in model.whole]
    return lp


def _watch(highs: Any, limits: Limits, watch: Watch | None) -> list[bool]:
    """Interrupt overrunning sub-solves at the deadline, and when the caller says stop."""
    stopped = [False]
    began = time.monotonic()
    last = [began]

    def look(event: Any) -> None:
        now = time.monotonic()
        if limits.seconds is not None and now - began > limits.seconds:
            event.interrupt()
            return
        if watch is None or now - last[0] < 0.2:
            return
        last[0] = now
        best, bound = float(event.data_out.mip_primal_bound), float(event.data_out.mip_dual_bound)
        if not watch(best if abs(best) < 1e30 else None, bound if abs(bound) < 1e30 else None):
            stopped[0] = True
            event.interrupt()

    if watch is not None or limits.seconds is not None:
        highs.cbMipInterrupt.subscribe(look)
    return stopped


def _read(highspy: Any, highs: Any, model: LinearModel, whole: bool, limits: Limits, stopped: bool) -> MipAnswer:
    kinds = highspy.HighsModelStatus
    ended = highs.getModelStatus()
    info = highs.getInfo()
    if ended in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return MipAnswer(Status.INFEASIBLE, None, None, None)
    has_solution = info.primal_solution_status == highspy.kSolutionStatusFeasible
    if not whole:
        if ended != kinds.kOptimal:
            return MipAnswer(Status.NOT_FOUND, None, None, None)
        solution = highs.getSolution()
        value = float(info.objective_function_value)
        return MipAnswer(
            Status.OPTIMAL,
            np.array(solution.col_value),
            value,
            value,
            np.array(solution.row_dual),
            np.array(solution.col_dual),
        )
    bound = float(info.mip_dual_bound)
    proved = bound if abs(bound) < 1e30 else None
    nodes = int(info.mip_node_count)
    if not has_solution:
        return MipAnswer(Status.STOPPED if stopped else Status.NOT_FOUND, None, None, proved, nodes=nodes)
    values = np.array(highs.getSolution().col_value)
    objective = float(info.objective_function_value)
    closed = proved is not None and objective - proved <= 1e-6 * max(1.0, abs(objective))
    if closed:
        status = Status.OPTIMAL
    else:
        status = Status.STOPPED if stopped else Status.FEASIBLE
    return MipAnswer(status, values, objective, proved, nodes=nodes)
