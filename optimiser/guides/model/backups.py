"""Who is named first and second for each route: a convex-cost assignment over everybody who could, proved."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel, MipAnswer
from optimiser.core.result import Status
from optimiser.guides.costing import backup_cost
from optimiser.guides.model.eligibility import Frame, frame
from optimiser.guides.problem import Direction, GuidesProblem, Need
from optimiser.guides.solution import Backup, GuidesSolution

_NEAREST = 6
"""How many candidates of each route the first relaxed model holds; the rest are priced in."""
_MORE = 4
"""How many more candidates of a route are priced in at a time."""
_TINY = 1e-6


@dataclass(frozen=True)
class BackupsAnswer:
    """The names chosen, the price of that choice from costing, and a bound on it."""

    status: Status
    backups: tuple[Backup, ...]
    cost: int
    bound: int | None


@dataclass(frozen=True, eq=False)
class _Unit:
    """Runs that are given the same backups: a route's required runs, or one run where nobody can do both.

    ``fit`` are those who could, those who know most children first and then the nearest; ``price`` is what naming
    each costs, with a share of a penny for how far they live.
    """

    route: str
    runs: tuple[int, ...]
    fit: tuple[int, ...]
    price: npt.NDArray[np.float64]


@dataclass
class _Model:
    """A model over some of the candidates, with the rows whose duals price the others in."""

    linear: LinearModel
    firsts: dict[tuple[int, int], int] = field(default_factory=dict)
    seconds: dict[tuple[int, int], int] = field(default_factory=dict)
    first_row: list[int] = field(default_factory=list)
    second_row: list[int] = field(default_factory=list)
    leaning: dict[int, int] = field(default_factory=dict)
    """The row of each guide that counts the routes leaning on them."""
    routes: dict[int, set[str]] = field(default_factory=dict)
    """The routes on which each guide is a candidate for first."""


def free_for(arrays: Frame, solution: GuidesSolution, at: int) -> list[int]:
    """Return the guides who could lawfully ride a run, reach it from home, and hold no required run in that half."""
    problem, run = arrays.problem, arrays.runs[at]
    found = []
    for g in np.flatnonzero(arrays.able[:, at]).tolist():
        guide = arrays.guides[g]
        if solution.holder.get(run.id) == guide.id:
            continue
        theirs = [problem.run[each] for each in solution.held.get(guide.id, ())]
        if any(each.direction is run.direction and each.need is Need.REQUIRED for each in theirs):
            continue
        found.append(g)
    return found


def name(problem: GuidesProblem, solution: GuidesSolution, *, seed: int = 0) -> BackupsAnswer:
    """Return first and second backups of every required run at least price, spread so that few lean on one person.

    Proved over everybody who could: the relaxed model is grown until no candidate outside it has a negative reduced
    cost, so its value bounds every choice; the whole-number model then takes in every candidate whose reduced cost is
    within its distance from that bound, so no better choice is outside it.
    """
    arrays = frame(problem)
    units = _units(arrays, solution)
    if not any(unit.fit for unit in units):
        alone = backup_cost(problem, replace(solution, backups=()))
        return BackupsAnswer(Status.OPTIMAL, (), alone, alone)
    held = [set(range(min(_NEAREST, len(unit.fit)))) for unit in units]
    while True:
        model = _model(problem, units, held)
        relaxed = model.linear.solve(Limits(), seed=seed, relax=True)
        if relaxed.objective is None or not _take_in(problem, units, held, model, relaxed, -_TINY, most=_MORE):
            break
    answer = model.linear.solve(Limits(), seed=seed)
    if relaxed.objective is None or answer.objective is None:
        return BackupsAnswer(Status.NOT_FOUND, (), backup_cost(problem, solution), None)
    least = _in_pence(problem, units, relaxed.objective)
    if _price(problem, solution, arrays, units, model, answer) > least and _take_in(
        problem, units, held, model, relaxed, answer.objective - relaxed.objective + _TINY
    ):
        model = _model(problem, units, held)
        answer = model.linear.solve(Limits(), seed=seed)
    if answer.values is None:
        return BackupsAnswer(Status.NOT_FOUND, (), backup_cost(problem, solution), least)
    price = _price(problem, solution, arrays, units, model, answer)
    proved = max(least, _in_pence(problem, units, answer.bound) if answer.bound is not None else least)
    status = Status.OPTIMAL if price <= proved else Status.FEASIBLE
    return BackupsAnswer(status, _named(arrays, units, model, answer.values), price, min(price, proved))


def _price(
    problem: GuidesProblem,
    solution: GuidesSolution,
    arrays: Frame,
    units: list[_Unit],
    model: _Model,
    answer: MipAnswer,
) -> int:
    assert answer.values is not None
    named = _named(arrays, units, model, answer.values)
    return backup_cost(problem, GuidesSolution(solution.assignments, named, solution.uncovered))


def _in_pence(problem: GuidesProblem, units: list[_Unit], bound: float) -> int:
    """Return a bound of the model as one on the price: names missing added, shares of a penny left out.

    All shares of a penny together are at most a half; every price is a whole number of the prices' greatest common
    divisor, so the bound rounds up to one.
    """
    prices = problem.prices
    missing = sum((prices.no_first + prices.no_second) * len(unit.runs) for unit in units)
    parts = (prices.no_first, prices.no_second, prices.backup_new_face, prices.backup_shared, prices.backup_takes)
    step = max(1, math.gcd(*map(int, parts)))
    return step * math.ceil((bound + missing - 0.5 - 1e-4) / step)


def _named(arrays: Frame, units: list[_Unit], model: _Model, values: npt.NDArray[np.float64]) -> tuple[Backup, ...]:
    named = [
        Backup(arrays.runs[run].id, arrays.guides[units[u].fit[k]].id, rank)
        for rank, ranked in ((1, model.firsts), (2, model.seconds))
        for (u, k), at in ranked.items()
        if values[at] > 0.5
        for run in units[u].runs
    ]
    return tuple(sorted(named, key=lambda each: (each.run, each.rank)))


def _units(arrays: Frame, solution: GuidesSolution) -> list[_Unit]:
    groups: list[tuple[str, tuple[int, ...], list[int]]] = []
    for route, runs in arrays.problem.routes.items():
        wanted = tuple(arrays.run_column[run.id] for run in runs if run.need is Need.REQUIRED)
        if not wanted:
            continue
        fits = [set(free_for(arrays, solution, at)) for at in wanted]
        both = set.intersection(*fits)
        if len(both) >= 2:
            groups.append((route, wanted, sorted(both)))
        else:
            groups += [(route, (at,), sorted(fit)) for at, fit in zip(wanted, fits, strict=True)]
    taken = {(each.guide, arrays.problem.run[each.run].direction) for each in solution.assignments}
    far = [arrays.getting[np.ix_(fit, columns)].sum(axis=1) for _, columns, fit in groups]
    busy = {
        half: np.array([(guide.id, half) in taken for guide in arrays.guides], dtype=np.int64) for half in Direction
    }
    scale = 0.25 / max(1.0, float(sum(each.max(initial=0) for each in far)))
    found = []
    for (route, columns, fit), near in zip(groups, far, strict=True):
        face = arrays.problem.prices.backup_new_face * arrays.strangers[np.ix_(fit, columns)].sum(axis=1)
        leaves = sum(busy[arrays.runs[at].direction][fit] for at in columns)
        price = face + arrays.problem.prices.backup_takes * leaves + scale * near
        order = np.argsort(price, kind="stable")
        found.append(_Unit(route, columns, tuple(fit[k] for k in order.tolist()), price[order]))
    return found


def _model(problem: GuidesProblem, units: list[_Unit], held: list[set[int]]) -> _Model:
    model = _Model(LinearModel())
    linear = model.linear
    by_guide: dict[int, dict[str, list[int]]] = {}
    for u, unit in enumerate(units):
        size = len(unit.runs)
        for k in sorted(held[u]):
            price = float(unit.price[k])
            model.firsts[u, k] = linear.variable(cost=price - problem.prices.no_first * size)
            model.seconds[u, k] = linear.variable(cost=price - problem.prices.no_second * size)
            linear.row([model.firsts[u, k], model.seconds[u, k]], upper=1.0)
            by_guide.setdefault(unit.fit[k], {}).setdefault(unit.route, []).append(model.firsts[u, k])
        model.first_row.append(linear.row([model.firsts[u, k] for k in sorted(held[u])], upper=1.0))
        model.second_row.append(linear.row([model.seconds[u, k] for k in sorted(held[u])], upper=1.0))
    for guide, routes in by_guide.items():
        model.routes[guide] = set(routes)
        _lean(model, guide, routes, problem.prices.backup_shared)
    return model


def _lean(model: _Model, guide: int, routes: dict[str, list[int]], price: int) -> None:
    """Charge for leaning on one person: their second route as first backup costs once the price, the third twice."""
    linear = model.linear
    counted = []
    for columns in routes.values():
        if len(columns) == 1:
            counted.append(columns[0])
            continue
        either = linear.variable(whole=False)
        counted.append(either)
        for column in columns:
            linear.row([either, column], [1.0, -1.0], lower=0.0)
    # one step more than there are candidates, so that the row's dual also prices a candidate who is not in yet
    steps = [linear.variable(cost=float(price * k), whole=False) for k in range(len(counted) + 1)]
    values = [1.0] * len(steps) + [-1.0] * len(counted)
    model.leaning[guide] = linear.row([*steps, *counted], values, lower=0.0)


def _take_in(
    problem: GuidesProblem,
    units: list[_Unit],
    held: list[set[int]],
    model: _Model,
    relaxed: MipAnswer,
    limit: float,
    *,
    most: int | None = None,
) -> bool:
    """Take in candidates whose reduced cost is below the limit, all or the cheapest few of each route; return whether
    there was any.

    For a guide who is already a candidate on the route, leaning on them once more is counted as free there, and the
    pair row of a candidate who is not in yet has no price: both can only make a reduced cost look lower than it is.
    """
    duals = relaxed.row_duals
    assert duals is not None
    found = False
    for u, unit in enumerate(units):
        size = len(unit.runs)
        first, second = float(duals[model.first_row[u]]), float(duals[model.second_row[u]])
        wanted: list[tuple[float, int]] = []
        for k, guide in enumerate(unit.fit):
            if k in held[u]:
                continue
            lean = 0.0
            if guide in model.leaning and unit.route not in model.routes[guide]:
                lean = float(duals[model.leaning[guide]])
            price = float(unit.price[k])
            as_first = price - problem.prices.no_first * size - first + lean
            as_second = price - problem.prices.no_second * size - second
            if min(as_first, as_second) < limit:
                wanted.append((min(as_first, as_second), k))
        held[u].update(k for _, k in sorted(wanted)[:most])
        found = found or bool(wanted)
    return found
