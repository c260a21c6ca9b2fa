"""How the plan is found: one strong model, solved and then checked, costed and told why anyone is left out."""

from dataclasses import replace

from optimiser.core.limits import Limits
from optimiser.core.mip import Floats, LinearModel, Relaxation, Watch
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result, Status
from optimiser.core.units import Pence
from optimiser.core.violation import hard_ones
from optimiser.places import costing
from optimiser.places.model import allocation
from optimiser.places.model.columns import Columns
from optimiser.places.problem import Problem
from optimiser.places.reasons import with_reasons
from optimiser.places.solution import Solution
from optimiser.places.verifier import verify


def solve(
    problem: Problem,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
    start: Solution | None = None,
) -> Result[Solution]:
    """Return the cheapest plan found, verified, with a proved bound; pence over all the years.

    ``limits.work`` counts branch-and-bound nodes. ``start`` is a plan to begin from; when it keeps every hard rule
    the answer never costs more. INFEASIBLE is only possible when the policy's own limits contradict each other.
    """
    progress(Step(0.0, "building the model"))
    return solve_built(allocation.build(problem), limits=limits, seed=seed, progress=progress, start=start)


def solve_built(
    columns: Columns,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
    start: Solution | None = None,
    relaxed: Relaxation | None = None,
) -> Result[Solution]:
    """Return what ``solve`` returns for the problem of a built model, whose relaxation may be open already."""
    problem = columns.problem
    usable = start if start is not None and not hard_ones(verify(problem, start)) else None
    best = _Best(problem, columns, usable)
    # Telling takes a fifth of the solve, so nobody is told when nobody listens.
    told, hear = (None, None) if progress is ignore else (_watch(progress, best), best.hear)
    answer = allocation.solve(columns, limits, seed=seed, watch=told, improved=hear, start=usable, relaxed=relaxed)
    found = answer.solution
    if usable is not None and (found is None or costing.cost(problem, usable) < costing.cost(problem, found)):
        found = usable
    if found is None:
        return Result(answer.status, None, None, answer.bound, (), seed, answer.nodes)
    return _finished(problem, replace(answer, solution=with_reasons(problem, found)), seed)


def _finished(problem: Problem, answer: allocation.Answer, seed: int) -> Result[Solution]:
    assert answer.solution is not None
    cost = costing.cost(problem, answer.solution)
    bound = answer.bound
    if bound is not None and cost == bound:
        status = Status.OPTIMAL
    else:
        status = Status.STOPPED if answer.status is Status.STOPPED else Status.FEASIBLE
    violations = verify(problem, answer.solution)
    return Result(status, answer.solution, cost, bound, violations, seed, answer.nodes)


class _Best:
    """The best plan so far, read and costed only when somebody asks, so that a run ended by force keeps it."""

    def __init__(self, problem: Problem, columns: Columns, start: Solution | None) -> None:
        self.problem, self.columns, self.plan = problem, columns, start
        self.values: Floats | None = None
        self.cost = None if start is None else costing.cost(problem, start)

    def hear(self, values: Floats) -> None:
        """Keep the values of a better solution."""
        self.values = values

    def now(self) -> Solution | None:
        """Return the best plan so far with its reasons, or None."""
        if self.values is not None:
            values, self.values = self.values, None
            self.plan = with_reasons(self.problem, allocation.read(self.columns, values))
            self.cost = costing.cost(self.problem, self.plan)
        return self.plan


def _watch(progress: Progress, found: _Best) -> Watch:
    def told(best: float | None, bound: float | None) -> bool:
        plan = found.now()
        whole = found.cost
        if whole is None and best is not None:
            whole = Pence(round(best))
        proved = None if bound is None else Pence(round(bound))
        share = 0.0 if whole is None or proved is None or whole == 0 else max(0.0, 1 - abs(whole - proved) / abs(whole))
        return progress(Step(min(1.0, share), "proving the plan", whole, proved, best=plan))

    return told


def warm() -> None:
    """Load the solver, so that the first plan does not pay for it; placing pupils itself compiles nothing."""
    tiny = LinearModel()
    tiny.variable(cost=1.0)
    tiny.solve()
