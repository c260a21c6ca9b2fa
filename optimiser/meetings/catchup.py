"""Reserve slots for schools that do not come: how many to hold, whom to offer them to, and what unused ones become."""

from datetime import date
from math import comb

from optimiser.meetings.openings import Opening, Openings
from optimiser.meetings.problem import Problem, half_day
from optimiser.meetings.solution import Reserve, Solution

PILOT_NO_SHOW = 0.125
"""Four of the 32 schools invited to the Handsworth pilot did not come (28 did)."""


def slots_needed(meetings: int, *, no_show: float = PILOT_NO_SHOW, confidence: float = 0.9) -> int:
    """Return the fewest reserve slots that cover every no-show with a given chance, no-shows being independent.

    Source: the binomial distribution; 32 meetings at 12.5 % need 6 slots at 90 % and 7 at 95 %.
    Raises ValueError for a share outside 0 to 1.
    """
    if not 0 <= no_show <= 1 or not 0 < confidence < 1:
        raise ValueError("the no-show rate and the confidence are shares between 0 and 1")
    sure = 0.0
    for slots in range(meetings + 1):
        sure += comb(meetings, slots) * no_show**slots * (1 - no_show) ** (meetings - slots)
        if sure >= confidence:
            return slots
    return meetings


def offers(problem: Problem, solution: Solution, meeting: str, *, after: date) -> tuple[Reserve, ...]:
    """Return the reserve slots that a school which did not come could take after a day, the earliest first."""
    openings, asked = Openings(problem), problem.meeting[meeting]
    return tuple(
        each
        for each in sorted(solution.reserves, key=lambda slot: (slot.day, slot.start, slot.id))
        if each.day > after and openings.school_block(asked, each.day, each.start) is None
    )


def could_come(problem: Problem, solution: Solution, meeting: str) -> tuple[str, ...]:
    """Return later meetings whose school can come at short notice to a slot left idle, the latest booked first."""
    idle = solution.booking.get(meeting)
    if idle is None:
        return ()
    openings = Openings(problem)
    found = []
    for other in solution.bookings:
        school = problem.school[problem.meeting[other.meeting].school]
        if other.day <= idle.day or not school.short_notice:
            continue
        there = Opening(idle.day, idle.start, idle.venue)
        if there in set(openings.of(problem.meeting[other.meeting])):
            found.append((other.day, other.meeting))
    return tuple(name for _, name in sorted(found, reverse=True))


def drop_ins(solution: Solution, taken: frozenset[str]) -> tuple[Reserve, ...]:
    """Return the reserve slots not taken, which are opened as drop-ins for schools and families."""
    return tuple(each for each in solution.reserves if each.id not in taken)


def idle_half_days(problem: Problem, solution: Solution) -> tuple[tuple[str, date, int], ...]:
    """Return each (person, day, half) that is worked, free of events, and without any meeting."""
    openings = Openings(problem)
    taken = {(p, each.day, half_day(each.day, each.start)[1]) for each in solution.bookings for p in each.people}
    length = min((kind.seconds for kind in problem.kinds), default=0)
    found = set()
    for person in problem.staff:
        for day in problem.days:
            for start in problem.starts:
                half = half_day(day, start)[1]
                free = openings.person_block(person, day, start, start + length) is None
                if free and (person.id, day, half) not in taken:
                    found.add((person.id, day, half))
    return tuple(sorted(found))
