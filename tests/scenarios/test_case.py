"""The Tuesday quote and the one city: a base, a run and a price for a child; a closure in the routes."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from optimiser import places, routes
from optimiser.core import codec
from optimiser.core.errors import UnknownSubject
from optimiser.core.limits import Limits
from optimiser.core.units import Pence
from optimiser.core.violation import hard_ones
from scenarios import case, city, tables
from scenarios.changes.places import CloseBase
from scenarios.runner import run
from scenarios.scenario import Scenario
from tests.builders import routes as roads
from tests.builders.places import a_base, a_pupil, some_prices
from tests.builders.places import a_problem as a_places_problem

TUESDAY = date(2026, 11, 24)


def a_city() -> tuple[Any, Any, Any, Any]:
    """Two schools with a base each, four children on one road, their places and their routes, both solved."""
    children = [roads.a_child(f"c{n}", school="s1" if n < 2 else "s2", home=f"home-c{n}") for n in range(4)]
    minutes = {"gate-s1": 0, "gate-s2": 24, "home-c0": 8, "home-c1": 10, "home-c2": 14, "home-c3": 16}
    plan = roads.a_problem(children, schools=(roads.a_school(), roads.a_school("s2")), minutes=minutes)
    runs = routes.solve(plan, limits=Limits(work=300)).solution
    bases = [
        a_base("b1", school="s1", place="gate-s1", commissioned=(2,)),
        a_base("b2", school="s2", place="gate-s2", commissioned=(4,), needs=("ASC", "HI"), top_up=Pence(50_000)),
    ]
    pupils = [a_pupil(f"c{n}", home=f"home-c{n}", current="b1" if n < 2 else "b2") for n in range(4)]
    problem = a_places_problem(pupils, bases, travel=plan.morning, prices=some_prices(with_transport=True))
    solution = places.solve(problem).solution
    assert runs is not None and solution is not None
    return problem, solution, plan, runs


def test_a_quote_ranks_bases_with_place_and_live_transport_together() -> None:
    problem, solution, plan, runs = a_city()
    found = case.quote(problem, solution, "c0", on=TUESDAY, routes=(plan, runs))
    assert [line.base for line in found.lines] == ["b1", "b2"]
    assert all(line.carriage.live and line.yearly == line.place + line.carriage.yearly for line in found.lines)
    assert found.lines[1].place == 50_000 and found.routes == "live routes"
    assert len(tables.lines(found).rows) == 2
    assert codec.from_json(case.Quote, codec.to_json(found)) == found


def test_without_routes_the_price_is_an_estimate_and_says_so() -> None:
    problem, solution, _, _ = a_city()
    found = case.quote(problem, solution, "c0", on=TUESDAY)
    assert not any(line.carriage.live for line in found.lines) and "estimate" in found.routes


def test_a_full_base_a_far_one_and_a_poor_fit_are_shown_with_the_concern() -> None:
    problem, solution, plan, runs = a_city()
    new = a_pupil("new", home="home-c1", need="HI", second_needs=("ASC",))
    rider = roads.a_child("new", home="home-c1")
    found = case.quote(problem, solution, new, on=TUESDAY, routes=(plan, runs), rider=rider)
    assert [(line.base, line.fit) for line in found.lines] == [("b2", case.Fit.FULL), ("b1", case.Fit.SECOND)]
    assert found.lines[0].concerns == ()
    assert "Every place is filled; its rooms could hold more." in found.lines[1].concerns
    assert "It is designated for a second need only." in found.lines[1].concerns


def test_a_special_school_outside_the_plan_stands_beside_the_bases() -> None:
    problem, solution, plan, runs = a_city()
    school = a_base("special", school="s2", place="gate-s2", commissioned=(9,), special_school=True)
    found = case.quote(problem, solution, "c0", on=TUESDAY, routes=(plan, runs), also=[school])
    assert {line.base for line in found.lines if line.special_school} == {"special"}


def test_a_decision_is_kept_and_opened_again_with_what_has_changed() -> None:
    problem, solution, plan, runs = a_city()
    heard = case.quote(problem, solution, "c0", on=TUESDAY, routes=(plan, runs))
    kept = case.decide(heard, "b2", reasons=("The family asked for it.",))
    assert codec.from_json(case.Decision, codec.to_json(kept)) == kept
    assert case.reopened(replace(kept, chosen="b1"), heard) == ()
    assert any("b1 would now come first" in line for line in case.reopened(kept, heard))
    dearer = replace(problem, bases=(problem.bases[0], replace(problem.bases[1], top_up=Pence(900_000))))
    now = case.quote(dearer, solution, "c0", on=TUESDAY, routes=(plan, runs))
    assert any("£+8,500 a year" in line for line in case.reopened(kept, now))
    with pytest.raises(UnknownSubject):
        case.decide(heard, "nowhere")


def test_nobody_is_quoted_who_is_not_there() -> None:
    problem, solution, _, _ = a_city()
    with pytest.raises(UnknownSubject):
        case.quote(problem, solution, "nobody", on=TUESDAY)


def test_a_closures_children_ride_to_their_new_school_and_the_saving_is_net() -> None:
    problem, _, plan, runs = a_city()
    before, after = run(problem, [Scenario("close b1", (CloseBase("b1"),))])
    found = city.carry(before, after, (plan, runs))
    assert {meeting.child for meeting in found.meetings} == {"c0", "c1"}
    assert {meeting.joins for meeting in found.meetings} == {"b2"}
    assert found.problem.child["c0"].school == "s2" and not found.not_carried and not found.not_in_routes
    assert not hard_ones(routes.verify(found.problem, found.routes))
    assert found.saving_before_transport == (1_900_000,)
    assert found.net_saving == (1_900_000 - found.routes_a_year,)


def test_a_child_who_is_not_in_the_routes_is_listed_and_priced_by_the_model() -> None:
    problem, _, plan, _ = a_city()
    fewer = replace(plan, children=tuple(child for child in plan.children if child.id != "c0"))
    less = routes.solve(fewer, limits=Limits(work=200)).solution
    assert less is not None
    before, after = run(problem, [Scenario("close b1", (CloseBase("b1"),))])
    found = city.carry(before, after, (fewer, less))
    assert found.not_in_routes == ("c0",)
    moved = next(child for child in found.comparison.moved if child.child == "c0")
    assert found.walkers_a_year == moved.transport_after - moved.transport_before


def test_a_child_left_without_a_base_is_not_transport_saved() -> None:
    problem, _, plan, runs = a_city()
    small = replace(problem, bases=(problem.bases[0], replace(problem.bases[1], commissioned=(3,))))
    before, after = run(small, [Scenario("close b1", (CloseBase("b1"),))])
    found = city.carry(before, after, (plan, runs))
    (out,) = [child.child for child in found.comparison.moved if child.after is None]
    assert found.without_base == (out,) and out not in found.not_in_routes
    assert {run.id for run in found.routes.runs if out in run.children} == {
        run.id for run in runs.runs if out in run.children
    }
    fewer = replace(plan, children=tuple(child for child in plan.children if child.id != out))
    less = routes.solve(fewer, limits=Limits(work=200)).solution
    assert less is not None
    assert city.carry(before, after, (fewer, less)).walkers_a_year == 0
