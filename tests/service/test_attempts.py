"""A search within so much work, begun anew a few times: the same answer each time, the cheapest kept."""

import pytest

from data.synthetic import make
from optimiser.core.limits import Limits
from optimiser.core.progress import Step, ignore
from optimiser.core.result import Result, Status
from service.cli.planning import SECONDS, WORK
from service.optimisers.attempts import best_of
from service.optimisers.jobs import Job, solve
from service.optimisers.registry import ASK

COSTS = {1: 70, 1001: 50, 2001: 50, 3001: 60}


def searching(asked, *, stopped_at=None, proved_at=None):
    """A search whose cost depends on the seed alone; what it was asked is kept in ``asked``."""

    def find(problem, *, limits, seed, progress, start):
        asked.append((seed, limits))
        progress(Step(0.5, "searching", COSTS[seed]))
        status = Status.STOPPED if seed == stopped_at else Status.OPTIMAL if seed == proved_at else Status.FEASIBLE
        cost = COSTS[seed]
        return Result(status, f"plan of {seed}", cost, cost if seed == proved_at else 40, (), seed, 10)

    return find


def found(asked, *, attempts=4, limits=Limits(work=10), progress=ignore, **how):
    return best_of(searching(asked, **how), None, attempts=attempts, limits=limits, seed=1, progress=progress)


def test_the_cheapest_of_all_attempts_is_kept_the_earliest_of_equals():
    asked = []
    result = found(asked)
    assert [seed for seed, _ in asked] == [1, 1001, 2001, 3001]
    assert (result.solution, result.cost, result.bound, result.seed, result.work) == ("plan of 1001", 50, 40, 1, 40)


@pytest.mark.parametrize(("onward", "starts"), [(False, ["old"] * 4), (True, ["old", 70, 50, 50])])
def test_attempts_begin_anew_or_from_the_best_so_far(onward, starts):
    begun = []

    def find(problem, *, limits, seed, progress, start):
        begun.append(start)
        return Result(Status.FEASIBLE, COSTS[seed], COSTS[seed], None, (), seed, 10)

    best_of(find, None, attempts=4, onward=onward, limits=Limits(work=10), seed=1, progress=ignore, start="old")
    assert begun == starts


@pytest.mark.parametrize(
    ("how", "seeds", "status", "plan"),
    [
        ({"proved_at": 1001}, [1, 1001], Status.OPTIMAL, "plan of 1001"),
        ({"stopped_at": 1}, [1], Status.STOPPED, "plan of 1"),
    ],
)
def test_a_proof_or_a_person_ends_the_attempts(how, seeds, status, plan):
    asked = []
    result = found(asked, **how)
    assert [seed for seed, _ in asked] == seeds
    assert (result.status, result.solution) == (status, plan)


def test_the_clock_is_shared_when_no_work_is_given_and_a_backstop_when_it_is():
    asked = []
    found(asked, limits=Limits(seconds=100.0))
    assert asked[0][1].seconds == pytest.approx(25.0, abs=1.0)
    asked.clear()
    found(asked, limits=Limits(seconds=100.0, work=10))
    assert asked[0][1].seconds == pytest.approx(100.0, abs=1.0)
    asked.clear()
    found(asked, limits=Limits(seconds=1e-9, work=10))
    assert [seed for seed, _ in asked] == [1]


def test_progress_runs_from_start_to_end_once_and_never_tells_a_dearer_best():
    told = []
    found([], progress=lambda step: told.append((step.share, step.cost)) or True)
    assert told == [(0.125, 70), (0.375, 50), (0.625, 50), (0.875, 50)]


def test_the_same_work_gives_the_same_runs_whatever_the_clock_allows():
    options = {"work": 400, "attempts": 2}
    records, plans = make("small", 1).model_dump_json().encode("utf-8"), []
    for seconds in (60.0, 600.0):
        job = Job("routes", "", records, options=options, seed=1, seconds=seconds)
        plans.append(solve(ASK["routes"](job), job, ignore))
    assert plans[0].solution == plans[1].solution and plans[0].cost == plans[1].cost
    assert plans[0].work == plans[1].work


def test_the_small_demonstration_searches_for_runs_by_work_and_the_clock_is_far_off():
    assert WORK["small"]["routes"]["work"] > 0 and WORK["medium"]["routes"]["work"] > 0
    assert min(SECONDS["small"].values()) >= 120
