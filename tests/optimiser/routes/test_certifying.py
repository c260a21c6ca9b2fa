"""Proved floors and gaps school by school."""

from dataclasses import replace

from optimiser import routes
from optimiser.core.limits import Limits
from optimiser.routes.certifying import school_gaps
from optimiser.routes.solution import Direction, RoutesSolution
from tests.builders.routes import a_random_city


def test_every_school_s_floor_is_at_most_its_cost_and_a_good_plan_is_near_it():
    problem = a_random_city(children=14, schools=3, seed=4, plain=True)
    plan = routes.solve(problem, limits=Limits(work=6000)).solution
    table = school_gaps(problem, plan, direction=Direction.MORNING, seconds=None, rounds=25)
    *each, whole = table.rows
    assert {row[0] for row in each} == {school.id for school in problem.schools}
    for _, _, _, cost, floor, gap, _ in table.rows:
        assert 0 < floor <= cost
        assert 0 <= gap < 0.2
    assert whole[3] == sum(row[3] for row in each)
    assert whole[4] == sum(row[4] for row in each)


def test_a_school_for_which_nothing_is_proved_has_no_floor():
    problem = a_random_city(children=12, schools=1, seed=4, plain=True)
    plan = routes.solve(problem, limits=Limits(work=600)).solution
    (row,) = school_gaps(problem, plan, direction=Direction.AFTERNOON, rounds=0).rows
    assert row[4:] == (None, None, None)


def test_a_school_whose_children_share_with_another_is_left_out():
    problem = a_random_city(children=12, schools=2, seed=4, plain=True)
    plan = routes.solve(problem, limits=Limits(work=600)).solution
    one, *rest = sorted(plan.runs, key=lambda run: (run.direction.value, run.children))
    schools = {run.id: {problem.child[child].school for child in run.children} for run in plan.runs}
    two = next(run for run in rest if run.direction is one.direction and schools[run.id] != schools[one.id])
    stops = (*one.stops[:-1], *two.stops)
    shared = RoutesSolution((*(run for run in plan.runs if run.id not in (one.id, two.id)), replace(one, stops=stops)))
    assert not school_gaps(problem, shared, direction=one.direction, rounds=0).rows
