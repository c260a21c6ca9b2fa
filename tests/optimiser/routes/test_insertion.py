"""One more child: options are true, ranked, and commit nothing; one school again touches no other."""

from collections import Counter
from dataclasses import replace

import pytest

from optimiser import routes
from optimiser.core.errors import UnknownSubject
from optimiser.core.limits import Limits
from optimiser.core.units import pounds
from optimiser.routes import costing
from optimiser.routes.insertion import accept, blocks_for, options_for, without
from optimiser.routes.planning import plan_city
from optimiser.routes.problem import Layout
from optimiser.routes.replanning import replan
from optimiser.routes.riding import ride_seconds
from tests.builders.routes import a_child, a_class, a_problem, a_random_city, hard


@pytest.fixture(scope="module")
def city():
    problem = a_random_city(children=80, schools=3, seed=2)
    return problem, routes.solve(problem, limits=Limits(work=4000)).solution


def test_there_are_at_least_ten_options_and_each_costs_what_it_says(city):
    problem, plan = city
    child = problem.children[7]
    smaller = replace(problem, children=tuple(each for each in problem.children if each != child))
    before = without(problem, plan, child)
    options = options_for(smaller, before, child)
    assert len(options) >= 10
    assert [option.day for option in options] == sorted(option.day for option in options)
    for option in options:
        after = accept(smaller, before, child, option)
        assert not hard(problem, after)
        assert abs(costing.cost(problem, after) - costing.cost(smaller, before) - option.day) <= 2
        assert option.year == option.day * problem.school_days


def test_an_option_says_how_much_longer_each_child_aboard_rides(city):
    problem, plan = city
    child = problem.children[7]
    before = without(problem, plan, child)
    option = next(each for each in options_for(problem, before, child.id) if not each.new_vehicle)
    after = accept(problem, before, child.id, option)
    for seating in option.seatings:
        for other, added in seating.added:
            one = problem.child[other]
            old, new = before.run[seating.replaces], after.run[seating.run.id]
            assert ride_seconds(problem, new, one) - ride_seconds(problem, old, one) == added


def test_accepting_leaves_every_other_run_alone(city):
    problem, plan = city
    child = problem.children[3]
    before = without(problem, plan, child)
    option = options_for(problem, before, child.id)[0]
    after = accept(problem, before, child.id, option)
    named = {seating.replaces for seating in option.seatings} | {seating.run.id for seating in option.seatings}
    vehicles = {seating.run.vehicle for seating in option.seatings}
    for run in before.runs:
        if run.id not in named and run.vehicle not in vehicles:
            assert after.run[run.id] == run


def test_a_full_vehicle_is_blocked_by_its_seats():
    children = [a_child("c1"), a_child("c2")]
    problem = a_problem(children, vehicle_classes=(a_class(layouts=(Layout("two", 2),)),))
    plan = routes.solve(problem, limits=Limits(work=400)).solution
    newcomer = a_child("c3", home="home-c2")
    assert {block.rule for block in blocks_for(problem, plan, newcomer)} == {"seat-capacity"}
    assert all(option.new_vehicle for option in options_for(problem, plan, newcomer))


def test_a_larger_vehicle_is_offered_when_seats_run_out():
    children = [a_child("c1"), a_child("c2")]
    taxi = a_class("taxi", layouts=(Layout("two", 2),), day_rate=pounds(60))
    problem = a_problem(children, vehicle_classes=(taxi, a_class("bus", day_rate=pounds(80))))
    plan = routes.solve(problem, limits=Limits(work=400)).solution
    option = options_for(problem, plan, a_child("c3", home="home-c2"))[0]
    assert all(seating.upgraded for seating in option.seatings)
    assert not hard(
        replace(problem, children=(*problem.children, a_child("c3", home="home-c2"))),
        accept(problem, plan, a_child("c3", home="home-c2"), option),
    )


def test_one_school_again_leaves_every_other_school_s_runs_alone(city):
    problem, plan = city
    again = replan(problem, plan, schools=["s1"], limits=Limits(work=6000), seed=5, scratch=True)
    mine = {child.id for child in problem.children_of["s1"]}
    for run in plan.runs:
        if not mine & set(run.children):
            assert again.run[run.id] == run
    assert not hard(problem, again)


def test_one_school_again_is_never_dearer(city):
    problem, plan = city
    again = replan(problem, plan, schools=["s2"], limits=Limits(work=300), seed=5)
    assert costing.cost(problem, again) <= costing.cost(problem, plan)


def test_a_run_is_explained_and_a_stranger_is_refused(city):
    problem, plan = city
    told = routes.explain(problem, plan, about=plan.runs[0].id)
    assert {"day-rate", "mileage"} <= {reason.rule for reason in told.reasons}
    with pytest.raises(UnknownSubject):
        routes.explain(problem, plan, about="nobody")


def test_reports_hold_every_child_and_run(city):
    problem, plan = city
    tables = {table.key: table for table in routes.report(problem, plan)}
    assert len(tables["runs"].rows) == len(plan.runs)
    assert len(tables["rides"].rows) == sum(len(run.children) for run in plan.runs)
    paid = sum(row[1] for row in tables["money"].rows if row[3])
    assert abs(paid - costing.costs(problem, plan).money) <= 5


def test_a_long_ride_comes_with_the_price_of_a_shorter_one(city):
    problem, plan = city
    long = max(
        (ride_seconds(problem, run, problem.child[c]), c)
        for run in plan.runs
        for c in run.children
        if len(run.stops) > 4
    )
    told = routes.explain(problem, plan, about=long[1])
    assert told.remedies
    assert told.remedies[0].proved
    assert told.reasons


def test_a_fleet_too_small_for_one_school_never_costs_another_its_runs():
    problem = a_random_city(children=40, schools=2, seed=5)
    plan = plan_city(problem, limits=Limits(work=3000), seed=1)[0]
    others = {run for run in plan.runs if problem.child[run.children[0]].school == "s0"}
    held = Counter(kind for _, kind in {(run.vehicle, run.vehicle_class) for run in others})
    scarce = replace(
        problem, vehicle_classes=tuple(replace(kind, available=held[kind.id]) for kind in problem.vehicle_classes)
    )
    again = replan(scarce, plan, schools=["s1"], limits=Limits(work=100), seed=1, scratch=True)
    assert others <= set(again.runs)
    assert {scarce.child[each.child].school for each in again.unserved} == {"s1"}
