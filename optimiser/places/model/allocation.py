"""Builds the allocation model, solves it, and reads the plan out of its values."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from optimiser.core.limits import Limits
from optimiser.core.mip import Floats, Improved, LinearModel, Relaxation, Watch
from optimiser.core.result import Status
from optimiser.core.units import Pence
from optimiser.places import bounds
from optimiser.places.model import pricing
from optimiser.places.model.columns import Columns, lay
from optimiser.places.model.rows import ENFORCERS
from optimiser.places.problem import Problem
from optimiser.places.solution import BasePlan, Placement, Solution, Unplaced, Why


@dataclass(frozen=True)
class Answer:
    """What the model gave: a plan when one was found (reasons still to be told) and a proved bound in pence."""

    status: Status
    solution: Solution | None
    bound: Pence | None
    nodes: int = 0


def build(problem: Problem, *, drop: Collection[str] = ()) -> Columns:
    """Return the model of a problem; ``drop`` leaves rules out, which only tests do."""
    columns = lay(problem, drop)
    for rule, enforce in ENFORCERS.items():
        if rule not in columns.drop:
            enforce(columns)
    return columns


def solve(
    columns: Columns,
    limits: Limits,
    *,
    seed: int = 0,
    watch: Watch | None = None,
    improved: Improved | None = None,
    start: Solution | None = None,
    relaxed: Relaxation | None = None,
) -> Answer:
    """Return the best plan of a built model and the bound proved for it.

    ``relaxed`` is the relaxation that ``relax`` opened for these columns, when several solves share it.
    """
    model = columns.model
    offset = round(model.offset)
    scaled, step = in_steps(columns)
    first = None if start is None else values_of(columns, start)
    told = _in_pence(watch, step, offset)
    # Over several years the relaxation stands too far below the best plan for much to be left out of the model.
    least = pricing.LEAST if columns.problem.years == 1 else len(scaled.cost) + 1
    found = pricing.solve(
        scaled, limits, seed=seed, start=first, watch=told, improved=improved, relaxed=relaxed, least=least
    )
    solution = None if found.values is None else read(columns, found.values)
    return Answer(found.status, solution, bounds.proved(found.bound, step=step, offset=offset), found.nodes)


def in_steps(columns: Columns) -> tuple[LinearModel, int]:
    """Return the model with its costs in the largest step that divides them all, without its offset, and that step."""
    step = bounds.step_of(columns.model.cost)
    return replace(columns.model, cost=[cost / step for cost in columns.model.cost], offset=0.0), step


def relax(columns: Columns, *, seed: int = 0) -> Relaxation:
    """Open the relaxation of a built model, for solves that differ only in a row's limits."""
    return Relaxation(in_steps(columns)[0], seed=seed)


def _in_pence(watch: Watch | None, step: int, offset: int) -> Watch | None:
    if watch is None:
        return None
    told = watch

    def scaled(best: float | None, bound: float | None) -> bool:
        return told(None if best is None else best * step + offset, None if bound is None else bound * step + offset)

    return scaled


def read(columns: Columns, values: Floats) -> Solution:
    """Return the plan that a vector of values describes; every unplaced stay is given a reason later."""
    placements: list[Placement] = []
    unplaced: list[Unplaced] = []
    for number, stay in enumerate(columns.stays):
        chosen = [base for base, column in columns.at[number].items() if values[column] > 0.5]
        if chosen:
            placements.extend(Placement(stay.pupil, base, stay.first, stay.last) for base in chosen)
        else:
            unplaced.append(Unplaced(stay.pupil, stay.first, stay.last, Why.CHOSEN))
    plans = []
    for base in columns.problem.bases:
        years = range(columns.problem.years)
        opened = tuple(bool(values[columns.open[base.id, year]] > 0.5) for year in years)
        extra = tuple(
            round(values[columns.extra[base.id, year]]) if (base.id, year) in columns.extra else 0 for year in years
        )
        plans.append(BasePlan(base.id, opened, extra))
    return Solution(tuple(placements), tuple(unplaced), tuple(plans))


def values_of(columns: Columns, solution: Solution) -> Floats | None:
    """Return a plan as a vector of values to start from, or None when the model cannot hold it."""
    values = np.zeros(len(columns.model.cost))
    for number, stay in enumerate(columns.stays):
        where = solution.at.get((stay.pupil, stay.first))
        if where is None:
            values[columns.out[number]] = 1.0
        elif where in columns.at[number]:
            values[columns.at[number][where]] = 1.0
            before = solution.at.get((stay.pupil, stay.first - 1))
            if number in columns.move and before is not None and before != where:
                values[columns.move[number]] = 1.0
        else:
            return None
    for key, column in columns.open.items():
        if key[0] not in solution.base:
            return None
        plan, base = solution.base[key[0]], columns.problem.base[key[0]]
        values[column] = float(plan.open[key[1]])
        roll = solution.roll(*key) if key in columns.over or key in columns.short else 0
        if key in columns.extra:
            values[columns.extra[key]] = plan.extra[key[1]]
        if key in columns.over:
            values[columns.over[key]] = max(0, roll - base.commissioned[key[1]] - plan.extra[key[1]])
        if key in columns.short and plan.open[key[1]]:
            values[columns.short[key]] = max(0, base.min_viable - roll)
    return values
