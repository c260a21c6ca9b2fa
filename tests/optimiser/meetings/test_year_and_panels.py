"""Catch-up slots, the year's clashes, panels, agendas, backlog and forums."""

from datetime import date, timedelta

import pytest

from optimiser.core.calendar import SchoolCalendar, Term
from optimiser.core.limits import Limits
from optimiser.meetings import agenda, catchup, forum, panels, solve, year
from optimiser.meetings.capacity import capacity
from optimiser.meetings.fairness import by_need
from optimiser.meetings.solution import Solution
from tests.builders.meetings import DAYS, a_person, a_round, a_school, a_team, the_pilot

CALENDAR = SchoolCalendar(
    (
        Term("Summer 2020", date(2020, 6, 1), date(2020, 7, 20)),
        Term("Autumn 2020", date(2020, 9, 1), date(2020, 12, 18)),
        Term("Spring 2021", date(2021, 1, 4), date(2021, 4, 1)),
    )
)
TUESDAYS = tuple(date(2020, 1, 28) + timedelta(days=7 * week) for week in range(3))


@pytest.mark.parametrize(("confidence", "slots"), [(0.9, 6), (0.95, 7)])
def test_32_meetings_need_6_or_7_catch_up_slots(confidence, slots):
    assert catchup.slots_needed(32, confidence=confidence) == slots


def test_a_school_that_did_not_come_is_offered_a_later_slot():
    problem = the_pilot()
    roster = solve(problem).solution
    assert catchup.offers(problem, roster, "s01", after=DAYS[0] - timedelta(days=1))
    assert catchup.drop_ins(roster, frozenset()) == roster.reserves


def test_the_18_printed_networks_show_six_tuesday_clashes_with_dates_instead():
    networks = year.networks()
    found = year.clashes(networks, year.panels(CALENDAR), CALENDAR)
    assert len(networks) == 18
    assert len(found) == 6
    assert {clash.day.weekday() for clash in found} == {1}
    taken = {each.day for each in networks}
    for clash in found:
        assert len(clash.instead) == 2
        assert not set(clash.instead) & taken
        assert all(day.weekday() in (2, 3) for day in clash.instead)


def _members(per_service):
    return [panels.Member(f"{s}-{i}", s) for s in panels.SERVICES for i in range(per_service)]


def test_four_sittings_at_once_need_four_of_each_service():
    seats, short = panels.staff(_members(4), panels.sittings(TUESDAYS))
    assert not short
    assert all(seat.member for seat in seats)
    assert len(seats) == 4 * 9 * 3


def test_a_shortage_is_proved_and_a_stagger_frees_it():
    assert panels.stagger_frees(_members(2), TUESDAYS) == (27, 0)
    _, short = panels.staff(_members(3), panels.sittings(TUESDAYS[:1]))
    assert len(short[0].members) < len(short[0].areas)
    assert "share only" in short[0].sentence


def test_an_agenda_hears_complete_cases_by_due_date_and_says_what_rolls_over():
    cases = [agenda.Case(f"c{i:02d}", "EHC", "North", TUESDAYS[i % 3], complete_from=DAYS[0]) for i in range(14)]
    cases.append(agenda.Case("late-papers", "EHC", "North", TUESDAYS[0]))
    made = agenda.plan(cases, TUESDAYS[:1])
    assert len(made.listed) == 12
    assert {each.case for each in made.rolled_over} >= {"late-papers"}
    assert agenda.cancel(cases, TUESDAYS, TUESDAYS[0])


@pytest.mark.parametrize(("waiting", "arriving", "decided", "left"), [(211, 12, 36, 19), (200, 10, 19, 34)])
def test_the_backlogs_have_the_shape_of_the_papers(waiting, arriving, decided, left):
    backlog = agenda.Backlog(waiting, arriving, decided)
    path = agenda.weeks(backlog, count=8 if waiting == 211 else 19)
    assert path[0] == waiting
    assert path[-1] <= left
    assert list(path) == sorted(path, reverse=True)
    assert agenda.sittings_needed(backlog, down_to=left, in_weeks=len(path) - 1) == 1


def test_a_forum_grid_gives_each_family_one_place_at_a_time():
    wishes = [forum.Wish(f"f{i}", role) for i in range(4) for role in ("EP", "OT")]
    grid = forum.arrange(wishes, [("ep1", "EP"), ("ot1", "OT")], slots=5, walk_ins=1)
    assert len(grid.appointments) == 8
    assert len({(each.family, each.slot) for each in grid.appointments}) == 8
    assert not grid.left_over
    assert len(grid.open_slots) == 2


def test_an_interpreter_is_in_one_place_at_a_time():
    wishes = [forum.Wish(f"f{i}", "EP", "Urdu") for i in range(3)]
    grid = forum.arrange(wishes, [("ep1", "EP"), ("ep2", "EP")], slots=2, interpreters={"Urdu": 1}, walk_ins=0)
    assert len(grid.appointments) == 2
    assert len(grid.left_over) == 1


def test_each_role_says_what_it_has_and_what_the_round_takes_the_fullest_first():
    problem = a_round([a_school("s1"), a_school("s2")], staff=(*a_team()[:3], a_person("ot1", "OT", most_a_day=1)))
    roster = solve(problem, limits=Limits(seconds=5)).solution
    table = capacity(problem, roster)
    first, second = table.rows[:2]
    assert first == ("OT", 1, 6, 2, 6, 2, 2, 2 / 6)
    assert second[4] == 6 * 6 and second[5] == second[6] == 2
    assert "0 schools are left out" in table.note


def test_schools_are_told_by_concern_and_whoever_is_missed_again_is_counted():
    schools = [a_school("s1", need_signal=5), a_school("s2", missed_last_round=True), a_school("s3", need_signal=5)]
    problem = a_round(schools)
    roster = solve(problem, limits=Limits(seconds=5)).solution
    fewer = Solution(tuple(each for each in roster.bookings if each.meeting != "s2"))
    table = by_need(problem, fewer)
    assert [row[:4] + row[5:] for row in table.rows] == [(5, 2, 2, 7200, 0), (0, 1, 0, 0, 1)]
    assert table.rows[1][4] is None and "Of 1 schools missed in the last round, 1 would be" in table.note
