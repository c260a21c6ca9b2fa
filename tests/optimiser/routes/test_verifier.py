"""Each rule is broken once, and the verifier names exactly that rule."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from optimiser import routes
from optimiser.core.limits import Limits
from optimiser.core.units import Seconds, clock, pounds
from optimiser.routes.problem import Change, GuideNeed, Layout, Operator, PickUpPoint, Seat
from optimiser.routes.rules import RULES
from optimiser.routes.solution import Direction, RoutesSolution, Stop, Unserved
from tests.builders.routes import a_child, a_class, a_problem, a_school, an_operator

FEW = Limits(work=400)


def planned(problem):
    return routes.solve(problem, limits=FEW).solution


def names(problem, solution):
    return {violation.rule for violation in routes.verify(problem, solution)}


def two_children(**fields):
    return a_problem([a_child("c1", **fields), a_child("c2")], minutes={"home-c1": 5, "home-c2": 10})


def morning_run(solution):
    return next(run for run in solution.runs if run.direction is Direction.MORNING)


def with_run(solution, old, new):
    return replace(solution, runs=tuple(new if run == old else run for run in solution.runs))


def served_once():
    problem = two_children()
    plan = planned(problem)
    return problem, replace(plan, unserved=(Unserved("c1", Direction.MORNING, "ride-time", "listed twice"),))


def own_school():
    problem = two_children()
    plan = planned(problem)
    run = morning_run(plan)
    stops = tuple(replace(stop, off=()) if stop.off else stop for stop in run.stops)
    last = replace(stops[-1], off=run.stops[-1].off[:1])
    return problem, with_run(plan, run, replace(run, stops=(*stops[:-1], last)))


def pick_up_place():
    problem = two_children()
    changed = replace(problem.children[0], home="home-c2")
    return replace(problem, children=(changed, problem.children[1])), planned(problem)


def travel_time():
    problem = two_children()
    slow = replace(problem.morning, seconds=problem.morning.seconds * 2, fingerprint="slow")
    return replace(problem, morning=slow), planned(problem)


def stop_time():
    problem = two_children()
    slower = replace(problem.schools[0], unload=Seconds(301))
    return replace(problem, schools=(slower,)), planned(problem)


def ride_time():
    problem = two_children()
    return replace(problem, children=tuple(replace(c, max_ride=Seconds(360)) for c in problem.children)), planned(
        problem
    )


def ride_guideline():
    problem = a_problem([a_child("c1")], minutes={"home-c1": 50})
    return problem, planned(problem)


def ready_time():
    problem = two_children()
    late = tuple(replace(c, ready=clock(8, 40)) for c in problem.children)
    return replace(problem, children=late), planned(problem)


def seat_capacity():
    problem = two_children()
    return replace(problem, vehicle_classes=(a_class(layouts=(Layout("all seats", 1),)),)), planned(problem)


def wheelchair_capacity():
    problem = two_children()
    chairs = tuple(replace(child, seat=Seat.WHEELCHAIR) for child in problem.children)
    return replace(problem, children=chairs), planned(problem)


def layout_known():
    problem = two_children()
    return replace(problem, vehicle_classes=(a_class(layouts=(Layout("other", 8),)),)), planned(problem)


def equipment_fit():
    problem = two_children()
    changed = replace(problem.children[0], equipment=frozenset({"harness"}))
    return replace(problem, children=(changed, problem.children[1])), planned(problem)


def gate_fit():
    problem = two_children()
    return replace(problem, schools=(a_school(no_entry=frozenset({"minibus"})),)), planned(problem)


def school_window():
    problem = two_children()
    return replace(problem, schools=(a_school(morning=None),)), planned(problem)


def unloading_bays():
    problem = a_problem([a_child("c1", sole=True), a_child("c2", sole=True)], minutes={"home-c1": 5, "home-c2": 5})
    return replace(problem, schools=(a_school(bays=1),)), planned(problem)


def kept_apart():
    problem = two_children()
    changed = replace(problem.children[0], apart=frozenset({"c2"}))
    return replace(problem, children=(changed, problem.children[1])), planned(problem)


def sole_transport():
    problem = two_children()
    return replace(problem, children=(replace(problem.children[0], sole=True), problem.children[1])), planned(problem)


def kept_together():
    problem = two_children(sole=True)
    changed = replace(problem.children[1], together=frozenset({"c1"}))
    plan = planned(problem)
    return replace(problem, children=(replace(problem.children[0], sole=False), changed)), plan


def mixed_schools():
    schools = (a_school("s1", place="gate"), a_school("s2", place="gate"))
    children = [a_child("c1"), a_child("c2", school="s2")]
    problem = a_problem(children, schools=schools, minutes={"home-c1": 5, "home-c2": 10, "gate": 0})
    one = replace(problem, children=tuple(replace(child, school="s1") for child in problem.children))
    return problem, planned(one)


def waiting_aboard():
    problem = two_children()
    plan = planned(problem)
    run = morning_run(plan)
    early = tuple(
        replace(stop, arrive=Seconds(stop.arrive - 660), leave=Seconds(stop.leave - 660)) for stop in run.stops[:1]
    )
    return problem, with_run(plan, run, replace(run, stops=(*early, *run.stops[1:])))


def run_days():
    problem = two_children()
    plan = planned(problem)
    run = morning_run(plan)
    return problem, with_run(plan, run, replace(run, weekdays=frozenset({0, 1})))


def contract_valid():
    problem = two_children()
    return replace(problem, vehicle_classes=(a_class(weekdays=frozenset(range(4))),)), planned(problem)


def vehicle_chain():
    problem = two_children(sole=True)
    plan = planned(problem)
    return problem, replace(plan, runs=tuple(replace(run, vehicle="v") for run in plan.runs))


def fleet_count():
    problem = two_children(sole=True)
    return replace(problem, vehicle_classes=(a_class(available=1),)), planned(problem)


def operator_cap():
    problem = two_children(sole=True)
    return replace(problem, operators=(an_operator(cap=1),)), planned(problem)


def pinned_run():
    problem = two_children()
    plan = planned(problem)
    run = morning_run(plan)
    moved = replace(run, id="am9", vehicle="v9")
    return replace(problem, last=(moved,), pinned_runs=frozenset({"am9"})), plan


def pinned_child():
    problem = two_children()
    plan = planned(problem)
    before = replace(morning_run(plan), id="am9", vehicle="v9")
    return replace(problem, last=(before,), pinned_children=frozenset({"c1"})), plan


def change_cap():
    problem = two_children()
    plan = planned(problem)
    before = replace(morning_run(plan), id="am9", vehicle="v9")
    return replace(problem, last=(before,), change=Change(cap=1)), plan


BREACHES = {
    name.replace("_", "-"): globals()[name]
    for name in (rule.id.replace("-", "_") for rule in RULES)
    if callable(globals().get(name))
}


@pytest.mark.parametrize("rule", sorted(BREACHES))
def test_a_breach_is_named_by_its_rule(rule):
    problem, plan = BREACHES[rule]()
    found = names(problem, plan)
    assert rule in found
    # A ride made too long by waiting also breaks nothing else; a few breaches cannot be made alone.
    assert found <= {rule, "ride-guideline"} | {"pick-up-place": {"stop-time"}}.get(rule, set())


def test_every_rule_has_a_sentence_a_breach_and_a_row_in_the_readme():
    text = (Path(routes.__file__).parent / "README.md").read_text()
    for rule in RULES:
        assert rule.sentence.endswith(".")
        assert rule.id in BREACHES, rule.id
        assert f"| `{rule.id}` |" in text, rule.id


def test_a_sound_plan_breaks_nothing():
    problem = two_children()
    assert routes.verify(problem, planned(problem)) == ()


def test_a_longer_ride_in_the_child_s_own_plan_is_allowed_and_registered():
    problem = a_problem([a_child("c1", max_ride=Seconds(60 * 60))], minutes={"home-c1": 50})
    found = routes.verify(problem, planned(problem))
    assert [(violation.rule, violation.hard) for violation in found] == [("ride-guideline", False)] * 2


def test_the_walk_to_a_pick_up_point_counts_as_riding():
    child = a_child("c1", door=False, points=(PickUpPoint("corner", Seconds(600)),), max_ride=Seconds(20 * 60))
    problem = a_problem([child], minutes={"corner": 10, "home-c1": 12})
    result = routes.solve(problem, limits=FEW)
    assert {each.rule for each in result.solution.unserved} == {"ride-time"}
    longer = replace(problem, children=(replace(child, max_ride=Seconds(21 * 60)),))
    assert routes.solve(longer, limits=FEW).solution.unserved == ()


def test_a_guide_takes_a_seat():
    children = [a_child(f"c{at}", guide=GuideNeed.REQUIRED) for at in range(4)]
    kind = a_class(layouts=(Layout("four", 4),))
    problem = a_problem(children, vehicle_classes=(kind,), minutes={child.home: 5 for child in children})
    plan = planned(problem)
    assert max(len(run.children) for run in plan.runs) == 3


def test_a_contract_that_ends_early_is_named():
    problem = replace(two_children(), first_day=date(2026, 1, 5), last_day=date(2026, 3, 27))
    plan = planned(problem)
    ended = replace(problem, vehicle_classes=(a_class(valid_until=date(2026, 2, 1)),))
    assert names(ended, plan) == {"contract-valid"}
    assert names(replace(problem, operators=(Operator("op1", active=False),)), plan) == {"contract-valid"}


def test_an_empty_stop_is_not_allowed():
    problem = two_children()
    plan = planned(problem)
    run = morning_run(plan)
    idle = Stop("home-c2", Seconds(run.stops[0].arrive - 60), Seconds(run.stops[0].arrive - 60))
    assert "own-school" in names(problem, with_run(plan, run, replace(run, stops=(idle, *run.stops))))


def test_a_plan_with_nothing_in_it_lists_every_child():
    problem = two_children()
    assert names(problem, RoutesSolution(())) == {"served-once"}
    assert pounds(1) == 100
