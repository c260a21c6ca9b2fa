"""What else could be: two schools that could trade times, who is idle when and why, what one more half-day buys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from optimiser.core.limits import Limits
from optimiser.core.result import Status
from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.meetings import catchup, costing, verifier
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import Booking, Problem, Staff, half_day
from optimiser.meetings.solution import Solution
from optimiser.meetings.solver import solve

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HALVES = ("morning", "afternoon")


@dataclass(frozen=True, slots=True)
class Swap:
    """Two meetings that could trade times, the roster that results, checked, and the points it adds."""

    meeting: str
    other: str
    solution: Solution
    points: int


@dataclass(frozen=True, slots=True)
class Gain:
    """One more half-day a week of a person: the points saved, the schools met besides, whether both are proved."""

    person: str
    when: str
    points: int
    met: int
    proved: bool


def swaps(problem: Problem, solution: Solution, meeting: str, *, most: int = 20) -> tuple[Swap, ...]:
    """Return the meetings that could trade day and time with one, no third meeting touched, the cheapest first.

    Each keeps its own people or takes those of its role from the other; every swap listed passed the verifier.
    """
    mine = solution.booking.get(meeting)
    if mine is None:
        return ()
    openings = Openings(problem)
    here = set(openings.of(problem.meeting[meeting]))
    before, found = costing.cost(problem, solution), []
    for other in solution.bookings:
        if other.meeting == meeting or (other.day, other.start) == (mine.day, mine.start):
            continue
        if not any((each.day, each.start) == (other.day, other.start) for each in here):
            continue
        if (mine.day, mine.start) not in {(o.day, o.start) for o in openings.of(problem.meeting[other.meeting])}:
            continue
        traded = _traded(problem, solution, mine, other)
        if traded is not None:
            found.append(Swap(meeting, other.meeting, traded, costing.cost(problem, traded) - before))
    return tuple(sorted(found, key=lambda swap: (swap.points, swap.other))[:most])


def _traded(problem: Problem, solution: Solution, one: Booking, other: Booking) -> Solution | None:
    """Return the roster with two meetings traded, people kept or traded by role, or None when a hard rule breaks."""
    for keep in (True, False):
        people = (one.people, other.people) if keep else _by_role(problem, one, other)
        rooms = (other.room, one.room) if one.venue == other.venue else (one.room, other.room)
        moved = {
            one.meeting: replace(one, day=other.day, start=other.start, room=rooms[0], people=people[0]),
            other.meeting: replace(other, day=one.day, start=one.start, room=rooms[1], people=people[1]),
        }
        traded = replace(solution, bookings=tuple(moved.get(each.meeting, each) for each in solution.bookings))
        if not any(each.hard for each in verifier.verify(problem, traded)):
            return traded
    return None


def _by_role(problem: Problem, one: Booking, other: Booking) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the people of two meetings after trading all but those attached to a school."""
    fixed = {problem.school[problem.meeting[each.meeting].school].psychologist for each in (one, other)}
    stay = tuple(tuple(p for p in each.people if p in fixed) for each in (one, other))
    go = tuple(tuple(p for p in each.people if p not in fixed) for each in (one, other))
    return (*stay[0], *go[1]), (*stay[1], *go[0])


def swap_table(problem: Problem, solution: Solution, found: tuple[Swap, ...]) -> Table:
    """Return swaps as a table."""
    rows = tuple(
        (swap.other, problem.meeting[swap.other].school, solution.booking[swap.other].day.isoformat(),
         int(solution.booking[swap.other].start), swap.points)
        for swap in found
    )  # fmt: skip
    return Table(
        "swaps",
        "Schools that could trade times with it",
        (
            Column("meeting", "Meeting"),
            Column("school", "School"),
            Column("day", "Now on", Kind.DATE),
            Column("start", "At", Kind.CLOCK),
            Column("points", "Points more", Kind.COUNT),
        ),
        rows,
        "Each was tried and checked by the verifier; no third meeting is touched.",
    )


