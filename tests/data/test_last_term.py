"""Last term's runs of the made-up cities: lawful but for a handful, with seats left empty by those who have gone."""

import pytest

from data.problems import routes
from data.synthetic import make
from optimiser.routes.solution import RoutesSolution
from optimiser.routes.verifier import verify


@pytest.fixture(scope="module")
def medium():
    return make("medium", seed=1)


@pytest.fixture(scope="module")
def problem(medium):
    return routes.build(medium).problem


def test_last_term_broke_no_rule_but_a_handful_of_ride_limits(problem):
    broken = [violation for violation in verify(problem, RoutesSolution(problem.last)) if violation.hard]
    assert {violation.rule for violation in broken} <= {"ride-time"}
    assert 0 < len(broken) <= len(problem.last) / 50


def test_last_term_carried_every_child(problem):
    riding = {(child, run.direction) for run in problem.last for child in run.children}
    wanted = {(c.id, side) for c in problem.children for side in c.directions}
    assert riding == wanted


def test_some_vehicles_are_larger_than_whoever_is_left_in_them(medium):
    seats = {vehicle.id: vehicle.layouts[0][0] for vehicle in medium.vehicles}
    loads = [len(run.pupils) / seats[run.vehicle] for run in medium.runs]
    assert sum(load <= 0.5 for load in loads) > len(loads) / 20
    assert sum(load >= 0.75 for load in loads) > len(loads) / 3


def test_the_fleet_holds_last_term_s_vehicles(medium):
    there = {vehicle.id: vehicle.available for vehicle in medium.vehicles}
    for kind, most in there.items():
        assert most is None or sum(run.vehicle == kind for run in medium.runs) <= most
