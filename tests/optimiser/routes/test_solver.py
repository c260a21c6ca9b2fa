"""The whole planner: against brute force on tiny problems, against the verifier on random ones, and its manners."""

import itertools
from dataclasses import replace

import pytest

from optimiser import routes
from optimiser.core import codec
from optimiser.core.limits import Limits
from optimiser.core.result import Result, Status
from optimiser.core.units import Pence, Seconds, pounds
from optimiser.routes import costing, planning
from optimiser.routes.problem import Change, Layout, Operator, RoutesProblem
from optimiser.routes.search.starts import calls_of
from optimiser.routes.solution import Direction, RoutesSolution
from tests.builders.routes import a_child, a_class, a_problem, a_random_city, a_school

FEW = Limits(work=2000)


def cheapest_by_hand(problem):
    """Return the least cost over every partition and order of one school's children, each run on its own vehicle."""
    best = None
    children = [child.id for child in problem.children]
    for parts in partitions(children):
        cost = 0
        for part in parts:
            worth = min(
                (_run_cost(problem, order) for order in itertools.permutations(part)), key=lambda w: (w is None, w)
            )
            if worth is None:
                break
            cost += worth
        else:
            best = cost if best is None else min(best, cost)
    return best


def partitions(items):
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        for at, part in enumerate(smaller):
            yield [*smaller[:at], [first, *part], *smaller[at + 1 :]]
        yield [[first], *smaller]


def _run_cost(problem, outwards):
    travel, at, since = problem.morning, problem.schools[0].place, 0
    metres = 0
    for child_id in outwards:
        child = problem.child[child_id]
        since += travel.seconds_between(child.home, at) + child.boarding
        metres += travel.metres_between(child.home, at)
        at = child.home
        if since > (child.max_ride or 45 * 60):
            return None
    kinds = [k for k in problem.vehicle_classes if any(y.seats >= len(outwards) for y in k.layouts)]
    return min((k.day_rate + costing.mileage(k.per_mile, metres) for k in kinds), default=None)


@pytest.mark.parametrize("seed", range(6))
def test_five_children_are_planned_as_cheaply_as_trying_everything(seed):
    city = a_random_city(children=5, schools=1, seed=seed, plain=True, km=12)
    children = tuple(
        a_child(c.id, school="s0", home=c.home, directions=frozenset({Direction.MORNING}), max_ride=Seconds(45 * 60))
        for c in city.children
    )
    kinds = (a_class("taxi", layouts=(Layout("3", 3),), day_rate=pounds(60)), a_class("bus", day_rate=pounds(90)))
    problem = replace(city, children=children, vehicle_classes=kinds)
    problem = replace(problem, operators=(Operator("op1"),), schools=(replace(city.schools[0], morning=_moment()),))
    result = routes.solve(problem, limits=FEW)
    by_hand = cheapest_by_hand(problem)
    assert not result.solution.unserved
    assert abs(result.cost - by_hand) <= len(result.solution.runs)


def _moment():
    from optimiser.core.units import clock
    from optimiser.routes.problem import Window

    return Window(clock(8, 30), clock(8, 30))


@pytest.mark.parametrize("seed", range(4))
def test_random_cities_break_no_hard_rule_and_carry_everyone(seed):
    problem = a_random_city(children=50, schools=3, seed=seed)
    result = routes.solve(problem, limits=Limits(work=4000), seed=seed)
    assert result.status is Status.FEASIBLE
    assert result.cost == costing.cost(problem, result.solution)
    assert not [violation for violation in result.violations if violation.hard]
    assert not result.solution.unserved


def test_the_same_seed_and_work_give_the_same_answer_whatever_the_number_of_processes(monkeypatch):
    monkeypatch.setattr(planning, "WORTH_A_POOL", 0)
    problem = a_random_city(children=30, schools=3, seed=5)
    one = routes.solve(problem, limits=Limits(work=1500), seed=7)
    again = routes.solve(problem, limits=Limits(work=1500), seed=7)
    two = routes.solve(problem, limits=Limits(work=1500, processes=2), seed=7)
    assert one.solution == again.solution == two.solution


