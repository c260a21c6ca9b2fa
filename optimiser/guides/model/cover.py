"""The same-morning choice as one exact model: every rung of the ladder is a column, every run and person a row."""

import math
from collections import defaultdict
from dataclasses import dataclass

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.core.result import Status
from optimiser.core.units import Seconds
from optimiser.guides.costing import left_out
from optimiser.guides.desk import Step
from optimiser.guides.problem import GuidesProblem, Mode, Need

RUNG = 3_000
"""Pence between two rungs of the ladder, so that order leads and disturbance follows."""
CANCELLED = 1_000_000
"""Pence for each required run cancelled, above everything else together."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to look after one or two runs of a route: who, at what price, and what it uses up.

    ``uses`` are resource keys with amounts; a resource holds one unless the model is told more.
    """

    step: Step
    who: str
    runs: tuple[str, ...]
    price: int
    uses: tuple[tuple[str, int], ...] = ()
    mode: Mode | None = None
    reach: tuple[Seconds, ...] = ()
    late: Seconds = Seconds(0)
    displaced: tuple[str, ...] = ()
    sentence: str = ""
    keeps: bool = False
    """Whether this only leaves a guide where they were."""


@dataclass(frozen=True)
class Chosen:
    """The options chosen, the runs left, and a proved least price of leaving (None when unproved)."""

    options: tuple[Option, ...]
    left: tuple[str, ...]
    fewest: int | None


def choose(
    problem: GuidesProblem,
    runs: tuple[str, ...],
    options: list[Option],
    capacity: dict[str, int],
    fixed: frozenset[int],
    *,
    seed: int = 0,
    limits: Limits | None = None,
) -> Chosen:
    """Return the cheapest way to look after every run; ``fixed`` are positions of options that must be taken."""
    model = LinearModel()
    covers: dict[str, list[int]] = defaultdict(list)
    used: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
    for position, option in enumerate(options):
        at = model.variable(cost=float(option.price), lower=1.0 if position in fixed else 0.0)
        for run in option.runs:
            covers[run].append(at)
        for key, amount in option.uses:
            used[key][0].append(at)
            used[key][1].append(float(amount))
    left = {run: model.variable(cost=float(_price_of_leaving(problem, run))) for run in runs}
    for run in runs:
        model.row([*covers[run], left[run]], lower=1.0, upper=1.0)
    for key, (columns, amounts) in used.items():
        model.row(columns, amounts, upper=float(capacity.get(key, 1)))
    answer = model.solve(limits, seed=seed)
    if answer.values is None:
        return Chosen((), runs, None)
    picked = tuple(option for at, option in enumerate(options) if answer.values[at] > 0.5)
    remaining = tuple(run for run in runs if answer.values[left[run]] > 0.5)
    fewest = None if answer.bound is None else max(0, math.ceil((answer.bound - _slack(problem, runs)) / CANCELLED))
    if answer.status is Status.OPTIMAL:
        fewest = sum(problem.run[run].need is Need.REQUIRED for run in remaining)
    return Chosen(picked, remaining, fewest)


def _slack(problem: GuidesProblem, runs: tuple[str, ...]) -> int:
    """Return the most that everything but cancelling could come to, so that a bound on price bounds the count."""
    return sum(left_out(problem, problem.run[run]) + RUNG * len(Step) * 3 for run in runs)


def _price_of_leaving(problem: GuidesProblem, run: str) -> int:
    record = problem.run[run]
    extra = CANCELLED if record.need is Need.REQUIRED else RUNG * 2
    return extra + left_out(problem, record)
