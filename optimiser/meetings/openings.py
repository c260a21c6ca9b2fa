"""Which times a school or a person is open, and the first rule that closes each time that is not."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from optimiser.core.units import Seconds
from optimiser.meetings.problem import (
    AT_SCHOOL,
    FixedEvent,
    Meeting,
    MeetingType,
    Problem,
    RoleNeed,
    Room,
    School,
    Staff,
    half_day,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A day, time and venue at which a meeting could be held as far as its school is concerned."""

    day: date
    start: Seconds
    venue: str


class Openings:
    """Answers, for one problem, who and what is open when; asks each question once and remembers."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._person: dict[tuple[str, date, int, int], str | None] = {}

    @cached_property
    def _events(self) -> dict[date, list[FixedEvent]]:
        found: dict[date, list[FixedEvent]] = defaultdict(list)
        for event in self.problem.events:
            found[event.window.day].append(event)
        return found

    @cached_property
    def by_role(self) -> dict[str, tuple[Staff, ...]]:
        """The people of each role, in the problem's order."""
        found: dict[str, list[Staff]] = defaultdict(list)
        for person in self.problem.staff:
            found[person.role].append(person)
        return {role: tuple(people) for role, people in found.items()}

    def common_block(self, day: date, start: int, end: int) -> str | None:
        """Return the rule that closes a time to every meeting, or None."""
        problem = self.problem
        if problem.lunch is not None and start < problem.lunch[1] and problem.lunch[0] < end:
            return "lunch-kept"
        for event in self._events.get(day, ()):
            if event.everyone and event.window.overlaps(day, start, end):
                return "school-open"
        return None

    def school_block(self, meeting: Meeting, day: date, start: int) -> str | None:
        """Return the first rule that stops a school being met then, whoever comes and wherever; None when open."""
        school = self.problem.school[meeting.school]
        end, half = start + self.problem.seconds_of(meeting.id), half_day(day, start)
        if not meeting.first <= day <= meeting.last:
            return "meeting-window"
        if school.told_from is not None and day < school.told_from:
            return "notice"
        if day in school.no_go or start < school.open_from or end > school.open_until:
            return "school-open"
        if half not in school.senco:
            return "senco-there"
        if half in school.head_away:
            return "head-there"
        for event in self._events.get(day, ()):
            if school.id in event.schools and event.window.overlaps(day, start, end):
                return "school-open"
        return self.common_block(day, start, end)

    def person_block(self, person: Staff, day: date, start: int, end: int) -> str | None:
        """Return the first rule that keeps a person away then, or None."""
        key = (person.id, day, start, end)
        if key not in self._person:
            self._person[key] = self._ask_person(person, day, start, end)
        return self._person[key]

    def _ask_person(self, person: Staff, day: date, start: int, end: int) -> str | None:
        if day in person.leave or half_day(day, start) not in person.works:
            return "person-works"
        if any(window.overlaps(day, start, end) for window in person.busy):
            return "person-free"
        for event in self._events.get(day, ()):
            takes = event.everyone or person.id in event.staff or person.role in event.roles
            if takes and event.window.overlaps(day, start, end):
                return "person-free"
        return None

    def candidates(self, need: RoleNeed, school: School | None, locality: str) -> tuple[Staff, ...]:
        """Return the people who may hold a role for a school (None for a reserve slot), by fit and locality alone."""
        found = []
        for person in self.by_role.get(need.role, ()):
            if person.localities and locality not in person.localities:
                continue
            if need.attached and school is not None and school.psychologist not in (None, person.id):
                continue
            if need.fit and school is not None and school.need and school.need not in person.specialisms:
                continue
            found.append(person)
        return tuple(found)

    def rooms(self, meeting: Meeting, venue: str) -> tuple[Room, ...]:
        """Return the rooms of a venue that hold a meeting with its required people, best fit first."""
        school, kind = self.problem.school[meeting.school], self.problem.kind[meeting.kind]
        seats = school.party + len(kind.roles)
        return tuple(
            sorted(
                (
                    room
                    for room in self.problem.venue[venue].rooms
                    if room.seats >= seats and (room.step_free or not school.step_free)
                ),
                key=lambda room: (room.seats, room.id),
            )
        )

    def venue_block(self, meeting: Meeting, venue: str, day: date, start: int) -> str | None:
        """Return the rule that stops a meeting using a venue then, or None."""
        if venue == AT_SCHOOL:
            return None
        held = self.problem.venue.get(venue)
        if held is None:
            return "venue-allowed"
        if not self.rooms(meeting, venue):
            return "room-fits"
        return self.venue_shut(venue, day, start, start + self.problem.seconds_of(meeting.id))

    def venue_shut(self, venue: str, day: date, start: int, end: int) -> str | None:
        """Return ``venue-allowed`` when a venue cannot be booked for a stretch, else None."""
        bookable = self.problem.venue[venue].bookable
        if bookable is None or any(each.day == day and each.start <= start and end <= each.end for each in bookable):
            return None
        return "venue-allowed"

    def of(self, meeting: Meeting) -> Iterator[Opening]:
        """Yield every opening of a meeting at which each required role has somebody free, ignoring other meetings."""
        school, kind = self.problem.school[meeting.school], self.problem.kind[meeting.kind]
        pools = self._pools(kind, school)
        for day in self.problem.days:
            if not meeting.first <= day <= meeting.last:
                continue
            for start in self.problem.starts:
                if self.school_block(meeting, day, start) is not None:
                    continue
                if not all(self._somebody(pool, day, start, start + kind.seconds) for pool in pools):
                    continue
                for venue in school.venues:
                    if self.venue_block(meeting, venue, day, start) is None:
                        yield Opening(day, start, venue)

    def allows(self, meeting: Meeting, there: Opening) -> bool:
        """Return whether one opening is among those of a meeting, without looking at the others."""
        school, kind = self.problem.school[meeting.school], self.problem.kind[meeting.kind]
        return (
            there.day in self.problem.day_index
            and there.start in self.problem.starts
            and there.venue in school.venues
            and self.school_block(meeting, there.day, there.start) is None
            and self.venue_block(meeting, there.venue, there.day, there.start) is None
            and all(
                self._somebody(pool, there.day, there.start, there.start + kind.seconds)
                for pool in self._pools(kind, school)
            )
        )

    def _pools(self, kind: MeetingType, school: School) -> list[tuple[Staff, ...]]:
        return [self.candidates(need, school, school.locality) for need in kind.roles if need.required]

    def _somebody(self, pool: tuple[Staff, ...], day: date, start: int, end: int) -> bool:
        return any(self.person_block(person, day, start, end) is None for person in pool)