def test_a_stop_keeps_the_best_so_far():
    problem = a_random_city(children=30, schools=3, seed=5)
    result = routes.solve(problem, progress=lambda step: False)
    assert result.status is Status.STOPPED
    assert result.solution is not None


def test_time_left_is_used_to_search_again_and_never_for_worse():
    problem = a_random_city(children=20, schools=2, seed=5)
    once = routes.solve(problem, limits=Limits(work=20 * 2 * planning.PER_CHILD))
    longer = routes.solve(problem, limits=Limits(seconds=4))
    assert longer.cost <= once.cost


def test_a_search_by_the_clock_tells_its_plan_and_cost_so_far_and_ends_no_dearer():
    problem = a_random_city(children=20, schools=3, seed=5)
    told = []
    result = routes.solve(problem, limits=Limits(seconds=2), progress=lambda step: told.append(step) or True)
    plans = [step for step in told if step.best is not None]
    assert [costing.cost(problem, step.best) for step in plans] == [step.cost for step in plans]
    costs = [step.cost for step in plans]
    assert costs == sorted(costs, reverse=True)
    assert result.cost <= costs[-1]
    shares = [step.share for step in told]
    assert shares == sorted(shares)


def test_with_hardly_any_time_everyone_is_still_carried():
    problem = a_random_city(children=60, schools=4, seed=2)
    result = routes.solve(problem, limits=Limits(seconds=0.01))
    assert not result.solution.unserved


def test_with_hardly_any_time_a_cap_on_change_is_still_kept():
    problem = a_random_city(children=30, schools=3, seed=2)
    last = routes.solve(problem, limits=FEW).solution.runs
    held = replace(problem, last=last, change=Change(cap=3))
    result = routes.solve(held, limits=Limits(seconds=0.01))
    assert not result.solution.unserved
    assert len(costing.changed(held, result.solution)) <= 3


def test_progress_rises_to_one():
    shares = []
    problem = a_random_city(children=20, schools=3, seed=5)
    routes.solve(problem, limits=FEW, progress=lambda step: shares.append(step.share) or True)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_start_is_never_made_dearer():
    problem = a_random_city(children=40, schools=2, seed=3)
    good = routes.solve(problem, limits=Limits(work=20000))
    again = routes.solve(problem, limits=Limits(work=100), start=good.solution, seed=9)
    assert again.cost <= good.cost


def test_problems_and_plans_survive_json():
    problem = a_random_city(children=12, schools=2, seed=1)
    result = routes.solve(problem, limits=FEW)
    assert codec.from_json(RoutesProblem, codec.to_json(problem)) == problem
    assert codec.from_json(RoutesSolution, codec.to_json(result.solution)) == result.solution
    assert codec.from_json(Result[RoutesSolution], codec.to_json(result)) == result


def test_pinned_runs_and_children_stay():
    problem = a_random_city(children=30, schools=2, seed=4)
    last = routes.solve(problem, limits=Limits(work=600)).solution
    run = last.runs[0]
    stays = next(child for other in last.runs if other.vehicle != run.vehicle for child in other.children)
    pinned = replace(problem, last=last.runs, pinned_runs=frozenset({run.id}), pinned_children=frozenset({stays}))
    result = routes.solve(pinned, limits=Limits(work=4000), seed=2)
    assert result.solution.run[run.id] == run
    assert not [violation for violation in result.violations if violation.hard]


def test_a_price_on_change_keeps_more_children_as_they_are():
    problem = a_random_city(children=60, schools=2, seed=4)
    last = routes.solve(problem, limits=Limits(work=400)).solution
    free = routes.solve(replace(problem, last=last.runs), limits=Limits(work=8000), seed=2).solution
    priced = replace(problem, last=last.runs, change=Change(price=pounds(500)))
    still = routes.solve(priced, limits=Limits(work=8000), seed=2).solution
    assert len(costing.changed(priced, still)) < len(costing.changed(priced, free))


