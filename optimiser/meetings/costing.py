"""What a roster costs in points, piece by piece, so that any two rosters can be compared and any figure traced."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from optimiser.meetings.problem import CatchUp, Meeting, Problem, half_day, week_of
from optimiser.meetings.solution import Booking, Reserve, Solution


@dataclass(frozen=True, slots=True)
class Charge:
    """Some points: the soft rule they belong to (or ``staff-days``), the ids concerned, and the amount."""

    rule: str
    subjects: tuple[str, ...]
    points: int


def cost(problem: Problem, solution: Solution) -> int:
    """Return the total points of a roster, lower is better; hard rules are the verifier's business."""
    return sum(charge.points for charge in charges(problem, solution))


def charges(problem: Problem, solution: Solution) -> Iterator[Charge]:
    """Yield every charge of more than nothing, in a fixed order."""
    for item in solution.unbooked:
        yield from unbooked_charges(problem, problem.meeting[item.meeting])
    for booking in solution.bookings:
        meeting = problem.meeting[booking.meeting]
        yield from time_charges(problem, meeting, booking.day, booking.start)
        yield from venue_charges(problem, meeting, booking.venue)
        yield from people_charges(problem, meeting, booking.people)
    yield from _load_charges(problem, solution)
    for wish in problem.catch_up:
        yield from _reserve_charges(problem, wish, solution.reserves)
    yield from _move_charges(problem, solution)


def unbooked_charges(problem: Problem, meeting: Meeting) -> Iterator[Charge]:
    """Yield what leaving a meeting out costs."""
    yield Charge("every-school-met", (meeting.id,), problem.prices.unbooked)
    if problem.school[meeting.school].missed_last_round:
        yield Charge("missed-twice", (meeting.id,), problem.prices.missed_twice)


def time_charges(problem: Problem, meeting: Meeting, day: date, start: int) -> Iterator[Charge]:
    """Yield what holding a meeting on a day at a time costs, whoever comes."""
    prices, school, half = problem.prices, problem.school[meeting.school], half_day(day, start)
    off = abs(week_of(day) - week_of(meeting.target)) if meeting.target is not None else 0
    waits = school.need_signal * (week_of(day) - week_of(meeting.first))
    found = (
        ("near-target", prices.week_off_target * off),
        ("preferred-half-day", prices.not_preferred * bool(school.preferred and half not in school.preferred)),
        ("head-preference", prices.head_not_preferred * bool(school.head_prefers and half not in school.head_prefers)),
        ("gate-duty", prices.gate_duty * bool(school.gate_duty and start < problem.gate_clear)),
        ("need-first", prices.need_waits * waits),
    )
    for rule, points in found:
        if points:
            yield Charge(rule, (meeting.id,), points)


def venue_charges(problem: Problem, meeting: Meeting, venue: str) -> Iterator[Charge]:
    """Yield what holding a meeting at other than the first-choice venue costs."""
    venues = problem.school[meeting.school].venues
    rank = venues.index(venue) if venue in venues else 0
    if rank and problem.prices.second_venue:
        yield Charge("first-venue", (meeting.id,), rank * problem.prices.second_venue)


def people_charges(problem: Problem, meeting: Meeting, people: tuple[str, ...]) -> Iterator[Charge]:
    """Yield what a meeting's people cost: optional roles that do not come, and people away from home."""
    roles = Counter(problem.person[person].role for person in people)
    for need in problem.kind[meeting.kind].roles:
        if not need.required and not roles[need.role] and need.missing_price:
            yield Charge("optional-role", (meeting.id, need.role), need.missing_price)
    locality = problem.school[meeting.school].locality
    for person in people:
        if problem.person[person].locality != locality and problem.prices.away_from_home:
            yield Charge("home-locality", (meeting.id, person), problem.prices.away_from_home)


def _load_charges(problem: Problem, solution: Solution) -> Iterator[Charge]:
    held: Counter[str] = Counter()
    days: set[tuple[str, date]] = set()
    for booking in solution.bookings:
        for each in booking.people:
            held[each] += 1
            days.add((each, booking.day))
    for reserve in solution.reserves:
        days.update((each, reserve.day) for each in reserve.people)
    for person in problem.staff:
        over = held[person.id] - person.share if person.share is not None else 0
        if over > 0 and problem.prices.over_share:
            yield Charge("fair-share", (person.id,), over * problem.prices.over_share)
    used = Counter(problem.person[each].role for each, _ in days)
    for role, price in sorted(problem.prices.staff_day.items()):
        if price * used[role]:
            yield Charge("staff-days", (role,), price * used[role])


def reserve_points(problem: Problem, wish: CatchUp, day: date) -> int:
    """Return what holding a reserve slot on a day costs: the earlier, the less use it is."""
    return problem.prices.reserve_week_early * (week_of(wish.last) - week_of(day))


def _reserve_charges(problem: Problem, wish: CatchUp, reserves: tuple[Reserve, ...]) -> Iterator[Charge]:
    mine = reserves_of(wish, reserves)
    missing = max(0, wish.wanted - len(mine))
    points = missing * problem.prices.reserve_missing + sum(reserve_points(problem, wish, each.day) for each in mine)
    if points:
        yield Charge("enough-reserves", (wish.locality,), points)


def reserves_of(wish: CatchUp, reserves: tuple[Reserve, ...]) -> tuple[Reserve, ...]:
    """Return the reserve slots that answer a wish: same kind, same venue, within its days."""
    return tuple(
        each
        for each in reserves
        if each.kind == wish.kind and each.venue == wish.venue and wish.first <= each.day <= wish.last
    )


def moved(problem: Problem, solution: Solution) -> tuple[str, ...]:
    """Return the meetings of the last roster that now stand elsewhere or nowhere, in the last roster's order."""
    if problem.repair is None:
        return ()
    now = solution.booking
    return tuple(
        old.meeting
        for old in problem.repair.reference
        if old.meeting in problem.meeting and not _same(old, now.get(old.meeting))
    )


def _same(old: Booking, new: Booking | None) -> bool:
    return new is not None and (old.day, old.start, old.venue) == (new.day, new.start, new.venue)


def _move_charges(problem: Problem, solution: Solution) -> Iterator[Charge]:
    for meeting in moved(problem, solution):
        if problem.prices.move:
            yield Charge("few-moves", (meeting,), problem.prices.move)
