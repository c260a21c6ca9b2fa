"""Writes rosters as iCalendar files: one feed a person, school and venue, updated rather than doubled on re-import."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from optimiser.meetings.problem import AT_SCHOOL, Problem
from optimiser.meetings.solution import Booking, Reserve, Solution

LONDON = ZoneInfo("Europe/London")
DOMAIN = "send-optimiser.invalid"
STAMP = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Words:
    """How a feed speaks: what schools and venues are called, whether staff references are shown, and the last line."""

    names: Mapping[str, str]
    people: bool
    notice: str

    def of(self, name: str) -> str:
        """Return what a school or venue is called."""
        return self.names.get(name, name)


@dataclass(frozen=True, slots=True)
class Feed:
    """One calendar file: whose it is (``person-``, ``school-`` or ``venue-`` and an id), and its bytes."""

    name: str
    content: bytes


def feeds(
    problem: Problem,
    solution: Solution,
    *,
    previous: Solution | None = None,
    sequences: Mapping[str, int] | None = None,
    names: Mapping[str, str] | None = None,
    stamp: datetime = STAMP,
    people: bool = False,
    notice: str = "",
) -> tuple[Feed, ...]:
    """Return a feed for each person, school and venue; a child is never in any.

    A meeting keeps its UID for ever. ``sequences`` holds the last number sent for each meeting (0 when new): one that
    stands elsewhere than in ``previous`` goes up by one, and one no longer booked is sent as CANCELLED. ``names`` are
    what to call schools and venues; ids where none is given. ``people`` names staff by reference beside their roles;
    ``notice`` ends every description. Times carry the Europe/London timezone.
    """
    named, sent = _Words(names or {}, people, notice), sequences or {}
    numbers = next_sequences(solution, previous=previous, sequences=sent)
    events: dict[str, list[Event]] = {}
    for booking in solution.bookings:
        for owner in _owners(problem, booking):
            _put(events, owner, _event(problem, booking, named, numbers[booking.meeting], stamp))
    for reserve in solution.reserves:
        for owner in [f"venue-{reserve.venue}", *(f"person-{person}" for person in reserve.people)]:
            _put(events, owner, _reserve(problem, reserve, named, stamp))
    for old in previous.bookings if previous is not None else ():
        now = solution.booking.get(old.meeting)
        staying = set(_owners(problem, now)) if now is not None else set()
        for owner in _owners(problem, old):
            if owner not in staying:
                gone = _event(problem, old, named, numbers[old.meeting], stamp)
                gone["STATUS"] = "CANCELLED"
                _put(events, owner, gone)
    return tuple(Feed(owner, _calendar(owner, mine).to_ical()) for owner, mine in sorted(events.items()))


def next_sequences(
    solution: Solution, *, previous: Solution | None = None, sequences: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return the sequence number of each meeting now: one more when it changed or is cancelled since ``previous``."""
    sent = sequences or {}
    before = previous.booking if previous is not None else {}
    found = {}
    for meeting in {*before, *solution.booking}:
        changed = meeting in before and before[meeting] != solution.booking.get(meeting)
        found[meeting] = sent.get(meeting, 0) + (1 if changed else 0)
    return found


def write(found: tuple[Feed, ...], folder: Path) -> tuple[Path, ...]:
    """Write each feed to a folder as ``<name>.ics`` and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for feed in found:
        safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in feed.name)
        path = folder / f"{safe}.ics"
        path.write_bytes(feed.content)
        paths.append(path)
    return tuple(paths)


def uid(kind: str, name: str) -> str:
    """Return the UID of a meeting or slot, the same in every file and for ever."""
    return f"{hashlib.sha256(f'{kind}:{name}'.encode()).hexdigest()[:24]}@{DOMAIN}"


def _owners(problem: Problem, booking: Booking) -> list[str]:
    owners = [f"person-{person}" for person in booking.people]
    owners.append(f"school-{problem.meeting[booking.meeting].school}")
    if booking.venue != AT_SCHOOL:
        owners.append(f"venue-{booking.venue}")
    return owners


def _put(events: dict[str, list[Event]], owner: str, event: Event) -> None:
    events.setdefault(owner, []).append(event)


def _local(day: date, seconds: int) -> datetime:
    return datetime.combine(day, time(), LONDON) + timedelta(seconds=seconds)


def _event(problem: Problem, booking: Booking, words: _Words, sequence: int, stamp: datetime) -> Event:
    meeting = problem.meeting[booking.meeting]
    school, kind = problem.school[meeting.school], problem.kind[meeting.kind]
    where = words.of(school.id if booking.venue == AT_SCHOOL else booking.venue)
    roles = ", ".join(sorted({problem.person[person].role for person in booking.people}))
    if words.people:
        roles = ", ".join(f"{problem.person[person].role} ({person})" for person in booking.people)
    event = _blank(uid("meeting", booking.meeting), booking.day, booking.start, kind.seconds, sequence, stamp)
    event.add("summary", f"{kind.title}: {words.of(school.id)}")
    event.add("location", f"{where}, {booking.room}" if booking.room else where)
    event.add(
        "description",
        f"Attending: {roles}. Please bring the SEND Support Provision Plan of each pupil to be discussed, and have "
        "parental consent in hand. To change the time, reply to the locality coordinator."
        + (f" {words.notice}" if words.notice else ""),
    )
    return event


def _reserve(problem: Problem, reserve: Reserve, words: _Words, stamp: datetime) -> Event:
    seconds = problem.kind[reserve.kind].seconds
    event = _blank(uid("reserve", reserve.id), reserve.day, reserve.start, seconds, 0, stamp)
    event.add("summary", "Catch-up slot")
    event.add("location", words.of(reserve.venue))
    event.add("description", f"Kept for a school that could not come. {words.notice}".strip())
    return event


def _blank(name: str, day: date, start: int, seconds: int, sequence: int, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", name)
    event.add("dtstamp", stamp)
    event.add("dtstart", _local(day, start))
    event.add("dtend", _local(day, start + seconds))
    event.add("sequence", sequence)
    event.add("status", "CONFIRMED")
    return event


@cache
def _zone(first: int, last: int) -> Timezone:
    return Timezone.from_tzid("Europe/London", first_date=date(first - 1, 1, 1), last_date=date(last + 1, 12, 31))


def _calendar(owner: str, events: list[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//send-optimiser//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", owner)
    years = [event["DTSTART"].dt.year for event in events]
    calendar.add_component(_zone(min(years), max(years)))
    for event in events:
        calendar.add_component(event)
    return calendar
