"""What a round of meetings asks: schools to see, people and rooms to see them with, and the days on which to do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from optimiser.core.errors import BadProblem
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import HOUR, MINUTE, Seconds, clock

HalfDay = tuple[int, int]
"""A weekday (0 Monday to 4 Friday) and a half of it (0 morning, 1 afternoon; noon begins the afternoon)."""

AT_SCHOOL = "school"
"""The venue id that means the school's own building; it has one room of any size, open on every school day."""

EP, AT, SLT, OT, PLO = "EP", "AT", "SLT", "OT", "PLO"
"""Roles: educational psychologist, advisory teacher, speech and language therapist, occupational therapist, parent
link officer. A role is any text; these are the ones the council's papers name."""

EVERY_HALF_DAY: frozenset[HalfDay] = frozenset((weekday, half) for weekday in range(5) for half in (0, 1))
NINE, QUARTER_PAST_NINE, NOON, HALF_PAST_THREE = clock(9), clock(9, 15), clock(12), clock(15, 30)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one day, from ``start`` up to ``end`` in seconds after midnight."""

    day: date
    start: Seconds
    end: Seconds

    def overlaps(self, day: date, start: int, end: int) -> bool:
        """Return whether the stretch shares a moment with another."""
        return self.day == day and self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class School:
    """A school to be met.

    ``psychologist`` is the staff id of the attached educational psychologist, or None when any of the locality may
    come. ``senco`` and ``head_away`` are half-days worked by the SENCo and half-days on which the head cannot come;
    both are hard. ``head_prefers`` and ``preferred`` are soft; empty means no preference. ``no_go`` are days closed to
    meetings (INSET, trips, faith days); ``open_from`` and ``open_until`` bound the school's own hours.
    ``told_from`` is the first day that gives enough notice, a hard rule. ``need_signal`` runs from 0 to 5.
    ``venues`` lists allowed venue ids, most wanted first. ``party`` is how many come from the school.
    ``likely_to_miss`` is a whole percentage.
    """

    id: str
    place: str
    locality: str
    consortium: str = ""
    phase: str = ""
    need: str = ""
    psychologist: str | None = None
    senco: frozenset[HalfDay] = EVERY_HALF_DAY
    head_away: frozenset[HalfDay] = frozenset()
    head_prefers: frozenset[HalfDay] = frozenset()
    preferred: frozenset[HalfDay] = frozenset()
    no_go: frozenset[date] = frozenset()
    open_from: Seconds = NINE
    open_until: Seconds = HALF_PAST_THREE
    gate_duty: bool = False
    need_signal: int = 0
    last_seen: date | None = None
    missed_last_round: bool = False
    told_from: date | None = None
    venues: tuple[str, ...] = (AT_SCHOOL,)
    party: int = 2
    step_free: bool = False
    likely_to_miss: int = 12
    short_notice: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """A person who attends meetings.

    ``localities`` are those served (empty means every one); ``one_locality_a_day`` holds for people shared across
    the city. ``specialisms`` are the needs an advisory teacher fits. ``works`` are half-days worked, ``leave`` whole
    days away, ``busy`` stretches taken by clinics, panel duty or training. ``fte`` is a whole percentage.
    ``share`` is a fair number of meetings in this problem; more than that is priced, None means no such number.
    ``knows`` are schools met before, kept with the same person where that costs nothing.
    """

    id: str
    role: str
    locality: str
    localities: frozenset[str] = frozenset()
    employer: str = "council"
    fte: int = 100
    specialisms: frozenset[str] = frozenset()
    works: frozenset[HalfDay] = EVERY_HALF_DAY
    leave: frozenset[date] = frozenset()
    busy: tuple[Window, ...] = ()
    base: str | None = None
    drives: bool = True
    most_a_day: int = 6
    share: int | None = None
    one_locality_a_day: bool = False
    panel_duty: bool = False
    knows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Room:
    """A room of a venue; ``seats`` is how many people fit."""

    id: str
    seats: int = 12
    step_free: bool = True
    hearing_loop: bool = False


@dataclass(frozen=True, slots=True)
class Venue:
    """A building with bookable rooms. ``bookable`` None means open on every day of the problem."""

    id: str
    place: str
    locality: str
    rooms: tuple[Room, ...]
    bookable: tuple[Window, ...] | None = None
    pence_per_half_day: int = 0


@dataclass(frozen=True, slots=True)
class RoleNeed:
    """A role at a meeting. ``attached`` asks for the school's own psychologist, ``fit`` for a specialism that matches
    the school's need. A role that is not ``required`` costs ``missing_price`` points when nobody comes.
    """

    role: str
    required: bool = True
    attached: bool = False
    fit: bool = False
    missing_price: int = 10


@dataclass(frozen=True, slots=True)
class MeetingType:
    """A kind of meeting: how long it lasts, room turn-round included, and who has to be there."""

    id: str
    title: str
    seconds: Seconds
    roles: tuple[RoleNeed, ...]
    notice_days: int = 10


@dataclass(frozen=True, slots=True)
class Meeting:
    """One school to be met once in a round, on a day from ``first`` to ``last``, best near ``target``."""

    id: str
    school: str
    kind: str
    first: date
    last: date
    target: date | None = None
    round: int = 1


@dataclass(frozen=True, slots=True)
class FixedEvent:
    """Something already in the calendar that keeps people busy: a panel, a forum, a network, training.

    It takes the people in ``staff``, everybody in ``roles``, or everybody when ``everyone``; ``schools`` whose people
    are there cannot be met meanwhile, nor can any school when ``everyone``.
    """

    id: str
    title: str
    window: Window
    staff: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """A meeting to be left as it is: on this day at this time, with these people when any are named."""

    meeting: str
    day: date
    start: Seconds
    venue: str | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Booking:
    """A meeting on a day at a time, in a venue and room, with these staff."""

    meeting: str
    day: date
    start: Seconds
    venue: str
    room: str | None
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """The last roster, to be changed as little as possible.

    ``locked`` meetings stay. ``notified`` ones, whose schools have been told, stay too unless ``may_move_notified``.
    A meeting moves when its day, time or venue changes or it is left out; new people alone are not a move.
    ``most_moves`` caps moves beyond the meetings ``asked`` to move, which never keep their old time.
    """

    reference: tuple[Booking, ...]
    locked: frozenset[str] = frozenset()
    notified: frozenset[str] = frozenset()
    may_move_notified: bool = False
    asked: frozenset[str] = frozenset()
    most_moves: int | None = None


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Reserve slots for schools that do not come: ``wanted`` of them at ``venue`` with the meeting kind's team."""

    kind: str
    wanted: int
    locality: str
    venue: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Prices:
    """What each disappointment costs, in points. ``staff_day`` is by role, for each day on which a person is used."""

    unbooked: int = 1000
    missed_twice: int = 1000
    week_off_target: int = 2
    not_preferred: int = 3
    head_not_preferred: int = 1
    gate_duty: int = 2
    need_waits: int = 0
    second_venue: int = 1
    away_from_home: int = 4
    over_share: int = 5
    reserve_missing: int = 20
    reserve_week_early: int = 1
    move: int = 100
    staff_day: Mapping[str, int] = field(default_factory=lambda: {EP: 3})


