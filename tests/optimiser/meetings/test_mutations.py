"""Dropping any one rule from the model or the search is noticed: every mutation is listed here."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from optimiser.core.errors import UnverifiedResult
from optimiser.core.limits import Limits
from optimiser.core.result import Status
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import clock
from optimiser.meetings import costing, solve, solver
from optimiser.meetings.model import duty
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import (
    AT_SCHOOL,
    EVERY_HALF_DAY,
    CatchUp,
    Pin,
    Repair,
    RoleNeed,
    Room,
    Window,
)
from optimiser.meetings.rules import RULES
from optimiser.meetings.search.board import Board
from optimiser.meetings.search.rebuilding import fill
from optimiser.meetings.solution import Solution, Unbooked
from tests.builders.meetings import (
    DAYS,
    HERE,
    HUB,
    MONDAY,
    STARTS,
    a_kind,
    a_meeting,
    a_person,
    a_round,
    a_school,
    a_team,
    a_venue,
)

FEW = Limits(work=30)
FIRST = {"days": DAYS[:1], "starts": STARTS[:2]}


def of_schools(**changes):
    return lambda p: replace(p, schools=tuple(replace(each, **changes) for each in p.schools))


def of_staff(**changes):
    return lambda p: replace(p, staff=tuple(replace(each, **changes) for each in p.staff))


def of_prices(**changes):
    return lambda p: replace(p, prices=replace(p.prices, **changes))


def one(**changes):
    return a_round([a_school(**changes)])


def two(second=None, **changes):
    return a_round([a_school(), second or a_school("s2")], **changes)


def with_advisor(**changes):
    return a_round(staff=(a_person(), a_person("at1", "AT", **changes), *a_team()[2:]))


def far_apart():
    seconds = np.array([[0, 1800], [1800, 0]], dtype=np.int32)
    schools = [a_school(name, venues=(AT_SCHOOL,)) for name in ("s1", "s2")]
    return a_round(schools, travel=TravelMatrix(("s1", "s2"), seconds, seconds, "test", "test"), **FIRST)


def shared_therapist():
    staff = (*a_team()[:3], a_person("ot1", "OT", one_locality_a_day=True))
    return two(a_school("s2", locality="South"), staff=staff, **FIRST)


def a_second_team():
    return (*a_team(), a_person("ep2"), a_person("at2", "AT"), a_person("slt2", "SLT"), a_person("ot2", "OT"))


def one_room():
    return two(a_school("s2", psychologist="ep2"), staff=a_second_team(), days=DAYS[:1], starts=STARTS[:1])


def one_psychologist():
    staff = tuple(each for each in a_second_team() if each.id != "ep2")
    return two(staff=staff, venues=(a_venue(2),), days=DAYS[:1], starts=STARTS[:1])


def small_room():
    return a_round(venues=(replace(a_venue(), rooms=(Room("r0", seats=3),)),))


def stuck(**changes):
    """A roster whose one meeting would be better elsewhere, at no price for moving."""
    problem = one(preferred=frozenset({(2, 0)}))
    problem = replace(problem, repair=Repair((HERE,), **changes))
    return of_prices(move=0)(problem)


HARD = {
    "meeting-window": (
        lambda: a_round(meetings=(a_meeting(first=date(2020, 3, 2), last=date(2020, 3, 3)),)),
        lambda p: replace(p, meetings=(a_meeting(),)),
    ),
    "notice": (lambda: one(told_from=date(2020, 3, 2)), of_schools(told_from=None)),
    "senco-there": (lambda: one(senco=frozenset()), of_schools(senco=EVERY_HALF_DAY)),
    "head-there": (lambda: one(head_away=EVERY_HALF_DAY), of_schools(head_away=frozenset())),
    "school-open": (lambda: one(no_go=frozenset(DAYS)), of_schools(no_go=frozenset())),
    "lunch-kept": (lambda: a_round(lunch=(clock(8), clock(17))), lambda p: replace(p, lunch=None)),
    "right-people": (lambda: with_advisor(specialisms=frozenset()), of_staff(specialisms=frozenset({"ASC"}))),
    "locality-served": (lambda: with_advisor(localities=frozenset({"South"})), of_staff(localities=frozenset())),
    "person-works": (lambda: with_advisor(leave=frozenset(DAYS)), of_staff(leave=frozenset())),
    "person-free": (
        lambda: with_advisor(busy=tuple(Window(day, clock(8), clock(17)) for day in DAYS)),
        of_staff(busy=()),
    ),
    "time-to-travel": (far_apart, lambda p: replace(p, travel=None)),
    "daily-limit": (
        lambda: two(staff=tuple(replace(each, most_a_day=1) for each in a_team()), **FIRST),
        of_staff(most_a_day=6),
    ),
    "one-locality-a-day": (shared_therapist, of_staff(one_locality_a_day=False)),
    "venue-allowed": (
        lambda: a_round(venues=(a_venue(bookable=()),)),
        lambda p: replace(p, venues=(a_venue(),)),
    ),
    "room-fits": (small_room, lambda p: replace(p, venues=(a_venue(),))),
    "pin-kept": (
        lambda: replace(one(preferred=frozenset({(2, 0)})), pins=(Pin("s1", MONDAY, STARTS[0]),)),
        lambda p: replace(p, pins=()),
    ),
    "locked-kept": (lambda: stuck(locked=frozenset({"s1"})), lambda p: replace(p, repair=None)),
    "move-limit": (lambda: stuck(most_moves=0), lambda p: replace(p, repair=None)),
}
"""Each hard rule that a field of the problem states: a problem where breaking it pays, and the problem without it."""


def _no_clashes(patch):
    patch.setattr(duty, "_clashes", lambda items: [])
    patch.setattr(Board, "_road", lambda self, *anything: 0)


def _no_rooms(patch):
    patch.setattr(duty, "_add_rooms", lambda *anything: None)
    patch.setattr(Board, "_free_room", lambda self, rooms, opening, end: rooms[0])


def _no_reasons(patch):
    patch.setattr(solver, "reason_unbooked", lambda p, o, meeting: Unbooked(meeting, "priced-out", ""))


CODE = {
    "one-meeting-at-a-time": (one_psychologist, _no_clashes),
    "room-free": (one_room, _no_rooms),
    "all-accounted": (lambda: two(days=DAYS[:1], starts=STARTS[:1]), _no_reasons),
}
"""Each hard rule that only code states: a problem in which breaking it pays, and the code without it."""

SOFT = {
    "every-school-met": (lambda: two(days=DAYS[:1], starts=STARTS[:1]), {"unbooked": 0}),
    "missed-twice": (lambda: one(no_go=frozenset(DAYS), missed_last_round=True), {"missed_twice": 0}),
    "near-target": (lambda: a_round(meetings=(a_meeting(target=DAYS[5]),), days=DAYS[:1]), {"week_off_target": 0}),
    "preferred-half-day": (lambda: replace(one(preferred=frozenset({(2, 0)})), days=DAYS[:1]), {"not_preferred": 0}),
    "head-preference": (
        lambda: replace(one(head_prefers=frozenset({(2, 0)})), days=DAYS[:1]),
        {"head_not_preferred": 0},
    ),
    "gate-duty": (lambda: replace(one(gate_duty=True), starts=STARTS[:1]), {"gate_duty": 0}),
    "need-first": (
        lambda: of_prices(need_waits=1)(replace(one(need_signal=2), days=DAYS[5:])),
        {"need_waits": 0},
    ),
    "first-venue": (
        lambda: a_round([a_school(venues=("shut", HUB))], venues=(replace(a_venue(bookable=()), id="shut"), a_venue())),
        {"second_venue": 0},
    ),
    "home-locality": (lambda: with_advisor(locality="South"), {"away_from_home": 0}),
    "fair-share": (lambda: with_advisor(share=0), {"over_share": 0}),
    "enough-reserves": (
        lambda: a_round(catch_up=(CatchUp("meeting", 3, "North", HUB, DAYS[0], DAYS[0]),), **FIRST),
        {"reserve_missing": 0},
    ),
    "few-moves": (lambda: a_round(repair=Repair((HERE,)), days=DAYS[1:]), {"move": 0}),
}
"""Each soft rule with a price: a problem that cannot help paying it, and the price dropped from the model."""


def _caught(problem, limits=None):
    try:
        result = solve(problem, limits=limits or Limits())
    except UnverifiedResult:
        return True
    return result.solution is None or any(each.hard for each in result.violations)


def _weakened(patch, weaken):
    """Let model and search see the weakened problem; only the check at the end sees the true one."""
    for name in ("_exact", "_wide"):
        build = getattr(solver, name)

        def run(problem, openings, *others, build=build):
            weak = weaken(problem)
            return build(weak, Openings(weak), *others)

        patch.setattr(solver, name, run)


@pytest.mark.parametrize("wide", [False, True], ids=["model", "search"])
@pytest.mark.parametrize("rule", sorted(HARD))
def test_a_hard_rule_dropped_from_model_or_search_is_caught(rule, wide, monkeypatch):
    problem, weaken = HARD[rule][0](), HARD[rule][1]
    monkeypatch.setattr(solver, "is_wide", lambda *anything: wide)
    assert not _caught(problem, FEW)
    _weakened(monkeypatch, weaken)
    assert _caught(problem, FEW)


@pytest.mark.parametrize("wide", [False, True], ids=["model", "search"])
@pytest.mark.parametrize("rule", sorted(CODE))
def test_a_hard_rule_dropped_from_the_code_is_caught(rule, wide, monkeypatch):
    problem, weaken = CODE[rule][0](), CODE[rule][1]
    monkeypatch.setattr(solver, "is_wide", lambda *anything: wide)
    assert not _caught(problem, FEW)
    weaken(monkeypatch)
    try:
        caught = _caught(problem, FEW)
    finally:
        monkeypatch.undo()
    assert caught


@pytest.mark.parametrize("rule", sorted(SOFT))
def test_a_price_dropped_from_the_model_spoils_the_proof(rule, monkeypatch):
    problem, prices = SOFT[rule][0](), SOFT[rule][1]
    honest = solve(problem)
    assert honest.status is Status.OPTIMAL
    assert rule in {charge.rule for charge in costing.charges(problem, honest.solution)}
    _weakened(monkeypatch, of_prices(**prices))
    mutant = solve(problem)
    assert (mutant.status, mutant.cost) != (Status.OPTIMAL, honest.cost)


def _optional():
    return a_round(kinds=(a_kind(roles=(*a_kind().roles, RoleNeed("PLO", required=False))),))


def test_an_optional_role_dropped_from_the_model_spoils_the_proof(monkeypatch):
    problem = _optional()
    assert solve(problem).status is Status.OPTIMAL
    _weakened(monkeypatch, lambda p: replace(p, kinds=(a_kind(),)))
    assert solve(problem).status is not Status.OPTIMAL


@pytest.mark.parametrize("rule", sorted(set(SOFT) - {"enough-reserves"}))
def test_a_price_dropped_from_the_board_spoils_its_count(rule):
    problem, prices = SOFT[rule][0](), SOFT[rule][1]
    for seen, equal in ((problem, True), (of_prices(**prices)(problem), False)):
        board = Board(seen, Openings(seen))
        fill(board)
        left_out = tuple(Unbooked(name, "x", "x") for name in board.choices if name not in board.placed)
        points = costing.cost(problem, Solution(tuple(board.placed.values()), left_out))
        assert (board.points == points) is equal


def test_every_rule_has_a_mutation():
    assert set(HARD) | set(CODE) | set(SOFT) | {"optional-role"} == {rule.id for rule in RULES}
    assert not set(HARD) & set(CODE)
