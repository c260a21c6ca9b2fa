"""Plans near last term's: who counts as changed, what stays exactly as it was, and vehicles given up."""

from dataclasses import replace

import pytest

from optimiser import routes
from optimiser.core.limits import Limits
from optimiser.core.units import clock, pounds
from optimiser.routes import costing
from optimiser.routes.frontier import frontier, menus_for
from optimiser.routes.merging import ease_bays, merge, mergers
from optimiser.routes.planning import plan_city
from optimiser.routes.problem import Layout, Window
from optimiser.routes.solution import Direction, RoutesSolution
from tests.builders.routes import (
    a_child,
    a_class,
    a_problem,
    a_random_city,
    a_school,
    an_operator,
    hard,
    planned_last_term,
)


@pytest.fixture(scope="module")
def stale():
    """Return a city whose last term was planned by hand, so to speak: small vehicles only, little searched."""
    return planned_last_term(a_random_city(children=40, schools=2, seed=6))


def test_runs_that_nobody_s_change_touches_stay_exactly_as_they_were(stale):
    point = frontier(stale, shares=(0.15,), limits=Limits(work=2000))[0]
    moved = costing.changed(stale, point.plan)
    assert not hard(stale, point.plan)
    for run in point.plan.runs:
        before = [stale.last_run.get((child, run.direction)) for child in run.children]
        if not moved & set(run.children) and len({each.id for each in before if each}) == 1 and all(before):
            assert {each.vehicle for each in before} == {run.vehicle}


@pytest.mark.parametrize("seed", range(3))
def test_a_cap_of_nobody_changes_nobody_while_last_term_s_runs_keep_every_rule(seed):
    city = planned_last_term(a_random_city(children=30, schools=3, seed=seed))
    for menu in menus_for(city, limits=Limits(work=3_000), seed=seed).schools.values():
        assert menu[0].changed == 0
    point = frontier(city, shares=(0.0,), limits=Limits(work=3_000), seed=seed)[0]
    assert not costing.changed(city, point.plan) and not hard(city, point.plan) and not point.plan.unserved


def _two_operators():
    children = (a_child("c1"), a_child("c2"))
    taxi, bus = a_class("taxi", layouts=(Layout("4 seats", 4),), day_rate=pounds(60)), a_class()
    other = a_class("other bus", operator="op2")
    problem = a_problem(children, vehicle_classes=(taxi, bus, other), operators=(an_operator(), an_operator("op2")))
    last = routes.solve(problem, limits=Limits(work=200)).solution
    return replace(problem, last=last.runs), last


def test_a_vehicle_made_larger_keeps_its_children_but_another_operator_s_crew_is_a_change():
    problem, last = _two_operators()
    larger = RoutesSolution(tuple(replace(run, vehicle_class="minibus", layout="all seats") for run in last.runs))
    theirs = RoutesSolution(tuple(replace(run, vehicle_class="other bus", layout="all seats") for run in last.runs))
    assert costing.changed(problem, larger) == frozenset()
    assert costing.changed(problem, theirs) == {"c1", "c2"}


def _two_schools():
    late = {"morning": Window(clock(9, 30), clock(9, 45)), "afternoon": Window(clock(16, 15), clock(16, 30))}
    children = (a_child("c1"), a_child("c2", school="s2"))
    schools = (a_school("s1"), a_school("s2", **late))
    problem = a_problem(children, schools=schools)
    alone, _, _ = plan_city(problem, limits=Limits(work=200))
    runs = tuple(replace(run, vehicle=f"v-{run.children[0]}") for run in alone.runs)
    return replace(problem, last=runs), RoutesSolution(runs)


def test_a_vehicle_is_given_up_when_another_has_time_for_its_runs_and_only_its_own_children_change():
    problem, plan = _two_schools()
    found = mergers(problem, plan)
    one = merge(problem, plan, found)
    assert len(found) == 1
    assert len(one.vehicles) == 1
    assert len(costing.changed(problem, one)) == 1
    assert not hard(problem, one)
    assert costing.cost(problem, plan) - costing.cost(problem, one) == found[0].saving


def test_no_vehicle_is_given_up_beyond_the_children_who_may_change_or_when_they_are_worth_more():
    problem, plan = _two_schools()
    assert mergers(problem, plan, budget=0) == ()
    assert mergers(problem, plan, price=pounds(200)) == ()


def test_runs_give_way_at_full_bays_without_changing_anybody():
    children = tuple(a_child(f"c{at}", sole=True) for at in range(2))
    problem = a_problem(children, schools=(a_school("s1", bays=1),), minutes={"home-c0": 10, "home-c1": 12})
    plan, _, _ = plan_city(replace(problem, schools=(a_school("s1"),)), limits=Limits(work=200))
    problem = replace(problem, last=plan.runs)
    eased = ease_bays(problem, plan)
    assert len(costing.queueing(problem, plan)) > len(costing.queueing(problem, eased)) == 0
    assert costing.changed(problem, eased) == frozenset()
    assert not hard(problem, eased)


def test_a_child_who_is_new_may_ride_one_vehicle_to_school_and_another_home():
    # Two vehicles of four: the first is full in the mornings, the second in the afternoons.
    mornings, afternoons = frozenset({Direction.MORNING}), frozenset({Direction.AFTERNOON})
    ones = [*(a_child(f"a{i}") for i in range(3)), a_child("a3", directions=mornings)]
    others = [*(a_child(f"b{i}") for i in range(3)), a_child("b3", directions=afternoons)]
    small = a_class(layouts=(Layout("4 seats", 4),))
    new = a_child("new")
    where = {f"home-{child.id}": 10 for child in (*ones, *others, new)}
    known = a_problem((*ones, *others), minutes=where, vehicle_classes=(small,))
    last = []
    for vehicle, children in (("one", ones), ("two", others)):
        alone = replace(known, children=tuple(children))
        planned = routes.solve(alone, limits=Limits(work=200)).solution
        last += [replace(run, id=f"{vehicle} {run.direction}", vehicle=vehicle) for run in planned.runs]
    problem = a_problem((*ones, *others, new), minutes=where, vehicle_classes=(small,), last=tuple(last))
    plan = frontier(problem, shares=(0.0,), limits=Limits(work=2_000))[0].plan
    assert len(plan.vehicles) == 2 and not plan.unserved and not hard(problem, plan)
    assert len({run.vehicle for run in plan.runs if "new" in run.children}) == 2
    assert not costing.changed(problem, plan)
