"""Repairs of a roster: nobody who could stay is dropped for another, and what differs is told row by row."""

from dataclasses import replace

from optimiser.core.limits import Limits
from optimiser.core.units import clock
from optimiser.meetings.problem import Booking, Repair
from optimiser.meetings.repair import before_and_after, fewest_moves
from tests.builders.meetings import DAYS, HUB, TEAM, a_person, a_round, a_school, a_team


def two_schools_on_two_days(**changes):
    """Return two schools with the only time of two days each, and their roster; the first was missed before."""
    problem = a_round([a_school("s1", missed_last_round=True), a_school("s2")], days=DAYS[:2], starts=(clock(9),))
    roster = tuple(Booking(f"s{n}", DAYS[n - 1], clock(9), HUB, "r0", TEAM) for n in (1, 2))
    return replace(problem, repair=Repair(roster, most_moves=3), **changes)


def test_a_meeting_that_can_stay_is_not_left_out_for_one_that_cannot():
    ill = tuple(replace(each, leave=frozenset({DAYS[0]})) if each.id == "ep1" else each for each in a_team())
    repaired = fewest_moves(two_schools_on_two_days(staff=ill), limits=Limits(seconds=10))
    assert [each.meeting for each in repaired.result.solution.unbooked] == ["s1"]
    assert repaired.result.solution.booking["s2"].day == DAYS[1]
    assert repaired.moved == repaired.hit == ("s1",) and repaired.fewest == 1


def test_who_stands_in_is_told_though_nothing_moves():
    away = replace(a_person("slt1", "SLT"), leave=frozenset({DAYS[0]}))
    staff = (*(each for each in a_team() if each.id != "slt1"), away, a_person("slt2", "SLT"))
    problem = two_schools_on_two_days(staff=staff)
    repaired = fewest_moves(problem, limits=Limits(seconds=10))
    rows = before_and_after(problem, repaired).rows
    assert not repaired.moved
    assert [(row[0], row[2], row[7], row[8]) for row in rows] == [("s1", "others come", "slt1", "slt2")]
