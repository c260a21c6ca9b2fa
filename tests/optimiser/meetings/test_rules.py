"""Each rule has a sentence, a row in the README and a roster that breaks exactly it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimiser.core.travel import TravelMatrix
from optimiser.core.units import clock
from optimiser.meetings import solve, verify
from optimiser.meetings.problem import AT_SCHOOL, CatchUp, FixedEvent, Pin, Repair, RoleNeed, Room, Window
from optimiser.meetings.rules import RULES
from optimiser.meetings.solution import Solution, Unbooked
from tests.builders.meetings import (
    DAYS,
    HERE,
    HUB,
    MONDAY,
    STARTS,
    TEAM,
    a_kind,
    a_meeting,
    a_person,
    a_round,
    a_school,
    a_team,
    a_venue,
)


def _school(**changes):
    return a_round([a_school(**changes)]), Solution((HERE,))


def _staff(**changes):
    return a_round(staff=(a_person(**changes), *a_team()[1:])), Solution((HERE,))


def _two(**second):
    problem = a_round([a_school(), a_school("s2")], venues=(a_venue(2),))
    return problem, Solution((HERE, replace(HERE, meeting="s2", **second)))


def _travel():
    seconds = np.array([[0, 1800], [1800, 0]], dtype=np.int32)
    far = TravelMatrix(("s1", "s2"), seconds, seconds, "test", "test")
    problem = a_round([a_school(venues=(AT_SCHOOL,)), a_school("s2", venues=(AT_SCHOOL,))], travel=far)
    one = replace(HERE, venue=AT_SCHOOL, room=None)
    return problem, Solution((one, replace(one, meeting="s2", start=STARTS[1])))


def _localities():
    staff = tuple(replace(each, one_locality_a_day=each.id == "ot1") for each in a_team())
    problem = a_round([a_school(), a_school("s2", locality="South")], staff=staff)
    return problem, Solution((HERE, replace(HERE, meeting="s2", start=STARTS[1])))


def _repair(**changes):
    old = replace(HERE, start=STARTS[2])
    return a_round(repair=Repair((old,), **changes)), Solution((HERE,))


BREACHES = {
    "all-accounted": lambda: (a_round(), Solution(())),
    "meeting-window": lambda: (a_round(meetings=(a_meeting(first=DAYS[2]),)), Solution((HERE,))),
    "notice": lambda: _school(told_from=DAYS[1]),
    "senco-there": lambda: _school(senco=frozenset({(1, 0)})),
    "head-there": lambda: _school(head_away=frozenset({(0, 0)})),
    "school-open": lambda: _school(no_go=frozenset({MONDAY})),
    "lunch-kept": lambda: (a_round(lunch=(clock(9), clock(10))), Solution((HERE,))),
    "right-people": lambda: (a_round(), Solution((replace(HERE, people=TEAM[:3]),))),
    "locality-served": lambda: _staff(localities=frozenset({"South"})),
    "person-works": lambda: _staff(leave=frozenset({MONDAY})),
    "person-free": lambda: _staff(busy=(Window(MONDAY, clock(9), clock(10)),)),
    "one-meeting-at-a-time": lambda: _two(room="r1"),
    "time-to-travel": _travel,
    "daily-limit": lambda: (
        a_round([a_school(), a_school("s2")], staff=tuple(replace(e, most_a_day=1) for e in a_team())),
        Solution((HERE, replace(HERE, meeting="s2", start=STARTS[1]))),
    ),
    "one-locality-a-day": _localities,
    "venue-allowed": lambda: (a_round(venues=(a_venue(bookable=()),)), Solution((HERE,))),
    "room-free": lambda: (
        a_round(
            [a_school(), a_school("s2", psychologist="ep2")],
            staff=(*a_team(), a_person("ep2"), a_person("at2", "AT"), a_person("slt2", "SLT"), a_person("ot2", "OT")),
        ),
        Solution((HERE, replace(HERE, meeting="s2", people=("ep2", "at2", "slt2", "ot2")))),
    ),
    "room-fits": lambda: (a_round(venues=(a_venue(rooms=0, ).__class__(HUB, HUB, "North", (Room("r0", seats=3),)),)),
                          Solution((HERE,))),
    "pin-kept": lambda: (a_round(pins=(Pin("s1", DAYS[2], STARTS[0]),)), Solution((HERE,))),
    "locked-kept": lambda: _repair(locked=frozenset({"s1"})),
    "move-limit": lambda: _repair(most_moves=0),
    "every-school-met": lambda: (a_round(), Solution((), (Unbooked("s1", "priced-out", "Others come first."),))),
    "missed-twice": lambda: (
        a_round([a_school(missed_last_round=True)]),
        Solution((), (Unbooked("s1", "priced-out", "Others come first."),)),
    ),
    "near-target": lambda: (a_round(meetings=(a_meeting(target=DAYS[5]),)), Solution((HERE,))),
    "preferred-half-day": lambda: _school(preferred=frozenset({(2, 0)})),
    "head-preference": lambda: _school(head_prefers=frozenset({(2, 0)})),
    "gate-duty": lambda: _school(gate_duty=True),
    "need-first": lambda: (
        a_round([a_school(need_signal=2)], prices=replace(a_round().prices, need_waits=1)),
        Solution((replace(HERE, day=DAYS[5]),)),
    ),
    "first-venue": lambda: _school(venues=(AT_SCHOOL, HUB)),
    "optional-role": lambda: (
        a_round(kinds=(a_kind(roles=(*a_kind().roles, RoleNeed("PLO", required=False))),)), Solution((HERE,))
    ),
    "home-locality": lambda: _staff(locality="South"),
    "fair-share": lambda: _staff(share=0),
    "enough-reserves": lambda: (
        a_round(catch_up=(CatchUp("meeting", 1, "North", HUB, DAYS[0], DAYS[-1]),)), Solution((HERE,))
    ),
    "few-moves": _repair,
}  # fmt: skip


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_a_breach_names_exactly_its_rule(rule):
    problem, solution = BREACHES[rule]()
    found = verify(problem, solution)
    expected = {"missed-twice": {"missed-twice", "every-school-met"}}.get(rule, {rule})
    hard = {rule.id for rule in RULES if rule.hard}
    named = {each.rule for each in found}
    if rule in hard:
        named = {each.rule for each in found if each.hard}
    assert named == expected
    assert all(each.sentence for each in found)


def test_every_rule_has_a_sentence_a_breach_and_a_row_in_the_readme():
    readme = (Path(__file__).parents[3] / "optimiser" / "meetings" / "README.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert rule.sentence.endswith(".")
        assert rule.id in BREACHES
        assert f"| `{rule.id}` | {'hard' if rule.hard else 'soft'} | {rule.sentence} |" in readme


def test_a_good_roster_breaks_nothing():
    assert verify(a_round(), Solution((HERE,))) == ()


@pytest.mark.parametrize("rule", [rule.id for rule in RULES if rule.hard and rule.id != "all-accounted"])
def test_the_model_finds_a_verified_answer_where_the_breach_tempts_it(rule):
    problem, _ = BREACHES[rule]()
    result = solve(problem)
    assert result.solution is not None
    assert not [each for each in result.violations if each.hard]


def test_a_fixed_event_of_a_school_is_respected():
    event = FixedEvent("e", "Trip", Window(MONDAY, clock(9), clock(16)), schools=frozenset({"s1"}))
    assert {each.rule for each in verify(a_round(events=(event,)), Solution((HERE,)))} == {"school-open"}