def idle(problem: Problem, solution: Solution) -> Table:
    """Return every half-day that somebody works and has no meeting in, with the reason, computed for each.

    The reason is the strongest that holds: nobody left to meet, no school of theirs that can come then, or the
    roles that are missing then for the schools that could.
    """
    openings = Openings(problem)
    rows: list[tuple[Cell, ...]] = []
    for name, day, half in catchup.idle_half_days(problem, solution):
        rows.append((name, problem.person[name].role, day.isoformat(), HALVES[half],
                     _why_idle(problem, solution, openings, problem.person[name], day, half)))  # fmt: skip
    return Table(
        "idle",
        "Who is idle when, and why",
        (
            Column("person", "Person"),
            Column("role", "Role"),
            Column("day", "Day", Kind.DATE),
            Column("half", "Half-day"),
            Column("why", "Why"),
        ),
        tuple(rows),
    )


def _why_idle(problem: Problem, solution: Solution, openings: Openings, person: Staff, day: date, half: int) -> str:
    mine = [each for each in problem.meetings if _could_serve(problem, openings, person, each.school)]
    waiting = [each for each in mine if each.id not in solution.booking]
    if not mine:
        return "No school of this round needs this role from them."
    if not waiting:
        return "Every school they could meet has its meeting."
    starts = [start for start in problem.starts if half_day(day, start)[1] == half]
    able = [
        each for each in waiting if any(openings.school_block(each, day, start) is None for start in starts)
    ]  # fmt: skip
    if not able:
        return f"None of the {len(waiting)} schools not yet met can come then."
    missing = {
        need.role
        for each in able
        for need in problem.kind[each.kind].roles
        if need.required and not _somebody(problem, openings, each.school, need.role, day, starts, each.id)
    }
    if missing:
        return f"Nobody of these roles is free for the schools that could come: {', '.join(sorted(missing))}."
    return "A school could come, but others needed the room or the people, or it would cost more."


def _could_serve(problem: Problem, openings: Openings, person: Staff, school: str) -> bool:
    asked = problem.school[school]
    roles = {need for meeting in problem.kinds for need in meeting.roles if need.role == person.role}
    return any(person in openings.candidates(need, asked, asked.locality) for need in roles)


def _somebody(
    problem: Problem, openings: Openings, school: str, role: str, day: date, starts: Sequence[int], meeting: str
) -> bool:
    asked, length = problem.school[school], problem.seconds_of(meeting)
    needs = [need for need in problem.kind[problem.meeting[meeting].kind].roles if need.role == role]
    return any(
        openings.person_block(person, day, start, start + length) is None
        for need in needs
        for person in openings.candidates(need, asked, asked.locality)
        for start in starts
    )


def one_more_half_day(problem: Problem, role: str, *, limits: Limits | None = None, seed: int = 0) -> tuple[Gain, ...]:
    """Return what one more half-day a week of a role buys: for each half-day, the points saved, most first.

    The half-day is given to the person of that role with the fewest; every figure comes from solving again, and is
    proved when both solves were. Without anybody of the role the answer is empty.
    """
    people = [person for person in problem.staff if person.role == role]
    if not people:
        return ()
    person = min(people, key=lambda each: (len(each.works), each.id))
    base = solve(problem, limits=limits or Limits(), seed=seed)
    found = []
    for weekday in range(5):
        for half in (0, 1):
            if (weekday, half) in person.works:
                continue
            wider = replace(person, works=person.works | {(weekday, half)})
            staff = tuple(wider if each.id == person.id else each for each in problem.staff)
            after = solve(replace(problem, staff=staff), limits=limits or Limits(), seed=seed, start=base.solution)
            if base.cost is None or after.cost is None or base.solution is None or after.solution is None:
                continue
            met = len(after.solution.bookings) - len(base.solution.bookings)
            proved = base.status is Status.OPTIMAL and after.status is Status.OPTIMAL
            found.append(Gain(person.id, f"{WEEKDAYS[weekday]} {HALVES[half]}", base.cost - after.cost, met, proved))
    return tuple(sorted(found, key=lambda gain: (-gain.points, gain.when)))


def gain_table(found: tuple[Gain, ...]) -> Table:
    """Return gains as a table."""
    return Table(
        "gains",
        "What one more half-day a week buys",
        (
            Column("person", "Person"),
            Column("when", "Half-day"),
            Column("points", "Points saved", Kind.COUNT),
            Column("met", "More schools met", Kind.COUNT),
            Column("proved", "Proved", Kind.YES_NO),
        ),
        tuple((each.person, each.when, each.points, each.met, each.proved) for each in found),
        "Each was solved again with the half-day added.",
    )


__all__ = ["Gain", "Swap", "gain_table", "idle", "one_more_half_day", "swap_table", "swaps"]
