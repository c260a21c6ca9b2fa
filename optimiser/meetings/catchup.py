"""Reserve slots for schools that do not come: how many to hold, whom to offer them to, and what unused ones become."""

from collections import Counter
from datetime import date
from math import comb

from optimiser.core.table import Column, Kind, Table
from optimiser.meetings.costing import reserves_of
from optimiser.meetings.openings import Opening, Openings
from optimiser.meetings.problem import CatchUp, Problem, half_day
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


def shortfall(problem: Problem, solution: Solution) -> Table:
    """Return what became of every starting time at which a catch-up slot could have stood, where too few are held.

    Each time is counted once, under the first thing that takes it; the table is empty when enough slots are held.
    """
    openings = Openings(problem)
    rows = []
    for wish in problem.catch_up:
        held = reserves_of(wish, solution.reserves)
        if len(held) >= wish.wanted:
            continue
        count: Counter[str] = Counter()
        for day in problem.days:
            for start in problem.starts:
                if wish.first <= day <= wish.last:
                    count[_taken_by(problem, solution, openings, wish, day, start)] += 1
        rows += [(wish.locality, wish.venue, len(held), wish.wanted, why, times) for why, times in count.most_common()]
    return Table(
        "reserves_short",
        "Why no more catch-up slots fit",
        (
            Column("locality", "Locality"),
            Column("venue", "Venue"),
            Column("held", "Held", Kind.COUNT),
            Column("wanted", "Wanted", Kind.COUNT),
            Column("why", "What takes the starting times"),
            Column("times", "Starting times", Kind.COUNT),
        ),
        tuple(rows),
        "Every starting time of the round stands in one row.",
    )


def _taken_by(problem: Problem, solution: Solution, openings: Openings, wish: CatchUp, day: date, start: int) -> str:
    end = start + problem.kind[wish.kind].seconds
    if any((each.day, each.start) == (day, start) for each in reserves_of(wish, solution.reserves)):
        return "a catch-up slot is held"
    if openings.common_block(day, start, end) is not None or openings.venue_shut(wish.venue, day, start, end):
        return "closed: lunch, a fixed event or the venue's hours"
    under_way = [
        each for each in solution.bookings
        if each.day == day and each.start < end and start < each.start + problem.seconds_of(each.meeting)
    ]  # fmt: skip
    if sum(each.venue == wish.venue for each in under_way) >= len(problem.venue[wish.venue].rooms):
        return "a meeting is in every room"
    busy = {person for each in under_way for person in each.people}
    for need in problem.kind[wish.kind].roles:
        if not need.required:
            continue
        pool = openings.candidates(need, None, wish.locality)
        free = [person for person in pool if openings.person_block(person, day, start, end) is None]
        if not free:
            return f"no {need.role} works then, free of panels and other duties"
        if all(person.id in busy for person in free):
            return f"every {need.role} is at a meeting"
    return "journeys, daily limits or the price of a day stand in the way"
