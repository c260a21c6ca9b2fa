"""The simulation of lateness: repeatable, certain where nothing varies, and worse in worse traffic."""

from dataclasses import replace

from optimiser import routes
from optimiser.core.limits import Limits
from optimiser.routes.riding import ride_seconds
from scenarios.lateness import Uncertainty, simulate, tables
from tests.builders.routes import a_child, a_problem, a_random_city

CALM = Uncertainty(days=50, traffic=0.0, leg=0.0, boarding=0.0, slow_door=0.0, absence=0.0)
USUAL = Uncertainty(days=400)


def planned():
    problem = a_random_city(children=25, schools=2, seed=3)
    return problem, routes.solve(problem, limits=Limits(work=1500)).solution


def test_nothing_is_late_when_nothing_varies():
    problem, plan = planned()
    runs, rides = simulate(problem, plan, uncertainty=CALM)
    assert all(run.on_time == 1.0 and run.p95_late == 0 for run in runs)
    for ride in rides:
        run = plan.run[ride.run]
        assert abs(ride.p95 - ride_seconds(problem, run, problem.child[ride.child])) <= 1


def test_the_same_seed_gives_the_same_answer_and_another_does_not():
    problem, plan = planned()
    assert simulate(problem, plan, uncertainty=USUAL, seed=1) == simulate(problem, plan, uncertainty=USUAL, seed=1)
    assert simulate(problem, plan, uncertainty=USUAL, seed=1) != simulate(problem, plan, uncertainty=USUAL, seed=2)


def test_worse_traffic_makes_more_runs_late():
    problem, plan = planned()
    usual, _ = simulate(problem, plan, uncertainty=USUAL)
    bad, _ = simulate(problem, plan, uncertainty=replace(USUAL, traffic=0.4))
    assert sum(run.p95_late for run in bad) > sum(run.p95_late for run in usual)


def test_a_run_timed_to_the_last_minute_is_late_half_of_the_days_and_told_to_start_earlier():
    problem = a_problem([a_child("c1")], minutes={"home-c1": 30})
    plan = routes.solve(problem, limits=Limits(work=100)).solution
    runs, _ = simulate(problem, plan, uncertainty=Uncertainty(days=4000, absence=0.0, slow_door=0.0))
    morning = next(run for run in runs if run.run.startswith("am"))
    assert 0.4 < morning.on_time < 0.65
    assert morning.start_earlier >= 60
    assert morning.start_earlier % 60 == 0


def test_tables_hold_every_run_and_only_the_likely_long_rides():
    problem, plan = planned()
    runs, rides = simulate(problem, plan, uncertainty=USUAL)
    punctuality, long = tables(runs, rides, uncertainty=USUAL)
    assert len(punctuality.rows) == len(plan.runs)
    assert all(row[-1] > 0.05 for row in long.rows)
