"""Who came and what was agreed: counts with denominators, schools to see again, actions, the next no-show rate."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.meetings import catchup
from optimiser.meetings.problem import Problem
from optimiser.meetings.solution import Solution


@dataclass(frozen=True, slots=True)
class Action:
    """Something agreed at a meeting: what, who does it, and by when if a day was set."""

    what: str
    who: str = ""
    by: date | None = None


@dataclass(frozen=True, slots=True)
class Attendance:
    """What was noted at one meeting; ``rating`` is 1 to 5, or None when nobody answered."""

    meeting: str
    came: bool
    senco: bool = False
    head: bool = False
    rating: int | None = None
    actions: tuple[Action, ...] = ()


def report(problem: Problem, solution: Solution, noted: tuple[Attendance, ...]) -> tuple[Table, ...]:
    """Return the attendance and actions report; notes about meetings that are not booked are left out."""
    known = tuple(each for each in noted if each.meeting in solution.booking)
    return (
        summary(problem, solution, known),
        roles_present(problem, solution, known),
        see_again(problem, solution, known),
        actions(problem, known),
    )


def no_show_rate(noted: tuple[Attendance, ...]) -> float | None:
    """Return the share of noted meetings to which the school did not come, or None without any note."""
    return sum(not each.came for each in noted) / len(noted) if noted else None


def summary(problem: Problem, solution: Solution, noted: tuple[Attendance, ...]) -> Table:
    """Return the headline counts and the catch-up slots that the next round needs at this rate."""
    came = [each for each in noted if each.came]
    ratings = Counter(each.rating for each in came if each.rating is not None)
    rate = no_show_rate(noted)
    rows: list[tuple[Cell, Cell, Cell]] = [
        ("Schools invited", len(solution.bookings), ""),
        ("Schools noted", len(noted), f"of {len(solution.bookings)} invited"),
        ("Schools that came", len(came), f"of {len(noted)} noted"),
        ("SENCos who came", sum(each.senco for each in came), f"of {len(came)} schools that came"),
        ("Head teachers who came", sum(each.head for each in came), f"of {len(came)} schools that came"),
    ]
    rows += [(f"Rated {mark}", ratings[mark], f"of {sum(ratings.values())} ratings") for mark in sorted(ratings)[::-1]]
    if rate is not None:
        for sure in (0.9, 0.95):
            slots = catchup.slots_needed(len(problem.meetings), no_show=rate, confidence=sure)
            rows.append((f"Catch-up slots for the next round, {sure:.0%} sure", slots,
                         f"for {len(problem.meetings)} meetings at {rate:.0%} not coming"))  # fmt: skip
    return Table(
        "attendance",
        "Attendance",
        (Column("what", "What"), Column("count", "Count", Kind.COUNT), Column("of", "Out of")),
        tuple(rows),
    )


def roles_present(problem: Problem, solution: Solution, noted: tuple[Attendance, ...]) -> Table:
    """Return for each role how many of the meetings held had one."""
    held = [solution.booking[each.meeting] for each in noted if each.came]
    count = Counter(role for each in held for role in {problem.person[person].role for person in each.people})
    return Table(
        "roles_present",
        "Roles at the meetings held",
        (Column("role", "Role"), Column("count", "Meetings", Kind.COUNT), Column("of", "Held", Kind.COUNT)),
        tuple((role, count[role], len(held)) for role in sorted(count)),
    )


def see_again(problem: Problem, solution: Solution, noted: tuple[Attendance, ...]) -> Table:
    """Return each school that did not come, the catch-up slots it could take, and who could have filled the time."""
    rows = []
    for each in noted:
        if each.came:
            continue
        booking = solution.booking[each.meeting]
        slots = catchup.offers(problem, solution, each.meeting, after=booking.day)
        could = catchup.could_come(problem, solution, each.meeting)[:3]
        offers = ", ".join(f"{slot.id} on {slot.day:%a} {slot.day.day} {slot.day:%b}" for slot in slots)
        rows.append((each.meeting, problem.meeting[each.meeting].school, booking.day.isoformat(),
                     offers or "none is left: book it in the next round, where missing it twice is priced",
                     ", ".join(could) or "nobody at short notice: open the time as a drop-in"))  # fmt: skip
    return Table(
        "see_again",
        "Schools to see again",
        (
            Column("meeting", "Meeting"),
            Column("school", "School"),
            Column("day", "Missed on", Kind.DATE),
            Column("offers", "Catch-up slots it could take"),
            Column("instead", "Who could fill the idle time"),
        ),
        tuple(rows),
    )


def actions(problem: Problem, noted: tuple[Attendance, ...]) -> Table:
    """Return every action agreed, the soonest due first."""
    rows = [
        (each.meeting, problem.meeting[each.meeting].school, action.what, action.who,
         action.by.isoformat() if action.by is not None else None)
        for each in noted
        for action in each.actions
    ]  # fmt: skip
    return Table(
        "actions",
        "Actions",
        (
            Column("meeting", "Meeting"),
            Column("school", "School"),
            Column("what", "What"),
            Column("who", "Who"),
            Column("by", "By", Kind.DATE),
        ),
        tuple(sorted(rows, key=lambda row: (row[4] or "9999", row[0]))),
    )