def test_a_short_fleet_leaves_children_out_by_rule_and_counts_its_vehicles():
    children = [a_child(f"c{at}", sole=True) for at in range(3)]
    problem = a_problem(children, vehicle_classes=(a_class(available=2),), schools=(a_school(),))
    result = routes.solve(problem, limits=FEW)
    assert len(result.solution.vehicles) <= 2
    assert {each.rule for each in result.solution.unserved} <= {"fleet-count"}


def test_vehicles_short_in_one_class_are_made_up_from_another():
    children = [a_child(f"c{at}", sole=True) for at in range(3)]
    road = {child.home: 30 for child in children}
    taxi = a_class("taxi", available=2, day_rate=pounds(50))
    problem = a_problem(children, vehicle_classes=(taxi, a_class("bus")), minutes=road)
    result = routes.solve(problem, limits=FEW)
    assert not result.solution.unserved
    assert {run.vehicle_class for run in result.solution.runs} == {"taxi", "bus"}


def test_one_vehicle_serves_an_early_school_and_then_a_late_one():
    from optimiser.core.units import clock
    from optimiser.routes.problem import Window

    early = a_school("s1", morning=Window(clock(8, 0), clock(8, 10)), afternoon=Window(clock(15, 0), clock(15, 10)))
    late = a_school("s2", morning=Window(clock(9, 0), clock(9, 10)), afternoon=Window(clock(16, 0), clock(16, 10)))
    children = [a_child("c1"), a_child("c2", school="s2")]
    problem = a_problem(children, schools=(early, late), minutes={"gate-s1": 0, "gate-s2": 1, "home-c1": 10})
    result = routes.solve(problem, limits=FEW)
    assert len(result.solution.runs) == 4
    assert len(result.solution.vehicles) == 1


def test_full_bays_push_arrivals_apart():
    children = [a_child("c1", sole=True), a_child("c2", sole=True)]
    problem = a_problem(children, schools=(a_school(bays=1),), minutes={"home-c1": 5, "home-c2": 5})
    result = routes.solve(problem, limits=FEW)
    assert "unloading-bays" not in {violation.rule for violation in result.violations}


def test_siblings_ride_together_though_it_costs_more():
    children = [a_child("c1", together=frozenset({"c2"})), a_child("c2"), a_child("c3")]
    kind = a_class(layouts=(Layout("two", 2),))
    problem = a_problem(children, vehicle_classes=(kind,), minutes={"home-c1": 10, "home-c2": 30, "home-c3": 11})
    plan = routes.solve(problem, limits=FEW).solution
    assert plan.run_of["c1", Direction.MORNING] == plan.run_of["c2", Direction.MORNING]
    assert calls_of(plan.run_of["c1", Direction.MORNING])


def test_children_of_different_days_may_use_the_same_seat():
    children = [
        a_child("c1", weekdays=frozenset({0, 1}), together=frozenset({"c2"})),
        a_child("c2", weekdays=frozenset({2, 3, 4})),
    ]
    problem = a_problem(children, vehicle_classes=(a_class(layouts=(Layout("one", 1),)),))
    plan = routes.solve(problem, limits=FEW).solution
    assert len(plan.runs) == 2
    every_day = replace(problem, children=tuple(replace(child, weekdays=frozenset(range(5))) for child in children))
    assert {each.rule for each in routes.solve(every_day, limits=FEW).solution.unserved} == {"seat-capacity"}


def test_a_child_too_dear_to_carry_is_left_out_with_the_reason():
    problem = a_problem([a_child("c1", unserved_price=Pence(10))])
    plan = routes.solve(problem, limits=FEW).solution
    assert {each.rule for each in plan.unserved} == {"served-once"}
