"""Staff-days of every role are priced: the compiled search counts truly, breaks no rule, meets the proved optimum."""

from dataclasses import replace
from pathlib import Path

import pytest

from data.benchmarks.meetings import read_roster
from optimiser.core.limits import Limits
from optimiser.meetings import costing, solve, verify
from optimiser.meetings.model import duty, starting
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import Pin, Repair, RoleNeed
from optimiser.meetings.search.consolidating import Consolidation, consolidate, fits
from optimiser.meetings.search.deadline import Deadline
from optimiser.meetings.solution import Solution, Unbooked
from tests.builders.meetings import DAYS, STARTS, a_kind, a_round, a_school, a_venue

FROZEN = Path(__file__).parents[2] / "instances" / "meetings"


@pytest.fixture(scope="module")
def made():
    return read_roster(FROZEN / "made-2x10-s2.json", combined=True).problem


def _roster(problem, placed):
    out = tuple(
        Unbooked(each.id, "priced-out", "Others come first.") for each in problem.meetings if each.id not in placed
    )
    return Solution(tuple(placed.values()), out)


def _least_used(problem, rounds, seed=3):
    limits = Deadline(Limits(work=rounds))
    return consolidate(problem, Openings(problem), limits, until=1.0, seed=seed, watch=lambda *_: True)


def test_the_points_counted_are_the_cost_and_no_rule_is_broken(made):
    search = Consolidation(made, Openings(made))
    for heat in (8.0, 2.0, 0.5):
        search.run(2_000, heat, 5)
        roster = _roster(made, search.bookings())
        assert costing.cost(made, roster) == search.tally[1] <= search.tally[0]
        assert not any(each.hard for each in verify(made, roster))


def test_an_optional_person_who_is_missing_is_counted_when_a_meeting_moves():
    roles = (*a_kind().roles, RoleNeed("PLO", required=False, missing_price=10))
    problem = a_round([a_school(f"s{number}") for number in range(6)], kinds=(a_kind(roles=roles),))
    search = Consolidation(problem, Openings(problem))
    search.run(500, 6.0, 2)
    assert search.tally[1] == costing.cost(problem, _roster(problem, search.bookings())) == 60 + 3


def test_the_search_repeats_and_stops_when_told(made):
    assert _least_used(made, 4_000) == _least_used(made, 4_000)
    stopped = consolidate(made, Openings(made), Deadline(Limits(work=10**9)), until=1.0, seed=1, watch=lambda *_: False)
    assert not any(each.hard for each in verify(made, _roster(made, stopped)))


def test_a_round_with_every_staff_day_priced_is_solved_to_its_proved_optimum(made):
    few = replace(made, meetings=made.meetings[:6])
    result = solve(few, limits=Limits(work=6_000))
    assert result.cost == result.bound
    assert costing.cost(few, _roster(few, _least_used(few, 60_000))) == result.cost


def test_bookings_make_a_full_start_for_the_exact_model(made):
    placed = _least_used(made, 4_000)
    model = duty.build(made)
    values = starting.complete(model, starting.plan_of(made, placed))
    points = sum(value * cost for value, cost in zip(values, model.model.cost, strict=True)) + model.model.offset
    assert points == costing.cost(made, _roster(made, placed))


@pytest.mark.parametrize(
    "changes",
    [
        {"pins": (Pin("s1", DAYS[0], STARTS[0]),)},
        {"repair": Repair(())},
        {"starts": (STARTS[0], STARTS[0] + 1800)},
    ],
)
def test_only_rounds_of_slots_are_searched_so(changes):
    assert fits(a_round(), Openings(a_round()))
    problem = a_round(**changes)
    assert not fits(problem, Openings(problem))


def test_a_venue_with_a_room_too_small_for_some_is_left_to_the_exact_model():
    venue = a_venue(2)
    small = replace(venue, rooms=(venue.rooms[0], replace(venue.rooms[1], seats=3)))
    problem = a_round(venues=(small,))
    assert not fits(problem, Openings(problem))
