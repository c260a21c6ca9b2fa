"""Rosters too wide for the exact model are built and rebuilt within the time allowed, and stay bounded and verified."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.core.limits import Limits
from optimiser.core.result import Status
from optimiser.core.travel import TravelMatrix
from optimiser.meetings import costing, solve, verify, wide
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import AT_SCHOOL, CatchUp, Pin, Repair
from optimiser.meetings.search.board import Board
from optimiser.meetings.search.consolidating import Consolidation
from optimiser.meetings.search.deadline import Deadline
from optimiser.meetings.search.rebuilding import fill, improve
from optimiser.meetings.solution import Solution, Unbooked
from tests.builders.meetings import DAYS, HUB, STARTS, a_person, a_round, a_school, a_team, the_pilot


def _far(seed, count=5):
    rng = np.random.default_rng(seed)
    names = tuple(f"s{number}" for number in range(count))
    points = rng.integers(0, 2400, (count, 2))
    seconds = np.abs(points[:, None] - points[None]).sum(axis=2).astype(np.int32)
    travel = TravelMatrix(names, seconds, seconds, "test", "test")
    schools = [
        a_school(
            name,
            venues=(AT_SCHOOL,),
            psychologist=f"ep{1 + number % 2}",
            preferred=frozenset((int(d), 0) for d in range(5) if rng.random() < 0.5),
        )
        for number, name in enumerate(names)
    ]
    staff = (*a_team(), a_person("ep2"), a_person("at2", "AT", locality="South", most_a_day=2))
    return a_round(schools, staff=staff, travel=travel, days=DAYS[:2])


@pytest.mark.parametrize("seed", range(3))
def test_a_wide_roster_is_verified_and_its_bound_holds_for_the_exact_one(seed, monkeypatch):
    problem = _far(seed)
    exact = solve(problem)
    monkeypatch.setattr(wide, "MOST_CHOICES", 0)
    found = solve(problem, limits=Limits(work=60), seed=seed)
    assert exact.status is Status.OPTIMAL
    assert found.bound <= exact.cost <= found.cost
    assert not [each for each in found.violations if each.hard]
    assert found.solution == solve(problem, limits=Limits(work=60), seed=seed).solution


@pytest.mark.parametrize("seed", range(2))
def test_the_bound_of_a_wide_roster_holds_when_catch_up_slots_are_wanted(seed, monkeypatch):
    problem = _far(seed)
    there = np.pad(problem.travel.seconds, (0, 1), constant_values=600)
    there[-1, -1] = 0
    travel = TravelMatrix((*problem.travel.places, "B20 3DE"), there, there, "test", "test")
    wish = CatchUp("meeting", 2, "North", HUB, DAYS[0], DAYS[1])
    problem = replace(problem, travel=travel, catch_up=(wish,))
    exact = solve(problem)
    monkeypatch.setattr(wide, "MOST_CHOICES", 0)
    found = solve(problem, limits=Limits(work=40), seed=seed)
    assert exact.status is Status.OPTIMAL
    assert found.bound <= exact.cost <= found.cost


@pytest.mark.parametrize("seed", range(4))
def test_the_compiled_search_keeps_journeys_and_counts_what_costing_counts(seed):
    problem = _far(seed, count=9)
    search = Consolidation(problem, Openings(problem))
    for heat in (6.0, 2.0, 0.5):
        search.run(2_000, heat, seed)
        found = search.bookings()
        out = tuple(Unbooked(m.id, "priced-out", "Others come first.") for m in problem.meetings if m.id not in found)
        roster = Solution(tuple(found.values()), out)
        assert not [each for each in verify(problem, roster) if each.hard]
        assert costing.cost(problem, roster) == search.tally[1] <= search.tally[0]


def test_the_compiled_search_finds_the_optimum_of_a_small_round_with_journeys(monkeypatch):
    problem = _far(1)
    best = solve(problem).cost
    monkeypatch.setattr(wide, "MOST_CHOICES", 0)
    assert solve(problem, limits=Limits(work=60)).cost == best


def test_the_board_counts_what_costing_counts_through_puts_and_takes():
    problem = _far(4)
    board = Board(problem, Openings(problem))
    fill(board)
    improve(board, Deadline(Limits(work=40)), seed=1, watch=lambda points, best: True)
    roster = Solution(tuple(board.placed.values()))
    missing = sum(board.left_out[name] for name in board.choices if name not in board.placed)
    assert board.points == costing.cost(problem, roster) + missing


def test_the_board_keeps_pins_and_caps_on_moves_and_adds_reserves():
    problem = the_pilot(wanted=2)
    board = Board(replace(problem, pins=(Pin("s05", DAYS[2], STARTS[3], people=("ep1",)),)), Openings(problem))
    fill(board)
    board.fill_reserves()
    assert (board.placed["s05"].day, board.placed["s05"].start) == (DAYS[2], STARTS[3])
    roster = solve(problem).solution
    shut = replace(problem, venues=(replace(problem.venues[0], rooms=problem.venues[0].rooms[:1]),), days=DAYS[1:])
    repair = Repair(roster.bookings, most_moves=1)
    again = Board(replace(shut, repair=repair), Openings(replace(shut, repair=repair)))
    fill(again)
    assert again.moves <= 1


def test_catch_up_slots_on_the_board_are_verified():
    problem = a_round(catch_up=(CatchUp("meeting", 2, "North", HUB, DAYS[0], DAYS[-1]),))
    board = Board(problem, Openings(problem))
    fill(board)
    board.fill_reserves()
    assert len(board.reserves) == 2
    roster = Solution(tuple(board.placed.values()), (), tuple(board.reserves))
    assert not [each for each in verify(problem, roster) if each.hard]


def test_a_limit_in_seconds_is_shared_by_the_stages():
    deadline = Deadline(Limits(seconds=1000.0))
    assert 0 < deadline.share(0.25).seconds <= 250
    assert not deadline.passed
    assert Deadline(Limits(work=5)).share(0.5) == Limits(work=5)
    assert Deadline(Limits(work=5)).left is None


def test_no_time_at_all_still_gives_a_verified_roster():
    result = solve(the_pilot(), limits=Limits(seconds=0.001))
    assert result.solution is not None
    assert not [each for each in result.violations if each.hard]
