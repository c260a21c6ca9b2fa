"""Plans of runs that begin from another: a school again, a child added, an operator gone, change held to a budget."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from optimiser.core.result import Result, Status
from optimiser.core.table import Table
from service.optimisers.jobs import CannotPlan, Job

Solve = Callable[..., Result[Any]]


@dataclass(frozen=True)
class Variant:
    """What a plan that begins from another asks instead: its problem, its own way to solve, and tables besides."""

    problem: Any
    solve: Solve | None = None
    further: Callable[[], tuple[Table, ...]] = lambda: ()


def variant(job: Job, problem: Any, earlier: Any) -> Variant:
    """Return what a job's options ask for; raises CannotPlan when there is no plan to begin from.

    Options: ``again``, schools planned again within a plan; ``take``, one of the ways found to carry the child of
    ``add``; ``withdraw``, an operator who drops out; ``change``, the share of last term's children who may change.
    """
    options = job.options
    if options.get("change") is not None:
        return _within_change(problem, float(options["change"]))
    wanted = [name for name in ("again", "take", "withdraw") if options.get(name)]
    if not wanted:
        return Variant(problem)
    if earlier is None:
        raise CannotPlan("Plan every run first: this begins from a plan of runs.")
    if wanted[0] == "again":
        return Variant(problem, _again(earlier, tuple(str(each) for each in options["again"])))
    if wanted[0] == "take":
        return Variant(problem, _take(earlier, str(options.get("add", "")), str(options["take"])))
    return _withdrawn(problem, earlier, str(options["withdraw"]))


def _checked(problem: Any, plan: Any, seed: int) -> Result[Any]:
    costing = importlib.import_module("optimiser.routes.costing")
    verifier = importlib.import_module("optimiser.routes.verifier")
    found = verifier.verify(problem, plan)
    return Result(Status.FEASIBLE, plan, int(costing.cost(problem, plan)), None, found, seed)


def _again(earlier: Any, schools: tuple[str, ...]) -> Solve:
    """Return a solver that plans some schools again and leaves every other run exactly as it is."""

    def solve(problem: Any, *, limits: Any, seed: int, progress: Any, start: Any) -> Result[Any]:
        module = importlib.import_module("optimiser.routes.replanning")
        plan = module.replan(problem, start or earlier, schools=schools, limits=limits, seed=seed, progress=progress)
        return _checked(problem, plan, seed)

    return solve


def _take(earlier: Any, child: str, sentence: str) -> Solve:
    """Return a solver that takes one way to carry a child, found again by its sentence; no other run is touched."""

    def solve(problem: Any, *, limits: Any, seed: int, progress: Any, start: Any) -> Result[Any]:
        module = importlib.import_module("optimiser.routes.insertion")
        if child not in problem.child:
            raise CannotPlan(f"Child {child} is not among those who travel. Look at the faults of the file.")
        for option in module.options_for(problem, earlier, child, most=MOST):
            if option.sentence == sentence:
                return _checked(problem, module.accept(problem, earlier, child, option), seed)
        raise CannotPlan("That way to carry the child is no longer there. Look at the ways again and choose one.")

    return solve


MOST = 30
"""The most ways to carry a child that are looked at."""


def _withdrawn(problem: Any, earlier: Any, operator: str) -> Variant:
    module = importlib.import_module("optimiser.routes.withdrawal")
    if operator not in problem.operator:
        raise CannotPlan(f"There is no operator {operator}. Choose one from the list.")
    after = module.without_operator(problem, problem.operator[operator])

    def solve(changed: Any, *, limits: Any, seed: int, progress: Any, start: Any) -> Result[Any]:
        found = module.withdraw(problem, earlier, operator=operator)
        return _checked(changed, found.plan, seed)

    return Variant(
        after, solve, lambda: (module.withdrawal_table(module.withdraw(problem, earlier, operator=operator)),)
    )


def _within_change(problem: Any, share: float) -> Variant:
    """Return a problem in which at most a share of last term's children change, told with the whole frontier."""
    module = importlib.import_module("optimiser.routes.frontier")
    if not problem.last:
        raise CannotPlan("There are no runs of last term to compare with. Fill in the Runs sheet.")
    if not 0 <= share <= 1:
        raise CannotPlan("Say what share of children may change as a number from 0 to 100.")
    told: list[Table] = []
    shares = sorted({0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0, share})
    free = replace(problem, change=replace(problem.change, price=type(problem.change.price)(0), cap=None))

    def solve(asked: Any, *, limits: Any, seed: int, progress: Any, start: Any) -> Result[Any]:
        points = module.frontier(asked, shares=shares, limits=limits, seed=seed, progress=progress)
        chosen = points[shares.index(share)]
        table = module.frontier_table(asked, points)
        if chosen.changed > chosen.cap:
            words = f"Nothing was found that changes at most {chosen.cap}: at least {chosen.changed} children change, "
            words += "because some of last term's runs can no longer be kept as they were."
            table = replace(table, note=f"{table.note} {words}")
        told[:] = [table]
        return _checked(asked, chosen.plan, seed)

    return Variant(free, solve, lambda: tuple(told))
