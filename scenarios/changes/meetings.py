"""Changes to a round of meetings: someone ill, a venue lost, panels moved, a school that asks for another time."""

from dataclasses import dataclass, field, replace
from datetime import date

from optimiser.core.units import Seconds
from optimiser.meetings.problem import Booking, FixedEvent, HalfDay, Problem, Repair, Staff, Window
from scenarios.changes import UnknownThing

Touches = tuple[tuple[str, str], ...]


def _known(kind: str, name: str, held: object) -> None:
    if name not in held:  # type: ignore[operator]
        raise UnknownThing(f"there is no {kind} {name} in this round: check the reference against the list")


def _said(days: tuple[date, ...]) -> str:
    """Return days in words: the only one, else the first and how many there are."""
    first = min(days)
    words = f"{first:%a} {first.day} {first:%b %Y}"
    return f"on {words}" if len(set(days)) == 1 else f"on {len(set(days))} days from {words}"


def _with_person(problem: Problem, person: Staff) -> Problem:
    return replace(problem, staff=tuple(person if each.id == person.id else each for each in problem.staff))


@dataclass(frozen=True)
class AskToMove:
    """Meetings leave their present time, with at most so many others moved besides (None for any number)."""

    meetings: tuple[str, ...]
    reference: tuple[Booking, ...] = field(repr=False)
    most_others: int | None = 3

    @property
    def touches(self) -> Touches:
        """The meetings."""
        return tuple(("meeting", each) for each in self.meetings)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"{', '.join(self.meetings)} asked for another time."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem as a repair of the last roster."""
        for each in self.meetings:
            _known("meeting", each, problem.meeting)
        asked = frozenset(self.meetings)
        return replace(problem, repair=Repair(self.reference, asked=asked, most_moves=self.most_others))


@dataclass(frozen=True)
class FallIll:
    """A member of staff is away on some days."""

    person: str
    days: tuple[date, ...]

    @property
    def touches(self) -> Touches:
        """The person's days."""
        return tuple(("person-day", f"{self.person} {day.isoformat()}") for day in self.days)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"{self.person} is away {_said(self.days)}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with those days as leave."""
        _known("member of staff", self.person, problem.person)
        person = problem.person[self.person]
        return _with_person(problem, replace(person, leave=person.leave | frozenset(self.days)))


@dataclass(frozen=True)
class WorkOnly:
    """A member of staff works only these half-days."""

    person: str
    halves: frozenset[HalfDay]

    @property
    def touches(self) -> Touches:
        """The person's pattern."""
        return (("pattern", self.person),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"{self.person} works only {len(self.halves)} half-days a week."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the new pattern."""
        _known("member of staff", self.person, problem.person)
        return _with_person(problem, replace(problem.person[self.person], works=self.halves))


@dataclass(frozen=True)
class TakeOn:
    """Somebody joins the team."""

    person: Staff

    @property
    def touches(self) -> Touches:
        """The new person."""
        return (("pattern", self.person.id),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"{self.person.id} joins as {self.person.role}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with one more person."""
        if self.person.id in problem.person:
            raise UnknownThing(f"{self.person.id} is in the team already: give the new person another reference")
        return replace(problem, staff=(*problem.staff, self.person))


@dataclass(frozen=True)
class LoseVenue:
    """A venue is lost on some days, or on every day when none is given."""

    venue: str
    days: tuple[date, ...] = ()

    @property
    def touches(self) -> Touches:
        """The venue."""
        return (("venue", self.venue),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"{self.venue} cannot be used" + (f" {_said(self.days)}." if self.days else ".")

    def apply(self, problem: Problem) -> Problem:
        """Return the problem without the venue then."""
        _known("venue", self.venue, problem.venue)
        venue = problem.venue[self.venue]
        gone = frozenset(self.days or problem.days)
        now = venue.bookable
        if now is None:
            now = tuple(Window(day, Seconds(0), Seconds(86_400)) for day in problem.days)
        shut = replace(venue, bookable=tuple(window for window in now if window.day not in gone))
        return replace(problem, venues=tuple(shut if each.id == venue.id else each for each in problem.venues))


@dataclass(frozen=True)
class AddEvent:
    """Something new stands in the calendar."""

    event: FixedEvent

    @property
    def touches(self) -> Touches:
        """The event."""
        return (("event", self.event.id),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"{self.event.title} is held on {self.event.window.day.isoformat()}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the event."""
        return replace(problem, events=(*problem.events, self.event))


@dataclass(frozen=True)
class CancelEvent:
    """Something in the calendar is not held after all."""

    event: str

    @property
    def touches(self) -> Touches:
        """The event."""
        return (("event", self.event),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"{self.event} is cancelled."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem without the event."""
        _known("event", self.event, {event.id for event in problem.events})
        return replace(problem, events=tuple(event for event in problem.events if event.id != self.event))


@dataclass(frozen=True)
class CancelPanels:
    """The panels of some days do not sit: whoever has panel duty is free then."""

    days: tuple[date, ...]

    @property
    def touches(self) -> Touches:
        """The panel days."""
        return tuple(("panel-day", day.isoformat()) for day in self.days)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Panels are cancelled {_said(self.days)}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with panel duty lifted then; raises UnknownThing when nobody sits on any of the days."""
        staff = tuple(
            replace(each, busy=tuple(window for window in each.busy if window.day not in self.days))
            if each.panel_duty
            else each
            for each in problem.staff
        )
        if staff == problem.staff:
            raise UnknownThing("nobody of this round sits on a panel on those days: check them against the panels")
        return replace(problem, staff=staff)


@dataclass(frozen=True)
class MovePanels:
    """Every event of a title moves to another weekday of its week; one that meets a closed day is cancelled."""

    title: str
    weekday: int

    @property
    def touches(self) -> Touches:
        """The events of that title."""
        return (("event", self.title),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        name = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")[self.weekday]
        return f"{self.title} move to {name}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the events moved."""
        if all(event.title != self.title for event in problem.events):
            raise UnknownThing(f"nothing called {self.title} is in the calendar of this round")
        events = []
        for event in problem.events:
            held = event.window
            if event.title == self.title:
                day = date.fromordinal(held.day.toordinal() - held.day.weekday() + self.weekday)
                if day in problem.day_index:
                    events.append(replace(event, window=replace(held, day=day)))
            else:
                events.append(event)
        return replace(problem, events=tuple(events))


@dataclass(frozen=True)
class FinishBy:
    """Every meeting is held by a day."""

    last: date

    @property
    def touches(self) -> Touches:
        """The end of the round."""
        return (("window", "round"),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"The round ends by {self.last.isoformat()}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with shorter windows; one that would be empty keeps its first day."""
        meetings = tuple(replace(each, last=max(each.first, min(each.last, self.last))) for each in problem.meetings)
        return replace(problem, meetings=meetings)
