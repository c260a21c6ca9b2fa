"""Rosters are best possible, repaired with the fewest moves, and explained by conflicts that are minimal."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from optimiser.core.codec import from_json, to_json
from optimiser.core.errors import UnknownSubject
from optimiser.core.result import Status
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import clock
from optimiser.meetings import costing, explain, report, solve, verify
from optimiser.meetings import repair as repair_module
from optimiser.meetings.bounds import counting_bound
from optimiser.meetings.conflicts import Obstacle, has_opening, minimal_conflict, relax
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import AT_SCHOOL, CatchUp, Problem, Repair, Room, Window
from optimiser.meetings.repair import before_and_after, fewest_moves
from optimiser.meetings.solution import Booking, Solution, Unbooked
from tests.builders.meetings import (
    DAYS,
    HUB,
    MONDAY,
    STARTS,
    TEAM,
    a_meeting,
    a_person,
    a_round,
    a_school,
    a_team,
    the_pilot,
)


def _random_round(seed):
    rng = np.random.default_rng(seed)
    schools = []
    for number in range(3):
        halves = frozenset((int(d), int(h)) for d in range(5) for h in (0, 1) if rng.random() < 0.5)
        likes = frozenset((int(d), int(h)) for d in range(5) for h in (0, 1) if rng.random() < 0.4)
        schools.append(a_school(f"s{number}", senco=halves, preferred=likes, gate_duty=bool(rng.random() < 0.5)))
    staff = tuple(
        replace(each, leave=frozenset(d for d in DAYS if rng.random() < 0.3), share=2, most_a_day=2)
        for each in a_team()
    )
    meetings = tuple(a_meeting(each.id, target=DAYS[int(rng.integers(6))]) for each in schools)
    return a_round(schools, staff=staff, meetings=meetings, starts=STARTS[::3])


def _brute(problem):
    openings = Openings(problem)
    choices = [[None, *openings.of(meeting)] for meeting in problem.meetings]
    best = None
    for chosen in itertools.product(*choices):
        pairs = list(zip(problem.meetings, chosen, strict=True))
        bookings = tuple(Booking(m.id, o.day, o.start, o.venue, "r0", TEAM) for m, o in pairs if o is not None)
        out = tuple(Unbooked(m.id, "priced-out", "x") for m, o in pairs if o is None)
        solution = Solution(bookings, out)
        if not any(each.hard for each in verify(problem, solution)):
            points = costing.cost(problem, solution)
            best = points if best is None else min(best, points)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_a_roster_costs_what_trying_everything_finds(seed):
    problem = _random_round(seed)
    result = solve(problem)
    assert result.status is Status.OPTIMAL
    assert result.cost == _brute(problem)
    assert counting_bound(problem) <= result.cost


def test_the_pilot_meets_every_school_and_fits_one_catch_up_slot():
    result = solve(the_pilot())
    assert len(result.solution.bookings) == 32
    assert len(result.solution.reserves) == 1
    assert result.status is Status.OPTIMAL


def test_a_problem_and_its_roster_survive_json():
    problem = the_pilot()
    result = solve(problem)
    assert from_json(Problem, to_json(problem)) == problem
    assert from_json(Solution, to_json(result.solution)) == result.solution
    assert all(table.rows is not None for table in report(problem, result.solution))


def test_the_same_seed_gives_the_same_roster():
    assert solve(the_pilot(), seed=3).solution == solve(the_pilot(), seed=3).solution


def test_staff_day_prices_of_every_role_are_solved_in_stages_and_stay_bounded():
    problem = the_pilot()
    prices = replace(problem.prices, staff_day=dict.fromkeys(("EP", "AT", "SLT", "OT"), 3))
    result = solve(replace(problem, prices=prices))
    assert result.bound is not None
    assert result.bound <= result.cost


def test_travel_keeps_far_schools_apart():
    seconds = np.full((3, 3), 7000, dtype=np.int32)
    np.fill_diagonal(seconds, 0)
    far = TravelMatrix(("s1", "s2", "s3"), seconds, seconds, "test", "test")
    schools = [a_school(name, venues=(AT_SCHOOL,)) for name in ("s1", "s2", "s3")]
    problem = a_round(
        schools, travel=far, days=DAYS[:1], meetings=tuple(a_meeting(s.id, last=DAYS[0]) for s in schools)
    )
    result = solve(problem)
    assert len(result.solution.bookings) == 2


def test_a_repair_moves_only_the_meetings_hit_and_proves_it():
    problem = replace(the_pilot(), catch_up=())
    roster = solve(problem).solution
    victim = roster.bookings[0]
    schools = tuple(
        replace(each, no_go=frozenset({victim.day})) if each.id == victim.meeting else each for each in problem.schools
    )
    repaired = fewest_moves(replace(problem, schools=schools, repair=Repair(roster.bookings)))
    assert repaired.fewest == len(repaired.moved)
    assert victim.meeting in repaired.moved
    assert len(repaired.moved) <= 2
    assert before_and_after(replace(problem, repair=Repair(roster.bookings)), repaired).rows


least = repair_module._least


def test_a_catch_up_slot_is_no_part_of_a_fair_share_in_the_model_either():
    team = tuple(replace(each, share=1) for each in a_team())
    slots = CatchUp("meeting", 3, "North", HUB, DAYS[0], DAYS[-1])
    problem = a_round([a_school()], staff=team, catch_up=(slots,))
    result = solve(problem)
    assert len(result.solution.reserves) == 3 and result.cost == result.bound
    assert not any(charge.rule == "fair-share" for charge in costing.charges(problem, result.solution))


def test_a_round_with_catch_up_slots_is_repaired_near_by_and_as_well_as_when_it_is_taken_whole(monkeypatch):
    schools = [a_school(f"s{number:02d}") for number in range(1, 13)]
    wish = CatchUp("meeting", 5, "North", HUB, DAYS[0], DAYS[-1])
    problem = a_round(schools, catch_up=(wish,))
    roster = solve(problem).solution
    day = roster.bookings[0].day
    staff = tuple(replace(each, leave=frozenset({day})) if each.id == "ot1" else each for each in problem.staff)
    changed = replace(problem, staff=staff, repair=Repair(roster.bookings))
    whole = []
    monkeypatch.setattr(repair_module, "_least", lambda *args, wide: whole.append(wide) or least(*args, wide=wide))
    near = fewest_moves(changed)
    assert whole == []
    monkeypatch.setattr(repair_module, "_near", lambda *args: None)
    slow = fewest_moves(changed)
    assert whole == [False]
    hit = {each.meeting for each in roster.bookings if each.day == day}
    assert near.fewest == slow.fewest == len(near.moved) == len(hit)
    assert set(near.moved) == hit
    assert len(near.result.solution.reserves) == len(slow.result.solution.reserves) == 5
    assert not any(each.hard for each in verify(changed, near.result.solution))


def test_a_locked_meeting_stays_and_an_asked_one_leaves():
    problem = replace(the_pilot(), catch_up=())
    roster = solve(problem).solution
    asked = roster.bookings[3].meeting
    locked = frozenset(each.meeting for each in roster.bookings[4:])
    repaired = fewest_moves(replace(problem, repair=Repair(roster.bookings, locked=locked, asked=frozenset({asked}))))
    assert asked in repaired.moved
    assert not locked & set(repaired.moved)


def _planted(number):
    """One of 30 rounds with one school that cannot be met, and the obstacle that is to blame."""
    kind, size = number % 6, 1 + number // 6
    others = [a_school(f"s{i}") for i in range(2, 2 + size)]
    day = number % 5
    if kind == 0:
        staff = (a_person(works=frozenset({(day, 0)})), *a_team()[1:])
        school = a_school(senco=frozenset({((day + 1) % 5, 1)}))
        return a_round([school], staff=staff), Obstacle("senco-there", "s1")
    if kind == 1:
        return a_round([a_school(), *others], staff=a_team()[:3]), Obstacle("right-people", "OT")
    if kind == 2:
        return a_round([a_school(no_go=frozenset(DAYS)), *others]), Obstacle("school-open", "s1")
    if kind == 3:
        meetings = tuple(a_meeting(each.id) for each in others)
        empty = a_meeting(first=MONDAY.replace(day=25 - 7 * (size % 3)), last=MONDAY.replace(day=26 - 7 * (size % 3)))
        return a_round([a_school(), *others], meetings=(empty, *meetings)), Obstacle("meeting-window", "s1")
    if kind == 4:
        staff = (*a_team()[:3], a_person("ot1", "OT", busy=tuple(Window(d, clock(8), clock(17)) for d in DAYS)))
        return a_round([a_school(), *others], staff=staff), Obstacle("person-free", "ot1")
    return a_round([a_school(party=30 + size), *others]), Obstacle("room-fits", HUB)


@pytest.mark.parametrize("number", range(30))
def test_a_planted_cause_is_in_the_minimal_conflict_and_the_cheapest_remedy_works(number):
    problem, cause = _planted(number)
    result = solve(problem)
    assert "s1" in {item.meeting for item in result.solution.unbooked}
    conflict = minimal_conflict(problem, "s1")
    assert cause in conflict
    from optimiser.meetings.conflicts import obstacles_of

    crowding = ("one-meeting-at-a-time", "room-free")
    rest = [each for each in obstacles_of(problem, "s1") if each not in conflict and each.rule not in crowding]
    assert not has_opening(relax(problem, rest, meeting="s1"), "s1")
    for each in conflict:
        assert has_opening(relax(problem, [*rest, each], meeting="s1"), "s1")
    told = explain(problem, result.solution, about="s1")
    assert told.remedies
    assert told.remedies[0].proved


def test_crowding_is_explained_by_the_people_or_rooms_that_run_out():
    schools = [a_school(f"s{i}") for i in range(1, 8)]
    problem = a_round(schools, days=DAYS[:1], meetings=tuple(a_meeting(s.id, last=DAYS[0]) for s in schools))
    result = solve(problem)
    assert len(result.solution.unbooked) == 1
    told = explain(problem, result.solution, about=result.solution.unbooked[0].meeting)
    assert told.reasons
    assert told.remedies


def test_an_unknown_subject_is_refused():
    with pytest.raises(UnknownSubject):
        explain(a_round(), Solution(()), about="nobody")


def test_a_person_is_told_how_idle_they_are():
    problem = the_pilot()
    assert "free starting times" in explain(problem, solve(problem).solution, about="ep1").sentence


def _two_at_one_time():
    """Two schools met at one time on Monday by a team of two of each; the rest of the round is empty."""
    schools = [a_school("s1"), a_school("s2", psychologist="ep2")]
    team = a_team()
    more = tuple(replace(each, id=each.id.replace("1", "2")) for each in team)
    problem = a_round(
        schools, staff=(*team, *more), venues=(replace(a_round().venues[0], rooms=(Room("r0"), Room("r1"))),)
    )
    old = (
        Booking("s1", MONDAY, STARTS[0], HUB, "r0", ("at1", "ep1", "ot1", "slt1")),
        Booking("s2", MONDAY, STARTS[0], HUB, "r1", ("at2", "ep2", "ot2", "slt2")),
    )
    assert not any(each.hard for each in verify(problem, Solution(old)))
    return problem, old


def test_a_day_that_can_staff_one_fewer_moves_one_and_is_proved_without_moving_the_rest():
    problem, old = _two_at_one_time()
    staff = tuple(replace(each, leave=frozenset({MONDAY})) if each.id == "ot2" else each for each in problem.staff)
    repaired = fewest_moves(replace(problem, staff=staff, repair=Repair(old)))
    assert repaired.hit == ()
    assert repaired.fewest == len(repaired.moved) == 1
    assert not repaired.wide
    locked = fewest_moves(replace(problem, staff=staff, repair=Repair(old, locked=frozenset({"s1"}))))
    assert locked.moved == ("s2",)


def test_people_change_without_a_move_and_days_left_alone_keep_theirs():
    problem, old = _two_at_one_time()
    spare = a_person("ot3", "OT")
    staff = tuple(replace(each, leave=frozenset({MONDAY})) if each.id == "ot2" else each for each in problem.staff)
    later = replace(old[1], day=DAYS[2])
    changed = replace(problem, staff=(*staff, spare), repair=Repair((old[0], later)))
    assert fewest_moves(changed).result.solution.bookings == (old[0], later)
    changed = replace(changed, repair=Repair(old))
    repaired = fewest_moves(changed)
    assert repaired.moved == ()
    assert repaired.fewest == 0
    assert not any(each.hard for each in verify(changed, repaired.result.solution))
