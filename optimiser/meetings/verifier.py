"""Checks a roster against every rule from the problem alone, knowing nothing of how it was made."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations, pairwise

from optimiser.core.violation import Violation
from optimiser.meetings import costing
from optimiser.meetings.problem import AT_SCHOOL, Booking, MeetingType, Problem, Staff, half_day
from optimiser.meetings.rules import sentence
from optimiser.meetings.solution import Reserve, Solution

Held = tuple[str, str, date, int, int, str, str | None, tuple[str, ...], str]
"""Something held: its id, kind, day, start, end, venue, room, people and place of travel."""


def verify(problem: Problem, solution: Solution) -> tuple[Violation, ...]:
    """Return every rule the roster breaks, hard ones first; soft ones carry their points as the amount."""
    hard = [
        *_accounted(problem, solution),
        *(violation for booking in solution.bookings for violation in _booking(problem, booking)),
        *(violation for reserve in solution.reserves for violation in _reserve(problem, reserve)),
        *_people_over_days(problem, solution),
        *_rooms(problem, solution),
        *_pins(problem, solution),
        *_repair(problem, solution),
    ]
    soft = [
        Violation(charge.rule, charge.subjects, sentence(charge.rule), hard=False, amount=charge.points, unit="points")
        for charge in costing.charges(problem, solution)
        if charge.rule != "staff-days"
    ]
    return (*hard, *soft)


def _broken(rule: str, *subjects: str, why: str = "", amount: int = 1) -> Violation:
    return Violation(rule, subjects, f"{sentence(rule)} {why}".strip(), amount=amount)


def _accounted(problem: Problem, solution: Solution) -> Iterator[Violation]:
    booked = [booking.meeting for booking in solution.bookings]
    left_out = [item.meeting for item in solution.unbooked]
    for meeting in problem.meetings:
        times = booked.count(meeting.id) + left_out.count(meeting.id)
        if times != 1:
            yield _broken("all-accounted", meeting.id, why=f"This one appears {times} times.")
    for stranger in sorted({*booked, *left_out} - set(problem.meeting)):
        yield _broken("all-accounted", stranger, why="There is no such meeting.")
    for item in solution.unbooked:
        if not item.sentence:
            yield _broken("all-accounted", item.meeting, why="No reason is given.")


def _booking(problem: Problem, booking: Booking) -> Iterator[Violation]:
    if booking.meeting not in problem.meeting:
        return
    meeting = problem.meeting[booking.meeting]
    school, end = problem.school[meeting.school], booking.start + problem.seconds_of(meeting.id)
    half = half_day(booking.day, booking.start)
    if not meeting.first <= booking.day <= meeting.last:
        yield _broken("meeting-window", meeting.id, why=f"{booking.day} is outside it.")
    if school.told_from is not None and booking.day < school.told_from:
        yield _broken("notice", meeting.id, why=f"It is held {booking.day}, before {school.told_from}.")
    if half not in school.senco:
        yield _broken("senco-there", meeting.id)
    if half in school.head_away:
        yield _broken("head-there", meeting.id)
    if booking.day in school.no_go or booking.start < school.open_from or end > school.open_until:
        yield _broken("school-open", meeting.id)
    for event in problem.events:
        if event.window.overlaps(booking.day, booking.start, end) and (event.everyone or school.id in event.schools):
            yield _broken("school-open", meeting.id, event.id)
    if booking.venue not in school.venues:
        yield _broken("venue-allowed", meeting.id, booking.venue)
    seats = len(booking.people) + school.party
    yield from _time_and_room(problem, booking.meeting, booking, end, seats=seats, step_free=school.step_free)
    yield from _team(problem, meeting.id, problem.kind[meeting.kind], booking.people, school.locality)
    yield from _fit(problem, booking)


def _reserve(problem: Problem, reserve: Reserve) -> Iterator[Violation]:
    kind = problem.kind[reserve.kind]
    wishes = [wish for wish in problem.catch_up if reserve in costing.reserves_of(wish, (reserve,))]
    if not wishes:
        yield _broken("meeting-window", reserve.id, why="No catch-up slot was asked for there.")
        return
    end = reserve.start + kind.seconds
    for event in problem.events:
        if event.everyone and event.window.overlaps(reserve.day, reserve.start, end):
            yield _broken("school-open", reserve.id, event.id)
    yield from _time_and_room(problem, reserve.id, reserve, end, seats=len(reserve.people) + 2, step_free=False)
    yield from _team(problem, reserve.id, kind, reserve.people, wishes[0].locality)


def _time_and_room(
    problem: Problem, name: str, held: Booking | Reserve, end: int, *, seats: int, step_free: bool
) -> Iterator[Violation]:
    if held.day not in problem.day_index or held.start not in problem.starts:
        yield _broken("meeting-window", name, why=f"{held.day} at {held.start} is no starting time.")
    if problem.lunch is not None and held.start < problem.lunch[1] and problem.lunch[0] < end:
        yield _broken("lunch-kept", name)
    if held.venue == AT_SCHOOL:
        return
    venue = problem.venue.get(held.venue)
    if venue is None:
        yield _broken("venue-allowed", name, held.venue, why="There is no such venue.")
        return
    if venue.bookable is not None and not any(
        each.day == held.day and each.start <= held.start and end <= each.end for each in venue.bookable
    ):
        yield _broken("venue-allowed", name, venue.id, why="It cannot be booked then.")
    room = next((each for each in venue.rooms if each.id == held.room), None)
    if room is None or room.seats < seats or (step_free and not room.step_free):
        yield _broken("room-fits", name, venue.id)


def _team(
    problem: Problem, name: str, kind: MeetingType, people: tuple[str, ...], locality: str
) -> Iterator[Violation]:
    strangers = [person for person in people if person not in problem.person]
    for stranger in strangers:
        yield _broken("right-people", name, stranger, why="There is no such person.")
    known = [problem.person[person] for person in people if person in problem.person]
    allowed = {need.role: need for need in kind.roles}
    for person in known:
        if person.role not in allowed:
            yield _broken("right-people", name, person.id, why="Nobody of that role was asked for.")
        if person.localities and locality not in person.localities:
            yield _broken("locality-served", name, person.id)
    for need in kind.roles:
        count = sum(person.role == need.role for person in known)
        if count > 1 or (need.required and count == 0):
            yield _broken("right-people", name, need.role, why=f"There are {count}.")


def _fit(problem: Problem, booking: Booking) -> Iterator[Violation]:
    meeting = problem.meeting[booking.meeting]
    school = problem.school[meeting.school]
    for need in problem.kind[meeting.kind].roles:
        for person in booking.people:
            staff = problem.person.get(person)
            if staff is None or staff.role != need.role:
                continue
            if need.attached and school.psychologist is not None and person != school.psychologist:
                yield _broken("right-people", meeting.id, person, why="The school has another psychologist.")
            if need.fit and school.need and school.need not in staff.specialisms:
                yield _broken("right-people", meeting.id, person, why="The specialism does not fit.")


def _held(problem: Problem, solution: Solution) -> Iterator[tuple[Held, str]]:
    for booking in solution.bookings:
        if booking.meeting in problem.meeting and (booking.venue == AT_SCHOOL or booking.venue in problem.venue):
            meeting = problem.meeting[booking.meeting]
            end = booking.start + problem.seconds_of(meeting.id)
            place = problem.place_of(meeting.id, booking.venue)
            yield (
                (meeting.id, meeting.kind, booking.day, booking.start, end, booking.venue, booking.room,
                 booking.people, place),
                problem.school[meeting.school].locality,
            )  # fmt: skip
    for each in solution.reserves:
        if each.venue in problem.venue:
            end = each.start + problem.kind[each.kind].seconds
            venue = problem.venue[each.venue]
            yield (
                (each.id, each.kind, each.day, each.start, end, each.venue, each.room, each.people, venue.place),
                venue.locality,
            )


def _people_over_days(problem: Problem, solution: Solution) -> Iterator[Violation]:
    days: dict[tuple[str, date], list[tuple[Held, str]]] = defaultdict(list)
    for held, locality in _held(problem, solution):
        for each in held[7]:
            if each in problem.person:
                days[each, held[2]].append((held, locality))
    for (name, day), items in sorted(days.items()):
        person = problem.person[name]
        items.sort(key=lambda item: (item[0][3], item[0][0]))
        for held, _ in items:
            yield from _availability(problem, person, held)
        yield from _sequence(problem, name, [held for held, _ in items])
        if len(items) > person.most_a_day:
            yield _broken("daily-limit", name, day.isoformat(), amount=len(items) - person.most_a_day)
        if person.one_locality_a_day and len({locality for _, locality in items}) > 1:
            yield _broken("one-locality-a-day", name, day.isoformat())


def _availability(problem: Problem, person: Staff, held: Held) -> Iterator[Violation]:
    name, _, day, start, end, *_ = held
    if day in person.leave or half_day(day, start) not in person.works:
        yield _broken("person-works", name, person.id)
    if any(window.overlaps(day, start, end) for window in person.busy):
        yield _broken("person-free", name, person.id)
    for event in problem.events:
        takes = event.everyone or person.id in event.staff or person.role in event.roles
        if takes and event.window.overlaps(day, start, end):
            yield _broken("person-free", name, person.id, event.id)


def _sequence(problem: Problem, person: str, items: list[Held]) -> Iterator[Violation]:
    for one, other in combinations(items, 2):
        if one[3] < other[4] and other[3] < one[4]:
            yield _broken("one-meeting-at-a-time", person, one[0], other[0])
    if problem.travel is None:
        return
    for one, other in pairwise(items):
        gap = other[3] - one[4]
        needed = problem.travel.seconds_between(one[8], other[8])
        if 0 <= gap < needed:
            yield _broken("time-to-travel", person, one[0], other[0], amount=needed - gap)


def _rooms(problem: Problem, solution: Solution) -> Iterator[Violation]:
    rooms: dict[tuple[str, str | None, date], list[Held]] = defaultdict(list)
    for held, _ in _held(problem, solution):
        if held[5] != AT_SCHOOL:
            rooms[held[5], held[6], held[2]].append(held)
    for (venue, room, _), items in sorted(rooms.items(), key=lambda item: str(item[0])):
        for one, other in combinations(items, 2):
            if one[3] < other[4] and other[3] < one[4]:
                yield _broken("room-free", venue, str(room), one[0], other[0])


def _pins(problem: Problem, solution: Solution) -> Iterator[Violation]:
    # A pinned or locked meeting that cannot be held is listed as unbooked, which the price discourages.
    for pin in problem.pins:
        now = solution.booking.get(pin.meeting)
        if now is None:
            continue
        if (now.day, now.start) != (pin.day, pin.start) or (pin.venue is not None and now.venue != pin.venue):
            yield _broken("pin-kept", pin.meeting, why="It stands elsewhere.")
        if not set(pin.people) <= set(now.people):
            yield _broken("pin-kept", pin.meeting, why="Other people come.")


def _repair(problem: Problem, solution: Solution) -> Iterator[Violation]:
    repair = problem.repair
    if repair is None:
        return
    moved = [meeting for meeting in costing.moved(problem, solution) if meeting in solution.booking]
    kept = repair.locked if repair.may_move_notified else repair.locked | repair.notified
    for meeting in moved:
        if meeting in kept and meeting not in repair.asked:
            yield _broken("locked-kept", meeting)
    for old in repair.reference:
        now = solution.booking.get(old.meeting)
        if old.meeting in repair.asked and now is not None and old.meeting not in moved:
            yield _broken("locked-kept", old.meeting, why="It was asked to move and did not.")
    others = [meeting for meeting in moved if meeting not in repair.asked]
    if repair.most_moves is not None and len(others) > repair.most_moves:
        yield _broken("move-limit", *others, amount=len(others) - repair.most_moves)
