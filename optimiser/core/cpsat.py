"""The only file that runs CP-SAT, and it is honest: optimal at a gap is feasible, an objective needs a solution."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from optimiser.core.limits import Limits
from optimiser.core.result import Status

Watch = Callable[[int | None, int | None], bool]
"""Told the best objective and bound at each improvement; answering False stops the solve."""


@dataclass(frozen=True)
class CpAnswer:
    """What CP-SAT proved or found. Read values with :meth:`value` only when ``found`` is true."""

    status: Status
    objective: int | None
    bound: int | None
    core: tuple[int, ...]
    _solver: cp_model.CpSolver

    @property
    def found(self) -> bool:
        """Whether there is a solution to read."""
        return self.objective is not None

    def value(self, variable: Any) -> int:
        """Return a variable's or expression's value in the solution."""
        if not self.found:
            raise ValueError("there is no solution to read")
        return int(self._solver.value(variable))


class _Listener(cp_model.CpSolverSolutionCallback):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch
        self.stopped = False

    def on_solution_callback(self) -> None:
        """Tell the watcher, and stop when it says so."""
        if not self.watch(round(self.objective_value), round(self.best_objective_bound)):
            self.stopped = True
            self.stop_search()


def solve(
    model: cp_model.CpModel,
    limits: Limits | None = None,
    *,
    seed: int = 0,
    watch: Watch | None = None,
    workers: int = 8,
) -> CpAnswer:
    """Solve a CP-SAT model.

    ``limits.work`` is deterministic time, so the same work gives the same answer (with interleaved search);
    ``limits.seconds`` is wall time. Eight workers even on two cores: with fewer, its LP-based workers are missing.
    When infeasible, ``core`` holds the indexes of assumptions that cannot all hold; it may not be the smallest set.
    """
    limits = limits or Limits()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed % 2_000_000_000
    solver.parameters.relative_gap_limit = limits.gap
    if limits.seconds is not None:
        solver.parameters.max_time_in_seconds = limits.seconds
    if limits.work is not None:
        solver.parameters.max_deterministic_time = float(limits.work)
        solver.parameters.interleave_search = workers > 1
    listener = _Listener(watch) if watch is not None else None
    ended = solver.solve(model, listener)
    if ended == cp_model.MODEL_INVALID:
        raise ValueError(model.validate())
    stopped = listener is not None and listener.stopped
    if ended == cp_model.INFEASIBLE:
        core = tuple(solver.sufficient_assumptions_for_infeasibility())
        return CpAnswer(Status.INFEASIBLE, None, None, core, solver)
    if ended == cp_model.UNKNOWN:
        return CpAnswer(Status.STOPPED if stopped else Status.NOT_FOUND, None, None, (), solver)
    objective = round(solver.objective_value)
    bound = round(solver.best_objective_bound)
    if ended == cp_model.OPTIMAL and objective == bound:
        status = Status.OPTIMAL
    else:
        status = Status.STOPPED if stopped else Status.FEASIBLE
    return CpAnswer(status, objective, bound, (), solver)
