"""The part of a roster that a repair touches: a few days, what stands on them, and what has to go there.

Meetings on different days share nobody's time and no room, only fair shares, so a repair that leaves a day alone
may leave out that day altogether. What stands on the days kept is held; only the meetings leaving move.
"""

from collections import Counter
from dataclasses import replace
from datetime import date

from optimiser.meetings import costing
from optimiser.meetings.model.duty import options
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import Booking, Problem, Repair

DAYS_EACH = 6
"""How many days, the cheapest first, are kept open for each meeting that leaves."""


def touched_days(problem: Problem, openings: Openings, reference: tuple[Booking, ...]) -> set[date]:
    """Return the days on which a meeting of the last roster lost one of its people, its room or its place."""
    return {old.day for old in reference if old.meeting in problem.meeting and not _as_it_was(problem, openings, old)}


def _as_it_was(problem: Problem, openings: Openings, old: Booking) -> bool:
    meeting = problem.meeting[old.meeting]
    end = old.start + problem.seconds_of(old.meeting)
    if any(
        person not in problem.person or openings.person_block(problem.person[person], old.day, old.start, end)
        for person in old.people
    ):
        return False
    if old.venue not in problem.venue:
        return True
    return old.room in {room.id for room in openings.rooms(meeting, old.venue)}


def part_of(problem: Problem, openings: Openings, repair: Repair, leaving: frozenset[str]) -> Problem:
    """Return the days touched and the best days for the meetings leaving, with everything else on them held."""
    days = touched_days(problem, openings, repair.reference)
    for name in leaving:
        days |= _best_days(problem, openings, name)
    stay = [old for old in repair.reference if old.meeting in problem.meeting and old.meeting not in leaving]
    held = frozenset(old.meeting for old in stay if old.day in days)
    outside = Counter(person for old in stay if old.day not in days for person in old.people)
    return replace(
        problem,
        days=tuple(day for day in problem.days if day in days),
        meetings=tuple(each for each in problem.meetings if each.id in held or each.id in leaving),
        staff=tuple(
            replace(each, share=max(0, each.share - outside[each.id]))
            if each.share is not None and outside[each.id]
            else each
            for each in problem.staff
        ),
        repair=replace(
            repair,
            reference=tuple(old for old in repair.reference if old.meeting in held or old.meeting in leaving),
            asked=repair.asked | leaving,
            locked=held,
            most_moves=None,
        ),
    )


def _best_days(problem: Problem, openings: Openings, name: str) -> set[date]:
    meeting, points = problem.meeting[name], dict[date, int]()
    for opening in options(problem, openings, meeting):
        charges = costing.time_charges(problem, meeting, opening.day, opening.start)
        found = sum(each.points for each in charges)
        points[opening.day] = min(found, points.get(opening.day, found))
    return set(sorted(points, key=lambda day: (points[day], day))[:DAYS_EACH])
