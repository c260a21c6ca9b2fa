"""When large vehicles run short, their children go in smaller ones: nobody is left out for want of a bus."""

from dataclasses import replace

import pytest

from optimiser import routes
from optimiser.core.limits import Limits
from optimiser.core.units import pounds
from optimiser.routes import planning
from optimiser.routes.problem import WEEK, Layout, Operator
from tests.builders.routes import a_child, a_class, a_problem, a_random_city, a_school

FEW = Limits(work=3000)


def two_full_buses(**fields):
    """Return two schools at one time, eight children each, one bus for eight and taxis for three without a cap."""
    schools = (a_school("s1", place="gate"), a_school("s2", place="gate"))
    children = [a_child(f"c{at}", school=f"s{1 + at % 2}", home=f"h{at // 2}") for at in range(16)]
    kinds = (
        a_class("bus", available=1),
        a_class("taxi", layouts=(Layout("3", 3),), day_rate=pounds(70), **fields),
    )
    minutes = {"gate": 0} | {f"h{at}": 10 + at for at in range(8)}
    return a_problem(children, minutes=minutes, schools=schools, vehicle_classes=kinds)


def test_children_of_a_bus_that_is_not_there_go_in_taxis():
    result = routes.solve(two_full_buses(), limits=FEW)
    assert not result.solution.unserved
    kinds = [runs[0].vehicle_class for runs in result.solution.vehicles.values()]
    assert kinds.count("bus") == 1


def test_children_who_must_ride_together_are_not_parted_by_a_short_fleet():
    problem = two_full_buses()
    pairs = {"c0": "c14", "c1": "c15"}
    children = tuple(
        replace(child, together=frozenset({pairs[child.id]}) if child.id in pairs else frozenset())
        for child in problem.children
    )
    result = routes.solve(replace(problem, children=children), limits=FEW)
    assert not result.solution.unserved
    for run in result.solution.runs:
        assert all((one in run.children) == (other in run.children) for one, other in pairs.items())


def test_runs_of_other_weekdays_count_as_other_vehicles_of_a_short_class():
    problem = two_full_buses()
    children = tuple(
        replace(child, weekdays=WEEK - {4}) if child.school == "s1" else child for child in problem.children
    )
    result = routes.solve(replace(problem, children=children), limits=FEW)
    assert not result.solution.unserved


def test_an_operator_with_a_cap_on_vehicles_leaves_nobody_out_while_another_has_none():
    problem = two_full_buses(operator="op2")
    problem = replace(
        problem,
        vehicle_classes=tuple(replace(kind, available=None) for kind in problem.vehicle_classes),
        operators=(Operator("op1", cap=1), Operator("op2")),
    )
    result = routes.solve(problem, limits=FEW)
    assert not result.solution.unserved


@pytest.mark.parametrize("seed", range(3))
def test_whoever_is_left_out_of_a_short_city_could_not_ride_in_a_class_without_a_cap(seed):
    city = a_random_city(children=60, schools=4, seed=seed)
    kinds = tuple(kind if kind.kind == "taxi" else replace(kind, available=1) for kind in city.vehicle_classes)
    problem = replace(city, vehicle_classes=kinds)
    only_taxis = replace(city, vehicle_classes=tuple(kind for kind in kinds if kind.kind == "taxi"))
    alone = {(each.child, each.direction) for each in planning.screened(only_taxis)[0]}
    result = routes.solve(problem, limits=Limits(work=6000))
    assert {(each.child, each.direction) for each in result.solution.unserved} <= alone
