"""One school planned again, touching no run of any other."""

from collections.abc import Collection
from dataclasses import replace

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, ignore
from optimiser.routes import costing
from optimiser.routes.planning import finish, make_jobs, screened, work_on
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.solution import RoutesSolution, Run
from optimiser.routes.verifier import verify

ITERATIONS = 1500
"""Iterations for each child and direction when one school is planned again."""

MOST = 100_000
"""Iterations for all of them together, so that even the largest school has its plan within a minute."""


def replan(
    problem: RoutesProblem,
    solution: RoutesSolution,
    *,
    schools: Collection[str],
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
    forced: frozenset[str] = frozenset(),
    scratch: bool = False,
) -> RoutesSolution:
    """Return the plan with some schools' runs found afresh; every run of other schools stays exactly as it is.

    ``solution`` may be a plan for a slightly different problem (a child more or less). ``forced`` children may not be
    left out however dear. A dearer answer than the plan given is refused, and the plan returned as it was, unless that
    plan breaks a rule or ``scratch`` asks for whatever was found.
    """
    kept = kept_runs(problem, solution, schools)
    pinned = tuple(run for run in problem.last if run.id in problem.pinned_runs and run.id not in {r.id for r in kept})
    unserved, carried = screened(problem, schools=schools)
    work = limits.work or min(MOST, ITERATIONS * sum(len(children) for children in carried.values())) or 1
    jobs = make_jobs(
        problem,
        carried,
        (*kept, *pinned),
        limits=replace(limits, work=work),
        seed=seed,
        start=solution,
        forced=forced,
    )
    rounds = [route for job in sorted(jobs, key=lambda job: job.school) for route in work_on(job)]
    others = [each for each in solution.unserved if _school(problem, each.child) not in {*schools, None}]
    plan = finish(problem, rounds, (*kept, *pinned), [*others, *unserved])
    if scratch or any(violation.hard for violation in verify(problem, solution)):
        return plan
    return plan if costing.cost(problem, plan) < costing.cost(problem, solution) else solution


def kept_runs(problem: RoutesProblem, solution: RoutesSolution, schools: Collection[str]) -> tuple[Run, ...]:
    """Return the runs that carry nobody of some schools; a run that mixes them with another school goes with them."""
    touched = {child.id for school in schools for child in problem.children_of.get(school, ())}
    return tuple(
        run
        for run in solution.runs
        if not touched & set(run.children) and all(child in problem.child for child in run.children)
    )


def _school(problem: RoutesProblem, child: str) -> str | None:
    return problem.child[child].school if child in problem.child else None
