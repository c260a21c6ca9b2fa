"""What each role has to give a round and what the round takes of it: the figures with which to ask for more people."""

from optimiser.core.table import Column, Kind, Table
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import Problem, Staff
from optimiser.meetings.solution import Solution


def capacity(problem: Problem, solution: Solution) -> Table:
    """Return for each role its people, the staff-days and meetings they could give, and those that the round takes.

    A person could give as many meetings in a day as fit, one after the other, between their duties and within their
    daily limit; travel is not counted, so the figure is the most that could be. Roles are in order of how full they
    are: the first is what stands in the way of more.
    """
    openings = Openings(problem)
    held = [(each.people, each.day) for each in solution.bookings]
    held += [(each.people, each.day) for each in solution.reserves]
    rows: list[tuple[str, int, int, int, int, int, int, float]] = []
    for role in sorted({need.role for kind in problem.kinds for need in kind.roles}):
        people = [each for each in problem.staff if each.role == role]
        most = [_most(problem, openings, each) for each in people]
        days = sum(sum(count > 0 for count in each) for each in most)
        could = sum(sum(each) for each in most)
        used = [(who, day) for together, day in held for who in together if problem.person[who].role == role]
        wanted = sum(
            1
            for meeting in problem.meetings
            for need in problem.kind[meeting.kind].roles
            if need.role == role and need.required
        )
        rows.append((role, len(people), days, len(set(used)), could, wanted, len(used), len(used) / max(1, could)))
    rows.sort(key=lambda row: (-row[7] if row[4] else -2.0, row[0]))
    last = max((each.day for each in solution.bookings), default=None)
    out = len(solution.unbooked)
    ends = f"The last meeting is on {last:%a} {last.day} {last:%b %Y}" if last is not None else "Nothing is booked"
    return Table(
        "capacity",
        "What each role has, and what the round takes",
        (
            Column("role", "Role"),
            Column("people", "People", Kind.COUNT),
            Column("days", "Days free", Kind.COUNT),
            Column("days_used", "Days used", Kind.COUNT),
            Column("could", "Could meet", Kind.COUNT),
            Column("wanted", "Must meet", Kind.COUNT),
            Column("used", "Held", Kind.COUNT),
            Column("share", "Used", Kind.SHARE),
        ),
        tuple(rows),
        f"{ends}; {out} {'school is' if out == 1 else 'schools are'} left out. "
        "Days are each person’s; travel is not counted; catch-up slots count as held.",
    )


def _most(problem: Problem, openings: Openings, person: Staff) -> list[int]:
    """Return the most meetings that a person could be at on each day, one after the other, the shortest kind."""
    length = min((kind.seconds for kind in problem.kinds), default=0)
    found = []
    for day in problem.days:
        count, free_from = 0, 0
        for start in problem.starts:
            if start < free_from or openings.common_block(day, start, start + length) is not None:
                continue
            if openings.person_block(person, day, start, start + length) is None:
                count, free_from = count + 1, start + length
        found.append(min(count, person.most_a_day))
    return found
