"""People's mistakes in what is asked are named with a remedy, and everything that can be placed is placed."""

from dataclasses import replace
from datetime import date

import pytest

from data.problems.meetings import build, leave_faults
from data.synthetic import make
from optimiser.core.units import clock
from optimiser.meetings import solve, verify
from optimiser.meetings.faults import faults, table
from optimiser.meetings.problem import Pin
from tests.builders.meetings import DAYS, STARTS, a_meeting, a_person, a_round, a_school, a_team

OTHERS = [a_school(f"s{n}") for n in (2, 3)]


def _window():
    sunday = a_meeting(first=date(2020, 2, 1), last=date(2020, 2, 2))
    return a_round([a_school(), *OTHERS], meetings=(sunday, *(a_meeting(s.id) for s in OTHERS)))


def _pinned(*pins):
    return a_round([a_school(), *OTHERS], pins=pins)


CASES = {
    "a role nobody holds": (lambda: a_round(OTHERS, staff=a_team()[:3]), "nobody holds the role OT", 0),
    "a locality nobody serves": (
        lambda: a_round(OTHERS, staff=(*a_team()[:3], a_person("ot1", "OT", localities=frozenset({"South"})))),
        "nobody in the role OT serves North",
        0,
    ),
    "a window with no working day": (_window, "no working day from Sat 1 Feb 2020 to Sun 2 Feb 2020", 2),
    "a school with no availability": (
        lambda: a_round([a_school(no_go=frozenset(DAYS)), *OTHERS]), "the school has no time at all", 2,
    ),
    "a room too small": (lambda: a_round([a_school(party=40), *OTHERS]), "no room of hub seats the 44", 2),
    "a person double-booked by locks": (
        lambda: _pinned(Pin("s1", DAYS[0], STARTS[0]), Pin("s2", DAYS[0], STARTS[0])),
        "both are locked on Mon 27 Jan 2020 at 09:00 with ep1",
        2,
    ),
    "a lock on a time that cannot be": (
        lambda: _pinned(Pin("s1", DAYS[0], clock(7))), "it is locked on Mon 27 Jan 2020 at 07:00", 2,
    ),
    "a lock on a meeting that is not there": (
        lambda: _pinned(Pin("s9", DAYS[0], clock(9))), "locked that is not in this round", 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_named_with_a_remedy_and_the_rest_is_placed(case):
    build_it, words, placed = CASES[case]
    problem = build_it()
    found = faults(problem)
    assert any(words in wrong for _, wrong, _ in found), found
    assert all(remedy for _, _, remedy in found)
    solution = solve(problem).solution
    assert len(solution.bookings) == placed
    assert len(solution.bookings) + len(solution.unbooked) == len(problem.meetings)
    assert all(item.sentence for item in solution.unbooked)
    assert not any(each.hard for each in verify(problem, solution))


def test_a_round_without_a_fault_has_none():
    assert table(a_round()).rows == ()


def test_overlapping_leave_is_named_and_the_days_are_away_once():
    city = make("small", 1)
    person = city.staff[0].id
    row = type(make("medium", 1).leave[0])
    first, second = (row(staff=person, first=date(2020, 1, day), last=date(2020, 1, day + 2)) for day in (27, 28))
    city = city.model_copy(update={"leave": (first, second)})
    ((about, wrong, remedy),) = leave_faults(city)
    assert about == person and "overlap up to Wed 29 Jan 2020" in wrong and "Leave sheet" in remedy
    assert leave_faults(city.model_copy(update={"leave": (first,)})) == ()
    away = build(city, locality="West").problem.person[person].leave
    assert away == {date(2020, 1, day) for day in (27, 28, 29, 30)}


def test_a_window_in_the_holidays_says_where_to_change_it():
    from service.optimisers import CannotPlan, Job
    from service.optimisers.locality import ask_meetings

    city = make("small", 1)
    kinds = tuple(
        each.model_copy(update={"window_first": date(2020, 2, 17), "window_last": date(2020, 2, 21)})
        for each in city.meeting_types
    )
    records = city.model_copy(update={"meeting_types": kinds}).model_dump_json().encode()
    with pytest.raises(CannotPlan, match="no school day"):
        ask_meetings(Job("meetings", "x", records))


def test_catch_up_slots_are_held_in_each_locality_near_who_missed_and_sized_from_the_rate():
    problem = build(make("small", 1)).problem
    (wish,) = problem.catch_up
    assert (wish.locality, wish.wanted) == ("West", 7)
    assert build(make("small", 1), no_show=0.0).problem.catch_up[0].wanted == 0
    longer = build(make("small", 1), days_after=2).problem
    assert longer.days[-1] == date(2020, 2, 5) and max(each.last for each in longer.meetings) == date(2020, 2, 3)
    held = solve(replace(longer, prices=problem.prices)).solution
    assert (len(held.bookings), len(held.reserves)) == (32, 7)
