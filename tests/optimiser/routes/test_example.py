"""The README's worked example comes out as the README says."""

from optimiser import routes
from optimiser.core.limits import Limits
from optimiser.core.units import clock
from optimiser.routes.riding import ride_seconds
from optimiser.routes.solution import Direction
from tests.builders.routes import a_child, a_problem


def test_the_worked_example_costs_what_the_readme_says():
    problem = a_problem([a_child("near"), a_child("far")], minutes={"home-near": 5, "home-far": 10})
    result = routes.solve(problem, limits=Limits(work=400))
    assert result.cost == 105_00
    run = result.solution.run_of["far", Direction.MORNING]
    assert run.begins == clock(8, 33)
    assert [stop.leave for stop in run.stops[:2]] == [clock(8, 34), clock(8, 40)]
    assert [ride_seconds(problem, run, problem.child[child]) for child in ("far", "near")] == [12 * 60, 6 * 60]
    assert run.stops[-1].arrive == clock(8, 45)
