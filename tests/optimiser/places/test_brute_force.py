"""On problems small enough to try every answer, the solver's cost is the least of them, to the penny."""

import itertools
from collections.abc import Iterator

import pytest

from optimiser.core.result import Status
from optimiser.core.violation import hard_ones
from optimiser.places import costing, solver, verify
from optimiser.places.problem import Problem
from optimiser.places.solution import BasePlan, Placement, Solution, Unplaced, Why
from tests.builders.places import a_random_problem


def every_plan(problem: Problem) -> Iterator[Solution]:
    """Yield every plan there is, good or bad: each stay anywhere, each base in any state, any extra places."""
    bases = [base.id for base in problem.bases]
    years = problem.years
    states = [_base_plans(base.extra_max, years) for base in problem.bases]
    for chosen in itertools.product(*states):
        plans = tuple(BasePlan(base, opened, extra) for base, (opened, extra) in zip(bases, chosen, strict=True))
        for where in itertools.product((None, *bases), repeat=len(problem.stays)):
            placements = tuple(
                Placement(stay.pupil, base, stay.first, stay.last)
                for stay, base in zip(problem.stays, where, strict=True)
                if base is not None
            )
            unplaced = tuple(
                Unplaced(stay.pupil, stay.first, stay.last, Why.CHOSEN)
                for stay, base in zip(problem.stays, where, strict=True)
                if base is None
            )
            yield Solution(placements, unplaced, plans)


def _base_plans(extra_max: int, years: int) -> list[tuple[tuple[bool, ...], tuple[int, ...]]]:
    opened = list(itertools.product((True, False), repeat=years))
    extra = list(itertools.product(range(extra_max + 1), repeat=years))
    return [(one, more) for one in opened for more in extra if all(o or not e for o, e in zip(one, more, strict=True))]


def least(problem: Problem) -> int | None:
    """Return the least cost of any plan that keeps every hard rule, or None."""
    best: int | None = None
    for plan in every_plan(problem):
        cost = costing.cost(problem, plan)
        if (best is None or cost < best) and not hard_ones(verify(problem, plan)):
            best = cost
    return best


def agree(seed: int, *, years: int) -> None:
    problem = a_random_problem(seed, years=years)
    size = (len(problem.bases) + 1) ** len(problem.stays) * 8 ** len(problem.bases)
    if size > 40_000:
        return
    best, result = least(problem), solver.solve(problem)
    if best is None:
        assert result.status is Status.INFEASIBLE, f"seed {seed}: nothing is allowed, yet {result.status}"
    else:
        assert result.status is Status.OPTIMAL, f"seed {seed}: {result.status}"
        assert result.cost == best, f"seed {seed}: {result.cost} is not {best}"


@pytest.mark.parametrize("block", range(4))
def test_the_plan_costs_the_least_of_every_plan_in_one_year(block: int) -> None:
    for seed in range(block * 30, block * 30 + 30):
        agree(seed, years=1)


@pytest.mark.parametrize("block", range(2))
def test_the_plan_costs_the_least_of_every_plan_over_two_years(block: int) -> None:
    for seed in range(5_000 + block * 15, 5_000 + block * 15 + 15):
        agree(seed, years=2)


@pytest.mark.full
def test_a_thousand_cases_agree_exactly() -> None:
    for seed in range(10_000, 10_800):
        agree(seed, years=1)
    for seed in range(20_000, 20_200):
        agree(seed, years=2)
