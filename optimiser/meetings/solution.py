"""What a round chose: bookings, reserve slots, and the meetings left out with the reason for each."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from optimiser.core.units import Seconds
from optimiser.meetings.problem import Booking


@dataclass(frozen=True, slots=True)
class Unbooked:
    """A meeting left out, with the rule that stands in the way (or ``priced-out``) and a plain sentence."""

    meeting: str
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reserve:
    """A catch-up slot held for schools that do not come: the team, the room and the time."""

    id: str
    kind: str
    day: date
    start: Seconds
    venue: str
    room: str | None
    people: tuple[str, ...]


@dataclass(frozen=True)
class Solution:
    """A roster: every meeting is either booked or unbooked, never silently missing."""

    bookings: tuple[Booking, ...]
    unbooked: tuple[Unbooked, ...] = ()
    reserves: tuple[Reserve, ...] = ()

    @cached_property
    def booking(self) -> dict[str, Booking]:
        """Each booking by its meeting's id."""
        return {booking.meeting: booking for booking in self.bookings}


__all__ = ["Booking", "Reserve", "Solution", "Unbooked"]