@dataclass(frozen=True)
class Problem:
    """One round of meetings, or several: everything that decides who may meet whom, when and where.

    ``days`` are the open days in order; ``starts`` the clock times at which a meeting may begin. ``lunch`` is kept
    free of meetings. ``gate_clear`` is when duty at the gate ends. ``travel`` None means the gap between meetings
    covers any journey; otherwise a person must have time for the road between two places.
    """

    schools: tuple[School, ...]
    staff: tuple[Staff, ...]
    venues: tuple[Venue, ...]
    kinds: tuple[MeetingType, ...]
    meetings: tuple[Meeting, ...]
    days: tuple[date, ...]
    starts: tuple[Seconds, ...]
    events: tuple[FixedEvent, ...] = ()
    pins: tuple[Pin, ...] = ()
    repair: Repair | None = None
    catch_up: tuple[CatchUp, ...] = ()
    prices: Prices = field(default_factory=Prices)
    travel: TravelMatrix | None = None
    lunch: tuple[Seconds, Seconds] | None = None
    gate_clear: Seconds = QUARTER_PAST_NINE
    title: str = ""

    def __post_init__(self) -> None:
        for name, items in (
            ("school", self.schools),
            ("member of staff", self.staff),
            ("venue", self.venues),
            ("kind of meeting", self.kinds),
            ("meeting", self.meetings),
        ):
            ids = [item.id for item in items]
            if len(set(ids)) != len(ids):
                raise BadProblem(f"two of one id among the {name} list: {sorted({i for i in ids if ids.count(i) > 1})}")
        if list(self.days) != sorted(set(self.days)) or list(self.starts) != sorted(set(self.starts)):
            raise BadProblem("days and starting times must be in order, each once")
        for meeting in self.meetings:
            if meeting.school not in self.school or meeting.kind not in self.kind:
                raise BadProblem(f"meeting {meeting.id} names a school or kind that is not there")
            if meeting.last < meeting.first:
                raise BadProblem(f"meeting {meeting.id} has a window that ends before it begins")

    @cached_property
    def school(self) -> dict[str, School]:
        """Each school by id."""
        return {school.id: school for school in self.schools}

    @cached_property
    def person(self) -> dict[str, Staff]:
        """Each member of staff by id."""
        return {person.id: person for person in self.staff}

    @cached_property
    def venue(self) -> dict[str, Venue]:
        """Each venue by id; a school's own building is not among them."""
        return {venue.id: venue for venue in self.venues}

    @cached_property
    def kind(self) -> dict[str, MeetingType]:
        """Each kind of meeting by id."""
        return {kind.id: kind for kind in self.kinds}

    @cached_property
    def meeting(self) -> dict[str, Meeting]:
        """Each meeting by id."""
        return {meeting.id: meeting for meeting in self.meetings}

    @cached_property
    def pinned(self) -> dict[str, Pin]:
        """Each pin by its meeting's id."""
        return {pin.meeting: pin for pin in self.pins}

    @cached_property
    def day_index(self) -> dict[date, int]:
        """The place of each open day in ``days``."""
        return {day: index for index, day in enumerate(self.days)}

    def place_of(self, meeting: str, venue: str) -> str:
        """Return the place of travel at which a meeting is held."""
        return self.school[self.meeting[meeting].school].place if venue == AT_SCHOOL else self.venue[venue].place

    def seconds_of(self, meeting: str) -> Seconds:
        """Return how long a meeting lasts."""
        return self.kind[self.meeting[meeting].kind].seconds


def half_day(day: date, start: int) -> HalfDay:
    """Return the half-day in which a meeting begins; a morning meeting may run a little past noon."""
    return day.weekday(), 0 if start < NOON else 1


def week_of(day: date) -> int:
    """Return a number for the Monday-to-Friday week of a day, one more each week."""
    return (day.toordinal() - 1) // 7


__all__ = [
    "AT",
    "AT_SCHOOL",
    "EP",
    "EVERY_HALF_DAY",
    "HOUR",
    "MINUTE",
    "OT",
    "PLO",
    "SLT",
    "Booking",
    "CatchUp",
    "FixedEvent",
    "HalfDay",
    "Meeting",
    "MeetingType",
    "Pin",
    "Prices",
    "Problem",
    "Repair",
    "RoleNeed",
    "Room",
    "School",
    "Staff",
    "Venue",
    "Window",
    "half_day",
    "week_of",
]
