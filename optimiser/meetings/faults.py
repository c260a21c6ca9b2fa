"""What is wrong with what was asked, before anything is solved: each fault with what to do; the rest is planned."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from optimiser.core.table import Column, Table
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import AT_SCHOOL, Meeting, Pin, Problem

Fault = tuple[str, str, str]
"""Whom or what it is about, what is wrong, and what to do."""


def faults(problem: Problem) -> tuple[Fault, ...]:
    """Return every fault of a problem: empty roles, windows, availability, rooms, and pins that cannot all be kept."""
    openings = Openings(problem)
    return (
        *_roles(problem, openings),
        *_windows(problem),
        *_availability(problem, openings),
        *_rooms(problem, openings),
        *_pins(problem, openings),
    )


def table(problem: Problem, more: tuple[Fault, ...] = ()) -> Table:
    """Return the faults as a table, with others found elsewhere at the end."""
    return Table(
        "faults",
        "Look at these first",
        (Column("about", "About"), Column("wrong", "What is wrong"), Column("remedy", "What to do")),
        (*faults(problem), *more),
        "Everything that could be planned was planned.",
    )


def _roles(problem: Problem, openings: Openings) -> Iterator[Fault]:
    asked = {meeting.kind for meeting in problem.meetings}
    localities = sorted({problem.school[meeting.school].locality for meeting in problem.meetings})
    for kind in problem.kinds:
        for need in kind.roles:
            if kind.id not in asked or not need.required:
                continue
            if not openings.by_role.get(need.role):
                yield (
                    need.role,
                    f"nobody holds the role {need.role}, without which no {kind.title} is held",
                    f"add somebody in that role to the Staff sheet, or list {need.role} under the roles wanted",
                )
                continue
            for locality in localities:
                if not openings.candidates(need, None, locality):
                    yield (
                        need.role,
                        f"nobody in the role {need.role} serves {locality}",
                        f"add {locality} to the areas that one of them serves",
                    )


def _windows(problem: Problem) -> Iterator[Fault]:
    windows: dict[tuple[str, str], int] = {}
    for meeting in problem.meetings:
        if not any(meeting.first <= day <= meeting.last for day in problem.days):
            key = (_day(meeting.first), _day(meeting.last))
            windows[key] = windows.get(key, 0) + 1
    for (first, last), count in windows.items():
        yield (
            f"{count} meetings" if count > 1 else "1 meeting",
            f"there is no working day from {first} to {last}",
            "change the window, or the term dates on the Calendar sheet",
        )


def _availability(problem: Problem, openings: Openings) -> Iterator[Fault]:
    late: dict[date, list[str]] = {}
    for meeting in problem.meetings:
        days = [day for day in problem.days if meeting.first <= day <= meeting.last]
        told = problem.school[meeting.school].told_from
        if days and told is not None and told > days[-1]:
            late.setdefault(told, []).append(meeting.school)
            continue
        if days and not any(
            openings.school_block(meeting, day, start) is None for day in days for start in problem.starts
        ):
            yield (
                meeting.school,
                "the school has no time at all: its SENCo, its head or its closed days rule out every one",
                "ask for one more half-day of the SENCo, or meet without the head teacher; Why? names the rules",
            )

    for told, schools in late.items():
        yield (
            _these(schools, "school"),
            f"the notice is not over before {_day(told)}, when the window has closed",
            "send the invitations sooner, or move the window on the Meeting types sheet",
        )


def _rooms(problem: Problem, openings: Openings) -> Iterator[Fault]:
    small: dict[tuple[str, str], list[str]] = {}
    for meeting in problem.meetings:
        school = problem.school[meeting.school]
        held = [venue for venue in school.venues if venue in problem.venue]
        if held and AT_SCHOOL not in school.venues and not any(openings.rooms(meeting, venue) for venue in held):
            seats = school.party + len(problem.kind[meeting.kind].roles)
            most = max(room.seats for venue in held for room in problem.venue[venue].rooms)
            wrong = f"no room of {', '.join(held)} seats the {seats} who come" + (", step-free" * school.step_free)
            small.setdefault((wrong, f"the largest has {most} seats: "), []).append(school.id)
    for (wrong, largest), schools in small.items():
        yield (_these(schools, "school"), wrong, f"{largest}book a larger room, or another venue")


def _these(names: list[str], what: str) -> str:
    """Return one thing by its name, several by how many there are and the first three."""
    if len(names) == 1:
        return names[0]
    return f"{len(names)} {what}s: {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}"


def _pins(problem: Problem, openings: Openings) -> Iterator[Fault]:
    for pin in problem.pins:
        meeting = problem.meeting.get(pin.meeting)
        if meeting is None:
            yield (pin.meeting, "a meeting is locked that is not in this round", "unlock it")
        elif not any((each.day, each.start) == (pin.day, pin.start) for each in openings.of(meeting)):
            yield (
                pin.meeting,
                f"it is locked on {_day(pin.day)} at {_time(pin.start)}, when it cannot be held",
                "unlock it, or lock another time",
            )
    for one, other in combinations((pin for pin in problem.pins if pin.meeting in problem.meeting), 2):
        both = sorted(_needed(problem, one) & _needed(problem, other))
        if both and one.day == other.day and _overlap(problem, one, other):
            yield (
                f"{one.meeting} and {other.meeting}",
                f"both are locked on {_day(one.day)} at {_time(max(one.start, other.start))} with {', '.join(both)}",
                "unlock one of them; until then one is left out",
            )


def _needed(problem: Problem, pin: Pin) -> set[str]:
    meeting: Meeting = problem.meeting[pin.meeting]
    attached = any(need.attached and need.required for need in problem.kind[meeting.kind].roles)
    psychologist = problem.school[meeting.school].psychologist
    return {*pin.people, *({psychologist} if attached and psychologist is not None else ())}


def _overlap(problem: Problem, one: Pin, other: Pin) -> bool:
    ends = one.start + problem.seconds_of(one.meeting), other.start + problem.seconds_of(other.meeting)
    return one.start < ends[1] and other.start < ends[0]


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _time(start: int) -> str:
    return f"{start // 3600:02d}:{start % 3600 // 60:02d}"
