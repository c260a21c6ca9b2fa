"""How the plan is found: one strong model, solved and then checked, costed and told why anyone is left out."""

from dataclasses import replace

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel, Watch
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result, Status
from optimiser.core.units import Pence
from optimiser.core.violation import hard_ones
from optimiser.places import costing
from optimiser.places.model import allocation
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
    usable = start if start is not None and not hard_ones(verify(problem, start)) else None
    progress(Step(0.0, "building the model"))
    columns = allocation.build(problem)
    answer = allocation.solve(columns, limits, seed=seed, watch=_watch(progress), start=usable)
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


def _watch(progress: Progress) -> Watch:
    def told(best: float | None, bound: float | None) -> bool:
        whole = None if best is None else Pence(round(best))
        proved = None if bound is None else Pence(round(bound))
        share = 0.0 if whole is None or proved is None or whole == 0 else max(0.0, 1 - abs(whole - proved) / abs(whole))
        return progress(Step(min(1.0, share), "proving the plan", whole, proved))

    return told


def warm() -> None:
    """Load the solver, so that the first plan does not pay for it; placing pupils itself compiles nothing."""
    tiny = LinearModel()
    tiny.variable(cost=1.0)
    tiny.solve()
