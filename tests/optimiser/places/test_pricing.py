"""Leaving out what is too dear to matter never changes the answer or what is proved of it."""

import random
from dataclasses import replace

import numpy as np
import pytest

from optimiser import places
from optimiser.core.limits import Limits
from optimiser.core.mip import Relaxation
from optimiser.core.result import Status
from optimiser.core.units import Pence
from optimiser.places.frontier import divide
from optimiser.places.model import pricing
from optimiser.places.model.allocation import build, in_steps
from optimiser.places.problem import Policy, Problem
from tests.builders.places import a_base, a_problem, a_pupil, a_random_problem


@pytest.mark.parametrize("seed", range(30))
def test_looking_within_a_slack_gives_the_same_answer_as_the_whole_model(seed: int) -> None:
    model, _ = in_steps(build(a_random_problem(seed, years=1 + seed % 3)))
    whole, looked = model.solve(), pricing.solve(model, Limits(), least=0)
    assert looked.status is whole.status
    if whole.objective is None or whole.bound is None:
        assert looked.status is Status.INFEASIBLE
        return
    assert (looked.objective, looked.bound) == (pytest.approx(whole.objective), pytest.approx(whole.bound))


def test_multipliers_of_any_kind_give_a_bound_that_holds() -> None:
    model, _ = in_steps(build(a_random_problem(17)))
    best, dice = model.solve().objective, random.Random(4)
    assert best is not None
    for _ in range(200):
        weights = np.array([dice.uniform(-1, 1) * 10 ** dice.randint(0, 5) for _ in model.row_lower])
        assert pricing.priced(model, weights).bound <= best + 1e-6


def test_a_model_that_cannot_be_met_is_infeasible_and_a_start_is_kept() -> None:
    odd, _ = in_steps(build(a_problem(policy=Policy(max_closures=0, remove_places=1))))
    assert pricing.solve(odd, Limits(), least=0).status is Status.INFEASIBLE
    model, _ = in_steps(build(a_random_problem(11)))
    best = model.solve()
    again = pricing.solve(model, Limits(), least=0, start=best.values)
    assert again.objective == pytest.approx(best.objective, abs=1e-6)


def test_the_relaxation_kept_open_agrees_with_one_opened_afresh() -> None:
    problem = a_random_problem(5)
    columns = build(replace(problem, policy=replace(problem.policy, travel_budget=10**6)))
    model, _ = in_steps(columns)
    kept = Relaxation(model)
    kept.solve()
    assert columns.budget is not None
    for budget in (9_000.0, 20_000.0, 12_000.0):
        kept.limit(columns.budget, upper=budget)
        here, afresh = kept.solve(), model.solve(relax=True)
        assert here.status is afresh.status
        assert here.objective is None or here.objective == pytest.approx(afresh.objective, abs=1e-6)


def test_a_budget_that_changes_nothing_gives_no_point() -> None:
    found = places.front(a_problem(), 15)
    assert len(found) == 1


def a_problem_of_trades() -> Problem:
    """Return twelve pupils, who may each go to the near, dear base or to the far, cheap one."""
    near = a_base(place="at 0", commissioned=(12,), top_up=Pence(800_000))
    far = a_base("b2", place="at 30", commissioned=(12,))
    return a_problem([a_pupil(f"p{number}") for number in range(1, 13)], [near, far])


def test_a_front_is_the_same_on_one_process_and_on_two() -> None:
    problem = a_problem_of_trades()
    one = places.front(problem, 12)
    assert len(one) >= 8 and len(divide(problem, range(12, 1, -1), 0)) == 4
    assert places.front(problem, 12, limits=Limits(processes=2)) == one
    travel = [each.travel for each in one]
    assert travel == sorted(set(travel)) and all(each.result.status is Status.OPTIMAL for each in one)


def test_a_front_that_is_stopped_keeps_the_points_it_has() -> None:
    problem = a_problem_of_trades()
    whole, cut = places.front(problem, 12), places.front(problem, 12, progress=lambda step: False)
    assert cut == whole[-2:]
