"""What the morning desk can fall back on is read from the city's sheets, and every rung of its ladder can be used."""

from dataclasses import replace
from datetime import date
from itertools import chain

import pytest

from data.problems import guides, reserves, routes
from data.problems.atlas import atlas
from data.synthetic import make
from optimiser.guides import solve
from optimiser.guides.cover import cover
from optimiser.guides.desk import LADDER, Absence, Desk, Failure, Step
from optimiser.routes.riding import ride_limit, ride_seconds

TUESDAY = date(2020, 1, 28)


@pytest.fixture(scope="module")
def city():
    return make("medium", 1)


@pytest.fixture(scope="module")
def facts(city):
    asked = routes.build(city).problem
    return asked, guides.build(city, routes_problem=asked, day=TUESDAY).problem


@pytest.fixture(scope="module")
def day(facts):
    return facts[1], solve(facts[1]).solution


def test_joined_runs_keep_every_rule_that_the_routes_know(facts):
    asked, problem = facts
    plan = {run.id: run for run in asked.last}
    assert problem.combinations
    for each in problem.combinations:
        run, into = plan[each.run], plan[each.into]
        joined = reserves._joined(run, into, asked)
        aboard = [asked.child[child] for child in joined.children]
        assert set(joined.children) == set(run.children) | set(into.children)
        assert {child.school for child in aboard} == {aboard[0].school}
        assert joined.begins == into.begins
        assert each.extra == joined.ends - into.ends <= reserves.LONGEST
        for child in aboard:
            assert ride_seconds(asked, joined, child) <= ride_limit(asked, child, joined.direction).seconds
            assert not child.sole
            assert not child.apart & set(joined.children)
        chairs = sum(child.seat.value == "wheelchair" for child in aboard)
        layout = asked.vehicle_class[into.vehicle_class].layout(into.layout)
        assert chairs <= layout.wheelchairs
        assert len(aboard) - chairs <= layout.seats


def test_nobody_waits_behind_a_vehicle_that_helps(facts):
    asked, problem = facts
    helping = {each.into for each in problem.combinations}
    for run in asked.last:
        if run.id in helping:
            later = [r for r in asked.last if (r.vehicle, r.direction) == (run.vehicle, run.direction)]
            assert max(r.begins for r in later) == run.begins


def test_second_crews_and_spares_come_from_their_sheets(city):
    operators = [row.model_copy(update={"crew": None}) for row in city.operators]
    operators[1] = operators[1].model_copy(update={"crew": 2, "crew_training": ("epilepsy",)})
    schools = [row.model_copy(update={"riders": None}) for row in city.schools]
    schools[0] = schools[0].model_copy(update={"riders": 3})
    lone = [row.model_copy(update={"spares": None}) for row in city.vehicles]
    lone[0] = lone[0].model_copy(update={"spares": 2, "spares_at": "B20 2LB", "layouts": ((8, 1), (12, 0))})
    told = city.model_copy(update={"operators": tuple(operators), "schools": tuple(schools), "vehicles": tuple(lone)})
    school, operator = reserves.second_crews(told)
    assert (school.school, school.runs, school.competences) == (city.schools[0].id, 3, frozenset())
    assert (operator.operator, operator.runs, operator.competences) == (operators[1].id, 2, {"epilepsy"})
    spares = list(reserves.spare_vehicles(told, atlas(told)))
    assert [(each.seats, each.wheelchairs, each.free_from) for each in spares] == [(8, 1, reserves.READY)] * 2


def test_an_operator_that_has_stopped_lends_no_crew(city):
    gone = [row.model_copy(update={"crew": 2, "active": False}) for row in city.operators]
    told = city.model_copy(update={"operators": tuple(gone), "schools": ()})
    assert reserves.second_crews(told) == ()


def test_most_runs_of_a_city_lie_in_an_area(facts):
    assert all(run.area for run in facts[1].runs)


@pytest.mark.parametrize("step", LADDER, ids=[step.name.lower() for step in LADDER])
def test_every_rung_of_the_ladder_is_used_on_the_built_city(day, step):
    problem, solution = day
    ladder = tuple(dict.fromkeys((step, Step.CANCEL)))
    vehicles = sorted({run.vehicle for run in problem.runs})[:12]
    people = sorted(solution.held)
    mornings = chain(
        (Desk((Absence(guide),), ladder=ladder) for guide in people),
        (Desk(failures=(Failure(vehicle),), ladder=ladder) for vehicle in vehicles),
    )
    for desk in mornings:
        plan = cover(problem, solution, desk)
        if any(each.step is step for each in plan.covers) or (step is Step.CANCEL and plan.cancelled):
            return
    pytest.fail(f"no morning used {step.value}")


def test_a_guide_kept_for_standby_is_asked_before_any_other_free_guide(day):
    problem, solution = day
    bare = replace(solution, backups=())
    guide = sorted(solution.held)[0]
    plan = cover(problem, bare, Desk((Absence(guide),)))
    assert {each.step for each in plan.covers} == {Step.STANDBY}
    assert all(problem.guide[each.who].standby for each in plan.covers)
