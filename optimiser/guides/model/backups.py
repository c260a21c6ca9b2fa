"""Who is named first and second for each route: a convex-cost assignment, proved."""

from dataclasses import dataclass

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.core.result import Status
from optimiser.guides.costing import backup_cost
from optimiser.guides.model.eligibility import Frame, frame
from optimiser.guides.problem import GuidesProblem, Need
from optimiser.guides.solution import Backup, GuidesSolution

_NEAREST = 24


@dataclass(frozen=True)
class BackupsAnswer:
    """The names chosen, the price of that choice from costing, and a bound on it."""

    status: Status
    backups: tuple[Backup, ...]
    cost: int
    bound: int | None


@dataclass(frozen=True)
class _Unit:
    """Runs that are given the same backups: a route's required runs, or one run where nobody can do both."""

    route: str
    runs: tuple[int, ...]
    fit: tuple[int, ...]


def free_for(arrays: Frame, solution: GuidesSolution, at: int) -> list[int]:
    """Return the guides who could lawfully ride a run, reach it from home, and hold no required run in that half."""
    problem, run = arrays.problem, arrays.runs[at]
    found = []
    for g, guide in enumerate(arrays.guides):
        if not arrays.able[g, at] or solution.holder.get(run.id) == guide.id:
            continue
        theirs = [problem.run[each] for each in solution.held.get(guide.id, ())]
        if any(each.direction is run.direction and each.need is Need.REQUIRED for each in theirs):
            continue
        found.append(g)
    return found


def name(problem: GuidesProblem, solution: GuidesSolution, *, seed: int = 0) -> BackupsAnswer:
    """Return first and second backups of every required run at least price, spread so that few lean on one person.

    Exact over the candidates of each route who know most of its children and are nearest (24 of them); the bound is
    given only when no route had more than that.
    """
    arrays = frame(problem)
    units, cut = _units(arrays, solution)
    model = LinearModel()
    firsts: dict[tuple[int, int], int] = {}
    seconds: dict[tuple[int, int], int] = {}
    prices = problem.prices
    for u, unit in enumerate(units):
        for g in unit.fit:
            face = prices.backup_new_face * sum(int(arrays.strangers[g, at]) for at in unit.runs)
            near = sum(int(arrays.getting[g, at]) for at in unit.runs) / 1000
            firsts[u, g] = model.variable(cost=face + near - prices.no_first * len(unit.runs))
            seconds[u, g] = model.variable(cost=face + near - prices.no_second * len(unit.runs))
            model.row([firsts[u, g], seconds[u, g]], upper=1.0)
        for ranked in (firsts, seconds):
            model.row([ranked[u, g] for g in unit.fit], upper=1.0)
    _spread(model, units, firsts, prices.backup_shared)
    missing = sum((prices.no_first + prices.no_second) * len(unit.runs) for unit in units)
    answer = model.solve(Limits(), seed=seed)
    if answer.values is None:
        return BackupsAnswer(Status.NOT_FOUND, (), backup_cost(problem, solution), None)
    named: list[Backup] = []
    for rank, ranked in ((1, firsts), (2, seconds)):
        for (u, g), at in ranked.items():
            if answer.values[at] > 0.5:
                named.extend(Backup(arrays.runs[r].id, arrays.guides[g].id, rank) for r in units[u].runs)
    named.sort(key=lambda each: (each.run, each.rank))
    price = backup_cost(problem, GuidesSolution(solution.assignments, tuple(named), solution.uncovered))
    bound = None if cut or answer.bound is None else min(price, int(answer.bound + missing - _nearness(arrays, units)))
    return BackupsAnswer(answer.status, tuple(named), price, bound)


def _nearness(arrays: Frame, units: list[_Unit]) -> int:
    """Return the most that the tie-break on nearness can add, so that a bound can leave it out."""
    worst = 0.0
    for unit in units:
        worst += 2 * max((sum(int(arrays.getting[g, at]) for at in unit.runs) / 1000 for g in unit.fit), default=0.0)
    return int(worst) + 1


def _units(arrays: Frame, solution: GuidesSolution) -> tuple[list[_Unit], bool]:
    found, cut = [], False
    for route, runs in arrays.problem.routes.items():
        columns = [arrays.run_column[run.id] for run in runs if run.need is Need.REQUIRED]
        if not columns:
            continue
        fits = [set(free_for(arrays, solution, at)) for at in columns]
        both = set.intersection(*fits)
        groups = (
            [(tuple(columns), both)]
            if len(both) >= 2
            else [((at,), fit) for at, fit in zip(columns, fits, strict=True)]
        )
        for group, fit in groups:
            order = sorted(fit, key=lambda g: (_distance(arrays, g, group), arrays.guides[g].id))
            cut = cut or len(order) > _NEAREST
            found.append(_Unit(route, group, tuple(order[:_NEAREST])))
    return found, cut


def _distance(arrays: Frame, g: int, group: tuple[int, ...]) -> tuple[int, int]:
    return (
        sum(int(arrays.strangers[g, at]) for at in group),
        sum(int(arrays.getting[g, at]) for at in group),
    )


def _spread(model: LinearModel, units: list[_Unit], firsts: dict[tuple[int, int], int], price: int) -> None:
    """Charge for leaning on one person: their second route as first backup costs once the price, the third twice."""
    by_guide: dict[int, dict[str, list[int]]] = {}
    for (u, g), at in firsts.items():
        by_guide.setdefault(g, {}).setdefault(units[u].route, []).append(at)
    for routes in by_guide.values():
        counted = []
        for columns in routes.values():
            if len(columns) == 1:
                counted.append(columns[0])
                continue
            either = model.variable(whole=False)
            counted.append(either)
            for column in columns:
                model.row([either, column], [1.0, -1.0], lower=0.0)
        if len(counted) < 2:
            continue
        steps = [model.variable(cost=float(price * k), whole=False) for k in range(len(counted))]
        model.row([*steps, *counted], [1.0] * len(steps) + [-1.0] * len(counted), lower=0.0)
