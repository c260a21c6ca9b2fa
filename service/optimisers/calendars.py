"""A roster as calendar files, one for each person and each school; no child is named in any."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

LONDON = ZoneInfo("Europe/London")


def calendars(problem: Any, solution: Any, *, notice: str) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, calendar) for every person and every school with a meeting.

    A meeting keeps its UID however often it is planned again, so that a diary updates it and does not double it.
    """
    people: dict[str, list[Event]] = {}
    schools: dict[str, list[Event]] = {}
    for booking in solution.bookings:
        event = _meeting(problem, booking, notice)
        for person in booking.people:
            people.setdefault(person, []).append(event)
        schools.setdefault(problem.meeting[booking.meeting].school, []).append(event)
    for reserve in solution.reserves:
        event = _event(f"reserve-{reserve.id}", "Catch-up slot", reserve, problem.kind[reserve.kind].seconds, notice)
        for person in reserve.people:
            people.setdefault(person, []).append(event)
    for folder, found in (("people", people), ("schools", schools)):
        for name, events in sorted(found.items()):
            yield f"{folder}/{_safe(name)}.ics", _calendar(name, events)


def _meeting(problem: Any, booking: Any, notice: str) -> Event:
    meeting = problem.meeting[booking.meeting]
    title = f"{problem.kind[meeting.kind].title}: {meeting.school}"
    return _event(booking.meeting, title, booking, problem.seconds_of(booking.meeting), notice)


def _event(ref: str, title: str, at: Any, seconds: int, notice: str) -> Event:
    event = Event()
    begins = _moment(at.day, int(at.start))
    event.add("uid", f"{ref}@send-optimiser")
    event.add("dtstamp", datetime.combine(at.day, time(), UTC))
    event.add("summary", title)
    event.add("dtstart", begins)
    event.add("dtend", begins + timedelta(seconds=int(seconds)))
    where = "At the school" if at.venue == "school" else at.venue
    event.add("location", f"{where}, {at.room}" if at.room else where)
    event.add("description", f"With {', '.join(at.people)}. A proposal until it is adopted. {notice}")
    return event


def _moment(day: date, seconds: int) -> datetime:
    return datetime.combine(day, time(seconds // 3600, seconds % 3600 // 60), LONDON)


def _calendar(name: str, events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//send-optimiser//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Meetings of {name}")
    calendar.add_component(Timezone.from_tzinfo(LONDON, "Europe/London"))
    for event in sorted(events, key=lambda each: (each["dtstart"].dt, each["uid"])):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
