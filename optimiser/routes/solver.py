"""How a whole city is planned: single-school runs first, then mixed loads where agreed, within the change allowed."""

import time
from dataclasses import replace

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result, Status
from optimiser.routes import bounds, costing
from optimiser.routes.frontier import within_cap
from optimiser.routes.mixing import mix
from optimiser.routes.planning import plan_city
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.search import paired, starts, steady
from optimiser.routes.solution import RoutesSolution
from optimiser.routes.verifier import verify


def solve(
    problem: RoutesProblem,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
    start: RoutesSolution | None = None,
) -> Result[RoutesSolution]:
    """Return a verified plan; what cannot be carried is listed as unserved with the rule that stands in the way.

    ``limits.work`` is search iterations over the whole city (default 300 for each child and direction), shared by
    number of children. With ``limits.seconds`` and no work, every school is searched in passes, a short one first,
    until four fifths of the time is used or thirty passes in a row find nothing better; each tells its plan and cost.
    ``start`` is a plan to begin from, school by school; the answer costs no more than it when it breaks no rule. No
    bound is proved here: see ``bounds``.
    """
    if problem.change.cap is not None and problem.last:
        plan, stopped, work = within_cap(problem, limits=limits, seed=seed, progress=progress)
    else:
        began = time.monotonic()
        first = limits if limits.seconds is None or not problem.mixed else replace(limits, seconds=0.7 * limits.seconds)
        plan, stopped, work = plan_city(problem, limits=first, seed=seed, progress=progress, start=start)
        if problem.mixed and not stopped:
            left = None if limits.seconds is None else max(0.1, 0.9 * limits.seconds - (time.monotonic() - began))
            plan = mix(problem, plan, limits=replace(limits, seconds=left), seed=seed)
    worth = costing.cost(problem, plan)
    if not stopped:
        progress(Step(1.0, "checked", worth))
    status = Status.STOPPED if stopped else Status.FEASIBLE
    return Result(status, plan, worth, None, verify(problem, plan), seed, work)


def warm() -> None:
    """Compile every kernel of the routes searches, or load them compiled."""
    starts.warm()
    paired.warm()
    steady.warm()
    bounds.warm()
