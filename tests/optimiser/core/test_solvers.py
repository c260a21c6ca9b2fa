"""The two solvers' wrappers say only what was proved."""

import subprocess
import sys

import pytest

from optimiser.core import cpsat
from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.core.result import Status


def a_knapsack(values=(6, 10, 12), weights=(1, 2, 3), room=5):
    model = LinearModel()
    chosen = [model.variable(cost=-value) for value in values]
    model.row(chosen, list(weights), upper=room)
    return model


def test_a_small_knapsack_is_proved():
    answer = a_knapsack().solve()
    assert (answer.status, answer.objective, answer.whole_bound()) == (Status.OPTIMAL, -22, -22)


def test_an_impossible_model_is_infeasible_and_has_no_objective():
    model = LinearModel()
    model.row([model.variable()], lower=2)
    answer = model.solve()
    assert (answer.status, answer.objective, answer.bound) == (Status.INFEASIBLE, None, None)


def test_a_relaxation_gives_duals():
    answer = a_knapsack(room=2).solve(relax=True)
    assert answer.objective == pytest.approx(-11)
    assert answer.row_duals is not None and answer.row_duals[0] == pytest.approx(-5)


def test_cpsat_names_the_assumptions_that_clash():
    model = cpsat.cp_model.CpModel()
    a, b, c = (model.new_bool_var(name) for name in "abc")
    model.add_bool_or(~a, ~b)
    model.add_assumptions([a, b, c])
    answer = cpsat.solve(model, Limits(work=5))
    assert answer.status is Status.INFEASIBLE
    assert {a.index, b.index} <= set(answer.core)


@pytest.mark.parametrize(
    "first, second", [("highspy", "ortools.sat.python.cp_model"), ("ortools.sat.python.cp_model", "highspy")]
)
def test_both_solvers_live_in_one_process_in_either_order(first, second):
    subprocess.run([sys.executable, "-c", f"import {first}; import {second}"], check=True)


def test_a_continuous_column_beside_a_whole_one_is_not_preferred_when_it_is_dearer():
    model = LinearModel()
    part = model.variable(cost=2, upper=10, whole=False)
    whole = model.variable(cost=3, upper=10)
    model.row([part, whole], lower=4.5)
    assert model.solve().objective == pytest.approx(9)
