"""The front of cost, travel and moves: no plan there is beats a point of it in all three."""

from dataclasses import replace

import pytest

from optimiser import places
from optimiser.core.limits import Limits
from optimiser.core.units import Pence
from optimiser.core.violation import hard_ones
from optimiser.places import costing, verify
from optimiser.places.problem import Policy, Problem
from optimiser.places.surface import fewest_moves
from tests.builders.places import a_base, a_problem, a_pupil, a_random_problem, some_prices
from tests.optimiser.places.test_brute_force import every_plan

Measures = tuple[int, int, int]


def three(each: places.Alternative) -> Measures:
    assert each.result.cost is not None
    return each.result.cost, each.travel, each.moves


def a_problem_of_moves() -> Problem:
    """Return twelve pupils at a dear base an hour off, who could move to a near one or a cheap one."""
    now = a_base("b1", place="at 60", commissioned=(12,), top_up=Pence(500_000))
    near = a_base("b2", place="at 0", commissioned=(6,), top_up=Pence(900_000))
    cheap = a_base("b3", place="at 30", commissioned=(8,))
    pupils = [a_pupil(f"p{number}", current="b1") for number in range(1, 13)]
    prices = some_prices(move=Pence(0), sensitive_move=Pence(0))
    return a_problem(pupils, [now, near, cheap], prices=prices)


def test_fewer_moves_cost_more_or_travel_further_and_no_point_beats_another() -> None:
    found = places.surface(a_problem_of_moves(), 15)
    assert len({each.cap for each in found}) == 3 and len({each.moves for each in found}) >= 3
    for one in found:
        rivals = [three(each) for each in found if each is not one]
        assert not any(all(theirs <= own for theirs, own in zip(rival, three(one), strict=True)) for rival in rivals)
        assert one.result.cost == one.result.bound and (one.cap is None or one.moves <= one.cap)


@pytest.mark.parametrize("seed", [3, 11, 17, 29, 41, 58])
def test_no_plan_there_is_beats_a_point_in_cost_travel_and_moves(seed: int) -> None:
    problem = a_random_problem(seed)
    every = [
        (costing.cost(problem, plan), costing.journey_seconds(problem, plan), costing.moves_made(problem, plan))
        for plan in every_plan(problem)
        if not hard_ones(verify(problem, plan))
    ]  # fmt: skip
    found = places.surface(problem, 9)
    assert bool(found) == bool(every)
    for point in map(three, found):
        assert point in every
        assert not any(cost < point[0] and travel <= point[1] and moves <= point[2] for cost, travel, moves in every)


def test_the_front_of_three_measures_is_the_same_on_one_process_and_on_two() -> None:
    problem = a_problem_of_moves()
    assert places.surface(problem, 9, limits=Limits(processes=2)) == places.surface(problem, 9)


def test_a_front_of_three_measures_that_is_stopped_keeps_what_it_has() -> None:
    problem = a_problem_of_moves()
    cut = places.surface(problem, 15, progress=lambda step: False)
    assert 0 < len(cut) < len(places.surface(problem, 15))


def test_nobody_has_to_move_where_nothing_closes_and_all_do_where_everything_does() -> None:
    problem = a_problem_of_moves()
    assert fewest_moves(problem) == 0
    shut = tuple(replace(base, closes=0) if base.id == "b1" else base for base in problem.bases)
    assert fewest_moves(replace(problem, bases=shut)) == 12


def test_a_policy_at_odds_with_itself_gives_no_front() -> None:
    assert places.surface(a_problem(policy=Policy(max_closures=0, remove_places=1))) == ()
