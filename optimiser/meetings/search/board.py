"""A roster under construction: puts each meeting where it adds least to what stands, every hard rule kept."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from optimiser.meetings import costing
from optimiser.meetings.bounds import people_at_least
from optimiser.meetings.model.duty import options
from optimiser.meetings.openings import Opening, Openings
from optimiser.meetings.problem import AT_SCHOOL, Booking, Meeting, MeetingType, Problem, RoleNeed, School, Staff
from optimiser.meetings.solution import Reserve

Busy = tuple[int, int, str, str]
"""A person's engagement on one day: start, end, place of travel and locality."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One opening of a meeting: the points of its time and venue, its end, and its place of travel."""

    points: int
    opening: Opening
    end: int
    place: str


class Board:
    """Bookings made so far, with who and which rooms are taken; ``points`` is the cost of meetings, not of reserves."""

    def __init__(self, problem: Problem, openings: Openings) -> None:
        self.problem, self.openings = problem, openings
        self.placed: dict[str, Booking] = {}
        self.reserves: list[Reserve] = []
        self.busy: dict[tuple[str, date], list[Busy]] = defaultdict(list)
        self.rooms: dict[tuple[str, date], list[tuple[int, int, str]]] = defaultdict(list)
        self.load: Counter[str] = Counter()
        self.moves = 0
        repair = problem.repair
        self._old = {old.meeting: Opening(old.day, old.start, old.venue) for old in repair.reference} if repair else {}
        self._pools: dict[tuple[str, str], tuple[Staff, ...]] = {}
        self.choices = {meeting.id: self._choices(meeting) for meeting in problem.meetings}
        self.left_out = {meeting.id: self._left_out(meeting) for meeting in problem.meetings}
        self.points = sum(self.left_out.values())
        self.team_at_least = {each.id: people_at_least(problem, openings, each) for each in problem.meetings}

    def _choices(self, meeting: Meeting) -> list[Choice]:
        problem, found = self.problem, []
        for opening in options(problem, self.openings, meeting):
            points = sum(each.points for each in costing.time_charges(problem, meeting, opening.day, opening.start))
            points += sum(each.points for each in costing.venue_charges(problem, meeting, opening.venue))
            points += problem.prices.move if self._moves(meeting.id, opening) else 0
            end = opening.start + problem.seconds_of(meeting.id)
            found.append(Choice(points, opening, end, problem.place_of(meeting.id, opening.venue)))
        return sorted(found, key=lambda choice: choice.points)

    def _left_out(self, meeting: Meeting) -> int:
        points = sum(charge.points for charge in costing.unbooked_charges(self.problem, meeting))
        return points + (self.problem.prices.move if meeting.id in self._old else 0)

    def _moves(self, meeting: str, opening: Opening) -> bool:
        return meeting in self._old and self._old[meeting] != opening

    def _capped(self, meeting: str, opening: Opening) -> bool:
        repair = self.problem.repair
        if repair is None or repair.most_moves is None or meeting in repair.asked:
            return False
        return self._moves(meeting, opening) and self.moves >= repair.most_moves

    def shuffle(self, meeting: str, rng: np.random.Generator) -> None:
        """Put a meeting's choices of equal points in a new order, so that the search does not always try the same."""
        choices = self.choices[meeting]
        order = sorted(
            zip([each.points for each in choices], rng.random(len(choices)), range(len(choices)), strict=True)
        )
        self.choices[meeting] = [choices[index] for *_, index in order]

    def cheapest(self, meeting: str, only: Opening | None = None) -> tuple[int, Booking] | None:
        """Return the booking that adds fewest points now (``only`` at one opening), or None if leaving out is best."""
        least, best = self.left_out[meeting], None
        for choice in self.choices[meeting]:
            if choice.points + self.team_at_least[meeting] >= least:
                break
            if (only is not None and choice.opening != only) or self._capped(meeting, choice.opening):
                continue
            found = self._staffed(meeting, choice, least)
            if found is not None:
                least, best = found
        return None if best is None else (least, best)

    def _staffed(self, meeting: str, choice: Choice, below: int) -> tuple[int, Booking] | None:
        problem, opening = self.problem, choice.opening
        asked = problem.meeting[meeting]
        school, kind = problem.school[asked.school], problem.kind[asked.kind]
        room = self._room(asked, choice)
        if opening.venue != AT_SCHOOL and room is None:
            return None
        pinned = problem.pinned[meeting].people if meeting in problem.pinned else ()
        points, people = choice.points, []
        for need in kind.roles:
            pool = self._pool(need, school)
            kept = [each for each in pool if each.id in pinned]
            found = self._person(tuple(kept) or pool, opening, choice.end, choice.place, school.locality)
            if found is not None and (need.required or kept or found[0] < need.missing_price):
                points += found[0]
                people.append(found[2])
            elif need.required:
                return None
            else:
                points += need.missing_price
            if points >= below:
                return None
        if not set(pinned) <= set(people):
            return None
        return points, Booking(meeting, opening.day, opening.start, opening.venue, room, tuple(sorted(people)))

    def _pool(self, need: RoleNeed, school: School) -> tuple[Staff, ...]:
        key = (need.role, school.id)
        if key not in self._pools:
            self._pools[key] = self.openings.candidates(need, school, school.locality)
        return self._pools[key]

    def _person(
        self, pool: tuple[Staff, ...], opening: Opening, end: int, place: str, locality: str
    ) -> tuple[int, int, str] | None:
        """Return added points, the longest road to a neighbouring engagement, and the person who adds least."""
        best: tuple[int, int, str] | None = None
        for person in pool:
            if self.openings.person_block(person, opening.day, opening.start, end) is not None:
                continue
            road = self._road(person, opening, end, place, locality)
            if road is None:
                continue
            found = (self._added(person, opening.day, locality), road, person.id)
            if best is None or found < best:
                best = found
        return best

    def _road(self, person: Staff, opening: Opening, end: int, place: str, locality: str) -> int | None:
        """Return the seconds between this place and the person's others that day, or None when a rule forbids it."""
        today = self.busy.get((person.id, opening.day), ())
        if len(today) >= person.most_a_day:
            return None
        longest, travel = 0, self.problem.travel
        for start, ends, other, where in today:
            gap = start - end if start >= opening.start else opening.start - ends
            if gap < 0 or (person.one_locality_a_day and where != locality):
                return None
            if travel is not None:
                here, there = (place, other) if start >= opening.start else (other, place)
                road = travel.seconds_between(here, there)
                if road > gap:
                    return None
                longest = max(longest, road)
        return longest

    def _added(self, person: Staff, day: date, locality: str) -> int:
        prices = self.problem.prices
        points = prices.away_from_home if person.locality != locality else 0
        if person.share is not None and self.load[person.id] >= person.share:
            points += prices.over_share
        return points + (0 if self.busy.get((person.id, day)) else prices.staff_day.get(person.role, 0))

    def _room(self, meeting: Meeting, choice: Choice) -> str | None:
        opening = choice.opening
        if opening.venue == AT_SCHOOL:
            return None
        rooms = [room.id for room in self.openings.rooms(meeting, opening.venue)]
        return self._free_room(rooms, opening, choice.end)

    def _free_room(self, rooms: list[str], opening: Opening, end: int) -> str | None:
        taken = {
            room
            for start, ends, room in self.rooms.get((opening.venue, opening.day), ())
            if start < end and opening.start < ends
        }
        return next((room for room in rooms if room not in taken), None)

    def put(self, booking: Booking) -> None:
        """Make a booking that keeps every rule; the meeting must not be booked already."""
        self.points += self._worth(booking)
        self._mark(booking)
        self.placed[booking.meeting] = booking

    def begin(self, bookings: Iterable[Booking]) -> None:
        """Take everything off and put these bookings on instead."""
        for meeting in list(self.placed):
            self.take(meeting)
        for booking in bookings:
            self.put(booking)

    def take(self, meeting: str) -> Booking:
        """Undo a booking and return it."""
        booking = self.placed.pop(meeting)
        end, place, locality = self._where(booking)
        for each in booking.people:
            self.busy[each, booking.day].remove((booking.start, end, place, locality))
            self.load[each] -= 1
        if booking.room is not None:
            self.rooms[booking.venue, booking.day].remove((booking.start, end, booking.room))
        self.moves -= self._moves(meeting, Opening(booking.day, booking.start, booking.venue))
        self.points -= self._worth(booking)
        return booking

    def _where(self, booking: Booking) -> tuple[int, str, str]:
        problem = self.problem
        end = booking.start + problem.seconds_of(booking.meeting)
        school = problem.school[problem.meeting[booking.meeting].school]
        return end, problem.place_of(booking.meeting, booking.venue), school.locality

    def _mark(self, booking: Booking) -> None:
        end, place, locality = self._where(booking)
        for each in booking.people:
            self.busy[each, booking.day].append((booking.start, end, place, locality))
            self.load[each] += 1
        if booking.room is not None:
            self.rooms[booking.venue, booking.day].append((booking.start, end, booking.room))
        self.moves += self._moves(booking.meeting, Opening(booking.day, booking.start, booking.venue))

    def _worth(self, booking: Booking) -> int:
        """Return what an absent booking would add, with what leaving its meeting out costs taken off."""
        problem = self.problem
        meeting = problem.meeting[booking.meeting]
        locality = problem.school[meeting.school].locality
        points = sum(each.points for each in costing.time_charges(problem, meeting, booking.day, booking.start))
        points += sum(each.points for each in costing.venue_charges(problem, meeting, booking.venue))
        opening = Opening(booking.day, booking.start, booking.venue)
        points += problem.prices.move if self._moves(meeting.id, opening) else 0
        people = [problem.person[each] for each in booking.people]
        points += sum(self._added(each, booking.day, locality) for each in people)
        roles = {each.role for each in people}
        missing = (need for need in problem.kind[meeting.kind].roles if need.role not in roles)
        points += sum(need.missing_price for need in missing if not need.required)
        return points - self.left_out[meeting.id]

    def fill_reserves(self) -> None:
        """Add catch-up slots that are worth having, latest first, with the people and rooms still free."""
        problem = self.problem
        for index, wish in enumerate(problem.catch_up):
            kind, count = problem.kind[wish.kind], 0
            slots = [(day, start) for day in reversed(problem.days) for start in problem.starts]
            for day, start in slots:
                if count >= wish.wanted or not wish.first <= day <= wish.last:
                    continue
                if costing.reserve_points(problem, wish, day) >= problem.prices.reserve_missing:
                    continue
                name = f"catch-up-{index + 1}-{count + 1}"
                found = self._reserve(name, kind, Opening(day, start, wish.venue), wish.locality)
                if found is not None:
                    self.reserves.append(found)
                    count += 1

    def _reserve(self, name: str, kind: MeetingType, opening: Opening, locality: str) -> Reserve | None:
        problem, end = self.problem, opening.start + kind.seconds
        venue = problem.venue[opening.venue]
        if self.openings.common_block(opening.day, opening.start, end) is not None:
            return None
        if self.openings.venue_shut(venue.id, opening.day, opening.start, end) is not None:
            return None
        room = self._free_room([each.id for each in venue.rooms if each.seats >= len(kind.roles) + 2], opening, end)
        if room is None:
            return None
        people = []
        for need in kind.roles:
            if not need.required:
                continue
            pool = self.openings.candidates(need, None, locality)
            found = self._person(pool, opening, end, venue.place, venue.locality)
            if found is None:
                return None
            people.append(found[2])
        for each in people:
            self.busy[each, opening.day].append((opening.start, end, venue.place, venue.locality))
        self.rooms[venue.id, opening.day].append((opening.start, end, room))
        return Reserve(name, kind.id, opening.day, opening.start, venue.id, room, tuple(sorted(people)))
