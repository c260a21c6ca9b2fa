"""A season of panels and events: cadences, clashes moved without colliding, agendas, discussions, drop-ins, queues."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from optimiser.core.calendar import SchoolCalendar, Term
from optimiser.core.units import clock
from optimiser.meetings import alternatives, attendance, catchup, panelbook, season, solve, verify, yearbook
from optimiser.meetings.agenda import Case
from optimiser.meetings.attendance import Action, Attendance
from optimiser.meetings.forum import Wish
from optimiser.meetings.panels import SERVICES, Member
from optimiser.meetings.season import Forum, Panel, Season
from optimiser.meetings.year import Occasion
from tests.builders.meetings import DAYS, a_meeting, a_person, a_round, a_school, a_team, the_pilot

HALF_TERM = frozenset(date(2020, 2, 17) + timedelta(days=n) for n in range(5))
CALENDAR = SchoolCalendar((Term("Spring", date(2020, 1, 6), date(2020, 4, 3)),), closed=HALF_TERM)
FIRST, TUESDAY = date(2020, 1, 27), date(2020, 1, 28)


def a_season(**more):
    panels = tuple(Panel(f"PL_{area}", f"Panel {area}", area, services=SERVICES) for area in ("North", "West"))
    sensory = Panel("SPM", "Sensory panel", "City", cadence="monthly", hears=frozenset({"sensory"}))
    members = tuple(Member(f"{service}-{n}", service) for service in SERVICES for n in (1, 2))
    cases = (
        Case("c1", "EHC", "West", date(2020, 2, 20), complete_from=FIRST, lead="ep1", received=date(2020, 1, 9)),
        Case("c2", "sensory", "West", date(2020, 3, 1), complete_from=FIRST, lead="gone", locality_leads={"ep1"}),
        Case("c3", "EHC", "West", date(2020, 1, 30), received=date(2020, 1, 2)),
    )
    usual = {"panels": (*panels, sensory), "members": members, "cases": cases}
    return Season(CALENDAR, FIRST, FIRST + timedelta(weeks=6), **{**usual, **more})


@pytest.mark.parametrize(
    ("cadence", "count"), [("weekly", 12), ("fortnightly", 6), ("monthly", 3), ("half-termly", 2), ("termly", 1)]
)
def test_a_cadence_gives_its_number_of_sittings_a_term(cadence, count):
    days = season.sitting_days(Panel("x", "X", "West", cadence=cadence), CALENDAR)
    assert len(days) == count
    assert all(day.weekday() == 1 and CALENDAR.is_open(day) for day in days)


def test_monthly_business_rides_inside_the_first_sitting_of_its_month():
    asked = a_season()
    heard = season.hears(asked, season.sitting_days(asked.staffed[0], CALENDAR))
    assert [day for day, kinds in heard.items() if "sensory" in kinds] == [
        date(2020, 1, 7), date(2020, 2, 4), date(2020, 3, 3)
    ]  # fmt: skip


def test_an_agenda_keeps_the_named_lead_and_finds_a_stand_in_for_one_who_is_away():
    away = Member("gone", "EP", away=frozenset(DAYS) | {TUESDAY + timedelta(weeks=n) for n in range(9)})
    rows = {row[3]: row for row in panelbook.agenda_table(a_season(), panelbook.plans(
        a_season(members=(*a_season().members, away)))).rows}  # fmt: skip
    assert rows["c1"][7:9] == ("ep1", False)
    assert rows["c2"][7:9] == ("ep1", True)
    assert rows["c2"][1] == "2020-02-04"


def test_what_rolls_over_says_why_and_when_it_breaches_and_a_cancelled_day_names_whom_it_makes_late():
    asked = a_season()
    (row,) = panelbook.rolled_over(asked, panelbook.plans(asked)).rows
    assert row[1] == "c3" and "not complete" in row[4] and row[5] == "breaches on Thu 30 Jan 2020"
    late = replace(asked.cases[0], due=TUESDAY)
    rows = panelbook.cancelled(a_season(cases=(late,))).rows
    assert rows[0] == ("2020-01-28", 1, "c1")


def test_a_discussion_is_held_by_the_thursday_before_when_its_lead_is_free():
    problem = replace(the_pilot(), catch_up=())
    asked = a_season()
    solution = solve(problem).solution
    rows = panelbook.discussions(asked, panelbook.plans(asked), problem, solution).rows
    held = {(each.day.isoformat(), int(each.start)) for each in solution.bookings}
    assert [row[6] for row in rows if row[3] == "gone"] == ["the lead has no free time before the agenda closes"]
    for _, _, panel, _, day, start, _ in (row for row in rows if row[3] == "ep1"):
        assert day < panel and date.fromisoformat(day).weekday() < 5
        assert not any(one == day and begins < start + 1200 and start < begins + 3600 for one, begins in held)


def test_a_stagger_frees_what_one_wave_cannot_staff():
    one = tuple(member for member in a_season().members if not member.id.endswith("2"))
    ways = {(row[0], row[1]): row for row in panelbook.panel_ways(a_season(members=one)).rows}
    assert ways["Tuesday", "all at once"][4] > 0
    assert all(table.rows for table in (panelbook.panel_short(panelbook.staffed(a_season(members=one))[1]),))


def test_clashing_dates_moved_together_do_not_collide_and_miss_faith_days():
    taken = frozenset({"EP of West"})
    events = tuple(Occasion(f"N{n}", "Network", TUESDAY + timedelta(weeks=n), taken, frozenset({1, 2, 3}))
                   for n in (0, 1))  # fmt: skip
    panels = tuple(replace(panel, services=("EP",)) for panel in a_season().staffed)
    asked = a_season(occasions=events, panels=panels, faith=((TUESDAY + timedelta(days=1), "A feast"),))
    rows = yearbook.clashes(asked).rows
    assert [row[0] for row in rows] == ["N0", "N1"]
    together = [row[8] for row in rows]
    assert len(set(together)) == 2 and "2020-01-29" not in together
    assert "A feast" not in str(rows)


def test_a_forum_and_a_drop_in_have_a_grid_with_a_slot_for_walk_ins():
    problem = the_pilot()
    roster = solve(problem).solution
    held = Forum("F", "Family forum", DAYS[0], clock(18), clock(19), (("ep1", "EP"),), wishes=(Wish("f1", "EP"),))
    rows = yearbook.appointments(a_season(forums=(held,)), problem, roster).rows
    assert [row[6] for row in rows if row[0] == "F"] == ["f1", "free to book", "free to book", "kept for walk-ins"]
    assert {row[0] for row in rows} == {"F", *(each.id for each in roster.reserves)}


def test_every_swap_is_checked_and_its_points_are_true():
    problem = replace(the_pilot(), catch_up=())
    roster = solve(problem).solution
    found = alternatives.swaps(problem, roster, roster.bookings[0].meeting)
    assert found
    for swap in found:
        assert not any(each.hard for each in verify(problem, swap.solution))
        moved = {b.meeting for b in swap.solution.bookings if (b.day, b.start) != (
            roster.booking[b.meeting].day, roster.booking[b.meeting].start)}  # fmt: skip
        assert moved == {swap.meeting, swap.other}


def test_one_more_half_day_of_the_role_that_runs_out_is_worth_a_school():
    mornings = frozenset({(0, 0)})
    staff = (a_person(works=mornings), *a_team()[1:])
    schools = [a_school(f"s{n}") for n in range(4)]
    monday = a_round(
        schools, staff=staff, days=DAYS[:2], meetings=tuple(a_meeting(s.id, last=DAYS[1]) for s in schools)
    )
    best = alternatives.one_more_half_day(monday, "EP")[0]
    assert (best.person, best.met, best.proved) == ("ep1", 1, True)
    assert best.points > 900
    assert alternatives.one_more_half_day(monday, "DENTIST") == ()


def test_idle_time_is_told_with_a_reason():
    problem = the_pilot()
    reasons = {row[4] for row in alternatives.idle(problem, solve(problem).solution).rows}
    assert reasons <= {"Every school they could meet has its meeting."}


def test_too_few_catch_up_slots_are_explained_time_by_time():
    problem = the_pilot()
    rows = catchup.shortfall(problem, solve(problem).solution).rows
    assert sum(row[5] for row in rows) == len(problem.days) * len(problem.starts)
    assert ("a meeting is in every room", 32) in {(row[4], row[5]) for row in rows}


def test_attendance_counts_have_denominators_and_size_the_next_round():
    problem = the_pilot()
    roster = solve(problem).solution
    noted = tuple(
        Attendance(each.meeting, came=n >= 4, senco=n >= 4, head=4 <= n < 14, rating=5 if n >= 14 else None,
                   actions=(Action("panel paper", "ep1", DAYS[1]),) if n == 5 else ())
        for n, each in enumerate(roster.bookings)
    )  # fmt: skip
    counts = {row[0]: row[1:] for row in attendance.summary(problem, roster, noted).rows}
    assert counts["Schools that came"] == (28, "of 32 noted")
    assert counts["Head teachers who came"] == (10, "of 28 schools that came")
    assert counts["Catch-up slots for the next round, 90% sure"][0] == 6
    assert len(attendance.see_again(problem, roster, noted).rows) == 4
    assert len(attendance.actions(problem, noted).rows) == 1
