"""Which class of vehicle drives each run when vehicles are limited: a small mixed-integer model over whole runs.

For run r and class k that can carry it, ``x[r, k]`` chooses; ``v[k, w]`` counts the vehicles of class k that work on
weekdays w, morning and afternoon, so ``sum over morning runs of x[r, k] <= v[k, w]`` and the same for the afternoon.
The day's rate is paid on ``v``; ``sum over w of v[k, w] <= available`` and the sum over an operator's classes at most
its cap, both up to a slack ``over`` at a price so high that it is used only when there is no other way. A run may
instead be split into smaller ones of classes without a cap, at the cost of those.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.routes.problem import WEEK, RoutesProblem
from optimiser.routes.run import Direction

OVER = 10_000_000
"""The price in pence of a vehicle beyond the fleet: more than any plan would pay to avoid it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A run's running cost in pence a day in each class that could drive it, and the class it has now.

    ``split`` is what smaller vehicles without a cap would cost instead, pence a day, or None when they cannot do it.
    """

    direction: Direction
    costs: Mapping[str, int]
    now: str
    fixed: bool = False
    weekdays: frozenset[int] = WEEK
    split: int | None = None


def limited(problem: RoutesProblem) -> bool:
    """Return whether any class or operator has a cap at all."""
    return any(kind.available is not None for kind in problem.vehicle_classes) or any(
        operator.cap is not None for operator in problem.operators
    )


def choose_classes(
    problem: RoutesProblem, choices: Sequence[Choice], *, limits: Limits | None = None, most: int = 10
) -> tuple[str | None, ...]:
    """Return the class of each run at least cost within the fleet, breaking it only where nothing else carries a run.

    None means that the run is better split. ``most`` bounds the classes considered for a run: its own and the cheapest
    others.
    """
    model = LinearModel()
    kinds = problem.vehicle_class
    vehicles: dict[str, dict[frozenset[int], int]] = {k: {} for k in kinds}
    use: dict[tuple[str, frozenset[int], Direction], list[int]] = {}
    columns: list[dict[str | None, int]] = []
    for choice in choices:
        ranked = sorted(choice.costs, key=lambda k: (choice.costs[k] + kinds[k].day_rate / 2, k))
        spread = _spread(problem, ranked, choice.now, most)
        kept = [choice.now] if choice.fixed else spread
        row: dict[str | None, int] = {k: model.variable(cost=choice.costs[k]) for k in kept}
        for k in kept:
            use.setdefault((k, choice.weekdays, choice.direction), []).append(row[k])
        if choice.split is not None:
            row[None] = model.variable(cost=choice.split)
        model.row(list(row.values()), lower=1.0, upper=1.0)
        columns.append(row)
    for (k, days, _), chosen in use.items():
        if days not in vehicles[k]:
            vehicles[k][days] = model.variable(cost=kinds[k].day_rate * len(days) / 5, upper=math.inf)
        model.row([*chosen, vehicles[k][days]], [1.0] * len(chosen) + [-1.0], upper=0.0)
    _cap(model, problem, vehicles)
    answer = model.solve(limits or Limits(seconds=60, gap=1e-4))
    if answer.values is None:
        return tuple(choice.now for choice in choices)
    values = answer.values
    return tuple(max(row, key=lambda k: (values[row[k]], k or "")) for row in columns)


def _spread(problem: RoutesProblem, ranked: Sequence[str], now: str, most: int) -> list[str]:
    """Return the class now, every class without a cap that is cheapest, and the cheapest others."""
    free = [k for k in ranked if problem.vehicle_class[k].available is None][:1]
    return list(dict.fromkeys([now, *free, *ranked[:most]]))


def _cap(model: LinearModel, problem: RoutesProblem, vehicles: Mapping[str, Mapping[frozenset[int], int]]) -> None:
    for kind in problem.vehicle_classes:
        if kind.available is not None:
            over = model.variable(cost=OVER, upper=math.inf)
            mine = list(vehicles[kind.id].values())
            model.row([*mine, over], [1.0] * len(mine) + [-1.0], upper=kind.available)
    for operator in problem.operators:
        mine = [v for k in problem.vehicle_classes if k.operator == operator.id for v in vehicles[k.id].values()]
        if operator.cap is not None and mine:
            over = model.variable(cost=OVER, upper=math.inf)
            model.row([*mine, over], [1.0] * len(mine) + [-1.0], upper=operator.cap)
