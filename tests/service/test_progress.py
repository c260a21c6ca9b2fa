"""Progress as it is told: every optimiser hands over its best so far, with its cost and a bound that it never beats."""

import importlib

import pytest

from data.synthetic import make
from optimiser.core.limits import Limits
from service.optimisers.jobs import Job
from service.optimisers.registry import ASK


@pytest.fixture(scope="module")
def records():
    return make("small", 1).model_dump_json().encode()


@pytest.mark.parametrize("kind", ["guides", "meetings", "places"])
def test_the_best_so_far_is_told_with_its_cost_and_a_bound_below_it(records, kind):
    asked = ASK[kind](Job(kind, "A plan", records))
    costing = importlib.import_module(f"optimiser.{kind}.costing")
    steps = []
    result = asked.optimiser.solve(
        asked.problem, limits=Limits(seconds=20), progress=lambda step: steps.append(step) or True
    )
    told = [step for step in steps if step.best is not None]
    assert told or kind == "places", "a solve that takes its time tells what it has"
    for step in told:
        assert step.cost == costing.cost(asked.problem, step.best)
        assert not [each for each in asked.optimiser.verify(asked.problem, step.best) if each.hard]
        assert step.bound is None or step.bound <= step.cost
        assert step.cost >= result.cost
